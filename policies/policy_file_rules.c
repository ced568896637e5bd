/* `rules:` and `variables:`. */
#include <stdlib.h>

#include "base/arena.h"
#include "policies/packs.h"
#include "policies/policy_reader.h"

/* A rule with what is needed only while it is read. */
struct rule_draft {
	struct rule rule; /* first: offsets of the table are those of the rule */
	bool has_level, forbid, require;
	struct policy_text other; /* the second of forbid and require */
};

/* Names that every expression has; a variable of that name would be hidden or hide it. */
static const char *const taken_names[] = {"operation", "resource", "plan", "output", "run",
    "backend", "item", "index", "params", "labels", "dir", "dir_parts", "git", "pr", "data", "now",
    "in", "true", "false", "null", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while"};

static void read_id(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule *rule = into;
	bool good;

	if (!reader_text(reader, key, node, &rule->id))
		return;
	good = rule->id.len <= POLICY_NAME_MAX;
	for (size_t i = 0; good && i < rule->id.len; i++) {
		char c = rule->id.ptr[i];
		bool is_word =
		    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		good = is_word || (i > 0 && (c == '-' || c == '_' || c == '.'));
	}
	if (!good)
		reader_problem(reader, node,
		    "'id' has letters, digits, '-', '_' and '.', begins with a letter or digit, "
		    "and is at most %d long",
		    POLICY_NAME_MAX);
}

static void read_level(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_draft *draft = into;
	unsigned word;

	draft->has_level = true;
	if (reader_word(reader, key, node, level_words, &word))
		draft->rule.level = (enum level)word;
}

static void read_forbid(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_draft *draft = into;

	draft->forbid = true;
	(void)!reader_expression(
	    reader, key, node, draft->require ? &draft->other : &draft->rule.condition);
}

static void read_require(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule_draft *draft = into;

	draft->require = true;
	(void)!reader_expression(
	    reader, key, node, draft->forbid ? &draft->other : &draft->rule.condition);
}

static void read_remediation(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule *rule = into;

	if (reader_message(reader, key, node, &rule->remedy))
		rule->remediation = rule->remedy.text;
}

static void read_rule_variables(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct rule *rule = into;
	struct named_text *variables = NULL;

	read_named_texts(reader, key, node, &variables, &rule->variable_count);
	rule->variables = variables;
}

/* Packs: the version that added the rule. */
static void read_since(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct str since;

	if (!reader_text(reader, key, node, &since))
		return;
	if (!pack_version_is_valid(since))
		reader_problem(reader, node, "'%s': a version has the form 1.0", key);
	else if (reader->pinned.len > 0)
		((struct rule *)into)->from_newer_pack =
		    pack_version_cmp(since, reader->pinned) > 0;
}

/* Packs: where the rule stood in its file; written by the build. */
static void read_line(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)key;
	(void)into;
	if (node->kind == VALUE_INT && node->as.integer > 0 && node->as.integer < INT32_MAX)
		reader->line = (int)node->as.integer;
}

#define AT(field) offsetof(struct rule, field)
#define IN_PACKS  POLICY_KIND(POLICY_PACK)
static const struct policy_key rule_keys[] = {
    {"@line", FIELD_OTHER, 0, NULL, read_line, IN_PACKS},
    {"id", FIELD_OTHER, 0, NULL, read_id, 0},
    {"title", FIELD_TEXT, AT(title), NULL, NULL, 0},
    {"description", FIELD_TEXT, AT(description), NULL, NULL, 0},
    {"url", FIELD_TEXT, AT(url), NULL, NULL, 0},
    {"level", FIELD_OTHER, 0, NULL, read_level, 0},
    {"waivable", FIELD_BOOL, AT(waivable), NULL, NULL, 0},
    {"disabled", FIELD_BOOL, AT(disabled), NULL, NULL, 0},
    {"lock", FIELD_WORD, AT(lock), rule_lock_words, NULL, 0},
    {"scope", FIELD_WORD, AT(scope), rule_scope_words, NULL, 0},
    {"match", FIELD_OTHER, 0, NULL, read_match, 0},
    {"each", FIELD_EXPRESSION, AT(each), NULL, NULL, 0},
    {"when", FIELD_EXPRESSION, AT(when), NULL, NULL, 0},
    {"forbid", FIELD_OTHER, 0, NULL, read_forbid, 0},
    {"require", FIELD_OTHER, 0, NULL, read_require, 0},
    {"message", FIELD_MESSAGE, AT(message), NULL, NULL, 0},
    {"remediation", FIELD_OTHER, 0, NULL, read_remediation, 0},
    {"variables", FIELD_OTHER, 0, NULL, read_rule_variables, 0},
    {"on_unknown", FIELD_WORD, AT(on_unknown), on_unknown_words, NULL, 0},
    {"existing", FIELD_WORD, AT(existing), existing_words, NULL, 0},
    {"enforce_from", FIELD_DATE, AT(enforce_from), NULL, NULL, 0},
    {"owners", FIELD_NAMES, AT(owners), NULL, NULL, 0},
    {"since", FIELD_OTHER, 0, NULL, read_since, IN_PACKS},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};
#undef AT

/* What has no meaning where there is no resource: a rule with it would never speak. */
static void check_scope(
    struct policy_reader *reader, const struct value *node, const struct rule *rule)
{
	const struct rule_match *match = &rule->match;
	bool one_plan = rule->scope == SCOPE_PLAN || rule->scope == SCOPE_RUN;
	bool of_resources = match->types.count > 0 || match->modules.count > 0 ||
			    match->has.count > 0 || match->providers.count > 0 || match->deposed ||
			    match->data;

	if ((of_resources && (one_plan || rule->scope == SCOPE_OUTPUT)) ||
	    (one_plan && (match->actions_given || match->address.count > 0)))
		reader_problem(reader, node,
		    "rule '%.*s' has scope %s: its match can only have dirs and labels%s",
		    STR_ARG(rule->id), rule_scope_name(rule->scope),
		    one_plan ? "" : ", actions and address");
}

static void check_condition(
    struct policy_reader *reader, const struct value *node, const struct rule_draft *draft)
{
	const struct rule *rule = &draft->rule;

	if (draft->forbid && draft->require)
		reader_problem(reader, node,
		    "rule '%.*s' has both forbid and require; write two rules, or one of them "
		    "negated",
		    STR_ARG(rule->id));
	if (draft->forbid || draft->require)
		return;
	if (rule->scope == SCOPE_PLAN || rule->scope == SCOPE_RUN)
		reader_problem(
		    reader, node, "rule '%.*s' needs forbid or require", STR_ARG(rule->id));
	else if (!rule->match.actions_given)
		reader_problem(reader, node,
		    "rule '%.*s' has neither forbid nor require: everything it matches violates "
		    "it, so its match has to name actions",
		    STR_ARG(rule->id));
}

static void check_rule(
    struct policy_reader *reader, const struct value *node, const struct rule_draft *draft)
{
	const struct rule *rule = &draft->rule;

	if (rule->id.len == 0 && !value_get_c(*node, "id"))
		reader_problem(reader, node, "a rule needs an id");
	if (!draft->has_level)
		reader_problem(reader, node, "rule '%.*s' needs a level: info, warn or deny",
		    STR_ARG(rule->id));
	check_condition(reader, node, draft);
	check_scope(reader, node, rule);
}

static void read_rule(struct policy_reader *reader, const struct value *node, struct rule *out)
{
	struct rule_draft draft = {.rule = {.waivable = true}};

	draft.rule.id = draft.rule.title = draft.rule.description = draft.rule.url =
	    draft.rule.remediation = draft.rule.pack = STR_EMPTY;
	draft.rule.each.text = draft.rule.when.text = draft.rule.condition.text =
	    draft.rule.message.text = draft.rule.remedy.text = STR_EMPTY;
	draft.rule.directory = reader->file->directory;
	draft.rule.match.actions = MATCH_ACTIONS_DEFAULT;
	draft.rule.match.labels.kind = VALUE_MAP;
	if (reader_map(reader, node, "a rule", rule_keys, &draft))
		check_rule(reader, node, &draft);
	draft.rule.place = reader_place(reader, node);
	draft.rule.is_require = draft.require && !draft.forbid;
	draft.rule.has_condition = draft.forbid || draft.require;
	if (reader->file->kind == POLICY_PACK) {
		draft.rule.pack = reader->file->name;
		(void)str_eat(&draft.rule.pack, STR("pack:"));
	}
	*out = draft.rule;
}

struct by_id {
	const struct rule *rule;
};

static int cmp_by_id(const void *a, const void *b)
{
	const struct rule *left = ((const struct by_id *)a)->rule;
	const struct rule *right = ((const struct by_id *)b)->rule;
	int order = str_cmp(left->id, right->id);

	if (order != 0)
		return order;
	return (left > right) - (left < right);
}

static void find_duplicates(struct policy_reader *reader)
{
	struct policy_file *file = reader->file;
	struct by_id *sorted = arena_array(reader->arena, struct by_id, file->rule_count);

	for (size_t i = 0; i < file->rule_count; i++)
		sorted[i].rule = &file->rules[i];
	if (file->rule_count > 0)
		qsort(sorted, file->rule_count, sizeof(*sorted), cmp_by_id);
	for (size_t i = 1; i < file->rule_count; i++) {
		const struct rule *first = sorted[i - 1].rule, *second = sorted[i].rule;

		if (second->id.len > 0 && str_eq(second->id, first->id))
			policy_problem(reader->problems, &second->place,
			    "the id '%.*s' is that of the rule at line %d too", STR_ARG(second->id),
			    first->place.line);
	}
}

void read_rules(struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_list(reader, key, node))
		return;
	if (node->len > RULES_MAX) {
		reader_problem(reader, node, "%u rules in one file; at most %d are taken",
		    node->len, RULES_MAX);
		return;
	}
	file->rules = arena_array(reader->arena, struct rule, node->len);
	file->rule_count = node->len;
	for (uint32_t i = 0; i < node->len; i++)
		read_rule(reader, &node->as.items[i], &file->rules[i]);
	reader->line = 0;
	find_duplicates(reader);
}

/* --- variables --- */

static bool check_free(struct policy_reader *reader, const struct value *node)
{
	for (size_t i = 0; i < ARRAY_LEN(taken_names); i++) {
		if (!str_is(value_text(*node), taken_names[i]))
			continue;
		reader_problem(reader, node, "variable '%s': expressions have that name already",
		    taken_names[i]);
		return false;
	}
	return true;
}

void read_named_texts(struct policy_reader *reader, const char *key, const struct value *node,
    struct named_text **out, size_t *count)
{
	if (!reader_named_map(reader, key, node))
		return;
	*out = arena_array(reader->arena, struct named_text, node->len);
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct named_text *variable = &(*out)[*count];
		const char *name = str_to_c(reader->arena, value_text(entry->key));

		if (!reader_name(reader, "variable", &entry->key) ||
		    !check_free(reader, &entry->key) ||
		    !reader_expression(reader, name, &entry->value, &variable->text))
			continue;
		variable->name = value_text(entry->key);
		(*count)++;
	}
}

void read_variables(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	read_named_texts(reader, key, node, &file->variables, &file->variable_count);
}
