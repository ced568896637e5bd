#include "policies/cel/eval.h"

#include "base/arena.h"
#include "policies/cel/trace.h"

cel_eval_fn *const cel_plain_eval[CEL_NODE_KINDS] = {
    [CEL_NODE_CONST] = cel_eval_const,
    [CEL_NODE_IDENT] = cel_eval_ident,
    [CEL_NODE_SELECT] = cel_eval_select,
    [CEL_NODE_HAS] = cel_eval_has,
    [CEL_NODE_INDEX] = cel_eval_index,
    [CEL_NODE_CALL] = cel_eval_call,
    [CEL_NODE_AND] = cel_eval_and,
    [CEL_NODE_OR] = cel_eval_or,
    [CEL_NODE_NOT] = cel_eval_not,
    [CEL_NODE_IF] = cel_eval_if,
    [CEL_NODE_LIST] = cel_eval_list,
    [CEL_NODE_MAP] = cel_eval_map,
    [CEL_NODE_STRUCT] = cel_eval_struct,
    [CEL_NODE_LOOP] = cel_eval_loop,
    [CEL_NODE_BIND] = cel_eval_bind,
    [CEL_NODE_CHAIN] = cel_eval_chain,
    [CEL_NODE_NAMED] = cel_eval_named,
};

struct value cel_eval_const(struct cel_run *run, const struct cel_node *node)
{
	(void)run;
	return node->constant;
}

struct value cel_eval_ident(struct cel_run *run, const struct cel_node *node)
{
	switch ((enum cel_ident)node->variant) {
	case CEL_IDENT_VARIABLE:
		return cel_load(run->activation[node->slot]);
	case CEL_IDENT_LOCAL:
		return run->frame[node->slot];
	case CEL_IDENT_UNDECLARED:
		break;
	}
	return cel_fail(run, "undeclared reference to '%.*s'", STR_ARG(node->name));
}

/* A local may hold an error: it counts only where the local is used. */
struct value cel_eval_bind(struct cel_run *run, const struct cel_node *node)
{
	run->frame[node->slot] = cel_eval(run, node->children[0]);
	return cel_eval(run, node->children[1]);
}

static struct value *frame_at(struct cel_run *run, uint32_t depth)
{
	if (!run->frames[depth])
		run->frames[depth] = arena_array(run->arena, struct value, CEL_LOCALS_MAX);
	return run->frames[depth];
}

/* An error inside a named expression has its place in another text. */
static struct value name_error(struct cel_run *run, const struct cel_node *node, struct value error)
{
	const struct cel_error *inner = cel_error_of(error);

	run->fresh = NULL;
	if (!run->trace || inner->is_limit)
		return error;
	return cel_fail(run, "in '%.*s': %.*s", STR_ARG(node->name), STR_ARG(inner->text));
}

static struct value run_named(
    struct cel_run *run, const struct cel_node *node, const struct cel_program *program)
{
	const struct cel_program *outer = run->program;
	struct value *frame = run->frame;
	struct value value;

	run->depth++;
	run->frame = frame_at(run, run->depth);
	run->program = program;
	run->hints = program->hints;
	value = program->root->eval(run, program->root);
	run->depth--;
	run->frame = frame;
	run->program = outer;
	run->hints = outer->hints;
	return value.kind == CEL_ERROR ? name_error(run, node, value) : value;
}

/* Where the run keeps what it says of the subject at hand; NULL: it does not. A traced run has to
 * see every node. */
static struct cel_kept *kept_of(struct cel_run *run, const struct cel_program *program)
{
	if (!program->is_kept || !run->keep || run->trace)
		return NULL;
	return &run->kept[program->kept];
}

static struct value run_kept(struct cel_run *run, const struct cel_node *node,
    const struct cel_program *program, struct cel_kept *kept)
{
	struct arena *results = run->results;
	size_t before = run->memory;
	struct value value;

	run->results = run->keep;
	value = run_named(run, node, program);
	run->results = results;
	run->kept_memory += run->memory - before;
	if (!cel_is_special(value))
		*kept = (struct cel_kept){program, run->subject, value};
	return value;
}

struct value cel_eval_named(struct cel_run *run, const struct cel_node *node)
{
	const struct cel_program *program = node->extra;
	struct cel_kept *kept = kept_of(run, program);
	struct value value;

	if (kept && kept->program == program && kept->subject == run->subject)
		return kept->value;
	for (size_t i = 0; i < run->memo_count; i++) {
		if (run->memo[i].program == program)
			return run->memo[i].value;
	}
	if (run->depth >= CEL_NAMED_DEPTH_MAX)
		return cel_fail_limit(run, "named expressions use each other too deeply");
	if (!cel_pay(run, program->weight))
		return cel_fail_limit(run, "the expression needs too many steps");
	if (kept && run->kept_memory < CEL_KEPT_MEMORY)
		value = run_kept(run, node, program, kept);
	else
		value = run_named(run, node, program);
	if (run->memo_count < CEL_MEMO_MAX)
		run->memo[run->memo_count++] = (struct cel_memo){program, value};
	return value;
}

void cel_pending_add(struct cel_run *run, struct cel_pending *pending, struct value special)
{
	if (special.kind == VALUE_UNKNOWN) {
		pending->unknown = pending->has_unknown
				       ? cel_join_unknowns(run, pending->unknown, special)
				       : special;
		pending->has_unknown = true;
		return;
	}
	if (!pending->has_error) {
		pending->error = special;
		pending->has_error = true;
		return;
	}
	cel_absorb(run, special);
}
