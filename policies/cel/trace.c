#include "policies/cel/trace.h"

#include "base/arena.h"
#include "policies/cel/eval.h"

/* The node of the trace's tree does what the kind says, and keeps what came out. */
static struct value eval_traced(struct cel_run *run, const struct cel_node *node)
{
	struct value value = cel_plain_eval[node->kind](run, node);

	if (run->fresh) {
		if (value.kind == CEL_ERROR && value.as.other == run->fresh) {
			run->fresh->from = node->from;
			run->fresh->to = node->to;
		}
		run->fresh = NULL;
	}
	cel_trace_note(run, node, value);
	return value;
}

void cel_trace_note(struct cel_run *run, const struct cel_node *node, struct value value)
{
	struct cel_trace *trace = run->trace;
	struct cel_node_trace *kept;

	/* Named expressions run their fast tree: their nodes are not this program's. */
	if (!trace || !trace->nodes || run->program != trace->program)
		return;
	kept = &trace->nodes[node->id];
	if (kept->rounds < TRACE_KEPT)
		kept->values[kept->rounds] = value;
	if (kept->rounds < UINT32_MAX)
		kept->rounds++;
}

void cel_absorb(struct cel_run *run, struct value error)
{
	struct cel_trace *trace = run->trace;

	if (!trace || error.kind != CEL_ERROR || !error.as.other)
		return;
	for (size_t i = 0; i < trace->absorbed_count; i++) {
		if (trace->absorbed[i] == error.as.other)
			return;
	}
	if (trace->absorbed_count < TRACE_ABSORBED)
		trace->absorbed[trace->absorbed_count++] = error.as.other;
}

/* `made` keeps nodes that stand in two places one node. */
static const struct cel_node *copy_node(
    struct arena *arena, const struct cel_node *node, const struct cel_node **made)
{
	struct cel_node *copy;
	const struct cel_node **children;

	if (made[node->id])
		return made[node->id];
	copy = arena_make(arena, struct cel_node);
	*copy = *node;
	copy->eval = eval_traced;
	if (node->kind == CEL_NODE_AND || node->kind == CEL_NODE_OR)
		copy->extra = NULL; /* in the order of the source */
	children = arena_alloc_array(arena, node->child_count, sizeof(const struct cel_node *));
	for (uint32_t i = 0; i < node->child_count; i++)
		children[i] = copy_node(arena, node->children[i], made);
	copy->children = children;
	made[node->id] = copy;
	return copy;
}

void cel_trace_begin(struct arena *arena, const struct cel_program *program, struct cel_trace *out)
{
	size_t count = program->ast.node_count;
	const struct cel_node **made =
	    arena_alloc_array(arena, count, sizeof(const struct cel_node *));

	*out = (struct cel_trace){.arena = arena, .program = program};
	out->nodes = arena_array(arena, struct cel_node_trace, count);
	out->root = copy_node(arena, program->root, made);
}

void cel_trace_again(struct cel_trace *trace, struct arena *arena)
{
	if (!trace->program)
		return;
	trace->arena = arena;
	trace->absorbed_count = 0;
	for (size_t i = 0; i < trace->program->ast.node_count; i++)
		trace->nodes[i].rounds = 0;
}
