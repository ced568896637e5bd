#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "policies/packs.h"
#include "policies/policy_file.h"

#define PACK_MAX ((size_t)4 << 20)

static struct policy_problems *problems_new(struct arena *arena)
{
	struct policy_problems *problems = arena_make(arena, struct policy_problems);

	policy_problems_init(problems, arena);
	return problems;
}

static void test_find(void **state)
{
	(void)state;
	assert_non_null(pack_find(STR("tags")));
	assert_non_null(pack_find(STR("pack:tags")));
	assert_ptr_equal(pack_find(STR("pack:tags@1.0")), pack_find(STR("tags")));
	assert_null(pack_find(STR("tag")));
	assert_null(pack_find(STR("")));
	assert_null(pack_find(STR("pack:@1.0")));
}

static void test_use(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: good; else the beginning of the problem */
	} rows[] = {
	    {"pack:tags@1.0", NULL},
	    {"pack:tags", "a pack is pinned, so that new rules of it only warn: write 'pack:tags@"},
	    {"pack:tags@", "a pack is pinned"},
	    {"pack:tags@0.9", "pack 'tags' has no version '0.9'; this tfherald has 1.0"},
	    {"pack:tags@1", "pack 'tags' has no version '1'; this tfherald has 1.0"},
	    {"pack:tags@1.0, 2.0", "pack 'tags' has no version '1.0, 2.0'"},
	    {"pack:tag@1.0", "no pack 'tag'; did you mean 'tags'?"},
	    {"pack:something-else@1.0", "no pack 'something-else'; this tfherald has "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct policy_problems *problems = problems_new(arena);
		struct use use = {str_from(rows[i].text), {STR("tfherald.yaml"), 3, 7}};
		struct policy_file file;
		bool good = pack_read(arena, &use, &file, problems);

		if (good != (rows[i].want == NULL) || problems->count != (rows[i].want != NULL))
			fail_msg("%s: %d, %zu problems", rows[i].text, good, problems->count);
		if (rows[i].want) {
			if (strncmp(problems->items[0].text, rows[i].want, strlen(rows[i].want)) !=
			    0)
				fail_msg("%s: %s", rows[i].text, problems->items[0].text);
			assert_int_equal(problems->items[0].line, 3);
		}
	}
}

/* Places: the pack with its version, and the line in its own file. */
static void test_rules_of_a_pack(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct policy_problems *problems = problems_new(arena);
	struct use use = {STR("pack:tags@1.0"), {STR("tfherald.yaml"), 1, 1}};
	const struct rule *rule;
	struct policy_place place;
	struct policy_file file;

	(void)state;
	assert_true(pack_read(arena, &use, &file, problems));
	assert_int_equal(problems->count, 0);
	assert_true(str_is(file.pack_name, "tags"));
	assert_true(file.rule_count > 0);
	assert_int_equal(file.test_count, 0);
	rule = &file.rules[0];
	assert_true(str_is(rule->id, "required-tags"));
	assert_true(str_is(rule->pack, "tags@1.0"));
	assert_true(str_is(rule->place.file, "pack:tags@1.0"));
	assert_true(rule->place.line > 5);
	assert_false(rule->from_newer_pack);
	assert_true(rule->is_require && rule->condition.text.len > 0);
	place = policy_text_place(&rule->condition, 5);
	assert_int_equal(place.line, rule->place.line);
	assert_int_equal(file.params[0].type, PARAM_LIST_STRING);
	assert_int_equal(file.params[0].value.len, 2);
}

/* What is embedded is what the YAML says, for every pack. */
static void test_embedded_is_the_yaml(void **state)
{
	(void)state;
	for (size_t i = 0; packs[i].name; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct policy_problems *problems = problems_new(arena);
		struct str path = str_format(arena, "policies/packs/%s.yaml", packs[i].name), text;
		struct policy_file yaml, json;
		struct err err = {0};

		if (!file_read(arena, path.ptr, PACK_MAX, &text, &err))
			fail_msg("%s", err.text);
		policy_file_read(arena, POLICY_PACK, path, text, &yaml, problems);
		policy_file_read(arena, POLICY_PACK,
		    str_format(arena, "pack:%s@%s", packs[i].name, packs[i].version), packs[i].text,
		    &json, problems);
		if (problems->count > 0)
			fail_msg("%s: %s", packs[i].name, problems->items[0].text);
		assert_true(str_is(yaml.pack_name, packs[i].name));
		assert_true(str_is(yaml.pack_version, packs[i].version));
		assert_int_equal(yaml.rule_count, json.rule_count);
		assert_int_equal(yaml.param_count, json.param_count);
		assert_int_equal(yaml.variable_count, json.variable_count);
		for (size_t k = 0; k < json.rule_count; k++) {
			const struct rule *a = &yaml.rules[k], *b = &json.rules[k];

			if (!str_eq(a->id, b->id) || a->place.line != b->place.line ||
			    !str_eq(a->condition.text, b->condition.text) ||
			    !str_eq(a->each.text, b->each.text) ||
			    !str_eq(a->when.text, b->when.text) ||
			    !str_eq(a->message.text, b->message.text) || a->level != b->level ||
			    a->match.actions != b->match.actions ||
			    !str_eq(a->description, b->description))
				fail_msg("%s: rule '%.*s' differs", packs[i].name, STR_ARG(a->id));
		}
		for (size_t k = 0; k < json.param_count; k++)
			assert_true(value_equal(yaml.params[k].value, json.params[k].value));
	}
}

/* A rule that the pinned version did not have yet. */
static void test_newer_rules(void **state)
{
	static const char text[] =
	    "version: 1\npack: {name: x, title: t, versions: ['1.0', '1.2', '1.10']}\nrules:\n"
	    "- {id: a, since: '1.0', level: deny, forbid: x}\n"
	    "- {id: b, since: '1.2', level: deny, forbid: x}\n"
	    "- {id: c, since: '1.10', level: deny, forbid: x}\n"
	    "- {id: d, level: deny, forbid: x}\n";
	static const struct {
		const char *name;
		bool newer[4];
	} rows[] = {
	    {"pack:x@1.0", {false, true, true, false}},
	    {"pack:x@1.2", {false, false, true, false}},
	    {"pack:x@1.10", {false, false, false, false}},
	    {"policies/packs/x.yaml", {false, false, false, false}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct policy_problems *problems = problems_new(arena);
		struct policy_file file;

		policy_file_read(
		    arena, POLICY_PACK, str_from(rows[i].name), str_from(text), &file, problems);
		assert_int_equal(problems->count, 0);
		for (size_t k = 0; k < 4; k++)
			if (file.rules[k].from_newer_pack != rows[i].newer[k])
				fail_msg("%s: rule %zu", rows[i].name, k);
		assert_true(str_is(file.pack_version, "1.10"));
	}
}

static void test_bad_packs(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"pack: {name: x, versions: ['1.2', '1.0']}\n", "'versions' have to stand in order"},
	    {"pack: {name: x, versions: ['1']}\n", "'versions': a version has the form \"1.0\""},
	    {"pack: {nam: x}\n", "unknown key 'nam' of 'pack'; did you mean 'name'?"},
	    {"rules: [{id: a, since: x, level: info, forbid: x}]\n",
		"'since': a version has the form 1.0"},
	    {"use: [x]\n", "unknown key 'use' of a pack; known here: version, pack, params, "
			   "variables, rules or tests"},
	    {"{\"rules\": 7}", "'rules' must be a list, not an int"},
	    {"{\"rules\": ", "unexpected end"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct policy_problems *problems = problems_new(arena);
		struct policy_file file;

		policy_file_read(
		    arena, POLICY_PACK, STR("pack:x@1.0"), str_from(rows[i].text), &file, problems);
		if (problems->count != 1 ||
		    (rows[i].text[0] != '{' && strcmp(problems->items[0].text, rows[i].want) != 0))
			fail_msg("%s: %s", rows[i].text, problems->items[0].text);
	}
}

static void test_versions(void **state)
{
	static const char *const good[] = {"0.0", "1.0", "1.9", "1.10", "2.0", "10.0"};
	static const char *const bad[] = {
	    "", "1", "1.", ".1", "1.0.0", "v1.0", "-1.0", "1.-1", "+1.0", "1.0 ", "1.9999999"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(pack_version_is_valid(str_from(good[i])));
		for (size_t k = 0; k < ARRAY_LEN(good); k++)
			assert_int_equal(pack_version_cmp(str_from(good[i]), str_from(good[k])),
			    (i > k) - (i < k));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (pack_version_is_valid(str_from(bad[i])))
			fail_msg("'%s' was taken", bad[i]);
}

/* The table itself: sorted by file name, nothing empty. */
static void test_table(void **state)
{
	(void)state;
	assert_non_null(packs[0].name);
	for (size_t i = 0; packs[i].name; i++) {
		assert_true(packs[i].title[0] != '\0' && packs[i].text.len > 0);
		assert_true(pack_version_is_valid(str_from(packs[i].version)));
		assert_true(i == 0 || strcmp(packs[i - 1].name, packs[i].name) < 0);
		assert_false(str_contains(packs[i].text, STR("\"expect\"")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_use),
	    cmocka_unit_test(test_rules_of_a_pack),
	    cmocka_unit_test(test_embedded_is_the_yaml),
	    cmocka_unit_test(test_newer_rules),
	    cmocka_unit_test(test_bad_packs),
	    cmocka_unit_test(test_versions),
	    cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests_name("policies/packs", tests, NULL, NULL);
}
