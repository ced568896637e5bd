/*
 * github_pull.h: which pull request a run belongs to. Pure: reads replies.
 *
 * By number; else among those of the commit: for a plan the open one whose head is the commit and
 * that goes into this repository; for an apply the one that was merged by the commit. Layer:
 * notifiers.
 */
#ifndef NOTIFIERS_GITHUB_PULL_H
#define NOTIFIERS_GITHUB_PULL_H

#include "notifiers/http.h"
#include "notifiers/reply.h"
#include "policies/facts.h"

struct arena;

struct github_pull {
	int64_t number;	 /* 0: none */
	struct str head; /* commit; empty: unknown */
	struct str url;
	bool locked;
};

/* "owner/name" of the characters GitHub allows. */
bool github_is_repository(struct str text);
bool github_is_commit(struct str text); /* 7 to 64 hexadecimal digits in lower case */

/* An object of the pulls API; number 0 when it is none. */
struct github_pull github_pull_read(struct arena *arena, const struct reply *reply);
/* From the list of a commit's pull requests; number 0: none fits. */
struct github_pull github_pull_choose(
    struct arena *arena, const struct reply *list, const struct facts *facts);

#endif
