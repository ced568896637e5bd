#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define FFFD "\xef\xbf\xbd"

struct valid_row {
	const char *name;
	struct str text;
	size_t prefix;
};

static const struct valid_row valid_rows[] = {
    {"empty", STR_INIT(""), 0},
    {"ascii", STR_INIT("hello"), 5},
    {"ascii with NUL", STR_INIT("a\0b"), 3},
    {"two bytes", STR_INIT("\xc2\x80\xdf\xbf"), 4},
    {"three bytes", STR_INIT("\xe0\xa0\x80\xef\xbf\xbf"), 6},
    {"four bytes", STR_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), 8},
    {"around the surrogates", STR_INIT("\xed\x9f\xbf\xee\x80\x80"), 6},
    {"first surrogate", STR_INIT("a\xed\xa0\x80"), 1},
    {"last surrogate", STR_INIT("a\xed\xbf\xbf"), 1},
    {"overlong slash", STR_INIT("a\xc0\xaf"), 1},
    {"overlong c1", STR_INIT("a\xc1\xbf"), 1},
    {"overlong three", STR_INIT("a\xe0\x9f\xbf"), 1},
    {"overlong four", STR_INIT("a\xf0\x8f\xbf\xbf"), 1},
    {"over 10ffff", STR_INIT("a\xf4\x90\x80\x80"), 1},
    {"f5", STR_INIT("a\xf5\x80\x80\x80"), 1},
    {"ff", STR_INIT("a\xff"), 1},
    {"lone continuation", STR_INIT("a\x80"), 1},
    {"cut two", STR_INIT("a\xc3"), 1},
    {"cut three", STR_INIT("a\xe2\x82"), 1},
    {"cut four", STR_INIT("a\xf0\x9f\x98"), 1},
    {"bad third byte", STR_INIT("a\xe2\x82\x41"), 1},
    {"bad fourth byte", STR_INIT("a\xf0\x9f\x98\xc0"), 1},
    {"behind 16 bytes", STR_INIT("0123456789abcdef\xff"), 16},
    {"at byte 15", STR_INIT("0123456789abcde\xff"), 15},
    {"behind 40 bytes", STR_INIT("0123456789012345678901234567890123456789\xc3\xa9\x80"), 42},
};

static void test_valid_prefix(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(valid_rows); i++) {
		const struct valid_row *row = &valid_rows[i];

		if (utf8_valid_prefix(row->text) != row->prefix ||
		    utf8_is_valid(row->text) != (row->prefix == row->text.len))
			fail_msg("%s: %zu", row->name, utf8_valid_prefix(row->text));
	}
}

/* Every code point goes through encode, check and decode; no surrogate does. */
static void test_every_code_point(void **state)
{
	(void)state;
	for (uint32_t code = 0; code <= 0x110010; code++) {
		bool valid = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
		char bytes[4];
		struct str text = {bytes, utf8_encode(code, bytes)};
		size_t at = 0;

		assert_true(utf8_is_valid(text));
		assert_int_equal(utf8_next(text, &at), valid ? code : 0xfffd);
		assert_int_equal(at, text.len);
		assert_int_equal(utf8_count(text), 1);
		text.len--;
		assert_int_equal(utf8_valid_prefix(text), 0);
	}
}

/* All texts of two bytes. */
static void test_every_pair(void **state)
{
	(void)state;
	for (unsigned pair = 0; pair < 0x10000; pair++) {
		unsigned first = pair >> 8, second = pair & 0xff;
		char bytes[2] = {(char)first, (char)second};
		bool want = (first < 0x80 && second < 0x80) ||
			    (first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf);

		assert_int_equal(utf8_is_valid((struct str){bytes, 2}), want);
	}
}

static void test_next_moves_over_bad_bytes(void **state)
{
	struct str text = STR("a\xe2\x82z\xed\xa0\x80");
	static const uint32_t want[] = {'a', 0xfffd, 0xfffd, 'z', 0xfffd, 0xfffd, 0xfffd};
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(utf8_next(text, &at), want[i]);
	assert_int_equal(at, text.len);
	assert_int_equal(utf8_count(text), ARRAY_LEN(want));
}

static void test_cut(void **state)
{
	static const struct {
		struct str text;
		size_t max, want;
	} rows[] = {
	    {STR_INIT("hello"), 10, 5},
	    {STR_INIT("hello"), 5, 5},
	    {STR_INIT("hello"), 3, 3},
	    {STR_INIT("hello"), 0, 0},
	    {STR_INIT("a\xe2\x82\xac"), 4, 4},
	    {STR_INIT("a\xe2\x82\xac"
		      "b"),
		4, 4},
	    {STR_INIT("a\xe2\x82\xac"), 3, 1},
	    {STR_INIT("a\xe2\x82\xac"), 2, 1},
	    {STR_INIT("\xf0\x9f\x98\x80"), 3, 0},
	    {STR_INIT("\xf0\x9f\x98\x80"), 1, 0},
	    {STR_INIT("\x80\x80\x80\x80\x80\x80"), 5, 5}, /* no UTF-8: by bytes */
	    {STR_INIT("\x80\x80\x80"), 2, 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (utf8_cut(rows[i].text, rows[i].max).len != rows[i].want)
			fail_msg("row %zu", i);
	}
}

static void test_width(void **state)
{
	static const struct {
		const char *name, *text;
		size_t want;
	} rows[] = {
	    {"empty", "", 0},
	    {"ascii", "hello", 5},
	    {"controls", "\t\n\x1b\x7f\xc2\x85", 0},
	    {"latin", "\xc3\xa9\xc3\x9f", 2},
	    {"combining acute", "e\xcc\x81", 1},
	    {"zero width joiner", "\xe2\x80\x8d", 0},
	    {"variation selector", "\xe2\x9a\xa0\xef\xb8\x8f", 1},
	    {"warning sign", "\xe2\x9a\xa0", 1},
	    {"check mark", "\xe2\x9c\x85", 2},
	    {"rocket", "\xf0\x9f\x9a\x80", 2},
	    {"han", "\xe6\xbc\xa2\xe5\xad\x97", 4},
	    {"hangul syllable", "\xed\x95\x9c", 2},
	    {"hangul jamo", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", 2},
	    {"fullwidth letter", "\xef\xbc\xa1", 2},
	    {"halfwidth katakana", "\xef\xbd\xb1", 1},
	    {"box drawing", "\xe2\x94\x80", 1},
	    {"cyrillic", "\xd0\x96", 1},
	    {"beyond the last range", "\xf4\x8f\xbf\xbf", 1},
	    {"bad byte", "\xff", 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (utf8_width(str_from(rows[i].text)) != rows[i].want)
			fail_msg("%s: %zu", rows[i].name, utf8_width(str_from(rows[i].text)));
	}
}

struct print_row {
	const char *name;
	struct str in, want;
	const char *line; /* NULL: the same as want */
};

static const struct print_row print_rows[] = {
    {"empty", STR_INIT(""), STR_INIT(""), NULL},
    {"plain", STR_INIT("a ~"), STR_INIT("a ~"), NULL},
    {"UTF-8", STR_INIT("\xc3\xa9\xf0\x9f\x98\x80"), STR_INIT("\xc3\xa9\xf0\x9f\x98\x80"), NULL},
    {"replacement in the input", STR_INIT(FFFD), STR_INIT(FFFD), NULL},
    {"bad bytes", STR_INIT("a\xff\xc3z"), STR_INIT("a" FFFD FFFD "z"), NULL},
    {"many bad bytes", STR_INIT("\xff\xff\xff\xff"), STR_INIT(FFFD FFFD FFFD FFFD), NULL},
    {"line ends", STR_INIT("a\r\nb\rc\nd\r\r\n"), STR_INIT("a\nb\nc\nd\n\n"), "a b c d  "},
    {"tab", STR_INIT("a\tb"), STR_INIT("a\tb"), "a b"},
    {"unicode line ends",
	STR_INIT("a\xe2\x80\xa8"
		 "b\xe2\x80\xa9"
		 "c\xc2\x85"
		 "d"),
	STR_INIT("a\nb\nc\nd"), "a b c d"},
    {"controls",
	STR_INIT("a\0\1\b\f\v\x7f"
		 "b"),
	STR_INIT("ab"), NULL},
    {"c1 controls",
	STR_INIT("a\xc2\x80\xc2\x84\xc2\x9a"
		 "b"),
	STR_INIT("ab"), NULL},
    {"colour", STR_INIT("\x1b[1;31mred\x1b[0m"), STR_INIT("red"), NULL},
    {"colour by colons", STR_INIT("\x1b[38:2::1:2:3mred\x1b[m"), STR_INIT("red"), NULL},
    {"erase line", STR_INIT("x\x1b[2Ky\x1b[?25l"), STR_INIT("xy"), NULL},
    {"csi with intermediate", STR_INIT("\x1b[1 qa"), STR_INIT("a"), NULL},
    {"csi of one code point",
	STR_INIT("\xc2\x9b"
		 "31mred"),
	STR_INIT("red"), NULL},
    {"csi cut off", STR_INIT("a\x1b[31"), STR_INIT("a31"), NULL},
    {"csi broken by a line", STR_INIT("a\x1b[31\nb"), STR_INIT("a31\nb"), "a31 b"},
    {"csi in csi", STR_INIT("\x1b[\x1b[31mx"), STR_INIT("x"), NULL},
    {"csi that hides too much",
	STR_INIT("\x1b[00000000000000000000000000000000000000000000000000000000000000001mx"),
	STR_INIT("00000000000000000000000000000000000000000000000000000000000000001mx"), NULL},
    {"title ended by BEL", STR_INIT("\x1b]0;title\aa"), STR_INIT("a"), NULL},
    {"title ended by ST", STR_INIT("\x1b]0;title\x1b\\a"), STR_INIT("a"), NULL},
    {"title ended by one-point ST",
	STR_INIT("\x1b]0;t\xc2\x9c"
		 "a"),
	STR_INIT("a"), NULL},
    {"link", STR_INIT("\x1b]8;;https://x\x1b\\text\x1b]8;;\x1b\\."), STR_INIT("text."), NULL},
    {"osc of one code point",
	STR_INIT("\xc2\x9d"
		 "0;t\aa"),
	STR_INIT("a"), NULL},
    {"osc without end", STR_INIT("\x1b]0;all the rest"), STR_INIT("0;all the rest"), NULL},
    {"osc over lines hides nothing", STR_INIT("\x1b]0;a\nb\ac"), STR_INIT("0;a\nbc"), "0;a bc"},
    {"osc broken by an escape", STR_INIT("\x1b]0;a\x1b[31mb\a"), STR_INIT("0;ab"), NULL},
    {"osc broken at the end", STR_INIT("\x1b]0;a\x1b"), STR_INIT("0;a"), NULL},
    {"dcs", STR_INIT("\x1bP1$r\x1b\\a"), STR_INIT("a"), NULL},
    {"apc, pm, sos", STR_INIT("\x1b_a\x1b\\1\x1b^b\x1b\\2\x1bXc\x1b\\3"), STR_INIT("123"), NULL},
    {"two characters",
	STR_INIT("\x1b"
		 "7a\x1b"
		 "8b\x1b=c\x1b"
		 "cd"),
	STR_INIT("abcd"), NULL},
    {"character set", STR_INIT("\x1b(Ba\x1b#8b"), STR_INIT("ab"), NULL},
    {"escape at the end", STR_INIT("a\x1b"), STR_INIT("a"), NULL},
    {"escape before UTF-8", STR_INIT("\x1b\xc3\xa9"), STR_INIT("\xc3\xa9"), NULL},
    {"escape before a line end", STR_INIT("\x1b\n"), STR_INIT("\n"), " "},
    {"escape before an escape", STR_INIT("\x1b\x1b[mb[31m"), STR_INIT("b[31m"), NULL},
    {"bidi",
	STR_INIT("a\xe2\x80\xae"
		 "b\xe2\x80\xac\xe2\x81\xa6\xe2\x81\xa9\xe2\x80\x8e\xd8\x9c"
		 "c"),
	STR_INIT("abc"), NULL},
    {"nothing to see",
	STR_INIT("a\xe2\x80\x8b\xe2\x81\xa0\xef\xbb\xbf"
		 "b"),
	STR_INIT("ab"), NULL},
    {"hyphens, fillers and tags that nobody sees",
	STR_INIT("a\xc2\xad\xcd\x8f\xe1\x85\x9f\xe1\x85\xa0\xe3\x85\xa4\xe1\xa0\x8e\xef\xbe\xa0"
		 "\xf3\xa0\x81\x81\xf3\xa0\x81\xbf"
		 "b"),
	STR_INIT("ab"), NULL},
    {"spaces of all kinds",
	STR_INIT("a\xc2\xa0\xe2\x80\x80\xe2\x80\x8a\xe2\x80\xaf\xe2\x81\x9f\xe3\x80\x80"
		 "b"),
	STR_INIT("a      b"), NULL},
    {"an emoji keeps its style", STR_INIT("\xe2\x9d\xa4\xef\xb8\x8f!"),
	STR_INIT("\xe2\x9d\xa4\xef\xb8\x8f!"), NULL},
    {"selectors elsewhere",
	STR_INIT("ad\xef\xb8\x8fm\xef\xb8\x80in\xe2\x9d\xa4\xef\xb8\x8f\xef\xb8\x8f"),
	STR_INIT("admin\xe2\x9d\xa4\xef\xb8\x8f"), NULL},
    {"joiner stays", STR_INIT("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"),
	STR_INIT("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"), NULL},
};

static void test_printable(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(print_rows); i++) {
		const struct print_row *row = &print_rows[i];
		struct str got = utf8_printable(arena, row->in, false);
		struct str line = utf8_printable(arena, row->in, true);
		struct str want_line = row->line ? str_from(row->line) : row->want;

		if (!str_eq(got, row->want))
			fail_msg("%s: '%s'", row->name, got.ptr);
		if (!str_eq(line, want_line))
			fail_msg("%s as a line: '%s'", row->name, line.ptr);
		assert_int_equal(got.ptr[got.len], '\0');
	}
}

/* Whatever the bytes, the result is safe and does not change when it is made safe once more. */
static void test_printable_of_anything(void **state)
{
	static const char alphabet[] =
	    "\x1b\x1b[]0;1mPa\\\a\r\n\t \xc2\x9b\x9c\x9d\xe2\x80\xae\xff";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark mark = arena_save(arena);
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		char bytes[24];
		struct str text = {bytes, (size_t)round % sizeof(bytes)}, once, twice;

		for (size_t i = 0; i < text.len; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = alphabet[(seed >> 16) % (sizeof(alphabet) - 1)];
		}
		once = utf8_printable(arena, text, round % 2);
		twice = utf8_printable(arena, once, round % 2);
		assert_true(str_eq(once, twice));
		assert_true(utf8_is_valid(once));
		assert_false(str_contains(once, STR("\x1b")));
		arena_rewind(arena, mark);
	}
}

/* Introducers without an end must not cost the square of their number. */
static void test_printable_is_linear(void **state)
{
	static const char *const parts[] = {
	    "\x1b]", "\x1b[", "\xc2\x9d", "\x1b[1", "\x1b(", "\x1bP"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		struct arena_mark mark = arena_save(arena);
		struct buf buf;

		buf_init(&buf, arena, SIZE_MAX);
		for (int n = 0; n < 1000000; n++)
			buf_adds(&buf, parts[i]);
		(void)utf8_printable(arena, buf_str(&buf), false);
		buf_rewind(&buf, 0);
		buf_adds(&buf, parts[i]);
		buf_repeat(&buf, '0', 2000000);
		(void)utf8_printable(arena, buf_str(&buf), false);
		arena_rewind(arena, mark);
	}
}

static void test_clean_line(void **state)
{
	char text[] = "a\tb\nc\rd\x1b[31m\xff\xe2\x80\xae\xe2\x80\xa8\xc3\xa9";

	(void)state;
	utf8_clean_line(text);
	assert_string_equal(text, "a b c?d?[31m???\xc3\xa9");
}

static void test_escape(void **state)
{
	static const struct {
		const char *name;
		uint32_t code;
		bool unseen;
		const char *want;
	} rows[] = {
	    {"a letter", 'a', false, "\\u0061"},
	    {"a space", ' ', false, "\\u0020"},
	    {"no-break space", 0xa0, true, "\\u00a0"},
	    {"ideographic space", 0x3000, true, "\\u3000"},
	    {"han", 0x65e5, false, "\\u65e5"},
	    {"joiner", 0x200d, false, "\\u200d"},
	    {"variation selector", 0xfe00, true, "\\ufe00"},
	    {"selector of emoji", 0xfe0f, true, "\\ufe0f"},
	    {"tag", 0xe0041, true, "\\udb40\\udc41"},
	    {"the last", 0x10ffff, false, "\\udbff\\udfff"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[UTF8_ESCAPE_MAX];
		struct str got = {out, utf8_escape(rows[i].code, out)};

		if (!str_is(got, rows[i].want) || utf8_is_unseen(rows[i].code) != rows[i].unseen)
			fail_msg("%s: '%.*s'", rows[i].name, STR_ARG(got));
	}
}

struct encoding_row {
	const char *name;
	struct str head;
	enum encoding want;
};

static const struct encoding_row encoding_rows[] = {
    {"empty", STR_INIT(""), ENCODING_UTF8},
    {"json", STR_INIT("{\"a\""), ENCODING_UTF8},
    {"one byte", STR_INIT("{"), ENCODING_UTF8},
    {"mark", STR_INIT("\xef\xbb\xbf{"), ENCODING_UTF8_BOM},
    {"half a mark", STR_INIT("\xef\xbb"), ENCODING_UTF8},
    {"little endian mark", STR_INIT("\xff\xfe{\0"), ENCODING_UTF16LE},
    {"big endian mark", STR_INIT("\xfe\xff\0{"), ENCODING_UTF16BE},
    {"little endian", STR_INIT("{\0\"\0"), ENCODING_UTF16LE},
    {"big endian", STR_INIT("\0{\0\""), ENCODING_UTF16BE},
    {"little endian, one unit", STR_INIT("1\0"), ENCODING_UTF16LE},
    {"binary zeros", STR_INIT("\0\0\0\0"), ENCODING_UTF8},
    {"UTF-32", STR_INIT("{\0\0\0"), ENCODING_UTF8},
    {"one NUL", STR_INIT("a\0bc"), ENCODING_UTF8},
};

static void test_encoding_detect(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(encoding_rows); i++) {
		if (encoding_detect(encoding_rows[i].head) != encoding_rows[i].want)
			fail_msg("%s", encoding_rows[i].name);
	}
	assert_string_equal(encoding_name(ENCODING_UTF8), "UTF-8");
	assert_string_equal(encoding_name(ENCODING_UTF16LE), "UTF-16LE");
}

static void test_utf16(void **state)
{
	static const struct {
		const char *name;
		bool big_endian;
		struct str in, want;
	} rows[] = {
	    {"empty", false, STR_INIT(""), STR_INIT("")},
	    {"little endian", false, STR_INIT("a\0\xe9\0\xac\x20"),
		STR_INIT("a\xc3\xa9\xe2\x82\xac")},
	    {"big endian", true, STR_INIT("\0a\0\xe9\x20\xac"), STR_INIT("a\xc3\xa9\xe2\x82\xac")},
	    {"mark is dropped", false,
		STR_INIT("\xff\xfe"
			 "a\0"),
		STR_INIT("a")},
	    {"big endian mark", true, STR_INIT("\xfe\xff\0a"), STR_INIT("a")},
	    {"later mark stays", false, STR_INIT("a\0\xff\xfe"), STR_INIT("a\xef\xbb\xbf")},
	    {"pair", false, STR_INIT("\x3d\xd8\x00\xde"), STR_INIT("\xf0\x9f\x98\x80")},
	    {"highest pair", true, STR_INIT("\xdb\xff\xdf\xff"), STR_INIT("\xf4\x8f\xbf\xbf")},
	    {"high alone", true, STR_INIT("\xd8\x3d\0a"), STR_INIT(FFFD "a")},
	    {"high at the end", true, STR_INIT("\xd8\x3d"), STR_INIT(FFFD)},
	    {"high cut", true, STR_INIT("\xd8\x3d\xde"), STR_INIT(FFFD FFFD)},
	    {"low alone", true, STR_INIT("\xde\x00\0a"), STR_INIT(FFFD "a")},
	    {"odd byte", false, STR_INIT("a\0b"), STR_INIT("a" FFFD)},
	    {"NUL", false, STR_INIT("\0\0"), STR_INIT("\0")},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf out;

		buf_init(&out, arena, 1000);
		utf16_to_utf8(rows[i].in, rows[i].big_endian, &out);
		if (!str_eq(buf_str(&out), rows[i].want))
			fail_msg("%s", rows[i].name);
	}
}

static void test_long_utf16(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char *bytes = arena_alloc(arena, 20000);
	struct str text;
	struct buf out;

	(void)state;
	for (size_t i = 0; i < 20000; i++)
		bytes[i] = i % 2 == 0 ? '\xac' : '\x20';
	buf_init(&out, arena, SIZE_MAX);
	utf16_to_utf8((struct str){bytes, 20000}, false, &out);
	text = buf_str(&out);
	assert_int_equal(text.len, 30000);
	for (size_t i = 0; i < text.len; i += 3)
		assert_memory_equal(text.ptr + i, "\xe2\x82\xac", 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_valid_prefix),
	    cmocka_unit_test(test_every_code_point),
	    cmocka_unit_test(test_every_pair),
	    cmocka_unit_test(test_next_moves_over_bad_bytes),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_width),
	    cmocka_unit_test(test_printable),
	    cmocka_unit_test(test_printable_of_anything),
	    cmocka_unit_test(test_printable_is_linear),
	    cmocka_unit_test(test_clean_line),
	    cmocka_unit_test(test_escape),
	    cmocka_unit_test(test_encoding_detect),
	    cmocka_unit_test(test_utf16),
	    cmocka_unit_test(test_long_utf16),
	};

	return cmocka_run_group_tests_name("base/utf8", tests, NULL, NULL);
}
