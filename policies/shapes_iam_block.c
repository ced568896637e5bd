/* Statements of data.aws_iam_policy_document, which stand in blocks and may be unknown in part. */

#include "base/arena.h"
#include "policies/shapes_iam_parts.h"

static bool is_none(struct value value)
{
	return value.kind == VALUE_NULL || (value.kind == VALUE_LIST && value.len == 0);
}

/* `actions` and `not_actions`: one list, and whether it is the negated one. */
static void read_pair(struct iam_reading *reading, struct value plain, struct value twin,
    struct value *texts, struct value *negated)
{
	struct shape_list list;

	shape_list_begin(&list, reading->arena, SIZE_MAX);
	shape_list_add_all(&list, plain);
	if (shape_is_open(twin) && is_none(plain))
		*negated = twin;
	else if (!shape_is_open(twin))
		*negated = value_bool(!is_none(twin));
	if (!shape_is_open(twin) || is_none(plain))
		shape_list_add_all(&list, twin);
	*texts = shape_list_value(&list);
}

/* One block {type, identifiers}. */
static void add_principals(
    struct iam_reading *reading, struct shape_list *principals, struct value block)
{
	struct value type = shape_get(block, "type"), identifiers = shape_get(block, "identifiers");

	if (block.kind != VALUE_MAP || shape_is_open(type)) {
		shape_list_add(principals, block.kind == VALUE_MAP ? type : block);
		return;
	}
	if (shape_is_open(identifiers))
		shape_list_add(principals, identifiers);
	for (uint32_t i = 0; identifiers.kind == VALUE_LIST && i < identifiers.len; i++)
		shape_list_add(
		    principals, iam_principal(reading, value_text(type), identifiers.as.items[i]));
}

static struct value read_principals(struct iam_reading *reading, struct value blocks)
{
	struct shape_list principals;

	if (shape_is_open(blocks))
		return blocks;
	shape_list_begin(&principals, reading->arena, SIZE_MAX);
	for (uint32_t i = 0; blocks.kind == VALUE_LIST && i < blocks.len; i++)
		add_principals(reading, &principals, blocks.as.items[i]);
	return shape_list_value(&principals);
}

/* --- conditions: blocks {test, variable, values}; those of one test are one map --- */

struct conditions {
	struct arena *arena;
	struct value blocks;
};

static bool is_first(struct conditions *conditions, uint32_t at, bool with_variable)
{
	struct value block = conditions->blocks.as.items[at];

	for (uint32_t i = 0; i < at; i++) {
		struct value other = conditions->blocks.as.items[i];

		if (value_equal(shape_get(other, "test"), shape_get(block, "test")) &&
		    (!with_variable ||
			value_equal(shape_get(other, "variable"), shape_get(block, "variable"))))
			return false;
	}
	return true;
}

/* All values of this test and variable. */
static struct value values_of(struct conditions *conditions, struct value test, struct value name)
{
	struct shape_list values;

	shape_list_begin(&values, conditions->arena, SIZE_MAX);
	for (uint32_t i = 0; i < conditions->blocks.len; i++) {
		struct value block = conditions->blocks.as.items[i];

		if (value_equal(shape_get(block, "test"), test) &&
		    value_equal(shape_get(block, "variable"), name))
			shape_list_add_all(&values, shape_get(block, "values"));
	}
	return shape_list_value(&values);
}

static struct value variables_of(struct conditions *conditions, struct value test)
{
	struct value_entry *entries =
	    arena_array(conditions->arena, struct value_entry, conditions->blocks.len);
	struct value map = value_null();
	struct str duplicate;
	size_t count = 0;

	for (uint32_t i = 0; i < conditions->blocks.len; i++) {
		struct value block = conditions->blocks.as.items[i];
		struct value name = shape_get(block, "variable");

		if (value_equal(shape_get(block, "test"), test) && is_first(conditions, i, true))
			entries[count++] =
			    (struct value_entry){name, values_of(conditions, test, name)};
	}
	if (!value_map(conditions->arena, entries, count, &map, &duplicate))
		return value_unknown();
	return map;
}

#define CONDITIONS_MAX 64 /* blocks of one statement; the size limits of IAM allow fewer */

/* What stops blocks from being a map: an unknown or odd name; *reason is that. */
static bool are_named(struct value blocks, struct value *reason)
{
	static const char *const names[] = {"test", "variable"};

	for (uint32_t i = 0; i < blocks.len; i++) {
		*reason = blocks.as.items[i];
		if (reason->kind != VALUE_MAP)
			return false;
		for (size_t n = 0; n < ARRAY_LEN(names); n++) {
			*reason = shape_get(blocks.as.items[i], names[n]);
			if (reason->kind != VALUE_STRING)
				return false;
		}
	}
	return blocks.len <= CONDITIONS_MAX;
}

static struct value read_conditions(struct iam_reading *reading, struct value blocks)
{
	struct conditions conditions = {reading->arena, blocks};
	struct value map = {.kind = VALUE_MAP, .marks = VALUE_SORTED}, reason = value_null();
	struct value_entry *entries;
	struct str duplicate;
	size_t count = 0;

	if (shape_is_open(blocks))
		return blocks;
	if (blocks.kind != VALUE_LIST || blocks.len == 0)
		return map;
	if (!are_named(blocks, &reason))
		return shape_is_open(reason) ? reason : value_unknown();
	entries = arena_array(reading->arena, struct value_entry, blocks.len);
	for (uint32_t i = 0; i < blocks.len; i++) {
		struct value test = shape_get(blocks.as.items[i], "test");

		if (is_first(&conditions, i, false))
			entries[count++] =
			    (struct value_entry){test, variables_of(&conditions, test)};
	}
	if (!value_map(reading->arena, entries, count, &map, &duplicate))
		return value_unknown();
	return map;
}

void iam_read_block(struct iam_reading *reading, struct value block)
{
	struct iam_item item = iam_item(reading->attribute);
	struct value others = shape_get(block, "not_principals");

	item.effect = iam_effect(shape_get(block, "effect"));
	if (shape_get(block, "sid").kind != VALUE_NULL)
		item.sid = shape_get(block, "sid");
	read_pair(reading, shape_get(block, "actions"), shape_get(block, "not_actions"),
	    &item.actions, &item.not_action);
	read_pair(reading, shape_get(block, "resources"), shape_get(block, "not_resources"),
	    &item.resources, &item.not_resource);
	item.principals = read_principals(reading, shape_get(block, "principals"));
	if (!is_none(others) && is_none(shape_get(block, "principals"))) {
		item.not_principal = shape_is_open(others) ? others : value_bool(true);
		item.principals = read_principals(reading, others);
	}
	item.condition = read_conditions(reading, shape_get(block, "condition"));
	reading->marks = block.marks & VALUE_SENSITIVE;
	iam_add(reading, &item);
}
