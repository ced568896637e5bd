/*
 * module_tree.h: changes by the module they stand in, as a tree.
 *
 * Node 0 is the root module. Children stand in the order in which their first change came, so that
 * of rows by importance the module that loses something comes first.
 *
 * Ownership: nodes and row numbers in the arena given, texts are the changes'. Limits: modules
 * deeper than MODULE_DEPTH_MAX keep the rest of their path as one name. Time: linear. Layer:
 * report.
 */
#ifndef REPORT_MODULE_TREE_H
#define REPORT_MODULE_TREE_H

#include "report/outcome.h"

#define MODULE_DEPTH_MAX 32
#define MODULE_NONE	 UINT32_MAX

struct module_node {
	struct str path;				/* "module.a.module.b[0]"; empty: root */
	uint32_t parent, first_child, last_child, next; /* MODULE_NONE: there is none */
	uint32_t depth, child_count;
	const uint32_t *rows; /* numbers of the changes that stand right here, in their order */
	size_t row_count;
	size_t own[CHANGE_GROUPS]; /* of these */
	size_t all[CHANGE_GROUPS]; /* with the modules below */
	size_t total;		   /* sum of `all` */
};

struct module_tree {
	struct module_node *nodes;
	size_t count;
};

void module_tree_of(struct arena *arena, const struct outcome_change *changes, size_t count,
    struct module_tree *out);
/* The same with the rows in another order: their numbers; NULL: as they stand. */
void module_tree_in_order(struct arena *arena, const struct outcome_change *changes,
    const uint32_t *order, size_t count, struct module_tree *out);

/* A node without rows of its own and with one module below says nothing: the first that does. */
uint32_t module_tree_telling(const struct module_tree *tree, uint32_t node);
/* The path of `node` without that of `above`, which it begins with: "module.b[0]". */
struct str module_tree_label(const struct module_tree *tree, uint32_t node, uint32_t above);

#endif
