#include "base/process_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/process.h"
#include "base/process_signals.h"
#include "base/size.h"

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS     UINT64_C(1000000)

/* Half a pipe of the largest size we may ask for; stays in the second-level cache. */
#define BLOCK_SIZE ((size_t)256 << 10)
/* Blocks from one stream before the other and the signals get a look. */
#define BLOCKS_IN_A_ROW 4

/* From SIGTERM for being late to SIGKILL. */
#define GRACE_NS (5 * NS_PER_SECOND)

/*
 * After the child's end a grandchild may still hold a pipe: silence ends it, and so does talking on
 * for long, once all that the child itself can have left in the pipe has been read.
 */
#define SILENCE_NS     (2 * NS_PER_SECOND)
#define CHATTER_NS     (10 * NS_PER_SECOND)
#define PIPE_BYTES_MAX (UINT64_C(1) << 20)

#define NO_DEADLINE    UINT64_MAX

static void take(void *context, struct str bytes);

static uint64_t monotonic_now(void)
{
	struct timespec at = {0};

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * NS_PER_SECOND + (uint64_t)at.tv_nsec;
}

static void pass_filtered(void *context, struct str bytes);

void relay_init(
    struct relay *relay, struct arena *arena, const struct process *process, const int from[2])
{
	const int to[2] = {process->stdout_fd, process->stderr_fd};
	size_t limit = process->capture_limit ? process->capture_limit : CAPTURE_LIMIT;

	*relay = (struct relay){.arena = arena, .process = process};
	interleave_init(&relay->merged, arena);
	relay->block = arena_alloc(arena, BLOCK_SIZE);
	for (int i = 0; i < 2; i++) {
		relay->streams[i].relay = relay;
		relay->streams[i].from = from[i];
		relay->streams[i].to = to[i];
		masker_stream_init(
		    &relay->streams[i].masker, arena, process->masker, take, &relay->streams[i]);
		relay->streams[i].filter =
		    (struct line_filter){.lines = i == 0 ? process->unpassed_lines : NULL,
			.pass = pass_filtered,
			.context = &relay->streams[i]};
		tape_init(&relay->streams[i].tape, arena, from[i] >= 0 ? limit : TAPE_LIMIT_MIN);
	}
}

static void stream_close(struct relay_stream *stream)
{
	masker_stream_release(&stream->masker);
	if (stream->from >= 0)
		close(stream->from);
	stream->from = -1;
}

/* Looks first and reaps second, so that no signal is sent to a number that is free again. */
static void reap(struct relay *relay)
{
	siginfo_t info = {0};

	if (relay->ended)
		return;
	if (waitid(P_PID, (id_t)relay->child, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    info.si_pid != relay->child)
		return;
	signals_forget_child();
	while (waitpid(relay->child, &relay->wait_status, 0) < 0 && errno == EINTR)
		continue;
	relay->ended = true;
	relay->ended_at = relay->heard_at = monotonic_now();
	relay->next_kill = 0;
}

static void enforce_timeout(struct relay *relay)
{
	if (relay->next_kill == 0 || relay->ended || monotonic_now() < relay->next_kill)
		return;
	(void)kill(relay->child, relay->timed_out ? SIGKILL : SIGTERM);
	relay->next_kill = relay->timed_out ? 0 : relay->next_kill + GRACE_NS;
	relay->timed_out = true;
}

static void tick(struct relay *relay)
{
	signals_drain();
	reap(relay);
	enforce_timeout(relay);
}

static bool is_over(const struct relay *relay, uint64_t now)
{
	const struct relay_stream *streams = relay->streams;

	if (!relay->ended)
		return false;
	if (now - relay->heard_at >= SILENCE_NS)
		return true;
	return now - relay->ended_at >= CHATTER_NS &&
	       (streams[0].from < 0 || streams[0].after_end > PIPE_BYTES_MAX) &&
	       (streams[1].from < 0 || streams[1].after_end > PIPE_BYTES_MAX);
}

static uint64_t release_deadline(const struct relay *relay)
{
	uint64_t deadline = NO_DEADLINE;

	for (int i = 0; i < 2; i++) {
		const struct relay_stream *stream = &relay->streams[i];

		if (masker_stream_holds(&stream->masker) &&
		    stream->held_since + PROCESS_HOLD_NS < deadline)
			deadline = stream->held_since + PROCESS_HOLD_NS;
	}
	return deadline;
}

static uint64_t next_deadline(const struct relay *relay)
{
	uint64_t release = release_deadline(relay), other = NO_DEADLINE;

	if (relay->ended)
		other = relay->heard_at + SILENCE_NS;
	else if (relay->next_kill)
		other = relay->next_kill;
	return release < other ? release : other;
}

/* Nothing came to complete it. */
static void release_held(struct relay *relay)
{
	for (int i = 0; i < 2; i++) {
		struct relay_stream *stream = &relay->streams[i];

		if (masker_stream_holds(&stream->masker) &&
		    monotonic_now() - stream->held_since >= PROCESS_HOLD_NS)
			masker_stream_release(&stream->masker);
	}
}

static int poll_timeout(const struct relay *relay)
{
	uint64_t deadline = next_deadline(relay), now = monotonic_now(), ms;

	if (deadline == NO_DEADLINE)
		return -1;
	if (deadline <= now)
		return 0;
	ms = (deadline - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms > INT_MAX ? INT_MAX : (int)ms;
}

/* Waits until `fd` takes bytes; meanwhile the child is looked after. */
static void wait_writable(struct relay *relay, int fd)
{
	struct pollfd fds[2] = {{.fd = fd, .events = POLLOUT}};
	int timeout;

	do {
		timeout = relay->ended ? -1 : poll_timeout(relay);
		fds[0].revents = 0;
		fds[1] = (struct pollfd){.fd = signals_fd(), .events = POLLIN};
		(void)poll(fds, 2, timeout);
		tick(relay);
	} while (fds[0].revents == 0);
}

/*
 * Passes everything on, however slow the reader is. When the reader goes away the child is not
 * disturbed: we go on recording. With a time limit nothing may block for longer than that, so bytes
 * go out in pieces that a writable pipe takes whole.
 */
static void pass_on(struct relay *relay, struct relay_stream *stream, struct str bytes)
{
	bool in_pieces = relay->next_kill != 0;

	while (bytes.len > 0 && stream->to >= 0) {
		size_t piece = in_pieces ? size_min(bytes.len, PIPE_BUF) : bytes.len;
		ssize_t done;

		if (in_pieces)
			wait_writable(relay, stream->to);
		done = write(stream->to, bytes.ptr, piece);
		if (done >= 0) {
			bytes = str_skip(bytes, (size_t)done);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			wait_writable(relay, stream->to);
		} else if (errno == EINTR) {
			tick(relay);
		} else {
			stream->pass_errno = errno;
			stream->to = -1;
		}
	}
}

static void pass_filtered(void *context, struct str bytes)
{
	struct relay_stream *stream = context;

	pass_on(stream->relay, stream, bytes);
}

static void record(struct relay *relay, int who, struct str bytes)
{
	const struct tape *tapes[2] = {&relay->streams[0].tape, &relay->streams[1].tape};

	if (relay->process->want_merged)
		interleave_add(&relay->merged, who, bytes, tapes);
	tape_add(&relay->streams[who].tape, bytes);
}

static void take(void *context, struct str bytes)
{
	struct relay_stream *stream = context;

	line_filter_add(&stream->filter, bytes);
	record(stream->relay, (int)(stream - stream->relay->streams), bytes);
}

static void take_read(struct relay_stream *stream, struct str bytes)
{
	if (!stream->relay->process->masker) {
		take(stream, bytes);
		return;
	}
	masker_stream_add(&stream->masker, bytes);
	stream->held_since = monotonic_now();
}

static void read_stream(struct relay *relay, int who)
{
	struct relay_stream *stream = &relay->streams[who];

	for (int i = 0; i < BLOCKS_IN_A_ROW; i++) {
		ssize_t got = read(stream->from, relay->block, BLOCK_SIZE);
		struct str bytes;

		if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
			return;
		if (got <= 0) {
			stream_close(stream);
			return;
		}
		bytes = (struct str){relay->block, (size_t)got};
		take_read(stream, bytes);
		if (relay->ended) {
			stream->after_end += bytes.len;
			relay->heard_at = monotonic_now();
		}
	}
}

void relay_run(struct relay *relay, pid_t child)
{
	struct relay_stream *streams = relay->streams;

	relay->child = child;
	relay->started = monotonic_now();
	if (relay->process->timeout_ns)
		relay->next_kill = relay->started + relay->process->timeout_ns;
	while (!relay->ended || streams[0].from >= 0 || streams[1].from >= 0) {
		struct pollfd fds[3] = {
		    {.fd = streams[0].from, .events = POLLIN},
		    {.fd = streams[1].from, .events = POLLIN},
		    {.fd = signals_fd(), .events = POLLIN},
		};
		int count = poll(fds, 3, poll_timeout(relay));

		for (int i = 0; i < 2; i++)
			if (count > 0 && fds[i].revents != 0)
				read_stream(relay, i);
		/* A child that writes and exits: poll may tell both at once. Read before it is
		 * judged. */
		tick(relay);
		release_held(relay);
		if (is_over(relay, monotonic_now()))
			break;
	}
	for (int i = 0; i < 2; i++) {
		stream_close(&streams[i]);
		line_filter_end(&streams[i].filter);
	}
}

void relay_finish(struct relay *relay, struct process_result *out)
{
	struct capture *captures[2] = {&out->out, &out->err};
	const struct capture *single[2] = {&out->out, &out->err};

	for (int i = 0; i < 2; i++) {
		tape_finish(&relay->streams[i].tape, relay->arena, captures[i]);
		if (out->pass_errno == 0)
			out->pass_errno = relay->streams[i].pass_errno;
	}
	if (relay->process->want_merged)
		interleave_finish(&relay->merged, single, &out->merged);
	else
		out->merged.text = STR_EMPTY;
	out->timed_out = relay->timed_out;
	if (WIFSIGNALED(relay->wait_status)) {
		out->child_signal = WTERMSIG(relay->wait_status);
		out->status = 128 + out->child_signal;
	} else {
		out->status = WEXITSTATUS(relay->wait_status);
	}
}
