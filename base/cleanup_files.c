#include "base/process.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define SLOTS	      16
#define PATH_MAX_KEPT 4096

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};

/*
 * A handler can be given no context and may not allocate: a fixed table, walked with unlink() only.
 * `used` is set after the path is complete and cleared before it changes.
 */
static struct {
	volatile sig_atomic_t used;
	char path[PATH_MAX_KEPT];
} slots[SLOTS];

void cleanup_files_run(void)
{
	for (size_t i = 0; i < SLOTS; i++) {
		if (!slots[i].used)
			continue;
		(void)unlink(slots[i].path);
		slots[i].used = 0;
	}
}

/* Dies by the same signal, so that whoever waits for us sees the truth. */
static void on_deadly(int signo)
{
	cleanup_files_run();
	(void)signal(signo, SIG_DFL);
	(void)raise(signo);
}

void cleanup_files_install(void)
{
	for (size_t i = 0; i < ARRAY_LEN(deadly); i++) {
		struct sigaction action = {.sa_handler = on_deadly}, old;

		sigfillset(&action.sa_mask);
		/* nohup: what was ignored stays ignored */
		if (sigaction(deadly[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(deadly[i], &action, NULL);
	}
}

void cleanup_files_add(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < SLOTS && len < PATH_MAX_KEPT; i++) {
		if (slots[i].used)
			continue;
		memcpy(slots[i].path, path, len + 1);
		/* the handler may run between any two instructions: never with half a path */
		atomic_signal_fence(memory_order_release);
		slots[i].used = 1;
		return;
	}
}

void cleanup_files_remove(const char *path)
{
	(void)unlink(path);
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].used && strcmp(slots[i].path, path) == 0)
			slots[i].used = 0;
}
