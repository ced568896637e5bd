#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/digest.h"

static struct str repeated(struct arena *arena, char c, size_t count)
{
	char *bytes = arena_alloc(arena, count);

	memset(bytes, c, count);
	return (struct str){bytes, count};
}

static void check_hex(
    struct arena *arena, const char *label, const struct digest *digest, const char *want)
{
	struct str got = digest_hex(arena, digest->bytes, DIGEST_SIZE);

	if (!str_is(got, want))
		fail_msg("%s: %s", label, got.ptr);
}

/* NIST FIPS 180-2 and its two-block message; a million times "a" in uneven pieces. */
static void test_sha256(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str million = repeated(arena, 'a', 1000000);
	struct sha256 *sha = sha256_begin();
	struct digest digest;

	(void)state;
	digest = digest_sha256(STR_EMPTY);
	check_hex(arena, "empty", &digest,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	digest = digest_sha256(STR("abc"));
	check_hex(arena, "abc", &digest,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest = digest_sha256(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"));
	check_hex(arena, "two blocks", &digest,
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	sha256_add(sha, STR("a"));
	sha256_add(sha, STR("bc"));
	digest = sha256_restart(sha);
	check_hex(arena, "abc, then anew", &digest,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	for (size_t at = 0, step = 1; at < million.len; at += step, step = step * 7 % 4093) {
		size_t end = at + step < million.len ? at + step : million.len;

		sha256_add(sha, str_from_to(million, at, end));
	}
	digest = sha256_end(sha);
	check_hex(arena, "in pieces", &digest,
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* RFC 4231 */
static void test_hmac(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct {
		const char *label;
		struct str key, data;
		const char *want;
	} rows[] = {
	    {"case 1", repeated(arena, 0x0b, 20), STR("Hi There"),
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
	    {"case 2", STR("Jefe"), STR("what do ya want for nothing?"),
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
	    {"case 3", repeated(arena, (char)0xaa, 20), repeated(arena, (char)0xdd, 50),
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
	    {"case 6, a key over a block", repeated(arena, (char)0xaa, 131),
		STR("Test Using Larger Than Block-Size Key - Hash Key First"),
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	    {"empty key and text", STR_EMPTY, STR_EMPTY,
		"b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct digest digest = digest_hmac(rows[i].key, rows[i].data);

		check_hex(arena, rows[i].label, &digest, rows[i].want);
	}
}

static void test_equal(void **state)
{
	struct digest a = digest_sha256(STR("a")), b = a;

	(void)state;
	assert_true(digest_equal(&a, &b));
	b.bytes[DIGEST_SIZE - 1] ^= 1;
	assert_false(digest_equal(&a, &b));
	b = a;
	b.bytes[0] ^= 0x80;
	assert_false(digest_equal(&a, &b));
}

static void test_hex(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	assert_string_equal(
	    digest_hex(arena, (const uint8_t[]){0, 0x0f, 0xa0, 0xff}, 4).ptr, "000fa0ff");
	assert_int_equal(digest_hex(arena, (const uint8_t *)"", 0).len, 0);
}

static void test_fnv(void **state)
{
	(void)state;
	assert_true(hash_bytes(STR("foobar")) == hash_bytes(STR("foobar")));
	assert_true(hash_bytes(STR("foobar")) != hash_bytes(STR("foobaz")));
	assert_true(hash_bytes(STR("a long text of many bytes, 1")) !=
		    hash_bytes(STR("a long text of many bytes, 2")));
	assert_true(hash_bytes(STR("a")) != hash_bytes(STR("a\0")));
	assert_true(hash_bytes(STR_EMPTY) != hash_bytes(STR("\0")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sha256),
	    cmocka_unit_test(test_hmac),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_hex),
	    cmocka_unit_test(test_fnv),
	};

	return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}
