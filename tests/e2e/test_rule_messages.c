/* What a rule prints of values in which a secret stands that is marked elsewhere: not even a piece
 * of it, however long the value is and whatever bytes the secret has. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "policies/template.h"
#include "tests/support/program.h"

#define PIECE "C0py-0f-"

static const char policy[] =
    "version: 1\nrules:\n  - id: prints\n    level: warn\n    title: a title\n"
    "    match: {types: [x_copy]}\n    each: '[resource.after.k]'\n    forbid: 'true'\n"
    "    message: 'seen ${resource.after.k} all ${resource.after}'\n"
    "    remediation: 'not ${resource.after.k}'\n";

static const struct row {
	const char *name;
	const char *secret; /* in JSON */
	const char *before; /* of the copy */
	size_t padding;	    /* before the copy */
	const char *says;   /* in the terminal */
} rows[] = {
    {"as it is", PIECE "s3cret", "", 0, "seen (sensitive) all {\"k\": \"(sensitive)\"}"},
    {"where the item is cut", PIECE "s3cret", "", 110, "xxx"},
    {"where the message is cut", PIECE "s3cret", "", TEMPLATE_MAX - 15, "xxx"},
    {"over both", PIECE "s3cret", "", (TEMPLATE_MAX / 2) - 20, "xxx"},
    {"where the text as made ends", PIECE "s3cret", "", TEMPLATE_MAX_RAW - 15,
	"seen (too long to show) all (too long to show)"},
    {"behind what is dropped", PIECE "s3cret", "\\u200b\\u200b", TEMPLATE_MAX - 15, "xxx"},
    {"a space of another kind", PIECE "\\u00a0s3cret", "", 0, "(sensitive)"},
    {"a line separator", PIECE "\\u2028s3cret", "", 0, "(sensitive)"},
    {"an unseen one", PIECE "\\u200bs3cret", "", 0, "(sensitive)"},
    {"a soft hyphen", PIECE "\\u00ads3cret", "", 0, "(sensitive)"},
    {"another direction", PIECE "\\u202es3cret", "", 0, "(sensitive)"},
    {"a control", PIECE "\\u0085s3\\u009bcret", "", 0, "(sensitive)"},
    {"an escape", PIECE "\\u001b[31ms3cret", "", 0, "(sensitive)"},
    {"a carriage return", PIECE "\\rs3cret", "", 0, "(sensitive)"},
};

static struct str plan_of(struct arena *arena, const struct row *row)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	buf_addf(&buf,
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"variables\":{\"v\":{"
	    "\"value\":\"C0py-0f-s3cret\"}},\"configuration\":{\"root_module\":{\"variables\":{"
	    "\"v\":{}}}},\"resource_changes\":[{"
	    "\"address\":\"x_y.a\",\"mode\":\"managed\",\"type\":\"x_y\",\"name\":\"a\","
	    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"p\":\"%s\"},"
	    "\"after_unknown\":{},\"before_sensitive\":false,\"after_sensitive\":{\"p\":true}}},{"
	    "\"address\":\"x_copy.b\",\"mode\":\"managed\",\"type\":\"x_copy\",\"name\":\"b\","
	    "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"k\":\"%s",
	    row->secret, row->before);
	buf_repeat(&buf, 'x', row->padding);
	buf_addf(&buf,
	    "%s\"},\"after_unknown\":{},\"before_sensitive\":false,\"after_sensitive\":{}}}]}",
	    row->secret);
	return buf_str(&buf);
}

static void check_row(const struct row *row)
{
	static const char *const formats[] = {
	    "terminal", "json", "markdown", "html", "sarif", "junit", "github"};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct program program;

	program_begin(&program);
	(void)program_write(&program, "plan.json", plan_of(arena, row));
	(void)program_write(&program, "main.tf", STR("\n"));
	(void)program_write(&program, "tfherald.yaml", str_from(policy));
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct program_result result =
		    RUN(&program, "check", "--format", formats[i], ".=plan.json");

		program_expect(row->name, &result, 0, i == 0 ? row->says : "prints", NULL);
		if (str_contains(result.out, STR(PIECE)) || str_contains(result.out, STR("cret")))
			fail_msg("%s, %s:\n%.*s", row->name, formats[i], STR_ARG(result.out));
	}
	program_end(&program);
}

static void test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (program_takes_row(i))
			check_row(&rows[i]);
	}
}

/* What is made of such a value is not shown at all: in it, a secret could not be recognised. */
static void test_computed(void **state)
{
	static const char rules[] =
	    "version: 1\nvariables:\n  half: 'resource.after.k.split(\"-\")[0]'\nrules:\n"
	    "  - {id: part, title: t, level: warn, match: {types: [x_copy]}, forbid: "
	    "'resource.after.k != null',"
	    " message: 'part ${resource.after.k.substring(3)}'}\n"
	    "  - {id: turned, title: t, level: warn, match: {types: [x_copy]}, forbid: "
	    "'resource.after.k != null',"
	    " message: 'turned ${resource.after.k.reverse()}', remediation: '${half}'}\n"
	    "  - {id: asked, title: t, level: warn, match: {types: [x_copy]}, forbid: "
	    "'resource.after.k != null',"
	    " message: 'asked ${resource.after.k.startsWith(\"C0\") ? \"Y3s\" : \"N0\"}'}\n"
	    "  - {id: items, title: t, level: warn, match: {types: [x_copy]},"
	    " each: 'resource.after.k.split(\"-\")', forbid: 'true', message: 'item ${item}'}\n"
	    "  - {id: whole, title: t, level: warn, scope: plan, forbid: 'plan != null', message:"
	    " 'of all ${plan.by_type(\"x_copy\")[0].after.k.upperAscii()}'}\n"
	    "  - {id: marked, title: t, level: warn, scope: plan, forbid: 'plan != null', message:"
	    " 'marked ${plan.by_type(\"x_y\")[0].after.p.upperAscii()}'}\n"
	    "  - {id: variable, title: t, level: warn, scope: plan, forbid: 'plan.variables.v != "
	    "null', message:"
	    " 'variable ${plan.variables.v.upperAscii()}'}\n";
	static const char *const parts[] = {
	    "0py-0f", "terc", "C0py", "\"s3cret", "Y3s", "N0", "C0PY", "vf1:"};
	static const char *const formats[] = {"terminal", "json", "sarif"};
	static const struct row row = {.secret = "C0py-0f-s3cret", .before = ""};
	struct program program;

	(void)state;
	program_begin(&program);
	(void)program_write(&program, "plan.json", plan_of(program.arena, &row));
	(void)program_write(&program, "main.tf", STR("\n"));
	(void)program_write(&program, "tfherald.yaml", str_from(rules));
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		struct program_result result =
		    RUN(&program, "check", "--format", formats[i], ".=plan.json");

		program_expect(formats[i], &result, 0, "turned (sensitive)", NULL);
		program_expect(formats[i], &result, 0, "of all (sensitive)", NULL);
		program_expect(formats[i], &result, 0, "marked (sensitive)", NULL);
		program_expect(formats[i], &result, 0, "variable (sensitive)", NULL);
		for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
			if (str_contains(result.out, str_from(parts[k])))
				fail_msg(
				    "%s, %s:\n%.*s", formats[i], parts[k], STR_ARG(result.out));
		}
	}
	program_end(&program);
}

/* Why a rule fails is said in place of its message; a hint that is there to be copied into a shell
 * holds a name of the plan as one word. */
static void test_hints(void **state)
{
	static const char rules[] =
	    "version: 1\nrules:\n  - {id: fails, title: a title, level: deny, "
	    "forbid: resource.after.typo == 1, message: 'seen ${resource.after.k}'}\n"
	    "  - {id: denies, title: a title, level: deny, forbid: resource.after.k == 1}\n";
	static const char plan[] =
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":[{"
	    "\"address\":\"x_y.a[\\\"';touch pwn;'\\\"]\",\"mode\":\"managed\",\"type\":\"x_y\","
	    "\"name\":\"a\",\"index\":\"';touch pwn;'\",\"change\":{\"actions\":[\"create\"],"
	    "\"before\":null,\"after\":{\"k\":1},\"after_unknown\":{}}}]}";
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	(void)program_write(&program, "plan.json", str_from(plan));
	(void)program_write(&program, "main.tf", STR("\n"));
	(void)program_write(&program, "tfherald.yaml", str_from(rules));
	result = RUN(&program, "check", ".=plan.json");
	program_expect("the error", &result, 3, "no such key: 'typo'", NULL);
	program_expect("one word", &result, 3,
	    "policy waive denies 'x_y.a[\"'\\'';touch pwn;'\\''\"]' PLAN", NULL);
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_computed), cmocka_unit_test(test_hints)};

	return cmocka_run_group_tests_name("e2e/rule_messages", tests, NULL, NULL);
}
