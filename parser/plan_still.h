/*
 * plan_still.h: what a no-op marks as sensitive, found without reading all of it.
 *
 * It is known by the way Terraform writes it: {... "change":{"actions":["no-op"],"before":X,
 * "after":X,"after_unknown":{},"before_sensitive":M,"after_sensitive":M ...}, the same on both
 * sides. Who writes it in another way has it loaded as other changes are. Layer: parser.
 */
#ifndef PARSER_PLAN_STILL_H
#define PARSER_PLAN_STILL_H

#include "parser/plan.h"

/* False: it is written in another way, or says more. *out has what is marked as a list in `before`,
 * or all of its values with their marks, and nothing else; texts may be those of `record`. */
NODISCARD bool still_read(struct arena *arena, struct str record, struct change *out);

/* Gathers it over many records, STILL_BYTES_MAX bytes of it. */
struct still_marks {
	struct arena *arena;   /* of the values */
	struct arena *scratch; /* rewound */
	struct value *items;
	size_t count, room;
	size_t bytes;
};

#define STILL_BYTES_MAX ((size_t)4 << 20)

/* False: nothing was taken of it, somebody has to load it. */
NODISCARD bool still_marks_take(struct still_marks *marks, struct str record);
struct value still_marks_list(const struct still_marks *marks);

#endif
