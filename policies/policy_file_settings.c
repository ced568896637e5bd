/* Settings of policies: undecided, require_rules, waiver_policy, owners, break_glass. */
#include "policies/policy_reader.h"

#define WAIVER_DAYS_MAX 3650

static const char *const undecided_words[] = {"warn", "deny", NULL};
static const char *const require_words[] = {"reason", "ticket", "approved_by", NULL};

void read_undecided(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;
	unsigned word;

	if (!reader_word(reader, key, node, undecided_words, &word))
		return;
	file->has_undecided = true;
	file->undecided = word == 0 ? LEVEL_WARN : LEVEL_DENY;
	file->undecided_place = reader_place(reader, node);
}

void read_require_rules(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	file->has_require_rules = reader_bool(reader, key, node, &file->require_rules);
	file->require_rules_place = reader_place(reader, node);
}

static void read_max_days(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)!reader_int(
	    reader, key, node, 1, WAIVER_DAYS_MAX, &((struct policy_file *)into)->waiver_max_days);
}

static void read_required(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;
	struct policy_names names;
	unsigned word;

	if (!reader_names(reader, key, node, &names))
		return;
	for (size_t i = 0; i < names.count; i++)
		(void)!reader_word(reader, key,
		    node->kind == VALUE_LIST ? &node->as.items[i] : node, require_words, &word);
	file->waiver_require = names;
}

static const struct policy_key waiver_policy_keys[] = {
    {"max_days", FIELD_OTHER, 0, NULL, read_max_days, 0},
    {"require", FIELD_OTHER, 0, NULL, read_required, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};

void read_waiver_policy(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	(void)key;
	file->has_waiver_policy =
	    reader_map(reader, node, "'waiver_policy'", waiver_policy_keys, file);
	file->waiver_policy_place = reader_place(reader, node);
}

static void check_accounts(struct policy_reader *reader, const char *key, const struct value *node,
    const struct policy_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (!str_contains(names->items[i], STR("@")))
			reader_problem(reader, node->kind == VALUE_LIST ? &node->as.items[i] : node,
			    "'%s': write an account as \"@user\", \"@org/team\" or an address, not "
			    "'%.*s'",
			    key, STR_ARG(names->items[i]));
}

static void read_owners_policy(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (reader_names(reader, key, node, &file->owners_policy))
		check_accounts(reader, key, node, &file->owners_policy);
}

static void read_owners_team(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (reader_names(reader, key, node, &file->owners_team))
		check_accounts(reader, key, node, &file->owners_team);
}

static const struct policy_key owners_keys[] = {
    {"policy", FIELD_OTHER, 0, NULL, read_owners_policy, 0},
    {"team", FIELD_OTHER, 0, NULL, read_owners_team, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};

void read_owners(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	(void)key;
	(void)!reader_map(reader, node, "'owners'", owners_keys, file);
	file->owners_place = reader_place(reader, node);
}

#define AT(field) offsetof(struct policy_file, field)
static const struct policy_key break_glass_keys[] = {
    {"who", FIELD_NAMES, AT(break_glass_who), NULL, NULL, 0},
    {"notify", FIELD_NAMES, AT(break_glass_notify), NULL, NULL, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};
#undef AT

void read_break_glass(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	(void)key;
	file->break_glass_place = reader_place(reader, node);
	if (file->directory.len > 0) {
		reader_problem(reader, node,
		    "'break_glass' has a meaning only in the file at the repository root");
		return;
	}
	file->has_break_glass = reader_map(reader, node, "'break_glass'", break_glass_keys, file);
}
