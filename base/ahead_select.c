#include "base/ahead_select.h"

#include "base/ahead.h"
#include "base/arena.h"
#include "base/size.h"

#define ITEMS_A_BATCH ((size_t)256)
/* Below it a second thread does not pay. */
#define MANY ((size_t)2000)

struct selection {
	ahead_test *test;
	const void *context;
	size_t count;
	bool *answers;
};

/* An ahead_step; each batch writes its own answers. */
static bool ask(void *context, struct ahead_batch *batch, struct err *err UNUSED)
{
	const struct selection *selection = context;
	size_t first = batch->number * ITEMS_A_BATCH;
	size_t end = size_min(selection->count, first + ITEMS_A_BATCH);
	struct arena_mark mark = arena_save(batch->arena);

	for (size_t i = first; i < end; i++) {
		selection->answers[i] = selection->test(selection->context, batch->arena, i);
		arena_rewind(batch->arena, mark);
	}
	batch->is_last = end >= selection->count;
	return true;
}

const bool *ahead_select(struct arena *arena, size_t count, ahead_test *test, const void *context)
{
	struct selection selection = {test, context, count, arena_array(arena, bool, count + 1)};
	struct ahead_work work = {.make = ask, .context = &selection, .independent = true};
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct ahead *ahead CLEANUP(ahead_stop_ptr) = ahead_start(temp, &work, count >= MANY);

	while (!ahead_next(ahead)->is_last)
		;
	return selection.answers;
}
