#include "base/ahead.h"

#include <pthread.h>
#include <signal.h>

/* What one batch holds is bounded by its maker; recursion over a plan needs some 100 KiB. */
#define STACK_BYTES ((size_t)4 << 20)
/* So many are made before the thread finishes one: the taker finds something to finish. */
#define UNFINISHED 2

struct ahead {
	struct ahead_work work;
	size_t room; /* of the batches, how many are in use */
	bool threaded, taken_one;
	pthread_t thread;
	/* all below is guarded by the lock where there is a thread */
	pthread_mutex_t lock;
	pthread_cond_t for_taker, for_thread;
	size_t begun, made, finished, given_back; /* how many in all, without a gap */
	bool is_made[AHEAD_BATCHES];
	bool is_finishing;    /* somebody is at it */
	bool all_made, ended; /* ended: nobody wants more, or a finisher failed */
	bool taker_waits, thread_waits;
	struct ahead_batch batches[AHEAD_BATCHES];
	struct arena_mark empty[AHEAD_BATCHES];
};

static void lock(struct ahead *ahead)
{
	if (ahead->threaded)
		(void)pthread_mutex_lock(&ahead->lock);
}

static bool can_make(const struct ahead *ahead)
{
	return (ahead->work.independent || ahead->begun == ahead->made) && !ahead->all_made &&
	       !ahead->ended && ahead->begun - ahead->given_back < ahead->room;
}

static bool can_finish(const struct ahead *ahead)
{
	return !ahead->is_finishing && !ahead->ended && ahead->finished < ahead->made;
}

static bool can_take(const struct ahead *ahead)
{
	return ahead->finished > ahead->given_back;
}

/* Before the lock is given up, in whatever way: whoever waits is told what there is for him. The
 * thread is woken once there is work for a while, not for each batch. */
static void tell(struct ahead *ahead)
{
	bool half_empty = ahead->begun - ahead->given_back <= ahead->room / 2;

	if (ahead->taker_waits && (can_take(ahead) || can_finish(ahead) || can_make(ahead)))
		(void)pthread_cond_signal(&ahead->for_taker);
	if (ahead->thread_waits &&
	    (ahead->ended || can_finish(ahead) || (can_make(ahead) && half_empty)))
		(void)pthread_cond_signal(&ahead->for_thread);
}

static void unlock(struct ahead *ahead)
{
	if (!ahead->threaded)
		return;
	tell(ahead);
	(void)pthread_mutex_unlock(&ahead->lock);
}

static void fill(struct ahead *ahead, size_t number, bool is_awaited)
{
	size_t at = number % ahead->room;
	struct ahead_batch *batch = &ahead->batches[at];
	struct arena *arena = batch->arena;

	if (!arena) {
		arena = arena_new();
		ahead->empty[at] = arena_save(arena);
	}
	arena_rewind(arena, ahead->empty[at]);
	*batch = (struct ahead_batch){.arena = arena, .number = number, .is_awaited = is_awaited};
	batch->failed = !ahead->work.make(ahead->work.context, batch, &batch->err);
	batch->is_last = batch->is_last || batch->failed;
}

/* Batches count in their order; those begun behind the last one do not count. */
static void count_made(struct ahead *ahead)
{
	while (!ahead->all_made && ahead->made < ahead->begun) {
		size_t at = ahead->made % ahead->room;

		if (!ahead->is_made[at])
			break;
		ahead->all_made = ahead->batches[at].is_last;
		ahead->made++;
	}
	if (!ahead->work.finish)
		ahead->finished = ahead->made;
}

/* With the lock, which is given up meanwhile. */
static void make_one(struct ahead *ahead)
{
	size_t number = ahead->begun++;
	bool is_awaited = number - ahead->given_back <= 1; /* at most the one he holds */

	ahead->is_made[number % ahead->room] = false;
	unlock(ahead);
	fill(ahead, number, is_awaited);
	lock(ahead);
	ahead->is_made[number % ahead->room] = true;
	count_made(ahead);
}

/* What a finisher says comes before the error behind what was made. */
static void finish_one(struct ahead *ahead)
{
	struct ahead_batch *batch = &ahead->batches[ahead->finished % ahead->room];
	struct err err = {.code = ERR_NONE};
	bool ok;

	ahead->is_finishing = true;
	unlock(ahead);
	ok = ahead->work.finish(ahead->work.context, batch, &err);
	if (!ok) {
		batch->failed = batch->is_last = true;
		batch->err = err;
	}
	lock(ahead);
	ahead->is_finishing = false;
	ahead->finished++;
	ahead->ended = ahead->ended || !ok;
}

/* --- the thread --- */

static void wait_for_work(struct ahead *ahead)
{
	tell(ahead);
	ahead->thread_waits = true;
	(void)pthread_cond_wait(&ahead->for_thread, &ahead->lock);
	ahead->thread_waits = false;
}

static bool is_over(const struct ahead *ahead)
{
	return ahead->ended || (ahead->all_made && ahead->finished == ahead->made);
}

static void *run(void *context)
{
	struct ahead *ahead = context;

	lock(ahead);
	while (!is_over(ahead)) {
		bool is_ahead = ahead->made - ahead->finished >= UNFINISHED || !can_make(ahead);

		if (can_finish(ahead) && is_ahead)
			finish_one(ahead);
		else if (can_make(ahead))
			make_one(ahead);
		else
			wait_for_work(ahead);
	}
	unlock(ahead);
	return NULL;
}

/* No signal may end up in the thread: the others wait for them. */
static bool start_thread(struct ahead *ahead, const pthread_attr_t *attributes)
{
	sigset_t all, before;
	bool started;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	ahead->threaded = true; /* the thread asks at once */
	ahead->room = AHEAD_BATCHES;
	started = pthread_create(&ahead->thread, attributes, run, ahead) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static bool start_with_stack(struct ahead *ahead)
{
	pthread_attr_t attributes;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	started = pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 &&
		  start_thread(ahead, &attributes);
	(void)pthread_attr_destroy(&attributes);
	return started;
}

static void destroy(struct ahead *ahead)
{
	(void)pthread_cond_destroy(&ahead->for_thread);
	(void)pthread_cond_destroy(&ahead->for_taker);
	(void)pthread_mutex_destroy(&ahead->lock);
	ahead->threaded = false;
	ahead->room = 1;
}

struct ahead *ahead_start(struct arena *arena, const struct ahead_work *work, bool threaded)
{
	struct ahead *ahead = arena_make(arena, struct ahead);

	ahead->work = *work;
	ahead->room = 1;
	if (!threaded)
		return ahead;
	/* none of the three can fail on the systems we know; without them there is no thread */
	if (pthread_mutex_init(&ahead->lock, NULL) != 0)
		return ahead;
	if (pthread_cond_init(&ahead->for_taker, NULL) != 0 ||
	    pthread_cond_init(&ahead->for_thread, NULL) != 0)
		return ahead;
	if (!start_with_stack(ahead))
		destroy(ahead);
	return ahead;
}

/* --- the taker --- */

static void wait_for_batch(struct ahead *ahead)
{
	tell(ahead);
	ahead->taker_waits = true;
	(void)pthread_cond_wait(&ahead->for_taker, &ahead->lock);
	ahead->taker_waits = false;
}

const struct ahead_batch *ahead_next(struct ahead *ahead)
{
	size_t at;

	lock(ahead);
	ahead->given_back += ahead->taken_one ? 1 : 0;
	ahead->taken_one = true;
	while (!can_take(ahead)) {
		if (can_finish(ahead))
			finish_one(ahead);
		else if (can_make(ahead))
			make_one(ahead);
		else
			wait_for_batch(ahead);
	}
	at = ahead->given_back % ahead->room;
	unlock(ahead);
	return &ahead->batches[at];
}

void ahead_stop(struct ahead *ahead)
{
	if (!ahead)
		return;
	if (ahead->threaded) {
		lock(ahead);
		ahead->ended = true;
		unlock(ahead);
		(void)pthread_join(ahead->thread, NULL);
		destroy(ahead);
	}
	for (size_t i = 0; i < AHEAD_BATCHES; i++) {
		arena_free(ahead->batches[i].arena);
		ahead->batches[i].arena = NULL;
	}
}
