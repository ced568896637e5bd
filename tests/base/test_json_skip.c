/* Values are skipped in the same way with and without AVX2: of the two the processor chooses one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_skip.h"
#include "base/json_window.h"

/* The same file once more, for processors that have it not. */
#define JSON_SCAN_NO_AVX2
#define json_skip_container plain_skip_container
#define json_skip_string    plain_skip_string
bool json_skip_container(struct json_window *window, int depth, struct err *err);
bool json_skip_string(struct json_window *window, struct err *err);
#include "base/json_skip.c" // NOLINT(bugprone-suspicious-include)
#undef json_skip_container
#undef json_skip_string

#define TEXT_LEN ((size_t)700)

static uint32_t roll(uint64_t *dice, uint32_t sides)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*dice >> 33) % sides;
}

/* Brackets that mostly match, strings with what is not plain in them, and some mistakes. */
static struct str text_of(uint64_t seed, char text[TEXT_LEN])
{
	static const char *const pieces[] = {"\"", "\\", "\\\"", "\\\\", "\\u00e9", "\\x", "{", "}",
	    "[", "]", ",", ":", "\t", "\n", "\x01", "a", "abcdefghijklmnopqrstuvwxyz", "\xc3\xa9",
	    "1"};
	uint64_t dice = seed;
	size_t len = 1, want = roll(&dice, TEXT_LEN - 30);
	uint32_t plain = roll(&dice, 20) + 1; /* one in so many pieces is drawn from all */

	text[0] = '{';
	while (len < want) {
		uint32_t any = roll(&dice, ARRAY_LEN(pieces));
		const char *piece = roll(&dice, plain) == 0 ? pieces[any] : "word \"k\" ";

		for (; *piece; piece++)
			text[len++] = *piece;
	}
	for (int i = 0; i < 9; i++)
		text[len++] = "]}}]}}]}}"[i];
	return (struct str){text, len};
}

typedef bool skipping(struct json_window *window, int depth, struct err *err);

struct outcome {
	bool ok;
	uint64_t offset;
	struct err err;
};

static struct outcome skipped(struct str text, size_t window_size, int depth, skipping *how)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct json_window window = {.input = NULL};
	struct outcome out = {.err = {.code = ERR_NONE}};

	json_window_init(&window, arena, input_from_str(arena, "x", text), 0, window_size);
	assert_true(json_window_more(&window, &out.err));
	out.ok = how(&window, depth, &out.err);
	out.offset = json_window_offset(&window, window.at);
	json_window_close(&window);
	return out;
}

static void test_the_same(void **state)
{
	static const size_t windows[] = {64, 128, 1000};
	char text[TEXT_LEN];
	size_t good = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 3000; seed++) {
		struct str json = text_of(seed, text);
		size_t size = windows[seed % ARRAY_LEN(windows)];
		int depth = seed % 5 == 0 ? 199 : 0;
		struct outcome one = skipped(json, size, depth, json_skip_container);
		struct outcome other = skipped(json, size, depth, plain_skip_container);

		if (one.ok != other.ok || one.offset != other.offset ||
		    one.err.line != other.err.line || one.err.column != other.err.column ||
		    !str_eq(str_from(one.err.text), str_from(other.err.text)))
			fail_msg("%llu: %.*s", (unsigned long long)seed, STR_ARG(json));
		good += one.ok;
	}
	assert_in_range(good, 100, 2700);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_same)};

	return cmocka_run_group_tests_name("base/json_skip", tests, NULL, NULL);
}
