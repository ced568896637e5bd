/*
 * Any bytes are a report or an error that says which; what is read can be compared with a plan, and
 * the picture of that is text and JSON that can be read.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/sink.h"
#include "base/utf8.h"
#include "parser/plan_read.h"
#include "report/report_read.h"
#include "report/verification.h"

#define PICTURE_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The reports of the corpus are of this plan, and of others with the same addresses. */
static const char plan_json[] =
    "{\"format_version\":\"1.2\",\"resource_changes\":["
    "{\"address\":\"a.b\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"b\",\"change\":{"
    "\"actions\":[\"update\"],\"before\":{\"x\":1,\"t\":\"a\\nb\",\"l\":[1,2]},"
    "\"after\":{\"x\":2,\"t\":\"a\\nc\",\"l\":[2,3]}}},"
    "{\"address\":\"a.pw\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"pw\",\"change\":{"
    "\"actions\":[\"update\"],\"before\":{\"s\":\"old\"},\"after\":{\"s\":\"new\"},"
    "\"before_sensitive\":{\"s\":true},\"after_sensitive\":{\"s\":true}}}],"
    "\"output_changes\":{\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}}}";

static void promise(bool kept)
{
	if (!kept)
		abort();
}

static void check_error(const struct err *err)
{
	promise(err->code == ERR_SYNTAX || err->code == ERR_INVALID || err->code == ERR_LIMIT);
	promise(err->text[0] != '\0');
}

static struct outcome *planned_once(void)
{
	static struct arena *arena;
	static struct outcome *outcome;
	struct arena *scratch;
	struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};

	if (outcome)
		return outcome;
	arena = arena_new();
	outcome = arena_make(arena, struct outcome);
	outcome->version = "0";
	promise(plan_read(
	    arena, input_from_str(arena, "plan.json", str_from(plan_json)), &options, &plan, &err));
	scratch = arena_new();
	promise(outcome_add_plan(arena, scratch, plan, NULL, outcome, &err));
	arena_free(scratch);
	return outcome;
}

static void check_rows(struct arena *arena, const struct report *report, size_t size)
{
	for (size_t i = 0; i < report->row_count; i++) {
		const struct report_row *row = &report->rows[i];
		struct err err = {0};
		struct value value;

		promise(row->span.len > 0 && row->span.len <= size);
		promise(row->span.offset <= size - row->span.len);
		promise(row->kind <= LEAF_ACTION);
		if (report_load(arena, report, row, &value, &err))
			promise(value.kind == VALUE_MAP);
		else
			check_error(&err);
	}
}

static void check_pictures(struct arena *arena, const struct verification *verification)
{
	struct render_options options = {.columns = 0};
	struct value value;
	struct err err = {0};
	struct str text;
	struct sink sink;
	struct buf buf;

	if (render_verification(arena, verification, &options, &text, &err))
		promise(utf8_is_valid(text));
	else
		check_error(&err);
	err = (struct err){0};
	buf_init(&buf, arena, PICTURE_MAX);
	sink_to_buf(&sink, &buf);
	if (!render_verification_json(verification, &sink, &err))
		check_error(&err);
	else
		promise(sink_finish(&sink, &err) &&
			jsonr_read(arena, buf_str(&buf), &(struct jsonr){0}, &value, &err));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct outcome *planned = planned_once();
	struct arena *arena = arena_new();
	struct str text = {size ? (const char *)data : "", size};
	struct verification verification;
	struct err err = {0};
	struct report report;

	if (!report_read(arena, input_from_str(arena, "r.json", text), &report, &err)) {
		check_error(&err);
	} else {
		check_rows(arena, &report, size);
		if (verify_report(arena, &report, STR("r.json"), planned, &verification, &err))
			check_pictures(arena, &verification);
		else
			check_error(&err);
	}
	arena_free(arena);
	return 0;
}
