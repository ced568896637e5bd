/*
 * github_marker.h: the line that says "this comment is ours":
 *
 *	<!-- tfherald v1 key=K run=R sha=S slack=CHANNEL:TS -->
 *
 * It is the first line of the body, at column 0 and alone, so that neither a quoted reply nor a
 *line of a plan inside the comment counts. Values are [A-Za-z0-9_.:=/+-] only: nothing can end the
 *HTML comment. key: hash of repository, pull request, target, operation and directory. run orders
 *the runs of one commit (sha). slack (several): where a message stands; NAME/CHANNEL:TS when the
 *configuration names the channel differently from the id that Slack answers with. Unknown words are
 *skipped.
 *
 * A marker proves nothing by itself: anybody can write one. Who wrote the comment is
 *github_comments.h's question. Ownership: views into the body. Layer: notifiers.
 */
#ifndef NOTIFIERS_GITHUB_MARKER_H
#define NOTIFIERS_GITHUB_MARKER_H

#include "base/buf.h"
#include "notifiers/channels.h"

#define MARKER_SLACK_MAX 8
#define MARKER_LINE_MAX	 2048
#define MARKER_RUN_MAX	 INT64_C(1000000000000) /* larger numbers are no run of any CI: unknown */

struct marker_slack {
	struct str
	    name; /* marker_slack_name() of the configured channel; empty: it is the id itself */
	struct slack_place place;
};

struct marker {
	struct str key, sha; /* sha may be empty */
	int64_t run;	     /* -1: unknown */
	struct marker_slack slack[MARKER_SLACK_MAX];
	size_t slack_count;
};

/* The first 128 bits of a SHA-256, in base64url. */
struct str marker_key(struct arena *arena, const struct outcome *outcome, int64_t pull_request);

/* False when the first line is no marker of this version with a key. */
bool marker_parse(struct str body, struct marker *out);
/* The line without a newline; what is not of the alphabet is left out. */
void marker_write(struct buf *buf, const struct marker *marker);

/* How a configured channel ("#deploys", "C0123") is called inside a marker. */
struct str marker_slack_name(struct arena *arena, struct str channel);
/* Empty when there is none. */
struct slack_place marker_slack_find(
    struct arena *arena, const struct marker *marker, struct str channel);
/* Adds or replaces; ignored when the marker is full or the place is none that Slack gives: an id
 * of [A-Z0-9] and a time of digits.digits. */
void marker_slack_set(
    struct arena *arena, struct marker *marker, struct str channel, struct slack_place place);

/*
 * May a run with marker `ours` overwrite what stands there under `theirs`? Within one commit the
 * run number decides. Otherwise a plan never overwrites that of the pull request's head by that of
 * another commit, and always the other way round; where the head does not decide, or our commit is
 * not known, the run number does.
 */
bool marker_may_replace(const struct marker *ours, const struct marker *theirs,
    enum operation operation, struct str head);

#endif
