/*
 * cel_sketch.h: the tree of an expression as one line, for tables of tests.
 *
 * "a + b.c" is (_+_ a (. b c)); members and optional parts carry their marks: (.f x 1), (.? a b),
 * [?x], {?k: v}; macros are (all x list body), (bind x value body), (get path fallback), (has a b).
 */
#ifndef TESTS_SUPPORT_CEL_SKETCH_H
#define TESTS_SUPPORT_CEL_SKETCH_H

#include "policies/cel/ast.h"

struct str cel_sketch(struct arena *arena, const struct cel_node *node);

/* Ends the test at the first row whose tree is another one, or whose nodes are not numbered. */
struct cel_sketch_row {
	const char *text, *want;
};
void cel_sketch_check(const struct cel_sketch_row *rows, size_t count);

/* Every node in order of ids as "text @at", joined by " | ". */
struct str cel_sketch_places(struct arena *arena, const struct cel_ast *ast);

#endif
