/*
 * glob.h: patterns over paths and names.
 *
 *	*      any run of characters but '/'
 *	**     as a whole segment: any run of segments, also none
 *	?      one character but '/'
 *	[a-z]  one of a set; [!a-z] or [^a-z]: none of it; never '/'
 *	\c     c itself
 *
 * "envs/(two stars)/x" matches "envs/x" and "envs/a/b/x".
 * "envs/(two stars)" matches "envs" too. Matching is case-sensitive, by code points, over the
 * whole text, in a time of text times pattern at most. Errors: glob_check() gives ERR_SYNTAX with
 * the column for an unclosed set or a trailing backslash; glob_match() treats such a pattern as
 * literal text.
 * Layer: base.
 */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>

#include "base/str.h"

struct err;

NODISCARD bool glob_check(struct str pattern, struct err *err);
bool glob_match(struct str pattern, struct str text);
/* The same for names that know no '/': '*' and '?' match every character. */
bool glob_match_name(struct str pattern, struct str text);

#endif
