/*
 * address.h: the address of a resource instance, taken apart:
 *
 *	module.a["x.y"].module.b.data.aws_iam_policy.this[0]
 *
 * Keys may hold dots, brackets and escaped quotes. Source of the grammar: Terraform's addrs package
 * (AbsResourceInstance.String) and the HCL quoting it uses for keys.
 * Ownership: parts are views of the text; only a key with escapes is copied to the arena.
 * Errors: none; what is no address is told by false. Layer: parser.
 */
#ifndef PARSER_ADDRESS_H
#define PARSER_ADDRESS_H

#include "base/value.h"

struct arena;

struct address {
	struct str module; /* "module.a.module.b", empty: root */
	struct str mode;   /* managed, data, ephemeral, action, list */
	struct str type, name;
	struct value index; /* INT, STRING; UNKNOWN for [*]; NULL: none */
};

/* The whole text is an address. */
bool address_parse(struct arena *arena, struct str text, struct address *out);

/* How many bytes at the start of the text are an address: what follows does not continue it. */
bool address_scan(struct str text, size_t *len);

#endif
