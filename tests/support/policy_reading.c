#include "tests/support/policy_reading.h"

#include "base/arena.h"
#include "base/buf.h"

#define SHOWN_MAX ((size_t)1 << 20)

struct reading *reading_of(
    struct arena *arena, enum policy_file_kind kind, const char *name, struct str text)
{
	struct reading *reading = arena_make(arena, struct reading);

	policy_problems_init(&reading->problems, arena);
	policy_file_read(arena, kind, str_from(name), text, &reading->file, &reading->problems);
	return reading;
}

struct str reading_problems(struct arena *arena, const struct reading *reading)
{
	const struct policy_problems *problems = &reading->problems;
	struct buf buf;

	buf_init(&buf, arena, SHOWN_MAX);
	for (size_t i = 0; i < problems->count; i++)
		buf_addf(&buf, "%s%d:%d %s", i > 0 ? "\n" : "", problems->items[i].line,
		    problems->items[i].column, problems->items[i].text);
	return buf_str(&buf);
}
