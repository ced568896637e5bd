/* The line that says whose a comment is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "notifiers/github_marker.h"

static void test_marker(void **state)
{
	static const struct {
		const char *name, *body;
		bool fine;
		int64_t run;
		size_t slacks;
	} rows[] = {
	    {"whole", "<!-- tfherald v1 key=K run=3 sha=ab slack=C1:1.2 slack=n/C2:3.0 -->\nx",
		true, 3, 2},
	    {"CRLF", "<!-- tfherald v1 key=K run=3 -->\r\nx", true, 3, 0},
	    {"only the marker", "<!-- tfherald v1 key=K -->", true, -1, 0},
	    {"words of later versions", "<!-- tfherald v1 key=K fp=a/b+c= z -->", true, -1, 0},
	    {"bad run", "<!-- tfherald v1 key=K run=-1 -->", true, -1, 0},
	    {"huge run", "<!-- tfherald v1 key=K run=99999999999999999999 -->", true, -1, 0},
	    {"a run that no CI counts to", "<!-- tfherald v1 key=K run=9223372036854775807 -->",
		true, -1, 0},
	    {"the largest run", "<!-- tfherald v1 key=K run=1000000000000 -->", true, 1000000000000,
		0},
	    {"places that Slack does not give",
		"<!-- tfherald v1 key=K slack=c1:1.2 slack=C1:1 slack=C1:1.2.3 slack=C1:.1 "
		"slack=C1:1. "
		"slack=C1:x.y slack=C-1:1.2 -->",
		true, -1, 0},
	    {"bad slack", "<!-- tfherald v1 key=K slack=C1 slack=:1 slack=/C1:1 slack=C: -->", true,
		-1, 0},
	    {"no key", "<!-- tfherald v1 run=3 -->", false, 0, 0},
	    {"empty key", "<!-- tfherald v1 key= -->", false, 0, 0},
	    {"version 2", "<!-- tfherald v2 key=K -->", false, 0, 0},
	    {"not closed", "<!-- tfherald v1 key=K", false, 0, 0},
	    {"closed early", "<!-- tfherald v1 key=K --> -->", false, 0, 0},
	    {"bad character", "<!-- tfherald v1 key=K\x01 -->", false, 0, 0},
	    {"two blanks", "<!-- tfherald v1 key=K  run=3 -->", false, 0, 0},
	    {"second line", "\n<!-- tfherald v1 key=K -->", false, 0, 0},
	    {"empty", "", false, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct marker marker;
		bool fine = marker_parse(str_from(rows[i].body), &marker);

		if (fine != rows[i].fine)
			print_error("%s\n", rows[i].name);
		assert_int_equal(fine, rows[i].fine);
		if (!fine)
			continue;
		assert_true(marker.run == rows[i].run);
		assert_int_equal(marker.slack_count, rows[i].slacks);
	}
}

static void test_marker_slack(void **state)
{
	static const char *const channels[] = {
	    "#deploys", "C01234567", "#größe", "#a b", "#=x", "#x:y/z -->", "#", "=n"};
	struct arena *arena = arena_new();
	struct marker marker = {.key = STR("K"), .sha = STR_EMPTY, .run = 5};
	struct marker read;
	struct buf buf;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(channels); i++)
		marker_slack_set(arena, &marker, str_from(channels[i]),
		    (struct slack_place){str_format(arena, "C0123456%zu", i), STR("17.01")});
	/* refused: a ninth, and what would break out */
	marker_slack_set(arena, &marker, STR("ninth"), (struct slack_place){STR("C9"), STR("1.1")});
	marker_slack_set(
	    arena, &marker, STR("#deploys"), (struct slack_place){STR("C --> x"), STR("1.1")});
	assert_int_equal(marker.slack_count, ARRAY_LEN(channels));
	buf_init(&buf, arena, MARKER_LINE_MAX);
	marker_write(&buf, &marker);
	assert_true(marker_parse(buf_str(&buf), &read));
	assert_int_equal(read.slack_count, ARRAY_LEN(channels));
	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		struct slack_place place = marker_slack_find(arena, &read, str_from(channels[i]));

		assert_true(str_eq(place.channel, str_format(arena, "C0123456%zu", i)));
		assert_true(str_is(place.ts, "17.01"));
	}
	assert_int_equal(marker_slack_find(arena, &read, STR("#other")).ts.len, 0);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_marker),
	    cmocka_unit_test(test_marker_slack),
	};

	return cmocka_run_group_tests_name("notifiers/github_marker", tests, NULL, NULL);
}
