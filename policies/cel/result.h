/*
 * result.h: short ways for functions to give up, or to give a text.
 *
 * Layer: policies; part of function.h.
 */
#ifndef POLICIES_CEL_RESULT_H
#define POLICIES_CEL_RESULT_H

#include "policies/cel/function.h"

#define CEL_BYTES_PER_STEP ((size_t)32)
#define CEL_JOINED_MAX	   100 /* unknown parts of one container: in a report more help nobody */

static inline struct value cel_out_of_steps(struct cel_run *run)
{
	return cel_fail_limit(run, "the expression needs too many steps");
}

static inline struct value cel_out_of_memory(struct cel_run *run)
{
	return cel_fail_limit(run, "the results need too much memory");
}

/* Pays for looking at so many bytes; short ones cost nothing beyond the call. */
NODISCARD static inline bool cel_pay_bytes(struct cel_run *run, size_t bytes)
{
	return bytes < CEL_BYTES_PER_STEP || cel_pay(run, bytes / CEL_BYTES_PER_STEP);
}

static inline bool cel_is_text(struct value value)
{
	return value.kind == VALUE_STRING;
}

#endif
