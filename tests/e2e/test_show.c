/* show: every format of every plan, also of plans that mean harm or are too much. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "tests/support/html_check.h"
#include "tests/support/outcomes.h"
#include "tests/support/program.h"

#define PLAN_MAX   ((size_t)64 << 20)
#define NAME_BYTES ((size_t)30000) /* over 65,536 bytes of JSON the plan is refused */

enum harm {
	HARM_TEXTS,
	HARM_STRING, /* 10 MB */
	HARM_KEYS,   /* 100,000 */
	HARM_DEPTH,  /* 199 */
	HARM_NAMES,  /* an address, a module, a key of 30 kB */
};

static const struct {
	const char *label;
	enum harm harm;
} plans[] = {
    {"hostile texts", HARM_TEXTS},
    {"a string of 10 MB", HARM_STRING},
    {"100,000 keys", HARM_KEYS},
    {"depth 199", HARM_DEPTH},
    {"names of 30 kB", HARM_NAMES},
};

static const struct {
	const char *format;
	size_t most; /* bytes; 0: as many as it needs */
} formats[] = {
    {"terminal", 200000},
    {"summary", 100000},
    {"markdown", 65000},
    {"slack", 20000},
    {"html", 3000000},
    {"json", 0},
};

/* --- a plan --- */

struct plan_writer {
	struct arena *arena;
	struct jsonw json;
	enum harm harm;
};

static struct str many(struct arena *arena, const char *piece, size_t bytes)
{
	struct buf buf;

	buf_init(&buf, arena, bytes + 100);
	while (buf.len < bytes)
		buf_adds(&buf, piece);
	return buf_str(&buf);
}

/* Objects and lists around it are 6 deep already. */
static void write_deep(struct plan_writer *writer)
{
	for (size_t i = 0; i < 193; i++)
		jsonw_begin_array(&writer->json);
	jsonw_c(&writer->json, "<deep>");
	for (size_t i = 0; i < 193; i++)
		jsonw_end_array(&writer->json);
}

static void write_keys(struct plan_writer *writer)
{
	jsonw_begin_object(&writer->json);
	for (size_t i = 0; i < 100000; i++)
		jsonw_field_int(
		    &writer->json, str_format(writer->arena, "<k>%06zu", i).ptr, (int64_t)i);
	jsonw_end_object(&writer->json);
}

/* One side: the text as value, key, list item and inside JSON. */
static void write_side(struct plan_writer *writer, struct str text)
{
	struct jsonw *json = &writer->json;

	jsonw_begin_object(json);
	jsonw_key(json, "value");
	if (writer->harm == HARM_DEPTH)
		write_deep(writer);
	else if (writer->harm == HARM_KEYS)
		write_keys(writer);
	else
		jsonw_str(json, text);
	if (text.len > 0 && !str_is(text, "value") && writer->harm != HARM_STRING) {
		jsonw_key_str(json, text);
		jsonw_begin_array(json);
		jsonw_str(json, text);
		jsonw_end_array(json);
	}
	jsonw_end_object(json);
}

static void write_change(struct plan_writer *writer, size_t number, struct str text)
{
	static const char *const actions[] = {"update", "delete", "create"};
	const char *action = actions[number % ARRAY_LEN(actions)];
	struct jsonw *json = &writer->json;
	struct str name = writer->harm == HARM_STRING ? STR("x") : text;

	jsonw_begin_object(json);
	jsonw_field_str(json, "address",
	    str_format(
		writer->arena, "module.m[%zu].aws_x.%s", number, str_to_c(writer->arena, name)));
	jsonw_field_str(json, "module_address", name);
	jsonw_field_str(json, "mode", STR("managed"));
	jsonw_field_str(json, "type", name);
	jsonw_field_str(json, "name", name);
	jsonw_field_str(json, "provider_name", name);
	jsonw_field_str(json, "action_reason", name);
	jsonw_key(json, "change");
	jsonw_begin_object(json);
	jsonw_key(json, "actions");
	jsonw_begin_array(json);
	jsonw_c(json, action);
	jsonw_end_array(json);
	jsonw_key(json, "before");
	if (str_is(str_from(action), "create"))
		jsonw_null(json);
	else
		write_side(writer, STR("value"));
	jsonw_key(json, "after");
	if (str_is(str_from(action), "delete"))
		jsonw_null(json);
	else
		write_side(writer, text);
	jsonw_end_object(json);
	jsonw_end_object(json);
}

static void write_changes(struct plan_writer *writer)
{
	switch (writer->harm) {
	case HARM_TEXTS:
		for (size_t i = 0; i < hostile_text_count; i++)
			write_change(writer, i, str_from(hostile_texts[i]));
		break;
	case HARM_NAMES:
		write_change(writer, 0, many(writer->arena, "<x>\xe2\x80\xae```", NAME_BYTES));
		break;
	case HARM_STRING:
		write_change(writer, 0, many(writer->arena, "```</details>\x1b[31m@a ", 4000));
		write_change(writer, 3, many(writer->arena, "a <b> c\n", (size_t)10 << 20));
		break;
	case HARM_KEYS:
	case HARM_DEPTH:
		write_change(writer, 0, STR("x"));
		break;
	}
}

static struct str plan_of(struct arena *arena, enum harm harm)
{
	struct plan_writer writer = {.arena = arena, .harm = harm};
	struct err err = {0};
	struct buf buf;
	struct sink sink;
	struct str text = STR_EMPTY;

	buf_init(&buf, arena, PLAN_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer.json, &sink, 0);
	jsonw_begin_object(&writer.json);
	jsonw_field_str(&writer.json, "format_version", STR("1.2"));
	jsonw_field_str(&writer.json, "terraform_version", STR("1.11.4"));
	jsonw_key(&writer.json, "resource_changes");
	jsonw_begin_array(&writer.json);
	write_changes(&writer);
	jsonw_end_array(&writer.json);
	jsonw_end_object(&writer.json);
	assert_true(sink_finish(&sink, &err) && buf_finish(&buf, &text, &err));
	return text;
}

/* --- what comes out --- */

static bool is_clean(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if ((c < 0x20 && c != '\n') || c == 0x7f)
			return false;
	}
	return utf8_is_valid(text) && !str_contains(text, STR("\xe2\x80\xae"));
}

static void check_format(
    struct program *program, const char *label, const char *path, size_t format)
{
	const char *name = formats[format].format;
	struct program_result result = RUN(program, "show", "--format", name, path);
	bool ok = result.status == 0 && result.out.len > 0 &&
		  (formats[format].most == 0 || result.out.len <= formats[format].most);

	/* JSON keeps what stands in the plan; its escapes are those of JSON */
	if (str_is(str_from(name), "html"))
		ok = ok && html_is_ours(label, result.out);
	else if (!str_is(str_from(name), "json"))
		ok = ok && is_clean(result.out);
	if (!ok)
		print_error("%s as %s: status %d, %zu bytes, %.*s\n", label, name, result.status,
		    result.out.len, STR_ARG(result.err));
	assert_true(ok);
}

static void test_harm_is_shown_as_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plans) * ARRAY_LEN(formats); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct program program;
		size_t plan = i / ARRAY_LEN(formats);

		if (!program_takes_row(i))
			continue;
		program_begin(&program);
		check_format(&program, plans[plan].label,
		    program_write(&program, "plan.json", plan_of(arena, plans[plan].harm)),
		    i % ARRAY_LEN(formats));
		program_end(&program);
	}
}

#define CUT_PLAN                                                                              \
	"{\"format_version\":\"1.2\",\"resource_changes\":[{\"address\":\"a.b\",\"change\":{" \
	"\"actions\":[]}},"

static const char small_plan[] =
    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"resource_changes\":[{"
    "\"address\":\"aws_x.y\",\"mode\":\"managed\",\"type\":\"aws_x\",\"name\":\"y\","
    "\"provider_name\":\"p\",\"change\":{\"actions\":[\"update\"],"
    "\"before\":{\"size\":1},\"after\":{\"size\":2}}}]}";

static const struct {
	const char *label;
	const char *arguments[8];
	int status;
	const char *out_has, *err_has;
} option_rows[] = {
    {"html on standard output", {"show", "--format", "html", "plan.json"}, 0, "<!DOCTYPE html>",
	NULL},
    {"html to a file", {"show", "--format", "html", "--output", "out.html", "plan.json"}, 0, NULL,
	NULL},
    {"html of a plan run", {"plan", "--plan", "plan.json", "--html", "out.html"}, 0, "1 to change",
	NULL},
    {"html into nowhere", {"plan", "--plan", "plan.json", "--html", "no/such/out.html"}, 66, NULL,
	"no/such"},
    {"a limit for markdown", {"show", "--format", "markdown", "--max-bytes", "2000", "plan.json"},
	0, "aws_x.y", NULL},
    {"a limit for slack", {"show", "--format", "slack", "--max-bytes", "2000", "plan.json"}, 0,
	"aws_x.y", NULL},
    {"a limit for the terminal", {"show", "--max-bytes", "2000", "plan.json"}, 0, "aws_x.y", NULL},
    {"no limit for html", {"show", "--format", "html", "--max-bytes", "2000", "plan.json"}, 64,
	NULL, "'html' leaves nothing out"},
    {"no limit for JSON", {"show", "--format", "json", "--max-bytes", "2000", "plan.json"}, 64,
	NULL, "'json' leaves nothing out"},
    {"the formats with a limit", {"show", "--format", "json", "--max-bytes", "2000", "plan.json"},
	64, NULL, "--max-bytes is for terminal, summary, markdown and slack;"},
    {"two into one file", {"show", "--output", "o.x", "--report", "./o.x", "plan.json"}, 64, NULL,
	"--output and --report are one file"},
    {"two into no file", {"show", "--output", "/dev/null", "--report", "/dev/null", "plan.json"}, 0,
	NULL, NULL},
    {"a run into one file", {"plan", "--plan", "plan.json", "--report", "r", "--markdown", "r"}, 64,
	NULL, "--report and --markdown are one file"},
    {"a plan that ends between two changes", {"show", "cut.json"}, 65, NULL,
	"unexpected end of input (truncated?)"},
};

static void test_options(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(option_rows); i++) {
		struct program program;
		struct program_result result;

		program_begin(&program);
		(void)program_write(
		    &program, "plan.json", (struct str){small_plan, sizeof(small_plan) - 1});
		(void)program_write(&program, "cut.json", STR(CUT_PLAN));
		result = program_run(&program, option_rows[i].arguments);
		program_expect(option_rows[i].label, &result, option_rows[i].status,
		    option_rows[i].out_has, option_rows[i].err_has);
		if (option_rows[i].status == 0 &&
		    str_contains(str_from(option_rows[i].label), STR("html")))
			assert_true(
			    str_starts(result.out, STR("<!DOCTYPE")) ||
			    html_is_ours(option_rows[i].label, program_read(&program, "out.html")));
		program_end(&program);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_harm_is_shown_as_text),
	    cmocka_unit_test(test_options),
	};

	return cmocka_run_group_tests_name("e2e/show", tests, NULL, NULL);
}
