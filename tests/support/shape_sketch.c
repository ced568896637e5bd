#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/plan_read.h"
#include "tests/support/shape_sketch.h"

#define SKETCH_MAX ((size_t)1 << 20)

static struct value marked(struct arena *arena, struct value value);

static struct value marked_text(struct value value)
{
	struct str text = value_text(value);

	if (str_is(text, "#"))
		return value_hidden(false);
	if (str_eat(&text, STR("?"))) {
		value = value_unknown();
		value.as.text = text.ptr;
		value.len = (uint32_t)text.len;
	} else if (str_eat(&text, STR("!"))) {
		value = value_string(text);
		value.marks |= VALUE_SENSITIVE;
	}
	return value;
}

static struct value marked_list(struct arena *arena, struct value list)
{
	struct value *items = arena_array(arena, struct value, list.len);

	for (uint32_t i = 0; i < list.len; i++)
		items[i] = marked(arena, list.as.items[i]);
	return value_list(items, list.len);
}

static struct value marked_map(struct arena *arena, struct value map)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, map.len);
	struct value out;
	struct str duplicate;

	for (uint32_t i = 0; i < map.len; i++) {
		entries[i].key = map.as.entries[i].key;
		entries[i].value = marked(arena, map.as.entries[i].value);
	}
	assert_true(value_map(arena, entries, map.len, &out, &duplicate));
	return out;
}

static struct value marked(struct arena *arena, struct value value)
{
	if (value.kind == VALUE_STRING)
		return marked_text(value);
	if (value.kind == VALUE_LIST)
		return marked_list(arena, value);
	return value.kind == VALUE_MAP ? marked_map(arena, value) : value;
}

struct value shape_written(struct arena *arena, const char *text)
{
	char *json = str_to_c(arena, str_from(text));
	struct jsonr reader = {0};
	struct value value;
	struct err err = {0};

	for (char *at = json; *at; at++) {
		if (*at == '\'')
			*at = '"';
	}
	if (!jsonr_read(arena, str_from(json), &reader, &value, &err))
		fail_msg("%s: %s", text, err.text);
	return marked(arena, value);
}

/* --- the way back --- */

static void sketch_map(struct buf *out, struct value map)
{
	const struct value *from = value_get_c(map, "from");

	if (map.len == 2 && from) {
		shape_sketch(out, *from);
		buf_addc(out, '-');
		shape_sketch(out, *value_get_c(map, "to"));
		return;
	}
	buf_addc(out, '{');
	for (uint32_t i = 0; i < map.len; i++) {
		buf_adds(out, i > 0 ? "," : "");
		buf_add(out, value_text(map.as.entries[i].key));
		buf_addc(out, ':');
		shape_sketch(out, map.as.entries[i].value);
	}
	buf_addc(out, '}');
}

static void sketch_list(struct buf *out, struct value list)
{
	buf_addc(out, '[');
	for (uint32_t i = 0; i < list.len; i++) {
		buf_adds(out, i > 0 ? "," : "");
		shape_sketch(out, list.as.items[i]);
	}
	buf_addc(out, ']');
}

void shape_sketch(struct buf *out, struct value value)
{
	switch ((enum value_kind)value.kind) {
	case VALUE_NULL:
		buf_addc(out, '-');
		break;
	case VALUE_BOOL:
		buf_adds(out, value.as.boolean ? "true" : "false");
		break;
	case VALUE_INT:
		buf_addf(out, "%lld", (long long)value.as.integer);
		break;
	case VALUE_NUMBER:
	case VALUE_STRING:
		buf_add(out, value_text(value));
		break;
	case VALUE_LIST:
		sketch_list(out, value);
		break;
	case VALUE_MAP:
		sketch_map(out, value);
		break;
	case VALUE_UNKNOWN:
		buf_addc(out, '?');
		if (value.len > 0)
			buf_add(out, (struct str){value.as.text, value.len});
		break;
	case VALUE_HIDDEN:
		buf_addc(out, '#');
		break;
	}
	if (value.marks & VALUE_SENSITIVE)
		buf_addc(out, '!');
}

/* The name behind a '%'. */
static struct str field_name(const char **at)
{
	const char *first = *at;

	while ((**at >= 'a' && **at <= 'z') || **at == '_')
		(*at)++;
	return (struct str){first, (size_t)(*at - first)};
}

static void sketch_item(struct buf *out, struct value item, const char *format)
{
	if (item.kind != VALUE_MAP) {
		shape_sketch(out, item);
		return;
	}
	while (*format) {
		const struct value *field;

		if (*format != '%') {
			buf_addc(out, *format++);
			continue;
		}
		format++;
		field = value_get(item, field_name(&format));
		assert_non_null(field);
		shape_sketch(out, *field);
	}
}

struct str shape_sketch_items(struct arena *arena, struct value items, const char *format)
{
	struct buf out;

	buf_init(&out, arena, SKETCH_MAX);
	if (items.kind != VALUE_LIST)
		shape_sketch(&out, items);
	for (uint32_t i = 0; items.kind == VALUE_LIST && i < items.len; i++) {
		buf_adds(&out, i > 0 ? "; " : "");
		sketch_item(&out, items.as.items[i], format);
	}
	return buf_str(&out);
}

/* --- real plans --- */

const char *shape_shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED"), *ci = getenv("CI");

	if (dir && *dir)
		return dir;
	if (access("../shared/data/plans/manifest.tsv", R_OK) == 0)
		return "../shared";
	if (ci && str_is(str_from(ci), "true"))
		fail_msg("the corpus is missing: set TFHERALD_SHARED");
	return NULL;
}

struct visit {
	shape_visitor *visit;
	void *context;
};

static bool visit_change(void *context, const struct change *change, struct err *err UNUSED)
{
	const struct visit *visit = context;

	if (!change->has_values)
		return true;
	visit->visit(visit->context, change->head.type, change->before);
	visit->visit(visit->context, change->head.type, change->after);
	return true;
}

/* One file of the corpus is wrong in that it has a key twice. */
static bool is_known_broken(struct str id, const struct err *err)
{
	return str_is(id, "0b0836b3eb0e") && strstr(err->text, "duplicate key");
}

static void visit_plan(const char *shared, struct str id, struct visit *visit)
{
	const struct plan_options options = {.strict_json = false};
	const struct plan_selection all = {CHANGES_RESOURCE, VISIT_ALL};
	struct arena *arena = arena_new(), *scratch = arena_new();
	struct str path = str_format(arena, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id));
	struct input *input = NULL;
	struct plan *plan = NULL;
	struct err err = {0};

	if ((!input_open(arena, path.ptr, 0, &input, &err) ||
		!plan_read(arena, input, &options, &plan, &err) ||
		!plan_visit(plan, all, scratch, visit_change, visit, &err)) &&
	    !is_known_broken(id, &err))
		fail_msg("%.*s: %s", STR_ARG(id), err.text);
	input_close(input);
	arena_free(scratch);
	arena_free(arena);
}

void shape_visit_plans(const char *shared, shape_visitor *visitor, void *context)
{
	struct arena *arena = arena_new();
	struct str path = str_format(arena, "%s/data/plans/manifest.tsv", shared);
	struct visit visit = {visitor, context};
	struct str manifest, line, id, kind;
	struct err err = {0};

	if (!file_read(arena, path.ptr, (size_t)4 << 20, &manifest, &err))
		fail_msg("%s", err.text);
	while (str_line(&manifest, &line)) {
		if (str_split(&line, '\t', &id) && str_split(&line, '\t', &kind) &&
		    str_is(kind, "plan_json"))
			visit_plan(shared, id, &visit);
	}
	arena_free(arena);
}
