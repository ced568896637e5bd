#include "report/collapse.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/size.h"
#include "base/value.h"
#include "report/callout.h"
#include "report/diff.h"
#include "report/wording.h"

#define NO_GROUP UINT32_MAX

struct group {
	uint32_t first; /* row */
	uint32_t count;
	uint32_t item; /* of the result, when it has one; else NO_GROUP */
	uint64_t hash;
};

/* Rows are put into groups in passes; a row that has one is left alone by later passes. */
struct collapser {
	const struct outcome_change *rows;
	size_t count;
	uint32_t *group_of; /* of each row, NO_GROUP: none (yet) */
	struct group *groups;
	size_t group_count;
	uint32_t *slots; /* open addressing: group + 1 */
	size_t slot_count;
};

/* --- what a change says, as a hash --- */

static uint64_t mixed(uint64_t hash, uint64_t more)
{
	hash ^= more + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
	return hash * 0xff51afd7ed558ccdu;
}

static uint64_t mixed_text(uint64_t hash, struct str text)
{
	return mixed(hash, text.len > 0 ? hash_bytes(text) ^ text.len : 0);
}

/* False: it holds something of which nobody knows whether it is the same. */
static bool mix_value(uint64_t *hash, const struct value *value)
{
	bool ok = true;

	*hash = mixed(*hash, ((uint64_t)value->len << 8) | value->kind);
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL:
	case VALUE_UNKNOWN:
		break;
	case VALUE_BOOL:
		*hash = mixed(*hash, value->as.boolean);
		break;
	case VALUE_INT:
		*hash = mixed(*hash, (uint64_t)value->as.integer);
		break;
	case VALUE_NUMBER:
	case VALUE_STRING:
		*hash = mixed_text(*hash, value_text(*value));
		break;
	case VALUE_LIST:
		for (size_t i = 0; ok && i < value->len; i++)
			ok = mix_value(hash, &value->as.items[i]);
		break;
	case VALUE_MAP:
		for (size_t i = 0; ok && i < value->len; i++)
			ok = mix_value(hash, &value->as.entries[i].key) &&
			     mix_value(hash, &value->as.entries[i].value);
		break;
	case VALUE_HIDDEN:
		ok = !value->as.changed;
		break;
	}
	return ok;
}

/* False: as for values, something hidden that changed. */
static bool mix_parts(uint64_t *hash, const struct attribute_change *row)
{
	bool ok = true;

	for (size_t i = 0; i < row->part_count; i++) {
		const struct diff_part *part = &row->parts[i];

		*hash = mixed(*hash, ((uint64_t)part->mark << 16) | part->level);
		for (size_t cell = 0; cell < part->cell_count; cell++) {
			*hash = mixed_text(*hash, part->cells[cell]);
			ok = ok && !str_ends(part->cells[cell], STR(DIFF_SENSITIVE_CHANGED));
		}
	}
	return ok;
}

static bool is_noise(const struct attribute_change *row)
{
	return row->noise.len > 0;
}

static bool mix_names(uint64_t *hash, const struct outcome_change *change)
{
	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (is_noise(row))
			continue;
		*hash = mixed_text(*hash, row->path);
		*hash = mixed(*hash, ((uint64_t)row->difference << 1) | row->forces_replacement);
	}
	return true;
}

/* Of most changes of a large plan there are names only. */
static bool has_all_values(const struct outcome_change *change)
{
	bool has = change->attributes_left_out == 0;

	for (size_t i = 0; has && i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		has = is_noise(row) || (row->has_values && row->parts_left_out == 0);
	}
	return has;
}

static bool mix_values(uint64_t *hash, const struct outcome_change *change)
{
	bool ok = has_all_values(change) && mix_names(hash, change);

	for (size_t i = 0; ok && i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (is_noise(row))
			continue;
		*hash = mixed(*hash, row->view);
		ok = mix_value(hash, &row->before.value) && mix_value(hash, &row->after.value);
		ok = mix_parts(hash, row) && ok;
	}
	return ok;
}

bool collapse_is_noise(const struct outcome_change *change)
{
	for (size_t i = 0; i < change->attribute_count; i++) {
		if (!is_noise(&change->attributes[i]))
			return false;
	}
	return change->attribute_count > 0 && change->attributes_left_out == 0;
}

void collapse_names(const struct collapsed *item, struct detail_names *out)
{
	const struct outcome_change *change = item->rows[0];

	*out = (struct detail_names){.count = 0};
	for (size_t i = 0; i < change->attribute_count; i++) {
		if (is_noise(&change->attributes[i]))
			continue;
		if (out->count < ARRAY_LEN(out->names))
			out->names[out->count++] = change->attributes[i].path;
		else
			out->more++;
	}
}

/* --- what of a group is folded --- */

#define FOLDS_MAX     ((size_t)12) /* different ones that are named */
#define FOLD_MAX_NAME ((size_t)100)

struct folds {
	const struct attribute_change *rows[FOLDS_MAX];
	size_t count;
	bool more;
};

size_t collapse_count_folded(const struct outcome_change *const *rows, size_t count)
{
	size_t folded = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t row = 0; row < rows[i]->attribute_count; row++)
			folded += is_noise(&rows[i]->attributes[row]);
	}
	return folded;
}

void collapse_add_folded(struct buf *buf, const struct collapsed *item)
{
	if (item->folded == 0)
		return;
	buf_adds(buf, item->kind == COLLAPSE_NOISE ? ": " : " and ");
	wording_things(buf, item->folded, "folded attribute", "folded attributes");
}

static void add_fold(struct folds *folds, const struct attribute_change *row)
{
	for (size_t i = 0; i < folds->count; i++) {
		if (str_eq(folds->rows[i]->path, row->path) &&
		    str_eq(folds->rows[i]->noise, row->noise))
			return;
	}
	folds->more = folds->more || folds->count == FOLDS_MAX;
	if (folds->count < FOLDS_MAX)
		folds->rows[folds->count++] = row;
}

static void find_folds(const struct collapsed *item, struct folds *out)
{
	*out = (struct folds){.count = 0};
	for (size_t i = 0; i < item->count && !out->more; i++) {
		for (size_t row = 0; row < item->rows[i]->attribute_count; row++) {
			if (is_noise(&item->rows[i]->attributes[row]))
				add_fold(out, &item->rows[i]->attributes[row]);
		}
	}
}

/* Those from `first` on that have its reason, unless one before has it. */
static void add_reason(struct buf *buf, const struct folds *folds, size_t first)
{
	struct str reason = folds->rows[first]->noise;
	const char *before = buf->len > 0 ? "; " : "";

	for (size_t i = 0; i < first; i++) {
		if (str_eq(folds->rows[i]->noise, reason))
			return;
	}
	for (size_t i = first; i < folds->count; i++) {
		if (!str_eq(folds->rows[i]->noise, reason))
			continue;
		buf_adds(buf, before);
		buf_add(buf, wording_name(buf->arena, folds->rows[i]->path, FOLD_MAX_NAME));
		before = ", ";
	}
	buf_adds(buf, ": ");
	buf_add(buf, wording_cut(buf->arena, reason, FOLD_MAX_NAME));
}

static struct str folded_words(struct arena *arena, const struct collapsed *item)
{
	struct folds folds;
	struct buf buf;

	find_folds(item, &folds);
	buf_init(&buf, arena, FOLDS_MAX * FOLD_MAX_NAME * 10);
	for (size_t i = 0; i < folds.count && buf.len < COLLAPSE_WORDS; i++)
		add_reason(&buf, &folds, i);
	if (folds.more || buf.len >= COLLAPSE_WORDS)
		buf_adds(&buf, "; …");
	return buf_str(&buf);
}

/* --- what makes a group: its hash; and is it so? --- */

static bool noise_key(const struct outcome_change *change, uint64_t *hash)
{
	*hash = 1;
	return collapse_is_noise(change);
}

static bool same_noise(const struct outcome_change *a UNUSED, const struct outcome_change *b UNUSED)
{
	return true;
}

static bool value_key(const struct outcome_change *change, uint64_t *hash)
{
	*hash = 2;
	return mix_values(hash, change);
}

static const struct attribute_change *next_row(const struct outcome_change *change, size_t *at)
{
	while (*at < change->attribute_count && is_noise(&change->attributes[*at]))
		(*at)++;
	return *at < change->attribute_count ? &change->attributes[(*at)++] : NULL;
}

static bool same_parts(const struct attribute_change *a, const struct attribute_change *b)
{
	bool same = a->view == b->view && a->part_count == b->part_count;

	for (size_t i = 0; same && i < a->part_count; i++) {
		const struct diff_part *left = &a->parts[i], *right = &b->parts[i];

		same = left->mark == right->mark && left->level == right->level &&
		       left->cell_count == right->cell_count;
		for (size_t cell = 0; same && cell < left->cell_count; cell++)
			same = str_eq(left->cells[cell], right->cells[cell]);
	}
	return same;
}

static bool same_rows(
    const struct outcome_change *a, const struct outcome_change *b, bool with_values)
{
	size_t at_a = 0, at_b = 0;
	const struct attribute_change *left, *right;

	for (;;) {
		left = next_row(a, &at_a);
		right = next_row(b, &at_b);
		if (!left || !right)
			return left == right;
		if (!str_eq(left->path, right->path) || left->difference != right->difference)
			return false;
		if (with_values && (!same_parts(left, right) ||
				       !value_equal(left->before.value, right->before.value) ||
				       !value_equal(left->after.value, right->after.value)))
			return false;
	}
}

static bool same_values(const struct outcome_change *a, const struct outcome_change *b)
{
	return same_rows(a, b, true);
}

static bool resource_key(const struct outcome_change *change, uint64_t *hash)
{
	*hash = mixed_text(mixed_text(3, change->head.type), change->head.name);
	return change->attributes_left_out == 0 && mix_names(hash, change);
}

static bool same_type(const struct outcome_change *a, const struct outcome_change *b)
{
	return str_eq(a->head.type, b->head.type) && str_eq(a->head.mode, b->head.mode);
}

static bool same_resource(const struct outcome_change *a, const struct outcome_change *b)
{
	return same_type(a, b) && str_eq(a->head.name, b->head.name);
}

static bool same_names(const struct outcome_change *a, const struct outcome_change *b)
{
	return same_resource(a, b) && same_rows(a, b, false);
}

/* --- passes --- */

struct pass {
	enum collapse kind;
	uint32_t least; /* members; smaller groups are given up */
	bool (*key)(const struct outcome_change *change, uint64_t *hash); /* false: not in it */
	bool (*same)(const struct outcome_change *a, const struct outcome_change *b);
};

/* In this order; each row goes into the first group that is large enough. */
static const struct pass passes[] = {
    {COLLAPSE_NOISE, 2, noise_key, same_noise},
    {COLLAPSE_SAME, COLLAPSE_MIN, value_key, same_values},
    {COLLAPSE_PATHS, COLLAPSE_MIN, resource_key, same_names},
};

static bool may_collapse(const struct outcome_change *change)
{
	const struct change_head *head = &change->head;

	return head->action == ACTION_UPDATE && change->has_values && change->attribute_count > 0 &&
	       !head->importing && head->previous_address.len == 0 && head->deposed.len == 0;
}

/* The slot of the hash: of a group with it, or free. */
static uint32_t *slot_of(struct collapser *collapser, uint64_t hash)
{
	size_t at = (hash ^ (hash >> 32)) & (collapser->slot_count - 1);

	while (collapser->slots[at] > 0 && collapser->groups[collapser->slots[at] - 1].hash != hash)
		at = (at + 1) & (collapser->slot_count - 1);
	return &collapser->slots[at];
}

static void join(struct collapser *collapser, const struct pass *pass, size_t row)
{
	uint64_t hash;
	uint32_t *slot;
	struct group *group;

	if (collapser->group_of[row] != NO_GROUP || !may_collapse(&collapser->rows[row]) ||
	    !pass->key(&collapser->rows[row], &hash))
		return;
	slot = slot_of(collapser, hash);
	if (*slot == 0) {
		group = &collapser->groups[collapser->group_count++];
		*group = (struct group){.first = (uint32_t)row, .item = NO_GROUP, .hash = hash};
		*slot = (uint32_t)collapser->group_count;
	}
	group = &collapser->groups[*slot - 1];
	/* two that only hash alike: the later one stays alone */
	if (!pass->same(&collapser->rows[group->first], &collapser->rows[row]))
		return;
	group->count++;
	collapser->group_of[row] = *slot - 1;
}

static void run_pass(struct collapser *collapser, const struct pass *pass)
{
	size_t from = collapser->group_count;

	memset(collapser->slots, 0, collapser->slot_count * sizeof(*collapser->slots));
	for (size_t row = 0; row < collapser->count; row++)
		join(collapser, pass, row);
	for (size_t row = 0; row < collapser->count; row++) {
		uint32_t group = collapser->group_of[row];

		if (group != NO_GROUP && group >= from &&
		    collapser->groups[group].count < pass->least)
			collapser->group_of[row] = NO_GROUP;
	}
}

/* --- the result --- */

static size_t count_items(const struct collapser *collapser)
{
	size_t items = 0;

	for (size_t row = 0; row < collapser->count; row++) {
		uint32_t group = collapser->group_of[row];

		items += group == NO_GROUP || collapser->groups[group].first == row;
	}
	return items;
}

static enum collapse kind_of(const size_t *ends, uint32_t group)
{
	size_t pass = 0;

	while (pass + 1 < ARRAY_LEN(passes) && group >= ends[pass])
		pass++;
	return passes[pass].kind;
}

struct adder {
	struct collapser *collapser;
	const size_t *ends; /* of the groups of each pass */
	struct collapsed *items;
	size_t item_count;
	const struct outcome_change **pointers;
	size_t pointer_count;
};

static struct collapsed *begin_item(struct adder *adder, enum collapse kind, size_t members)
{
	struct collapsed *item = &adder->items[adder->item_count++];

	*item = (struct collapsed){
	    .kind = kind,
	    .rows = &adder->pointers[adder->pointer_count],
	    .one_resource = true,
	    .one_type = true,
	    .callout = STR_EMPTY,
	    .folded_words = STR_EMPTY,
	};
	adder->pointer_count += members;
	return item;
}

static void add_row(struct adder *adder, size_t row, enum collapse kind)
{
	uint32_t at = adder->collapser->group_of[row];
	struct group *group = at == NO_GROUP ? NULL : &adder->collapser->groups[at];
	struct collapsed *item;

	if (group && group->item != NO_GROUP) {
		item = &adder->items[group->item];
	} else {
		item = begin_item(adder, kind, group ? group->count : 1);
		if (group)
			group->item = (uint32_t)(item - adder->items);
	}
	/* the members of a group stand together */
	adder->pointers[(size_t)(item->rows - adder->pointers) + item->count++] =
	    &adder->collapser->rows[row];
}

/* Those of noise are added in a second run. */
static void add_items(struct adder *adder)
{
	const struct collapser *collapser = adder->collapser;

	for (int noise = 0; noise < 2; noise++) {
		for (size_t row = 0; row < collapser->count; row++) {
			uint32_t group = collapser->group_of[row];
			enum collapse kind =
			    group == NO_GROUP ? COLLAPSE_NOT : kind_of(adder->ends, group);

			if ((kind == COLLAPSE_NOISE) == (noise == 1))
				add_row(adder, row, kind);
		}
	}
}

static void find_what_is_shared(struct collapsed *item)
{
	for (size_t i = 1; i < item->count && item->one_type; i++) {
		item->one_type = same_type(item->rows[0], item->rows[i]);
		item->one_resource =
		    item->one_resource && same_resource(item->rows[0], item->rows[i]);
	}
	item->one_resource = item->one_resource && item->one_type;
}

static void sum_up(struct arena *arena, struct collapsed *item)
{
	find_what_is_shared(item);
	if (item->kind == COLLAPSE_NOT)
		return;
	item->callout = callout_of_any(item->rows, item->count, &item->more_callouts);
	item->folded = collapse_count_folded(item->rows, item->count);
	if (item->folded > 0)
		item->folded_words = folded_words(arena, item);
}

void collapse_updates(struct arena *arena, const struct outcome_change *rows, size_t count,
    struct collapsed_list *out)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct collapser collapser = {.rows = rows, .count = count, .slot_count = 16};
	const struct outcome_change **pointers =
	    arena_alloc(arena, (count + 1) * sizeof(const struct outcome_change *));
	size_t ends[ARRAY_LEN(passes)];
	struct collapsed *items;

	while (collapser.slot_count < 2 * count)
		collapser.slot_count *= 2;
	/* filled as far as they are used */
	collapser.group_of = arena_alloc(scratch, count * sizeof(*collapser.group_of));
	memset(collapser.group_of, 0xff, count * sizeof(*collapser.group_of));
	collapser.groups =
	    arena_alloc(scratch, ARRAY_LEN(passes) * count * sizeof(*collapser.groups));
	collapser.slots = arena_alloc(scratch, collapser.slot_count * sizeof(*collapser.slots));
	for (size_t i = 0; i < ARRAY_LEN(passes); i++) {
		run_pass(&collapser, &passes[i]);
		ends[i] = collapser.group_count;
	}
	out->count = count_items(&collapser);
	items = arena_array(arena, struct collapsed, out->count);
	add_items(&(struct adder){
	    .collapser = &collapser, .ends = ends, .items = items, .pointers = pointers});
	for (size_t i = 0; i < out->count; i++)
		sum_up(arena, &items[i]);
	out->items = items;
}
