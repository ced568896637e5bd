#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/masker.h"
#include "base/process.h"
#include "tests/support/run_child.h"

/* 40 MB of numbered lines through a small capture: head and tail, whole lines, a true count. */
static void test_flood(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct process process;
	struct process_result got;
	struct str text, line, last = STR_EMPTY;
	uint64_t seen = 0, left_out = 0;
	bool noted = false;

	(void)state;
	process = SHELL("i=0; seq -f 'line %08.0f' 1 3000000");
	process.stdout_fd = null;
	process.capture_limit = 1 << 20;
	process.want_merged = true;
	run_child(arena, &process, &got);
	close(null);
	assert_int_equal(got.out.total, 3000000 * 14);
	assert_true(got.out.cut);
	assert_true(got.out.text.len <= (1 << 20) + 64);
	assert_true(got.out.text.len > (1 << 20) - 200000);
	text = got.out.text;
	while (str_line(&text, &line)) {
		if (str_starts(line, STR("[... "))) {
			struct str number = str_skip(line, 5);
			struct str rest = number;
			struct err err = {0};
			int64_t value = 0;

			assert_true(str_split(&rest, ' ', &number));
			assert_true(str_is(rest, "bytes left out ...]"));
			assert_true(str_to_int64(number, 1, INT64_MAX, &value, &err));
			left_out = (uint64_t)value;
			noted = true;
			continue;
		}
		assert_int_equal(line.len, 13);
		assert_true(str_starts(line, STR("line ")));
		seen += 14;
		last = line;
	}
	assert_true(noted);
	assert_true(str_is(last, "line 03000000"));
	assert_int_equal(seen + left_out, got.out.total);
	assert_true(got.merged.text.ptr == got.out.text.ptr);
}

/* Both streams flood; every line of the merged text is whole. */
static void test_flood_both(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	struct str text, line;
	size_t lines = 0;

	(void)state;
	process = SHELL("seq -f 'out %08.0f' 1 200000 & seq -f 'err %08.0f' 1 200000 >&2; "
			"wait");
	process.want_merged = true;
	run_child(arena, &process, &got);
	assert_int_equal(got.out.total, 200000 * 13);
	assert_int_equal(got.err.total, 200000 * 13);
	assert_int_equal(got.merged.total, 400000 * 13);
	text = got.merged.text;
	while (str_line(&text, &line)) {
		assert_int_equal(line.len, 12);
		lines++;
	}
	assert_int_equal(lines, 400000);
}

/* A line longer than what waits for its end is let out, and the other stream does not glue to it.
 */
static void test_long_line(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	size_t at = 0;

	(void)state;
	process = SHELL("echo x >&2; sleep .1; head -c 200000 /dev/zero | tr '\\0' a; sleep "
			".1; echo y >&2; sleep .1; echo z");
	process.want_merged = true;
	run_child(arena, &process, &got);
	assert_int_equal(got.out.total, 200002);
	assert_true(str_find(got.merged.text, STR("a\ny\nz\n"), &at));
}

/* A file that cat can write again and again: the writer shall not be the slow one. */
static void make_lines(char *path, size_t bytes)
{
	static const char line[] = "aws_instance.web[0]: Refreshing state... [id=i-0123456789]\n";
	int fd = mkostemp(path, O_CLOEXEC);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	for (size_t done = 0; done < bytes; done += sizeof(line) - 1)
		(void)fputs(line, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(truncate(path, (off_t)bytes), 0);
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* One gigabyte in bounded memory. The speed is shown; bench judges it on a quiet machine. */
static void test_gigabyte(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	char path[] = "/tmp/tfherald-test-XXXXXX";
	const char *argv[22] = {"cat"};
	struct process process = shell_process(argv);
	struct process_result got;
	long before = peak_kib();
	uint64_t start;

	(void)state;
	make_lines(path, 50000000);
	for (size_t i = 1; i <= 20; i++)
		argv[i] = path;
	process.stdout_fd = null;
	process.want_merged = true;
	start = ns_now();
	run_child(arena, &process, &got);
	print_message("1 GB at %.0f MB/s, %ld MiB\n", 1e12 / (double)(ns_now() - start),
	    (peak_kib() - before) / 1024);
	close(null);
	unlink(path);
	assert_int_equal(got.status, 0);
	assert_int_equal(got.out.total, 1000000000);
	assert_true(got.out.cut);
	assert_true(got.out.text.len <= CAPTURE_LIMIT + 64);
	assert_true(peak_kib() - before < 200L * 1024);
}

static void test_closes_early(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	uint64_t start = ns_now();

	(void)state;
	process = SHELL("echo a; exec >&- 2>&-; sleep .5; exit 7");
	run_child(arena, &process, &got);
	check_text("closes early", got.out.text, "a\n");
	assert_int_equal(got.status, 7);
	assert_true(ns_now() - start >= 400 * MS);
}

struct slow_row {
	const char *label, *script;
	uint64_t timeout;     /* ns; 0: none */
	uint64_t least, most; /* ms */
	int status;
	const char *out;
};

/* In a process of its own, which ends with 0 when all is as it should be. */
static int run_slow_row(const struct slow_row *row)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	struct err err = {0};
	uint64_t start = ns_now(), took;

	process = SHELL(row->script);
	process.timeout_ns = row->timeout;
	if (!process_run(arena, &process, &got, &err))
		return 1;
	took = (ns_now() - start) / MS;
	if (got.status == row->status && str_is(got.out.text, row->out) && took >= row->least &&
	    took <= row->most && got.timed_out == (row->timeout > 0))
		return 0;
	print_error("%s: status %d after %llu ms, '%.*s'\n", row->label, got.status,
	    (unsigned long long)took, STR_ARG(got.out.text));
	return 1;
}

/* What takes seconds by design goes on at the same time. */
static void test_slow_ends(void **state)
{
	static const struct slow_row rows[] = {
	    {"a silent grandchild", "echo a; sleep 60 & echo b; exit 5", 0, 1900, 4000, 5,
		"a\nb\n"},
	    {"a grandchild that goes on", "(sleep 1; echo late) & exit 5", 0, 900, 2500, 5,
		"late\n"},
	    {"a timeout that is ignored", "trap '' TERM; while :; do sleep .2; done", 100 * MS,
		5000, 9000, 137, ""},
	};
	pid_t children[ARRAY_LEN(rows)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		children[i] = fork();
		if (children[i] == 0)
			_exit(run_slow_row(&rows[i]));
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int status = -1;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		if (status != 0)
			fail_msg("%s", rows[i].label);
	}
}

static void test_reader_goes_away(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	process = SHELL("seq 1 100000; echo end >&2; exit 2");
	process.stdout_fd = fds[1];
	run_child(arena, &process, &got);
	close(fds[1]);
	assert_int_equal(got.status, 2);
	assert_int_equal(got.pass_errno, EPIPE);
	assert_true(str_ends(got.out.text, STR("\n100000\n")));
	check_text("stderr goes on", got.err.text, "end\n");
}

struct slow_reader {
	int fd;
	size_t total;
};

static void *read_slowly(void *arg)
{
	struct slow_reader *reader = arg;
	char bytes[8192];
	ssize_t got;

	/* any thread may get the signals that the relay handles */
	while ((got = read(reader->fd, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EINTR)) {
		reader->total += got > 0 ? (size_t)got : 0;
		if (reader->total % 10 == 0)
			sleep_ms(1);
	}
	return NULL;
}

/* Our own output is slow and non-blocking, or slow with a time limit: nothing is lost. */
static void test_slow_output(void **state)
{
	static const char flood[] = "seq 1 300000";
	static const char signals[] = "i=0; while [ $i -lt 300 ]; do "
				      "seq 1 1000; kill -CHLD $PPID; i=$((i+1)); done";
	static const struct {
		const char *label, *script;
		bool nonblocking;
		uint64_t timeout; /* ns; 0: none */
		uint64_t bytes;
	} rows[] = {
	    {"non-blocking", flood, true, 0, 1988895},
	    {"with a time limit", flood, false, 60 * SECOND, 1988895},
	    {"non-blocking with a time limit", flood, true, 60 * SECOND, 1988895},
	    {"signals all the while", signals, true, 0, 300 * 3893},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct slow_reader reader = {0};
		struct process process;
		struct process_result got;
		pthread_t thread;
		int fds[2];

		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		if (rows[i].nonblocking)
			fcntl(fds[1], F_SETFL, O_NONBLOCK);
		reader.fd = fds[0];
		assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
		process = SHELL(rows[i].script);
		process.stdout_fd = fds[1];
		process.timeout_ns = rows[i].timeout;
		run_child(arena, &process, &got);
		close(fds[1]);
		pthread_join(thread, NULL);
		close(fds[0]);
		if (got.status != 0 || got.out.total != rows[i].bytes ||
		    reader.total != rows[i].bytes)
			fail_msg("%s: status %d, %llu bytes, %zu of them read", rows[i].label,
			    got.status, (unsigned long long)got.out.total, reader.total);
	}
}

static void test_timeout(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct process process;
	struct process_result got;
	uint64_t start = ns_now();

	(void)state;
	process = SHELL("echo a; exec sleep 60");
	process.timeout_ns = 200 * MS;
	run_child(arena, &process, &got);
	assert_true(got.timed_out);
	assert_int_equal(got.status, 143);
	assert_int_equal(got.our_signal, 0);
	check_text("before the timeout", got.out.text, "a\n");
	assert_true(ns_now() - start < 3 * SECOND);
}

/* In what passes and in what is captured; also where it comes in pieces. */
static void test_masks(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);
	struct process process;
	struct process_result got;
	char passed[200];
	int ends[2];
	ssize_t len;

	(void)state;
	masker_add_encoded(masker, STR("topsecret"));
	masker_add_private_keys(masker);
	masker_seal(masker);
	assert_int_equal(pipe(ends), 0);
	process = SHELL("printf 'a topsec'; sleep 0.05; printf 'ret b\\n'; "
			"printf 'dG9wc2VjcmV0 topsec\\n' >&2; echo '-----BEGIN PRIVATE KEY-----'; "
			"echo MII; echo '-----END PRIVATE KEY-----'; printf 'ends in tops'");
	process.stdout_fd = ends[1];
	process.masker = masker;
	run_child(arena, &process, &got);
	close(ends[1]);
	len = read(ends[0], passed, sizeof(passed));
	close(ends[0]);
	assert_true(str_is(got.out.text, "a (sensitive) b\n(sensitive)\nends in tops"));
	assert_true(str_eq(got.out.text, (struct str){passed, (size_t)len}));
	assert_true(str_is(got.err.text, "(sensitive) topsec\n"));
}

/* A prompt that ends as a secret begins is not waited for. */
static void test_held_prompt(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct masker *masker = masker_new(arena);
	struct process process;
	struct process_result got;

	(void)state;
	masker_add(masker, STR("topsecret"));
	masker_seal(masker);
	process = SHELL("printf 'value: tops'; sleep 0.6; printf 'ecret\\n'");
	process.masker = masker;
	run_child(arena, &process, &got);
	/* half of it was let out: who writes so slowly is a prompt */
	assert_true(str_is(got.out.text, "value: topsecret\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_flood),
	    cmocka_unit_test(test_flood_both),
	    cmocka_unit_test(test_long_line),
	    cmocka_unit_test(test_gigabyte),
	    cmocka_unit_test(test_closes_early),
	    cmocka_unit_test(test_slow_ends),
	    cmocka_unit_test(test_reader_goes_away),
	    cmocka_unit_test(test_slow_output),
	    cmocka_unit_test(test_timeout),
	    cmocka_unit_test(test_masks),
	    cmocka_unit_test(test_held_prompt),
	};

	return cmocka_run_group_tests_name("base/process_relay", tests, NULL, NULL);
}
