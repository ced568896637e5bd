#include "cmd/line_reader.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"

#define FIRST_SIZE ((size_t)64 << 10)

void line_reader_init(struct line_reader *reader, struct arena *arena, int fd, size_t limit)
{
	*reader = (struct line_reader){.arena = arena, .fd = fd, .limit = limit};
	reader->size = size_min(FIRST_SIZE, limit);
	reader->bytes = arena_alloc(arena, reader->size);
}

/* Moves what is left to the front, and makes room behind it up to the limit. */
static void make_room(struct line_reader *reader)
{
	size_t left = reader->to - reader->from, larger;

	memmove(reader->bytes, reader->bytes + reader->from, left);
	reader->from = 0;
	reader->to = left;
	if (left < reader->size || reader->size == reader->limit)
		return;
	larger = size_min(reader->size * 2, reader->limit);
	reader->bytes = arena_grow(reader->arena, reader->bytes, reader->size, larger);
	reader->size = larger;
}

static bool fill(struct line_reader *reader, struct err *err)
{
	struct pollfd ready = {.fd = reader->fd, .events = POLLIN};
	ssize_t got;

	do {
		got = read(reader->fd, reader->bytes + reader->to, reader->size - reader->to);
	} while (got < 0 && (errno == EINTR || (errno == EAGAIN && poll(&ready, 1, -1) >= 0)));
	if (got < 0)
		return err_set(err, ERR_IO, "standard input cannot be read: %s", strerror(errno));
	reader->ended = got == 0;
	reader->to += (size_t)got;
	return true;
}

static bool find_line(const struct line_reader *reader, size_t *end)
{
	struct str rest = {reader->bytes + reader->from, reader->to - reader->from};

	return str_find_char(rest, '\n', end);
}

bool line_reader_has_line(const struct line_reader *reader)
{
	size_t end;

	return find_line(reader, &end);
}

/* Drops bytes up to the end of the line. */
static bool pass_over(struct line_reader *reader, struct err *err)
{
	size_t end;

	while (!find_line(reader, &end)) {
		reader->from = reader->to = 0;
		if (reader->ended)
			return true;
		if (!fill(reader, err))
			return false;
	}
	reader->from += end + 1;
	return true;
}

bool line_reader_next(
    struct line_reader *reader, enum line_kind *kind, struct str *line, struct err *err)
{
	size_t end;

	*kind = LINE_TEXT;
	*line = STR_EMPTY;
	while (!find_line(reader, &end)) {
		end = reader->to - reader->from;
		if (reader->ended)
			break;
		if (end >= reader->limit) {
			*kind = LINE_TOO_LONG;
			return pass_over(reader, err);
		}
		make_room(reader);
		if (!fill(reader, err))
			return false;
	}
	*line = (struct str){reader->bytes + reader->from, end};
	if (reader->ended && reader->from == reader->to)
		*kind = LINE_END;
	reader->from = size_min(reader->from + end + 1, reader->to);
	(void)str_eat_end(line, STR("\r"));
	return true;
}
