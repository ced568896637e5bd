/*
 * change_index.h: from the address of a finding to the change it speaks about, and back: which
 * findings a change has.
 *
 * Ownership: the arena given. Layer: report.
 */
#ifndef REPORT_CHANGE_INDEX_H
#define REPORT_CHANGE_INDEX_H

#include "report/outcome.h"

#define CHANGE_NONE SIZE_MAX

/* What the policies say of one change. */
struct change_findings {
	const struct finding *worst; /* that stands; NULL: there is none */
	size_t count;
};

struct change_index {
	const struct outcome_change *changes;
	uint32_t *slots; /* by address and deposed key, open addressing; UINT32_MAX: free */
	size_t mask;
	struct change_findings *findings; /* of each change */
};

/* Of outcome->changes and outcome->verdict. */
void change_index_of(struct arena *arena, const struct outcome *outcome, struct change_index *out);
/* Number of the change a finding is about, or CHANGE_NONE. */
size_t change_index_find(const struct change_index *index, struct str address, struct str deposed);

#endif
