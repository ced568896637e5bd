#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "report/markdown.h"
#include "tests/support/cmark.h"
#include "tests/support/outcomes.h"

enum form {
	FORM_CODE,
	FORM_TEXT,
	FORM_FENCE,
	FORM_LINK,
};

struct row {
	const char *label;
	enum form form;
	const char *text, *want;
};

static const struct row rows[] = {
    {"plain code", FORM_CODE, "aws_instance.web[\"a\"]", "`aws_instance.web[\"a\"]`"},
    {"code with backticks", FORM_CODE, "a``b", "```a``b```"},
    {"code ends with a backtick", FORM_CODE, "a`", "`` a` ``"},
    {"code with spaces around", FORM_CODE, " a ", "`  a  `"},
    {"empty code", FORM_CODE, "", "` `"},
    {"code of several lines", FORM_CODE, "a\nb\r\nc", "`a b c`"},
    {"code with a pipe", FORM_CODE, "a|`<", "<code>a&#124;&#96;&#60;</code>"},
    {"code with ANSI", FORM_CODE, "\033[1ma\033[0m", "`a`"},
    {"code with invalid UTF-8", FORM_CODE, "a\xff", "`a\xef\xbf\xbd`"},
    {"code with bidi", FORM_CODE,
	"a\xe2\x80\xae"
	"b",
	"`ab`"},
    {"plain text", FORM_TEXT, "Unsupported argument", "Unsupported argument"},
    {"mention", FORM_TEXT, "@team", "@&#8203;team"},
    {"issue", FORM_TEXT, "see #1", "see \\#&#8203;1"},
    {"GH issue", FORM_TEXT, "gh-1 GH-2", "gh&#8203;-1 GH&#8203;-2"},
    {"commit", FORM_TEXT, "at deadbeef.", "at deadbe&#8203;ef."},
    {"no commit", FORM_TEXT, "deadbeefg abcdef", "deadbeefg abcdef"},
    {"html", FORM_TEXT, "<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"},
    {"emphasis", FORM_TEXT, "**a** _b_ ~~c~~ `d`", "\\*\\*a\\*\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`"},
    {"url", FORM_TEXT, "https://a.example", "https:&#8203;//a.example"},
    {"www", FORM_TEXT, "www.a.example", "ww&#8203;w.a.example"},
    {"emoji", FORM_TEXT, ":tada: a:b c::d", ":&#8203;tada: a:b c::d"},
    {"math", FORM_TEXT, "$x$", "&#36;x&#36;"},
    {"list", FORM_TEXT, "- a", "\\- a"},
    {"numbered", FORM_TEXT, "12. a", "12\\. a"},
    {"numbered with parenthesis", FORM_TEXT, "1) a", "1\\) a"},
    {"underline", FORM_TEXT, "===", "\\==="},
    {"lines", FORM_TEXT, " a\n# b", "a \\#&#8203; b"},
    {"link", FORM_TEXT, "[a](b) ![c](d)", "\\[a\\](b) !\\[c\\](d)"},
    {"table cell", FORM_TEXT, "a|b", "a\\|b"},
    {"empty text", FORM_TEXT, "", ""},
    {"fence", FORM_FENCE, "a\nb", "```\na\nb\n```\n"},
    {"fence with a line end", FORM_FENCE, "a\n", "```\na\n```\n"},
    {"fence in a fence", FORM_FENCE, "```\na\n````", "`````\n```\na\n````\n`````\n"},
    {"fence with a lone CR", FORM_FENCE, "a\r```\rb", "````\na\n```\nb\n````\n"},
    {"web link", FORM_LINK, "https://a.example/x?y=1&z=2", "[t](https://a.example/x?y=1&z=2)"},
    {"link that breaks out", FORM_LINK, "https://a.example/) <b>\"`|",
	"[t](https://a.example/%29%20%3Cb%3E%22%60%7C)"},
    {"link of another scheme", FORM_LINK, "javascript:alert(1)", "t"},
};

static struct str written(struct arena *arena, const struct row *row)
{
	struct str text = str_from(row->text);
	struct buf buf;

	buf_init(&buf, arena, 100000);
	if (row->form == FORM_CODE)
		markdown_code(&buf, text);
	if (row->form == FORM_TEXT)
		markdown_text(&buf, text);
	if (row->form == FORM_FENCE)
		markdown_fence(&buf, "", text);
	if (row->form == FORM_LINK)
		markdown_link(&buf, STR("t"), text);
	return buf_str(&buf);
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str got = written(arena, &rows[i]);

		struct str want = str_from(rows[i].want);

		if (!str_eq(got, want))
			print_error("%s: want '%.*s', got '%.*s'\n", rows[i].label, STR_ARG(want),
			    STR_ARG(got));
		assert_true(str_eq(got, want));
	}
}

static void test_fence_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < hostile_text_count; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str text = str_from(hostile_texts[i]);
		struct buf buf;

		buf_init(&buf, arena, 100000);
		markdown_fence(&buf, "diff", text);
		assert_int_equal(buf.len, markdown_fence_size("diff", text));
	}
}

/* One cell each of code and text: the row keeps its three cells and shows the text as it is. */
static void test_table_cells(void **state)
{
	(void)state;
	if (!cmark_is_there())
		skip();
	for (size_t i = 0; i < hostile_text_count; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str html, rest;
		size_t cells = 0, at;
		struct buf buf;

		buf_init(&buf, arena, 100000);
		buf_adds(&buf, "| a | b | c |\n|---|---|---|\n| ");
		markdown_code(&buf, str_from(hostile_texts[i]));
		buf_adds(&buf, " | ");
		markdown_text(&buf, str_from(hostile_texts[i]));
		buf_adds(&buf, " | end |\n");
		html = cmark_html(arena, buf_str(&buf));
		for (rest = html; str_find(rest, STR("<td>"), &at); cells++)
			rest = str_skip(rest, at + 4);
		if (cells != 3 || !str_contains(html, STR("<td>end</td>")))
			print_error("'%s' gives %s\n", hostile_texts[i], str_to_c(arena, html));
		assert_int_equal(cells, 3);
		assert_true(str_contains(html, STR("<td>end</td>")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_fence_size),
	    cmocka_unit_test(test_table_cells),
	};

	return cmocka_run_group_tests_name("report/markdown", tests, NULL, NULL);
}
