/*
 * Nothing vanishes: whatever place of a document changes, some row that is not folded says so.
 *
 * Documents of many shapes, most of them nearly IAM's; one place of each becomes something that
 * stood nowhere, comes or goes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/diff_sketch.h"

#define ROUNDS 6000

struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(dice->state >> 33) % sides;
}

/* Written twice from the same dice; the place with the number `at` is another one the second time.
 */
struct writer {
	struct buf *buf;
	struct dice dice;
	size_t places, at; /* so many so far */
	bool is_after;
};

#define NOWHERE SIZE_MAX

static bool is_place(struct writer *writer)
{
	return writer->places++ == writer->at && writer->is_after;
}

static const char *const leaves[] = {"\"a\"", "\"s3:Get\"", "\"*\"", "1", "true", "\"arn:x\""};

static void write_leaf(struct writer *writer)
{
	const char *leaf = leaves[roll(&writer->dice, ARRAY_LEN(leaves))];

	buf_adds(writer->buf, is_place(writer) ? "\"fresh\"" : leaf);
}

/* A list of leaves or one. */
static void write_leaves(struct writer *writer)
{
	uint32_t count = roll(&writer->dice, 4);

	if (count == 0) {
		write_leaf(writer);
		return;
	}
	buf_addc(writer->buf, '[');
	for (uint32_t i = 0; i < count; i++) {
		buf_adds(writer->buf, i > 0 ? "," : "");
		write_leaf(writer);
	}
	if (is_place(writer))
		buf_adds(writer->buf, ",\"fresh\"");
	buf_addc(writer->buf, ']');
}

static void write_condition(struct writer *writer)
{
	buf_adds(writer->buf, "{\"StringEquals\":{\"k\":");
	write_leaves(writer);
	if (is_place(writer))
		buf_adds(writer->buf, ",\"fresh\":[]");
	buf_adds(writer->buf, is_place(writer) ? "},\"Fresh\":{}}" : "}}");
}

static void write_principal(struct writer *writer)
{
	buf_adds(writer->buf, "{\"AWS\":");
	write_leaves(writer);
	buf_adds(writer->buf, is_place(writer) ? ",\"Fresh\":\"x\"}" : "}");
}

static void write_map(struct writer *writer)
{
	buf_adds(writer->buf, "{\"x\":");
	write_leaves(writer);
	buf_adds(writer->buf, is_place(writer) ? ",\"fresh\":0}" : "}");
}

typedef void part_writer(struct writer *writer);

static const struct key {
	const char *name;
	part_writer *write;
	uint32_t sides; /* there once in so many */
} statement_keys[] = {
    {"Sid", write_leaf, 2},
    {"Effect", NULL, 1},
    {"Principal", write_principal, 2},
    {"Action", write_leaves, 1},
    {"Resource", write_leaves, 2},
    {"Condition", write_condition, 2},
    {"Foo", write_leaves, 6},
    {"Bar", write_map, 6},
};

static void write_effect(struct writer *writer)
{
	const char *effect = roll(&writer->dice, 8) ? "\"Allow\"" : "null";

	buf_adds(writer->buf, is_place(writer) ? "\"Deny\"" : effect);
}

static void write_keys(struct writer *writer, const struct key *keys, size_t count)
{
	const char *comma = "";

	for (size_t i = 0; i < count; i++) {
		if (roll(&writer->dice, keys[i].sides) > 0)
			continue;
		buf_addf(writer->buf, "%s\"%s\":", comma, keys[i].name);
		comma = ",";
		if (keys[i].write)
			keys[i].write(writer);
		else
			write_effect(writer);
	}
	if (is_place(writer))
		buf_addf(writer->buf, "%s\"Fresh\":{\"a\":[1]}", comma);
}

static void write_statements(struct writer *writer)
{
	uint32_t count = 1 + roll(&writer->dice, 3);

	buf_addc(writer->buf, '[');
	for (uint32_t i = 0; i < count; i++) {
		buf_adds(writer->buf, i > 0 ? ",{" : "{");
		write_keys(writer, statement_keys, ARRAY_LEN(statement_keys));
		buf_addc(writer->buf, '}');
	}
	buf_addc(writer->buf, ']');
}

static const struct key top_keys[] = {
    {"Version", write_leaf, 2},
    {"Id", write_leaf, 3},
    {"Statement", write_statements, 1},
    {"image", write_leaf, 3},
    {"command", write_leaves, 3},
    {"more", write_map, 4},
};

static struct str quoted(struct arena *arena, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, text.len * 2 + 20);
	buf_adds(&buf, "{\"d\":\"");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			buf_addc(&buf, '\\');
		buf_addc(&buf, text.ptr[i]);
	}
	buf_adds(&buf, "\"}");
	return buf_str(&buf);
}

/* The document of these dice; *places: how many of them there are. */
static struct str document(struct arena *arena, uint64_t seed, size_t at, size_t *places)
{
	struct writer writer = {.dice = {seed}, .at = at, .is_after = at != NOWHERE};
	struct buf buf;

	buf_init(&buf, arena, 100000);
	writer.buf = &buf;
	buf_addc(&buf, '{');
	write_keys(&writer, top_keys, ARRAY_LEN(top_keys));
	buf_addc(&buf, '}');
	*places = writer.places;
	return quoted(arena, buf_str(&buf));
}

static bool is_shown(const struct diff *diff)
{
	for (size_t i = 0; i < diff->count; i++) {
		if (diff->rows[i].noise.len == 0)
			return true;
	}
	return false;
}

static void test_nothing_vanishes(void **state)
{
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct dice dice = {seed * 7919};
		size_t places;
		struct str before = document(arena, seed, NOWHERE, &places);
		struct str after = document(arena, seed, roll(&dice, (uint32_t)places), &places);
		const struct diff_case in = {.before = str_to_c(arena, before),
		    .after = str_to_c(arena, after),
		    .action = ACTION_UPDATE};
		struct diff diff;

		if (roll(&dice, 2)) /* and the other way round */
			diff_of(arena,
			    &(struct diff_case){
				.before = in.after, .after = in.before, .action = ACTION_UPDATE},
			    &diff);
		else
			diff_of(arena, &in, &diff);
		if (!is_shown(&diff))
			print_error("%s\n%s\n%.*s\n", in.before, in.after,
			    STR_ARG(diff_sketch(arena, &diff)));
		assert_true(is_shown(&diff));
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_vanishes),
	};

	return cmocka_run_group_tests_name("report/diff_properties", tests, NULL, NULL);
}
