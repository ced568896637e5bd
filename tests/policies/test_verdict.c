#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#include "base/buf.h"
#include "policies/finding.h"

/* Sorting and counting, on findings made by hand. */

#define F(k, f, l, id, at)                                                              \
	{                                                                               \
		.kind = (k), .fate = (f), .level = (l), .rule_level = LEVEL_DENY,       \
		.rule_id = STR_INIT(id), .address = STR_INIT(at), .item = STR_INIT(""), \
		.fingerprint = STR_INIT(""), .message = STR_INIT(""), .count = 1        \
	}

static void test_order_and_counts(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct finding findings[] = {
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_INFO, "note", "a"),
	    F(FINDING_VIOLATION, FATE_WAIVED, LEVEL_INFO, "waived", "a"),
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_WARN, "warning", "a"),
	    F(FINDING_UNDECIDED, FATE_STANDS, LEVEL_WARN, "undecided", "a"),
	    F(FINDING_VIOLATION, FATE_OVERRIDDEN, LEVEL_INFO, "overridden", "a"),
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_DENY, "deny", "b"),
	    F(FINDING_UNDECIDED, FATE_STANDS, LEVEL_DENY, "also", "a"),
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_DENY, "deny", "a"),
	    F(FINDING_WEAKENS, FATE_RELEASED, LEVEL_INFO, "released", ""),
	    F(FINDING_VIOLATION, FATE_PREEXISTING, LEVEL_WARN, "debt", "a"),
	};
	static const char *const order[] = {"also a", "deny a", "deny b", "overridden a",
	    "undecided a", "debt a", "warning a", "note a", "released ", "waived a"};
	struct verdict verdict = {
	    .findings = findings, .finding_count = sizeof(findings) / sizeof(findings[0])};

	verdict.left_out[LEVEL_DENY] = 7;
	for (int again = 0; again < 2; again++) {
		verdict_seal(arena, &verdict);
		for (size_t i = 0; i < verdict.finding_count; i++)
			assert_string_equal(
			    str_format(arena, "%.*s %.*s", STR_ARG(findings[i].rule_id),
				STR_ARG(findings[i].address))
				.ptr,
			    order[i]);
		assert_int_equal(verdict.counts[LEVEL_DENY], 10);
		assert_int_equal(verdict.counts[LEVEL_WARN], 3);
		assert_int_equal(verdict.counts[LEVEL_INFO], 1);
		assert_int_equal(verdict.waived, 2);
		assert_int_equal(verdict.overridden, 1);
		assert_int_equal(verdict.undecided, 2);
		assert_true(verdict.denied);
		assert_true(str_is(verdict.reason, "10 denials: also, deny"));
	}
	arena_free(arena);
}

static void test_reasons(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct finding findings[] = {
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_DENY, "a", ""),
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_DENY, "b", ""),
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_DENY, "c", ""),
	    F(FINDING_VIOLATION, FATE_STANDS, LEVEL_DENY, "d", ""),
	};
	static const char *const reasons[] = {
	    "", "1 denial: a", "2 denials: a, b", "3 denials: a, b, c", "4 denials: a, b, c, ..."};

	for (size_t i = 0; i <= 4; i++) {
		struct verdict verdict = {.findings = findings, .finding_count = i};

		verdict_seal(arena, &verdict);
		assert_int_equal(verdict.denied, i > 0);
		if (!str_is(verdict.reason, reasons[i]))
			fail_msg("%.*s", STR_ARG(verdict.reason));
	}
	arena_free(arena);
}

static void test_nothing(void **state)
{
	(void)state;
	struct arena *arena = arena_new();
	struct verdict verdict = {.nothing_evaluated = true};

	verdict_seal(arena, &verdict);
	assert_true(verdict.denied);
	assert_true(str_is(verdict.reason, "no policy was evaluated, and require_rules is true"));
	arena_free(arena);
}

static void test_names(void **state)
{
	(void)state;
	for (int i = 0; i <= FINDING_IMPORTED; i++)
		assert_non_null(finding_kind_name((enum finding_kind)i));
	for (int i = 0; i <= FATE_OVERRIDDEN; i++)
		assert_non_null(finding_fate_name((enum finding_fate)i));
	for (int i = 0; i <= WAIVER_UNTRUSTED; i++)
		assert_non_null(waiver_state_name((enum waiver_state)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order_and_counts),
	    cmocka_unit_test(test_reasons),
	    cmocka_unit_test(test_nothing),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("policies/finding", tests, NULL, NULL);
}
