#include "tests/support/run_child.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <time.h>

#include "base/err.h"

struct process shell_process(const char *const *argv)
{
	return (struct process){PROCESS_DEFAULTS, .argv = argv};
}

void run_child(struct arena *arena, const struct process *process, struct process_result *out)
{
	struct err err = {0};

	if (!process_run(arena, process, out, &err))
		fail_msg("'%s': %s", process->argv[0], err.text);
}

void check_text(const char *label, struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("%s: got '%.*s', want '%s'", label, STR_ARG(got), want);
}

uint64_t ns_now(void)
{
	struct timespec at = {0};

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * SECOND + (uint64_t)at.tv_nsec;
}

void sleep_ms(unsigned ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
}
