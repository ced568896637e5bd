#include "cmd/ci_platform.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/utf8.h"
#include "cmd/git_head.h"

#define VALUE_MAX 2000 /* longer variables hold no fact */

static const char *const unset_words[] = {"", "false", "null", "<nil>"};
static const char *const pull_segments[] = {"/pull/", "/pull-requests/", "/pulls/"};

struct str ci_env(const struct ci_run *run, const char *name)
{
	struct str text = str_trim(sys_env(run->app->sys, name));

	for (size_t i = 0; i < ARRAY_LEN(unset_words); i++) {
		if (str_is(text, unset_words[i]))
			return STR_EMPTY;
	}
	if (text.len > VALUE_MAX)
		return STR_EMPTY;
	return str_trim(utf8_printable(run->app->run, text, true));
}

void fact_set(struct ci_run *run, struct fact *fact, struct str value, const char *origin)
{
	if (fact_known(fact) || value.len == 0)
		return;
	fact->value = str_copy(run->app->run, value);
	fact->origin = str_copy(run->app->run, str_from(origin));
}

void fact_env(struct ci_run *run, struct fact *fact, const char *name)
{
	fact_set(run, fact, ci_env(run, name), name);
}

bool is_commit(struct str text)
{
	if (text.len != 40 && text.len != 64)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
	}
	return true;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_' || c == '.' || c == '~';
}

bool is_repository(struct str text)
{
	struct str rest = text, part;
	size_t parts = 0, seen = 0;

	while (str_split(&rest, '/', &part)) {
		parts++;
		seen += part.len + 1;
		if (part.len == 0 || str_is(part, ".") || str_is(part, ".."))
			return false;
		for (size_t i = 0; i < part.len; i++) {
			if (!is_name_char(part.ptr[i]))
				return false;
		}
	}
	return parts >= 2 && seen == text.len + 1;
}

static bool is_host(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (!is_name_char(text.ptr[i]) && text.ptr[i] != ':')
			return false;
	}
	return text.len > 0;
}

static bool is_number(struct str text, int64_t min)
{
	struct err why = {0};
	int64_t number;

	return str_to_int64(text, min, INT64_MAX, &number, &why);
}

static void note_ignored(const char *origin, struct str value, const char *expected)
{
	log_info("%s is ignored: '%.*s' is not %s", origin, STR_ARG(value), expected);
}

void fact_commit(struct ci_run *run, struct str value, const char *origin)
{
	if (value.len > 0 && !is_commit(value))
		note_ignored(origin, value, "a commit of 40 or 64 hex digits");
	else
		fact_set(run, &run->facts->commit, value, origin);
}

void fact_number(struct ci_run *run, struct fact *fact, struct str value, const char *origin)
{
	int64_t min = fact == &run->facts->pull_request ? 1 : 0;

	if (value.len > 0 && !is_number(value, min))
		note_ignored(origin, value, "a number");
	else
		fact_set(run, fact, value, origin);
}

static bool pull_path_parse(struct str path, struct str *repository, struct str *number)
{
	size_t at;

	for (size_t i = 0; i < ARRAY_LEN(pull_segments); i++) {
		struct str segment = str_from(pull_segments[i]);

		if (!str_find(path, segment, &at))
			continue;
		*repository = str_from_to(path, 0, at);
		*number = str_skip(path, at + segment.len);
		(void)str_eat_end(number, STR("/"));
		return is_repository(*repository) && is_number(*number, 1);
	}
	return false;
}

bool pull_url_parse(struct str url, struct str *host, struct str *repository, struct str *number)
{
	struct str rest = url;
	size_t at;

	if (!str_eat(&rest, STR("https://")) && !str_eat(&rest, STR("http://")))
		return false;
	if (!str_find_char(rest, '/', &at))
		return false;
	*host = str_from_to(rest, 0, at);
	return is_host(*host) && pull_path_parse(str_skip(rest, at + 1), repository, number);
}

void fact_pull_url(struct ci_run *run, struct str url, const char *origin)
{
	struct str host, repository, number;

	if (url.len == 0)
		return;
	if (!pull_url_parse(url, &host, &repository, &number)) {
		note_ignored(
		    origin, url, "the address of a pull request (https://HOST/OWNER/NAME/pull/N)");
		return;
	}
	fact_set(run, &run->facts->host, host, origin);
	fact_set(run, &run->facts->repository, repository, origin);
	fact_set(run, &run->facts->pull_request, number, origin);
}

void fact_remote(struct ci_run *run, struct str url, const char *origin)
{
	struct str host, repository;

	if (url.len == 0 || !git_remote_parse(run->app->run, url, &host, &repository))
		return;
	fact_set(run, &run->facts->host, host, origin);
	fact_set(run, &run->facts->repository, repository, origin);
}
