#include <math.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "cmd/expression.h"

#define DEPTH_MAX 400
#define KEY_MAX	  ((size_t)100) /* of a number or bool */

struct printer {
	struct buf *buf;
	struct sink sink;
	struct jsonw scalar;
	size_t depth;
	struct err *err;
};

static bool print(struct printer *printer, struct value value);

static bool print_list(struct printer *printer, struct value list)
{
	buf_addc(printer->buf, '[');
	for (size_t i = 0; i < list.len && !printer->buf->overflow; i++) {
		if (i > 0)
			buf_addc(printer->buf, ',');
		if (!print(printer, list.as.items[i]))
			return false;
	}
	buf_addc(printer->buf, ']');
	return true;
}

/* Keys that are no text could be the same as one that is: {1: x, "1": y}. */
static bool print_key(struct printer *printer, struct value map, struct value key)
{
	struct str text = key.kind == VALUE_STRING ? value_text(key)
						   : cel_to_text(printer->buf->arena, key, KEY_MAX);

	if (key.kind != VALUE_STRING && cel_map_get(map, value_string(text)) != NULL)
		return err_set(printer->err, ERR_INVALID,
		    "a map has keys of different types that are the same as text");
	jsonw_str(&printer->scalar, text);
	buf_addc(printer->buf, ':');
	return true;
}

static bool print_map(struct printer *printer, struct value map)
{
	buf_addc(printer->buf, '{');
	for (size_t i = 0; i < map.len && !printer->buf->overflow; i++) {
		if (i > 0)
			buf_addc(printer->buf, ',');
		if (!print_key(printer, map, map.as.entries[i].key) ||
		    !print(printer, map.as.entries[i].value))
			return false;
	}
	buf_addc(printer->buf, '}');
	return true;
}

static bool print_scalar(struct printer *printer, struct value value)
{
	struct value plain = value;

	if (value.kind == CEL_DOUBLE && !isfinite(value.as.real)) {
		const char *name = value.as.real > 0 ? "Infinity" : "-Infinity";

		jsonw_c(&printer->scalar, isnan(value.as.real) ? "NaN" : name);
		return true;
	}
	if (value.kind >= CEL_FIRST &&
	    !cel_export(printer->buf->arena, value, &plain, printer->err))
		return false;
	jsonw_value(&printer->scalar, plain);
	return true;
}

static bool print_one(struct printer *printer, struct value value)
{
	switch (value.kind) {
	case VALUE_LIST:
		return print_list(printer, value);
	case VALUE_MAP:
		return print_map(printer, value);
	case CEL_OPTIONAL:
		return print(printer, value.len > 0 ? value.as.items[0] : value_null());
	default:
		return print_scalar(printer, value);
	}
}

static bool print(struct printer *printer, struct value value)
{
	bool done;

	if (printer->depth >= DEPTH_MAX)
		return err_set(
		    printer->err, ERR_LIMIT, "the value is nested over %d levels deep", DEPTH_MAX);
	printer->depth++;
	done = print_one(printer, cel_load(value));
	printer->depth--;
	return done;
}

bool expression_print(struct buf *buf, struct value value, struct err *err)
{
	struct printer printer = {.buf = buf, .err = err};

	sink_to_buf(&printer.sink, buf);
	jsonw_init(&printer.scalar, &printer.sink, 0);
	if (!print(&printer, value))
		return false;
	return !buf->overflow ||
	       err_set(err, ERR_LIMIT, "the value is over %zu bytes as JSON", buf->limit);
}
