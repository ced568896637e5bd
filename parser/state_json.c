#include "parser/state_json.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/address.h"
#include "parser/overlay.h"
#include "parser/plan_build.h"
#include "parser/plan_change.h"

struct state_row {
	struct span span; /* of the resource, or of an output */
	uint64_t hash;	  /* of its address or name */
	bool is_deposed, is_marked;
};

struct state {
	const struct input *input;
	const struct state_row *rows, *outputs;
	const struct str *output_names;
	size_t count, output_count;
	/* Rows by address: their numbers plus 1, 0 is free; open addressing. */
	uint32_t *slots;
	size_t mask;
};

struct reader {
	struct arena *arena, *temp;
	struct cursor *cursor;
	struct growing rows, outputs, output_names;
	bool has_format, has_values;
	const char *other; /* what it is instead of a state */
};

typedef bool member_reader(struct reader *r, struct err *err);

struct member {
	const char *name;
	member_reader *read;
};

static bool read_modules(struct reader *r, struct err *err);

/* Enters what opens with this bracket; anything else is skipped and counts as empty. */
NODISCARD static bool enter_if(struct reader *r, char open, bool *entered, struct err *err)
{
	struct span span;
	char kind;

	if (!cursor_peek(r->cursor, &kind, err))
		return false;
	*entered = kind == open;
	return *entered ? cursor_enter(r->cursor, open, err) : cursor_skip(r->cursor, &span, err);
}

/* An object whose known members have a reader each; the others are skipped. */
NODISCARD static bool read_members(struct reader *r, const struct member *members, struct err *err)
{
	bool entered, more = true;
	struct str key;

	if (!enter_if(r, '{', &entered, err))
		return false;
	while (entered) {
		const struct member *member = members;
		struct span span;

		if (!cursor_key(r->cursor, &key, &more, err))
			return false;
		if (!more)
			break;
		while (member->name && !str_is(key, member->name))
			member++;
		if (!(member->name ? member->read(r, err) : cursor_skip(r->cursor, &span, err)))
			return false;
	}
	return true;
}

/* A list whose items are all of one kind. */
NODISCARD static bool read_items(struct reader *r, member_reader *read, struct err *err)
{
	bool entered, more = true;

	if (!enter_if(r, '[', &entered, err))
		return false;
	while (entered) {
		if (!cursor_item(r->cursor, &more, err))
			return false;
		if (!more)
			break;
		if (!read(r, err))
			return false;
	}
	return true;
}

NODISCARD static bool check_count(size_t count, const char *what, struct err *err)
{
	if (count < STATE_ITEMS_MAX)
		return true;
	return err_set(err, ERR_LIMIT, "the state has more than %zu %s", STATE_ITEMS_MAX, what);
}

/* --- resources --- */

static struct state_row *newest(const struct growing *list)
{
	return (struct state_row *)list->items + list->count - 1;
}

static bool read_address(struct reader *r, struct err *err)
{
	struct str text;
	bool is_null;

	if (!cursor_string(r->cursor, &text, &is_null, err))
		return false;
	newest(&r->rows)->hash = hash_bytes(text);
	return true;
}

static bool read_deposed(struct reader *r, struct err *err)
{
	struct str text;
	bool is_null;

	if (!cursor_string(r->cursor, &text, &is_null, err))
		return false;
	newest(&r->rows)->is_deposed = text.len > 0;
	return true;
}

static bool read_marks(struct reader *r, struct err *err)
{
	return cursor_skip_marks(r->cursor, &newest(&r->rows)->is_marked, err);
}

static bool read_resource(struct reader *r, struct err *err)
{
	static const struct member members[] = {{"address", read_address},
	    {"deposed_key", read_deposed}, {"sensitive_values", read_marks}, {NULL, NULL}};
	struct state_row *row;
	struct span span;
	char kind;

	if (!cursor_peek(r->cursor, &kind, err))
		return false;
	if (kind != '{')
		return cursor_skip(r->cursor, &span, err);
	if (!check_count(r->rows.count, "resources", err))
		return false;
	row = growing_add(r->temp, &r->rows, struct state_row);
	row->span.offset = cursor_offset(r->cursor);
	if (!read_members(r, members, err))
		return false;
	row->span.len = cursor_offset(r->cursor) - row->span.offset;
	return true;
}

static bool read_resources(struct reader *r, struct err *err)
{
	return read_items(r, read_resource, err);
}

static bool read_module(struct reader *r, struct err *err)
{
	static const struct member members[] = {
	    {"resources", read_resources}, {"child_modules", read_modules}, {NULL, NULL}};

	return read_members(r, members, err);
}

static bool read_modules(struct reader *r, struct err *err)
{
	return read_items(r, read_module, err);
}

/* --- the document --- */

static bool read_outputs(struct reader *r, struct err *err)
{
	bool entered, more = true;
	struct str name;

	if (!enter_if(r, '{', &entered, err))
		return false;
	while (entered) {
		struct state_row *row;

		if (!cursor_key(r->cursor, &name, &more, err))
			return false;
		if (!more)
			break;
		if (!check_count(r->outputs.count, "outputs", err))
			return false;
		row = growing_add(r->temp, &r->outputs, struct state_row);
		row->hash = hash_bytes(name);
		*growing_add(r->temp, &r->output_names, struct str) = str_copy(r->arena, name);
		if (!cursor_skip(r->cursor, &row->span, err))
			return false;
	}
	return true;
}

static bool read_values(struct reader *r, struct err *err)
{
	static const struct member members[] = {
	    {"root_module", read_module}, {"outputs", read_outputs}, {NULL, NULL}};

	r->has_values = true;
	return read_members(r, members, err);
}

static bool read_format(struct reader *r, struct err *err)
{
	struct str text;
	bool is_null;

	if (!cursor_string(r->cursor, &text, &is_null, err))
		return false;
	r->has_format = text.len > 0;
	return true;
}

static bool note_plan(struct reader *r, struct err *err)
{
	struct span span;

	r->other = "a plan, expected 'terraform show -json' without a plan file";
	return cursor_skip(r->cursor, &span, err);
}

static bool note_state_file(struct reader *r, struct err *err)
{
	struct span span;

	r->other = "a state file, expected the output of 'terraform show -json'";
	return cursor_skip(r->cursor, &span, err);
}

static const struct member document_members[] = {{"format_version", read_format},
    {"values", read_values}, {"resource_changes", note_plan}, {"planned_values", note_plan},
    {"serial", note_state_file}, {"lineage", note_state_file}, {NULL, NULL}};

static const void *keep(struct arena *arena, const struct growing *list, size_t size)
{
	void *items = arena_alloc_array(arena, list->count, size);

	if (list->count > 0)
		memcpy(items, list->items, list->count * size);
	return items;
}

static void make_table(struct arena *arena, struct state *state)
{
	size_t size = 16;

	while (size < state->count * 2)
		size *= 2;
	state->slots = arena_array(arena, uint32_t, size);
	state->mask = size - 1;
	for (size_t i = 0; i < state->count; i++) {
		size_t at = (size_t)state->rows[i].hash & state->mask;

		while (state->slots[at] != 0)
			at = (at + 1) & state->mask;
		state->slots[at] = (uint32_t)i + 1;
	}
}

NODISCARD static bool read_document(struct reader *r, struct err *err)
{
	char kind;

	if (!cursor_peek(r->cursor, &kind, err))
		return false;
	if (kind == 0)
		return err_set(err, ERR_SYNTAX, "empty, expected the JSON of a state");
	if (kind != '{')
		return err_set(err, ERR_INVALID, "no state: expected a JSON object");
	if (!read_members(r, document_members, err))
		return false;
	if (r->other)
		return err_set(err, ERR_INVALID, "%s", r->other);
	if (!r->has_format && !r->has_values)
		return err_set(
		    err, ERR_INVALID, "no state: it has neither format_version nor values");
	return true;
}

enum part {
	PART_STATE,
	PART_PLANNED, /* what the plan makes of it: the values alone */
};

NODISCARD static bool read_at(struct arena *arena, const struct input *input, struct span span,
    enum part part, const struct state **out, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct state *state = arena_make(arena, struct state);
	struct reader r = {.arena = arena, .temp = temp};

	if (span.len > STATE_MAX)
		return err_set(err, ERR_LIMIT, "the state is over %zu MiB", STATE_MAX >> 20);
	if (span.len > 0) {
		r.cursor = cursor_new(temp, input, span.offset);
		if (!(part == PART_STATE ? read_document(&r, err) : read_values(&r, err)))
			return err_in_file(err, input_name(input));
	}
	state->input = input;
	state->rows = keep(arena, &r.rows, sizeof(struct state_row));
	state->count = r.rows.count;
	state->outputs = keep(arena, &r.outputs, sizeof(struct state_row));
	state->output_names = keep(arena, &r.output_names, sizeof(struct str));
	state->output_count = r.outputs.count;
	make_table(arena, state);
	*out = state;
	return true;
}

bool state_read_json(
    struct arena *arena, const struct input *input, const struct state **out, struct err *err)
{
	struct span all = {0, input_size(input)};

	if (all.len == 0)
		return err_set_at(err, ERR_SYNTAX, input_name(input), 0, 0,
		    "empty, expected the JSON of a state");
	return read_at(arena, input, all, PART_STATE, out, err);
}

bool state_read_prior(
    struct arena *arena, const struct plan *plan, const struct state **out, struct err *err)
{
	struct span span = plan->prior_state;

	/* null */
	if (span.len <= 4)
		span.len = 0;
	return read_at(arena, plan->input, span, PART_STATE, out, err);
}

bool state_read_planned(
    struct arena *arena, const struct plan *plan, const struct state **out, struct err *err)
{
	/* without "values" around it */
	return read_at(arena, plan->input, plan->planned_values, PART_PLANNED, out, err);
}

bool state_is_marked(const struct state *state, size_t i)
{
	return state->rows[i].is_marked;
}

size_t state_count(const struct state *state)
{
	return state->count;
}

/* --- loading --- */

NODISCARD static bool load(struct arena *arena, const struct state *state,
    const struct state_row *row, struct value *out, struct err *err)
{
	struct jsonr json = {0};
	struct str text;

	if (!input_text(arena, state->input, row->span.offset, (size_t)row->span.len, &text, err))
		return false;
	return jsonr_read(arena, text, &json, out, err) ||
	       err_in_file(err, input_name(state->input));
}

static struct value_entry entry(const char *key, struct value record, const char *from)
{
	const struct value *value = value_get_c(record, from);

	return (struct value_entry){value_string(str_from(key)), value ? *value : value_null()};
}

NODISCARD static bool make_map(struct arena *arena, const struct value_entry *entries, size_t count,
    struct value *out, struct err *err)
{
	struct value_entry *kept = arena_alloc(arena, count * sizeof(*kept));
	struct str twice;

	memcpy(kept, entries, count * sizeof(*kept));
	if (!value_map(arena, kept, count, out, &twice))
		return err_set(err, ERR_BUG, "a key stands twice");
	return true;
}

/* The same as a record of a plan: the reader of those has all the rules about what may be missing.
 */
NODISCARD static bool as_record(
    struct arena *arena, struct value resource, struct value *out, struct err *err)
{
	const struct value no_op = value_string(STR("no-op"));
	struct value *actions = arena_make(arena, struct value);
	struct value change;

	*actions = no_op;
	const struct value_entry of_change[] = {
	    {value_string(STR("actions")), value_list(actions, 1)},
	    entry("before", resource, "values"),
	    entry("after", resource, "values"),
	    entry("before_sensitive", resource, "sensitive_values"),
	    entry("after_sensitive", resource, "sensitive_values"),
	};
	if (!make_map(arena, of_change, ARRAY_LEN(of_change), &change, err))
		return false;
	const struct value_entry of_record[] = {
	    entry("address", resource, "address"),
	    entry("mode", resource, "mode"),
	    entry("type", resource, "type"),
	    entry("name", resource, "name"),
	    entry("index", resource, "index"),
	    entry("provider_name", resource, "provider_name"),
	    entry("deposed", resource, "deposed_key"),
	    {value_string(STR("change")), change},
	};
	return make_map(arena, of_record, ARRAY_LEN(of_record), out, err);
}

bool state_change(
    struct arena *arena, const struct state *state, size_t i, struct change *out, struct err *err)
{
	struct value resource, record;
	struct address address;

	if (!load(arena, state, &state->rows[i], &resource, err) ||
	    !as_record(arena, resource, &record, err) ||
	    !change_read(arena, CHANGES_RESOURCE, record, out, err))
		return false;
	if (address_parse(arena, out->head.address, &address)) {
		out->head.module = address.module;
		if (value_get_str(resource, "mode").len == 0)
			out->head.mode = address.mode;
	}
	return true;
}

bool state_find(struct arena *arena, const struct state *state, struct str address,
    struct change *out, bool *found, struct err *err)
{
	const uint64_t hash = hash_bytes(address);
	size_t at = (size_t)hash & state->mask;

	*found = false;
	for (; state->slots[at] != 0 && !*found; at = (at + 1) & state->mask) {
		const struct state_row *row = &state->rows[state->slots[at] - 1];

		if (row->hash != hash || row->is_deposed)
			continue;
		if (!state_change(arena, state, state->slots[at] - 1, out, err))
			return false;
		*found = str_eq(out->head.address, address);
	}
	return true;
}

/* {"sensitive":true,"type":...,"value":...} */
bool state_output(struct arena *arena, const struct state *state, struct str name,
    struct value *out, bool *found, struct err *err)
{
	const struct value *value;
	struct value record;

	*found = false;
	*out = value_null();
	for (size_t i = 0; i < state->output_count; i++) {
		if (!str_eq(state->output_names[i], name))
			continue;
		if (!load(arena, state, &state->outputs[i], &record, err))
			return false;
		*found = true;
		value = value_get(record, STR("value"));
		if (value)
			*out = *value;
		if (value_get_bool(record, "sensitive", false))
			out->marks |= VALUE_SENSITIVE | VALUE_HAS_SENSITIVE;
		return true;
	}
	return true;
}
