/*
 * findings.h: a verdict as people read it: sections by importance, in them one block per rule, and
 * the words of it all, the same in every renderer.
 *
 * A block is one rule (or one kind of finding of it) with all the resources it speaks about: what
 * they have in common is said once. Words are spoken piece by piece: the renderer knows what is
 * ours, what is a name, what is running text from elsewhere and what is a link, and escapes each
 * for where it lands. Nothing is cut or escaped here.
 *
 * Ownership: pointers into the verdict; arrays in the arena given. Order: that of the verdict,
 * which is the same for the same input. Layer: report.
 */
#ifndef REPORT_FINDINGS_H
#define REPORT_FINDINGS_H

#include "policies/finding.h"

struct arena;
struct buf;
struct outcome;

/* In the order in which they are told. */
enum finding_section {
	FINDINGS_DENIED,
	FINDINGS_OVERRIDDEN, /* denials that break-glass overrode */
	FINDINGS_BROKEN,     /* errors of rules that do not deny */
	FINDINGS_UNDECIDED,
	FINDINGS_WARNED,
	FINDINGS_NOTED,
	FINDINGS_LET_GO, /* waived, released */
};
#define FINDING_SECTIONS (FINDINGS_LET_GO + 1)
/* "Denied by policy"; of what was decided again after an apply "After apply: denied by policy". */
const char *finding_section_title(enum finding_section section, bool after_apply);
/* Denials and errors: named or counted by rule, never left out. */
bool finding_section_is_kept(enum finding_section section);

struct finding_block {
	const struct verdict *verdict;
	const struct finding *const *rows; /* at least one */
	size_t count;
	bool after_apply;
	/* All rows say the same of it: told once, above them. */
	bool same_message, same_remediation, same_cause, same_fate, same_release;
};

struct findings {
	const struct verdict *verdict;
	bool after_apply; /* decided again on the state after an apply */
	bool says_all;	  /* `check`: also that there are no rules */
	const struct finding_block *blocks[FINDING_SECTIONS];
	size_t block_counts[FINDING_SECTIONS];
	size_t counts[FINDING_SECTIONS];   /* of findings, those that are only counted too */
	size_t left_out[FINDING_SECTIONS]; /* only counted: over FINDINGS_MAX */
	size_t released;		   /* of FINDINGS_LET_GO */
};
void findings_of(
    struct arena *arena, const struct verdict *verdict, bool after_apply, struct findings *out);

/*
 * Is there anything to say of it below a plan or an apply? Not when there are no policies, and not
 * of a plan that failed, which says so itself.
 */
bool verdict_is_told(const struct outcome *outcome, const struct verdict *verdict);

/* What is told after the losses begins here: what was decided again is not told as undecided. */
enum finding_section findings_first_open(bool decided_again);

/* --- words --- */

enum voice {
	VOICE_WORDS, /* ours */
	VOICE_LEVEL, /* ours: the level at the beginning of a block */
	VOICE_NAME,  /* address, rule id, path: shown letter by letter */
	VOICE_DATA,  /* running text of a rule, a person or another tool */
	VOICE_LINK,  /* a URL out of a rule; may be anything */
};
struct speaker {
	void (*say)(void *context, enum voice voice, struct str text);
	void *context;
};

/* The lines of a block, in the order in which they are told. */
enum block_line {
	BLOCK_HEAD,    /* "deny sg-admin-port: Admin ports are closed (by tflint 0.50)" */
	BLOCK_WHY,     /* the rule's description */
	BLOCK_MESSAGE, /* what all rows say */
	BLOCK_CAUSE,   /* "cannot be verified before apply: depends on aws_kms_key.main.arn" */
	BLOCK_FATE,    /* "waived until 2026-12-31 by @acme/security (SEC-1234): reason" */
	BLOCK_FIX,     /* "How to fix: ..." */
	BLOCK_RELEASE, /* "How to release: ..." */
	BLOCK_PLACE,   /* "Rule: prod/tfherald.yaml:12, https://..." */
};
#define BLOCK_LINES (BLOCK_PLACE + 1)
/* Is there such a line? */
bool block_has_line(const struct finding_block *block, enum block_line line);
void block_say_line(
    const struct finding_block *block, enum block_line line, const struct speaker *speaker);
/* One resource: its address, item, and what it does not share with the others. */
void block_say_row(const struct finding_block *block, size_t row, const struct speaker *speaker);
/* The address and item alone. */
void block_say_name(const struct finding_block *block, size_t row, const struct speaker *speaker);

/* "2 denied, 1 undecided, 3 warnings, 1 waived (12 rules, 340 resources), judged by origin/main at
 * 1a2b3c4"; "no verdict: ..." */
void findings_say_verdict(const struct findings *findings, const struct speaker *speaker);
/* The same without what it was judged by: "2 denied, 1 undecided". */
void findings_say_counts(const struct findings *findings, const struct speaker *speaker);
/* Notes that are worth a line: that there are no rules is not below a plan, unless that fails it.
 */
size_t findings_notes(const struct findings *findings, const struct str **notes);

/* --- waivers --- */

/* One that somebody has to do something about: expiring, expired, malformed, untrusted. */
bool waiver_needs_attention(const struct waiver_use *use);
/* "2 active, 1 expiring, 1 expired" */
void waivers_say_counts(const struct verdict *verdict, const struct speaker *speaker);
/* "sg-admin-port on module.edge.*: expires in 5 days (2026-12-31)"; `now` in seconds since 1970.
 * `all`: with who, why and where. */
void waiver_say(const struct waiver_use *use, int64_t now, bool all, const struct speaker *speaker);

/* --- speakers --- */

/* Says it as one plain line into a buf: names letter by letter, control characters escaped. */
struct speaker speaker_plain(struct buf *buf);

#endif
