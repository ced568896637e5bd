/*
 * The rules of every pack: each does what its tests say, each has the tests and texts that a rule
 * needs, and none of them is in error over the real plans.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/input.h"
#include "cmd/policy_tests.h"
#include "parser/plan_read.h"
#include "policies/evaluate.h"
#include "policies/packs.h"
#include "tests/support/ruleset_world.h"

#define PACK_MAX ((size_t)4 << 20)
#define TEXT_MAX ((size_t)16 << 20)

static const struct facts nobody = {.operation = OPERATION_PLAN, .now = 1795300000};

static struct policy_world world_of_tests(void)
{
	return (struct policy_world){.operation_word = "check",
	    .facts = &nobody,
	    .git = value_unknown(),
	    .pr = value_unknown(),
	    .data = value_unknown(),
	    .backend = value_unknown(),
	    .now = nobody.now};
}

/* One pack, as a repository that uses it sees it, and its YAML with the tests. */
struct pack_world {
	struct ruleset_world chain;
	struct source_row files[2];
	struct policy_file file;
	unsigned wrong;
};

static void pack_begin(struct pack_world *world, struct arena *arena, const struct pack *pack)
{
	struct str path = str_format(arena, "policies/packs/%s.yaml", pack->name), text;
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct err err = {0};

	*world = (struct pack_world){.wrong = 0};
	policy_problems_init(problems, arena);
	if (!file_read(arena, path.ptr, PACK_MAX, &text, &err))
		fail_msg("%s", err.text);
	policy_file_read(arena, POLICY_PACK, path, text, &world->file, problems);
	if (problems->count > 0)
		fail_msg(
		    "%s: line %d: %s", path.ptr, problems->items[0].line, problems->items[0].text);
	world->files[0] = (struct source_row){.path = "tfherald.yaml",
	    .text =
		str_format(arena, "version: 1\nuse: ['pack:%s@%s']\n", pack->name, pack->version)
		    .ptr};
	ruleset_world_begin(&world->chain, world->files, "");
	world->chain.request.check_all = true;
	ruleset_world_load(&world->chain);
	if (!world->chain.loaded || world->chain.problems->count > 0)
		fail_msg("%s:\n%.*s", pack->name, STR_ARG(ruleset_world_problems(&world->chain)));
}

static void pack_end(struct pack_world *world)
{
	ruleset_world_end(&world->chain);
}

/* --- every test of a pack --- */

static void try_test(struct pack_world *world, struct arena *arena, const struct policy_test *test)
{
	struct policy_test_outcome outcome;

	policy_test_run(arena, world->chain.set, test, nobody.now, &outcome, world->chain.problems);
	if (outcome.ran && outcome.good)
		return;
	world->wrong++;
	print_error("%.*s:%d: %.*s: %.*s: %.*s, not %.*s\n%.*s\n", STR_ARG(world->file.name),
	    test->place.line, STR_ARG(test->rule), STR_ARG(test->name), STR_ARG(outcome.got),
	    STR_ARG(outcome.expected), STR_ARG(outcome.detail));
}

static void test_packs_pass_their_tests(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	size_t tests = 0;
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; packs[i].name; i++) {
		struct pack_world world;

		pack_begin(&world, arena, &packs[i]);
		for (size_t k = 0; k < world.file.test_count; k++) {
			struct arena *each CLEANUP(arena_free_ptr) = arena_new();

			try_test(&world, each, &world.file.tests[k]);
		}
		tests += world.file.test_count;
		wrong += world.wrong;
		pack_end(&world);
	}
	print_message("%zu tests\n", tests);
	assert_int_equal(wrong, 0);
}

/* --- what each rule has to have --- */

static bool expects(const struct policy_test *test, const char *word)
{
	const struct value *expect = value_get_c(test->document, "expect");

	return str_is(value_text(*expect), word) ||
	       (expect->kind == VALUE_MAP && value_get_c(*expect, word));
}

static bool has_test(const struct policy_file *file, struct str rule, const char *word)
{
	for (size_t i = 0; i < file->test_count; i++) {
		if (str_eq(file->tests[i].rule, rule) && expects(&file->tests[i], word))
			return true;
	}
	return false;
}

/* A rule of a match alone knows no condition that could be unknown; what it takes is its test. */
static void check_tests(struct pack_world *world, const struct rule *rule)
{
	const struct policy_file *file = &world->file;
	bool good = has_test(file, rule->id, "violation");

	if (rule->has_condition)
		good = good && has_test(file, rule->id, "pass") &&
		       has_test(file, rule->id, "undecided");
	else
		good = good && has_test(file, rule->id, "not_matched");
	if (good)
		return;
	world->wrong++;
	print_error("%.*s: %.*s needs tests that end as violation and %s\n", STR_ARG(file->name),
	    STR_ARG(rule->id), rule->has_condition ? "pass and undecided" : "not_matched");
}

static void check_texts(struct pack_world *world, const struct rule *rule)
{
	const struct {
		const char *name;
		struct str text;
	} texts[] = {{"title", rule->title}, {"description", rule->description},
	    {"remediation", rule->remedy.text}, {"url", rule->url}};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].text.len > 0)
			continue;
		world->wrong++;
		print_error("%.*s: %.*s has no %s\n", STR_ARG(world->file.name), STR_ARG(rule->id),
		    texts[i].name);
	}
	if (rule->url.len > 0 && !str_starts(rule->url, STR("https://"))) {
		world->wrong++;
		print_error("%.*s: url\n", STR_ARG(rule->id));
	}
}

static void test_rules_are_complete(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	unsigned wrong = 0;
	size_t rules = 0;

	(void)state;
	for (size_t i = 0; packs[i].name; i++) {
		struct pack_world world;

		pack_begin(&world, arena, &packs[i]);
		for (size_t k = 0; k < world.file.rule_count; k++) {
			check_tests(&world, &world.file.rules[k]);
			check_texts(&world, &world.file.rules[k]);
		}
		print_message("%s: %zu rules, %zu tests\n", packs[i].name, world.file.rule_count,
		    world.file.test_count);
		rules += world.file.rule_count;
		wrong += world.wrong;
		pack_end(&world);
	}
	print_message("%zu rules\n", rules);
	assert_int_equal(wrong, 0);
}

/* --- all packs over all real plans --- */

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED");
	const char *ci = getenv("CI");

	if (dir && *dir)
		return dir;
	if (access("../shared/data/plans/manifest.tsv", R_OK) == 0)
		return "../shared";
	if (ci && str_is(str_from(ci), "true"))
		fail_msg("the corpus is not there");
	return NULL;
}

struct corpus {
	struct ruleset_world chain;
	struct policy_world facts;
	size_t plans, findings, undecided;
	unsigned wrong;
};

/* An absorbed error is a typo unless a missing part of the plan explains it; packs have none. */
static void look_at(struct corpus *corpus, struct str id, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		corpus->undecided += finding->kind == FINDING_UNDECIDED;
		if (finding->kind != FINDING_ERROR &&
		    !str_contains(finding->message, STR("(error")) &&
		    !str_contains(finding->remediation, STR("(error")))
			continue;
		corpus->wrong++;
		print_error("%.*s: %.*s: %.*s: %.*s\n", STR_ARG(id), STR_ARG(finding->rule_id),
		    STR_ARG(finding->address), STR_ARG(finding->message));
	}
	for (size_t i = 0; i < verdict->absorbed_count; i++) {
		corpus->wrong++;
		print_error("%.*s: %.*s: absorbed at %.*s: %.*s\n", STR_ARG(id),
		    STR_ARG(verdict->absorbed[i].rule->id), STR_ARG(verdict->absorbed[i].address),
		    STR_ARG(verdict->absorbed[i].text));
	}
	corpus->findings += verdict->finding_count;
}

static void judge_file(struct corpus *corpus, struct arena *arena, struct str id, const char *path)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	struct evaluation evaluation = {.head = corpus->chain.set, .world = &corpus->facts};
	struct verdict verdict = {0};
	struct plan *plan = NULL;
	struct err err = {0};

	if (!input_open(arena, path, 0, &input, &err))
		fail_msg("%s: %s", path, err.text);
	if (!plan_read(arena, input, NULL, &plan, &err))
		return; /* some are broken on purpose: the business of the parser's tests */
	evaluation.plan = plan;
	if (!evaluate_plan(arena, scratch, &evaluation, corpus->chain.problems, &verdict, &err)) {
		print_message("%.*s: %s\n", STR_ARG(id), err.text);
		return;
	}
	corpus->plans++;
	look_at(corpus, id, &verdict);
}

static struct str column(struct str line, int number)
{
	struct str part = STR_EMPTY;

	for (int i = 0; i <= number; i++) {
		if (!str_split(&line, '\t', &part))
			return STR_EMPTY;
	}
	return part;
}

static void judge_all(struct corpus *corpus, struct arena *arena, const char *shared)
{
	struct str manifest, line;
	struct err err = {0};

	assert_true(file_read(arena, str_format(arena, "%s/data/plans/manifest.tsv", shared).ptr,
	    TEXT_MAX, &manifest, &err));
	while (str_line(&manifest, &line)) {
		struct arena *each CLEANUP(arena_free_ptr) = arena_new();
		struct str id = column(line, 0);

		if (str_is(column(line, 1), "plan_json"))
			judge_file(corpus, each, id,
			    str_format(each, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id))
				.ptr);
	}
}

static void test_corpus(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct corpus corpus = {.facts = world_of_tests()};
	struct str uses = STR("version: 1\nuse:\n");
	struct source_row files[2] = {{.path = "tfherald.yaml"}};
	const char *shared = shared_dir();

	(void)state;
	if (!shared)
		skip();
	for (size_t i = 0; packs[i].name; i++)
		uses = str_format(arena, "%.*s  - 'pack:%s@%s'\n", STR_ARG(uses), packs[i].name,
		    packs[i].version);
	files[0].text = uses.ptr;
	ruleset_world_begin(&corpus.chain, files, "");
	ruleset_world_load(&corpus.chain);
	assert_int_equal(corpus.chain.problems->count, 0);
	judge_all(&corpus, arena, shared);
	print_message("%zu plans, %zu findings (%zu undecided)\n", corpus.plans, corpus.findings,
	    corpus.undecided);
	assert_int_equal(corpus.chain.problems->count, 0);
	ruleset_world_end(&corpus.chain);
	assert_true(corpus.plans > 300);
	assert_int_equal(corpus.wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_packs_pass_their_tests),
	    cmocka_unit_test(test_rules_are_complete),
	    cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("policies/pack_rules", tests, NULL, NULL);
}
