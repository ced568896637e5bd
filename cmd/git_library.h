/*
 * git_library.h: the functions of libgit2 that we call, loaded on first use: linking it costs every
 * start 3 ms, also that of `tfherald version`. A build with -DGIT2_LINKED calls them directly
 * (static builds).
 *
 * The one header that shows a third-party library; only cmd/git_*.c include it (.ci/check-layers
 * knows them). Nothing that a repository configures is executed: we read refs, objects and the
 * address of a remote; no hooks, no filters, no checkout. Layer: cmd.
 */
#ifndef CMD_GIT_LIBRARY_H
#define CMD_GIT_LIBRARY_H

#include <git2.h>
#include <stdbool.h>

#include "base/str.h"

struct arena;
struct err;

#define GITLIB_OID_TEXT 40 /* libgit2 reads SHA-1 repositories */

#define GITLIB_FUNCTIONS(X)               \
	X(git_commit_free)                \
	X(git_commit_lookup)              \
	X(git_commit_tree)                \
	X(git_commit_tree_id)             \
	X(git_config_free)                \
	X(git_config_iterator_free)       \
	X(git_config_iterator_new)        \
	X(git_config_next)                \
	X(git_diff_free)                  \
	X(git_diff_get_delta)             \
	X(git_diff_num_deltas)            \
	X(git_diff_tree_to_tree)          \
	X(git_error_last)                 \
	X(git_graph_descendant_of)        \
	X(git_libgit2_init)               \
	X(git_libgit2_opts)               \
	X(git_merge_base)                 \
	X(git_object_type2string)         \
	X(git_odb_free)                   \
	X(git_odb_hash)                   \
	X(git_odb_object_data)            \
	X(git_odb_object_free)            \
	X(git_odb_object_size)            \
	X(git_odb_read)                   \
	X(git_odb_read_header)            \
	X(git_odb_refresh)                \
	X(git_oid_cpy)                    \
	X(git_oid_equal)                  \
	X(git_oid_fmt)                    \
	X(git_oid_fromstrn)               \
	X(git_reference_free)             \
	X(git_reference_lookup)           \
	X(git_reference_name_to_id)       \
	X(git_reference_shorthand)        \
	X(git_reference_symbolic_target)  \
	X(git_reference_target)           \
	X(git_repository_config_snapshot) \
	X(git_repository_free)            \
	X(git_repository_head)            \
	X(git_repository_head_detached)   \
	X(git_repository_is_shallow)      \
	X(git_repository_odb)             \
	X(git_repository_open_ext)        \
	X(git_repository_path)            \
	X(git_tree_entry_byindex)         \
	X(git_tree_entry_byname)          \
	X(git_tree_entry_filemode)        \
	X(git_tree_entry_id)              \
	X(git_tree_entry_name)            \
	X(git_tree_entrycount)            \
	X(git_tree_free)                  \
	X(git_tree_lookup)

struct gitlib {
	void *handle;
#define X(function) __typeof__(&function) function;
	GITLIB_FUNCTIONS(X)
#undef X
};

/* false when it is not installed, or lacks one of these functions. Every open needs its close. */
NODISCARD bool gitlib_open(struct gitlib *library);
void gitlib_close(struct gitlib *library);

/* The library's last words after `what`; they name paths, never contents. */
struct str gitlib_problem(struct arena *arena, const struct gitlib *library, const char *what);

/* A library and a repository together, for those that need both. Errors: ERR_INVALID. */
struct gitlib_repository {
	struct gitlib library;
	git_repository *handle;
};
NODISCARD bool gitlib_repository_open(
    struct arena *arena, struct str root, struct gitlib_repository *out, struct err *err);
void gitlib_repository_close(struct gitlib_repository *repository);

/* Hex digits, whole; false for anything else (64 digits are SHA-256, which libgit2 cannot read). */
bool gitlib_oid(const struct gitlib *library, struct str text, git_oid *out);
struct str gitlib_oid_text(struct arena *arena, const struct gitlib *library, const git_oid *oid);

#endif
