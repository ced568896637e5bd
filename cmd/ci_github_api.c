#include "cmd/ci.h"

#include "base/arena.h"
#include "base/log.h"

static const char *const loopback_hosts[] = {"localhost", "127.0.0.1", "[::1]"};

/* Hosts of others: a token of GitHub's must not go there. */
static const char *const other_hosts[] = {"bitbucket.org", "gitlab.com", "dev.azure.com"};

/* "https://HOST:PORT/path" -> HOST */
static struct str url_host(struct str url)
{
	struct str rest = url;
	size_t at;

	if (!str_eat(&rest, STR("https://")))
		(void)str_eat(&rest, STR("http://"));
	if (str_find_char(rest, '/', &at))
		rest.len = at;
	if (rest.len > 0 && rest.ptr[0] == '[')
		return str_find_char(rest, ']', &at) ? str_from_to(rest, 0, at + 1) : rest;
	if (str_find_char(rest, ':', &at))
		rest.len = at;
	return rest;
}

static bool is_loopback(struct str host)
{
	for (size_t i = 0; i < ARRAY_LEN(loopback_hosts); i++) {
		if (str_is(host, loopback_hosts[i]))
			return true;
	}
	return false;
}

/* A file can come with a pull request; the token must not leave for a host that it names. */
static bool is_of_repository(struct str url, struct str repository_host)
{
	struct str host = url_host(url);
	struct str api = host;

	if (is_loopback(host))
		return true;
	if (str_eq_nocase(host, url_host(repository_host)))
		return true;
	return str_eat(&api, STR("api.")) && str_eq_nocase(api, url_host(repository_host));
}

static bool is_from_file(const struct setting_value *value)
{
	return value->is_set && str_contains(value->origin, STR(".yaml:"));
}

static struct str by_host(struct arena *arena, struct str host)
{
	if (host.len == 0 || str_eq_nocase(host, STR("github.com")))
		return STR("https://api.github.com");
	for (size_t i = 0; i < ARRAY_LEN(other_hosts); i++) {
		if (str_eq_nocase(host, str_from(other_hosts[i])))
			return STR_EMPTY;
	}
	if (str_ends(host, STR(".ghe.com")))
		return str_format(arena, "https://api.%.*s", STR_ARG(host));
	return str_format(arena, "https://%.*s/api/v3", STR_ARG(host));
}

struct str github_api_url(struct arena *arena, const struct sys *sys,
    const struct settings *settings, const struct facts *facts)
{
	const struct setting_value *set = &settings->values[SET_GITHUB_BASE_URL];
	struct str url = sys_env(sys, "GITHUB_API_URL");

	if (set->text.len > 0) {
		if (!is_from_file(set) || is_of_repository(set->text, facts->host.value))
			return set->text;
		log_warn("%.*s: github.base_url is left out: its host is not that of the "
			 "repository ('%.*s'); name another one in TFHERALD_GITHUB_BASE_URL",
		    STR_ARG(set->origin), STR_ARG(facts->host.value));
	}
	while (str_eat_end(&url, STR("/")))
		continue;
	if (url.len > 0)
		return str_copy(arena, url);
	return by_host(arena, facts->host.value);
}
