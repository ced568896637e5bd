/*
 * ahead.h: batches of work that a second thread does ahead of the one that takes them.
 *
 * Batches are made one after the other, in memory of the batch, up to the last one or an error;
 * each is then finished, where there is something that has to be done in order but may be done
 * later; the taker gets them in that order, and each stays as it is until he takes the next. At
 * most AHEAD_BATCHES exist. A taker that would have to wait makes or finishes one himself, so that
 * both have work to the end. Of the makers one runs at a time (two, of different batches, where
 * they are said to be independent), and of the finishers, each with all that the one before wrote;
 * but a batch may be made while another is finished or used: what one of the three reads none of
 * the others may write. Where no thread can be had (or `threaded` is false: for little work) all is
 * done when a batch is taken: same order, same results, same errors.
 *
 * Ownership: batches and their memory are the ahead's; struct ahead lives in the arena given to
 * ahead_start(). ahead_stop() waits for the thread; what is made and not taken is lost. Errors:
 * those of the maker and the finisher, with the batch in which they stopped. Signals are left to
 * the other threads. Layer: base.
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
	size_t number;	     /* 0 and on */
	void *made;	     /* the maker's */
	bool is_awaited; /* the taker has nothing else: what he can do himself may be left to him */
	bool is_last;	 /* the maker says so, or something failed */
	bool failed;	 /* after what was made: see err */
	struct err err;
};

/* Runs in either thread. False with err set: nothing comes after this batch. */
NODISCARD typedef bool ahead_step(void *context, struct ahead_batch *batch, struct err *err);

struct ahead_work {
	ahead_step *make;
	ahead_step *finish; /* NULL: what is made is finished */
	void *context;
	bool independent; /* a maker needs the number of its batch and nothing of the others */
};

struct ahead *ahead_start(struct arena *arena, const struct ahead_work *work, bool threaded);
/* Gives the one before back. Not to be called after the last. */
const struct ahead_batch *ahead_next(struct ahead *ahead);
void ahead_stop(struct ahead *ahead);
DEFINE_CLEANUP(struct ahead *, ahead_stop)

#endif
