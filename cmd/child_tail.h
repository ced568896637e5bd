/*
 * child_tail.h: the last words of a child that failed in a way nobody here knows: at most
 * CHILD_TAIL_MAX bytes in whole lines of its standard error, else of its standard output.
 *
 * Ownership: the arena's. Layer: cmd.
 */
#ifndef CMD_CHILD_TAIL_H
#define CMD_CHILD_TAIL_H

#include "base/process.h"

#define CHILD_TAIL_MAX ((size_t)4000)

struct str child_tail(struct arena *arena, const struct process_result *result);

#endif
