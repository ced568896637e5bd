/*
 * line_filter.h: leaves certain whole lines out of a stream that is passed on as it comes.
 *
 * Bytes are held back only while the line so far is the beginning of one that is left out, so that
 * a prompt without a newline appears at once. Pure: what is to be passed on goes to `pass`.
 *
 * Ownership: the lines are the caller's. Layer: base; part of process.h.
 */
#ifndef BASE_LINE_FILTER_H
#define BASE_LINE_FILTER_H

#include <stdbool.h>

#include "base/str.h"

struct line_filter {
	const char *const *lines; /* without their newlines, NULL at the end; NULL: none */
	void (*pass)(void *context, struct str bytes);
	void *context;
	const char *held; /* a line whose beginning the line so far is */
	size_t held_count;
	bool passes; /* the line so far is none of them */
};

void line_filter_add(struct line_filter *filter, struct str bytes);
/* No more bytes will come: what is held back is passed on. */
void line_filter_end(struct line_filter *filter);

#endif
