#include "cmd/policy_tests.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/words.h"
#include "cmd/policy_files.h"
#include "cmd/policy_test_plan.h"
#include "cmd/policy_test_world.h"

#define DETAIL_MAX ((size_t)16 << 10)

static const char *const expect_words[] = {
    [RULE_NOT_MATCHED] = "not_matched",
    [RULE_GUARDED] = "guarded",
    [RULE_PASS] = "pass",
    [RULE_VIOLATION] = "violation",
    [RULE_UNDECIDED] = "undecided",
    [RULE_ERROR] = "error",
    NULL,
};

const char *expect_word(enum rule_end end)
{
	return expect_words[end];
}

struct runner {
	struct arena *arena;
	struct ruleset *ruleset;
	const struct policy_test *test;
	size_t rule;
	struct test_world world;
	struct test_plan plan;
	struct rule_result result;
	struct policy_problems *problems;
};

/* --- what is expected --- */

static struct str with_paths(
    struct arena *arena, const char *word, const struct str *paths, size_t count)
{
	struct buf buf;

	buf_init(&buf, arena, 4096);
	buf_adds(&buf, word);
	for (size_t i = 0; i < count; i++)
		buf_addf(&buf, "%s%.*s", i == 0 ? " (" : ", ", STR_ARG(paths[i]));
	buf_adds(&buf, count > 0 ? ")" : "");
	return buf_str(&buf);
}

static struct value expectation(const struct policy_test *test)
{
	const struct value *expect = value_get_c(test->document, "expect");

	return expect ? *expect : value_null();
}

static struct policy_names expected_paths(struct arena *arena, struct value expect)
{
	const struct value *list = value_get_c(expect, "undecided");
	uint32_t count = list && list->kind == VALUE_LIST ? list->len : 0;
	struct str *items = arena_array(arena, struct str, count + 1);

	for (uint32_t i = 0; i < count; i++)
		items[i] = value_text(list->as.items[i]);
	if (list && list->kind == VALUE_STRING) {
		items[0] = value_text(*list);
		count = 1;
	}
	return (struct policy_names){items, count};
}

static bool are_among(const struct str *some, size_t count, const struct str *all, size_t all_count)
{
	for (size_t i = 0; i < count; i++) {
		size_t k = 0;

		while (k < all_count && !str_eq(some[i], all[k]))
			k++;
		if (k == all_count)
			return false;
	}
	return true;
}

static bool has_end(const struct runner *runner, struct value expect)
{
	const struct rule_result *result = &runner->result;
	struct policy_names paths;

	if (expect.kind != VALUE_MAP)
		return str_is(value_text(expect), expect_words[result->end]);
	paths = expected_paths(runner->arena, expect);
	return result->end == RULE_UNDECIDED &&
	       are_among(paths.items, paths.count, result->paths, result->path_count) &&
	       are_among(result->paths, result->path_count, paths.items, paths.count);
}

static struct str message_of(const struct runner *runner)
{
	const struct rule *rule = &runner->ruleset->rules[runner->rule];

	return runner->result.message.len > 0 ? runner->result.message : rule->title;
}

static bool has_message(const struct runner *runner)
{
	struct str wanted = value_get_str(runner->test->document, "message");

	return wanted.len == 0 ||
	       (runner->result.end == RULE_VIOLATION && str_contains(message_of(runner), wanted));
}

static struct str expected_text(const struct runner *runner, struct value expect)
{
	struct policy_names paths = expected_paths(runner->arena, expect);
	struct str wanted = value_get_str(runner->test->document, "message"), text;

	text = expect.kind == VALUE_MAP
		   ? with_paths(runner->arena, "undecided", paths.items, paths.count)
		   : value_text(expect);
	if (wanted.len == 0)
		return text;
	return str_format(runner->arena, "%.*s with '%.*s'", STR_ARG(text), STR_ARG(wanted));
}

/* --- what it came to --- */

static struct str got_text(const struct runner *runner)
{
	const struct rule_result *result = &runner->result;
	struct str text = with_paths(runner->arena, expect_words[result->end], result->paths,
	    result->end == RULE_UNDECIDED ? result->path_count : 0);

	if (result->end == RULE_ERROR)
		return str_format(
		    runner->arena, "%.*s: %.*s", STR_ARG(text), STR_ARG(result->error));
	if (result->end == RULE_VIOLATION &&
	    value_get_str(runner->test->document, "message").len > 0)
		return str_format(
		    runner->arena, "%.*s with '%.*s'", STR_ARG(text), STR_ARG(message_of(runner)));
	return text;
}

static struct rule_subject subject_of(const struct runner *runner)
{
	return (struct rule_subject){runner->ruleset, runner->rule,
	    runner->plan.has_change ? &runner->plan.change : NULL, runner->plan.plan,
	    &runner->world.world};
}

static struct str explanation(struct runner *runner)
{
	const struct rule_subject subject = subject_of(runner);
	struct buf buf;
	struct err err = {0};

	buf_init(&buf, runner->arena, DETAIL_MAX);
	if (runner->ruleset->rules[runner->rule].scope == SCOPE_RUN ||
	    !evaluate_explain(runner->arena, &subject, &buf, runner->problems, &err))
		return STR_EMPTY;
	return str_trim_end(buf_str(&buf));
}

static bool judge(struct runner *runner, struct err *err)
{
	const struct rule *rule = &runner->ruleset->rules[runner->rule];
	struct value document = runner->test->document;
	struct test_run run = {runner->ruleset, runner->rule, document, &runner->world};
	struct rule_subject subject;

	runner->result.error = runner->result.message = STR_EMPTY;
	if (test_is_elsewhere(runner->ruleset, runner->rule, document))
		return true; /* zeroed: not matched */
	if (rule->scope == SCOPE_RUN)
		return test_judge_run(runner->arena, &run, &runner->result, runner->problems, err);
	if (!test_plan_make(runner->arena, document, rule->scope, &runner->plan, err))
		return false;
	subject = subject_of(runner);
	return evaluate_rule(runner->arena, &subject, &runner->result, runner->problems, err);
}

static bool find_rule(struct runner *runner, const struct ruleset *ruleset, struct err *err)
{
	const char *close;

	runner->rule = ruleset_find(ruleset, runner->test->rule);
	if (runner->rule != SIZE_MAX)
		return true;
	close = words_closest(runner->test->rule, ruleset_ids(runner->arena, ruleset));
	return err_set(err, ERR_INVALID, "there is no rule '%.*s' here%s%s%s",
	    STR_ARG(runner->test->rule), close ? "; did you mean '" : "", close ? close : "",
	    close ? "'?" : "");
}

void policy_test_run(struct arena *arena, const struct ruleset *ruleset,
    const struct policy_test *test, int64_t now, struct policy_test_outcome *out,
    struct policy_problems *problems)
{
	struct runner *runner = arena_make(arena, struct runner);
	struct value expect = expectation(test);
	struct err err = {0};

	*runner = (struct runner){.arena = arena, .test = test, .problems = problems};
	*out = (struct policy_test_outcome){.test = test,
	    .got = STR_EMPTY,
	    .detail = STR_EMPTY,
	    .expected = expected_text(runner, expect)};
	if (!find_rule(runner, ruleset, &err) ||
	    !test_ruleset(arena, ruleset, runner->rule, test->document, &runner->ruleset, &err) ||
	    !test_world_make(arena, test->document, now, &runner->world, &err) ||
	    !judge(runner, &err)) {
		out->got = STR("a test that cannot be used");
		out->detail = str_copy(arena, str_from(err.text));
		return;
	}
	out->ran = true;
	out->end = runner->result.end;
	out->paths = runner->result.paths;
	out->path_count = runner->result.path_count;
	out->good = has_end(runner, expect) && has_message(runner);
	out->got = got_text(runner);
	if (!out->good)
		out->detail = explanation(runner);
}
