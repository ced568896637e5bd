/*
 * shape_sketch.h: values of resources and the shapes made of them, as text that a table of tests
 * can hold.
 *
 * Written: JSON with ' for ", where "?after.x" is unknown (with that path), "#" is hidden and "!x"
 * is the secret text x. Sketched: texts bare ("x!" when secret), ?path, #, - for null, [a,b],
 * {k:v}, {from, to} as from-to.
 */
#ifndef TESTS_SUPPORT_SHAPE_SKETCH_H
#define TESTS_SUPPORT_SHAPE_SKETCH_H

#include "base/value.h"

struct arena;
struct buf;

struct value shape_written(struct arena *arena, const char *text);
void shape_sketch(struct buf *out, struct value value);

/* Fields of an item by a format: "%direction %protocol" takes those fields; items joined by "; ".
 */
struct str shape_sketch_items(struct arena *arena, struct value items, const char *format);

/* Where shared data is, or NULL (a CI run without it fails). */
const char *shape_shared_dir(void);

/* Every side of every change of every plan in JSON of the shared data. */
typedef void shape_visitor(void *context, struct str type, struct value values);
void shape_visit_plans(const char *shared, shape_visitor *visit, void *context);

#endif
