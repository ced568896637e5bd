#include "parser/plan_parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/overlay.h"

#define TRIGGER_MAX ((size_t)64 << 10)

/* One list of the plan that is being read. */
struct part_list {
	struct arena *arena, *temp;
	struct plan *plan;
	struct plan_check *checks; /* the one or the other */
	struct action_invocation *invocations;
	size_t count, capacity;
	size_t lone_surrogates;
	bool cut; /* there were more than PARTS_MAX */

	change_visitor *visitor; /* of a visit, which keeps nothing; else NULL */
	void *context;
	struct err *err;
	bool stopped; /* by the visitor, who has set the error */
};

typedef void part_taker(struct part_list *list, struct value element);

static void *part_add(struct part_list *list, void *items, size_t size)
{
	size_t capacity = list->capacity;

	if (list->count < capacity)
		return items;
	list->capacity = capacity ? capacity * 2 : 16;
	return arena_grow(list->temp, items, capacity * size, list->capacity * size);
}

static struct plan_check *check_add(struct part_list *list)
{
	list->checks = part_add(list, list->checks, sizeof(*list->checks));
	list->checks[list->count] = (struct plan_check){
	    .address = STR_EMPTY, .kind = STR_EMPTY, .status = STR_EMPTY, .problem = STR_EMPTY};
	return &list->checks[list->count++];
}

static struct value part_of(struct value map, const char *key)
{
	const struct value *part = value_get_c(map, key);

	return part ? *part : value_null();
}

/* The first message among the instances of a check. */
static struct str first_problem(struct value instances)
{
	for (uint32_t i = 0; instances.kind == VALUE_LIST && i < instances.len; i++) {
		struct value problems = part_of(instances.as.items[i], "problems");

		if (problems.kind == VALUE_LIST && problems.len > 0)
			return value_get_str(problems.as.items[0], "message");
	}
	return STR_EMPTY;
}

/* Since 1.3: {"address":{"to_display","kind"},"status","instances":[{"problems":[{"message"}]}]} */
static void take_check(struct part_list *list, struct value element)
{
	struct value address = part_of(element, "address");
	struct plan_check *check = check_add(list);

	check->address = str_copy(list->arena, value_get_str(address, "to_display"));
	check->kind = str_copy(list->arena, value_get_str(address, "kind"));
	check->status = str_copy(list->arena, value_get_str(element, "status"));
	check->problem = str_copy(list->arena, first_problem(part_of(element, "instances")));
}

/* 1.2: {"address","condition_type","result","unknown","error_message"} */
static void take_condition(struct part_list *list, struct value element)
{
	bool unknown = value_get_bool(element, "unknown", false);
	bool result = value_get_bool(element, "result", false);
	struct plan_check *check = check_add(list);

	check->address = str_copy(list->arena, value_get_str(element, "address"));
	check->kind = str_copy(list->arena, value_get_str(element, "condition_type"));
	check->status = unknown ? STR("unknown") : result ? STR("pass") : STR("fail");
	check->problem = str_copy(list->arena, value_get_str(element, "error_message"));
}

/* "AfterCreate" -> after_create, as the configuration spells it */
static void add_event(struct buf *out, struct str event)
{
	for (size_t i = 0; i < event.len; i++) {
		bool upper = event.ptr[i] >= 'A' && event.ptr[i] <= 'Z';

		if (upper && i > 0)
			buf_addc(out, '_');
		buf_addc(out, (char)(upper ? event.ptr[i] - 'A' + 'a' : event.ptr[i]));
	}
}

static struct str trigger_text(struct part_list *list, struct value invocation, struct str deferred)
{
	struct value trigger = part_of(invocation, "lifecycle_action_trigger");
	struct buf text;

	buf_init(&text, list->arena, TRIGGER_MAX);
	add_event(&text, value_get_str(trigger, "action_trigger_event"));
	if (trigger.kind == VALUE_MAP) {
		buf_adds(&text, text.len > 0 ? " of " : "");
		buf_add(&text, value_get_str(trigger, "triggering_resource_address"));
	}
	if (deferred.len > 0) {
		buf_adds(&text, text.len > 0 ? ", deferred: " : "deferred: ");
		buf_add(&text, deferred);
	}
	return buf_str(&text);
}

static void add_invocation(struct part_list *list, struct value invocation, struct str deferred)
{
	struct action_invocation *out;

	list->invocations = part_add(list, list->invocations, sizeof(*list->invocations));
	out = &list->invocations[list->count++];
	out->address = str_copy(list->arena, value_get_str(invocation, "address"));
	out->type = str_copy(list->arena, value_get_str(invocation, "type"));
	out->trigger = trigger_text(list, invocation, deferred);
}

static void take_invocation(struct part_list *list, struct value element)
{
	add_invocation(list, element, STR_EMPTY);
	list->plan->summary.invoke++;
}

/* {"reason","action_invocation":{...}} */
static void take_deferred(struct part_list *list, struct value element)
{
	struct str reason = value_get_str(element, "reason");

	add_invocation(list, part_of(element, "action_invocation"),
	    reason.len > 0 ? reason : STR("unknown reason"));
	list->plan->summary.deferred++;
}

NODISCARD static bool read_element(struct part_list *list, struct arena *scratch,
    struct cursor *cursor, struct span span, part_taker *take, struct err *err)
{
	struct jsonr json = {.file = input_name(list->plan->input)};
	struct value element;
	struct str text;

	if (!input_text(scratch, list->plan->input, span.offset, (size_t)span.len, &text, err))
		return false;
	if (!jsonr_read(scratch, text, &json, &element, err)) {
		int line = 0, column = 0;

		cursor_position(cursor, span.offset, &line, &column);
		err->column += err->line == 1 ? column - 1 : 0;
		err->line += line - 1;
		return false;
	}
	list->lone_surrogates += json.lone_surrogates;
	if (element.kind == VALUE_MAP)
		take(list, element);
	return !list->stopped;
}

NODISCARD static bool read_list(
    struct part_list *list, struct span span, part_taker *take, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct cursor *cursor;
	struct span element;
	char kind;
	bool more;

	if (span.len == 0)
		return true;
	cursor = cursor_new(temp, list->plan->input, span.offset);
	if (!cursor_peek(cursor, &kind, err))
		return false;
	if (kind != '[')
		return true;
	if (!cursor_enter(cursor, '[', err))
		return false;
	for (;;) {
		struct arena_mark mark = arena_save(scratch);

		if (!cursor_item(cursor, &more, err))
			return false;
		if (!more || !cursor_skip(cursor, &element, err))
			return !more;
		list->cut = list->cut || list->count >= PARTS_MAX;
		if (list->cut)
			return true;
		if (!read_element(list, scratch, cursor, element, take, err))
			return false;
		arena_rewind(scratch, mark);
	}
}

static const void *part_join(struct arena *arena, const void *items, size_t size)
{
	void *all = arena_alloc(arena, size);

	if (size > 0)
		memcpy(all, items, size);
	return all;
}

bool parts_read(
    struct arena *arena, struct plan *plan, const struct plan_index *index, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct part_list checks = {.arena = arena, .temp = temp, .plan = plan};
	struct part_list invocations = checks;

	if (!read_list(&checks, index->checks, take_check, err) ||
	    !read_list(&checks, index->condition_results, take_condition, err) ||
	    !read_list(&invocations, index->action_invocations, take_invocation, err) ||
	    !read_list(&invocations, index->deferred_actions, take_deferred, err))
		return false;
	plan->checks = part_join(arena, checks.checks, checks.count * sizeof(*plan->checks));
	plan->check_count = checks.count;
	plan->invocations = part_join(
	    arena, invocations.invocations, invocations.count * sizeof(*plan->invocations));
	plan->invocation_count = invocations.count;
	plan->action_invocations = index->action_invocations;
	plan->deferred_actions = index->deferred_actions;
	if (checks.lone_surrogates + invocations.lone_surrogates > 0)
		plan_add_note(arena, plan,
		    str_format(arena,
			"%zu lone surrogates in checks and actions replaced by U+FFFD",
			checks.lone_surrogates + invocations.lone_surrogates));
	if (checks.cut)
		plan_add_note(arena, plan, STR("more than 10000 checks; the rest is left out"));
	if (invocations.cut)
		plan_add_note(
		    arena, plan, STR("more than 10000 action invocations; the rest is left out"));
	return true;
}

/* Of one event several actions are invoked in the order of the configuration. */
static struct value order_of(struct arena *arena, struct value invocation)
{
	static const char *const keys[] = {"action_trigger_block_index", "actions_list_index"};
	struct value trigger = part_of(invocation, "lifecycle_action_trigger");
	struct value *places = arena_array(arena, struct value, ARRAY_LEN(keys));

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		places[i] = value_int(value_get_int(trigger, keys[i], 0));
	return value_list(places, ARRAY_LEN(keys));
}

/* Config, trigger and order side by side, as one value that comes into being. */
NODISCARD static bool invocation_value(struct arena *arena, struct value invocation,
    struct str trigger, struct value *out, struct err *err)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, 3);
	struct str twice;

	entries[0].key = value_string(STR("config"));
	entries[1].key = value_string(STR("trigger"));
	entries[1].value = value_string(trigger);
	entries[2].key = value_string(STR("order"));
	entries[2].value = order_of(arena, invocation);
	return overlay_value(arena, part_of(invocation, "config_values"),
		   part_of(invocation, "config_unknown"), part_of(invocation, "config_sensitive"),
		   &entries[0].value, err) &&
	       (value_map(arena, entries, 3, out, &twice) ||
		   err_set(err, ERR_BUG, "two keys are one"));
}

static void visit_invocation(struct part_list *list, struct value invocation, struct str deferred)
{
	struct change change = {
	    .head =
		{
		    .address = value_get_str(invocation, "address"),
		    .type = value_get_str(invocation, "type"),
		    .name = value_get_str(invocation, "name"),
		    .provider = value_get_str(invocation, "provider_name"),
		    .previous_address = STR_EMPTY,
		    .module = STR_EMPTY,
		    .mode = STR_EMPTY,
		    .deposed = STR_EMPTY,
		    .reason = STR_EMPTY,
		    .import_id = STR_EMPTY,
		    .action = ACTION_OTHER,
		    .action_text = STR("invoke"),
		},
	    .has_values = true,
	    .body = STR_EMPTY,
	};
	struct arena_mark mark = arena_save(list->arena);
	struct str trigger = trigger_text(list, invocation, deferred);

	list->stopped =
	    !invocation_value(list->arena, invocation, trigger, &change.after, list->err) ||
	    !list->visitor(list->context, &change, list->err);
	arena_rewind(list->arena, mark);
}

static void visit_action(struct part_list *list, struct value element)
{
	visit_invocation(list, element, STR_EMPTY);
}

static void visit_deferred(struct part_list *list, struct value element)
{
	struct str reason = value_get_str(element, "reason");

	visit_invocation(list, part_of(element, "action_invocation"),
	    reason.len > 0 ? reason : STR("unknown reason"));
}

bool parts_visit_invocations(const struct plan *plan, struct arena *scratch,
    change_visitor *visitor, void *context, struct err *err)
{
	struct plan counted = *plan; /* the list counts in it */
	struct part_list list = {
	    .arena = scratch, .plan = &counted, .visitor = visitor, .context = context, .err = err};

	return plan->form != PLAN_FORM_JSON ||
	       (read_list(&list, plan->action_invocations, visit_action, err) &&
		   read_list(&list, plan->deferred_actions, visit_deferred, err));
}
