/*
 * leak_search.h: where in a plan a secret stands that nobody marked.
 *
 * Looks for the shapes of parser/detectors.h in all that a plan tells of what it does: values that
 * its changes leave behind (of a delete: those that go), keys of maps, addresses, names of outputs,
 * import ids, changes put off, the configuration of actions, messages of checks and of terraform.
 * Of a plan that was read as text: in its lines, in each shape once. What stays as it is (no-ops,
 * reads) is shown nowhere and not looked at.
 *
 * Ownership: `arena`; what would show a secret in it (an address, a path) shows MASKER_MARK.
 * Errors: those of plan_visit(). Limits: LEAKS_MAX. Layer: report.
 */
#ifndef REPORT_LEAK_SEARCH_H
#define REPORT_LEAK_SEARCH_H

#include "parser/detectors.h"

enum leak_place {
	LEAK_VALUE,
	LEAK_OUTPUT,
	LEAK_CONFIGURATION, /* of an action that is invoked */
	LEAK_KEY,
	LEAK_ADDRESS,
	LEAK_OUTPUT_NAME,
	LEAK_IMPORT_ID,
	LEAK_CHECK,
	LEAK_MESSAGE, /* of terraform */
	LEAK_TEXT,    /* of a plan that was read as text */
};
#define LEAK_PLACES (LEAK_TEXT + 1)

struct leak_found {
	enum leak_place place;
	enum detector detector;
	enum action action;
	struct str address; /* of the resource, output, action or check; may be empty */
	struct str path;    /* in it; may be empty */
};

struct leak_list {
	struct leak_found *items;
	size_t count, room;
	size_t left_out; /* more than LEAKS_MAX */
};

NODISCARD bool leak_search(struct arena *arena, struct arena *scratch, const struct plan *plan,
    const struct detectors *detectors, struct leak_list *out, struct err *err);

#endif
