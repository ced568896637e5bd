#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"

/* RFC 4648, section 10, and bytes that need the last two letters */
static const struct {
	struct str data;
	const char *plain, *url;
} rows[] = {
    {STR_INIT(""), "", ""},
    {STR_INIT("f"), "Zg==", "Zg"},
    {STR_INIT("fo"), "Zm8=", "Zm8"},
    {STR_INIT("foo"), "Zm9v", "Zm9v"},
    {STR_INIT("foob"), "Zm9vYg==", "Zm9vYg"},
    {STR_INIT("fooba"), "Zm9vYmE=", "Zm9vYmE"},
    {STR_INIT("foobar"), "Zm9vYmFy", "Zm9vYmFy"},
    {STR_INIT("\xfb\xff\xfe"), "+//+", "-__-"},
    {STR_INIT("\0\0\0\0"), "AAAAAA==", "AAAAAA"},
};

/* Reads into memory of just the size that is asked for: the sanitizers see one byte more. */
static bool reads(struct str digits, enum base64_alphabet alphabet, struct str want)
{
	char *bytes = malloc(BASE64_BYTES_LEN(digits.len));
	size_t len = 0;
	bool ok;

	assert_non_null(bytes);
	ok = base64_read(digits, alphabet, bytes, &len) && str_eq((struct str){bytes, len}, want);
	free(bytes);
	return ok;
}

static void test_there_and_back(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str digits = str_from(rows[i].plain), url = str_from(rows[i].url);
		char *text = malloc(BASE64_TEXT_LEN(rows[i].data.len) + 1);

		assert_string_equal(base64_encode(arena, rows[i].data).ptr, rows[i].plain);
		assert_string_equal(base64url_encode(arena, rows[i].data).ptr, rows[i].url);
		assert_non_null(text);
		base64_write(text, rows[i].data);
		assert_memory_equal(text, rows[i].plain, BASE64_TEXT_LEN(rows[i].data.len));
		free(text);
		while (str_eat_end(&digits, STR("=")))
			;
		assert_true(reads(digits, BASE64_PLAIN, rows[i].data));
		assert_true(reads(digits, BASE64_EITHER, rows[i].data));
		assert_true(reads(url, BASE64_URL, rows[i].data));
		assert_true(reads(url, BASE64_EITHER, rows[i].data));
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *text;
		enum base64_alphabet alphabet;
	} cases[] = {
	    {"one digit", "Z", BASE64_PLAIN},
	    {"one digit too many", "Zm9vY", BASE64_PLAIN},
	    {"padding", "Zg==", BASE64_EITHER},
	    {"a line end", "Zm9v\nZm9v", BASE64_EITHER},
	    {"the other alphabet", "-__-", BASE64_PLAIN},
	    {"the other alphabet's, in an address", "+//+", BASE64_URL},
	    {"not ASCII", "Zm\xc3\xa9", BASE64_EITHER},
	};
	char bytes[32];
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (base64_read(str_from(cases[i].text), cases[i].alphabet, bytes, &len))
			fail_msg("%s", cases[i].name);
	}
}

/* Every byte: the digits are those of the alphabet, and no other. */
static void test_digits(void **state)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(letters, c) : NULL;
		int want = at ? (int)(at - letters) : -1;
		int plain = c == '+' ? 62 : c == '/' ? 63 : want;
		int url = c == '-' ? 62 : c == '_' ? 63 : want;

		assert_int_equal(base64_digit((char)c, BASE64_PLAIN), plain);
		assert_int_equal(base64_digit((char)c, BASE64_URL), url);
		assert_int_equal(base64_digit((char)c, BASE64_EITHER), plain > url ? plain : url);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_there_and_back),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_digits),
	};

	return cmocka_run_group_tests_name("base/base64", tests, NULL, NULL);
}
