/* JSON of services, and how --dry-run prints it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "notifiers/http_print.h"
#include "notifiers/reply.h"

static void test_accessors(void **state)
{
	struct reply *reply CLEANUP(reply_free_ptr) = NULL;
	struct err err = {0};

	(void)state;
	assert_true(reply_parse(STR("{\"a\":{\"b\":\"x\\u0000y\"},\"n\":-7,\"t\":true,\"f\":1.5,"
				    "\"l\":[1,\"two\"],\"z\":null}"),
	    &reply, &err));
	assert_true(reply_is_object(reply));
	assert_false(reply_is_array(reply));
	assert_int_equal(reply_text(reply_get(reply, "a"), "b").len, 3);
	assert_true(reply_int(reply, "n") == -7);
	assert_true(reply_int(reply, "f") == 0);
	assert_true(reply_int(reply, "t") == 0);
	assert_true(reply_bool(reply, "t"));
	assert_false(reply_bool(reply, "n"));
	assert_int_equal(reply_count(reply_get(reply, "l")), 2);
	assert_true(str_is(reply_text_of(reply_at(reply_get(reply, "l"), 1)), "two"));
	assert_null(reply_at(reply_get(reply, "l"), 2));
	assert_null(reply_get(reply_get(reply, "l"), "x"));
	assert_int_equal(reply_text(reply, "z").len, 0);
	assert_int_equal(reply_text(NULL, "z").len, 0);
	assert_int_equal(reply_count(NULL), 0);
	assert_false(reply_is_object(NULL));
	assert_null(reply_get(reply_get(reply_get(NULL, "a"), "b"), "c"));
}

static void test_bad(void **state)
{
	static const char *const rows[] = {
	    "", " ", "{", "<html>", "{\"a\":1}x", "nul", "\"\\ud800\"", "\xff", "{\"a\":}", "[1,]"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct reply *reply = NULL;
		struct err err = {0};
		bool parsed = reply_parse(str_from(rows[i]), &reply, &err);

		if (parsed)
			print_error("'%s'\n", rows[i]);
		assert_false(parsed);
		assert_int_equal(err.code, ERR_SYNTAX);
		assert_true(err.text[0] != '\0');
	}
}

static void test_deep(void **state)
{
	struct arena *arena = arena_new();
	struct reply *reply = NULL;
	struct err err = {0};
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, (size_t)4 << 20);
	buf_repeat(&buf, '[', (size_t)1 << 20);
	assert_false(reply_parse(buf_str(&buf), &reply, &err));
	arena_free(arena);
}

static void test_pretty(void **state)
{
	static const struct {
		const char *json;
		bool open;
		const char *text;
	} rows[] = {
	    {"{\"a\":1,\"b\":\"x\\ny\",\"c\":[true]}", false,
		"{\n  \"a\": 1,\n  \"b\": \"x\\ny\",\n  \"c\": [\n    true\n  ]\n}"},
	    {"{\"a\":1,\"b\":\"x\\n\\ny\"}", true, "{\n  \"a\": 1,\n  \"b\": |\n    x\n\n    y\n}"},
	    {"{\"a\":\"one\"}", true, "{\n  \"a\": \"one\"\n}"},
	    {"not json", true, "not json"},
	    {"{}", true, "{\n}"},
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf buf;

		buf_init(&buf, arena, 4096);
		reply_pretty(str_from(rows[i].json), rows[i].open, &buf);
		if (!str_is(buf_str(&buf), rows[i].text))
			print_error("got: %.*s\n", STR_ARG(buf_str(&buf)));
		assert_true(str_is(buf_str(&buf), rows[i].text));
	}
	arena_free(arena);
}

static struct str printed(struct arena *arena, const struct http_request *request)
{
	struct sink sink;
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	sink_to_buf(&sink, &buf);
	http_print_request(arena, &sink, request);
	return buf_str(&buf);
}

static void test_print(void **state)
{
	struct arena *arena = arena_new();
	struct http_header headers[] = {
	    {STR_INIT("Accept"), STR_INIT("x/y\r\nEvil: \x1b[31m")},
	    {STR_INIT("PRIVATE-token"), STR_INIT("s3cret")},
	};
	struct http_request request = {
	    .method = "POST",
	    .url = STR("https://hooks.slack.com/services/T/B/s3cret"),
	    .token = STR("s3cret"),
	    .headers = headers,
	    .header_count = 2,
	    .body = STR("{\"text\":\"\\u001b[31mred\"}"),
	    .secret_url = true,
	};
	struct str text = printed(arena, &request);

	(void)state;
	assert_true(str_starts(text, STR("POST https://hooks.slack.com/(secret)\nAccept: x/y")));
	assert_true(str_contains(text, STR("PRIVATE-token: (not shown)\n")));
	assert_true(str_contains(text, STR("Authorization: Bearer (not shown)\n\n{\n")));
	assert_false(str_contains(text, STR("s3cret")));
	assert_false(str_contains(text, STR("\x1b")));
	assert_false(str_contains(text, STR("\nEvil")));
	request.url = STR("not a URL s3cret");
	assert_false(str_contains(printed(arena, &request), STR("s3cret")));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accessors),
	    cmocka_unit_test(test_bad),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_pretty),
	    cmocka_unit_test(test_print),
	};

	return cmocka_run_group_tests_name("notifiers/reply", tests, NULL, NULL);
}
