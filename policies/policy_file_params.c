/* `params:` and `override:`; what a value has to be for its type. */
#include "base/arena.h"
#include "base/err.h"
#include "policies/policy_reader.h"

/* --- types --- */

static enum param_type item_type(enum param_type type)
{
	switch (type) {
	case PARAM_LIST_BOOL:
		return PARAM_BOOL;
	case PARAM_LIST_INT:
		return PARAM_INT;
	case PARAM_LIST_DOUBLE:
		return PARAM_DOUBLE;
	case PARAM_LIST_STRING:
	case PARAM_MAP_STRING:
		return PARAM_STRING;
	case PARAM_BOOL:
	case PARAM_INT:
	case PARAM_DOUBLE:
	case PARAM_STRING:
		break;
	}
	return type;
}

/* Which directions each type knows. */
static const struct {
	enum param_type type;
	bool fits[TIGHTEN_FALSE + 1];
} directions[] = {
    {PARAM_BOOL, {[TIGHTEN_TRUE] = true, [TIGHTEN_FALSE] = true}},
    {PARAM_INT, {[TIGHTEN_LOWER] = true, [TIGHTEN_HIGHER] = true}},
    {PARAM_DOUBLE, {[TIGHTEN_LOWER] = true, [TIGHTEN_HIGHER] = true}},
    {PARAM_LIST_BOOL, {[TIGHTEN_SUPERSET] = true, [TIGHTEN_SUBSET] = true}},
    {PARAM_LIST_INT, {[TIGHTEN_SUPERSET] = true, [TIGHTEN_SUBSET] = true}},
    {PARAM_LIST_DOUBLE, {[TIGHTEN_SUPERSET] = true, [TIGHTEN_SUBSET] = true}},
    {PARAM_LIST_STRING, {[TIGHTEN_SUPERSET] = true, [TIGHTEN_SUBSET] = true}},
    {PARAM_MAP_STRING, {[TIGHTEN_SUPERSET] = true, [TIGHTEN_SUBSET] = true}},
};

bool tighten_fits(enum tighten tighten, enum param_type type)
{
	for (size_t i = 0; i < ARRAY_LEN(directions); i++)
		if (directions[i].type == type && directions[i].fits[tighten])
			return true;
	return tighten == TIGHTEN_NONE;
}

/* Plain scalars are taken as the text that stands there: 012345678901 is an account, no number. */
static bool scalar_value(
    struct arena *arena, enum param_type type, struct value written, struct value *out)
{
	struct value typed = scalar_typed(written);
	struct str text;

	if (written.kind == VALUE_STRING && written.tag == YAML_TAGGED)
		return false;
	switch (type) {
	case PARAM_BOOL:
		*out = typed;
		return typed.kind == VALUE_BOOL;
	case PARAM_INT:
		*out = typed;
		return typed.kind == VALUE_INT;
	case PARAM_DOUBLE:
		*out = typed;
		return typed.kind == VALUE_INT || typed.kind == VALUE_NUMBER;
	case PARAM_STRING:
		if (!scalar_text(arena, written, &text))
			return false;
		*out = value_string(text);
		return true;
	case PARAM_LIST_BOOL:
	case PARAM_LIST_INT:
	case PARAM_LIST_DOUBLE:
	case PARAM_LIST_STRING:
	case PARAM_MAP_STRING:
		break;
	}
	return false;
}

static bool list_value(struct arena *arena, enum param_type type, struct value written,
    struct value *out, struct err *err)
{
	struct value *items;

	if (written.kind != VALUE_LIST)
		return err_set(err, ERR_INVALID, "%s expected, not %s", param_type_name(type),
		    written_as(written));
	items = arena_array(arena, struct value, written.len);
	for (uint32_t i = 0; i < written.len; i++)
		if (!scalar_value(arena, item_type(type), written.as.items[i], &items[i]))
			return err_set(err, ERR_INVALID, "item %u of a %s has to be %s, not %s",
			    i + 1, param_type_name(type), param_type_name(item_type(type)),
			    written_as(written.as.items[i]));
	*out = value_list(items, written.len);
	return true;
}

static bool map_value(struct arena *arena, struct value written, struct value *out, struct err *err)
{
	struct value_entry *entries;
	struct str duplicate;

	if (written.kind != VALUE_MAP)
		return err_set(
		    err, ERR_INVALID, "map<string> expected, not %s", written_as(written));
	entries = arena_array(arena, struct value_entry, written.len);
	for (uint32_t i = 0; i < written.len; i++) {
		struct str key = value_text(written.as.entries[i].key);

		entries[i].key = written.as.entries[i].key;
		if (!scalar_value(
			arena, PARAM_STRING, written.as.entries[i].value, &entries[i].value))
			return err_set(err, ERR_INVALID,
			    "'%.*s' of a map<string> has to be string, not %s", STR_ARG(key),
			    written_as(written.as.entries[i].value));
	}
	return value_map(arena, entries, written.len, out, &duplicate) ||
	       err_set(err, ERR_INVALID, "'%.*s' stands there twice", STR_ARG(duplicate));
}

bool param_value(struct arena *arena, enum param_type type, struct value written, struct value *out,
    struct err *err)
{
	if (type == PARAM_MAP_STRING)
		return map_value(arena, written, out, err);
	if (item_type(type) != type)
		return list_value(arena, type, written, out, err);
	return scalar_value(arena, type, written, out) ||
	       err_set(err, ERR_INVALID, "%s expected, not %s", param_type_name(type),
		   written_as(written));
}

/* --- one param --- */

struct param_draft {
	struct param param; /* first: the table's offsets are those of the param */
	const struct value *value, *tighten;
};

static void read_type(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct param *param = into;
	unsigned word;

	param->type_given = reader_word(reader, key, node, param_type_words, &word);
	if (param->type_given)
		param->type = (enum param_type)word;
}

static void read_value(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)reader;
	(void)key;
	((struct param_draft *)into)->value = node;
}

static void read_tighten(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct param_draft *draft = into;
	unsigned word;

	if (!reader_word(reader, key, node, tighten_words, &word))
		return;
	draft->param.tighten = (enum tighten)word;
	draft->tighten = node;
}

static const struct policy_key param_keys[] = {
    {"type", FIELD_OTHER, 0, NULL, read_type, 0},
    {"value", FIELD_OTHER, 0, NULL, read_value, 0},
    {"tighten", FIELD_OTHER, 0, NULL, read_tighten, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};

/* The place of the item that does not fit is better than that of the whole. */
static void bad_value(
    struct policy_reader *reader, const struct param_draft *draft, const char *why)
{
	const struct value *node = draft->value;

	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->len; i++) {
		struct value ignored;

		if (scalar_value(
			reader->arena, item_type(draft->param.type), node->as.items[i], &ignored))
			continue;
		node = &node->as.items[i];
		break;
	}
	reader_problem(reader, node, "param '%.*s': %s", STR_ARG(draft->param.name), why);
}

static void set_value(struct policy_reader *reader, struct param_draft *draft)
{
	struct err why = {0};
	struct param *param = &draft->param;

	param->written = *draft->value;
	param->value = tree_typed(reader->arena, *draft->value);
	if (param->type_given &&
	    !param_value(reader->arena, param->type, *draft->value, &param->value, &why))
		bad_value(reader, draft, why.text);
}

static void finish_param(
    struct policy_reader *reader, const struct value *node, struct param_draft *draft)
{
	struct param *param = &draft->param;

	if (!draft->value || reader_is_empty(*draft->value)) {
		reader_problem(reader, node, "param '%.*s' needs a value", STR_ARG(param->name));
		return;
	}
	set_value(reader, draft);
	if (draft->tighten && !param->type_given)
		reader_problem(reader, draft->tighten,
		    "param '%.*s': 'tighten' stands beside 'type', where the param is made",
		    STR_ARG(param->name));
	else if (!tighten_fits(param->tighten, param->type))
		reader_problem(reader, draft->tighten,
		    "param '%.*s': a %s cannot be tightened by '%s'", STR_ARG(param->name),
		    param_type_name(param->type), tighten_name(param->tighten));
}

/* "name: value" is short for "name: {value: value}", where the value is no map. */
static void read_param(
    struct policy_reader *reader, const struct value_entry *entry, struct param *out)
{
	struct param_draft draft = {.param = {.name = value_text(entry->key)}};

	draft.param.place = reader_place(reader, &entry->key);
	if (entry->value.kind == VALUE_MAP)
		(void)!reader_map(reader, &entry->value, "a param", param_keys, &draft);
	else
		draft.value = &entry->value;
	finish_param(reader, &entry->key, &draft);
	*out = draft.param;
}

void read_params(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_named_map(reader, key, node))
		return;
	file->params = arena_array(reader->arena, struct param, node->len);
	for (uint32_t i = 0; i < node->len; i++)
		if (reader_name(reader, "param", &node->as.entries[i].key))
			read_param(
			    reader, &node->as.entries[i], &file->params[file->param_count++]);
}

/* Of an override, where a map is the value itself. */
void read_param_values(struct policy_reader *reader, const char *key, const struct value *node,
    struct param **out, size_t *count)
{
	if (!reader_named_map(reader, key, node))
		return;
	*out = arena_array(reader->arena, struct param, node->len);
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct param_draft draft = {.param = {.name = value_text(entry->key)}};

		if (!reader_name(reader, "param", &entry->key))
			continue;
		draft.param.place = reader_place(reader, &entry->key);
		draft.value = &entry->value;
		finish_param(reader, &entry->key, &draft);
		(*out)[(*count)++] = draft.param;
	}
}

/* --- overrides --- */

static void read_override_level(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_override *change = into;
	unsigned word;

	change->has_level = reader_word(reader, key, node, level_words, &word);
	if (change->has_level)
		change->level = (enum level)word;
}

static void read_override_disabled(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_override *change = into;

	change->has_disabled = reader_bool(reader, key, node, &change->disabled);
}

static void read_override_params(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_override *change = into;

	read_param_values(reader, key, node, &change->params, &change->param_count);
}

/* The words of a rule that people try here: the answer is the same for all. */
static void refuse_override(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)into;
	reader_problem(reader, node,
	    "'%s' cannot be overridden: an override changes level, params or disabled, never what "
	    "a rule looks at or says",
	    key);
}

static const struct policy_key override_keys[] = {
    {"level", FIELD_OTHER, 0, NULL, read_override_level, 0},
    {"disabled", FIELD_OTHER, 0, NULL, read_override_disabled, 0},
    {"params", FIELD_OTHER, 0, NULL, read_override_params, 0},
    {"forbid", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"require", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"when", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"each", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"match", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"scope", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"message", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"lock", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"waivable", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"on_unknown", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"existing", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {"enforce_from", FIELD_OTHER, 0, NULL, refuse_override, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};

void read_overrides(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_named_map(reader, key, node))
		return;
	file->overrides = arena_array(reader->arena, struct rule_override, node->len);
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct rule_override *change = &file->overrides[file->override_count];

		change->rule = value_text(entry->key);
		change->place = reader_place(reader, &entry->key);
		if (!reader_map(reader, &entry->value, "an override", override_keys, change))
			continue;
		if (!change->has_level && !change->has_disabled && change->param_count == 0 &&
		    entry->value.len == 0)
			reader_problem(reader, &entry->key, "the override changes nothing");
		file->override_count++;
	}
}
