#include <math.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "policies/cel/trace.h"
#include "policies/cel/typed_json.h"

struct writer {
	struct buf *buf;
	struct sink sink;
	struct jsonw scalar; /* on one level: one value of ours is many levels of JSON */
	size_t depth;
	struct err *err;
};

static bool write_value(struct writer *writer, struct value value);

static void raw(struct writer *writer, const char *text)
{
	buf_adds(writer->buf, text);
}

/* {"name":"text"} */
static void named_text(struct writer *writer, const char *name, struct str text)
{
	buf_addf(writer->buf, "{\"%s\":", name);
	jsonw_str(&writer->scalar, text);
	raw(writer, "}");
}

static void write_double(struct writer *writer, double real)
{
	if (isnan(real))
		raw(writer, "{\"doubleValue\":\"NaN\"}");
	else if (isinf(real))
		raw(writer, real > 0 ? "{\"doubleValue\":\"Infinity\"}"
				     : "{\"doubleValue\":\"-Infinity\"}");
	else
		buf_addf(writer->buf, "{\"doubleValue\":%.*s}",
		    STR_ARG(cel_double_text(writer->buf->arena, real)));
}

static void write_object(struct writer *writer, struct value value, struct str text)
{
	buf_addf(writer->buf, "{\"objectValue\":{\"@type\":\"type.googleapis.com/%.*s\",\"value\":",
	    STR_ARG(cel_type_name(value)));
	jsonw_str(&writer->scalar, text);
	raw(writer, "}}");
}

static bool write_list(struct writer *writer, struct value list)
{
	raw(writer, "{\"listValue\":{\"values\":[");
	for (size_t i = 0; i < list.len && !writer->buf->overflow; i++) {
		raw(writer, i > 0 ? "," : "");
		if (!write_value(writer, list.as.items[i]))
			return false;
	}
	raw(writer, "]}}");
	return true;
}

static bool write_map(struct writer *writer, struct value map)
{
	raw(writer, "{\"mapValue\":{\"entries\":[");
	for (size_t i = 0; i < map.len && !writer->buf->overflow; i++) {
		raw(writer, i > 0 ? ",{\"key\":" : "{\"key\":");
		if (!write_value(writer, map.as.entries[i].key))
			return false;
		raw(writer, ",\"value\":");
		if (!write_value(writer, map.as.entries[i].value))
			return false;
		raw(writer, "}");
	}
	raw(writer, "]}}");
	return true;
}

static bool write_optional(struct writer *writer, struct value optional)
{
	if (optional.len == 0) {
		raw(writer, "{\"optionalValue\":{}}");
		return true;
	}
	raw(writer, "{\"optionalValue\":{\"value\":");
	if (!write_value(writer, optional.as.items[0]))
		return false;
	raw(writer, "}}");
	return true;
}

static void write_unknown(struct writer *writer, struct value value)
{
	struct cel_unknowns paths = cel_unknown_paths(writer->buf->arena, value);

	raw(writer, "{\"unknown\":[");
	for (size_t i = 0; i < paths.count; i++) {
		raw(writer, i > 0 ? "," : "");
		jsonw_str(&writer->scalar, paths.paths[i]);
	}
	raw(writer, "]}");
}

/* Kinds that only expressions have. */
static bool write_own(struct writer *writer, struct value value)
{
	struct arena *arena = writer->buf->arena;

	switch ((enum cel_kind)value.kind) {
	case CEL_UINT:
		buf_addf(writer->buf, "{\"uint64Value\":\"%llu\"}",
		    (unsigned long long)value.as.natural);
		return true;
	case CEL_DOUBLE:
		write_double(writer, value.as.real);
		return true;
	case CEL_BYTES:
		named_text(writer, "bytesValue", base64_encode(arena, cel_text(value)));
		return true;
	case CEL_TYPE:
		named_text(writer, "typeValue", cel_text(value));
		return true;
	case CEL_DURATION:
		write_object(writer, value, cel_duration_text(arena, value));
		return true;
	case CEL_TIMESTAMP:
		write_object(writer, value, cel_timestamp_text(arena, value));
		return true;
	case CEL_IP:
	case CEL_CIDR:
	case CEL_SEMVER:
		write_object(writer, value, cel_text(value));
		return true;
	case CEL_OPTIONAL:
		return write_optional(writer, value);
	case CEL_ERROR:
	case CEL_KIND_END:
		break;
	}
	return err_set(writer->err, ERR_INVALID, "an error is no value");
}

static bool write_plain(struct writer *writer, struct value value)
{
	switch ((enum value_kind)value.kind) {
	case VALUE_NULL:
		raw(writer, "{\"nullValue\":null}");
		return true;
	case VALUE_BOOL:
		buf_addf(writer->buf, "{\"boolValue\":%s}", value.as.boolean ? "true" : "false");
		return true;
	case VALUE_INT:
		buf_addf(writer->buf, "{\"int64Value\":\"%lld\"}", (long long)value.as.integer);
		return true;
	case VALUE_NUMBER: /* larger than any of the number types: its digits */
		buf_addf(writer->buf, "{\"doubleValue\":%.*s}", STR_ARG(value_text(value)));
		return true;
	case VALUE_STRING:
		named_text(writer, "stringValue", value_text(value));
		return true;
	case VALUE_LIST:
		return write_list(writer, value);
	case VALUE_MAP:
		return write_map(writer, value);
	case VALUE_UNKNOWN:
	case VALUE_HIDDEN:
		write_unknown(writer, value);
		return true;
	}
	return write_own(writer, value);
}

static bool write_value(struct writer *writer, struct value value)
{
	bool done;

	if (writer->depth >= TYPED_DEPTH_MAX)
		return err_set(writer->err, ERR_LIMIT, "a value is nested over %d levels deep",
		    TYPED_DEPTH_MAX);
	writer->depth++;
	done = write_plain(writer, cel_load(value));
	writer->depth--;
	return done;
}

bool typed_json_write(struct buf *buf, struct value value, struct err *err)
{
	struct writer writer = {.buf = buf, .err = err};

	sink_to_buf(&writer.sink, buf);
	jsonw_init(&writer.scalar, &writer.sink, 0);
	if (!write_value(&writer, value))
		return false;
	return !buf->overflow ||
	       err_set(err, ERR_LIMIT, "a value is over %zu bytes as JSON", buf->limit);
}
