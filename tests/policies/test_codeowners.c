#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "policies/codeowners.h"

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* A source that holds one file. */
struct one_file {
	const char *path, *text;
	size_t limit; /* that it was asked with */
};

static bool one_read(void *state, struct arena *memory, struct str path, size_t limit,
    struct str *text, bool *found, struct err *err)
{
	struct one_file *file = state;

	(void)err;
	file->limit = limit;
	*found = str_is(path, file->path);
	*text = *found ? str_copy(memory, str_from(file->text)) : STR_EMPTY;
	return true;
}

static bool one_list(void *state, struct arena *memory, struct str directory,
    struct source_entry **entries, size_t *count, struct err *err)
{
	(void)state;
	(void)memory;
	(void)directory;
	(void)err;
	*entries = NULL;
	*count = 0;
	return true;
}

static const struct codeowners *read_from(const char *path, const char *text)
{
	struct one_file file = {.path = path, .text = text};
	struct source source = {
	    .state = &file, .name = STR("table"), .read = one_read, .list = one_list};
	const struct codeowners *owners;
	struct err err = {0};

	if (!codeowners_read(arena, &source, &owners, &err))
		fail_msg("%s", err.text);
	assert_int_equal(file.limit, 3 << 20);
	return owners;
}

/* One line of a file and a path; `owners` are joined by a blank, NULL: the line does not match. */
struct row {
	const char *name, *line, *path, *owners;
};

static const struct row rows[] = {
    /* the examples of GitHub's documentation */
    {"star owns everything", "*       @global-owner1 @global-owner2", "a/b/c.txt",
	"@global-owner1 @global-owner2"},
    {"star owns the root", "* @o", "x", "@o"},
    {"extension", "*.js    @js-owner #This is an inline comment.", "a/b.js", "@js-owner"},
    {"extension, other file", "*.js @js-owner", "a/b.jsx", NULL},
    {"mail address", "*.go docs@example.com", "main.go", "docs@example.com"},
    {"team", "*.txt @octo-org/octocats", "a/readme.txt", "@octo-org/octocats"},
    {"directory at the root", "/build/logs/ @doctocat", "build/logs/x/y.log", "@doctocat"},
    {"directory at the root, not deeper", "/build/logs/ @doctocat", "a/build/logs/x", NULL},
    {"directory at the root, a file of that name", "/build/logs/ @doctocat", "build/logs", NULL},
    {"one level", "docs/* docs@example.com", "docs/getting-started.md", "docs@example.com"},
    {"one level, not nested", "docs/* docs@example.com", "docs/build-app/troubleshooting.md", NULL},
    {"one level is tied to the root", "docs/* docs@example.com", "a/docs/x.md", NULL},
    {"directory anywhere", "apps/ @octocat", "deep/apps/x/y", "@octocat"},
    {"directory anywhere, at the root", "apps/ @octocat", "apps/x", "@octocat"},
    {"directory anywhere, a longer name", "apps/ @octocat", "myapps/x", NULL},
    {"docs at the root", "/docs/ @doctocat", "docs/a/b", "@doctocat"},
    {"docs at the root, not elsewhere", "/docs/ @doctocat", "a/docs/b", NULL},
    {"two owners", "/scripts/ @doctocat @octocat", "scripts/run.sh", "@doctocat @octocat"},
    {"logs anywhere", "**/logs @octocat", "deeply/nested/logs/a.log", "@octocat"},
    {"logs anywhere, at the root", "**/logs @octocat", "logs/a.log", "@octocat"},
    {"logs anywhere, one below", "**/logs @octocat", "build/logs", "@octocat"},
    {"no owners", "/apps/github", "apps/github/x", ""},
    /* and what they leave to gitignore */
    {"a name anywhere", "main.tf @o", "a/b/main.tf", "@o"},
    {"a name is a directory too", "prod @o", "envs/prod/x/y.tf", "@o"},
    {"a path is tied to the root", "envs/prod @o", "envs/prod/x.tf", "@o"},
    {"a path is tied to the root, not deeper", "envs/prod @o", "a/envs/prod/x.tf", NULL},
    {"two stars in the middle", "envs/**/db @o", "envs/a/b/db/x.tf", "@o"},
    {"two stars in the middle, none", "envs/**/db @o", "envs/db/x.tf", "@o"},
    {"two stars at the end", "envs/** @o", "envs/a/b", "@o"},
    {"two stars at the end, not itself", "envs/** @o", "envs", NULL},
    {"two stars alone", "** @o", "a/b", "@o"},
    {"two stars twice", "**/a/**/b @o", "x/a/y/a/z/b/c", "@o"},
    {"two stars, then one", "**/a/* @o", "x/a/y/a/z", "@o"},
    {"two stars, then one, too deep", "**/a/* @o", "x/a/y/z", NULL},
    {"star within a segment", "envs/*-prod/ @o", "envs/eu-prod/x", "@o"},
    {"star does not cross", "envs/*-prod/ @o", "envs/a/eu-prod/x", NULL},
    {"question mark", "/v?/ @o", "v1/x", "@o"},
    {"question mark is one character", "/v?/ @o", "v\xc3\xa4/x", "@o"},
    {"question mark, none", "/v?/ @o", "v/x", NULL},
    {"case counts", "Docs/ @o", "docs/x", NULL},
    {"escaped blank", "my\\ file.tf @o", "a/my file.tf", "@o"},
    {"escaped star", "a\\*b @o", "a*b", "@o"},
    {"escaped star is none", "a\\*b @o", "axb", NULL},
    {"tab between", "*.tf\t@o\t@p", "x.tf", "@o @p"},
    {"windows line", "*.tf @o\r", "x.tf", "@o"},
    {"slash alone", "/ @o", "x", NULL},
    {"comment", "# * @o", "x", NULL},
    {"indented", "  *.tf @o", "x.tf", "@o"},
    {"many stars are quick", "*a*a*a*a*a*a*a*a*a*a*a*b @o",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL},
    {"many double stars are quick", "**/a/**/a/**/a/**/a/**/a/**/a/**/b @o",
	"a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", NULL},
    {"a path out of the repository", "* @o", "", NULL},
};

static struct str joined(struct policy_names names)
{
	struct str text = STR_EMPTY;

	for (size_t i = 0; i < names.count; i++)
		text = str_format(
		    arena, "%.*s%s%.*s", STR_ARG(text), i > 0 ? " " : "", STR_ARG(names.items[i]));
	return text;
}

/* A first rule that owns everything tells "no owners" from "does not match". */
static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct row *row = &rows[i];
		struct str text = str_format(arena, "** @nobody\n%s\n", row->line);
		const struct codeowners *owners = read_from("CODEOWNERS", text.ptr);
		struct str found = joined(codeowners_of(owners, str_from(row->path)));
		const char *expected = row->owners;

		if (expected == NULL)
			expected = row->path[0] != '\0' ? "@nobody" : "";
		if (!str_is(found, expected))
			fail_msg("%s: '%.*s', expected '%s'", row->name, STR_ARG(found), expected);
		if (codeowners_skipped(owners).count > 0 && strcmp(row->name, "slash alone") != 0)
			fail_msg("%s: %s", row->name, codeowners_skipped(owners).items[0].ptr);
	}
}

static void test_last_wins(void **state)
{
	static const char text[] = "* @all\n/apps/ @octocat\n/apps/github\n*.tf @tf\n";
	const struct codeowners *owners = read_from("CODEOWNERS", text);

	(void)state;
	assert_true(str_is(joined(codeowners_of(owners, STR("apps/x"))), "@octocat"));
	assert_int_equal(codeowners_of(owners, STR("apps/github/x")).count, 0);
	assert_true(str_is(joined(codeowners_of(owners, STR("apps/github/x.tf"))), "@tf"));
	assert_true(str_is(joined(codeowners_of(owners, STR("README"))), "@all"));
	assert_int_equal(codeowners_of(NULL, STR("x")).count, 0);
	assert_int_equal(codeowners_skipped(NULL).count, 0);
	assert_int_equal(codeowners_file(NULL).len, 0);
}

static const struct row skipped[] = {
    {"negation", "!a @o", NULL, "line 2: a pattern cannot be negated with !"},
    {"range", "[ab] @o", NULL, "line 2: a pattern knows no ranges in brackets"},
    {"escaped hash", "\\#a @o", NULL, "line 2: a pattern cannot begin with #"},
    {"three stars", "a/*** @o", NULL, "line 2: three stars in a row mean nothing"},
    {"no UTF-8", "a\xff @o", NULL, "line 2: the pattern is no UTF-8"},
    {"owner without @", "a octocat", NULL,
	"line 2: an owner is @user, @organisation/team or an address"},
    {"owner is @ alone", "a @", NULL,
	"line 2: an owner is @user, @organisation/team or an address"},
    {"team without a name", "a @org/", NULL,
	"line 2: an owner is @user, @organisation/team or an address"},
    {"one bad owner among good ones", "a @x @y/z/t", NULL,
	"line 2: an owner is @user, @organisation/team or an address"},
    {"a section of another service", "[Section] @o", NULL,
	"line 2: a pattern knows no ranges in brackets"},
};

static void test_skipped(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(skipped); i++) {
		const struct row *row = &skipped[i];
		struct str text = str_format(arena, "\n%s\n* @all\n", row->line);
		const struct codeowners *owners = read_from("CODEOWNERS", text.ptr);
		struct policy_names lines = codeowners_skipped(owners);

		if (lines.count != 1 || !str_is(lines.items[0], row->owners))
			fail_msg("%s: %zu lines, '%s'", row->name, lines.count,
			    lines.count > 0 ? lines.items[0].ptr : "");
		if (codeowners_of(owners, STR("a")).count != 1)
			fail_msg("%s: the other lines count", row->name);
	}
}

static void test_places(void **state)
{
	(void)state;
	assert_true(
	    str_is(codeowners_file(read_from(".github/CODEOWNERS", "* @o")), ".github/CODEOWNERS"));
	assert_true(
	    str_is(codeowners_file(read_from("docs/CODEOWNERS", "* @o")), "docs/CODEOWNERS"));
	assert_null(read_from("elsewhere/CODEOWNERS", "* @o"));
	assert_int_equal(codeowners_of(read_from("CODEOWNERS", ""), STR("x")).count, 0);
}

/* As many lines as fit; the last one wins, the first one is found too. */
static void test_large(void **state)
{
	struct str text = STR_EMPTY;
	size_t lines = 20000;
	char *bytes = arena_alloc(arena, lines * 20 + 20);
	size_t at = 0;

	(void)state;
	at += (size_t)snprintf(bytes, 20, "/first/ @first\n");
	for (size_t i = 0; i < lines; i++)
		at += (size_t)snprintf(bytes + at, 20, "/d%05zu/ @u%05zu\n", i, i);
	text = (struct str){bytes, at};
	const struct codeowners *owners = read_from("CODEOWNERS", text.ptr);
	assert_true(str_is(joined(codeowners_of(owners, STR("d19999/x"))), "@u19999"));
	assert_true(str_is(joined(codeowners_of(owners, STR("first/x"))), "@first"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_last_wins, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_skipped, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_places, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_large, setup, teardown),
	};

	return cmocka_run_group_tests_name("policies/codeowners", tests, NULL, NULL);
}
