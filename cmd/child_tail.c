#include "cmd/child_tail.h"

#include "base/arena.h"
#include "base/utf8.h"
#include "parser/ansi.h"

struct str child_tail(struct arena *arena, const struct process_result *result)
{
	struct str text = str_trim_end(result->err.text);
	size_t newline;

	if (text.len == 0)
		text = str_trim_end(result->out.text);
	if (text.len > CHILD_TAIL_MAX) {
		text = str_skip(text, text.len - CHILD_TAIL_MAX);
		if (str_find_char(text, '\n', &newline))
			text = str_skip(text, newline + 1);
	}
	return utf8_printable(arena, ansi_strip(arena, text), false);
}
