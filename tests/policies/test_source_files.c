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
#include "base/err.h"
#include "policies/source.h"

#define LIMIT ((size_t)1000)

struct place {
	char root[128];
	struct arena *arena;
	struct source source;
};

static void path_of(const struct place *place, const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%s", place->root, name);
}

static void make_directory(const struct place *place, const char *name)
{
	char path[256];

	path_of(place, name, path);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void make_file(const struct place *place, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	path_of(place, name, path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void make_link(const struct place *place, const char *name, const char *target)
{
	char path[256];

	path_of(place, name, path);
	assert_int_equal(symlink(target, path), 0);
}

/*
 * repo/ with a/b/file, links to files and directories inside and outside, a pipe, and a secret
 * beside it.
 */
static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");
	struct err err = {0};
	char path[256];

	assert_non_null(place);
	place->arena = arena_new();
	(void)snprintf(
	    place->root, sizeof(place->root), "%s/tfherald-source-XXXXXX", tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(place->root));
	make_file(place, "secret", "secret\n");
	make_directory(place, "repo");
	make_directory(place, "repo/a");
	make_directory(place, "repo/a/b");
	make_directory(place, "repo/empty");
	make_file(place, "repo/a/b/file", "hello\n");
	make_file(place, "repo/a/nothing", "");
	make_file(place, "repo/z", "z");
	make_file(place, "repo/B", "B");
	make_link(place, "repo/inside", "a/b/file");
	make_link(place, "repo/outside", "../secret");
	make_link(place, "repo/directory", "a");
	make_link(place, "repo/up", "..");
	make_link(place, "repo/dangling", "nowhere");
	make_link(place, "repo/loop", "loop");
	path_of(place, "repo/pipe", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	path_of(place, "repo", path);
	assert_true(source_files(place->arena, str_from(path), &place->source, &err));
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;
	static const char *const names[] = {"repo/pipe", "repo/loop", "repo/dangling", "repo/up",
	    "repo/directory", "repo/outside", "repo/inside", "repo/B", "repo/z", "repo/a/nothing",
	    "repo/a/b/file", "secret"};
	static const char *const directories[] = {"repo/empty", "repo/a/b", "repo/a", "repo"};
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path_of(place, names[i], path);
		(void)unlink(path);
	}
	for (size_t i = 0; i < ARRAY_LEN(directories); i++) {
		path_of(place, directories[i], path);
		(void)rmdir(path);
	}
	(void)rmdir(place->root);
	arena_free(place->arena);
	free(place);
	return 0;
}

static void test_read(void **state)
{
	static const struct {
		const char *path, *want; /* NULL: there is none */
		const char *error;
	} rows[] = {
	    {"a/b/file", "hello\n", NULL},
	    {"a/nothing", "", NULL},
	    {"a/missing", NULL, NULL},
	    {"missing/file", NULL, NULL},
	    {"z/file", NULL, NULL}, /* a file where a directory would have to be */
	    {"a", NULL, "'a' is a directory; policies are read from regular files only"},
	    {"inside", NULL,
		"'inside' is a symbolic link, which is not followed; policies are read from "
		"regular files only"},
	    {"outside", NULL,
		"'outside' is a symbolic link, which is not followed; policies are read from "
		"regular files only"},
	    {"dangling", NULL,
		"'dangling' is a symbolic link, which is not followed; policies are read from "
		"regular files only"},
	    {"loop", NULL,
		"'loop' is a symbolic link, which is not followed; policies are read from regular "
		"files only"},
	    {"directory/b/file", NULL,
		"'directory/b' is a symbolic link, which is not followed; policies are read from "
		"regular files only"},
	    {"up/secret", NULL,
		"'up' is a symbolic link, which is not followed; policies are read from regular "
		"files only"},
	    {"pipe", NULL, "'pipe' is a pipe; policies are read from regular files only"},
	    {"../secret", NULL, "'../secret' is no path inside the repository"},
	    {"a/../z", NULL, "'a/../z' is no path inside the repository"},
	    {"/etc/passwd", NULL, "'/etc/passwd' is no path inside the repository"},
	    {"a//b/file", NULL, "'a//b/file' is no path inside the repository"},
	    {"a/b/", NULL, "'a/b/' is no path inside the repository"},
	    {"", NULL, "the name of a file is missing"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {0};
		struct str text = STR_EMPTY;
		bool found = false;
		bool good = place->source.read(place->source.state, place->arena,
		    str_from(rows[i].path), LIMIT, &text, &found, &err);

		if (good != (rows[i].error == NULL) || found != (rows[i].want != NULL) ||
		    (rows[i].want && !str_is(text, rows[i].want)) ||
		    (rows[i].error && strcmp(err.text, rows[i].error) != 0))
			fail_msg("'%s': %d %d '%.*s' '%s'", rows[i].path, good, found,
			    STR_ARG(text), err.text);
		if (good && found)
			assert_int_equal(text.ptr[text.len], '\0');
	}
}

static void test_nul_in_path(void **state)
{
	static const char path[] = "a/b/file\0x";
	struct place *place = *state;
	struct err err = {0};
	struct str text;
	bool found;

	assert_false(place->source.read(place->source.state, place->arena,
	    (struct str){path, sizeof(path) - 1}, LIMIT, &text, &found, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

static void test_limit(void **state)
{
	struct place *place = *state;
	struct err err = {0};
	struct str text;
	bool found;

	assert_true(place->source.read(
	    place->source.state, place->arena, STR("a/b/file"), 6, &text, &found, &err));
	assert_false(place->source.read(
	    place->source.state, place->arena, STR("a/b/file"), 5, &text, &found, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "'a/b/file' has more than 5 bytes, the most that are read");
}

static void test_list(void **state)
{
	static const struct {
		const char *name;
		enum source_kind kind;
	} want[] = {
	    {"B", SOURCE_FILE},
	    {"a", SOURCE_DIRECTORY},
	    {"dangling", SOURCE_LINK},
	    {"directory", SOURCE_LINK},
	    {"empty", SOURCE_DIRECTORY},
	    {"inside", SOURCE_LINK},
	    {"loop", SOURCE_LINK},
	    {"outside", SOURCE_LINK},
	    {"pipe", SOURCE_OTHER},
	    {"up", SOURCE_LINK},
	    {"z", SOURCE_FILE},
	};
	struct place *place = *state;
	struct source_entry *entries;
	struct err err = {0};
	size_t count;

	assert_true(place->source.list(
	    place->source.state, place->arena, STR_EMPTY, &entries, &count, &err));
	assert_int_equal(count, ARRAY_LEN(want));
	for (size_t i = 0; i < count; i++)
		if (!str_is(entries[i].name, want[i].name) || entries[i].kind != want[i].kind)
			fail_msg("%zu: '%.*s' %d", i, STR_ARG(entries[i].name), entries[i].kind);
}

static void test_list_others(void **state)
{
	static const struct {
		const char *path;
		bool good;
		size_t count;
	} rows[] = {
	    {"a/b", true, 1},
	    {"empty", true, 0},
	    {"missing", true, 0},
	    {"a/missing/x", true, 0},
	    {"z", true, 0},
	    {"directory", false, 0},
	    {"up", false, 0},
	    {"..", false, 0},
	    {"/", false, 0},
	};
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct source_entry *entries;
		struct err err = {0};
		size_t count;

		if (place->source.list(place->source.state, place->arena, str_from(rows[i].path),
			&entries, &count, &err) != rows[i].good ||
		    count != rows[i].count)
			fail_msg("'%s': %zu %s", rows[i].path, count, err.text);
	}
}

static void test_link(void **state)
{
	static const struct {
		const char *path, *want; /* NULL: an error */
	} rows[] = {
	    {"inside", "a/b/file"},
	    {"outside", "../secret"},
	    {"directory", "a"},
	    {"loop", "loop"},
	    {"a/b/file", ""},
	    {"missing", ""},
	    {"a/missing/x", ""},
	    {"directory/b/file", NULL},
	    {"../secret", NULL},
	};
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str target;
		struct err err = {0};
		bool good = place->source.link(
		    place->source.state, place->arena, str_from(rows[i].path), &target, &err);

		if (good != (rows[i].want != NULL) || (good && !str_is(target, rows[i].want)))
			fail_msg("'%s': '%.*s' %s", rows[i].path, STR_ARG(target), err.text);
	}
}

static void test_roots(void **state)
{
	struct place *place = *state;
	struct source source;
	struct err err = {0};
	struct str text;
	char path[256];
	bool found;

	assert_false(source_files(place->arena, STR("relative"), &source, &err));
	assert_string_equal(err.text, "'relative' is no absolute path");
	err_clear(&err);
	/* the root itself may be reached over a link: the user named it */
	path_of(place, "repo/directory", path);
	assert_true(source_files(place->arena, str_from(path), &source, &err));
	assert_true(
	    source.read(source.state, place->arena, STR("b/file"), LIMIT, &text, &found, &err));
	assert_true(found);
	path_of(place, "gone", path);
	assert_true(source_files(place->arena, str_from(path), &source, &err));
	assert_false(source.read(source.state, place->arena, STR("x"), LIMIT, &text, &found, &err));
	assert_int_equal(err.code, ERR_IO);
}

static void test_join(void **state)
{
	static const struct {
		const char *directory, *path, *want; /* NULL: leaves the repository */
	} rows[] = {
	    {"", "", ""},
	    {"", "a", "a"},
	    {"a", "", "a"},
	    {"a/b", "c", "a/b/c"},
	    {"a/b", "../c", "a/c"},
	    {"a/b", "../../c", "c"},
	    {"a/b", "../..", ""},
	    {"a/b", "../../..", NULL},
	    {"a/b", "../../../c", NULL},
	    {"a", "./b/./c", "a/b/c"},
	    {"a", "b//c/", "a/b/c"},
	    {"a/b/../c", "d", "a/c/d"},
	    {"", "..", NULL},
	    {"", "a/../..", NULL},
	    {"a", "/etc", NULL},
	    {"/a", "b", NULL},
	    {"a", "..b", "a/..b"},
	    {"a", "...", "a/..."},
	    {"ab", "../a", "a"},
	};
	struct place *place = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str out = STR_EMPTY;
		bool good = source_join(
		    place->arena, str_from(rows[i].directory), str_from(rows[i].path), &out);

		if (good != (rows[i].want != NULL) || (good && !str_is(out, rows[i].want)))
			fail_msg("'%s' '%s': %d '%.*s'", rows[i].directory, rows[i].path, good,
			    STR_ARG(out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_read),
	    cmocka_unit_test(test_nul_in_path),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_list),
	    cmocka_unit_test(test_list_others),
	    cmocka_unit_test(test_link),
	    cmocka_unit_test(test_roots),
	    cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests_name("policies/source_files", tests, set_up, tear_down);
}
