/* secrets_collect_rest(), declared in secrets.h. */
#include "base/arena.h"
#include "parser/plan_loader.h"
#include "parser/secrets.h"
#include "parser/state_json.h"

struct rest {
	struct secrets *secrets;
	enum change_set set;
};

/* A change_visitor. */
static bool collect_marked(void *context, const struct change *change, struct err *err UNUSED)
{
	const struct rest *rest = context;

	secrets_collect(rest->secrets, change);
	return true;
}

/* A change_wanted: those that mark something and that nobody visits to show them. */
static bool is_marked_rest(void *context, size_t i UNUSED, const struct change_entry *entry)
{
	const struct rest *rest = context;
	const struct plan_selection shown = {rest->set, VISIT_CHANGED};

	return (entry->flags & (ENTRY_MARKED | ENTRY_SENSITIVE)) &&
	       !plan_selection_takes(shown, entry);
}

typedef bool state_reader(
    struct arena *arena, const struct plan *plan, const struct state **out, struct err *err);

NODISCARD static bool collect_state(
    struct secrets *secrets, const struct plan *plan, state_reader *read, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct state *state;

	if (!read(arena, plan, &state, err))
		return false;
	for (size_t i = 0; i < state_count(state); i++) {
		struct arena_mark mark = arena_save(arena);
		struct change change;

		if (!state_is_marked(state, i))
			continue;
		if (!state_change(arena, state, i, &change, err))
			return false;
		secrets_collect(secrets, &change);
		arena_rewind(arena, mark);
	}
	return true;
}

bool secrets_collect_rest(
    struct secrets *secrets, const struct plan *plan, struct arena *scratch, struct err *err)
{
	static const enum change_set sets[] = {CHANGES_RESOURCE, CHANGES_OUTPUT, CHANGES_DRIFT};

	const struct change still = {.before = plan->still_marked};

	if (plan->form != PLAN_FORM_JSON)
		return true;
	secrets_collect(secrets, &still);
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		struct rest rest = {secrets, sets[i]};

		if (!plan_visit_marks(
			plan, rest.set, is_marked_rest, scratch, collect_marked, &rest, err))
			return false;
	}
	return (!plan->prior_has_marks || collect_state(secrets, plan, state_read_prior, err)) &&
	       (!plan->planned_has_marks || collect_state(secrets, plan, state_read_planned, err));
}
