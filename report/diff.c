#include "report/diff.h"

#include "base/arena.h"
#include "base/size.h"
#include "policies/shapes_network.h"
#include "report/diff_parts.h"
#include "report/diff_walk.h"
#include "report/noise.h"

#define ROWS_FIRST ((size_t)8)

/* Beyond ATTRIBUTES_MAX: of all attributes at the top their first rows, and some more of each. */
#define ATTRIBUTES_FIRST_MAX 8000
#define ATTRIBUTES_MORE_MAX  2000
#define SHARE_MAX	     10
#define FORCING_WORK	     ((size_t)16 << 20) /* paths looked at */

static bool is_container(uint8_t kind)
{
	return kind == VALUE_MAP || kind == VALUE_LIST;
}

/* --- rows --- */

size_t diff_found(const struct diff_walk *walk)
{
	return walk->out->count + walk->out->left_out;
}

/* Beyond ATTRIBUTES_MAX each attribute at the top still has a few rows, and a few more of what
 * forces the replacement and of what is called out: none of it goes unnamed. */
static bool has_share(struct diff_walk *walk, bool forces, bool calls_out)
{
	struct diff_share *share = &walk->share;
	size_t *used = calls_out ? &share->called_out : forces ? &share->forcing : &share->rows;
	size_t most = *used == 0 ? ATTRIBUTES_MAX + ATTRIBUTES_FIRST_MAX
				 : ATTRIBUTES_MAX + ATTRIBUTES_MORE_MAX;
	bool has = share->rows == 0 || *used < SHARE_MAX;

	return has && walk->out->count < most;
}

static void count_share(struct diff_share *share, bool forces, bool calls_out)
{
	share->rows++;
	share->forcing += forces;
	share->called_out += calls_out;
}

static struct attribute_change *next_row(struct diff_walk *walk, bool forces)
{
	struct diff *out = walk->out;
	bool calls_out = walk->calls_out;

	if (out->count >= ATTRIBUTES_MAX && !has_share(walk, forces, calls_out)) {
		out->left_out++;
		return NULL;
	}
	count_share(&walk->share, forces, calls_out);
	if (out->count == walk->room) {
		size_t room = walk->room ? walk->room * 2 : ROWS_FIRST;

		out->rows = arena_grow(walk->arena, out->rows, walk->room * sizeof(*out->rows),
		    room * sizeof(*out->rows));
		walk->room = room;
	}
	return &out->rows[out->count++];
}

static struct str noise_of(const struct diff_walk *walk, bool unknown_after)
{
	struct str keys[JSON_DEPTH_MAX];
	size_t count = 0;

	if (!noise_may_start(walk->noise, walk->steps[0].key))
		return STR_EMPTY;
	for (size_t i = 0; i < walk->depth; i++) {
		if (walk->steps[i].key.ptr)
			keys[count++] = walk->steps[i].key;
	}
	return noise_reason(walk->noise, keys, count, unknown_after);
}

/* Of rows that find no room it is asked as often as that is cheap. */
static bool may_force(const struct diff_walk *walk)
{
	uint32_t paths = walk->change->replace_paths.len;

	return walk->out->left_out < FORCING_WORK / (1 + (size_t)paths);
}

struct attribute_change *diff_add_row(
    struct diff_walk *walk, enum difference difference, bool unknown_after)
{
	struct attribute_change *row;
	bool forces;

	if (walk->rest_of_rules && diff_network_shows(walk))
		return NULL;
	forces = may_force(walk) && diff_path_forces(walk);
	row = next_row(walk, forces);
	if (!row)
		return NULL;
	*row = (struct attribute_change){
	    .path = diff_path_text(walk),
	    .difference = difference,
	    .forces_replacement = forces,
	    .has_values = true,
	    .in_text = walk->text_depth > 0,
	    .decoded = walk->decoded_depth > 0,
	    .origin = STR_EMPTY,
	    .noise = STR_EMPTY,
	};
	if (walk->may_fold && walk->noise && walk->depth > 0 && !row->forces_replacement)
		row->noise = noise_of(walk, unknown_after);
	return row;
}

static bool may_call_out(enum diff_view view)
{
	return view == DIFF_STATEMENTS || view == DIFF_RULES;
}

struct attribute_change *diff_add_view(struct diff_walk *walk, enum difference difference,
    enum diff_view view, const struct diff_parts *parts)
{
	struct attribute_change *row;

	for (uint32_t i = 0; may_call_out(view) && i < parts->count && !walk->calls_out; i++)
		walk->calls_out = parts->items[i].mark == PART_REMARK;
	row = diff_add_row(walk, difference, false);
	walk->calls_out = false;
	if (row)
		diff_set_view(row, view, parts);
	return row;
}

void diff_set_view(
    struct attribute_change *row, enum diff_view view, const struct diff_parts *parts)
{
	row->view = view;
	row->parts = parts->items;
	row->part_count = parts->count;
	row->parts_left_out = parts->left_out;
	if (!may_call_out(view))
		return;
	for (uint32_t i = 0; i < parts->count; i++) {
		if (parts->items[i].mark == PART_REMARK)
			row->noise = STR_EMPTY;
	}
}

/* Where only names are kept nobody looks what would be called out: that is no noise, then. */
static bool may_tell(
    const struct diff_walk *walk, const struct value *before, const struct value *after)
{
	return str_contains(value_text(*before), STR("tatement\"")) ||
	       str_contains(value_text(*after), STR("tatement\"")) || shown_is_json_text(before) ||
	       shown_is_json_text(after) || (walk->is_network && diff_network_may_tell(walk));
}

void diff_add_values(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	enum difference difference = before->kind == VALUE_NULL	 ? DIFFERENCE_ADDED
				     : after->kind == VALUE_NULL ? DIFFERENCE_REMOVED
								 : DIFFERENCE_CHANGED;
	struct attribute_change *row = diff_add_row(walk, difference, after->kind == VALUE_UNKNOWN);
	bool tells = walk->names_only && may_tell(walk, before, after);

	walk->out->may_call_out |= tells;
	if (!row)
		return;
	row->before.value = *before;
	row->after.value = *after;
	if (tells)
		row->noise = STR_EMPTY;
}

/* --- leaves --- */

bool diff_leaf_differs(const struct value *before, const struct value *after)
{
	if (before->kind == VALUE_HIDDEN || after->kind == VALUE_HIDDEN)
		return (before->kind == VALUE_HIDDEN && before->as.changed) ||
		       (after->kind == VALUE_HIDDEN && after->as.changed);
	if (after->kind == VALUE_UNKNOWN)
		return true;
	if (before->kind == VALUE_STRING && after->kind == VALUE_STRING)
		return !str_eq(value_text(*before), value_text(*after));
	return !value_equal(*before, *after);
}

/* --- maps --- */

void diff_key(
    struct diff_walk *walk, struct str key, const struct value *before, const struct value *after)
{
	struct diff_step *step;
	bool rest = walk->rest_of_rules;

	bool both_null = before->kind == VALUE_NULL && after->kind == VALUE_NULL;

	/* Terraform's own maps have no null; a document of JSON with one says something else */
	if (both_null &&
	    (walk->text_depth == 0 || (before == &walk->no_value) == (after == &walk->no_value)))
		return;
	if (walk->depth == 0)
		walk->share = (struct diff_share){0};
	walk->rest_of_rules = rest && !diff_network_is_odd(key, before, after);
	step = &walk->steps[walk->depth++];
	step->key = key;
	if (both_null)
		(void)diff_add_row(
		    walk, before == &walk->no_value ? DIFFERENCE_ADDED : DIFFERENCE_REMOVED, false);
	else if (!walk->is_network || !diff_network_blocks(walk, before, after))
		diff_pair(walk, before, after);
	walk->depth--;
	walk->rest_of_rules = rest;
}

/* Both sides in byte order of their keys: one merge. */
static void walk_sorted(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	const struct value *none = &walk->no_value;
	const struct value_entry *a = before->as.entries, *a_end = a + before->len;
	const struct value_entry *b = after->as.entries, *b_end = b + after->len;

	while (a < a_end || b < b_end) {
		int order = a == a_end	 ? 1
			    : b == b_end ? -1
					 : str_cmp(value_text(a->key), value_text(b->key));

		if (order < 0) {
			diff_key(walk, value_text(a->key), &a->value, none);
		} else {
			diff_key(
			    walk, value_text(b->key), order == 0 ? &a->value : none, &b->value);
			b++;
		}
		a += order <= 0;
	}
}

/* Both sides nearly always have the same keys at the same places. */
static const struct value *get_near(const struct value *map, size_t place, struct str key)
{
	if (place < map->len && str_eq(value_text(map->as.entries[place].key), key))
		return &map->as.entries[place].value;
	return value_get(*map, key);
}

static void walk_unsorted(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	for (size_t i = 0; i < before->len; i++) {
		const struct value_entry *entry = &before->as.entries[i];
		const struct value *other = get_near(after, i, value_text(entry->key));

		diff_key(
		    walk, value_text(entry->key), &entry->value, other ? other : &walk->no_value);
	}
	for (size_t i = 0; i < after->len; i++) {
		const struct value_entry *entry = &after->as.entries[i];

		if (!get_near(before, i, value_text(entry->key)))
			diff_key(walk, value_text(entry->key), &walk->no_value, &entry->value);
	}
}

static void walk_maps(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	bool sorted = (before->marks & VALUE_SORTED || before->len < 2) &&
		      (after->marks & VALUE_SORTED || after->len < 2);

	if (sorted)
		walk_sorted(walk, before, after);
	else
		walk_unsorted(walk, before, after);
}

/* --- any two --- */

static bool is_text(const struct value *value)
{
	return value->kind == VALUE_STRING ||
	       (is_container(value->kind) && shown_is_json_text(value));
}

/* Text is looked into where it changes; of what comes or goes only documents are. */
static bool may_hold_text(const struct value *before, const struct value *after)
{
	return (is_text(before) && (is_text(after) || after->kind == VALUE_NULL)) ||
	       (is_text(after) && before->kind == VALUE_NULL);
}

/* The value stays, what the plan thinks of it does not: whoever reads the state or the next log can
 * see it from then on, or cannot any more. */
static bool add_mark_change(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	if (before->kind != VALUE_HIDDEN || after->kind != VALUE_HIDDEN ||
	    before->tag == after->tag || diff_leaf_differs(before, after))
		return false;
	diff_add_remark(walk,
	    after->tag == SHOWN_MARKED ? STR("marked as sensitive from now on")
				       : STR("no longer marked as sensitive"),
	    false);
	return true;
}

/* Recursion is bounded by steps[]: what lies deeper is compared as a whole. */
void diff_pair(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	bool same_kind = before->kind == after->kind;

	if ((before->kind == VALUE_NULL && after->kind == VALUE_NULL) ||
	    add_mark_change(walk, before, after))
		return;
	if (same_kind && is_container(before->kind) && walk->depth < JSON_DEPTH_MAX &&
	    !shown_is_json_text(before) && !shown_is_json_text(after)) {
		if (before->kind == VALUE_MAP)
			walk_maps(walk, before, after);
		else
			diff_list_pair(walk, before, after);
		return;
	}
	if (same_kind && before->kind == VALUE_STRING && !diff_leaf_differs(before, after))
		return;
	if (!walk->names_only && may_hold_text(before, after) &&
	    diff_text_pair(walk, before, after))
		return;
	if (diff_leaf_differs(before, after))
		diff_add_values(walk, before, after);
}

/* Of a resource that comes or goes the attributes are listed, not one row for all of it. */
static struct value root_of(struct value side, struct value other)
{
	struct value empty = {.kind = VALUE_MAP, .marks = VALUE_SORTED};

	return side.kind == VALUE_NULL && other.kind == VALUE_MAP ? empty : side;
}

/* What loses something is shown whole. */
static bool may_fold(const struct change_head *head)
{
	enum change_group group = change_group(head);

	return group == GROUP_UPDATE || group == GROUP_CREATE || group == GROUP_IMPORT ||
	       group == GROUP_MOVE;
}

void diff_values(struct arena *arena, const struct shown_change *change,
    const struct diff_rules *rules, struct diff *out)
{
	struct diff_walk walk;
	struct value before = root_of(change->before.value, change->after.value);
	struct value after = root_of(change->after.value, change->before.value);

	*out = (struct diff){0};
	if (!change->has_values)
		return;
	/* steps[] stays as it is: 10 kB that need no zeroes for each of 100,000 changes */
	walk.arena = arena;
	walk.out = out;
	walk.room = 0;
	walk.change = change;
	walk.noise = rules->noise;
	walk.names_only = rules->names_only;
	walk.may_fold = may_fold(&change->head);
	walk.is_network = shape_has_network(change->head.type);
	walk.rest_of_rules = false;
	walk.text_depth = 0;
	walk.decoded_depth = 0;
	walk.work = DIFF_WORK_MAX;
	walk.no_value = value_null();
	walk.depth = 0;
	walk.share = (struct diff_share){0};
	walk.calls_out = false;
	if (walk.is_network && !walk.names_only)
		diff_network_rule(&walk, &before, &after);
	diff_pair(&walk, &before, &after);
}
