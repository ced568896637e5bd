/*
 * What the head of a pull request would loosen, and who can let it: findings of their own, released
 * when the owners of the policy, by the trusted chain, approved the commit at hand. Also the
 * sentence under every denial: who can release it and how. Source: policies design, 4 and 5.
 */

#include "policies/release.h"
#include "base/arena.h"
#include "base/buf.h"
#include "policies/codeowners.h"
#include "policies/evaluator.h"

static const struct ruleset *trusted_chain(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	return evaluation->trusted ? evaluation->trusted : evaluation->head;
}

/* Never the head's own list: its author could name anybody. */
struct policy_names policy_owners(
    const struct evaluator *evaluator, const struct rule *rule, struct str file)
{
	const struct ruleset *trusted = trusted_chain(evaluator);
	size_t i = rule ? ruleset_find(trusted, rule->id) : SIZE_MAX;

	if (i != SIZE_MAX && trusted->rules[i].owners.count > 0)
		return trusted->rules[i].owners;
	if (trusted->owners_policy.count > 0)
		return trusted->owners_policy;
	if (evaluator->world->owners)
		return codeowners_of(evaluator->world->owners, file);
	return (struct policy_names){0};
}

bool is_approved_by_any(const struct evaluator *evaluator, struct policy_names owners)
{
	const struct policy_world *world = evaluator->world;

	for (size_t i = 0; i < owners.count && !world->files_unapproved; i++) {
		struct value answer =
		    approvals_by(world->pr, owners.items[i], world->facts->commit.value);

		if (answer.kind == VALUE_BOOL && answer.as.boolean)
			return true;
	}
	return false;
}

/* `owners.policy`, else CODEOWNERS for the file: a rule's own owners waive, they do not loosen. */
static struct policy_names owners_of(
    const struct evaluator *evaluator, const struct weakening *weakening)
{
	return policy_owners(evaluator, NULL, weakening->trusted.file);
}

static bool is_released(const struct evaluator *evaluator, const struct weakening *weakening)
{
	return is_approved_by_any(evaluator, owners_of(evaluator, weakening));
}

bool setting_is_released(const struct evaluator *evaluator, const char *key)
{
	const struct ruleset_comparison *weakenings = evaluator->evaluation->weakenings;

	for (size_t i = 0; weakenings && i < weakenings->count; i++) {
		const struct weakening *weakening = &weakenings->items[i];

		if (weakening->rules.count == 0 && str_is(weakening->rule, key))
			return is_released(evaluator, weakening);
	}
	return false;
}

/* Every weakening of the rule has to be let through. */
bool rule_is_released(const struct evaluator *evaluator, struct str rule)
{
	const struct ruleset_comparison *weakenings = evaluator->evaluation->weakenings;
	bool released = false;

	for (size_t i = 0; weakenings && i < weakenings->count; i++) {
		if (!weakening_is_about(&weakenings->items[i], rule))
			continue;
		if (!is_released(evaluator, &weakenings->items[i]))
			return false;
		released = true;
	}
	return released;
}

static struct str list_names(struct arena *arena, struct policy_names names)
{
	struct buf buf;

	buf_init(&buf, arena, 1024);
	for (size_t i = 0; i < names.count; i++) {
		buf_adds(&buf, i == 0 ? "" : i + 1 == names.count ? " or " : ", ");
		buf_add(&buf, names.items[i]);
	}
	return buf_str(&buf);
}

static struct str weakening_release(
    const struct evaluator *evaluator, const struct weakening *weakening)
{
	struct policy_names owners = owners_of(evaluator, weakening);

	if (owners.count == 0)
		return str_format(evaluator->arena,
		    "nobody is named as owner of %.*s: name some in owners.policy or CODEOWNERS, "
		    "on the base branch",
		    STR_ARG(weakening->trusted.file));
	return str_format(evaluator->arena, "an approval of this commit by %.*s releases it",
	    STR_ARG(list_names(evaluator->arena, owners)));
}

/* "tfherald.yaml:3"; of what was never written, the file where it would stand. */
static struct str place_text(struct arena *arena, const struct policy_place *place)
{
	if (place->line == 0)
		return place->file;
	return str_format(arena, "%.*s:%d", STR_ARG(place->file), place->line);
}

static struct str weakening_message(struct arena *arena, const struct weakening *weakening)
{
	struct str trusted = place_text(arena, &weakening->trusted);
	struct str head = place_text(arena, &weakening->head);
	bool is_there = weakening->head.line > 0;

	return str_format(arena, "weakens %.*s (%.*s%s%.*s): %.*s", STR_ARG(weakening->rule),
	    STR_ARG(trusted), is_there ? ", now " : "", STR_ARG(is_there ? head : STR_EMPTY),
	    STR_ARG(weakening->what));
}

static void report(struct evaluator *evaluator, const struct weakening *weakening)
{
	struct finding finding = {
	    .kind = FINDING_WEAKENS,
	    .rule_level = LEVEL_DENY,
	    .level = LEVEL_DENY,
	    .rule_id = weakening->rule,
	    .title = STR("The pull request would loosen a policy"),
	    .description = STR_EMPTY,
	    .url = STR_EMPTY,
	    .place = weakening->head.line > 0 ? weakening->head : weakening->trusted,
	    .tool = STR_EMPTY,
	    .directory = evaluator->evaluation->head->directory,
	    .address = STR_EMPTY,
	    .deposed = STR_EMPTY,
	    .item = weakening->what,
	    .message = weakening_message(evaluator->arena, weakening),
	    .remediation = STR_EMPTY,
	    .value_fingerprint = STR_EMPTY,
	    .value_texts = STR_EMPTY,
	    .release = weakening_release(evaluator, weakening),
	    .file = STR_EMPTY,
	    .count = 1,
	    .from_head = true,
	};

	finding.fingerprint = finding_fingerprint(evaluator->arena, &finding);
	if (is_released(evaluator, weakening)) {
		finding.fate = FATE_RELEASED;
		finding.level = LEVEL_INFO;
	}
	finding_add(evaluator, &finding);
}

void weakenings_report(struct evaluator *evaluator)
{
	const struct ruleset_comparison *weakenings = evaluator->evaluation->weakenings;

	for (size_t i = 0; weakenings && i < weakenings->count; i++)
		report(evaluator, &weakenings->items[i]);
}

/* --- who can release a denial --- */

/* In single quotes, with `escaped` for one that stands in it: keys of a plan are anybody's, and the
 * hints are there to be copied. */
static struct str quoted(struct arena *arena, struct str text, const char *escaped)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	buf_addc(&buf, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			buf_adds(&buf, escaped);
		else
			buf_addc(&buf, text.ptr[i]);
	}
	buf_addc(&buf, '\'');
	return buf_str(&buf);
}

#define IN_SHELL "'\\''"
#define IN_YAML	 "''"

/* All of it, however long: what stands in it is looked for again when something is hidden. */
static struct str three(struct arena *arena, struct str first, struct str second, struct str third)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	buf_add(&buf, first);
	buf_add(&buf, second);
	buf_add(&buf, third);
	return buf_str(&buf);
}

/* `policy waive` runs our own rules only: what a waiver has to say is told instead. */
static struct str imported_release(struct arena *arena, const struct finding *finding)
{
	struct str address = finding->address.len > 0 ? finding->address : STR("*");

	return three(arena,
	    str_format(arena,
		"change the code, or add a waiver on the base branch (rule: %.*s, resource: ",
		STR_ARG(finding->rule_id)),
	    quoted(arena, address, IN_YAML),
	    str_format(arena, ", value: %.*s)", STR_ARG(finding->value_fingerprint)));
}

struct str finding_release_about(
    struct arena *arena, const struct finding *finding, struct str address)
{
	static const char *const escapes[] = {IN_SHELL, IN_YAML};

	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		struct str old = quoted(arena, finding->address, escapes[i]), now;
		size_t at;

		if (!str_find(finding->release, old, &at))
			continue;
		now = quoted(arena, address, escapes[i]);
		return three(arena, str_from_to(finding->release, 0, at), now,
		    str_skip(finding->release, at + old.len));
	}
	return finding->release;
}

struct str finding_release(const struct evaluator *evaluator, const struct finding *finding)
{
	struct policy_names owners = policy_owners(evaluator, finding->rule, finding->place.file);
	struct str names = list_names(evaluator->arena, owners);
	bool named = owners.count > 0;

	if (finding->release.len > 0)
		return finding->release;
	if (finding->kind == FINDING_IMPORTED)
		return imported_release(evaluator->arena, finding);
	if (finding->rule && !finding->rule->waivable)
		return str_format(evaluator->arena, "cannot be waived; change the plan%s%.*s",
		    named ? ", or ask " : "", STR_ARG(named ? names : STR_EMPTY));
	return three(evaluator->arena,
	    str_format(evaluator->arena,
		"change the plan, or add a waiver on the base branch (tfherald policy waive %.*s ",
		STR_ARG(finding->rule_id)),
	    quoted(evaluator->arena, finding->address, IN_SHELL),
	    str_format(evaluator->arena, " PLAN)%s%.*s", named ? ", owned by " : "",
		STR_ARG(named ? names : STR_EMPTY)));
}
