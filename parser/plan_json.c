#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_document.h"
#include "parser/plan_index.h"
#include "parser/plan_parts.h"
#include "parser/plan_read.h"
#include "parser/plan_strict.h"

static bool refuse_document(
    const struct input *input, const struct document *document, struct err *err)
{
	const char *name = input_name(input);

	if (document->kind == DOCUMENT_NONE && document->why.code != ERR_NONE) {
		*err = document->why;
		return err_in_file(err, name);
	}
	if (document->kind == DOCUMENT_NONE)
		return err_set(err, ERR_SYNTAX,
		    "'%s' holds no JSON; expected the output of terraform show -json PLANFILE",
		    name);
	return err_set(err, ERR_INVALID, "'%s' is %s; use terraform show -json PLANFILE", name,
	    document_kind_text(document->kind));
}

static void note_format(struct arena *arena, struct plan *plan, struct str unknown_parts)
{
	enum format_age age = plan_format_age(plan->format_version);
	struct str format = plan->format_version;

	switch (age) {
	case FORMAT_KNOWN:
		return;
	case FORMAT_STRANGE:
		plan_add_note(arena, plan,
		    str_format(arena, "the format version '%.*s' is none that this program knows",
			STR_ARG(format)));
		break;
	case FORMAT_NEWER_MAJOR:
		plan_add_note(arena, plan,
		    str_format(arena,
			"format version %.*s is newer than the %d.x this program knows",
			STR_ARG(format), PLAN_FORMAT_MAJOR));
		break;
	case FORMAT_NEWER_MINOR:
		plan_add_note(arena, plan,
		    str_format(arena,
			"format version %.*s is newer than the %d.%d this program knows",
			STR_ARG(format), PLAN_FORMAT_MAJOR, PLAN_FORMAT_MINOR));
		break;
	}
	if (unknown_parts.len > 0)
		plan_add_note(arena, plan,
		    str_format(arena, "parts of the plan that this program does not know: %.*s",
			STR_ARG(unknown_parts)));
}

static void note_input(struct arena *arena, struct plan *plan, const struct document *document)
{
	enum encoding encoding = input_encoding(plan->input);

	if (encoding != ENCODING_UTF8)
		plan_add_note(arena, plan,
		    str_format(arena, "the input was %s; read as UTF-8", encoding_name(encoding)));
	if (document->text_before)
		plan_add_note(arena, plan, STR("text before the JSON of the plan was skipped"));
	if (document->documents_before > 0)
		plan_add_note(arena, plan,
		    STR("the input holds several JSON documents; the first that is a plan was "
			"read"));
}

enum rest {
	REST_NONE,
	REST_TEXT,
	REST_DOCUMENT,
	REST_BROKEN, /* goes on as JSON does inside of a document */
};

static enum rest rest_of(char c)
{
	if (c == '{' || c == '[')
		return REST_DOCUMENT;
	return c == ',' || c == '}' || c == ']' || c == '"' ? REST_BROKEN : REST_TEXT;
}

/* What stands behind the document, and where. */
NODISCARD static bool look_behind(
    const struct input *input, uint64_t end, enum rest *out, uint64_t *offset, struct err *err)
{
	char block[4096];
	size_t got;

	for (*out = REST_NONE;; end += got) {
		if (!input_read_at(input, end, block, sizeof(block), &got, err))
			return false;
		for (size_t i = 0; i < got; i++) {
			if (block[i] == ' ' || (block[i] >= '\t' && block[i] <= '\r'))
				continue;
			*offset = end + i;
			*out = rest_of(block[i]);
			return true;
		}
		if (got < sizeof(block))
			return true;
	}
}

/* Is there a sign of another plan in the text from here on? */
NODISCARD static bool names_plan(
    const struct input *input, uint64_t offset, bool *out, struct err *err)
{
	static const struct str sign = STR_INIT("\"format_version\"");
	char block[4096];
	size_t got;

	for (*out = false; !*out; offset += got - sign.len) {
		if (!input_read_at(input, offset, block, sizeof(block), &got, err))
			return false;
		*out = str_contains((struct str){block, got}, sign);
		if (got < sizeof(block))
			return true;
	}
	return true;
}

static bool refuse_at(const struct input *input, uint64_t offset, const char *what, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct cursor *cursor = cursor_new(temp, input, offset);
	int line = 0, column = 0;

	cursor_position(cursor, offset, &line, &column);
	return err_set_at(err, ERR_SYNTAX, input_name(input), line, column, "%s", what);
}

/* With --strict-json the plan is all there is. */
NODISCARD static bool check_alone(
    const struct plan *plan, const struct document *document, uint64_t end, struct err *err)
{
	uint64_t offset = end;
	enum rest rest;

	if (document->text_before || document->documents_before > 0)
		return refuse_at(plan->input, 0, "something stands before the plan", err);
	return look_behind(plan->input, end, &rest, &offset, err) &&
	       (rest == REST_NONE ||
		   refuse_at(plan->input, offset, "something stands behind the plan", err));
}

NODISCARD static bool note_rest(
    struct arena *arena, struct plan *plan, uint64_t end, struct err *err)
{
	uint64_t offset = end;
	enum rest rest;

	if (!look_behind(plan->input, end, &rest, &offset, err))
		return false;
	switch (rest) {
	case REST_NONE:
		break;
	case REST_TEXT:
		plan_add_note(arena, plan, STR("text behind the JSON of the plan was skipped"));
		return names_plan(plan->input, offset, &plan->more_plans, err);
	case REST_DOCUMENT:
		plan->more_plans = true;
		plan_add_note(arena, plan,
		    STR("more JSON documents follow the plan; the first that is a plan was read"));
		break;
	case REST_BROKEN:
		return refuse_at(plan->input, offset,
		    "the JSON goes on behind the end of the plan; a bracket is missing or one is "
		    "too many",
		    err);
	}
	return true;
}

/*
 * Terraform calls a plan applicable that neither changes, moves nor imports anything only in
 * -refresh-only mode, where it writes what it found changed into the state. Outputs may change with
 * it: then it is known by the managed resources, which this mode does not list, not as no-ops
 * either.
 */
static bool is_refresh_only(const struct plan *plan)
{
	struct plan without = *plan;

	if (plan->applyable != TRI_YES || plan->summary.drift == 0)
		return false;
	without.applyable = TRI_NO;
	return plan_decide_result(&without) == PLAN_NO_CHANGES || !plan_lists_managed(plan);
}

NODISCARD static bool read_document(struct arena *arena, struct plan *plan,
    const struct document *document, bool strict, struct err *err)
{
	struct plan_index index;

	note_input(arena, plan, document);
	if (!plan_index_read(arena, plan, document->offset, &index, err) ||
	    !note_rest(arena, plan, index.end, err) || !parts_read(arena, plan, &index, err))
		return false;
	if (strict && (!check_alone(plan, document, index.end, err) ||
			  !strict_check(plan->input, document->offset, err)))
		return false;
	note_format(arena, plan, index.unknown_parts);
	plan->has_result = true;
	plan->refresh_only = is_refresh_only(plan);
	plan->result = plan_decide_result(plan);
	return true;
}

bool plan_read_json(struct arena *arena, const struct input *input,
    const struct plan_options *options, struct plan **out, struct err *err)
{
	struct plan *plan = arena_make(arena, struct plan);
	struct document document;

	plan->form = PLAN_FORM_JSON;
	plan->input = input;
	plan->text = (struct plan_text_parts){
	    .summary_line = STR_EMPTY,
	    .changes = STR_EMPTY,
	    .outside = STR_EMPTY,
	    .errors = STR_EMPTY,
	    .warnings = STR_EMPTY,
	};
	if (!document_find(input, &document, err))
		return false;
	if (document.kind != DOCUMENT_PLAN)
		return refuse_document(input, &document, err);
	if (!read_document(arena, plan, &document, options && options->strict_json, err)) {
		if (!err->file)
			(void)err_in_file(err, input_name(input));
		return false;
	}
	*out = plan;
	return true;
}
