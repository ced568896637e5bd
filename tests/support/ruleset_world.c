#include "tests/support/ruleset_world.h"

#include "base/arena.h"
#include "base/buf.h"

#define TEXT_MAX ((size_t)1 << 20)

void ruleset_world_begin(
    struct ruleset_world *world, const struct source_row *rows, const char *directory)
{
	*world = (struct ruleset_world){.arena = arena_new()};
	world->source = source_script(&world->script, rows);
	world->request = (struct ruleset_request){.directory = str_from(directory)};
	world->problems = arena_make(world->arena, struct policy_problems);
	policy_problems_init(world->problems, world->arena);
}

void ruleset_world_load(struct ruleset_world *world)
{
	world->source.state = &world->script;
	world->request.source = &world->source;
	world->loaded =
	    ruleset_load(world->arena, &world->request, &world->set, world->problems, &world->err);
}

void ruleset_world_end(struct ruleset_world *world)
{
	ruleset_free(world->set);
	arena_free(world->arena);
}

struct str ruleset_world_problems(const struct ruleset_world *world)
{
	struct buf buf;

	buf_init(&buf, world->arena, TEXT_MAX);
	for (size_t i = 0; i < world->problems->count; i++) {
		char line[ERR_TEXT_MAX * 2];

		err_format(&world->problems->items[i], line, sizeof(line));
		buf_addf(&buf, "%s\n", line);
	}
	return str_copy(world->arena, buf_str(&buf));
}

static void add_value(struct buf *buf, struct value value)
{
	struct str text;
	char scratch[24];

	if (value.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value.len; i++) {
			buf_adds(buf, i > 0 ? "," : "");
			add_value(buf, value.as.items[i]);
		}
	} else if (value.kind == VALUE_BOOL) {
		buf_adds(buf, value.as.boolean ? "true" : "false");
	} else if (value_as_number_text(value, scratch, &text)) {
		buf_add(buf, text);
	} else {
		buf_add(buf, value_text(value));
	}
}

static void add_rule(struct buf *buf, const struct ruleset *set, size_t i)
{
	const struct rule *rule = &set->rules[i];

	if (i >= set->rule_count) {
		buf_addf(
		    buf, "- %.*s: %.*s\n", STR_ARG(rule->id), STR_ARG(set->states[i].inactive));
		return;
	}
	buf_addf(buf, "%.*s %s", STR_ARG(rule->id), level_name(rule->level));
	for (size_t k = 0; k < rule->change_count; k++) {
		const struct rule_change *change = &rule->changes[k];

		buf_addf(buf, " (%.*s at %.*s:%d:%d)", STR_ARG(change->what),
		    STR_ARG(change->place.file), change->place.line, change->place.column);
	}
	buf_adds(buf, "\n");
}

struct str ruleset_world_text(const struct ruleset_world *world)
{
	const struct ruleset *set = world->set;
	struct buf buf;

	buf_init(&buf, world->arena, TEXT_MAX);
	for (size_t i = 0; i < set->rule_total; i++)
		add_rule(&buf, set, i);
	for (size_t i = 0; i < set->label_count; i++) {
		buf_addf(&buf, "label %.*s=", STR_ARG(set->labels[i].name));
		add_value(&buf, set->labels[i].value);
		buf_adds(&buf, "\n");
	}
	for (size_t i = 0; i < set->param_count; i++) {
		buf_addf(&buf, "param %.*s=", STR_ARG(set->params[i].name));
		add_value(&buf, set->params[i].value);
		buf_adds(&buf, "\n");
	}
	for (size_t i = 0; i < set->variable_count; i++)
		buf_addf(&buf, "variable %.*s=%.*s\n", STR_ARG(set->variables[i].name),
		    STR_ARG(set->variables[i].text.text));
	for (size_t i = 0; i < set->not_read_count; i++)
		buf_addf(&buf, "not read %.*s\n", STR_ARG(set->not_read[i]));
	return str_copy(world->arena, buf_str(&buf));
}
