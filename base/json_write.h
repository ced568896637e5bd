/*
 * json_write.h: values and facts -> JSON text, as a stream.
 *
 * The writer puts commas and indentation by itself; with indent 0 everything stands on one line.
 * Strings: invalid UTF-8 becomes U+FFFD; <, > and & are written as they are; U+2028/2029 are
 * escaped, and so are the controls that reorder text (U+202A-202E, U+2066-2069).
 * HIDDEN is written as the string "(sensitive)", UNKNOWN as "(known after apply)".
 * Errors: those of the sink. Misuse (a value without a key in an object) is an assertion; more than
 * JSON_WRITE_DEPTH containers inside each other abort. What stands inside a flat container is flat.
 * Layer: base.
 */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include "base/sink.h"
#include "base/value.h"

#define JSON_WRITE_DEPTH 256

struct jsonw {
	struct sink *sink;
	int indent;
	int depth;
	bool after_key;
	bool has_items[JSON_WRITE_DEPTH];
	bool is_flat[JSON_WRITE_DEPTH]; /* this container stands on one line */
	bool is_object[JSON_WRITE_DEPTH];
};

void jsonw_init(struct jsonw *writer, struct sink *sink, int indent);
void jsonw_begin_object(struct jsonw *writer);
void jsonw_begin_flat_object(struct jsonw *writer); /* one line, whatever the indentation */
void jsonw_end_object(struct jsonw *writer);
void jsonw_begin_array(struct jsonw *writer);
void jsonw_begin_flat_array(struct jsonw *writer);
void jsonw_end_array(struct jsonw *writer);
void jsonw_key(struct jsonw *writer, const char *key); /* a name of ours: written as it is */
void jsonw_key_str(struct jsonw *writer, struct str key);
void jsonw_str(struct jsonw *writer, struct str text);
void jsonw_c(struct jsonw *writer, const char *text); /* NULL writes null */
void jsonw_int(struct jsonw *writer, int64_t number);
void jsonw_bool(struct jsonw *writer, bool boolean);
void jsonw_null(struct jsonw *writer);
void jsonw_value(struct jsonw *writer, struct value value);

/*
 * Items of a long array may be written elsewhere, in parts: each by a writer of its own, which
 * stands where this one stands; jsonw_add_part() takes what it wrote, in order. Another thread
 * makes its parts of a copy of the writer.
 */
struct jsonw jsonw_part(const struct jsonw *writer, struct sink *sink, bool is_first);
void jsonw_add_part(struct jsonw *writer, struct str items);

/* key and value in one */
void jsonw_field_str(struct jsonw *writer, const char *key, struct str text);
void jsonw_field_int(struct jsonw *writer, const char *key, int64_t number);
void jsonw_field_bool(struct jsonw *writer, const char *key, bool boolean);

#endif
