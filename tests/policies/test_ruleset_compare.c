#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/ruleset_world.h"

#define V "version: 1\n"

/* Both chains of one directory; what the head loosens, one a line. */
struct row {
	const char *name, *trusted, *head, *weakenings;
};

static void load(struct ruleset_world *world, const struct source_row *files, const char *directory)
{
	ruleset_world_begin(world, files, directory);
	ruleset_world_load(world);
	assert_true(world->loaded);
	if (world->problems->count > 0)
		print_error("%.*s", STR_ARG(ruleset_world_problems(world)));
	assert_int_equal(world->problems->count, 0);
}

static void add_place(struct buf *buf, const struct policy_place *place)
{
	if (place->line == 0)
		buf_adds(buf, "-");
	else
		buf_addf(buf, "%.*s:%d", STR_ARG(place->file), place->line);
}

static struct str weakenings_text(struct arena *arena, const struct ruleset_comparison *found)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 16);
	for (size_t i = 0; i < found->count; i++) {
		const struct weakening *item = &found->items[i];

		buf_addf(&buf, "%.*s: %.*s (", STR_ARG(item->rule), STR_ARG(item->what));
		add_place(&buf, &item->trusted);
		buf_adds(&buf, " ");
		add_place(&buf, &item->head);
		buf_adds(&buf, ")\n");
	}
	return str_copy(arena, buf_str(&buf));
}

static unsigned compare(const char *name, const struct source_row *trusted,
    const struct source_row *head, const char *directory, const char *want)
{
	struct ruleset_world a, b;
	struct ruleset_comparison found;
	struct str got;
	unsigned wrong = 0;

	load(&a, trusted, directory);
	load(&b, head, directory);
	ruleset_compare(b.arena, a.set, b.set, &found);
	got = weakenings_text(b.arena, &found);
	if (!str_is(got, want)) {
		print_error("%s\n--- got\n%.*s--- wanted\n%s", name, STR_ARG(got), want);
		wrong = 1;
	}
	ruleset_world_end(&a);
	ruleset_world_end(&b);
	return wrong;
}

static unsigned compare_texts(const struct row *row)
{
	const struct source_row trusted[] = {
	    {"tfherald.yaml", row->trusted, false}, {NULL, NULL, false}};
	const struct source_row head[] = {{"tfherald.yaml", row->head, false}, {NULL, NULL, false}};

	return compare(row->name, trusted, head, "envs/prod", row->weakenings);
}

static unsigned run_rows(const struct row *rows, size_t count)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong += compare_texts(&rows[i]);
	return wrong;
}

/* --- one property of a rule: `from` -> `to` --- */

static const char *rule_text(struct arena *arena, const char *more)
{
	return str_format(arena, V "rules:\n  - {id: r, match: {actions: [delete]}, %s%s}\n",
	    strstr(more, "level:") == NULL ? "level: deny, " : "", more)
	    .ptr;
}

static const struct {
	const char *name, *from, *to;
	const char *what; /* NULL: free */
} properties[] = {
    {"nothing", "level: deny", "level: deny", NULL},
    {"level down", "level: deny", "level: warn", "level deny -> warn"},
    {"level up", "level: info", "level: deny", NULL},
    {"disabled", "level: deny", "level: deny, disabled: true", "disabled"},
    {"was disabled", "level: deny, disabled: true", "level: info", NULL},
    {"lock lowered", "lock: all", "lock: weaken", "lock all -> weaken"},
    {"lock raised", "lock: none", "lock: weaken", NULL},
    {"waivable", "waivable: false", "waivable: true", "waivable false -> true"},
    {"no longer waivable", "waivable: true", "waivable: false", NULL},
    {"enforced later", "enforce_from: 2026-01-01", "enforce_from: 2026-02-01",
	"enforce_from later"},
    {"enforced sooner", "enforce_from: 2026-02-01", "enforce_from: 2026-01-01", NULL},
    {"enforced from a day", "level: deny", "level: deny, enforce_from: 2026-02-01",
	"enforce_from added"},
    {"existing looser", "existing: same", "existing: warn", "existing same -> warn"},
    {"existing looser still", "existing: warn", "existing: ignore", "existing warn -> ignore"},
    {"existing stricter", "existing: ignore", "existing: same", NULL},
    {"on_unknown looser", "on_unknown: deny", "on_unknown: warn", "on_unknown deny -> warn"},
    {"on_unknown below the default", "level: deny", "level: deny, on_unknown: ignore",
	"on_unknown warn -> ignore"},
    {"on_unknown stricter", "level: deny", "level: deny, on_unknown: deny", NULL},
    {"words", "title: a, message: b, url: 'https://a', remediation: c",
	"title: x, message: y, url: 'https://b', remediation: z", NULL},
    {"condition", "require: 'true'", "require: 'true || true'",
	"the condition differs and cannot be proven stricter"},
    {"forbid in place of require", "require: 'true'", "forbid: 'true'",
	"the condition differs and cannot be proven stricter"},
    {"no condition: the match alone violates", "require: 'true'", "title: x", NULL},
    {"a condition where the match violated", "title: x", "forbid: 'true'",
	"the condition differs and cannot be proven stricter"},
    {"a guard", "level: deny", "when: 'true'", "'when' differs and cannot be proven stricter"},
    {"a guard is gone", "when: 'true'", "level: deny", NULL},
    {"each", "each: '[1]', forbid: 'item > 0'", "each: '[2]', forbid: 'item > 0'",
	"'each' differs and cannot be proven stricter"},
    {"own variables", "variables: {v: 'true'}, require: v", "variables: {v: 'false'}, require: v",
	"its variables differ and cannot be proven stricter"},
    {"owners", "owners: ['@a/x']", "owners: ['@a/x', '@a/y']", "other owners"},
    {"fewer owners", "owners: ['@a/x', '@a/y']", "owners: ['@a/x']", NULL},
};

static void test_properties(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		struct arena *arena = arena_new();
		struct row row = {.name = properties[i].name, .weakenings = ""};

		row.trusted = rule_text(arena, properties[i].from);
		row.head = rule_text(arena, properties[i].to);
		if (properties[i].what != NULL)
			row.weakenings = str_format(
			    arena, "r: %s (tfherald.yaml:3 tfherald.yaml:3)\n", properties[i].what)
					     .ptr;
		wrong += compare_texts(&row);
		arena_free(arena);
	}
	assert_int_equal(wrong, 0);
}

/* --- match --- */

#define MATCH_FORM                            \
	V "directories: envs/{env}\nrules:\n" \
	  "  - {id: r, level: deny, require: 'true', match: {%s}}\n"

static const struct {
	const char *name, *from, *to;
	const char *narrower; /* NULL: it takes as much */
} matches[] = {
    {"types added", "types: [a]", "types: [a, b]", NULL},
    {"types removed", "types: [a, b]", "types: [a]", "types"},
    {"every type", "types: [a], deposed: true", "deposed: true", NULL},
    {"no longer every type", "address: ['*']", "types: [a], address: ['*']", "types"},
    {"exclusion added", "types: [a*]", "types: [a*, '!ab']", "types"},
    {"exclusion removed", "types: [a*, '!ab']", "types: [a*]", NULL},
    {"exclusion only", "types: ['!ab']", "types: ['!ab', c]", "types"},
    {"a wider glob is not proven", "types: [ab]", "types: [a*]", "types"},
    {"actions added", "actions: [delete]", "actions: [delete, update]", NULL},
    {"actions removed", "actions: [delete, update]", "actions: [delete]", "actions"},
    {"default actions are wider than some", "actions: [create]", "types: [a]", "types"},
    {"default actions lack delete", "types: [a], actions: [delete]", "types: [a]", "actions"},
    {"dirs", "dirs: ['**']", "dirs: ['**', '!envs/dev/**']", "dirs"},
    {"dirs added", "dirs: ['**', '!envs/dev/**']", "dirs: ['**']", NULL},
    {"address", "address: [x]", "address: [y]", "address"},
    {"modules", "modules: ['*']", "modules: [m]", "modules"},
    {"has: more asked for", "has: [tags]", "has: [tags, name]", "has"},
    {"has: less", "has: [tags, name]", "has: [tags]", NULL},
    {"deposed", "deposed: true", "deposed: false", "deposed"},
    {"deposed too", "deposed: false", "deposed: true", NULL},
    {"labels: other ones", "labels: {env: p*}", "labels: {env: prod}", "labels"},
    {"labels: not asked for", "labels: {env: p*}", "types: ['*']", "types"},
};

static void test_match(void **state)
{
	(void)state;
	unsigned wrong = 0;

	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++) {
		struct arena *arena = arena_new();
		struct row row = {.name = matches[i].name, .weakenings = ""};

		row.trusted = str_format(arena, MATCH_FORM, matches[i].from).ptr;
		row.head = str_format(arena, MATCH_FORM, matches[i].to).ptr;
		if (matches[i].narrower != NULL)
			row.weakenings = str_format(arena,
			    "r: match.%s differs and may take less (tfherald.yaml:4 "
			    "tfherald.yaml:4)\n",
			    matches[i].narrower)
					     .ptr;
		wrong += compare_texts(&row);
		arena_free(arena);
	}
	assert_int_equal(wrong, 0);
}

/* --- what rules depend on, and settings --- */

#define RULE_ON(expression) "rules:\n  - {id: r, level: deny, require: \"" expression "\"}\n"

static const struct row name_rows[] = {
    {"a param in its direction",
	V "params: {n: {type: int, value: 3, tighten: lower}}\n" RULE_ON("params.n > 1"),
	V "params: {n: {type: int, value: 2, tighten: lower}}\n" RULE_ON("params.n > 1"), ""},
    {"a param against its direction, used twice",
	V "params: {n: {type: int, value: 3, tighten: lower}}\n" RULE_ON(
	    "params.n > 1") "  - {id: s, level: deny, require: \"params['n'] > 1\"}\n",
	V "params: {n: {type: int, value: 9, tighten: lower}}\n" RULE_ON(
	    "params.n > 1") "  - {id: s, level: deny, require: \"params['n'] > 1\"}\n",
	"params.n: 3 -> 9, which is not lower than 3; used by 'r' and 1 more "
	"(tfherald.yaml:2 "
	"tfherald.yaml:2)\n"},
    {"a param without a direction",
	V "params: {n: {type: int, value: 3}}\n" RULE_ON("params.n > 1"),
	V "params: {n: {type: int, value: 2}}\n" RULE_ON("params.n > 1"),
	"params.n: 3 -> 2, which is not 3 (it declares no direction to tighten); used by "
	"'r' "
	"(tfherald.yaml:2 tfherald.yaml:2)\n"},
    {"another direction",
	V "params: {n: {type: int, value: 3, tighten: lower}}\n" RULE_ON("params.n > 1"),
	V "params: {n: {type: int, value: 3, tighten: higher}}\n" RULE_ON("params.n > 1"),
	"params.n: tighten lower -> higher, used by 'r' (tfherald.yaml:2 "
	"tfherald.yaml:2)\n"},
    {"a param that nobody uses", V "params: {n: {type: int, value: 3}}\n" RULE_ON("1 > 0"),
	V "params: {n: {type: int, value: 2}}\n" RULE_ON("1 > 0"), ""},
    {"labels: changed, gone, new",
	V "labels: {a: x, b: x, free: x}\n" RULE_ON("labels.a == labels.b || labels.c == 'x'"),
	V "labels: {a: y, c: x, free: y}\n" RULE_ON("labels.a == labels.b || labels.c == 'x'"),
	"labels.a: 'x' -> 'y'; used by 'r' (tfherald.yaml:2 tfherald.yaml:2)\n"
	"labels.b: 'x' -> not set; used by 'r' (tfherald.yaml:2 -)\n"
	"labels.c: not set -> 'x'; used by 'r' (tfherald.yaml:2 tfherald.yaml:2)\n"},
    {"a rule that no longer matches here",
	V "directories: envs/{env}\nrules:\n  - {id: r, level: deny, require: 'true', "
	  "match: {labels: {env: "
	  "prod}}}\n",
	V "directories: \"{env}/{x}\"\nrules:\n  - {id: r, level: deny, require: 'true', "
	  "match: {labels: {env: "
	  "prod}}}\n",
	"r: no longer in force in this directory (labels: env is 'envs') (tfherald.yaml:4 "
	"tfherald.yaml:4)\n"},
    {"variables", V "variables: {v: w, w: 'true', free: 'true'}\n" RULE_ON("v"),
	V "variables: {v: w, w: 'false', free: 'false'}\n" RULE_ON("v"),
	"variables.w: differs and cannot be proven stricter; used by 'r' (tfherald.yaml:2 "
	"tfherald.yaml:2)\n"},
    {"documents", V "data: {cost: a.json}\n" RULE_ON("data.cost.x > 1"),
	V "data: {cost: b.json}\n" RULE_ON("data.cost.x > 1"),
	"data.cost: another file; used by 'r' (tfherald.yaml:2 tfherald.yaml:2)\n"},
    {"settings loosened",
	V "undecided: deny\nrequire_rules: true\nwaiver_policy: {max_days: 30, require: "
	  "[reason, "
	  "ticket]}\nowners: {policy: ['@a/x']}\n" RULE_ON("1 > 0"),
	V "waiver_policy: {max_days: 60, require: [reason]}\nowners: {policy: ['@a/x', "
	  "'@a/y']}\nbreak_glass: {who: ['@a/z']}\n" RULE_ON("1 > 0"),
	"undecided: deny -> warn (tfherald.yaml:2 -)\n"
	"require_rules: true -> false (tfherald.yaml:3 -)\n"
	"waiver_policy.max_days: 30 -> 60 (tfherald.yaml:4 tfherald.yaml:2)\n"
	"waiver_policy.require: 'ticket' is no longer required (tfherald.yaml:4 "
	"tfherald.yaml:2)\n"
	"owners.policy: '@a/y' added (tfherald.yaml:5 tfherald.yaml:3)\n"
	"break_glass: added (- tfherald.yaml:4)\n"},
    {"settings tightened",
	V "waiver_policy: {max_days: 60, require: [reason]}\nowners: {policy: ['@a/x', "
	  "'@a/y']}\nbreak_glass: {who: ['@a/z', '@a/y']}\n" RULE_ON("1 > 0"),
	V "undecided: deny\nrequire_rules: true\nwaiver_policy: {max_days: 30, require: "
	  "[reason, "
	  "ticket]}\nowners: {policy: ['@a/x']}\nbreak_glass: {who: ['@a/z']}\n" RULE_ON("1 > 0"),
	""},
    {"a repository without rules", V, V "break_glass: {who: ['@a/z']}\n" RULE_ON("1 > 0"), ""},
    {"new rules are free", V RULE_ON("1 > 0"),
	V RULE_ON("1 > 0") "  - {id: s, level: deny, require: 'true'}\n", ""},
    {"a rule is gone", V RULE_ON("1 > 0") "  - {id: s, level: deny, require: 'true'}\n",
	V RULE_ON("1 > 0"), "s: removed (tfherald.yaml:4 -)\n"},
    {"a pack is gone", V "use: [pack:tags@1.0]\n", V,
	"pack:tags: the pack is no longer used (tfherald.yaml:2 -)\n"},
    {"an override of a pack", V "use: [pack:tags@1.0]\n",
	V "use: [pack:tags@1.0]\noverride: {required-tags: {level: info}}\n", NULL},
};

static void test_names(void **state)
{
	(void)state;
	const size_t count = sizeof(name_rows) / sizeof(name_rows[0]);

	assert_int_equal(run_rows(name_rows, count - 1), 0);
	struct ruleset_world a, b;
	struct ruleset_comparison found;
	const struct source_row trusted[] = {
	    {"tfherald.yaml", name_rows[count - 1].trusted, false}, {NULL, NULL, false}};
	const struct source_row head[] = {
	    {"tfherald.yaml", name_rows[count - 1].head, false}, {NULL, NULL, false}};
	load(&a, trusted, "");
	load(&b, head, "");
	ruleset_compare(b.arena, a.set, b.set, &found);
	assert_int_equal(found.count, 1);
	assert_true(str_is(found.items[0].rule, "required-tags"));
	assert_true(str_is(found.items[0].what, "level deny -> info"));
	/* who owns the file that uses the pack may release it */
	assert_true(str_is(found.items[0].trusted.file, "tfherald.yaml"));
	assert_int_equal(found.items[0].trusted.line, 2);
	assert_true(str_is(found.items[0].head.file, "tfherald.yaml"));
	assert_true(weakening_is_about(&found.items[0], STR("required-tags")));
	assert_false(weakening_is_about(&found.items[0], STR("required-labels")));
	assert_int_equal(found.items[0].head.line, 3);
	ruleset_world_end(&a);
	ruleset_world_end(&b);
}

/* --- files --- */

static void test_files(void **state)
{
	(void)state;
	const struct source_row trusted[] = {
	    {"tfherald.yaml", V "use: [p.yaml]\n", false},
	    {"p.yaml",
		V "rules:\n  - {id: a, level: deny, require: 'true'}\n  - {id: b, level: deny, "
		  "require: 'true'}\n",
		false},
	    {"envs/tfherald.yaml", V "rules:\n  - {id: c, level: deny, require: 'true'}\n", false},
	    {NULL, NULL, false},
	};
	const struct source_row unused[] = {
	    {"tfherald.yaml", V, false}, trusted[1], trusted[2], {NULL, NULL, false}};
	const struct source_row moved_up[] = {
	    {"tfherald.yaml",
		V "use: [q.yaml]\nrules:\n  - {id: c, level: deny, require: 'true'}\n", false},
	    {"q.yaml", trusted[1].text, false}, {NULL, NULL, false}};
	const struct source_row moved_down[] = {
	    {"envs/prod/tfherald.yaml",
		V "use: [../../p.yaml]\nrules:\n  - {id: c, level: deny, require: "
		  "'true'}\n",
		false},
	    trusted[1], {NULL, NULL, false}};
	unsigned wrong = 0;

	wrong += compare("the same", trusted, trusted, "envs/prod", "");
	wrong += compare("no longer used", trusted, unused, "envs/prod",
	    "p.yaml: the file is no longer read, 2 rules are gone: a, b (p.yaml:3 -)\n");
	wrong += compare("moved up, into another file", trusted, moved_up, "envs/prod", "");
	wrong += compare("moved down", trusted, moved_down, "envs/prod",
	    "a: moved from '' to 'envs/prod' (p.yaml:3 p.yaml:3)\n"
	    "b: moved from '' to 'envs/prod' (p.yaml:4 p.yaml:4)\n"
	    "c: moved from 'envs' to 'envs/prod' (envs/tfherald.yaml:3 "
	    "envs/prod/tfherald.yaml:4)\n");
	assert_int_equal(wrong, 0);
}

/* --- marks --- */

static void test_marks(void **state)
{
	(void)state;
	static const struct {
		const char *id;
		bool same;
	} want[] = {
	    {"same", true},
	    {"param", false},
	    {"label", false},
	    {"shown", false},
	    {"through", false},
	    {"other-param", true},
	    {"shows-other", true},
	    {"stricter", false},
	};
#define RULES_OF(level)                                                                   \
	"rules:\n  - {id: same, level: deny, require: 'true', message: x}\n"              \
	"  - {id: param, level: deny, require: params.n > 1}\n"                           \
	"  - {id: label, level: deny, require: \"labels.l == 'x'\"}\n"                    \
	"  - {id: shown, level: deny, require: 'true', message: \"${params.n}\"}\n"       \
	"  - {id: through, level: deny, require: v}\n"                                    \
	"  - {id: other-param, level: deny, require: params.m > 1}\n"                     \
	"  - {id: shows-other, level: deny, require: 'true', message: \"${params.m}\"}\n" \
	"  - {id: stricter, level: " level ", require: 'true'}\n"
#define NAMES_OF(n, l)                                                                    \
	V "params: {n: {type: int, value: " n ", tighten: lower}, m: {type: int, value: " \
	  "2}}\nlabels: {l: " l "}\nvariables: {v: params.n > 1}\n"
#define WAIVER_OF(rule, date) "  - {rule: " rule ", resource: a.b, reason: r, expires: " date "}\n"
	const struct source_row trusted[] = {
	    {"tfherald.yaml", NAMES_OF("3", "x") RULES_OF("warn"), false},
	    {"tfherald.waivers.yaml",
		V "waivers:\n" WAIVER_OF("same", "2026-12-01") WAIVER_OF("param", "2026-12-01"),
		false},
	    {NULL, NULL, false}};
	const struct source_row head[] = {
	    {"tfherald.yaml", NAMES_OF("2", "y") RULES_OF("deny"), false},
	    {"tfherald.waivers.yaml",
		V "waivers:\n" WAIVER_OF("param", "2026-12-31") WAIVER_OF("same", "2026-12-01"),
		false},
	    {NULL, NULL, false}};
	struct ruleset_world a, b;
	struct ruleset_comparison found;

	load(&a, trusted, "");
	load(&b, head, "");
	ruleset_compare(b.arena, a.set, b.set, &found);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		const struct rule *from = &a.set->rules[ruleset_find(a.set, str_from(want[i].id))];
		const struct rule *to = &b.set->rules[ruleset_find(b.set, str_from(want[i].id))];

		if (from->is_head != want[i].same || to->is_trusted != want[i].same)
			print_error("%s\n", want[i].id);
		assert_true(from->is_trusted && from->is_head == want[i].same);
		assert_true(to->is_head && to->is_trusted == want[i].same);
	}
	assert_true(a.set->waivers[0].is_head && !a.set->waivers[1].is_head);
	assert_true(!b.set->waivers[0].is_trusted && b.set->waivers[1].is_trusted);
	ruleset_world_end(&a);
	ruleset_world_end(&b);
}

/* Whom a weakening is about decides what its release lets through. */
static void test_about(void **state)
{
	(void)state;
#define RST                                                         \
	"rules:\n  - {id: r, level: deny, require: params.n > 1}\n" \
	"  - {id: s, level: deny, require: \"params['n'] > 1\"}\n"  \
	"  - {id: t, level: deny, require: 'params == {}'}\n"
	const struct source_row trusted[] = {
	    {"tfherald.yaml",
		V "use: [pack:tags@1.0, p.yaml]\nparams: {n: {type: int, value: 3}}\n" RST
		  "  - {id: u, level: deny, require: 'true'}\n",
		false},
	    {"p.yaml", V "rules:\n  - {id: p, level: deny, require: 'true'}\n", false},
	    {NULL, NULL, false}};
	const struct source_row head[] = {{"tfherald.yaml",
					      V "params: {n: {type: int, value: 4}}\n" RST
						"  - {id: u, level: warn, require: 'true'}\n",
					      false},
	    {NULL, NULL, false}};
	static const struct {
		const char *name, *about, *not_about, *file;
		size_t count;
	} want[] = {
	    {"pack:tags", "required-tags", "r", "tfherald.yaml", 9},
	    {"u", "u", "r", "tfherald.yaml", 1},
	    {"p.yaml", "p", "u", "p.yaml", 1},
	    {"params.n", "r", "u", "tfherald.yaml", 3},
	};
	struct ruleset_world a, b;
	struct ruleset_comparison found;

	load(&a, trusted, "");
	load(&b, head, "");
	ruleset_compare(b.arena, a.set, b.set, &found);
	assert_int_equal(found.count, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		size_t k = 0;

		while (k < found.count && !str_is(found.items[k].rule, want[i].name))
			k++;
		assert_int_not_equal(k, found.count);
		assert_int_equal(found.items[k].rules.count, want[i].count);
		assert_true(weakening_is_about(&found.items[k], str_from(want[i].about)));
		assert_false(weakening_is_about(&found.items[k], str_from(want[i].not_about)));
		assert_true(str_is(found.items[k].trusted.file, want[i].file));
	}
	ruleset_world_end(&a);
	ruleset_world_end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_properties),
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_marks),
	    cmocka_unit_test(test_about),
	};

	return cmocka_run_group_tests_name("policies/ruleset_compare", tests, NULL, NULL);
}
