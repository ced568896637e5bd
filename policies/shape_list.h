/*
 * shape_list.h: building the lists and maps that the shapes (shapes_iam.h, shapes_network.h) give.
 *
 * A list knows its limit and remembers what was dropped, so that readers add freely and look once,
 * in shape_list_finish(). Items are copied shallowly: an UNKNOWN keeps its path, a value its marks.
 *
 * Ownership: the arena of shape_list_begin(). Errors: ERR_LIMIT from shape_list_finish(). Layer:
 * policies.
 */
#ifndef POLICIES_SHAPE_LIST_H
#define POLICIES_SHAPE_LIST_H

#include "base/value.h"

struct arena;
struct err;

#define SHAPE_ITEMS_MAX 5000 /* statements or rules of one resource */

struct shape_list {
	struct arena *arena;
	struct value *items;
	size_t count, room, limit;
	size_t unknown_sources; /* items that stand for a whole unknown source of items */
	bool over;
};

void shape_list_begin(struct shape_list *list, struct arena *arena, size_t limit);
void shape_list_add(struct shape_list *list, struct value item);

/* Is nothing known of this value: UNKNOWN or HIDDEN? */
bool shape_is_open(struct value value);

/* A value of which nothing is known stands where items could be. */
void shape_list_add_source(struct shape_list *list, struct value source);

/* Everything a list has, or the one value: null adds nothing. */
void shape_list_add_all(struct shape_list *list, struct value value);

/* A list; an unknown source that stands alone comes back as it is, HIDDEN as [HIDDEN]. */
struct value shape_list_value(const struct shape_list *list);
NODISCARD bool shape_list_finish(
    const struct shape_list *list, const char *what, struct value *out, struct err *err);

/* A map of fixed keys, which stand in byte order. */
struct value shape_map(
    struct arena *arena, const struct str *keys, const struct value *values, size_t count);

/* The value under this name, or null. */
struct value shape_get(struct value map, const char *name);

/* The value under the first of these names that is there and not null; else null. */
struct value shape_first(struct value map, const char *const *names);

#endif
