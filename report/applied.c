#include "report/applied.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/size.h"
#include "report/wording.h"

#define SAME_ADDRESS_MAX ((size_t)100) /* steps of one address that are looked at */
#define DEPOSED_MARK	 " (deposed object "

static const char *const section_titles[APPLIED_SECTIONS] = {
    [APPLIED_LOST] = "Lost",
    [APPLIED_FAILED] = "Failed",
    [APPLIED_UNFINISHED] = "Not finished",
    [APPLIED_UNSTARTED] = "Not started",
    [APPLIED_DONE] = "Done",
};

static const enum applied_section section_of_state[] = {
    [APPLY_STARTED] = APPLIED_UNFINISHED,
    [APPLY_DONE] = APPLIED_DONE,
    [APPLY_FAILED] = APPLIED_FAILED,
};

struct work {
	const struct apply_report *apply;
	const struct apply_step **sorted; /* by address, then as they came */
	struct applied_row *rows;	  /* of the steps, then of changes without one */
	bool *absorbed;			  /* steps that are told by the row of another */
	size_t row_count;
	bool has_failed;
};

const char *applied_section_title(enum applied_section section)
{
	return section_titles[section];
}

static int compare_steps(const void *a, const void *b)
{
	const struct apply_step *left = *(const struct apply_step *const *)a;
	const struct apply_step *right = *(const struct apply_step *const *)b;
	int order = str_cmp(left->address, right->address);

	if (order != 0)
		return order;
	return (left > right) - (left < right);
}

/* Where the steps of `address`, or those it is the beginning of, stand in the sorted list. */
static size_t find_steps(const struct work *work, struct str address)
{
	size_t low = 0, high = work->apply->step_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(work->sorted[middle]->address, address) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The newest delete and create among the first steps of one address. */
struct pair {
	const struct apply_step *gone, *made;
};

static struct pair pair_at(const struct work *work, size_t at)
{
	struct pair pair = {.gone = NULL};
	struct str address = work->sorted[at]->address;
	size_t end = size_min(work->apply->step_count, at + SAME_ADDRESS_MAX);

	for (; at < end && str_eq(work->sorted[at]->address, address); at++) {
		if (work->sorted[at]->action == ACTION_DELETE)
			pair.gone = work->sorted[at];
		if (work->sorted[at]->action == ACTION_CREATE)
			pair.made = work->sorted[at];
	}
	return pair;
}

/* One row for both steps, in the place of `shown`. */
static void merge(struct work *work, const struct apply_step *shown, const struct apply_step *other,
    struct applied_row row)
{
	row.address = shown->address;
	work->rows[shown - work->apply->steps] = row;
	if (other)
		work->absorbed[other - work->apply->steps] = true;
}

static void settle_destroy_first(struct work *work, struct pair pair)
{
	struct applied_row row = {.action = ACTION_REPLACE, .what = "replace"};

	if (pair.gone->state != APPLY_DONE) {
		if (!pair.made) {
			row.section = section_of_state[pair.gone->state];
			merge(work, pair.gone, NULL, row);
		}
		return;
	}
	if (pair.made ? pair.made->state == APPLY_DONE : !work->has_failed) {
		row.section = APPLIED_DONE;
		merge(work, pair.made ? pair.made : pair.gone, pair.made ? pair.gone : NULL, row);
		return;
	}
	row.section = APPLIED_LOST;
	row.what = pair.made && pair.made->state == APPLY_STARTED
		       ? "destroyed, its creation was not finished"
		       : "destroyed, not created again";
	merge(work, pair.gone, pair.made, row);
}

static void settle_create_first(struct work *work, struct pair pair)
{
	struct applied_row row = {.action = ACTION_REPLACE_CREATE_FIRST, .what = "replace"};
	bool both = pair.made->state == APPLY_DONE &&
		    (pair.gone ? pair.gone->state == APPLY_DONE : !work->has_failed);

	row.section = section_of_state[pair.made->state];
	if (pair.made->state == APPLY_DONE && !both) {
		row.section = pair.gone && pair.gone->state == APPLY_FAILED ? APPLIED_FAILED
									    : APPLIED_UNFINISHED;
		row.what = "created, the old one is not destroyed";
	}
	merge(work, pair.made, pair.gone, row);
}

/* A delete and a create of one address are a replace, whether the plan is known or not. */
static void settle_pairs(struct work *work)
{
	size_t at = 0;

	while (at < work->apply->step_count) {
		struct pair pair = pair_at(work, at);
		struct str address = work->sorted[at]->address;

		if (pair.gone && pair.made && pair.gone < pair.made)
			settle_destroy_first(work, pair);
		else if (pair.gone && pair.made)
			settle_create_first(work, pair);
		while (at < work->apply->step_count && str_eq(work->sorted[at]->address, address))
			at++;
	}
}

/* A replace of which only one step has this address: the other did not begin, or is of the deposed
 * object. */
static void settle_replace(
    struct work *work, struct arena *arena, const struct change_head *head, size_t at)
{
	struct pair pair = pair_at(work, at);

	if (pair.gone && pair.made)
		return;
	if (head->action == ACTION_REPLACE && pair.gone)
		settle_destroy_first(work, pair);
	if (head->action == ACTION_REPLACE_CREATE_FIRST && pair.made) {
		struct str key = str_format(arena, "%.*s" DEPOSED_MARK, STR_ARG(head->address));
		size_t next = find_steps(work, key);

		if (next < work->apply->step_count && str_starts(work->sorted[next]->address, key))
			pair.gone = pair_at(work, next).gone;
		settle_create_first(work, pair);
	}
}

static void add_row(struct work *work, const struct change_head *head, struct str address,
    enum applied_section section, const char *what)
{
	work->rows[work->row_count++] = (struct applied_row){address, head->action, section, what};
}

/* Imports, forgets and moves are done when the apply is; nobody knows of them when it failed. */
static void add_without_step(
    struct work *work, const struct change_head *head, struct str address, bool is_complete)
{
	static const char *const silent[CHANGE_GROUPS] = {
	    [GROUP_FORGET] = "forgotten", [GROUP_IMPORT] = "import", [GROUP_MOVE] = "moved"};
	const char *what = silent[change_group(head)];

	if (what && is_complete && !work->has_failed)
		add_row(work, head, address, APPLIED_DONE, what);
	else if (!what && work->has_failed && action_is_change(head->action))
		add_row(work, head, address, APPLIED_UNSTARTED, action_name(head->action));
}

static void add_planned(struct work *work, struct arena *arena, const struct outcome *outcome)
{
	for (size_t i = 0; i < outcome->change_count; i++) {
		const struct change_head *head = &outcome->changes[i].head;
		struct str address = head->address;
		size_t at;

		if (head->deposed.len > 0)
			address = str_format(arena, "%.*s" DEPOSED_MARK "%.*s)", STR_ARG(address),
			    STR_ARG(head->deposed));
		at = find_steps(work, address);
		if (at == work->apply->step_count || !str_eq(work->sorted[at]->address, address))
			add_without_step(work, head, address, work->apply->complete);
		else if (action_is_replace(head->action))
			settle_replace(work, arena, head, at);
	}
}

static void start(struct work *work, struct arena *arena, const struct outcome *outcome)
{
	const struct apply_report *apply = &outcome->apply;

	work->apply = apply;
	work->has_failed = outcome_status(outcome) == STATUS_APPLY_FAILED;
	work->sorted = arena_alloc(arena, apply->step_count * sizeof(const struct apply_step *));
	work->absorbed = arena_array(arena, bool, apply->step_count);
	work->rows =
	    arena_array(arena, struct applied_row, apply->step_count + outcome->change_count);
	work->row_count = apply->step_count;
	for (size_t i = 0; i < apply->step_count; i++) {
		const struct apply_step *step = &apply->steps[i];

		work->sorted[i] = step;
		work->absorbed[i] = false;
		work->rows[i] =
		    (struct applied_row){step->address, step->action, section_of_state[step->state],
			step->action == ACTION_NOOP ? "import" : action_name(step->action)};
	}
	if (apply->step_count > 1)
		qsort(work->sorted, apply->step_count, sizeof(const struct apply_step *),
		    compare_steps);
}

/* Rows by section, in the order they have. */
static void scatter(const struct work *work, struct arena *arena, struct applied *out)
{
	struct applied_row *sorted = arena_array(arena, struct applied_row, work->row_count), *next;

	next = sorted;
	for (size_t section = 0; section < APPLIED_SECTIONS; section++) {
		out->rows[section] = next;
		for (size_t i = 0; i < work->row_count; i++) {
			bool is_told = i >= work->apply->step_count || !work->absorbed[i];

			if (is_told && work->rows[i].section == (enum applied_section)section)
				*next++ = work->rows[i];
		}
		out->counts[section] = (size_t)(next - out->rows[section]);
	}
}

void applied_of(struct arena *arena, const struct outcome *outcome, struct applied *out)
{
	struct work work = {.apply = NULL};

	memset(out, 0, sizeof(*out));
	start(&work, arena, outcome);
	settle_pairs(&work);
	add_planned(&work, arena, outcome);
	scatter(&work, arena, out);
	for (size_t section = 0; section < APPLIED_SECTIONS; section++) {
		for (size_t i = 0; i < out->counts[section]; i++) {
			const struct applied_row *row = &out->rows[section][i];

			out->total += action_is_change(row->action) ? 1 : 0;
			out->done += section == APPLIED_DONE && action_is_change(row->action);
		}
	}
}
