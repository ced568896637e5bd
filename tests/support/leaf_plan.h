/*
 * leaf_plan.h: a small plan with a change of each kind, whose parts a test replaces one by one,
 * and what comes of it. Ownership: the arena's. What cannot be read fails the test, with `label`.
 */
#ifndef TESTS_SUPPORT_LEAF_PLAN_H
#define TESTS_SUPPORT_LEAF_PLAN_H

#include "report/outcome.h"

/* A plan whose parts can be replaced one by one; NULL: as it is. */
struct leaf_plan {
	const char *head, *update, *create, *drop, *noop, *outputs, *rest;
};

/* Changes of `update`. */
#define UPDATE(before, after, rest)                                                                \
	"{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\","       \
	"\"change\":{\"actions\":[\"update\"],\"before\":{" before "},\"after\":{" after "}," rest \
	"\"before_sensitive\":{\"pw\":true},\"after_sensitive\":{\"pw\":true}}}"
#define BEFORE                                                                     \
	"\"n\":1,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"2\"},\"pw\":\"p1\"," \
	"\"list\":[1,2,3],\"etag\":\"e\""
#define AFTER \
	"\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},\"pw\":\"p2\",\"list\":[1,2,4]"
#define UNKNOWN "\"after_unknown\":{\"etag\":true},"
#define MARKS(before, after)                                                                 \
	"{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\"," \
	"\"change\":{\"actions\":[\"update\"],\"before\":{" BEFORE "},\"after\":{" AFTER     \
	"}," UNKNOWN "\"before_sensitive\":{" before "},\"after_sensitive\":{" after "}}}"

extern const struct leaf_plan leaf_plan_base;

struct str leaf_plan_text(struct arena *arena, const struct leaf_plan *with);
/* `key`: of hidden values. */
struct outcome *leaf_plan_outcome(
    struct arena *arena, const char *label, struct str json, const char *key);
struct plan_fingerprint leaf_plan_fingerprint(
    struct arena *arena, const char *label, const struct leaf_plan *with, const char *key);

#endif
