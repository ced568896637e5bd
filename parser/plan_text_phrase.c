#include "parser/plan_text.h"

#define REASON_TAINTED	STR_INIT("replace_because_tainted")
#define REASON_REQUEST	STR_INIT("replace_by_request")
#define REASON_TRIGGERS STR_INIT("replace_by_triggers")
#define REASON_REPLACE	STR_INIT("replace_because_cannot_update")
#define NO_REASON	STR_INIT("")

/*
 * Source: resourceChangeComment() in Terraform's and OpenTofu's
 * internal/command/jsonformat/plan.go, and ResourceChange() in command/format/diff.go of 0.12 to
 * 0.15. Longer words stand before their beginnings.
 */
static const struct phrase phrases[] = {
    {STR_INIT(" will be created"), ACTION_CREATE, CHANGES_RESOURCE, NO_REASON, false, false},
    {STR_INIT(" will be updated"), ACTION_UPDATE, CHANGES_RESOURCE, NO_REASON, false, false},
    {STR_INIT(" will be destroyed"), ACTION_DELETE, CHANGES_RESOURCE, NO_REASON, false, false},
    {STR_INIT(" must be replaced, but the existing object will not be destroyed"),
	ACTION_CREATE_THEN_FORGET, CHANGES_RESOURCE, REASON_REPLACE, false, false},
    {STR_INIT(" must be replaced"), ACTION_REPLACE, CHANGES_RESOURCE, REASON_REPLACE, false, false},
    {STR_INIT(" will be replaced, as requested"), ACTION_REPLACE, CHANGES_RESOURCE, REASON_REQUEST,
	false, false},
    {STR_INIT(" will be replaced due to changes in replace_triggered_by"), ACTION_REPLACE,
	CHANGES_RESOURCE, REASON_TRIGGERS, false, false},
    {STR_INIT(" will be replaced"), ACTION_REPLACE, CHANGES_RESOURCE, REASON_REPLACE, false, false},
    {STR_INIT(" is tainted, so must be replaced"), ACTION_REPLACE, CHANGES_RESOURCE, REASON_TAINTED,
	false, false},
    {STR_INIT(" is tainted, so it must be replaced"), ACTION_REPLACE, CHANGES_RESOURCE,
	REASON_TAINTED, false, false},
    {STR_INIT(" will be read during apply"), ACTION_READ, CHANGES_RESOURCE, NO_REASON, false,
	false},
    {STR_INIT(" will no longer be managed by"), ACTION_FORGET, CHANGES_RESOURCE, NO_REASON, false,
	false},
    {STR_INIT(" will be removed from"), ACTION_FORGET, CHANGES_RESOURCE, NO_REASON, false, false},
    {STR_INIT(" will be imported"), ACTION_NOOP, CHANGES_RESOURCE, NO_REASON, true, false},
    {STR_INIT(" has moved to "), ACTION_NOOP, CHANGES_RESOURCE, NO_REASON, false, false},
    {STR_INIT(" has changed"), ACTION_UPDATE, CHANGES_DRIFT, NO_REASON, false, false},
    {STR_INIT(" has been changed"), ACTION_UPDATE, CHANGES_DRIFT, NO_REASON, false, false},
    {STR_INIT(" has been deleted"), ACTION_DELETE, CHANGES_DRIFT, NO_REASON, false, false},
    {STR_INIT(" was deferred"), ACTION_NOOP, CHANGES_DEFERRED, NO_REASON, false, false},
    {STR_INIT(" will be invoked"), ACTION_OTHER, CHANGES_RESOURCE, NO_REASON, false, true},
};

/* How a note in parentheses begins and ends, and the word for it in a JSON plan. */
static const struct {
	struct str begin, end, reason;
} reasons[] = {
    {STR_INIT("because resource uses count or for_each"), STR_INIT(""),
	STR_INIT("delete_because_wrong_repetition")},
    {STR_INIT("because resource does not use "), STR_INIT(""),
	STR_INIT("delete_because_wrong_repetition")},
    {STR_INIT("because index ["), STR_INIT(" is out of range for count"),
	STR_INIT("delete_because_count_index")},
    {STR_INIT("because key ["), STR_INIT(" is not in for_each map"),
	STR_INIT("delete_because_each_key")},
    {STR_INIT("because enabled is false"), STR_INIT(""), STR_INIT("delete_because_enabled_false")},
    {STR_INIT("because "), STR_INIT(", which is not in configuration"),
	STR_INIT("delete_because_no_move_target")},
    {STR_INIT("because module."), STR_INIT(" is not in configuration"),
	STR_INIT("delete_because_no_module")},
    {STR_INIT("because "), STR_INIT(" is not in configuration"),
	STR_INIT("delete_because_no_resource_config")},
    {STR_INIT("config refers to values not yet known"), STR_INIT(""),
	STR_INIT("read_because_config_unknown")},
    {STR_INIT("depends on a resource or a module with changes pending"), STR_INIT(""),
	STR_INIT("read_because_dependency_pending")},
    {STR_INIT("config will be reloaded to verify a check block"), STR_INIT(""),
	STR_INIT("read_because_check_nested")},
    {STR_INIT("because the number of resource instances is unknown"), STR_INIT(""),
	STR_INIT("instance_count_unknown")},
    {STR_INIT("because the resource configuration is unknown"), STR_INIT(""),
	STR_INIT("resource_config_unknown")},
    {STR_INIT("because the provider configuration is unknown"), STR_INIT(""),
	STR_INIT("provider_config_unknown")},
    {STR_INIT("because a prerequisite for this resource is deferred"), STR_INIT(""),
	STR_INIT("deferred_prereq")},
    {STR_INIT("because a prerequisite for this resource has not yet been created"), STR_INIT(""),
	STR_INIT("absent_prereq")},
};

static const struct {
	struct str symbol;
	enum action action;
} symbols[] = {
    {STR_INIT("+"), ACTION_CREATE},
    {STR_INIT("-"), ACTION_DELETE},
    {STR_INIT("~"), ACTION_UPDATE},
    {STR_INIT("!"), ACTION_UPDATE}, /* what review tools make of ~ for a diff fence */
    {STR_INIT("-/+"), ACTION_REPLACE},
    {STR_INIT("+/-"), ACTION_REPLACE_CREATE_FIRST},
    {STR_INIT("<="), ACTION_READ},
    {STR_INIT("."), ACTION_FORGET},
    {STR_INIT("+/."), ACTION_CREATE_THEN_FORGET},
    {STR_INIT("./+"), ACTION_CREATE_THEN_FORGET},
};

const struct phrase *phrase_find(struct str rest)
{
	for (size_t i = 0; i < ARRAY_LEN(phrases); i++) {
		if (str_starts(rest, phrases[i].words))
			return &phrases[i];
	}
	return NULL;
}

struct str phrase_reason(struct str note)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (str_starts(note, reasons[i].begin) && str_ends(note, reasons[i].end))
			return reasons[i].reason;
	}
	return note;
}

bool phrase_symbol(struct str symbol, enum action *action)
{
	for (size_t i = 0; i < ARRAY_LEN(symbols); i++) {
		if (!str_eq(symbol, symbols[i].symbol))
			continue;
		*action = symbols[i].action;
		return true;
	}
	return false;
}
