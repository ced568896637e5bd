/*
 * release.h: who can release a denial, and how; one line under it. Layer: policies, for evaluate.c
 * and report/hide.c.
 */
#ifndef POLICIES_RELEASE_H
#define POLICIES_RELEASE_H

#include "policies/evaluator.h"

struct str finding_release(const struct evaluator *evaluator, const struct finding *finding);

/* The hint of a finding with another address in the place of its own. */
struct str finding_release_about(
    struct arena *arena, const struct finding *finding, struct str address);

#endif
