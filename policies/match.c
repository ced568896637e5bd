#include "policies/match.h"

#include "base/glob.h"

/* Only '*' is special; greedy with one point of return, so linear but for hostile patterns, which
 * are text times pattern at most. */
bool match_wildcard(struct str pattern, struct str text)
{
	size_t at = 0, p = 0, star = SIZE_MAX, resume = 0;

	while (at < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			resume = at;
		} else if (p < pattern.len && pattern.ptr[p] == text.ptr[at]) {
			p++;
			at++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			at = ++resume;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

typedef bool matcher(struct str pattern, struct str text);

static bool matches_list(const struct policy_names *patterns, struct str name, matcher *matches)
{
	bool included = false, has_inclusion = false;

	for (size_t i = 0; i < patterns->count; i++) {
		struct str pattern = patterns->items[i];
		bool excludes = str_eat(&pattern, STR("!"));

		has_inclusion |= !excludes;
		if (included && !excludes)
			continue;
		if (!matches(pattern, name))
			continue;
		if (excludes)
			return false;
		included = true;
	}
	return included || !has_inclusion;
}

bool match_names(const struct policy_names *patterns, struct str name)
{
	return matches_list(patterns, name, glob_match_name);
}

bool match_addresses(const struct policy_names *patterns, struct str address)
{
	return matches_list(patterns, address, match_wildcard);
}

bool match_type(const struct rule_match *match, struct str type)
{
	return match_names(&match->types, type);
}

static const unsigned action_bits[ACTION_COUNT] = {
    [ACTION_DELETE] = MATCH_DELETE,
    [ACTION_REPLACE] = MATCH_REPLACE,
    [ACTION_REPLACE_CREATE_FIRST] = MATCH_REPLACE,
    [ACTION_FORGET] = MATCH_FORGET,
    /* the old object is left behind, a new one is made: nobody who guards either may miss it */
    [ACTION_CREATE_THEN_FORGET] = MATCH_CREATE | MATCH_FORGET | MATCH_REPLACE,
    /* an action of a future Terraform may be any of them */
    [ACTION_OTHER] = MATCH_CREATE | MATCH_UPDATE | MATCH_DELETE | MATCH_REPLACE | MATCH_FORGET,
    [ACTION_UPDATE] = MATCH_UPDATE,
    [ACTION_CREATE] = MATCH_CREATE,
    [ACTION_NOOP] = MATCH_NO_OP,
    [ACTION_READ] = MATCH_READ,
    [ACTION_OPEN] = MATCH_READ,
};

unsigned match_actions_of(enum action action, bool importing)
{
	return action_bits[action] | (importing ? MATCH_IMPORT : 0U);
}

unsigned match_entry_actions(const struct change_entry *entry)
{
	return match_actions_of((enum action)entry->action, (entry->flags & ENTRY_IMPORTING) != 0);
}

bool match_entry(const struct rule_match *match, const struct change_entry *entry)
{
	if ((match->actions & match_entry_actions(entry)) == 0)
		return false;
	if ((entry->flags & ENTRY_DEPOSED) != 0 && !match->deposed)
		return false;
	/* A read is asked for by name; other modes than managed have no other action. */
	return (entry->flags & ENTRY_DATA) == 0 || match->data ||
	       (match->actions & MATCH_READ) != 0;
}

static bool has_attribute(const struct change *change, struct str name)
{
	if (change->after.kind == VALUE_MAP)
		return value_get(change->after, name) != NULL;
	return value_get(change->before, name) != NULL;
}

static bool has_attributes(const struct rule_match *match, const struct change *change)
{
	if (!change->has_values)
		return true; /* nobody can tell: the condition will be undecided */
	for (size_t i = 0; i < match->has.count; i++) {
		if (!has_attribute(change, match->has.items[i]))
			return false;
	}
	return true;
}

/* The byte behind the key that begins at `at`: "[0]", or "[\"a]b\"]", whose quotes may hold
 * brackets. */
static size_t skip_key(struct str text, size_t at)
{
	bool quoted = false;

	for (; at < text.len; at++) {
		char c = text.ptr[at];

		if (c == '\\' && quoted)
			at++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == ']' && !quoted)
			return at + 1;
	}
	return text.len;
}

#define MODULE_MAX ((size_t)4096)

/* Patterns are written without keys: "module.a[0].module.b[\"x\"]" is "module.a.module.b". */
static bool matches_module(const struct policy_names *patterns, struct str module)
{
	char plain[MODULE_MAX];
	size_t len = 0, at = 0;

	if (patterns->count == 0)
		return true;
	while (at < module.len && len < sizeof(plain)) {
		if (module.ptr[at] == '[')
			at = skip_key(module, at);
		else
			plain[len++] = module.ptr[at++];
	}
	return match_names(patterns, (struct str){plain, len});
}

static bool lacks_provider(const struct rule_match *match, const struct change_head *head)
{
	return match->providers.count > 0 && head->provider.len == 0;
}

bool match_is_unsure(const struct rule_match *match, const struct change *change)
{
	return lacks_provider(match, &change->head);
}

bool match_change(const struct rule_match *match, const struct change *change)
{
	const struct change_head *head = &change->head;

	if (match->address.count + match->modules.count + match->providers.count == 0)
		return match->has.count == 0 || has_attributes(match, change);
	return match_addresses(&match->address, head->address) &&
	       matches_module(&match->modules, head->module) &&
	       (lacks_provider(match, head) || match_names(&match->providers, head->provider)) &&
	       has_attributes(match, change);
}
