/* outcome_headline(): the one line that says what came of a run. Declared in outcome.h. */
#include "report/outcome.h"

#include "base/arena.h"
#include "base/buf.h"
#include "report/wording.h"

#define HEADLINE_MAX ((size_t)1000)

static void add_part(struct buf *buf, size_t count, const char *what)
{
	if (count == 0)
		return;
	buf_adds(buf, buf->len > 0 ? ", " : "");
	wording_count(buf, count);
	buf_adds(buf, what);
}

/* What a plan would do; empty when it would do nothing. */
static void add_plan_counts(struct buf *buf, const struct outcome *outcome)
{
	const struct plan_summary *summary = &outcome->summary;

	add_part(buf, summary->import, " to import");
	add_part(buf, summary->add, " to add");
	add_part(buf, summary->change, " to change");
	add_part(buf, summary->destroy, " to destroy");
	/* that nothing is lost is worth a word as soon as something happens */
	if (summary->destroy == 0 && summary->add + summary->change > 0)
		buf_adds(buf, ", 0 to destroy");
	if (summary->replace > 0) {
		buf_adds(buf, " (");
		wording_count(buf, summary->replace);
		buf_adds(buf, " replaced)");
	}
	add_part(buf, summary->forget, " to forget");
	add_part(buf, summary->other, " of unknown action");
	add_part(buf, summary->move, " to move");
	add_part(buf, summary->output, summary->output == 1 ? " output" : " outputs");
	add_part(buf, summary->invoke, summary->invoke == 1 ? " action" : " actions");
	add_part(buf, summary->deferred, " deferred");
	if (outcome->refresh_only)
		add_part(buf, summary->drift, " changed outside");
}

static void add_applied_counts(struct buf *buf, const struct apply_report *apply)
{
	add_part(buf, apply->import, " imported");
	add_part(buf, apply->add, " added");
	add_part(buf, apply->change, " changed");
	add_part(buf, apply->destroy, " destroyed");
	add_part(buf, apply->forget, " forgotten");
	add_part(buf, apply->invoke, apply->invoke == 1 ? " action invoked" : " actions invoked");
}

static void add_applied(struct buf *out, struct arena *arena, const struct apply_report *apply)
{
	struct buf counts;

	buf_init(&counts, arena, HEADLINE_MAX);
	if (apply->has_counts)
		add_applied_counts(&counts, apply);
	buf_adds(out, "Apply complete");
	if (counts.len > 0)
		buf_adds(out, ": ");
	else if (apply->has_counts)
		buf_adds(out, ", nothing to do");
	buf_add(out, buf_str(&counts));
}

/* Before the first step there is nothing to count. */
static void add_apply_failure(struct buf *buf, const struct outcome *outcome)
{
	const struct apply_report *apply = &outcome->apply;
	size_t done = 0;

	for (size_t i = 0; i < apply->step_count; i++)
		done += apply->steps[i].state == APPLY_DONE;
	buf_adds(buf, "Apply failed");
	if (apply->step_count == 0)
		return;
	buf_adds(buf, " after ");
	wording_count(buf, done);
	buf_adds(buf, " of ");
	wording_things(buf, apply->step_count, "change", "changes");
}

static void add_failure(struct buf *out, struct arena *arena, const struct outcome *outcome)
{
	struct buf counts;

	buf_adds(out, "Plan failed");
	buf_init(&counts, arena, HEADLINE_MAX);
	add_plan_counts(&counts, outcome);
	if (counts.len > 0)
		buf_adds(out, "; planned before the error: ");
	buf_add(out, buf_str(&counts));
}

static void add_changes(struct buf *buf, const struct outcome *outcome)
{
	add_plan_counts(buf, outcome);
	if (buf->len == 0)
		buf_adds(buf, "Changes present");
}

struct str outcome_headline(struct arena *arena, const struct outcome *outcome)
{
	struct buf buf;

	buf_init(&buf, arena, HEADLINE_MAX);
	switch (outcome_status(outcome)) {
	case STATUS_NO_CHANGES:
		buf_adds(&buf, "No changes");
		break;
	case STATUS_CHANGES:
	case STATUS_LOSSES:
		add_changes(&buf, outcome);
		break;
	case STATUS_FAILED:
		add_failure(&buf, arena, outcome);
		break;
	case STATUS_NO_PLAN:
		buf_adds(&buf, "No plan could be read");
		break;
	case STATUS_APPLIED:
		add_applied(&buf, arena, &outcome->apply);
		break;
	case STATUS_APPLY_FAILED:
		add_apply_failure(&buf, outcome);
		break;
	}
	return buf_str(&buf);
}
