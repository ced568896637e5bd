/*
 * github_failure.h: a reply of GitHub that is no success -> one line that says what to do.
 * The service's own message is cut and cleaned; no token and no header is ever part of it.
 * Layer: notifiers.
 */
#ifndef NOTIFIERS_GITHUB_FAILURE_H
#define NOTIFIERS_GITHUB_FAILURE_H

#include "notifiers/http.h"

struct arena;

enum github_action {
	GITHUB_FIND_PULL,
	GITHUB_LIST_COMMENTS,
	GITHUB_WRITE_COMMENT,
};

struct str github_failure_text(
    struct arena *arena, enum github_action action, const struct http_reply *reply);

/* 422 whose message matches /is too long/i */
bool github_is_too_long(const struct http_reply *reply);
/* 403 because of the conversation and not of the token */
bool github_is_locked(const struct http_reply *reply);

#endif
