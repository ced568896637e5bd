/*
 * packs.h: the rule packs that ship with the program, embedded when it is built.
 *
 * policies/packs/NAME.yaml has the rules with their tests, since: "1.0" on each rule that a later
 * version added. The build writes packs_embedded.c (tests left out, comments stripped); reading one
 * costs only what is used. `pack:NAME@VERSION` pins: rules newer than VERSION only warn; a VERSION
 * that does not exist is a problem with the list of those that do. The build checks the packs: one
 * with a problem ends it (policies/packs/embed_packs.c).
 *
 * Ownership: the tables are static; what pack_read() gives lives in the arena. Layer: policies.
 */
#ifndef POLICIES_PACKS_H
#define POLICIES_PACKS_H

#include "base/str.h"

struct arena;
struct policy_file;
struct policy_problems;
struct use;

struct pack {
	const char *name, *version; /* newest */
	const char *title;
	const char *versions; /* all, "1.0, 1.1": oldest first */
	struct str text;      /* its rules as JSON, without tests; each with "@line" */
};
extern const struct pack packs[]; /* NULL-name-terminated; generated */

/* "pack:NAME@VERSION" -> row; NULL when there is none of that name. */
const struct pack *pack_find(struct str name);

/* One entry of `use:` -> the pack's rules. False with a problem at the entry: no such pack (with
 * the closest name), no version, or one that does not exist. */
NODISCARD bool pack_read(struct arena *arena, const struct use *use, struct policy_file *out,
    struct policy_problems *problems);

/* "1.0", "2.13": numbers with one point. */
bool pack_version_is_valid(struct str version);
int pack_version_cmp(struct str a, struct str b); /* of valid ones */

#endif
