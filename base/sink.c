#include "base/sink.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"

void sink_to_buf(struct sink *sink, struct buf *buf)
{
	*sink = (struct sink){.buf = buf, .fd = -1};
}

/* What may be added without looking: the rest of the block, within the limit. */
static size_t room_of(const struct sink *sink)
{
	size_t room = SINK_BLOCK - sink->used;

	if (sink->overflow)
		return 0;
	if (sink->limit == 0 || sink->limit - sink->total >= room)
		return room;
	return (size_t)(sink->limit - sink->total);
}

void sink_to_fd(struct sink *sink, struct arena *arena, int fd, uint64_t limit)
{
	*sink = (struct sink){.fd = fd, .block = arena_alloc(arena, SINK_BLOCK), .limit = limit};
	sink->room = room_of(sink);
}

void sink_to_buf_by_blocks(struct sink *sink, struct arena *arena, struct buf *buf)
{
	*sink = (struct sink){.buf = buf, .fd = -1, .block = arena_alloc(arena, SINK_BLOCK)};
	sink->room = room_of(sink);
}

/* A terminal shared with others may be in non-blocking mode. */
static bool can_go_on(int fd)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	if (errno == EINTR)
		return true;
	return (errno == EAGAIN || errno == EWOULDBLOCK) && poll(&ready, 1, -1) >= 0;
}

static void write_all(struct sink *sink, const char *bytes, size_t len)
{
	while (len > 0 && sink->write_errno == 0) {
		ssize_t written = write(sink->fd, bytes, size_min(len, (size_t)1 << 30));

		if (written >= 0) {
			bytes += written;
			len -= (size_t)written;
		} else if (!can_go_on(sink->fd)) {
			sink->write_errno = errno;
		}
	}
}

static void pass_on(struct sink *sink, const char *bytes, size_t len)
{
	if (sink->buf)
		buf_add(sink->buf, (struct str){bytes, len});
	else
		write_all(sink, bytes, len);
}

static void flush(struct sink *sink)
{
	pass_on(sink, sink->block, sink->used);
	sink->used = 0;
}

void sink_write_past(struct sink *sink, const char *bytes, size_t len)
{
	if (!sink->block) {
		pass_on(sink, bytes, len);
		sink->total += len;
		return;
	}
	if (sink->overflow || (sink->limit > 0 && len > sink->limit - sink->total)) {
		sink->overflow = true;
		sink->room = 0;
		return;
	}
	sink->total += len;
	flush(sink);
	if (len >= SINK_BLOCK) {
		pass_on(sink, bytes, len);
	} else {
		memcpy(sink->block, bytes, len);
		sink->used = len;
	}
	sink->room = room_of(sink);
}

void sink_add(struct sink *sink, struct str text)
{
	sink_write(sink, text.ptr, text.len);
}

bool sink_finish(struct sink *sink, struct err *err)
{
	if (sink->block)
		flush(sink);
	if (sink->buf && sink->buf->overflow)
		return err_set(
		    err, ERR_LIMIT, "output is over the limit of %zu bytes", sink->buf->limit);
	if (sink->write_errno != 0)
		return err_set(err, ERR_IO, "cannot write: %s", strerror(sink->write_errno));
	if (sink->overflow)
		return err_set(err, ERR_LIMIT, "output is over the limit of %llu bytes",
		    (unsigned long long)sink->limit);
	return true;
}
