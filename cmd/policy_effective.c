#include "cmd/policy_effective.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_write.h"
#include "base/sink.h"
#include "cmd/policy_files.h"

#define VALUE_MAX ((size_t)2000)

static void line(struct sink *sink, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void line(struct sink *sink, const char *fmt, ...)
{
	char text[4096];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	sink_add(sink, str_from(text));
	sink_add(sink, STR("\n"));
}

static struct str value_shown(struct arena *arena, struct value value)
{
	struct jsonw *writer = arena_make(arena, struct jsonw);
	struct buf buf;
	struct sink sink;

	buf_init(&buf, arena, VALUE_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(writer, &sink, 0);
	jsonw_value(writer, value);
	return sink.overflow || buf.overflow ? STR("(long)") : buf_str(&buf);
}

static const struct ruleset *head_of(const struct effective *effective)
{
	return effective->policies->head;
}

/* --- terminal --- */

static void show_files(const struct effective *effective, struct sink *sink)
{
	const struct ruleset *head = head_of(effective);

	line(sink, "%.*s", STR_ARG(effective->directory));
	line(sink, "trusted: %.*s",
	    STR_ARG(effective->policies->trusted ? effective->policies->trusted->source
						 : head->source));
	line(sink, "files:");
	for (size_t i = 0; i < head->file_count; i++)
		line(sink, "  %.*s", STR_ARG(head->files[i]->name));
	for (size_t i = 0; i < head->not_read_count; i++)
		line(sink, "  not read: %.*s", STR_ARG(head->not_read[i]));
	if (head->file_count == 0)
		line(sink, "  none");
}

static void show_rule(const struct effective *effective, struct sink *sink, size_t i)
{
	const struct ruleset *head = head_of(effective);
	const struct rule *rule = &head->rules[i];
	const struct rule_state *state = &head->states[i];
	struct arena *arena = effective->arena;

	line(sink, "  %-4s  %.*s  %.*s%s%s%s%s%s%s%s", level_name(rule->level), STR_ARG(rule->id),
	    STR_ARG(place_shown(arena, &rule->place)),
	    rule->scope != SCOPE_RESOURCE ? "  scope: " : "",
	    rule->scope != SCOPE_RESOURCE ? rule_scope_name(rule->scope) : "",
	    rule->lock != LOCK_NONE ? "  lock: " : "",
	    rule->lock != LOCK_NONE ? rule_lock_name(rule->lock) : "",
	    rule->waivable ? "" : "  waivable: false",
	    rule->from_newer_pack ? "  newer than the pin: only warns" : "",
	    effective->policies->trusted && !rule->is_trusted ? "  not so on the base branch" : "");
	if (rule->title.len > 0)
		line(sink, "        %.*s", STR_ARG(rule->title));
	for (size_t k = 0; k < rule->change_count; k++)
		line(sink, "        %.*s at %.*s", STR_ARG(rule->changes[k].what),
		    STR_ARG(place_shown(arena, &rule->changes[k].place)));
	for (size_t k = 0; k < state->param_count; k++)
		line(sink, "        params.%.*s = %.*s", STR_ARG(state->params[k].name),
		    STR_ARG(value_shown(arena, state->params[k].value)));
}

static void show_rules(const struct effective *effective, struct sink *sink)
{
	const struct ruleset *head = head_of(effective);

	line(sink, "rules in force:");
	for (size_t i = 0; i < head->rule_count; i++)
		show_rule(effective, sink, i);
	if (head->rule_count == 0)
		line(sink, "  none");
	if (head->rule_total > head->rule_count)
		line(sink, "not in force here:");
	for (size_t i = head->rule_count; i < head->rule_total; i++)
		line(sink, "  %.*s  %.*s: %.*s", STR_ARG(head->rules[i].id),
		    STR_ARG(place_shown(effective->arena, &head->rules[i].place)),
		    STR_ARG(head->states[i].inactive));
}

static struct str tool_says(const struct rule_override *override)
{
	if (override->has_disabled && override->disabled)
		return STR("off");
	return str_from(override->has_level ? level_name(override->level) : "on");
}

static void show_tools(const struct effective *effective, struct sink *sink)
{
	const struct ruleset *head = head_of(effective);

	if (head->tool_override_count > 0)
		line(sink, "rules of other tools, the later line counts:");
	for (size_t i = 0; i < head->tool_override_count; i++) {
		const struct rule_override *override = &head->tool_overrides[i];

		line(sink, "  %-4.*s  %.*s  %.*s", STR_ARG(tool_says(override)),
		    STR_ARG(override->rule),
		    STR_ARG(place_shown(effective->arena, &override->place)));
	}
}

static void show_names(const struct effective *effective, struct sink *sink)
{
	const struct ruleset *head = head_of(effective);

	if (head->param_count > 0)
		line(sink, "params:");
	for (size_t i = 0; i < head->param_count; i++)
		line(sink, "  %.*s = %.*s  %.*s", STR_ARG(head->params[i].name),
		    STR_ARG(value_shown(effective->arena, head->params[i].value)),
		    STR_ARG(place_shown(effective->arena, &head->params[i].place)));
	if (head->label_count > 0)
		line(sink, "labels:");
	for (size_t i = 0; i < head->label_count; i++)
		line(sink, "  %.*s = %.*s  %.*s", STR_ARG(head->labels[i].name),
		    STR_ARG(value_text(head->labels[i].value)),
		    STR_ARG(place_shown(effective->arena, &head->labels[i].place)));
}

static void show_waivers(const struct effective *effective, struct sink *sink)
{
	if (effective->waiver_count > 0)
		line(sink, "waivers:");
	for (size_t i = 0; i < effective->waiver_count; i++) {
		const struct waiver_use *use = &effective->waivers[i];
		const struct waiver *waiver = use->waiver;

		line(sink, "  %s  %.*s on %.*s until %.*s  %.*s%s%.*s",
		    waiver_state_name(use->state), STR_ARG(waiver->rule), STR_ARG(waiver->resource),
		    STR_ARG(waiver->expires_text),
		    STR_ARG(place_shown(effective->arena, &waiver->place)),
		    use->fault.len > 0 ? ": " : "", STR_ARG(use->fault));
	}
}

static void show_weakenings(const struct effective *effective, struct sink *sink)
{
	const struct ruleset_comparison *weakenings = &effective->policies->weakenings;

	if (weakenings->count > 0)
		line(sink, "weaker here than on the base branch:");
	for (size_t i = 0; i < weakenings->count; i++)
		line(sink, "  %.*s: %.*s  %.*s", STR_ARG(weakenings->items[i].rule),
		    STR_ARG(weakenings->items[i].what),
		    STR_ARG(place_shown(effective->arena, &weakenings->items[i].trusted)));
}

void effective_terminal(const struct effective *effective, struct sink *sink)
{
	const struct ruleset *head = head_of(effective);

	show_files(effective, sink);
	show_rules(effective, sink);
	show_tools(effective, sink);
	show_names(effective, sink);
	show_waivers(effective, sink);
	show_weakenings(effective, sink);
	line(sink, "undecided findings count as: %s", level_name(head->undecided));
	if (head->require_rules)
		line(sink, "require_rules: true");
	line(sink, "waivers last at most %lld days", (long long)head->waiver_max_days);
}

/* --- JSON --- */

static void place_fields(struct jsonw *writer, const struct policy_place *place)
{
	jsonw_field_str(writer, "file", place->file);
	jsonw_field_int(writer, "line", place->line);
	jsonw_field_int(writer, "column", place->column);
}

static void write_changes(struct jsonw *writer, const struct rule *rule)
{
	jsonw_key(writer, "changes");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < rule->change_count; i++) {
		jsonw_begin_object(writer);
		jsonw_field_str(writer, "what", rule->changes[i].what);
		place_fields(writer, &rule->changes[i].place);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_rule(const struct effective *effective, struct jsonw *writer, size_t i)
{
	const struct ruleset *head = head_of(effective);
	const struct rule *rule = &head->rules[i];

	jsonw_begin_object(writer);
	jsonw_field_str(writer, "id", rule->id);
	jsonw_field_str(writer, "title", rule->title);
	jsonw_key(writer, "level");
	jsonw_c(writer, level_name(rule->level));
	jsonw_key(writer, "scope");
	jsonw_c(writer, rule_scope_name(rule->scope));
	jsonw_key(writer, "lock");
	jsonw_c(writer, rule_lock_name(rule->lock));
	jsonw_field_bool(writer, "waivable", rule->waivable);
	jsonw_field_bool(writer, "in_force", i < head->rule_count);
	jsonw_field_str(writer, "why_not", head->states[i].inactive);
	jsonw_field_bool(
	    writer, "on_base_branch", !effective->policies->trusted || rule->is_trusted);
	jsonw_field_str(writer, "pack", rule->pack);
	place_fields(writer, &rule->place);
	write_changes(writer, rule);
	jsonw_end_object(writer);
}

static void write_rules(const struct effective *effective, struct jsonw *writer)
{
	jsonw_key(writer, "rules");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < head_of(effective)->rule_total; i++)
		write_rule(effective, writer, i);
	jsonw_end_array(writer);
}

static void write_tools(const struct effective *effective, struct jsonw *writer)
{
	const struct ruleset *head = head_of(effective);

	jsonw_key(writer, "tool_overrides");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < head->tool_override_count; i++) {
		const struct rule_override *override = &head->tool_overrides[i];

		jsonw_begin_object(writer);
		jsonw_field_str(writer, "rule", override->rule);
		if (override->has_level)
			jsonw_field_str(writer, "level", str_from(level_name(override->level)));
		if (override->has_disabled)
			jsonw_field_bool(writer, "disabled", override->disabled);
		place_fields(writer, &override->place);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_name(
    struct jsonw *writer, struct str name, struct value value, const struct policy_place *place)
{
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "name", name);
	jsonw_key(writer, "value");
	jsonw_value(writer, value);
	place_fields(writer, place);
	jsonw_end_object(writer);
}

static void write_names(const struct effective *effective, struct jsonw *writer)
{
	const struct ruleset *head = head_of(effective);

	jsonw_key(writer, "params");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < head->param_count; i++)
		write_name(
		    writer, head->params[i].name, head->params[i].value, &head->params[i].place);
	jsonw_end_array(writer);
	jsonw_key(writer, "labels");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < head->label_count; i++)
		write_name(
		    writer, head->labels[i].name, head->labels[i].value, &head->labels[i].place);
	jsonw_end_array(writer);
}

static void write_waivers(const struct effective *effective, struct jsonw *writer)
{
	jsonw_key(writer, "waivers");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < effective->waiver_count; i++) {
		const struct waiver_use *use = &effective->waivers[i];

		jsonw_begin_object(writer);
		jsonw_key(writer, "state");
		jsonw_c(writer, waiver_state_name(use->state));
		jsonw_field_str(writer, "rule", use->waiver->rule);
		jsonw_field_str(writer, "resource", use->waiver->resource);
		jsonw_field_str(writer, "reason", use->waiver->reason);
		jsonw_field_str(writer, "expires", use->waiver->expires_text);
		jsonw_field_str(writer, "fault", use->fault);
		place_fields(writer, &use->waiver->place);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_weakenings(const struct effective *effective, struct jsonw *writer)
{
	const struct ruleset_comparison *weakenings = &effective->policies->weakenings;

	jsonw_key(writer, "weakens");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < weakenings->count; i++) {
		jsonw_begin_object(writer);
		jsonw_field_str(writer, "rule", weakenings->items[i].rule);
		jsonw_field_str(writer, "what", weakenings->items[i].what);
		place_fields(writer, &weakenings->items[i].trusted);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

void effective_json(const struct effective *effective, struct sink *sink)
{
	const struct ruleset *head = head_of(effective);
	struct jsonw *writer = arena_make(effective->arena, struct jsonw);

	jsonw_init(writer, sink, 2);
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "directory", effective->directory);
	jsonw_field_str(writer, "trusted",
	    effective->policies->trusted ? effective->policies->trusted->source : head->source);
	jsonw_key(writer, "files");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < head->file_count; i++)
		jsonw_str(writer, head->files[i]->name);
	jsonw_end_array(writer);
	write_rules(effective, writer);
	write_tools(effective, writer);
	write_names(effective, writer);
	write_waivers(effective, writer);
	write_weakenings(effective, writer);
	jsonw_key(writer, "undecided");
	jsonw_c(writer, level_name(head->undecided));
	jsonw_field_bool(writer, "require_rules", head->require_rules);
	jsonw_field_int(writer, "waiver_max_days", head->waiver_max_days);
	jsonw_end_object(writer);
	sink_add(sink, STR("\n"));
}
