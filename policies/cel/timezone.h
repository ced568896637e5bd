/*
 * timezone.h: the offset of a time zone at a moment.
 *
 * A zone is "+02:00", "-9:30", "02:00", "UTC", or a name of the IANA database, which is read from
 * the system's files (TZif version 1 to 4, with the rule in the footer for what comes after the
 * table). A name consists of letters, digits, '_', '+' and '-' with slashes between the parts: it
 * cannot leave the database's directory.
 *
 * Limits: TIMEZONE_NAME_MAX, TIMEZONE_FILE_MAX. Files are data that may be damaged: everything read
 * is checked. Nothing is cached. Layer: policies.
 */
#ifndef POLICIES_CEL_TIMEZONE_H
#define POLICIES_CEL_TIMEZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define TIMEZONE_NAME_MAX  64
#define TIMEZONE_FILE_MAX  ((size_t)64 << 10)
#define TIMEZONE_DIRECTORY "/usr/share/zoneinfo"

/* Seconds east of Greenwich at `seconds` since 1970. False: no such zone, or no database. */
NODISCARD bool timezone_offset(struct str zone, int64_t seconds, int *offset);

/* The same from the bytes of a TZif file. */
NODISCARD bool timezone_file_offset(struct str file, int64_t seconds, int *offset);

/* From a rule of POSIX as it stands in the footer: "CET-1CEST,M3.5.0,M10.5.0/3" (timezone_rule.c).
 */
NODISCARD bool timezone_rule_offset(struct str rule, int64_t seconds, int *offset);

#endif
