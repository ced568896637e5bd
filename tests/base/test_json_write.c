#include "base/json_write.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/* One document in memory. */
struct document {
	struct arena *arena;
	struct buf buf;
	struct sink sink;
	struct jsonw writer;
};

static void document_begin(struct document *document, int indent)
{
	document->arena = arena_new();
	buf_init(&document->buf, document->arena, SIZE_MAX);
	sink_to_buf(&document->sink, &document->buf);
	jsonw_init(&document->writer, &document->sink, indent);
}

static void document_check(struct document *document, const char *name, struct str want)
{
	struct err err = {.code = ERR_NONE};
	struct str got;

	assert_true(sink_finish(&document->sink, &err));
	assert_true(buf_finish(&document->buf, &got, &err));
	if (!str_eq(got, want))
		fail_msg("%s: %s", name, got.ptr);
	arena_free(document->arena);
}

struct string_row {
	const char *name;
	struct str in, want;
};

#define FFFD "\xef\xbf\xbd"

static const struct string_row string_rows[] = {
    {"empty", STR_INIT(""), STR_INIT("\"\"")},
    {"plain", STR_INIT("hello"), STR_INIT("\"hello\"")},
    {"quote and backslash", STR_INIT("a\"b\\c"), STR_INIT("\"a\\\"b\\\\c\"")},
    {"short forms", STR_INIT("\b\t\n\f\r"), STR_INIT("\"\\b\\t\\n\\f\\r\"")},
    {"controls", STR_INIT("\0\1\a\v\x0e\x1b\x1f"),
	STR_INIT("\"\\u0000\\u0001\\u0007\\u000b\\u000e\\u001b\\u001f\"")},
    {"delete", STR_INIT("\x7f"), STR_INIT("\"\x7f\"")},
    {"slash and html", STR_INIT("</script>&"), STR_INIT("\"</script>&\"")},
    {"UTF-8", STR_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
	STR_INIT("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"")},
    {"what reorders text",
	STR_INIT("\xe2\x80\xaa\xe2\x80\xab\xe2\x80\xac\xe2\x80\xad\xe2\x80\xae"
		 "a\xe2\x81\xa6\xe2\x81\xa7\xe2\x81\xa8\xe2\x81\xa9"),
	STR_INIT("\"\\u202a\\u202b\\u202c\\u202d\\u202ea\\u2066\\u2067\\u2068\\u2069\"")},
    {"beside what reorders text", STR_INIT("\xe2\x80\xa7\xe2\x80\xb0\xe2\x81\x9e\xe2\x81\xb0"),
	STR_INIT("\"\xe2\x80\xa7\xe2\x80\xb0\xe2\x81\x9e\xe2\x81\xb0\"")},
    {"C1", STR_INIT("a\xc2\x9b\xc2\x80z"), STR_INIT("\"a\\u009b\\u0080z\"")},
    {"what nobody sees", STR_INIT("a\xc2\xa0\xe3\x80\x80\xf3\xa0\x81\x81z"),
	STR_INIT("\"a\\u00a0\\u3000\\udb40\\udc41z\"")},
    {"line separators", STR_INIT("a\xe2\x80\xa8\xe2\x80\xa9z"), STR_INIT("\"a\\u2028\\u2029z\"")},
    {"bad bytes", STR_INIT("a\xff\xc3z\xe2\x82"), STR_INIT("\"a" FFFD FFFD "z" FFFD FFFD "\"")},
    {"surrogate", STR_INIT("\xed\xa0\x80"), STR_INIT("\"" FFFD FFFD FFFD "\"")},
    {"replacement stays", STR_INIT(FFFD), STR_INIT("\"" FFFD "\"")},
    {"escape at both ends", STR_INIT("\nabc\n"), STR_INIT("\"\\nabc\\n\"")},
};

static void test_strings(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(string_rows); i++) {
		struct document document;

		document_begin(&document, 0);
		jsonw_str(&document.writer, string_rows[i].in);
		document_check(&document, string_rows[i].name, string_rows[i].want);
	}
}

/* Every byte at every place among clean ones: what is skipped in words is found by bytes as well.
 */
static void test_every_byte_at_every_place(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (unsigned byte = 1; byte < 256; byte++) {
		char one[2] = {(char)byte, '\0'}, text[] = "0123456789 abcdefghi ~";
		struct document document;
		struct str escaped;

		document_begin(&document, 0);
		jsonw_c(&document.writer, one);
		escaped = str_copy(arena, buf_str(&document.buf));
		escaped = str_from_to(escaped, 1, escaped.len - 1);
		arena_free(document.arena);
		for (size_t at = 0; text[at]; at++) {
			char row[] = "0123456789 abcdefghi ~";

			row[at] = (char)byte;
			document_begin(&document, 0);
			jsonw_c(&document.writer, row);
			document_check(&document, one,
			    str_format(arena, "\"%.*s%.*s%s\"", (int)at, text, STR_ARG(escaped),
				text + at + 1));
		}
	}
}

static struct value number(const char *lexeme)
{
	struct value value = value_string(str_from(lexeme));

	value.kind = VALUE_NUMBER;
	return value;
}

static void test_values(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct value items[] = {value_int(1), value_string(STR("a\"")), value_null()};
	struct value_entry entries[] = {
	    {value_string(STR("z")), value_list(items, 3)},
	    {value_string(STR("a\n")), value_bool(false)},
	};
	struct str duplicate;
	struct value map, empty;
	struct {
		const char *name;
		struct value value;
		const char *want;
	} rows[] = {
	    {"null", value_null(), "null"},
	    {"true", value_bool(true), "true"},
	    {"int", value_int(INT64_MIN), "-9223372036854775808"},
	    {"lexeme", number("1.50e+400"), "1.50e+400"},
	    {"string", value_string(STR("x")), "\"x\""},
	    {"unknown", value_unknown(), "\"(known after apply)\""},
	    {"hidden", value_hidden(true), "\"(sensitive)\""},
	    {"empty list", value_list(NULL, 0), "[]"},
	    {"list", value_list(items, 3), "[1,\"a\\\"\",null]"},
	    {"empty map", value_null(), "{}"},
	    {"map in the order of the input", value_null(),
		"{\"z\":[1,\"a\\\"\",null],\"a\\n\":false}"},
	};

	(void)state;
	assert_true(value_map(arena, entries, 0, &empty, &duplicate));
	assert_true(value_map(arena, entries, 2, &map, &duplicate));
	rows[ARRAY_LEN(rows) - 2].value = empty;
	rows[ARRAY_LEN(rows) - 1].value = map;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct document document;

		document_begin(&document, 0);
		jsonw_value(&document.writer, rows[i].value);
		document_check(&document, rows[i].name, str_from(rows[i].want));
	}
}

/* The same calls for every layout. */
static void write_sample(struct jsonw *writer)
{
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "name", STR("x"));
	jsonw_field_int(writer, "count", -3);
	jsonw_field_bool(writer, "ok", true);
	jsonw_key(writer, "none");
	jsonw_c(writer, NULL);
	jsonw_key_str(writer, STR("c"));
	jsonw_c(writer, "text");
	jsonw_key(writer, "list");
	jsonw_begin_array(writer);
	jsonw_int(writer, 1);
	jsonw_begin_array(writer);
	jsonw_end_array(writer);
	jsonw_begin_object(writer);
	jsonw_end_object(writer);
	jsonw_begin_flat_object(writer);
	jsonw_field_int(writer, "a", 1);
	jsonw_key(writer, "b");
	jsonw_begin_array(writer);
	jsonw_bool(writer, true);
	jsonw_bool(writer, false);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	jsonw_begin_flat_array(writer);
	jsonw_null(writer);
	jsonw_null(writer);
	jsonw_end_array(writer);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static const char sample_one_line[] =
    "{\"name\":\"x\",\"count\":-3,\"ok\":true,\"none\":null,\"c\":\"text\","
    "\"list\":[1,[],{},{\"a\":1,\"b\":[true,false]},[null,null]]}";

static const char sample_indented[] = "{\n"
				      "  \"name\": \"x\",\n"
				      "  \"count\": -3,\n"
				      "  \"ok\": true,\n"
				      "  \"none\": null,\n"
				      "  \"c\": \"text\",\n"
				      "  \"list\": [\n"
				      "    1,\n"
				      "    [],\n"
				      "    {},\n"
				      "    {\"a\": 1, \"b\": [true, false]},\n"
				      "    [null, null]\n"
				      "  ]\n"
				      "}";

static void test_layouts(void **state)
{
	static const struct {
		const char *name;
		int indent;
		struct str want;
	} rows[] = {
	    {"one line", 0, {sample_one_line, sizeof(sample_one_line) - 1}},
	    {"indented", 2, {sample_indented, sizeof(sample_indented) - 1}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct document document;

		document_begin(&document, rows[i].indent);
		write_sample(&document.writer);
		document_check(&document, rows[i].name, rows[i].want);
	}
}

static void test_deep_indentation(void **state)
{
	struct document document;
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf want;

	(void)state;
	buf_init(&want, arena, SIZE_MAX);
	document_begin(&document, 4);
	for (size_t depth = 0; depth < 100; depth++) {
		jsonw_begin_array(&document.writer);
		buf_addc(&want, '[');
		buf_addc(&want, '\n');
		buf_repeat(&want, ' ', 4 * depth + 4);
	}
	jsonw_int(&document.writer, 1);
	buf_addc(&want, '1');
	for (size_t depth = 100; depth-- > 0;) {
		jsonw_end_array(&document.writer);
		buf_addc(&want, '\n');
		buf_repeat(&want, ' ', 4 * depth);
		buf_addc(&want, ']');
	}
	document_check(&document, "deep", buf_str(&want));
}

/* Not _exit(), which would lose what was measured of the coverage. */
/* --- parts --- */

static void write_numbers(struct jsonw *writer, int from, int to)
{
	for (int i = from; i < to; i++) {
		jsonw_begin_flat_object(writer);
		jsonw_field_int(writer, "n", i);
		jsonw_end_object(writer);
	}
}

static void begin_numbers(struct jsonw *writer)
{
	jsonw_begin_object(writer);
	jsonw_key(writer, "numbers");
	jsonw_begin_array(writer);
}

static void end_numbers(struct jsonw *writer)
{
	jsonw_end_array(writer);
	jsonw_field_bool(writer, "end", true);
	jsonw_end_object(writer);
}

/* What was written elsewhere cannot be told from what was written here. */
static void test_parts(void **state)
{
	static const struct {
		const char *name;
		int indent, count, each;
	} rows[] = {
	    {"one of one", 2, 1, 1},
	    {"one by one", 2, 5, 1},
	    {"all at once", 2, 5, 5},
	    {"a rest", 4, 7, 3},
	    {"on one line", 0, 7, 3},
	    {"more than a block", 2, 30000, 10000},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct document whole, parts;

		document_begin(&whole, rows[i].indent);
		begin_numbers(&whole.writer);
		write_numbers(&whole.writer, 0, rows[i].count);
		end_numbers(&whole.writer);

		document_begin(&parts, rows[i].indent);
		begin_numbers(&parts.writer);
		for (int from = 0; from < rows[i].count; from += rows[i].each) {
			int to = from + rows[i].each;
			struct buf buf;
			struct sink sink;
			struct err err = {0};
			struct jsonw part;

			buf_init(&buf, parts.arena, SIZE_MAX);
			sink_to_buf_by_blocks(&sink, parts.arena, &buf);
			part = jsonw_part(&parts.writer, &sink, from == 0);
			write_numbers(&part, from, to < rows[i].count ? to : rows[i].count);
			assert_true(sink_finish(&sink, &err));
			jsonw_add_part(&parts.writer, buf_str(&buf));
		}
		end_numbers(&parts.writer);
		document_check(&parts, rows[i].name, buf_str(&whole.buf));
		arena_free(whole.arena);
	}
}

static void leave(int signal_number)
{
	(void)signal_number;
	exit(42); /* NOLINT(bugprone-signal-handler): abort() was called on purpose, nothing is held
		   */
}

static void too_deep(struct jsonw *writer)
{
	for (int depth = 0; depth <= JSON_WRITE_DEPTH; depth++)
		jsonw_begin_array(writer);
}

static void value_without_key(struct jsonw *writer)
{
	jsonw_begin_object(writer);
	jsonw_null(writer);
}

static void key_in_array(struct jsonw *writer)
{
	jsonw_begin_array(writer);
	jsonw_key(writer, "a");
}

static void key_without_value(struct jsonw *writer)
{
	jsonw_begin_object(writer);
	jsonw_key(writer, "a");
	jsonw_end_object(writer);
}

static void wrong_end(struct jsonw *writer)
{
	jsonw_begin_object(writer);
	jsonw_end_array(writer);
}

static void end_of_nothing(struct jsonw *writer)
{
	jsonw_end_array(writer);
}

/* Whoever writes what is no JSON hears of it in the first test. */
static void test_misuse_aborts(void **state)
{
	static const struct {
		const char *name;
		void (*misuse)(struct jsonw *writer);
	} rows[] = {
	    {"too deep", too_deep},
	    {"value without key", value_without_key},
	    {"key in array", key_in_array},
	    {"key without value", key_without_value},
	    {"wrong end", wrong_end},
	    {"end of nothing", end_of_nothing},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct document document;
		int status;
		pid_t child;

		document_begin(&document, 0);
		child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			(void)signal(SIGABRT, leave);
			(void)close(STDERR_FILENO);
			rows[i].misuse(&document.writer);
			_exit(1);
		}
		arena_free(document.arena);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 42)
			fail_msg("%s", rows[i].name);
	}
}

static void test_limit_of_the_sink(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {.code = ERR_NONE};
	struct jsonw writer;
	struct sink sink;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 8);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	jsonw_str(&writer, STR("too long for it"));
	assert_false(sink_finish(&sink, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_strings),
	    cmocka_unit_test(test_every_byte_at_every_place),
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_layouts),
	    cmocka_unit_test(test_deep_indentation),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_misuse_aborts),
	    cmocka_unit_test(test_limit_of_the_sink),
	};

	return cmocka_run_group_tests_name("base/json_write", tests, NULL, NULL);
}
