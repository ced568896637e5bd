/* The door over libcurl against a real server on the loopback interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "notifiers/http_curl.h"
#include "tests/support/http_server.h"
#include "tests/support/sys_script.h"

#define MS UINT64_C(1000000)

struct world {
	struct arena *arena;
	struct http_server *server;
	struct sys_script script; /* environment only; time is the real one */
	struct sys sys;
	struct http *http;
};

static int set_up(void **state)
{
	static struct world world;

	world = (struct world){.arena = arena_new(), .server = http_server_start(0, NULL, NULL)};
	sys_script_init(&world.script);
	world.sys = world.script.sys;
	world.sys.now = sys_real()->now;
	world.sys.monotonic = sys_real()->monotonic;
	world.http = http_curl_new(world.arena, &world.sys);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	http_curl_close(world->http);
	http_server_stop(world->server);
	arena_free(world->arena);
	return 0;
}

static uint64_t monotonic(const struct world *world)
{
	return world->sys.monotonic(world->sys.state);
}

static struct str url_of(const struct world *world, const char *path)
{
	return str_format(
	    world->arena, "http://127.0.0.1:%d%s", http_server_port(world->server), path);
}

static struct http_reply send_by(
    const struct world *world, const struct http_request *request, uint64_t ms)
{
	struct http_reply reply;
	struct err err = {0};
	uint64_t deadline = ms ? monotonic(world) + ms * MS : 0;

	assert_true(http_send(world->http, world->arena, request, &reply, deadline, &err));
	return reply;
}

static struct http_reply get(const struct world *world, const char *path)
{
	struct http_request request = {
	    .method = "GET", .url = url_of(world, path), .token = STR_EMPTY, .body = STR_EMPTY};

	return send_by(world, &request, 5000);
}

static void assert_text(struct str text, const char *wanted)
{
	if (!str_is(text, wanted))
		print_error("got: '%.*s'\n", STR_ARG(text));
	assert_true(str_is(text, wanted));
}

static void assert_holds(struct str text, const char *wanted)
{
	if (!str_contains(text, str_from(wanted)))
		print_error("'%s' is not in: '%.*s'\n", wanted, STR_ARG(text));
	assert_true(str_contains(text, str_from(wanted)));
}

static void test_get(void **state)
{
	const struct world *world = *state;
	struct http_reply reply;
	struct server_request seen;

	http_server_rule(world->server, &(struct server_rule){.pattern = "GET /a\\?b=1",
					    .status = 200,
					    .headers = "X-One: 1\r\nLINK:  <u>; rel=\"next\" \r\n",
					    .body = "{\"ok\":true}"});
	reply = get(world, "/a?b=1");
	assert_int_equal(reply.failure, HTTP_OK);
	assert_int_equal(reply.status, 200);
	assert_text(reply.body, "{\"ok\":true}");
	assert_text(http_reply_header(&reply, "x-one"), "1");
	assert_text(http_reply_header(&reply, "link"), "<u>; rel=\"next\"");
	assert_text(http_reply_header(&reply, "x-two"), "");
	seen = http_server_request(world->server, 0);
	assert_text(server_request_header(&seen, "user-agent"), "tfherald/" TFHERALD_VERSION);
	assert_text(server_request_header(&seen, "authorization"), "");
}

static void test_post(void **state)
{
	const struct world *world = *state;
	struct http_header headers[] = {{STR_INIT("X-Test"), STR_INIT("yes")}};
	struct http_request request = {
	    .method = "POST",
	    .url = url_of(world, "/p"),
	    .token = STR("s3cret"),
	    .headers = headers,
	    .header_count = 1,
	    .fresh_connection = true,
	};
	size_t size = (size_t)2 << 20; /* over libcurl's own limit for Expect: 100-continue */
	char *body = arena_alloc(world->arena, size);
	struct server_request seen;
	struct http_reply reply;

	memset(body, 'x', size);
	body[17] = '\0';
	request.body = (struct str){body, size};
	http_server_rule(world->server,
	    &(struct server_rule){.pattern = "POST /p", .status = 201, .body = "{}"});
	reply = send_by(world, &request, 5000);
	assert_int_equal(reply.status, 201);
	seen = http_server_request(world->server, 0);
	assert_text(server_request_header(&seen, "authorization"), "Bearer s3cret");
	assert_text(server_request_header(&seen, "x-test"), "yes");
	assert_text(server_request_header(&seen, "expect"), "");
	assert_true(str_eq(seen.body, request.body));
}

static void test_methods(void **state)
{
	static const char *const methods[] = {"GET", "POST", "PATCH", "PUT", "DELETE"};
	const struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct http_request request = {.method = methods[i],
		    .url = url_of(world, "/m"),
		    .token = STR_EMPTY,
		    .body = i % 2 ? STR("{}") : STR_EMPTY};
		struct http_reply reply = send_by(world, &request, 5000);

		assert_int_equal(reply.status, 404);
		assert_text(http_server_request(world->server, i).method, methods[i]);
		assert_text(http_server_request(world->server, i).body, i % 2 ? "{}" : "");
	}
}

static void test_failures(void **state)
{
	static const struct {
		const char *name;
		enum server_fault fault;
		enum http_failure failure;
		const char *text;
	} rows[] = {
	    {"close-before", SERVER_FAULT_CLOSE_BEFORE, HTTP_MAYBE_SENT,
		"127.0.0.1: closed the connection without an answer"},
	    {"close-after", SERVER_FAULT_CLOSE_AFTER, HTTP_MAYBE_SENT,
		"127.0.0.1: closed the connection without an answer"},
	    {"truncate", SERVER_FAULT_TRUNCATE, HTTP_MAYBE_SENT,
		"127.0.0.1: the answer was cut off"},
	    {"hang", SERVER_FAULT_HANG, HTTP_MAYBE_SENT, "127.0.0.1: no answer in time"},
	};
	const struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_request request = {
		    .method = "POST",
		    .url = url_of(world, "/f"),
		    .token = STR("s3cret"),
		    .body = STR("{\"a\":1}"),
		    .fresh_connection = true,
		};
		struct http_reply reply;

		http_server_clear(world->server);
		http_server_rule(world->server, &(struct server_rule){.pattern = ".*",
						    .status = 200,
						    .body = "{\"one\":\"two\"}",
						    .fault = rows[i].fault});
		reply = send_by(world, &request, 300);
		if (reply.failure != rows[i].failure)
			print_error("%s: %d\n", rows[i].name, (int)reply.failure);
		assert_int_equal(reply.failure, rows[i].failure);
		assert_text(reply.failure_text, rows[i].text);
		/* libcurl must not have sent it again by itself */
		assert_int_equal(http_server_count(world->server), 1);
	}
}

/* A reused connection that dies: libcurl would send the POST twice without a fresh one. */
static void test_fresh_connection(void **state)
{
	const struct world *world = *state;
	struct http_request request = {
	    .method = "POST",
	    .url = url_of(world, "/comments"),
	    .token = STR_EMPTY,
	    .body = STR("{}"),
	    .fresh_connection = true,
	};

	http_server_rule(world->server,
	    &(struct server_rule){
		.pattern = "POST .*", .status = 201, .fault = SERVER_FAULT_CLOSE_AFTER});
	assert_int_equal(get(world, "/warm-up").status, 404);
	assert_int_equal(send_by(world, &request, 2000).failure, HTTP_MAYBE_SENT);
	assert_int_equal(http_server_matching(world->server, "POST /comments"), 1);
	assert_int_not_equal(http_server_request(world->server, 0).connection,
	    http_server_request(world->server, 1).connection);
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *url;
		enum http_failure failure;
		const char *text;
	} rows[] = {
	    {"plain http", "http://example.com/secret/path", HTTP_REFUSED,
		"'example.com' is asked for over plain http; only https is allowed"},
	    {"file", "file:///etc/passwd", HTTP_REFUSED,
		"the address of the service is no http(s) URL; expected https://HOST/..."},
	    {"user in URL", "https://u:p@127.0.0.1/", HTTP_REFUSED,
		"the address of the service is no http(s) URL; expected https://HOST/..."},
	    {"looks like loopback", "http://127.0.0.1.example.com/", HTTP_REFUSED,
		"'127.0.0.1.example.com' is asked for over plain http; only https is allowed"},
	    {"closed port", "http://127.0.0.1:1/", HTTP_NO_ANSWER,
		"127.0.0.1: connection refused or not reachable"},
	    {"no such name", "https://tfherald.invalid/", HTTP_NOT_SENT,
		"tfherald.invalid: its name does not resolve"},
	    {"empty", "", HTTP_REFUSED,
		"the address of the service is no http(s) URL; expected https://HOST/..."},
	};
	const struct world *world = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_request request = {.method = "GET",
		    .url = str_from(rows[i].url),
		    .token = STR("s3cret"),
		    .body = STR_EMPTY};
		struct http_reply reply = send_by(world, &request, 5000);

		if (reply.failure != rows[i].failure)
			print_error("%s\n", rows[i].name);
		assert_int_equal(reply.failure, rows[i].failure);
		assert_text(reply.failure_text, rows[i].text);
	}
	assert_int_equal(http_server_count(world->server), 0);
}

static void test_bad_headers(void **state)
{
	const struct world *world = *state;
	struct http_header header = {STR_INIT("X"), STR_INIT("a\r\nHost: evil")};
	struct http_request request = {
	    .method = "GET", .url = url_of(world, "/"), .token = STR("a\nb"), .body = STR_EMPTY};

	assert_int_equal(send_by(world, &request, 1000).failure, HTTP_REFUSED);
	request.token = STR_EMPTY;
	request.headers = &header;
	request.header_count = 1;
	assert_int_equal(send_by(world, &request, 1000).failure, HTTP_REFUSED);
	request.header_count = 0;
	request.needs_token = true;
	assert_text(send_by(world, &request, 1000).failure_text, "no token");
	assert_int_equal(http_server_count(world->server), 0);
}

static void test_redirects(void **state)
{
	const struct world *world = *state;
	struct http_request request = {
	    .method = "POST",
	    .url = url_of(world, "/old"),
	    .token = STR("s3cret"),
	    .body = STR("{\"keep\":1}"),
	};
	struct server_request seen;

	http_server_rule(world->server,
	    &(struct server_rule){
		.pattern = "POST /old", .status = 301, .headers = "Location: /new\r\n"});
	http_server_rule(world->server,
	    &(struct server_rule){.pattern = "POST /new", .status = 201, .body = "{}"});
	assert_int_equal(send_by(world, &request, 2000).status, 201);
	seen = http_server_request(world->server, 1);
	assert_text(seen.method, "POST");
	assert_text(seen.body, "{\"keep\":1}");
	assert_text(server_request_header(&seen, "authorization"), "Bearer s3cret");

	http_server_clear(world->server);
	http_server_rule(world->server,
	    &(struct server_rule){
		.pattern = "GET /loop", .status = 302, .headers = "Location: /loop\r\n"});
	assert_text(get(world, "/loop").failure_text, "127.0.0.1: redirects more than 3 times");
	assert_int_equal(http_server_count(world->server), 4);
}

static void test_redirect_elsewhere(void **state)
{
	const struct world *world = *state;
	struct http_server *other = http_server_start(0, NULL, NULL);
	const char *targets[] = {
	    str_format(world->arena, "Location: http://127.0.0.1:%d/\r\n", http_server_port(other))
		.ptr,
	    str_format(world->arena, "Location: http://localhost:%d/x\r\n",
		http_server_port(world->server))
		.ptr,
	    "Location: https://127.0.0.1/\r\n",
	    "Location: file:///etc/passwd\r\n",
	    "Location: //example.com/\r\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct http_reply reply;

		http_server_clear(world->server);
		http_server_rule(
		    world->server, &(struct server_rule){
				       .pattern = "GET /go", .status = 307, .headers = targets[i]});
		reply = get(world, "/go");
		assert_int_equal(reply.failure, HTTP_REFUSED);
		assert_text(reply.failure_text,
		    "127.0.0.1: redirects to another host, which is not followed");
		assert_int_equal(http_server_count(world->server), 1);
	}
	assert_int_equal(http_server_count(other), 0);
	http_server_stop(other);
}

static void test_too_large(void **state)
{
	const struct world *world = *state;
	size_t size = HTTP_REPLY_MAX + 1;
	char *body = arena_alloc(world->arena, size + 1);
	struct http_reply reply;

	memset(body, ' ', size);
	body[size] = '\0';
	http_server_rule(
	    world->server, &(struct server_rule){.pattern = ".*", .status = 200, .body = body});
	reply = get(world, "/");
	assert_int_equal(reply.failure, HTTP_TOO_LARGE);
	assert_text(reply.failure_text, "127.0.0.1: the answer is larger than 16 MiB");
}

static void test_parallel(void **state)
{
	const struct world *world = *state;
	struct http_request requests[6];
	struct http_reply replies[6];
	struct err err = {0};
	uint64_t start;

	http_server_rule(world->server,
	    &(struct server_rule){.pattern = ".*", .status = 200, .body = "{}", .delay_ms = 200});
	for (size_t i = 0; i < 6; i++)
		requests[i] = (struct http_request){.method = "GET",
		    .url = url_of(world, "/p"),
		    .token = STR_EMPTY,
		    .body = STR_EMPTY};
	start = monotonic(world);
	for (size_t i = 0; i < 6; i++)
		assert_true(world->http->begin(
		    world->http->state, world->arena, &requests[i], &replies[i], 0, &err));
	for (size_t i = 0; i < 6; i++)
		while (replies[i].failure == HTTP_PENDING)
			world->http->wait(world->http->state, 0);
	/* one after the other would take 1,200 ms */
	assert_true(monotonic(world) - start < 1000 * MS);
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(replies[i].status, 200);
}

/* A reply that is there does not wait for one that is not. */
static void test_first_reply(void **state)
{
	const struct world *world = *state;
	struct http_request requests[2];
	struct http_reply replies[2];
	struct err err = {0};
	uint64_t start = monotonic(world);

	http_server_rule(world->server,
	    &(struct server_rule){.pattern = ".*/0", .status = 200, .body = "{}", .delay_ms = 600});
	http_server_rule(
	    world->server, &(struct server_rule){.pattern = ".*/1", .status = 200, .body = "{}"});
	for (size_t i = 0; i < 2; i++) {
		requests[i] = (struct http_request){.method = "GET",
		    .url = url_of(world, i ? "/1" : "/0"),
		    .token = STR_EMPTY,
		    .body = STR_EMPTY};
		assert_true(world->http->begin(
		    world->http->state, world->arena, &requests[i], &replies[i], 0, &err));
	}
	while (replies[1].failure == HTTP_PENDING)
		world->http->wait(world->http->state, 0);
	assert_int_equal(replies[1].status, 200);
	assert_int_equal(replies[0].failure, HTTP_PENDING);
	/* until then and no longer; the request goes on */
	world->http->wait(world->http->state, monotonic(world) + 20 * MS);
	assert_int_equal(replies[0].failure, HTTP_PENDING);
	assert_true(monotonic(world) - start < 500 * MS);
	while (replies[0].failure == HTTP_PENDING)
		world->http->wait(world->http->state, 0);
	assert_int_equal(replies[0].status, 200);
	world->http->wait(world->http->state, 0); /* nothing is pending: at once */
}

/* What is on its way when the door closes is given up. */
static void test_closed_early(void **state)
{
	const struct world *world = *state;
	struct http_request request = {
	    .method = "GET", .url = url_of(world, "/slow"), .token = STR_EMPTY, .body = STR_EMPTY};
	struct http_reply reply;
	struct err err = {0};

	http_server_rule(world->server,
	    &(struct server_rule){.pattern = ".*", .status = 200, .body = "{}", .delay_ms = 300});
	assert_true(
	    world->http->begin(world->http->state, world->arena, &request, &reply, 0, &err));
	http_curl_close(world->http);
	assert_int_equal(reply.failure, HTTP_MAYBE_SENT);
}

static void test_deadline(void **state)
{
	const struct world *world = *state;
	struct http_request request = {
	    .method = "GET", .url = url_of(world, "/slow"), .token = STR_EMPTY, .body = STR_EMPTY};
	struct http_reply reply;
	struct err err = {0};

	http_server_rule(world->server,
	    &(struct server_rule){.pattern = ".*", .status = 200, .body = "{}", .delay_ms = 400});
	reply = send_by(world, &request, 100);
	assert_int_equal(reply.failure, HTTP_MAYBE_SENT);
	assert_true(http_send(world->http, world->arena, &request, &reply, 1, &err));
	assert_int_equal(reply.failure, HTTP_NOT_SENT);
	assert_text(reply.failure_text, "no time was left to send it");
}

/* A proxy in the environment is not for loopback hosts. */
static void test_no_proxy_for_loopback(void **state)
{
	const struct world *world = *state;

	setenv("http_proxy", "http://user:pw@127.0.0.1:1", 1);
	assert_int_equal(get(world, "/x").status, 404);
	unsetenv("http_proxy");
}

/* A proxy that wants a password: nothing reached the host, and the password stands in no text. */
static void test_proxy_refuses(void **state)
{
	const struct world *world = *state;
	struct http_request request = {.method = "POST",
	    .url = STR("https://example.invalid/x"),
	    .token = STR("s3cret"),
	    .body = STR("{}")};
	struct server_request seen;
	struct http_reply reply;

	http_server_rule(
	    world->server, &(struct server_rule){.pattern = "CONNECT .*", .status = 407});
	setenv("https_proxy",
	    str_format(
		world->arena, "http://user:hidden@127.0.0.1:%d", http_server_port(world->server))
		.ptr,
	    1);
	reply = send_by(world, &request, 2000);
	unsetenv("https_proxy");
	assert_int_equal(reply.failure, HTTP_NOT_SENT);
	assert_text(
	    reply.failure_text, "example.invalid: the proxy refused the connection (HTTP 407)");
	seen = http_server_request(world->server, 0);
	assert_text(seen.path, "example.invalid:443");
	assert_text(server_request_header(&seen, "authorization"), "");
}

/* The TLS handshake never ends: nothing of the request was sent. */
static void test_tls_hang(void **state)
{
	const struct world *world = *state;
	struct http_request request = {
	    .method = "POST",
	    .url =
		str_format(world->arena, "https://127.0.0.1:%d/", http_server_port(world->server)),
	    .token = STR("s3cret"),
	    .body = STR("{}"),
	};
	struct http_reply reply = send_by(world, &request, 300);

	assert_int_equal(reply.failure, HTTP_NOT_SENT);
	assert_text(reply.failure_text, "127.0.0.1: no answer in time");
}

static pid_t spawn_openssl(const char *const *argv, int *out)
{
	posix_spawn_file_actions_t actions;
	int fds[2] = {-1, -1};
	pid_t pid = -1;

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	posix_spawn_file_actions_adddup2(&actions, fds[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
	posix_spawn_file_actions_addclose(&actions, fds[0]);
	if (posix_spawnp(&pid, "openssl", &actions, NULL, (char *const *)(uintptr_t)argv, NULL) !=
	    0)
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	*out = fds[0];
	return pid;
}

/* "ACCEPT 127.0.0.1:PORT" on the server's output. */
static int read_port(int fd)
{
	char text[4096];
	size_t used = 0;
	size_t at;

	while (used < sizeof(text)) {
		ssize_t n = read(fd, text + used, sizeof(text) - used);
		struct str seen;

		if (n <= 0)
			return 0;
		used += (size_t)n;
		seen = (struct str){text, used};
		if (str_find(seen, STR("ACCEPT 127.0.0.1:"), &at) && seen.ptr[used - 1] == '\n') {
			struct str line;
			int64_t port;
			struct err err = {0};

			seen = str_skip(seen, at + sizeof("ACCEPT 127.0.0.1:") - 1);
			return str_line(&seen, &line) && str_to_int64(line, 1, 65535, &port, &err)
				   ? (int)port
				   : 0;
		}
	}
	return 0;
}

static void test_certificates(void **state)
{
	struct world *world = *state;
	char folder[] = "/tmp/tfherald-tls-XXXXXX";
	struct http_request request = {.method = "GET", .token = STR("s3cret"), .body = STR_EMPTY};
	struct http_reply reply;
	const char *key;
	const char *cert;
	int fd;
	int port;
	pid_t pid;

	assert_non_null(mkdtemp(folder));
	key = str_format(world->arena, "%s/key.pem", folder).ptr;
	cert = str_format(world->arena, "%s/cert.pem", folder).ptr;
	pid = spawn_openssl((const char *const[]){"openssl", "req", "-x509", "-newkey", "rsa:2048",
				"-nodes", "-keyout", key, "-out", cert, "-days", "2", "-subj",
				"/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", NULL},
	    &fd);
	if (pid < 0 && !getenv("CI")) {
		rmdir(folder);
		skip();
	}
	assert_true(pid > 0);
	close(fd);
	assert_int_equal(waitpid(pid, &port, 0), pid);
	assert_int_equal(port, 0);
	pid = spawn_openssl((const char *const[]){"openssl", "s_server", "-accept", "127.0.0.1:0",
				"-cert", cert, "-key", key, "-www", NULL},
	    &fd);
	port = read_port(fd);
	assert_true(port > 0);
	request.url = str_format(world->arena, "https://127.0.0.1:%d/", port);

	reply = send_by(world, &request, 5000);
	assert_int_equal(reply.failure, HTTP_REFUSED);
	assert_holds(reply.failure_text, "127.0.0.1: certificate does not verify (");
	assert_holds(reply.failure_text, "self-signed certificate");
	assert_holds(reply.failure_text, "TFHERALD_CA_BUNDLE");

	sys_script_env(&world->script, "SSL_CERT_FILE", cert);
	assert_int_equal(send_by(world, &request, 5000).status, 200);

	sys_script_env(&world->script, "TFHERALD_CA_BUNDLE", "/nowhere/ca.pem");
	reply = send_by(world, &request, 5000);
	assert_int_equal(reply.failure, HTTP_REFUSED);
	assert_text(
	    reply.failure_text, "the file of CA certificates '/nowhere/ca.pem' cannot be read");

	kill(pid, SIGTERM);
	waitpid(pid, &port, 0);
	close(fd);
	unlink(key);
	unlink(cert);
	rmdir(folder);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_SERVER(test_get),
	    WITH_SERVER(test_post),
	    WITH_SERVER(test_methods),
	    WITH_SERVER(test_failures),
	    WITH_SERVER(test_fresh_connection),
	    WITH_SERVER(test_refused),
	    WITH_SERVER(test_bad_headers),
	    WITH_SERVER(test_redirects),
	    WITH_SERVER(test_redirect_elsewhere),
	    WITH_SERVER(test_too_large),
	    WITH_SERVER(test_parallel),
	    WITH_SERVER(test_first_reply),
	    WITH_SERVER(test_closed_early),
	    WITH_SERVER(test_deadline),
	    WITH_SERVER(test_no_proxy_for_loopback),
	    WITH_SERVER(test_proxy_refuses),
	    WITH_SERVER(test_tls_hang),
	    WITH_SERVER(test_certificates),
	};

	return cmocka_run_group_tests_name("notifiers/http_curl", tests, NULL, NULL);
}
