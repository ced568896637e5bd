#include "policies/moved.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "policies/codeowners.h"

#define RELEASE_BYTES	  ((size_t)16 << 10)
#define DIRECTORIES_NAMED ((size_t)3)

static struct str shown(struct str directory)
{
	return directory.len > 0 ? directory : STR(".");
}

/* The policy file that is nearest to the old directory stands for it; none: the directory. */
static struct str owned_file(const struct moved_directory *moved)
{
	const struct ruleset *old = moved->rules;

	return old->file_count > 0 ? old->files[old->file_count - 1]->name : moved->directory;
}

static struct policy_names owners_of(
    const struct evaluator *evaluator, const struct moved_directory *moved)
{
	const struct ruleset *old = moved->rules;

	return old->owners_policy.count > 0
		   ? old->owners_policy
		   : codeowners_of(evaluator->world->owners, owned_file(moved));
}

static void add_list(struct buf *out, const struct str *items, size_t count, const char *last)
{
	for (size_t i = 0; i < count; i++) {
		buf_adds(out, i == 0 ? "" : i + 1 == count ? last : ", ");
		buf_add(out, items[i]);
	}
}

/* Each of them once: the first one that has none, or all of their owners. */
static struct str release(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct buf text;

	buf_init(&text, evaluator->arena, RELEASE_BYTES);
	for (size_t i = 0; i < evaluation->moved_count; i++) {
		const struct moved_directory *moved = &evaluation->moved[i];
		struct policy_names owners = owners_of(evaluator, moved);

		if (owners.count == 0)
			return str_format(evaluator->arena,
			    "nobody is named as owner of the policies of %.*s: name some in "
			    "owners.policy or CODEOWNERS, on the base branch",
			    STR_ARG(shown(moved->directory)));
		buf_adds(&text, i == 0 ? "an approval of this commit by " : ", and by ");
		add_list(&text, owners.items, owners.count, " or ");
		if (evaluation->moved_count > 1)
			buf_addf(&text, " (%.*s)", STR_ARG(shown(moved->directory)));
	}
	buf_adds(&text, evaluation->moved_count > 1 ? ", releases it" : " releases it");
	return buf_str(&text);
}

/* The first few by name. */
static struct str directories(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	size_t named = size_min(evaluation->moved_count, DIRECTORIES_NAMED);
	size_t more = evaluation->moved_count - named;
	struct str *names = arena_array(evaluator->arena, struct str, named + 1);
	struct buf text;

	for (size_t i = 0; i < named; i++)
		names[i] = shown(evaluation->moved[i].directory);
	buf_init(&text, evaluator->arena, RELEASE_BYTES);
	add_list(&text, names, named, more > 0 ? ", " : " or ");
	if (more > 0)
		buf_addf(&text, " or one of %zu more", more);
	return buf_str(&text);
}

static struct str message(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct str old = directories(evaluator);

	if (evaluation->moved_doubt.len > 0)
		return str_format(evaluator->arena,
		    "may take over the state of %.*s: %.*s, so its rules count here, too",
		    STR_ARG(old), STR_ARG(evaluation->moved_doubt));
	return str_format(evaluator->arena,
	    "takes over the state of %.*s: its backend is the one that directory has on the base "
	    "branch, so its rules count here, too",
	    STR_ARG(old));
}

/* By an owner of each. */
static bool is_approved(const struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;

	for (size_t i = 0; i < evaluation->moved_count; i++) {
		if (!is_approved_by_any(evaluator, owners_of(evaluator, &evaluation->moved[i])))
			return false;
	}
	return true;
}

void moved_report(struct evaluator *evaluator)
{
	const struct evaluation *evaluation = evaluator->evaluation;
	struct finding finding;

	if (evaluation->moved_count == 0)
		return;
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
	    .release = release(evaluator),
	    .file = STR_EMPTY,
	    .count = 1,
	    .from_trusted = true,
	};
	finding.fingerprint = finding_fingerprint(evaluator->arena, &finding);
	if (is_approved(evaluator)) {
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

bool is_moved(const struct evaluation *evaluation, const struct ruleset *ruleset)
{
	for (size_t i = 0; i < evaluation->moved_count; i++) {
		if (evaluation->moved[i].rules == ruleset)
			return true;
	}
	return false;
}

bool moved_rule_adds(const struct evaluator *evaluator, struct ruleset *old, size_t i)
{
	struct ruleset *here = evaluator->evaluation->trusted;
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
