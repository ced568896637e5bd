/*
 * process_relay.h: stands between a running child and whoever reads us: takes what the child
 * writes, passes it on at once, records it, and waits for the child's end.
 *
 * Ownership: the arena's; the read ends of the pipes are closed here. Errors: none, a stream that
 * cannot be passed on any more is remembered in `pass_errno`. Units: ns. Layer: base; part of
 * process.h.
 */
#ifndef BASE_PROCESS_RELAY_H
#define BASE_PROCESS_RELAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/interleave.h"
#include "base/line_filter.h"
#include "base/masker.h"
#include "base/tape.h"

struct arena;
struct process;
struct process_result;

struct relay;

struct relay_stream {
	struct relay *relay;
	int from; /* our end of the pipe; -1: closed */
	int to;	  /* -1: record only */
	int pass_errno;
	uint64_t after_end; /* bytes that came after the child's end */
	struct tape tape;
	struct line_filter filter;
	struct masker_stream masker; /* of a process with one */
	uint64_t held_since;
};

struct relay {
	struct arena *arena;
	const struct process *process;
	pid_t child;
	struct relay_stream streams[2];
	struct interleave merged;
	char *block;

	bool ended, timed_out;
	int wait_status;
	uint64_t started, ended_at, heard_at;
	uint64_t next_kill; /* when the child gets the next signal for being late; 0: never */
};

/* `from` are the read ends for stdout and stderr; -1 where there is no pipe. */
void relay_init(
    struct relay *relay, struct arena *arena, const struct process *process, const int from[2]);
/* Returns when the child has ended and its pipes are done. signals_begin() must have been called.
 */
void relay_run(struct relay *relay, pid_t child);
void relay_finish(struct relay *relay, struct process_result *out);

#endif
