#include "base/line_filter.h"

#include <string.h>

/* The line so far and one byte more: does a line begin like that? */
static const char *longer(const struct line_filter *filter, char byte)
{
	for (size_t i = 0; filter->lines[i]; i++) {
		const char *line = filter->lines[i];

		if ((filter->held_count == 0 ||
			strncmp(line, filter->held, filter->held_count) == 0) &&
		    line[filter->held_count] == byte && byte != '\0')
			return line;
	}
	return NULL;
}

static bool is_complete(const struct line_filter *filter)
{
	for (size_t i = 0; filter->held_count > 0 && filter->lines[i]; i++) {
		if (strlen(filter->lines[i]) == filter->held_count &&
		    strncmp(filter->lines[i], filter->held, filter->held_count) == 0)
			return true;
	}
	return false;
}

static void pass(struct line_filter *filter, struct str bytes)
{
	if (bytes.len > 0)
		filter->pass(filter->context, bytes);
}

/* A place in the bytes at hand: those from `from` on are not passed on yet. */
struct filtering {
	struct str bytes;
	size_t from, at;
	size_t line; /* where the line begins that is held back; before `from`: it came earlier */
};

/* The line is none of those: what was held back of it before these bytes goes first. */
static void give_up(struct line_filter *filter, const struct filtering *filtering)
{
	size_t here = filtering->at - filtering->line;

	if (filter->held_count > here)
		pass(filter, (struct str){filter->held, filter->held_count - here});
	filter->held_count = 0;
	filter->passes = true;
}

static void skip_rest_of_line(struct line_filter *filter, struct filtering *filtering)
{
	const char *start = filtering->bytes.ptr + filtering->at;
	const char *end = memchr(start, '\n', filtering->bytes.len - filtering->at);

	filtering->at = end ? filtering->at + (size_t)(end - start) + 1 : filtering->bytes.len;
	filtering->line = filtering->at;
	filter->passes = end == NULL;
}

static void leave_line_out(struct line_filter *filter, struct filtering *filtering)
{
	pass(filter, str_from_to(filtering->bytes, filtering->from, filtering->line));
	filter->held_count = 0;
	filtering->at++;
	filtering->from = filtering->line = filtering->at;
}

void line_filter_add(struct line_filter *filter, struct str bytes)
{
	struct filtering filtering = {.bytes = bytes};

	while (filter->lines && filtering.at < bytes.len) {
		char byte = bytes.ptr[filtering.at];
		const char *line;

		if (filter->passes) {
			skip_rest_of_line(filter, &filtering);
		} else if (byte == '\n' && is_complete(filter)) {
			leave_line_out(filter, &filtering);
		} else if ((line = longer(filter, byte)) != NULL) {
			filter->held = line;
			filter->held_count++;
			filtering.at++;
		} else {
			give_up(filter, &filtering);
		}
	}
	if (!filter->lines || filter->passes)
		filtering.line = bytes.len;
	pass(filter, str_from_to(bytes, filtering.from, filtering.line));
}

void line_filter_end(struct line_filter *filter)
{
	pass(filter, (struct str){filter->held, filter->held_count});
	filter->held_count = 0;
}
