/*
 * http_script.h: a door without a network: rules, then a handler, answer each request at the next
 * wait(), or later by the scripted clock. Records all of them. Layer: tests.
 */
#ifndef TESTS_SUPPORT_HTTP_SCRIPT_H
#define TESTS_SUPPORT_HTTP_SCRIPT_H

#include "notifiers/http.h"
#include "tests/support/http_server.h"
#include "tests/support/sys_script.h"

#define SCRIPT_RULES_MAX   32
#define SCRIPT_RECORDS_MAX 1024

struct script_rule {
	const char *pattern; /* extended regular expression for the whole of "METHOD PATH" */
	int status;	     /* 0: the handler's */
	const char *headers; /* lines "name: value\r\n", names in lower case; NULL: none */
	const char *body;
	enum http_failure failure;
	bool handled; /* with a failure: the handler sees the request, its answer is lost */
	unsigned times, after;
	unsigned delay_ms; /* of the reply; needs `clock` */
	unsigned matches;  /* so far */
};

struct script_record {
	struct http_request request;
	struct str path;		/* with the query */
	unsigned round;			/* how many waits before it */
	struct http_reply *reply, kept; /* pending: where the kept one goes */
	uint64_t at;			/* when */
};

struct http_script {
	struct http http; /* hand out &script.http */
	struct arena *arena;
	server_handler *handler;
	void *context;
	struct script_rule rules[SCRIPT_RULES_MAX];
	size_t rule_count;
	struct script_record records[SCRIPT_RECORDS_MAX];
	size_t record_count;
	unsigned rounds;
	struct sys_script *clock; /* NULL: no delays */
	const char *closed;	  /* begin() fails with this text */
};

void http_script_init(
    struct http_script *script, struct arena *arena, server_handler *handler, void *context);
void http_script_rule(struct http_script *script, struct script_rule rule);
/* How many recorded "METHOD PATH" match. */
size_t http_script_count(const struct http_script *script, const char *pattern);
/* The last one that matches; fails the test when there is none. */
const struct script_record *http_script_last(const struct http_script *script, const char *pattern);

#endif
