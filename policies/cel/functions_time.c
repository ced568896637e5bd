#include "policies/cel/number.h"
#include "policies/cel/result.h"
#include "policies/cel/time.h"
#include "policies/cel/timezone.h"

#define ZONE_STEPS 100 /* a file is read */

static struct value time_problem(
    struct cel_run *run, enum time_problem problem, const char *type, const char *example)
{
	if (problem == TIME_RANGE)
		return cel_fail(run, "%s out of range", type);
	return cel_fail(run, "the string is no %s like '%s'", type, example);
}

static struct value to_timestamp(struct cel_run *run, const struct value *args, size_t count)
{
	struct value result;
	int64_t seconds;
	enum time_problem problem = TIME_OK;

	if (args[0].kind == CEL_TIMESTAMP)
		return args[0];
	if (cel_is_text(args[0]))
		problem = cel_timestamp_parse(cel_text(args[0]), &result);
	else if (!cel_int_argument(args[0], &seconds))
		return cel_no_overload(run, "timestamp", args, count);
	else if (!cel_timestamp_make(seconds, 0, &result))
		problem = TIME_RANGE;
	if (problem != TIME_OK)
		return time_problem(run, problem, "timestamp", "2026-11-22T10:15:00Z");
	return result;
}

static struct value to_duration(struct cel_run *run, const struct value *args, size_t count)
{
	struct value result;
	enum time_problem problem;

	if (args[0].kind == CEL_DURATION)
		return args[0];
	if (!cel_is_text(args[0]))
		return cel_no_overload(run, "duration", args, count);
	if (!cel_pay_bytes(run, args[0].len))
		return cel_out_of_steps(run);
	problem = cel_duration_parse(cel_text(args[0]), &result);
	if (problem != TIME_OK)
		return time_problem(run, problem, "duration", "1h30m");
	return result;
}

/* --- parts --- */

/* False: *problem is the result. */
static bool civil_of(struct cel_run *run, const char *name, const struct value *args, size_t count,
    struct civil *out, struct value *problem)
{
	int offset = 0;

	if (args[0].kind != CEL_TIMESTAMP || (count > 1 && !cel_is_text(args[1]))) {
		*problem = cel_no_overload(run, name, args, count);
		return false;
	}
	if (count > 1 && !cel_pay(run, ZONE_STEPS)) {
		*problem = cel_out_of_steps(run);
		return false;
	}
	if (count > 1 && !timezone_offset(cel_text(args[1]), args[0].as.integer, &offset)) {
		*problem = cel_fail(run,
		    "the time zone is not known here: use a name like 'Europe/Berlin' or '+02:00'");
		return false;
	}
	*out = civil_from_seconds(args[0].as.integer + offset);
	return true;
}

#define PART(function, name, expression)                                                          \
	static struct value function(struct cel_run *run, const struct value *args, size_t count) \
	{                                                                                         \
		struct civil civil;                                                               \
		struct value problem;                                                             \
                                                                                                  \
		if (!civil_of(run, name, args, count, &civil, &problem))                          \
			return problem;                                                           \
		return cel_int(expression);                                                       \
	}

PART(full_year, "getFullYear", civil.year)
PART(month, "getMonth", civil.month - 1)
PART(date, "getDate", civil.day)
PART(day_of_month, "getDayOfMonth", civil.day - 1)
PART(day_of_week, "getDayOfWeek", civil.day_of_week)
PART(day_of_year, "getDayOfYear", civil.day_of_year)
PART(hour_of_day, "getHours", civil.hour)
PART(minute_of_hour, "getMinutes", civil.minute)
PART(second_of_minute, "getSeconds", civil.second)

static bool is_duration(const struct value *args, size_t count)
{
	return count == 1 && args[0].kind == CEL_DURATION;
}

static struct value hours(struct cel_run *run, const struct value *args, size_t count)
{
	if (is_duration(args, count))
		return cel_int(args[0].as.integer / 3600);
	return hour_of_day(run, args, count);
}

static struct value minutes(struct cel_run *run, const struct value *args, size_t count)
{
	if (is_duration(args, count))
		return cel_int(args[0].as.integer / 60);
	return minute_of_hour(run, args, count);
}

static struct value seconds(struct cel_run *run, const struct value *args, size_t count)
{
	if (is_duration(args, count))
		return cel_int(args[0].as.integer);
	return second_of_minute(run, args, count);
}

/* Of both kinds what is beyond the second, as the vectors want it. */
static struct value milliseconds(struct cel_run *run, const struct value *args, size_t count)
{
	struct civil civil;
	struct value problem;

	if (!is_duration(args, count) &&
	    !civil_of(run, "getMilliseconds", args, count, &civil, &problem))
		return problem;
	return cel_int(cel_nanos(args[0]) / 1000000);
}

#define OF_TIMESTAMP(name) "timestamp." name "([zone]) -> int"
#define OF_BOTH(name)	   OF_TIMESTAMP(name) "; duration." name "() -> int"

const struct cel_function cel_time_functions[] = {
    {"timestamp", CEL_GLOBAL, 1, 1, to_timestamp,
	"timestamp(string) -> timestamp; timestamp(int) -> timestamp",
	"a moment, from RFC 3339 text or seconds since 1970",
	"timestamp('2026-11-22T10:15:00+01:00') < timestamp('2026-11-22T10:15:00Z')"},
    {"duration", CEL_GLOBAL, 1, 1, to_duration, "duration(string) -> duration",
	"a span of time, from text like 1h30m, 90s, 1.5ms", "duration('90m') == duration('1h30m')"},
    {"getFullYear", CEL_METHOD, 1, 2, full_year, OF_TIMESTAMP("getFullYear"), "the year",
	"timestamp('2026-11-22T10:15:00Z').getFullYear() == 2026"},
    {"getMonth", CEL_METHOD, 1, 2, month, OF_TIMESTAMP("getMonth"), "the month, from 0",
	"timestamp('2026-11-22T10:15:00Z').getMonth() == 10"},
    {"getDate", CEL_METHOD, 1, 2, date, OF_TIMESTAMP("getDate"), "the day of the month, from 1",
	"timestamp('2026-11-22T23:15:00Z').getDate('+02:00') == 23"},
    {"getDayOfMonth", CEL_METHOD, 1, 2, day_of_month, OF_TIMESTAMP("getDayOfMonth"),
	"the day of the month, from 0", "timestamp('2026-11-22T10:15:00Z').getDayOfMonth() == 21"},
    {"getDayOfWeek", CEL_METHOD, 1, 2, day_of_week, OF_TIMESTAMP("getDayOfWeek"),
	"the day of the week, Sunday is 0",
	"timestamp('2026-11-22T10:15:00Z').getDayOfWeek() == 0"},
    {"getDayOfYear", CEL_METHOD, 1, 2, day_of_year, OF_TIMESTAMP("getDayOfYear"),
	"the day of the year, from 0", "timestamp('2026-02-01T00:00:00Z').getDayOfYear() == 31"},
    {"getHours", CEL_METHOD, 1, 2, hours, OF_BOTH("getHours"),
	"the hour; of a duration, how many hours", "duration('90m').getHours() == 1"},
    {"getMinutes", CEL_METHOD, 1, 2, minutes, OF_BOTH("getMinutes"),
	"the minute; of a duration, how many minutes", "duration('90m').getMinutes() == 90"},
    {"getSeconds", CEL_METHOD, 1, 2, seconds, OF_BOTH("getSeconds"),
	"the second; of a duration, how many seconds", "duration('90m').getSeconds() == 5400"},
    {"getMilliseconds", CEL_METHOD, 1, 2, milliseconds, OF_BOTH("getMilliseconds"),
	"the milliseconds beyond the second", "duration('1.25s').getMilliseconds() == 250"},
    CEL_FUNCTIONS_END,
};
