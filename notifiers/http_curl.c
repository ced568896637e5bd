#include "notifiers/http_curl.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"

#include "notifiers/http_curl_failure.h"

#ifndef TFHERALD_VERSION
#define TFHERALD_VERSION "0"
#endif

#define NS_PER_MS	 UINT64_C(1000000)
#define POLL_MS		 1000
#define CONNECTIONS_MAX	 8L
#define HEADER_VALUE_MAX ((size_t)8192)

/*
 * The functions of libcurl. Variadic ones are called through pointers, so libcurl's type checks are
 * off: every argument of easy_setopt() and multi_setopt() is a long, a curl_off_t or a pointer,
 * written out.
 */
/* name here, name in libcurl */
#define CURL_API(X)                                      \
	X(global_init, curl_global_init)                 \
	X(global_cleanup, curl_global_cleanup)           \
	X(easy_init, curl_easy_init)                     \
	X(easy_cleanup, curl_easy_cleanup)               \
	X(easy_setopt, curl_easy_setopt)                 \
	X(easy_getinfo, curl_easy_getinfo)               \
	X(easy_strerror, curl_easy_strerror)             \
	X(slist_append, curl_slist_append)               \
	X(slist_free_all, curl_slist_free_all)           \
	X(multi_init, curl_multi_init)                   \
	X(multi_cleanup, curl_multi_cleanup)             \
	X(multi_setopt, curl_multi_setopt)               \
	X(multi_add_handle, curl_multi_add_handle)       \
	X(multi_remove_handle, curl_multi_remove_handle) \
	X(multi_perform, curl_multi_perform)             \
	X(multi_poll, curl_multi_poll)                   \
	X(multi_info_read, curl_multi_info_read)

struct curl_api {
#define X(name, symbol) __typeof__(symbol) *name;
	CURL_API(X)
#undef X
};

#ifdef CURL_LINKED

static bool api_load(struct curl_api *api, struct err *err)
{
	(void)err;
	*api = (struct curl_api){
#define X(name, symbol) .name = (symbol),
	    CURL_API(X)
#undef X
	};
	return true;
}

#else

#ifdef __APPLE__
#define INSTALL_HINT "install curl"
static const char *const sonames[] = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
#else
#define INSTALL_HINT "install the package libcurl4 (Debian, Ubuntu) or libcurl (Fedora, Alpine)"
static const char *const sonames[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif

static const struct {
	const char *symbol;
	size_t offset;
} functions[] = {
#define X(name, symbol) {#symbol, offsetof(struct curl_api, name)},
    CURL_API(X)
#undef X
};

/* The library stays loaded: unloading it would pull OpenSSL from under its own exit handlers. */
static bool api_load(struct curl_api *api, struct err *err)
{
	void *library = NULL;

	for (size_t i = 0; i < ARRAY_LEN(sonames) && !library; i++)
		library = dlopen(sonames[i], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return err_set(err, ERR_NETWORK,
		    "libcurl is not installed, it is needed to send notifications; " INSTALL_HINT);
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		void *function = dlsym(library, functions[i].symbol);

		if (!function)
			return err_set(err, ERR_NETWORK,
			    "libcurl is too old: it has no '%s'; 7.66 or newer is needed",
			    functions[i].symbol);
		/* ISO C has no cast from object to function pointer; POSIX promises the same bytes
		 */
		memcpy((char *)api + functions[i].offset, &function, sizeof(function));
	}
	return true;
}

#endif

struct curl_door {
	struct http http;
	struct arena *arena; /* the door's own life */
	const struct sys *sys;
	struct curl_api api;
	bool loaded;
	CURLM *multi;
	struct transfer *open; /* those on their way */
};

/* One request on its way, redirects included. */
struct transfer {
	struct transfer *next; /* of the open ones */
	const struct http_request *request;
	struct http_reply *reply; /* HTTP_PENDING until the end */
	uint64_t deadline;
	struct arena *arena;
	CURL *easy;
	struct curl_slist *headers;
	struct http_url origin;
	const char *url;
	int redirects;
	struct buf body;
	struct http_header *seen;
	bool too_large;
	char error[CURL_ERROR_SIZE];
};

static void refuse(struct transfer *transfer, struct str text)
{
	transfer->reply->failure = HTTP_REFUSED;
	transfer->reply->failure_text = text;
}

/* Credentials and header values that would break out of their line never reach libcurl. */
static bool is_header_text(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool add_header(
    struct curl_door *door, struct transfer *transfer, struct str name, struct str value)
{
	struct curl_slist *longer;
	struct str line;

	if (!is_header_text(name) || !is_header_text(value))
		return false;
	/* libcurl leaves a header out when nothing follows the colon; that is what "Expect" wants
	 */
	line = str_format(transfer->arena, "%s:%s%s", str_to_c(transfer->arena, name),
	    value.len ? " " : "", str_to_c(transfer->arena, value));
	longer = door->api.slist_append(transfer->headers, line.ptr);
	if (!longer)
		return false;
	transfer->headers = longer;
	return true;
}

static bool add_headers(struct curl_door *door, struct transfer *transfer)
{
	const struct http_request *request = transfer->request;

	if (!add_header(door, transfer, STR("Expect"), STR_EMPTY))
		return false;
	for (size_t i = 0; i < request->header_count; i++)
		if (!add_header(
			door, transfer, request->headers[i].name, request->headers[i].value))
			return false;
	if (request->token.len == 0)
		return true;
	return add_header(door, transfer, STR("Authorization"),
	    str_format(transfer->arena, "Bearer %s", str_to_c(transfer->arena, request->token)));
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;

	buf_add(&transfer->body, (struct str){bytes, size * count});
	if (transfer->body.overflow) {
		transfer->too_large = true;
		return 0; /* ends the transfer */
	}
	return size * count;
}

static struct str lower_case(struct arena *arena, struct str text)
{
	char *copy = str_to_c(arena, text);

	for (size_t i = 0; i < text.len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return (struct str){copy, text.len};
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's signature */
static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct http_reply *reply = transfer->reply;
	struct str line = {bytes, size * count};
	size_t colon;

	if (str_starts(line, STR("HTTP/"))) { /* the final reply after a 100 or 103 */
		reply->header_count = 0;
		return line.len;
	}
	if (!str_find_char(line, ':', &colon) || reply->header_count == HTTP_HEADERS_MAX ||
	    line.len > HEADER_VALUE_MAX)
		return line.len;
	transfer->seen[reply->header_count++] = (struct http_header){
	    .name = lower_case(transfer->arena, str_trim(str_from_to(line, 0, colon))),
	    .value = str_copy(transfer->arena, str_trim(str_skip(line, colon + 1))),
	};
	return line.len;
}

static const char *ca_bundle(const struct curl_door *door)
{
	static const char *const names[] = {
	    "TFHERALD_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (sys_env_is_set(door->sys, names[i]))
			return door->sys->env(door->sys->state, names[i]);
	return NULL;
}

static long remaining_ms(const struct curl_door *door, uint64_t deadline)
{
	uint64_t now = door->sys->monotonic(door->sys->state);
	uint64_t left;

	if (deadline == 0)
		return HTTP_TOTAL_TIMEOUT_MS;
	if (now >= deadline)
		return 0;
	left = (deadline - now) / NS_PER_MS + 1;
	return left < HTTP_TOTAL_TIMEOUT_MS ? (long)left : HTTP_TOTAL_TIMEOUT_MS;
}

/* A second lock: http_url_check() has looked already. The text form came with 7.85. */
static void set_protocols(const struct curl_door *door, CURL *easy, bool loopback)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	door->api.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, loopback ? "https,http" : "https");
#else
	door->api.easy_setopt(
	    easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTPS | (loopback ? CURLPROTO_HTTP : 0)));
#endif
}

/* What is the same for every request: limits, TLS, what libcurl must not do by itself. */
static void set_policy(const struct curl_door *door, const struct transfer *transfer, long total_ms)
{
	__typeof__(door->api.easy_setopt) set = door->api.easy_setopt;
	CURL *easy = transfer->easy;
	bool loopback = http_host_is_loopback(transfer->origin.host);
	const char *bundle = ca_bundle(door);

	set(easy, CURLOPT_NOSIGNAL, 1L);
	set(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_TIMEOUT_MS);
	set(easy, CURLOPT_TIMEOUT_MS, total_ms);
	set(easy, CURLOPT_FOLLOWLOCATION, 0L);
	set(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	set_protocols(door, easy, loopback);
	set(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	set(easy, CURLOPT_ACCEPT_ENCODING, "");
	set(easy, CURLOPT_USERAGENT, "tfherald/" TFHERALD_VERSION);
	set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	set(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)HTTP_REPLY_MAX);
	if (loopback)
		set(easy, CURLOPT_PROXY, "");
	if (bundle)
		set(easy, CURLOPT_CAINFO, bundle);
}

static void set_request(const struct curl_door *door, struct transfer *transfer)
{
	__typeof__(door->api.easy_setopt) set = door->api.easy_setopt;
	const struct http_request *request = transfer->request;
	CURL *easy = transfer->easy;
	/* plain HTTP has nothing to wait for: it would only queue behind a slow request */
	bool shares = str_is(transfer->origin.scheme, "https") && !request->fresh_connection;

	set(easy, CURLOPT_URL, transfer->url);
	set(easy, CURLOPT_HTTPHEADER, transfer->headers);
	set(easy, CURLOPT_WRITEFUNCTION, take_body);
	set(easy, CURLOPT_WRITEDATA, (void *)transfer);
	set(easy, CURLOPT_HEADERFUNCTION, take_header);
	set(easy, CURLOPT_HEADERDATA, (void *)transfer);
	set(easy, CURLOPT_ERRORBUFFER, transfer->error);
	set(easy, CURLOPT_PRIVATE, (void *)transfer);
	if (request->body.len || str_is(str_from(request->method), "POST")) {
		set(easy, CURLOPT_POST, 1L);
		set(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
		set(easy, CURLOPT_POSTFIELDS, request->body.ptr);
	}
	set(easy, CURLOPT_CUSTOMREQUEST, request->method);
	set(easy, CURLOPT_PIPEWAIT, shares ? 1L : 0L);
	if (request->fresh_connection)
		set(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static void transfer_end(struct curl_door *door, struct transfer *transfer)
{
	if (transfer->easy) {
		(void)door->api.multi_remove_handle(door->multi, transfer->easy);
		door->api.easy_cleanup(transfer->easy);
	}
	door->api.slist_free_all(transfer->headers);
	transfer->easy = NULL;
	transfer->headers = NULL;
}

/* Sends the request to transfer->url; false when it ended before that, with the reason in the
 * reply. */
static bool transfer_start(struct curl_door *door, struct transfer *transfer)
{
	long total_ms = remaining_ms(door, transfer->deadline);
	struct http_reply *reply = transfer->reply;

	*reply = (struct http_reply){.failure = HTTP_PENDING,
	    .failure_text = STR_EMPTY,
	    .body = STR_EMPTY,
	    .headers = transfer->seen};
	buf_init(&transfer->body, transfer->arena, HTTP_REPLY_MAX);
	if (total_ms == 0) {
		reply->failure = HTTP_NOT_SENT;
		reply->failure_text = STR("no time was left to send it");
		return false;
	}
	transfer->error[0] = '\0';
	transfer->easy = door->api.easy_init();
	if (!transfer->easy || !add_headers(door, transfer)) {
		transfer_end(door, transfer);
		refuse(
		    transfer, STR("the token or a header holds a line break or control character"));
		return false;
	}
	set_policy(door, transfer, total_ms);
	set_request(door, transfer);
	if (door->api.multi_add_handle(door->multi, transfer->easy) == CURLM_OK)
		return true;
	transfer_end(door, transfer);
	refuse(transfer, STR("libcurl did not take the request"));
	return false;
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/*
 * Follows by hand, with the same method and body: libcurl would turn a POST into a GET and would
 * take custom headers along to another host. True when a new request should be started.
 */
static bool follow_redirect(struct curl_door *door, struct transfer *transfer)
{
	struct http_url to;
	char *target = NULL;

	if (!is_redirect(transfer->reply->status))
		return false;
	(void)door->api.easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &target);
	if (!target)
		return false;
	if (!http_url_parse(str_from(target), &to) || !http_same_origin(&to, &transfer->origin)) {
		refuse(transfer, str_format(transfer->arena,
				     "%.*s: redirects to another host, which is not followed",
				     STR_ARG(transfer->origin.host)));
		return false;
	}
	if (transfer->reply->status == 303 && !str_is(str_from(transfer->request->method), "GET")) {
		refuse(transfer,
		    str_format(transfer->arena, "%.*s: answers with a redirect (HTTP 303)",
			STR_ARG(transfer->origin.host)));
		return false;
	}
	if (transfer->redirects++ == HTTP_REDIRECTS_MAX) {
		refuse(transfer, str_format(transfer->arena, "%.*s: redirects more than %d times",
				     STR_ARG(transfer->origin.host), HTTP_REDIRECTS_MAX));
		return false;
	}
	transfer->url = str_to_c(transfer->arena, str_from(target));
	return true;
}

static void take_failure(struct curl_door *door, struct transfer *transfer, CURLcode code)
{
	curl_off_t pretransfer = 0;
	struct http_curl_facts facts = {
	    .code = (int)code,
	    .host = transfer->origin.host,
	    .detail = str_from(transfer->error),
	    .library_text = str_from(door->api.easy_strerror(code)),
	    .bundle = str_from(ca_bundle(door)),
	};

	(void)door->api.easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer);
	facts.pretransfer = pretransfer;
	(void)door->api.easy_getinfo(
	    transfer->easy, CURLINFO_HTTP_CONNECTCODE, &facts.proxy_status);
	facts.too_large = transfer->too_large;
	http_curl_failure(transfer->arena, &facts, transfer->reply);
}

/* Takes what libcurl says; a redirect goes on with another request. */
static void transfer_finish(struct curl_door *door, struct transfer *transfer, CURLcode code)
{
	long status = 0;
	bool again;

	if (code != CURLE_OK) {
		take_failure(door, transfer, code);
		transfer_end(door, transfer);
		return;
	}
	(void)door->api.easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	transfer->reply->failure = HTTP_OK;
	transfer->reply->status = (int)status;
	transfer->reply->body = buf_str(&transfer->body);
	again = follow_redirect(door, transfer);
	transfer_end(door, transfer);
	if (again)
		(void)transfer_start(door, transfer);
}

static void collect_finished(struct curl_door *door)
{
	int left;
	CURLMsg *message;

	while ((message = door->api.multi_info_read(door->multi, &left))) {
		struct transfer *transfer = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)door->api.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		transfer_finish(door, transfer, code);
	}
}

/* Takes those that have their reply out of the list; true when there were any. */
static bool drop_ended(struct curl_door *door)
{
	struct transfer **link = &door->open;
	bool any = false;

	while (*link) {
		if ((*link)->easy) {
			link = &(*link)->next;
			continue;
		}
		*link = (*link)->next;
		any = true;
	}
	return any;
}

/* After a failure of the multi handle itself, or at the end of the door. */
static void give_up(struct curl_door *door)
{
	for (struct transfer *transfer = door->open; transfer; transfer = transfer->next) {
		transfer_end(door, transfer);
		transfer->reply->failure = HTTP_MAYBE_SENT;
		transfer->reply->failure_text = STR("libcurl gave up");
	}
	door->open = NULL;
}

static int poll_ms(const struct curl_door *door, uint64_t until)
{
	uint64_t now = door->sys->monotonic(door->sys->state);

	if (until == 0 || until >= now + POLL_MS * NS_PER_MS)
		return POLL_MS;
	return until > now ? (int)((until - now) / NS_PER_MS + 1) : 0;
}

static void door_wait(void *state, uint64_t until)
{
	struct curl_door *door = state;

	while (door->open) {
		int running;
		int ms;

		if (door->api.multi_perform(door->multi, &running) != CURLM_OK) {
			give_up(door);
			return;
		}
		collect_finished(door);
		ms = poll_ms(door, until);
		if (drop_ended(door) || ms == 0)
			return;
		(void)door->api.multi_poll(door->multi, NULL, 0, ms, NULL);
	}
}

static bool door_open(struct curl_door *door, struct err *err)
{
	if (!door->loaded) {
		if (!api_load(&door->api, err))
			return false;
		if (door->api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
			return err_set(err, ERR_NETWORK, "libcurl cannot be initialised");
		door->loaded = true;
	}
	if (door->multi)
		return true;
	door->multi = door->api.multi_init();
	if (!door->multi)
		return err_set(err, ERR_NETWORK, "libcurl gives no handle");
	(void)door->api.multi_setopt(door->multi, CURLMOPT_MAX_HOST_CONNECTIONS, CONNECTIONS_MAX);
	return true;
}

/* False when it has failed already. */
static bool open_transfer(struct curl_door *door, struct transfer *transfer)
{
	const struct http_request *request = transfer->request;
	struct err why = {0};

	if (request->needs_token && request->token.len == 0) {
		refuse(transfer, STR("no token"));
		return false;
	}
	if (!http_url_check(request->url, &transfer->origin, &why)) {
		refuse(transfer, str_format(transfer->arena, "%s", why.text));
		return false;
	}
	return transfer_start(door, transfer);
}

static bool door_begin(void *state, struct arena *arena, const struct http_request *request,
    struct http_reply *reply, uint64_t deadline, struct err *err)
{
	struct curl_door *door = state;
	struct transfer *transfer = arena_make(arena, struct transfer);

	if (!door_open(door, err))
		return false;
	*reply = (struct http_reply){.failure_text = STR_EMPTY, .body = STR_EMPTY};
	transfer->request = request;
	transfer->reply = reply;
	transfer->deadline = deadline;
	transfer->arena = arena;
	transfer->seen = arena_array(arena, struct http_header, HTTP_HEADERS_MAX);
	transfer->url = str_to_c(arena, request->url);
	if (open_transfer(door, transfer)) {
		transfer->next = door->open;
		door->open = transfer;
	}
	return true;
}

struct http *http_curl_new(struct arena *arena, const struct sys *sys)
{
	struct curl_door *door = arena_make(arena, struct curl_door);

	door->sys = sys;
	door->arena = arena;
	door->http = (struct http){.state = door, .begin = door_begin, .wait = door_wait};
	return &door->http;
}

void http_curl_close(struct http *http)
{
	struct curl_door *door = http ? http->state : NULL;

	if (!door || !door->loaded)
		return;
	give_up(door);
	if (door->multi)
		(void)door->api.multi_cleanup(door->multi);
	door->api.global_cleanup();
	door->multi = NULL;
	door->loaded = false;
}
