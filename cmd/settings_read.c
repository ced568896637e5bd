#include "cmd/settings_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/words.h"
#include "cmd/options.h"
#include "policies/policy_file.h"
#include "policies/source.h"

#define POLICY_KEYS_MAX 32

/* A scalar where a group is expected stands for these keys: "terraform: tofu", "mode: update". */
struct short_form {
	const char *key;
	enum setting_id first, last;
	const char *expected; /* what a scalar or the map may be */
};

static const struct short_form short_forms[] = {
    {"terraform", SET_TERRAFORM_COMMAND, SET_TERRAFORM_COMMAND, "a program or {command: PROGRAM}"},
    {"github.mode", SET_GITHUB_MODE_PLAN, SET_GITHUB_MODE_APPLY,
	"update, recreate, append or {plan: ..., apply: ...}"},
};

void problems_init(struct problems *problems, struct arena *arena)
{
	*problems = (struct problems){.arena = arena};
}

void problems_add(struct problems *problems, struct err *err)
{
	size_t cap = problems->cap > 0 ? problems->cap * 2 : 4;

	if (problems->count == problems->cap) {
		problems->items = arena_grow(problems->arena, problems->items,
		    problems->cap * sizeof(*err), cap * sizeof(*err));
		problems->cap = cap;
	}
	if (problems->count < PROBLEMS_MAX)
		problems->items[problems->count++] = *err;
	err_clear(err);
}

void setting_problem(struct setting_reader *reader, const struct value *node, const char *fmt, ...)
{
	struct yaml_place place = yaml_position(reader->yaml, node);
	struct err err = {0};
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)err_set_at(&err, ERR_INVALID, reader->file, place.line, place.column, "%s", text);
	problems_add(reader->problems, &err);
}

const char *node_is(struct value node)
{
	if (node.kind == VALUE_LIST)
		return "a list";
	if (node.kind == VALUE_MAP)
		return "a map";
	if (yaml_scalar(node).kind == VALUE_NULL)
		return "nothing";
	return "text";
}

struct str setting_origin(struct setting_reader *reader, const struct value *node)
{
	struct yaml_place place = yaml_position(reader->yaml, node);

	return str_format(reader->arena, "%s:%d:%d%s%s", reader->file, place.line, place.column,
	    reader->source != NULL ? " of " : "",
	    reader->source != NULL ? str_to_c(reader->arena, reader->source->name) : "");
}

static void read_scalar(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	struct setting_value *slot = &reader->settings->values[row - setting_rows];
	struct err why = {0};

	if (node->kind != VALUE_STRING || yaml_scalar(*node).kind == VALUE_NULL) {
		setting_problem(reader, node, "%s: expected %s, found %s", row->key,
		    row->type == SETTING_SECRET ? "env:NAME" : "a single value", node_is(*node));
		return;
	}
	if (row->inherit == INHERIT_ROOT && reader->base.len > 0) {
		setting_problem(
		    reader, node, "%s stands in the %s of the root only", row->key, SETTINGS_FILE);
		return;
	}
	struct setting_value value;

	if (!setting_parse(reader->arena, row, value_text(*node), &value, &why)) {
		setting_problem(reader, node, "%s: %s", row->key, why.text);
		return;
	}
	if (row->inherit == INHERIT_STRICTEST && slot->number > value.number)
		return;
	*slot = value;
	slot->origin = setting_origin(reader, node);
	slot->is_set = true;
}

static void read_setting(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	switch (row->type) {
	case SETTING_ROUTES:
		settings_read_routes(reader, node);
		return;
	case SETTING_SWITCHES:
		settings_read_switches(reader, row, node);
		return;
	case SETTING_LIST:
		settings_read_list(reader, row, node);
		return;
	case SETTING_NOISE:
		settings_read_noise(reader, row, node);
		return;
	case SETTING_TEXT:
	case SETTING_BOOL:
	case SETTING_INT:
	case SETTING_SIZE:
	case SETTING_CHOICE:
	case SETTING_SECRET:
		read_scalar(reader, row, node);
		return;
	}
}

static const struct setting_row *row_find(struct str key)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (str_is(key, setting_rows[i].key))
			return &setting_rows[i];
	}
	return NULL;
}

static bool is_below(const struct setting_row *row, struct str group, struct str *rest)
{
	*rest = str_from(row->key);
	return group.len == 0 || (str_eat(rest, group) && str_eat(rest, STR(".")));
}

static bool is_group(struct str key)
{
	struct str rest;

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		if (is_below(&setting_rows[i], key, &rest))
			return true;
	}
	return false;
}

/* The names that may stand in a group, each once: rows of a group stand together. */
static void names_in(struct setting_reader *reader, struct str group,
    const char *names[SETTING_COUNT + POLICY_KEYS_MAX + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		struct str rest, name;

		if (!is_below(&setting_rows[i], group, &rest))
			continue;
		(void)str_split(&rest, '.', &name);
		if (count == 0 || !str_is(name, names[count - 1]))
			names[count++] = str_to_c(reader->arena, name);
	}
	for (size_t i = 0; group.len == 0 && policy_key_rows[i].name != NULL; i++) {
		if (i < POLICY_KEYS_MAX)
			names[count++] = policy_key_rows[i].name;
	}
	names[count] = NULL;
}

static void unknown_key(
    struct setting_reader *reader, struct str group, struct str key, const struct value *node)
{
	const char *names[SETTING_COUNT + POLICY_KEYS_MAX + 1];
	struct str name = value_text(*node);
	const char *close;

	if (reader->problems->count == PROBLEMS_MAX) /* it would not be kept */
		return;
	names_in(reader, group, names);
	close = words_closest(name, names);
	if (row_find(key) != NULL)
		setting_problem(reader, node,
		    "key '%.*s' is written as maps, one for each part between the dots",
		    STR_ARG(key));
	else if (close != NULL)
		setting_problem(
		    reader, node, "unknown key '%.*s'; did you mean '%s'?", STR_ARG(key), close);
	else
		setting_problem(reader, node, "unknown key '%.*s'; known here: %.*s", STR_ARG(key),
		    STR_ARG(words_listed(reader->arena, names)));
}

static void read_group(
    struct setting_reader *reader, struct str group, const struct value *node, struct value map);

static const struct short_form *short_form_find(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(short_forms); i++) {
		if (str_is(key, short_forms[i].key))
			return &short_forms[i];
	}
	return NULL;
}

const struct setting_row *settings_short_form(struct str key)
{
	const struct short_form *form = short_form_find(key);

	return form != NULL ? &setting_rows[form->first] : NULL;
}

static void read_short_form(
    struct setting_reader *reader, const struct short_form *form, const struct value *node)
{
	struct err why = {0};
	struct setting_value value;

	/* one complaint, not one for each key that it stands for */
	if (!setting_parse(
		reader->arena, &setting_rows[form->first], value_text(*node), &value, &why)) {
		setting_problem(reader, node, "%s: %s", form->key, why.text);
		return;
	}
	for (size_t id = form->first; id <= form->last; id++)
		read_scalar(reader, &setting_rows[id], node);
}

static void read_entry(
    struct setting_reader *reader, struct str group, const struct value_entry *entry)
{
	struct str name = value_text(entry->key);
	struct str key =
	    group.len == 0 ? str_copy(reader->arena, name)
			   : str_format(reader->arena, "%.*s.%.*s", STR_ARG(group), STR_ARG(name));
	const struct setting_row *row = row_find(key);
	const struct short_form *form = short_form_find(key);
	bool dotted = str_contains(name, STR("."));
	bool scalar = !dotted && entry->value.kind == VALUE_STRING &&
		      yaml_scalar(entry->value).kind != VALUE_NULL;

	if (group.len == 0 && policy_key(name))
		return; /* the policies read it, from the same file */
	if (row != NULL && !dotted)
		read_setting(reader, row, &entry->value);
	else if (form != NULL && scalar)
		read_short_form(reader, form, &entry->value);
	else if (is_group(key) && !dotted)
		read_group(reader, key, &entry->value, entry->value);
	else
		unknown_key(reader, group, key, &entry->key);
}

/* `node` is NULL for the document itself. An empty group is one whose keys are commented out. */
static void read_group(
    struct setting_reader *reader, struct str group, const struct value *node, struct value map)
{
	const struct short_form *form = short_form_find(group);

	if (map.kind == VALUE_STRING && yaml_scalar(map).kind == VALUE_NULL)
		return;
	if (map.kind != VALUE_MAP) {
		setting_problem(reader, node, "%.*s%s expected %s, found %s", STR_ARG(group),
		    group.len > 0 ? ":" : "the file:", form != NULL ? form->expected : "a map",
		    node_is(map));
		return;
	}
	for (size_t i = 0; i < map.len; i++)
		read_entry(reader, group, &map.as.entries[i]);
}

void settings_read_document(struct setting_reader *reader)
{
	read_group(reader, STR_EMPTY, NULL, yaml_root(reader->yaml));
}
