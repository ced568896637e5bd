#include "policies/cel/time.h"

#include "base/arena.h"
#include "base/buf.h"

#define TIME_TEXT_MAX 64

/* --- calendar: days count from the first of March, so that leap days come last --- */

#define DAYS_PER_ERA	 146097 /* of 400 years */
#define DAYS_BEFORE_1970 719468 /* since 0000-03-01 */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t civil_to_days(int64_t year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_BEFORE_1970;
}

struct civil civil_from_seconds(int64_t seconds)
{
	int64_t days = floor_div(seconds, SECONDS_PER_DAY);
	int64_t rest = seconds - days * SECONDS_PER_DAY;
	int64_t shifted = days + DAYS_BEFORE_1970;
	int64_t era = floor_div(shifted, DAYS_PER_ERA);
	int64_t doe = shifted - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t shifted_month = (5 * doy + 2) / 153;
	struct civil civil;

	civil.day = (int)(doy - (153 * shifted_month + 2) / 5 + 1);
	civil.month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
	civil.year = yoe + era * 400 + (civil.month <= 2);
	civil.day_of_year = (int)(days - civil_to_days(civil.year, 1, 1));
	civil.day_of_week = (int)((days % 7 + 11) % 7); /* 1970-01-01 was a Thursday */
	civil.hour = (int)(rest / 3600);
	civil.minute = (int)(rest / 60 % 60);
	civil.second = (int)(rest % 60);
	return civil;
}

int civil_days_in_month(int64_t year, int month)
{
	int64_t next =
	    month == 12 ? civil_to_days(year + 1, 1, 1) : civil_to_days(year, month + 1, 1);

	return (int)(next - civil_to_days(year, month, 1));
}

/* --- making --- */

bool cel_timestamp_make(int64_t seconds, int64_t nanos, struct value *out)
{
	int64_t carry = floor_div(nanos, NANOS_PER_SECOND);

	if (__builtin_add_overflow(seconds, carry, &seconds) || seconds < TIMESTAMP_MIN ||
	    seconds > TIMESTAMP_MAX)
		return false;
	*out = cel_time(CEL_TIMESTAMP, seconds, (int32_t)(nanos - carry * NANOS_PER_SECOND));
	return true;
}

struct value cel_duration_from_nanos(int64_t nanos)
{
	return cel_time(
	    CEL_DURATION, nanos / NANOS_PER_SECOND, (int32_t)(nanos % NANOS_PER_SECOND));
}

/* Fits: a duration is made of as many. */
int64_t cel_duration_nanos(struct value duration)
{
	return duration.as.integer * NANOS_PER_SECOND + cel_nanos(duration);
}

/* --- reading --- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Exactly so many digits. */
static bool take_digits(struct str *text, size_t count, int *out)
{
	*out = 0;
	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(text->ptr[i]))
			return false;
		*out = *out * 10 + (text->ptr[i] - '0');
	}
	*text = str_skip(*text, count);
	return true;
}

/* ".123": digits beyond nanoseconds are cut off. */
static bool take_fraction(struct str *text, int32_t *nanos)
{
	int32_t scale = (int32_t)NANOS_PER_SECOND / 10;
	size_t digits = 0;

	*nanos = 0;
	if (!str_eat(text, STR(".")))
		return true;
	for (; digits < text->len && is_digit(text->ptr[digits]); digits++) {
		*nanos += (text->ptr[digits] - '0') * scale;
		scale /= 10;
	}
	*text = str_skip(*text, digits);
	return digits > 0;
}

/* "Z", "+02:00": seconds east of Greenwich. */
static bool take_offset(struct str *text, int *offset)
{
	int sign = 1, hours, minutes;

	*offset = 0;
	if (str_eat(text, STR("Z")) || str_eat(text, STR("z")))
		return true;
	if (str_eat(text, STR("-")))
		sign = -1;
	else if (!str_eat(text, STR("+")))
		return false;
	if (!take_digits(text, 2, &hours) || !str_eat(text, STR(":")) ||
	    !take_digits(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool take_date(struct str *text, struct civil *civil)
{
	int year;

	if (!take_digits(text, 4, &year) || !str_eat(text, STR("-")) ||
	    !take_digits(text, 2, &civil->month) || !str_eat(text, STR("-")) ||
	    !take_digits(text, 2, &civil->day))
		return false;
	civil->year = year;
	return civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
	       civil->day <= civil_days_in_month(year, civil->month);
}

static bool take_clock(struct str *text, struct civil *civil)
{
	if (!str_eat(text, STR("T")) && !str_eat(text, STR("t")))
		return false;
	if (!take_digits(text, 2, &civil->hour) || !str_eat(text, STR(":")) ||
	    !take_digits(text, 2, &civil->minute) || !str_eat(text, STR(":")) ||
	    !take_digits(text, 2, &civil->second))
		return false;
	return civil->hour <= 23 && civil->minute <= 59 && civil->second <= 59;
}

enum time_problem cel_timestamp_parse(struct str text, struct value *out)
{
	struct civil civil;
	int32_t nanos;
	int64_t seconds;
	int offset;

	if (!take_date(&text, &civil) || !take_clock(&text, &civil) ||
	    !take_fraction(&text, &nanos) || !take_offset(&text, &offset) || text.len > 0)
		return TIME_SYNTAX;
	seconds = civil_to_days(civil.year, civil.month, civil.day) * SECONDS_PER_DAY +
		  civil.hour * INT64_C(3600) + civil.minute * INT64_C(60) + civil.second - offset;
	return cel_timestamp_make(seconds, nanos, out) ? TIME_OK : TIME_RANGE;
}

struct unit {
	struct str name;
	uint64_t nanos;
};

static const struct unit units[] = {
    /* longer names first where one starts another */
    {STR_INIT("ns"), 1},
    {STR_INIT("us"), 1000},
    {STR_INIT("\xc2\xb5s"), 1000}, /* U+00B5 */
    {STR_INIT("\xce\xbcs"), 1000}, /* U+03BC */
    {STR_INIT("ms"), 1000000},
    {STR_INIT("s"), 1000000000},
    {STR_INIT("m"), 60000000000},
    {STR_INIT("h"), 3600000000000},
};

static uint64_t take_unit(struct str *text)
{
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (str_eat(text, units[i].name))
			return units[i].nanos;
	}
	return 0;
}

static struct str take_number(struct str *text)
{
	size_t len = 0;
	struct str digits;

	while (len < text->len && is_digit(text->ptr[len]))
		len++;
	digits = str_from_to(*text, 0, len);
	*text = str_skip(*text, len);
	return digits;
}

/* digits * unit + 0.fraction * unit, rounded down; false when it does not fit. */
static bool scale(struct str digits, struct str fraction, uint64_t unit, uint64_t *out)
{
	uint64_t whole = 0, part = 0;

	for (size_t i = 0; i < digits.len; i++) {
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, (uint64_t)(digits.ptr[i] - '0'), &whole))
			return false;
	}
	for (size_t i = fraction.len; i > 0; i--)
		part = ((uint64_t)(fraction.ptr[i - 1] - '0') * unit + part) / 10;
	return !__builtin_mul_overflow(whole, unit, &whole) &&
	       !__builtin_add_overflow(whole, part, out);
}

/* One "1.5h" of "1.5h30m". */
static enum time_problem take_part(struct str *text, uint64_t *sum)
{
	struct str digits = take_number(text), fraction = STR_EMPTY;
	uint64_t unit, part;

	if (str_eat(text, STR(".")))
		fraction = take_number(text);
	unit = take_unit(text);
	if (unit == 0 || digits.len + fraction.len == 0)
		return TIME_SYNTAX;
	if (!scale(digits, fraction, unit, &part) || __builtin_add_overflow(*sum, part, sum))
		return TIME_RANGE;
	return TIME_OK;
}

enum time_problem cel_duration_parse(struct str text, struct value *out)
{
	bool negative = str_eat(&text, STR("-"));
	uint64_t sum = 0;

	if (!negative)
		(void)str_eat(&text, STR("+"));
	if (text.len == 0)
		return TIME_SYNTAX;
	if (str_eq(text, STR("0")))
		text = STR_EMPTY;
	while (text.len > 0) {
		enum time_problem problem = take_part(&text, &sum);

		if (problem != TIME_OK)
			return problem;
	}
	if (sum > (uint64_t)INT64_MAX)
		return TIME_RANGE;
	*out = cel_duration_from_nanos(negative ? -(int64_t)sum : (int64_t)sum);
	return TIME_OK;
}

/* --- writing --- */

static void add_fraction(struct buf *buf, int32_t nanos)
{
	char digits[16];
	size_t len = 9;

	if (nanos == 0)
		return;
	(void)snprintf(digits, sizeof(digits), "%09d", nanos);
	while (len > 0 && digits[len - 1] == '0')
		len--;
	buf_addc(buf, '.');
	buf_add(buf, (struct str){digits, len});
}

struct str cel_duration_text(struct arena *arena, struct value duration)
{
	int64_t nanos = cel_duration_nanos(duration);
	uint64_t size = nanos < 0 ? -(uint64_t)nanos : (uint64_t)nanos;
	struct buf buf;

	buf_init(&buf, arena, TIME_TEXT_MAX);
	buf_addf(&buf, "%s%llu", nanos < 0 ? "-" : "", (unsigned long long)(size / 1000000000));
	add_fraction(&buf, (int32_t)(size % 1000000000));
	buf_addc(&buf, 's');
	return buf_str(&buf);
}

struct str cel_timestamp_text(struct arena *arena, struct value timestamp)
{
	struct civil civil = civil_from_seconds(timestamp.as.integer);
	struct buf buf;

	buf_init(&buf, arena, TIME_TEXT_MAX);
	buf_addf(&buf, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)civil.year, civil.month,
	    civil.day, civil.hour, civil.minute, civil.second);
	add_fraction(&buf, cel_nanos(timestamp));
	buf_addc(&buf, 'Z');
	return buf_str(&buf);
}
