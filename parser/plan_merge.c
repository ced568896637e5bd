#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "base/str.h"
#include "parser/address.h"
#include "parser/plan_distinct.h"
#include "parser/plan_read.h"

#define ERRORS_LOOKED_AT 256 /* for each step that was under way */

static void add_diagnostics(struct arena *arena, struct plan *plan, const struct plan *text)
{
	size_t count = plan->diagnostic_count;
	struct diagnostic *all =
	    arena_array(arena, struct diagnostic, count + text->diagnostic_count);

	if (count > 0)
		memcpy(all, plan->diagnostics, count * sizeof(*all));
	if (text->diagnostic_count > 0)
		memcpy(all + count, text->diagnostics, text->diagnostic_count * sizeof(*all));
	plan->diagnostics = all;
	plan->diagnostic_count = distinct_diagnostics(arena, all, count + text->diagnostic_count);
}

static void add_notes(struct arena *arena, struct plan *plan, const struct plan *text)
{
	for (size_t i = 0; i < text->note_count; i++)
		plan_add_note(arena, plan, text->notes[i]);
}

/* Forget is left out: the text of Terraform does not count it. */
static void compare_figures(struct arena *arena, struct plan *plan, const struct plan *text)
{
	const struct plan_summary *json = &plan->summary, *said = &text->summary;

	if (!said->known || (json->import == said->import && json->add == said->add &&
				json->change == said->change && json->destroy == said->destroy))
		return;
	plan_add_note(arena, plan,
	    str_format(arena,
		"the text says %zu to import, %zu to add, %zu to change, %zu to destroy; the JSON "
		"of "
		"the plan, which counts, says %zu, %zu, %zu and %zu",
		said->import, said->add, said->change, said->destroy, json->import, json->add,
		json->change, json->destroy));
}

static void add_invocations(struct plan *plan, const struct plan *text)
{
	if (plan->invocation_count > 0 || text->invocation_count == 0)
		return;
	plan->invocations = text->invocations;
	plan->invocation_count = text->invocation_count;
	if (plan->summary.invoke < text->summary.invoke)
		plan->summary.invoke = text->summary.invoke;
}

static struct str join(struct arena *arena, struct str first, struct str second)
{
	struct buf text;

	buf_init(&text, arena, first.len + second.len + 2);
	buf_add(&text, first);
	buf_adds(&text, "\n\n");
	buf_add(&text, second);
	return buf_str(&text);
}

static void join_part(struct arena *arena, struct str *part, struct str more)
{
	if (part->len == 0)
		*part = more;
	else if (more.len > 0 && !str_contains(*part, more))
		*part = join(arena, *part, more);
}

/* What stdout said stays when stderr says nothing of the kind. */
static void add_parts(struct arena *arena, struct plan_text_parts *to, struct plan_text_parts from)
{
	if (from.summary_line.len > 0)
		to->summary_line = from.summary_line;
	join_part(arena, &to->changes, from.changes);
	join_part(arena, &to->outside, from.outside);
	join_part(arena, &to->errors, from.errors);
	join_part(arena, &to->warnings, from.warnings);
}

/* An error calls a deposed object by the address of the resource alone. */
static bool names_step(const struct plan *text, struct str address)
{
	size_t count = size_min(text->diagnostic_count, ERRORS_LOOKED_AT);
	size_t len;

	if (address_scan(address, &len))
		address = str_from_to(address, 0, len);
	for (size_t i = 0; i < count; i++) {
		if (text->diagnostics[i].severity == SEVERITY_ERROR &&
		    str_eq(text->diagnostics[i].address, address))
			return true;
	}
	return false;
}

/* Steps that stdout shows under way, and stderr has the errors of. */
static void fail_steps(struct arena *arena, struct plan *plan, const struct plan *text)
{
	size_t count = plan->apply.step_count;
	struct apply_step *steps;

	if (count == 0 || text->diagnostic_count == 0)
		return;
	steps = arena_array(arena, struct apply_step, count);
	memcpy(steps, plan->apply.steps, count * sizeof(*steps));
	for (size_t i = 0; i < count; i++) {
		if (steps[i].state == APPLY_STARTED && names_step(text, steps[i].address))
			steps[i].state = APPLY_FAILED;
	}
	plan->apply.steps = steps;
}

void plan_add_text(struct arena *arena, struct plan *plan, const struct plan *text)
{
	if (!text)
		return;
	add_diagnostics(arena, plan, text);
	add_notes(arena, plan, text);
	compare_figures(arena, plan, text);
	add_invocations(plan, text);
	add_parts(arena, &plan->text, text->text);
	if (text->apply.present || !plan->apply.present)
		plan->apply = text->apply;
	else
		fail_steps(arena, plan, text);
	plan->errored = plan->errored || text->errored;
	plan->refresh_only = plan->refresh_only || text->refresh_only;
	plan->destroy_mode = plan->destroy_mode || text->destroy_mode;
	plan->has_result = plan->has_result || text->has_result;
	if (plan->tool_version.len == 0)
		plan->tool_version = text->tool_version;
	if (text->tool == TOOL_OPENTOFU)
		plan->tool = TOOL_OPENTOFU;
	plan->result = plan_decide_result(plan);
}
