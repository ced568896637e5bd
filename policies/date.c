#include "policies/date.h"

#include "base/err.h"

#define YEAR_MIN 2000

static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in(int year, int month)
{
	return month_days[month - 1] + (month == 2 && is_leap(year));
}

/* Digits and hyphens where "2026-12-31" has them. */
static bool has_form(struct str text)
{
	if (text.len != 10)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		bool hyphen = i == 4 || i == 7;

		if (hyphen ? text.ptr[i] != '-' : text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return true;
}

static int number_at(struct str text, size_t at, size_t digits)
{
	int number = 0;

	for (size_t i = at; i < at + digits; i++)
		number = number * 10 + (text.ptr[i] - '0');
	return number;
}

/* Days since 1970-01-01; leap days are counted by whole years before this one. */
static int64_t days_since_epoch(int year, int month, int day)
{
	int64_t before = year - 1;
	int64_t days = (year - 1970) * (int64_t)365 + (before / 4 - 1969 / 4) -
		       (before / 100 - 1969 / 100) + (before / 400 - 1969 / 400);

	for (int i = 1; i < month; i++)
		days += days_in(year, i);
	return days + day - 1;
}

bool date_parse(struct str text, int64_t *out, struct err *err)
{
	int year, month, day;

	if (!has_form(text))
		return err_set(err, ERR_INVALID,
		    "'%.*s' is no date; write year, month and day as in 2026-12-31", STR_ARG(text));
	year = number_at(text, 0, 4);
	month = number_at(text, 5, 2);
	day = number_at(text, 8, 2);
	if (year < YEAR_MIN)
		return err_set(err, ERR_INVALID, "'%.*s': the year has to be %d or later",
		    STR_ARG(text), YEAR_MIN);
	if (month < 1 || month > 12 || day < 1 || day > days_in(year, month))
		return err_set(err, ERR_INVALID, "'%.*s': there is no such day", STR_ARG(text));
	*out = days_since_epoch(year, month, day) * DATE_DAY;
	return true;
}
