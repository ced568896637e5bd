/*
 * ahead.h: batches of work that a second thread does ahead of the one that takes them.
 *
 * The maker fills one batch after the other, in memory of the batch, and stops at the last one or
 * at an error; the taker gets them in that order, and each stays as it is until he takes the next.
 * At most AHEAD_BATCHES exist. What the maker reads must not change meanwhile, and nobody else may
 * use what it writes. Where no thread can be had (or `threaded` is false: for little work) batches
 * are made when they are taken: same order, same results, same errors.
 *
 * Ownership: batches and their memory are the ahead's; struct ahead lives in the arena given to
 * ahead_start(). ahead_stop() waits for the thread; what is made and not taken is lost. Errors: the
 * maker's own, with the batch in which it stopped. Signals are left to the other threads.
 * Layer: base.
 */
#ifndef BASE_AHEAD_H
#define BASE_AHEAD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

#define AHEAD_BATCHES ((size_t)6)

struct ahead; /* opaque */

struct ahead_batch {
	struct arena *arena; /* empty when the batch is begun */
	void *made;	     /* the maker's */
	bool is_awaited; /* the taker has nothing else: what he can do himself may be left to him */
	bool is_last;	 /* the maker says so, or failed */
	bool failed;	 /* after what was made: see err */
	struct err err;
};

/* Runs in the thread. False with err set: nothing comes after this batch. */
NODISCARD typedef bool ahead_maker(void *context, struct ahead_batch *batch, struct err *err);

struct ahead *ahead_start(struct arena *arena, ahead_maker *make, void *context, bool threaded);
/* Gives the one before back. Not to be called after the last. */
const struct ahead_batch *ahead_next(struct ahead *ahead);
void ahead_stop(struct ahead *ahead);
DEFINE_CLEANUP(struct ahead *, ahead_stop)

#endif
