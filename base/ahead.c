#include "base/ahead.h"

#include <pthread.h>
#include <signal.h>

/* What one batch holds is bounded by its maker; recursion over a plan needs some 100 KiB. */
#define STACK_BYTES ((size_t)4 << 20)

struct ahead {
	ahead_maker *make;
	void *context;
	bool threaded, taken_one;
	pthread_t thread;
	/* all below is guarded by the lock where there is a thread */
	pthread_mutex_t lock;
	pthread_cond_t has_batch, has_room;
	size_t made, given_back; /* how many in all */
	bool maker_waits, taker_waits, stopped;
	struct ahead_batch batches[AHEAD_BATCHES];
	struct arena_mark empty[AHEAD_BATCHES];
};

static void make_batch(struct ahead *ahead, size_t number, bool is_awaited)
{
	size_t at = number % AHEAD_BATCHES;
	struct ahead_batch *batch = &ahead->batches[at];
	struct arena *arena = batch->arena;

	if (!arena) {
		arena = arena_new();
		ahead->empty[at] = arena_save(arena);
	}
	arena_rewind(arena, ahead->empty[at]);
	*batch = (struct ahead_batch){.arena = arena, .is_awaited = is_awaited};
	batch->failed = !ahead->make(ahead->context, batch, &batch->err);
	batch->is_last = batch->is_last || batch->failed;
}

/* Waits for a free batch; false: nobody wants more. */
static bool wait_for_room(struct ahead *ahead, size_t *number, bool *is_awaited)
{
	bool goes_on;

	(void)pthread_mutex_lock(&ahead->lock);
	ahead->maker_waits = ahead->made - ahead->given_back == AHEAD_BATCHES;
	while (ahead->maker_waits && !ahead->stopped)
		(void)pthread_cond_wait(&ahead->has_room, &ahead->lock);
	*number = ahead->made;
	*is_awaited = ahead->made - ahead->given_back <= 1; /* at most the one he holds */
	goes_on = !ahead->stopped;
	(void)pthread_mutex_unlock(&ahead->lock);
	return goes_on;
}

static void hand_over(struct ahead *ahead)
{
	(void)pthread_mutex_lock(&ahead->lock);
	ahead->made++;
	if (ahead->taker_waits)
		(void)pthread_cond_signal(&ahead->has_batch);
	(void)pthread_mutex_unlock(&ahead->lock);
}

static void *run(void *context)
{
	struct ahead *ahead = context;
	bool is_last = false, is_awaited;
	size_t number;

	while (!is_last && wait_for_room(ahead, &number, &is_awaited)) {
		make_batch(ahead, number, is_awaited);
		is_last = ahead->batches[number % AHEAD_BATCHES].is_last;
		hand_over(ahead);
	}
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
	(void)pthread_cond_destroy(&ahead->has_room);
	(void)pthread_cond_destroy(&ahead->has_batch);
	(void)pthread_mutex_destroy(&ahead->lock);
}

struct ahead *ahead_start(struct arena *arena, ahead_maker *make, void *context, bool threaded)
{
	struct ahead *ahead = arena_make(arena, struct ahead);

	ahead->make = make;
	ahead->context = context;
	if (!threaded)
		return ahead;
	/* none of the three can fail on the systems we know; without them there is no thread */
	if (pthread_mutex_init(&ahead->lock, NULL) != 0)
		return ahead;
	if (pthread_cond_init(&ahead->has_batch, NULL) != 0 ||
	    pthread_cond_init(&ahead->has_room, NULL) != 0)
		return ahead;
	ahead->threaded = start_with_stack(ahead);
	if (!ahead->threaded)
		destroy(ahead);
	return ahead;
}

/* The maker is woken once there is work for a while, not for each batch. */
static void give_back(struct ahead *ahead)
{
	ahead->given_back++;
	if (ahead->maker_waits && ahead->made - ahead->given_back <= AHEAD_BATCHES / 2) {
		ahead->maker_waits = false;
		(void)pthread_cond_signal(&ahead->has_room);
	}
}

static size_t next_of_thread(struct ahead *ahead)
{
	size_t number;

	(void)pthread_mutex_lock(&ahead->lock);
	if (ahead->taken_one)
		give_back(ahead);
	number = ahead->given_back;
	ahead->taker_waits = true;
	while (ahead->made == number)
		(void)pthread_cond_wait(&ahead->has_batch, &ahead->lock);
	ahead->taker_waits = false;
	(void)pthread_mutex_unlock(&ahead->lock);
	return number;
}

const struct ahead_batch *ahead_next(struct ahead *ahead)
{
	size_t number = 0;

	if (ahead->threaded)
		number = next_of_thread(ahead);
	else
		make_batch(ahead, number, true);
	ahead->taken_one = true;
	return &ahead->batches[number % AHEAD_BATCHES];
}

void ahead_stop(struct ahead *ahead)
{
	if (!ahead)
		return;
	if (ahead->threaded) {
		(void)pthread_mutex_lock(&ahead->lock);
		ahead->stopped = true;
		(void)pthread_cond_signal(&ahead->has_room);
		(void)pthread_mutex_unlock(&ahead->lock);
		(void)pthread_join(ahead->thread, NULL);
		ahead->threaded = false;
		destroy(ahead);
	}
	for (size_t i = 0; i < AHEAD_BATCHES; i++) {
		arena_free(ahead->batches[i].arena);
		ahead->batches[i].arena = NULL;
	}
}
