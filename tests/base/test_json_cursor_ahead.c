/*
 * test_json_cursor_ahead.c: a cursor for which a second thread reads against one that reads itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_cursor.h"

/* Some 13 MB: keys and values of all lengths, so that they lie across every edge. */
static struct str long_document(struct arena *arena, const char *end)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)64 << 20);
	buf_addc(&buf, '{');
	for (int i = 0; i < 2500; i++) {
		buf_addf(&buf, "%s\n\"%d", i > 0 ? "," : "", i);
		buf_repeat(&buf, 'k', (size_t)i * 7919 % (i % 50 == 0 ? 60000 : 2000));
		buf_addf(&buf, "\": [%d, {\"a\\n\": \"", i);
		buf_repeat(&buf, 'v', (size_t)i * 104729 % (i % 500 == 0 ? 600000 : 8000));
		buf_adds(&buf, "\"}]");
	}
	buf_adds(&buf, end);
	return buf_str(&buf);
}

static struct input *file_of(struct arena *arena, struct str text)
{
	struct str path = str_format(arena, "/tmp/tfherald-json-cursor-%ld", (long)getpid());
	struct input *input = NULL;
	struct err err = {.code = ERR_NONE};

	assert_in_range(text.len, 9 << 20, 60 << 20);
	if (!file_write(arena, path.ptr, text, &err) ||
	    !input_open(arena, path.ptr, 0, &input, &err))
		fail_msg("%s", err.text);
	(void)unlink(path.ptr);
	return input;
}

/* How far it comes; what it met is summed up in *sum. */
static size_t walk_members(struct cursor *cursor, size_t most, uint64_t *sum, struct err *err)
{
	struct span span;
	struct str key;
	size_t seen = 0;
	bool more;

	if (!cursor_enter(cursor, '{', err))
		return 0;
	while (seen < most && cursor_key(cursor, &key, &more, err) && more) {
		*sum = *sum * 31 + hash_bytes(key);
		if (!cursor_skip(cursor, &span, err))
			break;
		*sum = (*sum * 31 + span.offset) * 31 + span.len;
		seen++;
	}
	return seen;
}

static const struct {
	const char *name, *end;
	size_t most;
} ahead_rows[] = {
    {"all of it", "}", SIZE_MAX},
    {"an error at the end", ",\"x\":[1,{\"y\":\"\\q\"}]}", SIZE_MAX},
    {"it ends too early", ",\"x\":[1,", SIZE_MAX},
    {"the reader stops", "}", 700},
    {"the reader stops at once", "}", 0},
};

static void test_ahead(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ahead_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *input CLEANUP(input_close_ptr) =
		    file_of(arena, long_document(arena, ahead_rows[i].end));
		struct cursor *cursor CLEANUP(cursor_close_ptr) = cursor_new_ahead(arena, input, 0);
		struct err err = {.code = ERR_NONE}, plain_err = {.code = ERR_NONE};
		uint64_t sum = 0, plain_sum = 0;
		size_t seen = walk_members(cursor, ahead_rows[i].most, &sum, &err);
		size_t plain = walk_members(
		    cursor_new(arena, input, 0), ahead_rows[i].most, &plain_sum, &plain_err);

		if (seen != plain || sum != plain_sum || err.code != plain_err.code ||
		    err.line != plain_err.line || err.column != plain_err.column ||
		    strcmp(err.text, plain_err.text) != 0)
			fail_msg("%s: %zu and %zu, '%s' and '%s'", ahead_rows[i].name, seen, plain,
			    err.text, plain_err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_ahead),
	};

	return cmocka_run_group_tests_name("base/json_cursor_ahead", tests, NULL, NULL);
}
