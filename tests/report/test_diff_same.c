/*
 * Equal sides are not walked into or are left early: by chance, whatever they hold, they give no
 * row, and one place that differs gives one at least. A text with a secret in it is opened before
 * (SHOWN_JSON_TEXT): of that the same is asked, through redact_change().
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parser/overlay.h"
#include "parser/redact.h"
#include "tests/support/diff_sketch.h"

#define TEXT_MAX  ((size_t)1 << 20)
#define ROUNDS	  3000
#define DEPTH_MAX 5

/* A leaf as it is on both sides, and as it is on one that differs. */
static const struct leaf {
	const char *same, *other;
} leaves[] = {
    {"1", "2"},
    {"true", "false"},
    {"null", "0"},
    {"\"\"", "null"},
    {"\"text\"", "\"Text\""},
    {"\"1\"", "1"},
    {"\"a\\nb\\nc\"", "\"a\\nb\\nd\""},
    {"\"a\\r\\nb\"", "\"a\\nb\""},
    {"\"{\\\"k\\\":[1,2]}\"", "\"{\\\"k\\\":[1,3]}\""},
    {"\"{\\\"k\\\":[1,2]}\"", "\"{\\\"k\\\": [1, 2]}\""},
    {"\"eyJrIjpbMSwyLDMsNCw1LDZdfQ==\"", "\"eyJrIjpbMSwyLDMsNCw1LDddfQ==\""},
    {"\"bGluZSBvbmUKbGluZSB0d28K\"", "\"bGluZSBvbmUKbGluZSB0b28K\""},
    {"\"HIDDEN\"", "\"HIDDEN!\""},
};

static const char *const types[] = {NULL, "aws_security_group", "aws_security_group_rule",
    "aws_iam_policy", "google_compute_firewall", "aws_db_instance"};
static const char *const keys[] = {
    "name", "ingress", "policy", "cidr_blocks", "key", "value", "Statement", "a/b"};

struct maker {
	struct buf *buf;
	uint64_t random;
	size_t leaves; /* written so far */
	size_t other;  /* the one to be written as it differs; SIZE_MAX: none */
};

static size_t below(struct maker *maker, size_t limit)
{
	maker->random = maker->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (size_t)(maker->random >> 33) % limit;
}

static void make_leaf(struct maker *maker)
{
	const struct leaf *leaf = &leaves[below(maker, ARRAY_LEN(leaves))];

	buf_adds(maker->buf, maker->leaves++ == maker->other ? leaf->other : leaf->same);
}

/* Recursion ends at DEPTH_MAX. */
static void make(struct maker *maker, size_t depth)
{
	size_t kind = depth == 0 ? 0 : below(maker, 3), first, count;

	if (kind == 2 || depth == DEPTH_MAX) {
		make_leaf(maker);
		return;
	}
	first = below(maker, ARRAY_LEN(keys));
	count = 1 + below(maker, 4);
	buf_addc(maker->buf, kind == 0 ? '{' : '[');
	for (size_t i = 0; i < count; i++) {
		buf_adds(maker->buf, i > 0 ? "," : "");
		if (kind == 0)
			buf_addf(maker->buf, "\"%s\":", keys[(first + i) % ARRAY_LEN(keys)]);
		make(maker, depth + 1);
	}
	buf_addc(maker->buf, kind == 0 ? '}' : ']');
}

static const char *made(struct arena *arena, uint64_t seed, size_t other, size_t *count)
{
	struct buf buf;
	struct maker maker = {.buf = &buf, .random = seed, .other = other};

	buf_init(&buf, arena, TEXT_MAX);
	make(&maker, 0);
	*count = maker.leaves;
	return str_to_c(arena, buf_str(&buf));
}

static void check(uint64_t seed, unsigned *wrong)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	size_t count;
	const char *same = made(arena, seed, SIZE_MAX, &count);
	struct diff_case in = {.type = types[seed % ARRAY_LEN(types)],
	    .before = same,
	    .after = same,
	    .action = ACTION_UPDATE};
	struct diff diff;

	diff_of(arena, &in, &diff);
	if (diff.count + diff.left_out > 0) {
		print_error("%zu rows: %s of %s\n", diff.count, same, in.type ? in.type : "-");
		++*wrong;
	}
	in.after = made(arena, seed, (size_t)(seed % count), &count);
	diff_of(arena, &in, &diff);
	if (diff.count + diff.left_out == 0) {
		print_error(
		    "no row: %s -> %s of %s\n", in.before, in.after, in.type ? in.type : "-");
		++*wrong;
	}
}

static void test_by_chance(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS && wrong < 5; seed++)
		check(seed * UINT64_C(2654435761), &wrong);
	assert_int_equal(wrong, 0);
}

#define SECRET "\\\"password\\\":\\\"hunter2hunter2\\\""
#define TEXT   "\"{" SECRET ",\\\"n\\\":1}\""
#define SPACED "\"{ " SECRET ",\\\"n\\\":1}\""
#define TWO    "\"{" SECRET ",\\\"n\\\":2}\""
#define TOLD   "~d{! the same JSON, written another way}(the same JSON, written another way)"

struct row {
	const char *label, *before, *after, *want;
	const char *before_marks, *after_marks; /* what the plan marks; NULL: nothing */
};

static const struct row opened[] = {
    {"the same text, another attribute", "{\"d\":" TEXT ",\"n\":1}", "{\"d\":" TEXT ",\"n\":2}",
	"~n", NULL, NULL},
    {"the same text in a list", "{\"l\":[{\"name\":\"x\",\"d\":" TEXT ",\"n\":1}]}",
	"{\"l\":[{\"name\":\"x\",\"d\":" TEXT ",\"n\":2}]}", "~l[name=\"x\"].n", NULL, NULL},
    {"another spelling", "{\"d\":" TEXT "}", "{\"d\":" SPACED "}", TOLD, NULL, NULL},
    {"another number", "{\"d\":" TEXT "}", "{\"d\":" TWO "}", "~d.n@", NULL, NULL},
    {"a secret comes beside it", "{\"d\":" TEXT "}", "{\"d\":" TEXT ",\"password\":\"tr0ub4dor\"}",
	"+password", NULL, NULL},
};

static struct value side(struct arena *arena, const char *values, const char *marks)
{
	struct value tree = marks ? diff_value(arena, marks) : value_null(), out;
	struct err err = {0};

	assert_true(
	    overlay_value(arena, diff_value(arena, values), value_null(), tree, &out, &err));
	return out;
}

static struct str sketch(struct arena *arena, const struct row *row)
{
	struct change change = {.head = {.action = ACTION_UPDATE}, .has_values = true};
	const struct diff_rules rules = {.noise = NULL};
	struct shown_change shown;
	struct err err = {0};
	struct diff diff;

	change.head.type = STR("aws_x");
	change.before = side(arena, row->before, row->before_marks);
	change.after = side(arena, row->after, row->after_marks);
	assert_true(redact_change(arena, NULL, &change, &shown, &err));
	diff_values(arena, &shown, &rules, &diff);
	return diff_sketch(arena, &diff);
}

static void check_rows(const struct row *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str got = sketch(arena, &rows[i]);

		if (str_is(got, rows[i].want))
			continue;
		wrong++;
		print_error("%s: '%.*s', not '%s'\n", rows[i].label, STR_ARG(got), rows[i].want);
	}
	assert_int_equal(wrong, 0);
}

static void test_opened(void **state)
{
	(void)state;
	check_rows(opened, ARRAY_LEN(opened));
}

/* Values that stay as they are and what the plan marks of each side. */
#define ABC "{\"x\":\"abc\"}"
#define MAP "{\"m\":{\"x\":1,\"y\":2}}"
#define X   "{\"x\":true}"

static const struct row marked[] = {
    {"on both sides", ABC, ABC, "", X, X},
    {"becomes secret", ABC, ABC, "~x{! marked as sensitive from now on}", NULL, X},
    {"is told from now on", ABC, ABC, "~x{! no longer marked as sensitive}", X, NULL},
    {"a part of a map", MAP, MAP, "~m.y{! no longer marked as sensitive}", "{\"m\":{\"y\":true}}",
	NULL},
    {"with another value", ABC, "{\"x\":\"abd\"}", "~x", X, NULL},
    {"of nothing", "{\"x\":null,\"n\":1}", "{\"x\":null,\"n\":2}", "~n", X, NULL},
};

static void test_marks(void **state)
{
	(void)state;
	check_rows(marked, ARRAY_LEN(marked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_by_chance),
	    cmocka_unit_test(test_opened),
	    cmocka_unit_test(test_marks),
	};

	return cmocka_run_group_tests_name("report/diff_same", tests, NULL, NULL);
}
