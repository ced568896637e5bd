/*
 * http.h: the only door to the network. Notifiers build requests and read replies; who sends them
 * is behind a pointer: libcurl (http_curl.c), a printer for --dry-run, or a script in tests.
 *
 * Requests run in parallel: begin() puts one on its way, wait() returns as soon as any reply is
 * there, so that a slow service does not hold up the others. A request that fails has
 * `reply.failure` set; begin() itself only fails when the door cannot be opened at all.
 *
 * Policy of the door: HTTPS only (plain HTTP to loopback hosts only), TLS 1.2 or newer, connect
 * timeout 10 s, total 30 s each, replies up to HTTP_REPLY_MAX, at most 3 redirects followed by hand
 * and only for the same scheme, host and port, no netrc. Credentials go into the Authorization
 * header, to the host they are for; they never appear in an argv, a log, a URL or an error text. A
 * webhook's URL is a secret itself: `secret_url` keeps it out of every text.
 *
 * Ownership: replies in the arena given; request and reply stay where they are until the reply is
 * there. Layer: notifiers.
 */
#ifndef NOTIFIERS_HTTP_H
#define NOTIFIERS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;

#define HTTP_REPLY_MAX	 ((size_t)16 << 20)
#define HTTP_HEADERS_MAX 64

struct http_header {
	struct str name, value;
};

struct http_request {
	const char *method; /* static: GET, POST, PATCH, ... */
	struct str url;
	struct str token;		   /* sent as "Authorization: Bearer TOKEN"; empty: none */
	const struct http_header *headers; /* further ones */
	size_t header_count;
	struct str body;       /* empty: none */
	bool fresh_connection; /* a POST that creates: libcurl re-sends on a dead connection
				  otherwise */
	bool secret_url;
	bool needs_token; /* without a token the door refuses it; --dry-run still prints it */
};

/* What went wrong below HTTP. The order of retry: nothing was sent, or something was. */
enum http_failure {
	HTTP_OK,
	HTTP_NOT_SENT,	 /* DNS, connect, TLS: safe to repeat */
	HTTP_NO_ANSWER,	 /* nobody listens there: the same, but a second try is enough */
	HTTP_MAYBE_SENT, /* time-out or broken connection after bytes went out */
	HTTP_REFUSED, /* our own policy: scheme, redirect to another host, certificate: never repeat
		       */
	HTTP_TOO_LARGE,
	HTTP_PENDING, /* begun, no reply yet */
	HTTP_DRY_RUN, /* the door only printed the request (http_print.h); there is no reply */
};

struct http_reply {
	enum http_failure failure;
	struct str failure_text; /* one line, no secrets; empty when HTTP_OK */
	bool again; /* set by the driver: a repeat is due, see step_request.look_again */
	int status; /* 0 when there is none */
	struct str body;
	const struct http_header *headers; /* names in lower case */
	size_t header_count;
};

/* "" when it is not there; `name` in lower case. */
struct str http_reply_header(const struct http_reply *reply, const char *name);

/* A fully sent and answered request with a 2xx status. */
bool http_reply_is_success(const struct http_reply *reply);

/*
 * The target of a Link header (RFC 8288) with this rel ("next", "last"), or "". The caller refuses
 * another origin.
 */
struct str http_link(struct str link, const char *rel);

/* "Sun, 06 Nov 1994 08:49:37 GMT", the one form servers may send (RFC 9110 5.6.7). */
bool http_date(struct str text, int64_t *seconds);

/* The parts of an absolute URL, views into it. */
struct http_url {
	struct str scheme, host; /* host without brackets */
	int port;		 /* 80 or 443 when the URL names none */
	struct str path;	 /* with the query; may be empty */
};

/*
 * Stricter than a browser, so that libcurl and we cannot read an URL differently: http or https in
 * lower case, no user, a host of letters, digits, '.', '-', '_' or [IPv6], printable ASCII without
 * blanks, quotes and backslashes.
 */
bool http_url_parse(struct str text, struct http_url *out);
/* The text when it is an http(s) address of printable ASCII that breaks out of nothing, else "".
 * For addresses that services tell and people read. */
struct str http_url_shown(struct str text);
bool http_same_origin(const struct http_url *a, const struct http_url *b);
/* 127.0.0.0/8, ::1, localhost */
bool http_host_is_loopback(struct str host);

/*
 * May the door talk to this URL? HTTPS, or plain HTTP to a loopback host. ERR_INVALID says why not,
 * without the URL's path.
 */
NODISCARD bool http_url_check(struct str text, struct http_url *out, struct err *err);

struct http {
	void *state;
	/* Puts a request on its way, to end at `deadline` (monotonic ns, 0: none) at the latest.
	 * The reply may be there at once; until it is, its failure is HTTP_PENDING. */
	NODISCARD bool (*begin)(void *state, struct arena *arena,
	    const struct http_request *request, struct http_reply *reply, uint64_t deadline,
	    struct err *err);
	/* Returns when a reply has come, or at `until` (monotonic ns, 0: no matter when), or at
	 * once when nothing is pending. */
	void (*wait)(void *state, uint64_t until);
};

/* One request from begin to end. */
NODISCARD bool http_send(const struct http *http, struct arena *arena,
    const struct http_request *request, struct http_reply *reply, uint64_t deadline,
    struct err *err);

#endif
