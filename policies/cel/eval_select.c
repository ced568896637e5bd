#include "policies/cel/eval.h"

#include "base/arena.h"

/* The path that every rule takes many times: worth its bytes. */
#define INLINE static inline __attribute__((always_inline))

static inline uint64_t load8(const char *at)
{
	uint64_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

static inline uint32_t load4(const char *at)
{
	uint32_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/* Up to 16 bytes without a call: names of attributes are short. */
INLINE bool same_bytes(const char *a, const char *b, size_t len)
{
	if (len > 16)
		return memcmp(a, b, len) == 0;
	if (len >= 8)
		return ((load8(a) ^ load8(b)) | (load8(a + len - 8) ^ load8(b + len - 8))) == 0;
	if (len >= 4)
		return ((load4(a) ^ load4(b)) | (load4(a + len - 4) ^ load4(b + len - 4))) == 0;
	for (size_t i = 0; i < len; i++) {
		if (a[i] != b[i])
			return false;
	}
	return true;
}

INLINE bool is_key(const struct value_entry *entry, struct str name)
{
	return entry->key.kind == VALUE_STRING && entry->key.len == name.len &&
	       same_bytes(entry->key.as.text, name.ptr, name.len);
}

static __attribute__((noinline)) const struct value *find_slow(
    struct cel_run *run, const struct cel_node *node, const struct value *map)
{
	const struct value *found;

	if (map->marks & CEL_MIXED_KEYS)
		return cel_map_get(*map, value_string(node->name));
	found = value_get(*map, node->name);
	if (found) {
		const struct value_entry *entry =
		    (const struct value_entry *)(const void *)((const char *)found -
							       offsetof(struct value_entry, value));

		run->hints[node->id] = (uint32_t)(entry - map->as.entries);
	}
	return found;
}

INLINE const struct value *find_field(
    struct cel_run *run, const struct cel_node *node, const struct value *map)
{
	uint32_t hint = run->hints[node->id];

	if (LIKELY(hint < map->len && is_key(&map->as.entries[hint], node->name)))
		return &map->as.entries[hint].value;
	return find_slow(run, node, map);
}

const struct value *cel_find_field(
    struct cel_run *run, const struct cel_node *node, const struct value *map)
{
	return find_field(run, node, map);
}

/* --- select --- */

static struct value some(struct cel_run *run, struct value value)
{
	return cel_is_special(value) ? value : cel_some(cel_keep(run, value));
}

static struct value select_optional(
    struct cel_run *run, const struct cel_node *node, struct value base)
{
	const struct value *found;

	if (base.kind == CEL_OPTIONAL && base.len == 0)
		return base;
	if (base.kind == CEL_OPTIONAL)
		base = cel_load(*base.as.items);
	if (cel_is_special(base))
		return base;
	if (base.kind != VALUE_MAP)
		return cel_no_overload(run, "select", &base, 1);
	found = find_field(run, node, &base);
	return found ? some(run, cel_load(*found)) : cel_none();
}

static __attribute__((noinline)) struct value select_rare(
    struct cel_run *run, const struct cel_node *node, struct value base)
{
	if (cel_is_special(base))
		return base;
	if (base.kind == CEL_OPTIONAL)
		return select_optional(run, node, base);
	if (base.kind == VALUE_MAP)
		return cel_fail(run, "no such key: '%.*s'", STR_ARG(node->name));
	return cel_fail(run, "no such overload: '%.*s' of %s; only maps have fields",
	    STR_ARG(node->name), cel_kind_name(base.kind));
}

static __attribute__((noinline)) struct value select_from(
    struct cel_run *run, const struct cel_node *node, struct value base)
{
	const struct value *found = NULL;

	if (LIKELY(base.kind == VALUE_MAP))
		found = find_field(run, node, &base);
	return LIKELY(found != NULL) ? cel_load_at(found) : select_rare(run, node, base);
}

struct value cel_eval_select(struct cel_run *run, const struct cel_node *node)
{
	struct value base = cel_eval(run, node->children[0]);

	if (UNLIKELY(node->flags & CEL_OPTIONAL_SELECT))
		return cel_is_special(base) ? base : select_optional(run, node, base);
	return select_from(run, node, base);
}

/* variable.field */
struct value cel_eval_select_variable(struct cel_run *run, const struct cel_node *node)
{
	const struct value *base = &run->activation[node->slot], *found;

	if (LIKELY(base->kind == VALUE_MAP)) {
		found = find_field(run, node, base);
		if (LIKELY(found != NULL))
			return cel_load_at(found);
	}
	return select_from(run, node, cel_load_at(base));
}

/* variable.field.field */
struct value cel_eval_select_twice(struct cel_run *run, const struct cel_node *node)
{
	const struct value *base = &run->activation[node->slot], *found;
	const struct cel_node *middle = node->extra;

	if (LIKELY(base->kind == VALUE_MAP)) {
		found = find_field(run, middle, base);
		if (LIKELY(found != NULL && found->kind == VALUE_MAP)) {
			found = find_field(run, node, found);
			if (LIKELY(found != NULL))
				return cel_load_at(found);
		}
	}
	return select_from(run, node, select_from(run, middle, cel_load_at(base)));
}

struct value cel_eval_has(struct cel_run *run, const struct cel_node *node)
{
	struct value base = cel_eval(run, node->children[0]);

	if (base.kind == CEL_OPTIONAL) {
		if (base.len == 0)
			return value_bool(false);
		base = cel_load(*base.as.items);
	}
	if (LIKELY(base.kind == VALUE_MAP))
		return value_bool(find_field(run, node, &base) != NULL);
	if (cel_is_special(base))
		return base;
	return cel_fail(
	    run, "no such overload: has() of %s; only maps have fields", cel_kind_name(base.kind));
}

/* --- index --- */

/* Where an index points to; false: it is no whole number of any kind. */
static bool whole_index(struct value index, int64_t *out)
{
	if (index.kind == VALUE_INT) {
		*out = index.as.integer;
		return true;
	}
	if (index.kind == CEL_UINT) {
		*out = index.as.natural > INT64_MAX ? INT64_MAX : (int64_t)index.as.natural;
		return true;
	}
	if (index.kind == CEL_DOUBLE && index.as.real >= -9e15 && index.as.real <= 9e15 &&
	    index.as.real == (double)(int64_t)index.as.real) {
		*out = (int64_t)index.as.real;
		return true;
	}
	return false;
}

/* NULL: not there, or *problem. */
static const struct value *find_index(
    struct cel_run *run, struct value base, struct value index, struct value *problem)
{
	struct value args[2] = {base, index};
	int64_t at;

	*problem = value_null();
	if (base.kind == VALUE_LIST && whole_index(index, &at)) {
		if (at >= 0 && at < (int64_t)base.len)
			return base.as.items + at;
		return NULL;
	}
	if (base.kind == VALUE_MAP &&
	    (index.kind == VALUE_STRING || index.kind == VALUE_INT || index.kind == VALUE_BOOL ||
		index.kind == CEL_UINT || index.kind == CEL_DOUBLE || index.kind == VALUE_NUMBER))
		return cel_map_get(base, index);
	*problem = cel_no_overload(run, "_[_]", args, 2);
	return NULL;
}

/* A key that is computed may be a secret: only one that is written there is told. */
static struct value missing_index(
    struct cel_run *run, const struct cel_node *node, struct value base)
{
	const struct cel_node *index = node->children[1];

	if (base.kind == VALUE_LIST)
		return cel_fail(run, "index out of bounds of a list with %u items", base.len);
	if (index->kind == CEL_NODE_CONST && index->constant.kind == VALUE_STRING)
		return cel_fail(run, "no such key: '%.*s'", STR_ARG(value_text(index->constant)));
	return cel_fail(run, "no such key");
}

struct value cel_eval_index(struct cel_run *run, const struct cel_node *node)
{
	struct value base = cel_eval(run, node->children[0]);
	struct value index = cel_eval(run, node->children[1]);
	bool optional = (node->flags & CEL_OPTIONAL_SELECT) || base.kind == CEL_OPTIONAL;
	const struct value *found;
	struct value problem;

	if (cel_is_error(base) || (cel_is_unknown(base) && !cel_is_error(index)))
		return cel_is_unknown(base) && cel_is_unknown(index)
			   ? cel_join_unknowns(run, base, index)
			   : base;
	if (cel_is_special(index))
		return index;
	if (base.kind == CEL_OPTIONAL) {
		if (base.len == 0)
			return base;
		base = cel_load(*base.as.items);
		if (cel_is_special(base))
			return base;
	}
	found = find_index(run, base, index, &problem);
	if (cel_is_error(problem))
		return problem;
	if (optional)
		return found ? some(run, cel_load(*found)) : cel_none();
	return found ? cel_load(*found) : missing_index(run, node, base);
}
