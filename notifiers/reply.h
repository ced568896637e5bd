/*
 * reply.h: JSON that services send us. A few accessors that never fail: what is missing or of
 * another type reads as empty, so that a notifier checks the one thing it needs.
 *
 * A NUL in a string is accepted (a stranger may put one into a comment that we list).
 * Ownership: a reply is a foreign handle: reply_free() by CLEANUP; texts are borrowed from it and
 * must be copied when they outlive it. Errors: ERR_SYNTAX with line and column. Layer: notifiers.
 * Only reply.c knows jansson.
 */
#ifndef NOTIFIERS_REPLY_H
#define NOTIFIERS_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct buf;
struct err;
struct reply; /* opaque: one JSON value */

NODISCARD bool reply_parse(struct str body, struct reply **out, struct err *err);
void reply_free(struct reply *reply);
DEFINE_CLEANUP(struct reply *, reply_free)

/* NULL for what is not there; all accept NULL. */
const struct reply *reply_get(const struct reply *object, const char *key);
const struct reply *reply_at(const struct reply *array, size_t index);
size_t reply_count(const struct reply *array); /* 0 when it is none */
bool reply_is_object(const struct reply *value);
bool reply_is_array(const struct reply *value);

struct str reply_text(const struct reply *object, const char *key); /* "" */
int64_t reply_int(const struct reply *object, const char *key);	    /* 0 */
bool reply_bool(const struct reply *object, const char *key);	    /* false */
struct str reply_text_of(const struct reply *value);		    /* "" */

/*
 * Appends the text as indented JSON. With `open_texts`, strings of several lines in the outermost
 * object are written as indented lines after a '|', for people. Text that is no JSON is appended as
 * it is.
 */
void reply_pretty(struct str json, bool open_texts, struct buf *out);

#endif
