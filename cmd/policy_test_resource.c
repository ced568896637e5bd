#include "cmd/policy_test_resource.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/words.h"
#include "parser/address.h"
#include "parser/configuration.h"

static const char *const action_words[] = {
    "create", "update", "delete", "replace", "forget", "read", "no-op", NULL};

static struct value part(struct value document, const char *key)
{
	const struct value *value = value_get_c(document, key);

	return value ? *value : value_null();
}

/* --- actions --- */

static bool actions_of_word(struct arena *arena, struct str word, struct str *out, struct err *err)
{
	for (size_t i = 0; action_words[i]; i++) {
		if (!str_is(word, action_words[i]))
			continue;
		*out = str_is(word, "replace") ? STR("delete,create") : word;
		return true;
	}
	return err_set(err, ERR_INVALID, "'action' is one of %.*s, not '%.*s'",
	    STR_ARG(words_listed(arena, action_words)), STR_ARG(word));
}

static bool actions_of_list(
    struct arena *arena, struct value list, struct str *out, struct err *err)
{
	struct buf buf;

	buf_init(&buf, arena, 256);
	if (list.kind != VALUE_LIST || list.len == 0)
		return err_set(
		    err, ERR_INVALID, "'actions' is a list of words such as [delete, create]");
	for (uint32_t i = 0; i < list.len; i++)
		buf_addf(&buf, "%s%.*s", i > 0 ? "," : "", STR_ARG(value_text(list.as.items[i])));
	return buf_finish(&buf, out, err);
}

static struct str actions_by_values(struct value document)
{
	bool before = part(document, "before").kind != VALUE_NULL;
	bool after = part(document, "after").kind != VALUE_NULL;

	if (before && after)
		return STR("update");
	return before ? STR("delete") : STR("create");
}

bool test_actions(struct arena *arena, struct value document, struct str *out, struct err *err)
{
	const struct value *word = value_get_c(document, "action");
	const struct value *list = value_get_c(document, "actions");

	if (list)
		return actions_of_list(arena, *list, out, err);
	if (word)
		return actions_of_word(arena, value_text(*word), out, err);
	*out = actions_by_values(document);
	return true;
}

/* --- who it is --- */

static struct str index_text(struct arena *arena, struct value index)
{
	if (index.kind == VALUE_INT)
		return str_format(arena, "[%lld]", (long long)index.as.integer);
	if (index.kind == VALUE_STRING)
		return str_format(arena, "[\"%.*s\"]", STR_ARG(value_text(index)));
	return STR_EMPTY;
}

static struct str join_address(struct arena *arena, const struct test_resource *resource)
{
	return str_format(arena, "%.*s%s%s%.*s.%.*s%.*s", STR_ARG(resource->module),
	    resource->module.len > 0 ? "." : "", str_is(resource->mode, "data") ? "data." : "",
	    STR_ARG(resource->type), STR_ARG(resource->name),
	    STR_ARG(index_text(arena, resource->index)));
}

static bool take_address(struct arena *arena, struct test_resource *out, struct err *err)
{
	struct address parts;

	if (out->address.len == 0)
		return true;
	if (!address_parse(arena, out->address, &parts))
		return err_set(
		    err, ERR_INVALID, "'%.*s' is no address of a resource", STR_ARG(out->address));
	if (out->type.len > 0 && !str_eq(out->type, parts.type))
		return err_set(err, ERR_INVALID, "'address' and 'type' name two types");
	out->type = parts.type;
	out->name = parts.name;
	out->module = parts.module;
	out->mode = parts.mode;
	out->index = parts.index;
	return true;
}

/* The module of an address without indexes: what stands before type and name. */
static struct str plain_module(struct arena *arena, const struct test_resource *resource)
{
	struct str all = resource->plain_address;
	struct str own =
	    str_format(arena, "%s%.*s.%.*s", str_is(resource->mode, "data") ? "data." : "",
		STR_ARG(resource->type), STR_ARG(resource->name));

	(void)str_eat_end(&all, own);
	(void)str_eat_end(&all, STR("."));
	return all;
}

static struct str text_or(struct value document, const char *key, struct str fallback)
{
	struct str text = value_get_str(document, key);

	return text.len > 0 ? text : fallback;
}

bool test_resource_read(
    struct arena *arena, struct value document, struct test_resource *out, struct err *err)
{
	*out = (struct test_resource){.document = document};
	if (document.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID, "a resource is a map such as {type: aws_x, ...}");
	if (value_get_c(document, "changed_paths"))
		return err_set(err, ERR_INVALID,
		    "'changed_paths' cannot be given: it is found from 'before' and 'after'");
	out->address = value_get_str(document, "address");
	out->type = value_get_str(document, "type");
	out->name = text_or(document, "name", STR("test"));
	out->module = value_get_str(document, "module");
	out->mode = text_or(document, "mode", STR("managed"));
	out->index = part(document, "index");
	out->before = part(document, "before");
	out->after = part(document, "after");
	if (!take_address(arena, out, err) || !test_actions(arena, document, &out->actions, err))
		return false;
	if (out->type.len == 0)
		return err_set(err, ERR_INVALID, "a resource needs a 'type' or an 'address'");
	if (out->address.len == 0)
		out->address = join_address(arena, out);
	out->plain_address = configuration_address(arena, out->address);
	out->plain_module = plain_module(arena, out);
	return true;
}

/* --- JSON --- */

/* What is unknown is left out of maps, and null in lists: so does Terraform. */
static void write_known(struct jsonw *writer, struct value value) // NOLINT(misc-no-recursion)
{
	if ((value.marks & VALUE_HAS_UNKNOWN) == 0) {
		jsonw_value(writer, value);
		return;
	}
	if (value.kind == VALUE_LIST) {
		jsonw_begin_array(writer);
		for (uint32_t i = 0; i < value.len; i++)
			write_known(writer, value.as.items[i]);
		jsonw_end_array(writer);
	} else if (value.kind == VALUE_MAP) {
		jsonw_begin_object(writer);
		for (uint32_t i = 0; i < value.len; i++) {
			if (value.as.entries[i].value.kind == VALUE_UNKNOWN)
				continue;
			jsonw_key_str(writer, value_text(value.as.entries[i].key));
			write_known(writer, value.as.entries[i].value);
		}
		jsonw_end_object(writer);
	} else {
		jsonw_null(writer);
	}
}

/* The tree of `true` where a value is unknown, or sensitive. */
struct marking {
	uint8_t whole, inside; /* enum value_mark */
};
static const struct marking unknowns = {0, VALUE_HAS_UNKNOWN};
static const struct marking secrets = {VALUE_SENSITIVE, VALUE_SENSITIVE | VALUE_HAS_SENSITIVE};

static bool is_marked(struct value value, const struct marking *marking)
{
	return marking->whole ? (value.marks & marking->whole) != 0 : value.kind == VALUE_UNKNOWN;
}

static void write_marks( // NOLINT(misc-no-recursion)
    struct jsonw *writer, struct value value, const struct marking *marking)
{
	bool inside = (value.marks & marking->inside) != 0;

	if (is_marked(value, marking)) {
		jsonw_bool(writer, true);
	} else if (value.kind == VALUE_LIST && inside) {
		jsonw_begin_array(writer);
		for (uint32_t i = 0; i < value.len; i++)
			write_marks(writer, value.as.items[i], marking);
		jsonw_end_array(writer);
	} else if (value.kind == VALUE_MAP) {
		jsonw_begin_object(writer);
		for (uint32_t i = 0; inside && i < value.len; i++) {
			if ((value.as.entries[i].value.marks & marking->inside) == 0)
				continue;
			jsonw_key_str(writer, value_text(value.as.entries[i].key));
			write_marks(writer, value.as.entries[i].value, marking);
		}
		jsonw_end_object(writer);
	} else {
		jsonw_bool(writer, false);
	}
}

static void write_words(struct jsonw *writer, struct str words)
{
	struct str word;

	jsonw_begin_array(writer);
	while (str_split(&words, ',', &word))
		jsonw_str(writer, word);
	jsonw_end_array(writer);
}

void test_change_write(
    struct jsonw *writer, struct str actions, struct value before, struct value after)
{
	jsonw_key(writer, "actions");
	write_words(writer, actions);
	jsonw_key(writer, "before");
	write_known(writer, before);
	jsonw_key(writer, "after");
	write_known(writer, after);
	jsonw_key(writer, "after_unknown");
	write_marks(writer, after, &unknowns);
	jsonw_key(writer, "before_sensitive");
	write_marks(writer, before, &secrets);
	jsonw_key(writer, "after_sensitive");
	write_marks(writer, after, &secrets);
}

/* "engine" is short for ["engine"]. */
static void write_replace_paths(struct jsonw *writer, struct value paths)
{
	if (paths.kind != VALUE_LIST)
		return;
	jsonw_key(writer, "replace_paths");
	jsonw_begin_array(writer);
	for (uint32_t i = 0; i < paths.len; i++) {
		bool is_text = paths.as.items[i].kind == VALUE_STRING;

		if (is_text)
			jsonw_begin_array(writer);
		jsonw_value(writer, paths.as.items[i]);
		if (is_text)
			jsonw_end_array(writer);
	}
	jsonw_end_array(writer);
}

static void write_importing(struct jsonw *writer, struct value importing)
{
	if (importing.kind == VALUE_NULL || (importing.kind == VALUE_BOOL && !importing.as.boolean))
		return;
	jsonw_key(writer, "importing");
	if (importing.kind == VALUE_MAP) {
		jsonw_value(writer, importing);
		return;
	}
	jsonw_begin_object(writer);
	jsonw_field_str(
	    writer, "id", importing.kind == VALUE_STRING ? value_text(importing) : STR("test"));
	jsonw_end_object(writer);
}

static void write_text(struct jsonw *writer, const char *key, struct str text)
{
	if (text.len > 0)
		jsonw_field_str(writer, key, text);
}

void test_resource_write(struct jsonw *writer, const struct test_resource *resource)
{
	struct value document = resource->document;

	jsonw_begin_object(writer);
	jsonw_field_str(writer, "address", resource->address);
	write_text(writer, "module_address", resource->module);
	write_text(writer, "previous_address", value_get_str(document, "previous_address"));
	jsonw_field_str(writer, "mode", resource->mode);
	jsonw_field_str(writer, "type", resource->type);
	jsonw_field_str(writer, "name", resource->name);
	if (resource->index.kind != VALUE_NULL) {
		jsonw_key(writer, "index");
		jsonw_value(writer, resource->index);
	}
	write_text(writer, "provider_name", value_get_str(document, "provider"));
	write_text(writer, "deposed", value_get_str(document, "deposed"));
	write_text(writer, "action_reason", value_get_str(document, "action_reason"));
	jsonw_key(writer, "change");
	jsonw_begin_object(writer);
	test_change_write(writer, resource->actions, resource->before, resource->after);
	write_replace_paths(writer, part(document, "replace_paths"));
	write_importing(writer, part(document, "importing"));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}
