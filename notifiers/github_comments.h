/*
 * github_comments.h: which comments of a pull request are ours.
 *
 * Ours: the marker of this key in the first line, and written by the login that the token belongs
 * to. That login is asked for (GET /user; for an app's token, which may not ask that, GraphQL's
 * viewer). When neither answers, nothing is ours, for another app's comment could look the same;
 * `unproved` then says that a bot's comment with this marker stands there.
 *
 * Whoever can write to the repository can edit a comment of ours; REST does not tell, GraphQL does
 * (github_editors.c), and one that somebody else edited last is not ours any more. Ownership:
 * copies in the arena. Layer: notifiers.
 */
#ifndef NOTIFIERS_GITHUB_COMMENTS_H
#define NOTIFIERS_GITHUB_COMMENTS_H

#include "notifiers/github_marker.h"
#include "notifiers/reply.h"

#define GITHUB_COMMENTS_MAX 64 /* of ours; of more the newest is kept beside the first ones */

struct github_author {
	int64_t id;	  /* of the user; 0: unknown */
	struct str login; /* as GraphQL says it, without "[bot]"; empty: unknown */
};

struct github_comment {
	int64_t id; /* 0: none */
	struct str url, body;
	struct str node; /* its name in GraphQL; empty: was never edited */
	struct marker marker;
};

struct github_comments {
	struct github_comment items[GITHUB_COMMENTS_MAX]; /* ascending by id */
	size_t count;
	bool unproved;
};

bool github_is_author(const struct github_author *author, const struct reply *user);

/* Adds those of one page that are ours, or replaces them by what is read now. ERR_SYNTAX: the body
 * is no list. */
NODISCARD bool github_comments_add(struct arena *arena, struct str page, struct str key,
    const struct github_author *author, struct github_comments *out, struct err *err);

/* The same for the one comment that the body is; NULL: it is not ours. */
const struct github_comment *github_comments_add_one(struct arena *arena, struct str body,
    struct str key, const struct github_author *author, struct github_comments *out);

bool github_comments_has(const struct github_comments *comments, int64_t id);
/* Adds a comment or replaces the one of its id. */
void github_comments_put(struct github_comments *comments, const struct github_comment *comment);
void github_comments_remove(struct github_comments *comments, int64_t id);
/* The same text for a reader: CR and white space at the end do not count. */
bool github_body_equal(struct str a, struct str b);

#endif
