/*
 * The quicker functions of specialise.c say what the plain ones say: the same value; an error, a
 * limit, an unknown, a hidden one where they do. The traced run has the plain ones; it alone makes
 * texts of errors and lists of paths.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/cel_check.h"

#define TEXT_600 600 /* longer than what is compared the quick way */

/* Each stands in an expression's `a` and `b`. */
static const char *const values[] = {
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "1.0",
    "1e400",
    "-0.0",
    "\"\"",
    "\"x\"",
    "\"X\"",
    "\"xy\"",
    "\"@\"",
    "\"`\"",
    "\"[\"",
    "\"{\"",
    "\"\\u00e9\"",
    "\"\\u00c9\"",
    "\"\\u0000\"",
    "\"s3:*\"",
    "\"S3:Get?bject\"",
    "\"s3:getobject\"",
    "\"S3:[a-z]*\"",
    "\"s3:[\"",
    "\"s3:\\\\*\"",
    "\"*\"",
    "\"0.0.0.0/0\"",
    "\"::/0\"",
    "\"10.0.0.0/8\"",
    "\"10.0.0.1/8\"",
    "\"10.0.0.0\"",
    "\"10.0.0.0/33\"",
    "\"10.0.0.0/+8\"",
    "\" 10.0.0.0/8\"",
    "\"10.0.0.0/08\"",
    "[]",
    "[1, \"x\"]",
    "{}",
    "{\"x\": 1}",
    "{\"x\": {\"y\": 2}}",
    "{\"x\": {\"y\": {\"z\": 3}}}",
    "{\"x\": \"!unknown:a.x\"}",
    "{\"x\": {\"y\": \"!unknown:a.x.y\"}}",
    "{\"x\": null}",
    "{\"x\": [1]}",
    "\"!unknown:p\"",
    "\"!unknown:q\"",
    "\"!hidden\"",
    "\"!secret:x\"",
    "\"!secret:10.0.0.0/8\"",
};

static const char *const expressions[] = {
    "a",
    "a == b",
    "a != b",
    "a < b",
    "a <= b",
    "a > b",
    "a >= b",
    "a == \"x\"",
    "\"x\" != a",
    "a == 1",
    "1 < a",
    "a >= 0",
    "a == null",
    "a in [\"x\", \"y\", \"\"]",
    "a in [1, -1, 0]",
    "a in []",
    "a in [\"x\", 1]",
    "a in [1.0]",
    "cidr(a).prefixLength()",
    "cidr(a).prefixLength() == 0",
    "cidr(a).prefixLength() == 8",
    "0 == cidr(a).prefixLength()",
    "cidr(a).prefixLength() < 9",
    "cidr(a).prefixLength() == b",
    "[a, b].exists(l, cidr(l).prefixLength() == 0)",
    "a.exists(l, cidr(l).prefixLength() == 0)",
    "[a, \"::/0\", b].exists(l, cidr(l).prefixLength() == 0)",
    "[\"10.0.0.0/8\", a].exists(l, cidr(l).prefixLength() == 8)",
    "[a].exists(i, l, cidr(l).prefixLength() == 8)",
    "[a].all(l, cidr(l).prefixLength() == 8)",
    "[a, b].map(l, cidr(l).prefixLength())",
    "a.lowerAscii() == b.lowerAscii()",
    "a.lowerAscii() != b.lowerAscii()",
    "a.lowerAscii() == \"x\"",
    "a.lowerAscii() == \"S3:*\".lowerAscii()",
    "glob(a.lowerAscii(), b.lowerAscii())",
    "glob(a, b)",
    "a.x",
    "a.x.y",
    "a.x.y.z",
    "a.?x",
    "a.?x.y",
    "has(a.x)",
    "has(a.x.y)",
    "a[\"x\"]",
    "a.x == b.x",
    "a.x.y == b.x.y",
    "[a].exists(e, e == b)",
    "[a].map(e, e)",
    "[a, b].map(e, e.x)",
    "[a, b].map(e, e.x.y)",
};

struct pair_check {
	struct arena *arena; /* of the program */
	const char *expression;
	struct cel_program *program;
	unsigned wrong;
};

/* A value whole, of the others what they are. */
static struct str result_of(struct cel_run *run, const struct pair_check *check,
    const struct value *activation, struct arena *arena, struct cel_trace *trace)
{
	struct value value = cel_evaluate(run, check->program, activation, arena, trace);
	struct str text = cel_check_text(arena, value), kind = STR_EMPTY;

	if (!cel_is_error(value) && value.kind != VALUE_UNKNOWN)
		return text;
	(void)str_split(&text, ':', &kind);
	return kind;
}

static void check_pair(struct pair_check *check, struct value a, struct value b)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct value activation[] = {a, b};
	struct cel_run *run = cel_run_new(arena);
	struct cel_trace trace;
	struct str want, got;

	cel_trace_begin(arena, check->program, &trace);
	want = result_of(run, check, activation, arena, &trace);
	for (int i = 0; i < 2; i++) { /* the second time with hints */
		got = result_of(run, check, activation, arena, NULL);
		if (str_eq(got, want))
			continue;
		print_error("%s with a = %.*s, b = %.*s: %.*s, but plain %.*s\n", check->expression,
		    STR_ARG(cel_check_text(arena, a)), STR_ARG(cel_check_text(arena, b)),
		    STR_ARG(got), STR_ARG(want));
		check->wrong++;
	}
	cel_run_free(run);
}

static void check_open(struct pair_check *check, const char *expression)
{
	static const struct cel_variable variables[] = {
	    {STR_INIT("a"), NULL}, {STR_INIT("b"), NULL}};
	static const struct cel_scope scope = {.variables = variables, .variable_count = 2};
	struct cel_problems problems = {0};

	*check = (struct pair_check){.arena = arena_new(), .expression = expression};
	if (!cel_compile(check->arena, &scope, str_from(expression), &check->program, &problems))
		fail_msg("%s: %.*s", expression, STR_ARG(problems.items[0].text));
}

static void check_close(struct pair_check *check)
{
	cel_program_free(check->program);
	arena_free(check->arena);
}

static void test_table(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value parsed[ARRAY_LEN(values)];
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		parsed[i] = cel_check_json(arena, values[i]);
	for (size_t e = 0; e < ARRAY_LEN(expressions); e++) {
		struct pair_check check;
		bool has_b = strchr(expressions[e], 'b') != NULL;

		check_open(&check, expressions[e]);
		for (size_t i = 0; i < ARRAY_LEN(values); i++) {
			for (size_t k = 0; k < (has_b ? ARRAY_LEN(values) : 1); k++)
				check_pair(&check, parsed[i], parsed[k]);
		}
		wrong += check.wrong;
		check_close(&check);
	}
	assert_int_equal(wrong, 0);
}

/* --- chance --- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Few letters, so that two of them often are nearly the same; some around the limit of 512. */
static struct value random_text(struct arena *arena, uint32_t *seed)
{
	static const char bytes[] = "aA*?[]\\-:.0/8zZ{[`@";
	size_t len = next_random(seed) % 8;
	struct buf buf;

	buf_init(&buf, arena, TEXT_600);
	if (next_random(seed) % 8 == 0)
		len = 509 + next_random(seed) % 6;
	while (buf_str(&buf).len + 8 < len)
		buf_adds(&buf, next_random(seed) % 2 ? "aAaAaAaA" : "aaaaAAAA");
	while (buf_str(&buf).len < len)
		buf_addc(&buf, bytes[next_random(seed) % (sizeof(bytes) - 1)]);
	return value_string(buf_str(&buf));
}

static struct value random_address(struct arena *arena, uint32_t *seed)
{
	static const char *const parts[] = {"0.0.0.0", "10.1.2.3", "::", "fe80::1",
	    "::ffff:1.2.3.4", "256.1.1.1", "1.2.3", "", "10.0.0.0/8"};
	static const char *const ends[] = {
	    "/0", "/8", "/32", "/33", "/128", "/129", "", "/", "/-0", "/00", "/0 ", "/8/8"};

	return value_string(str_format(arena, "%s%s", parts[next_random(seed) % ARRAY_LEN(parts)],
	    ends[next_random(seed) % ARRAY_LEN(ends)]));
}

static struct value random_value(struct arena *arena, uint32_t *seed)
{
	switch (next_random(seed) % 4) {
	case 0:
		return random_address(arena, seed);
	case 1:
		return value_int((int64_t)(next_random(seed) % 3) - 1);
	default:
		return random_text(arena, seed);
	}
}

static void test_by_chance(void **state)
{
	uint32_t seed = 20261122;
	unsigned wrong = 0;

	(void)state;
	for (size_t e = 0; e < ARRAY_LEN(expressions); e++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct pair_check check;

		check_open(&check, expressions[e]);
		for (int i = 0; i < 300; i++) {
			struct value a = random_value(arena, &seed);
			/* the same in another case, or another one */
			struct value b = next_random(&seed) % 3 ? random_value(arena, &seed) : a;

			check_pair(&check, a, b);
		}
		wrong += check.wrong;
		check_close(&check);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_by_chance),
	};

	return cmocka_run_group_tests_name("policies/cel/specialise", tests, NULL, NULL);
}
