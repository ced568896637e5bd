#include "notifiers/own_secrets.h"

#include "base/arena.h"
#include "base/buf.h"

#include "notifiers/http.h"
#include "parser/redact.h"

#define OWN_MAX	  64
#define TOKEN_MIN 8 /* shorter ones are no credentials, and would hide ordinary words */
#define TEXT_MAX  ((size_t)64 << 20)

/* A handful of short strings: searched for one by one, no need for the tables of parser/secrets.h.
 */
struct own_secrets {
	struct arena *arena;
	struct str items[OWN_MAX];
	size_t count;
};

struct own_secrets *own_secrets_new(struct arena *arena)
{
	struct own_secrets *own = arena_make(arena, struct own_secrets);

	own->arena = arena;
	return own;
}

static void add(struct own_secrets *own, struct str text)
{
	if (text.len >= TOKEN_MIN && own->count < OWN_MAX)
		own->items[own->count++] = str_copy(own->arena, text);
}

/* As Markdown writes it in running text: GitHub's tokens hold underscores. */
static struct str escaped(struct arena *arena, struct str token)
{
	struct buf buf;

	buf_init(&buf, arena, token.len * 2 + 1);
	for (size_t i = 0; i < token.len; i++) {
		if (token.ptr[i] == '_')
			buf_addc(&buf, '\\');
		buf_addc(&buf, token.ptr[i]);
	}
	return buf_str(&buf);
}

void own_secrets_add(struct own_secrets *own, struct str token)
{
	size_t at;

	token = str_trim(token);
	add(own, token);
	if (str_find_char(token, '_', &at))
		add(own, escaped(own->arena, token));
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

static bool contains_any(const struct own_secrets *own, struct str text)
{
	for (size_t i = 0; i < own->count; i++)
		if (str_contains(text, own->items[i]))
			return true;
	return false;
}

/* The longest that stands at the start of the text; 0: none. */
static size_t match(const struct own_secrets *own, struct str text)
{
	size_t longest = 0;

	for (size_t i = 0; i < own->count; i++)
		if (own->items[i].len > longest && str_starts(text, own->items[i]))
			longest = own->items[i].len;
	return longest;
}

struct str own_secrets_hide(const struct own_secrets *own, struct arena *arena, struct str text)
{
	struct buf buf;
	size_t at = 0;

	if (!contains_any(own, text))
		return text;
	buf_init(&buf, arena, TEXT_MAX);
	while (at < text.len) {
		size_t len = match(own, str_skip(text, at));

		if (len)
			buf_adds(&buf, SHOWN_SENSITIVE);
		else
			buf_addc(&buf, text.ptr[at]);
		at += len ? len : 1;
	}
	return buf_str(&buf);
}
