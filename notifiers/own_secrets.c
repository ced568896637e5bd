#include "notifiers/own_secrets.h"

#include "base/arena.h"
#include "base/masker.h"
#include "notifiers/http.h"

#define TOKEN_MIN 8 /* shorter ones are no credentials, and would hide ordinary words */

struct own_secrets {
	struct masker *masker;
};

struct own_secrets *own_secrets_new(struct arena *arena)
{
	struct own_secrets *own = arena_make(arena, struct own_secrets);

	own->masker = masker_new(arena);
	return own;
}

void own_secrets_add(struct own_secrets *own, struct str token)
{
	token = str_trim(token);
	if (token.len < TOKEN_MIN)
		return;
	masker_add_written(own->masker, token);
	masker_seal(own->masker);
}

void own_secrets_add_url(struct own_secrets *own, struct str url)
{
	struct http_url parts;

	url = str_trim(url);
	own_secrets_add(own, url);
	if (!http_url_parse(url, &parts))
		return;
	(void)str_eat(&parts.path, STR("/services"));
	own_secrets_add(own, parts.path);
}

struct str own_secrets_hide(const struct own_secrets *own, struct arena *arena, struct str text)
{
	return masker_hide(arena, own->masker, text);
}
