/*
 * date.h: days as policy files write them: "2026-12-31", UTC.
 *
 * Exactly that form, a day that exists, years 2000 to 9999. Layer: policies.
 */
#ifndef POLICIES_DATE_H
#define POLICIES_DATE_H

#include <stdint.h>

#include "base/str.h"

struct err;

#define DATE_DAY ((int64_t)86400) /* seconds */

/* The first second of the day, since 1970. ERR_INVALID says what is wrong with it. */
NODISCARD bool date_parse(struct str text, int64_t *out, struct err *err);

#endif
