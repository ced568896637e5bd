#include "base/json_read.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_token.h"
#include "base/utf8.h"

#define STACK_FIRST 128 /* values; enough for nearly every record of a plan */
#define KEY_SHOWN   60	/* bytes of a duplicate key in a message */

/*
 * Values of containers that are not closed yet stand on a stack, keys and values taking turns in an
 * object, and are copied to the arena in their final number when the container is closed.
 */
struct reading {
	struct arena *arena;
	struct jsonr *reader;
	struct err *err;
	const char *start, *at, *end;
	struct value *stack;
	size_t used, cap;
	struct arena *spill; /* holds a stack that outgrew `first` */
	int depth;
	struct value first[STACK_FIRST];
};

_Static_assert(sizeof(struct value_entry) == 2 * sizeof(struct value),
    "a key and a value on the stack are a value_entry");

static bool read_value(struct reading *reading);

/* Line and column of `at`, found by reading the text again: errors are rare. */
static void position_of(const struct reading *reading, const char *at, int *line, int *column)
{
	const struct jsonr *reader = reading->reader;
	const char *begin = reading->start, *next;
	size_t lines = 0, columns = 0;

	while ((next = memchr(begin, '\n', (size_t)(at - begin))) != NULL) {
		begin = next + 1;
		lines++;
	}
	for (const char *byte = begin; byte < at; byte++)
		columns += ((unsigned char)*byte & 0xC0) != 0x80;
	if (lines == 0 && reader->origin_column > 1)
		columns += (size_t)reader->origin_column - 1;
	if (reader->origin_line > 1)
		lines += (size_t)reader->origin_line - 1;
	*line = lines < INT_MAX ? (int)lines + 1 : INT_MAX;
	*column = columns < INT_MAX ? (int)columns + 1 : INT_MAX;
}

/* An error at `at`; text that ends too early is told as such, whatever was expected. */
static bool error_at(struct reading *reading, enum err_code code, const char *at, const char *text)
{
	int line, column;

	position_of(reading, at, &line, &column);
	return err_set_at(reading->err, code, reading->reader->file, line, column, "%s", text);
}

static bool error_expected(struct reading *reading, const char *expected)
{
	char text[128], found[JSON_FOUND_MAX];

	if (reading->at >= reading->end)
		return error_at(reading, ERR_SYNTAX, reading->end, json_fault_text(JSON_FAULT_END));
	(void)snprintf(
	    text, sizeof(text), "%s, found %s", expected, json_found(*reading->at, found));
	return error_at(reading, ERR_SYNTAX, reading->at, text);
}

static bool error_fault(struct reading *reading, enum json_fault fault)
{
	if (fault == JSON_FAULT_VALUE || fault == JSON_FAULT_DIGIT || fault == JSON_FAULT_END)
		return error_expected(reading, json_fault_text(fault));
	return error_at(reading, ERR_SYNTAX, reading->at, json_fault_text(fault));
}

static inline void skip_space(struct reading *reading)
{
	while (reading->at < reading->end && json_is_space(*reading->at))
		reading->at++;
}

/* The byte that stands next, behind white space; 0 at the end. */
static inline char next_byte(struct reading *reading)
{
	if (UNLIKELY(reading->at >= reading->end || (unsigned char)*reading->at <= ' '))
		skip_space(reading);
	if (UNLIKELY(reading->at >= reading->end))
		return 0;
	return *reading->at;
}

static void grow_stack(struct reading *reading)
{
	size_t old_size = reading->cap * sizeof(*reading->stack);

	if (!reading->spill) {
		reading->spill = arena_new();
		reading->stack = arena_alloc(reading->spill, 4 * old_size);
		memcpy(reading->stack, reading->first, old_size);
	} else {
		reading->stack = arena_grow(reading->spill, reading->stack, old_size, 4 * old_size);
	}
	reading->cap *= 4;
}

/* The value the next one read goes to. Valid until the next push. */
static inline struct value *push(struct reading *reading)
{
	if (UNLIKELY(reading->used == reading->cap))
		grow_stack(reading);
	return &reading->stack[reading->used++];
}

/* A quote stands at `at`. */
static bool read_string(struct reading *reading)
{
	struct json_string string;

	reading->at++;
	if (UNLIKELY(!json_string_plain(&reading->at, reading->end, &string))) {
		enum json_fault fault = json_string_scan(&reading->at, reading->end, &string);

		if (fault != JSON_FINE)
			return error_fault(reading, fault);
	}
	if (UNLIKELY(string.escaped)) {
		char *decoded = arena_alloc(reading->arena, string.raw.len);

		string.raw.len =
		    json_string_decode(string.raw, decoded, &reading->reader->lone_surrogates);
		string.raw.ptr = decoded;
	}
	*push(reading) = (struct value){
	    .kind = VALUE_STRING, .len = (uint32_t)string.raw.len, .as.text = string.raw.ptr};
	return true;
}

/* Where the member number `index` of the object at `object` begins; the object was read already. */
static const char *member_start(const char *object, const char *end, size_t index)
{
	struct json_string string;
	int depth = 1;
	const char *at = object + 1;

	for (; index > 0 && at < end; at++) {
		depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
		index -= *at == ',' && depth == 1;
		if (*at != '"')
			continue;
		at++;
		if (json_string_scan(&at, end, &string) != JSON_FINE)
			break;
		at--;
	}
	while (at < end && json_is_space(*at))
		at++;
	return at;
}

static bool error_duplicate(
    struct reading *reading, const char *object, size_t base, struct str duplicate)
{
	char text[KEY_SHOWN + 32];
	size_t member = 0, seen = 0;
	struct str shown = utf8_cut(duplicate, KEY_SHOWN);

	for (size_t i = base; i < reading->used && seen < 2; i += 2) {
		seen += str_eq(value_text(reading->stack[i]), duplicate);
		member = (i - base) / 2;
	}
	/* err_set replaces control characters */
	(void)snprintf(text, sizeof(text), "duplicate key '%.*s%s'", STR_ARG(shown),
	    shown.len < duplicate.len ? "..." : "");
	return error_at(reading, ERR_SYNTAX, member_start(object, reading->end, member), text);
}

/* Takes what stands on the stack from `base` on into a map. */
static bool close_object(struct reading *reading, const char *object, size_t base)
{
	size_t size = (reading->used - base) * sizeof(struct value);
	size_t count = (reading->used - base) / 2;
	struct str duplicate;
	struct value map = {.kind = VALUE_MAP, .marks = VALUE_SORTED, .as.entries = NULL};

	if (count > 0) {
		struct value_entry *entries = arena_alloc(reading->arena, size);

		memcpy(entries, reading->stack + base, size);
		if (!value_map(reading->arena, entries, count, &map, &duplicate))
			return error_duplicate(reading, object, base, duplicate);
	}
	reading->used = base;
	*push(reading) = map;
	return true;
}

static bool read_key(struct reading *reading)
{
	if (next_byte(reading) != '"')
		return error_expected(reading, "expected a key in double quotes");
	if (!read_string(reading))
		return false;
	if (next_byte(reading) != ':')
		return error_expected(reading, "expected ':' after a key");
	reading->at++;
	return true;
}

static bool read_object(struct reading *reading)
{
	const char *object = reading->at++;
	size_t base = reading->used;

	if (next_byte(reading) == '}') {
		reading->at++;
		return close_object(reading, object, base);
	}
	for (;;) {
		if (!read_key(reading) || !read_value(reading))
			return false;
		char byte = next_byte(reading);
		if (byte != ',' && byte != '}')
			return error_expected(
			    reading, "expected ',' or '}' after a value in an object");
		reading->at++;
		if (byte == '}')
			return close_object(reading, object, base);
		if (next_byte(reading) == '}')
			return error_expected(reading, "expected a key after ','");
	}
}

static void close_array(struct reading *reading, size_t base)
{
	size_t count = reading->used - base;
	struct value *items = NULL;

	if (count > 0) {
		items = arena_alloc(reading->arena, count * sizeof(*items));
		memcpy(items, reading->stack + base, count * sizeof(*items));
	}
	reading->used = base;
	*push(reading) = value_list(items, count);
}

static bool read_array(struct reading *reading)
{
	size_t base = reading->used;

	reading->at++;
	if (next_byte(reading) == ']') {
		reading->at++;
		close_array(reading, base);
		return true;
	}
	for (;;) {
		if (!read_value(reading))
			return false;
		char byte = next_byte(reading);
		if (byte != ',' && byte != ']')
			return error_expected(
			    reading, "expected ',' or ']' after a value in an array");
		reading->at++;
		if (byte == ']')
			break;
	}
	close_array(reading, base);
	return true;
}

static bool read_container(struct reading *reading, char open)
{
	bool ok;

	if (reading->depth == JSON_DEPTH_MAX)
		return error_at(
		    reading, ERR_LIMIT, reading->at, "nesting is deeper than 200 levels");
	reading->depth++;
	ok = open == '{' ? read_object(reading) : read_array(reading);
	reading->depth--;
	return ok;
}

static bool read_value(struct reading *reading)
{
	char byte = next_byte(reading);

	if (byte == '"')
		return read_string(reading);
	if (byte == '{' || byte == '[')
		return read_container(reading, byte);
	enum json_fault fault = json_scalar_scan(&reading->at, reading->end, push(reading));
	return fault == JSON_FINE || error_fault(reading, fault);
}

static bool read_document(struct reading *reading)
{
	if (next_byte(reading) == '\0' && reading->at >= reading->end)
		return error_at(
		    reading, ERR_SYNTAX, reading->at, "expected a JSON value, found nothing");
	if (!read_value(reading))
		return false;
	skip_space(reading);
	if (reading->at < reading->end && !reading->reader->allow_trailing)
		return error_expected(reading, "expected the end after the JSON value");
	reading->reader->end = (size_t)(reading->at - reading->start);
	return true;
}

bool jsonr_read(
    struct arena *arena, struct str text, struct jsonr *reader, struct value *out, struct err *err)
{
	struct reading reading;

	if (text.len > UINT32_MAX)
		return err_set_at(err, ERR_LIMIT, reader->file, 0, 0,
		    "JSON text of more than 4 GiB in one piece");
	/* not by an initialiser, which would also write `first` */
	reading.arena = arena;
	reading.reader = reader;
	reading.err = err;
	reading.start = reading.at = text.ptr;
	reading.end = text.ptr + text.len;
	reading.stack = reading.first;
	reading.used = 0;
	reading.cap = STACK_FIRST;
	reading.spill = NULL;
	reading.depth = 0;
	reader->lone_surrogates = 0;
	reader->end = 0;
	bool ok = read_document(&reading);
	if (ok)
		*out = reading.stack[0];
	arena_free(reading.spill);
	return ok;
}
