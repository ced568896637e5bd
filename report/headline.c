/* outcome_headline(): the one line that says what came of a run. Declared in outcome.h. */
#include "report/outcome.h"

#include "base/arena.h"
#include "base/buf.h"
#include "report/applied.h"
#include "report/groups.h"
#include "report/wording.h"

#define HEADLINE_MAX ((size_t)1000)

static void add_part(struct buf *buf, size_t count, const char *what)
{
	if (count == 0)
		return;
	buf_adds(buf, buf->len > 0 ? ", " : "");
	wording_count(buf, count);
	buf_adds(buf, what);
}

/* What is deferred is counted nowhere else: a destroy is not to hide in it. */
static void add_deferred_losses(struct buf *buf, const struct outcome *outcome)
{
	size_t losses = 0;

	for (size_t i = 0; i < outcome->deferred_count; i++)
		losses += change_group_is_loss(change_group(&outcome->deferred[i].head));
	if (losses == 0)
		return;
	buf_adds(buf, " (");
	wording_things(buf, losses, "of them a loss", "of them losses");
	buf_addc(buf, ')');
}

/* What a plan would do; empty when it would do nothing. */
static void add_plan_counts(struct buf *buf, const struct outcome *outcome)
{
	const struct plan_summary *summary = &outcome->summary;

	add_part(buf, summary->import, " to import");
	add_part(buf, summary->add, " to add");
	add_part(buf, summary->change, " to change");
	add_part(buf, summary->destroy, " to destroy");
	/* that nothing is lost is worth a word as soon as something happens */
	if (summary->destroy == 0 && summary->add + summary->change > 0)
		buf_adds(buf, ", 0 to destroy");
	if (summary->replace > 0) {
		buf_adds(buf, " (");
		wording_count(buf, summary->replace);
		buf_adds(buf, " replaced)");
	}
	add_part(buf, summary->forget, " to forget");
	add_part(buf, summary->other, " of unknown action");
	add_part(buf, summary->move, " to move");
	add_part(buf, summary->output, summary->output == 1 ? " output" : " outputs");
	add_part(buf, summary->invoke, summary->invoke == 1 ? " action" : " actions");
	add_part(buf, summary->deferred, " deferred");
	add_deferred_losses(buf, outcome);
	if (outcome->refresh_only)
		add_part(buf, summary->drift, " changed outside");
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Terraform counts no forgets, moves and outputs: a complete apply did what was planned of them. */
static void add_applied_counts(struct buf *buf, const struct outcome *outcome)
{
	const struct apply_report *apply = &outcome->apply;
	struct plan_summary planned = {.add = 0};

	if (apply->complete)
		planned = outcome->summary;
	add_part(buf, larger(apply->import, planned.import), " imported");
	add_part(buf, apply->add, " added");
	add_part(buf, apply->change, " changed");
	add_part(buf, apply->destroy, " destroyed");
	add_part(buf, larger(apply->forget, planned.forget), " forgotten");
	add_part(buf, planned.move, " moved");
	add_part(buf, planned.output, planned.output == 1 ? " output" : " outputs");
	add_part(buf, apply->invoke, apply->invoke == 1 ? " action invoked" : " actions invoked");
}

static void add_applied(struct buf *out, struct arena *arena, const struct outcome *outcome)
{
	const struct apply_report *apply = &outcome->apply;
	struct buf counts;

	buf_init(&counts, arena, HEADLINE_MAX);
	if (apply->has_counts)
		add_applied_counts(&counts, outcome);
	buf_adds(out, "Apply complete");
	if (counts.len > 0)
		buf_adds(out, ": ");
	else if (apply->has_counts)
		buf_adds(out, ", nothing to do");
	buf_add(out, buf_str(&counts));
}

/* Before the first step there is nothing to count: what is listed was planned. */
static void add_apply_failure(struct buf *buf, const struct outcome *outcome)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct applied applied;

	buf_adds(buf, "Apply failed");
	if (outcome->apply.step_count == 0 && outcome->has_plan)
		buf_adds(buf, "; no change was seen to begin");
	if (outcome->apply.step_count == 0)
		return;
	applied_of(scratch, outcome, &applied);
	buf_adds(buf, " after ");
	wording_count(buf, applied.done);
	buf_adds(buf, " of ");
	wording_things(buf, applied.total, "change", "changes");
}

static void add_failure(struct buf *out, struct arena *arena, const struct outcome *outcome)
{
	struct buf counts;

	buf_adds(out, "Plan failed");
	buf_init(&counts, arena, HEADLINE_MAX);
	add_plan_counts(&counts, outcome);
	if (counts.len > 0)
		buf_adds(out, "; planned before the error: ");
	buf_add(out, buf_str(&counts));
}

static void add_changes(struct buf *out, struct arena *arena, const struct outcome *outcome)
{
	struct buf counts;

	buf_init(&counts, arena, HEADLINE_MAX);
	add_plan_counts(&counts, outcome);
	if (counts.len == 0)
		buf_adds(&counts, "Changes present");
	buf_add(out, buf_str(&counts));
}

/* Under "Apply" a plan would read like what was done. */
static void add_nothing_applied(struct buf *buf, const struct outcome *outcome)
{
	if (outcome->facts.operation == OPERATION_APPLY && !outcome->apply.present)
		buf_adds(buf, "Nothing was applied: this is a plan; ");
}

#define REASON_MAX ((size_t)300)

/* ": 2 denials: db-protect, sg-admin-port". Ids of other tools can be anything: a headline holds no
 * character that is markup somewhere. */
static void add_reason(struct buf *buf, struct arena *arena, const struct verdict *verdict)
{
	static const struct str allowed = STR_INIT("0123456789abcdefghijklmnopqrstuvwxyz"
						   "ABCDEFGHIJKLMNOPQRSTUVWXYZ ,.:/_-");
	struct str reason = wording_cut(arena, verdict->reason, REASON_MAX);
	size_t at;

	buf_adds(buf, reason.len > 0 ? ": " : "");
	for (size_t i = 0; i < reason.len; i++) {
		if (str_find_char(allowed, reason.ptr[i], &at))
			buf_addc(buf, reason.ptr[i]);
		else
			buf_addc(buf, '?');
	}
}

static void add_denied_plan(struct buf *buf, struct arena *arena, const struct outcome *outcome)
{
	buf_adds(buf, "DENIED");
	add_reason(buf, arena, &outcome->verdict);
	buf_adds(
	    buf, outcome->facts.operation == OPERATION_APPLY ? "; nothing was applied; " : "; ");
	if (outcome->result == PLAN_NO_CHANGES)
		buf_adds(buf, "no changes");
	else
		add_changes(buf, arena, outcome);
}

/* Break-glass is never quiet. */
static void add_overridden(struct buf *buf, const struct outcome *outcome)
{
	size_t overridden = outcome->verdict.overridden + outcome->after_apply.overridden;

	if (overridden == 0)
		return;
	buf_adds(buf, "; ");
	wording_things(buf, overridden, "denial", "denials");
	buf_adds(buf, " OVERRIDDEN by break-glass");
}

struct str outcome_headline(struct arena *arena, const struct outcome *outcome)
{
	struct buf buf;

	buf_init(&buf, arena, HEADLINE_MAX);
	switch (outcome_status(outcome)) {
	case STATUS_NO_CHANGES:
		add_nothing_applied(&buf, outcome);
		buf_adds(&buf, "No changes");
		break;
	case STATUS_CHANGES:
	case STATUS_LOSSES:
		add_nothing_applied(&buf, outcome);
		add_changes(&buf, arena, outcome);
		break;
	case STATUS_FAILED:
		add_failure(&buf, arena, outcome);
		break;
	case STATUS_NO_PLAN:
		buf_adds(&buf, "No plan could be read");
		break;
	case STATUS_APPLIED:
		add_applied(&buf, arena, outcome);
		break;
	case STATUS_APPLY_FAILED:
		add_apply_failure(&buf, outcome);
		break;
	case STATUS_DENIED:
		add_denied_plan(&buf, arena, outcome);
		break;
	case STATUS_VIOLATES:
		buf_adds(&buf, "DENIED on the state after the apply");
		add_reason(&buf, arena, &outcome->after_apply);
		buf_adds(&buf, "; ");
		add_applied(&buf, arena, outcome);
		break;
	}
	add_overridden(&buf, outcome);
	return buf_str(&buf);
}
