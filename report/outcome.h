/*
 * outcome.h: what came of a run. The one thing that renderers, notifiers and --report read.
 *
 * It holds no raw value: changes arrive redacted (struct shown_change). One row per change that is
 * no no-op; full attribute diffs by importance up to OUTCOME_DIFF_BYTES, the rest keep the names of
 * the changed attributes.
 *
 * Ownership: everything in the run arena. Layer: report.
 */
#ifndef REPORT_OUTCOME_H
#define REPORT_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "parser/plan.h"
#include "parser/plan_fingerprint.h"
#include "parser/redact.h"
#include "policies/facts.h"
#include "policies/finding.h"

struct arena;
struct err;
struct detectors;
struct noise;
struct secrets;

#define OUTCOME_DIFF_BYTES ((size_t)16 << 20)
#define OUTCOME_SCHEMA	   "https://tfherald.dev/schema/outcome/1" /* an identifier, never fetched */
#define OUTCOME_VERSION	   1

enum difference {
	DIFFERENCE_ADDED,
	DIFFERENCE_REMOVED,
	DIFFERENCE_CHANGED,
};

/* How a changed place is shown (diff.h). */
enum diff_view {
	DIFF_VALUES,	 /* before -> after */
	DIFF_LINES,	 /* a text of several lines: lines that differ, with some around them */
	DIFF_MEMBERS,	 /* a set: what comes, what goes */
	DIFF_STATEMENTS, /* an IAM document: statements, and in them what comes and goes */
	DIFF_RULES,	 /* network rules: a table */
};

enum part_mark {
	PART_SAME, /* around what differs */
	PART_GAP,  /* stands for what is the same and left out: cell 0 says how much */
	PART_ADDED,
	PART_REMOVED,
	PART_CHANGED,
	PART_REMARK, /* called out: "now allows *" */
};

#define DIFF_RULE_CELLS 5 /* direction, protocol, ports, from or to, description */

/* One line of it: of DIFF_RULES DIFF_RULE_CELLS cells, else one. */
struct diff_part {
	uint8_t mark;  /* enum part_mark */
	uint8_t level; /* of indentation: 0 a statement, 1 what is in it */
	uint8_t cell_count;
	const struct str *cells; /* printable text, neither escaped nor quoted for any format */
};

/*
 * One changed place of a resource: the deepest path at which the two sides are not both maps/lists,
 * or the one whose view says more than its leaves.
 */
struct attribute_change {
	struct str path; /* tags.Name, ingress[0].cidr_blocks, keys with other characters quoted
			    ["a.b"], items by identity container[name="web"] */
	enum difference difference;
	enum diff_view view;
	bool forces_replacement;
	bool has_values;	    /* false: the budget was used up, only the path is kept */
	bool in_text;		    /* it stands inside JSON or base64 text */
	bool decoded;		    /* that text is base64, or was in it */
	struct shown before, after; /* of DIFF_VALUES; else null */
	const struct diff_part *parts;
	uint32_t part_count, parts_left_out;
	struct str origin; /* of a value known after apply: what it comes from; may be empty */
	struct str noise;  /* why it is folded, counted and not shown; empty: it is shown */
};

struct outcome_change {
	struct change_head head;
	bool has_values; /* false: from text or a stream; then `body` may hold Terraform's own lines
			  */
	const struct attribute_change *attributes;
	size_t attribute_count;
	size_t attributes_left_out; /* more than ATTRIBUTES_MAX of them */
	struct str body;
	const struct change_leaf *leaf; /* of the fingerprint; NULL: not in it, as from text */
};

/* A change; beyond it a few of each attribute at the top (diff.c). */
#define ATTRIBUTES_MAX 2000

enum delivery_state {
	DELIVERY_SENT, /* created */
	DELIVERY_UPDATED,
	DELIVERY_UNCHANGED, /* what stands there is the same already */
	DELIVERY_SKIPPED,   /* nothing to do for it, see reason */
	DELIVERY_DRY_RUN,
	DELIVERY_FAILED,
};
const char *delivery_state_name(enum delivery_state state);

struct delivery_record {
	struct str channel; /* "github comment", "slack #deploys", "file out.md", "job summary" */
	enum delivery_state state;
	struct str reason;  /* of skipped and failed */
	struct str url;	    /* of what was created, if known; never a secret */
	struct str payload; /* what could not be delivered, redacted text; else empty */
};

struct child_facts {
	bool ran;
	struct str command; /* program and subcommand only ("terraform plan"): arguments may hold
			       secrets */
	int status;	    /* 0-255 or 128+n */
	int signal;	    /* the n, or 0 */
	uint64_t duration_ms;
	uint64_t output_bytes;
	bool output_cut; /* the capture did not hold all of it */
};

struct outcome {
	const char *version; /* of tfherald */
	struct facts facts;
	struct child_facts child;
	int exit_status;
	struct str exit_reason;
	bool status_deferred; /* --defer-exit: exit_status is for a later `notify` */

	bool has_plan;	    /* false: nothing that could be read as a plan; see problem */
	struct str problem; /* why there is no plan, or why it is not whole; may be empty */
	struct str tail;    /* last lines of a failed child's output when terraform said no error;
			       else empty */
	enum plan_form form;
	enum tool tool;
	struct str tool_version, format_version;
	bool errored, refresh_only;
	enum tristate applyable, complete;
	enum plan_result result;
	struct plan_summary summary;

	const struct outcome_change *changes; /* by importance, then input order */
	size_t change_count;
	const struct outcome_change *outputs;
	size_t output_count;
	const struct outcome_change *drift;
	size_t drift_count;
	const struct outcome_change *deferred;
	size_t deferred_count;
	const struct action_invocation *invocations;
	size_t invocation_count;
	/* One each, in the same order: the configuration as what comes into being, and the leaf.
	 * NULL: not known. */
	const struct outcome_change *invocation_rows;
	const struct plan_check *checks;
	size_t check_count;
	const struct diagnostic *diagnostics;
	size_t diagnostic_count;
	const struct str *notes;
	size_t note_count;
	struct apply_report apply;
	struct plan_text_parts text;

	/* What the policies say; not evaluated: none were asked. Its texts are sealed with the
	 * rest. */
	struct verdict verdict;
	/* What was undecided before an apply, decided on the state after it; else not evaluated. */
	struct verdict after_apply;

	/* Of the changes: empty from text and streams, which do not have the values. */
	struct plan_fingerprint fingerprint;

	const struct detectors *detectors; /* NULL: all on */
	struct secrets *secrets;	   /* of the plan, sealed; NULL: none were looked for */

	struct delivery_record *deliveries;
	size_t delivery_count;
};

/* What is done to a plan on its way into the outcome; each part may be NULL or empty. */
struct outcome_rules {
	const struct noise *noise; /* noise.h: which rows are folded */
	const struct detectors
	    *detectors;		    /* parser/detectors.h: what else is hidden; NULL: all on */
	struct str fingerprint_key; /* of hidden values; empty: they are left out */
	const struct str
	    *literals; /* secrets that the environment tells: hidden wherever they stand */
	size_t literal_count;
	bool fail_on_leak; /* leaks.h; not by outcome_add_plan() */
	/* Sees each change of CHANGES_RESOURCE that VISIT_CHANGED takes, once, as it is loaded:
	 * losses first. Of a large plan in a thread of its own, beside outcome_add_plan(): it must
	 * not use the arenas that were given to that one. */
	change_visitor *tap;
	void *tap_context;
};

/*
 * Fills the plan part of `outcome` (everything from has_plan to text). Loads every changed resource
 * once; `scratch` is rewound. Strings that must live longer are copied to `arena`.
 * What the plan marks sensitive is taken out of all of it (hide.h); texts that are set afterwards
 * need outcome_hide_rest() with outcome->secrets. `rules` may be NULL. Errors: those of
 * plan_visit(); the plan part is then as it was before.
 */
NODISCARD bool outcome_add_plan(struct arena *arena, struct arena *scratch, const struct plan *plan,
    const struct outcome_rules *rules, struct outcome *outcome, struct err *err);

/* Counts rows by a predicate of the head: renderers group by it. */
enum change_group {
	GROUP_DESTROY,
	GROUP_REPLACE,
	GROUP_FORGET,
	GROUP_OTHER, /* unknown actions */
	GROUP_UPDATE,
	GROUP_CREATE,
	GROUP_IMPORT, /* imported and nothing else; imported ones with an action are in that group
		       */
	GROUP_MOVE,   /* moved and nothing else */
};
#define CHANGE_GROUPS (GROUP_MOVE + 1)
enum change_group change_group(const struct change_head *head);
const char *change_group_title(enum change_group group); /* "Destroy", "Replace", ... */

/* "1 to import, 2 to add, 3 to change (1 replaced), 4 to destroy" in our own words; "No changes".
 */
struct str outcome_headline(struct arena *arena, const struct outcome *outcome);

#endif
