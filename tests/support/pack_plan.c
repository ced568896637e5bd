#include "tests/support/pack_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_write.h"
#include "parser/plan_read.h"

#define PLAN_MAX ((size_t)1 << 20)

static struct value field(struct value map, const char *name)
{
	const struct value *value = value_get_c(map, name);

	return value ? *value : value_null();
}

static bool has_unknown(struct value value)
{
	return (value.marks & VALUE_HAS_UNKNOWN) != 0;
}

/* What is unknown is left out of maps and null in lists: that is how plans have it. */
static void write_known(struct jsonw *writer, struct value value)
{
	if (value.kind == VALUE_MAP) {
		jsonw_begin_object(writer);
		for (uint32_t i = 0; i < value.len; i++) {
			if (value.as.entries[i].value.kind == VALUE_UNKNOWN)
				continue;
			jsonw_key_str(writer, value_text(value.as.entries[i].key));
			write_known(writer, value.as.entries[i].value);
		}
		jsonw_end_object(writer);
	} else if (value.kind == VALUE_LIST) {
		jsonw_begin_array(writer);
		for (uint32_t i = 0; i < value.len; i++)
			write_known(writer, value.as.items[i]);
		jsonw_end_array(writer);
	} else {
		jsonw_value(writer, value.kind == VALUE_UNKNOWN ? value_null() : value);
	}
}

/* True where `has` finds it, in the shape of the value: after_unknown, after_sensitive. */
static void write_marks(struct jsonw *writer, struct value value, bool (*has)(struct value value))
{
	if (value.kind == VALUE_MAP && has(value)) {
		jsonw_begin_object(writer);
		for (uint32_t i = 0; i < value.len; i++) {
			if (!has(value.as.entries[i].value))
				continue;
			jsonw_key_str(writer, value_text(value.as.entries[i].key));
			write_marks(writer, value.as.entries[i].value, has);
		}
		jsonw_end_object(writer);
	} else if (value.kind == VALUE_LIST && has(value)) {
		jsonw_begin_array(writer);
		for (uint32_t i = 0; i < value.len; i++)
			write_marks(writer, value.as.items[i], has);
		jsonw_end_array(writer);
	} else {
		jsonw_bool(writer, has(value));
	}
}

static const char *words_of(struct str action)
{
	static const char *const replace = "delete,create";

	return str_is(action, "replace") ? replace : action.ptr;
}

static void write_actions(struct jsonw *writer, struct arena *arena, struct str action)
{
	struct str words = str_from(words_of(str_copy(arena, action))), word;

	jsonw_key(writer, "actions");
	jsonw_begin_array(writer);
	while (str_split(&words, ',', &word))
		jsonw_str(writer, word);
	jsonw_end_array(writer);
}

static struct str text_or(struct value map, const char *name, const char *fallback)
{
	struct str text = value_get_str(map, name);

	return text.len > 0 ? text : str_from(fallback);
}

static bool is_gone(struct str action)
{
	return str_is(action, "delete") || str_is(action, "forget");
}

static struct str address_of(struct arena *arena, struct value resource)
{
	struct str address = value_get_str(resource, "address");
	struct str module = value_get_str(resource, "module");

	if (address.len > 0)
		return address;
	return str_format(arena, "%.*s%s%.*s.%.*s", STR_ARG(module), module.len > 0 ? "." : "",
	    STR_ARG(value_get_str(resource, "type")), STR_ARG(text_or(resource, "name", "this")));
}

static void write_change(struct jsonw *writer, struct arena *arena, struct value resource)
{
	struct str action = text_or(resource, "action", "create");
	struct value before = field(resource, "before"), after = field(resource, "after");

	jsonw_key(writer, "change");
	jsonw_begin_object(writer);
	write_actions(writer, arena, action);
	if (is_gone(action))
		after = value_null();
	jsonw_key(writer, "before");
	write_known(writer, before);
	jsonw_key(writer, "after");
	if (after.kind == VALUE_UNKNOWN)
		jsonw_value(writer, (struct value){.kind = VALUE_MAP});
	else
		write_known(writer, after);
	jsonw_key(writer, "after_unknown");
	write_marks(writer, after, has_unknown);
	if (value_get_c(resource, "importing"))
		jsonw_key(writer, "importing"), jsonw_value(writer, field(resource, "importing"));
	jsonw_end_object(writer);
}

static void write_resource(struct jsonw *writer, struct arena *arena, struct value resource)
{
	struct str module = value_get_str(resource, "module");

	jsonw_begin_object(writer);
	jsonw_field_str(writer, "address", address_of(arena, resource));
	if (module.len > 0)
		jsonw_field_str(writer, "module_address", module);
	jsonw_field_str(writer, "mode", text_or(resource, "mode", "managed"));
	jsonw_field_str(writer, "type", value_get_str(resource, "type"));
	jsonw_field_str(writer, "name", text_or(resource, "name", "this"));
	jsonw_field_str(writer, "provider_name", text_or(resource, "provider", "hashicorp/aws"));
	if (value_get_c(resource, "action_reason"))
		jsonw_field_str(writer, "action_reason", value_get_str(resource, "action_reason"));
	write_change(writer, arena, resource);
	jsonw_end_object(writer);
}

static void write_references(struct jsonw *writer, struct value references)
{
	for (uint32_t i = 0; references.kind == VALUE_MAP && i < references.len; i++) {
		jsonw_key_str(writer, value_text(references.as.entries[i].key));
		jsonw_begin_object(writer);
		jsonw_key(writer, "references");
		jsonw_value(writer, references.as.entries[i].value);
		jsonw_end_object(writer);
	}
}

/* Resources of the root module only: those of others have no references in tests. */
static void write_configured(struct jsonw *writer, struct arena *arena, struct value resource)
{
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "address", address_of(arena, resource));
	jsonw_field_str(writer, "mode", text_or(resource, "mode", "managed"));
	jsonw_field_str(writer, "type", value_get_str(resource, "type"));
	jsonw_field_str(writer, "name", text_or(resource, "name", "this"));
	jsonw_key(writer, "expressions");
	jsonw_begin_object(writer);
	write_references(writer, field(resource, "references"));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

typedef void write_fn(struct jsonw *writer, struct arena *arena, struct value resource);

static void each_resource(
    struct jsonw *writer, struct arena *arena, struct value document, write_fn *write)
{
	struct value resource = field(document, "resource"), others = field(document, "resources");

	jsonw_begin_array(writer);
	if (resource.kind == VALUE_MAP)
		write(writer, arena, resource);
	for (uint32_t i = 0; others.kind == VALUE_LIST && i < others.len; i++)
		write(writer, arena, others.as.items[i]);
	jsonw_end_array(writer);
}

static struct str plan_text(struct arena *arena, struct value document)
{
	struct jsonw writer;
	struct err err = {0};
	struct sink sink;
	struct buf buf;
	struct str text = STR_EMPTY;

	buf_init(&buf, arena, PLAN_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_begin_object(&writer);
	jsonw_field_str(&writer, "format_version", STR("1.2"));
	jsonw_field_str(&writer, "terraform_version", STR("1.11.4"));
	jsonw_field_bool(&writer, "complete", true);
	jsonw_key(&writer, "resource_changes");
	each_resource(&writer, arena, document, write_resource);
	jsonw_key(&writer, "configuration");
	jsonw_begin_object(&writer);
	jsonw_key(&writer, "root_module");
	jsonw_begin_object(&writer);
	jsonw_key(&writer, "resources");
	each_resource(&writer, arena, document, write_configured);
	jsonw_end_object(&writer);
	jsonw_end_object(&writer);
	jsonw_end_object(&writer);
	if (!sink_finish(&sink, &err) || !buf_finish(&buf, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

void pack_plan(struct arena *arena, struct value document, struct pack_plan *out)
{
	struct input *input = input_from_str(arena, "test", plan_text(arena, document));
	struct err err = {0};

	*out = (struct pack_plan){.has_change = value_get_c(document, "resource") != NULL};
	if (!plan_read(arena, input, NULL, &out->plan, &err))
		fail_msg("%s", err.text);
	if (out->has_change &&
	    !plan_load(out->plan, CHANGES_RESOURCE, 0, arena, &out->change, &err))
		fail_msg("%s", err.text);
}
