#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/process.h"
#include "tests/support/run_child.h"

/* A process that is not the terminal sends us the signal. */
static pid_t send_later(int signo)
{
	pid_t us = getpid(), child = fork();

	if (child != 0)
		return child;
	sleep_ms(300);
	kill(us, signo);
	_exit(0);
}

/* The child itself asks for the signal, when it is ready for it: $PPID is us. */
static void test_signals(void **state)
{
#define THREE_TIMES(name)                                                          \
	"n=0; trap 'n=$((n+1))' INT TERM; i=0; while [ $i -lt 3 ]; do kill -" name \
	" $PPID; sleep .1; i=$((i+1)); done; sleep .2; echo $n"
	static const struct {
		const char *label;
		int signo;
		const char *script;
		int status;
		const char *out;
	} rows[] = {
	    {"SIGTERM ends the child", SIGTERM, "kill -TERM $PPID; exec sleep 20", 143, ""},
	    {"SIGHUP ends the child", SIGHUP, "kill -HUP $PPID; exec sleep 20", 129, ""},
	    {"SIGINT of a process is passed on", SIGINT, "kill -INT $PPID; exec sleep 20", 130, ""},
	    {"the child decides", SIGTERM,
		"trap 'echo bye; exit 4' TERM; kill -TERM $PPID; while :; do sleep .1; done", 4,
		"bye\n"},
	    {"SIGTERM is passed on once", SIGTERM, THREE_TIMES("TERM"), 0, "1\n"},
	    {"SIGINT is passed on once", SIGINT, THREE_TIMES("INT"), 0, "1\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct process process;
		struct process_result got;

		process = SHELL(rows[i].script);
		run_child(arena, &process, &got);
		check_text(rows[i].label, got.out.text, rows[i].out);
		if (got.status != rows[i].status || got.our_signal != rows[i].signo)
			fail_msg("%s: status %d, our signal %d", rows[i].label, got.status,
			    got.our_signal);
	}
}

/* Passed on even while we are stuck in a write to somebody who does not read. */
static void test_signal_while_stuck(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	uint64_t start = ns_now();
	int fds[2];
	pid_t sender, reader;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	sender = send_later(SIGTERM);
	reader = fork();
	if (reader == 0) {
		char bytes[65536];

		close(fds[1]);
		sleep_ms(600);
		while (read(fds[0], bytes, sizeof(bytes)) > 0)
			continue;
		_exit(0);
	}
	process = SHELL("trap 'date +%s%N >&2; exit 9' TERM; while :; do echo y; done");
	process.stdout_fd = fds[1];
	run_child(arena, &process, &got);
	close(fds[0]);
	close(fds[1]);
	waitpid(sender, NULL, 0);
	waitpid(reader, NULL, 0);
	assert_int_equal(got.our_signal, SIGTERM);
	assert_true(got.status == 9 || got.status == 143);
	assert_true(ns_now() - start < 5 * SECOND);
}

static void on_signal_of_ours(int signo)
{
	(void)signo;
}

static void test_handlers_come_back(void **state)
{
	static const int watched[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct sigaction mine = {.sa_handler = on_signal_of_ours}, old[6], now;
	struct process process;
	struct process_result got;
	sigset_t before, after;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaction(watched[i], &mine, &old[i]);
	sigprocmask(SIG_BLOCK, NULL, &before);
	process = SHELL("exit 0");
	run_child(arena, &process, &got);
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		sigaction(watched[i], &old[i], &now);
		assert_true(now.sa_handler == on_signal_of_ours);
		assert_int_equal(sigismember(&before, watched[i]), sigismember(&after, watched[i]));
	}
}

/* nohup: the child, too, ignores SIGHUP, and it does not count as received. */
static void test_ignored_stays_ignored(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	struct process process;
	struct process_result got;
	pid_t sender;

	(void)state;
	sigaction(SIGHUP, &ignore, &old);
	sender = send_later(SIGHUP);
	process = SHELL("sh -c 'kill -HUP $$; sleep .6; "
			"echo alive'");
	run_child(arena, &process, &got);
	waitpid(sender, NULL, 0);
	sigaction(SIGHUP, &old, NULL);
	check_text("ignored", got.out.text, "alive\n");
	assert_int_equal(got.our_signal, 0);
}

/* SIGCHLD ignored by our parent: the child's status is known all the same. */
static void test_sigchld_ignored(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	struct process process;
	struct process_result got;

	(void)state;
	sigaction(SIGCHLD, &ignore, &old);
	process = SHELL("exit 6");
	run_child(arena, &process, &got);
	sigaction(SIGCHLD, &old, NULL);
	assert_int_equal(got.status, 6);
}

/* Waits until `text` stands in what the terminal showed; false after some seconds. */
static bool expect(int master, struct str text, char *seen, size_t *len, size_t size)
{
	uint64_t deadline = ns_now() + 5 * SECOND;

	while (ns_now() < deadline && *len < size) {
		struct pollfd fd = {.fd = master, .events = POLLIN};
		size_t at;
		ssize_t got;

		if (str_find((struct str){seen, *len}, text, &at))
			return true;
		if (poll(&fd, 1, 100) <= 0)
			continue;
		got = read(master, seen + *len, size - *len);
		if (got <= 0)
			break;
		*len += (size_t)got;
	}
	return false;
}

/* In a process of its own whose terminal is the pty: runs the child like cmd/ does, exits with its
 * status. */
static void in_terminal(const char *script)
{
	struct arena *arena = arena_new();
	struct process process;
	struct process_result got;
	struct err err = {0};

	signal(SIGINT, SIG_DFL);
	process = SHELL(script);
	process.stdout_fd = STDOUT_FILENO;
	process.stderr_fd = STDERR_FILENO;
	if (!process_run(arena, &process, &got, &err))
		_exit(99);
	dprintf(
	    1, "status=%d signal=%d captured=%zu\n", got.status, got.our_signal, got.out.text.len);
	arena_free(arena);
	_exit(got.status);
}

static void test_terminal_prompt(void **state)
{
	char seen[4096];
	size_t len = 0;
	int master, status = 0;
	pid_t child = forkpty(&master, NULL, NULL, NULL);

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		in_terminal("printf 'Enter a value: '; read answer; echo got $answer; exit 3");
	assert_true(expect(master, STR("Enter a value: "), seen, &len, sizeof(seen)));
	assert_int_equal(write(master, "yes\n", 4), 4);
	assert_true(expect(master, STR("got yes"), seen, &len, sizeof(seen)));
	assert_true(expect(master, STR("status=3 signal=0 captured=23"), seen, &len, sizeof(seen)));
	waitpid(child, &status, 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	close(master);
}

/* Ctrl-C reaches the child from the terminal; we do not add a second one. */
static void test_terminal_interrupt(void **state)
{
	static const struct {
		const char *label, *key, *want;
	} rows[] = {
	    {"Ctrl-C", "\003", "count=1 "},
	    {"Ctrl-backslash", "\034", "count=1 "},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char seen[4096];
		size_t len = 0;
		int master, status = 0;
		pid_t child = forkpty(&master, NULL, NULL, NULL);

		assert_true(child >= 0);
		if (child == 0)
			in_terminal("n=0; trap 'n=$((n+1))' INT QUIT; echo ready; i=0; while [ $i "
				    "-lt 4 ]; do sleep .1; i=$((i+1)); done; echo \"count=$n \"; "
				    "exit 1");
		assert_true(expect(master, STR("ready"), seen, &len, sizeof(seen)));
		assert_int_equal(write(master, rows[i].key, 1), 1);
		if (!expect(master, str_from(rows[i].want), seen, &len, sizeof(seen)))
			fail_msg("%s: '%.*s'", rows[i].label, (int)len, seen);
		assert_true(expect(master, STR("status=1 signal="), seen, &len, sizeof(seen)));
		waitpid(child, &status, 0);
		close(master);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_signals),
	    cmocka_unit_test(test_signal_while_stuck),
	    cmocka_unit_test(test_handlers_come_back),
	    cmocka_unit_test(test_ignored_stays_ignored),
	    cmocka_unit_test(test_sigchld_ignored),
	    cmocka_unit_test(test_terminal_prompt),
	    cmocka_unit_test(test_terminal_interrupt),
	};

	/* A job in the background of a shell, or under nohup, has them ignored. */
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGQUIT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	return cmocka_run_group_tests_name("base/process_signals", tests, NULL, NULL);
}
