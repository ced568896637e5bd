/*
 * The best assignment, by shortest augmenting paths (the Hungarian method of Kuhn and Munkres, in
 * the form with potentials): rows * rows * columns steps. Declared in diff_align.h.
 */
#include "report/diff_align.h"

#include <limits.h>

#include "base/arena.h"

struct assignment {
	const int *weights;
	size_t rows, columns;
	/* All from 1; 0 stands for none. */
	int *row_level, *column_level, *slack;
	size_t *row_of, *from;
	bool *is_done;
};

static int cost(const struct assignment *work, size_t row, size_t column)
{
	return -work->weights[(row - 1) * work->columns + column - 1] - work->row_level[row] -
	       work->column_level[column];
}

/* Looks from the row of this column on; the nearest column that is not done yet. */
static size_t nearest(struct assignment *work, size_t column, int *distance)
{
	size_t row = work->row_of[column], best = 0;

	*distance = INT_MAX;
	for (size_t c = 1; c <= work->columns; c++) {
		int reached;

		if (work->is_done[c])
			continue;
		reached = cost(work, row, c);
		if (reached < work->slack[c]) {
			work->slack[c] = reached;
			work->from[c] = column;
		}
		if (work->slack[c] < *distance) {
			*distance = work->slack[c];
			best = c;
		}
	}
	return best;
}

static void shift(struct assignment *work, int distance)
{
	for (size_t c = 0; c <= work->columns; c++) {
		if (work->is_done[c]) {
			work->row_level[work->row_of[c]] += distance;
			work->column_level[c] -= distance;
		} else {
			work->slack[c] -= distance;
		}
	}
}

static void place_row(struct assignment *work, size_t row)
{
	size_t column = 0;

	for (size_t c = 0; c <= work->columns; c++) {
		work->slack[c] = INT_MAX;
		work->is_done[c] = false;
	}
	work->row_of[0] = row;
	do {
		int distance;
		size_t next;

		work->is_done[column] = true;
		next = nearest(work, column, &distance);
		shift(work, distance);
		column = next;
	} while (work->row_of[column] != 0);
	while (column != 0) {
		work->row_of[column] = work->row_of[work->from[column]];
		column = work->from[column];
	}
}

void align_assign(
    struct arena *arena, const int *weights, size_t rows, size_t columns, uint32_t *column_of)
{
	struct assignment work = {
	    .weights = weights,
	    .rows = rows,
	    .columns = columns,
	    .row_level = arena_array(arena, int, rows + 1),
	    .column_level = arena_array(arena, int, columns + 1),
	    .slack = arena_array(arena, int, columns + 1),
	    .row_of = arena_array(arena, size_t, columns + 1),
	    .from = arena_array(arena, size_t, columns + 1),
	    .is_done = arena_array(arena, bool, columns + 1),
	};

	for (size_t row = 1; row <= rows; row++)
		place_row(&work, row);
	for (size_t c = 1; c <= columns; c++) {
		if (work.row_of[c] != 0)
			column_of[work.row_of[c] - 1] = (uint32_t)(c - 1);
	}
}
