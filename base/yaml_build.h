/*
 * yaml_build.h: from the flat list of nodes to the tree: aliases and merge keys are followed,
 * duplicate keys found, places noted.
 *
 * `places` has the byte in the file for every struct value of one array of the tree, in its order.
 * Ownership: the arena's. Errors: ERR_SYNTAX and ERR_LIMIT with file, line, column. Layer: base;
 * part of yaml.h.
 */
#ifndef BASE_YAML_BUILD_H
#define BASE_YAML_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/value.h"

struct arena;
struct err;
struct yaml_events;

struct yaml_span {
	const struct value *first; /* items of a list, or keys and values of a map in turns */
	size_t count;
	const uint32_t *places;
};

struct yaml {
	const char *file;
	struct str text;
	struct value root;
	uint32_t root_at;
	struct yaml_span *spans; /* by address */
	size_t span_count, span_cap;
	const uint32_t *lines; /* where each line begins */
	size_t line_count;
};

/* Fills root and spans; file and text have been set. */
NODISCARD bool yaml_build(
    struct arena *arena, const struct yaml_events *events, struct yaml *yaml, struct err *err);

/* The line and column, from 1, of a byte of the file. */
struct yaml_place yaml_place_at(struct str text, size_t at);

#endif
