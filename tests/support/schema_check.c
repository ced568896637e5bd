#include "tests/support/schema_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json_read.h"

struct checker {
	struct value root;
	const char *label; /* NULL: says nothing */
};

static bool type_is(struct str type, struct value value)
{
	static const struct {
		const char *name;
		unsigned kinds;
	} types[] = {
	    {"null", 1u << VALUE_NULL},
	    {"boolean", 1u << VALUE_BOOL},
	    {"integer", 1u << VALUE_INT},
	    {"number", 1u << VALUE_INT | 1u << VALUE_NUMBER},
	    {"string", 1u << VALUE_STRING},
	    {"array", 1u << VALUE_LIST},
	    {"object", 1u << VALUE_MAP},
	};

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_is(type, types[i].name))
			return (types[i].kinds >> value.kind & 1u) != 0;
	}
	return false;
}

static bool matches(const struct checker *checker, struct value schema, struct value value);

static bool type_matches(struct value schema, struct value value)
{
	const struct value *type = value_get_c(schema, "type");
	bool any = false;

	if (!type || type->kind == VALUE_STRING)
		return !type || type_is(value_text(*type), value);
	for (size_t i = 0; i < type->len; i++)
		any = any || type_is(value_text(type->as.items[i]), value);
	return any;
}

static bool enum_matches(struct value schema, struct value value)
{
	const struct value *words = value_get_c(schema, "enum");
	const struct value *constant = value_get_c(schema, "const");
	bool any = !words;

	for (size_t i = 0; words && i < words->len; i++)
		any = any || value_equal(words->as.items[i], value);
	return any && (!constant || value_equal(*constant, value));
}

/* Stricter than the schema: what it does not name is not written either. */
static bool properties_match(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *properties = value_get_c(schema, "properties");
	const struct value *required = value_get_c(schema, "required");

	if (value.kind != VALUE_MAP || !properties)
		return true;
	for (size_t i = 0; required && i < required->len; i++) {
		if (!value_get(value, value_text(required->as.items[i])))
			return false;
	}
	for (size_t i = 0; i < value.len; i++) {
		const struct value_entry *entry = &value.as.entries[i];
		const struct value *inner = value_get(*properties, value_text(entry->key));

		if (inner && matches(checker, *inner, entry->value))
			continue;
		if (checker->label)
			print_error("%s: in '%.*s'\n", checker->label, (int)entry->key.len,
			    entry->key.as.text);
		return false;
	}
	return true;
}

static bool items_match(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *items = value_get_c(schema, "items");

	for (size_t i = 0; items && value.kind == VALUE_LIST && i < value.len; i++) {
		if (!matches(checker, *items, value.as.items[i]))
			return false;
	}
	return true;
}

/* "oneOf" is only used with null and one other. */
static bool one_matches(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *choices = value_get_c(schema, "oneOf");

	if (!choices)
		return true;
	return matches(checker, choices->as.items[value.kind == VALUE_NULL ? 0 : 1], value);
}

static bool any_matches(const struct checker *checker, struct value schema, struct value value)
{
	const struct checker silent = {.root = checker->root};
	const struct value *choices = value_get_c(schema, "anyOf");
	bool any = !choices;

	for (size_t i = 0; choices && i < choices->len; i++)
		any = any || matches(&silent, choices->as.items[i], value);
	return any;
}

static bool matches(const struct checker *checker, struct value schema, struct value value)
{
	const struct value *defs = value_get_c(checker->root, "$defs");
	struct str ref = value_get_str(schema, "$ref");

	if (str_eat(&ref, STR("#/$defs/")))
		return matches(checker, *value_get(*defs, ref), value);
	return type_matches(schema, value) && enum_matches(schema, value) &&
	       properties_match(checker, schema, value) && items_match(checker, schema, value) &&
	       one_matches(checker, schema, value) && any_matches(checker, schema, value);
}

struct value schema_read(struct arena *arena, const char *path)
{
	struct err err = {0};
	struct str text = STR_EMPTY;
	struct value schema = value_null();

	if (!file_read(arena, path, (size_t)1 << 20, &text, &err) ||
	    !jsonr_read(arena, text, &(struct jsonr){0}, &schema, &err))
		print_error("%s:%d: %s\n", path, err.line, err.text);
	assert_int_equal(err.code, ERR_NONE);
	return schema;
}

bool schema_matches(const char *label, struct value schema, struct value value)
{
	struct checker checker = {.root = schema, .label = label};

	return matches(&checker, schema, value);
}

/* Every property says what it means. */
static void check_described(struct value schema)
{
	const struct value *properties = value_get_c(schema, "properties");

	for (size_t i = 0; properties && i < properties->len; i++) {
		const struct value_entry *entry = &properties->as.entries[i];

		if (value_get_str(entry->value, "description").len == 0)
			print_error(
			    "'%.*s' is not described\n", (int)entry->key.len, entry->key.as.text);
		assert_true(value_get_str(entry->value, "description").len > 0);
		check_described(entry->value);
	}
	if (value_get_c(schema, "items"))
		check_described(*value_get_c(schema, "items"));
	if (value_get_c(schema, "oneOf"))
		check_described(value_get_c(schema, "oneOf")->as.items[1]);
}

void schema_check_described(struct value schema)
{
	const struct value *defs = value_get_c(schema, "$defs");

	check_described(schema);
	for (size_t i = 0; defs && i < defs->len; i++)
		check_described(defs->as.entries[i].value);
}
