/*
 * http_server.h: a small HTTP/1.1 server on 127.0.0.1 for tests. It records every request and
 * answers by rules, then by a handler, then with 404; and it can misbehave in the ways that
 * networks do.
 *
 * One thread per connection; rules and records are guarded by one lock, and so is the handler.
 * Ownership: memory of the server's own arena, until http_server_stop(). Texts in rules are
 * borrowed. Limits: HTTP_SERVER_CONNECTIONS over its life, requests up to 16 MiB. Errors abort: it
 * is a test. Layer: tests.
 */
#ifndef TESTS_SUPPORT_HTTP_SERVER_H
#define TESTS_SUPPORT_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct http_server;

#define HTTP_SERVER_CONNECTIONS 4096

enum server_fault {
	SERVER_FAULT_NONE,
	SERVER_FAULT_CLOSE_BEFORE, /* closes without having done anything */
	SERVER_FAULT_CLOSE_AFTER,  /* does it, then closes without an answer */
	SERVER_FAULT_TRUNCATE,	   /* says the right length, sends half the body, closes */
	SERVER_FAULT_WRONG_LENGTH, /* says a length that is too small by half */
	SERVER_FAULT_NO_JSON,	   /* a page of HTML with the right status */
	SERVER_FAULT_HANG,	   /* does it, never answers */
};
bool server_fault_from_str(struct str text, enum server_fault *out); /* "close-before", ... */

struct server_request {
	struct str method, path; /* path with the query */
	struct str headers;	 /* as received, with CRLF */
	struct str body;
	unsigned connection; /* which one it came on, from 0 */
};

struct server_answer {
	int status;
	struct str headers; /* further lines, each with CRLF; may be empty */
	struct str body;
	enum server_fault fault;
	unsigned delay_ms;
};

struct server_rule {
	const char *pattern;	    /* extended regular expression for the whole of "METHOD PATH" */
	int status;		    /* 0: leave the answer to the handler, only misbehave */
	const char *headers, *body; /* NULL: none */
	enum server_fault fault;
	unsigned delay_ms;
	unsigned times; /* how often it holds; 0: always */
	unsigned after; /* how many matches it lets pass first */
};

/* Fills *answer (status 404 at first); allocates from `arena`. */
typedef void server_handler(void *context, struct arena *arena,
    const struct server_request *request, struct server_answer *answer);

/* `port` 0: any free one. `handler` may be NULL. */
struct http_server *http_server_start(int port, server_handler *handler, void *context);
void http_server_stop(struct http_server *server);
int http_server_port(const struct http_server *server);
void http_server_rule(struct http_server *server, const struct server_rule *rule);
/* Called with each request, under the lock, before it is answered. */
typedef void server_observer(void *context, const struct server_request *request);
void http_server_observe(struct http_server *server, server_observer *observer, void *context);
void http_server_clear(struct http_server *server); /* rules and records */

size_t http_server_count(struct http_server *server);
/* Valid until the server is stopped. */
struct server_request http_server_request(struct http_server *server, size_t index);
/* How many recorded "METHOD PATH" match the pattern. */
size_t http_server_matching(struct http_server *server, const char *pattern);
/* The value of a header, name in any case; "" when it is not there. */
struct str server_request_header(const struct server_request *request, const char *name);

#endif
