#include "tests/support/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define HEAD_MAX    ((size_t)64 << 10)
#define BODY_MAX    ((size_t)16 << 20)
#define RECORDS_MAX 4096
#define RULES_MAX   64
#define BACKLOG	    64
#define NS_PER_MS   1000000L
#define HTML_PAGE   "<!doctype html><title>Sign in</title><p>Please sign in to the proxy."

struct rule {
	struct server_rule rule;
	regex_t regex;
	unsigned matches;
};

struct connection {
	struct http_server *server;
	pthread_t thread;
	int fd;
	unsigned number;
	struct arena *arena; /* of this connection's thread alone */
};

struct http_server {
	struct arena *arena;
	int fd, port;
	bool stopping;
	pthread_t thread;
	pthread_mutex_t lock;
	server_handler *handler;
	void *context;
	server_observer *observer;
	void *observer_context;
	struct rule rules[RULES_MAX];
	size_t rule_count;
	struct server_request records[RECORDS_MAX];
	size_t record_count;
	struct connection connections[HTTP_SERVER_CONNECTIONS];
	unsigned connection_count;
};

static const char *const fault_names[] = {
    [SERVER_FAULT_NONE] = "none",
    [SERVER_FAULT_CLOSE_BEFORE] = "close-before",
    [SERVER_FAULT_CLOSE_AFTER] = "close-after",
    [SERVER_FAULT_TRUNCATE] = "truncate",
    [SERVER_FAULT_WRONG_LENGTH] = "wrong-length",
    [SERVER_FAULT_NO_JSON] = "no-json",
    [SERVER_FAULT_HANG] = "hang",
};

bool server_fault_from_str(struct str text, enum server_fault *out)
{
	for (size_t i = 0; i < ARRAY_LEN(fault_names); i++) {
		if (!str_is(text, fault_names[i]))
			continue;
		*out = (enum server_fault)i;
		return true;
	}
	return false;
}

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	perror(what);
	abort();
}

static void pause_ms(unsigned ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * NS_PER_MS};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
}

struct str server_request_header(const struct server_request *request, const char *name)
{
	struct str rest = request->headers;
	struct str line;
	size_t colon;

	while (str_line(&rest, &line))
		if (str_find_char(line, ':', &colon) &&
		    str_eq_nocase(str_from_to(line, 0, colon), str_from(name)))
			return str_trim(str_skip(line, colon + 1));
	return STR_EMPTY;
}

static bool read_some(int fd, struct buf *buf)
{
	char block[16384];
	ssize_t n;

	do
		n = recv(fd, block, sizeof(block), 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	buf_add(buf, (struct str){block, (size_t)n});
	return !buf->overflow;
}

/* "METHOD PATH HTTP/1.1", header lines, an empty line, the body by its length. */
static bool read_request(struct connection *connection, struct buf *buf, struct server_request *out)
{
	struct err err = {0};
	struct str head;
	struct str line;
	size_t end;
	int64_t length = 0;

	while (!str_find(buf_str(buf), STR("\r\n\r\n"), &end))
		if (buf->len > HEAD_MAX || !read_some(connection->fd, buf))
			return false;
	head = str_copy(connection->arena, str_from_to(buf_str(buf), 0, end + 2));
	if (!str_line(&head, &line) || !str_split(&line, ' ', &out->method) ||
	    !str_split(&line, ' ', &out->path))
		return false;
	out->headers = head;
	out->connection = connection->number;
	line = server_request_header(out, "content-length");
	if (line.len && !str_to_int64(line, 0, (int64_t)BODY_MAX, &length, &err))
		return false;
	end += 4;
	while (buf->len - end < (size_t)length)
		if (!read_some(connection->fd, buf))
			return false;
	out->body =
	    str_copy(connection->arena, str_from_to(buf_str(buf), end, end + (size_t)length));
	/* what came after it belongs to the next request */
	line = str_copy(connection->arena, str_skip(buf_str(buf), end + (size_t)length));
	buf_rewind(buf, 0);
	buf_add(buf, line);
	return true;
}

static void record(struct http_server *server, const struct server_request *request)
{
	if (server->record_count == RECORDS_MAX)
		return;
	server->records[server->record_count++] = (struct server_request){
	    .method = str_copy(server->arena, request->method),
	    .path = str_copy(server->arena, request->path),
	    .headers = str_copy(server->arena, request->headers),
	    .body = str_copy(server->arena, request->body),
	    .connection = request->connection,
	};
}

static bool whole_match(const regex_t *regex, const char *text)
{
	regmatch_t match;

	return regexec(regex, text, 1, &match, 0) == 0 && match.rm_so == 0 &&
	       text[match.rm_eo] == '\0';
}

/* The first rule that holds for this request now. */
static const struct server_rule *find_rule(struct http_server *server, const char *line)
{
	for (size_t i = 0; i < server->rule_count; i++) {
		struct rule *rule = &server->rules[i];
		unsigned number;

		if (!whole_match(&rule->regex, line))
			continue;
		number = rule->matches++;
		if (number < rule->rule.after)
			continue;
		if (rule->rule.times && number - rule->rule.after >= rule->rule.times)
			continue;
		return &rule->rule;
	}
	return NULL;
}

static void run_handler(struct connection *connection, const struct server_request *request,
    struct server_answer *answer)
{
	struct http_server *server = connection->server;

	if (server->handler)
		server->handler(server->context, connection->arena, request, answer);
}

static void decide(struct connection *connection, const struct server_request *request,
    struct server_answer *answer)
{
	struct http_server *server = connection->server;
	struct str line =
	    str_format(connection->arena, "%s %s", str_to_c(connection->arena, request->method),
		str_to_c(connection->arena, request->path));
	const struct server_rule *rule;

	*answer = (struct server_answer){
	    .status = 404,
	    .headers = STR_EMPTY,
	    .body = STR("{\"message\":\"Not Found\"}"),
	};
	pthread_mutex_lock(&server->lock);
	record(server, request);
	if (server->observer)
		server->observer(server->observer_context, request);
	rule = find_rule(server, line.ptr);
	if (rule && rule->status) {
		answer->status = rule->status;
		answer->headers = str_from(rule->headers);
		answer->body = str_from(rule->body);
	} else if (!rule || rule->fault != SERVER_FAULT_CLOSE_BEFORE) {
		run_handler(connection, request, answer);
	}
	if (rule) {
		answer->fault = rule->fault;
		answer->delay_ms = rule->delay_ms;
	}
	pthread_mutex_unlock(&server->lock);
}

static bool send_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = send(fd, text.ptr, text.len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_skip(text, (size_t)n);
	}
	return true;
}

/* True when the connection can go on. */
static bool send_answer(struct connection *connection, const struct server_answer *answer)
{
	bool html = answer->fault == SERVER_FAULT_NO_JSON;
	struct str body = html ? STR(HTML_PAGE) : answer->body;
	size_t length = answer->fault == SERVER_FAULT_WRONG_LENGTH ? body.len / 2 : body.len;
	struct str sent = body;
	struct buf buf;

	if (answer->fault == SERVER_FAULT_TRUNCATE)
		sent.len /= 2;
	buf_init(&buf, connection->arena, HEAD_MAX);
	buf_addf(&buf, "HTTP/1.1 %d Answer\r\nContent-Length: %zu\r\n", answer->status, length);
	buf_addf(&buf, "Content-Type: %s\r\n", html ? "text/html" : "application/json");
	buf_add(&buf, answer->headers);
	buf_adds(&buf, "\r\n");
	if (answer->status == 204)
		sent.len = 0;
	return send_all(connection->fd, buf_str(&buf)) && send_all(connection->fd, sent) &&
	       (answer->fault == SERVER_FAULT_NONE || html);
}

static bool is_stopping(struct http_server *server)
{
	bool stopping;

	pthread_mutex_lock(&server->lock);
	stopping = server->stopping;
	pthread_mutex_unlock(&server->lock);
	return stopping;
}

static bool serve_one(struct connection *connection, struct buf *buf)
{
	struct server_request request;
	struct server_answer answer;

	if (!read_request(connection, buf, &request))
		return false;
	decide(connection, &request, &answer);
	pause_ms(answer.delay_ms);
	while (answer.fault == SERVER_FAULT_HANG && !is_stopping(connection->server))
		pause_ms(10);
	if (answer.fault == SERVER_FAULT_CLOSE_BEFORE || answer.fault == SERVER_FAULT_CLOSE_AFTER ||
	    answer.fault == SERVER_FAULT_HANG)
		return false;
	return send_answer(connection, &answer);
}

static void *serve_connection(void *context)
{
	struct connection *connection = context;
	struct buf buf;

	connection->arena = arena_new();
	buf_init(&buf, connection->arena, HEAD_MAX + BODY_MAX);
	while (serve_one(connection, &buf))
		continue;
	/* closed at the stop, under the lock: the number must not be used again before that */
	(void)shutdown(connection->fd, SHUT_RDWR);
	arena_free(connection->arena);
	return NULL;
}

static void *serve(void *context)
{
	struct http_server *server = context;

	for (;;) {
		int fd = accept(server->fd, NULL, NULL);
		struct connection *connection;

		if (fd < 0 && errno == EINTR)
			continue;
		if (fd < 0)
			return NULL;
		pthread_mutex_lock(&server->lock);
		must(server->connection_count < HTTP_SERVER_CONNECTIONS, "too many connections");
		connection = &server->connections[server->connection_count];
		connection->number = server->connection_count++;
		connection->server = server;
		connection->fd = fd;
		must(pthread_create(&connection->thread, NULL, serve_connection, connection) == 0,
		    "thread");
		pthread_mutex_unlock(&server->lock);
	}
}

struct http_server *http_server_start(int port, server_handler *handler, void *context)
{
	struct arena *arena = arena_new();
	struct http_server *server = arena_make(arena, struct http_server);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	socklen_t size = sizeof(address);
	int on = 1;

	server->arena = arena;
	server->handler = handler;
	server->context = context;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->fd = socket(AF_INET, SOCK_STREAM, 0);
	must(server->fd >= 0, "socket");
	(void)setsockopt(server->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(bind(server->fd, (struct sockaddr *)&address, sizeof(address)) == 0, "bind");
	must(listen(server->fd, BACKLOG) == 0, "listen");
	must(getsockname(server->fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
	server->port = ntohs(address.sin_port);
	must(pthread_mutex_init(&server->lock, NULL) == 0, "mutex");
	must(pthread_create(&server->thread, NULL, serve, server) == 0, "thread");
	return server;
}

void http_server_stop(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->stopping = true;
	pthread_mutex_unlock(&server->lock);
	(void)shutdown(server->fd, SHUT_RDWR); /* wakes accept() */
	(void)pthread_join(server->thread, NULL);
	(void)close(server->fd);
	for (unsigned i = 0; i < server->connection_count; i++) {
		(void)shutdown(server->connections[i].fd, SHUT_RDWR);
		(void)pthread_join(server->connections[i].thread, NULL);
		(void)close(server->connections[i].fd);
	}
	http_server_clear(server);
	(void)pthread_mutex_destroy(&server->lock);
	arena_free(server->arena);
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

void http_server_rule(struct http_server *server, const struct server_rule *rule)
{
	struct rule *slot;

	pthread_mutex_lock(&server->lock);
	must(server->rule_count < RULES_MAX, "too many rules");
	slot = &server->rules[server->rule_count++];
	slot->rule = *rule;
	slot->matches = 0;
	must(regcomp(&slot->regex, rule->pattern, REG_EXTENDED) == 0, rule->pattern);
	pthread_mutex_unlock(&server->lock);
}

void http_server_observe(struct http_server *server, server_observer *observer, void *context)
{
	pthread_mutex_lock(&server->lock);
	server->observer = observer;
	server->observer_context = context;
	pthread_mutex_unlock(&server->lock);
}

void http_server_clear(struct http_server *server)
{
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->rule_count; i++)
		regfree(&server->rules[i].regex);
	server->rule_count = 0;
	server->record_count = 0;
	pthread_mutex_unlock(&server->lock);
}

size_t http_server_count(struct http_server *server)
{
	size_t count;

	pthread_mutex_lock(&server->lock);
	count = server->record_count;
	pthread_mutex_unlock(&server->lock);
	return count;
}

struct server_request http_server_request(struct http_server *server, size_t index)
{
	struct server_request request = {STR_EMPTY, STR_EMPTY, STR_EMPTY, STR_EMPTY, 0};

	pthread_mutex_lock(&server->lock);
	if (index < server->record_count)
		request = server->records[index];
	pthread_mutex_unlock(&server->lock);
	return request;
}

size_t http_server_matching(struct http_server *server, const char *pattern)
{
	regex_t regex;
	size_t count = 0;

	must(regcomp(&regex, pattern, REG_EXTENDED) == 0, pattern);
	pthread_mutex_lock(&server->lock);
	for (size_t i = 0; i < server->record_count; i++) {
		struct str line = str_format(server->arena, "%s %s",
		    str_to_c(server->arena, server->records[i].method),
		    str_to_c(server->arena, server->records[i].path));

		if (whole_match(&regex, line.ptr))
			count++;
	}
	pthread_mutex_unlock(&server->lock);
	regfree(&regex);
	return count;
}
