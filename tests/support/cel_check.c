#include "tests/support/cel_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"

#define TEXT_LIMIT ((size_t)4000)

static struct value convert(struct arena *arena, struct value value)
{
	struct str text = value_text(value);

	if (value.kind == VALUE_STRING && str_eat(&text, STR("!unknown:"))) {
		value = value_unknown();
		value.as.text = text.ptr;
		value.len = (uint32_t)text.len;
	} else if (value.kind == VALUE_STRING && str_is(text, "!hidden")) {
		value = value_hidden(false);
	} else if (value.kind == VALUE_STRING && str_eat(&text, STR("!secret:"))) {
		value = value_string(text);
		value.marks = VALUE_SENSITIVE;
	} else if (value.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, value.len);

		for (uint32_t i = 0; i < value.len; i++)
			items[i] = convert(arena, value.as.items[i]);
		return value_list(items, value.len);
	} else if (value.kind == VALUE_MAP) {
		struct value_entry *entries = arena_array(arena, struct value_entry, value.len);
		struct str duplicate;

		for (uint32_t i = 0; i < value.len; i++) {
			entries[i].key = value.as.entries[i].key;
			entries[i].value = convert(arena, value.as.entries[i].value);
		}
		if (!value_map(arena, entries, value.len, &value, &duplicate))
			abort();
	}
	return value;
}

struct value cel_check_json(struct arena *arena, const char *json)
{
	struct jsonr reader = {.file = NULL};
	struct err err = {0};
	struct value value;

	if (!jsonr_read(arena, str_from(json), &reader, &value, &err))
		abort();
	return convert(arena, value);
}

static struct str problems_text(struct arena *arena, const struct cel_problems *problems)
{
	struct buf buf;

	buf_init(&buf, arena, TEXT_LIMIT);
	buf_adds(&buf, "does not compile: ");
	for (size_t i = 0; i < problems->count; i++)
		buf_addf(&buf, "%s%u: %.*s", i > 0 ? "; " : "", problems->items[i].at,
		    STR_ARG(problems->items[i].text));
	return buf_str(&buf);
}

struct str cel_check_text(struct arena *arena, struct value value)
{
	const struct cel_error *error = cel_error_of(value);
	struct cel_unknowns unknowns;
	struct buf buf;

	if (error)
		return str_format(
		    arena, "%s: %.*s", error->is_limit ? "limit" : "error", STR_ARG(error->text));
	if (value.kind != VALUE_UNKNOWN)
		return cel_to_text(arena, value, TEXT_LIMIT);
	unknowns = cel_unknown_paths(arena, value);
	buf_init(&buf, arena, TEXT_LIMIT);
	buf_adds(&buf, value.marks & CEL_BECAUSE_HIDDEN ? "hidden:" : "unknown:");
	for (size_t i = 0; i < unknowns.count; i++)
		buf_addf(&buf, "%s%.*s", i > 0 ? ", " : " ", STR_ARG(unknowns.paths[i]));
	return buf_str(&buf);
}

static bool agree(struct value fast, struct value traced, struct arena *arena)
{
	if (fast.kind != traced.kind)
		return false;
	if (fast.kind == CEL_ERROR || fast.kind == VALUE_UNKNOWN)
		return true;
	return str_eq(cel_to_text(arena, fast, TEXT_LIMIT), cel_to_text(arena, traced, TEXT_LIMIT));
}

struct str cel_check_run(const struct cel_check *check, const char *expression)
{
	struct arena *arena = check->arena;
	struct cel_program *program;
	struct cel_problems problems = {0};
	struct cel_trace trace;
	struct value fast, traced;
	struct str text;

	if (!cel_compile(arena, &check->scope, str_from(expression), &program, &problems))
		return problems_text(arena, &problems);
	cel_trace_begin(arena, program, &trace);
	traced = cel_evaluate(check->run, program, check->activation, arena, &trace);
	text = cel_check_text(arena, traced);
	for (int i = 0; i < 2; i++) { /* the second time with hints */
		fast = cel_evaluate(check->run, program, check->activation, arena, NULL);
		if (!agree(fast, traced, arena))
			text = str_format(arena, "differs: %.*s and fast %.*s", STR_ARG(text),
			    STR_ARG(cel_check_text(arena, fast)));
	}
	cel_program_free(program);
	return text;
}

void cel_check_open(struct cel_check *check, const char *json)
{
	static const struct cel_variable variables[] = {{STR_INIT("d"), NULL}};
	struct arena *arena = arena_new();
	struct value *d = arena_make(arena, struct value);

	*d = cel_check_json(arena, json);
	*check = (struct cel_check){.arena = arena,
	    .run = cel_run_new(arena),
	    .scope = {.variables = variables, .variable_count = 1},
	    .activation = d};
}

void cel_check_close(struct cel_check *check)
{
	cel_run_free(check->run);
	arena_free(check->arena);
}

void cel_check_rows(const struct cel_check *check, const struct cel_check_row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct str result = cel_check_run(check, rows[i].expression);

		if (str_is(result, rows[i].result))
			continue;
		print_error("%s\n\twanted %s\n\tgot    %.*s\n", rows[i].expression, rows[i].result,
		    STR_ARG(result));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

void cel_check_truths(const struct cel_check *check, const char *const *truths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str result = cel_check_run(check, truths[i]);

		if (!str_is(result, "true"))
			fail_msg("%s: %.*s", truths[i], STR_ARG(result));
	}
}

void cel_check_greedy(const struct cel_check *check, const char *const *greedy, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str result = cel_check_run(check, greedy[i]);

		if (!str_starts(result, STR("limit: ")))
			fail_msg("%s: %.*s", greedy[i], STR_ARG(result));
	}
}
