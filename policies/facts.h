/*
 * facts.h: what is known about a run besides the plan: who, where, which commit and pull request.
 *
 * Plain data, filled by cmd/ (CI variables, git, options), read by policies, report and notifiers.
 * Every fact carries where it came from; a fact with an empty origin is not known.
 *
 * Ownership: the run arena's. Layer: policies.
 */
#ifndef POLICIES_FACTS_H
#define POLICIES_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum operation {
	OPERATION_PLAN,
	OPERATION_APPLY,
	OPERATION_SHOW,
};
const char *operation_name(enum operation operation);

struct fact {
	struct str value;
	struct str origin; /* "CIRCLE_SHA1", "option --commit", "git HEAD"; empty: unknown */
};

static inline bool fact_known(const struct fact *fact)
{
	return fact->origin.len > 0;
}

/* One list: the struct, `config show` and the JSON of the outcome go through it. */
#define FACTS(X)                                                                             \
	X(ci, "CI platform")                                                                 \
	X(host, "git host, for links: github.com or an enterprise host")                     \
	X(repository, "owner/name")                                                          \
	X(commit, "commit the run is about (the pull request's head, never a merge commit)") \
	X(branch, "branch")                                                                  \
	X(base_branch, "branch the pull request goes into")                                  \
	X(pull_request, "number of the pull request")                                        \
	X(run, "number that orders the runs of one commit")                                  \
	X(link, "where the log of this job is")                                              \
	X(actor, "who started the run")                                                      \
	X(shard, "index of this parallel container")                                         \
	X(shards, "number of parallel containers")                                           \
	X(fork, "true: the pull request comes from a fork")                                  \
	X(directory, "directory of the run, relative to the repository root")                \
	X(target, "name shown in titles")

struct facts {
	enum operation operation;
	bool in_ci;
	int64_t now; /* seconds since 1970 */
#define X(name, help) struct fact name;
	FACTS(X)
#undef X
};

#endif
