#include "notifiers/github_marker.h"

#include <ctype.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/digest.h"
#include "base/err.h"

#define MARKER_OPEN  "<!-- tfherald v1 "
#define MARKER_CLOSE " -->"
#define KEY_BYTES    16
#define NAME_MAX_LEN 80 /* of a Slack channel */
#define NAME_HASH    12
#define RUN_UNKNOWN  (-1)

static bool is_marker_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_.:=/+-", c));
}

static bool is_marker_value(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_marker_char(text.ptr[i]))
			return false;
	return text.len > 0;
}

/* A part of a slack word: no separators in it. */
static bool is_name(struct str text)
{
	size_t at;

	return is_marker_value(text) && text.len <= NAME_MAX_LEN &&
	       !str_find_char(text, ':', &at) && !str_find_char(text, '/', &at);
}

/* What Slack gives: an id in capitals, and a time of two numbers. */
static bool is_place(const struct slack_place *place)
{
	size_t dots = 0;

	for (size_t i = 0; i < place->channel.len; i++) {
		unsigned char c = (unsigned char)place->channel.ptr[i];

		if (!isdigit(c) && !(c >= 'A' && c <= 'Z'))
			return false;
	}
	for (size_t i = 0; i < place->ts.len; i++) {
		dots += place->ts.ptr[i] == '.';
		if (place->ts.ptr[i] != '.' && !isdigit((unsigned char)place->ts.ptr[i]))
			return false;
	}
	return is_name(place->channel) && is_name(place->ts) && dots == 1 &&
	       place->ts.ptr[0] != '.' && place->ts.ptr[place->ts.len - 1] != '.';
}

/* Each part with its length before it, so that no two lists of parts give the same bytes. */
static void key_part(struct buf *buf, struct str part)
{
	buf_addf(buf, "%zu:", part.len);
	buf_add(buf, part);
}

/* GitHub does not tell the case of names apart. */
static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

struct str marker_key(struct arena *arena, const struct outcome *outcome, int64_t pull_request)
{
	const struct facts *facts = &outcome->facts;
	struct str repository = facts->repository.value;
	struct buf buf;
	struct digest digest;

	buf_init(&buf, arena, (size_t)1 << 20);
	buf_adds(&buf, "tfherald comment 1;");
	buf_addf(&buf, "%zu:", repository.len);
	for (size_t i = 0; i < repository.len; i++)
		buf_addc(&buf, lower(repository.ptr[i]));
	buf_addf(&buf, "%lld;", (long long)pull_request);
	key_part(&buf, facts->target.value);
	key_part(&buf, str_from(operation_name(facts->operation)));
	key_part(&buf, facts->directory.value);
	digest = digest_sha256(buf_str(&buf));
	return base64url_encode(arena, (struct str){(const char *)digest.bytes, KEY_BYTES});
}

/* "CHANNEL:TS" or "NAME/CHANNEL:TS" */
static void parse_slack(struct marker *marker, struct str word)
{
	struct marker_slack slack = {.name = STR_EMPTY};
	size_t at;

	if (marker->slack_count == MARKER_SLACK_MAX)
		return;
	if (str_find_char(word, '/', &at)) {
		slack.name = str_from_to(word, 0, at);
		word = str_skip(word, at + 1);
		if (!is_name(slack.name))
			return;
	}
	if (!str_find_char(word, ':', &at))
		return;
	slack.place.channel = str_from_to(word, 0, at);
	slack.place.ts = str_skip(word, at + 1);
	if (is_place(&slack.place))
		marker->slack[marker->slack_count++] = slack;
}

static void parse_word(struct marker *marker, struct str word)
{
	struct err err = {0};

	if (str_eat(&word, STR("key=")))
		marker->key = word;
	else if (str_eat(&word, STR("sha=")))
		marker->sha = word;
	else if (str_eat(&word, STR("slack=")))
		parse_slack(marker, word);
	else if (str_eat(&word, STR("run=")) &&
		 !str_to_int64(word, 0, MARKER_RUN_MAX, &marker->run, &err))
		marker->run = RUN_UNKNOWN;
}

bool marker_parse(struct str body, struct marker *out)
{
	struct str line;
	struct str word;

	*out = (struct marker){.key = STR_EMPTY, .sha = STR_EMPTY, .run = RUN_UNKNOWN};
	if (!str_line(&body, &line) || line.len > MARKER_LINE_MAX)
		return false;
	if (!str_eat(&line, STR(MARKER_OPEN)) || !str_eat_end(&line, STR(MARKER_CLOSE)))
		return false;
	while (str_split(&line, ' ', &word)) {
		if (!is_marker_value(word))
			return false;
		parse_word(out, word);
	}
	return out->key.len > 0;
}

static void write_word(struct buf *buf, const char *name, struct str value)
{
	if (!is_marker_value(value))
		return;
	buf_addf(buf, "%s=", name);
	buf_add(buf, value);
	buf_addc(buf, ' ');
}

void marker_write(struct buf *buf, const struct marker *marker)
{
	buf_adds(buf, MARKER_OPEN);
	write_word(buf, "key", marker->key);
	if (marker->run >= 0)
		buf_addf(buf, "run=%lld ", (long long)marker->run);
	write_word(buf, "sha", marker->sha);
	for (size_t i = 0; i < marker->slack_count; i++) {
		const struct marker_slack *slack = &marker->slack[i];

		buf_adds(buf, "slack=");
		buf_add(buf, slack->name);
		buf_adds(buf, slack->name.len ? "/" : "");
		buf_addf(
		    buf, "%.*s:%.*s ", STR_ARG(slack->place.channel), STR_ARG(slack->place.ts));
	}
	/* the words end in a blank each, the close begins with one */
	buf_adds(buf, &MARKER_CLOSE[1]);
}

struct str marker_slack_name(struct arena *arena, struct str channel)
{
	struct digest digest;
	struct str text;

	(void)str_eat(&channel, STR("#"));
	if (is_name(channel) && channel.ptr[0] != '=')
		return channel;
	digest = digest_sha256(channel);
	text = base64url_encode(arena, (struct str){(const char *)digest.bytes, DIGEST_SIZE});
	return str_format(arena, "=%.*s", NAME_HASH, text.ptr);
}

static bool slack_matches(const struct marker_slack *slack, struct str name)
{
	return str_eq(slack->name.len ? slack->name : slack->place.channel, name);
}

struct slack_place marker_slack_find(
    struct arena *arena, const struct marker *marker, struct str channel)
{
	struct str name = marker_slack_name(arena, channel);

	for (size_t i = 0; i < marker->slack_count; i++)
		if (slack_matches(&marker->slack[i], name))
			return marker->slack[i].place;
	return (struct slack_place){.channel = STR_EMPTY, .ts = STR_EMPTY};
}

void marker_slack_set(
    struct arena *arena, struct marker *marker, struct str channel, struct slack_place place)
{
	struct str name = marker_slack_name(arena, channel);
	struct marker_slack slack = {
	    .name = str_eq(name, place.channel) ? STR_EMPTY : name,
	    .place = place,
	};
	size_t at = 0;

	if (!is_place(&place))
		return;
	while (at < marker->slack_count && !slack_matches(&marker->slack[at], name))
		at++;
	if (at == MARKER_SLACK_MAX)
		return;
	marker->slack[at] = slack;
	if (at == marker->slack_count)
		marker->slack_count++;
}

static bool run_is_not_older(const struct marker *ours, const struct marker *theirs)
{
	return ours->run < 0 || theirs->run < 0 || ours->run >= theirs->run;
}

bool marker_may_replace(const struct marker *ours, const struct marker *theirs,
    enum operation operation, struct str head)
{
	/* an apply runs on the merge commit, which is never the pull request's head */
	if (operation == OPERATION_PLAN && head.len && ours->sha.len &&
	    !str_eq(ours->sha, theirs->sha)) {
		if (str_eq(theirs->sha, head))
			return false;
		if (str_eq(ours->sha, head))
			return true;
	}
	return run_is_not_older(ours, theirs);
}
