#include "tests/support/plan_sketch.h"

#include "base/arena.h"
#include "base/buf.h"

#define SKETCH_MAX ((size_t)1 << 20)

static void add_field(struct buf *buf, const char *name, struct str value)
{
	if (value.len > 0)
		buf_addf(buf, " %s=%.*s", name, STR_ARG(value));
}

static void add_row(struct buf *buf, const char *set, const struct change_row *row)
{
	const struct change_head *head = &row->head;

	buf_addf(buf, "%s%s %.*s", set, action_symbol(head->action), STR_ARG(head->address));
	add_field(buf, "words", head->action == ACTION_OTHER ? head->action_text : STR_EMPTY);
	add_field(buf, "deposed", head->deposed);
	add_field(buf, "from", head->previous_address);
	add_field(buf, "import", head->importing ? head->import_id : STR_EMPTY);
	if (head->importing && head->import_id.len == 0)
		buf_adds(buf, " importing");
	if (head->generated_config)
		buf_adds(buf, " generated");
	if (head->sensitive_output)
		buf_adds(buf, " sensitive");
	add_field(buf, "reason", head->reason);
	buf_addc(buf, '\n');
}

static void add_rows(struct buf *buf, const struct plan *plan)
{
	static const char *const sets[CHANGE_SETS] = {
	    [CHANGES_RESOURCE] = "",
	    [CHANGES_OUTPUT] = "output ",
	    [CHANGES_DRIFT] = "drift ",
	    [CHANGES_DEFERRED] = "deferred ",
	};

	for (int set = 0; set < CHANGE_SETS; set++) {
		for (size_t i = 0; i < plan->counts[set]; i++)
			add_row(buf, sets[set], &plan->rows[set][i]);
	}
}

static void add_diagnostics(struct buf *buf, const struct plan *plan)
{
	for (size_t i = 0; i < plan->diagnostic_count; i++) {
		const struct diagnostic *diagnostic = &plan->diagnostics[i];

		buf_addf(buf, "%s '%.*s'", severity_name(diagnostic->severity),
		    STR_ARG(diagnostic->summary));
		if (diagnostic->address.len > 0)
			buf_addf(buf, " with %.*s", STR_ARG(diagnostic->address));
		if (diagnostic->file.len > 0)
			buf_addf(buf, " on %.*s:%d", STR_ARG(diagnostic->file), diagnostic->line);
		if (diagnostic->detail.len > 0)
			buf_addf(buf, " (%.*s)", STR_ARG(diagnostic->detail));
		buf_addc(buf, '\n');
	}
}

static void add_apply(struct buf *buf, const struct apply_report *apply)
{
	static const char *const states[] = {
	    [APPLY_STARTED] = "started",
	    [APPLY_DONE] = "done",
	    [APPLY_FAILED] = "failed",
	};

	if (!apply->present)
		return;
	buf_addf(buf, "apply%s", apply->complete ? " complete" : "");
	if (apply->has_counts)
		buf_addf(buf, " %zu/%zu/%zu/%zu/%zu/%zu", apply->import, apply->add, apply->change,
		    apply->destroy, apply->forget, apply->invoke);
	buf_addc(buf, '\n');
	for (size_t i = 0; i < apply->step_count; i++)
		buf_addf(buf, "step %.*s %s %s\n", STR_ARG(apply->steps[i].address),
		    action_name(apply->steps[i].action), states[apply->steps[i].state]);
}

static void add_flags(struct buf *buf, const struct plan *plan)
{
	const struct {
		bool set;
		const char *name;
	} flags[] = {
	    {!plan->summary.known, " unknown"},
	    {!plan->has_result, " no-result"},
	    {plan->errored, " errored"},
	    {plan->refresh_only, " refresh-only"},
	    {plan->destroy_mode, " destroy-mode"},
	    {plan->tool == TOOL_OPENTOFU, " tofu"},
	};

	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (flags[i].set)
			buf_adds(buf, flags[i].name);
	}
	add_field(buf, "version", plan->tool_version);
}

struct str plan_sketch(struct arena *arena, const struct plan *plan)
{
	const struct plan_summary *sum = &plan->summary;
	struct buf buf;

	buf_init(&buf, arena, SKETCH_MAX);
	buf_addf(&buf, "%s %zu/%zu/%zu/%zu/%zu", plan_result_name(plan->result), sum->import,
	    sum->add, sum->change, sum->destroy, sum->forget);
	add_flags(&buf, plan);
	buf_addc(&buf, '\n');
	add_rows(&buf, plan);
	for (size_t i = 0; i < plan->invocation_count; i++)
		buf_addf(&buf, "invoke %.*s %.*s %.*s\n", STR_ARG(plan->invocations[i].address),
		    STR_ARG(plan->invocations[i].type), STR_ARG(plan->invocations[i].trigger));
	add_diagnostics(&buf, plan);
	add_apply(&buf, &plan->apply);
	for (size_t i = 0; i < plan->note_count; i++)
		buf_addf(&buf, "note %.*s\n", STR_ARG(plan->notes[i]));
	return buf_str(&buf);
}
