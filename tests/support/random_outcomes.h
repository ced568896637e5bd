/*
 * random_outcomes.h: outcomes made of chance, with names that try to break out of every format.
 *
 * The same seed gives the same outcome. Every address holds a token of its own ("u17u"), so that it
 * can be found again in whatever is made of it. Everything lives in the arena given.
 */
#ifndef TESTS_SUPPORT_RANDOM_OUTCOMES_H
#define TESTS_SUPPORT_RANDOM_OUTCOMES_H

#include "report/outcome.h"

/* Numbers up to these; `same`: as many updates that say the same. */
struct random_limits {
	size_t changes, attributes, findings, texts, same;
	bool hostile;
};
struct outcome *random_outcome(
    struct arena *arena, uint64_t seed, const struct random_limits *limits);
struct str random_token(struct arena *arena, size_t number); /* of change `number` */

#endif
