/*
 * Equal sides are not walked into or are left early: by chance, whatever they hold, they give no
 * row, and one place that differs gives one at least. Without SHOWN_JSON_TEXT: how such a text was
 * spelled is not known here, so that equal trees of it may be two spellings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_by_chance),
	};

	return cmocka_run_group_tests_name("report/diff_same", tests, NULL, NULL);
}
