/*
 * plan_loader.h: reads records of a plan, those that stand close together with one read. Inside of
 * parser/: others use plan_visit() and its kin.
 *
 * Ownership: changes and the window in `scratch`. Errors: those of plan_visit(). Layer: parser.
 */
#ifndef PARSER_PLAN_LOADER_H
#define PARSER_PLAN_LOADER_H

#include "parser/plan.h"

#define LOADER_WINDOW ((size_t)256 << 10)

struct loader {
	const struct plan *plan;
	enum change_set set;
	change_wanted *wanted;
	void *context; /* of wanted */
	struct arena *scratch;
	bool in_memory;	 /* the whole input */
	bool marks_only; /* plan_visit_marks() */
	char *window;
	size_t window_size; /* at most */
	bool keeps_windows; /* all that were read stay in `scratch`: each in memory of its own */
	uint64_t offset;    /* of the window */
	size_t len;
};

/* A change_wanted; the context is a struct plan_selection. */
bool loader_selection_takes(void *context, size_t i, const struct change_entry *entry);
NODISCARD bool loader_load(
    struct loader *loader, size_t index, struct change *out, struct err *err);
/*
 * plan_visit_wanted() for what is marked: of a no-op as terraform writes it, `before`, which is
 * also its `after`, is all that is read, and all there is in the change.
 */
NODISCARD bool plan_visit_marks(const struct plan *plan, enum change_set set, change_wanted *wanted,
    struct arena *scratch, change_visitor *visitor, void *context, struct err *err);
NODISCARD bool loader_visit_rows(
    const struct loader *loader, change_visitor *visitor, void *context, struct err *err);

#endif
