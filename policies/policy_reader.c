#include "policies/policy_reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/glob.h"
#include "base/utf8.h"
#include "base/words.h"
#include "policies/date.h"

#define KEYS_MAX       64
#define EXPRESSION_MAX ((size_t)64 << 10) /* CEL_TEXT_MAX: no expression may be longer */
#define SHOWN_TEXT_MAX 60

struct policy_place reader_place(const struct policy_reader *reader, const struct value *node)
{
	struct policy_place place = {.file = reader->file->name, .line = reader->line};
	struct yaml_place at;

	if (!reader->file->yaml)
		return place;
	at = yaml_position(reader->file->yaml, node);
	place.line = at.line;
	place.column = at.column;
	return place;
}

void reader_problem(struct policy_reader *reader, const struct value *node, const char *fmt, ...)
{
	struct policy_place place = reader_place(reader, node);
	char text[ERR_TEXT_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!reader->instead) {
		policy_problem(reader->problems, &place, "%s", text);
		return;
	}
	if (buf_str(reader->instead).len > 0)
		buf_adds(reader->instead, "; ");
	buf_adds(reader->instead, text);
}

struct str reader_hint(struct policy_reader *reader, struct str typed, const char *const *words)
{
	const char *close;

	/* it costs more than all the rest, and nobody will see it */
	if (!reader->instead && reader->problems->count == POLICY_PROBLEMS_MAX)
		return STR_EMPTY;
	close = words_closest(typed, words);
	if (close)
		return str_format(reader->arena, "; did you mean '%s'?", close);
	return str_format(
	    reader->arena, "; known here: %.*s", STR_ARG(words_listed(reader->arena, words)));
}

/* --- scalars --- */

struct value scalar_typed(struct value node)
{
	return yaml_scalar(node);
}

bool reader_is_empty(struct value node)
{
	return yaml_scalar(node).kind == VALUE_NULL;
}

const char *written_as(struct value node)
{
	struct value typed = yaml_scalar(node);

	switch ((enum value_kind)typed.kind) {
	case VALUE_NULL:
		return "nothing";
	case VALUE_BOOL:
		return "a bool";
	case VALUE_INT:
		return "an int";
	case VALUE_NUMBER:
		return "a number";
	case VALUE_STRING:
		return "text";
	case VALUE_LIST:
		return "a list";
	case VALUE_MAP:
		return "a map";
	case VALUE_UNKNOWN:
		return "!unknown";
	case VALUE_HIDDEN:
		return "a hidden value";
	}
	return "something else";
}

bool scalar_text(struct arena *arena, struct value node, struct str *out)
{
	if (node.tag == YAML_TAGGED || (node.marks & VALUE_SENSITIVE) || reader_is_empty(node))
		return false;
	if (node.kind == VALUE_STRING || node.kind == VALUE_NUMBER) {
		*out = value_text(node);
		return true;
	}
	if (node.kind == VALUE_BOOL)
		*out = node.as.boolean ? STR("true") : STR("false");
	else if (node.kind == VALUE_INT)
		*out = str_format(arena, "%lld", (long long)node.as.integer);
	else
		return false;
	return true;
}

static struct value map_typed(struct arena *arena, struct value node)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, node.len);
	struct value out;
	struct str duplicate;

	for (uint32_t i = 0; i < node.len; i++)
		entries[i] = (struct value_entry){
		    node.as.entries[i].key, tree_typed(arena, node.as.entries[i].value)};
	/* the keys were different in the document */
	(void)!value_map(arena, entries, node.len, &out, &duplicate);
	return out;
}

struct value tree_typed(struct arena *arena, struct value node)
{
	uint8_t marks = node.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE);
	struct value out = yaml_scalar(node);

	if (node.kind == VALUE_MAP)
		out = map_typed(arena, node);
	if (node.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, node.len);

		for (uint32_t i = 0; i < node.len; i++)
			items[i] = tree_typed(arena, node.as.items[i]);
		out = value_list(items, node.len);
	}
	out.marks |= marks;
	out.tag = 0;
	return out;
}

/* Tags stand in documents of tests only. */
static bool refuse_tag(struct policy_reader *reader, const char *key, const struct value *node)
{
	if (node->kind == VALUE_UNKNOWN || (node->marks & VALUE_SENSITIVE)) {
		reader_problem(reader, node, "'%s': %s is for values in documents of tests", key,
		    node->kind == VALUE_UNKNOWN ? "!unknown" : "!sensitive");
		return true;
	}
	if (node->kind != VALUE_STRING || node->tag != YAML_TAGGED)
		return false;
	reader_problem(reader, node,
	    "'%s': a plain text that begins with '!' is a tag to YAML; put it in quotes", key);
	return true;
}

bool reader_text(
    struct policy_reader *reader, const char *key, const struct value *node, struct str *out)
{
	if (refuse_tag(reader, key, node))
		return false;
	if (scalar_text(reader->arena, *node, out) && out->len > 0)
		return true;
	reader_problem(reader, node, "'%s' must be text, not %s", key,
	    node->kind == VALUE_STRING ? "nothing" : written_as(*node));
	return false;
}

bool reader_bool(struct policy_reader *reader, const char *key, const struct value *node, bool *out)
{
	struct value typed = yaml_scalar(*node);
	struct str text;

	if (refuse_tag(reader, key, node))
		return false;
	if (typed.kind == VALUE_BOOL) {
		*out = typed.as.boolean;
		return true;
	}
	if (scalar_text(reader->arena, *node, &text))
		reader_problem(reader, node, "'%s' must be true or false, not '%.*s'", key,
		    STR_ARG(utf8_cut(text, SHOWN_TEXT_MAX)));
	else
		reader_problem(
		    reader, node, "'%s' must be true or false, not %s", key, written_as(*node));
	return false;
}

bool reader_int(struct policy_reader *reader, const char *key, const struct value *node,
    int64_t min, int64_t max, int64_t *out)
{
	struct value typed = yaml_scalar(*node);

	if (refuse_tag(reader, key, node))
		return false;
	if (typed.kind == VALUE_INT && typed.as.integer >= min && typed.as.integer <= max) {
		*out = typed.as.integer;
		return true;
	}
	reader_problem(reader, node, "'%s' must be a whole number from %lld to %lld", key,
	    (long long)min, (long long)max);
	return false;
}

bool reader_word(struct policy_reader *reader, const char *key, const struct value *node,
    const char *const *words, unsigned *out)
{
	bool is_scalar;
	struct str text, known;

	if (refuse_tag(reader, key, node))
		return false;
	is_scalar = scalar_text(reader->arena, *node, &text);
	for (unsigned i = 0; is_scalar && words[i]; i++) {
		if (!str_is(text, words[i]))
			continue;
		*out = i;
		return true;
	}
	known = words_listed(reader->arena, words);
	if (!is_scalar) {
		reader_problem(reader, node, "'%s' must be %.*s, not %s", key, STR_ARG(known),
		    written_as(*node));
		return false;
	}
	reader_problem(reader, node, "'%s' must be %.*s, not '%.*s'", key, STR_ARG(known),
	    STR_ARG(utf8_cut(text, SHOWN_TEXT_MAX)));
	return false;
}

bool reader_date(
    struct policy_reader *reader, const char *key, const struct value *node, int64_t *out)
{
	struct err why = {0};
	struct str text;

	if (!reader_text(reader, key, node, &text))
		return false;
	if (date_parse(text, out, &why))
		return true;
	reader_problem(reader, node, "'%s': %s", key, why.text);
	return false;
}

/* --- lists --- */

static bool read_items(struct policy_reader *reader, const char *key, const struct value *items,
    size_t count, struct policy_names *out)
{
	struct str *texts = arena_array(reader->arena, struct str, count);
	bool good = true;

	for (size_t i = 0; i < count; i++)
		good &= reader_text(reader, key, &items[i], &texts[i]);
	if (good)
		*out = (struct policy_names){texts, count};
	return good;
}

bool reader_names(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_names *out)
{
	if (node->kind != VALUE_LIST)
		return read_items(reader, key, node, 1, out);
	if (node->len > 0)
		return read_items(reader, key, node->as.items, node->len, out);
	reader_problem(reader, node, "'%s' is empty; leave it out or say what it lists", key);
	return false;
}

void reader_check_globs(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_names names)
{
	for (size_t i = 0; i < names.count; i++) {
		struct str glob = names.items[i];
		struct err why = {0};

		(void)str_eat(&glob, STR("!"));
		if (glob.len > 0 && glob_check(glob, &why))
			continue;
		reader_problem(reader, node->kind == VALUE_LIST ? &node->as.items[i] : node,
		    "'%s': %s", key, glob.len > 0 ? why.text : "a pattern is missing");
	}
}

bool reader_list(struct policy_reader *reader, const char *key, const struct value *node)
{
	if (node->kind == VALUE_LIST)
		return true;
	if (!reader_is_empty(*node) && !refuse_tag(reader, key, node))
		reader_problem(reader, node, "'%s' must be a list, not %s", key, written_as(*node));
	return false;
}

/* --- expressions --- */

bool reader_expression(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_text *out)
{
	const char *trap = trap_of_value(reader->file->yaml, node);
	struct str text;

	if (trap) {
		reader_problem(reader, node, "'%s': %s" POLICY_BLOCK_HINT, key, trap);
		return false;
	}
	if (!scalar_text(reader->arena, *node, &text) || str_trim(text).len == 0) {
		reader_problem(reader, node, "'%s' must be an expression, not %s", key,
		    node->kind == VALUE_STRING ? "nothing" : written_as(*node));
		return false;
	}
	if (text.len > EXPRESSION_MAX) {
		reader_problem(reader, node, "'%s' has %zu bytes; an expression has at most %zu",
		    key, text.len, EXPRESSION_MAX);
		return false;
	}
	*out = (struct policy_text){.text = str_trim_end(text),
	    .place = reader_place(reader, node),
	    .yaml = reader->file->yaml,
	    .node = node};
	return true;
}

bool reader_message(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_text *out)
{
	struct str text;

	if (!reader_text(reader, key, node, &text))
		return false;
	if (text.len > EXPRESSION_MAX) {
		reader_problem(reader, node, "'%s' has %zu bytes; at most %zu are taken", key,
		    text.len, EXPRESSION_MAX);
		return false;
	}
	*out = (struct policy_text){.text = str_trim_end(text),
	    .place = reader_place(reader, node),
	    .yaml = reader->file->yaml,
	    .node = node};
	return true;
}

/* --- maps --- */

static bool is_name_char(char c, bool first)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
		return true;
	return !first && c >= '0' && c <= '9';
}

bool name_is_valid(struct str name)
{
	for (size_t i = 0; i < name.len; i++)
		if (!is_name_char(name.ptr[i], i == 0))
			return false;
	return name.len > 0 && name.len <= POLICY_NAME_MAX;
}

bool reader_name(struct policy_reader *reader, const char *what, const struct value *node)
{
	struct str name = value_text(*node);

	if (name_is_valid(name))
		return true;
	reader_problem(reader, node,
	    "%s '%.*s': a name has letters, digits and '_', begins with no digit, and is at most "
	    "%d long",
	    what, STR_ARG(utf8_cut(name, SHOWN_TEXT_MAX)), POLICY_NAME_MAX);
	return false;
}

bool reader_named_map(struct policy_reader *reader, const char *key, const struct value *node)
{
	if (node->kind == VALUE_MAP)
		return true;
	if (!reader_is_empty(*node) && !refuse_tag(reader, key, node))
		reader_problem(
		    reader, node, "'%s' must be a map of names, not %s", key, written_as(*node));
	return false;
}

static void read_word_field(struct policy_reader *reader, const struct policy_key *key,
    const struct value *node, unsigned *field)
{
	unsigned word;

	if (reader_word(reader, key->name, node, key->words, &word))
		*field = word;
}

static void read_field(struct policy_reader *reader, const struct policy_key *key,
    const struct value *node, void *into)
{
	void *field;

	/* these fill in what they like, the others a field of `into` */
	if (key->field == FIELD_OTHER) {
		key->read(reader, key->name, node, into);
		return;
	}
	field = (char *)into + key->offset;
	switch (key->field) {
	case FIELD_OTHER:
		return;
	case FIELD_TEXT:
		(void)!reader_text(reader, key->name, node, field);
		return;
	case FIELD_BOOL:
		(void)!reader_bool(reader, key->name, node, field);
		return;
	case FIELD_WORD:
		read_word_field(reader, key, node, field);
		return;
	case FIELD_NAMES:
		(void)!reader_names(reader, key->name, node, field);
		return;
	case FIELD_EXPRESSION:
		(void)!reader_expression(reader, key->name, node, field);
		return;
	case FIELD_MESSAGE:
		(void)!reader_message(reader, key->name, node, field);
		return;
	case FIELD_DATE:
		(void)!reader_date(reader, key->name, node, field);
		return;
	}
}

static bool key_is_for(const struct policy_key *key, enum policy_file_kind kind)
{
	return key->kinds == 0 || (key->kinds & POLICY_KIND(kind)) != 0;
}

static void unknown_key(struct policy_reader *reader, const struct value *node, const char *what,
    const struct policy_key *keys)
{
	const char *names[KEYS_MAX + 1];
	struct str typed = utf8_cut(value_text(*node), SHOWN_TEXT_MAX);
	size_t count = 0;

	for (size_t i = 0; keys[i].name && count < KEYS_MAX; i++)
		if (key_is_for(&keys[i], reader->file->kind))
			names[count++] = keys[i].name;
	names[count] = NULL;
	reader_problem(reader, node, "unknown key '%.*s' of %s%.*s", STR_ARG(typed), what,
	    STR_ARG(reader_hint(reader, typed, names)));
}

void reader_entry(struct policy_reader *reader, const struct value_entry *entry, const char *what,
    const struct policy_key *keys, void *into)
{
	const struct policy_key *key = keys;

	while (key->name &&
	       (!key_is_for(key, reader->file->kind) || !str_is(value_text(entry->key), key->name)))
		key++;
	if (key->name)
		read_field(reader, key, &entry->value, into);
	else
		unknown_key(reader, &entry->key, what, keys);
}

bool reader_map(struct policy_reader *reader, const struct value *node, const char *what,
    const struct policy_key *keys, void *into)
{
	if (node->kind != VALUE_MAP) {
		if (!refuse_tag(reader, what, node))
			reader_problem(
			    reader, node, "%s must be a map, not %s", what, written_as(*node));
		return false;
	}
	for (uint32_t i = 0; i < node->len; i++)
		reader_entry(reader, &node->as.entries[i], what, keys, into);
	return true;
}
