/*
 * run_child.h: children for tests. Tests may use a shell; the code under test never does.
 *
 * Layer: tests.
 */
#ifndef TESTS_SUPPORT_RUN_CHILD_H
#define TESTS_SUPPORT_RUN_CHILD_H

#include <stdint.h>

#include "base/process.h"
#include "base/str.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

/* /bin/sh -c script with PROCESS_DEFAULTS; valid as long as the enclosing block. */
#define SHELL_ARGV(script) ((const char *const[]){"/bin/sh", "-c", (script), NULL})
#define SHELL(script)	   shell_process(SHELL_ARGV(script))

struct process shell_process(const char *const *argv);

/* Runs it; an error ends the test with its text. */
void run_child(struct arena *arena, const struct process *process, struct process_result *out);
/* Ends the test with the row's label when the texts differ. */
void check_text(const char *label, struct str got, const char *want);
uint64_t ns_now(void);
void sleep_ms(unsigned ms);

#endif
