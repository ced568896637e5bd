#include "policies/cel/compile.h"

#include "base/arena.h"
#include "base/words.h"

void cel_nearest_begin(struct cel_nearest *nearest, struct str wanted)
{
	*nearest = (struct cel_nearest){.wanted = wanted, .best = STR_EMPTY};
	nearest->distance = 1 + words_slips(wanted.len);
}

void cel_nearest_try(struct cel_nearest *nearest, struct str name)
{
	size_t distance;

	if (name.len > WORD_MAX || nearest->wanted.len > WORD_MAX || name.len == 0)
		return;
	distance = words_distance(nearest->wanted, name);
	if (distance >= nearest->distance)
		return;
	nearest->distance = distance;
	nearest->best = name;
}

struct str cel_nearest_hint(struct arena *arena, const struct cel_nearest *nearest)
{
	if (nearest->best.len == 0)
		return STR_EMPTY;
	return str_format(arena, "; did you mean '%.*s'?", STR_ARG(nearest->best));
}
