#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"
#include "parser/hcl.h"
#include "tests/support/valgrind.h"

struct scan_case {
	const char *name, *text;
	const char *want; /* "depth:line:column type label label; ..." */
};

static const struct scan_case scans[] = {
    {"empty", "", ""},
    {"white space", " \n\t\r\n", ""},
    {"one", "resource \"a\" \"b\" {\n  x = 1\n}\n", "0:1:1 resource a b;"},
    {"on one line", "variable \"v\" { default = \"x\" }\nlocals {}",
	"0:1:1 variable v;0:2:1 locals;"},
    {"nested", "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n  }\n}\n",
	"0:1:1 terraform;1:2:3 backend s3;"},
    {"depth 2 is kept, 3 is not", "a {\n b {\n  c {\n   d {\n   }\n  }\n }\n}\ne {}",
	"0:1:1 a;1:2:2 b;2:3:3 c;0:9:1 e;"},
    {"labels without quotes", "resource aws_x y {\n}", "0:1:1 resource aws_x y;"},
    {"more labels than two", "a \"b\" \"c\" \"d\" {}", "0:1:1 a b c;"},
    {"header over several lines", "resource\n\"a\"\n  \"b\"\n{\n}\nx {}",
	"0:1:1 resource a b;0:6:1 x;"},
    {"CRLF", "resource \"a\" \"b\" {\r\n  x = 1\r\n}\r\nmodule \"m\" {\r\n}\r\n",
	"0:1:1 resource a b;0:4:1 module m;"},
    {"byte order mark", "\xef\xbb\xbfmodule \"m\" {}", "0:1:1 module m;"},
    {"tabs", "\tmodule\t\"m\"\t{\t}", "0:1:2 module m;"},
    {"columns are code points", "/* \xc3\xa9\xc3\xa9 */ a {}\n", "0:1:10 a;"},
    {"comments", "# a {\n// b {\n/* c {\n } */ d { # }\n}\n", "0:4:7 d;"},
    {"comment in a header", "a /* { */ \"b\" # {\n{ }", "0:1:1 a b;"},
    {"braces in strings", "a {\n x = \"}\"\n y = \"{\"\n}\nb {}", "0:1:1 a;0:5:1 b;"},
    {"escaped quotes", "a {\n x = \"\\\"}\\\\\"\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"template", "a {\n x = \"${y}\"\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"quotes inside of a template", "a {\n x = \"${\"}\"}\"\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"templates in templates", "a {\n x = \"${f(\"${g(\"}\")}}\")}}\"\n}\nb {}",
	"0:1:1 a;0:4:1 b;"},
    {"braces inside of a template", "a {\n x = \"${jsonencode({a = {}})}\"\n}\nb {}",
	"0:1:1 a;0:4:1 b;"},
    {"a template over lines", "a {\n x = \"${f(\n  \"}\",\n )}\"\n}\nb {}", "0:1:1 a;0:6:1 b;"},
    {"directive", "a {\n x = \"%{ if y == \"}\" }}%{ endif }\"\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"escaped template", "a {\n x = \"$${ %%{\"\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"heredoc", "a {\n x = <<EOT\n}\nb {\nEOT\n}\nc {}", "0:1:1 a;0:7:1 c;"},
    {"indented heredoc", "a {\n x = <<-EOT\n  }\n  EOT\n}\nc {}", "0:1:1 a;0:6:1 c;"},
    {"heredoc with CRLF", "a {\r\n x = <<EOT\r\n}\r\nEOT\r\n}\r\nc {}", "0:1:1 a;0:6:1 c;"},
    {"heredoc with a template", "a {\n x = <<EOT\n${f(\"}\", { a = 1 })}\nEOT\n}\nc {}",
	"0:1:1 a;0:6:1 c;"},
    {"marker inside of a template of a heredoc",
	"a {\n x = <<A\n${join(\"\", [for A in [\"x\"] :\nA\n])} zz { yy {\nA\n}\n b {\n}",
	"0:1:1 a;0:8:2 b;"},
    {"marker among white space of Unicode",
	"a {\n x = <<A\n\xc2\x85\xe2\x80\x83"
	"A\xc2\xa0\n}\nb {}\nc {\n x = <<A\nA\n}\n",
	"0:1:1 a;0:5:1 b;0:6:1 c;"},
    {"escaped template in a heredoc", "a {\n x = <<A\n$${\nA\n}\nb {}", "0:1:1 a;0:6:1 b;"},
    {"comments inside of a template", "a {\n x = \"a${ # } \"\n /* } \" */ \"b\" }c\"\n}\nb {}",
	"0:1:1 a;0:5:1 b;"},
    {"a heredoc inside of a template", "a {\n x = \"a${<<E\n } \" q\nE\n}d\"\n}\nb {}",
	"0:1:1 a;0:7:1 b;"},
    {"heredoc as an argument", "a {\n x = f(<<EOT\n)}\nEOT\n)\n}\nc {}", "0:1:1 a;0:7:1 c;"},
    {"marker inside of a line", "a {\n x = <<EOT\nno EOT }\nEOTX\nEOT\n}\nc {}",
	"0:1:1 a;0:7:1 c;"},
    {"maps and lists", "a {\n x = {\n  b = [\n   { c = 1 },\n  ]\n }\n d {}\n}",
	"0:1:1 a;1:7:2 d;"},
    {"a map is no block", "a = {\n b = {}\n}\nc {}", "0:4:1 c;"},
    {"comparison", "a {\n x = b == c ? { d = 1 } : {}\n}\ne {}", "0:1:1 a;0:4:1 e;"},
    {"stray closing brace", "}\na {}\n}}\nb {}", "0:2:1 a;0:4:1 b;"},
    {"stray words", "some words here\na {}", "0:2:1 a;"},
    {"stray signs", "!! ?\n= 3\n(x\n)\na {}", "0:5:1 a;"},
    {"unterminated string", "a {\n x = \"abc\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"unterminated template", "a {\n x = \"${abc\n}\nb {\n y = \"${\"\n}\nc {}",
	"0:1:1 a;0:4:1 b;0:7:1 c;"},
    {"unterminated label", "a \"b {\n}\nc {}", "0:3:1 c;"},
    {"unterminated heredoc", "a {\n x = <<EOT\n}\nb {}", "0:1:1 a;0:4:1 b;"},
    {"unterminated comment", "a {}\n/* b {}\nc {}", "0:1:1 a;0:3:1 c;"},
    {"unterminated block", "a {\n x = 1\nresource \"b\" \"c\" {\n}\nd {}",
	"0:1:1 a;0:3:1 resource b c;0:5:1 d;"},
    {"unterminated map", "resource \"a\" \"b\" {\n x = {\n  y = 1\n}\ndata \"c\" \"d\" {\n}\n",
	"0:1:1 resource a b;0:5:1 data c d;"},
    {"unterminated list", "locals {\n x = [\n}\noutput \"o\" {\n value = 1\n}\n",
	"0:1:1 locals;0:4:1 output o;"},
    {"a whole file is not cut at lines", "check \"c\" {\ndata \"http\" \"x\" {\n}\n}\n",
	"0:1:1 check c;1:2:1 data http x;"},
    {"file ends in a header", "a {}\nresource \"x\"", "0:1:1 a;"},
    {"file ends in a name", "a {}\nresource", "0:1:1 a;"},
    {"file ends after =", "a {}\nb =", "0:1:1 a;"},
    {"file ends after a backslash", "a {}\nb = \"x\\", "0:1:1 a;"},
    {"file ends after <<", "a {}\nb = <<", "0:1:1 a;"},
};

static void add_block(struct buf *out, const struct hcl_block *block)
{
	buf_addf(
	    out, "%d:%d:%d %.*s", block->depth, block->line, block->column, STR_ARG(block->type));
	for (int i = 0; i < block->label_count; i++)
		buf_addf(out, " %.*s", STR_ARG(block->labels[i]));
	buf_addc(out, ';');
}

static void blocks_are_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(scans); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct hcl_file file;
		struct buf text;

		hcl_scan(arena, str_from(scans[i].text), &file);
		buf_init(&text, arena, 4096);
		for (size_t b = 0; b < file.count; b++)
			add_block(&text, &file.blocks[b]);
		if (!str_is(buf_str(&text), scans[i].want))
			fail_msg("%s: %.*s", scans[i].name, STR_ARG(buf_str(&text)));
	}
}

static void bodies_are_between_the_braces(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text = STR("a {x = 1\n b { y = \"}\" } }\nc {");
	static const char *const bodies[] = {"x = 1\n b { y = \"}\" } ", " y = \"}\" ", ""};
	struct hcl_file file;

	(void)state;
	hcl_scan(arena, text, &file);
	assert_int_equal(file.count, ARRAY_LEN(bodies));
	for (size_t i = 0; i < file.count; i++)
		assert_true(
		    str_is(str_from_to(text, file.blocks[i].body_from, file.blocks[i].body_to),
			bodies[i]));
}

static const struct {
	const char *name, *body, *want;
} strings[] = {
    {"plain", "source = \"./m\"\n", "./m"},
    {"last", "a = 1\nsource = \"./m\" # here", "./m"},
    {"one line", " source = \"./m\" ", "./m"},
    {"without spaces", "source=\"./m\"", "./m"},
    {"comment before", "# source = \"x\"\nsource = /* y */ \"./m\"", "./m"},
    {"in a nested block only", "b {\n source = \"./m\"\n}\n", ""},
    {"after a nested block", "b {\n source = \"./x\"\n}\nsource = \"./m\"\n", "./m"},
    {"in a map only", "b = {\n source = \"./m\"\n}\n", ""},
    {"in a heredoc only", "b = <<E\nsource = \"./m\"\nE\n", ""},
    {"template", "source = \"${var.x}\"", ""},
    {"directive", "source = \"%{ if x }\"", ""},
    {"escape", "source = \"a\\nb\"", ""},
    {"escaped template", "source = \"$${x}\"", ""},
    {"reference", "source = var.x", ""},
    {"an expression", "source = \"a\" == \"b\"", ""},
    {"not there", "x = \"y\"", ""},
    {"a prefix", "sources = \"y\"", ""},
    {"unterminated", "source = \"./m\n", ""},
    {"empty", "source = \"\"", ""},
    {"the first counts", "source = \"a\"\nsource = \"b\"", "a"},
};

static void strings_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str text = str_format(
		    arena, "module \"x\" {%s\n}\nsource = \"outside\"\n", strings[i].body);
		struct hcl_file file;

		hcl_scan(arena, text, &file);
		assert_true(file.count > 0);
		if (!str_is(hcl_string(text, &file.blocks[0], "source"), strings[i].want))
			fail_msg("%s", strings[i].name);
	}
}

static void attributes_are_read(void **state)
{
	static const char *const not_literal[] = {"odd", "ref", "tpl", "sum"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text =
	    STR("backend \"s3\" {\n  bucket = \"b\"\n  encrypt = true\n  port = -12 # x\n"
		"  ratio = 1.50\n  odd = 007\n  nothing = null\n  ref = var.x\n"
		"  esc = \"a\\tb\"\n  tpl = \"${x}\"\n  list = [1]\n  sum = 1 + 1\n"
		"  bucket = \"again\"\n  nested {\n    deep = 1\n  }\n  last = false }");
	struct hcl_file file;
	struct value map;

	(void)state;
	hcl_scan(arena, text, &file);
	assert_int_equal(file.count, 2);
	hcl_attributes(arena, text, &file.blocks[0], &map);
	assert_int_equal(map.len, 12);
	assert_true(str_is(value_get_str(map, "bucket"), "b"));
	assert_true(value_get_bool(map, "encrypt", false));
	assert_int_equal(value_get_int(map, "port", 0), -12);
	assert_true(str_is(value_text(*value_get_c(map, "ratio")), "1.50"));
	assert_true(str_is(value_get_str(map, "esc"), "a\tb"));
	assert_false(value_get_bool(map, "last", true));
	assert_int_equal(value_get_c(map, "nothing")->kind, VALUE_NULL);
	assert_int_equal(value_get_c(map, "list")->len, 1);
	for (size_t i = 0; i < ARRAY_LEN(not_literal); i++)
		assert_int_equal(value_get_c(map, not_literal[i])->kind, VALUE_UNKNOWN);
}

static const struct {
	const char *name, *unit;
	size_t count; /* of blocks */
} floods[] = {
    {"open braces", "{", 0},
    {"closing braces", "}", 0},
    {"open blocks", "a{", 3},
    {"blocks", "a{}\n", HCL_BLOCKS_MAX},
    {"open templates", "x = \"${\n", 0},
    {"templates in templates", "\"${", 0},
    {"heredocs without an end", "x = <<EOT\n", 0},
    {"comments without an end", "x = 1 /*\n", 0},
    {"quotes", "\"\n", 0},
    {"open lists", "x = [\n", 0},
    {"broken blocks", "resource \"a\" \"b\" {\n", HCL_BLOCKS_MAX},
    {"words", "a ", 0},
    {"labels", "\"a\" ", 0},
    {"NUL", "\0", 0},
};

static void hostile_files_take_linear_time(void **state)
{
	size_t size = under_valgrind() ? HCL_BYTES_MAX / 4 : HCL_BYTES_MAX;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(floods); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str unit = str_from(floods[i].unit);
		struct hcl_file file;
		struct buf text;

		unit.len = unit.len > 0 ? unit.len : 1;
		buf_init(&text, arena, HCL_BYTES_MAX + 100);
		while (text.len < size)
			buf_add(&text, unit);
		hcl_scan(arena, buf_str(&text), &file);
		if (file.count != floods[i].count)
			fail_msg("%s: %zu", floods[i].name, file.count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks_are_found),
	    cmocka_unit_test(bodies_are_between_the_braces),
	    cmocka_unit_test(strings_are_read),
	    cmocka_unit_test(attributes_are_read),
	    cmocka_unit_test(hostile_files_take_linear_time),
	};

	return cmocka_run_group_tests_name("parser/hcl", tests, NULL, NULL);
}
