/*
 * origins.h: where a value comes from that is only known after apply: "aws_kms_key.main.arn".
 *
 * By the configuration in the plan, which is read when the first one is asked for. What cannot be
 * told is empty, also when the configuration is missing or broken: a plan without it is good.
 *
 * Limits: ORIGINS_MAX answers of an outcome, ORIGIN_NAMES names in each. Ownership: its own arena,
 * until origins_close(). Layer: report.
 */
#ifndef REPORT_ORIGINS_H
#define REPORT_ORIGINS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct configuration;
struct plan;

#define ORIGINS_MAX  5000
#define ORIGIN_NAMES 3

struct origins {
	const struct plan *plan;
	struct arena *arena; /* NULL: not read yet */
	const struct configuration *configuration;
	bool is_read;
	size_t asked;
};

void origins_open(struct origins *origins, const struct plan *plan);
void origins_close(struct origins *origins);
/* "aws_kms_key.main.arn", "a.b.c, d.e.f"; in `scratch`. */
struct str origins_of(
    struct origins *origins, struct arena *scratch, struct str address, struct str path);

#endif
