/* The shortest way from one list of lines to another. Declared in diff_parts.h. */
#include "report/diff_parts.h"

#include "base/arena.h"
#include "base/size.h"

/* The part in the middle that differs, as numbers. */
struct script {
	const uint32_t *a, *b;
	size_t n, m;
	size_t work;
	int64_t *ends[DIFF_EDITS_MAX + 1]; /* of each number of edits: x at each diagonal */
};

static int64_t follow(struct script *script, int64_t x, int64_t y)
{
	while ((size_t)x < script->n && (size_t)y < script->m && script->a[x] == script->b[y]) {
		x++;
		y++;
		script->work++;
	}
	return x;
}

/* On diagonal k (x - y) after d edits: one down from k + 1, or one right from k - 1. */
static bool came_down(const int64_t *before, int64_t d, int64_t k)
{
	return k == -d || (k != d && before[k - 1 + d - 1] < before[k + 1 + d - 1]);
}

static int64_t start_of(const int64_t *before, int64_t d, int64_t k)
{
	if (d == 0)
		return 0;
	return came_down(before, d, k) ? before[k + 1 + d - 1] : before[k - 1 + d - 1] + 1;
}

/* One round: true when both ends are reached; *best becomes the diagonal that got furthest. */
static bool advance(struct script *script, struct arena *arena, int64_t d, int64_t *best)
{
	int64_t *ends = arena_alloc(arena, (size_t)(2 * d + 1) * sizeof(*ends)), furthest = -1;

	script->ends[d] = ends;
	for (int64_t k = -d; k <= d; k += 2) {
		int64_t x = start_of(d > 0 ? script->ends[d - 1] : NULL, d, k), y = x - k;

		if (x > (int64_t)script->n || y > (int64_t)script->m) {
			/* beyond the edge: nobody goes on from there */
			ends[k + d] = x;
			continue;
		}
		x = follow(script, x, y);
		ends[k + d] = x;
		if (2 * x - k > furthest) {
			furthest = 2 * x - k;
			*best = k;
		}
		if (x >= (int64_t)script->n && x - k >= (int64_t)script->m)
			return true;
	}
	script->work += (size_t)d;
	return false;
}

/* From diagonal k after d edits back to the beginning: marks what was skipped on the way. */
static void trace_back(
    const struct script *script, int64_t d, int64_t k, bool *removed, bool *added)
{
	for (; d > 0; d--) {
		const int64_t *before = script->ends[d - 1];
		bool down = came_down(before, d, k);
		int64_t x = start_of(before, d, k), y = x - k;

		if (down)
			added[y - 1] = true;
		else
			removed[x - 1] = true;
		k += down ? 1 : -1;
	}
}

static void mark_middle(struct script *script, struct arena *arena, bool *removed, bool *added)
{
	int64_t d = 0, best = 0, x;

	while (!advance(script, arena, d, &best) && d < DIFF_EDITS_MAX &&
	       script->work <= DIFF_SCRIPT_WORK)
		d++;
	x = script->ends[d][best + d];
	trace_back(script, d, best, removed, added);
	/* given up: the rest goes and comes as a whole */
	for (size_t i = (size_t)x; i < script->n; i++)
		removed[i] = true;
	for (size_t i = (size_t)(x - best); i < script->m; i++)
		added[i] = true;
}

static size_t count_marks(const bool *marks, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += marks[i];
	return sum;
}

void diff_script(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, struct diff_marks *out)
{
	size_t head = 0, most = size_min(before->count, after->count);
	struct diff_numbers numbers;
	struct script script = {.n = before->count, .m = after->count};

	*out = (struct diff_marks){.removed = arena_array(arena, bool, before->count),
	    .added = arena_array(arena, bool, after->count)};
	diff_number_lines(arena, before, after, &numbers);
	while (head < most && numbers.before[head] == numbers.after[head])
		head++;
	script.a = numbers.before + head;
	script.b = numbers.after + head;
	script.n -= head;
	script.m -= head;
	while (script.n > 0 && script.m > 0 && script.a[script.n - 1] == script.b[script.m - 1]) {
		script.n--;
		script.m--;
	}
	mark_middle(&script, arena, out->removed + head, out->added + head);
	out->removed_count = count_marks(out->removed, before->count);
	out->added_count = count_marks(out->added, after->count);
}
