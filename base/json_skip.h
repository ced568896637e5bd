/*
 * json_skip.h: gets over a value without reading it. Containers go through the block scanner of
 * json_scan.h: a mask of what is inside strings, a stack of open brackets for the rest.
 *
 * Each function starts with window->at on the first byte of the value and leaves it behind the
 * value. Errors: ERR_SYNTAX, ERR_LIMIT (depth), ERR_IO. The fast way only finds out that something
 * is wrong; what and where is then told by reading the value again byte by byte. Layer: base.
 */
#ifndef BASE_JSON_SKIP_H
#define BASE_JSON_SKIP_H

#include "base/compiler.h"

#include <stdbool.h>

struct err;
struct json_window;

/* An object or array; `depth` containers are open around it. */
NODISCARD bool json_skip_container(struct json_window *window, int depth, struct err *err);
/* A string of any length. */
NODISCARD bool json_skip_string(struct json_window *window, struct err *err);

#endif
