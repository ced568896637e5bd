/*
 * packs.h: the rule packs that ship with the program, embedded when it is built.
 *
 * policies/packs/NAME.yaml has the rules with their tests, since: "1.0" on each rule that a later
 * version added. The build writes packs_embedded.c (tests left out, comments stripped); reading one
 * costs only what is used. `pack:NAME@VERSION` pins: rules newer than VERSION only warn; a VERSION
 * that does not exist is a problem with the list of those that do. Layer: policies.
 */
#ifndef POLICIES_PACKS_H
#define POLICIES_PACKS_H

#include "base/str.h"

struct pack {
	const char *name, *version; /* newest */
	const char *title;
	struct str text; /* YAML without tests */
};
extern const struct pack packs[]; /* NULL-name-terminated; generated */

/* "pack:NAME@VERSION" -> row; NULL when there is none of that name. */
const struct pack *pack_find(struct str name);

#endif
