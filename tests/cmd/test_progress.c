#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/sys.h"
#include "cmd/progress.h"

/* The real clock, a terminal that is a pipe. */
struct world {
	struct arena *arena;
	struct sys sys;
	struct app app;
	int from;
};

static bool is_terminal(void *state, int fd)
{
	(void)fd;
	return state != NULL;
}

static uint64_t monotonic(void *state)
{
	(void)state;
	return sys_real()->monotonic(sys_real()->state);
}

static int columns(void *state, int fd)
{
	(void)fd;
	return state ? *(const int *)state : 0;
}

static const char *no_env(void *state, const char *name)
{
	(void)state;
	(void)name;
	return NULL;
}

static const char *dumb_env(void *state, const char *name)
{
	(void)state;
	return str_is(str_from(name), "TERM") ? "dumb" : NULL;
}

static void begin(struct world *world, void *terminal)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	*world = (struct world){.arena = arena_new(), .from = ends[0]};
	world->sys = (struct sys){.state = terminal,
	    .is_terminal = is_terminal,
	    .monotonic = monotonic,
	    .columns = columns,
	    .env = no_env};
	world->app = (struct app){.sys = &world->sys, .run = world->arena, .diag = ends[1]};
}

static struct str end(struct world *world, char *out, size_t size)
{
	ssize_t got = read(world->from, out, size);

	(void)close(world->from);
	(void)close(world->app.diag);
	arena_free(world->arena);
	return (struct str){out, got > 0 ? (size_t)got : 0};
}

static void last(long ms)
{
	struct timespec time = {.tv_nsec = ms * 1000000};

	(void)nanosleep(&time, NULL);
}

static void test_line_comes_and_goes(void **state)
{
	static const struct {
		const char *label;
		int columns;
		const char *name, *has;
	} rows[] = {
	    {"plain", 80, "tfplan", "tfherald: reading 'tfplan' ... 0 s"},
	    {"hostile name", 200, "a\033[2J\nb", "reading 'a?[2J b' ..."},
	    {"narrow", 20, "tfplan", "\r\033[K... 0 s"},
	    {"unknown width", 0, NULL, "tfherald: reading ... 0 s"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world world;
		int width = rows[i].columns;
		char bytes[4096];
		struct str said;
		bool ok;

		begin(&world, &width);
		struct progress *progress = progress_begin(&world.app, "reading", rows[i].name);
		assert_non_null(progress);
		last(PROGRESS_AFTER_MS + 150);
		progress_end(progress);
		said = end(&world, bytes, sizeof(bytes));
		ok = str_contains(said, str_from(rows[i].has)) && str_ends(said, STR("\r\033[K")) &&
		     !str_contains(said, STR("\n"));
		if (!ok)
			print_error("%s: '%.*s'\n", rows[i].label, STR_ARG(said));
		assert_true(ok);
	}
}

static void test_how_much_there_is(void **state)
{
	static const struct {
		const char *label;
		uint64_t bytes;
		const char *has;
	} rows[] = {
	    {"nothing yet", 0, "reading 'standard input' ... 0 s"},
	    {"a little", 999, "reading 'standard input' ... 999 bytes, 0 s"},
	    {"much", 12345678, "reading 'standard input' ... 12.3 MB, 0 s"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct input_seen seen = {rows[i].bytes};
		struct world world;
		int width = 80;
		char bytes[4096];
		struct progress *progress;
		struct str said;

		begin(&world, &width);
		progress = progress_begin_seen(&world.app, "reading", "standard input", &seen);
		last(PROGRESS_AFTER_MS + 50);
		progress_end(progress);
		said = end(&world, bytes, sizeof(bytes));
		if (!str_contains(said, str_from(rows[i].has)))
			print_error("%s: '%.*s'\n", rows[i].label, STR_ARG(said));
		assert_true(str_contains(said, str_from(rows[i].has)));
	}
}

static void test_nothing_is_said(void **state)
{
	int width = 80;
	const struct {
		const char *label;
		void *terminal;
		const char *(*env)(void *state, const char *name);
		long ms;
	} rows[] = {
	    {"short", &width, no_env, 20},
	    {"no terminal", NULL, no_env, PROGRESS_AFTER_MS + 50},
	    {"a dumb one", &width, dumb_env, PROGRESS_AFTER_MS + 50},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world world;
		char bytes[4096];
		struct str said;

		begin(&world, rows[i].terminal);
		world.sys.env = rows[i].env;
		struct progress *progress = progress_begin(&world.app, "reading", "x");
		last(rows[i].ms);
		progress_end(progress);
		said = end(&world, bytes, sizeof(bytes));
		if (said.len > 0)
			print_error("%s: '%.*s'\n", rows[i].label, STR_ARG(said));
		assert_int_equal(said.len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_line_comes_and_goes),
	    cmocka_unit_test(test_how_much_there_is),
	    cmocka_unit_test(test_nothing_is_said),
	};

	return cmocka_run_group_tests_name("cmd/progress", tests, NULL, NULL);
}
