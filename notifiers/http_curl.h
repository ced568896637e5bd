/*
 * http_curl.h: the door to the network over libcurl (multi interface, one thread).
 *
 * libcurl is loaded at the first request, not linked: linking it costs every start 3 to 6 ms, also
 * of `tfherald version`. A build with -DCURL_LINKED calls it directly (static builds). Reads
 * TFHERALD_CA_BUNDLE, CURL_CA_BUNDLE and SSL_CERT_FILE, because libcurl does not. Proxies come from
 * the environment as libcurl reads it, and are never used for loopback hosts.
 *
 * Ownership: the door lives in the arena; http_curl_close() gives back what libcurl holds.
 * Errors of begin(): ERR_NETWORK when there is no libcurl. Layer: notifiers.
 */
#ifndef NOTIFIERS_HTTP_CURL_H
#define NOTIFIERS_HTTP_CURL_H

#include "base/sys.h"
#include "notifiers/http.h"

#define HTTP_REDIRECTS_MAX	3
#define HTTP_CONNECT_TIMEOUT_MS 10000
#define HTTP_TOTAL_TIMEOUT_MS	30000

struct http *http_curl_new(struct arena *arena, const struct sys *sys);
void http_curl_close(struct http *http); /* NULL is allowed */
DEFINE_CLEANUP(struct http *, http_curl_close)

#endif
