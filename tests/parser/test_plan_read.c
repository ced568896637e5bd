#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"

#define TEXT_MAX ((size_t)1 << 20)

#define PLAN	 "{\"format_version\":\"1.2\",\"resource_changes\":[]}"
#define STREAM	 "{\"@level\":\"info\",\"@message\":\"Terraform 1.9.5\",\"type\":\"version\"}\n"

struct detect_case {
	const char *name;
	struct str bytes;
	enum input_kind kind;
};

static const struct detect_case detects[] = {
    {"empty", STR_INIT(""), INPUT_EMPTY},
    {"white space", STR_INIT(" \r\n\t\n"), INPUT_EMPTY},
    {"plan", STR_INIT(PLAN), INPUT_JSON_PLAN},
    {"plan behind white space", STR_INIT("\n\n  " PLAN), INPUT_JSON_PLAN},
    {"plan behind a log", STR_INIT("Initializing...\n" PLAN "\n"), INPUT_JSON_PLAN},
    {"plan behind a log with brackets", STR_INIT("[INFO] x\n{x\n" PLAN "\n"), INPUT_JSON_PLAN},
    {"plan behind other JSON", STR_INIT("{\"a\":1}{\"b\":[]}\n" PLAN), INPUT_JSON_PLAN},
    {"plan behind a time", STR_INIT("2024-01-01T00:00:00Z " PLAN), INPUT_JSON_PLAN},
    {"plan behind a log and a prefix", STR_INIT("a\nb\n[build] > { \n  x\n[build] " PLAN),
	INPUT_JSON_PLAN},
    {"plan behind Terragrunt's prefix",
	STR_INIT(
	    "10:00:00.000 STDOUT [u] tofu: { \"format_version\" : \"1.2\", \"applyable\":true}\n"),
	INPUT_JSON_PLAN},
    {"stream behind a prefix", STR_INIT("ci: x\nci: " STREAM), INPUT_STREAM},
    {"the output of a provisioner is no plan",
	STR_INIT("null_resource.a (local-exec): " PLAN "\nNo changes. x\n"), INPUT_TEXT},
    {"a value is no plan", STR_INIT("x = " PLAN "\nNo changes. x\n"), INPUT_TEXT},
    {"a heredoc is no plan", STR_INIT("No changes. x\n            " PLAN "\n"), INPUT_TEXT},
    {"a moved sign before a heredoc", STR_INIT("No changes. x\n+           " PLAN "\n"),
	INPUT_TEXT},
    {"a plan inside of another map", STR_INIT("log {x: " PLAN "}\n"), INPUT_TEXT},
    {"a state is JSON too", STR_INIT("{\"format_version\":\"1.0\",\"values\":{}}"),
	INPUT_JSON_PLAN},
    {"a list of maps", STR_INIT("[{\"a\":1}]"), INPUT_JSON_PLAN},
    {"truncated", STR_INIT("{\"format_version\":\"1.2\",\"terr"), INPUT_JSON_PLAN},
    {"stream", STR_INIT(STREAM), INPUT_STREAM},
    {"stream behind a log", STR_INIT("$ terraform plan -json\n" STREAM), INPUT_STREAM},
    {"stream behind a broken line", STR_INIT("{\"@lev\n" STREAM), INPUT_STREAM},
    {"text", STR_INIT("No changes. Your infrastructure matches the configuration.\n"), INPUT_TEXT},
    {"text with JSON in it",
	STR_INIT("  + policy = jsonencode(\n        {\n          + a = 1\n        }\n    )\n"),
	INPUT_TEXT},
    {"text in brackets", STR_INIT("[0m[1mterraform plan\n"), INPUT_TEXT},
    {"text with colours", STR_INIT("\033[0m\033[1mNo changes.\033[0m\n"), INPUT_TEXT},
    {"text with old umlauts", STR_INIT("Pl\xe4ne f\xfcr alle: Plan: 1 to add\n"), INPUT_TEXT},
    {"text with a stray NUL", STR_INIT("Terraform will perform the following\0actions:\n"),
	INPUT_TEXT},
    {"saved plan", STR_INIT("PK\003\004\024\000\010\000"), INPUT_SAVED_PLAN},
    {"gzip", STR_INIT("\037\213\010\000\000\000\000\000"), INPUT_BINARY},
    {"program", STR_INIT("\177ELF\002\001\001\000"), INPUT_BINARY},
    {"rubbish", STR_INIT("\x01\x02\xff\xfe\x80\x13garbage\x00\x01\x02\x03"), INPUT_BINARY},
};

static void inputs_are_detected(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(detects); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input = input_from_str(arena, "in", detects[i].bytes);
		enum input_kind kind;
		struct err err = {0};

		assert_true(plan_detect(input, &kind, &err));
		if (kind != detects[i].kind)
			fail_msg("%s: kind %d", detects[i].name, (int)kind);
	}
}

static const struct {
	const char *name;
	struct str bytes;
	enum err_code code; /* ERR_NONE: read in this form */
	enum plan_form form;
	const char *text;
} reads[] = {
    {"plan", STR_INIT(PLAN), ERR_NONE, PLAN_FORM_JSON, ""},
    {"stream", STR_INIT(STREAM), ERR_NONE, PLAN_FORM_STREAM, ""},
    {"text", STR_INIT("No changes.\n"), ERR_NONE, PLAN_FORM_TEXT, ""},
    {"empty", STR_INIT("\n"), ERR_SYNTAX, 0,
	"'in' is empty; expected the output of terraform show -json PLANFILE or of terraform plan"},
    {"saved plan", STR_INIT("PK\003\004"), ERR_INVALID, 0,
	"'in' is a saved plan; terraform show -json turns it into JSON"},
    {"rubbish", STR_INIT("\x01\x02\x03\x04\x05\x06"), ERR_SYNTAX, 0,
	"'in' is binary and no saved plan; expected the output of terraform show -json PLANFILE"},
    {"state", STR_INIT("{\"format_version\":\"1.0\",\"values\":{}}"), ERR_INVALID, 0,
	"'in' is the JSON of a state, not of a plan; use terraform show -json PLANFILE"},
};

static void forms_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(reads); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input = input_from_str(arena, "in", reads[i].bytes);
		struct plan *plan = NULL;
		struct err err = {0};
		bool ok = plan_read(arena, input, NULL, &plan, &err);

		if (err.code != reads[i].code || strcmp(err.text, reads[i].text) != 0)
			fail_msg("%s: code %d: %s", reads[i].name, (int)err.code, err.text);
		if (ok && plan->form != reads[i].form)
			fail_msg("%s: %s", reads[i].name, plan_form_name(plan->form));
	}
}

static const struct {
	const char *name;
	struct str bytes;
	const char *note;
} noises[] = {
    {"before", STR_INIT("2024-01-01T00:00:00Z " PLAN),
	"text before the JSON of the plan was skipped"},
    {"behind", STR_INIT(PLAN " done\n"), "text behind the JSON of the plan was skipped"},
    {"quotes", STR_INIT("'" PLAN "'"), "text before the JSON of the plan was skipped"},
    {"a lone surrogate in a check",
	STR_INIT("{\"resource_changes\":[],\"checks\":[{\"status\":\"\\ud800\"}]}"),
	"1 lone surrogates in checks and actions replaced by U+FFFD"},
    {"a format of the future", STR_INIT("{\"format_version\":\"9.0\",\"works\":[]}"),
	"format version 9.0 is newer than the 1.x this program knows"},
};

static void noise_is_noted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(noises); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input = input_from_str(arena, "in", noises[i].bytes);
		struct plan *plan = NULL;
		struct err err = {0};

		if (!plan_read(arena, input, NULL, &plan, &err))
			fail_msg("%s: %s", noises[i].name, err.text);
		if (plan->note_count == 0 || !str_is(plan->notes[0], noises[i].note))
			fail_msg("%s: %zu notes", noises[i].name, plan->note_count);
	}
}

static struct input *write_input(struct arena *arena, struct str text)
{
	struct str path = str_format(arena, "/tmp/tfherald-plan-read-%ld", (long)getpid());
	struct input *input = NULL;
	struct err err = {0};

	if (!file_write(arena, path.ptr, text, &err) ||
	    !input_open(arena, path.ptr, 0, &input, &err))
		fail_msg("%s", err.text);
	(void)unlink(path.ptr);
	return input;
}

static void add_utf16(struct buf *out, const char *text, bool big_endian)
{
	for (; *text; text++) {
		if (big_endian)
			buf_addc(out, '\0');
		buf_addc(out, *text);
		if (!big_endian)
			buf_addc(out, '\0');
	}
}

static const struct {
	const char *name, *mark, *text;
	bool wide, big_endian;
	enum plan_form form;
} encodings[] = {
    {"JSON, UTF-16LE with a mark", "\xff\xfe", PLAN, true, false, PLAN_FORM_JSON},
    {"JSON, UTF-16BE with a mark", "\xfe\xff", PLAN, true, true, PLAN_FORM_JSON},
    {"JSON, UTF-16LE without a mark", "", PLAN, true, false, PLAN_FORM_JSON},
    {"JSON, UTF-8 with a mark", "\xef\xbb\xbf", PLAN, false, false, PLAN_FORM_JSON},
    {"text, UTF-16LE", "\xff\xfe", "No changes. Nothing to do.\r\n", true, false, PLAN_FORM_TEXT},
    {"stream, UTF-16LE", "\xff\xfe", STREAM, true, false, PLAN_FORM_STREAM},
};

static void encodings_are_noted(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(encodings); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input CLEANUP(input_close_ptr) = NULL;
		struct plan *plan = NULL;
		struct err err = {0};
		struct buf bytes;

		buf_init(&bytes, arena, TEXT_MAX);
		buf_adds(&bytes, encodings[i].mark);
		if (encodings[i].wide)
			add_utf16(&bytes, encodings[i].text, encodings[i].big_endian);
		else
			buf_adds(&bytes, encodings[i].text);
		input = write_input(arena, buf_str(&bytes));
		if (!plan_read(arena, input, NULL, &plan, &err))
			fail_msg("%s: %s", encodings[i].name, err.text);
		if (plan->form != encodings[i].form)
			fail_msg("%s: %s", encodings[i].name, plan_form_name(plan->form));
		assert_int_equal(plan->note_count, 1);
		assert_true(str_starts(plan->notes[0], STR("the input was UTF-")));
		assert_true(str_ends(plan->notes[0], STR("; read as UTF-8")));
	}
}

/* A long log before the plan, and one with many lines that only look like JSON. */
static void plans_are_found_far_inside(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	struct plan *plan = NULL;
	struct err err = {0};
	struct buf text;

	(void)state;
	buf_init(&text, arena, TEXT_MAX);
	for (int i = 0; i < 10000; i++)
		buf_addf(&text, "%s line %d of the log: { \"a\": 1 }\n", i % 100 ? "" : "{", i);
	buf_adds(&text, PLAN);
	input = write_input(arena, buf_str(&text));
	assert_true(plan_read(arena, input, NULL, &plan, &err));
	assert_int_equal(plan->form, PLAN_FORM_JSON);
	assert_int_equal(plan->note_count, 1);
}

static void white_space_may_be_long(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	enum input_kind kind;
	struct err err = {0};
	struct buf text;

	(void)state;
	buf_init(&text, arena, TEXT_MAX);
	buf_repeat(&text, '\n', 100000);
	assert_true(plan_detect(input_from_str(arena, "in", buf_str(&text)), &kind, &err));
	assert_int_equal(kind, INPUT_EMPTY);
	buf_adds(&text, PLAN);
	assert_true(plan_detect(input_from_str(arena, "in", buf_str(&text)), &kind, &err));
	assert_int_equal(kind, INPUT_JSON_PLAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inputs_are_detected),
	    cmocka_unit_test(forms_are_read),
	    cmocka_unit_test(noise_is_noted),
	    cmocka_unit_test(encodings_are_noted),
	    cmocka_unit_test(plans_are_found_far_inside),
	    cmocka_unit_test(white_space_may_be_long),
	};

	return cmocka_run_group_tests_name("parser/plan_read", tests, NULL, NULL);
}
