#include "policies/cel/compile.h"

#include "base/arena.h"
#include "base/size.h"

#define NAME_MAX_LEN 64

void cel_nearest_begin(struct cel_nearest *nearest, struct str wanted)
{
	*nearest = (struct cel_nearest){.wanted = wanted, .best = STR_EMPTY};
	/* A third of the letters may be wrong, of short names one. */
	nearest->distance = 1 + (wanted.len < 4 ? 1 : wanted.len / 3);
}

static size_t least(size_t a, size_t b, size_t c)
{
	return size_min(size_min(a, b), c);
}

/* Insertions, deletions, replacements and swaps of neighbours. */
static size_t edit_distance(struct str a, struct str b)
{
	size_t rows[3][NAME_MAX_LEN + 1];

	for (size_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = a.ptr[i - 1] == b.ptr[j - 1];

			row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1])
				row[j] = size_min(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

void cel_nearest_try(struct cel_nearest *nearest, struct str name)
{
	size_t distance;

	if (name.len > NAME_MAX_LEN || nearest->wanted.len > NAME_MAX_LEN || name.len == 0)
		return;
	distance = edit_distance(nearest->wanted, name);
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
