#include "notifiers/github_pull.h"

#include <ctype.h>

#include "base/arena.h"

#define COMMIT_MIN   7
#define COMMIT_MAX   64
#define NAME_MAX_LEN 100

static bool is_name(struct str text)
{
	if (text.len == 0 || text.len > NAME_MAX_LEN || str_is(text, ".") || str_is(text, ".."))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (!isalnum((unsigned char)text.ptr[i]) && !strchr("-_.", text.ptr[i]))
			return false;
	return true;
}

bool github_is_repository(struct str text)
{
	size_t slash;

	return memchr(text.ptr, '\0', text.len) == NULL && str_find_char(text, '/', &slash) &&
	       is_name(str_from_to(text, 0, slash)) && is_name(str_skip(text, slash + 1));
}

bool github_is_commit(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!isdigit((unsigned char)text.ptr[i]) &&
		    (text.ptr[i] < 'a' || text.ptr[i] > 'f'))
			return false;
	return text.len >= COMMIT_MIN && text.len <= COMMIT_MAX;
}

struct github_pull github_pull_read(struct arena *arena, const struct reply *reply)
{
	return (struct github_pull){
	    .number = reply_int(reply, "number"),
	    .head = str_copy(arena, reply_text(reply_get(reply, "head"), "sha")),
	    .url = str_copy(arena, http_url_shown(reply_text(reply, "html_url"))),
	    .locked = reply_bool(reply, "locked"),
	};
}

static bool is_of_repository(const struct reply *pull, const struct facts *facts)
{
	struct str base = reply_text(reply_get(reply_get(pull, "base"), "repo"), "full_name");

	return str_eq_nocase(base, facts->repository.value);
}

static bool is_planned(const struct reply *pull, const struct facts *facts)
{
	return str_is(reply_text(pull, "state"), "open") &&
	       str_eq(reply_text(reply_get(pull, "head"), "sha"), facts->commit.value) &&
	       is_of_repository(pull, facts);
}

static bool is_merged(const struct reply *pull, const struct facts *facts)
{
	return reply_text(pull, "merged_at").len > 0 && is_of_repository(pull, facts);
}

static bool is_merged_by_commit(const struct reply *pull, const struct facts *facts)
{
	return is_merged(pull, facts) &&
	       str_eq(reply_text(pull, "merge_commit_sha"), facts->commit.value);
}

static bool goes_into_branch(const struct reply *pull, const struct facts *facts)
{
	return is_planned(pull, facts) &&
	       str_eq(reply_text(reply_get(pull, "base"), "ref"), facts->base_branch.value);
}

typedef bool pull_test(const struct reply *pull, const struct facts *facts);

/* How many fit; *only is the lowest number of them. */
static size_t count_fitting(const struct reply *list, const struct facts *facts, pull_test *fits,
    const struct reply **lowest)
{
	size_t count = 0;

	for (size_t i = 0; i < reply_count(list); i++) {
		const struct reply *pull = reply_at(list, i);

		if (!fits(pull, facts))
			continue;
		if (count++ == 0 || reply_int(pull, "number") < reply_int(*lowest, "number"))
			*lowest = pull;
	}
	return count;
}

static const struct reply *choose_planned(const struct reply *list, const struct facts *facts)
{
	const struct reply *pull = NULL;

	/* one commit may be the head of several pull requests: the base branch tells them apart */
	if (count_fitting(list, facts, goes_into_branch, &pull) > 0)
		return pull;
	return count_fitting(list, facts, is_planned, &pull) > 0 ? pull : NULL;
}

static const struct reply *choose_merged(const struct reply *list, const struct facts *facts)
{
	const struct reply *pull = NULL;

	if (count_fitting(list, facts, is_merged_by_commit, &pull) > 0)
		return pull;
	if (count_fitting(list, facts, is_merged, &pull) == 1)
		return pull;
	return choose_planned(list, facts); /* applied before the merge */
}

struct github_pull github_pull_choose(
    struct arena *arena, const struct reply *list, const struct facts *facts)
{
	const struct reply *pull = facts->operation == OPERATION_APPLY
				       ? choose_merged(list, facts)
				       : choose_planned(list, facts);

	return github_pull_read(arena, pull);
}
