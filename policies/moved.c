#include "policies/moved.h"

#include "base/arena.h"
#include "base/buf.h"
#include "policies/codeowners.h"

static struct str shown(struct str directory)
{
	return directory.len > 0 ? directory : STR(".");
}

/* The policy file that is nearest to the old directory stands for it; none: the directory. */
static struct str owned_file(const struct evaluation *evaluation)
{
	const struct ruleset *old = evaluation->moved_from;

	return old->file_count > 0 ? old->files[old->file_count - 1]->name
				   : evaluation->moved_directory;
}

static struct policy_names owners_of(const struct evaluator *evaluator)
{
	const struct ruleset *old = evaluator->evaluation->moved_from;

	return old->owners_policy.count > 0
		   ? old->owners_policy
		   : codeowners_of(evaluator->world->owners, owned_file(evaluator->evaluation));
}

static struct str release(const struct evaluator *evaluator, struct policy_names owners)
{
	struct buf names;

	if (owners.count == 0)
		return str_format(evaluator->arena,
		    "nobody is named as owner of the policies of %.*s: name some in owners.policy "
		    "or CODEOWNERS, on the base branch",
		    STR_ARG(shown(evaluator->evaluation->moved_directory)));
	buf_init(&names, evaluator->arena, 1024);
	for (size_t i = 0; i < owners.count; i++) {
		buf_adds(&names, i == 0 ? "" : i + 1 == owners.count ? " or " : ", ");
		buf_add(&names, owners.items[i]);
	}
	return str_format(evaluator->arena, "an approval of this commit by %.*s releases it",
	    STR_ARG(buf_str(&names)));
}

static struct str message(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct str old = shown(evaluation->moved_directory);

	if (evaluation->moved_doubt.len > 0)
		return str_format(evaluator->arena,
		    "may take over the state of %.*s: %.*s, so its rules count here, too",
		    STR_ARG(old), STR_ARG(evaluation->moved_doubt));
	return str_format(evaluator->arena,
	    "takes over the state of %.*s: its backend is the one that directory has on the base "
	    "branch, so its rules count here, too",
	    STR_ARG(old));
}

void moved_report(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct policy_names owners;
	struct finding finding;

	if (!evaluation->moved_from)
		return;
	owners = owners_of(evaluator);
	finding = (struct finding){
	    .kind = FINDING_MOVED,
	    .rule_level = LEVEL_DENY,
	    .level = LEVEL_DENY,
	    .rule_id = STR("moved-backend"),
	    .title = evaluation->moved_doubt.len > 0
			 ? STR("The directory may take over the state of another one")
			 : STR("The directory takes over the state of another one"),
	    .description = STR_EMPTY,
	    .url = STR_EMPTY,
	    .place = evaluation->moved_place,
	    .tool = STR_EMPTY,
	    .directory = shown(evaluation->head->directory),
	    .address = STR_EMPTY,
	    .deposed = STR_EMPTY,
	    .item = STR_EMPTY,
	    .message = message(evaluator),
	    .remediation = STR_EMPTY,
	    .value_fingerprint = STR_EMPTY,
	    .value_texts = STR_EMPTY,
	    .release = release(evaluator, owners),
	    .file = STR_EMPTY,
	    .count = 1,
	    .from_trusted = true,
	};
	finding.fingerprint = finding_fingerprint(evaluator->arena, &finding);
	if (is_approved_by_any(evaluator, owners)) {
		finding.fate = FATE_RELEASED;
		finding.level = LEVEL_INFO;
	}
	finding_add(evaluator, &finding);
}

/* --- rules of both chains --- */

static bool is_same_place(const struct policy_place *a, const struct policy_place *b)
{
	return a->line == b->line && a->column == b->column && str_eq(a->file, b->file);
}

/* `dir` differs between the two; what may speak of it is not the same rule. */
static bool may_see_directory(const struct ruleset *ruleset, const struct rule *rule)
{
	const struct policy_text *texts[] = {&rule->each, &rule->when, &rule->condition};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (str_contains(texts[i]->text, STR("dir")))
			return true;
	}
	return ruleset->variable_count > 0 || rule->variable_count > 0;
}

bool moved_rule_adds(const struct evaluator *evaluator, size_t i)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct ruleset *old = evaluation->moved_from, *here = evaluation->trusted;
	const struct rule *rule = &old->rules[i];

	if (!here || may_see_directory(old, rule) ||
	    !value_equal(old->labels_value, here->labels_value))
		return true;
	for (size_t k = 0; k < here->rule_count; k++) {
		const struct rule *other = &here->rules[k];

		if (str_eq(rule->id, other->id) && is_same_place(&rule->place, &other->place) &&
		    rule->level == other->level &&
		    value_equal(ruleset_params(evaluator->scratch, old, i),
			ruleset_params(evaluator->scratch, here, k)))
			return false;
	}
	return true;
}
