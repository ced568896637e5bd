#include "base/yaml.h"

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* The words of the core schema, in the three ways it lets them be written. */
static const struct {
	const char *word;
	uint8_t kind;
	bool boolean;
} words[] = {
    {"", VALUE_NULL, false},
    {"~", VALUE_NULL, false},
    {"null", VALUE_NULL, false},
    {"Null", VALUE_NULL, false},
    {"NULL", VALUE_NULL, false},
    {"true", VALUE_BOOL, true},
    {"True", VALUE_BOOL, true},
    {"TRUE", VALUE_BOOL, true},
    {"false", VALUE_BOOL, false},
    {"False", VALUE_BOOL, false},
    {"FALSE", VALUE_BOOL, false},
};

static bool is_digit(struct str text, size_t at)
{
	return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

static size_t skip_digits(struct str text, size_t at)
{
	while (is_digit(text, at))
		at++;
	return at;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* 0x1F and 0o17; false when it is neither or too large for an int64. */
static bool read_based(struct str text, int64_t *out)
{
	int base = 0;

	if (str_eat(&text, STR("0x")))
		base = 16;
	else if (str_eat(&text, STR("0o")))
		base = 8;
	if (base == 0 || text.len == 0)
		return false;
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		int digit = digit_of(text.ptr[i]);

		if (digit >= base || __builtin_mul_overflow(*out, base, out) ||
		    __builtin_add_overflow(*out, digit, out))
			return false;
	}
	return true;
}

/* Decimal digits with a sign, leading zeros allowed. */
static bool read_decimal(struct str text, int64_t *out)
{
	bool negative = str_eat(&text, STR("-"));

	if (!negative)
		(void)str_eat(&text, STR("+"));
	if (text.len == 0 || skip_digits(text, 0) != text.len)
		return false;
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.ptr[i] - '0';

		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, negative ? -digit : digit, out))
			return false;
	}
	return true;
}

/* A number as JSON writes it: the form in which a lexeme is kept. */
static bool is_json_number(struct str text)
{
	size_t at = text.len > 0 && text.ptr[0] == '-', from = at;

	at = skip_digits(text, at);
	if (at == from || (text.ptr[from] == '0' && at > from + 1))
		return false;
	if (at < text.len && text.ptr[at] == '.') {
		from = ++at;
		at = skip_digits(text, at);
		if (at == from)
			return false;
	}
	if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
		at++;
		at += at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-');
		from = at;
		at = skip_digits(text, at);
		if (at == from)
			return false;
	}
	return at == text.len;
}

struct value yaml_scalar(struct value node)
{
	struct str text = value_text(node);
	int64_t integer = 0;

	if (node.kind != VALUE_STRING || node.tag != YAML_PLAIN)
		return node;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(text, words[i].word))
			return (struct value){
			    .kind = words[i].kind, .as.boolean = words[i].boolean};
	if (read_decimal(text, &integer) || read_based(text, &integer))
		return value_int(integer);
	(void)str_eat(&text, STR("+"));
	if (is_json_number(text)) {
		node = value_string(text);
		node.kind = VALUE_NUMBER;
	}
	return node;
}
