#include "tests/support/outcomes.h"

#include "base/arena.h"
#include "tests/support/verdicts.h"

#define FACT(outcome, name, text) ((outcome)->facts.name = (struct fact){STR(text), STR("test")})

#define HEAD(address_text, type_text, name_text, action_value, words)           \
	{                                                                       \
		.address = STR_INIT(address_text), .mode = STR_INIT("managed"), \
		.type = STR_INIT(type_text), .name = STR_INIT(name_text),       \
		.provider = STR_INIT("registry.terraform.io/hashicorp/aws"),    \
		.action = (action_value), .action_text = STR_INIT(words)        \
	}

#define TEXT_VALUE(literal)                                                                    \
	{                                                                                      \
		{                                                                              \
			.kind = VALUE_STRING, .len = sizeof(literal) - 1, .as.text = (literal) \
		}                                                                              \
	}
#define INT_VALUE(number)                                         \
	{                                                         \
		{                                                 \
			.kind = VALUE_INT, .as.integer = (number) \
		}                                                 \
	}
#define HIDDEN_VALUE                                             \
	{                                                        \
		{                                                \
			.kind = VALUE_HIDDEN, .as.changed = true \
		}                                                \
	}
#define UNKNOWN_VALUE                         \
	{                                     \
		{                             \
			.kind = VALUE_UNKNOWN \
		}                             \
	}

const char *const hostile_texts[] = {
    "```\n@everyone #1\n```",
    "~~~\n<script>alert(1)</script>",
    "a|b|c",
    "<img src=x onerror=alert(1)>",
    "--> <b>out</b> <!--",
    "</details></summary>",
    "@acme/team @octocat a@b.example",
    "fixes #1, GH-2, acme/infra#3",
    "0123456789abcdef0123456789abcdef01234567 deadbee",
    "https://evil.example/?a=1 www.evil.example",
    "[click](javascript:alert(1))",
    "![pic](https://evil.example/x.png)",
    "a\rb\r\n## heading",
    "nul\0byte",
    "\033[31mred\033[0m \033]8;;https://evil.example\007link\033]8;;\007",
    "\xe2\x80\xaeright to left\xe2\x80\xac",
    "bad \xff\xfe utf-8 \xc3(",
    "<!channel> <!here> <@U1> <https://evil.example|text>",
    "* item\n1. one\n- two\n> quote\n# head\n---\n===",
    "$x$ `code` **bold** _it_ ~~gone~~ :tada: &lt; \\",
    "`````````` ten",
    "",
    " ",
    "日本語のリソース",
};
const size_t hostile_text_count = ARRAY_LEN(hostile_texts);

static void add_facts(struct outcome *outcome)
{
	outcome->version = "0.1.0";
	outcome->has_plan = true;
	outcome->facts.now = 1795348800;
	outcome->facts.in_ci = true;
	FACT(outcome, ci, "circleci");
	FACT(outcome, host, "github.com");
	FACT(outcome, repository, "acme/infra");
	FACT(outcome, commit, "3f5c1d2e4b6a79880917263544536271809fabcd");
	FACT(outcome, pull_request, "12");
	FACT(outcome, link, "https://circleci.com/gh/acme/infra/42");
	FACT(outcome, directory, "prod/network");
	FACT(outcome, target, "prod/network");
	outcome->tool_version = STR("1.11.4");
	outcome->format_version = STR("1.2");
	outcome->result = PLAN_CHANGES;
	outcome->summary.known = true;
	outcome->child = (struct child_facts){
	    .ran = true,
	    .command = STR("terraform plan"),
	    .duration_ms = 4200,
	    .output_bytes = 1234,
	};
}

static void make_no_changes(struct outcome *outcome)
{
	outcome->result = PLAN_NO_CHANGES;
	outcome->summary.no_op = 7;
}

static const struct attribute_change created_attributes[] = {
    {.path = STR_INIT("bucket"),
	.difference = DIFFERENCE_ADDED,
	.has_values = true,
	.after = TEXT_VALUE("acme-logs")},
    {.path = STR_INIT("arn"),
	.difference = DIFFERENCE_ADDED,
	.has_values = true,
	.after = UNKNOWN_VALUE},
    {.path = STR_INIT("tags.Name"),
	.difference = DIFFERENCE_ADDED,
	.has_values = true,
	.after = TEXT_VALUE("logs")},
};

static const struct outcome_change created[] = {
    {.head = HEAD("aws_s3_bucket.logs", "aws_s3_bucket", "logs", ACTION_CREATE, "create"),
	.has_values = true,
	.attributes = created_attributes,
	.attribute_count = 3},
};

static void make_create(struct outcome *outcome)
{
	outcome->changes = created;
	outcome->change_count = ARRAY_LEN(created);
	outcome->summary.add = 1;
}

static const struct attribute_change replaced_attributes[] = {
    {.path = STR_INIT("ami"),
	.difference = DIFFERENCE_CHANGED,
	.forces_replacement = true,
	.has_values = true,
	.before = TEXT_VALUE("ami-0aa"),
	.after = TEXT_VALUE("ami-0bb")},
    {.path = STR_INIT("id"),
	.difference = DIFFERENCE_CHANGED,
	.has_values = true,
	.before = TEXT_VALUE("i-123"),
	.after = UNKNOWN_VALUE},
    {.path = STR_INIT("tags[\"cost/center\"]"),
	.difference = DIFFERENCE_REMOVED,
	.has_values = true,
	.before = TEXT_VALUE("42")},
};

static const struct attribute_change updated_attributes[] = {
    {.path = STR_INIT("allocated_storage"),
	.difference = DIFFERENCE_CHANGED,
	.has_values = true,
	.before = INT_VALUE(20),
	.after = INT_VALUE(50)},
    {.path = STR_INIT("password"),
	.difference = DIFFERENCE_CHANGED,
	.has_values = true,
	.before = HIDDEN_VALUE,
	.after = HIDDEN_VALUE},
    {.path = STR_INIT("engine_version"), .difference = DIFFERENCE_CHANGED},
};

static struct outcome_change typical[] = {
    {.head = HEAD("aws_db_instance.old", "aws_db_instance", "old", ACTION_DELETE, "delete"),
	.has_values = true},
    {.head = HEAD("aws_instance.web", "aws_instance", "web", ACTION_DELETE, "delete"),
	.has_values = true},
    {.head = HEAD(
	 "aws_instance.web[\"blue\"]", "aws_instance", "web", ACTION_REPLACE, "delete,create"),
	.has_values = true,
	.attributes = replaced_attributes,
	.attribute_count = 3},
    {.head = HEAD(
	 "aws_s3_bucket.handed_over", "aws_s3_bucket", "handed_over", ACTION_FORGET, "forget"),
	.has_values = true},
    {.head = HEAD("aws_thing.strange", "aws_thing", "strange", ACTION_OTHER, "levitate"),
	.has_values = true},
    {.head = HEAD(
	 "module.db.aws_db_instance.main", "aws_db_instance", "main", ACTION_UPDATE, "update"),
	.has_values = true,
	.attributes = updated_attributes,
	.attribute_count = 3},
    {.head = HEAD("aws_s3_bucket.logs", "aws_s3_bucket", "logs", ACTION_CREATE, "create"),
	.has_values = true,
	.attributes = created_attributes,
	.attribute_count = 3},
    {.head = HEAD("aws_vpc.main", "aws_vpc", "main", ACTION_NOOP, "no-op"), .has_values = true},
    {.head = HEAD("aws_eip.nat", "aws_eip", "nat", ACTION_NOOP, "no-op"), .has_values = true},
};

static const struct attribute_change output_attributes[] = {
    {.path = STR_INIT(""),
	.difference = DIFFERENCE_CHANGED,
	.has_values = true,
	.before = TEXT_VALUE("a.example"),
	.after = TEXT_VALUE("b.example")},
};

static const struct outcome_change outputs[] = {
    {.head = HEAD("endpoint", "", "", ACTION_UPDATE, "update"),
	.has_values = true,
	.attributes = output_attributes,
	.attribute_count = 1},
};

static const struct outcome_change drift[] = {
    {.head = HEAD("aws_instance.api", "aws_instance", "api", ACTION_UPDATE, "update"),
	.has_values = true,
	.attributes = updated_attributes,
	.attribute_count = 1},
};

static const struct action_invocation invocations[] = {
    {STR_INIT("action.aws_lambda_invoke.warm"), STR_INIT("aws_lambda_invoke"),
	STR_INIT("after_create of aws_s3_bucket.logs")},
};

static const struct plan_check checks[] = {
    {STR_INIT("check.health"), STR_INIT("check"), STR_INIT("fail"),
	STR_INIT("https://acme.example returned 503")},
    {STR_INIT("var.size"), STR_INIT("input_variable"), STR_INIT("pass"), STR_INIT("")},
};

static const struct diagnostic warnings[] = {
    {SEVERITY_WARNING, STR_INIT("Argument is deprecated"),
	STR_INIT("Use the aws_s3_bucket_acl resource instead"), STR_INIT("aws_s3_bucket.logs"),
	STR_INIT("main.tf"), 12},
};

static const struct change_leaf some_leaf = {
    {1, 2, 3, 4, 5, 6, 7, 8}, {9, 10, 11, 12, 13, 14, 15, 16}};

static void make_typical(struct outcome *outcome)
{
	typical[5].leaf = &some_leaf;
	outcome->fingerprint = (struct plan_fingerprint){
	    .text = STR("pf1:c3RhYmxlIGFuZCBzaG9ydA"), .count = 1, .hidden_left_out = 2};
	typical[0].head.reason = STR("delete_because_no_resource_config");
	typical[1].head.deposed = STR("bb22ccdd");
	typical[2].head.reason = STR("replace_because_cannot_update");
	typical[2].head.index = value_string(STR("blue"));
	typical[5].head.module = STR("module.db");
	typical[7].head.importing = true;
	typical[7].head.import_id = STR("vpc-0123");
	typical[8].head.previous_address = STR("aws_eip.gateway");
	outcome->changes = typical;
	outcome->change_count = ARRAY_LEN(typical);
	outcome->outputs = outputs;
	outcome->output_count = 1;
	outcome->drift = drift;
	outcome->drift_count = 1;
	outcome->invocations = invocations;
	outcome->invocation_count = 1;
	outcome->checks = checks;
	outcome->check_count = 2;
	outcome->diagnostics = warnings;
	outcome->diagnostic_count = 1;
	outcome->summary = (struct plan_summary){.import = 1,
	    .add = 2,
	    .change = 1,
	    .destroy = 3,
	    .forget = 1,
	    .replace = 1,
	    .move = 1,
	    .other = 1,
	    .output = 1,
	    .drift = 1,
	    .invoke = 1,
	    .known = true};
	outcome->child.status = 2;
}

static const struct outcome_change from_text[] = {
    {.head = HEAD("aws_instance.web", "aws_instance", "web", ACTION_REPLACE, "delete,create"),
	.body = STR_INIT("      ~ ami = \"ami-0aa\" -> \"ami-0bb\" # forces replacement")},
};

static void make_text_form(struct outcome *outcome)
{
	outcome->form = PLAN_FORM_TEXT;
	outcome->changes = from_text;
	outcome->change_count = 1;
	outcome->summary =
	    (struct plan_summary){.add = 1, .destroy = 1, .replace = 1, .known = true};
	outcome->text.summary_line = STR("Plan: 1 to add, 0 to change, 1 to destroy.");
	outcome->text.changes =
	    STR("  # aws_instance.web must be replaced\n-/+ resource \"aws_instance\" \"web\" {\n"
		"      ~ ami       = \"ami-0aa\" -> \"ami-0bb\" # forces replacement\n"
		"      ~ user_data = <<-EOT\n            ```\n            - name: x\n"
		"        EOT\n    }\n");
}

static const struct diagnostic errors[] = {
    {SEVERITY_ERROR, STR_INIT("Unsupported argument"),
	STR_INIT("on main.tf line 3, in resource \"aws_instance\" \"web\":\n   3:   amii = 1\n\n"
		 "An argument named \"amii\" is not expected here."),
	STR_INIT("aws_instance.web"), STR_INIT("main.tf"), 3},
    {SEVERITY_ERROR, STR_INIT("No valid credential sources found"), STR_INIT(""), STR_INIT(""),
	STR_INIT(""), 0},
};

static void make_errored(struct outcome *outcome)
{
	make_create(outcome);
	outcome->errored = true;
	outcome->result = PLAN_ERROR;
	outcome->child.status = 1;
	outcome->diagnostics = errors;
	outcome->diagnostic_count = 2;
}

static void make_no_plan(struct outcome *outcome)
{
	outcome->has_plan = false;
	outcome->problem = STR("the output of 'terraform plan' holds no plan");
	outcome->child.status = 127;
	outcome->text.errors = STR("Error: Could not load plugin\n\nfor \"aws\"\n");
}

static const struct apply_step steps[] = {
    {STR_INIT("aws_s3_bucket.logs"), ACTION_CREATE, APPLY_DONE},
    {STR_INIT("aws_instance.web"), ACTION_UPDATE, APPLY_FAILED},
    {STR_INIT("aws_db_instance.old"), ACTION_DELETE, APPLY_STARTED},
};

static void make_applied(struct outcome *outcome)
{
	outcome->facts.operation = OPERATION_APPLY;
	outcome->apply = (struct apply_report){.present = true,
	    .complete = true,
	    .has_counts = true,
	    .add = 1,
	    .steps = steps,
	    .step_count = 1};
	make_create(outcome);
}

static void make_apply_failed(struct outcome *outcome)
{
	outcome->facts.operation = OPERATION_APPLY;
	outcome->apply = (struct apply_report){.present = true, .steps = steps, .step_count = 3};
	outcome->child.status = 1;
	outcome->result = PLAN_ERROR;
	outcome->diagnostics = errors;
	outcome->diagnostic_count = 1;
}

static struct str hostile_text(size_t index)
{
	const char *text = hostile_texts[index % hostile_text_count];

	return str_is(str_from(text), "nul") ? (struct str){text, 8} : str_from(text);
}

static void fill_hostile(
    struct arena *arena, struct outcome_change *change, struct attribute_change *row, size_t i)
{
	struct str text = hostile_text(i);

	change->head.address = text;
	change->head.previous_address = i % 4 == 3 ? hostile_text(i + 1) : STR_EMPTY;
	change->head.deposed = i % 4 == 1 ? text : STR_EMPTY;
	change->head.reason = text;
	change->head.type = text;
	change->head.importing = i % 2 == 1;
	change->head.import_id = text;
	*row = (struct attribute_change){
	    .path = text.len > 0 ? text : STR("x"),
	    .difference = DIFFERENCE_CHANGED,
	    .forces_replacement = true,
	    .has_values = true,
	    .before = {value_string(text)},
	    .after = {value_string(str_format(arena, "%.*s 2", STR_ARG(text)))},
	};
	change->attributes = row;
	change->attribute_count = 1;
}

static void make_hostile(struct arena *arena, struct outcome *outcome)
{
	size_t count = 3 * hostile_text_count;
	static const enum action actions[] = {ACTION_DELETE, ACTION_REPLACE, ACTION_UPDATE};
	struct outcome_change *changes = arena_array(arena, struct outcome_change, count);
	struct attribute_change *rows = arena_array(arena, struct attribute_change, count);
	struct diagnostic *diagnostics = arena_array(arena, struct diagnostic, hostile_text_count);

	for (size_t i = 0; i < count; i++) {
		changes[i].head.action = actions[i / hostile_text_count];
		changes[i].head.action_text = STR("delete");
		changes[i].has_values = true;
		fill_hostile(arena, &changes[i], &rows[i], i);
	}
	for (size_t i = 0; i < hostile_text_count; i++) {
		struct str text = hostile_text(i);

		diagnostics[i] = (struct diagnostic){
		    i % 2 ? SEVERITY_WARNING : SEVERITY_ERROR, text, text, text, text, 1};
	}
	outcome->changes = changes;
	outcome->change_count = count;
	outcome->diagnostics = diagnostics;
	outcome->diagnostic_count = hostile_text_count;
	outcome->problem = STR("@octocat </details> ```");
	outcome->facts.target.value = STR("a`b|<script>@team #1");
	outcome->facts.link.value = STR("https://ci.example/a b)\"><script>");
	outcome->tool_version = STR("1.0 @octocat");
	outcome->summary.destroy = hostile_text_count;
}

const char *sample_name(enum sample sample)
{
	static const char *const names[] = {
#define X(name) #name,
	    SAMPLES(X)
#undef X
	};

	return names[sample];
}

/* What the policies say of it. */
static void add_verdict(struct arena *arena, struct outcome *outcome, enum sample sample)
{
	static void (*const makers[SAMPLE_COUNT])(struct arena * arena, struct verdict * out) = {
	    [SAMPLE_denied] = verdict_of_everything,
	    [SAMPLE_judged] = verdict_of_warnings,
	    [SAMPLE_apply_denied] = verdict_of_everything,
	    [SAMPLE_overridden] = verdict_of_break_glass,
	    [SAMPLE_violates] = verdict_of_warnings,
	    [SAMPLE_nothing_matched] = verdict_of_nothing,
	    [SAMPLE_hostile_policies] = verdict_of_hostile,
	};

	if (makers[sample])
		makers[sample](arena, &outcome->verdict);
	if (sample == SAMPLE_violates)
		verdict_of_after_apply(arena, &outcome->after_apply);
	if (sample == SAMPLE_apply_denied)
		outcome->facts.operation = OPERATION_APPLY;
	if (sample == SAMPLE_withheld)
		outcome->verdict.withheld =
		    STR("tfherald.yaml:3:5: 'forbidd' is no key of a rule; did you mean 'forbid'?");
	if (outcome->verdict.denied || outcome->after_apply.denied) {
		outcome->exit_status = 3;
		outcome->exit_reason = outcome->verdict.reason;
	}
}

struct outcome *sample_outcome(struct arena *arena, enum sample sample)
{
	static void (*const makers[])(struct outcome * outcome) = {
	    [SAMPLE_no_changes] = make_no_changes,
	    [SAMPLE_create] = make_create,
	    [SAMPLE_typical] = make_typical,
	    [SAMPLE_text_form] = make_text_form,
	    [SAMPLE_errored] = make_errored,
	    [SAMPLE_no_plan] = make_no_plan,
	    [SAMPLE_applied] = make_applied,
	    [SAMPLE_apply_failed] = make_apply_failed,
	    [SAMPLE_denied] = make_typical,
	    [SAMPLE_judged] = make_create,
	    [SAMPLE_apply_denied] = make_create,
	    [SAMPLE_overridden] = make_applied,
	    [SAMPLE_violates] = make_applied,
	    [SAMPLE_nothing_matched] = make_no_changes,
	    [SAMPLE_withheld] = make_create,
	    [SAMPLE_hostile_policies] = make_create,
	};
	struct outcome *outcome = arena_make(arena, struct outcome);

	add_facts(outcome);
	if (sample == SAMPLE_hostile)
		make_hostile(arena, outcome);
	else
		makers[sample](outcome);
	add_verdict(arena, outcome, sample);
	return outcome;
}

static void generate_changes(
    struct arena *arena, const struct generated *generated, struct outcome *outcome)
{
	const struct {
		enum action action;
		size_t count;
	} groups[] = {
	    {ACTION_DELETE, generated->destroy},
	    {ACTION_REPLACE, generated->replace},
	    {ACTION_UPDATE, generated->update},
	    {ACTION_CREATE, generated->create},
	};
	size_t total =
	    generated->destroy + generated->replace + generated->update + generated->create;
	struct outcome_change *changes = arena_array(arena, struct outcome_change, total);
	struct attribute_change *rows = arena_array(arena, struct attribute_change, total);
	size_t at = 0;

	for (size_t group = 0; group < ARRAY_LEN(groups); group++) {
		for (size_t i = 0; i < groups[group].count; i++, at++) {
			changes[at].head.action = groups[group].action;
			changes[at].head.address = str_format(
			    arena, "module.m[%zu].aws_thing_%zu.r[%zu]", i % 7, i % 90, i);
			changes[at].head.type = str_format(arena, "aws_thing_%zu", i % 90);
			changes[at].has_values = true;
			if (generated->hostile && i % 5 == 0)
				fill_hostile(arena, &changes[at], &rows[at], i / 5);
		}
	}
	outcome->changes = changes;
	outcome->change_count = total;
}

static void generate_diagnostics(
    struct arena *arena, const struct generated *generated, struct outcome *outcome)
{
	size_t total = generated->errors + generated->warnings;
	struct diagnostic *diagnostics = arena_array(arena, struct diagnostic, total);

	for (size_t i = 0; i < total; i++) {
		diagnostics[i].severity = i < generated->errors ? SEVERITY_ERROR : SEVERITY_WARNING;
		diagnostics[i].summary = str_format(arena, "Something %zu happened", i);
		diagnostics[i].detail = generated->hostile
					    ? hostile_text(i)
					    : STR("line one\nline two\n```\nline three");
		diagnostics[i].file = STR("modules/network/main.tf");
		diagnostics[i].line = 17;
	}
	outcome->diagnostics = diagnostics;
	outcome->diagnostic_count = total;
}

static struct str long_text(struct arena *arena)
{
	size_t len = 200000;
	char *bytes = arena_alloc(arena, len);
	static const char line[] = "      + key = \"value with ``` in it\"\n";

	for (size_t i = 0; i < len; i++)
		bytes[i] = line[i % (sizeof(line) - 1)];
	return (struct str){bytes, len};
}

struct outcome *generate_outcome(struct arena *arena, const struct generated *generated)
{
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct outcome_change *rows = arena_array(arena, struct outcome_change, generated->outputs);

	add_facts(outcome);
	generate_changes(arena, generated, outcome);
	generate_diagnostics(arena, generated, outcome);
	for (size_t i = 0; i < generated->outputs; i++) {
		rows[i].head.address = str_format(arena, "output_%zu", i);
		rows[i].head.action = ACTION_CREATE;
	}
	outcome->outputs = rows;
	outcome->output_count = generated->outputs;
	outcome->summary = (struct plan_summary){
	    .add = generated->create + generated->replace,
	    .change = generated->update,
	    .destroy = generated->destroy + generated->replace,
	    .replace = generated->replace,
	    .output = generated->outputs,
	    .known = true,
	};
	if (generated->text)
		outcome->text.changes = long_text(arena);
	if (generated->errors > 0) {
		outcome->result = PLAN_ERROR;
		outcome->child.status = 1;
	}
	return outcome;
}
