#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sys.h"
#include "tests/support/sys_script.h"

static void test_env(void **state)
{
	static const struct {
		const char *label, *value, *want;
	} rows[] = {
	    {"unset", NULL, ""},
	    {"empty counts as unset", "", ""},
	    {"<nil> counts as unset", "<nil>", ""},
	    {"a value", "42", "42"},
	    {"<nil> inside a text is text", "a<nil>", "a<nil>"},
	    {"a space is a value", " ", " "},
	};
	struct sys_script script;

	(void)state;
	sys_script_init(&script);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str got;

		sys_script_env(&script, "CIRCLE_PR_NUMBER", rows[i].value);
		got = sys_env(&script.sys, "CIRCLE_PR_NUMBER");
		if (!str_is(got, rows[i].want))
			fail_msg("%s: got '%.*s'", rows[i].label, STR_ARG(got));
		assert_int_equal(
		    sys_env_is_set(&script.sys, "CIRCLE_PR_NUMBER"), rows[i].want[0] != '\0');
	}
}

static void test_real_env(void **state)
{
	const struct sys *sys = sys_real();

	(void)state;
	setenv("TFHERALD_TEST_SYS", "<nil>", 1);
	assert_false(sys_env_is_set(sys, "TFHERALD_TEST_SYS"));
	assert_string_equal(sys->env(sys->state, "TFHERALD_TEST_SYS"), "<nil>");
	setenv("TFHERALD_TEST_SYS", "x", 1);
	assert_true(str_is(sys_env(sys, "TFHERALD_TEST_SYS"), "x"));
	unsetenv("TFHERALD_TEST_SYS");
	assert_false(sys_env_is_set(sys, "TFHERALD_TEST_SYS"));
	assert_null(sys->env(sys->state, "TFHERALD_TEST_SYS"));
}

static void test_rfc3339(void **state)
{
	static const struct {
		int64_t seconds;
		const char *want;
	} rows[] = {
	    {0, "1970-01-01T00:00:00Z"},
	    {SYS_SCRIPT_NOW, "2026-11-22T10:15:00Z"},
	    {951782399, "2000-02-28T23:59:59Z"},
	    {951782400, "2000-02-29T00:00:00Z"},
	    {4107542400, "2100-03-01T00:00:00Z"},
	    {-1, "1969-12-31T23:59:59Z"},
	    {INT64_MAX, "9999-12-31T23:59:59Z"},
	    {INT64_MIN, "0000-01-01T00:00:00Z"},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(time_to_rfc3339(arena, rows[i].seconds).ptr, rows[i].want);
}

static void test_real_clock(void **state)
{
	const struct sys *sys = sys_real();
	uint64_t start = sys->monotonic(sys->state), end;

	(void)state;
	sys->sleep(sys->state, UINT64_C(20000000));
	end = sys->monotonic(sys->state);
	assert_true(end - start >= UINT64_C(20000000));
	assert_true(end - start < UINT64_C(10000000000));
	assert_true(sys->now(sys->state) > 1700000000);
}

static void test_real_random(void **state)
{
	const struct sys *sys = sys_real();
	unsigned char a[600] = {0}, b[600] = {0}; /* over the 256 bytes getrandom gives at once */
	struct err err = {0};

	(void)state;
	assert_true(sys->random(sys->state, a, sizeof(a), &err));
	assert_true(sys->random(sys->state, b, sizeof(b), &err));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_true(sys->random(sys->state, a, 0, &err));
}

static void test_temp_file(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct sys *sys = sys_real();
	struct err err = {0};
	char *path = NULL, *other = NULL;
	struct stat st;
	int fd = -1, second = -1;

	(void)state;
	assert_true(sys_temp_file(sys, arena, ".json", &path, &fd, &err));
	assert_true(sys_temp_file(sys, arena, ".json", &other, &second, &err));
	assert_string_not_equal(path, other);
	assert_string_equal(path + strlen(path) - 5, ".json");
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(write(fd, "x", 1), 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(other), 0);
	close(fd);
	close(second);
}

/* The same salt again: a name that is taken is not overwritten, the next one is tried. */
static void test_temp_file_taken(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char dir[] = "/tmp/tfherald-test-XXXXXX";
	struct sys_script script;
	struct err err = {0};
	char *first = NULL, *second = NULL;
	int fd = -1;

	(void)state;
	assert_non_null(mkdtemp(dir));
	sys_script_init(&script);
	script.tmpdir = dir;
	assert_true(sys_temp_file(&script.sys, arena, "", &first, &fd, &err));
	close(fd);
	script.seed = 0;
	assert_true(sys_temp_file(&script.sys, arena, "", &second, &fd, &err));
	close(fd);
	assert_string_not_equal(first, second);
	unlink(first);
	unlink(second);
	rmdir(dir);
}

static void test_temp_file_errors(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct sys_script script;
	struct err err = {0};
	char *path = NULL;
	int fd = -1;

	(void)state;
	sys_script_init(&script);
	script.tmpdir = "/nowhere/at/all";
	assert_false(sys_temp_file(&script.sys, arena, "", &path, &fd, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(err.text,
	    "no temporary file can be made in '/nowhere/at/all': No such file or directory; "
	    "set TMPDIR to a writable directory");
	err_clear(&err);
	script.random_fails = true;
	assert_false(sys_temp_file(&script.sys, arena, "", &path, &fd, &err));
	assert_int_equal(err.code, ERR_IO);
}

static void test_tmpdir(void **state)
{
	const struct sys *sys = sys_real();
	const char *old = getenv("TMPDIR");
	char *kept = old ? strdup(old) : NULL;

	(void)state;
	unsetenv("TMPDIR");
	assert_string_equal(sys->tmpdir(sys->state), "/tmp");
	setenv("TMPDIR", "", 1);
	assert_string_equal(sys->tmpdir(sys->state), "/tmp");
	setenv("TMPDIR", "/var/tmp", 1);
	assert_string_equal(sys->tmpdir(sys->state), "/var/tmp");
	unsetenv("TMPDIR");
	if (kept)
		setenv("TMPDIR", kept, 1);
	free(kept);
}

static void test_terminal(void **state)
{
	const struct sys *sys = sys_real();
	struct winsize size = {.ws_row = 24, .ws_col = 132};
	int master = -1, slave = -1, file = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	assert_true(sys->is_terminal(sys->state, slave));
	assert_int_equal(sys->columns(sys->state, slave), 132);
	assert_false(sys->is_terminal(sys->state, file));
	assert_int_equal(sys->columns(sys->state, file), 0);
	assert_false(sys->is_terminal(sys->state, -1));
	close(master);
	close(slave);
	close(file);
}

static void test_script(void **state)
{
	struct sys_script script, again;
	unsigned char a[16], b[16];
	struct err err = {0};

	(void)state;
	sys_script_init(&script);
	sys_script_init(&again);
	script.sys.sleep(script.sys.state, 600000000);
	assert_int_equal(script.sys.now(script.sys.state), SYS_SCRIPT_NOW);
	script.sys.sleep(script.sys.state, 600000000);
	assert_int_equal(script.sys.now(script.sys.state), SYS_SCRIPT_NOW + 1);
	assert_int_equal(script.sys.monotonic(script.sys.state), UINT64_C(2200000000));
	assert_int_equal(script.sleeps, 2);
	assert_true(script.sys.random(script.sys.state, a, sizeof(a), &err));
	assert_true(again.sys.random(again.sys.state, b, sizeof(b), &err));
	assert_memory_equal(a, b, sizeof(a));
	assert_false(script.sys.is_terminal(script.sys.state, 1));
	script.terminal[1] = true;
	assert_int_equal(script.sys.columns(script.sys.state, 1), 80);
	assert_int_equal(script.sys.columns(script.sys.state, 2), 0);
	sys_script_env_list(&script, (const char *const[]){"A", "1", "B", "2", NULL});
	assert_true(str_is(sys_env(&script.sys, "B"), "2"));
	sys_script_env(&script, "B", NULL);
	assert_false(sys_env_is_set(&script.sys, "B"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_env),
	    cmocka_unit_test(test_real_env),
	    cmocka_unit_test(test_rfc3339),
	    cmocka_unit_test(test_real_clock),
	    cmocka_unit_test(test_real_random),
	    cmocka_unit_test(test_temp_file),
	    cmocka_unit_test(test_temp_file_taken),
	    cmocka_unit_test(test_temp_file_errors),
	    cmocka_unit_test(test_tmpdir),
	    cmocka_unit_test(test_terminal),
	    cmocka_unit_test(test_script),
	};

	return cmocka_run_group_tests_name("base/sys", tests, NULL, NULL);
}
