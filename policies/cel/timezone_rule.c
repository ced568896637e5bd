/* Rules of POSIX for summer time: RFC 8536, 3.3.1 and POSIX.1, TZ. */
#include "policies/cel/timezone.h"

#include "policies/cel/time.h"

#define RULE_HOURS_MAX 167 /* RFC 8536 extends POSIX to a week in both directions */

struct change_day {
	char kind; /* 'M': month.week.day, 'J': day 1..365 without leap days, 'n': day 0..365 */
	int month, week, day;
	int time; /* seconds after midnight, local */
};

struct rule {
	int standard, summer; /* seconds east */
	bool has_summer;
	struct change_day start, end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "CET" or "<+03>": at least three characters. */
static bool take_name(struct str *text)
{
	size_t len = 0;

	if (str_eat(text, STR("<"))) {
		if (!str_find_char(*text, '>', &len))
			return false;
		*text = str_skip(*text, len + 1);
		return len > 0;
	}
	while (len < text->len && is_letter(text->ptr[len]))
		len++;
	*text = str_skip(*text, len);
	return len >= 3;
}

static bool take_number(struct str *text, int max, int *out)
{
	size_t len = 0;

	*out = 0;
	for (; len < text->len && len < 3 && is_digit(text->ptr[len]); len++)
		*out = *out * 10 + (text->ptr[len] - '0');
	*text = str_skip(*text, len);
	return len > 0 && *out <= max;
}

/* "[+-]hh[:mm[:ss]]" in seconds */
static bool take_time(struct str *text, int *out)
{
	int sign = 1, hours, minutes = 0, seconds = 0;

	if (str_eat(text, STR("-")))
		sign = -1;
	else
		(void)str_eat(text, STR("+"));
	if (!take_number(text, RULE_HOURS_MAX, &hours))
		return false;
	if (str_eat(text, STR(":")) && !take_number(text, 59, &minutes))
		return false;
	if (str_eat(text, STR(":")) && !take_number(text, 59, &seconds))
		return false;
	*out = sign * (hours * 3600 + minutes * 60 + seconds);
	return true;
}

static bool take_date(struct str *text, struct change_day *out)
{
	*out = (struct change_day){.kind = 'n'};
	if (str_eat(text, STR("M"))) {
		out->kind = 'M';
		return take_number(text, 12, &out->month) && str_eat(text, STR(".")) &&
		       take_number(text, 5, &out->week) && str_eat(text, STR(".")) &&
		       take_number(text, 6, &out->day) && out->month > 0 && out->week > 0;
	}
	if (str_eat(text, STR("J")))
		out->kind = 'J';
	return take_number(text, 365, &out->day) && (out->kind != 'J' || out->day > 0);
}

static bool take_change(struct str *text, struct change_day *out)
{
	if (!str_eat(text, STR(",")) || !take_date(text, out))
		return false;
	out->time = 2 * 3600;
	return !str_eat(text, STR("/")) || take_time(text, &out->time);
}

/* POSIX counts west of Greenwich. */
static bool rule_parse(struct str text, struct rule *rule)
{
	*rule = (struct rule){0};
	if (!take_name(&text) || !take_time(&text, &rule->standard))
		return false;
	rule->standard = -rule->standard;
	if (text.len == 0)
		return true;
	rule->has_summer = true;
	rule->summer = rule->standard + 3600;
	if (!take_name(&text))
		return false;
	if (text.len > 0 && text.ptr[0] != ',') {
		if (!take_time(&text, &rule->summer))
			return false;
		rule->summer = -rule->summer;
	}
	return take_change(&text, &rule->start) && take_change(&text, &rule->end) && text.len == 0;
}

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* The day of the change in that year, in days since 1970. */
static int64_t change_days(const struct change_day *change, int64_t year)
{
	int64_t first = civil_to_days(year, 1, 1);

	if (change->kind == 'n')
		return first + change->day;
	if (change->kind == 'J')
		return first + change->day - 1 + (is_leap(year) && change->day >= 60);
	int64_t month = civil_to_days(year, change->month, 1);
	int64_t day_of_week = (month % 7 + 11) % 7;
	int64_t day = (change->day - day_of_week + 7) % 7 + (int64_t)(change->week - 1) * 7;

	/* week 5 is the last one */
	if (day >= civil_days_in_month(year, change->month))
		day -= 7;
	return month + day;
}

static int64_t change_seconds(const struct change_day *change, int64_t year, int offset_before)
{
	return change_days(change, year) * SECONDS_PER_DAY + change->time - offset_before;
}

bool timezone_rule_offset(struct str text, int64_t seconds, int *offset)
{
	struct rule rule;

	if (!rule_parse(text, &rule))
		return false;
	*offset = rule.standard;
	if (!rule.has_summer)
		return true;
	int64_t year = civil_from_seconds(seconds + rule.standard).year;
	int64_t start = change_seconds(&rule.start, year, rule.standard);
	int64_t end = change_seconds(&rule.end, year, rule.summer);
	bool in_summer =
	    start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;

	if (in_summer)
		*offset = rule.summer;
	return true;
}
