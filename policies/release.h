/*
 * release.h: who can release a denial, and how; one line under it. Layer: policies, for evaluate.c.
 */
#ifndef POLICIES_RELEASE_H
#define POLICIES_RELEASE_H

#include "policies/evaluator.h"

struct str finding_release(const struct evaluator *evaluator, const struct finding *finding);

#endif
