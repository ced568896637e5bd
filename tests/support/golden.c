#include "tests/support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

#define GOLDEN_MAX ((size_t)1 << 20)

DEFINE_CLEANUP(FILE *, fclose)

static void write_golden(const char *path, struct str text)
{
	FILE *file CLEANUP(fclose_ptr) = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text.ptr, 1, text.len, file), text.len);
}

static struct str read_golden(struct arena *arena, const char *path)
{
	FILE *file CLEANUP(fclose_ptr) = fopen(path, "rb");
	char *bytes = arena_alloc(arena, GOLDEN_MAX);

	if (!file) {
		print_error("%s is missing: run with UPDATE_GOLDEN=1 and look at it\n", path);
		return STR_EMPTY;
	}
	return (struct str){bytes, fread(bytes, 1, GOLDEN_MAX, file)};
}

static void print_difference(const char *name, struct str want, struct str got)
{
	struct str want_line = STR_EMPTY, got_line = STR_EMPTY;
	bool more_want = true, more_got = true;
	int line = 0;

	do {
		more_want = str_line(&want, &want_line);
		more_got = str_line(&got, &got_line);
		line++;
	} while (more_want && more_got && str_eq(want_line, got_line));
	print_error(
	    "%s:%d: want '%.*s'\n", name, line, more_want ? (int)want_line.len : 0, want_line.ptr);
	print_error(
	    "%s:%d:  got '%.*s'\n", name, line, more_got ? (int)got_line.len : 0, got_line.ptr);
}

void golden_check(const char *name, struct str actual)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *update = getenv("UPDATE_GOLDEN");
	struct str path = str_format(arena, "tests/fixtures/golden/%s", name);
	struct str want;
	bool same;

	if (update && str_is(str_from(update), "1")) {
		write_golden(path.ptr, actual);
		return;
	}
	want = read_golden(arena, path.ptr);
	same = str_eq(want, actual);
	if (!same)
		print_difference(name, want, actual);
	assert_true(same);
}
