#include "policies/cel/version.h"

#include "base/err.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_identifier_char(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-';
}

static bool is_number(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
	}
	return text.len > 0;
}

static bool has_leading_zero(struct str number)
{
	return number.len > 1 && number.ptr[0] == '0';
}

/* Cuts digits off the front. */
static bool eat_number(struct str *rest, bool loose, int64_t *out)
{
	size_t len = 0;
	int64_t value = 0;

	while (len < rest->len && is_digit(rest->ptr[len])) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, rest->ptr[len] - '0', &value))
			return false;
		len++;
	}
	if (len == 0 || (!loose && has_leading_zero(str_from_to(*rest, 0, len))))
		return false;
	*rest = str_skip(*rest, len);
	*out = value;
	return true;
}

/* Identifiers with dots between; numbers of a pre-release have no leading zeros. */
static bool are_identifiers(struct str text, bool strict_numbers)
{
	struct str part;
	size_t ends = 0;

	if (text.len == 0 || text.ptr[text.len - 1] == '.')
		return false;
	while (str_split(&text, '.', &part)) {
		if (part.len == 0)
			return false;
		for (size_t i = 0; i < part.len; i++)
			ends += !is_identifier_char(part.ptr[i]);
		if (strict_numbers && is_number(part) && has_leading_zero(part))
			return false;
	}
	return ends == 0;
}

static bool parse_labels(struct str rest, bool loose, struct version *out)
{
	size_t plus;

	out->pre = out->build = STR_EMPTY;
	if (str_find_char(rest, '+', &plus)) {
		out->build = str_skip(rest, plus + 1);
		rest = str_from_to(rest, 0, plus);
		if (!are_identifiers(out->build, false))
			return false;
	}
	if (rest.len == 0)
		return true;
	if (!str_eat(&rest, STR("-")))
		return false;
	out->pre = rest;
	return are_identifiers(rest, !loose);
}

static bool parse(struct str text, bool loose, struct version *out)
{
	*out = (struct version){.count = 0};
	if (loose) {
		text = str_trim(text);
		(void)str_eat(&text, STR("v"));
	}
	do {
		if (out->count == (loose ? VERSION_SEGMENTS_MAX : 3) ||
		    !eat_number(&text, loose, &out->segments[out->count]))
			return false;
		out->count++;
	} while (str_eat(&text, STR(".")));
	return (loose || out->count == 3) && parse_labels(text, loose, out);
}

bool version_parse(struct str text, struct version *out)
{
	return parse(text, false, out);
}

bool version_parse_loose(struct str text, struct version *out)
{
	return parse(text, true, out);
}

/* --- order --- */

/* Numbers of any length, without leading zeros: the longer one is larger. */
static int cmp_numbers(struct str a, struct str b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return str_cmp(a, b);
}

static int cmp_identifiers(struct str a, struct str b)
{
	bool a_number = is_number(a), b_number = is_number(b);

	if (a_number != b_number)
		return a_number ? -1 : 1;
	return a_number ? cmp_numbers(a, b) : str_cmp(a, b);
}

static int cmp_pre(struct str a, struct str b)
{
	if (a.len == 0 || b.len == 0)
		return (a.len == 0) - (b.len == 0);
	for (;;) {
		struct str left, right;
		bool more_a = str_split(&a, '.', &left), more_b = str_split(&b, '.', &right);
		int order;

		if (!more_a || !more_b)
			return more_a - more_b;
		order = cmp_identifiers(left, right);
		if (order != 0)
			return order;
	}
}

static int cmp_segments(const struct version *a, const struct version *b, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (a->segments[i] != b->segments[i])
			return a->segments[i] < b->segments[i] ? -1 : 1;
	}
	return 0;
}

int version_cmp(const struct version *a, const struct version *b)
{
	int order = cmp_segments(a, b, VERSION_SEGMENTS_MAX);

	return order != 0 ? order : cmp_pre(a->pre, b->pre);
}

/* --- constraints --- */

/* Does a pre-release fit at all? */
static bool pre_fits(const struct version *version, const struct version *limit)
{
	if (version->pre.len == 0)
		return true;
	return limit->pre.len > 0 && cmp_segments(version, limit, VERSION_SEGMENTS_MAX) == 0;
}

static bool holds_equal(const struct version *version, const struct version *limit)
{
	return version_cmp(version, limit) == 0;
}

static bool holds_not_equal(const struct version *version, const struct version *limit)
{
	return version_cmp(version, limit) != 0;
}

static bool holds_greater(const struct version *version, const struct version *limit)
{
	return pre_fits(version, limit) && version_cmp(version, limit) > 0;
}

static bool holds_greater_equal(const struct version *version, const struct version *limit)
{
	return pre_fits(version, limit) && version_cmp(version, limit) >= 0;
}

static bool holds_less(const struct version *version, const struct version *limit)
{
	return pre_fits(version, limit) && version_cmp(version, limit) < 0;
}

static bool holds_less_equal(const struct version *version, const struct version *limit)
{
	return pre_fits(version, limit) && version_cmp(version, limit) <= 0;
}

/* ~> 1.2 is at least 1.2 and below 2; ~> 1.2.3 at least 1.2.3 and below 1.3. */
static bool holds_about(const struct version *version, const struct version *limit)
{
	if (!holds_greater_equal(version, limit))
		return false;
	return limit->count < 2 || cmp_segments(version, limit, limit->count - 1U) == 0;
}

/* Longer ones first. */
static const struct {
	const char *text;
	bool (*holds)(const struct version *version, const struct version *limit);
} operators[] = {
    {"!=", holds_not_equal},
    {">=", holds_greater_equal},
    {"<=", holds_less_equal},
    {"~>", holds_about},
    {"=", holds_equal},
    {">", holds_greater},
    {"<", holds_less},
    {"", holds_equal},
};

/* The operator of one part and its version. */
static bool parse_part(struct str part, size_t *operator, struct version * limit)
{
	part = str_trim(part);
	for (*operator= 0; *operator<ARRAY_LEN(operators); ++*operator) {
		if (str_eat(&part, str_from(operators[*operator].text)))
			break;
	}
	return version_parse_loose(str_trim(part), limit);
}

bool version_constraint_check(struct str constraint, struct err *err)
{
	struct str rest = constraint, part;
	struct version limit;
	size_t operator, parts = 0;

	while (str_split(&rest, ',', &part)) {
		parts++;
		if (!parse_part(part, &operator, & limit))
			return err_set(err, ERR_SYNTAX,
			    "'%.*s' is no version constraint; one looks like '~> 1.2, != 1.3.0'",
			    STR_ARG(constraint));
	}
	return parts > 0 || err_set(err, ERR_SYNTAX, "a version constraint is empty");
}

bool version_satisfies(const struct version *version, struct str constraint)
{
	struct version limit;
	struct str part;
	size_t operator;

	if (str_trim(constraint).len == 0)
		return false;
	while (str_split(&constraint, ',', &part)) {
		if (!parse_part(part, &operator, &limit) ||
		    !operators[operator].holds(version, &limit))
			return false;
	}
	return true;
}
