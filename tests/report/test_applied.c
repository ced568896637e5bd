#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "report/applied.h"
#include "report/render.h"
#include "report/wording.h"

#define ROWS_MAX 6

struct planned {
	const char *address;
	enum action action;
	const char *deposed, *moved_from;
	bool importing;
};

struct step {
	const char *address;
	enum action action;
	enum apply_state state;
};

/* What was planned, what was seen of it, and how it is told. */
static const struct row {
	const char *label;
	bool complete;
	struct planned planned[ROWS_MAX];
	struct step steps[ROWS_MAX];
	struct apply_report counts;
	struct plan_summary summary;
	const char *want, *headline;
} rows[] = {
    {"forget, move and output have no steps", true,
	{{"a", ACTION_FORGET, NULL, NULL, false}, {"c", ACTION_NOOP, NULL, "b", false}}, {{0}}, {0},
	{.forget = 1, .move = 1, .output = 1}, "Done a forgotten;Done c moved;",
	"Apply complete: 1 forgotten, 1 moved, 1 output"},
    {"outputs only", true, {{0}}, {{0}}, {0}, {.output = 2}, "", "Apply complete: 2 outputs"},
    {"nothing at all", true, {{0}}, {{0}}, {0}, {0}, "", "Apply complete, nothing to do"},
    {"import with a step is told once", true, {{"i", ACTION_NOOP, NULL, NULL, true}},
	{{"i", ACTION_NOOP, APPLY_DONE}}, {.import = 1}, {.import = 1}, "Done i import;",
	"Apply complete: 1 imported"},
    {"import without a step", true, {{"i", ACTION_NOOP, NULL, NULL, true}}, {{0}}, {0},
	{.import = 1}, "Done i import;", "Apply complete: 1 imported"},
    {"mixed", true,
	{{"a", ACTION_FORGET, NULL, NULL, false}, {"n", ACTION_CREATE, NULL, NULL, false}},
	{{"n", ACTION_CREATE, APPLY_DONE}}, {.add = 1}, {.add = 1, .forget = 1},
	"Done n create;Done a forgotten;", "Apply complete: 1 added, 1 forgotten"},
    {"a replace is one row", true, {{"r", ACTION_REPLACE, NULL, NULL, false}},
	{{"r", ACTION_DELETE, APPLY_DONE}, {"r", ACTION_CREATE, APPLY_DONE}},
	{.add = 1, .destroy = 1}, {.replace = 1}, "Done r replace;",
	"Apply complete: 1 added, 1 destroyed"},
    {"create before destroy is one row", true,
	{{"r", ACTION_REPLACE_CREATE_FIRST, NULL, NULL, false}},
	{{"r", ACTION_CREATE, APPLY_DONE}, {"r (deposed object 1f)", ACTION_DELETE, APPLY_DONE}},
	{.add = 1, .destroy = 1}, {.replace = 1}, "Done r replace;",
	"Apply complete: 1 added, 1 destroyed"},
    {"not attempted", false,
	{{"d", ACTION_DELETE, NULL, NULL, false}, {"u", ACTION_UPDATE, NULL, NULL, false},
	    {"n", ACTION_CREATE, NULL, NULL, false}, {"m", ACTION_NOOP, NULL, "l", false}},
	{{"n", ACTION_CREATE, APPLY_FAILED}}, {0}, {0},
	"Failed n create;Not started d delete;Not started u update;",
	"Apply failed after 0 of 3 changes"},
    {"lost in a replace", false,
	{{"db", ACTION_REPLACE, NULL, NULL, false}, {"n", ACTION_CREATE, NULL, NULL, false}},
	{{"n", ACTION_CREATE, APPLY_DONE}, {"db", ACTION_DELETE, APPLY_DONE},
	    {"db", ACTION_CREATE, APPLY_FAILED}},
	{0}, {0}, "Lost db destroyed, not created again;Done n create;",
	"Apply failed after 1 of 2 changes"},
    {"lost, the plan is not known", false, {{0}},
	{{"db", ACTION_DELETE, APPLY_DONE}, {"db", ACTION_CREATE, APPLY_FAILED}}, {0}, {0},
	"Lost db destroyed, not created again;", "Apply failed after 0 of 1 change"},
    {"lost, the create was not begun", false, {{"db", ACTION_REPLACE, NULL, NULL, false}},
	{{"db", ACTION_DELETE, APPLY_DONE}}, {0}, {0}, "Lost db destroyed, not created again;",
	"Apply failed after 0 of 1 change"},
    {"lost, the create has no end", false, {{"db", ACTION_REPLACE, NULL, NULL, false}},
	{{"db", ACTION_DELETE, APPLY_DONE}, {"db", ACTION_CREATE, APPLY_STARTED}}, {0}, {0},
	"Lost db destroyed, its creation was not finished;", "Apply failed after 0 of 1 change"},
    {"the destroy of a replace failed", false, {{"db", ACTION_REPLACE, NULL, NULL, false}},
	{{"db", ACTION_DELETE, APPLY_FAILED}}, {0}, {0}, "Failed db replace;",
	"Apply failed after 0 of 1 change"},
    {"the old one remains", false, {{"r", ACTION_REPLACE_CREATE_FIRST, NULL, NULL, false}},
	{{"r", ACTION_CREATE, APPLY_DONE}, {"r (deposed object 1f)", ACTION_DELETE, APPLY_FAILED}},
	{0}, {0}, "Failed r created, the old one is not destroyed;",
	"Apply failed after 0 of 1 change"},
    {"create first, create failed", false, {{"r", ACTION_REPLACE_CREATE_FIRST, NULL, NULL, false}},
	{{"r", ACTION_CREATE, APPLY_FAILED}}, {0}, {0}, "Failed r replace;",
	"Apply failed after 0 of 1 change"},
    {"a deposed object has its own step", false,
	{{"r", ACTION_DELETE, "1f", NULL, false}, {"r", ACTION_DELETE, "2e", NULL, false}},
	{{"r (deposed object 1f)", ACTION_DELETE, APPLY_DONE}}, {0}, {0},
	"Not started r (deposed object 2e) delete;Done r (deposed object 1f) delete;",
	"Apply failed after 1 of 2 changes"},
};

static struct outcome *outcome_of(struct arena *arena, const struct row *row)
{
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct outcome_change *changes = arena_array(arena, struct outcome_change, ROWS_MAX);
	struct apply_step *steps = arena_array(arena, struct apply_step, ROWS_MAX);

	*outcome = (struct outcome){.has_plan = true, .result = PLAN_CHANGES};
	outcome->facts.operation = OPERATION_APPLY;
	outcome->summary = row->summary;
	outcome->apply = row->counts;
	outcome->apply.present = true;
	outcome->apply.complete = outcome->apply.has_counts = row->complete;
	for (; row->planned[outcome->change_count].address; outcome->change_count++) {
		const struct planned *planned = &row->planned[outcome->change_count];

		changes[outcome->change_count] =
		    (struct outcome_change){.head = {
						.address = str_from(planned->address),
						.deposed = str_from(planned->deposed),
						.previous_address = str_from(planned->moved_from),
						.action = planned->action,
						.importing = planned->importing,
					    }};
	}
	for (; row->steps[outcome->apply.step_count].address; outcome->apply.step_count++) {
		const struct step *step = &row->steps[outcome->apply.step_count];

		steps[outcome->apply.step_count] =
		    (struct apply_step){str_from(step->address), step->action, step->state};
	}
	outcome->changes = changes;
	outcome->apply.steps = steps;
	return outcome;
}

static struct str told(struct arena *arena, const struct outcome *outcome)
{
	struct applied applied;
	struct buf buf;

	buf_init(&buf, arena, 4096);
	applied_of(arena, outcome, &applied);
	for (size_t i = 0; i < APPLIED_SECTIONS; i++) {
		for (size_t j = 0; j < applied.counts[i]; j++)
			buf_addf(&buf, "%s %.*s %s;",
			    applied_section_title((enum applied_section)i),
			    STR_ARG(applied.rows[i][j].address), applied.rows[i][j].what);
	}
	return buf_str(&buf);
}

static void test_steps_against_the_plan(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = outcome_of(arena, &rows[i]);
		struct str got = told(arena, outcome);
		struct str headline = outcome_headline(arena, outcome);
		bool ok = str_is(got, rows[i].want) && str_is(headline, rows[i].headline);

		if (!ok)
			print_error("%s: '%s' '%s'\n", rows[i].label, str_to_c(arena, got),
			    str_to_c(arena, headline));
		assert_true(ok);
	}
}

static const struct row *row_named(const char *label)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (str_is(str_from(rows[i].label), label))
			return &rows[i];
	}
	return NULL;
}

static void assert_in_order(struct arena *arena, struct str text, const char *const *parts)
{
	struct str rest = text;
	size_t at;

	for (; *parts; parts++) {
		if (!str_find(rest, str_from(*parts), &at)) {
			print_error(
			    "'%s' is not, or not there, in: %s\n", *parts, str_to_c(arena, text));
			assert_true(false);
		}
		rest = str_from_to(rest, at, rest.len);
	}
}

static void test_every_renderer_tells_it(void **state)
{
	static const char *const markdown[] = {"> [!CAUTION]\n> **1 resource was destroyed and not",
	    "Lost (1)", "`db`: destroyed, not created again", "Done", "`n` (create)",
	    "the last output", NULL};
	static const char *const slack[] = {"Lost (1)", "`db`: destroyed, not created again",
	    "Applied before it failed (1)", "Last output", NULL};
	static const char *const terminal[] = {
	    "Lost (1)", "db: destroyed, not created again", "Done", "n\n", NULL};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = outcome_of(arena, row_named("lost in a replace"));
	struct render_options options = {0};
	struct slack_message message;
	struct str text;
	struct err err = {0};

	(void)state;
	outcome->tail = STR("last words\n");
	assert_true(render_markdown(arena, outcome, &options, &text, &err));
	assert_in_order(arena, text, markdown);
	assert_true(render_terminal(arena, outcome, &options, &text, &err));
	assert_in_order(arena, text, terminal);
	assert_true(
	    render_slack(arena, outcome, &(struct render_options){0}, NULL, &message, &err));
	assert_in_order(arena, message.blocks, slack);
}

static void test_unstarted_are_listed(void **state)
{
	static const char *const markdown[] = {
	    "Failed (1)", "Not started (2)", "`d` (delete)", "`u` (update)", NULL};
	static const char *const terminal[] = {"Failed", "Not started (2)", "- d", "~ u", NULL};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = outcome_of(arena, row_named("not attempted"));
	struct render_options options = {0};
	struct slack_message message;
	struct str text;
	struct err err = {0};

	(void)state;
	assert_true(render_markdown(arena, outcome, &options, &text, &err));
	assert_in_order(arena, text, markdown);
	assert_true(render_terminal(arena, outcome, &options, &text, &err));
	assert_in_order(arena, text, terminal);
	assert_true(
	    render_slack(arena, outcome, &(struct render_options){0}, NULL, &message, &err));
	assert_in_order(arena, message.blocks, markdown);
}

static void test_a_plan_is_no_apply(void **state)
{
	static const char *const markdown[] = {
	    "Apply failed; no change was seen to begin", "Not started (1)", NULL};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = outcome_of(arena, row_named("mixed"));
	struct render_options options = {0};
	struct str text;
	struct err err = {0};

	(void)state;
	outcome->apply = (struct apply_report){.present = false};
	outcome->child.ran = true;
	assert_true(str_is(outcome_headline(arena, outcome),
	    "Nothing was applied: this is a plan; 1 to add, 0 to destroy, 1 to forget"));
	outcome->child.status = 1;
	/* what it planned to lose is not about to be lost */
	assert_true(render_markdown(arena, outcome, &options, &text, &err));
	assert_in_order(arena, text, markdown);
	assert_null(strstr(str_to_c(arena, text), "will be lost"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_steps_against_the_plan),
	    cmocka_unit_test(test_every_renderer_tells_it),
	    cmocka_unit_test(test_unstarted_are_listed),
	    cmocka_unit_test(test_a_plan_is_no_apply),
	};

	return cmocka_run_group_tests_name("report/applied", tests, NULL, NULL);
}
