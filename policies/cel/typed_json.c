#include "policies/cel/typed_json.h"

#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/cel/time.h"

#define GOOGLE	       "type.googleapis.com/"
#define PLACE_MAX      200
#define MIXED_KEYS_MAX 1000 /* they are searched one by one */

/* Where a value stands, for errors: a chain of steps on the stack. */
struct place {
	const struct place *outer;
	const char *name; /* "values", "key" */
	size_t index;	  /* of a list; SIZE_MAX: none */
};

struct reader {
	struct arena *arena;
	struct err *err;
};

typedef bool read_fn(
    const struct reader *reader, struct value json, const struct place *place, struct value *out);
static read_fn read_value;

static void place_text(const struct place *place, struct buf *buf)
{
	if (place == NULL)
		return;
	place_text(place->outer, buf);
	buf_addf(buf, ".%s", place->name);
	if (place->index != SIZE_MAX)
		buf_addf(buf, "[%zu]", place->index);
}

static bool wrong(const struct reader *reader, const struct place *place, const char *expected,
    struct value found)
{
	struct buf buf;

	buf_init(&buf, reader->arena, PLACE_MAX);
	place_text(place, &buf);
	return err_set(reader->err, ERR_INVALID, "typed value%s%.*s: expected %s, not %s",
	    buf_str(&buf).len > 0 ? " at " : "", STR_ARG(buf_str(&buf)), expected,
	    value_kind_name((enum value_kind)found.kind));
}

/* --- scalars --- */

static bool read_bool(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	*out = json;
	return json.kind == VALUE_BOOL || wrong(reader, place, "true or false", json);
}

static bool read_string(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	*out = value_string(value_text(json));
	return json.kind == VALUE_STRING || wrong(reader, place, "a string", json);
}

static bool read_null(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	*out = value_null();
	return json.kind == VALUE_NULL || str_is(value_text(json), "NULL_VALUE") ||
	       wrong(reader, place, "null", json);
}

static bool read_int(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	struct err why = {0};
	int64_t integer = json.as.integer;

	if (json.kind != VALUE_INT &&
	    !str_to_int64(value_text(json), INT64_MIN, INT64_MAX, &integer, &why))
		return wrong(reader, place, "an integer of 64 bits", json);
	*out = cel_int(integer);
	return true;
}

static bool read_uint(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	char scratch[24];
	struct str text = value_text(json);
	uint64_t natural = 0;

	if (json.kind == VALUE_INT)
		(void)value_as_number_text(json, scratch, &text);
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.ptr[i] - '0');

		if (digit > 9 || __builtin_mul_overflow(natural, (uint64_t)10, &natural) ||
		    __builtin_add_overflow(natural, (uint64_t)digit, &natural))
			return wrong(reader, place, "a natural number of 64 bits", json);
	}
	if (text.len == 0)
		return wrong(reader, place, "a natural number of 64 bits", json);
	*out = cel_uint(natural);
	return true;
}

static const struct {
	const char *name;
	double real;
} special_reals[] = {
    {"NaN", NAN},
    {"Infinity", INFINITY},
    {"-Infinity", -INFINITY},
};

static bool read_double(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	struct str text = value_text(json);
	char *end;

	if (json.kind == VALUE_INT) {
		*out = cel_double((double)json.as.integer);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(special_reals); i++) {
		if (str_is(text, special_reals[i].name)) {
			*out = cel_double(special_reals[i].real);
			return true;
		}
	}
	/* strtod() knows more than numbers: hexadecimal ones, names, spaces in front */
	const char *copy = str_to_c(reader->arena, text);
	*out = cel_double(strtod(copy, &end));
	if (text.len == 0 || strspn(copy, "0123456789+-.eE") != text.len || end != copy + text.len)
		return wrong(reader, place, "a number, NaN, Infinity or -Infinity", json);
	return true;
}

static bool read_bytes(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	struct str text = value_text(json);
	char *bytes = arena_alloc(reader->arena, BASE64_BYTES_LEN(text.len));
	size_t len;

	while (str_eat_end(&text, STR("=")))
		;
	if (json.kind != VALUE_STRING || !base64_read(text, BASE64_EITHER, bytes, &len))
		return wrong(reader, place, "bytes in base64", json);
	*out = cel_bytes((struct str){bytes, len});
	return true;
}

static bool read_type(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	*out = cel_type(value_text(json));
	return json.kind == VALUE_STRING || wrong(reader, place, "the name of a type", json);
}

/* --- containers --- */

static bool read_list(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	const struct value *values = value_get_c(json, "values");
	size_t count = values != NULL ? values->len : 0;
	struct value *items;

	if (json.kind != VALUE_MAP || (values != NULL && values->kind != VALUE_LIST))
		return wrong(reader, place, "{\"values\": [...]}", json);
	items = arena_array(reader->arena, struct value, count);
	for (size_t i = 0; i < count; i++) {
		struct place item = {place, "values", i};

		if (!read_value(reader, values->as.items[i], &item, &items[i]))
			return false;
	}
	*out = value_list(items, count);
	return true;
}

static bool is_key(struct value value)
{
	return value.kind == VALUE_STRING || value.kind == VALUE_INT || value.kind == VALUE_BOOL ||
	       value.kind == CEL_UINT;
}

static bool read_entry(const struct reader *reader, struct value json, const struct place *place,
    struct value_entry *out)
{
	const struct value *key = value_get_c(json, "key"), *value = value_get_c(json, "value");
	struct place at_key = {place, "key", SIZE_MAX}, at_value = {place, "value", SIZE_MAX};

	if (key == NULL || value == NULL)
		return wrong(reader, place, "{\"key\": ..., \"value\": ...}", json);
	if (!read_value(reader, *key, &at_key, &out->key) ||
	    !read_value(reader, *value, &at_value, &out->value))
		return false;
	return is_key(out->key) ||
	       wrong(reader, &at_key, "a string, a whole number or a bool", json);
}

/* As cel_map() makes them, but outside of a run. */
static bool make_map(
    const struct reader *reader, struct value_entry *entries, size_t count, struct value *out)
{
	struct str duplicate;
	bool is_plain = true;

	for (size_t i = 0; i < count; i++)
		is_plain = is_plain && entries[i].key.kind == VALUE_STRING;
	if (is_plain)
		return value_map(reader->arena, entries, count, out, &duplicate);
	*out = (struct value){.kind = VALUE_MAP, .marks = CEL_MIXED_KEYS, .as.entries = entries};
	for (size_t i = 0; i < count && i < MIXED_KEYS_MAX; i++) {
		if (cel_map_get(*out, entries[i].key) != NULL)
			return false;
		out->marks |= entries[i].value.marks & VALUE_HAS_UNKNOWN;
		out->len++;
	}
	return out->len == count;
}

static bool read_map(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	const struct value *list = value_get_c(json, "entries");
	size_t count = list != NULL ? list->len : 0;
	struct value_entry *entries;

	if (json.kind != VALUE_MAP || (list != NULL && list->kind != VALUE_LIST))
		return wrong(reader, place, "{\"entries\": [...]}", json);
	entries = arena_array(reader->arena, struct value_entry, count);
	for (size_t i = 0; i < count; i++) {
		struct place entry = {place, "entries", i};

		if (!read_entry(reader, list->as.items[i], &entry, &entries[i]))
			return false;
	}
	return make_map(reader, entries, count, out) ||
	       wrong(reader, place, "every key once (and 1,000 at most that are no strings)", json);
}

static bool read_unknown(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	struct str text;

	if (json.kind != VALUE_LIST || json.len != 1 || json.as.items[0].kind != VALUE_STRING)
		return wrong(reader, place, "[\"path\"]", json);
	text = value_text(json.as.items[0]);
	*out = value_unknown();
	out->as.text = text.ptr;
	out->len = (uint32_t)text.len;
	return true;
}

/* --- messages --- */

static bool read_int32(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	return read_int(reader, json, place, out) &&
	       ((out->as.integer >= INT32_MIN && out->as.integer <= INT32_MAX) ||
		   wrong(reader, place, "an integer of 32 bits", json));
}

static bool read_uint32(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	return read_uint(reader, json, place, out) &&
	       (out->as.natural <= UINT32_MAX ||
		   wrong(reader, place, "a natural number of 32 bits", json));
}

static bool read_float(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	if (!read_double(reader, json, place, out))
		return false;
	*out = cel_double((double)(float)out->as.real);
	return true;
}

static bool read_duration(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	return (json.kind == VALUE_STRING &&
		   cel_duration_parse(value_text(json), out) == TIME_OK) ||
	       wrong(reader, place, "a duration such as \"1.5s\"", json);
}

static bool read_timestamp(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	return (json.kind == VALUE_STRING &&
		   cel_timestamp_parse(value_text(json), out) == TIME_OK) ||
	       wrong(reader, place, "a time such as \"2026-01-31T12:00:00Z\"", json);
}

/* Plain JSON in messages that stand for it; all of its numbers are doubles. */
static bool read_plain(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	if (json.kind == VALUE_INT || json.kind == VALUE_NUMBER)
		return read_double(reader, json, place, out);
	*out = json;
	if (json.kind == VALUE_LIST) {
		struct value *items = arena_array(reader->arena, struct value, json.len);

		for (size_t i = 0; i < json.len; i++) {
			if (!read_plain(reader, json.as.items[i], place, &items[i]))
				return false;
		}
		*out = value_list(items, json.len);
	} else if (json.kind == VALUE_MAP) {
		struct value_entry *entries =
		    arena_array(reader->arena, struct value_entry, json.len);

		for (size_t i = 0; i < json.len; i++) {
			entries[i].key = json.as.entries[i].key;
			if (!read_plain(reader, json.as.entries[i].value, place, &entries[i].value))
				return false;
		}
		return make_map(reader, entries, json.len, out);
	}
	return true;
}

static bool read_plain_list(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	return json.kind == VALUE_LIST ? read_plain(reader, json, place, out)
				       : wrong(reader, place, "a list", json);
}

static bool read_plain_map(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	return json.kind == VALUE_MAP ? read_plain(reader, json, place, out)
				      : wrong(reader, place, "an object", json);
}

struct form {
	const char *name;
	read_fn *read;
};

static const struct form messages[] = {
    {GOOGLE "google.protobuf.BoolValue", read_bool},
    {GOOGLE "google.protobuf.BytesValue", read_bytes},
    {GOOGLE "google.protobuf.DoubleValue", read_double},
    {GOOGLE "google.protobuf.Duration", read_duration},
    {GOOGLE "google.protobuf.FloatValue", read_float},
    {GOOGLE "google.protobuf.Int32Value", read_int32},
    {GOOGLE "google.protobuf.Int64Value", read_int},
    {GOOGLE "google.protobuf.ListValue", read_plain_list},
    {GOOGLE "google.protobuf.StringValue", read_string},
    {GOOGLE "google.protobuf.Struct", read_plain_map},
    {GOOGLE "google.protobuf.Timestamp", read_timestamp},
    {GOOGLE "google.protobuf.UInt32Value", read_uint32},
    {GOOGLE "google.protobuf.UInt64Value", read_uint},
    {GOOGLE "google.protobuf.Value", read_plain},
};

static bool read_object(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	const struct value *value = value_get_c(json, "value");
	struct str type = value_get_str(json, "@type");

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct place inside = {place, "value", SIZE_MAX};

		if (str_is(type, messages[i].name) && value != NULL)
			return messages[i].read(reader, *value, &inside, out);
	}
	return wrong(reader, place,
	    "{\"@type\": ..., \"value\": ...} of a Duration, a Timestamp or a type that wraps a "
	    "value",
	    json);
}

static const struct form forms[] = {
    {"boolValue", read_bool},
    {"bytesValue", read_bytes},
    {"doubleValue", read_double},
    {"int64Value", read_int},
    {"listValue", read_list},
    {"mapValue", read_map},
    {"nullValue", read_null},
    {"objectValue", read_object},
    {"stringValue", read_string},
    {"typeValue", read_type},
    {"uint64Value", read_uint},
    {"unknown", read_unknown},
};

static bool read_value(
    const struct reader *reader, struct value json, const struct place *place, struct value *out)
{
	struct str name = STR_EMPTY;

	if (json.kind == VALUE_MAP && json.len == 1)
		name = value_text(json.as.entries[0].key);
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		struct place inside = {place, forms[i].name, SIZE_MAX};

		if (str_is(name, forms[i].name))
			return forms[i].read(reader, json.as.entries[0].value, &inside, out);
	}
	return wrong(reader, place, "an object with one key such as \"int64Value\"", json);
}

bool typed_json_read(struct arena *arena, struct value json, struct value *out, struct err *err)
{
	return read_value(&(struct reader){arena, err}, json, NULL, out);
}
