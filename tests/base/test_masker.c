#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/masker.h"
#include "base/size.h"
#include "tests/support/valgrind.h"

#define M MASKER_MARK

#define KEY                                                                                     \
	"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1c7\nq83hd/+kd02jdl==\n-----END RSA " \
	"PRIVATE KEY-----"

static const struct {
	const char *name;
	const char *literals[5];
	const char *text, *want;
} rows[] = {
    {"nothing to hide", {"secret-1"}, "plain text", "plain text"},
    {"no literals", {NULL}, "secret-1", "secret-1"},
    {"empty text", {"secret-1"}, "", ""},
    {"all of it", {"secret-1"}, "secret-1", M},
    {"in the middle", {"secret-1"}, "a secret-1 b", "a " M " b"},
    {"twice", {"secret-1"}, "secret-1secret-1", M M},
    {"two", {"secret-1", "token-22"}, "token-22 and secret-1", M " and " M},
    {"the longest counts", {"secret-1", "secret-1234"}, "secret-1234", M},
    {"the shorter one where the longer ends otherwise", {"secret-1", "secret-1234"}, "secret-12x",
	M "2x"},
    {"the first eight bytes alike", {"secret-1", "secret-1a", "secret-1bb", "secret"},
	"secret-1bc secret-1a! secret-2", M "bc " M "! " M "-2"},
    {"overlap is hidden as one", {"abcdefgh", "efghijkl"}, "xabcdefghijkly", "x" M "y"},
    {"one inside another", {"abcdefghijkl", "cdefgh"}, "xabcdefghijkly", "x" M "y"},
    {"too short", {"abcde"}, "abcde", "abcde"},
    {"empty", {""}, "abcde", "abcde"},
    {"the shortest", {"abcdef"}, "-abcdef-abcde-", "-" M "-abcde-"},
    {"beginning of one at the end", {"secret-1"}, "a secret-", "a secret-"},
    {"one again and again", {"aaaaaaaa"}, "aaaaaaaaaaaaaaaaaaab", M "b"},
    {"periodic", {"abababab"}, "xabababababx", "x" M "x"},
    {"bytes", {"\xff\xfe\x01\x02\x03\x04"}, "\x01\xff\xfe\x01\x02\x03\x04\x02", "\x01" M "\x02"},
    {"a private key", {NULL}, "a\n" KEY "\nb", "a\n" M "\nb"},
    {"two private keys", {NULL}, KEY "\n" KEY, M "\n" M},
    {"an indented one", {NULL},
	"  + k = <<-EOT\n      -----BEGIN PRIVATE KEY-----\n      MIIE\n      -----END PRIVATE "
	"KEY-----\n    EOT",
	"  + k = <<-EOT\n      " M "\n    EOT"},
    {"escaped", {NULL},
	"\"-----BEGIN EC PRIVATE KEY-----\\nMIIE\\n-----END EC PRIVATE KEY-----\\n\"",
	"\"" M "\\n\""},
    {"a certificate is no secret", {NULL},
	"-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
	"-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----"},
    {"a key behind a certificate", {NULL},
	"-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n" KEY,
	"-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----\n" M},
    {"a key without an end", {NULL}, "a -----BEGIN PRIVATE KEY-----\nMIIE", "a " M},
    {"another END inside", {NULL},
	"a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END CERTIFICATE-----\nq83h\n-----END RSA "
	"PRIVATE KEY----- b",
	"a " M " b"},
    {"prose about keys", {NULL}, "write -----BEGIN RSA PRIV", "write -----BEGIN RSA PRIV"},
    {"a literal in a key and behind it", {"q83hd/+kd02"}, KEY "q83hd/+kd02", M M},
};

static void add_to_buf(void *context, struct str bytes)
{
	buf_add(context, bytes);
}

static struct masker *masker_of(struct arena *arena, const char *const *literals)
{
	struct masker *masker = masker_new(arena);

	for (; *literals; literals++)
		masker_add(masker, str_from(*literals));
	masker_add_private_keys(masker);
	masker_seal(masker);
	return masker;
}

/* In pieces of `piece` bytes, without letting anything out before the end. */
static struct str streamed(
    struct arena *arena, const struct masker *masker, struct str text, size_t piece)
{
	struct masker_stream stream;
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	masker_stream_init(&stream, arena, masker, add_to_buf, &buf);
	while (text.len > 0) {
		/* a copy of its own, so that reading past its end is seen */
		struct str bytes = str_copy(arena, str_from_to(text, 0, size_min(piece, text.len)));

		masker_stream_add(&stream, bytes);
		text = str_skip(text, bytes.len);
	}
	masker_stream_release(&stream);
	return buf_str(&buf);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct masker *masker = masker_of(arena, rows[i].literals);
		struct str text = str_from(rows[i].text);
		struct str got = masker_hide(arena, masker, text);

		if (!str_is(got, rows[i].want))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(got));
		for (size_t piece = 1; piece < 40; piece++) {
			got = streamed(arena, masker, text, piece);
			if (!str_is(got, rows[i].want))
				fail_msg("%s, in pieces of %zu: %.*s", rows[i].name, piece,
				    STR_ARG(got));
		}
	}
}

/* What is not the beginning of a literal is let out at once. */
static void test_live_prefix(void **state)
{
	static const struct {
		const char *pieces[4];
		const char *out[4]; /* after each */
	} cases[] = {
	    {{"Enter a value: "}, {"Enter a value: "}},
	    {{"value: sec", "ond"}, {"value: ", "value: second"}},
	    {{"value: sec", "ret-1", "!"}, {"value: ", "value: " M, "value: " M "!"}},
	    {{"s", "s", "secret-1"}, {"", "s", "ss" M}},
	    {{"--", "---BEGIN ", "CERT", "x"}, {"", "", "", "-----BEGIN CERTx"}},
	};
	const char *const literals[] = {"secret-1", NULL};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_of(arena, literals);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct masker_stream stream;
		struct buf buf;

		buf_init(&buf, arena, SIZE_MAX);
		masker_stream_init(&stream, arena, masker, add_to_buf, &buf);
		for (size_t k = 0; k < 4 && cases[i].pieces[k]; k++) {
			masker_stream_add(&stream, str_from(cases[i].pieces[k]));
			if (!str_is(buf_str(&buf), cases[i].out[k]))
				fail_msg("%zu, %zu: '%.*s'", i, k, STR_ARG(buf_str(&buf)));
		}
	}
}

static void test_release(void **state)
{
	const char *const literals[] = {"secret-1", NULL};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_of(arena, literals);
	struct masker_stream stream;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, SIZE_MAX);
	masker_stream_init(&stream, arena, masker, add_to_buf, &buf);
	masker_stream_add(&stream, STR("password for s"));
	assert_true(masker_stream_holds(&stream));
	masker_stream_release(&stream);
	assert_false(masker_stream_holds(&stream));
	assert_true(str_is(buf_str(&buf), "password for s"));
	masker_stream_add(&stream, STR("secret-1 s"));
	masker_stream_release(&stream);
	masker_stream_release(&stream);
	assert_true(str_is(buf_str(&buf), "password for s" M " s"));
	/* inside a key nothing is let out */
	masker_stream_add(&stream, STR("-----BEGIN PRIVATE KEY-----\nMI"));
	assert_false(masker_stream_holds(&stream));
	masker_stream_release(&stream);
	masker_stream_add(&stream, STR("IE\n-----END PRIVATE KEY-----."));
	assert_true(str_is(buf_str(&buf), "password for s" M " s" M "."));
}

static void test_forms(void **state)
{
	static const struct {
		const char *name, *secret, *text, *want;
	} cases[] = {
	    {"quoted", "pa\"ss\\w", "x = \"pa\\\"ss\\\\w\"", "x = \"" M "\""},
	    {"jsonencode", "a<b>c&d", "a\\u003cb\\u003ec\\u0026d", M},
	    {"markdown", "ghp_a_bc", "ghp\\_a\\_bc", M},
	    {"address", "a b/c?d", "https://x/a%20b%2Fc%3Fd", "https://x/" M},
	    {"lower case", "a b/c?d", "a%20b%2fc%3fd", M},
	    {"form", "a b/c?d", "q=a+b%2Fc%3Fd&", "q=" M "&"},
	    {"lines", "first line here\nsecond line here\nx", "  + second line here", "  + " M},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct masker *masker = masker_new(arena);
		struct str got;

		masker_add_encoded(masker, str_from(cases[i].secret));
		masker_seal(masker);
		got = masker_hide(arena, masker, str_from(cases[i].text));
		if (!str_is(got, cases[i].want))
			fail_msg("%s: %.*s", cases[i].name, STR_ARG(got));
	}
}

/* As common encoders write it, where only what passes by is seen. */
static void test_passing(void **state)
{
	static const struct {
		const char *name, *secret, *text, *want;
	} cases[] = {
	    {"path of Go", "wJ/K7+bPx=&@z", "https://h/wJ%2FK7+bPx=&@z/x", "https://h/" M "/x"},
	    {"user of Go", "wJ/K7+bPx=&@z", "https://wJ%2FK7+bPx=&%40z@h", "https://" M "@h"},
	    {"component", "a b!(c)*d'e/", "a%20b!(c)*d'e%2F.", M "."},
	    {"whole address", "a b/c+d@e;f", "a%20b/c+d@e;f.", M "."},
	    {"slashes stay", "wJ/K7+bPx", "wJ/K7%2BbPx.", M "."},
	    {"HTML of Go", "a&b'c\"d-x", "a&amp;b&#39;c&#34;d-x", M},
	    {"HTML of Python", "a&b'c\"d-x", "a&amp;b&#x27;c&quot;d-x", M},
	    {"XML", "a&b<c>d-x", "a&amp;b&lt;c&gt;d-x", M},
	    {"YAML", "pa'ssword", "'pa''ssword'", "'" M "'"},
	    {"shell", "pa'ssword", "'pa'\\''ssword'", "'" M "'"},
	    {"JSON in JSON", "pa\"ss\\w", "\"pa\\\\\\\"ss\\\\\\\\w\"", "\"" M "\""},
	    {"JSON in ASCII", "caf\xc3\xa9-\"x\"", "caf\\u00e9-\\\"x\\\"", M},
	    {"with capitals", "caf\xc3\xa9-<x>", "caf\\u00E9-\\u003cx\\u003e", M},
	    {"a pair", "\xf0\x9f\x98\x80-secret", "\\ud83d\\ude00-secret", M},
	    {"no UTF-8", "caf\xe9-secret", "caf\xe9-secret", M},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct masker *masker = masker_new(arena);
		struct str got;

		masker_add_passing(masker, str_from(cases[i].secret));
		masker_seal(masker);
		got = masker_hide(arena, masker, str_from(cases[i].text));
		if (!str_is(got, cases[i].want))
			fail_msg("%s: %.*s", cases[i].name, STR_ARG(got));
	}
}

/* Wherever it stands in what is encoded, hardly anything of it is left. */
static void test_base64(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);

	(void)state;
	masker_add_encoded(masker, STR("hunter2-hunter2>?"));
	masker_seal(masker);
	for (int lead = 0; lead < 7; lead++) {
		struct str text =
		    str_format(arena, "%.*suser:hunter2-hunter2>?@host", lead, "abcdefghij");
		struct str plain = base64_encode(arena, text);
		struct str got = masker_hide(arena, masker, plain);

		if (got.len + 22 > plain.len + strlen(M) + 2)
			fail_msg("%d: %.*s", lead, STR_ARG(got));
		got = masker_hide(arena, masker, base64url_encode(arena, text));
		assert_true(str_contains(got, STR(M)));
	}
}

/* Many that begin alike, some of them with others: the longest one counts. */
static void test_many_alike(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);
	int count = under_valgrind() ? 300 : 3000;

	(void)state;
	for (int i = count - 1; i >= 0; i--) {
		masker_add(masker, str_format(arena, "password%d-secret", i));
		masker_add(masker, str_format(arena, "password%d-secret-%d", i, i % 7));
	}
	masker_seal(masker);
	for (int i = 0; i < count; i++) {
		struct str text =
		    str_format(arena, "a password%d-secret b password%d-secret-%d c", i, i, i % 7);

		if (!str_eq(masker_hide(arena, masker, text), STR("a " M " b " M " c")))
			fail_msg("%d", i);
	}
}

/* Many literals: other tables, the same results as looking for them one by one. */
static void test_many(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);
	int rounds = under_valgrind() ? 2 : 20;
	uint32_t seed = 7;
	char text[4001];

	(void)state;
	for (int i = 0; i < 2000; i++)
		masker_add(masker, str_format(arena, "key-%06d", i * 7));
	masker_seal(masker);
	assert_int_equal(masker_count(masker), 2000);
	for (int round = 0; round < rounds; round++) {
		size_t hits = 0, found = 0;
		struct str rest;

		for (size_t at = 0; at + 20 < sizeof(text); at += 20) {
			seed = seed * 1664525u + 1013904223u;
			(void)snprintf(text + at, 21, "some key-%06u ....", seed >> 16 & 16383);
			hits += (seed >> 16 & 16383) % 7 == 0 && (seed >> 16 & 16383) < 14000;
		}
		rest = masker_hide(arena, masker, str_from(text));
		for (size_t at; str_find(rest, STR(M), &at); rest = str_skip(rest, at + 1))
			found++;
		assert_int_equal(found, hits);
	}
}

static void test_limits(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);
	char *huge = arena_zalloc(arena, MASKER_MAX + 1);

	(void)state;
	memset(huge, 'x', MASKER_MAX + 1);
	huge[0] = 'y';
	masker_add(masker, (struct str){huge, MASKER_MAX + 1});
	assert_int_equal(masker_count(masker), 0);
	masker_add(masker, (struct str){huge, MASKER_MAX});
	masker_add(masker, (struct str){huge, MASKER_MAX});
	assert_int_equal(masker_count(masker), 1);
	masker_seal(masker);
	assert_true(masker_is_in(masker, (struct str){huge, MASKER_MAX + 1}));
	assert_false(masker_is_in(masker, (struct str){huge, MASKER_MAX - 1}));
	assert_true(str_is(streamed(arena, masker, (struct str){huge, MASKER_MAX}, 9999), M));
	assert_false(masker_full(masker));
}

/* A key that never ends does not swallow the rest of a run. */
static void test_endless_key(void **state)
{
	const char *const none[] = {NULL};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_of(arena, none);
	struct buf text;
	struct str got;

	(void)state;
	buf_init(&text, arena, SIZE_MAX);
	buf_adds(&text, "-----BEGIN PRIVATE KEY-----");
	buf_repeat(&text, 'A', MASKER_PEM_MAX + 1000);
	buf_adds(&text, "the end");
	got = streamed(arena, masker, buf_str(&text), 4096);
	assert_true(str_starts(got, STR(M)));
	assert_true(str_ends(got, STR("the end")));
	assert_in_range(got.len, 100, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_live_prefix),
	    cmocka_unit_test(test_release),
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_passing),
	    cmocka_unit_test(test_base64),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_many_alike),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_endless_key),
	};

	return cmocka_run_group_tests_name("base/masker", tests, NULL, NULL);
}
