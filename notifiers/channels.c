#include "notifiers/channels.h"

#include "base/arena.h"

#include "notifiers/file.h"
#include "notifiers/github.h"
#include "notifiers/slack.h"

static const struct notifier *const notifiers[] = {
    &notifier_github,
    &notifier_slack,
    &notifier_file,
    &notifier_job_summary,
};

const struct notifier *const *channel_notifiers(size_t *count)
{
	*count = ARRAY_LEN(notifiers);
	return notifiers;
}

struct delivery *delivery_new(struct arena *arena, const struct notifier *notifier,
    const struct outcome *outcome, struct str channel)
{
	struct delivery *delivery = arena_make(arena, struct delivery);

	delivery->notifier = notifier;
	delivery->outcome = outcome;
	/* what it is should the run end before it has come to an end of its own */
	delivery->record = (struct delivery_record){
	    .channel = str_copy(arena, channel),
	    .state = DELIVERY_FAILED,
	    .reason = STR("not delivered"),
	    .url = STR_EMPTY,
	    .payload = STR_EMPTY,
	};
	return delivery;
}

enum step_result delivery_end(struct delivery *delivery, enum delivery_state state)
{
	delivery->record.state = state;
	delivery->record.reason = STR_EMPTY;
	delivery->done = true;
	return STEP_DONE;
}

enum step_result delivery_fail(struct delivery *delivery, struct str reason, struct str payload)
{
	delivery->record.state = DELIVERY_FAILED;
	delivery->record.reason = reason;
	delivery->record.payload = payload;
	delivery->done = true;
	return STEP_DONE;
}

enum step_result delivery_skip(struct delivery *delivery, struct str reason)
{
	delivery->record.state = DELIVERY_SKIPPED;
	delivery->record.reason = reason;
	delivery->done = true;
	return STEP_DONE;
}

static bool holds_always(const struct outcome *outcome)
{
	(void)outcome;
	return true;
}

static bool child_failed(const struct outcome *outcome)
{
	/* 2 is no failure: changes are present, under -detailed-exitcode */
	if (!outcome->child.ran || outcome->child.status == 0)
		return false;
	return outcome->facts.operation != OPERATION_PLAN || outcome->child.status != 2;
}

static bool plan_is_error(const struct outcome *outcome)
{
	return outcome->has_plan && (outcome->errored || outcome->result == PLAN_ERROR);
}

static bool holds_plan_failed(const struct outcome *outcome)
{
	return outcome->facts.operation == OPERATION_PLAN &&
	       (plan_is_error(outcome) || child_failed(outcome));
}

static bool holds_destroy(const struct outcome *outcome)
{
	return outcome->summary.destroy > 0 || outcome->summary.forget > 0;
}

static bool apply_failed(const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->apply.step_count; i++)
		if (outcome->apply.steps[i].state == APPLY_FAILED)
			return true;
	return plan_is_error(outcome) || child_failed(outcome);
}

static bool holds_apply_failed(const struct outcome *outcome)
{
	return outcome->facts.operation == OPERATION_APPLY && apply_failed(outcome);
}

static bool holds_applied(const struct outcome *outcome)
{
	const struct apply_report *apply = &outcome->apply;

	if (outcome->facts.operation != OPERATION_APPLY || apply_failed(outcome))
		return false;
	return apply->complete || apply->step_count > 0;
}

static const struct {
	const char *name;
	bool (*holds)(const struct outcome *outcome);
} route_events[ROUTE_EVENTS] = {
    [ROUTE_ALWAYS] = {"always", holds_always},
    [ROUTE_PLAN_FAILED] = {"plan_failed", holds_plan_failed},
    [ROUTE_DESTROY] = {"destroy", holds_destroy},
    [ROUTE_APPLIED] = {"applied", holds_applied},
    [ROUTE_APPLY_FAILED] = {"apply_failed", holds_apply_failed},
};

const char *route_event_name(enum route_event event)
{
	return route_events[event].name;
}

bool route_event_from_str(struct str text, enum route_event *out)
{
	for (size_t i = 0; i < ROUTE_EVENTS; i++) {
		if (!str_is(text, route_events[i].name))
			continue;
		*out = (enum route_event)i;
		return true;
	}
	return false;
}

bool route_event_holds(enum route_event event, const struct outcome *outcome)
{
	return route_events[event].holds(outcome);
}
