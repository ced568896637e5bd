#include "notifiers/http_curl_failure.h"

#include <curl/curl.h>

#include "base/arena.h"
#include "base/utf8.h"

struct meaning {
	CURLcode code;
	enum http_failure failure;
	const char *text;
};

static const struct meaning meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_NOT_SENT, "its name does not resolve"},
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_NOT_SENT, "the name of the proxy does not resolve"},
    {CURLE_COULDNT_CONNECT, HTTP_NO_ANSWER, "connection refused or not reachable"},
    {CURLE_SSL_CONNECT_ERROR, HTTP_NOT_SENT, "TLS connection failed (TLS 1.2 or newer is needed)"},
    {CURLE_UNSUPPORTED_PROTOCOL, HTTP_REFUSED, "only https is allowed"},
    {CURLE_URL_MALFORMAT, HTTP_REFUSED, "the address is no URL"},
    {CURLE_SSL_CACERT_BADFILE, HTTP_REFUSED, "the file of CA certificates cannot be read"},
    {CURLE_SSL_CERTPROBLEM, HTTP_REFUSED, "the client certificate cannot be used"},
    {CURLE_SSL_CIPHER, HTTP_REFUSED, "no common TLS cipher"},
    {CURLE_OPERATION_TIMEDOUT, HTTP_MAYBE_SENT, "no answer in time"},
    {CURLE_GOT_NOTHING, HTTP_MAYBE_SENT, "closed the connection without an answer"},
    {CURLE_SEND_ERROR, HTTP_MAYBE_SENT, "the connection broke while sending"},
    {CURLE_RECV_ERROR, HTTP_MAYBE_SENT, "the connection broke before the answer"},
    {CURLE_PARTIAL_FILE, HTTP_MAYBE_SENT, "the answer was cut off"},
};

static const struct meaning *find_meaning(int code)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if ((int)meanings[i].code == code)
			return &meanings[i];
	return NULL;
}

/* "SSL certificate problem: self-signed certificate" -> "self-signed certificate" */
static struct str certificate_problem(struct arena *arena, const struct http_curl_facts *facts)
{
	struct str why = facts->detail;

	(void)str_eat(&why, STR("SSL certificate problem: "));
	(void)str_eat(&why, STR("SSL: "));
	why = utf8_printable(arena, utf8_cut(str_trim(why), 200), true);
	return why.len ? why : facts->library_text;
}

static void fail_certificate(
    struct arena *arena, const struct http_curl_facts *facts, struct http_reply *reply)
{
	reply->failure = HTTP_REFUSED;
	reply->failure_text = str_format(arena,
	    "%.*s: certificate does not verify (%.*s); set TFHERALD_CA_BUNDLE to a file with the "
	    "CA "
	    "certificates if it is your own CA",
	    STR_ARG(facts->host), STR_ARG(certificate_problem(arena, facts)));
}

static void fail_proxy(
    struct arena *arena, const struct http_curl_facts *facts, struct http_reply *reply)
{
	reply->failure = HTTP_NOT_SENT;
	reply->failure_text = str_format(arena, "%.*s: the proxy refused the connection (HTTP %ld)",
	    STR_ARG(facts->host), facts->proxy_status);
}

void http_curl_failure(
    struct arena *arena, const struct http_curl_facts *facts, struct http_reply *reply)
{
	const struct meaning *meaning = find_meaning(facts->code);

	if (facts->too_large || facts->code == CURLE_FILESIZE_EXCEEDED) {
		reply->failure = HTTP_TOO_LARGE;
		reply->failure_text = str_format(arena, "%.*s: the answer is larger than %zu MiB",
		    STR_ARG(facts->host), HTTP_REPLY_MAX >> 20);
		return;
	}
	if (facts->code == CURLE_PEER_FAILED_VERIFICATION) {
		fail_certificate(arena, facts, reply);
		return;
	}
	if (facts->proxy_status >= 300) {
		fail_proxy(arena, facts, reply);
		return;
	}
	reply->failure = meaning ? meaning->failure : HTTP_MAYBE_SENT;
	/* the handshakes had not ended: not one byte of the request went out */
	if (facts->code == CURLE_OPERATION_TIMEDOUT && facts->pretransfer == 0)
		reply->failure = HTTP_NOT_SENT;
	if (meaning)
		reply->failure_text =
		    str_format(arena, "%.*s: %s", STR_ARG(facts->host), meaning->text);
	else
		reply->failure_text = str_format(
		    arena, "%.*s: %.*s", STR_ARG(facts->host), STR_ARG(facts->library_text));
	if (facts->code == CURLE_SSL_CACERT_BADFILE && facts->bundle.len)
		reply->failure_text = str_format(arena,
		    "the file of CA certificates '%.*s' cannot be read", STR_ARG(facts->bundle));
}
