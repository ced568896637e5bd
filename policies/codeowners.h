/*
 * codeowners.h: GitHub's CODEOWNERS: who owns a path. The last pattern that matches wins.
 *
 * Looked for in .github/, the root, docs/ (the first that exists), from a struct source, so that
 * the trusted chain's file decides. Patterns as GitHub documents them: gitignore style, no "!", no
 * ranges; a line without owners takes ownership away; lines that GitHub would skip are skipped and
 * listed. Limit: 3 MB (GitHub's own). Layer: policies.
 */
#ifndef POLICIES_CODEOWNERS_H
#define POLICIES_CODEOWNERS_H

#include "policies/policy.h"
#include "policies/source.h"

struct err;
struct codeowners; /* opaque */

/* *out NULL when the repository has none. */
NODISCARD bool codeowners_read(struct arena *arena, const struct source *source,
    const struct codeowners **out, struct err *err);
/* Owners of a path ("@org/team", "@user", "mail@x"); none: count 0. `owners` may be NULL. */
struct policy_names codeowners_of(const struct codeowners *owners, struct str path);
struct policy_names codeowners_skipped(const struct codeowners *owners); /* "line 3: ..." */
struct str codeowners_file(const struct codeowners *owners);

#endif
