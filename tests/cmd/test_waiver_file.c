/* Waivers added to files of every form; what YAML could see more in. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd/waiver_file.h"
#include "cmd/yaml_write.h"

struct row {
	const char *name, *before, *after; /* after NULL: refused */
};

#define ENTRY                      \
	"- rule: r\n"              \
	"    resource: aws_x.y\n"  \
	"    reason: \"a: 'b'\"\n" \
	"    expires: 2026-12-31\n"
#define FLAT                     \
	"- rule: r\n"            \
	"  resource: aws_x.y\n"  \
	"  reason: \"a: 'b'\"\n" \
	"  expires: 2026-12-31\n"
#define OLD "- {rule: a, resource: b, reason: c, expires: 2026-01-01}\n"

static const struct row rows[] = {
    {"no file", "", "version: 1\nwaivers:\n  " ENTRY},
    {"blank", "\n \n", "version: 1\nwaivers:\n  " ENTRY},
    {"no list", "version: 1\n", "version: 1\nwaivers:\n  " ENTRY},
    {"no line end", "version: 1", "version: 1\nwaivers:\n  " ENTRY},
    {"empty list", "waivers:\nversion: 1\n", "waivers:\n  " ENTRY "version: 1\n"},
    {"empty brackets", "waivers: []\n", "waivers:\n  " ENTRY},
    {"behind the last", "waivers:\n  " OLD, "waivers:\n  " OLD "  " ENTRY},
    {"no blanks", "waivers:\n" OLD "version: 1\n", "waivers:\n" OLD FLAT "version: 1\n"},
    {"comments stay", "# top\nwaivers: # these\n  " OLD "  # end\n\n# tail\n",
	"# top\nwaivers: # these\n  " OLD "  " ENTRY "  # end\n\n# tail\n"},
    {"block scalar",
	"waivers:\n  - rule: a\n    resource: b\n    reason: |\n      - x\n\n      y\n    expires: "
	"2026-01-01\nversion: 1\n",
	"waivers:\n  - rule: a\n    resource: b\n    reason: |\n      - x\n\n      y\n    expires: "
	"2026-01-01\n  " ENTRY "version: 1\n"},
    {"windows", "version: 1\r\n",
	"version: 1\r\nwaivers:\r\n  - rule: r\r\n    resource: aws_x.y\r\n    reason: \"a: "
	"'b'\"\r\n    expires: 2026-12-31\r\n"},
    {"flow list", "waivers: [{rule: a, resource: b, reason: c, expires: 2026-01-01}]\n", NULL},
    {"flow file", "{version: 1}\n", NULL},
    {"no YAML", "waivers: [\n", NULL},
    {"something else", "waivers: 5\n", NULL},
    {"unknown key", "wavers: 5\n", NULL},
};

static void files(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct waiver waiver = {.rule = STR("r"),
		    .resource = STR("aws_x.y"),
		    .reason = STR("a: 'b'"),
		    .expires_text = STR("2026-12-31"),
		    .value = STR_EMPTY,
		    .ticket = STR_EMPTY,
		    .approved_by = STR_EMPTY};
		struct waiver_list list = {&waiver, 1};
		struct str out = STR_EMPTY;
		struct err err = {0};
		bool ok = waiver_file_add(
		    arena, STR("w.yaml"), str_from(rows[i].before), &list, &out, &err);

		if (ok != (rows[i].after != NULL))
			fail_msg("%s: %s", rows[i].name, ok ? out.ptr : err.text);
		if (ok && !str_is(out, rows[i].after))
			fail_msg("%s:\n%s", rows[i].name, out.ptr);
	}
	arena_free(arena);
}

/* A finding about the whole plan has no address; what is written has to be a waiver of it. */
static void no_resource(void **state)
{
	struct waiver waiver = {.rule = STR("max-destroys"),
	    .resource = STR_EMPTY,
	    .reason = STR("teardown"),
	    .expires_text = STR("2026-12-31"),
	    .value = STR("vf1:AAAAAAAAAAAAAAAAAAAAAA"),
	    .ticket = STR_EMPTY,
	    .approved_by = STR_EMPTY};
	struct waiver_list list = {&waiver, 1};
	struct arena *arena = arena_new();
	struct policy_file file;
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct str out = STR_EMPTY;
	struct err err = {0};

	(void)state;
	if (!waiver_file_add(arena, STR("w.yaml"), STR(""), &list, &out, &err))
		fail_msg("%s", err.text);
	policy_problems_init(problems, arena);
	policy_file_read(arena, POLICY_WAIVERS, STR("w.yaml"), out, &file, problems);
	assert_int_equal(problems->count, 0);
	assert_int_equal(file.waiver_count, 1);
	if (file.waivers[0].problem.len > 0 || !str_is(file.waivers[0].resource, "*"))
		fail_msg("%s", out.ptr);
	arena_free(arena);
}

/* Every text reads back as itself. */
static void texts(void **state)
{
	static const char *const all[] = {"", "a", "yes", "No", "null", "~", "true", "007", "1e3",
	    "1.5", ".inf", "2026-12-31", "a b", " a", "a ", "a: b", "a #b", "#a", "- a", "!x", "&x",
	    "*x", "%x", "@x", "`x", "{a}", "[a]", "'", "\"", "\\", "\\n", "a\nb", "\t", "\r\n",
	    "---", "...", "?", "? a", ":", "|", ">", "<<", "=", "\xc3\xa4", "\xe2\x80\xa8", "\x01",
	    "\x7f", "\xc2\x85", "\xef\xbb\xbf", "\xf0\x9f\x98\x80", "!sensitive", "a/b-c.d_e"};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		const struct yaml *yaml;
		struct err err = {0};
		struct buf buf;
		struct str text;
		const struct value *got;

		buf_init(&buf, arena, 4096);
		yaml_add_entry(&buf, STR("k"), value_string(str_from(all[i])), 0);
		assert_true(buf_finish(&buf, &text, &err));
		if (!yaml_read(arena, "t", text, &yaml, &err))
			fail_msg("%zu: %s: %s", i, text.ptr, err.text);
		got = value_get_c(yaml_root(yaml), "k");
		if (!got || yaml_scalar(*got).kind != VALUE_STRING ||
		    !str_is(value_text(*got), all[i]))
			fail_msg("%zu: %s", i, text.ptr);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files),
	    cmocka_unit_test(no_resource),
	    cmocka_unit_test(texts),
	};
	return cmocka_run_group_tests_name("cmd/waiver_file", tests, NULL, NULL);
}
