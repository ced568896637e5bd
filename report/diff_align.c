#include "report/diff_align.h"

#include <string.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/size.h"
#include "report/diff_walk.h"

#define FEATURES_MAX 32 /* keys of an item that count for its likeness */
#define WINDOW	     16 /* how far long lists are searched for something alike */

/* What items of lists are known by, in the order in which they are tried; the first NAMES are names
 * also when there is only one item. */
#define NAMES 11
static const char *const identities[] = {"id", "name", "key", "sid", "Sid", "arn", "Id", "Name",
    "Key", "Arn", "ID", "rule_id", "path", "device_name", "rule_no", "rule_number", "priority",
    "address", "hostname", "host", "domain", "email", "member", "principal", "user", "role",
    "cidr_block", "containerPort", "sourceVolume", "containerPath", "type"};

/* --- equal --- */

static bool is_nothing(const struct value *value)
{
	return value->kind == VALUE_NULL;
}

static bool same_in(const struct value *map, struct value other, size_t *work)
{
	for (uint32_t i = 0; i < map->len; i++) {
		const struct value_entry *entry = &map->as.entries[i];
		const struct value *value = value_get(other, value_text(entry->key));
		struct value none = value_null();

		if (!align_same(&entry->value, value ? value : &none, work))
			return false;
	}
	return true;
}

/* Keys that only the other one has must be null there. */
static bool has_no_more(const struct value *map, struct value other)
{
	for (uint32_t i = 0; i < other.len; i++) {
		const struct value_entry *entry = &other.as.entries[i];

		if (!is_nothing(&entry->value) && !value_get(*map, value_text(entry->key)))
			return false;
	}
	return true;
}

static bool same_maps(const struct value *before, const struct value *after, size_t *work)
{
	bool aligned = before->len == after->len;

	for (uint32_t i = 0; aligned && i < before->len; i++)
		aligned = str_eq(
		    value_text(before->as.entries[i].key), value_text(after->as.entries[i].key));
	if (!aligned)
		return same_in(before, *after, work) && has_no_more(before, *after);
	for (uint32_t i = 0; i < before->len; i++) {
		if (!align_same(&before->as.entries[i].value, &after->as.entries[i].value, work))
			return false;
	}
	return true;
}

bool align_same(const struct value *before, const struct value *after, size_t *work)
{
	if (*work > 0)
		--*work;
	if (before->kind == after->kind && before->kind == VALUE_MAP)
		return same_maps(before, after, work);
	if (before->kind == after->kind && before->kind == VALUE_LIST) {
		if (before->len != after->len)
			return false;
		for (uint32_t i = 0; i < before->len; i++) {
			if (!align_same(&before->as.items[i], &after->as.items[i], work))
				return false;
		}
		return true;
	}
	return !diff_leaf_differs(before, after);
}

/* --- hashes: what is the same has the same hash; numbers in two spellings may not --- */

static uint64_t mixed(uint64_t hash, uint64_t more)
{
	hash ^= more + UINT64_C(0x9e3779b97f4a7c15) + (hash << 6) + (hash >> 2);
	hash *= UINT64_C(0xff51afd7ed558ccd);
	return hash ^ (hash >> 32);
}

static uint64_t hash_of(const struct value *value, size_t *work)
{
	uint64_t hash = value->kind;

	if (*work > 0)
		--*work;
	if (value->kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value->len; i++)
			hash = mixed(hash, hash_of(&value->as.items[i], work));
	} else if (value->kind == VALUE_MAP) {
		/* a sum: the order of keys says nothing */
		for (uint32_t i = 0; i < value->len; i++) {
			const struct value_entry *entry = &value->as.entries[i];

			if (!is_nothing(&entry->value))
				hash += mixed(hash_bytes(value_text(entry->key)),
				    hash_of(&entry->value, work));
		}
	} else if (value->kind == VALUE_INT) {
		hash = mixed(hash, (uint64_t)value->as.integer);
	} else if (value->kind == VALUE_BOOL) {
		hash = mixed(hash, value->as.boolean);
	} else {
		hash = mixed(hash, hash_bytes(value_text(*value)));
	}
	return mixed(hash, 1);
}

/* --- one alignment --- */

struct side {
	const struct value *list;
	uint32_t *partner; /* NO_ITEM: none */
	uint64_t *hashes;  /* NULL: not made */
	uint32_t *rest;	   /* those without a partner, in order */
	size_t rest_count;
	uint64_t *features; /* FEATURES_MAX of each of the rest, sorted */
	uint8_t *feature_counts;
};

struct aligning {
	struct arena *arena;
	size_t *work;
	struct side a, b;
	const char *identity;
};

static void pair(struct aligning *aligning, size_t i, size_t j)
{
	aligning->a.partner[i] = (uint32_t)j;
	aligning->b.partner[j] = (uint32_t)i;
}

static void side_init(struct arena *arena, struct side *side, const struct value *list)
{
	*side = (struct side){.list = list, .partner = arena_array(arena, uint32_t, list->len)};
	side->rest = arena_array(arena, uint32_t, list->len);
	memset(side->partner, 0xff, list->len * sizeof(*side->partner)); /* NO_ITEM */
}

static void collect_rest(struct side *side)
{
	side->rest_count = 0;
	for (uint32_t i = 0; i < side->list->len; i++) {
		if (side->partner[i] == NO_ITEM)
			side->rest[side->rest_count++] = i;
	}
}

static void collect_rests(struct aligning *aligning)
{
	collect_rest(&aligning->a);
	collect_rest(&aligning->b);
}

static void pair_ends(struct aligning *aligning)
{
	const struct value *a = aligning->a.list, *b = aligning->b.list;
	size_t most = size_min(a->len, b->len), head = 0, tail = 0;

	while (head < most && align_same(&a->as.items[head], &b->as.items[head], aligning->work)) {
		pair(aligning, head, head);
		head++;
	}
	while (tail < most - head && align_same(&a->as.items[a->len - 1 - tail],
					 &b->as.items[b->len - 1 - tail], aligning->work)) {
		pair(aligning, a->len - 1 - tail, b->len - 1 - tail);
		tail++;
	}
}

/* --- by identity --- */

struct index {
	uint32_t *slots; /* item + 1 */
	size_t mask;
};

static const struct value *name_of(const struct value *item, const char *key)
{
	const struct value *name = value_get_c(*item, key);
	bool ok = name && (name->kind == VALUE_INT || name->kind == VALUE_NUMBER ||
			      (name->kind == VALUE_STRING && name->len > 0));

	return ok ? name : NULL;
}

static uint64_t name_hash(const struct value *name)
{
	size_t unlimited = 1;

	return hash_of(name, &unlimited);
}

/* The slot of the item with this name, or the free one where it belongs. */
static uint32_t *find_slot(
    const struct index *index, const struct side *side, const char *key, const struct value *name)
{
	size_t at = name_hash(name) & index->mask;

	while (index->slots[at]) {
		const struct value *item = &side->list->as.items[index->slots[at] - 1];
		const struct value *its_name = name_of(item, key);

		if (its_name && value_equal(*its_name, *name))
			break;
		at = (at + 1) & index->mask;
	}
	return &index->slots[at];
}

/* False: an item lacks the key, or two have the same. */
static bool index_side(
    struct arena *arena, const struct side *side, const char *key, struct index *out)
{
	size_t slots = 16;

	while (slots < side->rest_count * 2)
		slots *= 2;
	*out = (struct index){arena_array(arena, uint32_t, slots), slots - 1};
	for (size_t i = 0; i < side->rest_count; i++) {
		const struct value *name = name_of(&side->list->as.items[side->rest[i]], key);
		uint32_t *slot = name ? find_slot(out, side, key, name) : NULL;

		if (!slot || *slot)
			return false;
		*slot = side->rest[i] + 1;
	}
	return true;
}

static bool first_has(const struct side *side, const char *key)
{
	return side->rest_count == 0 || name_of(&side->list->as.items[side->rest[0]], key);
}

/* Is everything on both sides known by this key, and something on both? */
static bool pair_by(struct aligning *aligning, const char *key)
{
	struct arena_mark mark = arena_save(aligning->arena);
	struct side *a = &aligning->a, *b = &aligning->b;
	struct index before, after;
	size_t pairs = 0;
	bool ok = first_has(a, key) && first_has(b, key) &&
		  index_side(aligning->arena, a, key, &before) &&
		  index_side(aligning->arena, b, key, &after);

	for (size_t i = 0; ok && i < a->rest_count; i++) {
		const struct value *name = name_of(&a->list->as.items[a->rest[i]], key);
		uint32_t found = *find_slot(&after, b, key, name);

		if (found) {
			pair(aligning, a->rest[i], found - 1);
			pairs++;
		}
	}
	arena_rewind(aligning->arena, mark);
	return ok && (pairs > 0 || a->rest_count == 0 || b->rest_count == 0);
}

const char *align_identity(const struct value *before, const struct value *after)
{
	for (size_t i = 0; before->kind == VALUE_MAP && i < NAMES; i++) {
		const struct value *a = name_of(before, identities[i]);
		const struct value *b = a ? name_of(after, identities[i]) : NULL;

		if (b && value_equal(*a, *b))
			return identities[i];
	}
	return NULL;
}

static bool pair_by_identity(struct aligning *aligning)
{
	for (size_t i = 0; i < ARRAY_LEN(identities); i++) {
		if (pair_by(aligning, identities[i])) {
			aligning->identity = identities[i];
			return true;
		}
	}
	return false;
}

/* --- by what they are --- */

static void hash_side(struct aligning *aligning, struct side *side)
{
	side->hashes = arena_array(aligning->arena, uint64_t, side->list->len);
	for (uint32_t i = 0; i < side->list->len; i++)
		side->hashes[i] = hash_of(&side->list->as.items[i], aligning->work);
}

/* Items of one side by their hash: in each bucket in order. */
struct buckets {
	uint32_t *heads, *next; /* item + 1; 0: none */
	size_t mask;
};

static void fill_buckets(struct arena *arena, const struct side *side, struct buckets *out)
{
	size_t count = 16;

	while (count < side->rest_count * 2)
		count *= 2;
	out->heads = arena_array(arena, uint32_t, count);
	out->next = arena_array(arena, uint32_t, side->list->len);
	out->mask = count - 1;
	for (size_t i = side->rest_count; i > 0; i--) {
		uint32_t item = side->rest[i - 1];
		uint32_t *head = &out->heads[side->hashes[item] & out->mask];

		out->next[item] = *head;
		*head = item + 1;
	}
}

/* Takes the first one that is equal out of its bucket. */
static bool take_equal(
    struct aligning *aligning, const struct buckets *buckets, uint32_t item, uint32_t *found)
{
	const struct side *a = &aligning->a, *b = &aligning->b;
	uint32_t *link = &buckets->heads[a->hashes[item] & buckets->mask];

	for (; *link && *aligning->work > 0; link = &buckets->next[*link - 1]) {
		*found = *link - 1;
		--*aligning->work;
		if (b->hashes[*found] == a->hashes[item] &&
		    align_same(
			&a->list->as.items[item], &b->list->as.items[*found], aligning->work)) {
			*link = buckets->next[*found];
			return true;
		}
	}
	return false;
}

/* Equal ones wherever they stand, the first with the first. */
static void pair_equal(struct aligning *aligning)
{
	const struct side *a = &aligning->a;
	struct buckets buckets;
	uint32_t found;

	fill_buckets(aligning->arena, &aligning->b, &buckets);
	for (size_t i = 0; i<a->rest_count && * aligning->work> 0; i++) {
		if (take_equal(aligning, &buckets, a->rest[i], &found))
			pair(aligning, a->rest[i], found);
	}
}

static bool is_empty(const struct value *value)
{
	return value->kind == VALUE_NULL ||
	       (value->kind >= VALUE_STRING && value->kind <= VALUE_MAP && value->len == 0);
}

static void add_feature(uint64_t *features, uint8_t *count, uint64_t feature)
{
	size_t at = (*count)++;

	while (at > 0 && features[at - 1] > feature) {
		features[at] = features[at - 1];
		at--;
	}
	features[at] = feature;
}

/* Of a list under a key each item counts as well: two that share some are more alike. */
static void add_entry(
    const struct value_entry *entry, uint64_t *features, uint8_t *count, size_t *work)
{
	uint64_t key = hash_bytes(value_text(entry->key));

	add_feature(features, count, mixed(key, hash_of(&entry->value, work)));
	for (uint32_t i = 0;
	     entry->value.kind == VALUE_LIST && i < entry->value.len && *count < FEATURES_MAX; i++)
		add_feature(
		    features, count, mixed(key + 1, hash_of(&entry->value.as.items[i], work)));
}

static uint8_t features_of(const struct value *item, uint64_t *features, size_t *work)
{
	uint8_t count = 0;

	if (item->kind != VALUE_MAP) {
		add_feature(features, &count, hash_of(item, work));
		return count;
	}
	for (uint32_t i = 0; i < item->len && count < FEATURES_MAX; i++) {
		const struct value_entry *entry = &item->as.entries[i];

		if (!is_empty(&entry->value))
			add_entry(entry, features, &count, work);
	}
	return count;
}

static void make_features(struct aligning *aligning, struct side *side)
{
	side->features =
	    arena_alloc(aligning->arena, side->rest_count * FEATURES_MAX * sizeof(*side->features));
	side->feature_counts = arena_array(aligning->arena, uint8_t, side->rest_count);
	for (size_t i = 0; i < side->rest_count; i++)
		side->feature_counts[i] = features_of(&side->list->as.items[side->rest[i]],
		    side->features + i * FEATURES_MAX, aligning->work);
}

static int likeness(const struct aligning *aligning, size_t i, size_t j)
{
	const uint64_t *a = aligning->a.features + i * FEATURES_MAX;
	const uint64_t *b = aligning->b.features + j * FEATURES_MAX;
	const uint64_t *a_end = a + aligning->a.feature_counts[i];
	const uint64_t *b_end = b + aligning->b.feature_counts[j];
	int common = 0;

	while (a < a_end && b < b_end) {
		bool up_a = *a <= *b, up_b = *b <= *a;

		common += up_a && up_b;
		a += up_a;
		b += up_b;
	}
	return common;
}

/* With nothing in common, items are the same only where as many go as come and they stand alike. */
static bool is_pair(const struct aligning *aligning, size_t i, size_t j)
{
	return likeness(aligning, i, j) > 0 ||
	       (i == j && aligning->a.rest_count == aligning->b.rest_count);
}

static void pair_best(struct aligning *aligning)
{
	size_t n = aligning->a.rest_count, m = aligning->b.rest_count;
	bool turned = n > m;
	size_t rows = turned ? m : n, columns = turned ? n : m;
	int *weights = arena_array(aligning->arena, int, rows *columns);
	uint32_t *column_of = arena_array(aligning->arena, uint32_t, rows);

	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < columns; c++)
			weights[r * columns + c] =
			    likeness(aligning, turned ? c : r, turned ? r : c) * 4 + (r == c);
	}
	align_assign(aligning->arena, weights, rows, columns, column_of);
	for (size_t r = 0; r < rows; r++) {
		size_t i = turned ? column_of[r] : r, j = turned ? r : column_of[r];

		if (is_pair(aligning, i, j))
			pair(aligning, aligning->a.rest[i], aligning->b.rest[j]);
	}
}

/* Of the next few of `after` from `first` on that are free the one most alike; 0: none is. */
static int most_alike(const struct aligning *aligning, size_t i, size_t first, size_t *partner)
{
	const struct side *b = &aligning->b;
	size_t end = size_min(first + WINDOW, b->rest_count);
	int best = 0;

	for (size_t j = first; j < end; j++) {
		int alike = b->partner[b->rest[j]] == NO_ITEM ? likeness(aligning, i, j) : 0;

		if (alike > best) {
			best = alike;
			*partner = j;
		}
	}
	return best;
}

/* Long lists. */
static void pair_near(struct aligning *aligning)
{
	struct side *a = &aligning->a, *b = &aligning->b;
	size_t first = 0, partner = 0;

	for (size_t i = 0; i < a->rest_count; i++) {
		while (first < b->rest_count && b->partner[b->rest[first]] != NO_ITEM)
			first++;
		if (most_alike(aligning, i, first, &partner) > 0)
			pair(aligning, a->rest[i], b->rest[partner]);
		else if (first == i) /* nothing alike near: the one beside it is passed */
			first++;
	}
}

static void pair_by_content(struct aligning *aligning)
{
	hash_side(aligning, &aligning->a);
	hash_side(aligning, &aligning->b);
	pair_equal(aligning);
	collect_rests(aligning);
	if (aligning->a.rest_count == 0 || aligning->b.rest_count == 0)
		return;
	make_features(aligning, &aligning->a);
	make_features(aligning, &aligning->b);
	if (aligning->a.rest_count * aligning->b.rest_count <= ALIGN_EXACT_MAX)
		pair_best(aligning);
	else
		pair_near(aligning);
}

static void pair_by_position(struct aligning *aligning)
{
	size_t most = size_min(aligning->a.list->len, aligning->b.list->len);

	for (size_t i = 0; i < most; i++)
		pair(aligning, i, i);
}

/* Of what has no name only what did not change tells: in a set what changes stands elsewhere, too.
 */
static bool tells_order(const struct aligning *aligning, uint32_t i, uint32_t j)
{
	return aligning->identity || align_same(&aligning->a.list->as.items[i],
					 &aligning->b.list->as.items[j], aligning->work);
}

static bool is_moved(const struct aligning *aligning)
{
	const struct side *a = &aligning->a;
	uint32_t last = 0;

	for (uint32_t i = 0; i < a->list->len; i++) {
		uint32_t j = a->partner[i];

		if (j == NO_ITEM || !tells_order(aligning, i, j))
			continue;
		if (j < last)
			return true;
		last = j;
	}
	return false;
}

void align_items(struct arena *arena, const struct value *before, const struct value *after,
    size_t *work, struct alignment *out)
{
	struct aligning aligning = {.arena = arena};
	bool in_vain;

	aligning.work = work;
	side_init(arena, &aligning.a, before);
	side_init(arena, &aligning.b, after);
	if (*work > 0)
		pair_ends(&aligning);
	collect_rests(&aligning);
	/* a budget that is used up here says that the two were compared in vain */
	if (aligning.a.rest_count > 0 && aligning.b.rest_count > 0 && *work > 0 &&
	    !pair_by_identity(&aligning))
		pair_by_content(&aligning);
	in_vain = *work == 0;
	if (in_vain) {
		side_init(arena, &aligning.a, before);
		side_init(arena, &aligning.b, after);
		pair_by_position(&aligning);
	}
	*out = (struct alignment){
	    .after_of = aligning.a.partner,
	    .before_of = aligning.b.partner,
	    .identity = in_vain ? NULL : aligning.identity,
	    .is_moved = !in_vain && is_moved(&aligning),
	};
}
