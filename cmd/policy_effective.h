/*
 * policy_effective.h: everything that is in force in one directory, for `policy effective`.
 *
 * Errors: those of the sink. Layer: cmd.
 */
#ifndef CMD_POLICY_EFFECTIVE_H
#define CMD_POLICY_EFFECTIVE_H

#include "cmd/policies.h"

struct sink;

struct effective {
	struct arena *arena;
	struct str directory; /* "." for the root */
	const struct policies *policies;
	const struct waiver_use *waivers; /* with their states; UNUSED was resolved */
	size_t waiver_count;
};

void effective_terminal(const struct effective *effective, struct sink *sink);
void effective_json(const struct effective *effective, struct sink *sink);

#endif
