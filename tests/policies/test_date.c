#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "policies/date.h"

static void test_days(void **state)
{
	static const struct {
		const char *text;
		int64_t want;
	} rows[] = {
	    {"2000-01-01", 946684800},
	    {"2000-02-29", 951782400},
	    {"2026-11-22", 1795305600},
	    {"2026-12-31", 1798675200},
	    {"2028-03-01", 1835481600},
	    {"2100-03-01", 4107542400},
	    {"9999-12-31", 253402214400},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		int64_t got = 0;

		if (!date_parse(str_from(rows[i].text), &got, &err) || got != rows[i].want)
			fail_msg("%s: %lld, %s", rows[i].text, (long long)got, err.text);
	}
}

/* Every day of 130 years follows the one before it. */
static void test_order(void **state)
{
	int64_t last = 946684800 - DATE_DAY;
	char text[64];

	(void)state;
	for (int year = 2000; year < 2130; year++)
		for (int month = 1; month <= 12; month++)
			for (int day = 1; day <= 31; day++) {
				struct err err = {0};
				int64_t got;

				(void)snprintf(
				    text, sizeof(text), "%04d-%02d-%02d", year, month, day);
				if (!date_parse(str_from(text), &got, &err)) {
					assert_true(day > 28);
					continue;
				}
				assert_int_equal(got, last + DATE_DAY);
				last = got;
			}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", "'' is no date; write year, month and day as in 2026-12-31"},
	    {"2026-1-01", "'2026-1-01' is no date; write year, month and day as in 2026-12-31"},
	    {"26-01-01", "'26-01-01' is no date; write year, month and day as in 2026-12-31"},
	    {"2026/01/01", "'2026/01/01' is no date; write year, month and day as in 2026-12-31"},
	    {"2026-01-01T", "'2026-01-01T' is no date; write year, month and day as in "
			    "2026-12-31"},
	    {" 2026-01-1", "' 2026-01-1' is no date; write year, month and day as in 2026-12-31"},
	    {"+026-01-01", "'+026-01-01' is no date; write year, month and day as in 2026-12-31"},
	    {"1999-12-31", "'1999-12-31': the year has to be 2000 or later"},
	    {"2026-00-01", "'2026-00-01': there is no such day"},
	    {"2026-13-01", "'2026-13-01': there is no such day"},
	    {"2026-01-00", "'2026-01-00': there is no such day"},
	    {"2026-02-29", "'2026-02-29': there is no such day"},
	    {"2100-02-29", "'2100-02-29': there is no such day"},
	    {"2026-04-31", "'2026-04-31': there is no such day"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		int64_t got = 0;

		if (date_parse(str_from(rows[i].text), &got, &err) || err.code != ERR_INVALID ||
		    strcmp(err.text, rows[i].want) != 0)
			fail_msg("'%s': '%s'", rows[i].text, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_days),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("policies/date", tests, NULL, NULL);
}
