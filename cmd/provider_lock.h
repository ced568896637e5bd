/*
 * provider_lock.h: the dependency lock file of a root module, .terraform.lock.hcl, as a value.
 *
 *	{"registry.example.com/acme/x": {version: "1.2.3", constraints: "~> 1.2", hashes:
 *["h1:..."]}}
 *
 * Limits: LOCK_BYTES_MAX a file, LOCK_HASHES_MAX hashes a provider; what comes after them is not
 * read. A broken file gives the blocks that can be told apart. Errors: those of the source.
 * Ownership: `arena`. Layer: cmd.
 */
#ifndef CMD_PROVIDER_LOCK_H
#define CMD_PROVIDER_LOCK_H

#include "base/compiler.h"
#include "base/value.h"

struct arena;
struct err;
struct source;

#define LOCK_FILE	".terraform.lock.hcl"
#define LOCK_BYTES_MAX	((size_t)4 << 20)
#define LOCK_HASHES_MAX 1000

/* UNKNOWN when the directory has no lock file. */
NODISCARD bool provider_lock_read(struct arena *arena, const struct source *source,
    struct str directory, struct value *out, struct err *err);

/* The text of one. */
struct value provider_lock_value(struct arena *arena, struct str text);

#endif
