#include "report/iam_remarks.h"

#include "base/arena.h"

#define ACCOUNT_LEN 12

/* --- accounts --- */

static bool is_account(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len == ACCOUNT_LEN;
}

/* arn:partition:service:region:account:resource, or the account itself. */
static struct str account_of(struct str text)
{
	struct str part = text;

	if (is_account(text))
		return text;
	if (!str_starts(text, STR("arn:")))
		return STR_EMPTY;
	for (int i = 0; i < 5; i++) {
		if (!str_split(&text, ':', &part))
			return STR_EMPTY;
	}
	return is_account(part) ? part : STR_EMPTY;
}

static bool has_account(const struct iam_accounts *accounts, struct str id)
{
	for (size_t i = 0; i < accounts->count; i++) {
		if (str_eq(accounts->ids[i], id))
			return true;
	}
	return false;
}

void iam_accounts_of(struct iam_accounts *accounts, const struct shown_change *change)
{
	static const char *const names[] = {"arn", "owner_id", "account_id"};
	const struct value sides[] = {change->before.value, change->after.value};

	accounts->count = 0;
	for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
		for (size_t k = 0; k < ARRAY_LEN(names); k++) {
			struct str id = account_of(value_get_str(sides[i], names[k]));

			if (id.len > 0 && accounts->count < IAM_ACCOUNTS_MAX &&
			    !has_account(accounts, id))
				accounts->ids[accounts->count++] = id;
		}
	}
}

/* --- remarks --- */

struct remarks {
	struct diff_parts *parts;
	const struct iam_accounts *accounts;
	bool has_condition;
};

static void say(struct remarks *remarks, struct str text)
{
	diff_parts_add(remarks->parts, PART_REMARK, 1, diff_cell(remarks->parts->arena, text));
}

static void say_with(struct remarks *remarks, const char *text, struct str name)
{
	say(remarks, str_format(remarks->parts->arena, "%s%.*s", text,
			 (int)(name.len > 100 ? 100 : name.len), name.ptr));
}

static void say_open(struct remarks *remarks)
{
	say(remarks, remarks->has_condition ? STR("now open to everyone, under a condition")
					    : STR("now open to everyone"));
}

static void judge_principal(struct remarks *remarks, struct str who)
{
	struct str account;

	if (str_is(who, "*") || str_is(who, "AWS:*")) {
		say_open(remarks);
		return;
	}
	if (!str_eat(&who, STR("AWS:")))
		return;
	account = account_of(who);
	if (account.len == 0 || has_account(remarks->accounts, account))
		return;
	say_with(remarks,
	    remarks->accounts->count > 0 ? "new principal outside the account: "
					 : "new principal of account ",
	    account);
}

static void judge_action(struct remarks *remarks, struct str action)
{
	if (str_is(action, "*") || str_is(action, "*:*"))
		say(remarks, STR("now allows *"));
	else if (str_eat_end(&action, STR(":*")))
		say_with(remarks, "now allows every action of ", action);
}

static void judge_resource(struct remarks *remarks, struct str resource)
{
	if (str_is(resource, "*"))
		say(remarks, STR("now allows every resource"));
}

static const struct judge {
	struct str title;					 /* what the line begins with */
	void (*judge)(struct remarks *remarks, struct str text); /* NULL: `words` */
	const char *words;
} judges[IAM_WORDS] = {
    [IAM_PRINCIPAL] = {STR_INIT("Principal "), judge_principal, NULL},
    [IAM_ACTION] = {STR_INIT("Action "), judge_action, NULL},
    [IAM_RESOURCE] = {STR_INIT("Resource "), judge_resource, NULL},
    [IAM_NOT_PRINCIPAL] = {STR_INIT("NotPrincipal "), NULL,
	"now open to everyone but NotPrincipal"},
    [IAM_NOT_ACTION] = {STR_INIT("NotAction "), NULL, "now allows every action but NotAction"},
    [IAM_NOT_RESOURCE] = {STR_INIT("NotResource "), NULL,
	"now allows every resource but NotResource"},
};

/* What stands in a Not... list says the same of all its lines: said once. */
static void judge_line(struct remarks *remarks, const struct diff_line *line, bool *said)
{
	const struct judge *judge = &judges[line->kind];
	struct str text = line->text;

	if (judge->words && !said[line->kind])
		say(remarks, str_from(judge->words));
	said[line->kind] = true;
	if (judge->judge && str_eat(&text, judge->title))
		judge->judge(remarks, text);
}

static bool has_word(const struct diff_lines *lines, enum iam_word word)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->items[i].kind == (uint8_t)word)
			return true;
	}
	return false;
}

static bool has_effect(const struct value *item, const char *effect)
{
	return item && str_is(value_get_str(*item, "effect"), effect);
}

/* Under NotAction and its like what is taken off the list is allowed more, not less. */
static bool is_widened(const struct diff_text *text, enum iam_word word)
{
	for (size_t i = 0; text->marks.removed && i < text->before.count; i++) {
		if (text->before.items[i].kind == (uint8_t)word && text->marks.removed[i] &&
		    has_word(&text->after, word))
			return true;
	}
	return false;
}

void iam_add_remarks(struct diff_parts *parts, const struct iam_accounts *accounts,
    const struct value *before, const struct value *after, const struct diff_text *text)
{
	struct remarks remarks = {parts, accounts, has_word(&text->after, IAM_CONDITION)};
	bool said[IAM_WORDS] = {false}, was_allowed = has_effect(before, "Allow");

	if (has_effect(before, "Deny") && !has_effect(after, "Deny"))
		say(&remarks, STR("no longer denied"));
	if (!has_effect(after, "Allow"))
		return;
	for (size_t i = 0; i < text->after.count; i++) {
		if (!was_allowed || text->marks.added[i])
			judge_line(&remarks, &text->after.items[i], said);
	}
	for (enum iam_word word = IAM_NOT_PRINCIPAL; word <= IAM_NOT_RESOURCE; word += 2) {
		if (!said[word] && is_widened(text, word))
			say_with(&remarks, "allows more: less stands in ",
			    str_trim_end(judges[word].title));
	}
	if (was_allowed && !remarks.has_condition && has_word(&text->before, IAM_CONDITION))
		say(&remarks, STR("no condition any more"));
}
