#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/value.h"
#include "base/yaml.h"
#include "tests/support/valgrind.h"

#define SHOWN_MAX ((size_t)1 << 20)

static const struct yaml *read_good(struct arena *arena, struct str text)
{
	const struct yaml *yaml = NULL;
	struct err err = {0};

	if (!yaml_read(arena, "x.yaml", text, &yaml, &err))
		fail_msg("'%.*s': %d:%d %s", STR_ARG(text), err.line, err.column, err.text);
	return yaml;
}

/* The tree in one line; p, q, b in front of a text for plain, quoted, block. */
static void show(struct buf *buf, struct value value)
{
	if (value.kind == VALUE_LIST) {
		buf_addc(buf, '[');
		for (uint32_t i = 0; i < value.len; i++) {
			buf_adds(buf, i ? " " : "");
			show(buf, value.as.items[i]);
		}
		buf_addc(buf, ']');
	} else if (value.kind == VALUE_MAP) {
		buf_addc(buf, '{');
		for (uint32_t i = 0; i < value.len; i++) {
			buf_adds(buf, i ? " " : "");
			buf_add(buf, value_text(value.as.entries[i].key));
			buf_addc(buf, '=');
			show(buf, value.as.entries[i].value);
		}
		buf_addc(buf, '}');
	} else {
		buf_addc(buf, "?pqb"[value.tag & 3]);
		buf_add(buf, value_text(value));
	}
}

static void test_trees(void **state)
{
	static const struct {
		const char *label, *text, *want;
	} rows[] = {
	    {"nothing", "", "{}"},
	    {"comments only", "# a\n\n# b\n", "{}"},
	    {"a document of nothing", "---\n", "{}"},
	    {"explicit begin and end", "---\na: 1\n...\n", "{a=p1}"},
	    {"byte order mark",
		"\xef\xbb\xbf"
		"a: 1\n",
		"{a=p1}"},
	    {"version directive", "%YAML 1.2\n---\na: 1\n", "{a=p1}"},
	    {"CRLF", "a: 1\r\nb:\r\n  - 2\r\n", "{a=p1 b=[p2]}"},
	    {"scalars stay text", "a: 000000\nb: no\nc: 1e5\nd: ~\ne:\n",
		"{a=p000000 b=pno c=p1e5 d=p~ e=p}"},
	    {"styles", "a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >-\n  x\n",
		"{a=px b=qx c=qx d=bx\n e=bx}"},
	    {"a block of spaces at the end", "b:\n- a: |\n    ", "{b=[{a=b}]}"},
	    {"an empty block at the end", "a: |\n", "{a=b}"},
	    {"spaces at the end", "a: x\n  ", "{a=px}"},
	    {"nothing but spaces", "   ", "{}"},
	    {"escapes", "a: \"\\u00e9\\n\\x41\"\nb: 'it''s'\n", "{a=q\xc3\xa9\nA b=qit's}"},
	    {"keys that are no strings", "1: a\ntrue: b\nnull: c\n1.5: d\n",
		"{1=pa true=pb null=pc 1.5=pd}"},
	    {"empty key", "? \n: a\n", "{=pa}"},
	    {"root list", "- a\n- - b\n  -\n", "[pa [pb p]]"},
	    {"root scalar", "just text\n", "pjust text"},
	    {"flow", "{a: [1, {b: 2}], c: }", "{a=[p1 {b=p2}] c=p}"},
	    {"empty flow", "a: {}\nb: []\n", "{a={} b=[]}"},
	    {"known tags", "a: !!str 1\nb: !!int 2\nc: ! 3\nd: !!map {x: 1}\ne: !!seq [1]\n",
		"{a=q1 b=p2 c=q3 d={x=p1} e=[p1]}"},
	    {"alias", "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
		"{a={b=p1} c={b=p1} d=[{b=p1} {b=p1}]}"},
	    {"alias of a text", "a: &x hello\nb: *x\n*x : key\n", "{a=phello b=phello hello=pkey}"},
	    {"anchor used again", "a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "{a=p1 b=p1 c=p2 d=p2}"},
	    {"alias in an alias", "a: &x [1]\nb: &y [*x, 2]\nc: *y\n",
		"{a=[p1] b=[[p1] p2] c=[[p1] p2]}"},
	    {"merge", "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n  m: 4\n",
		"{a={k=p1 l=p2} b={l=p3 m=p4 k=p1}}"},
	    {"merge of several, earlier wins",
		"x: &x {k: 1}\ny: &y {k: 2, l: 2}\nb: {<<: [*x, *y], m: 3}\n",
		"{x={k=p1} y={k=p2 l=p2} b={m=p3 k=p1 l=p2}}"},
	    {"merge of a merged map", "x: &x {k: 1}\ny: &y {<<: *x, l: 2}\nz: {<<: *y}\n",
		"{x={k=p1} y={l=p2 k=p1} z={l=p2 k=p1}}"},
	    {"merge in place", "a: {<<: {k: 1}, l: 2}\n", "{a={l=p2 k=p1}}"},
	    {"merge of none", "a: {<<: [], l: 2}\n", "{a={l=p2}}"},
	    {"quoted << is a key", "'<<': 1\n", "{<<=p1}"},
	    {"many keys, unsorted", "j: 1\ni: 1\nh: 1\ng: 1\nf: 1\ne: 1\nd: 1\nc: 1\nb: 1\na: 1\n",
		"{j=p1 i=p1 h=p1 g=p1 f=p1 e=p1 d=p1 c=p1 b=p1 a=p1}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct yaml *yaml = read_good(arena, str_from(rows[i].text));
		struct buf buf;

		buf_init(&buf, arena, SHOWN_MAX);
		show(&buf, yaml_root(yaml));
		if (!str_is(buf_str(&buf), rows[i].want))
			fail_msg("%s: '%.*s'", rows[i].label, STR_ARG(buf_str(&buf)));
		assert_string_equal(yaml_file(yaml), "x.yaml");
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *text;
		enum err_code code;
		int line, column;
		const char *message;
	} rows[] = {
	    {"a: [1, 2\nb: 3\n", ERR_SYNTAX, 3, 1, "flow sequence without a closing bracket"},
	    {"a: 'x\n", ERR_SYNTAX, 1, 5, "single-quoted scalar without closing quote"},
	    {"a: 1\n\tb: 2\n", ERR_SYNTAX, 2, 1, NULL},
	    {"a: b: c\n", ERR_SYNTAX, 1, 5, "invalid nested block mapping on the same line"},
	    {"a: \"\\q\"\n", ERR_SYNTAX, 1, 5, "invalid escape 'q' in double-quoted string"},
	    {"a: 1\n---\nb: 2\n", ERR_SYNTAX, 2, 1,
		"a second document begins here; one file holds one document"},
	    {"a: 1\nb: 2\na: 3\n", ERR_SYNTAX, 3, 1, "the key 'a' stands here a second time"},
	    {"x:\n  \xc3\xa9: {k: 1, \"k\": 2}\n", ERR_SYNTAX, 2, 13,
		"the key 'k' stands here a second time"},
	    {"a: {<<: {b: 1}, <<: {c: 2}}\n", ERR_SYNTAX, 1, 17, "the key '<<' stands here twice"},
	    {"<<: 5\n", ERR_SYNTAX, 1, 1, "'<<' takes the alias of a map, or a list of these"},
	    {"<<: [{a: 1}, 5]\n", ERR_SYNTAX, 1, 1,
		"'<<' takes the alias of a map, or a list of these"},
	    {"? [a]\n: b\n", ERR_SYNTAX, 1, 3, "a key has to be a text, not a list or a map"},
	    {"{a: 1}: b\n", ERR_SYNTAX, 1, 1, "a key has to be a text, not a list or a map"},
	    {"a: &x [1]\n*x : b\n", ERR_SYNTAX, 1, 7,
		"a key has to be a text, not a list or a map"},
	    {"a: *nope\n", ERR_SYNTAX, 1, 5, "the anchor 'nope' does not stand before its alias"},
	    {"a: *x\nb: &x 1\n", ERR_SYNTAX, 1, 5,
		"the anchor 'x' does not stand before its alias"},
	    {"a: &x [1, *x]\n", ERR_SYNTAX, 1, 12, "the anchor 'x' contains itself"},
	    {"&x a: {b: [*x]}\n", ERR_NONE, 0, 0, NULL},
	    {"&r\na: *r\n", ERR_SYNTAX, 2, 5, "the anchor 'r' contains itself"},
	    {"a: !foo 1\n", ERR_SYNTAX, 1, 4, "the tag '!foo' is not known; remove it"},
	    {"a: !!python/object:os.system {}\n", ERR_SYNTAX, 1, 4,
		"the tag 'tag:yaml.org,2002:python/object:os.system' is not known; remove it"},
	    {"ab: x\xff\n", ERR_SYNTAX, 1, 6, "a byte here is not valid UTF-8"},
	    {"%YAML 9.9\n---\na: 1\n", ERR_SYNTAX, 1, 1, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct yaml *yaml = NULL;
		struct err err = {0};
		bool good = yaml_read(arena, "x.yaml", str_from(rows[i].text), &yaml, &err);

		if (good != (rows[i].code == ERR_NONE) || err.code != rows[i].code ||
		    (rows[i].message && (err.line != rows[i].line || err.column != rows[i].column ||
					    strcmp(err.text, rows[i].message) != 0)))
			fail_msg("'%s': %d %d:%d '%s'", rows[i].text, err.code, err.line,
			    err.column, err.text);
		if (!good)
			assert_string_equal(err.file, "x.yaml");
	}
}

static void check_place(const char *label, struct yaml_place got, int line, int column)
{
	if (got.line != line || got.column != column)
		fail_msg("%s: %d:%d, want %d:%d", label, got.line, got.column, line, column);
}

static void test_positions(void **state)
{
	static const char text[] = "# c\n"
				   "zeta:\n"
				   "  - one\n"
				   "  -\n"
				   "  - {\xc3\xa9: 'x', k: y}\n"
				   "b: &b\n"
				   "  c: 1\n"
				   "a:\n"
				   "d: *b\n"
				   "e: {<<: *b, f: 2}\n"
				   "g1: 1\ng2: 1\ng3: 1\ng4: 1\ng5: 1\n";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct yaml *yaml = read_good(arena, str_from(text));
	struct value root = yaml_root(yaml);
	const struct value_entry *top = root.as.entries;
	const struct value *list = &top[0].value, *map;

	(void)state;
	check_place("root", yaml_position(yaml, NULL), 2, 1);
	check_place("key", yaml_position(yaml, &top[0].key), 2, 1);
	check_place("list", yaml_position(yaml, list), 3, 3);
	check_place("item", yaml_position(yaml, &list->as.items[0]), 3, 5);
	check_place("empty item has the list's", yaml_position(yaml, &list->as.items[1]), 3, 3);
	map = &list->as.items[2];
	check_place("flow map", yaml_position(yaml, map), 5, 5);
	check_place("quoted", yaml_position(yaml, &map->as.entries[0].value), 5, 9);
	check_place("behind a wide letter", yaml_position(yaml, &map->as.entries[1].key), 5, 14);
	check_place("by look-up", yaml_position(yaml, value_get_c(*map, "k")), 5, 17);
	check_place("empty value has its key's", yaml_position(yaml, value_get_c(root, "a")), 8, 1);
	map = value_get_c(root, "d");
	check_place("alias has its anchor's", yaml_position(yaml, map), 7, 3);
	check_place("in an alias", yaml_position(yaml, value_get_c(*map, "c")), 7, 6);
	map = value_get_c(root, "e");
	check_place("merged", yaml_position(yaml, value_get_c(*map, "c")), 7, 6);
	check_place("beside merged", yaml_position(yaml, value_get_c(*map, "f")), 10, 16);
	check_place("last", yaml_position(yaml, value_get_c(root, "g5")), 15, 5);
	check_place("a stranger", yaml_position(yaml, &root), 2, 1);
}

/* The place of a word of a scalar in the file. */
static void test_text_positions(void **state)
{
	static const struct {
		const char *label, *text, *word;
		int line, column;
	} rows[] = {
	    {"plain", "a: one two\n", "two", 1, 8},
	    {"quoted", "a: 'one two'\n", "two", 1, 9},
	    {"escapes: the beginning", "a: 'it''s two'\n", "two", 1, 4},
	    {"plain over lines: the beginning", "a: one\n   two\n", "two", 1, 4},
	    {"literal, first line", "a: |\n  one two\n", "two", 2, 7},
	    {"literal, begin", "a: |\n  one two\n", "one", 2, 3},
	    {"literal, later line", "a: |\n  one\n\n    in\n  \xc3\xa9 two\n", "two", 5, 5},
	    {"literal, empty first lines", "a: |\n\n\n  one\n", "one", 4, 3},
	    {"literal, indicator", "a: |2\n    one\n  two\n", "two", 3, 3},
	    {"literal, deep", "x:\n  - a: |-\n      one\n      two\n", "two", 4, 7},
	    {"literal, CRLF", "a: |\r\n  one\r\n  two\r\n", "two", 3, 3},
	    {"folded, first line", "a: >\n  one two\n  three\n", "two", 2, 7},
	    {"folded, second line", "a: >\n  one two\n  three\n", "three", 3, 3},
	    {"folded, behind an empty line", "a: >-\n  one\n  two\n\n  three four\n", "four", 5, 9},
	    {"folded, indented lines", "a: >\n  one\n    two\n    three\n  four\n", "four", 5, 3},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct yaml *yaml = read_good(arena, str_from(rows[i].text));
		struct value root = yaml_root(yaml);
		const struct value *node = &root.as.entries[0].value;
		size_t at = 0;

		if (node->kind == VALUE_LIST)
			node = &node->as.items[0].as.entries[0].value;
		assert_true(str_find(value_text(*node), str_from(rows[i].word), &at));
		check_place(rows[i].label, yaml_text_position(yaml, node, at), rows[i].line,
		    rows[i].column);
	}
}

static void test_text_position_ends(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct yaml *yaml = read_good(arena, STR("a: |\n  one\nb: x\n"));
	const struct value_entry *top = yaml_root(yaml).as.entries;

	(void)state;
	check_place("a block's own place", yaml_position(yaml, &top[0].value), 2, 3);
	check_place("its newline", yaml_text_position(yaml, &top[0].value, 3), 2, 6);
	check_place("over its end", yaml_text_position(yaml, &top[1].value, 99), 3, 5);
	yaml = read_good(arena, STR("|\n text\n"));
	check_place("root block", yaml_text_position(yaml, NULL, 2), 2, 4);
}

static void test_scalars(void **state)
{
	static const struct {
		const char *text;
		enum value_kind kind;
		int64_t integer; /* of an int or bool */
		const char *lexeme;
	} rows[] = {
	    {"", VALUE_NULL, 0, ""},
	    {"~", VALUE_NULL, 0, ""},
	    {"Null", VALUE_NULL, 0, ""},
	    {"nULL", VALUE_STRING, 0, "nULL"},
	    {"true", VALUE_BOOL, 1, ""},
	    {"FALSE", VALUE_BOOL, 0, ""},
	    {"yes", VALUE_STRING, 0, "yes"},
	    {"no", VALUE_STRING, 0, "no"},
	    {"on", VALUE_STRING, 0, "on"},
	    {"0", VALUE_INT, 0, ""},
	    {"-12", VALUE_INT, -12, ""},
	    {"+12", VALUE_INT, 12, ""},
	    {"007", VALUE_INT, 7, ""},
	    {"0x1F", VALUE_INT, 31, ""},
	    {"0o17", VALUE_INT, 15, ""},
	    {"0o8", VALUE_STRING, 0, "0o8"},
	    {"0x", VALUE_STRING, 0, "0x"},
	    {"9223372036854775807", VALUE_INT, INT64_MAX, ""},
	    {"-9223372036854775808", VALUE_INT, INT64_MIN, ""},
	    {"9223372036854775808", VALUE_NUMBER, 0, "9223372036854775808"},
	    {"1.5", VALUE_NUMBER, 0, "1.5"},
	    {"+1.5", VALUE_NUMBER, 0, "1.5"},
	    {"-1e-5", VALUE_NUMBER, 0, "-1e-5"},
	    {"1E5", VALUE_NUMBER, 0, "1E5"},
	    {"1e", VALUE_STRING, 0, "1e"},
	    {"1.", VALUE_STRING, 0, "1."},
	    {".5", VALUE_STRING, 0, ".5"},
	    {".inf", VALUE_STRING, 0, ".inf"},
	    {"-", VALUE_STRING, 0, "-"},
	    {"1_000", VALUE_STRING, 0, "1_000"},
	    {"12:30", VALUE_STRING, 0, "12:30"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct value node = value_string(str_from(rows[i].text)), got;

		node.tag = YAML_PLAIN;
		got = yaml_scalar(node);
		if (got.kind != rows[i].kind || !str_is(value_text(got), rows[i].lexeme) ||
		    (got.kind == VALUE_INT && got.as.integer != rows[i].integer) ||
		    (got.kind == VALUE_BOOL && got.as.boolean != (rows[i].integer == 1)))
			fail_msg("'%s': kind %d", rows[i].text, got.kind);
		node.tag = YAML_QUOTED;
		assert_int_equal(yaml_scalar(node).kind, VALUE_STRING);
	}
}

static const struct yaml_tag own_tags[] = {
    {"!unknown", VALUE_UNKNOWN, 0},
    {"!sensitive", VALUE_STRING, VALUE_SENSITIVE | VALUE_HAS_SENSITIVE},
    {NULL, VALUE_NULL, 0},
};

static void test_own_tags(void **state)
{
	const struct yaml_read_options options = {.tags = own_tags};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct yaml *yaml = NULL;
	struct err err = {0};
	struct value root;

	(void)state;
	if (!yaml_read_with(arena, "x.yaml",
		STR("a: !unknown\nb: [!sensitive x, &u !unknown , *u]\nc: !sensitive {d: 1}\n"
		    "e: !sensitive\nf: plain\n"),
		&options, &yaml, &err))
		fail_msg("%d:%d %s", err.line, err.column, err.text);
	root = yaml_root(yaml);
	assert_int_equal(value_get_c(root, "a")->kind, VALUE_UNKNOWN);
	assert_int_equal(value_get_c(root, "b")->as.items[0].kind, VALUE_STRING);
	assert_true(value_get_c(root, "b")->as.items[0].marks & VALUE_SENSITIVE);
	assert_int_equal(value_get_c(root, "b")->as.items[1].kind, VALUE_UNKNOWN);
	assert_int_equal(value_get_c(root, "b")->as.items[2].kind, VALUE_UNKNOWN);
	assert_true(value_get_c(root, "b")->marks & VALUE_HAS_UNKNOWN);
	assert_true(value_get_c(root, "b")->marks & VALUE_HAS_SENSITIVE);
	assert_false(value_get_c(root, "b")->marks & VALUE_SENSITIVE);
	assert_true(value_get_c(root, "c")->marks & VALUE_SENSITIVE);
	assert_int_equal(value_get_c(root, "e")->kind, VALUE_STRING);
	assert_int_equal(value_get_c(root, "f")->marks, 0);
	assert_true(str_is(yaml_line(yaml, 1), "a: !unknown"));
	assert_true(str_is(yaml_line(yaml, 5), "f: plain"));
	assert_true(str_is(yaml_line(yaml, 6), ""));
	assert_true(str_is(yaml_line(yaml, 7), "") && str_is(yaml_line(yaml, 0), ""));
}

static void test_own_tags_refused(void **state)
{
	static const struct {
		const char *text, *want;
		int line, column;
	} rows[] = {
	    {"a: !unknown x\n", "this tag stands alone, without a value behind it", 1, 4},
	    {"a: !unknown {}\n", "no list or map can stand behind this tag", 1, 4},
	    {"a: !other x\n", "the tag '!other' is not known; remove it", 1, 4},
	    {"a: !unknow\n", "the tag '!unknow' is not known; remove it", 1, 4},
	};
	const struct yaml_read_options options = {.tags = own_tags};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct yaml *yaml = NULL;
		struct err err = {0};

		if (yaml_read_with(
			arena, "x.yaml", str_from(rows[i].text), &options, &yaml, &err) ||
		    strcmp(err.text, rows[i].want) != 0 || err.line != rows[i].line ||
		    err.column != rows[i].column)
			fail_msg("'%s': %d:%d '%s'", rows[i].text, err.line, err.column, err.text);
	}
}

/* A scalar behind a tag that nobody knows is kept as it stands in the file. */
static void test_kept_tags(void **state)
{
	static const struct {
		const char *label, *text, *want;
		int column;
	} rows[] = {
	    {"call", "a: !has(x.y)\n", "!has(x.y)", 4},
	    {"with more behind it", "a: !x == true\nb: 1\n", "!x == true", 4},
	    {"over lines", "a: !x ==\n  true\nb: 1\n", "!x ==\n  true", 4},
	    {"with a comment", "a: !x y # c\n", "!x y", 4},
	    {"quoted", "a: !x 'y'\n", "!x 'y'", 4},
	    {"in flow", "{a: !x y, b: 1}\n", "!x y", 5},
	    {"behind an anchor", "a: &z !x y\n", "!x y", 7},
	};
	const struct yaml_read_options options = {.keep_tags = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct yaml *yaml = NULL;
		const struct value *node;
		struct err err = {0};

		if (!yaml_read_with(arena, "x.yaml", str_from(rows[i].text), &options, &yaml, &err))
			fail_msg("%s: %s", rows[i].label, err.text);
		node = value_get_c(yaml_root(yaml), "a");
		if (node->tag != YAML_TAGGED || !str_is(value_text(*node), rows[i].want))
			fail_msg("%s: '%.*s'", rows[i].label, STR_ARG(value_text(*node)));
		check_place(rows[i].label, yaml_position(yaml, node), 1, rows[i].column);
		assert_int_equal(yaml_scalar(*node).kind, VALUE_STRING);
	}
}

/* `unit` again and again, between a head and a foot. */
static struct str repeated(
    struct arena *arena, const char *head, const char *unit, size_t count, const char *foot)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)16 << 20);
	buf_adds(&buf, head);
	for (size_t i = 0; i < count; i++)
		buf_adds(&buf, unit);
	buf_adds(&buf, foot);
	return buf_str(&buf);
}

static void check_limit(struct arena *arena, struct str text, const char *message)
{
	const struct yaml *yaml = NULL;
	struct err err = {0};

	assert_false(yaml_read(arena, "x.yaml", text, &yaml, &err));
	if (err.code != ERR_LIMIT || strcmp(err.text, message) != 0)
		fail_msg("want '%s', got %d '%s'", message, err.code, err.text);
}

static void test_limits(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text;

	(void)state;
	read_good(arena, repeated(arena, "", "[", 64,
			     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"
			     "]]]]]]]]]]]]]]]]"));
	check_limit(arena, repeated(arena, "", "[", 65, ""),
	    "lists and maps stand more than 64 deep in each other");
	check_limit(arena, repeated(arena, "", "[", 1000000, ""),
	    "lists and maps stand more than 64 deep in each other");
	check_limit(arena, repeated(arena, "", "{a: ", 100000, ""),
	    "lists and maps stand more than 64 deep in each other");
	check_limit(
	    arena, repeated(arena, "", "- a\n", 100001, ""), "more than 100000 values in one file");
	check_limit(arena, repeated(arena, "", "- &a 1\n", 1001, ""),
	    "more than 1,000 anchors in one file");
	text = repeated(arena, "# ", "x", (size_t)4 << 20, "");
	check_limit(arena, text, "the file has 4194306 bytes; at most 4194304 are taken");
	check_limit(arena, repeated(arena, "x: &x {a: 1}\nb:\n  <<: [", "*x, ", 65, "]\n"),
	    "'<<' with more than 64 maps");
}

/* Nine levels of nine aliases each would be 387 million values. */
static void test_billion_laughs(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, SHOWN_MAX);
	buf_adds(&buf, "a0: &a0 [x]\n");
	for (int i = 1; i <= 9; i++) {
		buf_addf(&buf, "a%d: &a%d [", i, i);
		for (int k = 0; k < 9; k++)
			buf_addf(&buf, "*a%d, ", i - 1);
		buf_adds(&buf, "]\n");
	}
	check_limit(arena, buf_str(&buf), "more than 100,000 values once all aliases are followed");
	buf_rewind(&buf, 0);
	buf_adds(&buf, "a0: &a0 [x]\n");
	for (int i = 1; i <= 80; i++)
		buf_addf(&buf, "a%d: &a%d [*a%d]\n", i, i, i - 1);
	check_limit(arena, buf_str(&buf),
	    "lists and maps stand more than 64 deep once all aliases are followed");
}

/* libfyaml's own check of duplicates is quadratic: it takes half a minute for these. */
static void test_many_keys(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	int count = under_valgrind() ? 5000 : 48000;
	const struct yaml *yaml;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, (size_t)4 << 20);
	for (int i = 0; i < count; i++)
		buf_addf(&buf, "key%d: value\n", (int)((int64_t)i * 7919 % count));
	yaml = read_good(arena, buf_str(&buf));
	assert_int_equal(yaml_root(yaml).len, count);
	assert_non_null(value_get_c(yaml_root(yaml), "key1234"));
}

/* Every beginning of a file that uses everything: an error or a tree, never anything else. */
static void test_every_beginning(void **state)
{
	static const char text[] =
	    "%YAML 1.2\n---\na: &x {k: [1, 'two', \"th\\u0072ee\"]}\nb: |2-\n   lit\n\n  eral\n"
	    "c: >+\n  fol\n  ded\n\nd:\n  <<: [*x, {m: !!str 5}]\n  ? e\n  : *x\n\xc3\xa9: # "
	    "c\n...\n";

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct yaml *yaml = NULL;
		struct err err = {0};
		char *copy = malloc(i + 1); /* ASan sees a read over the end */
		struct str view = {copy, i};

		assert_non_null(copy);
		memcpy(copy, text, i);
		if (!yaml_read(arena, "x.yaml", view, &yaml, &err))
			assert_true(err.code == ERR_SYNTAX && err.text[0] != '\0');
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_trees),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_positions),
	    cmocka_unit_test(test_text_positions),
	    cmocka_unit_test(test_text_position_ends),
	    cmocka_unit_test(test_scalars),
	    cmocka_unit_test(test_own_tags),
	    cmocka_unit_test(test_own_tags_refused),
	    cmocka_unit_test(test_kept_tags),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_billion_laughs),
	    cmocka_unit_test(test_many_keys),
	    cmocka_unit_test(test_every_beginning),
	};

	return cmocka_run_group_tests_name("base/yaml", tests, NULL, NULL);
}
