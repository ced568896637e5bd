#include "report/iam_remarks.h"

#include "base/arena.h"
#include "report/iam_cover.h"

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
	struct iam_known *known;
	bool has_condition;
};

static void say(struct remarks *remarks, struct str text)
{
	diff_parts_add(
	    remarks->parts, PART_REMARK, 1, diff_cell(remarks->parts->arena, text, false));
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

/* Nothing but wildcards, one of them for any number of characters: "*", "**", "?*". */
static bool is_any(struct str text)
{
	size_t at;

	if (!str_find_char(text, '*', &at))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '*' && text.ptr[i] != '?')
			return false;
	}
	return true;
}

/* What stands behind the last colon; *head what stands before it, empty without one. */
static struct str behind_colon(struct str text, struct str *head)
{
	size_t at = text.len;

	while (at > 0 && text.ptr[at - 1] != ':')
		at--;
	*head = str_from_to(text, 0, at > 0 ? at - 1 : 0);
	return str_skip(text, at);
}

/* Does the entry, a pattern, stand for all that the other stands for? */
static bool covers(
    struct remarks *remarks, enum iam_word word, struct str pattern, const char *entry)
{
	struct diff_line wide = {.text = pattern, .kind = (uint8_t)word};
	struct diff_line narrow = {.text = str_from(entry), .kind = (uint8_t)word};
	struct diff_lines lines = {.items = &wide, .count = 1};

	return iam_line_covered(&lines, &narrow, &remarks->known->work);
}

/* "arn:aws:iam::*:root" */
static bool is_of_any_account(struct str who)
{
	struct str part = STR_EMPTY;

	if (!str_starts(who, STR("arn:")))
		return false;
	for (int i = 0; i < 5; i++) {
		if (!str_split(&who, ':', &part))
			return false;
	}
	return is_any(part);
}

/* Also of another kind than AWS: who may be any identity of any provider is everyone. */
static void judge_principal(struct remarks *remarks, struct str who)
{
	struct str account, kind;

	if (is_any(behind_colon(who, &kind))) {
		say_open(remarks);
		return;
	}
	if (str_eat(&who, STR("CanonicalUser:"))) {
		say_with(remarks, "new principal of an account that only its id tells: ", who);
		return;
	}
	if (!str_eat(&who, STR("AWS:")) && !str_eat(&who, STR("Federated:")))
		return;
	if (is_of_any_account(who)) {
		say_open(remarks);
		return;
	}
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
	struct str service;
	size_t at;

	/* "s*" is every action of s3, sqs, sts ..., "*Get*" some of all services */
	if (!str_find_char(action, ':', &at) && !is_any(action) && str_find_char(action, '*', &at))
		say_with(remarks,
		    at + 1 == action.len ? "now allows every action of "
					 : "now allows actions of many services: ",
		    action);
	if (!is_any(behind_colon(action, &service)))
		return;
	if (service.len == 0 || is_any(service))
		say(remarks, STR("now allows *"));
	else
		say_with(remarks, "now allows every action of ", service);
}

static void judge_resource(struct remarks *remarks, struct str resource)
{
	/* of no service that there is: who stands for these stands for all of its partition */
	static const char *const anything[] = {
	    "arn:aws:~:~:~:~", "arn:aws-cn:~:~:~:~", "arn:aws-us-gov:~:~:~:~"};

	for (size_t i = 0; i < ARRAY_LEN(anything); i++) {
		if (covers(remarks, IAM_RESOURCE, resource, anything[i])) {
			say(remarks, STR("now allows every resource"));
			return;
		}
	}
}

/* What a condition asks for, and of what: "StringEquals aws:SourceIp". */
static size_t condition_end(struct str line)
{
	for (size_t at = 0; at + 3 <= line.len; at++) {
		if (memcmp(line.ptr + at, " = ", 3) == 0)
			return at;
	}
	return line.len;
}

static struct str condition_value(struct str line)
{
	size_t end = condition_end(line);

	return end < line.len ? str_skip(line, end + 3) : STR_EMPTY;
}

/* "StringLike sub = *" */
static void judge_condition(struct remarks *remarks, struct str condition)
{
	struct str value = condition_value(condition);

	if (is_any(value) || str_is(value, "0.0.0.0/0") || str_is(value, "::/0"))
		say(remarks, STR("now under a condition that everything meets"));
}

static const struct judge {
	struct str title;					 /* what the line begins with */
	void (*judge)(struct remarks *remarks, struct str text); /* NULL: `words` */
	const char *words;
} judges[IAM_WORDS] = {
    [IAM_PRINCIPAL] = {STR_INIT("Principal "), judge_principal, NULL},
    [IAM_ACTION] = {STR_INIT("Action "), judge_action, NULL},
    [IAM_RESOURCE] = {STR_INIT("Resource "), judge_resource, NULL},
    [IAM_CONDITION] = {STR_INIT("Condition "), judge_condition, NULL},
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

/* Did one statement before allow what the line says, or (NULL) all of it? */
static bool was_allowed_before(
    struct remarks *remarks, const struct diff_text *text, const struct diff_line *line)
{
	struct iam_known *known = remarks->known;

	for (size_t i = 0; i < known->allowed_count && known->work > 0; i++) {
		if (iam_statement_covered(&known->allowed[i], &text->after, line, &known->work))
			return true;
	}
	return false;
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

static bool has_condition_on(const struct diff_lines *lines, struct str name)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct str line = lines->items[i].text;

		if (lines->items[i].kind == IAM_CONDITION &&
		    str_eq_nocase(str_from_to(line, 0, condition_end(line)), name))
			return true;
	}
	return false;
}

/* "Condition StringEquals aws:SourceVpc" is about aws:SourceVpc. */
static struct str condition_key(struct str name)
{
	size_t at;

	name = str_trim_end(name);
	while (str_find_char(name, ' ', &at))
		name = str_skip(name, at + 1);
	return name;
}

/* One that comes, about the same key. */
static bool is_replaced(const struct diff_text *text, struct str name)
{
	for (size_t i = 0; text->marks.added && i < text->after.count; i++) {
		struct str line = text->after.items[i].text;

		if (text->after.items[i].kind == IAM_CONDITION && text->marks.added[i] &&
		    str_eq_nocase(condition_key(str_from_to(line, 0, condition_end(line))),
			condition_key(name)))
			return true;
	}
	return false;
}

/* All conditions have to be met, of the values of one any of them. */
static void add_conditions_gone(struct remarks *remarks, const struct diff_text *text)
{
	struct str last = STR_EMPTY;

	for (size_t i = 0; text->marks.removed && i < text->before.count; i++) {
		struct str line = text->before.items[i].text;
		struct str name = str_from_to(line, 0, condition_end(line));

		if (text->before.items[i].kind != IAM_CONDITION || !text->marks.removed[i] ||
		    str_eq(name, last) || has_condition_on(&text->after, name))
			continue;
		last = name;
		(void)str_eat(&name, judges[IAM_CONDITION].title);
		say_with(remarks,
		    is_replaced(text, last) ? "one condition is another now: "
					    : "one condition less: ",
		    name);
	}
}

/* Of the values of a condition any is enough, but where it says Not none may be there. */
static bool is_negated(struct str condition)
{
	return str_contains(str_from_to(condition, 0, condition_end(condition)), STR("Not"));
}

/* A line of a condition that comes, or goes, and its name. */
static bool is_marked_condition(
    const struct diff_lines *lines, const bool *marked, size_t i, struct str *name)
{
	struct str line = lines->items[i].text;

	*name = str_from_to(line, 0, condition_end(line));
	return marked[i] && lines->items[i].kind == IAM_CONDITION;
}

/* A condition that was not there, or one that less meets than before. */
static bool denies_under_more(const struct diff_text *text, struct str *which)
{
	for (size_t i = 0; i < text->after.count; i++) {
		if (is_marked_condition(&text->after, text->marks.added, i, which) &&
		    (is_negated(*which) || !has_condition_on(&text->before, *which)))
			return true;
	}
	for (size_t i = 0; i < text->before.count; i++) {
		if (is_marked_condition(&text->before, text->marks.removed, i, which) &&
		    !is_negated(*which) && has_condition_on(&text->after, *which))
			return true;
	}
	return false;
}

/* A line of `from` that is marked and not covered by what stands in `by`. */
static bool has_uncovered(struct remarks *remarks, const struct diff_lines *from,
    const bool *marked, const struct diff_lines *by, enum iam_word word)
{
	for (size_t i = 0; marked && i < from->count; i++) {
		if (from->items[i].kind == (uint8_t)word && marked[i] &&
		    !iam_line_covered(by, &from->items[i], &remarks->known->work))
			return true;
	}
	return false;
}

/* A denial that goes on, and denies less than before. */
static void add_denied_less(struct remarks *remarks, const struct diff_text *text)
{
	const struct diff_lines *before = &text->before, *after = &text->after;
	struct str which;

	for (enum iam_word word = IAM_PRINCIPAL; word <= IAM_RESOURCE; word += 2) {
		enum iam_word not_word = word + IAM_NOT;

		if (has_uncovered(remarks, before, text->marks.removed, after, word))
			say_with(remarks, "denies less: less stands in ",
			    str_trim_end(judges[word].title));
		if (has_word(before, not_word) &&
		    has_uncovered(remarks, after, text->marks.added, before, not_word))
			say_with(remarks, "denies less: more stands in ",
			    str_trim_end(judges[not_word].title));
		/* all but some became some */
		if (has_word(before, not_word) && !has_word(after, not_word) &&
		    !iam_word_covered(after, before, word, &remarks->known->work))
			say_with(remarks, "denies less: no longer all but ",
			    str_trim_end(judges[not_word].title));
	}
	if (denies_under_more(text, &which))
		say_with(remarks, "denies less: ", which);
}

/* What a statement that allows now allows, and none did before. */
static void add_allowed_more(
    struct remarks *remarks, const struct diff_text *text, bool was_allowed)
{
	bool said[IAM_WORDS] = {false};

	for (size_t i = 0; i < text->after.count; i++) {
		const struct diff_line *line = &text->after.items[i];

		if ((!was_allowed || text->marks.added[i]) &&
		    !was_allowed_before(remarks, text, line))
			judge_line(remarks, line, said);
	}
	if (!was_allowed || was_allowed_before(remarks, text, NULL))
		return;
	for (enum iam_word word = IAM_NOT_PRINCIPAL; word <= IAM_NOT_RESOURCE; word += 2) {
		if (!said[word] && is_widened(text, word))
			say_with(remarks, "allows more: less stands in ",
			    str_trim_end(judges[word].title));
	}
	if (!remarks->has_condition && has_word(&text->before, IAM_CONDITION))
		say(remarks, STR("no condition any more"));
	else
		add_conditions_gone(remarks, text);
}

void iam_add_remarks(struct diff_parts *parts, struct iam_known *known, const struct value *before,
    const struct value *after, const struct diff_text *text)
{
	struct remarks remarks = {
	    parts, &known->accounts, known, has_word(&text->after, IAM_CONDITION)};

	if (has_effect(before, "Deny") && !has_effect(after, "Deny"))
		say(&remarks, STR("no longer denied"));
	else if (has_effect(before, "Deny"))
		add_denied_less(&remarks, text);
	if (has_effect(after, "Allow"))
		add_allowed_more(&remarks, text, has_effect(before, "Allow"));
}
