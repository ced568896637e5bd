/*
 * plan_still.h: what a no-op marks as sensitive, found without reading all of it.
 *
 * Both of its sides are the same, and so are their marks: then what is marked is taken from one of
 * them, member by member. Of one that says more all has to be loaded, as of other changes.
 * Layer: parser.
 */
#ifndef PARSER_PLAN_STILL_H
#define PARSER_PLAN_STILL_H

#include "parser/plan.h"

/* The parts of a change as they are written; empty: it has none. */
struct still_parts {
	struct str before, after, unknown, before_marks, after_marks;
};

/* Of a record that is written as Terraform does it: {... "change":{"actions":["no-op"],"before":X,
 * "after":X,"after_unknown":{},"before_sensitive":M,"after_sensitive":M ...}. False: in another
 * way.
 */
NODISCARD bool still_find(struct str record, struct still_parts *out);
/* *out has what is marked as a list in `before`, or all of its values with their marks, and nothing
 * else; texts may be those of the parts. False: it says more. */
NODISCARD bool still_read(struct arena *arena, const struct still_parts *parts, struct change *out);

#define STILL_BYTES_MAX	      ((size_t)4 << 20)
#define STILL_KNOWN_MAX	      8
#define STILL_KNOWN_MAX_BYTES ((size_t)1024)

/* Gathers it over many records, STILL_BYTES_MAX bytes of it. */
struct still_marks {
	struct arena *arena;   /* of the values */
	struct arena *scratch; /* rewound */
	struct value *items;
	size_t count, room;
	size_t bytes;
	/* resources of one type have the same marks: some of them, as they are written and read */
	struct still_known {
		struct str text;
		struct value marks;
	} known[STILL_KNOWN_MAX];
	size_t known_count;
};

/* False: nothing was taken of it, somebody has to load it. */
NODISCARD bool still_marks_take(struct still_marks *marks, const struct still_parts *parts);
struct value still_marks_list(const struct still_marks *marks);

#endif
