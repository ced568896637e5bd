/*
 * regex.h: regular expressions through PCRE2, with limits.
 *
 * Options always: UTF, DOLLAR_ENDONLY, NEVER_BACKSLASH_C, newline LF. Match limit 10 million steps,
 * heap limit 64 MiB; no JIT (its stack is small), no depth limit (it refuses harmless patterns over
 * long text). The subject must be valid UTF-8 (ERR_INVALID otherwise).
 *
 * Ownership: a struct regex is a foreign handle, freed with regex_free(); it may be shared,
 * matching keeps no state in it. Errors: ERR_SYNTAX with the column in the pattern, ERR_LIMIT when
 * a match gives up. Layer: base. The only file that knows PCRE2 is regex.c.
 */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct regex;

#define REGEX_GROUPS_MAX 100

NODISCARD bool regex_compile(struct str pattern, struct regex **out, struct err *err);
/*
 * A pattern with the meaning of RE2, which is what people know from Go: what only PCRE2 has
 * (look-around, back-references, atomic groups, ...) is refused, what both write differently is
 * translated (regex_re2.c). `arena` for that.
 */
NODISCARD bool regex_compile_re2(
    struct arena *arena, struct str pattern, struct regex **out, struct err *err);
void regex_free(struct regex *regex);
DEFINE_CLEANUP(struct regex *, regex_free)

struct regex_match {
	bool matched;
	size_t from, to;	  /* of the whole match */
	size_t group_count;	  /* including the whole match */
	const struct str *groups; /* arena; an unset group is "" with ptr to "" */
};

/* Looks from `start` on. `arena` receives the groups. */
NODISCARD bool regex_find(const struct regex *regex, struct arena *arena, struct str subject,
    size_t start, struct regex_match *out, struct err *err);
NODISCARD bool regex_matches(
    const struct regex *regex, struct str subject, bool *matched, struct err *err);
/* The same, and what it took at most, in steps of the library: 100, 1,000, ... 10 million. One of
 * them is about 35 ns. */
NODISCARD bool regex_matches_effort(const struct regex *regex, struct str subject, bool *matched,
    uint32_t *effort, struct err *err);

#endif
