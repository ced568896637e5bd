#include "cmd/progress.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/utf8.h"

#define ERASE	 "\r\033[K"
#define TEXT_MAX ((size_t)120)

struct progress {
	const struct app *app;
	char text[TEXT_MAX + 1]; /* "reading 'tfplan'": clean, short */
	uint64_t begun;		 /* ns */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended_changed;
	bool ended, shown;
	const struct input_seen *seen; /* may be NULL */
};

static void put(const struct progress *progress, const char *text, size_t len)
{
	ssize_t written = write(progress->app->diag, text, len);

	(void)written; /* a terminal that is gone has nobody to tell */
}

/* "12.4 MB, ", or nothing while nothing came. */
static void put_size(const struct progress *progress, char *out, size_t size)
{
	uint64_t bytes = progress->seen ? atomic_load(&progress->seen->bytes) : 0;

	*out = '\0';
	if (bytes >= 1000000)
		(void)snprintf(out, size, "%.1f MB, ", (double)bytes / 1e6);
	else if (bytes > 0)
		(void)snprintf(out, size, "%llu bytes, ", (unsigned long long)bytes);
}

static void put_line(struct progress *progress)
{
	const struct sys *sys = progress->app->sys;
	uint64_t seconds = (sys->monotonic(sys->state) - progress->begun) / 1000000000;
	int columns = sys->columns(sys->state, progress->app->diag);
	char line[TEXT_MAX + 96], size[32];
	int len;

	put_size(progress, size, sizeof(size));
	len = snprintf(line, sizeof(line), ERASE "tfherald: %s ... %s%llu s", progress->text, size,
	    (unsigned long long)seconds);

	/* a line that wraps cannot be erased */
	if (columns > 0 && (size_t)len > (size_t)columns + sizeof(ERASE) - 2)
		len = snprintf(line, sizeof(line), ERASE "... %llu s", (unsigned long long)seconds);
	put(progress, line, (size_t)len);
	progress->shown = true;
}

/* True when it ended meanwhile. The lock is held. */
static bool wait_for(struct progress *progress, long ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (!progress->ended) {
		if (pthread_cond_timedwait(&progress->ended_changed, &progress->lock, &until) != 0)
			break;
	}
	return progress->ended;
}

static void *show(void *context)
{
	struct progress *progress = context;

	(void)pthread_mutex_lock(&progress->lock);
	for (bool ended = wait_for(progress, PROGRESS_AFTER_MS); !ended;
	     ended = wait_for(progress, PROGRESS_EVERY_MS))
		put_line(progress);
	(void)pthread_mutex_unlock(&progress->lock);
	return NULL;
}

/* No signal may end up in the thread: the others wait for them. */
static bool start(struct progress *progress)
{
	sigset_t all, before;
	bool started;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
		return false;
	started = pthread_create(&progress->thread, NULL, show, progress) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

struct progress *progress_begin(const struct app *app, const char *what, const char *name)
{
	return progress_begin_seen(app, what, name, NULL);
}

struct progress *progress_begin_seen(
    const struct app *app, const char *what, const char *name, const struct input_seen *seen)
{
	const struct sys *sys = app->sys;
	struct progress *progress;

	if (!sys->is_terminal(sys->state, app->diag) || str_is(sys_env(sys, "TERM"), "dumb"))
		return NULL;
	progress = arena_make(app->run, struct progress);
	progress->app = app;
	progress->seen = seen;
	progress->begun = sys->monotonic(sys->state);
	if (name)
		(void)snprintf(progress->text, sizeof(progress->text), "%s '%.80s'", what, name);
	else
		(void)snprintf(progress->text, sizeof(progress->text), "%s", what);
	utf8_clean_line(progress->text);
	if (pthread_mutex_init(&progress->lock, NULL) != 0)
		return NULL;
	if (pthread_cond_init(&progress->ended_changed, NULL) == 0) {
		if (start(progress))
			return progress;
		(void)pthread_cond_destroy(&progress->ended_changed);
	}
	(void)pthread_mutex_destroy(&progress->lock);
	return NULL;
}

void progress_end(struct progress *progress)
{
	if (!progress)
		return;
	(void)pthread_mutex_lock(&progress->lock);
	progress->ended = true;
	(void)pthread_cond_signal(&progress->ended_changed);
	(void)pthread_mutex_unlock(&progress->lock);
	(void)pthread_join(progress->thread, NULL);
	if (progress->shown)
		put(progress, ERASE, sizeof(ERASE) - 1);
	(void)pthread_cond_destroy(&progress->ended_changed);
	(void)pthread_mutex_destroy(&progress->lock);
}
