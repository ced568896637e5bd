#include "cmd/help.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/sink.h"
#include "cmd/settings_file.h"
#include "parser/detectors.h"
#include "policies/policy_file.h"

#define SCHEMA_INDENT 2

static void string_list(struct jsonw *writer, const char *const *words)
{
	jsonw_key(writer, "enum");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; words[i] != NULL; i++)
		jsonw_c(writer, words[i]);
	jsonw_end_array(writer);
}

static void type_is(struct jsonw *writer, const char *type)
{
	jsonw_key(writer, "type");
	jsonw_c(writer, type);
}

static void text_of_pattern(struct jsonw *writer, const char *pattern)
{
	type_is(writer, "string");
	jsonw_key(writer, "pattern");
	jsonw_c(writer, pattern);
}

/* One or a list of what `item` writes. */
static void one_or_many(struct jsonw *writer, void (*item)(struct jsonw *writer))
{
	jsonw_key(writer, "oneOf");
	jsonw_begin_array(writer);
	jsonw_begin_object(writer);
	item(writer);
	jsonw_end_object(writer);
	jsonw_begin_object(writer);
	type_is(writer, "array");
	jsonw_field_int(writer, "minItems", 1);
	jsonw_key(writer, "items");
	jsonw_begin_object(writer);
	item(writer);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
	jsonw_end_array(writer);
}

static void event_item(struct jsonw *writer)
{
	const char *names[ROUTE_EVENTS + 1] = {NULL};

	for (int i = 0; i < ROUTE_EVENTS; i++)
		names[i] = route_event_name((enum route_event)i);
	string_list(writer, names);
}

static void glob_item(struct jsonw *writer)
{
	text_of_pattern(writer, "^[^/]");
}

static void routes_type(struct jsonw *writer)
{
	type_is(writer, "array");
	jsonw_key(writer, "items");
	jsonw_begin_object(writer);
	type_is(writer, "object");
	jsonw_field_bool(writer, "additionalProperties", false);
	jsonw_key(writer, "properties");
	jsonw_begin_object(writer);
	jsonw_key(writer, "on");
	jsonw_begin_object(writer);
	one_or_many(writer, event_item);
	jsonw_end_object(writer);
	jsonw_key(writer, "channel");
	jsonw_begin_flat_object(writer);
	type_is(writer, "string");
	jsonw_end_object(writer);
	jsonw_key(writer, "dirs");
	jsonw_begin_object(writer);
	one_or_many(writer, glob_item);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static void switches_type(struct jsonw *writer)
{
	static const char *const words[] = {"on", "off", NULL};

	type_is(writer, "object");
	jsonw_field_bool(writer, "additionalProperties", false);
	jsonw_key(writer, "properties");
	jsonw_begin_object(writer);
	for (size_t i = 0; i < DETECTOR_COUNT; i++) {
		jsonw_key(writer, detector_rows[i].name);
		jsonw_begin_object(writer);
		string_list(writer, words);
		jsonw_end_object(writer);
	}
	jsonw_end_object(writer);
}

static void list_type(struct jsonw *writer, const struct setting_row *row)
{
	bool masks = row == &setting_rows[SET_REDACT_MASKS];

	type_is(writer, "array");
	jsonw_key(writer, "items");
	jsonw_begin_object(writer);
	text_of_pattern(writer,
	    masks ? "^(env:[A-Za-z_][A-Za-z0-9_]*|regexp:.+)$" : "^[A-Za-z_][A-Za-z0-9_]*$");
	jsonw_end_object(writer);
}

static void noise_type(struct jsonw *writer)
{
	static const char *const required[] = {"path", NULL};

	type_is(writer, "array");
	jsonw_key(writer, "items");
	jsonw_begin_object(writer);
	type_is(writer, "object");
	jsonw_field_bool(writer, "additionalProperties", false);
	jsonw_key(writer, "required");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; required[i]; i++)
		jsonw_c(writer, required[i]);
	jsonw_end_array(writer);
	jsonw_key(writer, "properties");
	jsonw_begin_object(writer);
	jsonw_key(writer, "path");
	jsonw_begin_object(writer);
	text_of_pattern(writer, "^[^\\s].*$");
	jsonw_end_object(writer);
	jsonw_key(writer, "reason");
	jsonw_begin_object(writer);
	type_is(writer, "string");
	jsonw_end_object(writer);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static void size_type(struct jsonw *writer)
{
	jsonw_key(writer, "type");
	jsonw_begin_flat_array(writer);
	jsonw_c(writer, "integer");
	jsonw_c(writer, "string");
	jsonw_end_array(writer);
	jsonw_key(writer, "pattern");
	jsonw_c(writer, "^[0-9]+ *(KiB|MiB|GiB)?$");
}

static void row_type(struct jsonw *writer, const struct setting_row *row)
{
	switch (row->type) {
	case SETTING_TEXT:
		type_is(writer, "string");
		jsonw_field_int(writer, "minLength", 1);
		return;
	case SETTING_BOOL:
		type_is(writer, "boolean");
		return;
	case SETTING_INT:
		type_is(writer, "integer");
		jsonw_field_int(writer, "minimum", row->min);
		jsonw_field_int(writer, "maximum", row->max);
		return;
	case SETTING_SIZE:
		size_type(writer);
		return;
	case SETTING_CHOICE:
		string_list(writer, row->choices);
		return;
	case SETTING_SECRET:
		text_of_pattern(writer, "^env:[A-Za-z_][A-Za-z0-9_]*$");
		return;
	case SETTING_ROUTES:
		routes_type(writer);
		return;
	case SETTING_SWITCHES:
		switches_type(writer);
		return;
	case SETTING_LIST:
		list_type(writer, row);
		return;
	case SETTING_NOISE:
		noise_type(writer);
		return;
	}
}

static void row_default(struct jsonw *writer, const struct setting_row *row)
{
	if (row->default_text[0] == '\0')
		return;
	if (row->type == SETTING_BOOL) {
		jsonw_field_bool(writer, "default", str_is(str_from(row->default_text), "true"));
		return;
	}
	if (row->type == SETTING_INT) {
		jsonw_field_int(writer, "default", row->min);
		return;
	}
	jsonw_key(writer, "default");
	jsonw_c(writer, row->default_text);
}

static void schema_row(struct jsonw *writer, const struct setting_row *row)
{
	jsonw_begin_object(writer);
	jsonw_key(writer, "description");
	jsonw_c(writer, row->help);
	row_type(writer, row);
	row_default(writer, row);
	jsonw_end_object(writer);
}

static void schema_group(struct jsonw *writer, struct str group);

/* Where a single value is short for a map: the type of the first key that it stands for. */
static bool schema_short(struct jsonw *writer, struct str group)
{
	const struct setting_row *row = settings_short_form(group);

	if (row == NULL)
		return false;
	jsonw_begin_object(writer);
	jsonw_key(writer, "oneOf");
	jsonw_begin_array(writer);
	schema_row(writer, row);
	schema_group(writer, group);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	return true;
}

/* How the type of a policy key begins, and what JSON calls it. */
static const struct {
	const char *begins, *type;
} policy_types[] = {
    {"list", "array"},
    {"map", "object"},
    {"{", "object"},
    {"true or false", "boolean"},
    {"", "string"},
};

static void schema_policy_keys(struct jsonw *writer)
{
	for (const struct policy_key_row *row = policy_key_rows; row->name != NULL; row++) {
		size_t i = 0;

		if (strcmp(row->name, "waivers") == 0)
			continue; /* of another file */
		while (!str_starts(str_from(row->type), str_from(policy_types[i].begins)))
			i++;
		jsonw_key(writer, row->name);
		jsonw_begin_object(writer);
		jsonw_key(writer, "description");
		jsonw_c(writer, row->help);
		type_is(writer, policy_types[i].type);
		jsonw_end_object(writer);
	}
}

static bool next_name(const struct setting_row *row, struct str group, struct str *name, bool *leaf)
{
	struct str rest = str_from(row->key);

	if (group.len > 0 && !(str_eat(&rest, group) && str_eat(&rest, STR("."))))
		return false;
	(void)str_split(&rest, '.', name);
	*leaf = rest.len == 0;
	return true;
}

static void schema_member(struct jsonw *writer, struct str group, const struct setting_row *row,
    struct str name, bool leaf)
{
	/* the part of the key up to and with this name */
	struct str below = {row->key, group.len + (group.len > 0) + name.len};

	jsonw_key_str(writer, name);
	if (leaf)
		schema_row(writer, row);
	else if (!schema_short(writer, below))
		schema_group(writer, below);
}

static void schema_members(struct jsonw *writer, struct str group)
{
	struct str before = STR_EMPTY;

	type_is(writer, "object");
	jsonw_field_bool(writer, "additionalProperties", false);
	jsonw_key(writer, "properties");
	jsonw_begin_object(writer);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct str name;
		bool leaf;

		if (!next_name(&setting_rows[i], group, &name, &leaf) || str_eq(name, before))
			continue;
		schema_member(writer, group, &setting_rows[i], name, leaf);
		before = name;
	}
	if (group.len == 0)
		schema_policy_keys(writer);
	jsonw_end_object(writer);
}

/* Recursion ends with the segments of the keys, of which there are at most three. */
static void schema_group(struct jsonw *writer, struct str group)
{
	jsonw_begin_object(writer);
	schema_members(writer, group);
	jsonw_end_object(writer);
}

void help_settings_schema(struct buf *buf)
{
	struct sink sink;
	struct jsonw writer;
	struct err err = {0};

	sink_to_buf(&sink, buf);
	jsonw_init(&writer, &sink, SCHEMA_INDENT);
	jsonw_begin_object(&writer);
	jsonw_key(&writer, "$schema");
	jsonw_c(&writer, "http://json-schema.org/draft-07/schema#");
	jsonw_key(&writer, "title");
	jsonw_c(&writer, "tfherald.yaml");
	schema_members(&writer, STR_EMPTY);
	jsonw_end_object(&writer);
	if (sink_finish(&sink, &err))
		buf_addc(buf, '\n');
}
