/*
 * outcomes.h: outcomes to render, made by hand.
 *
 * Everything lives in the arena given, or is static.
 */
#ifndef TESTS_SUPPORT_OUTCOMES_H
#define TESTS_SUPPORT_OUTCOMES_H

#include "report/outcome.h"

/* Each is one golden file per renderer. */
#define SAMPLES(X)          \
	X(no_changes)       \
	X(create)           \
	X(typical)          \
	X(text_form)        \
	X(errored)          \
	X(no_plan)          \
	X(applied)          \
	X(apply_failed)     \
	X(denied)           \
	X(judged)           \
	X(apply_denied)     \
	X(overridden)       \
	X(violates)         \
	X(nothing_matched)  \
	X(withheld)         \
	X(hostile_policies) \
	X(hostile)

enum sample {
#define X(name) SAMPLE_##name,
	SAMPLES(X)
#undef X
};
#define SAMPLE_COUNT (SAMPLE_hostile + 1)
const char *sample_name(enum sample sample);
struct outcome *sample_outcome(struct arena *arena, enum sample sample);

/* `destroy` deletes, then replaces, updates and creates; every third with attributes. */
struct generated {
	size_t destroy, replace, update, create, outputs, warnings, errors;
	bool hostile; /* addresses and texts that try to break out */
	bool text;    /* with the plan's text, long */
};
struct outcome *generate_outcome(struct arena *arena, const struct generated *generated);

/* Text that must never take effect in any renderer. */
extern const char *const hostile_texts[];
extern const size_t hostile_text_count;

#endif
