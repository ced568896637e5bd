#include "report/groups.h"

#include <string.h>

void groups_of(const struct outcome *outcome, struct groups *out)
{
	const struct outcome_change *next = outcome->changes;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < outcome->change_count; i++)
		out->counts[change_group(&outcome->changes[i].head)]++;
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		out->rows[group] = next;
		next += out->counts[group];
	}
}

bool change_group_is_loss(enum change_group group)
{
	return group <= GROUP_OTHER;
}

void groups_count_types(const struct outcome_change *rows, size_t count, struct type_counts *out)
{
	size_t at = 0;

	out->row_count = 0;
	out->other = 0;
	for (size_t i = 0; i < count; i++) {
		struct str type = rows[i].head.type;

		/* rows of one type mostly stand together */
		if (at >= out->row_count || !str_eq(out->rows[at].type, type)) {
			for (at = 0; at < out->row_count && !str_eq(out->rows[at].type, type);)
				at++;
		}
		if (at < out->row_count) {
			out->rows[at].count++;
		} else if (at < TYPE_COUNTS_MAX) {
			out->rows[at].type = type;
			out->rows[at].count = 1;
			out->row_count++;
		} else {
			out->other++;
		}
	}
}
