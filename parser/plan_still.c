/* still_read(), declared in plan_loader.h. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/overlay.h"
#include "parser/plan_loader.h"

/* A value that is repeated under another name: {"before":X,"after":X}. */
NODISCARD static bool read_twice(
    struct arena *arena, struct str *text, struct str second, struct value *out)
{
	struct jsonr json = {.allow_trailing = true};
	struct err ignored = {0};
	struct str raw;

	if (!jsonr_read(arena, *text, &json, out, &ignored))
		return false;
	raw = str_from_to(*text, 0, json.end);
	*text = str_skip(*text, json.end);
	return str_eat(text, second) && str_eat(text, raw);
}

/*
 * The words are looked for with their quotes, which inside a string are escaped; before them stand
 * only the scalars that a record begins with.
 */
bool still_read(struct arena *arena, struct str record, struct change *out)
{
	const struct str beginning = STR("\"change\":{\"actions\":[\"no-op\"],\"before\":");
	struct arena_mark mark = arena_save(arena);
	struct err ignored = {0};
	struct value values, marks;
	size_t at;

	*out = (struct change){.has_values = true, .body = STR_EMPTY};
	if (str_find(record, beginning, &at)) {
		struct str rest = str_skip(record, at + beginning.len);

		if (read_twice(arena, &rest, STR(",\"after\":"), &values) &&
		    str_eat(&rest, STR(",\"after_unknown\":{},\"before_sensitive\":")) &&
		    read_twice(arena, &rest, STR(",\"after_sensitive\":"), &marks) &&
		    (str_starts(rest, STR("}")) ||
			str_starts(rest, STR(",\"before_identity\":"))) &&
		    overlay_value(arena, values, value_null(), marks, &out->before, &ignored))
			return true;
	}
	arena_rewind(arena, mark);
	return false;
}
