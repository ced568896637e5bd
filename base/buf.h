/*
 * buf.h: a builder of text that cannot grow past the limit it was made with.
 *
 * Appending past the limit drops what does not fit and is remembered, so that renderers append
 * freely and look once, in buf_finish(). Memory is the arena's. Errors: ERR_LIMIT from
 * buf_finish(). Layer: base.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct err;

struct buf {
	struct arena *arena;
	char *ptr;
	size_t len, cap, limit;
	bool overflow;
};

void buf_init(struct buf *buf, struct arena *arena, size_t limit);
void buf_add(struct buf *buf, struct str text); /* all of it or, past the limit, nothing */
void buf_adds(struct buf *buf, const char *text);
void buf_addc(struct buf *buf, char c);
void buf_addf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* With &, < and > as references: for HTML, XML and the mrkdwn of Slack. */
void buf_add_escaped(struct buf *buf, struct str text);
void buf_repeat(struct buf *buf, char c, size_t count);

/* What was built so far; valid until the next append. */
struct str buf_str(const struct buf *buf);
size_t buf_room(const struct buf *buf);
/* Goes back to an earlier length, also forgetting that something was dropped. */
void buf_rewind(struct buf *buf, size_t len);

/* The text, NUL-terminated; ERR_LIMIT if anything had to be dropped. */
NODISCARD bool buf_finish(struct buf *buf, struct str *out, struct err *err);

#endif
