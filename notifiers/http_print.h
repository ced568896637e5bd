/*
 * http_print.h: the door of --dry-run. Prints every request and sends none; each reply has the
 * failure HTTP_DRY_RUN, which notifiers take for "it would have been sent": they go on as if
 * nothing had been there yet, so that the writing request is printed too.
 *
 * Shown: method, URL (of a secret one only scheme and host), headers without credentials, the body
 * as indented JSON with texts of several lines written out.
 *
 * Ownership: the arena's; the sink must outlive it and is not finished here. Layer: notifiers.
 */
#ifndef NOTIFIERS_HTTP_PRINT_H
#define NOTIFIERS_HTTP_PRINT_H

#include "base/sink.h"
#include "notifiers/http.h"

struct http *http_print_new(struct arena *arena, struct sink *sink);

/* Prints one request; for tests. */
void http_print_request(struct arena *arena, struct sink *sink, const struct http_request *request);

#endif
