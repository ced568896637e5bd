/* Secrets where the plan does not mark them, marked: so that no view shows them, nor a part. */

#include "base/arena.h"
#include "parser/secrets.h"

// NOLINTNEXTLINE(misc-no-recursion)
static struct value mark(struct arena *arena, const struct secrets *secrets, struct value value)
{
	uint8_t marks = value.marks;

	if (secrets_are_in_scalar(secrets, value))
		value.marks |= VALUE_SENSITIVE | VALUE_HAS_SENSITIVE;
	if (value.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, value.len + 1U);

		for (uint32_t i = 0; i < value.len; i++)
			items[i] = mark(arena, secrets, value.as.items[i]);
		value = value_list(items, value.len);
		value.marks |= marks;
	}
	if (value.kind == VALUE_MAP) {
		struct value_entry *entries =
		    arena_array(arena, struct value_entry, value.len + 1U);
		struct str duplicate;

		for (uint32_t i = 0; i < value.len; i++) {
			entries[i].key = value.as.entries[i].key;
			entries[i].value = mark(arena, secrets, value.as.entries[i].value);
		}
		/* the keys are those of a map */
		(void)!value_map(arena, entries, value.len, &value, &duplicate);
		value.marks |= marks;
	}
	return value;
}

struct change secrets_mark(
    struct arena *arena, const struct secrets *secrets, const struct change *change)
{
	struct change marked = *change;

	if (secrets_count(secrets) == 0)
		return marked;
	marked.before = mark(arena, secrets, change->before);
	marked.after = mark(arena, secrets, change->after);
	return marked;
}
