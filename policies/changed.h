/*
 * changed.h: which paths of a change differ, on raw values, for conditions (`changed(p)`,
 * resource.changed_paths) and for the question whether a finding was there before.
 *
 * Ownership: `arena`. Limits: CHANGED_PATHS_MAX paths, further ones are left out. Layer: policies.
 */
#ifndef POLICIES_CHANGED_H
#define POLICIES_CHANGED_H

#include "base/value.h"

struct arena;

#define CHANGED_PATHS_MAX 2000

/* Three-valued equality of plain values: false as soon as known parts differ, unknown when what is
 * left depends on something known only after apply. Absent and null are the same. */
enum sameness {
	SAME,
	DIFFERENT,
	SAME_UNKNOWN,
};
enum sameness value_sameness(const struct value *a, const struct value *b);

/* The deepest paths that differ: a list of texts ("tags.Name", "ingress[0].cidr_blocks"); what is
 * unknown after counts as changed. */
struct value changed_paths(struct arena *arena, struct value before, struct value after);

#endif
