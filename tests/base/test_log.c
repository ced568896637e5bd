#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

/* Where the log goes during a test: a pipe. */
struct log_pipe {
	int ends[2];
	char text[8192];
};

static int open_pipe(void **state)
{
	static struct log_pipe log;

	if (pipe(log.ends) != 0)
		return -1;
	log_set_fd(log.ends[1]);
	log_set_level(LOG_DEBUG);
	log_set_colour(false);
	*state = &log;
	return fcntl(log.ends[0], F_SETFL, O_NONBLOCK);
}

static int close_pipe(void **state)
{
	struct log_pipe *log = *state;

	log_set_fd(STDERR_FILENO);
	log_set_level(LOG_INFO);
	return close(log->ends[0]) + close(log->ends[1]);
}

/* What was written since the last call. */
static const char *written(struct log_pipe *log)
{
	ssize_t got = read(log->ends[0], log->text, sizeof(log->text) - 1);

	log->text[got > 0 ? got : 0] = '\0';
	return log->text;
}

static void log_all(void)
{
	log_error("e%d", 1);
	log_warn("w%d", 2);
	log_info("i%d", 3);
	log_debug("d%d", 4);
}

static void test_levels(void **state)
{
	static const struct {
		enum log_level level;
		const char *want;
	} rows[] = {
	    {LOG_ERROR, "tfherald: error: e1\n"},
	    {LOG_WARN, "tfherald: error: e1\ntfherald: warning: w2\n"},
	    {LOG_INFO, "tfherald: error: e1\ntfherald: warning: w2\ntfherald: i3\n"},
	    {LOG_DEBUG, "tfherald: error: e1\ntfherald: warning: w2\ntfherald: i3\n"
			"tfherald: debug: d4\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		log_set_level(rows[i].level);
		log_all();
		assert_string_equal(written(*state), rows[i].want);
	}
}

static void test_colour(void **state)
{
	log_set_colour(true);
	log_all();
	assert_string_equal(written(*state),
	    "\x1b[1;31mtfherald: error: \x1b[0me1\n\x1b[1;33mtfherald: warning: \x1b[0mw2\n"
	    "tfherald: i3\ntfherald: debug: d4\n");
}

static void test_level_names(void **state)
{
	static const enum log_level levels[] = {LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG};
	static const char *const unknown[] = {"", "WARN", "warning!", "trace"};
	enum log_level got;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		assert_true(log_level_from_str(str_from(log_level_name(levels[i])), &got));
		assert_int_equal(got, levels[i]);
	}
	assert_string_equal(log_level_name(LOG_WARN), "warn");
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		assert_false(log_level_from_str(str_from(unknown[i]), &got));
}

/* A name from a plan can neither start a line of its own nor reach the terminal. */
static void test_controls_are_replaced(void **state)
{
	log_warn("'%s'", "a\ntfherald: error: b\r\x1b[2J\xff");
	assert_string_equal(written(*state), "tfherald: warning: 'a tfherald: error: b??[2J?'\n");
}

static void test_long_lines_are_cut(void **state)
{
	struct log_pipe *log = *state;
	char text[6000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (size_t len = 3900; len < 4200; len++) {
		const char *line;
		size_t got;

		log_error("%.*s", (int)len, text);
		line = written(log);
		got = strlen(line);
		assert_true(got <= 4096);
		assert_int_equal(line[got - 1], '\n');
		if (got != strlen("tfherald: error: \n") + len)
			assert_string_equal(line + got - 4, "...\n");
		else
			assert_true(len < 4096);
	}
}

static void test_cut_keeps_characters_whole(void **state)
{
	char text[6001];

	for (size_t shift = 0; shift < 3; shift++) {
		const char *line;
		size_t got;

		memset(text, 'x', shift);
		for (size_t at = shift; at + 3 < sizeof(text); at += 3)
			memcpy(text + at, "\xe2\x82\xac", 4);
		log_error("%s", text);
		line = written(*state);
		got = strlen(line);
		assert_null(strchr(line, '?'));
		assert_memory_equal(line + got - 7, "\xe2\x82\xac...\n", 7);
	}
}

/* The caller may look at errno afterwards; a closed log is no reason to stop. */
static void test_errno_and_closed_log(void **state)
{
	struct log_pipe *log = *state;

	errno = ENOENT;
	log_error("one");
	assert_int_equal(errno, ENOENT);
	log_set_fd(-1);
	log_error("two");
	assert_int_equal(errno, ENOENT);
	log_set_fd(log->ends[1]);
	log_error("three");
	assert_string_equal(written(log), "tfherald: error: one\ntfherald: error: three\n");
}

/* A full pipe and a signal: the handler makes room, the line comes whole. */
static int drained_fd;

static void drain(int signal_number)
{
	char bytes[4096];

	(void)signal_number;
	while (read(drained_fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static void test_interrupted_write(void **state)
{
	struct log_pipe *log = *state;
	struct sigaction action = {.sa_handler = drain}, old;
	struct itimerval soon = {.it_value = {.tv_usec = 30000}};

	drained_fd = log->ends[0];
	assert_int_equal(fcntl(log->ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(log->ends[1], "filler", 6) > 0)
		continue;
	while (write(log->ends[1], "x", 1) > 0)
		continue;
	assert_int_equal(fcntl(log->ends[1], F_SETFL, 0), 0);
	assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	log_error("whole");
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	assert_string_equal(written(log), "tfherald: error: whole\n");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_pipe, close_pipe)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_levels),
	    TEST(test_colour),
	    TEST(test_level_names),
	    TEST(test_controls_are_replaced),
	    TEST(test_long_lines_are_cut),
	    TEST(test_cut_keeps_characters_whole),
	    TEST(test_errno_and_closed_log),
	    TEST(test_interrupted_write),
	};

	return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
