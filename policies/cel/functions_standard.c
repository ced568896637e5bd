/* Functions of the language definition, without those of time. */
#include "base/err.h"
#include "base/regex.h"
#include "base/utf8.h"
#include "policies/cel/number.h"
#include "policies/cel/result.h"

#define MATCH_BYTES_PER_STEP 8

/* --- size --- */

/* An unknown element leaves open how many there are; a secret one does not. */
static struct value list_size(struct cel_run *run, struct value list)
{
	struct value unknown = value_unknown();
	unsigned joined = 0;

	if (LIKELY(!(list.marks & VALUE_HAS_UNKNOWN)))
		return cel_int(list.len);
	if (!cel_pay(run, list.len))
		return cel_out_of_steps(run);
	for (size_t i = 0; i < list.len && joined < CEL_JOINED_MAX; i++) {
		struct value item = list.as.items[i];

		if (item.kind != VALUE_UNKNOWN || (item.marks & CEL_BECAUSE_HIDDEN))
			continue;
		unknown = joined > 0 ? cel_join_unknowns(run, unknown, item) : item;
		joined++;
	}
	return joined > 0 ? unknown : cel_int(list.len);
}

static struct value size(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];

	switch ((int)value.kind) {
	case VALUE_STRING:
		if (!cel_pay_bytes(run, value.len))
			return cel_out_of_steps(run);
		return cel_int((int64_t)utf8_count(cel_text(value)));
	case VALUE_LIST:
		return list_size(run, value);
	case CEL_BYTES:
	case VALUE_MAP:
		return cel_int(value.len);
	default:
		return cel_no_overload(run, "size", args, count);
	}
}

/* --- text --- */

static bool two_texts(const struct value *args)
{
	return cel_is_text(args[0]) && cel_is_text(args[1]);
}

static struct value contains(struct cel_run *run, const struct value *args, size_t count)
{
	if (!two_texts(args))
		return cel_no_overload(run, "contains", args, count);
	if (!cel_pay_bytes(run, args[0].len))
		return cel_out_of_steps(run);
	return value_bool(str_contains(cel_text(args[0]), cel_text(args[1])));
}

static struct value starts_with(struct cel_run *run, const struct value *args, size_t count)
{
	if (!two_texts(args))
		return cel_no_overload(run, "startsWith", args, count);
	if (!cel_pay_bytes(run, args[1].len))
		return cel_out_of_steps(run);
	return value_bool(str_starts(cel_text(args[0]), cel_text(args[1])));
}

static struct value ends_with(struct cel_run *run, const struct value *args, size_t count)
{
	if (!two_texts(args))
		return cel_no_overload(run, "endsWith", args, count);
	if (!cel_pay_bytes(run, args[1].len))
		return cel_out_of_steps(run);
	return value_bool(str_ends(cel_text(args[0]), cel_text(args[1])));
}

static struct value matches(struct cel_run *run, const struct value *args, size_t count)
{
	struct value problem;
	const struct regex *regex;

	if (!two_texts(args))
		return cel_no_overload(run, "matches", args, count);
	if (!cel_regex(run, cel_text(args[1]), &regex, &problem))
		return problem;
	if (!cel_pay(run, args[0].len / MATCH_BYTES_PER_STEP + 1))
		return cel_out_of_steps(run);
	return cel_regex_matches(run, regex, cel_text(args[0]));
}

/* --- conversions --- */

static struct value range_error(struct cel_run *run, const char *type)
{
	return cel_fail(run, "the value is out of the range of %s", type);
}

static struct value text_error(struct cel_run *run, const char *type)
{
	return cel_fail(run, "the string is no %s", type);
}

static struct value to_int(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];
	struct str text = cel_text(value);
	struct err ignored = {0};
	int64_t integer;

	switch ((int)value.kind) {
	case VALUE_INT:
		return cel_int(value.as.integer);
	case CEL_UINT:
		return value.as.natural <= INT64_MAX ? cel_int((int64_t)value.as.natural)
						     : range_error(run, "int");
	case CEL_DOUBLE:
		return cel_double_to_int(value.as.real, &integer) ? cel_int(integer)
								  : range_error(run, "int");
	case VALUE_NUMBER:
		return range_error(run, "int");
	case CEL_TIMESTAMP:
		return cel_int(value.as.integer);
	case VALUE_STRING:
		(void)str_eat(&text, STR("+"));
		return str_to_int64(text, INT64_MIN, INT64_MAX, &integer, &ignored)
			   ? cel_int(integer)
			   : text_error(run, "int");
	default:
		return cel_no_overload(run, "int", args, count);
	}
}

static struct value text_to_uint(struct cel_run *run, struct str text)
{
	uint64_t natural = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return text_error(run, "uint");
		if (__builtin_mul_overflow(natural, 10, &natural) ||
		    __builtin_add_overflow(natural, (uint64_t)(text.ptr[i] - '0'), &natural))
			return range_error(run, "uint");
	}
	return text.len > 0 ? cel_uint(natural) : text_error(run, "uint");
}

static struct value to_uint(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];
	uint64_t natural;

	switch ((int)value.kind) {
	case CEL_UINT:
		return cel_uint(value.as.natural);
	case VALUE_INT:
		return value.as.integer >= 0 ? cel_uint((uint64_t)value.as.integer)
					     : range_error(run, "uint");
	case CEL_DOUBLE:
		return cel_double_to_uint(value.as.real, &natural) ? cel_uint(natural)
								   : range_error(run, "uint");
	case VALUE_NUMBER:
		return range_error(run, "uint");
	case VALUE_STRING:
		return text_to_uint(run, cel_text(value));
	default:
		return cel_no_overload(run, "uint", args, count);
	}
}

static size_t count_digits(struct str text)
{
	size_t len = 0;

	while (len < text.len && text.ptr[len] >= '0' && text.ptr[len] <= '9')
		len++;
	return len;
}

/* digits[.digits][e[+-]digits], where one side of the point may be empty */
static bool is_decimal(struct str text)
{
	size_t whole = count_digits(text), fraction = 0, exponent;

	text = str_skip(text, whole);
	if (str_eat(&text, STR("."))) {
		fraction = count_digits(text);
		text = str_skip(text, fraction);
	}
	if (whole + fraction == 0)
		return false;
	if (text.len == 0)
		return true;
	if (!str_eat(&text, STR("e")) && !str_eat(&text, STR("E")))
		return false;
	if (!str_eat(&text, STR("-")))
		(void)str_eat(&text, STR("+"));
	exponent = count_digits(text);
	return exponent > 0 && exponent == text.len;
}

static struct value text_to_double(struct cel_run *run, struct str text)
{
	struct str rest = text;
	bool negative = str_eat(&rest, STR("-"));
	double real;

	if (!negative)
		(void)str_eat(&rest, STR("+"));
	if (str_eq_nocase(rest, STR("nan")))
		real = __builtin_nan("");
	else if (str_eq_nocase(rest, STR("inf")) || str_eq_nocase(rest, STR("infinity")))
		real = __builtin_inf();
	else if (is_decimal(rest))
		real = cel_text_double(rest);
	else
		return text_error(run, "double");
	return cel_double(negative ? -real : real);
}

static struct value to_double(struct cel_run *run, const struct value *args, size_t count)
{
	if (cel_is_number(args[0]))
		return cel_double(cel_to_double(args[0]));
	if (!cel_is_text(args[0]))
		return cel_no_overload(run, "double", args, count);
	if (!cel_pay_bytes(run, args[0].len))
		return cel_out_of_steps(run);
	return text_to_double(run, cel_text(args[0]));
}

static struct value to_string(struct cel_run *run, const struct value *args, size_t count)
{
	struct value value = args[0];

	switch ((int)value.kind) {
	case VALUE_STRING:
		return value;
	case CEL_BYTES:
		if (!cel_pay_bytes(run, value.len))
			return cel_out_of_steps(run);
		return utf8_is_valid(cel_text(value)) ? value_string(cel_text(value))
						      : cel_fail(run, "the bytes are no UTF-8");
	case VALUE_NUMBER:
	case CEL_TYPE:
	case CEL_IP:
	case CEL_CIDR:
	case CEL_SEMVER:
		return value_string(cel_text(value));
	case VALUE_BOOL:
		return value_string(value.as.boolean ? STR("true") : STR("false"));
	case VALUE_INT:
		return cel_string(run, "%lld", (long long)value.as.integer);
	case CEL_UINT:
		return cel_string(run, "%llu", (unsigned long long)value.as.natural);
	case CEL_DOUBLE:
		return value_string(cel_double_text(cel_arena(run), value.as.real));
	case CEL_DURATION:
		return value_string(cel_duration_text(cel_arena(run), value));
	case CEL_TIMESTAMP:
		return value_string(cel_timestamp_text(cel_arena(run), value));
	default:
		return cel_no_overload(run, "string", args, count);
	}
}

static struct value to_bytes(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_BYTES && !cel_is_text(args[0]))
		return cel_no_overload(run, "bytes", args, count);
	return cel_bytes(cel_text(args[0]));
}

struct bool_text {
	struct str text;
	bool boolean;
};

static const struct bool_text bool_texts[] = {
    {STR_INIT("true"), true},
    {STR_INIT("false"), false},
    {STR_INIT("1"), true},
    {STR_INIT("0"), false},
    {STR_INIT("t"), true},
    {STR_INIT("f"), false},
    {STR_INIT("T"), true},
    {STR_INIT("F"), false},
    {STR_INIT("True"), true},
    {STR_INIT("False"), false},
    {STR_INIT("TRUE"), true},
    {STR_INIT("FALSE"), false},
};

static struct value to_bool(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind == VALUE_BOOL)
		return args[0];
	if (!cel_is_text(args[0]))
		return cel_no_overload(run, "bool", args, count);
	for (size_t i = 0; i < ARRAY_LEN(bool_texts); i++) {
		if (str_eq(bool_texts[i].text, cel_text(args[0])))
			return value_bool(bool_texts[i].boolean);
	}
	return text_error(run, "bool");
}

static struct value to_dyn(struct cel_run *run, const struct value *args, size_t count)
{
	(void)run;
	(void)count;
	return args[0];
}

static struct value type_of(struct cel_run *run, const struct value *args, size_t count)
{
	(void)run;
	(void)count;
	return cel_type(cel_type_name(args[0]));
}

#define BOTH (CEL_GLOBAL | CEL_METHOD)

const struct cel_function cel_standard_functions[] = {
    {"size", BOTH | CEL_LOOKS_INSIDE, 1, 1, size,
	"size(string) -> int; size(bytes) -> int; size(list) -> int; size(map) -> int",
	"how many code points, bytes, items or entries; unknown for a list with an unknown item",
	"size('wörld') == 5 && [1, 2].size() == 2"},
    {"contains", CEL_METHOD, 2, 2, contains, "string.contains(string) -> bool",
	"is the text part of the string", "'aurora-mysql'.contains('mysql')"},
    {"startsWith", CEL_METHOD, 2, 2, starts_with, "string.startsWith(string) -> bool",
	"does the string begin with the text", "'arn:aws:iam'.startsWith('arn:')"},
    {"endsWith", CEL_METHOD, 2, 2, ends_with, "string.endsWith(string) -> bool",
	"does the string end with the text", "'main.tf'.endsWith('.tf')"},
    {"matches", BOTH, 2, 2, matches,
	"string.matches(string) -> bool; matches(string, string) -> bool",
	"does the regular expression (RE2 syntax) match anywhere in the string",
	"'db-prod-1'.matches('^db-(prod|stage)-[0-9]+$')"},
    {"int", CEL_GLOBAL, 1, 1, to_int,
	"int(uint) -> int; int(double) -> int; int(string) -> int; int(timestamp) -> int",
	"a whole number; doubles are cut off, a timestamp gives seconds since 1970",
	"int('22') == 22 && int(1.9) == 1"},
    {"uint", CEL_GLOBAL, 1, 1, to_uint,
	"uint(int) -> uint; uint(double) -> uint; uint(string) -> uint",
	"a whole number that is not negative", "uint(3) == 3u"},
    {"double", CEL_GLOBAL, 1, 1, to_double,
	"double(int) -> double; double(uint) -> double; double(string) -> double",
	"a floating-point number", "double('1.5') == 1.5"},
    {"string", CEL_GLOBAL, 1, 1, to_string,
	"string(bool, int, uint, double, bytes, timestamp, duration, ip, cidr, semver) -> string",
	"the value as text; bytes have to be UTF-8", "string(1.5) == '1.5'"},
    {"bytes", CEL_GLOBAL | CEL_REWRITES, 1, 1, to_bytes, "bytes(string) -> bytes",
	"the UTF-8 of a string", "bytes('abc') == b'abc'"},
    {"bool", CEL_GLOBAL, 1, 1, to_bool, "bool(string) -> bool",
	"from true, t, 1, false, f, 0 (and True, TRUE, False, FALSE, T, F)", "bool('true')"},
    {"dyn", CEL_GLOBAL | CEL_LOOKS_INSIDE, 1, 1, to_dyn, "dyn(any) -> any",
	"the value itself; there for expressions of other programs", "dyn(1) == 1"},
    {"type", CEL_GLOBAL | CEL_LOOKS_INSIDE, 1, 1, type_of, "type(any) -> type",
	"the type of the value", "type(1) == int"},
    CEL_FUNCTIONS_END,
};
