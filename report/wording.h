/*
 * wording.h: facts of an outcome in words, the same in every renderer.
 *
 * Nothing here is escaped for where it lands: renderers do that. Values are shown on one line, with
 * control characters as escapes. Layer: report.
 */
#ifndef REPORT_WORDING_H
#define REPORT_WORDING_H

#include "base/buf.h"
#include "report/outcome.h"

/* What a run came to. Decides icons, colours and which sections come first. */
enum outcome_status {
	STATUS_NO_CHANGES,
	STATUS_CHANGES,
	STATUS_LOSSES,	/* something is destroyed, replaced, forgotten or of an unknown action */
	STATUS_FAILED,	/* the plan failed, or its child did */
	STATUS_NO_PLAN, /* nothing could be read */
	STATUS_APPLIED,
	STATUS_APPLY_FAILED,
	STATUS_DENIED,	 /* a plan that the policies deny; nothing was applied */
	STATUS_VIOLATES, /* applied, and the state after it is denied */
};
enum outcome_status outcome_status(const struct outcome *outcome);
/* What came of an apply is told, not what a plan would do; also when an apply failed before its
 * first change: nothing of what it planned is about to happen then. */
bool outcome_tells_apply(const struct outcome *outcome);
const char *outcome_status_icon(enum outcome_status status);
bool outcome_status_is_failure(enum outcome_status status);

/* "Plan", "Apply", "Plan DENIED by policy": what the title begins with. */
const char *wording_operation(const struct outcome *outcome);
/* The target, else the directory; printable, one line, at most 200 bytes. Empty for ".", which says
 * nothing to who reads it elsewhere. */
struct str wording_target(struct arena *arena, const struct outcome *outcome);

/* 4,980 */
void wording_count(struct buf *buf, size_t count);
/* "1 resource", "4,980 resources" */
void wording_things(struct buf *buf, size_t count, const char *one, const char *many);

/* How the child ended or why the run failed ("'sh' was ended by signal 9"); empty when all is well.
 */
struct str wording_exit(struct arena *arena, const struct outcome *outcome);
/* The last lines of `text`, at most `max` bytes: where a program says why it stopped. */
struct str wording_last_lines(struct str text, size_t max);

/* A word of Terraform (action_reason, why deferred) as half a sentence; unknown words stay visible.
 */
struct str wording_reason(struct arena *arena, struct str reason);
bool wording_reason_is_known(struct str reason); /* then its text is ours, not data */
/* Text for people, cut to `max` bytes with an ellipsis; one line. */
struct str wording_cut(struct arena *arena, struct str text, size_t max);
/*
 * A name out of a plan (address, key, type, path). What nobody could see is written \x1b or \u202e.
 * One that is cut keeps both ends, with 8 digits of its SHA-256 in the place of the middle
 * (module.a…1f3c9a04…aws_x.y["b"]); of less than 64 bytes, only its beginning. So two names never
 * look the same.
 */
struct str wording_name(struct arena *arena, struct str name, size_t max);
/* The word of an action that this version does not know; the plan may not even name one. */
struct str wording_action(struct arena *arena, const struct change_head *head);
/* `value` as one line of at most about `max` bytes: JSON's form, (sensitive), (known after apply).
 */
void wording_value(struct buf *buf, struct shown value, size_t max);
/* A string likewise, `max` bytes of it from byte `from` on; an ellipsis where something is missing.
 * What differs on two sides is cut by both_sides.h. */
void wording_string(struct buf *buf, struct str text, size_t from, size_t max);

/*
 * "pf1:... (3 hidden values are not in it)": by what a later `tfherald verify` knows this plan.
 * Letters that need no escapes anywhere. Empty: there is none, or nothing to do.
 */
struct str wording_fingerprint(struct arena *arena, const struct outcome *outcome);

#define WORDING_ADDRESS_MAX   300  /* bytes of an address in lists, */
#define WORDING_ADDRESS_WHOLE 4096 /* and where there is room: more than that is hostile */

#endif
