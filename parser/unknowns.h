/*
 * unknowns.h: gives every unknown leaf of a value its path, so that whoever meets it can name it.
 *
 * Paths: "after.ingress[0].cidr_blocks", keys with other characters quoted: after.tags["a.b"].
 * Shares what has nothing unknown inside. Used before traced evaluations only: it costs memory.
 * Ownership: `arena`. Layer: parser.
 */
#ifndef PARSER_UNKNOWNS_H
#define PARSER_UNKNOWNS_H

#include "base/value.h"

struct arena;

struct value unknowns_stamp(struct arena *arena, struct value value, struct str path);

#endif
