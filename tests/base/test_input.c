/*
 * test_input.c: files, pipes and texts in every encoding as one kind of input.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"

struct fixture {
	char folder[64];
	char path[96];
	struct arena *arena;
	struct err err;
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){.arena = arena_new()};
	(void)snprintf(fixture.folder, sizeof(fixture.folder), "/tmp/tfherald-test-XXXXXX");
	if (!mkdtemp(fixture.folder))
		return -1;
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/in", fixture.folder);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	(void)rmdir(fixture->folder);
	arena_free(fixture->arena);
	return 0;
}

static void put_file(const char *path, struct str bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
	assert_int_equal(fclose(file), 0);
}

/* The reading end of a pipe that a child fills in pieces of `piece` bytes. */
static int pipe_with(struct str bytes, size_t piece, pid_t *child)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	*child = fork();
	assert_true(*child >= 0);
	if (*child == 0) {
		(void)close(ends[0]);
		while (bytes.len > 0) {
			ssize_t n =
			    write(ends[1], bytes.ptr, bytes.len < piece ? bytes.len : piece);

			if (n <= 0)
				_exit(1);
			bytes = str_skip(bytes, (size_t)n);
		}
		_exit(0);
	}
	(void)close(ends[1]);
	return ends[0];
}

static void check_text(struct fixture *fixture, const struct input *input, struct str expected)
{
	struct str text;
	size_t got;
	char byte;

	assert_int_equal(input_size(input), expected.len);
	assert_true(input_text(fixture->arena, input, 0, expected.len + 10, &text, &fixture->err));
	assert_true(str_eq(text, expected));
	if (expected.len == 0)
		return;
	assert_true(input_read_at(input, expected.len - 1, &byte, 1, &got, &fixture->err));
	assert_int_equal(got, 1);
	assert_int_equal(byte, expected.ptr[expected.len - 1]);
	assert_true(input_read_at(input, expected.len, &byte, 1, &got, &fixture->err));
	assert_int_equal(got, 0);
	assert_true(input_read_at(input, UINT64_MAX, &byte, 1, &got, &fixture->err));
	assert_int_equal(got, 0);
}

struct encoded {
	const char *name;
	struct str bytes, text;
	enum encoding encoding;
};

static const struct encoded encoded_rows[] = {
    {"plain", STR_INIT("{\"a\":1}"), STR_INIT("{\"a\":1}"), ENCODING_UTF8},
    {"empty", STR_INIT(""), STR_INIT(""), ENCODING_UTF8},
    {"one byte", STR_INIT("7"), STR_INIT("7"), ENCODING_UTF8},
    {"utf-8 with a mark", STR_INIT("\xef\xbb\xbf[1]"), STR_INIT("[1]"), ENCODING_UTF8_BOM},
    {"nothing but a mark", STR_INIT("\xef\xbb\xbf"), STR_INIT(""), ENCODING_UTF8_BOM},
    {"utf-16le with a mark", STR_INIT("\xff\xfe[\0\xe4\0\x3d\xd8\x00\xde]\0"),
	STR_INIT("[\xc3\xa4\xf0\x9f\x98\x80]"), ENCODING_UTF16LE},
    {"utf-16be with a mark", STR_INIT("\xfe\xff\0[\0\xe4\xd8\x3d\xde\x00\0]"),
	STR_INIT("[\xc3\xa4\xf0\x9f\x98\x80]"), ENCODING_UTF16BE},
    {"utf-16le without a mark", STR_INIT("{\0\"\0a\0\"\0:\0001\0}\0"), STR_INIT("{\"a\":1}"),
	ENCODING_UTF16LE},
    {"utf-16be without a mark", STR_INIT("\0{\0\"\0a\0\"\0:\0001\0}"), STR_INIT("{\"a\":1}"),
	ENCODING_UTF16BE},
    {"utf-16 of an odd length", STR_INIT("\xff\xfe[\0]\0x"), STR_INIT("[]\xef\xbf\xbd"),
	ENCODING_UTF16LE},
    {"utf-16 cut in a pair", STR_INIT("\xff\xfe[\0\x3d\xd8"), STR_INIT("[\xef\xbf\xbd"),
	ENCODING_UTF16LE},
};

static void test_encodings(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 3 * ARRAY_LEN(encoded_rows); i++) {
		const struct encoded *row = &encoded_rows[i / 3];
		struct input *input = NULL;
		pid_t child = 0;
		bool ok;

		if (i % 3 == 0) {
			put_file(fixture->path, row->bytes);
			ok = input_open(fixture->arena, fixture->path, 0, &input, &fixture->err);
		} else {
			int fd = pipe_with(row->bytes, i % 3 == 1 ? 1 : 4096, &child);

			ok = input_from_fd(fixture->arena, fd, "pipe", 0, &input, &fixture->err);
			(void)waitpid(child, NULL, 0);
		}
		if (!ok || input_encoding(input) != row->encoding)
			print_error("%s: %s\n", row->name, fixture->err.text);
		assert_true(ok);
		assert_int_equal(input_encoding(input), row->encoding);
		check_text(fixture, input, row->text);
		input_close(input);
	}
}

/* UTF-16 over many chunks, with pairs and marks on their edges. */
static void test_long_utf16(void **state)
{
	struct fixture *fixture = *state;
	struct buf bytes, text;
	struct input *input;

	buf_init(&bytes, fixture->arena, 1 << 20);
	buf_init(&text, fixture->arena, 1 << 20);
	buf_add(&bytes, STR("\xff\xfe[\0"));
	buf_adds(&text, "[");
	for (int i = 0; i < 50000; i++) {
		buf_add(&bytes, i % 3 ? STR("\x3d\xd8\x00\xde") : STR("\xff\xfe"));
		buf_adds(&text, i % 3 ? "\xf0\x9f\x98\x80" : "\xef\xbb\xbf");
	}
	put_file(fixture->path, buf_str(&bytes));
	assert_true(input_open(fixture->arena, fixture->path, 0, &input, &fixture->err));
	check_text(fixture, input, buf_str(&text));
	input_close(input);
}

/* A pipe that is too long for memory goes to a file that has no name any more. */
static void check_pipe(struct fixture *fixture, size_t len)
{
	char *bytes = arena_alloc(fixture->arena, len);
	struct input *input;
	struct str memory;
	pid_t child;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)('a' + i % 23);
	int fd = pipe_with((struct str){bytes, len}, len, &child);
	assert_true(input_from_fd(fixture->arena, fd, "pipe", 0, &input, &fixture->err));
	(void)waitpid(child, NULL, 0);
	assert_int_equal(input_in_memory(input, &memory), len <= INPUT_MEMORY_MAX);
	check_text(fixture, input, (struct str){bytes, len});
	input_close(input);
}

static void test_long_pipes(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(setenv("TMPDIR", fixture->folder, 1), 0);
	check_pipe(fixture, INPUT_MEMORY_MAX);
	check_pipe(fixture, INPUT_MEMORY_MAX + 1);
	check_pipe(fixture, INPUT_MEMORY_MAX + 300000);
	/* nothing is left behind: the folder can be removed */
	(void)unlink(fixture->path);
	assert_int_equal(rmdir(fixture->folder), 0);
	assert_int_equal(mkdir(fixture->folder, 0700), 0);
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void test_limits(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t limit = 9; limit <= 11; limit++) {
		struct err err = {.code = ERR_NONE}, pipe_err = {.code = ERR_NONE};
		struct input *input = NULL, *piped = NULL;
		pid_t child;

		put_file(fixture->path, STR("0123456789"));
		assert_int_equal(
		    input_open(fixture->arena, fixture->path, limit, &input, &err), limit >= 10);
		int fd = pipe_with(STR("0123456789"), 3, &child);
		assert_int_equal(
		    input_from_fd(fixture->arena, fd, "pipe", limit, &piped, &pipe_err),
		    limit >= 10);
		(void)waitpid(child, NULL, 0);
		if (limit < 10) {
			assert_int_equal(err.code, ERR_LIMIT);
			assert_int_equal(pipe_err.code, ERR_LIMIT);
			assert_string_equal(pipe_err.text, "'pipe' is larger than 9 bytes");
		}
		input_close(input);
		input_close(piped);
	}
}

static void check_error(struct fixture *fixture, const char *path, const char *part)
{
	struct err err = {.code = ERR_NONE};
	struct input *input = NULL;

	assert_false(input_open(fixture->arena, path, 0, &input, &err));
	if (!strstr(err.text, part))
		print_error("%s: %s\n", path, err.text);
	assert_non_null(strstr(err.text, part));
	assert_non_null(strstr(err.text, path));
	assert_int_equal(err.code, ERR_IO);
	assert_null(input);
}

static void test_errors(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	check_error(fixture, fixture->folder, "is a directory");
	check_error(fixture, fixture->path, "No such file or directory");
	if (geteuid() != 0) {
		put_file(fixture->path, STR("x"));
		assert_int_equal(chmod(fixture->path, 0), 0);
		check_error(fixture, fixture->path, "Permission denied");
	}
}

static void test_shrinks(void **state)
{
	struct fixture *fixture = *state;
	struct input *input;
	struct err err = {.code = ERR_NONE};
	char bytes[16];
	size_t got;

	(void)unlink(fixture->path);
	put_file(fixture->path, STR("0123456789"));
	assert_true(input_open(fixture->arena, fixture->path, 0, &input, &fixture->err));
	assert_int_equal(truncate(fixture->path, 4), 0);
	assert_false(input_read_at(input, 0, bytes, 10, &got, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.text, "became shorter"));
	input_close(input);
}

/* A descriptor in the middle of a file, files that say they are empty, and standard input. */
static void test_special(void **state)
{
	struct fixture *fixture = *state;
	struct input *input;

	put_file(fixture->path, STR("line\n{}"));
	int fd = open(fixture->path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0 && lseek(fd, 5, SEEK_SET) == 5);
	assert_true(input_from_fd(fixture->arena, fd, "rest", 0, &input, &fixture->err));
	check_text(fixture, input, STR("{}"));
	assert_string_equal(input_name(input), "rest");
	input_close(input);
	assert_true(fcntl(fd, F_GETFD) < 0);
	assert_true(input_open(fixture->arena, "/dev/null", 0, &input, &fixture->err));
	check_text(fixture, input, STR(""));
	input_close(input);
#ifdef __linux__
	assert_true(input_open(fixture->arena, "/proc/self/stat", 0, &input, &fixture->err));
	assert_true(input_size(input) > 0);
	input_close(input);
#endif
	int saved = dup(STDIN_FILENO);
	fd = open(fixture->path, O_RDONLY | O_CLOEXEC);
	assert_true(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
	assert_true(input_open(fixture->arena, "-", 0, &input, &fixture->err));
	check_text(fixture, input, STR("line\n{}"));
	assert_string_equal(input_name(input), "standard input");
	input_close(input);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_true(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
	(void)close(saved);
	(void)close(fd);
	input_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_encodings, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_long_utf16, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_long_pipes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_shrinks, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_special, setup, teardown),
	};

	return cmocka_run_group_tests_name("base/input", tests, NULL, NULL);
}
