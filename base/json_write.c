#include "base/json_write.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "base/utf8.h"

#define NAME_MAX_BYTES	 64 /* of a key of ours */
#define NAME_PIECE_BYTES (NAME_MAX_BYTES + 8)

/*
 * What an ASCII byte of a string needs: 0 nothing, 'u' a hexadecimal escape, any other letter that
 * letter behind a backslash.
 */
#define EIGHT_U 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u'
static const char byte_needs[128] = {
    /* clang-format off */
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', /* NUL .. BEL */
    'b', 't', 'n', 'u', 'f', 'r', 'u', 'u', /* BS .. SI */
    EIGHT_U, EIGHT_U,
    /* clang-format on */
    ['"'] = '"',
    ['\\'] = '\\',
};

void jsonw_init(struct jsonw *writer, struct sink *sink, int indent)
{
	*writer = (struct jsonw){.sink = sink, .indent = indent};
}

static bool is_one_line(const struct jsonw *writer)
{
	return writer->indent == 0 || (writer->depth > 0 && writer->is_flat[writer->depth]);
}

static void write_newline(struct jsonw *writer)
{
	static const char spaces[] = "\n                                ";
	size_t left = (size_t)writer->indent * (size_t)writer->depth;
	size_t now = size_min(left, sizeof(spaces) - 2);

	sink_write(writer->sink, spaces, now + 1);
	for (left -= now; left > 0; left -= now) {
		now = size_min(left, sizeof(spaces) - 2);
		sink_write(writer->sink, spaces + 1, now);
	}
}

/* What stands between the last item and the next one. */
static void write_separator(struct jsonw *writer)
{
	bool first = !writer->has_items[writer->depth];

	writer->has_items[writer->depth] = true;
	if (!is_one_line(writer)) {
		if (!first)
			sink_write(writer->sink, ",", 1);
		write_newline(writer);
	} else if (!first) {
		sink_write(writer->sink, ", ", writer->indent == 0 ? 1 : 2);
	}
}

static void before_value(struct jsonw *writer)
{
	if (writer->after_key) {
		writer->after_key = false;
		return;
	}
	assert(writer->depth == 0 || !writer->is_object[writer->depth]);
	if (writer->depth > 0)
		write_separator(writer);
}

static void begin(struct jsonw *writer, bool object, bool flat)
{
	bool inherited = is_one_line(writer);

	before_value(writer);
	sink_write(writer->sink, object ? "{" : "[", 1);
	if (writer->depth + 1 >= JSON_WRITE_DEPTH)
		abort(); /* what we read is never as deep, so this is our own loop */
	writer->depth++;
	writer->has_items[writer->depth] = false;
	writer->is_flat[writer->depth] = flat || inherited;
	writer->is_object[writer->depth] = object;
}

static void end(struct jsonw *writer, bool object)
{
	bool one_line = is_one_line(writer);

	assert(writer->depth > 0 && writer->is_object[writer->depth] == object);
	assert(!writer->after_key);
	writer->depth--;
	if (writer->has_items[writer->depth + 1] && !one_line)
		write_newline(writer);
	sink_write(writer->sink, object ? "}" : "]", 1);
}

void jsonw_begin_object(struct jsonw *writer)
{
	begin(writer, true, false);
}

void jsonw_begin_flat_object(struct jsonw *writer)
{
	begin(writer, true, true);
}

void jsonw_end_object(struct jsonw *writer)
{
	end(writer, true);
}

void jsonw_begin_array(struct jsonw *writer)
{
	begin(writer, false, false);
}

void jsonw_begin_flat_array(struct jsonw *writer)
{
	begin(writer, false, true);
}

void jsonw_end_array(struct jsonw *writer)
{
	end(writer, false);
}

/* Line ends of JavaScript; where JSON is looked at: C1 controls, what reorders the text around it,
 * what nobody can see. */
static bool is_escaped(uint32_t code)
{
	return code < 0xa0 || code == 0x2028 || code == 0x2029 || utf8_is_unseen(code);
}

/* Length of a sequence over ASCII that can stay as it is; 0 when it cannot. */
static size_t clean_sequence(struct str text, size_t at)
{
	size_t next = at;
	uint32_t code = utf8_next(text, &next);

	if (next - at == 1 || (is_escaped(code) && !utf8_is_emoji_style(text, at)))
		return 0;
	return next - at;
}

/*
 * Skips 8 bytes at a time while none of them is a control, a quote, a backslash or over ASCII. A
 * borrow from one byte to the next can stop it too early, never too late.
 */
static size_t skip_plain(struct str text, size_t at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
	uint64_t eight;

	while (text.len - at >= sizeof(eight)) {
		memcpy(&eight, text.ptr + at, sizeof(eight));
		if ((eight | (eight - ones * 0x20) | ((eight ^ (ones * '"')) - ones) |
			((eight ^ (ones * '\\')) - ones)) &
		    tops)
			break;
		at += sizeof(eight);
	}
	return at;
}

static size_t clean_run(struct str text, size_t from)
{
	const size_t word = sizeof(uint64_t);
	size_t at = skip_plain(text, from);

	/* the last word once more, over what was seen already */
	if (text.len - at < word && text.len >= word &&
	    skip_plain(text, text.len - word) == text.len)
		return text.len - from;

	while (at < text.len) {
		unsigned char byte = (unsigned char)text.ptr[at];
		size_t len = 1;

		if (byte < 0x80 && byte_needs[byte])
			break;
		if (byte >= 0x80)
			len = clean_sequence(text, at);
		if (len == 0)
			break;
		at += len;
	}
	return at - from;
}

/* Writes the one code point that clean_run() stopped at; returns its length. */
static size_t write_escaped(struct sink *sink, struct str text, size_t at)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char byte = (unsigned char)text.ptr[at];
	size_t next = at;
	char escape[UTF8_ESCAPE_MAX] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
	uint32_t code;

	if (byte < 0x80) {
		escape[1] = byte_needs[byte];
		sink_write(sink, escape, escape[1] == 'u' ? 6 : 2);
		return 1;
	}
	code = utf8_next(text, &next);
	if (!is_escaped(code)) {
		sink_write(sink, "\xef\xbf\xbd", 3);
		return next - at;
	}
	sink_write(sink, escape, utf8_escape(code, escape));
	return next - at;
}

static void write_string(struct sink *sink, struct str text)
{
	size_t at = clean_run(text, 0);

	/* nearly always: nothing to escape, and the block has room */
	if (at == text.len && text.len + 2 <= sink->room) {
		char *out = sink->block + sink->used;

		out[0] = '"';
		memcpy(out + 1, text.ptr, text.len);
		out[text.len + 1] = '"';
		sink_wrote(sink, text.len + 2);
		return;
	}
	at = 0;

	sink_write(sink, "\"", 1);
	while (at < text.len) {
		size_t len = clean_run(text, at);

		sink_write(sink, text.ptr + at, len);
		at += len;
		if (at < text.len)
			at += write_escaped(sink, text, at);
	}
	sink_write(sink, "\"", 1);
}

static void before_key(struct jsonw *writer)
{
	assert(writer->depth > 0 && writer->is_object[writer->depth] && !writer->after_key);
	write_separator(writer);
}

static void after_key(struct jsonw *writer)
{
	sink_write(writer->sink, ": ", writer->indent == 0 ? 1 : 2);
	writer->after_key = true;
}

static void write_key(struct jsonw *writer, struct str key)
{
	before_key(writer);
	sink_write(writer->sink, "\"", 1);
	sink_add(writer->sink, key);
	sink_write(writer->sink, "\"", 1);
	after_key(writer);
}

/* Our own names need no escaping. Nearly always one follows another in its line, and the block has
 * room. */
void jsonw_key(struct jsonw *writer, const char *key)
{
	struct sink *sink = writer->sink;
	size_t len = strlen(key);
	char *out;

	assert(len <= NAME_MAX_BYTES);
	if (UNLIKELY(!writer->is_flat[writer->depth] || !writer->has_items[writer->depth] ||
		     writer->indent == 0 || sink->room <= NAME_PIECE_BYTES)) {
		write_key(writer, (struct str){key, len});
		return;
	}
	assert(writer->is_object[writer->depth] && !writer->after_key);
	out = sink->block + sink->used;
	/* NOLINTBEGIN(bugprone-not-null-terminated-result): a piece has a length */
	memcpy(out, ", \"", 3);
	memcpy(out + 3, key, len);
	memcpy(out + 3 + len, "\": ", 3);
	/* NOLINTEND(bugprone-not-null-terminated-result) */
	sink_wrote(sink, len + 6);
	writer->after_key = true;
}

void jsonw_key_str(struct jsonw *writer, struct str key)
{
	before_key(writer);
	write_string(writer->sink, key);
	after_key(writer);
}

void jsonw_str(struct jsonw *writer, struct str text)
{
	before_value(writer);
	write_string(writer->sink, text);
}

void jsonw_c(struct jsonw *writer, const char *text)
{
	if (text)
		jsonw_str(writer, str_from(text));
	else
		jsonw_null(writer);
}

static void write_number(struct jsonw *writer, struct value number)
{
	char scratch[24];
	struct str text = STR_EMPTY;

	before_value(writer);
	(void)value_as_number_text(number, scratch, &text);
	sink_add(writer->sink, text);
}

void jsonw_int(struct jsonw *writer, int64_t number)
{
	write_number(writer, value_int(number));
}

void jsonw_bool(struct jsonw *writer, bool boolean)
{
	before_value(writer);
	sink_add(writer->sink, boolean ? STR("true") : STR("false"));
}

void jsonw_null(struct jsonw *writer)
{
	before_value(writer);
	sink_add(writer->sink, STR("null"));
}

static void write_list(struct jsonw *writer, struct value list)
{
	jsonw_begin_array(writer);
	for (size_t i = 0; i < list.len; i++)
		jsonw_value(writer, list.as.items[i]);
	jsonw_end_array(writer);
}

static void write_map(struct jsonw *writer, struct value map)
{
	jsonw_begin_object(writer);
	for (size_t i = 0; i < map.len; i++) {
		jsonw_key_str(writer, value_text(map.as.entries[i].key));
		jsonw_value(writer, map.as.entries[i].value);
	}
	jsonw_end_object(writer);
}

void jsonw_value(struct jsonw *writer, struct value value)
{
	switch ((enum value_kind)value.kind) {
	case VALUE_NULL:
		jsonw_null(writer);
		break;
	case VALUE_BOOL:
		jsonw_bool(writer, value.as.boolean);
		break;
	case VALUE_INT:
	case VALUE_NUMBER:
		write_number(writer, value);
		break;
	case VALUE_STRING:
		jsonw_str(writer, value_text(value));
		break;
	case VALUE_LIST:
		write_list(writer, value);
		break;
	case VALUE_MAP:
		write_map(writer, value);
		break;
	case VALUE_UNKNOWN:
		jsonw_str(writer, STR("(known after apply)"));
		break;
	case VALUE_HIDDEN:
		jsonw_str(writer, STR("(sensitive)"));
		break;
	}
}

void jsonw_field_str(struct jsonw *writer, const char *key, struct str text)
{
	jsonw_key(writer, key);
	jsonw_str(writer, text);
}

void jsonw_field_int(struct jsonw *writer, const char *key, int64_t number)
{
	jsonw_key(writer, key);
	jsonw_int(writer, number);
}

void jsonw_field_bool(struct jsonw *writer, const char *key, bool boolean)
{
	jsonw_key(writer, key);
	jsonw_bool(writer, boolean);
}

/* --- parts --- */

struct jsonw jsonw_part(const struct jsonw *writer, struct sink *sink, bool is_first)
{
	struct jsonw part = *writer;

	part.sink = sink;
	part.has_items[part.depth] = !is_first;
	return part;
}

void jsonw_add_part(struct jsonw *writer, struct str items)
{
	writer->has_items[writer->depth] = true;
	sink_add(writer->sink, items);
}
