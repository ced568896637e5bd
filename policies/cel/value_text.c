/* Values as text: for messages, explanations and string(). */
#include "policies/cel/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#define DEPTH_MAX	  100
#define DOUBLE_DIGITS_MAX 17
#define DOUBLE_TEXT_MAX	  64
#define PLAIN_FROM	  (-7) /* decimal exponents that are written without "e" */
#define PLAIN_TO	  20
#define ELLIPSIS	  STR("...")

/* --- doubles --- */

struct decimal {
	bool negative;
	char digits[DOUBLE_DIGITS_MAX + 1];
	int count;
	int exponent; /* of the first digit */
};

/* The shortest digits that give the same double when they are read. */
static void shortest(double real, struct decimal *out)
{
	char text[DOUBLE_TEXT_MAX];
	const char *at = text;

	for (int precision = 0; precision < DOUBLE_DIGITS_MAX; precision++) {
		(void)snprintf(text, sizeof(text), "%.*e", precision, real);
		if (strtod(text, NULL) == real)
			break;
	}
	out->negative = *at == '-';
	out->count = 0;
	for (at += out->negative; *at != 'e'; at++) {
		if (*at != '.' && out->count < DOUBLE_DIGITS_MAX)
			out->digits[out->count++] = *at;
	}
	out->exponent = (int)strtoll(at + 1, NULL, 10);
	while (out->count > 1 && out->digits[out->count - 1] == '0')
		out->count--;
}

static void add_digits(struct buf *buf, const struct decimal *decimal, int from, int to)
{
	for (int i = from; i < to; i++) {
		if (i >= 0 && i < decimal->count)
			buf_addc(buf, decimal->digits[i]);
		else
			buf_addc(buf, '0');
	}
}

static void add_plain(struct buf *buf, const struct decimal *decimal)
{
	int point = decimal->exponent + 1;

	if (point <= 0)
		buf_addc(buf, '0');
	add_digits(buf, decimal, 0, point);
	if (decimal->count <= point)
		return;
	buf_addc(buf, '.');
	add_digits(buf, decimal, point, decimal->count);
}

static void add_scientific(struct buf *buf, const struct decimal *decimal)
{
	add_digits(buf, decimal, 0, 1);
	if (decimal->count > 1) {
		buf_addc(buf, '.');
		add_digits(buf, decimal, 1, decimal->count);
	}
	buf_addf(buf, "e%+03d", decimal->exponent);
}

struct str cel_double_text(struct arena *arena, double real)
{
	struct decimal decimal;
	struct buf buf;

	if (isnan(real))
		return STR("NaN");
	if (isinf(real))
		return real > 0 ? STR("Infinity") : STR("-Infinity");
	buf_init(&buf, arena, DOUBLE_TEXT_MAX);
	shortest(real, &decimal);
	if (decimal.negative)
		buf_addc(&buf, '-');
	if (decimal.exponent >= PLAIN_FROM && decimal.exponent <= PLAIN_TO)
		add_plain(&buf, &decimal);
	else
		add_scientific(&buf, &decimal);
	return buf_str(&buf);
}

/* --- everything --- */

struct text_writer {
	struct buf buf;
	struct arena *arena;
	unsigned depth;
	bool full; /* something had to be left out */
};

static void write_value(struct text_writer *writer, struct value value);

static void write_text(struct text_writer *writer, struct str text)
{
	size_t room = buf_room(&writer->buf);

	if (text.len > room) {
		writer->full = true;
		text = utf8_cut(text, room);
	}
	buf_add(&writer->buf, text);
}

static void write_escaped(struct text_writer *writer, uint32_t code)
{
	char text[8];
	size_t len;

	if (code == '"' || code == '\\')
		len = (size_t)snprintf(text, sizeof(text), "\\%c", (int)code);
	else if (code == '\n')
		len = (size_t)snprintf(text, sizeof(text), "\\n");
	else if (code < 0x20)
		len = (size_t)snprintf(text, sizeof(text), "\\u%04x", (unsigned)code);
	else
		len = utf8_encode(code, text);
	write_text(writer, (struct str){text, len});
}

static void write_quoted(struct text_writer *writer, struct str text)
{
	write_text(writer, STR("\""));
	for (size_t at = 0; at < text.len && !writer->full;)
		write_escaped(writer, utf8_next(text, &at));
	write_text(writer, STR("\""));
}

/* A string of ours or of the value: bare at the top, quoted inside of JSON. */
static void write_string(struct text_writer *writer, struct str text)
{
	if (writer->depth > 0)
		write_quoted(writer, text);
	else
		write_text(writer, text);
}

static void write_bytes(struct text_writer *writer, struct str bytes)
{
	/* JSON knows no bytes; neither does a message. */
	for (size_t at = 0; at < bytes.len && !writer->full;) {
		char text[4];
		size_t len = utf8_encode(utf8_next(bytes, &at), text);

		write_text(writer, (struct str){text, len});
	}
}

static void write_list(struct text_writer *writer, struct value list)
{
	write_text(writer, STR("["));
	for (size_t i = 0; i < list.len && !writer->full; i++) {
		if (i > 0)
			write_text(writer, STR(", "));
		write_value(writer, list.as.items[i]);
	}
	write_text(writer, STR("]"));
}

static void write_map(struct text_writer *writer, struct value map)
{
	write_text(writer, STR("{"));
	for (size_t i = 0; i < map.len && !writer->full; i++) {
		const struct value_entry *entry = &map.as.entries[i];

		if (i > 0)
			write_text(writer, STR(", "));
		if (entry->key.kind == VALUE_STRING)
			write_quoted(writer, cel_text(entry->key));
		else
			write_quoted(
			    writer, cel_to_text(writer->arena, entry->key, DOUBLE_TEXT_MAX));
		write_text(writer, STR(": "));
		write_value(writer, entry->value);
	}
	write_text(writer, STR("}"));
}

static void write_container(struct text_writer *writer, struct value value)
{
	if (writer->depth >= DEPTH_MAX) {
		writer->full = true;
		return;
	}
	writer->depth++;
	if (value.kind == VALUE_LIST)
		write_list(writer, value);
	else
		write_map(writer, value);
	writer->depth--;
}

static void write_unknown(struct text_writer *writer, struct value value)
{
	bool hidden = value.kind != VALUE_UNKNOWN || (value.marks & CEL_BECAUSE_HIDDEN);

	write_string(writer, hidden ? STR("(sensitive)") : STR("(known after apply)"));
}

static void write_optional(struct text_writer *writer, struct value value)
{
	if (value.len == 0)
		write_text(writer, STR("null"));
	else if (writer->depth < DEPTH_MAX)
		write_value(writer, *value.as.items);
}

static void write_number(struct text_writer *writer, struct value value)
{
	char text[32];
	int len;

	if (value.kind == CEL_UINT)
		len = snprintf(text, sizeof(text), "%llu", (unsigned long long)value.as.natural);
	else
		len = snprintf(text, sizeof(text), "%lld", (long long)value.as.integer);
	write_text(writer, (struct str){text, len > 0 ? (size_t)len : 0});
}

static void write_null(struct text_writer *writer, struct value value)
{
	(void)value;
	write_text(writer, STR("null"));
}

static void write_bool(struct text_writer *writer, struct value value)
{
	write_text(writer, value.as.boolean ? STR("true") : STR("false"));
}

static void write_lexeme(struct text_writer *writer, struct value value)
{
	write_text(writer, cel_text(value));
}

static void write_double(struct text_writer *writer, struct value value)
{
	write_text(writer, cel_double_text(writer->arena, value.as.real));
}

static void write_own_text(struct text_writer *writer, struct value value)
{
	if (value.kind == CEL_BYTES && writer->depth == 0)
		write_bytes(writer, cel_text(value));
	else
		write_string(writer, cel_text(value));
}

static void write_time(struct text_writer *writer, struct value value)
{
	struct str text = value.kind == CEL_DURATION ? cel_duration_text(writer->arena, value)
						     : cel_timestamp_text(writer->arena, value);

	write_string(writer, text);
}

static void write_error(struct text_writer *writer, struct value value)
{
	(void)value;
	write_string(writer, STR("(error)"));
}

typedef void write_fn(struct text_writer *writer, struct value value);

static write_fn *const write_kinds[CEL_KIND_END] = {
    [VALUE_NULL] = write_null,
    [VALUE_BOOL] = write_bool,
    [VALUE_INT] = write_number,
    [VALUE_NUMBER] = write_lexeme,
    [VALUE_STRING] = write_own_text,
    [VALUE_LIST] = write_container,
    [VALUE_MAP] = write_container,
    [VALUE_UNKNOWN] = write_unknown,
    [VALUE_HIDDEN] = write_unknown,
    [CEL_ERROR] = write_error,
    [CEL_UINT] = write_number,
    [CEL_DOUBLE] = write_double,
    [CEL_BYTES] = write_own_text,
    [CEL_TYPE] = write_own_text,
    [CEL_DURATION] = write_time,
    [CEL_TIMESTAMP] = write_time,
    [CEL_OPTIONAL] = write_optional,
    [CEL_IP] = write_own_text,
    [CEL_CIDR] = write_own_text,
    [CEL_SEMVER] = write_own_text,
};

static void write_value(struct text_writer *writer, struct value value)
{
	/* What the plan calls sensitive stays so, whoever forgot to take its bytes away. */
	if (value.marks & VALUE_SENSITIVE)
		write_string(writer, STR("(sensitive)"));
	else if (value.kind < CEL_KIND_END && write_kinds[value.kind])
		write_kinds[value.kind](writer, value);
}

bool cel_to_whole_text(struct arena *arena, struct value value, size_t limit, struct str *out)
{
	struct text_writer writer = {.arena = arena};

	buf_init(&writer.buf, arena, limit);
	write_value(&writer, value);
	*out = buf_str(&writer.buf);
	return !writer.full;
}

struct str cel_to_text(struct arena *arena, struct value value, size_t limit)
{
	struct text_writer writer = {.arena = arena};
	struct str text;

	if (limit <= ELLIPSIS.len)
		return STR_EMPTY;
	buf_init(&writer.buf, arena, limit);
	write_value(&writer, value);
	text = buf_str(&writer.buf);
	if (!writer.full)
		return text;
	if (text.len > limit - ELLIPSIS.len)
		buf_rewind(&writer.buf, utf8_cut(text, limit - ELLIPSIS.len).len);
	buf_add(&writer.buf, ELLIPSIS);
	return buf_str(&writer.buf);
}
