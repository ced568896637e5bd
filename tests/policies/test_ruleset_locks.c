#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "tests/support/ruleset_world.h"

#define V "version: 1\n"

static unsigned check(const char *name, const char *what, struct str got, const char *want)
{
	if (str_is(got, want))
		return 0;
	print_error("%s: %s\n--- got\n%.*s--- wanted\n%s", name, what, STR_ARG(got), want);
	return 1;
}

/* --- params that a locked rule uses --- */

struct param_row {
	const char *name, *type, *value, *tighten, *next;
	const char
	    *problem; /* of next, after "...: prod/tfherald.yaml:2:10 sets "; NULL: allowed */
};

static const struct param_row param_rows[] = {
    {"lower", "int", "3", "lower", "2", NULL},
    {"the same", "int", "3", "lower", "3", NULL},
    {"not lower", "int", "3", "lower", "10", "10, which is not lower than 3"},
    {"higher", "int", "3", "higher", "4", NULL},
    {"not higher", "int", "3", "higher", "-4", "-4, which is not higher than 3"},
    {"numbers by value", "double", "1.50", "lower", "1.5", NULL},
    {"a large one", "double", "1e30", "higher", "1e31", NULL},
    {"no direction, the same", "string", "a", "none", "a", NULL},
    {"no direction", "string", "a", "none", "b",
	"'b', which is not 'a' (it declares no direction to tighten)"},
    {"superset", "list<int>", "[22, 3389]", "superset", "[3389, 22, 5432]", NULL},
    {"superset as a set", "list<int>", "[22, 22]", "superset", "[22]", NULL},
    {"no superset", "list<int>", "[22, 3389]", "superset", "[22, 443]",
	"[22, 443], which leaves out 3389"},
    {"subset", "list<string>", "[a, b]", "subset", "[b]", NULL},
    {"empty subset", "list<string>", "[a, b]", "subset", "[]", NULL},
    {"no subset", "list<string>", "[\"10.0.0.0/8\"]", "subset", "[\"10.0.0.0/8\", \"0.0.0.0/0\"]",
	"['10.0.0.0/8', '0.0.0.0/0'], which adds '0.0.0.0/0'"},
    {"order is free without a direction? no", "list<string>", "[a, b]", "none", "[b, a]",
	"['b', 'a'], which is not ['a', 'b'] (it declares no direction to tighten)"},
    {"true", "bool", "false", "true", "true", NULL},
    {"not true", "bool", "true", "true", "false", "false, which is the looser of the two"},
    {"false", "bool", "true", "false", "false", NULL},
    {"not false", "bool", "false", "false", "true", "true, which is the looser of the two"},
    {"a map may grow", "map<string>", "{a: x}", "superset", "{value: {b: y, a: x}}", NULL},
    {"a map may not change", "map<string>", "{a: x}", "superset", "{value: {a: y}}",
	"{'a': 'y'}, which leaves out 'a'"},
};

static void test_params(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(param_rows) / sizeof(param_rows[0]); i++) {
		struct arena *arena = arena_new();
		struct source_row files[3] = {{"tfherald.yaml", NULL, false},
		    {"prod/tfherald.yaml", NULL, false}, {NULL, NULL, false}};
		struct ruleset_world world;
		struct str want = STR_EMPTY;

		files[0].text = str_format(arena,
		    V "params: {p: {type: %s, value: %s, tighten: %s}}\nrules:\n"
		      "  - {id: locked, level: deny, lock: weaken, require: \"size([params.p]) > "
		      "0\"}\n",
		    param_rows[i].type, param_rows[i].value, param_rows[i].tighten)
				    .ptr;
		files[1].text = str_format(arena, V "params: {p: %s}\n", param_rows[i].next).ptr;
		if (param_rows[i].problem != NULL)
			want = str_format(arena,
			    "prod/tfherald.yaml:2:10: params.p is used by rule 'locked' "
			    "(tfherald.yaml:4:5, lock: weaken): prod/tfherald.yaml:2:10 sets %s\n",
			    param_rows[i].problem);
		ruleset_world_begin(&world, files, "prod");
		ruleset_world_load(&world);
		wrong += check(param_rows[i].name, "problems", ruleset_world_problems(&world),
		    str_to_c(arena, want));
		/* what is refused does not count */
		struct value now = *value_get_c(world.set->params_value, "p");
		assert_true(value_equal(now, world.set->params[0].value));
		ruleset_world_end(&world);
		arena_free(arena);
	}
	assert_int_equal(wrong, 0);
}

/* --- everything else that is locked --- */

struct row {
	const char *name, *root, *child, *text, *problems;
};

#define LOCKED(lock, more)                                \
	V "rules:\n  - {id: db, level: warn, lock: " lock \
	  ", match: {types: [a], actions: [delete]}}\n" more
#define AT_ROOT "tfherald.yaml:3:5, lock: "

static const struct row rows[] = {
    {"no lock: anything goes", LOCKED("none", ""), V "override: {db: {level: info}}\n",
	"db info (level warn -> info at prod/tfherald.yaml:2:12)\n", ""},
    {"no lock: disabled", LOCKED("none", ""), V "override: {db: {disabled: true}}\n",
	"- db: disabled\n", ""},
    {"weaken: it may rise", LOCKED("weaken", ""), V "override: {db: {level: deny}}\n",
	"db deny (level warn -> deny at prod/tfherald.yaml:2:12)\n", ""},
    {"weaken: it may not fall", LOCKED("weaken", ""), V "override: {db: {level: info}}\n",
	"db warn\n",
	"prod/tfherald.yaml:2:12: rule 'db' (" AT_ROOT
	"weaken): its level may only rise; prod/tfherald.yaml:2:12 sets info, which is below "
	"warn\n"},
    {"weaken: nor be disabled", LOCKED("weaken", ""),
	V "override: {db: {disabled: true, level: deny}}\n",
	"db deny (level warn -> deny at prod/tfherald.yaml:2:12)\n",
	"prod/tfherald.yaml:2:12: rule 'db' (" AT_ROOT
	"weaken) may not be disabled at prod/tfherald.yaml:2:12\n"},
    {"all: not even stricter", LOCKED("all", ""), V "override: {db: {level: deny}}\n", "db warn\n",
	"prod/tfherald.yaml:2:12: rule 'db' (" AT_ROOT
	"all) may not be overridden at prod/tfherald.yaml:2:12\n"},
    {"no such rule", LOCKED("none", ""), V "override: {dbb: {level: deny}, zzzz: {level: deny}}\n",
	"db warn\n",
	"prod/tfherald.yaml:2:12: override: there is no rule 'dbb' here or above; did you mean "
	"'db'?\n"
	"prod/tfherald.yaml:2:32: override: there is no rule 'zzzz' here or above\n"},
    {"its own rule", LOCKED("none", "override: {db: {level: deny}}\n"), V, "db warn\n",
	"tfherald.yaml:4:12: override: rule 'db' is of this file: change it in line 3\n"},
    {"a param for one rule",
	V "params: {n: {type: int, value: 3, tighten: lower}, m: {type: int, value: 1}}\nrules:\n"
	  "  - {id: db, level: warn, lock: weaken, require: params.n > 1}\n",
	V "override: {db: {params: {n: 2}}}\n",
	"db warn (params.n 3 -> 2 at prod/tfherald.yaml:2:26)\nparam n=3\nparam m=1\n", ""},
    {"a looser one, one that is not used, one that is not there, one of another type",
	V "params: {n: {type: int, value: 3, tighten: lower}, m: {type: int, value: 1}}\nrules:\n"
	  "  - {id: db, level: warn, lock: weaken, require: params.n > 1}\n",
	V "override: {db: {params: {n: 4, m: 2, o: 3}}}\n", "db warn\nparam n=3\nparam m=1\n",
	"prod/tfherald.yaml:2:26: rule 'db' (tfherald.yaml:4:5, lock: weaken): "
	"prod/tfherald.yaml:2:26 sets params.n to 4, which is not lower than 3\n"
	"prod/tfherald.yaml:2:32: params.m is not used by rule 'db' (tfherald.yaml:4:5)\n"
	"prod/tfherald.yaml:2:38: there is no params.o for rule 'db' (tfherald.yaml:4:5)\n"},
    {"lock all: no change of a param at all",
	V "params: {n: {type: int, value: 3, tighten: lower}}\nrules:\n"
	  "  - {id: db, level: warn, lock: all, require: \"params['n'] > 1\"}\n",
	V "params: {n: 2}\n", "db warn\nparam n=3\n",
	"prod/tfherald.yaml:2:10: params.n is used by rule 'db' (tfherald.yaml:4:5, lock: all): "
	"prod/tfherald.yaml:2:10 sets 2, and 'lock: all' lets nobody change it\n"},
    {"the direction is locked, too",
	V "params: {n: {type: int, value: 3, tighten: lower}}\nrules:\n"
	  "  - {id: db, level: warn, lock: weaken, require: params.n > 1}\n",
	V "params: {n: {type: int, value: 2, tighten: higher}}\n", "db warn\nparam n=3\n",
	"prod/tfherald.yaml:2:10: params.n is used by rule 'db' (tfherald.yaml:4:5, lock: weaken): "
	"prod/tfherald.yaml:2:10 sets 2, with another 'tighten'\n"},
    {"params behind named expressions, and all of them at once",
	V "params: {n: {type: int, value: 3, tighten: lower}, m: {type: int, value: 3, tighten: "
	  "lower}}\n"
	  "variables: {v: w, w: params.n > 1}\nrules:\n"
	  "  - {id: db, level: warn, lock: weaken, require: v}\n"
	  "  - {id: all, level: warn, lock: weaken, require: \"params.all(k, k != 'x')\"}\n",
	V "params: {n: 4, m: 4}\n",
	"db warn\nall warn\nparam n=3\nparam m=3\nvariable v=w\nvariable w=params.n > 1\n",
	"prod/tfherald.yaml:2:10: params.n is used by rule 'db' (tfherald.yaml:5:5, lock: weaken): "
	"prod/tfherald.yaml:2:10 sets 4, which is not lower than 3\n"
	"prod/tfherald.yaml:2:16: params.m is used by rule 'all' (tfherald.yaml:6:5, lock: "
	"weaken): "
	"prod/tfherald.yaml:2:16 sets 4, which is not lower than 3\n"},
    {"a local of a macro is no mention",
	V "params: {n: {type: int, value: 3, tighten: lower}}\nrules:\n"
	  "  - {id: db, level: warn, lock: weaken, require: \"[1].all(params, params > 0)\"}\n",
	V "params: {n: 4}\n", "db warn\nparam n=4\n", ""},
    {"params that no locked rule uses",
	V "params: {n: {type: int, value: 3, tighten: lower}}\nrules:\n"
	  "  - {id: db, level: warn, require: params.n > 1}\n",
	V "params: {n: 4}\n", "db warn\nparam n=4\n", ""},
    {"labels and variables are locked with the rule",
	V "labels: {env: prod, tier: gold, free: x}\nvariables: {p: \"labels.env == 'prod'\", q: "
	  "'true'}\n"
	  "rules:\n  - {id: db, level: warn, lock: weaken, when: p, match: {types: [a], actions: "
	  "[delete], labels: {tier: gold}}}\n",
	V "labels: {env: dev, tier: tin, free: y, more: z}\nvariables: {p: 'false', q: 'false', r: "
	  "q}\n",
	"db warn\nlabel env=prod\nlabel tier=gold\nlabel free=y\nlabel more=z\n"
	"variable p=labels.env == 'prod'\nvariable q=false\nvariable r=q\n",
	"prod/tfherald.yaml:2:10: labels.env is used by rule 'db' (tfherald.yaml:5:5, lock: "
	"weaken) and "
	"locked with it: prod/tfherald.yaml:2:10 sets 'dev', which is not 'prod' "
	"(tfherald.yaml:2:10)\n"
	"prod/tfherald.yaml:2:20: labels.tier is used by rule 'db' (tfherald.yaml:5:5, lock: "
	"weaken) and "
	"locked with it: prod/tfherald.yaml:2:20 sets 'tin', which is not 'gold' "
	"(tfherald.yaml:2:21)\n"
	"prod/tfherald.yaml:3:16: variable 'p' is used by rule 'db' (tfherald.yaml:5:5, lock: "
	"weaken) and "
	"locked with it: prod/tfherald.yaml:3:16 may not change it (tfherald.yaml:3:16)\n"},
    {"parts of the path are locked, too",
	V "directories: \"{env}\"\nrules:\n  - {id: db, level: warn, lock: all, require: "
	  "\"labels.env == "
	  "'prod'\"}\n",
	V "labels: {env: dev}\n", "db warn\nlabel env=prod\n",
	"prod/tfherald.yaml:2:10: labels.env is used by rule 'db' (tfherald.yaml:4:5, lock: all) "
	"and "
	"locked with it: prod/tfherald.yaml:2:10 sets 'dev', which is not 'prod' "
	"(tfherald.yaml:2:15)\n"},
    {"documents are locked, too",
	V "data: {cost: a.json, free: b.json}\nrules:\n  - {id: db, level: warn, lock: weaken, "
	  "require: "
	  "data.cost.total < 3}\n",
	V "data: {cost: mine.json, free: mine.json}\n", "db warn\n",
	"prod/tfherald.yaml:2:8: data.cost is used by rule 'db' (tfherald.yaml:4:5, lock: weaken) "
	"and "
	"locked with it: prod/tfherald.yaml:2:8 may not change it (tfherald.yaml:2:8)\n"},
    {"a lock binds below its directory only",
	V "params: {n: {type: int, value: 3, tighten: lower}}\n",
	V "params: {n: 9}\nrules:\n  - {id: db, level: warn, lock: all, require: params.n > 1}\n",
	"db warn\nparam n=9\n", ""},
    {"who uses a pack may loosen its rules",
	V "use: [pack:tags@1.0]\noverride: {required-tags: {level: info}, required-labels: "
	  "{disabled: "
	  "true}}\n",
	V, NULL, ""},
};

static void test_rows(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct source_row files[] = {{"tfherald.yaml", rows[i].root, false},
		    {"prod/tfherald.yaml", rows[i].child, false}, {NULL, NULL, false}};
		struct ruleset_world world;

		ruleset_world_begin(&world, files, "prod");
		ruleset_world_load(&world);
		wrong += check(
		    rows[i].name, "problems", ruleset_world_problems(&world), rows[i].problems);
		if (rows[i].text != NULL)
			wrong += check(
			    rows[i].name, "ruleset", ruleset_world_text(&world), rows[i].text);
		ruleset_world_end(&world);
	}
	assert_int_equal(wrong, 0);
}

/* --- a chain of overrides --- */

static void test_three_levels(void **state)
{
	(void)state;
	const struct source_row files[] = {
	    {"tfherald.yaml",
		V "params: {n: {type: int, value: 9, tighten: lower}}\nrules:\n  - {id: db, level: "
		  "info, "
		  "lock: weaken, require: params.n > 1}\n",
		false},
	    {"a/tfherald.yaml", V "override: {db: {level: deny, params: {n: 5}}}\n", false},
	    {"a/b/tfherald.yaml", V "override: {db: {level: warn, params: {n: 7}}}\n", false},
	    {"a/b/c/tfherald.yaml", V "override: {db: {params: {n: 4}}}\n", false},
	    {NULL, NULL, false},
	};
	struct ruleset_world world;

	ruleset_world_begin(&world, files, "a/b/c");
	ruleset_world_load(&world);
	assert_int_equal(world.problems->count, 2); /* b may only tighten what a has set */
	assert_int_equal(
	    check("three levels", "ruleset", ruleset_world_text(&world),
		"db deny (level info -> deny at a/tfherald.yaml:2:12) (params.n 9 -> 5 at "
		"a/tfherald.yaml:2:39) (params.n 5 -> 4 at a/b/c/tfherald.yaml:2:26)\n"
		"param n=9\n"),
	    0);
	struct value params = ruleset_params(world.arena, world.set, 0);
	assert_int_equal(value_get_int(params, "n", 0), 4);
	ruleset_world_end(&world);
}

/* --- waivers --- */

static void test_waivers(void **state)
{
	(void)state;
	static const struct {
		const char *rule, *what;
	} want[] = {
	    {"open", ""},
	    {"all", ""},
	    {"never", "rule 'never' (tfherald.yaml:5:5) cannot be waived"},
	    {"open", "waiver_policy (tfherald.yaml:6:16) wants 'ticket'"},
	    {"open", ""},
	    {"all", "rule 'all' (tfherald.yaml:4:5, lock: all) is waived only in '.' or above"},
	    {"unknown", ""},
	};
#define WAIVER(rule) \
	"  - {rule: " rule ", resource: a.b, reason: r, ticket: T-1, expires: 2026-12-31}\n"
	const struct source_row files[] = {
	    {"tfherald.yaml",
		V "rules:\n  - {id: open, level: deny, match: {actions: [delete]}}\n"
		  "  - {id: all, level: deny, lock: all, match: {actions: [delete]}}\n"
		  "  - {id: never, level: deny, waivable: false, match: {actions: [delete]}}\n"
		  "waiver_policy: {require: [ticket]}\n",
		false},
	    {"tfherald.waivers.yaml",
		V "waivers:\n" WAIVER("open") WAIVER("all") WAIVER(
		    "never") "  - {rule: open, resource: a.b, reason: r, expires: 2026-12-31}\n",
		false},
	    {"a/tfherald.waivers.yaml",
		V "waivers:\n" WAIVER("open") WAIVER("all") WAIVER("unknown"), false},
	    {NULL, NULL, false},
	};
	struct ruleset_world world;
	unsigned wrong = 0;

	ruleset_world_begin(&world, files, "a");
	ruleset_world_load(&world);
	wrong += check("waivers", "problems", ruleset_world_problems(&world), "");
	assert_int_equal(world.set->waiver_count, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < world.set->waiver_count; i++) {
		assert_true(str_is(world.set->waivers[i].rule, want[i].rule));
		wrong += check(want[i].rule, "waiver", world.set->waivers[i].problem, want[i].what);
	}
	assert_int_equal(wrong, 0);
	ruleset_world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_params),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_three_levels),
	    cmocka_unit_test(test_waivers),
	};

	return cmocka_run_group_tests_name("policies/ruleset_locks", tests, NULL, NULL);
}
