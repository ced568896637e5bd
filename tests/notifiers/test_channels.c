/* The conditions of a route, and the table of notifiers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "notifiers/channels.h"

static const struct apply_step done_step = {.state = APPLY_DONE};
static const struct apply_step failed_step = {.state = APPLY_FAILED};

#define HOLDS(event) (1u << (event))

static const struct {
	const char *name;
	struct outcome outcome;
	unsigned holds; /* besides always */
} rows[] = {
    {"nothing", {.facts.operation = OPERATION_PLAN}, 0},
    {"plan with changes",
	{.facts.operation = OPERATION_PLAN, .has_plan = true, .result = PLAN_CHANGES}, 0},
    {"detailed exit code", {.facts.operation = OPERATION_PLAN, .child = {.ran = true, .status = 2}},
	0},
    {"plan child failed", {.facts.operation = OPERATION_PLAN, .child = {.ran = true, .status = 1}},
	HOLDS(ROUTE_PLAN_FAILED)},
    {"plan child killed",
	{.facts.operation = OPERATION_PLAN, .child = {.ran = true, .status = 137, .signal = 9}},
	HOLDS(ROUTE_PLAN_FAILED)},
    {"errored plan", {.facts.operation = OPERATION_PLAN, .has_plan = true, .errored = true},
	HOLDS(ROUTE_PLAN_FAILED)},
    {"plan result is an error",
	{.facts.operation = OPERATION_PLAN, .has_plan = true, .result = PLAN_ERROR},
	HOLDS(ROUTE_PLAN_FAILED)},
    {"destroy", {.facts.operation = OPERATION_PLAN, .summary.destroy = 1}, HOLDS(ROUTE_DESTROY)},
    {"forget", {.facts.operation = OPERATION_PLAN, .summary.forget = 1}, HOLDS(ROUTE_DESTROY)},
    {"applied",
	{.facts.operation = OPERATION_APPLY,
	    .child.ran = true,
	    .apply = {.present = true, .complete = true}},
	HOLDS(ROUTE_APPLIED)},
    {"applied, only the steps are known",
	{.facts.operation = OPERATION_APPLY,
	    .apply = {.present = true, .steps = &done_step, .step_count = 1}},
	HOLDS(ROUTE_APPLIED)},
    {"an apply that did nothing yet", {.facts.operation = OPERATION_APPLY}, 0},
    {"apply child failed",
	{.facts.operation = OPERATION_APPLY,
	    .child = {.ran = true, .status = 1},
	    .apply = {.steps = &done_step, .step_count = 1}},
	HOLDS(ROUTE_APPLY_FAILED)},
    {"apply with status 2 failed",
	{.facts.operation = OPERATION_APPLY, .child = {.ran = true, .status = 2}},
	HOLDS(ROUTE_APPLY_FAILED)},
    {"apply step failed",
	{.facts.operation = OPERATION_APPLY, .apply = {.steps = &failed_step, .step_count = 1}},
	HOLDS(ROUTE_APPLY_FAILED)},
    {"show of an errored plan",
	{.facts.operation = OPERATION_SHOW, .has_plan = true, .errored = true}, 0},
};

static void test_route_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned holds = 0;

		for (unsigned event = 0; event < ROUTE_EVENTS; event++)
			if (route_event_holds((enum route_event)event, &rows[i].outcome))
				holds |= HOLDS(event);
		if (holds != (rows[i].holds | HOLDS(ROUTE_ALWAYS)))
			print_error("%s: %x\n", rows[i].name, holds);
		assert_int_equal(holds, rows[i].holds | HOLDS(ROUTE_ALWAYS));
	}
}

static void test_names(void **state)
{
	enum route_event event;

	(void)state;
	for (unsigned i = 0; i < ROUTE_EVENTS; i++) {
		assert_true(
		    route_event_from_str(str_from(route_event_name((enum route_event)i)), &event));
		assert_int_equal(event, i);
	}
	assert_false(route_event_from_str(STR("sometimes"), &event));
	assert_false(route_event_from_str(STR(""), &event));
}

static void test_notifiers(void **state)
{
	size_t count;
	const struct notifier *const *list = channel_notifiers(&count);

	(void)state;
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		assert_non_null(list[i]->step);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(list[i]->name, list[j]->name);
	}
}

static void test_ends(void **state)
{
	struct arena *arena = arena_new();
	size_t count;
	struct outcome outcome = {0};
	struct delivery *delivery =
	    delivery_new(arena, channel_notifiers(&count)[0], &outcome, STR("x"));

	(void)state;
	assert_false(delivery->done);
	assert_int_equal(delivery->record.state, DELIVERY_FAILED);
	assert_int_equal(delivery_fail(delivery, STR("why"), STR("what")), STEP_DONE);
	assert_true(delivery->done);
	assert_true(str_is(delivery->record.payload, "what"));
	assert_int_equal(delivery_skip(delivery, STR("because")), STEP_DONE);
	assert_int_equal(delivery->record.state, DELIVERY_SKIPPED);
	assert_int_equal(delivery_end(delivery, DELIVERY_SENT), STEP_DONE);
	assert_int_equal(delivery->record.reason.len, 0);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_route_events),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_notifiers),
	    cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("notifiers/channels", tests, NULL, NULL);
}
