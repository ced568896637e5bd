#include "report/plan_compare.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/sink.h"
#include "parser/overlay.h"
#include "report/render.h"

#define ROW_BYTES_MAX ((size_t)128 << 20)

static const char *const match_names[] = {
    [PLAN_IDENTICAL] = "identical",
    [PLAN_SUBSET] = "subset",
    [PLAN_DIFFERS] = "differs",
};

const char *plan_match_name(enum plan_match match)
{
	return match_names[match];
}

/* --- rows --- */

struct planned {
	struct planned_row *rows;
	size_t count;
};

static void add_rows(struct planned *planned, enum leaf_kind kind,
    const struct outcome_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (changes[i].leaf)
			planned->rows[planned->count++] = (struct planned_row){
			    .leaf = *changes[i].leaf, .kind = kind, .change = &changes[i]};
	}
}

static int by_leaf(const void *a, const void *b)
{
	const struct planned_row *left = a, *right = b;

	return leaf_cmp(&left->leaf, &right->leaf);
}

static int by_reviewed_leaf(const void *a, const void *b)
{
	const struct report_row *const *left = a, *const *right = b;

	return leaf_cmp(&(*left)->leaf, &(*right)->leaf);
}

static struct planned planned_of(struct arena *arena, const struct outcome *outcome)
{
	struct planned planned = {.count = 0};

	planned.rows = arena_array(arena, struct planned_row,
	    outcome->change_count + outcome->output_count + outcome->drift_count +
		outcome->deferred_count + outcome->invocation_count);
	add_rows(&planned, LEAF_RESOURCE, outcome->changes, outcome->change_count);
	add_rows(&planned, LEAF_OUTPUT, outcome->outputs, outcome->output_count);
	add_rows(&planned, LEAF_DRIFT, outcome->drift, outcome->drift_count);
	add_rows(&planned, LEAF_DEFERRED, outcome->deferred, outcome->deferred_count);
	for (size_t i = 0; outcome->invocation_rows && i < outcome->invocation_count; i++)
		planned.rows[planned.count++] =
		    (struct planned_row){.leaf = *outcome->invocation_rows[i].leaf,
			.kind = LEAF_ACTION,
			.change = &outcome->invocation_rows[i],
			.invocation = &outcome->invocations[i]};
	qsort(planned.rows, planned.count, sizeof(*planned.rows), by_leaf);
	return planned;
}

static const struct report_row **reviewed_of(struct arena *arena, const struct report *report)
{
	const struct report_row **rows =
	    arena_array(arena, const struct report_row *, report->row_count);

	for (size_t i = 0; i < report->row_count; i++)
		rows[i] = &report->rows[i];
	qsort(rows, report->row_count, sizeof(struct report_row *), by_reviewed_leaf);
	return rows;
}

static void add_pair(struct plan_comparison *out, enum plan_delta delta,
    const struct report_row *reviewed, const struct planned_row *planned)
{
	out->pairs[delta][out->counts[delta]++] = (struct row_pair){reviewed, planned};
}

static bool same_address(const struct change_leaf *a, const struct change_leaf *b)
{
	return memcmp(a->address, b->address, LEAF_ADDRESS_BYTES) == 0;
}

/* Takes out of both lists, which are sorted, what they have in common. */
static void drop_same(struct plan_comparison *out, const struct report_row **reviewed,
    size_t *reviewed_count, struct planned *planned)
{
	size_t i = 0, j = 0, left = 0, right = 0;

	while (i < *reviewed_count && j < planned->count) {
		int order = leaf_cmp(&reviewed[i]->leaf, &planned->rows[j].leaf);

		if (order < 0) {
			reviewed[left++] = reviewed[i++];
		} else if (order > 0) {
			planned->rows[right++] = planned->rows[j++];
		} else {
			out->same++;
			i++;
			j++;
		}
	}
	while (i < *reviewed_count)
		reviewed[left++] = reviewed[i++];
	while (j < planned->count)
		planned->rows[right++] = planned->rows[j++];
	*reviewed_count = left;
	planned->count = right;
}

/* What is left and has one address is one row. */
static void pair_up(struct plan_comparison *out, const struct report_row **reviewed, size_t count,
    const struct planned *planned)
{
	size_t i = 0, j = 0;

	while (i < count || j < planned->count) {
		const struct report_row *left = i < count ? reviewed[i] : NULL;
		const struct planned_row *right = j < planned->count ? &planned->rows[j] : NULL;
		bool both = left && right && same_address(&left->leaf, &right->leaf);

		if (both) {
			add_pair(out, DELTA_CHANGED, left, right);
		} else if (!right || (left && leaf_cmp(&left->leaf, &right->leaf) < 0)) {
			add_pair(out, DELTA_MISSING, left, NULL);
			right = NULL;
		} else {
			add_pair(out, DELTA_NEW, NULL, right);
			left = NULL;
		}
		i += left != NULL;
		j += right != NULL;
	}
}

void plan_compare(struct arena *arena, const struct report *reviewed, const struct outcome *outcome,
    struct plan_comparison *out)
{
	struct planned planned = planned_of(arena, outcome);
	const struct report_row **rows = reviewed_of(arena, reviewed);
	size_t count = reviewed->row_count;
	size_t most = count + planned.count;

	*out = (struct plan_comparison){
	    .is_partial =
		count < reviewed->fingerprint.count || planned.count < outcome->fingerprint.count,
	};
	for (size_t delta = 0; delta < PLAN_DELTAS; delta++)
		out->pairs[delta] = arena_array(arena, struct row_pair, most);
	drop_same(out, rows, &count, &planned);
	pair_up(out, rows, count, &planned);
	if (str_eq(reviewed->fingerprint.text, outcome->fingerprint.text))
		out->match = PLAN_IDENTICAL;
	else if (out->counts[DELTA_NEW] + out->counts[DELTA_CHANGED] == 0 && !out->is_partial)
		out->match = PLAN_SUBSET;
	else
		out->match = PLAN_DIFFERS;
}

/* --- one row --- */

NODISCARD static bool read_back(
    struct arena *arena, const struct buf *json, struct value *out, struct err *err)
{
	struct jsonr reader = {.file = NULL};

	if (json->overflow)
		return err_set(err, ERR_LIMIT, "a change is too large to be compared");
	return jsonr_read(arena, buf_str(json), &reader, out, err);
}

bool planned_row_value(
    struct arena *arena, const struct planned_row *row, struct value *out, struct err *err)
{
	struct buf json;
	struct sink sink;

	buf_init(&json, arena, ROW_BYTES_MAX);
	sink_to_buf(&sink, &json);
	if (row->invocation)
		render_json_invocation(row->invocation, row->change, &sink);
	else
		render_json_change(row->change, row->kind == LEAF_OUTPUT, &sink);
	return sink_finish(&sink, err) && read_back(arena, &json, out, err);
}

static void add_difference(struct row_differences *out, struct row_difference difference)
{
	out->items[out->count++] = difference;
}

static const struct value *attributes_of(struct value row)
{
	static const struct value none = {.kind = VALUE_LIST};
	const struct value *attributes = value_get_c(row, "attributes");

	return attributes && attributes->kind == VALUE_LIST ? attributes : &none;
}

/* The other one with this path. Both lists nearly always have the same order: `near` is tried
 * first.
 */
static const struct value *find_path(const struct value *attributes, struct str path, uint32_t near)
{
	for (uint32_t i = 0; i < attributes->len; i++) {
		const struct value *item = &attributes->as.items[(i + near) % attributes->len];

		if (str_eq(value_get_str(*item, "path"), path))
			return item;
	}
	return NULL;
}

/* Fields of a row that its leaf is made of as well. */
static void compare_fields(
    struct row_differences *out, const struct value *reviewed, const struct value *planned)
{
	static const char *const keys[] = {
	    "actions", "previous_address", "importing", "type", "trigger"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct value *before = value_get_c(*reviewed, keys[i]);
		const struct value *after = value_get_c(*planned, keys[i]);

		if (before && after && !value_equal(*before, *after))
			add_difference(
			    out, (struct row_difference){str_from(keys[i]), false, before, after});
	}
}

static void compare_attributes(
    struct row_differences *out, const struct value *reviewed, const struct value *planned)
{
	for (uint32_t i = 0; i < planned->len; i++) {
		const struct value *now = &planned->as.items[i];
		struct str path = value_get_str(*now, "path");
		const struct value *then = find_path(reviewed, path, i);

		if (!then || !value_equal(*then, *now))
			add_difference(out, (struct row_difference){path, true, then, now});
	}
	for (uint32_t i = 0; i < reviewed->len; i++) {
		struct str path = value_get_str(reviewed->as.items[i], "path");

		if (!find_path(planned, path, i))
			add_difference(
			    out, (struct row_difference){path, true, &reviewed->as.items[i], NULL});
	}
}

static bool is_hidden_in(const struct value *attribute)
{
	return value_get_c(*attribute, "before_sensitive") ||
	       value_get_c(*attribute, "after_sensitive");
}

/* Nothing that is shown differs: then it is one of those that are not. */
static void name_hidden(
    struct row_differences *out, const struct value *reviewed, const struct value *planned)
{
	for (uint32_t i = 0; i < planned->len; i++) {
		const struct value *now = &planned->as.items[i];
		struct str path = value_get_str(*now, "path");
		const struct value *then = find_path(reviewed, path, i);

		if (then && is_hidden_in(now))
			add_difference(out, (struct row_difference){path, true, then, now});
	}
}

static bool lacks_something(struct value row)
{
	const struct value *attributes = attributes_of(row);

	if (value_get_int(row, "attributes_left_out", 0) > 0)
		return true;
	for (uint32_t i = 0; i < attributes->len; i++) {
		const struct value item = attributes->as.items[i];

		if (value_get_int(item, "parts_left_out", 0) > 0 ||
		    (!value_get_c(item, "before") && !value_get_c(item, "parts")))
			return true;
	}
	return false;
}

bool row_compare(struct arena *arena, const struct report *report, const struct row_pair *pair,
    struct row_differences *out, struct err *err)
{
	struct value *rows = arena_array(arena, struct value, 2);
	const struct value *reviewed = &rows[0], *planned = &rows[1];

	if (!report_load(arena, report, pair->reviewed, &rows[0], err) ||
	    !planned_row_value(arena, pair->planned, &rows[1], err))
		return false;
	*out = (struct row_differences){
	    .items = arena_array(arena, struct row_difference,
		5 + (size_t)attributes_of(*reviewed)->len + attributes_of(*planned)->len),
	};
	compare_fields(out, reviewed, planned);
	compare_attributes(out, attributes_of(*reviewed), attributes_of(*planned));
	out->is_hidden = out->count == 0;
	out->is_cut = lacks_something(*reviewed) || lacks_something(*planned);
	if (out->is_hidden)
		name_hidden(out, attributes_of(*reviewed), attributes_of(*planned));
	return true;
}

/* --- one attribute --- */

/* A mark of the plan becomes what is shown in its place. */
static struct value hide_marked(struct arena *arena, struct value value)
{
	struct value_entry *entries;
	struct value *items, out;
	struct str twice;

	if (value.marks & VALUE_SENSITIVE)
		return value_hidden(true);
	if (!(value.marks & VALUE_HAS_SENSITIVE))
		return value;
	if (value.kind == VALUE_LIST) {
		items = arena_array(arena, struct value, value.len);
		for (uint32_t i = 0; i < value.len; i++)
			items[i] = hide_marked(arena, value.as.items[i]);
		return value_list(items, value.len);
	}
	if (value.kind != VALUE_MAP)
		return value_hidden(true);
	entries = arena_array(arena, struct value_entry, value.len);
	for (uint32_t i = 0; i < value.len; i++)
		entries[i] = (struct value_entry){
		    value.as.entries[i].key, hide_marked(arena, value.as.entries[i].value)};
	return value_map(arena, entries, value.len, &out, &twice) ? out : value_hidden(true);
}

static struct value field_of(
    struct arena *arena, struct value map, const char *key, const char *suffix)
{
	struct str name = str_format(arena, "%s%s", key, suffix);
	const struct value *field = value_get(map, name);

	return field ? *field : value_null();
}

bool attribute_side(struct arena *arena, struct value attribute, const char *key, struct shown *out,
    struct err *err)
{
	struct value value;

	if (!overlay_value(arena, field_of(arena, attribute, key, ""),
		field_of(arena, attribute, key, "_unknown"),
		field_of(arena, attribute, key, "_sensitive"), &value, err))
		return false;
	out->value = hide_marked(arena, value);
	return true;
}
