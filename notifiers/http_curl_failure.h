/*
 * http_curl_failure.h: what an error of libcurl means for a delivery: was anything sent, and one
 * line for a person.
 *
 * The line names the host and never the URL, a header or a proxy's address (which may hold a
 * password). Part of the module http_curl.c. Layer: notifiers.
 */
#ifndef NOTIFIERS_HTTP_CURL_FAILURE_H
#define NOTIFIERS_HTTP_CURL_FAILURE_H

#include <stdbool.h>
#include <stdint.h>

#include "notifiers/http.h"

struct http_curl_facts {
	int code; /* a CURLcode; this header does not know libcurl */
	struct str host;
	struct str detail;	 /* libcurl's error buffer; used for certificates only */
	struct str library_text; /* what curl_easy_strerror() says */
	struct str bundle;	 /* CA file in use, or empty */
	int64_t pretransfer;	 /* us until the request could be sent; 0: it never could */
	long proxy_status;
	bool too_large;
};

/* Sets failure and failure_text. */
void http_curl_failure(
    struct arena *arena, const struct http_curl_facts *facts, struct http_reply *reply);

#endif
