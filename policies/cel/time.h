/*
 * time.h: timestamps and durations of expressions: calendar, RFC 3339 text, "1h30m" text.
 *
 * A timestamp is within the years 1 to 9999; a duration within the int64 nanoseconds that the
 * conformance vectors want (about 292 years). The proleptic Gregorian calendar, no leap seconds.
 *
 * Layer: policies.
 */
#ifndef POLICIES_CEL_TIME_H
#define POLICIES_CEL_TIME_H

#include "policies/cel/value.h"

#define TIMESTAMP_MIN	 INT64_C(-62135596800) /* 0001-01-01T00:00:00Z */
#define TIMESTAMP_MAX	 INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define SECONDS_PER_DAY	 INT64_C(86400)
#define NANOS_PER_SECOND INT64_C(1000000000)

struct civil { /* a moment as a calendar and a clock show it */
	int64_t year;
	int month, day;	 /* from 1 */
	int day_of_year; /* from 0 */
	int day_of_week; /* 0 is Sunday */
	int hour, minute, second;
};

/* Days since 1970-01-01 and back. */
int64_t civil_to_days(int64_t year, int month, int day);
struct civil civil_from_seconds(int64_t seconds);
int civil_days_in_month(int64_t year, int month);

enum time_problem {
	TIME_OK,
	TIME_SYNTAX,
	TIME_RANGE,
};

enum time_problem cel_timestamp_parse(struct str text, struct value *out);
enum time_problem cel_duration_parse(struct str text, struct value *out);

/* From seconds and any number of nanoseconds beyond; false out of range. */
bool cel_timestamp_make(int64_t seconds, int64_t nanos, struct value *out);
struct value cel_duration_from_nanos(int64_t nanos);
int64_t cel_duration_nanos(struct value duration);

#endif
