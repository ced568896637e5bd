/*
 * compile.h: inside of cel_compile(); for the engine's own files only.
 *
 * One pass over the tree resolves names, checks calls, folds constants and chooses how each node
 * is evaluated. Problems are collected, the pass goes on. Layer: policies.
 */
#ifndef POLICIES_CEL_COMPILE_H
#define POLICIES_CEL_COMPILE_H

#include "policies/cel/eval.h"
#include "policies/cel/trace.h"

struct cel_local {
	struct str name;
	int32_t slot;
};

struct cel_compiler {
	struct arena *arena;
	const struct cel_scope *scope;
	struct cel_program *program;
	struct cel_problems *problems;
	uint32_t *weights; /* by node id */
	struct cel_run *folder;
	bool dotted; /* some variable or named expression is called a.b */
	size_t pattern_room;
	size_t local_count;
	struct cel_local *locals; /* room for CEL_LOCALS_MAX */
};

/* `certain`: it is evaluated whenever the expression is, and its error is the result. */
void cel_compile_node(struct cel_compiler *c, struct cel_node *node, bool certain);
void cel_compile_children(struct cel_compiler *c, struct cel_node *node, bool certain);

void cel_problem(struct cel_compiler *c, uint32_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* The tree is const for everybody but its compiler. */
static inline struct cel_node *cel_child(const struct cel_node *node, uint32_t i)
{
	struct cel_node *child;

	memcpy(&child, &node->children[i], sizeof(child));
	return child;
}

/* compile_names.c: IDENT and chains of SELECT over one; false: nothing of the scope has that name
 * and the node is no plain chain of names, so its children are to be compiled. */
bool cel_compile_name(struct cel_compiler *c, struct cel_node *node);
bool cel_is_local(const struct cel_compiler *c, const struct cel_node *ident);
/* After the operand is compiled: does the variable have that field? */
void cel_check_field(struct cel_compiler *c, const struct cel_node *node);
/* "a.b.c" of a chain of plain names whose root is no local; false for anything else. */
bool cel_dotted_name(const struct cel_compiler *c, const struct cel_node *node, struct str *out);
/* The names a name may stand for: a.b.x, a.x, x. False after the last. `at` starts at 0. */
bool cel_candidate(
    const struct cel_compiler *c, struct str name, bool root, size_t *at, struct str *out);

/* compile_calls.c */
void cel_compile_call(struct cel_compiler *c, struct cel_node *node, bool certain);

/* fold.c: turns the node into a constant when it is one. */
void cel_fold(struct cel_compiler *c, struct cel_node *node, bool certain);

/* mentions.c */
void cel_find_mentions(struct cel_compiler *c);

/* nearest.c: the one of several names that was probably meant. */
struct cel_nearest {
	struct str wanted, best;
	size_t distance;
};
void cel_nearest_begin(struct cel_nearest *nearest, struct str wanted);
void cel_nearest_try(struct cel_nearest *nearest, struct str name);
/* "; did you mean 'x'?" or "" */
struct str cel_nearest_hint(struct arena *arena, const struct cel_nearest *nearest);

#endif
