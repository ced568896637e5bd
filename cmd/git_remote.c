#include "cmd/git_head.h"

#include "base/arena.h"
#include "cmd/ci_platform.h"

/* "user:password@host:port" -> host. A password in a remote's address goes no further than this. */
static struct str bare_host(struct str authority)
{
	struct str host = authority;
	size_t at;

	while (str_find_char(host, '@', &at))
		host = str_skip(host, at + 1);
	if (str_find_char(host, ':', &at))
		host.len = at;
	return host;
}

/* "git@github.com:acme/infra.git": no scheme, and a colon before the first slash. */
static bool split_scp(struct str url, struct str *authority, struct str *path)
{
	size_t colon, slash;

	if (!str_find_char(url, ':', &colon))
		return false;
	if (str_find_char(url, '/', &slash) && slash < colon)
		return false;
	*authority = str_from_to(url, 0, colon);
	*path = str_skip(url, colon + 1);
	return true;
}

static bool split_scheme(struct str url, struct str *authority, struct str *path)
{
	struct str rest;
	size_t at;

	if (!str_find(url, STR("://"), &at))
		return false;
	if (str_starts(url, STR("file:")))
		return false;
	rest = str_skip(url, at + 3);
	if (!str_find_char(rest, '/', &at))
		return false;
	*authority = str_from_to(rest, 0, at);
	*path = str_skip(rest, at + 1);
	return true;
}

bool git_remote_parse(struct arena *arena, struct str url, struct str *host, struct str *repository)
{
	struct str text = str_trim(url), authority, path;

	if (str_contains(text, STR("://"))) {
		if (!split_scheme(text, &authority, &path))
			return false;
	} else if (!split_scp(text, &authority, &path)) {
		return false;
	}
	while (str_eat(&path, STR("/")) || str_eat_end(&path, STR("/")))
		continue;
	(void)str_eat_end(&path, STR(".git"));
	authority = bare_host(authority);
	/* GitHub's way through port 443 */
	if (str_eq_nocase(authority, STR("ssh.github.com")))
		authority = STR("github.com");
	if (authority.len == 0 || !is_repository(path))
		return false;
	*host = str_copy(arena, authority);
	*repository = str_copy(arena, path);
	return true;
}
