#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/process.h"
#include "tests/support/run_child.h"

static void test_results(void **state)
{
	static const struct {
		const char *label, *script;
		int status, signal;
		const char *out, *err, *merged;
	} rows[] = {
	    {"nothing", "", 0, 0, "", "", ""},
	    {"stdout only", "echo a; echo b", 0, 0, "a\nb\n", "", "a\nb\n"},
	    {"stderr only", "echo a >&2; exit 3", 3, 0, "", "a\n", "a\n"},
	    {"both, in turns", "echo a; sleep .1; echo b >&2; sleep .1; echo c", 0, 0, "a\nc\n",
		"b\n", "a\nb\nc\n"},
	    {"a line is not broken up",
		"printf 'one '; sleep .1; echo two >&2; sleep .1; echo three", 0, 0, "one three\n",
		"two\n", "two\none three\n"},
	    {"unfinished lines at the end", "printf a; sleep .1; printf b >&2", 0, 0, "a", "b",
		"a\nb"},
	    {"no newline at the end", "printf a", 0, 0, "a", "", "a"},
	    {"status 255", "exit 255", 255, 0, "", "", ""},
	    {"killed", "echo a; kill -9 $$", 137, 9, "a\n", "", "a\n"},
	    {"terminated", "kill -TERM $$", 143, 15, "", "", ""},
	    {"NUL is a byte", "printf 'a\\000b' | tr '\\000' x", 0, 0, "axb", "", "axb"},
	    {"SIGPIPE has its default again", "(while :; do echo y; done) | true; echo $?", 0, 0,
		"0\n", "", "0\n"},
	    {"SIGPIPE ends a writer", "sh -c 'kill -PIPE $$'; echo $?", 0, 0, "141\n", "", "141\n"},
	    {"SIGTERM is not blocked", "exec 2>&-; sh -c 'kill -TERM $$; sleep 1'; echo $?", 0, 0,
		"143\n", "", "143\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct process process;
		struct process_result got;

		process = SHELL(rows[i].script);
		process.want_merged = true;
		run_child(arena, &process, &got);
		check_text(rows[i].label, got.out.text, rows[i].out);
		check_text(rows[i].label, got.err.text, rows[i].err);
		check_text(rows[i].label, got.merged.text, rows[i].merged);
		if (got.status != rows[i].status || got.child_signal != rows[i].signal)
			fail_msg(
			    "%s: status %d signal %d", rows[i].label, got.status, got.child_signal);
		assert_int_equal(got.our_signal, 0);
		assert_int_equal(got.out.total, got.out.text.len);
		assert_false(got.out.cut || got.err.cut || got.timed_out);
	}
}

static void test_arguments(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *argv[] = {"printf", "[%s]", "a b", "", "$HOME", "*", "'\"", NULL};
	struct process process;
	struct process_result got;

	(void)state;
	process = shell_process(argv);
	run_child(arena, &process, &got);
	check_text("no shell touches arguments", got.out.text, "[a b][][$HOME][*]['\"]");
	assert_int_equal(got.merged.text.len, 0);
}

static void test_environment(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *add[] = {"TFHERALD_A=new", "TFHERALD_B=", "TFHERALD_B=last", NULL};
	struct process process;
	struct process_result got;

	(void)state;
	setenv("TFHERALD_A", "old", 1);
	setenv("TFHERALD_AB", "kept", 1);
	process = SHELL("echo $TFHERALD_A $TFHERALD_AB $TFHERALD_B; env | grep -c "
			"^TFHERALD_A=");
	process.env_add = add;
	run_child(arena, &process, &got);
	check_text("environment", got.out.text, "new kept last\n1\n");
	unsetenv("TFHERALD_A");
	unsetenv("TFHERALD_AB");
}

static void test_directory(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	struct err err = {0};

	(void)state;
	process = SHELL("pwd");
	process.directory = "/";
	run_child(arena, &process, &got);
	check_text("directory", got.out.text, "/\n");
	process.directory = "/no/where";
	assert_false(process_run(arena, &process, &got, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_string_equal(
	    err.text, "the directory '/no/where' cannot be entered: No such file or directory");
}

static void test_descriptors(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	int fds[2], file = -1;
	char path[] = "/tmp/tfherald-test-XXXXXX", text[16] = "";

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], "typed\n", 6), 6);
	close(fds[1]);
	process = SHELL("cat");
	process.stdin_fd = fds[0];
	run_child(arena, &process, &got);
	close(fds[0]);
	check_text("stdin given", got.out.text, "typed\n");

	file = mkostemp(path, O_CLOEXEC);
	process = SHELL("echo to file; echo err >&2");
	process.stdout_to = file;
	process.want_merged = true;
	run_child(arena, &process, &got);
	assert_int_equal(pread(file, text, sizeof(text), 0), 8);
	assert_memory_equal(text, "to file\n", 8);
	check_text("stdout_to is not captured", got.out.text, "");
	check_text("stderr still is", got.err.text, "err\n");
	unlink(path);

	/* whatever we have open, the child sees 0, 1, 2 and what our parent left open only */
	process = SHELL("for fd in /proc/self/fd/*; do readlink $fd; done | grep -c "
			"'pipe:\\|tfherald-test' ");
	run_child(arena, &process, &got);
	close(file);
	if (access("/proc/self/fd", X_OK) == 0)
		assert_true(got.out.text.len == 2 && got.out.text.ptr[0] <= '4');
}

static void make_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static char *copy_of_path(void)
{
	const char *path = getenv("PATH");

	assert_non_null(path);
	return strdup(path ? path : "");
}

/* Its posix_spawn() forks, so that what execve() says does not come back: the child exits with 127.
 */
static bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

static void test_refusals(void **state)
{
	static const struct {
		const char *program;
		enum err_code code;
		const char *text;
	} rows[] = {
	    {"tfherald-no-such-program", ERR_NOT_FOUND,
		"'tfherald-no-such-program' was not found in PATH; install it or give its full "
		"path"},
	    {"./no/such/program", ERR_NOT_FOUND, "'./no/such/program' does not exist"},
	    {"", ERR_NOT_FOUND, "'' was not found in PATH; install it or give its full path"},
	    {"./plain", ERR_EXEC,
		"'./plain' cannot be started: it is not executable; 'chmod +x' would make it so"},
	    {"plain", ERR_EXEC,
		"'plain' cannot be started: it is not executable; 'chmod +x' would make it so"},
	    {"./", ERR_EXEC, "'./' cannot be started: it is a directory, not a program"},
	    {"./noexec", ERR_EXEC,
		"'./noexec' cannot be started: it is no program for this machine; a script needs "
		"a '#!' line"},
	    {"./lost", ERR_EXEC,
		"'./lost' cannot be started: the interpreter or loader that it names does not "
		"exist"},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char dir[] = "/tmp/tfherald-test-XXXXXX", *here = getcwd(NULL, 0);
	char *path = copy_of_path();

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	setenv("PATH", dir, 1);
	make_file("plain", "x", 0600);
	make_file("noexec", "no magic\n", 0700);
	make_file("lost", "#!/no/such/interpreter\n", 0700);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct process process;
		struct process_result got;
		struct err err = {0};
		const char *argv[] = {rows[i].program, NULL};

		if (under_valgrind() && strstr(rows[i].text, "it is no program") != NULL)
			continue;
		if (under_valgrind() && strstr(rows[i].text, "interpreter") != NULL)
			continue;
		process = shell_process(argv);
		assert_false(process_run(arena, &process, &got, &err));
		if (err.code != rows[i].code || strcmp(err.text, rows[i].text) != 0)
			fail_msg("'%s': %d '%s'", rows[i].program, err.code, err.text);
	}
	setenv("PATH", path, 1);
	unlink("plain");
	unlink("noexec");
	unlink("lost");
	assert_int_equal(chdir(here), 0);
	rmdir(dir);
	free(here);
	free(path);
}

static void test_find(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char dir[] = "/tmp/tfherald-test-XXXXXX", *here = getcwd(NULL, 0);
	char *path = copy_of_path();
	struct process process;
	struct process_result got;
	const char *argv[] = {"tool", NULL};

	(void)state;
	assert_string_equal(process_find(arena, "/bin/sh"), "/bin/sh");
	assert_non_null(strchr(process_find(arena, "sh"), '/'));
	assert_null(process_find(arena, "tfherald-no-such-program"));
	assert_null(process_find(arena, "/bin"));
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(mkdir("a", 0700), 0);
	assert_int_equal(mkdir("b", 0700), 0);
	make_file("a/tool", "#!/bin/sh\necho a\n", 0600);
	make_file("b/tool", "#!/bin/sh\necho b $0\n", 0700);
	/* the first that can be run; found from here although the child starts elsewhere */
	setenv("PATH", "/no/where:a:b:/bin", 1);
	process = shell_process(argv);
	process.directory = "/";
	run_child(arena, &process, &got);
	assert_true(str_starts(got.out.text, STR("b /tmp/")));
	unsetenv("PATH");
	assert_non_null(process_find(arena, "sh"));
	setenv("PATH", path, 1);
	unlink("a/tool");
	unlink("b/tool");
	rmdir("a");
	rmdir("b");
	assert_int_equal(chdir(here), 0);
	rmdir(dir);
	free(here);
	free(path);
}

/* 0, 1 and 2 closed in us: the pipes do not land there. */
static void test_closed_descriptors(void **state)
{
	int status = 0;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		struct arena *arena = arena_new();
		struct process process;
		struct process_result got;
		struct err err = {0};
		bool good;

		close(0);
		close(1);
		close(2);
		process = SHELL("echo a; echo b >&2; exit 4");
		good = process_run(arena, &process, &got, &err) && got.status == 4 &&
		       str_is(got.out.text, "a\n") && str_is(got.err.text, "b\n");
		arena_free(arena);
		_exit(good ? 42 : 1);
	}
	waitpid(child, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_results),
	    cmocka_unit_test(test_arguments),
	    cmocka_unit_test(test_environment),
	    cmocka_unit_test(test_directory),
	    cmocka_unit_test(test_descriptors),
	    cmocka_unit_test(test_refusals),
	    cmocka_unit_test(test_find),
	    cmocka_unit_test(test_closed_descriptors),
	};

	return cmocka_run_group_tests_name("base/process", tests, NULL, NULL);
}
