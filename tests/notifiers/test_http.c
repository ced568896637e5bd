/* URLs, links and dates of the door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "notifiers/http.h"

static void assert_text(struct str text, const char *wanted)
{
	if (!str_is(text, wanted))
		print_error("got: '%.*s'\n", STR_ARG(text));
	assert_true(str_is(text, wanted));
}

static void test_url_parse(void **state)
{
	static const struct {
		const char *url;
		bool fine;
		const char *host;
		int port;
	} rows[] = {
	    {"https://api.github.com", true, "api.github.com", 443},
	    {"https://api.github.com:8443/x?y#", false, "", 0},
	    {"http://[::1]:80/x", true, "::1", 80},
	    {"http://[::1", false, "", 0},
	    {"https://h?x=1", true, "h", 443},
	    {"https://", false, "", 0},
	    {"HTTPS://h/", false, "", 0},
	    {"https://h:0/", false, "", 0},
	    {"https://h:65536/", false, "", 0},
	    {"https://h:/", false, "", 0},
	    {"https://a@b/", false, "", 0},
	    {"https://a\\@b/", false, "", 0},
	    {"https://h/a b", false, "", 0},
	    {"https://h/a\nb", false, "", 0},
	    {"https://h\xc3\xa4/", false, "", 0},
	    {"ftp://h/", false, "", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct http_url url;
		bool fine = http_url_parse(str_from(rows[i].url), &url);

		if (fine != rows[i].fine)
			print_error("%s\n", rows[i].url);
		assert_int_equal(fine, rows[i].fine);
		if (!fine)
			continue;
		assert_text(url.host, rows[i].host);
		assert_int_equal(url.port, rows[i].port);
	}
}

static void test_loopback(void **state)
{
	static const struct {
		const char *host;
		bool is;
	} rows[] = {
	    {"127.0.0.1", true},
	    {"127.255.255.254", true},
	    {"localhost", true},
	    {"::1", true},
	    {"LOCALHOST", true},
	    {"127.0.0.1.", false},
	    {"127.1", false},
	    {"127.0.0.256", false},
	    {"127.0.0.1.evil.com", false},
	    {"128.0.0.1", false},
	    {"localhost.evil.com", false},
	    {"127.a.b.c", false},
	    {"", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (http_host_is_loopback(str_from(rows[i].host)) != rows[i].is)
			print_error("%s\n", rows[i].host ? rows[i].host : "(none)");
		assert_int_equal(http_host_is_loopback(str_from(rows[i].host)), rows[i].is);
	}
}

static void test_link(void **state)
{
	static const struct {
		const char *link, *next;
	} rows[] = {
	    {"<https://a/1?page=2>; rel=\"next\", <https://a/1?page=9>; rel=\"last\"",
		"https://a/1?page=2"},
	    {"<https://a/p>; rel=\"prev\", <https://a/n,x>; rel=\"next\"", "https://a/n,x"},
	    {"<https://a/p>; title=\"x\"; rel=next", "https://a/p"},
	    {"<https://a/1>; rel=\"last\"", ""},
	    {"<https://a/1; rel=\"next\"", ""},
	    {"", ""},
	    {"rel=\"next\"", ""},
	    {"<>", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_text(http_link(str_from(rows[i].link), "next"), rows[i].next);
}

static void test_date(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: none */
	} rows[] = {
	    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
	    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
	    {"Thu, 29 Feb 2024 23:59:60 GMT", 1709251200},
	    {"Sun, 22 Nov 2026 10:15:00 GMT", 1795342500},
	    {"Sunday, 06-Nov-94 08:49:37 GMT", -1},
	    {"Sun, 06 Nov 1994 08:49:37 CET", -1},
	    {"Sun, 06 Nox 1994 08:49:37 GMT", -1},
	    {"Sun, 00 Nov 1994 08:49:37 GMT", -1},
	    {"Sun, 06 Nov 1994 24:49:37 GMT", -1},
	    {"", -1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t seconds = -1;

		if (!http_date(str_from(rows[i].text), &seconds))
			seconds = -1;
		if (seconds != rows[i].seconds)
			print_error("%s: %lld\n", rows[i].text, (long long)seconds);
		assert_true(seconds == rows[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_url_parse),
	    cmocka_unit_test(test_loopback),
	    cmocka_unit_test(test_link),
	    cmocka_unit_test(test_date),
	};

	return cmocka_run_group_tests_name("notifiers/http", tests, NULL, NULL);
}
