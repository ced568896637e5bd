#include "policies/cel/compile.h"

#include "base/arena.h"

#define FOLD_STEPS 20000

/* A literal that these do not take is a mistake wherever it stands. */
static const char *const checked_functions[] = {
    "timestamp", "duration", "cidr", "ip", "semver", NULL};

static bool is_checked(const struct cel_node *node)
{
	if (node->kind != CEL_NODE_CALL)
		return false;
	for (const char *const *name = checked_functions; *name; name++) {
		if (str_is(node->name, *name))
			return true;
	}
	return false;
}

static bool may_fold(const struct cel_node *node)
{
	if (node->kind == CEL_NODE_CALL && (!node->function || node->function->flags & CEL_IMPURE))
		return false;
	if (node->flags & CEL_OPTIONAL_SELECT)
		return false;
	for (uint32_t i = 0; i < node->child_count; i++) {
		if (node->children[i]->kind != CEL_NODE_CONST ||
		    (node->children[i]->flags & CEL_OPTIONAL_ENTRY))
			return false;
	}
	return true;
}

/* Optionals and the like point into the run; what a program keeps is plain. */
static bool may_keep(struct value value)
{
	return value.kind != CEL_OPTIONAL && value.kind != VALUE_UNKNOWN;
}

void cel_fold(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	struct cel_run *run = c->folder;
	struct value value;

	if (!may_fold(node))
		return;
	run->left = FOLD_STEPS;
	run->memory = CEL_ARENA - ((size_t)1 << 20);
	run->fresh = NULL;
	value = cel_plain_eval[node->kind](run, node);
	if (cel_is_error(value)) {
		const struct cel_error *error = cel_error_of(value);

		if (!error->is_limit && !c->scope->dynamic && (certain || is_checked(node)))
			cel_problem(c, node->at, "%.*s", STR_ARG(error->text));
		return;
	}
	if (!may_keep(value))
		return;
	node->kind = CEL_NODE_CONST;
	node->constant = value;
	node->child_count = 0;
}
