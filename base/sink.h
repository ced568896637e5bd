/*
 * sink.h: where rendered bytes go: into a buf, or through a small block to a file descriptor, so
 * that a report of a large plan never stands in memory as a whole.
 *
 * Errors are remembered and told once by sink_finish(): ERR_IO (write failed, with the path's name
 * in context by the caller), ERR_LIMIT (over the limit given; 0: none). What would go over the
 * limit is dropped whole, and everything after it. Layer: base.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct buf;
struct err;

struct sink {
	struct buf *buf; /* or NULL: the descriptor */
	int fd;
	char *block; /* arena; SINK_BLOCK bytes; NULL: none */
	size_t used;
	size_t room; /* bytes that may simply be added to the block; 0: look closer */
	uint64_t total, limit;
	int write_errno; /* 0: none so far */
	bool overflow;
};

#define SINK_BLOCK ((size_t)64 << 10)

void sink_to_buf(struct sink *sink, struct buf *buf);
/* By blocks, too, which is faster for much text: it is there once sink_finish() was called. */
void sink_to_buf_by_blocks(struct sink *sink, struct arena *arena, struct buf *buf);
void sink_to_fd(struct sink *sink, struct arena *arena, int fd, uint64_t limit);
/* The way of what does not simply fit into the block. */
void sink_write_past(struct sink *sink, const char *bytes, size_t len);

/* Bytes that the caller put behind block + used himself; at most room. */
static inline void sink_wrote(struct sink *sink, size_t len)
{
	sink->used += len;
	sink->total += len;
	sink->room -= len;
}

/* Texts are written in many small pieces: those that fit are copied in place. */
static inline void sink_write(struct sink *sink, const char *bytes, size_t len)
{
	if (UNLIKELY(len >= sink->room)) { /* also: there is no block */
		sink_write_past(sink, bytes, len);
		return;
	}
	memcpy(sink->block + sink->used, bytes, len);
	sink_wrote(sink, len);
}

void sink_add(struct sink *sink, struct str text);
NODISCARD bool sink_finish(struct sink *sink, struct err *err); /* flushes; does not close */

#endif
