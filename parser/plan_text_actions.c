#include "base/arena.h"
#include "parser/address.h"
#include "parser/plan_text.h"

#define ACTIONS_INDENT STR("    ")

static void add_invocation(struct text_reader *reader, struct str address, struct str trigger)
{
	struct action_invocation *invocation =
	    growing_add(reader->build.arena, &reader->build.invocations, struct action_invocation);
	struct address parts;

	*invocation = (struct action_invocation){address, STR_EMPTY, trigger};
	if (address_parse(reader->build.arena, address, &parts))
		invocation->type = parts.type;
}

/* "after_create of aws_x.y", as the trigger of a JSON plan says it */
static struct str name_trigger(const struct text_reader *reader, const char *when)
{
	const struct change_row *rows = reader->build.rows[CHANGES_RESOURCE].items;
	size_t count = reader->build.rows[CHANGES_RESOURCE].count;

	if (count == 0)
		return str_from(when);
	return str_format(reader->build.arena, "%s_%s of %.*s", when,
	    action_name(rows[count - 1].head.action), STR_ARG(rows[count - 1].head.address));
}

/* "    # action.a.b" and `    action "a" "b" {` with its block. */
static bool read_invocation(struct text_reader *reader, struct str line, struct str trigger)
{
	struct block_line block;
	size_t len;

	if (str_eat(&line, ACTIONS_INDENT) && str_eat(&line, STR("# ")) &&
	    address_scan(line, &len) && len == str_trim_end(line).len) {
		add_invocation(reader, str_from_to(line, 0, len), trigger);
		return text_next(reader, &line);
	}
	if (!text_peek(reader, &line) || !block_recognise(line, &block) || text_indent(line) != 4)
		return false;
	(void)text_next(reader, &line);
	if (block.open)
		block_read(reader);
	return true;
}

/* The change above owns what follows it. */
static void extend_change(struct text_reader *reader)
{
	struct growing *list = &reader->build.rows[CHANGES_RESOURCE];
	struct change_row *row;

	if (list->count == 0)
		return;
	row = (struct change_row *)list->items + list->count - 1;
	if (row->body.len > 0)
		row->body = text_since(reader, row->body.ptr);
}

bool text_read_actions(struct text_reader *reader, struct str line)
{
	const char *start = line.ptr, *when;
	struct str trigger, next;

	if (!str_eat(&line, ACTIONS_INDENT) || !str_eat(&line, STR("# Actions to be invoked ")))
		return false;
	when = str_starts(line, STR("before")) ? "before" : "after";
	trigger = name_trigger(reader, when);
	while (text_peek(reader, &next) && read_invocation(reader, next, trigger))
		;
	extend_change(reader);
	text_extend(reader, &reader->changes, start);
	return true;
}

void text_read_invoked(struct text_reader *reader, struct str address, struct str rest)
{
	struct str trigger = STR_EMPTY, line;
	struct block_line block;
	size_t len;

	if (str_eat(&rest, STR(" (called from ")) && str_eat_end(&rest, STR(")")))
		trigger = rest;
	add_invocation(reader, address, trigger);
	if (text_peek(reader, &line) && str_eat(&line, ACTIONS_INDENT) &&
	    str_eat(&line, STR("# ")) && address_scan(line, &len))
		(void)text_next(reader, &line);
	if (!text_peek(reader, &line) || !block_recognise(line, &block))
		return;
	(void)text_next(reader, &line);
	if (block.open)
		block_read(reader);
}

void text_read_action_progress(struct text_reader *reader, struct str line)
{
	static const struct {
		struct str begin;
		enum apply_state state;
	} steps[] = {
	    {STR_INIT("Action started: "), APPLY_STARTED},
	    {STR_INIT("Action complete: "), APPLY_DONE},
	    {STR_INIT("Action failed: "), APPLY_FAILED},
	};
	struct str address;
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (!str_eat(&line, steps[i].begin) || !address_scan(line, &len))
			continue;
		address = str_from_to(line, 0, len);
		reader->applied = true;
		if (steps[i].state == APPLY_STARTED)
			plan_step_begin(&reader->build, address, ACTION_OTHER);
		else
			plan_step_end(&reader->build, address, ACTION_OTHER, steps[i].state);
		return;
	}
}
