/*
 * plan_text.h: the inside of plan_read_text(): one reader walks over the lines of Terraform's human
 * output; the modules below each know one idea of it.
 *
 * What keeps data from posing as Terraform's own words: a line counts only where Terraform itself
 * writes such a line. The body of a change is consumed as a block (everything in it is indented by
 * four columns at least, heredocs too), so are output changes, output values, boxes and plain
 * diagnostics; the walk over the top level never sees a line of those.
 *
 * Ownership: views of the text, or of copies in the arena. Layer: parser, private to plan_text*.c.
 */
#ifndef PARSER_PLAN_TEXT_H
#define PARSER_PLAN_TEXT_H

#include "parser/plan_build.h"

/* ---- plan_text_wrapper.c: lines as wrappers (Terragrunt, CI systems) prefix them ---- */

enum wrapper_kind {
	WRAPPER_NONE,	/* a line as Terraform wrote it */
	WRAPPER_OUT,	/* Terraform's stdout, and of which unit */
	WRAPPER_ERR,	/* Terraform's stderr */
	WRAPPER_LOG,	/* the wrapper talks */
	WRAPPER_FAILED, /* the wrapper says that something failed */
};

struct wrapper_line {
	enum wrapper_kind kind;
	struct str unit; /* directory of the unit, may be empty */
	struct str text; /* the rest of the line */
};

/* Can the line begin with a prefix? The shortest is "[a] ". */
static inline bool wrapper_may_begin(struct str line)
{
	char c = line.len < 4 ? '\0' : line.ptr[0];

	return c == '[' || c == 't' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

struct wrapper_line wrapper_recognise(struct str line, bool bracket_units);
/* "[unit] No changes. ...": the prefix that Terragrunt put on request, told by what follows it. */
bool wrapper_is_bracket_unit(struct str line);
/* "2026-11-22T10:28:00.1234567Z text" -> text */
bool wrapper_eat_timestamp(struct str *line);

/* ---- plan_text_dedent.c: a text that somebody indented as a whole ---- */

/* `text` itself unless all its lines are indented further than Terraform would indent them. */
struct str text_dedent(struct arena *arena, struct str text);

/* ---- plan_text_units.c: one text -> one document for each unit and channel ---- */

struct text_doc {
	struct str unit;
	struct str text;
	bool follows; /* the channel of the same unit as the document before */
};

struct wrapper_failure {
	struct str unit, text;
};

struct text_docs {
	const struct text_doc *items;
	size_t count, units;
	const struct wrapper_failure *failures;
	size_t failure_count;
};

void text_split_units(struct arena *arena, struct str text, struct text_docs *out);

/* ---- the reader ---- */

enum text_zone {
	ZONE_PLAN,
	ZONE_OUTSIDE,  /* "Objects have changed outside of Terraform" */
	ZONE_DEFERRED, /* "This is a partial plan" */
};

struct text_totals {
	size_t import, add, change, destroy, forget, invoke;
	size_t plans; /* lines "Plan: ..." */
	size_t empty; /* "No changes." and the like */
};

struct text_span {
	const char *start, *end; /* start NULL: none */
};

struct text_reader {
	struct plan_build build;
	struct str rest;  /* not read yet */
	const char *end;  /* of the last line read */
	bool was_blank;	  /* the last line read is empty; true at the start */
	bool after_blank; /* the line before the last one read was */
	enum text_zone zone;
	bool legacy;			   /* headers of Terraform 0.11 ("  + aws_x.y") may come */
	struct text_span changes, outside; /* open parts */
	struct growing change_parts, outside_parts, error_parts, warning_parts; /* struct str */
	struct text_totals totals;
	struct str result_line;	 /* the last "Plan: ..." or "No changes. ..." */
	struct str applied_line; /* "Apply complete! ..." */
	bool announced;		 /* says that changes follow */
	bool settled; /* says in other words that there is nothing, or only outputs, to do */
	bool applied; /* something of an apply was seen */
	struct growing deposed; /* struct str: addresses of deposed objects being destroyed */
};

/* As str_line(), inlined: a text may have tens of millions of lines, most of them not Terraform's.
 */
static inline bool text_line(struct str *rest, struct str *line)
{
	const char *feed = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
	size_t len = feed ? (size_t)(feed - rest->ptr) : rest->len;

	if (rest->len == 0)
		return false;
	*line = (struct str){rest->ptr, len};
	if (feed && len > 0 && feed[-1] == '\r')
		line->len--;
	len += feed ? 1 : 0;
	*rest = (struct str){rest->ptr + len, rest->len - len};
	return true;
}

static inline bool text_peek(const struct text_reader *reader, struct str *line)
{
	struct str rest = reader->rest;

	return text_line(&rest, line);
}

static inline bool text_next(struct text_reader *reader, struct str *line)
{
	if (!text_line(&reader->rest, line))
		return false;
	reader->after_blank = reader->was_blank;
	reader->was_blank = line->len == 0;
	reader->end = line->ptr + line->len;
	return true;
}

static inline size_t text_indent(struct str line)
{
	size_t indent = 0;

	while (indent < line.len && line.ptr[indent] == ' ')
		indent++;
	return indent;
}

/* The text from `start` to the end of the last line read. */
static inline struct str text_since(const struct text_reader *reader, const char *start)
{
	return (struct str){start, (size_t)(reader->end - start)};
}

/* ---- plan_text_header.c: "  # aws_x.y will be created", and what follows it ---- */

/* Takes a header with its notes and its block; false: the line is none. */
bool text_read_header(struct text_reader *reader, struct str line);

/* ---- plan_text_phrase.c: the words after the address ---- */

struct phrase {
	struct str words; /* the rest of the header begins with this */
	enum action action;
	enum change_set set;
	struct str reason; /* as in "action_reason" of a JSON plan */
	bool importing;
	bool invoked; /* an action (the kind of block), no resource */
};

const struct phrase *phrase_find(struct str rest);
/* "(because aws_x.y is not in configuration)" -> delete_because_no_resource_config, else the text.
 */
struct str phrase_reason(struct str note);
/* "-/+" and its like -> action; false for a word that is no symbol. */
bool phrase_symbol(struct str symbol, enum action *action);

/* ---- plan_text_block.c: blocks of lines that hold data ---- */

struct block_line {
	struct str symbol; /* "+", "-/+", ... or empty */
	bool open;	   /* lines follow up to the closing brace */
};

/* "  + resource "aws_x" "y" {" */
bool block_recognise(struct str line, struct block_line *out);
/* Reads to the closing brace, or to where the block is left without one. */
void block_read(struct text_reader *reader);
/* Lines of a 0.11 change: everything indented deeper than its header. */
void block_read_legacy(struct text_reader *reader);

/* ---- plan_text_legacy.c: "-/+ aws_x.y (new resource required)" of Terraform 0.11 ---- */

bool text_read_legacy(struct text_reader *reader, struct str line);

/* ---- plan_text_actions.c: action invocations ---- */

/* "    # Actions to be invoked after this change in order:" with the blocks that follow. */
bool text_read_actions(struct text_reader *reader, struct str line);
/* After the header "  # action.a.b will be invoked". */
void text_read_invoked(struct text_reader *reader, struct str address, struct str rest);
/* "Action started: ..." */
void text_read_action_progress(struct text_reader *reader, struct str line);

/* ---- plan_text_outputs.c ---- */

void text_read_output_changes(struct text_reader *reader, struct str line);
/* The values that an apply prints last. */
void text_read_output_values(struct text_reader *reader, struct str line);

/* ---- plan_text_tally.c: lines with figures ---- */

void text_read_plan_line(struct text_reader *reader, struct str line);
void text_read_complete(struct text_reader *reader, struct str line);

/* ---- plan_text_sentence.c: what Terraform says at the top level ---- */

enum sentence_ends {
	ENDS_NOTHING,
	ENDS_WARNING, /* of a diagnostic without a box: where a warning is over */
	ENDS_ANY,     /* where an error is over, too */
};

struct sentence {
	struct str begin;
	void (*read)(struct text_reader *reader, struct str line);
	enum sentence_ends ends;
};

/* NULL: not one of Terraform's. */
const struct sentence *sentence_find(struct str line);
/* "─────" or "-----": the line between parts. */
bool text_is_rule(struct str line);

/* ---- plan_text_diagnostic.c ---- */

/* A box; `line` is its first line ("╷" or "│ ..."). */
void text_read_box(struct text_reader *reader, struct str line);
/* "Error: ..." or "Warning: ..." at the start of a line. */
bool text_read_plain_diagnostic(struct text_reader *reader, struct str line);
/* "Warnings:" with one line for each. */
void text_read_compact_warnings(struct text_reader *reader, struct str line);
/* An error that is one sentence. */
void text_add_error(struct text_reader *reader, struct str summary);

/* ---- plan_text_progress.c: "aws_x.y: Creation complete after 1s [id=z]" ---- */

bool text_is_progress(struct str line);
bool text_read_progress(struct text_reader *reader, struct str line);
/* What is under way at `address`, or else for a deposed object of it, has failed. */
void text_fail_steps(struct text_reader *reader, struct str address);
/* A plan begins: what was read from data sources before belongs to it, not to an apply. */
void text_forget_reads(struct text_reader *reader);

/* ---- plan_text_parts.c: the parts that people want to read ---- */

/* The part reaches from here to the last line read. */
void text_extend(const struct text_reader *reader, struct text_span *span, const char *start);
/* Ends the open parts; `keep_until` is where the next thing begins. */
void text_close_parts(struct text_reader *reader);
void text_join_parts(struct text_reader *reader);

#endif
