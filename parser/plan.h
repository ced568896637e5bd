/*
 * plan.h: the model. What Terraform (or OpenTofu) says it will do, or did, whichever form it said
 * it in: `show -json`, the human text, or the `-json` stream of plan and apply.
 *
 * A struct plan is read-only once parsed. Everything reachable from it lives in the arena it was
 * parsed into, except the changes of a JSON plan: those stay in the input and are loaded one at a
 * time by plan_visit() into a scratch arena (a plan may be hundreds of megabytes).
 *
 * Who may see raw values: struct change holds them. Only parser/redact.c and
 * parser/secrets.c take it (rule conditions and the fingerprint will); everything that shows
 * something to somebody takes struct shown_change.
 *
 * Layer: parser.
 */
#ifndef PARSER_PLAN_H
#define PARSER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json_cursor.h"
#include "base/str.h"
#include "base/value.h"

struct arena;
struct err;
struct input;

/* In order of importance to a reviewer: what loses something first. */
enum action {
	ACTION_DELETE,
	/* ["delete","create"] */
	ACTION_REPLACE,
	/* ["create","delete"]: create_before_destroy */
	ACTION_REPLACE_CREATE_FIRST,
	/* removed from the state, the object stays */
	ACTION_FORGET,
	/* ["create","forget"], ["forget","create"]: a replace that leaves the old one behind */
	ACTION_CREATE_THEN_FORGET,
	/* one that this version does not know; `action_text` has its words */
	ACTION_OTHER,
	ACTION_UPDATE,
	ACTION_CREATE,
	ACTION_NOOP, /* also of moved-only and import-only changes */
	ACTION_READ,
	ACTION_OPEN, /* ephemeral resources */
};
#define ACTION_COUNT (ACTION_OPEN + 1)

/* "create", "replace", "no-op"... both replaces are "replace" */
const char *action_name(enum action action);
/* "+", "~", "-", "-/+", "+/-", ".", ... as Terraform prints */
const char *action_symbol(enum action action);
bool action_is_replace(enum action action);
/* Is there something to do? False for no-op, read and open. */
bool action_is_change(enum action action);
/* From the JSON list of action words joined by commas: "delete,create". */
enum action action_from_words(struct str words);

enum change_set {
	CHANGES_RESOURCE,
	CHANGES_OUTPUT,
	CHANGES_DRIFT,
	CHANGES_DEFERRED,
};
#define CHANGE_SETS 4

/* What is known about a change without its values; nothing in here is secret. */
struct change_head {
	struct str address;	     /* of an output: its name */
	struct str previous_address; /* moved from; empty: not moved */
	struct str module;	     /* "module.a.module.b", empty: root */
	struct str mode;	     /* managed, data, ephemeral, or a word we do not know */
	struct str type, name, provider;
	struct str deposed; /* key of a deposed object, else empty; addresses repeat with these */
	struct value index; /* NULL kind: none */
	enum action action;
	struct str action_text; /* the words as they stood, joined by "," */
	struct str reason;    /* action_reason; of a deferred change: why deferred; may be empty */
	struct str import_id; /* of an import; may be "(known after apply)" or an identity */
	bool importing;
	bool generated_config;
	bool sensitive_output; /* an output marked sensitive, when there are no values */
};

struct change {
	struct change_head head;
	bool has_values;	/* false when it was read from text or a stream */
	size_t lone_surrogates; /* of its JSON: halves of characters, replaced by U+FFFD */
	/* Overlaid (overlay.h): unknown leaves are in `after`, sensitive ones are marked. */
	struct value before, after;
	struct value replace_paths; /* list of paths, or null */
	struct value importing;	    /* as it stands, or null; head.import_id is for people */
	struct str
	    body; /* text form: its lines as Terraform printed them (already masked by Terraform) */
};

enum plan_form {
	PLAN_FORM_JSON,
	PLAN_FORM_TEXT,
	PLAN_FORM_STREAM,
};
const char *plan_form_name(enum plan_form form);

enum tool {
	TOOL_TERRAFORM,
	TOOL_OPENTOFU,
};
const char *tool_name(enum tool tool);

enum plan_result {
	PLAN_NO_CHANGES,
	PLAN_CHANGES,
	PLAN_ERROR,
};
const char *plan_result_name(enum plan_result result); /* "no_changes", "changes", "error" */

enum tristate {
	TRI_UNKNOWN,
	TRI_NO,
	TRI_YES,
};

/*
 * Counts. add: creates and both kinds of replace (and create-then-forget); destroy: deletes and
 * both kinds of replace, deposed objects too; import is counted beside the action of the resource
 * itself; read, no-op, open and moved-only count for nothing here and have counts of their own.
 * `known` is false when only a text without a summary was there.
 */
struct plan_summary {
	size_t import, add, change, destroy, forget;
	/* replace is contained in add and destroy; open counts as read */
	size_t replace, move, read, no_op, other;
	size_t output, drift, deferred, invoke;
	bool known;
};

enum severity {
	SEVERITY_ERROR,
	SEVERITY_WARNING,
};
const char *severity_name(enum severity severity);

struct diagnostic {
	enum severity severity;
	struct str summary, detail; /* detail may be empty or several lines */
	struct str address, file;   /* may be empty */
	int line;		    /* 0: unknown */
};

/* An entry of the index of a JSON plan, or the row of a text or stream plan. */
struct change_entry {
	/* Of the record in the input. Of an output: of its key, or of the comma or white space
	 * before. */
	uint64_t offset;
	uint32_t len;
	uint8_t action; /* enum action */
	uint8_t flags;	/* enum entry_flag */
	uint16_t deposed_hash;
	uint64_t address_hash, type_hash; /* hash_bytes; for outputs the name's */
};

enum entry_flag {
	ENTRY_MOVED = 1 << 0,
	ENTRY_IMPORTING = 1 << 1,
	ENTRY_DEPOSED = 1 << 2,
	ENTRY_DATA = 1 << 3,	  /* mode is not managed */
	ENTRY_SENSITIVE = 1 << 4, /* an output that planned_values or prior_state call sensitive */
	ENTRY_MARKED = 1 << 5,	  /* may mark something in it as sensitive */
};

/* Is there something to do? Also false for the delete of a data source, which Terraform never
 * counts. */
bool entry_is_change(const struct change_entry *entry);

struct plan;
/* Has it a row of a managed resource, be it a no-op? Of JSON plans. */
bool plan_lists_managed(const struct plan *plan);

struct change_row { /* of text and stream plans */
	struct change_head head;
	struct str body;
};

struct action_invocation {
	struct str address, type, trigger; /* trigger: "after_create of aws_x.y" or empty */
};

struct plan_check {
	struct str address, kind, status; /* status: pass, fail, error, unknown */
	struct str problem;		  /* first message, or empty */
};

/* What an apply did, from its text or stream. */
enum apply_state {
	APPLY_STARTED, /* begun, end not seen */
	APPLY_DONE,
	APPLY_FAILED,
};

struct apply_step {
	struct str address;
	enum action action;
	enum apply_state state;
};

struct apply_report {
	bool present;  /* the input is that of an apply */
	bool complete; /* "Apply complete!" or "Destroy complete!" was seen */
	bool has_counts;
	size_t import, add, change, destroy, forget, invoke;
	const struct apply_step *steps;
	size_t step_count;
};

/* The parts of a text plan that people want to read; empty when the form has none. */
struct plan_text_parts {
	struct str
	    summary_line;   /* "Plan: 1 to add, ..." or "No changes. ..." as printed, one line */
	struct str changes; /* from the first change header to the summary and output changes */
	struct str outside; /* "Objects have changed outside of Terraform" with its list */
	struct str errors;  /* all error blocks, unboxed */
	struct str warnings;
};

struct plan {
	enum plan_form form;
	enum tool tool;
	struct str tool_version, format_version, timestamp; /* may be empty */
	enum tristate applyable, complete;
	bool errored;
	bool refresh_only;
	bool destroy_mode; /* a plan of `-destroy`, where known */
	bool more_plans;   /* JSON: what stands behind this document may be another plan */
	bool has_result;   /* text: a summary, an error or changes were found at all */
	enum plan_result result;
	struct plan_summary summary;

	const struct diagnostic *diagnostics;
	size_t diagnostic_count;
	const struct action_invocation *invocations;
	size_t invocation_count;
	const struct plan_check *checks;
	size_t check_count;
	const struct str
	    *notes; /* about the input: "was UTF-16", "2 JSON documents, read the first" ... */
	size_t note_count;
	struct apply_report apply;
	struct plan_text_parts text;

	/* Changes by set: entries (JSON) or rows (text, stream); use plan_visit() */
	const struct change_entry *entries[CHANGE_SETS];
	const struct change_row *rows[CHANGE_SETS];
	size_t counts[CHANGE_SETS];
	const struct input *input; /* JSON: where the entries point */
	struct span configuration, prior_state, planned_values, variables; /* len 0: not there */
	struct span action_invocations, deferred_actions;		   /* the same */
	/* these may mark something that no change marks */
	bool prior_has_marks, planned_has_marks;
	struct value still_marked; /* list: what no-ops mark, of those without ENTRY_MARKED */
};

/* Counts one change of the resource set. */
void plan_summary_add(struct plan_summary *summary, const struct change_entry *entry);

/* `note` must live as long as the arena. */
void plan_add_note(struct arena *arena, struct plan *plan, struct str note);

/* The newest format of `terraform show -json` that this program was written for. */
#define PLAN_FORMAT_MAJOR 1
#define PLAN_FORMAT_MINOR 2

enum format_age {
	FORMAT_KNOWN,
	FORMAT_NEWER_MINOR,
	FORMAT_NEWER_MAJOR,
	FORMAT_STRANGE, /* no version at all */
};
enum format_age plan_format_age(struct str format_version); /* empty counts as known */

/*
 * What the figures, the flags and the changes come to, by the rules of report.md 1. The caller
 * stores it in plan->result.
 */
enum plan_result plan_decide_result(const struct plan *plan);

/* Which entries plan_visit() goes through. */
enum visit_filter {
	VISIT_ALL,
	VISIT_CHANGED, /* something to do, or moved, or importing; reads and no-ops left out */
	VISIT_LOSSES,  /* of those: delete, both replaces, forget, create-then-forget, unknown
			  actions */
	VISIT_GAINS,   /* the other changed ones */
};

struct plan_selection {
	enum change_set set;
	enum visit_filter filter;
};

/* Does a visit load this entry? */
bool plan_selection_takes(struct plan_selection selection, const struct change_entry *entry);

/* Called with one loaded change, valid during the call; false with err set ends the visit. */
NODISCARD typedef bool change_visitor(void *context, const struct change *change, struct err *err);

/*
 * Loads the selected changes of a set one after the other, in the order of the input, into
 * `scratch` (rewound after each) and hands them to the visitor. Errors: ERR_SYNTAX with line and
 * column in the input, ERR_IO, or the visitor's own.
 */
NODISCARD bool plan_visit(const struct plan *plan, struct plan_selection selection,
    struct arena *scratch, change_visitor *visitor, void *context, struct err *err);

/*
 * The same with two threads. What is known of a change without the others, `prepare` finds out
 * ahead of the visitor: it gets the change, an arena that lives as long, and a context of which it
 * only reads what nobody changes during the visit. It runs in either thread, in both at the same
 * time. *prepared is handed on. Order and errors are those of one thread; what is prepared may be
 * thrown away when the visitor stops. `first` runs in either thread, too, but never in both: change
 * by change in their order; it shares nothing with the other two. `scratch` is the visitor's,
 * rewound after each change.
 */
NODISCARD typedef bool change_preparer(const void *context, struct arena *arena,
    const struct change *change, const void **prepared, struct err *err);
NODISCARD typedef bool prepared_visitor(
    void *context, const struct change *change, const void *prepared, struct err *err);
struct prepared_visit {
	change_visitor *first; /* sees each change before the visitor; or NULL */
	void *first_context;
	change_preparer *prepare;
	const void *prepare_context;
	prepared_visitor *visitor;
	void *context;
};
NODISCARD bool plan_visit_prepared(const struct plan *plan, struct plan_selection selection,
    struct arena *scratch, const struct prepared_visit *how, struct err *err);

/*
 * plan_visit() for the entries that `wanted` takes, by the index alone: what it refuses is not
 * read. `i` is the number of the entry within its set. Rows of text and stream plans have an entry
 * made of their head (offset, len and deposed_hash 0). `wanted` may be asked twice about an entry
 * and must say the same.
 */
typedef bool change_wanted(void *context, size_t i, const struct change_entry *entry);
NODISCARD bool plan_visit_wanted(const struct plan *plan, enum change_set set,
    change_wanted *wanted, struct arena *scratch, change_visitor *visitor, void *context,
    struct err *err);

/* Loads change i of a set into `arena`. Errors: those of plan_visit(). */
NODISCARD bool plan_load(const struct plan *plan, enum change_set set, size_t i,
    struct arena *arena, struct change *out, struct err *err);

/* Number of the change with this address (not of deposed objects); false: there is none. */
NODISCARD bool plan_find(const struct plan *plan, enum change_set set, struct str address,
    struct arena *scratch, size_t *i, bool *found, struct err *err);

#endif
