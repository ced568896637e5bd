#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "tests/support/verdict_world.h"

/* Findings of other tools: what `override` makes of them, in one chain and in two. */

#define V	       "version: 1\n"
#define OVERRIDE(text) V "override: {" text "}\n"

/* --- one chain: "LEVEL", "off" or "-" where nobody says anything --- */

static const struct {
	const char *name, *root, *child, *rule, *says;
} levels[] = {
    {"nobody", V, V, "t:a", "-"},
    {"a rule", OVERRIDE("'t:a': {level: deny}"), V, "t:a", "deny"},
    {"another rule", OVERRIDE("'t:a': {level: deny}"), V, "t:ab", "-"},
    {"all of a tool", OVERRIDE("'t:*': {level: info}"), V, "t:a", "info"},
    {"all of another tool", OVERRIDE("'t:*': {level: info}"), V, "tt:a", "-"},
    {"the nearest", OVERRIDE("'t:a': {level: deny}"), OVERRIDE("'t:a': {level: info}"), "t:a",
	"info"},
    {"the nearest, all of the tool", OVERRIDE("'t:a': {level: deny}"),
	OVERRIDE("'t:*': {level: info}"), "t:a", "info"},
    {"of one file the rule's own", OVERRIDE("'t:a': {level: deny}, 't:*': {level: info}"), V, "t:a",
	"deny"},
    {"of one file the rule's own, in the other order",
	OVERRIDE("'t:*': {level: info}, 't:a': {level: deny}"), V, "t:a", "deny"},
    {"disabled", OVERRIDE("'t:a': {disabled: true}"), V, "t:a", "off"},
    {"disabled but one", OVERRIDE("'t:*': {disabled: true}, 't:a': {disabled: false}"), V, "t:a",
	"-"},
    {"enabled again, the level stays", OVERRIDE("'t:a': {disabled: true, level: deny}"),
	OVERRIDE("'t:a': {disabled: false}"), "t:a", "deny"},
    {"a rule with a colon", OVERRIDE("'t:a:b': {level: deny}"), V, "t:a:b", "deny"},
};

static void test_levels(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		const struct source_row files[] = {{"tfherald.yaml", levels[i].root, false},
		    {"prod/tfherald.yaml", levels[i].child, false}, {NULL, NULL, false}};
		struct ruleset_world world;
		struct tool_level says;
		const char *text;

		ruleset_world_begin(&world, files, "prod");
		ruleset_world_load(&world);
		verdict_check(&wrong, levels[i].name, ruleset_world_problems(&world), "");
		says = ruleset_tool_level(world.set, str_from(levels[i].rule));
		text = says.has_level ? level_name(says.level) : "-";
		verdict_check(
		    &wrong, levels[i].name, str_from(says.disabled ? "off" : text), levels[i].says);
		ruleset_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

static const struct {
	const char *name, *text, *problems;
} faults[] = {
    {"params", OVERRIDE("'t:a': {level: deny, params: {n: 1}}"),
	"tfherald.yaml:2:12: override 't:a': a rule of another tool has a level and can be "
	"disabled; it has no params\n"},
    {"no tool", OVERRIDE("':a': {level: deny}"),
	"tfherald.yaml:2:12: override ':a': expected TOOL:RULE\n"},
    {"no rule", OVERRIDE("'t:': {level: deny}"),
	"tfherald.yaml:2:12: override 't:': expected TOOL:RULE\n"},
    {"upper case", OVERRIDE("'TFLint:a': {level: deny}"),
	"tfherald.yaml:2:12: override 'TFLint:a': write the tool in lower case, as its findings "
	"do\n"},
    {"part of a name", OVERRIDE("'t:aws_*': {level: deny}"),
	"tfherald.yaml:2:12: override 't:aws_*': '*' stands for all rules of a tool ('tflint:*'), "
	"not for a part of a name\n"},
    {"any tool", OVERRIDE("'*:*': {level: deny}"),
	"tfherald.yaml:2:12: override '*:*': '*' stands for all rules of a tool ('tflint:*'), not "
	"for a part of a name\n"},
    {"no colon", OVERRIDE("'t': {level: deny}"),
	"tfherald.yaml:2:12: override: there is no rule 't' here or above\n"},
};

static void test_faults(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		const struct source_row files[] = {
		    {"tfherald.yaml", faults[i].text, false}, {NULL, NULL, false}};
		struct ruleset_world world;

		ruleset_world_begin(&world, files, "");
		ruleset_world_load(&world);
		verdict_check(
		    &wrong, faults[i].name, ruleset_world_problems(&world), faults[i].problems);
		assert_int_equal(world.set->tool_override_count, 0);
		ruleset_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* --- findings --- */

#define OWNERS		   "owners: {policy: ['@o']}\n"
#define RULE		   "rules: [{id: r, level: info, match: {types: [t], actions: [create]}}]\n"
#define DISABLE(rule)	   "override: {'" rule "': {disabled: true}}\n"
#define LEVEL(rule, level) "override: {'" rule "': {level: " level "}}\n"
#define R		   "info violation r t.a\n"
#define OFF(n, s) \
	"note " n " finding" s " of other tools left out: an override disables the rule" s "\n"
#define WEAKENS(rule, from, to, what) \
	"deny weakens " rule " \"weakens " rule " (tfherald.yaml" from to "): " what "\"\n"
#define RELEASED(rule, from, to, what)                                                          \
	"info weakens " rule " (released) \"weakens " rule " (tfherald.yaml" from to "): " what \
	"\"\n"
#define NOW	 ", now tfherald.yaml:2"
#define NOW_3	 ", now tfherald.yaml:3"
#define A(level) level " imported t:a t.a\n"
#define B(level) level " imported t:b t.a\n"
#define C	 "info imported t:c t.a (waived)\n"
#define NOTHING	 "note no policy rules are in force here: nothing was checked\n"

/* t:a denies, t:b warns, t:c was suppressed by the tool. */
static const struct {
	const char *name, *head, *trusted;
	bool approved;
	const char *text;
} rows[] = {
    {"nobody says anything", RULE, NULL, false, A("deny") B("warn") R C},
    {"lowered", LEVEL("t:a", "info") RULE, NULL, false, B("warn") R A("info") C},
    {"raised", LEVEL("t:*", "deny") RULE, NULL, false, A("deny") B("deny") R C},
    {"one disabled", DISABLE("t:a") RULE, NULL, false, B("warn") R C OFF("1", "")},
    {"all disabled", DISABLE("t:*") RULE, NULL, false, R OFF("3", "s")},
    /* two chains */
    {"in both", DISABLE("t:*") RULE, DISABLE("t:*") RULE, false, R OFF("3", "s")},
    {"disabled by the head", DISABLE("t:*") RULE, RULE, false,
	WEAKENS("t:*", "", NOW, "disabled") A("deny") B("warn") R C},
    {"disabled by the head, approved", OWNERS DISABLE("t:*") RULE, OWNERS RULE, true,
	R RELEASED("t:*", "", NOW_3, "disabled") OFF("3", "s")},
    {"lowered by the head", LEVEL("t:a", "warn") RULE, RULE, false,
	WEAKENS("t:a", "", NOW, "the tool's level -> warn") A("deny") B("warn") R C},
    {"lowered by the head, approved", OWNERS LEVEL("t:a", "warn") RULE, OWNERS RULE, true,
	A("warn") B("warn") R RELEASED("t:a", "", NOW_3, "the tool's level -> warn") C},
    {"raised by the head", LEVEL("t:b", "deny") RULE, RULE, false, A("deny") B("deny") R C},
    {"a raise taken back", RULE, LEVEL("t:b", "deny") RULE, false,
	A("deny") WEAKENS("t:b", ":2", "", "level deny -> the tool's") B("deny") R C},
    {"enabled by the head", RULE, DISABLE("t:*") RULE, false, A("deny") B("warn") R C},
    {"one disabled beside the tool's level",
	"override: {'t:*': {level: deny}, 't:b': {disabled: true}}\n" RULE,
	LEVEL("t:*", "deny") RULE, false,
	A("deny") WEAKENS("t:b", ":2", NOW, "disabled") B("deny") R C},
    {"a base without rules", DISABLE("t:a"), "", false,
	WEAKENS("t:a", "", NOW, "disabled") A("deny") B("warn") C NOTHING},
};

static struct finding imported(const char *rule, enum level level, enum finding_fate fate)
{
	return (struct finding){.kind = FINDING_IMPORTED,
	    .fate = fate,
	    .rule_level = level,
	    .level = fate == FATE_WAIVED ? LEVEL_INFO : level,
	    .rule_id = str_from(rule),
	    .title = STR_EMPTY,
	    .description = STR_EMPTY,
	    .url = STR_EMPTY,
	    .place = {.file = STR_EMPTY},
	    .tool = STR("t 1"),
	    .directory = STR_EMPTY,
	    .address = STR("t.a"),
	    .deposed = STR_EMPTY,
	    .item = STR_EMPTY,
	    .message = STR_EMPTY,
	    .remediation = STR_EMPTY,
	    .count = 1,
	    .fingerprint = str_from(rule),
	    .value_fingerprint = STR("vf1:x"),
	    .release = STR_EMPTY,
	    .file = STR_EMPTY,
	    .from_trusted = true,
	    .from_head = true};
}

static struct str file_of(struct arena *arena, const char *text)
{
	return str_format(arena, V "%s", text);
}

static void check_row(unsigned *wrong, size_t i)
{
	const struct finding findings[] = {imported("t:a", LEVEL_DENY, FATE_STANDS),
	    imported("t:b", LEVEL_WARN, FATE_STANDS), imported("t:c", LEVEL_DENY, FATE_WAIVED)};
	struct arena *arena = arena_new();
	struct source_row head[] = {{"tfherald.yaml", NULL, false}, {NULL, NULL, false}};
	struct source_row trusted[] = {{"tfherald.yaml", NULL, false}, {NULL, NULL, false}};
	struct verdict_world world;

	head[0].text = file_of(arena, rows[i].head).ptr;
	trusted[0].text = file_of(arena, rows[i].trusted ? rows[i].trusted : "").ptr;
	verdict_world_begin(&world, head, rows[i].trusted ? trusted : NULL);
	if (rows[i].approved)
		world.world.pr =
		    verdict_json(world.arena, "{'approvals': [{'user': 'o', 'commit': 'c0ffee'}]}");
	world.imported = findings;
	world.imported_count = ARRAY_LEN(findings);
	verdict_world_plan(&world, PLAN(CREATE("t", "a", "{'p': 1}")));
	verdict_world_judge(&world);
	verdict_check(wrong, rows[i].name, verdict_world_text(&world), rows[i].text);
	for (size_t k = 0; k < world.verdict.finding_count; k++) {
		const struct finding *finding = &world.verdict.findings[k];

		/* every denial says who can release it, `policy waive` does not know these */
		if (finding->level == LEVEL_DENY && finding->kind == FINDING_IMPORTED)
			assert_true(str_contains(finding->release, finding->rule_id) &&
				    str_contains(finding->release, STR("vf1:x")));
	}
	verdict_world_end(&world);
	arena_free(arena);
}

static void test_findings(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_row(&wrong, i);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_faults),
	    cmocka_unit_test(test_findings),
	};
	return cmocka_run_group_tests_name("policies/imported", tests, NULL, NULL);
}
