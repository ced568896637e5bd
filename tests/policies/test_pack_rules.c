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
#include "parser/plan_read.h"
#include "policies/evaluate.h"
#include "policies/packs.h"
#include "tests/support/pack_plan.h"
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
		fail_msg("%s: line %d: %s", path.ptr, problems->items[0].line,
		    problems->items[0].text);
	world->files[0] = (struct source_row){.path = "tfherald.yaml",
	    .text = str_format(arena, "version: 1\nuse: ['pack:%s@%s']\n", pack->name,
		pack->version)
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

struct expected {
	enum rule_end end;
	struct value paths; /* of UNDECIDED; null: any */
};

static struct expected expected_of(struct value document)
{
	static const struct {
		const char *word;
		enum rule_end end;
	} words[] = {
	    {"pass", RULE_PASS},
	    {"violation", RULE_VIOLATION},
	    {"undecided", RULE_UNDECIDED},
	    {"error", RULE_ERROR},
	    {"not_matched", RULE_NOT_MATCHED},
	    {"guarded", RULE_GUARDED},
	};
	const struct value *expect = value_get_c(document, "expect");
	struct expected expected = {RULE_UNDECIDED, value_null()};

	if (expect->kind == VALUE_MAP) {
		const struct value *paths = value_get_c(*expect, "undecided");

		expected.paths = paths ? *paths : value_null();
		return expected;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is(value_text(*expect), words[i].word))
			expected.end = words[i].end;
	}
	return expected;
}

static bool has_path(const struct rule_result *result, struct str path)
{
	for (size_t i = 0; i < result->path_count; i++) {
		if (str_eq(result->paths[i], path))
			return true;
	}
	return false;
}

static bool paths_match(const struct rule_result *result, struct value paths)
{
	for (uint32_t i = 0; paths.kind == VALUE_LIST && i < paths.len; i++) {
		if (!has_path(result, value_text(paths.as.items[i])))
			return false;
	}
	return paths.kind != VALUE_LIST || paths.len == result->path_count;
}

static void complain(struct pack_world *world, const struct policy_test *test, enum rule_end want,
    const struct rule_result *result)
{
	world->wrong++;
	print_error("%.*s:%d: %.*s: %.*s: %s, not %s%s%.*s\n", STR_ARG(world->file.name),
	    test->place.line, STR_ARG(test->rule), STR_ARG(test->name), rule_end_name(result->end),
	    rule_end_name(want), result->error.len > 0 ? ": " : "", STR_ARG(result->error));
	for (size_t i = 0; i < result->path_count; i++)
		print_error("\tdepends on %.*s\n", STR_ARG(result->paths[i]));
}

static void try_test(struct pack_world *world, struct arena *arena, const struct policy_test *test)
{
	struct expected expected = expected_of(test->document);
	size_t rule = ruleset_find(world->chain.set, test->rule);
	struct policy_world facts = world_of_tests();
	struct rule_result result = {.end = RULE_ERROR};
	struct pack_plan sketch;
	struct err err = {0};

	if (rule == SIZE_MAX)
		fail_msg("line %d: no rule '%.*s'", test->place.line, STR_ARG(test->rule));
	pack_plan(arena, test->document, &sketch);
	if (!evaluate_rule(arena, world->chain.set, rule,
		sketch.has_change ? &sketch.change : NULL, sketch.plan, &facts, &result,
		world->chain.problems, &err))
		result.error = str_from(err.text);
	if (result.end != expected.end || !paths_match(&result, expected.paths))
		complain(world, test, expected.end, &result);
	else if (result.end == RULE_VIOLATION && str_contains(result.message, STR("error")))
		print_error("%.*s: message: %.*s\n", STR_ARG(test->rule), STR_ARG(result.message));
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

static bool has_test(const struct policy_file *file, struct str rule, enum rule_end end)
{
	for (size_t i = 0; i < file->test_count; i++) {
		if (str_eq(file->tests[i].rule, rule) &&
		    expected_of(file->tests[i].document).end == end)
			return true;
	}
	return false;
}

/* A rule of a match alone knows no condition that could be unknown; what it takes is its test. */
static void check_tests(struct pack_world *world, const struct rule *rule)
{
	const struct policy_file *file = &world->file;
	bool good = has_test(file, rule->id, RULE_VIOLATION);

	if (rule->has_condition)
		good = good && has_test(file, rule->id, RULE_PASS) &&
		       has_test(file, rule->id, RULE_UNDECIDED);
	else
		good = good && has_test(file, rule->id, RULE_NOT_MATCHED);
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
		if (finding->kind != FINDING_ERROR)
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
	if (!evaluate_plan(
		arena, scratch, &evaluation, corpus->chain.problems, &verdict, &err)) {
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
			    str_format(
				each, "%s/data/plans/files/%.*s.json", shared, STR_ARG(id))
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
