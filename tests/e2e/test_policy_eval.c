/* `tfherald policy eval`: one expression, files of variables, and questions as JSON lines. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/program.h"

struct row {
	const char *name, *expr;
	int status;
	const char *out, *err;
};

static const struct row rows[] = {
    {"int", "1 + 2", 0, "3\n", NULL},
    {"string", "'a' + \"b\\n\"", 0, "\"ab\\n\"\n", NULL},
    {"bytes", "b'a'", 0, "\"YQ==\"\n", NULL},
    {"double", "1.5 * 2.0", 0, "3\n", NULL},
    {"NaN", "[0.0 / 0.0, 1.0 / 0.0, -1.0 / 0.0]", 0, "[\"NaN\",\"Infinity\",\"-Infinity\"]\n",
	NULL},
    {"map", "{'a': [1, 2u], 'b': null}", 0, "{\"a\":[1,2],\"b\":null}\n", NULL},
    {"keys that are no text", "{1: true, true: 1}", 0, "{\"1\":true,\"true\":1}\n", NULL},
    {"keys that are the same text", "{1: 1, '1': 2}", 65, NULL, "same as text"},
    {"type", "type(1)", 0, "\"int\"\n", NULL},
    {"time", "timestamp('2026-01-31T00:00:00Z') + duration('1h')", 0, "\"2026-01-31T01:00:00Z\"\n",
	NULL},
    {"optional", "[optional.of(1), optional.none()]", 0, "[1,null]\n", NULL},
    {"blank in front of a dash", " -1", 0, "-1\n", NULL},
    {"syntax", "1 +", 65, NULL, "  1 +\n"},
    {"unknown name", "1 + nmae", 65, NULL, "      ^"},
    {"unknown function", "siez([])", 65, NULL, "did you mean 'size'"},
    {"no overload", "1 + 'a'", 65, NULL, "no such overload"},
    {"division by zero", "1 / 0", 65, NULL, "  1 / 0\n"},
    {"nothing", "", 65, NULL, "tfherald: error: "},
    {"a bell", "\a", 65, NULL, "tfherald: error: "},
    {"too many steps",
	"cel.bind(l, [1,2,3,4,5,6,7,8,9,10], l.all(a, l.all(b, l.all(c, l.all(d, l.all(e, "
	"l.all(f, l.all(g, g > 0))))))))",
	65, NULL, "steps"},
    {"too much memory",
	"cel.bind(l, [1,2,3,4,5,6,7,8,9,10], l.map(a, l.map(b, l.map(c, l.map(d, l.map(e, "
	"l.map(f, a)))))))",
	65, NULL, "memory"},
};

static void one_expression(void **state)
{
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		result = RUN(&program, "policy", "eval", rows[i].expr);
		program_expect(rows[i].name, &result, rows[i].status, rows[i].out, rows[i].err);
		if (rows[i].out && !str_is(result.out, rows[i].out))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(result.out));
		if (rows[i].status != 0 && result.out.len > 0)
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(result.out));
	}
	program_end(&program);
}

static void forms(void **state)
{
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	result = RUN(&program, "policy", "eval", "--typed", "1u");
	program_expect(
	    "typed", &result, 0, "{\"value\":1,\"typed\":{\"uint64Value\":\"1\"}}\n", NULL);
	program.input = program_write(&program, "expr", STR("1 +\n  2\n"));
	result = RUN(&program, "policy", "eval", "-");
	program_expect("standard input", &result, 0, "3\n", NULL);
	program.input = NULL;
	result = RUN(&program, "policy");
	program_expect("group", &result, 64, NULL, "  eval ");
	result = RUN(&program, "policy", "--help");
	program_expect("help of the group", &result, 0, "  eval ", NULL);
	result = RUN(&program, "help", "policy", "eval");
	program_expect("help", &result, 0, "Usage: tfherald policy eval [OPTIONS] EXPR\n", NULL);
	result = RUN(&program, "help", "policy", "evil");
	program_expect("help of nothing", &result, 64, NULL, "policy has no command 'evil'");
	result = RUN(&program, "help", "plan", "eval");
	program_expect("help of two", &result, 64, NULL, "unexpected 'eval'");
	result = RUN(&program, "policy", "eval");
	program_expect("no expression", &result, 64, NULL, "which expression?");
	result = RUN(&program, "policy", "eval", "--batch", "1");
	program_expect("batch and expression", &result, 64, NULL, "not as '1'");
	program_end(&program);
}

struct vars_row {
	const char *name, *file, *content, *expr;
	int status;
	const char *out, *err;
};

static const struct vars_row vars[] = {
    {"JSON", "v.json", "{\"a\": {\"b\": [1, 2.5]}, \"c\": \"x\"}", "a.b[1] == 2.5 && c == 'x'", 0,
	"true\n", NULL},
    {"numbers of data adapt", "v.json", "{\"cpu\": 1.5, \"n\": 2}",
	"cpu * 2 == 3.0 && n * 1.5 == 3.0", 0, "true\n", NULL},
    {"YAML", "v.yaml", "a:\n  - 1\n  - 'b'\n  - yes\n  - null\n", "a", 0,
	"[1,\"b\",\"yes\",null]\n", NULL},
    {"no object", "v.json", "[1]", "1", 65, NULL, "expected an object of variables, not list"},
    {"no JSON", "v.json", "{\"a\":\n 1,,}", "1", 65, NULL, "v.json:2:4"},
    {"no YAML", "v.yml", "a: [", "1", 65, NULL, "v.yml:"},
    {"no file", "v.json", NULL, "1", 66, NULL, "gone.json"},
};

static void variables(void **state)
{
	struct program program;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
		const char *path = "gone.json";
		struct program_result result;

		if (!program_takes_row(i))
			continue;
		if (vars[i].content)
			path = program_write(&program, vars[i].file, str_from(vars[i].content));
		result = RUN(&program, "policy", "eval", "--vars", path, vars[i].expr);
		program_expect(vars[i].name, &result, vars[i].status, vars[i].out, vars[i].err);
	}
	program_end(&program);
}

static void batch(void **state)
{
	static const char questions[] =
	    "{\"id\":1,\"expr\":\"1 + 1\"}\r\n"
	    "\n"
	    "{\"id\":\"a\",\"expr\":\"x.y > 1\",\"vars\":{\"x\":{\"y\":2}}}\n"
	    "{\"id\":[2],\"expr\":\"n == b'a'\",\"bindings\":{\"n\":{\"bytesValue\":\"YQ==\"}}}\n"
	    "{\"id\":4,\"expr\":\"1 / 0\"}\n"
	    "{\"id\":5,\"expr\":\"u || w || false\",\"bindings\":{\"u\":{\"unknown\":[\"pr.u\"]},"
	    "\"w\":{\"unknown\":[\"a.w\"]}}}\n"
	    "{\"id\":6,\"expr\":\"u || true\",\"bindings\":{\"u\":{\"unknown\":[\"pr.u\"]}}}\n"
	    "{\"id\":7,\"expr\":\"y\",\"container\":\"x\",\"bindings\":{\"x.y\":{\"boolValue\":"
	    "true}}}\n"
	    "{\"id\":8,\"expr\":\"common\"}\n"
	    "{\"id\":9,\"expr\":\"common\",\"vars\":{\"common\":0},\"traced\":true}\n"
	    "{\"expr\":\"null\"}";
	static const char answers[] =
	    "{\"id\":1,\"value\":2,\"typed\":{\"int64Value\":\"2\"}}\n"
	    "{\"id\":\"a\",\"value\":true,\"typed\":{\"boolValue\":true}}\n"
	    "{\"id\":[2],\"value\":true,\"typed\":{\"boolValue\":true}}\n"
	    "{\"id\":4,\"error\":\"";
	static const char more[] =
	    "{\"id\":5,\"unknown\":[\"a.w\",\"pr.u\"]}\n"
	    "{\"id\":6,\"value\":true,\"typed\":{\"boolValue\":true}}\n"
	    "{\"id\":7,\"value\":true,\"typed\":{\"boolValue\":true}}\n"
	    "{\"id\":8,\"value\":\"all\",\"typed\":{\"stringValue\":\"all\"}}\n"
	    "{\"id\":9,\"value\":0,\"typed\":{\"int64Value\":\"0\"}}\n"
	    "{\"id\":null,\"value\":null,\"typed\":{\"nullValue\":null}}\n";
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	program_write(&program, "v.json", STR("{\"common\": \"all\"}"));
	program.input = program_write(&program, "questions", str_from(questions));
	result = RUN(&program, "policy", "eval", "--batch", "--typed", "--vars", "v.json");
	program_expect("batch", &result, 0, answers, NULL);
	program_expect("batch", &result, 0, more, NULL);
	program_end(&program);
}

static void bad_lines(void **state)
{
	static const struct row lines[] = {
	    {"no JSON", "{\"id\":1,", 0, "{\"id\":null,\"error\":\"", NULL},
	    {"no object", "[1]", 0, "{\"id\":null,\"error\":\"expected an object", NULL},
	    {"no expression", "{\"id\":1}", 0, "{\"id\":1,\"error\":\"expected an object", NULL},
	    {"number as expression", "{\"id\":1,\"expr\":1}", 0, "'expr': expected a string", NULL},
	    {"unknown key", "{\"id\":1,\"exrp\":\"1\"}", 0, "'exrp': expected id, expr,", NULL},
	    {"key twice", "{\"id\":1,\"id\":2,\"expr\":\"1\"}", 0, "{\"id\":null,\"error\":\"",
		NULL},
	    {"vars", "{\"id\":1,\"expr\":\"1\",\"vars\":[]}", 0, "'vars': expected an object",
		NULL},
	    {"bindings", "{\"id\":1,\"expr\":\"1\",\"bindings\":{\"x\":1}}", 0,
		"'bindings': 'x': typed value: expected", NULL},
	    {"no UTF-8", "{\"id\":1,\"expr\":\"\xff\"}", 0, "{\"id\":null,\"error\":\"", NULL},
	};
	struct program program;
	struct program_result result;

	(void)state;
	program_begin(&program);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct str text = str_format(
		    program.arena, "%s\n{\"id\":\"next\",\"expr\":\"1\"}\n", lines[i].expr);

		program.input = program_write(&program, "lines", text);
		result = RUN(&program, "policy", "eval", "--batch");
		program_expect(lines[i].name, &result, 65, lines[i].out,
		    "1 line of standard input was no question");
		program_expect(lines[i].name, &result, 65, "{\"id\":\"next\",\"value\":1}\n", NULL);
	}
	program_end(&program);
}

/* Values that are small in memory and endless as text; deep ones. */
static void exploding(void **state)
{
	struct program program;
	struct program_result result;
	struct buf buf;

	(void)state;
	program_begin(&program);
	buf_init(&buf, program.arena, (size_t)1 << 20);
	for (int i = 0; i < 60; i++)
		buf_addf(&buf, "cel.bind(v%d, [%s%d, %s%d], ", i, i > 0 ? "v" : "",
		    i > 0 ? i - 1 : 0, i > 0 ? "v" : "", i > 0 ? i - 1 : 0);
	buf_adds(&buf, "v59");
	buf_repeat(&buf, ')', 60);
	result = RUN(&program, "policy", "eval", str_to_c(program.arena, buf_str(&buf)));
	program_expect("shared", &result, 65, NULL, "tfherald: error: ");
	buf_rewind(&buf, 0);
	buf_repeat(&buf, '[', 150);
	buf_repeat(&buf, ']', 150);
	result = RUN(&program, "policy", "eval", str_to_c(program.arena, buf_str(&buf)));
	program_expect("deep", &result, 0, NULL, NULL);
	buf_rewind(&buf, 0);
	buf_repeat(&buf, '[', 5000);
	result = RUN(&program, "policy", "eval", str_to_c(program.arena, buf_str(&buf)));
	program_expect("too deep", &result, 65, NULL, "levels");
	program_end(&program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_expression),
	    cmocka_unit_test(forms),
	    cmocka_unit_test(variables),
	    cmocka_unit_test(batch),
	    cmocka_unit_test(bad_lines),
	    cmocka_unit_test(exploding),
	};
	return cmocka_run_group_tests_name("e2e/policy_eval", tests, NULL, NULL);
}
