#include "notifiers/reply.h"

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"

#define PRETTY_INDENT 2

/* A struct reply is a json_t: the cast keeps jansson's type out of the header. */
static const json_t *node(const struct reply *reply)
{
	return (const json_t *)(const void *)reply;
}

static const struct reply *from_node(const json_t *json)
{
	return (const struct reply *)(const void *)json;
}

bool reply_parse(struct str body, struct reply **out, struct err *err)
{
	json_error_t why;
	json_t *json = json_loadb(body.ptr, body.len, JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);

	if (!json)
		return err_set_at(err, ERR_SYNTAX, NULL, why.line, why.column, "%s",
		    why.text[0] ? why.text : "no JSON");
	*out = (struct reply *)(void *)json;
	return true;
}

void reply_free(struct reply *reply)
{
	json_decref((json_t *)(void *)reply);
}

const struct reply *reply_get(const struct reply *object, const char *key)
{
	return object ? from_node(json_object_get(node(object), key)) : NULL;
}

const struct reply *reply_at(const struct reply *array, size_t index)
{
	return array ? from_node(json_array_get(node(array), index)) : NULL;
}

size_t reply_count(const struct reply *array)
{
	return array ? json_array_size(node(array)) : 0;
}

bool reply_is_object(const struct reply *value)
{
	return value && json_is_object(node(value));
}

bool reply_is_array(const struct reply *value)
{
	return value && json_is_array(node(value));
}

struct str reply_text_of(const struct reply *value)
{
	if (!value || !json_is_string(node(value)))
		return STR_EMPTY;
	return (struct str){json_string_value(node(value)), json_string_length(node(value))};
}

struct str reply_text(const struct reply *object, const char *key)
{
	return reply_text_of(reply_get(object, key));
}

int64_t reply_int(const struct reply *object, const char *key)
{
	const struct reply *value = reply_get(object, key);

	return value ? (int64_t)json_integer_value(node(value)) : 0;
}

bool reply_bool(const struct reply *object, const char *key)
{
	const struct reply *value = reply_get(object, key);

	return value && json_is_true(node(value));
}

static int pretty_add(const char *bytes, size_t len, void *context)
{
	struct buf *out = context;

	buf_add(out, (struct str){bytes, len});
	return 0;
}

static void dump(const json_t *json, struct buf *out)
{
	(void)json_dump_callback(
	    json, pretty_add, out, JSON_INDENT(PRETTY_INDENT) | JSON_ENCODE_ANY);
}

static void dump_open_text(struct str text, struct buf *out)
{
	struct str line;

	buf_adds(out, "|\n");
	while (str_line(&text, &line)) {
		buf_adds(out, line.len ? "    " : "");
		buf_add(out, line);
		buf_addc(out, '\n');
	}
}

/* The outermost object by hand, so that a comment can be read as the lines it is. */
static void dump_object(json_t *object, struct buf *out)
{
	const char *key;
	json_t *value;
	size_t left = json_object_size(object);

	buf_adds(out, "{\n");
	json_object_foreach(object, key, value)
	{
		struct str text = reply_text_of(from_node(value));
		size_t at;

		left--;
		buf_addf(out, "  \"%s\": ", key);
		if (str_find_char(text, '\n', &at)) {
			dump_open_text(text, out);
			continue;
		}
		dump(value, out);
		buf_adds(out, left ? ",\n" : "\n");
	}
	buf_addc(out, '}');
}

void reply_pretty(struct str json, bool open_texts, struct buf *out)
{
	struct err err = {0};
	struct reply *reply CLEANUP(reply_free_ptr) = NULL;

	if (!reply_parse(json, &reply, &err)) {
		buf_add(out, json);
		return;
	}
	if (open_texts && reply_is_object(reply))
		dump_object((json_t *)(void *)reply, out);
	else
		dump(node(reply), out);
}
