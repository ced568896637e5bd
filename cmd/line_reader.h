/*
 * line_reader.h: lines from a descriptor as they come, in memory that does not grow with their
 * number.
 *
 * Errors: ERR_IO. A line over the limit is passed over and told as such. Ownership: the arena's; a
 * line is valid until the next call. Layer: cmd.
 */
#ifndef CMD_LINE_READER_H
#define CMD_LINE_READER_H

#include "base/compiler.h"
#include "base/str.h"

struct arena;
struct err;

struct line_reader {
	struct arena *arena;
	char *bytes;
	size_t from, to, size, limit;
	int fd;
	bool ended;
};

void line_reader_init(struct line_reader *reader, struct arena *arena, int fd, size_t limit);

enum line_kind {
	LINE_END,  /* there is none any more */
	LINE_TEXT, /* without its LF or CRLF */
	LINE_TOO_LONG,
};
NODISCARD bool line_reader_next(
    struct line_reader *reader, enum line_kind *kind, struct str *line, struct err *err);

/* Is the next line here already, so that nobody waits for an answer meanwhile? */
bool line_reader_has_line(const struct line_reader *reader);

#endif
