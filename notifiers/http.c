#include "notifiers/http.h"

#include <ctype.h>

#include "base/err.h"

#define HTTP_PORT  80
#define HTTPS_PORT 443
#define URL_MAX	   8192 /* longer ones are no address of a service */

struct str http_reply_header(const struct http_reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (str_is(reply->headers[i].name, name))
			return reply->headers[i].value;
	return STR_EMPTY;
}

bool http_reply_is_success(const struct http_reply *reply)
{
	return reply->failure == HTTP_OK && reply->status >= 200 && reply->status < 300;
}

bool http_send(const struct http *http, struct arena *arena, const struct http_request *request,
    struct http_reply *reply, uint64_t deadline, struct err *err)
{
	if (!http->begin(http->state, arena, request, reply, deadline, err))
		return false;
	while (reply->failure == HTTP_PENDING)
		http->wait(http->state, 0);
	return true;
}

/* `; rel="next"` among the parameters of one link. */
static bool link_is(struct str params, const char *rel)
{
	struct str param;

	while (str_split(&params, ';', &param)) {
		param = str_trim(param);
		if (!str_eat(&param, STR("rel=")))
			continue;
		if (str_eat(&param, STR("\"")))
			(void)str_eat_end(&param, STR("\""));
		if (str_is(param, rel))
			return true;
	}
	return false;
}

struct str http_link(struct str link, const char *rel)
{
	size_t open;
	size_t close;

	while (str_find_char(link, '<', &open)) {
		struct str url;
		struct str params;

		link = str_skip(link, open + 1);
		if (!str_find_char(link, '>', &close))
			break;
		url = str_from_to(link, 0, close);
		link = str_skip(link, close + 1);
		params = str_find_char(link, '<', &open) ? str_from_to(link, 0, open) : link;
		/* the comma that ends this link; the parameters GitHub sends hold none */
		if (str_find_char(params, ',', &close))
			params = str_from_to(params, 0, close);
		if (link_is(params, rel))
			return url;
	}
	return STR_EMPTY;
}

/* `count` digits at the start of the text. */
static bool eat_number(struct str *text, size_t count, int *out)
{
	*out = 0;
	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!isdigit((unsigned char)text->ptr[i]))
			return false;
		*out = *out * 10 + (text->ptr[i] - '0');
	}
	*text = str_skip(*text, count);
	return true;
}

static bool eat_month(struct str *text, int *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (text->len < 3)
		return false;
	for (int i = 0; i < 12; i++) {
		if (memcmp(names + (size_t)i * 3, text->ptr, 3) != 0)
			continue;
		*month = i + 1;
		*text = str_skip(*text, 3);
		return true;
	}
	return false;
}

/* Days since 1970 of a date in the Gregorian calendar (the usual March-based count). */
static int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool http_date(struct str text, int64_t *seconds)
{
	int day;
	int month;
	int year;
	int hour;
	int minute;
	int second;

	text = str_trim(text);
	if (text.len != sizeof("Sun, 06 Nov 1994 08:49:37 GMT") - 1)
		return false;
	text = str_skip(text, sizeof("Sun, ") - 1);
	if (!eat_number(&text, 2, &day) || !str_eat(&text, STR(" ")) || !eat_month(&text, &month) ||
	    !str_eat(&text, STR(" ")) || !eat_number(&text, 4, &year) || !str_eat(&text, STR(" ")))
		return false;
	if (!eat_number(&text, 2, &hour) || !str_eat(&text, STR(":")) ||
	    !eat_number(&text, 2, &minute) || !str_eat(&text, STR(":")) ||
	    !eat_number(&text, 2, &second) || !str_eq(text, STR(" GMT")))
		return false;
	if (year < 1970 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
		return false;
	*seconds = days_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 +
		   (int64_t)minute * 60 + second;
	return true;
}

static bool is_host_char(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_';
}

static bool is_ipv6_char(char c)
{
	return isxdigit((unsigned char)c) || c == ':' || c == '.';
}

static bool all_chars(struct str text, bool (*is_fine)(char))
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_fine(text.ptr[i]))
			return false;
	return text.len > 0;
}

static bool is_path_char(char c)
{
	return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<' && c != '>' && c != '^' &&
	       c != '`' && c != '{' && c != '|' && c != '}' && c != '#';
}

/* "host", "host:port", "[v6]", "[v6]:port" */
static bool parse_authority(struct str text, struct http_url *out)
{
	size_t end;
	int64_t port;
	struct err err = {0};
	bool v6 = str_eat(&text, STR("["));

	if (v6) {
		if (!str_find_char(text, ']', &end))
			return false;
	} else if (!str_find_char(text, ':', &end)) {
		end = text.len;
	}
	out->host = str_from_to(text, 0, end);
	text = str_skip(text, v6 ? end + 1 : end);
	if (!all_chars(out->host, v6 ? is_ipv6_char : is_host_char))
		return false;
	if (text.len == 0)
		return true;
	if (!str_eat(&text, STR(":")) || !str_to_int64(text, 1, 65535, &port, &err))
		return false;
	out->port = (int)port;
	return true;
}

bool http_url_parse(struct str text, struct http_url *out)
{
	struct str authority;
	size_t slash;

	if (text.len > URL_MAX)
		return false;
	*out = (struct http_url){.scheme = STR("https"), .host = STR_EMPTY, .port = HTTPS_PORT};
	if (str_eat(&text, STR("http://"))) {
		out->scheme = STR("http");
		out->port = HTTP_PORT;
	} else if (!str_eat(&text, STR("https://"))) {
		return false;
	}
	slash = 0;
	while (slash < text.len && text.ptr[slash] != '/' && text.ptr[slash] != '?')
		slash++;
	authority = str_from_to(text, 0, slash);
	out->path = str_skip(text, slash);
	if (out->path.len && !all_chars(out->path, is_path_char))
		return false;
	return parse_authority(authority, out);
}

struct str http_url_shown(struct str text)
{
	if (!str_starts(text, STR("https://")) && !str_starts(text, STR("http://")))
		return STR_EMPTY;
	for (size_t i = 0; i < text.len; i++)
		if (!is_path_char(text.ptr[i]) && text.ptr[i] != '#')
			return STR_EMPTY;
	return text.len <= URL_MAX ? text : STR_EMPTY;
}

bool http_same_origin(const struct http_url *a, const struct http_url *b)
{
	return str_eq(a->scheme, b->scheme) && str_eq_nocase(a->host, b->host) &&
	       a->port == b->port;
}

bool http_host_is_loopback(struct str host)
{
	struct str part;
	int parts = 0;

	if (str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("::1")))
		return true;
	if (!str_starts(host, STR("127.")) || str_ends(host, STR(".")))
		return false;
	while (str_split(&host, '.', &part)) {
		struct err err = {0};
		int64_t number;

		if (!str_to_int64(part, 0, 255, &number, &err))
			return false;
		parts++;
	}
	return parts == 4;
}

bool http_url_check(struct str text, struct http_url *out, struct err *err)
{
	if (!http_url_parse(text, out))
		return err_set(err, ERR_INVALID,
		    "the address of the service is no http(s) URL; expected https://HOST/...");
	if (str_is(out->scheme, "http") && !http_host_is_loopback(out->host))
		return err_set(err, ERR_INVALID,
		    "'%.*s' is asked for over plain http; only https is allowed",
		    STR_ARG(out->host));
	return true;
}
