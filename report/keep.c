#include "report/keep.h"

#include "base/arena.h"
#include "base/digest.h"
#include "report/callout.h"

void keep_init(struct keep *keep, struct arena *arena)
{
	*keep = (struct keep){
	    .arena = arena,
	    .values_left = OUTCOME_DIFF_BYTES,
	    .called_left = KEEP_CALLED_BYTES,
	    .looks_left = KEEP_LOOKS,
	    .paths_left = KEEP_PATH_BYTES,
	    .words = arena_array(arena, struct str, KEEP_WORDS),
	    .lists = arena_array(arena, struct keep_list, KEEP_LISTS),
	};
}

struct str keep_word(struct keep *keep, struct str word)
{
	size_t at = hash_bytes(word) & (KEEP_WORDS - 1);
	struct str copy;

	if (word.len == 0)
		return STR_EMPTY;
	while (keep->words[at].len > 0) {
		if (str_eq(keep->words[at], word))
			return keep->words[at];
		at = (at + 1) & (KEEP_WORDS - 1);
	}
	copy = str_copy(keep->arena, word);
	/* never full: probing ends, and words that do not repeat do not push out those that do */
	if (keep->word_count < KEEP_WORDS * 3 / 4) {
		keep->words[at] = copy;
		keep->word_count++;
	}
	return copy;
}

/* Module, type and name usually stand in the address, one behind the other: then they are a part of
 * its copy. *at moves behind the part and its dot. */
static struct str part_of(struct keep *keep, struct str whole, struct str part, size_t *at)
{
	struct str rest = str_skip(whole, *at);

	if (part.len == 0)
		return STR_EMPTY;
	if (!str_starts(rest, part))
		return keep_word(keep, part);
	*at += part.len + 1;
	return (struct str){rest.ptr, part.len};
}

static struct str copy_of(struct keep *keep, struct str text)
{
	return text.len > 0 ? str_copy(keep->arena, text) : STR_EMPTY;
}

void keep_head(struct keep *keep, const struct change_head *head, struct change_head *out)
{
	size_t at = 0;

	*out = *head;
	out->address = copy_of(keep, head->address);
	out->previous_address = copy_of(keep, head->previous_address);
	out->module = part_of(keep, out->address, head->module, &at);
	out->type = part_of(keep, out->address, head->type, &at);
	out->name = part_of(keep, out->address, head->name, &at);
	out->mode = keep_word(keep, head->mode);
	out->provider = keep_word(keep, head->provider);
	out->deposed = copy_of(keep, head->deposed);
	if (head->index.kind == VALUE_STRING)
		out->index = value_string(keep_word(keep, value_text(head->index)));
	else
		out->index = value_copy(keep->arena, head->index);
	out->action_text = keep_word(keep, head->action_text);
	out->reason = keep_word(keep, head->reason);
	out->import_id = copy_of(keep, head->import_id);
}

/* What a deep copy takes, about; stops counting once it is over `most`. */
static size_t value_cost(const struct value *value, size_t most)
{
	size_t cost = value_text(*value).len;

	if (value->kind == VALUE_LIST) {
		cost += value->len * sizeof(struct value);
		for (size_t i = 0; i < value->len && cost <= most; i++)
			cost += value_cost(&value->as.items[i], most - cost);
	}
	if (value->kind == VALUE_MAP) {
		cost += value->len * sizeof(struct value_entry);
		for (size_t i = 0; i < value->len && cost <= most; i++) {
			cost += value->as.entries[i].key.len;
			cost +=
			    cost <= most ? value_cost(&value->as.entries[i].value, most - cost) : 0;
		}
	}
	return cost;
}

static size_t parts_cost(const struct attribute_change *row, size_t most)
{
	size_t cost = row->part_count * sizeof(*row->parts);

	for (size_t i = 0; i < row->part_count && cost <= most; i++) {
		const struct diff_part *part = &row->parts[i];

		for (size_t k = 0; k < part->cell_count; k++)
			cost += sizeof(*part->cells) + part->cells[k].len;
	}
	return cost;
}

static size_t diff_cost(const struct diff *diff, size_t most)
{
	size_t cost = diff->count * sizeof(*diff->rows);

	for (size_t i = 0; i < diff->count && cost <= most; i++) {
		const struct attribute_change *row = &diff->rows[i];

		cost += row->path.len + row->before.value.len;
		cost += cost <= most ? value_cost(&row->before.value, most - cost) : 0;
		cost += cost <= most ? value_cost(&row->after.value, most - cost) : 0;
		cost += cost <= most ? parts_cost(row, most - cost) : 0;
	}
	return cost;
}

static const struct str *copy_cells(struct keep *keep, const struct diff_part *part)
{
	struct str *cells = arena_alloc(keep->arena, part->cell_count * sizeof(*cells));

	for (size_t i = 0; i < part->cell_count; i++)
		cells[i] = copy_of(keep, part->cells[i]);
	return cells;
}

static const struct diff_part *copy_parts(struct keep *keep, const struct attribute_change *row)
{
	struct diff_part *parts = arena_alloc(keep->arena, row->part_count * sizeof(*parts));

	for (size_t i = 0; i < row->part_count; i++) {
		parts[i] = row->parts[i];
		parts[i].cells = copy_cells(keep, &row->parts[i]);
	}
	return parts;
}

static struct str origin_of(struct keep *keep, struct arena *scratch,
    const struct attribute_change *row, struct str address)
{
	struct arena_mark mark = arena_save(scratch);
	struct str origin;

	if (row->after.value.kind != VALUE_UNKNOWN)
		return STR_EMPTY;
	origin = keep_word(keep, origins_of(&keep->origins, scratch, address, row->path));
	arena_rewind(scratch, mark);
	return origin;
}

static const struct attribute_change *copy_with_values(
    struct keep *keep, struct arena *scratch, const struct diff *diff, struct str address)
{
	struct attribute_change *rows =
	    arena_alloc(keep->arena, diff->count * sizeof(struct attribute_change));

	for (size_t i = 0; i < diff->count; i++) {
		const struct attribute_change *row = &diff->rows[i];

		rows[i] = *row;
		rows[i].path = keep_word(keep, row->path);
		rows[i].before.value = value_copy(keep->arena, row->before.value);
		rows[i].after.value = value_copy(keep->arena, row->after.value);
		if (row->part_count > 0)
			rows[i].parts = copy_parts(keep, row);
		rows[i].noise = keep_word(keep, row->noise);
		rows[i].origin = origin_of(keep, scratch, row, address);
	}
	return rows;
}

static uint64_t list_hash(const struct diff *diff)
{
	uint64_t hash = diff->count;

	for (size_t i = 0; i < diff->count; i++) {
		const struct attribute_change *row = &diff->rows[i];
		unsigned kind = (unsigned)row->difference * 4 + row->forces_replacement * 2 +
				(row->noise.len > 0);

		hash = (hash * 31 + hash_bytes(row->path)) ^ kind;
	}
	return hash;
}

static bool list_equal(const struct keep_list *list, const struct diff *diff, uint64_t hash)
{
	if (list->hash != hash || list->count != diff->count)
		return false;
	for (size_t i = 0; i < list->count; i++) {
		const struct attribute_change *a = &list->rows[i], *b = &diff->rows[i];

		if (a->difference != b->difference || !str_eq(a->path, b->path) ||
		    a->forces_replacement != b->forces_replacement || !str_eq(a->noise, b->noise))
			return false;
	}
	return true;
}

/* NULL when the budget for names is used up as well. */
static const struct attribute_change *copy_paths(struct keep *keep, const struct diff *diff)
{
	size_t cost = diff->count * sizeof(struct attribute_change);
	struct attribute_change *rows;

	for (size_t i = 0; i < diff->count; i++)
		cost += diff->rows[i].path.len;
	if (cost > keep->paths_left)
		return NULL;
	keep->paths_left -= cost;
	rows = arena_array(keep->arena, struct attribute_change, diff->count);
	for (size_t i = 0; i < diff->count; i++) {
		rows[i].path = keep_word(keep, diff->rows[i].path);
		rows[i].difference = diff->rows[i].difference;
		rows[i].forces_replacement = diff->rows[i].forces_replacement;
		rows[i].noise = keep_word(keep, diff->rows[i].noise);
		rows[i].origin = STR_EMPTY;
	}
	return rows;
}

static const struct attribute_change *share_paths(struct keep *keep, const struct diff *diff)
{
	uint64_t hash = list_hash(diff);
	size_t at = hash & (KEEP_LISTS - 1);
	const struct attribute_change *rows;

	while (keep->lists[at].count > 0) {
		if (list_equal(&keep->lists[at], diff, hash))
			return keep->lists[at].rows;
		at = (at + 1) & (KEEP_LISTS - 1);
	}
	rows = copy_paths(keep, diff);
	if (rows && keep->list_count < KEEP_LISTS * 3 / 4) {
		keep->lists[at] = (struct keep_list){rows, diff->count, hash};
		keep->list_count++;
	}
	return rows;
}

bool keep_has_room(const struct keep *keep)
{
	return keep->values_left >= KEEP_VALUES_MIN;
}

bool keep_takes_look(struct keep *keep)
{
	bool takes = keep->looks_left > 0 && keep->called_left >= KEEP_VALUES_MIN;

	keep->looks_left -= takes;
	keep->not_looked += !takes;
	return takes;
}

bool keep_called(
    struct keep *keep, struct arena *scratch, const struct diff *diff, struct outcome_change *out)
{
	const struct outcome_change full = {
	    .attributes = diff->rows, .attribute_count = diff->count};
	size_t cost = diff_cost(diff, keep->called_left);

	if (!callout_has(&full))
		return false;
	if (cost > keep->called_left) {
		keep->not_looked++;
		return false;
	}
	keep->called_left -= cost;
	out->attributes = copy_with_values(keep, scratch, diff, out->head.address);
	out->attribute_count = diff->count;
	out->attributes_left_out = diff->left_out;
	return true;
}

void keep_diff(
    struct keep *keep, struct arena *scratch, const struct diff *diff, struct outcome_change *out)
{
	size_t cost;

	out->attributes_left_out = diff->left_out;
	if (diff->count == 0)
		return;
	cost = diff_cost(diff, keep->values_left);
	if (cost <= keep->values_left && keep_has_room(keep)) {
		keep->values_left -= cost;
		out->attributes = copy_with_values(keep, scratch, diff, out->head.address);
	} else {
		out->attributes = share_paths(keep, diff);
	}
	if (out->attributes)
		out->attribute_count = diff->count;
	else
		out->attributes_left_out += diff->count;
}
