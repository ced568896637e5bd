/*
 * test_json_cursor.c: the indexer against jsonr_read() and against a skipper so simple that it is
 * right, over random documents, damaged documents and windows down to one byte; and the vector
 * classifiers against the portable one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_cursor.h"
#include "base/json_scan.h"
#include "base/json_scan_portable.h"

/* xorshift64*: the same documents on every machine */
struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (uint32_t)((dice->state * 0x2545F4914F6CDD1Du) >> 33) % sides;
}

static const size_t windows[] = {1, 2, 3, 7, 16, 63, 64, 65, 100, 191, 1000, 4096, CURSOR_WINDOW};

/* --- random documents --- */

static void add_space(struct buf *buf, struct dice *dice)
{
	static const char *const spaces[] = {"", "", "", " ", "\n", "\r\n\t", "     ",
	    "                                                                              "};

	buf_adds(buf, spaces[roll(dice, roll(dice, 8) == 0 ? ARRAY_LEN(spaces) : 4)]);
}

static void add_string(struct buf *buf, struct dice *dice, const char *prefix)
{
	static const char *const parts[] = {"a", "name", "{", "}", "[", "]", ",", ":", "\\\"",
	    "\\\\", "\\\\\\\"", "\\n", "\\u00e4", "\\ud83d\\ude00", "\\ud800", "\xc3\xa4",
	    "\xf0\x9f\x98\x80", "|", "\\/", "0123456789abcdef", "\x7f"};
	uint32_t count = roll(dice, roll(dice, 6) == 0 ? 90 : 6);

	buf_addf(buf, "\"%s", prefix);
	for (uint32_t i = 0; i < count; i++)
		buf_adds(buf, parts[roll(dice, ARRAY_LEN(parts))]);
	buf_adds(buf, "\"");
}

static void add_scalar(struct buf *buf, struct dice *dice)
{
	static const char *const scalars[] = {
	    "0", "-1", "12345678901234567890123", "1.25e-7", "true", "false", "null", "42"};

	if (roll(dice, 3) > 0)
		add_string(buf, dice, "");
	else
		buf_adds(buf, scalars[roll(dice, ARRAY_LEN(scalars))]);
}

static void add_value(struct buf *buf, struct dice *dice, int depth)
{
	uint32_t kind = roll(dice, depth > 6 ? 4 : 8);
	bool is_map = kind < 6;
	uint32_t count = roll(dice, 5);

	if (kind < 4) {
		add_scalar(buf, dice);
		return;
	}
	buf_addc(buf, is_map ? '{' : '[');
	for (uint32_t i = 0; i < count; i++) {
		char prefix[24];

		(void)snprintf(prefix, sizeof(prefix), "%u", i);
		buf_adds(buf, i > 0 ? "," : "");
		add_space(buf, dice);
		if (is_map) {
			add_string(buf, dice, prefix);
			add_space(buf, dice);
			buf_addc(buf, ':');
			add_space(buf, dice);
		}
		add_value(buf, dice, depth + 1);
		add_space(buf, dice);
	}
	buf_addc(buf, is_map ? '}' : ']');
}

static struct str random_document(struct arena *arena, struct dice *dice)
{
	struct buf buf;

	buf_init(&buf, arena, 1 << 20);
	add_space(&buf, dice);
	if (roll(dice, 10) == 0) {
		add_value(&buf, dice, 0);
	} else {
		buf_adds(&buf, "{\"first\":");
		add_value(&buf, dice, 1);
		buf_adds(&buf, ",\"second\":");
		add_value(&buf, dice, 1);
		buf_adds(&buf, "}");
	}
	add_space(&buf, dice);
	return buf_str(&buf);
}

/* --- walking with the cursor next to the value that jsonr_read() made --- */

struct walk {
	struct arena *arena;
	struct cursor *cursor;
	struct str text;
	struct dice *dice;
	struct err *err;
};

static void check_raw(struct walk *walk, struct str raw, struct value value)
{
	struct jsonr reader = {.file = "raw"};
	struct value again;

	assert_true(raw.len > 0 && (unsigned char)raw.ptr[0] > ' ');
	assert_true(jsonr_read(walk->arena, raw, &reader, &again, walk->err));
	assert_true(value_equal(again, value));
	assert_true((unsigned char)raw.ptr[raw.len - 1] > ' ');
}

static void walk_value(struct walk *walk, struct value value);

static void walk_container(struct walk *walk, struct value value)
{
	bool is_map = value.kind == VALUE_MAP, more = true;
	struct str key;

	assert_true(cursor_enter(walk->cursor, is_map ? '{' : '[', walk->err));
	for (uint32_t i = 0; i <= value.len; i++) {
		assert_true(is_map ? cursor_key(walk->cursor, &key, &more, walk->err)
				   : cursor_item(walk->cursor, &more, walk->err));
		assert_int_equal(more, i < value.len);
		if (!more)
			break;
		if (is_map)
			assert_true(str_eq(key, value_text(value.as.entries[i].key)));
		walk_value(walk, is_map ? value.as.entries[i].value : value.as.items[i]);
	}
}

static void walk_string(struct walk *walk, struct value value)
{
	struct str text;
	bool is_null;

	assert_true(cursor_string(walk->cursor, &text, &is_null, walk->err));
	assert_int_equal(is_null, value.kind != VALUE_STRING);
	assert_true(str_eq(text, value.kind == VALUE_STRING ? value_text(value) : STR_EMPTY));
}

static void walk_value(struct walk *walk, struct value value)
{
	uint32_t way = roll(walk->dice, 8);
	struct span span;
	struct str raw;
	char kind;

	if (way & 1) {
		assert_true(cursor_peek(walk->cursor, &kind, walk->err));
		assert_int_equal(kind == '{', value.kind == VALUE_MAP);
		assert_int_equal(kind == '"', value.kind == VALUE_STRING);
	}
	if (way >= 4 && (value.kind == VALUE_MAP || value.kind == VALUE_LIST)) {
		walk_container(walk, value);
	} else if (way >= 4) {
		walk_string(walk, value);
	} else if (way >= 2) {
		assert_true(cursor_raw(walk->cursor, &raw, walk->err));
		check_raw(walk, raw, value);
	} else {
		assert_true(cursor_skip(walk->cursor, &span, walk->err));
		raw =
		    str_from_to(walk->text, (size_t)span.offset, (size_t)(span.offset + span.len));
		check_raw(walk, raw, value);
		assert_int_equal(cursor_offset(walk->cursor), span.offset + span.len);
	}
}

static void test_walks(void **state)
{
	struct dice dice = {.state = 20261122};

	(void)state;
	for (int document = 0; document < 600; document++) {
		struct arena *arena = arena_new();
		struct err err = {.code = ERR_NONE};
		struct str text = random_document(arena, &dice);
		struct input *input = input_from_str(arena, "random", text);
		struct jsonr reader = {.file = "random"};
		struct value value;

		assert_true(jsonr_read(arena, text, &reader, &value, &err));
		for (size_t i = 0; i < ARRAY_LEN(windows); i++) {
			struct cursor *cursor = cursor_new_windowed(arena, input, 0, windows[i]);
			struct walk walk = {arena, cursor, text, &dice, &err};
			char kind;

			walk_value(&walk, value);
			assert_true(cursor_peek(cursor, &kind, &err));
			assert_int_equal(kind, 0);
		}
		arena_free(arena);
	}
}

/* --- skipping, against the simplest skipper there is --- */

/* The length of the escape at `at`; 0: wrong. */
static size_t plain_escape(struct str text, size_t at)
{
	if (at + 1 >= text.len)
		return 0;
	if (text.ptr[at + 1] != 'u')
		return text.ptr[at + 1] != 0 && strchr("\"\\/bfnrt", text.ptr[at + 1]) ? 2 : 0;
	for (size_t i = at + 2; i < at + 6; i++) {
		if (i >= text.len || text.ptr[i] == 0 ||
		    !strchr("0123456789abcdefABCDEF", text.ptr[i]))
			return 0;
	}
	return 6;
}

struct brackets {
	char due[JSON_DEPTH_MAX]; /* what closes the containers that are open */
	size_t depth;
};

/* One byte outside of strings; false: wrong. */
static bool plain_bracket(struct brackets *brackets, char byte)
{
	if (byte == '{' || byte == '[') {
		if (brackets->depth == JSON_DEPTH_MAX)
			return false;
		brackets->due[brackets->depth++] = byte == '{' ? '}' : ']';
	}
	if (byte != '}' && byte != ']')
		return true;
	return brackets->depth > 0 && brackets->due[--brackets->depth] == byte;
}

/* Where the container that begins the text ends; 0: strings or brackets are wrong. */
static size_t plain_skip(struct str text)
{
	struct brackets brackets = {.depth = 0};
	bool in_string = false;
	size_t step;

	for (size_t at = 0; at < text.len; at += step) {
		char byte = text.ptr[at];

		step = byte == '\\' ? plain_escape(text, at) : 1;
		if (step == 0 || (byte == '\\' && !in_string))
			return 0;
		if (in_string && (unsigned char)byte < 0x20)
			return 0;
		in_string ^= byte == '"';
		if (!in_string && !plain_bracket(&brackets, byte))
			return 0;
		if (brackets.depth == 0)
			return at + 1;
	}
	return 0;
}

static void check_skip(struct arena *arena, struct str text, size_t window)
{
	struct input *input = input_from_str(arena, "damaged", text);
	struct cursor *cursor = cursor_new_windowed(arena, input, 0, window);
	struct err err = {.code = ERR_NONE};
	struct span span = {0, 0};
	size_t expected = plain_skip(text);

	bool ok = cursor_skip(cursor, &span, &err);
	if (ok != (expected > 0) || span.len != expected || err.code == ERR_IO)
		print_error("window %zu, '%.*s': %zu, expected %zu; %s\n", window, STR_ARG(text),
		    (size_t)span.len, expected, err.text);
	assert_int_equal(ok, expected > 0);
	assert_int_equal(span.len, expected);
	if (!ok)
		assert_true(err.code == ERR_SYNTAX || err.code == ERR_LIMIT);
	if (!ok)
		assert_true(err.line > 0 && err.column > 0);
}

/* Random documents, cut anywhere or with one byte replaced. */
static void test_damaged(void **state)
{
	static const char bytes[] = "\"\\{}[],:ab\x01\n\t u0";
	struct dice dice = {.state = 42};

	(void)state;
	for (int document = 0; document < 4000; document++) {
		struct arena *arena = arena_new();
		struct str whole = str_trim(random_document(arena, &dice));
		char *copy = str_to_c(arena, whole);
		size_t len = whole.len;

		if (copy[0] == '{' || copy[0] == '[') {
			uint32_t way = roll(&dice, 3);
			size_t at = 1 + roll(&dice, (uint32_t)len - 1);

			if (way == 0)
				len = at;
			if (way == 1)
				copy[at] = bytes[roll(&dice, sizeof(bytes) - 1)];
			check_skip(arena, (struct str){copy, len},
			    windows[roll(&dice, ARRAY_LEN(windows))]);
			check_skip(arena, (struct str){copy, len}, CURSOR_WINDOW);
		}
		arena_free(arena);
	}
}

/* All texts of a few structural bytes: whatever the vectors could confuse. */
static void test_exhaustive(void **state)
{
	static const char bytes[] = "\"\\[]{n";
	struct arena *arena = arena_new();

	(void)state;
	for (uint32_t number = 0; number < 7776 * 6; number++) {
		struct arena_mark mark = arena_save(arena);
		char text[80];
		uint32_t rest = number;
		size_t pad = number % 3 == 0 ? 0 : 59;

		text[0] = '[';
		memset(text + 1, ' ', pad); /* so that they lie on the edge of a block */
		for (size_t i = 0; i < 6; i++, rest /= 6)
			text[1 + pad + i] = bytes[rest % 6];
		text[pad + 7] = ']';
		check_skip(arena, (struct str){text, pad + 8}, number % 2 ? 4096 : 5);
		arena_rewind(arena, mark);
	}
	arena_free(arena);
}

static void test_depth(void **state)
{
	(void)state;
	for (size_t depth = JSON_DEPTH_MAX - 70; depth <= JSON_DEPTH_MAX + 70; depth++) {
		struct arena *arena = arena_new();
		struct buf buf;

		buf_init(&buf, arena, 4096);
		buf_repeat(&buf, '[', depth);
		buf_repeat(&buf, ']', depth);
		check_skip(arena, buf_str(&buf), CURSOR_WINDOW);
		check_skip(arena, buf_str(&buf), 50);
		arena_free(arena);
	}
}

/* --- errors --- */

enum way {
	WAY_SKIP,
	WAY_KEYS,
	WAY_ITEMS,
	WAY_STRING,
	WAY_RAW
};

struct refused {
	const char *name, *text;
	enum way way;
	int line, column;
	const char *message;
};

#define TRUNCATED "unexpected end of input (truncated?)"

static const struct refused refused_rows[] = {
    {"mismatch", "{\"a\":\n [1}", WAY_SKIP, 2, 4, "expected ']', found '}'"},
    {"other mismatch", "[{]", WAY_SKIP, 1, 3, "expected '}', found ']'"},
    {"truncated", "{\"a\":[", WAY_SKIP, 1, 7, TRUNCATED},
    {"truncated in a string", "{\"a", WAY_SKIP, 1, 4, TRUNCATED},
    {"truncated in an escape", "{\"a\\u00", WAY_SKIP, 1, 8, TRUNCATED},
    {"control character", "{\"\xc3\xa4\": \"b\tc\"}", WAY_SKIP, 1, 9,
	"control character in a string"},
    {"unknown escape", "[\"b\\qc\"]", WAY_SKIP, 1, 4, "unknown escape in a string"},
    {"backslash outside of a string", "[ \\\"]", WAY_SKIP, 1, 3, "expected a value, found '\\'"},
    {"no value", "  ", WAY_SKIP, 1, 3, TRUNCATED},
    {"no value but a bracket", " ]", WAY_SKIP, 1, 2, "expected a value, found ']'"},
    {"wrong literal", "nul", WAY_SKIP, 1, 4, TRUNCATED},
    {"number goes on", "12x ", WAY_SKIP, 1, 3, "expected a value, found 'x'"},
    {"string with a newline", "\"a\nb\"", WAY_SKIP, 1, 3, "control character in a string"},
    {"string without end", "\"ab", WAY_SKIP, 1, 4, TRUNCATED},
    {"no object", "[1]", WAY_KEYS, 1, 1, "expected an object, found '['"},
    {"no key", "{1:2}", WAY_KEYS, 1, 2, "expected a key in double quotes, found '1'"},
    {"no colon", "{\"a\" 1}", WAY_KEYS, 1, 6, "expected ':' after a key, found '1'"},
    {"no comma", "{\"a\":1\n\"b\":2}", WAY_KEYS, 2, 1,
	"expected ',' or '}' after a value in an object, found '\"'"},
    {"trailing comma", "{\"a\":1,}", WAY_KEYS, 1, 8, "expected a key in double quotes, found '}'"},
    {"object ends early", "{\"a\":1", WAY_KEYS, 1, 7, TRUNCATED},
    {"key ends early", "{\"a\":1,\"b", WAY_KEYS, 1, 10, TRUNCATED},
    {"colon ends early", "{\"a\" ", WAY_KEYS, 1, 6, TRUNCATED},
    {"invalid utf-8 in a key", "{\"\xff\":1}", WAY_KEYS, 1, 3, "invalid UTF-8 in a string"},
    {"no array", "7", WAY_ITEMS, 1, 1, "expected an array, found '7'"},
    {"no comma between items", "[1 2]", WAY_ITEMS, 1, 4,
	"expected ',' or ']' after a value in an array, found '2'"},
    {"trailing comma in an array", "[1,]", WAY_ITEMS, 1, 4, "expected a value, found ']'"},
    {"array ends early", "[1,", WAY_ITEMS, 1, 4, TRUNCATED},
    {"invalid utf-8", "\"a\xc3\"", WAY_STRING, 1, 3, "invalid UTF-8 in a string"},
    {"bad escape", "\"a\\x\"", WAY_STRING, 1, 3, "unknown escape in a string"},
    {"leading zero", "007", WAY_RAW, 1, 1, "number has a leading zero"},
};

static bool go_all(struct cursor *cursor, char open, struct err *err)
{
	struct str key;
	struct span span;
	bool more = true;

	if (!cursor_enter(cursor, open, err))
		return false;
	while (more) {
		if (!(open == '{' ? cursor_key(cursor, &key, &more, err)
				  : cursor_item(cursor, &more, err)))
			return false;
		if (more && !cursor_skip(cursor, &span, err))
			return false;
	}
	return true;
}

static bool go(struct cursor *cursor, enum way way, struct err *err)
{
	struct span span;
	struct str text;
	bool is_null;

	switch (way) {
	case WAY_SKIP:
		return cursor_skip(cursor, &span, err);
	case WAY_KEYS:
		return go_all(cursor, '{', err);
	case WAY_ITEMS:
		return go_all(cursor, '[', err);
	case WAY_STRING:
		return cursor_string(cursor, &text, &is_null, err);
	case WAY_RAW:
		return cursor_raw(cursor, &text, err);
	}
	return true;
}

static void test_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused_rows) * ARRAY_LEN(windows); i++) {
		const struct refused *row = &refused_rows[i / ARRAY_LEN(windows)];
		size_t window = windows[i % ARRAY_LEN(windows)];
		struct arena *arena = arena_new();
		struct input *input = input_from_str(arena, "plan.json", str_from(row->text));
		struct err err = {.code = ERR_NONE};

		bool ok = go(cursor_new_windowed(arena, input, 0, window), row->way, &err);
		if (ok || strcmp(err.text, row->message) != 0 || err.line != row->line ||
		    err.column != row->column)
			print_error("%s (window %zu): %d:%d: %s\n", row->name, window, err.line,
			    err.column, err.text);
		assert_false(ok);
		assert_int_equal(err.code, ERR_SYNTAX);
		assert_string_equal(err.file, "plan.json");
		assert_string_equal(err.text, row->message);
		assert_int_equal(err.line, row->line);
		assert_int_equal(err.column, row->column);
		arena_free(arena);
	}
}

/* Keys and scalars of the greatest length that is taken, and one more. */
static void check_length(enum way way, size_t len, size_t window)
{
	struct arena *arena = arena_new();
	struct err err = {.code = ERR_NONE};
	struct buf buf;
	bool fits = len <= CURSOR_SCALAR_MAX;

	buf_init(&buf, arena, 1 << 20);
	buf_adds(&buf, way == WAY_KEYS ? "{\"" : "\"");
	buf_repeat(&buf, 'k', way == WAY_RAW ? len - 2 : len);
	buf_adds(&buf, way == WAY_KEYS ? "\"  :1}" : "\"");
	struct input *input = input_from_str(arena, "long", buf_str(&buf));
	bool ok = go(cursor_new_windowed(arena, input, 0, window), way, &err);

	if (ok != fits)
		print_error("way %d, %zu bytes, window %zu: %s\n", (int)way, len, window, err.text);
	assert_int_equal(ok, fits);
	assert_int_equal(err.code, fits ? ERR_NONE : ERR_LIMIT);
	arena_free(arena);
}

static void test_lengths(void **state)
{
	static const enum way ways[] = {WAY_KEYS, WAY_STRING, WAY_RAW};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		for (size_t extra = 0; extra < 2; extra++) {
			check_length(ways[i], CURSOR_SCALAR_MAX + extra, CURSOR_WINDOW);
			check_length(ways[i], CURSOR_SCALAR_MAX + extra, 5000);
		}
		check_length(ways[i], 4 * CURSOR_SCALAR_MAX, 5000);
		check_length(ways[i], 8 * CURSOR_SCALAR_MAX, CURSOR_WINDOW);
	}
	/* skipped strings may be of any length */
	struct arena *arena = arena_new();
	struct err err = {.code = ERR_NONE};
	struct buf buf;
	struct span span;

	buf_init(&buf, arena, 1 << 22);
	buf_adds(&buf, "\"");
	buf_repeat(&buf, 's', 3 << 20);
	buf_adds(&buf, "\"");
	struct input *input = input_from_str(arena, "long", buf_str(&buf));
	assert_true(cursor_skip(cursor_new(arena, input, 0), &span, &err));
	assert_int_equal(span.len, (3 << 20) + 2);
	arena_free(arena);
}

/* Several documents in one input, and a start in its middle. */
static void test_documents(void **state)
{
	struct arena *arena = arena_new();
	struct input *input = input_from_str(arena, "many", STR("noise {\"a\":1}\n[2] \"x\" 4\n"));
	struct cursor *cursor = cursor_new(arena, input, 5);
	struct err err = {.code = ERR_NONE};
	struct span span;
	static const struct span expected[] = {{6, 7}, {14, 3}, {18, 3}, {22, 1}};
	char kind;
	int line, column;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		assert_true(cursor_peek(cursor, &kind, &err) && kind != 0);
		assert_true(cursor_skip(cursor, &span, &err));
		assert_int_equal(span.offset, expected[i].offset);
		assert_int_equal(span.len, expected[i].len);
	}
	assert_true(cursor_peek(cursor, &kind, &err));
	assert_int_equal(kind, 0);
	cursor_position(cursor, 18, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 5);
	arena_free(arena);
}

/* --- classifiers --- */

static void check_block(const char *block)
{
	struct json_marks marks = json_scan_marks(block), plain = json_portable_marks(block);
	struct json_rare rare = json_scan_rare(block), plain_rare = json_portable_rare(block);

	assert_true(marks.quote == plain.quote);
	assert_true(marks.bracket == plain.bracket);
	assert_int_equal(marks.rare != 0, plain.rare != 0);
	assert_true(rare.backslash == plain_rare.backslash);
	assert_true(rare.control == plain_rare.control);
	for (size_t from = 0; from < JSON_BLOCK; from += 5) {
		for (size_t to = from; to < JSON_BLOCK; to += 3) {
			uint32_t wide = 0, plain_wide = 0;
			const char *stop = json_scan_plain(block + from, block + to, &wide);

			assert_ptr_equal(
			    stop, json_portable_plain(block + from, block + to, &plain_wide));
			assert_int_equal(wide != 0, plain_wide != 0);
		}
	}
}

static void test_classifiers(void **state)
{
	struct dice dice = {.state = 7};
	char block[JSON_BLOCK];

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		for (size_t at = 0; at < JSON_BLOCK; at++) {
			memset(block, 'x', sizeof(block));
			block[at] = (char)byte;
			check_block(block);
		}
	}
	for (int i = 0; i < 3000; i++) {
		for (size_t at = 0; at < JSON_BLOCK; at++)
			block[at] = (char)roll(&dice, 256);
		check_block(block);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_classifiers),
	    cmocka_unit_test(test_walks),
	    cmocka_unit_test(test_damaged),
	    cmocka_unit_test(test_exhaustive),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_refuses),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_documents),
	};

	return cmocka_run_group_tests_name("base/json_cursor", tests, NULL, NULL);
}
