#include "base/arena.h"
#include "cmd/help.h"
#include "policies/cel/function.h"
#include "policies/host.h"
#include "policies/ruleset_names.h"

struct family {
	const char *title, *about;
	const struct cel_function *functions;
};

/* Every table of cel_function_tables but the operators (a test looks for their functions). */
static const struct family families[] = {
    {"Standard", "Sizes, texts, patterns and conversions.", cel_standard_functions},
    {"Times", "Timestamps and durations; time zones by name (\"Europe/Berlin\") or offset.",
	cel_time_functions},
    {"Strings", "Positions count characters, from 0.", cel_string_functions},
    {"Numbers", "", cel_math_functions},
    {"Encodings", "", cel_encoder_functions},
    {"Optional values", "What may be missing: `a[?k]`, `a.?k`, `[?x]` and `{?k: x}` work on them.",
	cel_optional_functions},
    {"Networks", "", cel_network_functions},
    {"Versions and globs", "", cel_version_functions},
};

/* Text of a table's cell: a bar would end it. */
static void cell(struct buf *buf, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '|')
			buf_addc(buf, '\\');
		buf_addc(buf, *text);
	}
}

static void code(struct buf *buf, const char *text)
{
	buf_adds(buf, strchr(text, '`') != NULL ? "`` " : "`");
	cell(buf, text);
	buf_adds(buf, strchr(text, '`') != NULL ? " ``" : "`");
}

/* One signature a line: they are split by "; ". */
static void signatures(struct buf *buf, const char *text)
{
	struct str rest = str_from(text), part;
	const char *between = "";

	while (str_split(&rest, ';', &part)) {
		buf_adds(buf, between);
		code(buf, str_to_c(buf->arena, str_trim(part)));
		between = "<br>";
	}
}

static void row(struct buf *buf, const char *signature, const char *help, const char *example)
{
	buf_adds(buf, "| ");
	signatures(buf, signature);
	buf_adds(buf, " | ");
	cell(buf, help);
	buf_adds(buf, " | ");
	if (example != NULL)
		code(buf, example);
	buf_adds(buf, " |\n");
}

static void head(struct buf *buf, const char *title, const char *about)
{
	buf_addf(buf, "\n## %s\n\n%s%s| form | meaning | example |\n|---|---|---|\n", title, about,
	    about[0] != '\0' ? "\n\n" : "");
}

static void functions(struct buf *buf, const struct cel_function *table)
{
	for (; table->name != NULL; table++)
		row(buf, table->signature, table->help, table->example);
}

static void field_row(struct buf *buf, const char *variable, const struct policy_field *field)
{
	buf_adds(buf, "| `");
	buf_adds(buf, variable);
	buf_addf(buf, ".%s` | ", field->name);
	code(buf, field->type);
	buf_adds(buf, " | ");
	cell(buf, field->help);
	buf_adds(buf, " |\n");
}

static void variables(struct buf *buf)
{
	buf_adds(buf, "\n## What a rule sees\n\nWhat cannot be known here (no pull request, no "
		      "configuration in the plan, no lock file) is unknown, never empty.\n\n"
		      "| name | type | meaning |\n|---|---|---|\n");
	for (enum policy_variable i = 0; i < POLICY_VARIABLE_COUNT; i++) {
		const char *name = policy_variable_name(i);
		const struct policy_field *fields = policy_fields(i);

		buf_addf(buf, "| `%s` | | ", name);
		cell(buf, policy_variable_help(i));
		buf_adds(buf, " |\n");
		for (; fields && fields->name; fields++)
			field_row(buf, name, fields);
	}
}

static const char introduction[] =
    "# Expressions\n\n"
    "Conditions and messages of policies are written in [CEL](https://cel.dev): it always comes to "
    "an end, and it\nknows values that are not known yet. `tfherald policy eval EXPR` evaluates an "
    "expression at the prompt.\n\n"
    "- Types: `int`, `uint` (`1u`), `double`, `bool`, `string` (`\"a\"`, `'a'`, `\"\"\"a\"\"\"`, "
    "`r\"\\d\"`), `bytes` (`b\"a\"`), `list`, `map`,\n"
    "  `null_type`, `google.protobuf.Timestamp`, `google.protobuf.Duration`, and the types of the "
    "functions below.\n"
    "- A number of a plan adapts to the other operand: `cpu * 2` works for 1 and for 1.5. Literals "
    "do not: `1 + 1.5` is\n  an error, `1.0 + 1.5` is none.\n"
    "- `matches()` has the meaning of RE2: no look-around, no back-references.\n"
    "- What is not known before the apply is unknown. `&&` and `||` come to a decision all the "
    "same when the other\n  operand decides; everything else is unknown when a part that it "
    "needs is.\n"
    "- Limits: 64 KiB of text, 200 levels, 1,000,000 steps and 16 MiB of results for one "
    "evaluation. Passing one is an\n  error. On all resources of a plan together one rule has "
    "2,000,000,000 steps, about ten seconds (a loop over 20,000\n  resources for each of 20,000), "
    "and all rules 10,000,000,000: a rule that has none left ends as an error.\n\n"
    "Every example is true; a test evaluates them.\n";

void help_expressions(struct buf *buf)
{
	buf_adds(buf, introduction);
	variables(buf);
	head(buf, "Macros and logic", "Macros see the expression, not only its value.");
	for (const struct cel_macro_doc *doc = cel_macro_docs; doc->signature != NULL; doc++)
		row(buf, doc->signature, doc->help, doc->example);
	head(buf, "Other operators", "");
	functions(buf, cel_operators);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		head(buf, families[i].title, families[i].about);
		functions(buf, families[i].functions);
	}
	head(buf, "Plans", "Of policies only; they need a plan.");
	for (size_t i = 0; policy_functions[i] != NULL; i++)
		functions(buf, policy_functions[i]);
}
