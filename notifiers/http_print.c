#include "notifiers/http_print.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#include "notifiers/reply.h"

#define PRINT_BODY_MAX ((size_t)4 << 20)

struct print_door {
	struct http http;
	struct sink *sink;
};

static void print_line(struct arena *arena, struct sink *sink, struct str text)
{
	sink_add(sink, utf8_printable(arena, text, true));
	sink_add(sink, STR("\n"));
}

static struct str shown_url(struct arena *arena, const struct http_request *request)
{
	struct http_url url;

	if (!request->secret_url)
		return request->url;
	if (!http_url_parse(request->url, &url))
		return STR("(secret URL)");
	return str_format(arena, "%.*s://%.*s/(secret)", STR_ARG(url.scheme), STR_ARG(url.host));
}

static bool is_credential(struct str name)
{
	static const struct str names[] = {
	    STR_INIT("authorization"),
	    STR_INIT("private-token"),
	    STR_INIT("job-token"),
	    STR_INIT("cookie"),
	    STR_INIT("x-api-key"),
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eq_nocase(name, names[i]))
			return true;
	return false;
}

static void print_headers(
    struct arena *arena, struct sink *sink, const struct http_request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];

		print_line(arena, sink,
		    str_format(arena, "%.*s: %.*s", STR_ARG(header->name),
			STR_ARG(is_credential(header->name) ? STR("(not shown)") : header->value)));
	}
	if (request->token.len)
		print_line(arena, sink, STR("Authorization: Bearer (not shown)"));
}

void http_print_request(struct arena *arena, struct sink *sink, const struct http_request *request)
{
	struct buf body;

	print_line(arena, sink,
	    str_format(
		arena, "%s %s", request->method, str_to_c(arena, shown_url(arena, request))));
	print_headers(arena, sink, request);
	if (request->body.len) {
		buf_init(&body, arena, PRINT_BODY_MAX);
		reply_pretty(request->body, true, &body);
		sink_add(sink, STR("\n"));
		sink_add(sink, utf8_printable(arena, buf_str(&body), false));
		sink_add(sink, STR("\n"));
	}
	sink_add(sink, STR("\n"));
}

static bool print_begin(void *state, struct arena *arena, const struct http_request *request,
    struct http_reply *reply, uint64_t deadline, struct err *err)
{
	struct print_door *door = state;

	(void)deadline;
	(void)err;
	http_print_request(arena, door->sink, request);
	*reply = (struct http_reply){
	    .failure = HTTP_DRY_RUN,
	    .failure_text = STR("dry run: nothing was sent"),
	    .body = STR_EMPTY,
	};
	return true;
}

static void print_wait(void *state, uint64_t until)
{
	(void)state;
	(void)until;
}

struct http *http_print_new(struct arena *arena, struct sink *sink)
{
	struct print_door *door = arena_make(arena, struct print_door);

	door->sink = sink;
	door->http = (struct http){.state = door, .begin = print_begin, .wait = print_wait};
	return &door->http;
}
