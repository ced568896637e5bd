#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sink.h"

static void assert_text(struct buf *buf, const char *want)
{
	struct err err = {.code = ERR_NONE};
	struct str text;

	assert_true(buf_finish(buf, &text, &err));
	assert_string_equal(text.ptr, want);
	assert_int_equal(text.len, strlen(want));
}

static void test_empty(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 10);
	assert_true(str_eq(buf_str(&buf), STR_EMPTY));
	assert_non_null(buf_str(&buf).ptr);
	assert_int_equal(buf_room(&buf), 10);
	assert_text(&buf, "");
	buf_init(&buf, arena, 0);
	buf_add(&buf, STR_EMPTY);
	assert_text(&buf, "");
}

static void test_every_way_to_append(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 1000);
	buf_add(&buf, STR("one "));
	buf_adds(&buf, "two ");
	buf_adds(&buf, NULL);
	buf_addc(&buf, '3');
	buf_addf(&buf, " %s %d", "four", 5);
	buf_addf(&buf, "%s", "");
	buf_repeat(&buf, '=', 3);
	buf_repeat(&buf, '-', 0);
	assert_int_equal(buf_room(&buf), 1000 - 19);
	assert_text(&buf, "one two 3 four 5===");
}

static void test_escaped(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 100);
	buf_add_escaped(&buf, STR("a <b> & \"c\" `d`"));
	assert_true(str_is(buf_str(&buf), "a &lt;b&gt; &amp; \"c\" `d`"));
}

static void test_growth(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, SIZE_MAX);
	for (int i = 0; i < 200000; i++) {
		buf_addf(&buf, "%06d", i);
		if (i % 5000 == 0)
			(void)arena_alloc(arena, 8); /* so that it cannot always grow in place */
	}
	text = buf_str(&buf);
	assert_int_equal(text.len, 1200000);
	for (int i = 0; i < 200000; i += 777) {
		char want[16];

		(void)snprintf(want, sizeof(want), "%06d", i);
		assert_memory_equal(text.ptr + (size_t)i * 6, want, 6);
	}
}

/* Formatted text around the room that is left in the memory of the buf. */
static void test_format_at_every_length(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char x[301];

	(void)state;
	memset(x, 'x', sizeof(x));
	for (int len = 100; len < 300; len++) {
		struct buf buf;

		buf_init(&buf, arena, 1000);
		buf_addc(&buf, 'a');
		buf_addf(&buf, "%.*s", len, x);
		buf_addc(&buf, 'b');
		assert_int_equal(buf.len, len + 2);
		assert_int_equal(buf.ptr[0], 'a');
		assert_int_equal(buf.ptr[len], 'x');
		assert_int_equal(buf.ptr[len + 1], 'b');
	}
}

static void add_str(struct buf *buf)
{
	buf_add(buf, STR("123456"));
}

static void add_format(struct buf *buf)
{
	buf_addf(buf, "%d", 123456);
}

static void add_long_format(struct buf *buf)
{
	buf_addf(buf, "%500d", 1);
}

static void add_repeat(struct buf *buf)
{
	buf_repeat(buf, 'x', 6);
}

static void add_very_much(struct buf *buf)
{
	buf_repeat(buf, 'x', SIZE_MAX);
}

static void test_over_the_limit_nothing_is_added(void **state)
{
	static const struct {
		const char *name;
		void (*add)(struct buf *buf);
	} rows[] = {
	    {"str", add_str},
	    {"format", add_format},
	    {"long format", add_long_format},
	    {"repeat", add_repeat},
	    {"very much", add_very_much},
	};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {.code = ERR_NONE};
		struct str text;
		struct buf buf;

		buf_init(&buf, arena, 10);
		buf_adds(&buf, "12345");
		rows[i].add(&buf);
		if (buf.len != 5 || !buf.overflow)
			fail_msg("%s", rows[i].name);
		buf_adds(&buf, "67890"); /* what fits still comes in */
		assert_int_equal(buf_room(&buf), 0);
		buf_addc(&buf, 'x');
		assert_true(str_is(buf_str(&buf), "1234567890"));
		assert_false(buf_finish(&buf, &text, &err));
		assert_int_equal(err.code, ERR_LIMIT);
		assert_string_equal(err.text, "text is over the limit of 10 bytes");
	}
}

static void test_exactly_the_limit(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 5);
	buf_addf(&buf, "%d", 12345);
	assert_text(&buf, "12345");
}

static void test_length_that_overflows(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, SIZE_MAX);
	buf_addc(&buf, 'a');
	buf_repeat(&buf, 'x', SIZE_MAX - 1);
	assert_true(buf.overflow);
	assert_int_equal(buf.len, 1);
}

static void test_rewind(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 8);
	buf_adds(&buf, "keep");
	buf_adds(&buf, "too much");
	buf_adds(&buf, "drop");
	buf_rewind(&buf, 4);
	buf_addc(&buf, '!');
	assert_text(&buf, "keep!");
	buf_rewind(&buf, 100);
	assert_text(&buf, "keep!");
	buf_rewind(&buf, 0);
	assert_text(&buf, "");
}

static void test_sink_to_buf(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {.code = ERR_NONE};
	struct sink sink;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 10);
	sink_to_buf(&sink, &buf);
	sink_add(&sink, STR("hello"));
	sink_write(&sink, " you", 4);
	assert_true(sink_finish(&sink, &err));
	assert_int_equal(sink.total, 9);
	assert_text(&buf, "hello you");
	sink_add(&sink, STR("!!"));
	assert_false(sink_finish(&sink, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

/* Pieces of all sizes around the block: nothing is lost, nothing is early counted as over. */
static void test_sink_to_buf_by_blocks(void **state)
{
	static const size_t sizes[] = {
	    1, 100, SINK_BLOCK - 1, SINK_BLOCK, SINK_BLOCK + 1, 3 * SINK_BLOCK, 7};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {.code = ERR_NONE};
	char *piece = arena_alloc(arena, 3 * SINK_BLOCK);
	struct sink sink;
	struct buf buf, want;

	(void)state;
	buf_init(&buf, arena, SIZE_MAX);
	buf_init(&want, arena, SIZE_MAX);
	sink_to_buf_by_blocks(&sink, arena, &buf);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		memset(piece, 'a' + (int)i, sizes[i]);
		sink_write(&sink, piece, sizes[i]);
		buf_add(&want, (struct str){piece, sizes[i]});
	}
	assert_true(sink_finish(&sink, &err));
	assert_true(str_eq(buf_str(&buf), buf_str(&want)));
	assert_int_equal(sink.total, buf.len);

	buf_init(&buf, arena, 10);
	sink_to_buf_by_blocks(&sink, arena, &buf);
	sink_write(&sink, piece, 11);
	assert_false(sink_finish(&sink, &err));
	assert_int_equal(err.code, ERR_LIMIT);
}

struct collected {
	int fd;
	char *bytes;
	size_t len, size;
};

static void *collect(void *data)
{
	struct collected *collected = data;
	ssize_t got;

	while ((got = read(collected->fd, collected->bytes + collected->len,
		    collected->size - collected->len)) > 0)
		collected->len += (size_t)got;
	return NULL;
}

/* Pieces of all sizes around the block come out whole and in order; also when the pipe is full. */
static void check_pieces(bool non_blocking)
{
	static const size_t sizes[] = {
	    1, 0, 100, SINK_BLOCK - 102, 2, SINK_BLOCK, SINK_BLOCK - 1, 3, 5 * SINK_BLOCK + 1, 7};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct collected collected = {.size = 16 * SINK_BLOCK};
	struct err err = {.code = ERR_NONE};
	struct sink sink;
	size_t total = 0;
	pthread_t reader;
	int channel[2];

	assert_int_equal(pipe(channel), 0);
	if (non_blocking)
		assert_int_equal(fcntl(channel[1], F_SETFL, O_NONBLOCK), 0);
	collected.fd = channel[0];
	collected.bytes = arena_alloc(arena, collected.size);
	assert_int_equal(pthread_create(&reader, NULL, collect, &collected), 0);
	sink_to_fd(&sink, arena, channel[1], 0);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		char *piece = arena_alloc(arena, sizes[i]);

		for (size_t at = 0; at < sizes[i]; at++)
			piece[at] = (char)((total + at) % 251);
		sink_write(&sink, piece, sizes[i]);
		total += sizes[i];
	}
	assert_true(sink_finish(&sink, &err));
	(void)close(channel[1]);
	(void)pthread_join(reader, NULL);
	(void)close(channel[0]);
	assert_int_equal(sink.total, total);
	assert_int_equal(collected.len, total);
	for (size_t at = 0; at < total; at++)
		assert_int_equal((unsigned char)collected.bytes[at], at % 251);
}

static void test_sink_to_fd(void **state)
{
	(void)state;
	check_pieces(false);
}

static void test_sink_to_non_blocking_fd(void **state)
{
	(void)state;
	check_pieces(true);
}

static void test_sink_limit(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {.code = ERR_NONE};
	struct sink sink;
	char got[16];
	int channel[2];

	(void)state;
	assert_int_equal(pipe(channel), 0);
	sink_to_fd(&sink, arena, channel[1], 8);
	sink_add(&sink, STR("12345678"));
	assert_true(sink_finish(&sink, &err));
	sink_add(&sink, STR("9"));
	sink_add(&sink, STR_EMPTY);
	assert_false(sink_finish(&sink, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "output is over the limit of 8 bytes");
	assert_int_equal(read(channel[0], got, sizeof(got)), 8);
	(void)close(channel[0]);
	(void)close(channel[1]);
}

static void test_sink_write_error_is_told_once(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	char *much = arena_zalloc(arena, 2 * SINK_BLOCK);
	struct err err = {.code = ERR_NONE};
	struct sink sink;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	sink_to_fd(&sink, arena, fd, 0);
	sink_write(&sink, much, 2 * SINK_BLOCK);
	assert_int_equal(sink.write_errno, EBADF);
	sink_write(&sink, much, 2 * SINK_BLOCK);
	assert_false(sink_finish(&sink, &err));
	assert_int_equal(err.code, ERR_IO);
	assert_non_null(strstr(err.text, "cannot write: "));
	(void)close(fd);
}

/* A full pipe and a signal: the handler makes room, nothing is lost. */
static int drained_fd;

static void drain(int signal_number)
{
	char bytes[4096];

	(void)signal_number;
	while (read(drained_fd, bytes, sizeof(bytes)) > 0)
		continue;
}

static void test_sink_interrupted(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct sigaction action = {.sa_handler = drain}, old;
	struct itimerval soon = {.it_value = {.tv_usec = 30000}};
	struct err err = {.code = ERR_NONE};
	struct sink sink;
	char got[16] = "";
	int channel[2];

	(void)state;
	assert_int_equal(pipe(channel), 0);
	drained_fd = channel[0];
	assert_int_equal(fcntl(channel[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(fcntl(channel[1], F_SETFL, O_NONBLOCK), 0);
	while (write(channel[1], "x", 1) > 0)
		continue;
	assert_int_equal(fcntl(channel[1], F_SETFL, 0), 0);
	assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	sink_to_fd(&sink, arena, channel[1], 0);
	sink_add(&sink, STR("whole"));
	assert_true(sink_finish(&sink, &err));
	assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
	assert_int_equal(read(channel[0], got, sizeof(got)), 5);
	assert_string_equal(got, "whole");
	(void)close(channel[0]);
	(void)close(channel[1]);
}

#ifdef __linux__
static void test_sink_full_disk(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {.code = ERR_NONE};
	struct sink sink;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	sink_to_fd(&sink, arena, fd, 0);
	sink_add(&sink, STR("report"));
	assert_false(sink_finish(&sink, &err));
	assert_int_equal(sink.write_errno, ENOSPC);
	(void)close(fd);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_every_way_to_append),
	    cmocka_unit_test(test_escaped),
	    cmocka_unit_test(test_growth),
	    cmocka_unit_test(test_format_at_every_length),
	    cmocka_unit_test(test_over_the_limit_nothing_is_added),
	    cmocka_unit_test(test_exactly_the_limit),
	    cmocka_unit_test(test_length_that_overflows),
	    cmocka_unit_test(test_rewind),
	    cmocka_unit_test(test_sink_to_buf),
	    cmocka_unit_test(test_sink_to_buf_by_blocks),
	    cmocka_unit_test(test_sink_to_fd),
	    cmocka_unit_test(test_sink_to_non_blocking_fd),
	    cmocka_unit_test(test_sink_limit),
	    cmocka_unit_test(test_sink_write_error_is_told_once),
	    cmocka_unit_test(test_sink_interrupted),
#ifdef __linux__
	    cmocka_unit_test(test_sink_full_disk),
#endif
	};

	return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
