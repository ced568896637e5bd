/*
 * noise.h: which changed attributes are folded, and why.
 *
 * Paths are written as anywhere: `tags.git_sha`, tags["git_sha"], `metadata.*.generation`,
 * "**.etag". `*` and `?` stand for characters of one name, a name `**` for any number of names.
 * Positions in lists count for nothing: `rule.etag` is rule[3].etag, too. A path covers all that is
 * below it; one without any name (`*`, `**.*`) would cover everything and is none. The user's come
 * before the built-in ones: their reason counts.
 *
 * Folded is not dropped: who shows rows counts them. Nothing of what is destroyed, replaced or
 * forgotten is folded, nor what forces a replacement (diff.c), nor a row in which something is
 * called out.
 *
 * Errors: ERR_INVALID for a path that is none. Ownership: `arena`. Limits: NOISE_NAMES_MAX names in
 * a path. Layer: report.
 */
#ifndef REPORT_NOISE_H
#define REPORT_NOISE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

struct arena;
struct err;
struct noise; /* opaque */

#define NOISE_NAMES_MAX 16

struct noise_rule {
	struct str path, reason;
};

/* Of what everybody's plans are full of; for the documentation. */
struct noise_builtin {
	const char *path, *reason;
	bool only_unknown; /* only when it is known after apply: nobody set it */
};
extern const struct noise_builtin noise_builtins[];
extern const size_t noise_builtin_count;

NODISCARD bool noise_check(struct str path, struct err *err);
/* `rules` went through noise_check(); those that did not are left out. */
const struct noise *noise_new(struct arena *arena, const struct noise_rule *rules, size_t count);

/* A quick no: no path begins with this key. `noise` may be NULL. */
bool noise_may_start(const struct noise *noise, struct str key);
/* Empty: it is none. `keys` is the path without its positions in lists. */
struct str noise_reason(
    const struct noise *noise, const struct str *keys, size_t count, bool unknown_after);

#endif
