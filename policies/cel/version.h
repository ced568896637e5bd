/*
 * version.h: versions, and the constraints of Terraform.
 *
 * version_parse(): MAJOR.MINOR.PATCH[-PRE][+BUILD] as semver.org 2.0.0 wants it; loose: as
 * Terraform takes them too, with a leading v and with minor and patch left out (they are 0).
 * Constraints: "~> 1.2, != 1.3.0" with = != > >= < <= ~>; every part must hold. A version with a
 * pre-release part only fits a constraint that names one with the same numbers, or = and !=: that
 * is Terraform's rule (hashicorp/go-version).
 *
 * Views of the text given. Limits: numbers below 2^63, VERSION_SEGMENTS_MAX of them.
 * Errors: ERR_SYNTAX. Layer: policies.
 */
#ifndef POLICIES_CEL_VERSION_H
#define POLICIES_CEL_VERSION_H

#include "base/str.h"

struct err;

#define VERSION_SEGMENTS_MAX 4

struct version {
	int64_t segments[VERSION_SEGMENTS_MAX];
	uint8_t count;	  /* of segments written */
	struct str pre;	  /* without "-" */
	struct str build; /* without "+" */
};

bool version_parse(struct str text, struct version *out);
bool version_parse_loose(struct str text, struct version *out);

/* Precedence: build metadata does not count. */
int version_cmp(const struct version *a, const struct version *b);

NODISCARD bool version_constraint_check(struct str constraint, struct err *err);
/* A constraint that version_constraint_check() refuses holds for nothing. */
bool version_satisfies(const struct version *version, struct str constraint);

#endif
