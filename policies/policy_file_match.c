/* `match:` of a rule. */
#include "base/arena.h"
#include "base/words.h"
#include "policies/policy_reader.h"

static const struct {
	const char *word;
	enum match_action action;
} action_words[] = {
    {"create", MATCH_CREATE},
    {"update", MATCH_UPDATE},
    {"delete", MATCH_DELETE},
    {"replace", MATCH_REPLACE},
    {"forget", MATCH_FORGET},
    {"import", MATCH_IMPORT},
    {"read", MATCH_READ},
    {"no-op", MATCH_NO_OP},
};

static unsigned action_of(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(action_words); i++)
		if (str_is(word, action_words[i].word))
			return action_words[i].action;
	return 0;
}

static const struct value *item_of(const struct value *node, size_t i)
{
	return node->kind == VALUE_LIST ? &node->as.items[i] : node;
}

static void unknown_action(struct policy_reader *reader, const struct value *node, struct str word)
{
	const char *words[ARRAY_LEN(action_words) + 1] = {NULL};

	for (size_t i = 0; i < ARRAY_LEN(action_words); i++)
		words[i] = action_words[i].word;
	reader_problem(reader, node, "unknown action '%.*s'%.*s", STR_ARG(word),
	    STR_ARG(reader_hint(reader, word, words)));
}

static void read_actions(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_match *match = into;
	struct policy_names words;

	match->actions_given = true;
	match->actions = 0;
	if (!reader_names(reader, key, node, &words))
		return;
	for (size_t i = 0; i < words.count; i++) {
		unsigned action = action_of(words.items[i]);

		if (action == 0)
			unknown_action(reader, item_of(node, i), words.items[i]);
		match->actions |= action;
	}
}

static void read_globs(struct policy_reader *reader, const char *key, const struct value *node,
    struct policy_names *out)
{
	if (reader_names(reader, key, node, out))
		reader_check_globs(reader, key, node, *out);
}

static void read_types(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	read_globs(reader, key, node, &((struct rule_match *)into)->types);
}

static void read_providers(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	read_globs(reader, key, node, &((struct rule_match *)into)->providers);
}

/* Relative to the file; nothing of a rule looks upward. */
static void read_dirs(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_match *match = into;

	read_globs(reader, key, node, &match->dirs);
	for (size_t i = 0; i < match->dirs.count; i++) {
		struct str glob = match->dirs.items[i];

		(void)str_eat(&glob, STR("!"));
		if (str_starts(glob, STR("/")) || str_starts(glob, STR("../")) ||
		    str_contains(glob, STR("/../")) || str_is(glob, ".."))
			reader_problem(reader, item_of(node, i),
			    "'%s': '%.*s' has to be relative to this file and below it", key,
			    STR_ARG(glob));
	}
}

/* "" stands for the root module, which is why these are no names. */
static void read_modules(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_match *match = into;
	size_t count = node->kind == VALUE_LIST ? node->len : 1;
	struct str *items = arena_array(reader->arena, struct str, count);

	if (count == 0)
		reader_problem(
		    reader, node, "'%s' is empty; leave it out or say what it lists", key);
	for (size_t i = 0; i < count; i++) {
		const struct value *item = item_of(node, i);

		items[i] = STR_EMPTY;
		if (item->kind == VALUE_STRING && item->len == 0 && item->tag != YAML_PLAIN)
			continue;
		if (reader_text(reader, key, item, &items[i]))
			reader_check_globs(reader, key, item, (struct policy_names){&items[i], 1});
	}
	match->modules = (struct policy_names){items, count};
}

static void read_has(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_match *match = into;

	if (!reader_names(reader, key, node, &match->has))
		return;
	for (size_t i = 0; i < match->has.count; i++)
		(void)!reader_name(reader, "'has': attribute", item_of(node, i));
}

static void read_match_labels(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_match *match = into;

	if (!reader_named_map(reader, key, node))
		return;
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct policy_names globs;

		(void)!reader_name(reader, "label", &entry->key);
		read_globs(reader, key, &entry->value, &globs);
	}
	match->labels = tree_typed(reader->arena, *node);
}

#define AT(field) offsetof(struct rule_match, field)
static const struct policy_key match_keys[] = {
    {"types", FIELD_OTHER, 0, NULL, read_types, 0},
    {"actions", FIELD_OTHER, 0, NULL, read_actions, 0},
    {"dirs", FIELD_OTHER, 0, NULL, read_dirs, 0},
    {"modules", FIELD_OTHER, 0, NULL, read_modules, 0},
    {"address", FIELD_NAMES, AT(address), NULL, NULL, 0},
    {"has", FIELD_OTHER, 0, NULL, read_has, 0},
    {"providers", FIELD_OTHER, 0, NULL, read_providers, 0},
    {"labels", FIELD_OTHER, 0, NULL, read_match_labels, 0},
    {"deposed", FIELD_BOOL, AT(deposed), NULL, NULL, 0},
    {"data", FIELD_BOOL, AT(data), NULL, NULL, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};
#undef AT

void read_match(struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)key;
	if (!reader_is_empty(*node))
		(void)!reader_map(
		    reader, node, "'match'", match_keys, &((struct rule *)into)->match);
}
