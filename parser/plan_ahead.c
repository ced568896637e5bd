/* plan_visit_prepared(), declared in plan.h. */
#include "base/ahead.h"
#include "base/input.h"
#include "parser/plan_loader.h"

/* Of records in one batch. Small, so that it is still in the cache when it is visited. */
#define BATCH_BYTES   ((size_t)64 << 10)
#define BATCH_CHANGES ((size_t)128)
/* Below it a thread costs more than it saves. */
#define THREAD_BYTES ((uint64_t)2 << 20)

struct loaded {
	struct change change;
	const void *prepared;
};

/* Who has time prepares: the one that loads, or the one that visits. */
struct batch {
	size_t count;
	bool is_prepared;
	struct loaded changes[BATCH_CHANGES];
};

/* What both threads read. */
struct batches {
	const struct loader *loader; /* like the one of each batch */
	const struct prepared_visit *how;
	uint32_t *starts; /* of each batch its first entry; behind the last one their end */
	size_t count;
	uint64_t bytes; /* of all that is wanted */
};

static void begin_batch(
    struct arena *arena, struct batches *batches, size_t *room, size_t first_entry)
{
	if (batches->count + 1 >= *room) {
		size_t more = *room > 0 ? *room * 2 : 16;

		batches->starts = arena_grow(arena, batches->starts,
		    *room * sizeof(*batches->starts), more * sizeof(*batches->starts));
		*room = more;
	}
	batches->starts[batches->count++] = (uint32_t)first_entry;
}

/* There is always one, if only an empty one. */
static void list_batches(struct arena *arena, struct batches *batches)
{
	const struct loader *loader = batches->loader;
	const struct change_entry *entries = loader->plan->entries[loader->set];
	size_t count = loader->plan->counts[loader->set], room = 0, taken = 0, bytes = 0;

	begin_batch(arena, batches, &room, 0);
	for (size_t i = 0; i < count; i++) {
		if (!loader->wanted(loader->context, i, &entries[i]))
			continue;
		if (taken == BATCH_CHANGES || (taken > 0 && bytes + entries[i].len > BATCH_BYTES)) {
			begin_batch(arena, batches, &room, i);
			taken = bytes = 0;
		}
		taken++;
		bytes += entries[i].len;
		batches->bytes += entries[i].len;
	}
	batches->starts[batches->count] = (uint32_t)count;
}

NODISCARD static bool load_next(const struct batches *batches, struct loader *loader, size_t entry,
    struct batch *batch, struct err *err)
{
	const struct prepared_visit *how = batches->how;
	struct loaded *loaded = &batch->changes[batch->count];

	if (!loader_load(loader, entry, &loaded->change, err))
		return false;
	if (batch->is_prepared && !how->prepare(how->prepare_context, loader->scratch,
				      &loaded->change, &loaded->prepared, err))
		return false;
	batch->count++;
	return true;
}

/* An ahead_step. */
static bool make_batch(void *context, struct ahead_batch *out, struct err *err)
{
	const struct batches *batches = context;
	struct batch *batch = arena_alloc(out->arena, sizeof(*batch));
	struct loader loader = *batches->loader;
	const struct change_entry *entries = loader.plan->entries[loader.set];

	batch->count = 0;
	batch->is_prepared = !out->is_awaited;
	out->made = batch;
	out->is_last = out->number + 1 >= batches->count;
	if (out->number >= batches->count) /* the other one is at the last */
		return true;
	loader.scratch = out->arena;
	for (size_t i = batches->starts[out->number]; i < batches->starts[out->number + 1]; i++) {
		if (loader.wanted(loader.context, i, &entries[i]) &&
		    !load_next(batches, &loader, i, batch, err))
			return false;
	}
	return true;
}

/* An ahead_step: what sees the changes first, in their order. */
static bool see_batch(void *context, struct ahead_batch *made, struct err *err)
{
	const struct prepared_visit *how = ((const struct batches *)context)->how;
	struct batch *batch = made->made;

	for (size_t i = 0; i < batch->count; i++) {
		if (how->first(how->first_context, &batch->changes[i].change, err))
			continue;
		batch->count = i;
		return false;
	}
	return true;
}

NODISCARD static bool visit_batch(const struct ahead_batch *made, struct arena *scratch,
    const struct prepared_visit *how, struct err *err)
{
	const struct batch *batch = made->made;

	for (size_t i = 0; i < batch->count; i++) {
		const struct loaded *loaded = &batch->changes[i];
		struct arena_mark mark = arena_save(scratch);
		const void *prepared = loaded->prepared;

		if (!batch->is_prepared &&
		    !how->prepare(how->prepare_context, scratch, &loaded->change, &prepared, err))
			return false;
		if (!how->visitor(how->context, &loaded->change, prepared, err))
			return false;
		arena_rewind(scratch, mark);
	}
	if (made->failed)
		*err = made->err;
	return !made->failed;
}

NODISCARD static bool visit_entries(const struct loader *loader, struct arena *scratch,
    const struct prepared_visit *how, struct err *err)
{
	struct arena_mark mark = arena_save(scratch);
	struct batches batches = {.loader = loader, .how = how};
	struct ahead_work work = {.make = make_batch,
	    .finish = how->first ? see_batch : NULL,
	    .context = &batches,
	    .independent = true};
	struct ahead *ahead;
	const struct ahead_batch *batch;
	bool ok;

	list_batches(scratch, &batches);
	ahead = ahead_start(scratch, &work, batches.bytes >= THREAD_BYTES);
	do {
		batch = ahead_next(ahead);
		ok = visit_batch(batch, scratch, how, err);
	} while (ok && !batch->is_last);
	ahead_stop(ahead);
	arena_rewind(scratch, mark);
	return ok;
}

/* --- rows of text and streams --- */

struct row_visit {
	const struct prepared_visit *how;
	struct arena *scratch;
};

/* A change_visitor. Nothing is rewound: rows live as long as the plan, and so may what is made of
 * them. */
static bool visit_row(void *context, const struct change *change, struct err *err)
{
	const struct row_visit *visit = context;
	const struct prepared_visit *how = visit->how;
	const void *prepared;

	return (!how->first || how->first(how->first_context, change, err)) &&
	       how->prepare(how->prepare_context, visit->scratch, change, &prepared, err) &&
	       how->visitor(how->context, change, prepared, err);
}

bool plan_visit_prepared(const struct plan *plan, struct plan_selection selection,
    struct arena *scratch, const struct prepared_visit *how, struct err *err)
{
	struct row_visit rows = {how, scratch};
	struct str bytes;
	struct loader loader = {
	    .plan = plan,
	    .set = selection.set,
	    .wanted = loader_selection_takes,
	    .context = &selection,
	    .window_size = BATCH_BYTES,
	    .keeps_windows = true,
	};

	if (plan->counts[selection.set] == 0)
		return true;
	if (plan->form != PLAN_FORM_JSON)
		return loader_visit_rows(&loader, visit_row, &rows, err);
	loader.in_memory = input_in_memory(plan->input, &bytes);
	return visit_entries(&loader, scratch, how, err);
}

/* --- what is marked --- */

/* A change_preparer. */
static bool prepare_nothing(const void *context UNUSED, struct arena *arena UNUSED,
    const struct change *change UNUSED, const void **prepared, struct err *err UNUSED)
{
	*prepared = NULL;
	return true;
}

struct marks_visit {
	change_visitor *visitor;
	void *context;
};

/* A prepared_visitor. */
static bool visit_marks(
    void *context, const struct change *change, const void *prepared UNUSED, struct err *err)
{
	const struct marks_visit *visit = context;

	return visit->visitor(visit->context, change, err);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of plan_visit_wanted() */
bool plan_visit_marks(const struct plan *plan, enum change_set set, change_wanted *wanted,
    struct arena *scratch, change_visitor *visitor, void *context, struct err *err)
{
	struct marks_visit visit = {visitor, context};
	const struct prepared_visit how = {
	    .prepare = prepare_nothing, .visitor = visit_marks, .context = &visit};
	struct str bytes;
	const struct loader loader = {
	    .plan = plan,
	    .set = set,
	    .wanted = wanted,
	    .context = context,
	    .marks_only = true,
	    .in_memory = input_in_memory(plan->input, &bytes),
	    .window_size = BATCH_BYTES,
	    .keeps_windows = true,
	};

	return plan->counts[set] == 0 || visit_entries(&loader, scratch, &how, err);
}
