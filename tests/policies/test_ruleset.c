#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/ruleset_world.h"

#define V "version: 1\n"

struct row {
	const char *name;
	const struct source_row *rows;
	const char *directory;
	const char *text;     /* of the ruleset */
	const char *problems; /* all of them */
};

#define FILES(...) ((const struct source_row[]){__VA_ARGS__, {NULL, NULL, false}})
#define FILE_OF(path, text)       \
	{                         \
		path, text, false \
	}
/* A rule that is always there: id and level. */
#define RULE(id, level) \
	"  - {id: " id ", level: " level ", match: {types: [a], actions: [delete]}}\n"

/* Told for every row, counted at the end of a test. */
static void check(
    unsigned *wrong, const char *name, const char *what, struct str got, const char *want)
{
	if (str_is(got, want))
		return;
	print_error("%s: %s\n--- got\n%.*s--- wanted\n%s", name, what, STR_ARG(got), want);
	++*wrong;
}

static void run_rows(const struct row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct ruleset_world world;

		ruleset_world_begin(&world, rows[i].rows, rows[i].directory);
		ruleset_world_load(&world);
		if (!world.loaded)
			print_error("%s: %s\n", rows[i].name, world.err.text);
		assert_true(world.loaded);
		check(&wrong, rows[i].name, "problems", ruleset_world_problems(&world),
		    rows[i].problems);
		check(&wrong, rows[i].name, "ruleset", ruleset_world_text(&world), rows[i].text);
		ruleset_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* --- the chain --- */

static void test_chain(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"nothing at all", FILES(FILE_OF("main.tf", "")), "", "", ""},
	    {"a directory that is not there", FILES(FILE_OF("main.tf", "")), "a/b", "", ""},
	    {"empty files", FILES(FILE_OF("tfherald.yaml", ""), FILE_OF("a/tfherald.yaml", "")),
		"a", "", ""},
	    {"rules accumulate, root first",
		FILES(FILE_OF("a/b/tfherald.yaml", V "rules:\n" RULE("three", "info")),
		    FILE_OF("a/tfherald.yaml", V "rules:\n" RULE("two", "warn")),
		    FILE_OF("tfherald.yaml", V "rules:\n" RULE("one", "deny")),
		    FILE_OF("c/tfherald.yaml", V "rules:\n" RULE("other", "deny"))),
		"a/b", "one deny\ntwo warn\nthree info\n", ""},
	    {"a dot is the root", FILES(FILE_OF("tfherald.yaml", V "rules:\n" RULE("one", "deny"))),
		".", "one deny\n", ""},
	    {"an id twice",
		FILES(FILE_OF("tfherald.yaml", V "rules:\n" RULE("one", "deny")),
		    FILE_OF(
			"a/tfherald.yaml", V "rules:\n" RULE("one", "warn") RULE("two", "warn"))),
		"a", "one deny\ntwo warn\n",
		"a/tfherald.yaml:3:5: the rule id 'one' is taken by tfherald.yaml:3:5; ids are "
		"unique "
		"from the root down\n"},
	    {"files that are not read",
		FILES(FILE_OF("tfherald.yml", "x: ["), FILE_OF("a/tfherald.waivers.yml", ""),
		    FILE_OF("a/Tfherald.YAML", ""), FILE_OF("a/x_test.yaml", "][")),
		"a",
		"not read tfherald.yml\nnot read a/Tfherald.YAML\nnot read "
		"a/tfherald.waivers.yml\n",
		""},
	    {"a link is not followed, and the rest is read",
		FILES(FILE_OF("tfherald.yaml", NULL),
		    FILE_OF("a/tfherald.yaml", V "rules:\n" RULE("one", "deny"))),
		"a", "one deny\n",
		"tfherald.yaml: 'tfherald.yaml' is a symbolic link; policy files are plain "
		"files\n"},
	    {"problems of all files at once",
		FILES(FILE_OF("tfherald.yaml", V "undecided: maybe\n"),
		    FILE_OF("a/tfherald.yaml", V "break_glass: {who: [x]}\n")),
		"a", "",
		"tfherald.yaml:2:12: 'undecided' must be warn or deny, not 'maybe'\n"
		"a/tfherald.yaml:2:14: 'break_glass' has a meaning only in the file at the "
		"repository "
		"root\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static const struct row nested_rows[] = {
    {"each once, also when two use it and when a child does",
	FILES(FILE_OF("tfherald.yaml", V "use: [p/a.yaml, p/b.yaml]\n"),
	    FILE_OF("p/a.yaml", V "use: [c.yaml]\nrules:\n" RULE("a", "warn")),
	    FILE_OF("p/b.yaml", V "use: [./c.yaml]\nrules:\n" RULE("b", "warn")),
	    FILE_OF("p/c.yaml", V "rules:\n" RULE("c", "warn")),
	    FILE_OF("d/tfherald.yaml", V "use: [../p/c.yaml, ../p/*.yaml]\n")),
	"d", "c warn\na warn\nb warn\n", ""},
    {"round in circles",
	FILES(FILE_OF("tfherald.yaml", V "use: [a.yaml]\n"),
	    FILE_OF("a.yaml", V "use: [b.yaml]\nrules:\n" RULE("a", "warn")),
	    FILE_OF("b.yaml", V "use:\n  - c.yaml\nrules:\n" RULE("b", "warn")),
	    FILE_OF("c.yaml", V "use: [./a.yaml, c.yaml]\n")),
	"", "b warn\na warn\n",
	"c.yaml:2:7: files use each other in a circle: a.yaml -> b.yaml -> c.yaml -> "
	"a.yaml\n"
	"c.yaml:2:17: files use each other in a circle: c.yaml -> c.yaml\n"},
};

static void test_use_nested(void **state)
{
	(void)state;
	run_rows(nested_rows, sizeof(nested_rows) / sizeof(nested_rows[0]));
}

static const struct row use_rows[] = {
    {"a file, before its user",
	FILES(FILE_OF("tfherald.yaml", V "use: [./p/x.yaml]\nrules:\n" RULE("own", "deny")),
	    FILE_OF("p/x.yaml", V "rules:\n" RULE("used", "warn"))),
	"", "used warn\nown deny\n", ""},
    {"a glob, in byte order; tests and chain files are left out",
	FILES(FILE_OF("tfherald.yaml", V "use: ['./*.yaml', 'p/**/*.yaml']\n"),
	    FILE_OF("b.yaml", V "rules:\n" RULE("b", "warn")),
	    FILE_OF("a.yaml", V "rules:\n" RULE("a", "warn")), FILE_OF("a_test.yaml", "]["),
	    FILE_OF("tfherald.waivers.yaml", V "waivers: []\n"),
	    FILE_OF("p/q/r/deep.yaml", V "rules:\n" RULE("deep", "warn")),
	    FILE_OF("p/.git/hidden.yaml", "][")),
	"", "a warn\nb warn\ndeep warn\n", ""},
    {"outside, missing, empty globs, chain files",
	FILES(FILE_OF("tfherald.yaml",
	    V "use: [../x.yaml, /etc/passwd, nope.yaml, 'p/*.yaml', d/tfherald.yaml, "
	      "tfherald.yaml, 'x[.yaml']\n")),
	"", "",
	"tfherald.yaml:2:7: '../x.yaml' is outside the repository; only its own files can "
	"be "
	"used\n"
	"tfherald.yaml:2:18: '/etc/passwd' is outside the repository; only its own files "
	"can be "
	"used\n"
	"tfherald.yaml:2:31: there is no file 'nope.yaml'\n"
	"tfherald.yaml:2:42: 'p/*.yaml' matches no file\n"
	"tfherald.yaml:2:54: 'd/tfherald.yaml' holds for its own directory; move what is "
	"to be "
	"shared into a file of another name\n"
	"tfherald.yaml:2:71: files use each other in a circle: tfherald.yaml -> "
	"tfherald.yaml\n"
	"tfherald.yaml:2:86: the pattern 'x[.yaml': '[' has no ']'; write '\\[' for the "
	"character "
	"itself\n"},
    {"used rules hold from the directory of the user",
	FILES(FILE_OF("envs/tfherald.yaml", V "use: [../p/a.yaml]\n"),
	    FILE_OF("p/a.yaml", V "rules:\n  - {id: a, level: deny, match: {types: [a], "
				  "actions: [delete], dirs: [prod/**]}}\n")),
	"envs/prod/x", "a deny\n", ""},
    {"packs: unknown, not pinned, no such version, twice, in two versions",
	FILES(FILE_OF("tfherald.yaml",
		  V "use: [pack:tgas@1.0, pack:tags, pack:tags@0.1, pack:nothing@1.0]\n"),
	    FILE_OF("a/tfherald.yaml", V "labels: {x: y}\n")),
	"a", "label x=y\n", NULL},
};

static void test_use(void **state)
{
	(void)state;

	run_rows(use_rows, sizeof(use_rows) / sizeof(use_rows[0]) - 1);
	const struct row *packs = &use_rows[sizeof(use_rows) / sizeof(use_rows[0]) - 1];
	struct ruleset_world world;
	unsigned wrong = 0;

	ruleset_world_begin(&world, packs->rows, packs->directory);
	ruleset_world_load(&world);
	check(&wrong, packs->name, "ruleset", ruleset_world_text(&world), packs->text);
	assert_int_equal(wrong, 0);
	assert_int_equal(world.problems->count, 4);
	assert_non_null(strstr(world.problems->items[0].text, "did you mean"));
	assert_non_null(strstr(world.problems->items[1].text, "pack:tags@"));
	assert_non_null(strstr(world.problems->items[2].text, "1.0"));
	ruleset_world_end(&world);
}

static void test_pack(void **state)
{
	(void)state;
	const struct source_row *rows =
	    FILES(FILE_OF("tfherald.yaml",
		      V "use: [pack:tags@1.0]\noverride:\n  required-tags: {level: warn, params: "
			"{required_tags: [Owner]}}\nrules:\n" RULE("own", "deny")),
		FILE_OF("a/tfherald.yaml",
		    V "use: [pack:tags@1.0]\nparams: {required_tags: [X]}\nrules:\n" RULE(
			"required-labels", "deny")));
	struct ruleset_world world;
	size_t at;

	ruleset_world_begin(&world, rows, "a");
	ruleset_world_load(&world);
	assert_non_null(strstr(ruleset_world_problems(&world).ptr,
	    "a/tfherald.yaml:5:5: the rule id 'required-labels' is taken by pack:tags@1.0:"));
	assert_int_equal(world.set->pack_count, 1);
	at = ruleset_find(world.set, STR("required-tags"));
	assert_int_not_equal(at, SIZE_MAX);
	assert_int_equal(world.set->rules[at].level, LEVEL_WARN);
	assert_true(str_is(world.set->rules[at].pack, "tags@1.0"));
	assert_true(str_is(world.set->rules[at].directory, ""));
	/* the override speaks of the rule, the nearer param of all rules */
	struct value params = ruleset_params(world.arena, world.set, at);
	const struct value *tags = value_get_c(params, "required_tags");
	assert_non_null(tags);
	assert_int_equal(tags->len, 1);
	assert_true(str_is(value_text(tags->as.items[0]), "Owner"));
	params = ruleset_params(world.arena, world.set, ruleset_find(world.set, STR("own")));
	tags = value_get_c(params, "required_tags");
	assert_true(str_is(value_text(tags->as.items[0]), "X"));
	ruleset_world_end(&world);
}

/* --- labels --- */

#define ENVS V "directories: envs/{env}/{service}\nlabels: {env: none, tier: gold}\n"

static void test_labels(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"parts of the path, and what they give when it is not deep enough",
		FILES(FILE_OF("tfherald.yaml", ENVS)), "envs/prod",
		"label tier=gold\nlabel env=prod\n", ""},
	    {"deep enough, and deeper", FILES(FILE_OF("tfherald.yaml", ENVS)), "envs/prod/db/x",
		"label tier=gold\nlabel env=prod\nlabel service=db\n", ""},
	    {"another path", FILES(FILE_OF("tfherald.yaml", ENVS)), "modules/prod/db",
		"label env=none\nlabel tier=gold\n", ""},
	    {"nearer files win",
		FILES(FILE_OF("tfherald.yaml", ENVS),
		    FILE_OF(
			"envs/prod/tfherald.yaml", V "labels: {env: live, tier: iron, own: x}\n")),
		"envs/prod/db", "label tier=iron\nlabel env=live\nlabel service=db\nlabel own=x\n",
		""},
	    {"relative to its file, with text around",
		FILES(FILE_OF("a/tfherald.yaml", V "directories: \"app-{name}-x/*/{last}\"\n")),
		"a/app-one-x/any/two", "label name=one\nlabel last=two\n", ""},
	    {"text around that does not fit",
		FILES(FILE_OF("a/tfherald.yaml", V "directories: \"app-{name}-x/*/{last}\"\n")),
		"a/app--x/any/two", "", ""},
	    {"wrong patterns",
		FILES(FILE_OF("tfherald.yaml", V "directories: \"{a}/{a}\"\n"),
		    FILE_OF("x/tfherald.yaml", V "directories: \"{a/../{1}/{b}{c}/**\"\n")),
		"x/y/z/w/v", "", NULL},
	};
	struct ruleset_world world;

	run_rows(rows, sizeof(rows) / sizeof(rows[0]) - 1);
	ruleset_world_begin(&world, rows[6].rows, rows[6].directory);
	ruleset_world_load(&world);
	assert_true(world.problems->count >= 2);
	for (size_t i = 0; i < world.problems->count; i++)
		assert_int_equal(world.problems->items[i].line, 2);
	ruleset_world_end(&world);
}

/* --- params and variables --- */

#define PARAMS                                                               \
	V "params:\n  max: {type: int, value: 3, tighten: lower}\n"          \
	  "  tags: {type: list<string>, value: [a, b], tighten: superset}\n" \
	  "variables: {prod: labels.env == 'prod', x: 'true'}\n"

static void test_names(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"merged, the nearest wins; a value inherits its type",
		FILES(FILE_OF("tfherald.yaml", PARAMS),
		    FILE_OF("a/tfherald.yaml",
			V "params: {max: 10, tags: [1, 2], more: {type: bool, value: true}}\n"
			  "variables: {x: 'false', y: prod}\n")),
		"a",
		"param max=10\nparam tags=1,2\nparam more=true\n"
		"variable prod=labels.env == 'prod'\nvariable x=false\nvariable y=prod\n",
		""},
	    {"types do not change; a value without a type is of none",
		FILES(FILE_OF("tfherald.yaml", PARAMS),
		    FILE_OF("a/tfherald.yaml",
			V "params:\n  max: {type: string, value: x}\n  tags: 5\n  mxa: 4\n")),
		"a",
		"param max=3\nparam tags=a,b\n"
		"variable prod=labels.env == 'prod'\nvariable x=true\n",
		"a/tfherald.yaml:3:3: params.max is of type string here and of type int at "
		"tfherald.yaml:3:3; a type cannot change\n"
		"a/tfherald.yaml:4:3: params.tags (list<string> at tfherald.yaml:4:3): "
		"list<string> "
		"expected, not an int\n"
		"a/tfherald.yaml:5:3: params.mxa has no type: no file above gives it one; write "
		"{type: "
		"..., value: ...}, or correct its name\n"},
	    {"two used files that differ",
		FILES(FILE_OF("tfherald.yaml", V "use: [p.yaml, q.yaml]\n"),
		    FILE_OF("p.yaml", V "variables: {v: 'true', same: '1'}\n"),
		    FILE_OF("q.yaml", V "variables: {v: 'false', same: '1', now: '2'}\n")),
		"", "variable v=true\nvariable same=1\n",
		"q.yaml:2:36: variable 'now': expressions have that name already\n"
		"q.yaml:2:16: variable 'v' is also given at p.yaml:2:16; one of the two has to "
		"go\n"},
	    {"unless the file that uses them decides",
		FILES(FILE_OF("tfherald.yaml", V "use: [p.yaml, q.yaml]\nvariables: {v: '1'}\n"),
		    FILE_OF("p.yaml", V "params: {a: {type: int, value: 1}}\n"),
		    FILE_OF("q.yaml", V "params: {a: {type: int, value: 2}}\n")),
		"", "param a=1\nvariable v=1\n",
		"q.yaml:2:10: params.a is also given at p.yaml:2:10; one of the two has to go\n"},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- settings --- */

static struct str names_text(struct arena *arena, const struct policy_names *names)
{
	struct buf buf;

	buf_init(&buf, arena, 1000);
	for (size_t i = 0; i < names->count; i++)
		buf_addf(&buf, "%s%.*s", i > 0 ? "," : "", STR_ARG(names->items[i]));
	return buf_str(&buf);
}

static void test_settings(void **state)
{
	(void)state;
	struct ruleset_world world;
	unsigned wrong = 0;

	ruleset_world_begin(&world, FILES(FILE_OF("main.tf", "")), "a");
	ruleset_world_load(&world);
	assert_int_equal(world.set->undecided, LEVEL_WARN);
	assert_false(world.set->require_rules);
	assert_int_equal(world.set->waiver_max_days, 90);
	check(&wrong, "defaults", "require", names_text(world.arena, &world.set->waiver_require),
	    "reason");
	ruleset_world_end(&world);

	ruleset_world_begin(&world,
	    FILES(FILE_OF("tfherald.yaml",
		      V "undecided: deny\nrequire_rules: true\n"
			"waiver_policy: {max_days: 120, require: [ticket]}\n"
			"owners: {policy: [\"@a/x\", \"@a/y\"], team: [\"@a/t\"]}\n"
			"break_glass: {who: [\"@a/oncall\"], notify: [\"@a/all\"]}\n"
			"data: {cost: a.json, more: b.json}\n"),
		FILE_OF("a/tfherald.yaml",
		    V "undecided: warn\nrequire_rules: false\n"
		      "waiver_policy: {max_days: 200, require: [reason]}\n"
		      "owners: {policy: [\"@a/y\"], team: [\"@a/u\"]}\ndata: {cost: c.json}\n"),
		FILE_OF("a/b/tfherald.yaml", V "waiver_policy: {max_days: 30}\n"
					       "owners: {policy: [\"@a/x\", \"@a/y\"]}\n")),
	    "a/b");
	ruleset_world_load(&world);
	assert_int_equal(world.set->undecided, LEVEL_DENY);
	assert_true(world.set->require_rules);
	assert_int_equal(world.set->waiver_max_days, 30);
	check(&wrong, "strictest", "require", names_text(world.arena, &world.set->waiver_require),
	    "ticket,reason");
	check(&wrong, "tightened", "policy", names_text(world.arena, &world.set->owners_policy),
	    "@a/y");
	check(&wrong, "nearest", "team", names_text(world.arena, &world.set->owners_team), "@a/u");
	check(&wrong, "root", "who", names_text(world.arena, &world.set->break_glass_who),
	    "@a/oncall");
	check(&wrong, "settings", "problems", ruleset_world_problems(&world),
	    "a/b/tfherald.yaml:3:9: owners.policy: '@a/x' is not among those of "
	    "a/tfherald.yaml:5:9; a "
	    "directory below can only name fewer\n");
	assert_int_equal(world.set->data_count, 2);
	assert_true(str_is(world.set->data[0].path, "c.json"));
	assert_int_equal(wrong, 0);
	ruleset_world_end(&world);
}

/* --- where rules hold --- */

#define SCOPED(id, match) \
	"  - {id: " id ", level: deny, match: {types: [a], actions: [delete], " match "}}\n"

static const struct source_row scoped[] = {
    {"tfherald.yaml",
	V "directories: envs/{env}\nrules:\n" SCOPED("all", "dirs: ['**']")
	    SCOPED("here", "dirs: [.]") SCOPED("prod", "dirs: [envs/prod/**, '!envs/prod/box/**']")
		SCOPED("not-prod", "dirs: ['!./envs/prod/**']")
		    SCOPED("label", "labels: {env: [prod, 'stag*']}") SCOPED("not-label",
			"labels: {env: ['!prod']}") SCOPED("no-label", "labels: {nope: x}"),
	false},
    {"envs/prod/tfherald.yaml",
	V "rules:\n" SCOPED("near", "dirs: [box]") "override: {all: {disabled: true}}\n", false},
    {NULL, NULL, false},
};

static void test_force(void **state)
{
	(void)state;
	const struct row rows[] = {
	    {"the root", scoped, "",
		"all deny\nhere deny\nnot-prod deny\nnot-label deny\n"
		"- prod: dirs: none matches ''\n- label: labels: env is not set\n"
		"- no-label: labels: nope is not set\n",
		""},
	    {"prod", scoped, "envs/prod",
		"prod deny\nlabel deny\n- all: disabled\n- here: dirs: none matches 'envs/prod'\n"
		"- not-prod: dirs: '!./envs/prod/**'\n- not-label: labels: env is 'prod'\n"
		"- no-label: labels: nope is not set\n- near: dirs: none matches ''\n"
		"label env=prod\n",
		""},
	    {"the exception in prod", scoped, "envs/prod/box",
		"label deny\nnear deny\n- all: disabled\n- here: dirs: none matches "
		"'envs/prod/box'\n"
		"- prod: dirs: '!envs/prod/box/**'\n- not-prod: dirs: '!./envs/prod/**'\n"
		"- not-label: labels: env is 'prod'\n- no-label: labels: nope is not set\n"
		"label env=prod\n",
		""},
	};

	run_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* --- tests and waivers of the chain --- */

static void test_collected(void **state)
{
	(void)state;
	const struct source_row *rows =
	    FILES(FILE_OF("tfherald.yaml", V "use: ['p/*.yaml']\nrules:\n" RULE(
					       "one", "deny") "tests:\n  - {rule: one, resource: "
							      "{type: a}, expect: pass}\n"),
		FILE_OF("p/x.yaml", V "rules:\n" RULE("x", "deny")),
		FILE_OF("p/x_test.yaml",
		    V "tests:\n  - {rule: x, resource: {type: a}, expect: pass}\n"),
		FILE_OF("a/a_test.yaml",
		    V "tests:\n  - {rule: x, resource: {type: b}, expect: pass}\n"),
		FILE_OF("tfherald.waivers.yaml",
		    V "waivers:\n  - {rule: one, resource: a.b, reason: r, expires: 2026-12-31}\n"),
		FILE_OF("a/tfherald.waivers.yaml",
		    V "waivers:\n  - {rule: x, resource: a.b, reason: r, expires: 2026-12-31}\n"));
	struct ruleset_world world;
	unsigned wrong = 0;

	for (int tests = 0; tests < 2; tests++) {
		ruleset_world_begin(&world, rows, "a");
		world.request.tests = tests == 1;
		ruleset_world_load(&world);
		check(&wrong, "collected", "problems", ruleset_world_problems(&world), "");
		assert_int_equal(wrong, 0);
		assert_int_equal(world.set->test_count, tests == 1 ? 3 : 1);
		assert_int_equal(world.set->waiver_count, 2);
		assert_true(str_is(world.set->waivers[0].directory, ""));
		assert_true(str_is(world.set->waivers[1].directory, "a"));
		assert_true(world.set->waivers[1].is_trusted && world.set->waivers[1].is_head);
		ruleset_world_end(&world);
	}
}

static void test_extra(void **state)
{
	(void)state;
	const struct str extra[] = {STR_INIT("p/x.yaml"), STR_INIT("../y"), STR_INIT("none.yaml")};
	struct ruleset_world world;
	unsigned wrong = 0;

	ruleset_world_begin(&world,
	    FILES(FILE_OF("p/x.yaml", V "rules:\n" RULE("x", "deny")),
		FILE_OF("tfherald.yaml", V "rules:\n" RULE("own", "deny"))),
	    "");
	world.request.extra = (struct policy_names){extra, 3};
	ruleset_world_load(&world);
	check(&wrong, "extra", "problems", ruleset_world_problems(&world),
	    "../y: '../y' is outside the repository\nnone.yaml: there is no file 'none.yaml'\n");
	check(&wrong, "extra", "ruleset", ruleset_world_text(&world), "x deny\nown deny\n");
	assert_int_equal(wrong, 0);
	ruleset_world_end(&world);
}

/* --- a source that fails --- */

static void test_source_fails(void **state)
{
	(void)state;
	struct ruleset_world world;
	const struct source_row rows[] = {{"tfherald.yaml", V "use: [x.yaml]\n", false},
	    {"x.yaml", NULL, true}, {NULL, NULL, false}};

	ruleset_world_begin(&world, rows, "a/b/c");
	ruleset_world_load(&world);
	assert_false(world.loaded);
	assert_int_equal(world.err.code, ERR_IO);
	assert_non_null(strstr(world.err.text, "x.yaml"));
	ruleset_world_end(&world);
}

/* --- hostile --- */

static struct str deep_path(struct arena *arena, size_t levels)
{
	struct buf buf;

	buf_init(&buf, arena, 10000);
	for (size_t i = 0; i < levels; i++)
		buf_adds(&buf, i > 0 ? "/d" : "d");
	return buf_str(&buf);
}

static void test_deep(void **state)
{
	(void)state;
	const struct source_row *rows =
	    FILES(FILE_OF("tfherald.yaml", V "rules:\n" RULE("one", "deny")));
	struct ruleset_world world;

	for (size_t levels = 64; levels <= 65; levels++) {
		ruleset_world_begin(&world, rows, "");
		world.request.directory = deep_path(world.arena, levels);
		ruleset_world_load(&world);
		assert_int_equal(world.problems->count, levels - 64);
		assert_int_equal(world.set->rule_count, 1);
		ruleset_world_end(&world);
	}
}

#define MANY 1200

static void test_many_files(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct source_row *rows = arena_array(arena, struct source_row, MANY + 2);
	struct ruleset_world world;

	rows[0] = (struct source_row){"tfherald.yaml", V "use: ['p/*.yaml', 'q/*.yaml']\n", false};
	for (size_t i = 1; i <= MANY; i++) {
		rows[i].path = str_format(arena, "%s/%04zu.yaml", i > 900 ? "q" : "p", i).ptr;
		rows[i].text = str_format(arena,
		    V "rules:\n  - {id: r%zu, level: deny, match: {types: "
		      "[a], actions: [delete]}}\n",
		    i)
				   .ptr;
	}
	ruleset_world_begin(&world, rows, "a/b");
	ruleset_world_load(&world);
	assert_int_equal(world.set->rule_count, 1000);
	assert_int_equal(world.problems->count, 1);
	assert_non_null(strstr(world.problems->items[0].text, "more than 1000 files"));
	ruleset_world_end(&world);

	/* one glob that matches too many */
	rows[0].text = V "use: ['**/*.yaml']\n";
	ruleset_world_begin(&world, rows, "");
	ruleset_world_load(&world);
	assert_int_equal(world.problems->count, 1);
	ruleset_world_end(&world);
	arena_free(arena);
}

/* Globs that would look everywhere many times over. */
static void test_wide_glob(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct source_row rows[3] = {
	    {"tfherald.yaml", V "use: ['**/**/**/**/**/**/**/**/x.yaml']\n", false}};
	struct ruleset_world world;

	rows[1].path = str_format(arena, "%.*s/x.yaml", STR_ARG(deep_path(arena, 50))).ptr;
	rows[1].text = V "rules:\n" RULE("deep", "deny");
	ruleset_world_begin(&world, rows, "");
	ruleset_world_load(&world);
	assert_true(world.script.lists < 10000);
	assert_int_equal(world.set->rule_count + world.problems->count, 1);
	ruleset_world_end(&world);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_chain),
	    cmocka_unit_test(test_use),
	    cmocka_unit_test(test_use_nested),
	    cmocka_unit_test(test_pack),
	    cmocka_unit_test(test_labels),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_force),
	    cmocka_unit_test(test_collected),
	    cmocka_unit_test(test_extra),
	    cmocka_unit_test(test_source_fails),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_many_files),
	    cmocka_unit_test(test_wide_glob),
	};

	return cmocka_run_group_tests_name("policies/ruleset", tests, NULL, NULL);
}
