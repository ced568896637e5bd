#include "policies/cel/functions_format.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "policies/cel/cel.h"
#include "policies/cel/number.h"
#include "policies/cel/result.h"

#define DEPTH_MAX	  100
#define PRECISION_DEFAULT 6
#define DOUBLE_TEXT_MAX	  512 /* of the largest double with the largest precision */
#define KEY_STEPS	  4

struct formatting {
	struct cel_run *run;
	struct buf buf;
	unsigned depth;
	int precision; /* -1: none given */
	char clause;
	struct value problem; /* set when something went wrong */
};

typedef bool clause_fn(struct formatting *formatting, struct value value);

static bool add_value(struct formatting *formatting, struct value value);

static bool give_up(struct formatting *formatting, struct value problem)
{
	formatting->problem = problem;
	return false;
}

static bool wrong_type(struct formatting *formatting, const char *wanted, struct value value)
{
	return give_up(formatting, cel_fail(formatting->run, "%%%c of format() takes %s, not %s",
				       formatting->clause, wanted, cel_kind_name(value.kind)));
}

static bool add_text(struct formatting *formatting, struct str text)
{
	if (!cel_pay_bytes(formatting->run, text.len))
		return give_up(formatting, cel_out_of_steps(formatting->run));
	buf_add(&formatting->buf, text);
	return true;
}

/* --- %s --- */

static bool add_bytes(struct formatting *formatting, struct value value)
{
	struct str bytes = cel_text(value);

	if (utf8_is_valid(bytes))
		return add_text(formatting, bytes);
	for (size_t at = 0; at < bytes.len;) {
		char text[4];
		size_t len = utf8_encode(utf8_next(bytes, &at), text);

		if (!add_text(formatting, (struct str){text, len}))
			return false;
	}
	return true;
}

static bool add_list(struct formatting *formatting, struct value list)
{
	buf_addc(&formatting->buf, '[');
	for (size_t i = 0; i < list.len; i++) {
		if (i > 0)
			buf_adds(&formatting->buf, ", ");
		if (!add_value(formatting, cel_load(list.as.items[i])))
			return false;
	}
	buf_addc(&formatting->buf, ']');
	return true;
}

/* The text of a key, and its entry. */
struct shown_entry {
	struct str key;
	struct value value;
};

static void sift_down(struct shown_entry *entries, size_t from, size_t count)
{
	for (size_t child = 2 * from + 1; child < count; child = 2 * from + 1) {
		struct shown_entry entry = entries[from];

		if (child + 1 < count && str_cmp(entries[child].key, entries[child + 1].key) < 0)
			child++;
		if (str_cmp(entry.key, entries[child].key) >= 0)
			return;
		entries[from] = entries[child];
		entries[child] = entry;
		from = child;
	}
}

/* A heap sort: no bad case. */
static void sort_by_key(struct shown_entry *entries, size_t count)
{
	for (size_t i = count / 2; i > 0; i--)
		sift_down(entries, i - 1, count);
	for (size_t end = count; end > 1; end--) {
		struct shown_entry largest = entries[0];

		entries[0] = entries[end - 1];
		entries[end - 1] = largest;
		sift_down(entries, 0, end - 1);
	}
}

static bool add_map(struct formatting *formatting, struct value map)
{
	struct shown_entry *entries;

	if (!cel_pay(formatting->run, map.len * (size_t)KEY_STEPS))
		return give_up(formatting, cel_out_of_steps(formatting->run));
	entries = cel_alloc(formatting->run, map.len * sizeof(*entries));
	if (!entries)
		return give_up(formatting, cel_out_of_memory(formatting->run));
	for (size_t i = 0; i < map.len; i++) {
		struct value key = map.as.entries[i].key;

		entries[i].key = key.kind == VALUE_STRING
				     ? cel_text(key)
				     : cel_to_text(cel_arena(formatting->run), key, 64);
		entries[i].value = cel_load(map.as.entries[i].value);
	}
	sort_by_key(entries, map.len);
	buf_addc(&formatting->buf, '{');
	for (size_t i = 0; i < map.len; i++) {
		if (i > 0)
			buf_adds(&formatting->buf, ", ");
		if (!add_text(formatting, entries[i].key))
			return false;
		buf_adds(&formatting->buf, ": ");
		if (!add_value(formatting, entries[i].value))
			return false;
	}
	buf_addc(&formatting->buf, '}');
	return true;
}

static bool add_container(struct formatting *formatting, struct value value)
{
	bool done;

	if (formatting->depth >= DEPTH_MAX)
		return give_up(formatting,
		    cel_fail_limit(formatting->run, "the value is too deep for format()"));
	if (!cel_pay(formatting->run, value.len))
		return give_up(formatting, cel_out_of_steps(formatting->run));
	formatting->depth++;
	done = value.kind == VALUE_LIST ? add_list(formatting, value) : add_map(formatting, value);
	formatting->depth--;
	return done;
}

/* Everything else is written as a message would. */
static bool is_showable(struct value value)
{
	return value.kind != CEL_OPTIONAL && value.kind != CEL_ERROR &&
	       value.kind != VALUE_UNKNOWN && value.kind < CEL_KIND_END;
}

static bool add_value(struct formatting *formatting, struct value value)
{
	if (value.kind == VALUE_STRING || value.kind == VALUE_NUMBER)
		return add_text(formatting, cel_text(value));
	if (value.kind == CEL_BYTES)
		return add_bytes(formatting, value);
	if (value.kind == VALUE_LIST || value.kind == VALUE_MAP)
		return add_container(formatting, value);
	if (!is_showable(value))
		return wrong_type(formatting,
		    "strings, bools, bytes, numbers, maps, lists, types, durations and timestamps",
		    value);
	return add_text(formatting, cel_to_text(cel_arena(formatting->run), value, 256));
}

/* --- numbers --- */

static bool add_special_double(struct formatting *formatting, double real)
{
	if (isfinite(real))
		return false;
	buf_adds(&formatting->buf, isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity");
	return true;
}

/* The digits of an integer in a base, with its sign. */
static void add_in_base(struct formatting *formatting, struct value value, unsigned base)
{
	const char *digits = formatting->clause == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	uint64_t rest = value.as.natural;
	char text[65];
	size_t at = sizeof(text);

	if (value.kind == VALUE_INT && value.as.integer < 0) {
		rest = -rest;
		buf_addc(&formatting->buf, '-');
	}
	do {
		text[--at] = digits[rest % base];
		rest /= base;
	} while (rest > 0);
	buf_add(&formatting->buf, (struct str){text + at, sizeof(text) - at});
}

/* INT or UINT; a double that is integral when it comes from data. */
static bool take_integer(struct value value, struct value *out)
{
	if (!cel_is_number(value) || (value.kind == CEL_DOUBLE && cel_is_strict(value)))
		return false;
	return cel_integral(value, out);
}

static bool clause_decimal(struct formatting *formatting, struct value value)
{
	struct value integer;

	if (value.kind == CEL_DOUBLE && add_special_double(formatting, value.as.real))
		return true;
	if (value.kind == VALUE_NUMBER)
		return add_text(formatting, cel_text(value));
	if (!take_integer(value, &integer))
		return wrong_type(formatting, "integers", value);
	add_in_base(formatting, integer, 10);
	return true;
}

static bool clause_binary(struct formatting *formatting, struct value value)
{
	struct value integer;

	if (value.kind == VALUE_BOOL)
		integer = cel_int(value.as.boolean);
	else if (!take_integer(value, &integer))
		return wrong_type(formatting, "integers and bools", value);
	add_in_base(formatting, integer, 2);
	return true;
}

static bool clause_octal(struct formatting *formatting, struct value value)
{
	struct value integer;

	if (!take_integer(value, &integer))
		return wrong_type(formatting, "integers", value);
	add_in_base(formatting, integer, 8);
	return true;
}

static bool add_hex_bytes(struct formatting *formatting, struct str bytes)
{
	const char *digits = formatting->clause == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";

	if (!cel_pay_bytes(formatting->run, bytes.len))
		return give_up(formatting, cel_out_of_steps(formatting->run));
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];

		buf_addc(&formatting->buf, digits[byte >> 4]);
		buf_addc(&formatting->buf, digits[byte & 15]);
	}
	return true;
}

static bool clause_hex(struct formatting *formatting, struct value value)
{
	struct value integer;

	if (value.kind == VALUE_STRING || value.kind == CEL_BYTES)
		return add_hex_bytes(formatting, cel_text(value));
	if (!take_integer(value, &integer))
		return wrong_type(formatting, "integers, bytes and strings", value);
	add_in_base(formatting, integer, 16);
	return true;
}

static bool clause_double(struct formatting *formatting, struct value value)
{
	int precision = formatting->precision < 0 ? PRECISION_DEFAULT : formatting->precision;
	char text[DOUBLE_TEXT_MAX];
	double real;

	if (!cel_is_number(value))
		return wrong_type(formatting, "doubles", value);
	real = cel_to_double(value);
	if (add_special_double(formatting, real))
		return true;
	if (formatting->clause == 'e')
		(void)snprintf(text, sizeof(text), "%.*e", precision, real);
	else
		(void)snprintf(text, sizeof(text), "%.*f", precision, real);
	return add_text(formatting, str_from(text));
}

/* --- clauses --- */

static clause_fn *clause_of(char c)
{
	static const struct {
		char letter;
		clause_fn *fn;
	} clauses[] = {
	    {'s', add_value},
	    {'d', clause_decimal},
	    {'f', clause_double},
	    {'e', clause_double},
	    {'x', clause_hex},
	    {'X', clause_hex},
	    {'o', clause_octal},
	    {'b', clause_binary},
	};

	for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
		if (clauses[i].letter == c)
			return clauses[i].fn;
	}
	return NULL;
}

/* ".3" behind the percent sign; the letter follows. */
static bool take_precision(struct formatting *formatting, struct str *rest)
{
	size_t digits = 0;

	formatting->precision = -1;
	if (!str_eat(rest, STR(".")))
		return true;
	formatting->precision = 0;
	for (; digits < rest->len && rest->ptr[digits] >= '0' && rest->ptr[digits] <= '9';
	     digits++) {
		formatting->precision = formatting->precision * 10 + (rest->ptr[digits] - '0');
		if (formatting->precision > FORMAT_PRECISION_MAX)
			return give_up(formatting,
			    cel_fail(formatting->run, "a precision of format() is at most %d",
				FORMAT_PRECISION_MAX));
	}
	*rest = str_skip(*rest, digits);
	return true;
}

/* One clause behind its percent sign. */
static bool add_clause(
    struct formatting *formatting, struct str *rest, struct value list, size_t *next)
{
	clause_fn *clause;

	if (!take_precision(formatting, rest))
		return false;
	if (rest->len == 0)
		return give_up(
		    formatting, cel_fail(formatting->run, "a clause of format() has no letter"));
	formatting->clause = rest->ptr[0];
	clause = clause_of(formatting->clause);
	if (!clause || (formatting->precision >= 0 && clause != clause_double))
		return give_up(formatting,
		    cel_fail(formatting->run, "format() knows no such clause; write %%s, %%d, %%f, "
					      "%%e, %%x, %%X, %%o, %%b or %%%%"));
	*rest = str_skip(*rest, 1);
	if (*next >= list.len)
		return give_up(
		    formatting, cel_fail(formatting->run, "format() has more clauses than values"));
	return clause(formatting, cel_load(list.as.items[(*next)++]));
}

struct value cel_format(struct cel_run *run, const struct value *args, size_t count)
{
	struct formatting formatting = {.run = run};
	struct str rest = cel_text(args[0]);
	size_t next = 0, percent;

	if (!cel_is_text(args[0]) || args[1].kind != VALUE_LIST)
		return cel_no_overload(run, "format", args, count);
	if (!cel_pay_bytes(run, rest.len))
		return cel_out_of_steps(run);
	buf_init(&formatting.buf, cel_arena(run), CEL_ARENA);
	while (str_find_char(rest, '%', &percent)) {
		buf_add(&formatting.buf, str_from_to(rest, 0, percent));
		rest = str_skip(rest, percent + 1);
		if (str_eat(&rest, STR("%")))
			buf_addc(&formatting.buf, '%');
		else if (!add_clause(&formatting, &rest, args[1], &next))
			return formatting.problem;
	}
	buf_add(&formatting.buf, rest);
	if (formatting.buf.overflow)
		return cel_out_of_memory(run);
	return value_string(buf_str(&formatting.buf));
}
