/*
 * keep.h: copies what outlives the visit of a change, everything that repeats only once.
 *
 * A plan of 100,000 changes has a handful of types, providers and reasons, and few different lists
 * of changed attributes: those are kept once and shared. What does not fit the tables is copied
 * plainly.
 *
 * Ownership: copies in the arena given to keep_init(). Limits: OUTCOME_DIFF_BYTES of values, and
 * KEEP_CALLED_BYTES of changes behind those in which something is called out; KEEP_PATH_BYTES of
 * attribute names without values; later changes keep only how many there were. Layer: report.
 */
#ifndef REPORT_KEEP_H
#define REPORT_KEEP_H

#include "report/diff.h"
#include "report/origins.h"

#define KEEP_PATH_BYTES	  ((size_t)24 << 20)
#define KEEP_VALUES_MIN	  ((size_t)16 << 10)
#define KEEP_CALLED_BYTES ((size_t)8 << 20)
#define KEEP_LOOKS	  2048 /* at changes whose values are not kept, for what to call out */
#define KEEP_WORDS	  1024 /* power of two */
#define KEEP_LISTS	  4096 /* power of two */

struct keep_list {
	const struct attribute_change *rows;
	size_t count;
	uint64_t hash;
};

struct keep {
	struct arena *arena;
	struct origins origins; /* of values known after apply; the caller opens and closes it */
	size_t values_left;	/* of OUTCOME_DIFF_BYTES */
	size_t called_left;	/* of KEEP_CALLED_BYTES */
	size_t looks_left;	/* of KEEP_LOOKS */
	size_t not_looked;	/* changes that nobody searched for what to call out */
	size_t paths_left;	/* of KEEP_PATH_BYTES */
	size_t word_count, list_count;
	struct str *words;	 /* KEEP_WORDS, open addressing; empty: free */
	struct keep_list *lists; /* KEEP_LISTS, the same; count 0: free */
};

void keep_init(struct keep *keep, struct arena *arena);
/* A copy; the same bytes give the same copy while the table has room. */
struct str keep_word(struct keep *keep, struct str word);
void keep_head(struct keep *keep, const struct change_head *head, struct change_head *out);
/* Is there room for the values of a change? When not, its diff need not have them. */
bool keep_has_room(const struct keep *keep);
/* May another change that is over the budget be looked at for what to call out? Else it counts. */
bool keep_takes_look(struct keep *keep);
/* The same as keep_diff() of a diff that calls something out, as long as there is room. False:
 * nothing is called out, or it does not fit, and nothing was done. */
bool keep_called(
    struct keep *keep, struct arena *scratch, const struct diff *diff, struct outcome_change *out);
/*
 * The rows of a diff into `out`, whose head is there: with values, parts and origins while the
 * budget lasts, then only the paths and what is noise. `scratch` is used for the time of the call.
 */
void keep_diff(
    struct keep *keep, struct arena *scratch, const struct diff *diff, struct outcome_change *out);

#endif
