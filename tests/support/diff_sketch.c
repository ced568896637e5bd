#include "tests/support/diff_sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "report/noise.h"

static const char part_marks[] = {
    [PART_SAME] = '=',
    [PART_GAP] = '.',
    [PART_ADDED] = '+',
    [PART_REMOVED] = '-',
    [PART_CHANGED] = '~',
    [PART_REMARK] = '!',
};

static struct value parsed(struct arena *arena, struct str json)
{
	struct err err = {0};
	struct value value = value_null();

	if (!jsonr_read(arena, json, &(struct jsonr){0}, &value, &err))
		print_error("%.*s: %s\n", STR_ARG(json), err.text);
	assert_int_equal(err.code, ERR_NONE);
	return value;
}

static struct value with_kinds(struct arena *arena, struct value value);

static struct value text_kind(struct arena *arena, struct value value)
{
	struct str text = value_text(value);

	if (str_is(text, "HIDDEN") || str_is(text, "HIDDEN!"))
		return value_hidden(text.len == 7);
	if (str_is(text, "UNKNOWN"))
		return value_unknown();
	if (str_eat(&text, STR("TEXT:"))) {
		value = with_kinds(arena, parsed(arena, text));
		value.tag = SHOWN_JSON_TEXT;
	}
	return value;
}

static struct value with_kinds(struct arena *arena, struct value value)
{
	struct value copy = value;
	struct str duplicate;

	if (value.kind == VALUE_STRING)
		return text_kind(arena, value);
	if (value.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, value.len);

		for (size_t i = 0; i < value.len; i++)
			items[i] = with_kinds(arena, value.as.items[i]);
		return value_list(items, value.len);
	}
	if (value.kind == VALUE_MAP) {
		struct value_entry *entries = arena_array(arena, struct value_entry, value.len);

		for (size_t i = 0; i < value.len; i++) {
			entries[i].key = value.as.entries[i].key;
			entries[i].value = with_kinds(arena, value.as.entries[i].value);
		}
		assert_true(value_map(arena, entries, value.len, &copy, &duplicate));
	}
	return copy;
}

struct value diff_value(struct arena *arena, const char *json)
{
	return with_kinds(arena, parsed(arena, str_from(json)));
}

void diff_of(struct arena *arena, const struct diff_case *in, struct diff *out)
{
	struct shown_change change = {
	    .head = {.type = str_from(in->type), .action = in->action},
	    .has_values = true,
	    .before = {diff_value(arena, in->before)},
	    .after = {diff_value(arena, in->after)},
	    .replace_paths = diff_value(arena, in->replace_paths ? in->replace_paths : "null"),
	};
	const struct noise_rule noise = {str_from(in->noise), STR("why")};
	const struct diff_rules rules = {
	    .noise = noise_new(arena, &noise, in->noise ? 1 : 0), .names_only = in->names_only};

	diff_values(arena, &change, &rules, out);
}

static void add_part(struct buf *buf, const struct diff_part *part)
{
	buf_addc(buf, part_marks[part->mark]);
	buf_repeat(buf, '>', part->level);
	buf_addc(buf, ' ');
	for (size_t i = 0; i < part->cell_count; i++) {
		buf_adds(buf, i > 0 ? "|" : "");
		buf_add(buf, part->cells[i]);
	}
}

static void add_row(struct buf *buf, const struct attribute_change *row)
{
	buf_addc(buf, "+-~"[row->difference]);
	buf_add(buf, row->path);
	buf_adds(buf, row->forces_replacement ? "!" : "");
	buf_adds(buf, row->in_text ? row->decoded ? "@64" : "@" : "");
	if (row->view != DIFF_VALUES) {
		buf_adds(buf, "{");
		for (size_t i = 0; i < row->part_count; i++) {
			buf_adds(buf, i > 0 ? "; " : "");
			add_part(buf, &row->parts[i]);
		}
		if (row->parts_left_out > 0)
			buf_addf(buf, "; %u over", row->parts_left_out);
		buf_adds(buf, "}");
	}
	if (row->noise.len > 0)
		buf_addf(buf, "(%.*s)", STR_ARG(row->noise));
}

struct str diff_sketch(struct arena *arena, const struct diff *diff)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	for (size_t i = 0; i < diff->count; i++) {
		buf_adds(&buf, i > 0 ? " " : "");
		add_row(&buf, &diff->rows[i]);
	}
	return buf_str(&buf);
}

void diff_expect(const char *label, const struct diff_case *in, const char *want)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct diff diff;
	struct str got;

	diff_of(arena, in, &diff);
	got = diff_sketch(arena, &diff);
	if (!str_is(got, want))
		print_error("%s:\n want '%s'\n  got '%.*s'\n", label, want, STR_ARG(got));
	assert_true(str_is(got, want));
}
