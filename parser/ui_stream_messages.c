#include "parser/ui_stream.h"

#include <limits.h>

#include "base/arena.h"

static const struct {
	const char *word;
	enum action action;
} actions[] = {
    {"create", ACTION_CREATE},
    {"update", ACTION_UPDATE},
    {"delete", ACTION_DELETE},
    {"replace", ACTION_REPLACE},
    {"read", ACTION_READ},
    {"noop", ACTION_NOOP},
    {"no-op", ACTION_NOOP},
    {"move", ACTION_NOOP},
    {"import", ACTION_NOOP},
    {"remove", ACTION_FORGET},
    {"forget", ACTION_FORGET},
    {"open", ACTION_OPEN},
    {"renew", ACTION_OPEN},
    {"close", ACTION_OPEN},
};

/* The stream has its own words; these are the ones of a JSON plan. */
static const struct {
	const char *word;
	struct str reason;
} reasons[] = {
    {"tainted", STR_INIT("replace_because_tainted")},
    {"requested", STR_INIT("replace_by_request")},
    {"replace_triggered_by", STR_INIT("replace_by_triggers")},
    {"cannot_update", STR_INIT("replace_because_cannot_update")},
};

/* Types that tell nothing a plan holds; "*" at the end: whatever follows. */
static const char *const ignored[] = {
    "log",
    "apply_progress",
    "refresh_*",
    "provision_*",
    "ephemeral_op_*",
    "test_*",
    "list_*",
    "provider_*",
    "policy_*",
    "state_store_*",
    "migration_*",
    "action_progress",
    "init_output",
    "built_in_provider_available",
    "third_party_providers_installed",
};

static struct str keep(struct stream *stream, struct str text)
{
	return text.len > 0 ? str_copy(stream->build.arena, text) : STR_EMPTY;
}

static struct value get(struct value map, const char *key)
{
	const struct value *found = value_get_c(map, key);

	return found ? *found : value_null();
}

static enum action action_find(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		if (str_is(word, actions[i].word))
			return actions[i].action;
	}
	return ACTION_OTHER;
}

static struct str reason_find(struct stream *stream, struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (str_is(word, reasons[i].word))
			return reasons[i].reason;
	}
	return keep(stream, word);
}

static void fill_importing(struct stream *stream, struct value change, struct change_head *head)
{
	struct value importing = get(change, "importing");

	if (importing.kind != VALUE_MAP)
		return;
	head->importing = true;
	head->import_id = keep(stream, value_get_str(importing, "id"));
	if (head->import_id.len == 0 && value_get_bool(importing, "unknown", false))
		head->import_id = STR("(known after apply)");
}

/* The index as the message says it; a key may be a number or text. */
static struct value fill_index(struct stream *stream, struct value resource)
{
	return value_copy(stream->build.arena, get(resource, "resource_key"));
}

static struct change_row *add_change(
    struct stream *stream, struct value change, enum change_set set)
{
	struct value resource = get(change, "resource");
	struct str word = value_get_str(change, "action");
	struct change_row *row = plan_build_row(&stream->build, set);
	struct change_head *head = &row->head;

	head->address = keep(stream, value_get_str(resource, "addr"));
	head->action = action_find(word);
	if (head->action == ACTION_OTHER)
		head->action_text = keep(stream, word);
	head->reason = reason_find(stream, value_get_str(change, "reason"));
	head->deposed = keep(stream, value_get_str(resource, "deposed"));
	head->previous_address =
	    keep(stream, value_get_str(get(change, "previous_resource"), "addr"));
	head->generated_config = value_get_str(change, "generated_config").len > 0;
	fill_importing(stream, change, head);
	plan_build_fill_head(stream->build.arena, head);
	if (head->type.len == 0) {
		head->module = keep(stream, value_get_str(resource, "module"));
		head->type = keep(stream, value_get_str(resource, "resource_type"));
		head->name = keep(stream, value_get_str(resource, "resource_name"));
		head->index = fill_index(stream, resource);
	}
	return row;
}

static void read_planned(struct stream *stream, struct value message)
{
	(void)add_change(stream, get(message, "change"), CHANGES_RESOURCE);
}

static void read_drift(struct stream *stream, struct value message)
{
	(void)add_change(stream, get(message, "change"), CHANGES_DRIFT);
}

/* The change stands under "change", in a "deferred" object with the reason in some versions. */
static void read_deferred(struct stream *stream, struct value message)
{
	struct value deferred = get(message, "deferred"), change;
	struct change_row *row;

	if (deferred.kind != VALUE_MAP)
		deferred = message;
	change = get(deferred, "change");
	if (change.kind != VALUE_MAP)
		change = deferred;
	row = add_change(stream, change, CHANGES_DEFERRED);
	if (row->head.reason.len == 0)
		row->head.reason = keep(stream, value_get_str(deferred, "reason"));
}

static size_t figure(struct value changes, const char *key)
{
	int64_t number = value_get_int(changes, key, 0);

	return number > 0 && number < INT_MAX ? (size_t)number : 0;
}

/* The figures that every version counts. A message without any is no summary. */
static bool has_figures(struct value changes)
{
	return value_get_int(changes, "add", -1) >= 0 ||
	       value_get_int(changes, "change", -1) >= 0 ||
	       value_get_int(changes, "remove", -1) >= 0;
}

static void add_figures(struct stream_figures *to, struct value changes)
{
	to->add += figure(changes, "add");
	to->change += figure(changes, "change");
	to->destroy += figure(changes, "remove");
	to->import += figure(changes, "import");
	to->forget += figure(changes, "forget");
	to->invoke += figure(changes, "action_invocation");
}

static void read_summary(struct stream *stream, struct value message)
{
	struct value changes = get(message, "changes");
	struct str operation = value_get_str(changes, "operation");
	struct apply_report *apply = &stream->build.plan->apply;
	struct stream_figures figures = {0};

	if (!has_figures(changes)) {
		plan_build_note(&stream->build, "a summary without figures was left out");
		return;
	}
	if (str_is(operation, "plan")) {
		stream->plan_summaries++;
		add_figures(&stream->planned, changes);
		stream->summary_line = keep(stream, value_get_str(message, "@message"));
		return;
	}
	if (str_is(operation, "destroy"))
		stream->build.plan->destroy_mode = true;
	add_figures(&figures, changes);
	apply->present = apply->complete = apply->has_counts = true;
	apply->add += figures.add;
	apply->change += figures.change;
	apply->destroy += figures.destroy;
	apply->import += figures.import;
	apply->forget += figures.forget;
	apply->invoke += figures.invoke;
}

/* Planned outputs have an action, those at the end of an apply only a value. */
static void read_outputs(struct stream *stream, struct value message)
{
	struct value outputs = get(message, "outputs");

	for (uint32_t i = 0; outputs.kind == VALUE_MAP && i < outputs.len; i++) {
		const struct value_entry *entry = &outputs.as.entries[i];
		struct str word = value_get_str(entry->value, "action");
		struct change_row *row;

		if (word.len == 0 || action_find(word) == ACTION_NOOP)
			continue;
		row = plan_build_row(&stream->build, CHANGES_OUTPUT);
		row->head.address = keep(stream, value_text(entry->key));
		row->head.action = action_find(word);
		if (row->head.action == ACTION_OTHER)
			row->head.action_text = keep(stream, word);
		row->head.sensitive_output = value_get_bool(entry->value, "sensitive", false);
		plan_build_fill_head(stream->build.arena, &row->head);
	}
}

static int read_line_number(struct value diagnostic)
{
	int64_t line = value_get_int(get(get(diagnostic, "range"), "start"), "line", 0);

	if (line <= 0)
		line = value_get_int(get(diagnostic, "snippet"), "start_line", 0);
	return line > 0 && line < INT_MAX ? (int)line : 0;
}

static void read_diagnostic(struct stream *stream, struct value message)
{
	struct value from = get(message, "diagnostic");
	bool warning = str_is(value_get_str(from, "severity"), "warning");
	struct diagnostic *to =
	    plan_build_diagnostic(&stream->build, warning ? SEVERITY_WARNING : SEVERITY_ERROR);

	to->summary = keep(stream, value_get_str(from, "summary"));
	to->detail = keep(stream, value_get_str(from, "detail"));
	to->address = keep(stream, value_get_str(from, "address"));
	to->file = keep(stream, value_get_str(get(from, "range"), "filename"));
	to->line = read_line_number(from);
	if (to->summary.len == 0)
		to->summary = keep(stream, value_get_str(message, "@message"));
}

static void read_version(struct stream *stream, struct value message)
{
	struct str tofu = value_get_str(message, "tofu");
	struct plan *plan = stream->build.plan;

	plan->tool = tofu.len > 0 ? TOOL_OPENTOFU : TOOL_TERRAFORM;
	plan->tool_version =
	    keep(stream, tofu.len > 0 ? tofu : value_get_str(message, "terraform"));
	plan->timestamp = keep(stream, value_get_str(message, "@timestamp"));
}

static struct str step_address(struct stream *stream, struct value message)
{
	struct value resource = get(get(message, "hook"), "resource");
	struct str deposed = value_get_str(resource, "deposed");
	struct str address = keep(stream, value_get_str(resource, "addr"));

	if (deposed.len == 0)
		return address;
	return str_format(
	    stream->build.arena, "%.*s (deposed object %.*s)", STR_ARG(address), STR_ARG(deposed));
}

static enum action step_action(struct value message)
{
	return action_find(value_get_str(get(message, "hook"), "action"));
}

static void read_step_begin(struct stream *stream, struct value message)
{
	stream->build.plan->apply.present = true;
	plan_step_begin(&stream->build, step_address(stream, message), step_action(message));
}

static void read_step_done(struct stream *stream, struct value message)
{
	stream->build.plan->apply.present = true;
	plan_step_end(
	    &stream->build, step_address(stream, message), step_action(message), APPLY_DONE);
}

static void read_step_failed(struct stream *stream, struct value message)
{
	stream->build.plan->apply.present = true;
	plan_step_end(
	    &stream->build, step_address(stream, message), step_action(message), APPLY_FAILED);
}

/* "hook": {"action": {"addr": ...}} of action_start and its like */
static struct str invoked_address(struct stream *stream, struct value hook)
{
	struct value action = get(hook, "action");

	if (action.kind != VALUE_MAP)
		action = get(hook, "action_addr");
	return keep(stream, value_get_str(action, "addr"));
}

static void read_action_begin(struct stream *stream, struct value message)
{
	plan_step_begin(
	    &stream->build, invoked_address(stream, get(message, "hook")), ACTION_OTHER);
}

static void read_action_done(struct stream *stream, struct value message)
{
	plan_step_end(&stream->build, invoked_address(stream, get(message, "hook")), ACTION_OTHER,
	    APPLY_DONE);
}

static void read_action_failed(struct stream *stream, struct value message)
{
	plan_step_end(&stream->build, invoked_address(stream, get(message, "hook")), ACTION_OTHER,
	    APPLY_FAILED);
}

static void read_invocation(struct stream *stream, struct value message)
{
	struct value from = get(message, "invocation");
	struct value action = get(from, "action_addr"), trigger = get(from, "lifecycle_trigger");
	struct action_invocation *to =
	    growing_add(stream->build.arena, &stream->build.invocations, struct action_invocation);

	if (action.kind != VALUE_MAP)
		action = get(from, "action");
	*to = (struct action_invocation){STR_EMPTY, STR_EMPTY, STR_EMPTY};
	to->address = keep(stream, value_get_str(action, "addr"));
	to->type = keep(stream, value_get_str(action, "action_type"));
	if (to->type.len == 0)
		to->type = keep(stream, value_get_str(action, "type"));
	if (trigger.kind == VALUE_MAP)
		to->trigger = str_format(stream->build.arena, "%.*s of %.*s",
		    STR_ARG(value_get_str(trigger, "triggering_event")),
		    STR_ARG(value_get_str(get(trigger, "triggering_resource"), "addr")));
}

static const struct {
	const char *type;
	void (*read)(struct stream *stream, struct value message);
} messages[] = {
    {"planned_change", read_planned},
    {"apply_start", read_step_begin},
    {"apply_complete", read_step_done},
    {"apply_errored", read_step_failed},
    {"diagnostic", read_diagnostic},
    {"change_summary", read_summary},
    {"resource_drift", read_drift},
    {"outputs", read_outputs},
    {"version", read_version},
    {"deferred_change", read_deferred},
    {"planned_action_invocation", read_invocation},
    {"action_start", read_action_begin},
    {"action_complete", read_action_done},
    {"action_errored", read_action_failed},
};

static bool is_ignored(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(ignored); i++) {
		struct str name = str_from(ignored[i]);

		if (str_eat_end(&name, STR("*")) ? str_starts(type, name) : str_eq(type, name))
			return true;
	}
	return false;
}

/* Lines of the log itself have a level and a text, and no type. */
static void read_untyped(struct stream *stream, struct value message)
{
	struct diagnostic *diagnostic;

	if (!str_is(value_get_str(message, "@level"), "error"))
		return;
	diagnostic = plan_build_diagnostic(&stream->build, SEVERITY_ERROR);
	diagnostic->summary = keep(stream, value_get_str(message, "@message"));
}

bool stream_read_message(struct stream *stream, struct value message)
{
	struct str type = value_get_str(message, "type");

	if (message.kind != VALUE_MAP || (type.len == 0 && !value_get_c(message, "@message")))
		return false;
	stream->messages++;
	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		if (!str_is(type, messages[i].type))
			continue;
		messages[i].read(stream, message);
		return true;
	}
	if (type.len == 0)
		read_untyped(stream, message);
	else if (!is_ignored(type))
		plan_build_note(&stream->build,
		    "messages of the type '%.*s' are not known to this version", STR_ARG(type));
	return true;
}
