/*
 * test_file.c: files read whole, and written so that the old or the new one is there, never a part.
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
#include <unistd.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "base/file.h"

struct fixture {
	char folder[64], path[96], link[96];
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
	(void)snprintf(fixture.path, sizeof(fixture.path), "%s/out", fixture.folder);
	(void)snprintf(fixture.link, sizeof(fixture.link), "%s/link", fixture.folder);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	(void)unlink(fixture->path);
	(void)unlink(fixture->link);
	assert_int_equal(rmdir(fixture->folder), 0); /* no draft was left behind */
	arena_free(fixture->arena);
	return 0;
}

static void check_content(struct fixture *fixture, struct str expected)
{
	struct str text;

	assert_true(file_read(fixture->arena, fixture->path, 0, &text, &fixture->err));
	assert_true(str_eq(text, expected));
	assert_int_equal(text.ptr[text.len], 0);
}

static size_t files_in(const char *folder)
{
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	struct err err = {.code = ERR_NONE};
	size_t count = 0;

	assert_true(directory_open(folder, &dir, &err));
	while (directory_next(&dir))
		count++;
	return count;
}

static void test_write(void **state)
{
	struct fixture *fixture = *state;
	struct stat info;
	mode_t mask = umask(022);

	assert_true(file_write(fixture->arena, fixture->path, STR("one"), &fixture->err));
	check_content(fixture, STR("one"));
	assert_int_equal(stat(fixture->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0644);
	assert_int_equal(chmod(fixture->path, 0600), 0);
	assert_true(file_write(fixture->arena, fixture->path, STR(""), &fixture->err));
	check_content(fixture, STR(""));
	assert_int_equal(stat(fixture->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	(void)umask(mask);
}

static void test_draft(void **state)
{
	struct fixture *fixture = *state;
	struct file_draft draft;

	assert_true(file_write(fixture->arena, fixture->path, STR("old"), &fixture->err));
	assert_true(file_draft_open(fixture->arena, fixture->path, &draft, &fixture->err));
	assert_int_equal(write(draft.fd, "half", 4), 4);
	check_content(fixture, STR("old"));
	assert_int_equal(files_in(fixture->folder), 2);
	file_draft_abandon(&draft);
	file_draft_abandon(&draft);
	check_content(fixture, STR("old"));
	assert_int_equal(files_in(fixture->folder), 1);
	assert_true(file_draft_open(fixture->arena, fixture->path, &draft, &fixture->err));
	assert_int_equal(write(draft.fd, "whole", 5), 5);
	assert_true(file_draft_commit(&draft, &fixture->err));
	file_draft_abandon(&draft);
	check_content(fixture, STR("whole"));
	draft = (struct file_draft){0};
	file_draft_abandon(&draft); /* nothing is open: standard input stays */
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
}

/* Two drafts of one file at once, and a stale one. */
static void test_drafts_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct file_draft one, two;

	assert_true(file_draft_open(fixture->arena, fixture->path, &one, &fixture->err));
	assert_true(file_draft_open(fixture->arena, fixture->path, &two, &fixture->err));
	assert_string_not_equal(one.draft, two.draft);
	assert_true(file_draft_commit(&two, &fixture->err));
	file_draft_abandon(&one);
	check_content(fixture, STR(""));
}

static void test_links(void **state)
{
	struct fixture *fixture = *state;
	struct stat info;

	assert_int_equal(symlink("out", fixture->link), 0);
	for (int round = 0; round < 2; round++) { /* dangling at first */
		struct str text = round ? STR("two") : STR("one");

		assert_true(file_write(fixture->arena, fixture->link, text, &fixture->err));
		check_content(fixture, text);
		assert_int_equal(lstat(fixture->link, &info), 0);
		assert_true(S_ISLNK(info.st_mode));
	}
}

static void test_direct(void **state)
{
	struct fixture *fixture = *state;
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1"};
	struct stat info;

	assert_true(file_write(fixture->arena, "/dev/null", STR("gone"), &fixture->err));
	assert_int_equal(stat("/dev/null", &info), 0);
	assert_true(S_ISCHR(info.st_mode));
	(void)fflush(stdout);
	int saved = dup(STDOUT_FILENO);
	int fd = open(fixture->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(dup2(fd, STDOUT_FILENO) == STDOUT_FILENO);
	bool ok = true;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		ok = ok && file_write(fixture->arena, names[i], STR("x,"), &fixture->err);
	assert_true(dup2(saved, STDOUT_FILENO) == STDOUT_FILENO);
	(void)close(saved);
	(void)close(fd);
	assert_true(ok);
	check_content(fixture, STR("x,x,x,"));
}

static void check_error(struct fixture *fixture, const char *path, const char *part)
{
	struct err err = {.code = ERR_NONE};

	assert_false(file_write(fixture->arena, path, STR("text"), &err));
	if (!strstr(err.text, part) || !strstr(err.text, path))
		print_error("%s: %s\n", path, err.text);
	assert_non_null(strstr(err.text, part));
	assert_non_null(strstr(err.text, path));
	assert_int_equal(err.code, ERR_IO);
}

static void test_errors(void **state)
{
	struct fixture *fixture = *state;
	char missing[128];
	struct str text;

	(void)snprintf(missing, sizeof(missing), "%s/none/out", fixture->folder);
	check_error(fixture, missing, "No such file or directory");
	check_error(fixture, fixture->folder, "it is a directory");
	check_error(fixture, "", "No such file or directory");
#ifdef __linux__
	check_error(fixture, "/dev/full", "No space left on device");
#endif
	assert_false(file_read(fixture->arena, fixture->path, 0, &text, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_IO);
	err_clear(&fixture->err);
	assert_true(file_write(fixture->arena, fixture->path, STR("1234"), &fixture->err));
	assert_true(file_read(fixture->arena, fixture->path, 4, &text, &fixture->err));
	assert_false(file_read(fixture->arena, fixture->path, 3, &text, &fixture->err));
	assert_int_equal(fixture->err.code, ERR_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_write, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_draft, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_drafts_at_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_links, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_direct, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
	};

	return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
