/*
 * mock_api: a stateful GitHub and Slack on 127.0.0.1 for the end-to-end tests.
 *
 *	mock_api [option...]
 *	  --port N              default: any free one; it is printed as the first line of output
 *	  --log FILE            one JSON line per request: method, path, headers, body
 *	  --repository O/R      default acme/infra
 *	  --pull N:HEAD[:MERGE] a pull request; with MERGE it is closed and was merged by that
 *commit
 *	  --comment N:LOGIN:ID:TEXT  one that stands there already ("\n" in TEXT is a line end)
 *	  --login NAME, --user-id N  whose the token is; default herald, 42
 *	  --app                 the token is an app's: GET /user answers 403
 *	  --no-graphql          POST /graphql answers 403
 *	  --max-body N          longer comments get 422
 *	  --page-size N         whatever per_page says
 *	  --fault 'METHOD PATH=WHAT[;HEADER: VALUE][*TIMES]'
 *	                        the left side is an extended regular expression for the whole of it;
 *WHAT is a status, delay:MS, or close-before, close-after, truncate, wrong-length, no-json, hang.
 *Several; the first that fits holds.
 *
 * GET /__state answers {"comments":[...],"messages":[...],"webhooks":N}. Use with
 * GITHUB_API_URL=http://127.0.0.1:PORT, SLACK_API_URL=http://127.0.0.1:PORT/api and, for a webhook,
 * http://127.0.0.1:PORT/services/T/B/X. Ends on SIGTERM or SIGINT; 64: wrong usage.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/sys.h"
#include "tests/support/api_double.h"
#include "tests/support/http_server.h"

#define EXIT_WRONG_USAGE 64
#define LINE_MAX_BYTES	 ((size_t)64 << 20)
#define FAULTS_MAX	 32

struct mock {
	struct arena *arena;
	struct api_double api;
	struct server_rule faults[FAULTS_MAX];
	size_t fault_count;
	int log_fd; /* -1: none */
	int port;
};

static bool to_number(struct str text, int64_t *out)
{
	struct err err = {0};

	return str_to_int64(text, 0, INT32_MAX, out, &err);
}

static bool set_port(struct mock *mock, struct str value)
{
	int64_t number;

	if (!to_number(value, &number) || number > 65535)
		return false;
	mock->port = (int)number;
	return true;
}

static bool set_log(struct mock *mock, struct str value)
{
	mock->log_fd = open(
	    value.ptr, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644); /* argv: NUL-terminated */
	return mock->log_fd >= 0;
}

static bool set_repository(struct mock *mock, struct str value)
{
	mock->api.repository = value;
	return true;
}

static bool set_login(struct mock *mock, struct str value)
{
	mock->api.my_login = value;
	return true;
}

static bool set_user_id(struct mock *mock, struct str value)
{
	return to_number(value, &mock->api.my_id);
}

static bool set_app(struct mock *mock, struct str value)
{
	(void)value;
	mock->api.is_app = true;
	return true;
}

static bool set_no_graphql(struct mock *mock, struct str value)
{
	(void)value;
	mock->api.no_graphql = true;
	return true;
}

static bool set_max_body(struct mock *mock, struct str value)
{
	int64_t number;

	if (!to_number(value, &number))
		return false;
	mock->api.max_body = (size_t)number;
	return true;
}

static bool set_page_size(struct mock *mock, struct str value)
{
	int64_t number;

	if (!to_number(value, &number))
		return false;
	mock->api.page_size = (size_t)number;
	return true;
}

static bool add_pull(struct mock *mock, struct str value)
{
	struct double_pull *pull;
	struct str number;
	struct str head;
	int64_t n;

	if (!str_split(&value, ':', &number) || !to_number(number, &n) ||
	    !str_split(&value, ':', &head))
		return false;
	pull = api_double_pull(&mock->api, n, str_to_c(mock->arena, head));
	pull->base_repository = mock->api.repository;
	pull->merge = value;
	pull->open = value.len == 0;
	return true;
}

static bool add_comment(struct mock *mock, struct str value)
{
	struct str number;
	struct str login;
	struct str user;
	struct str text;
	int64_t n;
	int64_t id;
	size_t at;
	struct buf buf;

	if (!str_split(&value, ':', &number) || !str_split(&value, ':', &login) ||
	    !str_split(&value, ':', &user) || !to_number(number, &n) || !to_number(user, &id))
		return false;
	buf_init(&buf, mock->arena, LINE_MAX_BYTES);
	for (text = value; str_find(text, STR("\\n"), &at); text = str_skip(text, at + 2)) {
		buf_add(&buf, str_from_to(text, 0, at));
		buf_addc(&buf, '\n');
	}
	buf_add(&buf, text);
	(void)api_double_comment(&mock->api, n, str_to_c(mock->arena, login), id, buf_str(&buf));
	return true;
}

static bool set_fault_kind(struct server_rule *rule, struct str what)
{
	int64_t number;

	if (str_eat(&what, STR("delay:"))) {
		if (!to_number(what, &number))
			return false;
		rule->delay_ms = (unsigned)number;
		return true;
	}
	if (!to_number(what, &number))
		return server_fault_from_str(what, &rule->fault);
	rule->status = (int)number;
	rule->body = "{\"message\":\"fault of the mock\"}";
	return true;
}

/* The text behind the last `sep`, cut off; false and unchanged when there is none. */
static bool cut_last(struct str *text, char sep, struct str *tail)
{
	for (size_t i = text->len; i > 0; i--) {
		if (text->ptr[i - 1] != sep)
			continue;
		*tail = str_skip(*text, i);
		text->len = i - 1;
		return true;
	}
	return false;
}

static bool add_fault(struct mock *mock, struct str value)
{
	struct server_rule *rule = &mock->faults[mock->fault_count];
	struct str what;
	struct str part;
	int64_t times;

	if (mock->fault_count == FAULTS_MAX || !cut_last(&value, '=', &what))
		return false;
	*rule = (struct server_rule){.pattern = str_to_c(mock->arena, value)};
	if (cut_last(&what, '*', &part)) {
		if (!to_number(part, &times))
			return false;
		rule->times = (unsigned)times;
	}
	if (cut_last(&what, ';', &part))
		rule->headers = str_format(mock->arena, "%s\r\n", str_to_c(mock->arena, part)).ptr;
	mock->fault_count++;
	return set_fault_kind(rule, what);
}

static const struct {
	const char *name;
	bool has_value;
	bool (*set)(struct mock *mock, struct str value);
} options[] = {
    {"--port", true, set_port},
    {"--log", true, set_log},
    {"--repository", true, set_repository},
    {"--pull", true, add_pull},
    {"--comment", true, add_comment},
    {"--login", true, set_login},
    {"--user-id", true, set_user_id},
    {"--app", false, set_app},
    {"--no-graphql", false, set_no_graphql},
    {"--max-body", true, set_max_body},
    {"--page-size", true, set_page_size},
    {"--fault", true, add_fault},
};

/* How many words it used; 0: wrong. */
static int take_option(struct mock *mock, int left, char **words)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		int used = options[i].has_value ? 2 : 1;

		if (!str_is(str_from(words[0]), options[i].name))
			continue;
		if (used > left)
			return 0;
		return options[i].set(mock, used == 2 ? str_from(words[1]) : STR_EMPTY) ? used : 0;
	}
	return 0;
}

static void write_headers(struct jsonw *json, struct str headers)
{
	struct str line;
	size_t colon;

	jsonw_key(json, "headers");
	jsonw_begin_object(json);
	while (str_line(&headers, &line)) {
		if (!str_find_char(line, ':', &colon))
			continue;
		jsonw_key_str(json, str_from_to(line, 0, colon));
		jsonw_str(json, str_trim(str_skip(line, colon + 1)));
	}
	jsonw_end_object(json);
}

static void log_request(void *context, const struct server_request *request)
{
	const struct mock *mock = context;
	struct arena *arena;
	struct sink sink;
	struct jsonw json;
	struct buf buf;

	if (mock->log_fd < 0 || str_is(request->path, "/__state"))
		return;
	arena = arena_new();
	buf_init(&buf, arena, LINE_MAX_BYTES);
	sink_to_buf(&sink, &buf);
	jsonw_init(&json, &sink, 0);
	jsonw_begin_object(&json);
	jsonw_field_str(&json, "method", request->method);
	jsonw_field_str(&json, "path", request->path);
	write_headers(&json, request->headers);
	jsonw_field_str(&json, "body", request->body);
	jsonw_end_object(&json);
	buf_addc(&buf, '\n');
	if (write(mock->log_fd, buf.ptr, buf.len) != (ssize_t)buf.len)
		perror("mock_api: log");
	arena_free(arena);
}

static void write_comments(struct jsonw *json, const struct api_double *api)
{
	jsonw_key(json, "comments");
	jsonw_begin_array(json);
	for (size_t i = 0; i < api->comment_count; i++) {
		const struct double_comment *comment = &api->comments[i];

		if (comment->deleted)
			continue;
		jsonw_begin_object(json);
		jsonw_field_int(json, "id", comment->id);
		jsonw_field_int(json, "issue", comment->issue);
		jsonw_field_str(json, "login", comment->login);
		jsonw_field_str(json, "body", comment->body);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void write_messages(struct jsonw *json, const struct api_double *api)
{
	jsonw_key(json, "messages");
	jsonw_begin_array(json);
	for (size_t i = 0; i < api->message_count; i++) {
		const struct double_message *message = &api->messages[i];

		jsonw_begin_object(json);
		jsonw_field_str(json, "channel", message->channel);
		jsonw_field_str(json, "ts", message->ts);
		jsonw_field_str(json, "thread", message->thread);
		jsonw_field_str(json, "body", message->body);
		jsonw_end_object(json);
	}
	jsonw_end_array(json);
}

static void handle(void *context, struct arena *arena, const struct server_request *request,
    struct server_answer *answer)
{
	struct mock *mock = context;
	struct sink sink;
	struct jsonw json;
	struct buf buf;

	if (!str_is(request->path, "/__state")) {
		api_double_handle(&mock->api, arena, request, answer);
		return;
	}
	buf_init(&buf, arena, LINE_MAX_BYTES);
	sink_to_buf(&sink, &buf);
	jsonw_init(&json, &sink, 0);
	jsonw_begin_object(&json);
	write_comments(&json, &mock->api);
	write_messages(&json, &mock->api);
	jsonw_field_int(&json, "webhooks", (int64_t)mock->api.webhook_count);
	jsonw_end_object(&json);
	answer->status = 200;
	answer->body = buf_str(&buf);
}

static void serve(struct mock *mock)
{
	struct http_server *server;
	sigset_t signals;
	int signal_number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	/* before the threads start: they inherit the mask, so that only sigwait() sees these */
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	server = http_server_start(mock->port, handle, mock);
	mock->api.origin = str_format(mock->arena, "http://127.0.0.1:%d", http_server_port(server));
	http_server_observe(server, log_request, mock);
	for (size_t i = 0; i < mock->fault_count; i++)
		http_server_rule(server, &mock->faults[i]);
	(void)printf("%d\n", http_server_port(server));
	(void)fflush(stdout);
	(void)sigwait(&signals, &signal_number);
	http_server_stop(server);
}

int main(int argc, char **argv)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct mock *mock = arena_make(arena, struct mock);
	int at = 1;

	mock->arena = arena;
	mock->log_fd = -1;
	api_double_init(&mock->api, arena, STR_EMPTY);
	mock->api.now = sys_real()->now(NULL); /* clients ask for what is newer than their clock */
	while (at < argc) {
		int used = take_option(mock, argc - at, argv + at);

		if (used == 0) {
			(void)fprintf(stderr, "mock_api: wrong option or value: '%s'\n", argv[at]);
			return EXIT_WRONG_USAGE;
		}
		at += used;
	}
	serve(mock);
	if (mock->log_fd >= 0)
		(void)close(mock->log_fd);
	return 0;
}
