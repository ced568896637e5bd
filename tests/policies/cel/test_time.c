/* Timestamps, durations and time zones. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "policies/cel/time.h"
#include "policies/cel/timezone.h"
#include "tests/support/cel_check.h"
#include "tests/support/valgrind.h"

static const char data[] = "{\"t\": \"2026-11-22T23:15:30.987654321Z\", \"d\": \"1h30m\", "
			   "\"n\": 86400, \"big\": 36893488147419103232}";

static const struct cel_check_row rows[] = {
    {"timestamp(d.t)", "2026-11-22T23:15:30.987654321Z"},
    {"timestamp('2026-11-22t23:15:30.5+01:30')", "2026-11-22T21:45:30.5Z"},
    {"timestamp('2026-11-22T23:15:30.1234567899Z')", "2026-11-22T23:15:30.123456789Z"},
    {"timestamp(d.n)", "1970-01-02T00:00:00Z"},
    {"timestamp(-1)", "1969-12-31T23:59:59Z"},
    {"timestamp(d.big)", "error: no such overload: timestamp(number)"},
    {"timestamp(253402300799)", "9999-12-31T23:59:59Z"},
    {"timestamp(253402300800)", "does not compile: 0: timestamp out of range"},
    {"timestamp(-62135596800)", "0001-01-01T00:00:00Z"},
    {"timestamp(-9223372036854775808)", "does not compile: 0: timestamp out of range"},
    {"timestamp('0001-01-01T00:00:00+01:00')", "does not compile: 0: timestamp out of range"},
    {"timestamp('2024-02-29T00:00:00Z').getDayOfYear()", "59"},
    {"timestamp('2023-02-29T00:00:00Z')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"timestamp('1900-02-29T00:00:00Z')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"timestamp('2026-11-22T24:00:00Z')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"timestamp('2026-11-22T23:15:30')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"timestamp('2026-11-22T23:15:30.Z')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"timestamp('2026-11-22 23:15:30Z')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"timestamp('')",
	"does not compile: 0: the string is no timestamp like '2026-11-22T10:15:00Z'"},
    {"duration(d.d)", "5400s"},
    {"duration('1h2m3s4ms5us6ns')", "3723.004005006s"},
    {"duration('-1.5h')", "-5400s"},
    {"duration('+0.000000001s')", "0.000000001s"},
    {"duration('1.1h')", "3960s"},
    {"duration('0.3333333333333333333h')", "1199.999999999s"},
    {"duration('.5m')", "30s"},
    {"duration('1.s')", "1s"},
    {"duration('2\xc2\xb5s') == duration('2\xce\xbcs')", "true"},
    {"duration('0')", "0s"},
    {"duration('9223372036.854775807s')", "9223372036.854775807s"},
    {"duration('9223372036.854775808s')", "does not compile: 0: duration out of range"},
    {"duration('99999999999999999999999h')", "does not compile: 0: duration out of range"},
    {"duration('1')", "does not compile: 0: the string is no duration like '1h30m'"},
    {"duration('h')", "does not compile: 0: the string is no duration like '1h30m'"},
    {"duration('.s')", "does not compile: 0: the string is no duration like '1h30m'"},
    {"duration('1h ')", "does not compile: 0: the string is no duration like '1h30m'"},
    {"duration('--1h')", "does not compile: 0: the string is no duration like '1h30m'"},
    {"duration('')", "does not compile: 0: the string is no duration like '1h30m'"},
    {"duration(d.n)", "error: no such overload: duration(int)"},
    /* arithmetic */
    {"timestamp(d.t) - duration('0.987654322s')", "2026-11-22T23:15:29.999999999Z"},
    {"timestamp(d.t) - timestamp('2026-11-22T23:15:31Z')", "-0.012345679s"},
    {"duration('1s') - duration('1500ms')", "-0.5s"},
    {"duration('9223372036s') + duration('1s')", "does not compile: 24: duration out of range"},
    {"timestamp(d.t) + timestamp(d.t)", "error: no such overload: _+_(timestamp, timestamp)"},
    {"duration(d.d) * 2", "error: no such overload: _*_(duration, int)"},
    {"duration(d.d) > duration('89m') && timestamp(d.t) < timestamp('2027-01-01T00:00:00Z')",
	"true"},
    {"int(timestamp(d.t))", "1795389330"},
    {"string(duration(d.d)) + string(timestamp(0))", "5400s1970-01-01T00:00:00Z"},
    /* parts */
    {"timestamp(d.t).getFullYear() * 100 + timestamp(d.t).getMonth()", "202610"},
    {"[timestamp(d.t).getDate(), timestamp(d.t).getDayOfMonth(), timestamp(d.t).getDayOfWeek(), "
     "timestamp(d.t).getDayOfYear(), timestamp(d.t).getHours(), timestamp(d.t).getMinutes(), "
     "timestamp(d.t).getSeconds(), timestamp(d.t).getMilliseconds()]",
	"[22, 21, 0, 325, 23, 15, 30, 987]"},
    {"timestamp(d.t).getHours('+02:30')", "1"},
    {"timestamp(d.t).getHours('-9:30')", "13"},
    {"timestamp(d.t).getDate('02:00')", "23"},
    {"timestamp(d.t).getHours('UTC')", "23"},
    {"timestamp(d.t).getHours('+25:00')",
	"error: the time zone is not known here: use a name like 'Europe/Berlin' or '+02:00'"},
    {"timestamp(d.t).getHours(2)", "error: no such overload: getHours(timestamp, int)"},
    {"timestamp('0001-01-01T00:00:00Z').getFullYear('-01:00')", "0"},
    {"timestamp('9999-12-31T23:00:00Z').getFullYear('+02:00')", "10000"},
    {"duration('-90m').getHours()", "-1"},
    {"duration(d.d).getMinutes()", "90"},
    {"duration(d.d).getHours('UTC')", "error: no such overload: getHours(duration, string)"},
    {"duration(d.d).getDate()", "error: no such overload: getDate(duration)"},
};

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void test_rows(void **state)
{
	struct cel_check check;

	(void)state;
	cel_check_open(&check, data);
	cel_check_rows(&check, rows, ARRAY_LEN(rows));
	cel_check_close(&check);
}

/* The calendar against the C library's, over all years. */
static void test_calendar(void **state)
{
	(void)state;
	for (int64_t seconds = TIMESTAMP_MIN; seconds <= TIMESTAMP_MAX; seconds += 7654321) {
		struct civil civil = civil_from_seconds(seconds);
		time_t moment = (time_t)seconds;
		struct tm tm;

		assert_non_null(gmtime_r(&moment, &tm));
		if (civil.year != tm.tm_year + 1900 || civil.month != tm.tm_mon + 1 ||
		    civil.day != tm.tm_mday || civil.hour != tm.tm_hour ||
		    civil.minute != tm.tm_min || civil.second != tm.tm_sec ||
		    civil.day_of_week != tm.tm_wday || civil.day_of_year != tm.tm_yday)
			fail_msg("%lld", (long long)seconds);
	}
}

/* --- zones --- */

static void test_rules(void **state)
{
	static const struct {
		const char *rule, *moment;
		int offset; /* minutes; INT_MIN: refused */
	} zones[] = {
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T00:59:59Z", 60},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-03-27T01:00:00Z", 120},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T00:59:59Z", 120},
	    {"CET-1CEST,M3.5.0,M10.5.0/3", "2050-10-30T01:00:00Z", 60},
	    {"EST5EDT,M3.2.0,M11.1.0", "2050-07-01T00:00:00Z", -240},
	    {"EST5EDT,M3.2.0,M11.1.0", "2050-01-01T00:00:00Z", -300},
	    {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-01-01T00:00:00Z", 660},
	    {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-07-01T00:00:00Z", 600},
	    {"<+0330>-3:30", "2050-07-01T00:00:00Z", 210},
	    {"<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", "2050-07-01T00:00:00Z", -120},
	    {"XXX0YYY,J60,J300", "2048-02-29T23:59:59Z", 0},
	    {"XXX0YYY,J60,J300", "2048-03-01T02:00:00Z", 60},
	    {"XXX0YYY,59,300", "2048-02-29T02:00:00Z", 60},
	    {"XXX0YYY,0/0,J365/25", "2050-12-31T23:30:00Z", 60},
	    {"", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CE-1", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CET", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CET-1CEST", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CET-1CEST,M13.1.0,M10.5.0", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CET-1CEST,M3.6.0,M10.5.0", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CET-1CEST,M3.5.0,M10.5.0x", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"CET-999", "2050-01-01T00:00:00Z", INT32_MIN},
	    {"<CET", "2050-01-01T00:00:00Z", INT32_MIN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		struct value moment;
		int offset = 0;
		bool known;

		assert_int_equal(cel_timestamp_parse(str_from(zones[i].moment), &moment), TIME_OK);
		known = timezone_rule_offset(str_from(zones[i].rule), moment.as.integer, &offset);
		if (known != (zones[i].offset != INT32_MIN) ||
		    (known && offset != zones[i].offset * 60))
			fail_msg("%s at %s: %d", zones[i].rule, zones[i].moment, offset / 60);
	}
}

static void test_zone_names(void **state)
{
	static const char *const refused[] = {"", "/etc/passwd", "../zoneinfo/Europe/Berlin", ".",
	    "Europe/../Europe/Berlin", "Europe//Berlin", "Europe/", "Europe", "Europe/Berlin\n",
	    "tzdata.zi", "zone1970.tab", "Nowhere/Nothing", "+", "+1", "+01:0", "+01:000", "1:60",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	int offset;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		if (timezone_offset(str_from(refused[i]), 0, &offset))
			fail_msg("'%s' is taken", refused[i]);
	}
	assert_false(timezone_offset((struct str){"UTC\0", 4}, 0, &offset));
}

static void check_zone(const char *zone)
{
	int64_t step = under_valgrind() ? 61728350 : 1234567;

	for (int64_t at = -5000000000; at < 8000000000; at += step) {
		time_t moment = (time_t)at;
		struct tm tm;
		int offset;

		if (localtime_r(&moment, &tm) == NULL ||
		    !timezone_offset(str_from(zone), at, &offset) || offset != tm.tm_gmtoff)
			fail_msg("%s at %lld", zone, (long long)at);
	}
}

/* The database against the C library, where there is one. */
static void test_zones_of_the_system(void **state)
{
	static const char *const zones[] = {"Europe/Berlin", "America/New_York",
	    "America/Argentina/Buenos_Aires", "Australia/Lord_Howe", "Asia/Kathmandu",
	    "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia", "Etc/GMT+5"};

	(void)state;
	if (access(TIMEZONE_DIRECTORY "/Europe/Berlin", R_OK) != 0)
		skip();
	for (size_t i = 0; i < ARRAY_LEN(zones); i++) {
		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		check_zone(zones[i]);
	}
	(void)unsetenv("TZ");
	tzset();
}

static void add_u32(char **to, uint32_t value)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		*(*to)++ = (char)(value >> shift & 0xff);
}

/* A small file of version 2 with one change at 1000 seconds: from 1 h to 2 h, then a rule. */
static struct str small_file(char *bytes)
{
	char *at = bytes;

	for (int version = 0; version < 2; version++) {
		memcpy(at, "TZif2", 5);
		memset(at + 5, 0, 15);
		at += 20;
		add_u32(&at, 0);
		add_u32(&at, 0);
		add_u32(&at, 0);
		add_u32(&at, version == 0 ? 0 : 1); /* times */
		add_u32(&at, version == 0 ? 1 : 2); /* types */
		add_u32(&at, 4);		    /* chars */
		if (version == 1) {
			add_u32(&at, 0);
			add_u32(&at, 1000);
			*at++ = 1;
		}
		for (int type = 0; type < 1 + version; type++) {
			add_u32(&at, (uint32_t)(type + 1) * 3600);
			*at++ = 0;
			*at++ = 0;
		}
		memcpy(at, "ABC", 4);
		at += 4;
	}
	memcpy(at, "\nABC-3\n", 7);
	return (struct str){bytes, (size_t)(at + 7 - bytes)};
}

static void test_files(void **state)
{
	char bytes[300];
	struct str file = small_file(bytes);
	int offset;

	(void)state;
	assert_true(timezone_file_offset(file, 0, &offset));
	assert_int_equal(offset, 3600);
	assert_true(timezone_file_offset(file, 1000, &offset));
	assert_int_equal(offset, 3 * 3600);
	file.len -= 7; /* without the footer the last change holds */
	assert_true(timezone_file_offset(file, 1000, &offset));
	assert_int_equal(offset, 2 * 3600);
	for (size_t len = 0; len < file.len; len++) {
		char *exact = arena_alloc(arena, len);

		memcpy(exact, bytes, len);
		assert_false(timezone_file_offset((struct str){exact, len}, 1000, &offset));
	}
}

/* Damaged in every byte: an answer or none, but nothing else. */
static void test_damaged_files(void **state)
{
	static const unsigned char values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
	char bytes[300];

	(void)state;
	for (size_t i = 0; i < small_file(bytes).len; i++) {
		for (size_t j = 0; j < sizeof(values); j++) {
			struct str file = small_file(bytes);
			char *exact = arena_alloc(arena, file.len);
			int offset = 0;

			memcpy(exact, bytes, file.len);
			exact[i] = (char)values[j];
			if (timezone_file_offset((struct str){exact, file.len}, 1000, &offset))
				assert_in_range(offset + 1000000, 0, 2000000);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_calendar),
	    cmocka_unit_test(test_rules),
	    cmocka_unit_test(test_zone_names),
	    cmocka_unit_test(test_zones_of_the_system),
	    cmocka_unit_test(test_files),
	    cmocka_unit_test(test_damaged_files),
	};

	return cmocka_run_group_tests_name("policies/cel/time", tests, setup, teardown);
}
