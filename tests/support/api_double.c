#include "tests/support/api_double.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/sys.h"
#include "notifiers/reply.h"

#define ANSWER_MAX     ((size_t)64 << 20)
#define BODY_LIMIT     ((size_t)262144)
#define FIRST_ID       1000
#define DOUBLE_NOW     INT64_C(1795342500)
#define CHANNEL_ID_LEN 9

struct call {
	struct api_double *api;
	struct arena *arena;
	const struct server_request *request;
	struct server_answer *answer;
	const struct reply *body; /* or NULL */
	struct str query;
	struct str parts[8]; /* of the path */
	size_t part_count;
};

struct writer {
	struct buf buf;
	struct sink sink;
	struct jsonw json;
};

static void writer_init(struct writer *writer, struct arena *arena)
{
	buf_init(&writer->buf, arena, ANSWER_MAX);
	sink_to_buf(&writer->sink, &writer->buf);
	jsonw_init(&writer->json, &writer->sink, 0);
}

static void say(struct call *call, int status, const char *message)
{
	struct writer writer;

	writer_init(&writer, call->arena);
	jsonw_begin_object(&writer.json);
	jsonw_field_str(&writer.json, "message", str_from(message));
	jsonw_end_object(&writer.json);
	call->answer->status = status;
	call->answer->body = buf_str(&writer.buf);
}

static int64_t number_of(struct str text)
{
	struct err err = {0};
	int64_t number;

	return str_to_int64(text, 0, INT64_MAX, &number, &err) ? number : 0;
}

static struct str query_value(const struct call *call, const char *name)
{
	struct str rest = call->query;
	struct str part;

	while (str_split(&rest, '&', &part))
		if (str_eat(&part, str_from(name)) && str_eat(&part, STR("=")))
			return part;
	return STR_EMPTY;
}

static void write_named(struct jsonw *json, const char *key, const char *name, struct str value)
{
	jsonw_key(json, key);
	jsonw_begin_object(json);
	jsonw_field_str(json, name, value);
	jsonw_end_object(json);
}

static void write_pull(const struct call *call, struct jsonw *json, const struct double_pull *pull)
{
	jsonw_begin_object(json);
	jsonw_field_int(json, "number", pull->number);
	jsonw_field_str(json, "state", pull->open ? STR("open") : STR("closed"));
	jsonw_field_bool(json, "locked", false);
	jsonw_field_str(json, "html_url",
	    str_format(call->arena, "%s/%s/pull/%lld", str_to_c(call->arena, call->api->origin),
		str_to_c(call->arena, call->api->repository), (long long)pull->number));
	write_named(json, "head", "sha", pull->head);
	jsonw_key(json, "base");
	jsonw_begin_object(json);
	jsonw_field_str(json, "ref", pull->base_ref);
	write_named(json, "repo", "full_name", pull->base_repository);
	jsonw_end_object(json);
	jsonw_key(json, "merged_at");
	if (pull->merge.len)
		jsonw_str(json, STR("2026-11-22T10:00:00Z"));
	else
		jsonw_null(json);
	if (pull->merge.len)
		jsonw_field_str(json, "merge_commit_sha", pull->merge);
	jsonw_end_object(json);
}

static void get_pull(struct call *call)
{
	struct writer writer;

	for (size_t i = 0; i < call->api->pull_count; i++) {
		if (call->api->pulls[i].number != number_of(call->parts[4]))
			continue;
		writer_init(&writer, call->arena);
		write_pull(call, &writer.json, &call->api->pulls[i]);
		call->answer->status = 200;
		call->answer->body = buf_str(&writer.buf);
		return;
	}
	say(call, 404, "Not Found");
}

static void get_pulls_of_commit(struct call *call)
{
	struct writer writer;

	writer_init(&writer, call->arena);
	jsonw_begin_array(&writer.json);
	for (size_t i = 0; i < call->api->pull_count; i++) {
		const struct double_pull *pull = &call->api->pulls[i];

		if (str_eq(pull->head, call->parts[4]) || str_eq(pull->merge, call->parts[4]))
			write_pull(call, &writer.json, pull);
	}
	jsonw_end_array(&writer.json);
	call->answer->status = 200;
	call->answer->body = buf_str(&writer.buf);
}

static void write_comment(
    const struct call *call, struct jsonw *json, const struct double_comment *comment)
{
	jsonw_begin_object(json);
	jsonw_field_int(json, "id", comment->id);
	jsonw_field_str(json, "html_url",
	    str_format(call->arena, "%s/%s/pull/%lld#issuecomment-%lld",
		str_to_c(call->arena, call->api->origin),
		str_to_c(call->arena, call->api->repository), (long long)comment->issue,
		(long long)comment->id));
	jsonw_key(json, "user");
	jsonw_begin_object(json);
	jsonw_field_str(json, "login", comment->login);
	jsonw_field_int(json, "id", comment->user);
	jsonw_field_str(json, "type", comment->type);
	jsonw_end_object(json);
	jsonw_field_str(
	    json, "node_id", str_format(call->arena, "IC_%lld", (long long)comment->id));
	jsonw_field_str(json, "created_at", time_to_rfc3339(call->arena, comment->born));
	jsonw_field_str(json, "updated_at", time_to_rfc3339(call->arena, comment->at));
	jsonw_field_str(json, "body", comment->body);
	jsonw_end_object(json);
}

static void answer_comment(struct call *call, int status, const struct double_comment *comment)
{
	struct writer writer;

	writer_init(&writer, call->arena);
	write_comment(call, &writer.json, comment);
	call->answer->status = status;
	call->answer->body = buf_str(&writer.buf);
}

static bool is_listed(const struct call *call, const struct double_comment *comment)
{
	struct str since = query_value(call, "since");

	if (comment->deleted || comment->issue != number_of(call->parts[4]))
		return false;
	/* RFC 3339 in UTC compares as text */
	return since.len == 0 || str_cmp(time_to_rfc3339(call->arena, comment->at), since) >= 0;
}

static struct str link_to(struct call *call, size_t size, size_t page, const char *rel)
{
	return str_format(call->arena,
	    "<%s/repos/%s/issues/%s/comments?per_page=%zu&page=%zu>; rel=\"%s\"",
	    str_to_c(call->arena, call->api->origin), str_to_c(call->arena, call->api->repository),
	    str_to_c(call->arena, call->parts[4]), size, page, rel);
}

/* Like GitHub: prev and first behind the first page, next and last before the last one. */
static void link_pages(struct call *call, size_t page, size_t size, size_t last)
{
	struct buf buf;

	if (last < 2)
		return;
	buf_init(&buf, call->arena, 4096);
	buf_adds(&buf, "link: ");
	if (page > 1)
		buf_add(&buf, link_to(call, size, page - 1, "prev"));
	if (page > 1 && page < last)
		buf_adds(&buf, ", ");
	if (page < last) {
		buf_add(&buf, link_to(call, size, page + 1, "next"));
		buf_adds(&buf, ", ");
		buf_add(&buf, link_to(call, size, last, "last"));
	}
	buf_adds(&buf, "\r\n");
	call->answer->headers = buf_str(&buf);
}

static void list_comments(struct call *call)
{
	size_t size = (size_t)number_of(query_value(call, "per_page"));
	size_t page = (size_t)number_of(query_value(call, "page"));
	size_t number = 0;
	struct writer writer;

	size = call->api->page_size ? call->api->page_size : size ? size : 30;
	page = page ? page : 1;
	writer_init(&writer, call->arena);
	jsonw_begin_array(&writer.json);
	for (size_t i = 0; i < call->api->comment_count; i++) {
		const struct double_comment *comment = &call->api->comments[i];

		if (!is_listed(call, comment))
			continue;
		if (number >= (page - 1) * size && number < page * size)
			write_comment(call, &writer.json, comment);
		number++;
	}
	jsonw_end_array(&writer.json);
	call->answer->status = 200;
	call->answer->body = buf_str(&writer.buf);
	link_pages(call, page, size, (number + size - 1) / size);
}

/* Answers 422 itself. */
static bool body_is_fine(struct call *call, struct str body)
{
	size_t limit = call->api->max_body ? call->api->max_body : BODY_LIMIT;

	if (body.len > 0 && body.len <= limit)
		return true;
	say(call, 422,
	    body.len ? "Body is too long (maximum is 65536 characters)" : "Body can't be blank");
	return false;
}

static void create_comment(struct call *call)
{
	struct api_double *api = call->api;
	struct str body = reply_text(call->body, "body");
	struct double_comment *comment;

	if (!body_is_fine(call, body))
		return;
	comment = api_double_comment(api, number_of(call->parts[4]), "", api->my_id, body);
	comment->login =
	    api->is_app ? str_format(api->arena, "%s[bot]", api->my_login.ptr) : api->my_login;
	comment->type = api->is_app ? STR("Bot") : STR("User");
	answer_comment(call, 201, comment);
}

static struct double_comment *find_comment(struct api_double *api, int64_t id)
{
	for (size_t i = 0; i < api->comment_count; i++)
		if (api->comments[i].id == id && !api->comments[i].deleted)
			return &api->comments[i];
	return NULL;
}

static void one_comment(struct call *call)
{
	struct double_comment *comment = find_comment(call->api, number_of(call->parts[5]));

	if (!comment) {
		say(call, 404, "Not Found");
		return;
	}
	if (str_is(call->request->method, "DELETE")) {
		comment->deleted = true;
		call->answer->status = 204;
		call->answer->body = STR_EMPTY;
		return;
	}
	if (str_is(call->request->method, "PATCH")) {
		if (!body_is_fine(call, reply_text(call->body, "body")))
			return;
		comment->body = str_copy(call->api->arena, reply_text(call->body, "body"));
		comment->at = ++call->api->now;
		comment->editor = call->api->my_login;
	}
	answer_comment(call, 200, comment);
}

static void get_user(struct call *call)
{
	struct writer writer;

	if (call->api->is_app) {
		say(call, 403, "Resource not accessible by integration");
		return;
	}
	writer_init(&writer, call->arena);
	jsonw_begin_object(&writer.json);
	jsonw_field_str(&writer.json, "login", call->api->my_login);
	jsonw_field_int(&writer.json, "id", call->api->my_id);
	jsonw_end_object(&writer.json);
	call->answer->status = 200;
	call->answer->body = buf_str(&writer.buf);
}

static void write_node(struct call *call, struct jsonw *json, struct str id)
{
	const struct double_comment *comment;

	(void)str_eat(&id, STR("IC_"));
	comment = find_comment(call->api, number_of(id));
	if (!comment) {
		jsonw_null(json);
		return;
	}
	jsonw_begin_object(json);
	if (comment->editor.len) {
		write_named(json, "editor", "login", comment->editor);
	} else {
		jsonw_key(json, "editor");
		jsonw_null(json);
	}
	jsonw_end_object(json);
}

static void graphql(struct call *call)
{
	const struct reply *ids;
	struct writer writer;

	if (call->api->no_graphql) {
		say(call, 403, "Resource not accessible by integration");
		return;
	}
	ids = reply_get(reply_get(call->body, "variables"), "ids");
	writer_init(&writer, call->arena);
	jsonw_begin_object(&writer.json);
	jsonw_key(&writer.json, "data");
	jsonw_begin_object(&writer.json);
	write_named(&writer.json, "viewer", "login", call->api->my_login);
	jsonw_key(&writer.json, "nodes");
	jsonw_begin_array(&writer.json);
	for (size_t i = 0; i < reply_count(ids); i++)
		write_node(call, &writer.json, reply_text_of(reply_at(ids, i)));
	jsonw_end_array(&writer.json);
	jsonw_end_object(&writer.json);
	jsonw_end_object(&writer.json);
	call->answer->status = 200;
	call->answer->body = buf_str(&writer.buf);
}

static void slack_ok(struct call *call, struct str channel, struct str ts)
{
	struct writer writer;

	writer_init(&writer, call->arena);
	jsonw_begin_object(&writer.json);
	jsonw_field_bool(&writer.json, "ok", true);
	jsonw_field_str(&writer.json, "channel", channel);
	jsonw_field_str(&writer.json, "ts", ts);
	jsonw_end_object(&writer.json);
	call->answer->status = 200;
	call->answer->body = buf_str(&writer.buf);
}

static void slack_error(struct call *call, const char *error)
{
	call->answer->status = 200;
	call->answer->body = str_format(call->arena, "{\"ok\":false,\"error\":\"%s\"}", error);
}

/* A name becomes an id, the same for the same name; an id stays. */
static struct str channel_id(struct arena *arena, struct str channel)
{
	unsigned hash = 5381;

	if (channel.len == CHANNEL_ID_LEN && channel.ptr[0] == 'C')
		return channel;
	(void)str_eat(&channel, STR("#"));
	for (size_t i = 0; i < channel.len; i++)
		hash = hash * 33 + (unsigned char)channel.ptr[i];
	return str_format(arena, "C%08X", hash);
}

static void slack_post(struct call *call)
{
	struct api_double *api = call->api;
	struct double_message *message = &api->messages[api->message_count];

	if (!call->body || reply_text(call->body, "text").len == 0) {
		slack_error(call, "no_text");
		return;
	}
	if (reply_text(call->body, "channel").len == 0) {
		slack_error(call, "channel_not_found");
		return;
	}
	if (api->message_count++ == DOUBLE_MESSAGES_MAX)
		abort();
	*message = (struct double_message){
	    .channel =
		channel_id(api->arena, str_copy(api->arena, reply_text(call->body, "channel"))),
	    .ts = str_format(api->arena, "%lld.%06zu", (long long)api->now, api->message_count),
	    .thread = str_copy(api->arena, reply_text(call->body, "thread_ts")),
	    .body = str_copy(api->arena, call->request->body),
	};
	slack_ok(call, message->channel, message->ts);
}

static void slack_update(struct call *call)
{
	struct api_double *api = call->api;

	for (size_t i = 0; i < api->message_count && !api->gone_messages; i++) {
		struct double_message *message = &api->messages[i];

		if (!str_eq(message->ts, reply_text(call->body, "ts")) ||
		    !str_eq(message->channel, reply_text(call->body, "channel")))
			continue;
		message->body = str_copy(api->arena, call->request->body);
		slack_ok(call, message->channel, message->ts);
		return;
	}
	slack_error(call, "message_not_found");
}

static void webhook(struct call *call)
{
	call->api->webhook_count++;
	call->answer->status = call->body ? 200 : 400;
	call->answer->body = call->body ? STR("ok") : STR("invalid_payload");
}

/* Method and path; '*' is any one part, a last "**" any number of them. */
static const struct {
	const char *method, *path;
	void (*run)(struct call *call);
} routes[] = {
    {"GET", "user", get_user},
    {"POST", "graphql", graphql},
    {"GET", "repos/*/*/pulls/*", get_pull},
    {"GET", "repos/*/*/commits/*/pulls", get_pulls_of_commit},
    {"GET", "repos/*/*/issues/*/comments", list_comments},
    {"POST", "repos/*/*/issues/*/comments", create_comment},
    {"GET", "repos/*/*/issues/comments/*", one_comment},
    {"PATCH", "repos/*/*/issues/comments/*", one_comment},
    {"DELETE", "repos/*/*/issues/comments/*", one_comment},
    {"POST", "api/chat.postMessage", slack_post},
    {"POST", "api/chat.update", slack_update},
    {"POST", "services/**", webhook},
};

static bool path_fits(const struct call *call, struct str pattern)
{
	struct str part;
	size_t at = 0;

	while (str_split(&pattern, '/', &part)) {
		if (str_is(part, "**"))
			return true;
		if (at == call->part_count ||
		    (!str_is(part, "*") && !str_eq(part, call->parts[at])))
			return false;
		at++;
	}
	return at == call->part_count;
}

static bool is_other_repository(const struct call *call)
{
	struct str wanted = call->api->repository;
	struct str owner;

	return call->part_count > 3 && str_is(call->parts[0], "repos") &&
	       str_split(&wanted, '/', &owner) &&
	       !(str_eq_nocase(owner, call->parts[1]) && str_eq_nocase(wanted, call->parts[2]));
}

static void dispatch_call(struct call *call)
{
	if (is_other_repository(call)) {
		say(call, 404, "Not Found");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!str_is(call->request->method, routes[i].method) ||
		    !path_fits(call, str_from(routes[i].path)))
			continue;
		routes[i].run(call);
		return;
	}
	say(call, 404, "Not Found");
}

void api_double_handle(void *context, struct arena *arena, const struct server_request *request,
    struct server_answer *answer)
{
	struct reply *body CLEANUP(reply_free_ptr) = NULL;
	struct call call = {.api = context, .arena = arena, .request = request, .answer = answer};
	struct err err = {0};
	struct str path = request->path;
	size_t at;

	call.query = STR_EMPTY;
	if (str_find_char(path, '?', &at)) {
		call.query = str_skip(path, at + 1);
		path = str_from_to(path, 0, at);
	}
	(void)str_eat(&path, STR("/"));
	while (call.part_count < ARRAY_LEN(call.parts) &&
	       str_split(&path, '/', &call.parts[call.part_count]))
		call.part_count++;
	if (request->body.len && !reply_parse(request->body, &body, &err)) {
		say(&call, 400, "Problems parsing JSON");
		return;
	}
	call.body = body;
	dispatch_call(&call);
}

void api_double_init(struct api_double *api, struct arena *arena, struct str origin)
{
	*api = (struct api_double){
	    .arena = arena,
	    .origin = origin,
	    .repository = STR("acme/infra"),
	    .next_id = FIRST_ID,
	    .now = DOUBLE_NOW,
	    .my_id = 42,
	    .my_login = STR("herald"),
	};
}

struct double_pull *api_double_pull(struct api_double *api, int64_t number, const char *head)
{
	struct double_pull *pull = &api->pulls[api->pull_count];

	if (api->pull_count++ == DOUBLE_PULLS_MAX)
		abort();
	*pull = (struct double_pull){
	    .number = number,
	    .head = str_copy(api->arena, str_from(head)),
	    .merge = STR_EMPTY,
	    .base_ref = STR("main"),
	    .base_repository = api->repository,
	    .open = true,
	};
	return pull;
}

struct double_comment *api_double_comment(
    struct api_double *api, int64_t issue, const char *login, int64_t user, struct str body)
{
	struct double_comment *comment = &api->comments[api->comment_count];

	if (api->comment_count++ == DOUBLE_COMMENTS_MAX)
		abort();
	*comment = (struct double_comment){
	    .id = api->next_id++,
	    .issue = issue,
	    .user = user,
	    .login = str_copy(api->arena, str_from(login)),
	    .type = STR("User"),
	    .body = str_copy(api->arena, body),
	    .at = api->now,
	    .born = api->now++,
	    .editor = STR_EMPTY,
	};
	return comment;
}
