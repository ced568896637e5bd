/*
 * api_double.h: a small stateful GitHub and Slack, as a server_handler. What is here follows the
 *services' documentation where the notifiers depend on it; the rest answers 404.
 *
 *	GET    /user                                     403 for an app's token
 *	POST   /graphql                                  viewer; nodes' editors
 *	GET    /repos/O/R/pulls/N
 *	GET    /repos/O/R/commits/SHA/pulls
 *	GET    /repos/O/R/issues/N/comments?per_page&page&since    ascending, Link
 *	POST   /repos/O/R/issues/N/comments
 *	GET, PATCH, DELETE /repos/O/R/issues/comments/ID
 *	POST   /api/chat.postMessage, /api/chat.update   200 with ok
 *	POST   /services/...                             an incoming webhook
 *
 * Ownership: its arena. Layer: tests.
 */
#ifndef TESTS_SUPPORT_API_DOUBLE_H
#define TESTS_SUPPORT_API_DOUBLE_H

#include <stdint.h>

#include "tests/support/http_server.h"

#define DOUBLE_PULLS_MAX    16
#define DOUBLE_COMMENTS_MAX 4096
#define DOUBLE_MESSAGES_MAX 256

struct double_pull {
	int64_t number;
	struct str head, merge; /* commits; merge empty: not merged */
	struct str base_ref, base_repository;
	bool open;
};

struct double_comment {
	int64_t id, issue, user;
	struct str login, type, body;
	bool deleted;
	int64_t at, born;  /* seconds since 1970; the last change, the creation */
	struct str editor; /* a login, the last one that edited; empty: nobody */
};

struct double_message {
	struct str channel, ts, thread, body; /* body: the request's JSON */
};

struct api_double {
	struct arena *arena;
	struct str origin;     /* for Link and html_url, "http://127.0.0.1:1234" */
	struct str repository; /* owner/name */
	struct double_pull pulls[DOUBLE_PULLS_MAX];
	size_t pull_count;
	struct double_comment comments[DOUBLE_COMMENTS_MAX];
	size_t comment_count;
	int64_t next_id, now;
	int64_t my_id;
	struct str my_login;
	bool is_app;	  /* GET /user answers 403; my_login without [bot] */
	bool no_graphql;  /* POST /graphql answers 403 */
	size_t max_body;  /* 0: 262,144; over it 422 */
	size_t page_size; /* 0: as asked for */

	struct double_message messages[DOUBLE_MESSAGES_MAX];
	size_t message_count;
	bool gone_messages; /* chat.update finds none */
	size_t webhook_count;
};

void api_double_init(struct api_double *api, struct arena *arena, struct str origin);
struct double_pull *api_double_pull(struct api_double *api, int64_t number, const char *head);
struct double_comment *api_double_comment(
    struct api_double *api, int64_t issue, const char *login, int64_t user, struct str body);
/* A server_handler; the context is the struct api_double. */
void api_double_handle(void *context, struct arena *arena, const struct server_request *request,
    struct server_answer *answer);

#endif
