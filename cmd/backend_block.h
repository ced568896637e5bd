/*
 * backend_block.h: the backend and cloud blocks of a directory, as Terraform reads them.
 *
 * Read are .tf and .tf.json files, override files, and what symbolic links inside the repository
 * name. What somebody generates later, and what -backend-config gives, is not known.
 *
 * Errors: those of the source. Limits: HCL_BYTES_MAX a .tf file, BACKEND_JSON_MAX a .tf.json file
 * (more is ERR_LIMIT). Ownership: the arena. Layer: cmd.
 */
#ifndef CMD_BACKEND_BLOCK_H
#define CMD_BACKEND_BLOCK_H

#include "base/value.h"
#include "policies/policy.h"
#include "policies/source.h"

#define BACKEND_JSON_MAX ((size_t)64 << 20)

struct backend_block {
	struct str type;     /* "s3", "cloud"; empty: the file or the type cannot be read */
	struct value config; /* a map; what is no literal is unknown; `workspaces` is a map in it */
	struct str raw; /* the text of the body; of JSON, and of what cannot be read: the file */
	struct policy_place place;
	bool overrides; /* in an override file: it counts in place of all before */
};

/* In the order in which Terraform reads the files; more than one is an error of the configuration,
 * or an override. */
NODISCARD bool backend_blocks(struct arena *arena, const struct source *source,
    struct str directory, struct backend_block **out, size_t *count, struct err *err);

#endif
