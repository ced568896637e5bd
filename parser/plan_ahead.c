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

/* The thread's. */
struct batch_loader {
	struct loader loader;
	size_t at; /* the next entry */
	const struct prepared_visit *how;
};

static bool next_wanted(struct batch_loader *batches)
{
	const struct loader *loader = &batches->loader;
	size_t count = loader->plan->counts[loader->set];
	const struct change_entry *entries = loader->plan->entries[loader->set];

	while (batches->at < count &&
	       !loader->wanted(loader->context, batches->at, &entries[batches->at]))
		batches->at++;
	return batches->at < count;
}

static bool has_room(const struct batch_loader *batches, const struct batch *batch, size_t bytes)
{
	const struct loader *loader = &batches->loader;

	return batch->count == 0 ||
	       (batch->count < BATCH_CHANGES &&
		   bytes + loader->plan->entries[loader->set][batches->at].len <= BATCH_BYTES);
}

NODISCARD static bool load_next(struct batch_loader *batches, struct batch *batch, struct err *err)
{
	const struct prepared_visit *how = batches->how;
	struct loaded *loaded = &batch->changes[batch->count];

	if (!loader_load(&batches->loader, batches->at++, &loaded->change, err))
		return false;
	if (batch->is_prepared && !how->prepare(how->prepare_context, batches->loader.scratch,
				      &loaded->change, &loaded->prepared, err))
		return false;
	batch->count++;
	return true;
}

/* An ahead_step. */
static bool make_batch(void *context, struct ahead_batch *out, struct err *err)
{
	struct batch_loader *batches = context;
	struct loader *loader = &batches->loader;
	struct batch *batch = arena_alloc(out->arena, sizeof(*batch));
	size_t bytes = 0;

	batch->count = 0;
	batch->is_prepared = !out->is_awaited;
	out->made = batch;
	loader->scratch = out->arena;
	loader->len = 0;
	while (next_wanted(batches) && has_room(batches, batch, bytes)) {
		bytes += loader->plan->entries[loader->set][batches->at].len;
		if (!load_next(batches, batch, err))
			return false;
	}
	out->is_last = !next_wanted(batches);
	return true;
}

/* An ahead_step: what sees the changes first, in their order. */
static bool see_batch(void *context, struct ahead_batch *made, struct err *err)
{
	const struct prepared_visit *how = ((struct batch_loader *)context)->how;
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

/* Is there so much of it that a thread pays? */
static bool is_much(const struct loader *loader)
{
	const struct plan *plan = loader->plan;
	uint64_t bytes = 0;

	for (size_t i = 0; i < plan->counts[loader->set] && bytes < THREAD_BYTES; i++) {
		const struct change_entry *entry = &plan->entries[loader->set][i];

		bytes += loader->wanted(loader->context, i, entry) ? entry->len : 0;
	}
	return bytes >= THREAD_BYTES;
}

NODISCARD static bool visit_entries(struct batch_loader *batches, struct arena *scratch,
    const struct prepared_visit *how, struct err *err)
{
	struct arena_mark mark = arena_save(scratch);
	struct ahead_work work = {
	    .make = make_batch, .finish = how->first ? see_batch : NULL, .context = batches};
	struct ahead *ahead = ahead_start(scratch, &work, is_much(&batches->loader));
	const struct ahead_batch *batch;
	bool ok;

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
	struct batch_loader batches = {
	    .how = how,
	    .loader =
		{
		    .plan = plan,
		    .set = selection.set,
		    .wanted = loader_selection_takes,
		    .context = &selection,
		    .window_size = BATCH_BYTES,
		    .keeps_windows = true,
		},
	};

	if (plan->counts[selection.set] == 0)
		return true;
	if (plan->form != PLAN_FORM_JSON)
		return loader_visit_rows(&batches.loader, visit_row, &rows, err);
	batches.loader.in_memory = input_in_memory(plan->input, &bytes);
	return visit_entries(&batches, scratch, how, err);
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
	struct batch_loader batches = {
	    .how = &how,
	    .loader =
		{
		    .plan = plan,
		    .set = set,
		    .wanted = wanted,
		    .context = context,
		    .marks_only = true,
		    .in_memory = input_in_memory(plan->input, &bytes),
		    .window_size = BATCH_BYTES,
		    .keeps_windows = true,
		},
	};

	return plan->counts[set] == 0 || visit_entries(&batches, scratch, &how, err);
}
