/*
 * test_directory.c: every name of a directory once, and a reason when they cannot be read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "base/str.h"

#define NAMES_MAX 64

struct fixture {
	struct arena *arena;
	char *path;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture fixture;
	struct arena *arena = arena_new();

	fixture = (struct fixture){
	    .arena = arena, .path = str_to_c(arena, STR("/tmp/tfherald-test-XXXXXX"))};
	*state = &fixture;
	return mkdtemp(fixture.path) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	int status = rmdir(fixture->path);

	arena_free(fixture->arena);
	return status;
}

static const char *below(const struct fixture *fixture, const char *name)
{
	return str_format(fixture->arena, "%s/%s", fixture->path, name).ptr;
}

/* "name/" is a directory. */
static void make(const struct fixture *fixture, const char *name)
{
	const char *path = below(fixture, name);
	int fd;

	if (str_ends(str_from(name), STR("/"))) {
		assert_int_equal(mkdir(path, 0700), 0);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
}

static int name_cmp(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names that are left, sorted, each with a blank behind it. */
static struct str rest_of(struct fixture *fixture, struct directory *dir)
{
	const char *names[NAMES_MAX];
	const char *name;
	struct str all = STR_EMPTY;
	size_t count = 0;

	while ((name = directory_next(dir)) != NULL) {
		assert_true(count < NAMES_MAX);
		names[count++] = str_to_c(fixture->arena, str_from(name));
	}
	if (!directory_finish(dir, &fixture->err))
		fail_msg("%s", fixture->err.text);
	qsort(names, count, sizeof(names[0]), name_cmp);
	for (size_t i = 0; i < count; i++)
		all = str_format(fixture->arena, "%s%s ", all.ptr, names[i]);
	return all;
}

/* --- what is there --- */

static const struct row {
	const char *label;
	const char *names[5];
	const char *expected;
} rows[] = {
    {"nothing", {NULL}, ""},
    {"one file", {"main.tf"}, "main.tf "},
    {"files and a directory", {"b", "a/", "c"}, "a b c "},
    {"a name that begins with a dot is a name", {".terraform/", ".x"}, ".terraform .x "},
    {"names that only look like this one and its parent", {"...", "..x", ". "}, ".  ... ..x "},
    {"bytes that are no text", {"\xff\xfe", "a\nb"}, "a\nb \xff\xfe "},
};

static void test_names(void **state)
{
	struct fixture *fixture = *state;
	size_t bad = 0;

	for (const struct row *row = rows; row < rows + ARRAY_LEN(rows); row++) {
		struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
		struct str names;

		for (size_t i = 0; row->names[i]; i++)
			make(fixture, row->names[i]);
		assert_true(directory_open(fixture->path, &dir, &fixture->err));
		names = rest_of(fixture, &dir);
		if (!str_is(names, row->expected)) {
			print_error("%s: '%s'\n", row->label, names.ptr);
			bad++;
		}
		for (size_t i = 0; row->names[i]; i++)
			assert_int_equal(remove(below(fixture, row->names[i])), 0);
	}
	assert_int_equal(bad, 0);
}

/* What a descriptor stands for is read also where no path leads to it any more. */
static void test_descriptor(void **state)
{
	struct fixture *fixture = *state;
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	int fd;

	make(fixture, "old/");
	make(fixture, "old/x");
	fd = open(below(fixture, "old"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(rename(below(fixture, "old"), below(fixture, "new")), 0);
	assert_true(directory_open_fd(fd, "old", &dir, &fixture->err));
	assert_true(str_is(rest_of(fixture, &dir), "x "));
	directory_close(&dir);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	directory_close(&dir); /* twice is harmless */
	assert_int_equal(remove(below(fixture, "new/x")), 0);
	assert_int_equal(remove(below(fixture, "new")), 0);
}

/* --- what is not --- */

static void test_nothing_there(void **state)
{
	struct fixture *fixture = *state;
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	const char *path = below(fixture, "gone");

	assert_false(directory_open(path, &dir, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_IO);
	assert_string_equal(
	    fixture->err.text, str_format(fixture->arena,
				   "directory '%s' cannot be read: No such file or directory", path)
				   .ptr);
}

static void test_no_directory(void **state)
{
	struct fixture *fixture = *state;
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	const char *path = below(fixture, "file");

	make(fixture, "file");
	assert_false(directory_open(path, &dir, &fixture->err));
	assert_non_null(strstr(fixture->err.text, "Not a directory"));
	assert_int_equal(remove(path), 0);
}

/* Also on failure the descriptor was taken over, so it is closed. */
static void test_bad_descriptor(void **state)
{
	struct fixture *fixture = *state;
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_false(directory_open_fd(fd, "here", &dir, &fixture->err));
	assert_string_equal(fixture->err.text, "directory 'here' cannot be read: Not a directory");
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* A reading that breaks off is no end: the descriptor is taken away below the stream. */
static void test_broken_off(void **state)
{
	struct fixture *fixture = *state;
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	assert_true(directory_open(fixture->path, &dir, &fixture->err));
	assert_true(dup2(null, dirfd(dir.stream)) >= 0);
	assert_int_equal(close(null), 0);
	assert_null(directory_next(&dir));
	assert_false(directory_finish(&dir, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_IO);
	assert_non_null(strstr(fixture->err.text, fixture->path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_names, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_descriptor, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_nothing_there, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_no_directory, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_bad_descriptor, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_broken_off, setup, teardown),
	};

	return cmocka_run_group_tests_name("base/directory", tests, NULL, NULL);
}
