/* Policy documents in JSON, by the grammar of IAM's documentation; keys in any case. */

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "policies/shapes_iam_parts.h"

static const struct str item_keys[] = {
#define X(name) STR_INIT(#name),
    IAM_FIELDS(X)
#undef X
};

struct iam_item iam_item(struct str attribute)
{
	return (struct iam_item){.actions = value_list(NULL, 0),
	    .attribute = value_string(attribute),
	    .condition = {.kind = VALUE_MAP, .marks = VALUE_SORTED},
	    .effect = value_string(STR("Allow")),
	    .not_action = value_bool(false),
	    .not_principal = value_bool(false),
	    .not_resource = value_bool(false),
	    .principals = value_list(NULL, 0),
	    .resources = value_list(NULL, 0),
	    .sid = value_string(STR_EMPTY)};
}

void iam_add(struct iam_reading *reading, const struct iam_item *item)
{
	struct value values[] = {
#define X(name) item->name,
	    IAM_FIELDS(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		values[i].marks |= reading->marks;
	shape_list_add(
	    &reading->items, shape_map(reading->arena, item_keys, values, ARRAY_LEN(values)));
}

struct value iam_effect(struct value value)
{
	static const struct str effects[] = {STR_INIT("Allow"), STR_INIT("Deny")};

	if (value.kind == VALUE_NULL || (value.kind == VALUE_STRING && value.len == 0))
		return value_string(effects[0]);
	for (size_t i = 0; i < ARRAY_LEN(effects); i++) {
		if (value.kind == VALUE_STRING && str_eq_nocase(value_text(value), effects[i])) {
			value.as.text = effects[i].ptr;
			value.len = (uint32_t)effects[i].len;
		}
	}
	return value;
}

struct value iam_principal(struct iam_reading *reading, struct str kind, struct value identifier)
{
	static const struct str kinds[] = {
	    STR_INIT("AWS"), STR_INIT("CanonicalUser"), STR_INIT("Federated"), STR_INIT("Service")};
	struct value text;

	if (shape_is_open(identifier) || str_is(kind, "*"))
		return identifier;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		kind = str_eq_nocase(kind, kinds[i]) ? kinds[i] : kind;
	text = value_string(str_format(
	    reading->arena, "%.*s:%.*s", STR_ARG(kind), STR_ARG(value_text(identifier))));
	text.marks = identifier.marks;
	return text;
}

/* --- statements --- */

/* What a statement of a document says, before it is judged. */
enum word {
	WORD_SID,
	WORD_EFFECT,
	WORD_PRINCIPAL,
	WORD_NOT_PRINCIPAL,
	WORD_ACTION,
	WORD_NOT_ACTION,
	WORD_RESOURCE,
	WORD_NOT_RESOURCE,
	WORD_CONDITION,
	WORD_COUNT,
};

static const struct str words[] = {
    [WORD_SID] = STR_INIT("Sid"),
    [WORD_EFFECT] = STR_INIT("Effect"),
    [WORD_PRINCIPAL] = STR_INIT("Principal"),
    [WORD_NOT_PRINCIPAL] = STR_INIT("NotPrincipal"),
    [WORD_ACTION] = STR_INIT("Action"),
    [WORD_NOT_ACTION] = STR_INIT("NotAction"),
    [WORD_RESOURCE] = STR_INIT("Resource"),
    [WORD_NOT_RESOURCE] = STR_INIT("NotResource"),
    [WORD_CONDITION] = STR_INIT("Condition"),
};

static bool bad_kind(
    const struct iam_reading *reading, struct str word, struct value value, struct err *err)
{
	return err_set(err, ERR_INVALID,
	    "the policy document in '%.*s' has a %s as '%.*s', which may not stand there",
	    STR_ARG(reading->attribute), value_kind_name(value.kind), STR_ARG(word));
}

/* Keys that differ in case only would let one hide the other. */
static bool pick(struct iam_reading *reading, struct value map, const struct str *names,
    size_t count, struct value *found, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		found[i] = value_null();
	for (uint32_t i = 0; i < map.len; i++) {
		struct str key = value_text(map.as.entries[i].key);
		size_t name = 0;

		while (name < count && !str_eq_nocase(key, names[name]))
			name++;
		if (name == count)
			continue;
		if (found[name].kind != VALUE_NULL)
			return err_set(err, ERR_INVALID,
			    "the policy document in '%.*s' has '%.*s' twice in one place",
			    STR_ARG(reading->attribute), STR_ARG(names[name]));
		found[name] = map.as.entries[i].value;
	}
	return true;
}

/* A leaf as text: numbers and bools as they are written. */
static bool as_text(struct iam_reading *reading, struct value *value)
{
	char scratch[24];
	struct str text;
	uint8_t marks = (uint8_t)(value->marks | reading->marks);

	if (value->kind == VALUE_BOOL)
		*value = value_string(value->as.boolean ? STR("true") : STR("false"));
	else if (value_as_number_text(*value, scratch, &text))
		*value = value_string(str_copy(reading->arena, text));
	else if (value->kind != VALUE_STRING && !shape_is_open(*value))
		return false;
	value->marks = marks;
	return true;
}

/* One text or a list of them, added to `list`; `kind` makes principals of them. */
static bool add_texts(struct iam_reading *reading, struct str word, struct value value,
    const struct str *kind, struct shape_list *list, struct err *err)
{
	const struct value *items = value.kind == VALUE_LIST ? value.as.items : &value;
	size_t count = value.kind == VALUE_LIST ? value.len : 1;

	for (size_t i = 0; value.kind != VALUE_NULL && i < count; i++) {
		struct value item = items[i];

		if (!as_text(reading, &item))
			return bad_kind(reading, word, item, err);
		if (kind)
			item = iam_principal(reading, *kind, item);
		shape_list_add(list, item);
	}
	return true;
}

/* A field and its Not... twin: one list, and which of the two it was. */
static bool read_pair(struct iam_reading *reading, const struct value found[WORD_COUNT],
    enum word word, struct value *texts, struct value *negated, struct err *err)
{
	enum word twin = (enum word)(word + 1);
	bool is_negated = found[twin].kind != VALUE_NULL;
	struct shape_list list;

	if (is_negated && found[word].kind != VALUE_NULL)
		return err_set(err, ERR_INVALID,
		    "the policy document in '%.*s' has both '%.*s' and '%.*s' in one statement",
		    STR_ARG(reading->attribute), STR_ARG(words[word]), STR_ARG(words[twin]));
	word = is_negated ? twin : word;
	*negated = value_bool(is_negated);
	shape_list_begin(&list, reading->arena, SIZE_MAX);
	if (!add_texts(reading, words[word], found[word], NULL, &list, err))
		return false;
	*texts = value_list(list.items, list.count);
	return true;
}

/* "*" or {"AWS": "*", "Service": ["a", "b"]} */
static bool read_principals(struct iam_reading *reading, const struct value found[WORD_COUNT],
    struct iam_item *item, struct err *err)
{
	struct value value = found[WORD_PRINCIPAL];
	struct shape_list list;

	if (value.kind != VALUE_MAP && found[WORD_NOT_PRINCIPAL].kind != VALUE_MAP)
		return read_pair(
		    reading, found, WORD_PRINCIPAL, &item->principals, &item->not_principal, err);
	if (value.kind == VALUE_NULL) {
		value = found[WORD_NOT_PRINCIPAL];
		item->not_principal = value_bool(true);
	} else if (found[WORD_NOT_PRINCIPAL].kind != VALUE_NULL) {
		return read_pair(reading, found, WORD_PRINCIPAL, &item->principals,
		    &item->not_principal, err); /* both: an error */
	}
	shape_list_begin(&list, reading->arena, SIZE_MAX);
	for (uint32_t i = 0; i < value.len; i++) {
		struct str kind = value_text(value.as.entries[i].key);

		if (!add_texts(reading, words[WORD_PRINCIPAL], value.as.entries[i].value, &kind,
			&list, err))
			return false;
	}
	item->principals = value_list(list.items, list.count);
	return true;
}

/* {"StringEquals": {"aws:x": "a"}}: the same with lists at the ends. */
static bool read_operator(
    struct iam_reading *reading, struct value keys, struct value *out, struct err *err)
{
	struct value_entry *entries;
	struct str duplicate;

	if (keys.kind != VALUE_MAP)
		return bad_kind(reading, words[WORD_CONDITION], keys, err);
	entries = arena_array(reading->arena, struct value_entry, keys.len);
	for (uint32_t i = 0; i < keys.len; i++) {
		struct shape_list texts;

		shape_list_begin(&texts, reading->arena, SIZE_MAX);
		if (!add_texts(reading, words[WORD_CONDITION], keys.as.entries[i].value, NULL,
			&texts, err))
			return false;
		entries[i].key = keys.as.entries[i].key;
		entries[i].value = value_list(texts.items, texts.count);
	}
	if (!value_map(reading->arena, entries, keys.len, out, &duplicate))
		return bad_kind(reading, words[WORD_CONDITION], keys, err);
	return true;
}

static bool read_condition(
    struct iam_reading *reading, struct value condition, struct value *out, struct err *err)
{
	struct value_entry *entries;
	struct str duplicate;

	if (condition.kind == VALUE_NULL)
		return true;
	if (condition.kind != VALUE_MAP)
		return bad_kind(reading, words[WORD_CONDITION], condition, err);
	entries = arena_array(reading->arena, struct value_entry, condition.len);
	for (uint32_t i = 0; i < condition.len; i++) {
		entries[i].key = condition.as.entries[i].key;
		if (!read_operator(reading, condition.as.entries[i].value, &entries[i].value, err))
			return false;
	}
	if (!value_map(reading->arena, entries, condition.len, out, &duplicate))
		return bad_kind(reading, words[WORD_CONDITION], condition, err);
	return true;
}

static bool read_statement(struct iam_reading *reading, struct value statement, struct err *err)
{
	struct iam_item item = iam_item(reading->attribute);
	struct value found[WORD_COUNT];

	if (shape_is_open(statement)) {
		shape_list_add(&reading->items, statement);
		return true;
	}
	if (statement.kind != VALUE_MAP)
		return bad_kind(reading, STR("Statement"), statement, err);
	if (!pick(reading, statement, words, WORD_COUNT, found, err))
		return false;
	item.effect = iam_effect(found[WORD_EFFECT]);
	if (!as_text(reading, &item.effect))
		return bad_kind(reading, words[WORD_EFFECT], item.effect, err);
	if (found[WORD_SID].kind != VALUE_NULL)
		item.sid = found[WORD_SID];
	if (!as_text(reading, &item.sid))
		return bad_kind(reading, words[WORD_SID], item.sid, err);
	if (!read_pair(reading, found, WORD_ACTION, &item.actions, &item.not_action, err) ||
	    !read_pair(reading, found, WORD_RESOURCE, &item.resources, &item.not_resource, err) ||
	    !read_principals(reading, found, &item, err) ||
	    !read_condition(reading, found[WORD_CONDITION], &item.condition, err))
		return false;
	iam_add(reading, &item);
	return true;
}

static bool read_statements(struct iam_reading *reading, struct value document, struct err *err)
{
	static const struct str statement_word = STR_INIT("Statement");
	struct value statements;

	if (document.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID,
		    "the policy document in '%.*s' is a %s, expected an object",
		    STR_ARG(reading->attribute), value_kind_name(document.kind));
	if (!pick(reading, document, &statement_word, 1, &statements, err))
		return false;
	if (statements.kind == VALUE_NULL)
		return true; /* a policy of another kind, such as one for tags */
	if (statements.kind != VALUE_LIST)
		return read_statement(reading, statements, err);
	for (uint32_t i = 0; i < statements.len && !reading->items.over; i++) {
		if (!read_statement(reading, statements.as.items[i], err))
			return false;
	}
	return true;
}

bool iam_read_document(struct iam_reading *reading, struct value document, struct err *err)
{
	struct str text = str_trim(value_text(document));
	struct jsonr json = {0};
	struct value root;
	struct err problem = {0};

	reading->marks = document.marks & VALUE_SENSITIVE;
	if (document.kind == VALUE_MAP)
		return read_statements(reading, document, err);
	if (text.len == 0)
		return true;
	if (text.len > IAM_DOCUMENT_MAX)
		return err_set(err, ERR_LIMIT, "the policy document in '%.*s' is over %zu KiB",
		    STR_ARG(reading->attribute), IAM_DOCUMENT_MAX >> 10);
	if (!jsonr_read(reading->arena, text, &json, &root, &problem))
		return err_set(err, problem.code,
		    "the policy document in '%.*s' is no valid JSON (line %d, column %d of it)",
		    STR_ARG(reading->attribute), problem.line, problem.column);
	return read_statements(reading, root, err);
}
