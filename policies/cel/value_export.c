/* From values of expressions to plain ones, for JSON. */
#include "policies/cel/value.h"

#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/err.h"
#include "policies/cel/number.h"

#define DEPTH_MAX 200 /* what the writer of JSON bears */

/* What a tree of shared parts could grow to. */
#define NODES_MAX ((size_t)1 << 20)

struct export
{
	struct arena *arena;
	struct err *err;
	unsigned depth;
	size_t nodes;
};

static bool export_value(struct export *export, struct value value, struct value *out);

static bool export_list(struct export *export, struct value list, struct value *out)
{
	struct value *items = arena_array(export->arena, struct value, list.len);

	for (size_t i = 0; i < list.len; i++) {
		if (!export_value(export, list.as.items[i], &items[i]))
			return false;
	}
	*out = value_list(items, list.len);
	return true;
}

static struct value key_text(struct export *export, struct value key)
{
	if (key.kind == VALUE_STRING)
		return key;
	return value_string(cel_to_text(export->arena, key, 64));
}

static bool export_map(struct export *export, struct value map, struct value *out)
{
	struct value_entry *entries = arena_array(export->arena, struct value_entry, map.len);
	struct str duplicate;

	for (size_t i = 0; i < map.len; i++) {
		entries[i].key = key_text(export, map.as.entries[i].key);
		if (!export_value(export, map.as.entries[i].value, &entries[i].value))
			return false;
	}
	if (!value_map(export->arena, entries, map.len, out, &duplicate))
		return err_set(export->err, ERR_INVALID, "two keys of a map have the same text");
	return true;
}

static bool export_container(struct export *export, struct value value, struct value *out)
{
	bool done;

	if (export->depth >= DEPTH_MAX || export->nodes + value.len > NODES_MAX)
		return err_set(export->err, ERR_LIMIT, "the result is too large");
	export->nodes += value.len;
	export->depth++;
	if (value.kind == VALUE_LIST)
		done = export_list(export, value, out);
	else
		done = export_map(export, value, out);
	export->depth--;
	return done;
}

static struct value lexeme(struct str text)
{
	struct value number = value_string(text);

	number.kind = VALUE_NUMBER;
	return number;
}

static bool export_double(struct export *export, struct value value, struct value *out)
{
	double real = value.as.real;

	if (!isfinite(real))
		return err_set(export->err, ERR_INVALID, "JSON has no NaN and no infinity");
	if (trunc(real) == real && fabs(real) < 9007199254740992.0 && !(real == 0 && signbit(real)))
		*out = value_int((int64_t)real);
	else
		*out = lexeme(cel_double_text(export->arena, real));
	return true;
}

static bool export_uint(struct export *export, struct value value, struct value *out)
{
	uint64_t natural = value.as.natural;

	if (natural <= INT64_MAX)
		*out = value_int((int64_t)natural);
	else
		*out = lexeme(str_format(export->arena, "%llu", (unsigned long long)natural));
	return true;
}

static bool export_plain(struct export *export, struct value value, struct value *out)
{
	(void)export;
	*out = value;
	out->marks &= (uint8_t) ~(CEL_STRICT | CEL_MIXED_KEYS);
	return true;
}

static bool export_unknown(struct export *export, struct value value, struct value *out)
{
	(void)export;
	*out = value_unknown();
	/* A set of paths is nothing that leaves. */
	if (value.marks & CEL_BECAUSE_HIDDEN)
		*out = value_hidden(false);
	else if (!(value.marks & CEL_UNKNOWN_SET))
		*out = value;
	return true;
}

static bool export_bytes(struct export *export, struct value value, struct value *out)
{
	*out = value_string(base64_encode(export->arena, cel_text(value)));
	return true;
}

static bool export_text(struct export *export, struct value value, struct value *out)
{
	(void)export;
	*out = value_string(cel_text(value));
	return true;
}

static bool export_time(struct export *export, struct value value, struct value *out)
{
	*out = value_string(value.kind == CEL_DURATION ? cel_duration_text(export->arena, value)
						       : cel_timestamp_text(export->arena, value));
	return true;
}

static bool export_optional(struct export *export, struct value value, struct value *out)
{
	bool done;

	if (value.len == 0) {
		*out = value_null();
		return true;
	}
	if (export->depth >= DEPTH_MAX)
		return err_set(export->err, ERR_LIMIT, "the result is too large");
	export->depth++;
	done = export_value(export, *value.as.items, out);
	export->depth--;
	return done;
}

static bool export_error(struct export *export, struct value value, struct value *out)
{
	(void)value;
	(void)out;
	return err_set(export->err, ERR_INVALID, "the expression failed");
}

typedef bool export_fn(struct export *export, struct value value, struct value *out);

static export_fn *const export_kinds[CEL_KIND_END] = {
    [VALUE_NULL] = export_plain,
    [VALUE_BOOL] = export_plain,
    [VALUE_INT] = export_plain,
    [VALUE_NUMBER] = export_plain,
    [VALUE_STRING] = export_plain,
    [VALUE_LIST] = export_container,
    [VALUE_MAP] = export_container,
    [VALUE_UNKNOWN] = export_unknown,
    [VALUE_HIDDEN] = export_plain,
    [CEL_ERROR] = export_error,
    [CEL_UINT] = export_uint,
    [CEL_DOUBLE] = export_double,
    [CEL_BYTES] = export_bytes,
    [CEL_TYPE] = export_text,
    [CEL_DURATION] = export_time,
    [CEL_TIMESTAMP] = export_time,
    [CEL_OPTIONAL] = export_optional,
    [CEL_IP] = export_text,
    [CEL_CIDR] = export_text,
    [CEL_SEMVER] = export_text,
};

static bool export_value(struct export *export, struct value value, struct value *out)
{
	if (value.kind >= CEL_KIND_END || !export_kinds[value.kind])
		return err_set(export->err, ERR_BUG, "a value of an unknown kind");
	return export_kinds[value.kind](export, value, out);
}

bool cel_export(struct arena *arena, struct value value, struct value *out, struct err *err)
{
	struct export export = {.arena = arena, .err = err};

	return export_value(&export, value, out);
}
