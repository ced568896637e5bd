#include "policies/cel/value.h"

#include <math.h>

#include "policies/cel/number.h"

struct kind_name {
	const char *message, *type;
};

/* What messages call a kind, and what type() says. */
static const struct kind_name kind_names[] = {
    [VALUE_NULL] = {"null", "null_type"},
    [VALUE_BOOL] = {"bool", "bool"},
    [VALUE_INT] = {"int", "int"},
    [VALUE_NUMBER] = {"number", "double"},
    [VALUE_STRING] = {"string", "string"},
    [VALUE_LIST] = {"list", "list"},
    [VALUE_MAP] = {"map", "map"},
    [VALUE_UNKNOWN] = {"unknown", "unknown"},
    [VALUE_HIDDEN] = {"hidden", "unknown"},
    [CEL_ERROR] = {"error", "error"},
    [CEL_UINT] = {"uint", "uint"},
    [CEL_DOUBLE] = {"double", "double"},
    [CEL_BYTES] = {"bytes", "bytes"},
    [CEL_TYPE] = {"type", "type"},
    [CEL_DURATION] = {"duration", "google.protobuf.Duration"},
    [CEL_TIMESTAMP] = {"timestamp", "google.protobuf.Timestamp"},
    [CEL_OPTIONAL] = {"optional", "optional_type"},
    [CEL_IP] = {"ip", "net.IP"},
    [CEL_CIDR] = {"cidr", "net.CIDR"},
    [CEL_SEMVER] = {"semver", "kubernetes.Semver"},
};

static struct kind_name name_of(uint8_t kind)
{
	if (kind < ARRAY_LEN(kind_names) && kind_names[kind].message)
		return kind_names[kind];
	return (struct kind_name){"value", "unknown"};
}

struct str cel_type_name(struct value value)
{
	return str_from(name_of(value.kind).type);
}

const char *cel_kind_name(uint8_t kind)
{
	return name_of(kind).message;
}

/* False when it does not fit; then *out is not set. */
static bool read_natural(struct str digits, uint64_t *out)
{
	uint64_t natural = 0;

	for (size_t i = 0; i < digits.len; i++) {
		if (__builtin_mul_overflow(natural, 10, &natural) ||
		    __builtin_add_overflow(natural, (uint64_t)(digits.ptr[i] - '0'), &natural))
			return false;
	}
	*out = natural;
	return true;
}

static bool is_integer_text(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len > 0;
}

/* Too large in either direction: it stays a text. */
static struct value load_integer(struct value value, bool negative, struct str digits)
{
	uint64_t natural;

	if (!read_natural(digits, &natural))
		return value;
	if (negative && natural > (uint64_t)INT64_MAX + 1)
		return value;
	if (natural == 0 && negative) {
		value.kind = CEL_DOUBLE;
		value.as.real = -0.0;
	} else if (negative || natural <= INT64_MAX) {
		value.kind = VALUE_INT;
		value.as.integer = (int64_t)(negative ? -natural : natural);
	} else {
		value.kind = CEL_UINT;
		value.as.natural = natural;
	}
	value.len = 0;
	return value;
}

static struct value load_number(struct value value)
{
	struct str text = cel_text(value), digits = text;
	bool negative = str_eat(&digits, STR("-"));
	double real;

	if (is_integer_text(digits))
		return load_integer(value, negative, digits);
	real = cel_text_double(text);
	if (isinf(real))
		return value;
	value.kind = CEL_DOUBLE;
	value.len = 0;
	value.as.real = real;
	return value;
}

struct value cel_load_slow(struct value value)
{
	if (value.kind == VALUE_NUMBER)
		return load_number(value);
	return (struct value){
	    .kind = VALUE_UNKNOWN, .marks = VALUE_HAS_UNKNOWN | CEL_BECAUSE_HIDDEN};
}
