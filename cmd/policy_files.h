/*
 * policy_files.h: where in a repository policy files and root modules are, and the rulesets of
 * those directories: for commands about all policies, not about one plan.
 *
 * Only the working tree, nothing is trusted or judged here. Left out: .git, .terraform,
 * node_modules and what is a symbolic link. Errors: ERR_IO, ERR_LIMIT over DIRECTORIES_MAX, and
 * ERR_INVALID for a directory outside. Ownership: the arena; rulesets are the caller's to free.
 * Layer: cmd.
 */
#ifndef CMD_POLICY_FILES_H
#define CMD_POLICY_FILES_H

#include "cmd/app.h"
#include "cmd/settings.h"
#include "policies/ruleset.h"

#define DIRECTORIES_MAX ((size_t)200000)

enum policy_directory_flag {
	HAS_POLICY = 1 << 0,	/* tfherald.yaml */
	HAS_WAIVERS = 1 << 1,	/* tfherald.waivers.yaml */
	HAS_TESTS = 1 << 2,	/* something_test.yaml */
	HAS_TERRAFORM = 1 << 3, /* .tf, .tf.json or terragrunt.hcl */
	HAS_NEAR_MISS = 1 << 4, /* tfherald.yml */
	POLICY_IS_DIRECTORY = 1 << 5,
	WAIVERS_IS_DIRECTORY = 1 << 6,
};
struct policy_directory {
	struct str path; /* relative to the root, "" for itself */
	unsigned flags;
};
struct policy_directories {
	struct policy_directory *items;
	size_t count;
};

/* The working tree of the repository around `directory` (NULL: the working one). */
struct policy_tree {
	struct workspace workspace;
	struct source source;
	struct str directory; /* where one is, relative to the root, "" for itself */
};
NODISCARD bool policy_tree_open(
    struct app *app, const char *directory, struct policy_tree *out, struct err *err);

/* Every directory at or below `below` that has a flag, a directory before those in it. */
NODISCARD bool policy_directories_find(struct arena *arena, const struct source *source,
    struct str below, struct policy_directories *out, struct err *err);

/* Is `path` the directory or below it? "" holds everything. */
bool path_is_below(struct str path, struct str directory);

/* The ids of all rules, NULL-terminated, for suggestions. */
const char *const *ruleset_ids(struct arena *arena, const struct ruleset *ruleset);
/* "tfherald.yaml:12:5" */
struct str place_shown(struct arena *arena, const struct policy_place *place);

#endif
