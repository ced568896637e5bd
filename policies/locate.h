/*
 * locate.h: where in the .tf files of the repository a resource stands, and the other way round:
 * which resource a line of a file belongs to.
 *
 * Follows the module path of an address from the directory of the root module through module calls
 * whose source is local ("./x", "../x", inside the repository): by the plan's `configuration`, else
 * by what the files say. What comes from elsewhere (a registry, git) stands where the nearest call
 * in the repository stands. .tf.json files are named, without a line.
 *
 * Directories are read and scanned when first asked for, once per locator. What cannot be read is
 * not there: a place is a convenience, never a reason to fail. Limits: LOCATE_FILES_MAX files a
 * directory, LOCATE_BYTES_MAX bytes altogether.
 *
 * Paths are relative to the repository root, "" for the root itself. Lines from 1, columns in code
 * points; line 0: only the file is known. Ownership: the arena given to locator_new(); answers stay
 * valid as long as that. Layer: policies.
 */
#ifndef POLICIES_LOCATE_H
#define POLICIES_LOCATE_H

#include "parser/configuration.h"
#include "policies/finding.h"
#include "policies/source.h"

#define LOCATE_FILES_MAX 1000
#define LOCATE_BYTES_MAX ((size_t)128 << 20)

struct locator; /* opaque */

struct locator *locator_new(struct arena *arena, const struct source *source);

/* The block of a resource, data source or module of the root module in `directory`.
 * `configuration` may be NULL. */
NODISCARD bool locate_address(struct locator *locator, const struct configuration *configuration,
    struct str directory, struct str address, struct policy_place *out);
NODISCARD bool locate_output(
    struct locator *locator, struct str directory, struct str name, struct policy_place *out);
/* The file that stands for the directory: main.tf, else the first one. Line 0. */
NODISCARD bool locate_directory(
    struct locator *locator, struct str directory, struct policy_place *out);

/* Fills in file, line and column of findings of this root module that have none, where there is
 * one: not of what is about the whole plan or not in the code any more. Findings about policies get
 * the place in the policy file. */
void locate_findings(struct locator *locator, const struct configuration *configuration,
    struct str directory, struct finding *findings, size_t count);

/* --- from a line to an address --- */

bool locate_has_file(struct locator *locator, struct str file);
/* "aws_x.y", "data.aws_x.y", "module.m" of the module whose file it is; empty: none. */
struct str locate_line(struct locator *locator, struct str file, int line);
/* The address of the module of this root module that lives in `directory` ("module.a.module.b",
 * without indexes; "" for the root module itself, the first one if there are several). */
NODISCARD bool locate_module(struct locator *locator, const struct configuration *configuration,
    struct str root, struct str directory, struct str *module);

#endif
