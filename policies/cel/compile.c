#include "policies/cel/compile.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/regex.h"

#define WEIGHT_MAX ((uint32_t)CEL_STEPS + 1)

/* --- problems --- */

void cel_problem(struct cel_compiler *c, uint32_t at, const char *fmt, ...)
{
	struct cel_problems *problems = c->problems;
	char text[ERR_TEXT_MAX];
	size_t place = problems->count;
	va_list args;

	if (problems->count == CEL_PROBLEMS_MAX)
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	/* in order of the source */
	while (place > 0 && problems->items[place - 1].at > at) {
		problems->items[place] = problems->items[place - 1];
		place--;
	}
	problems->items[place] =
	    (struct cel_problem){.at = at, .text = str_copy(c->arena, str_from(text))};
	problems->count++;
}

/* --- nodes --- */

void cel_compile_children(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	for (uint32_t i = 0; i < node->child_count; i++)
		cel_compile_node(c, cel_child(node, i), certain);
}

static int32_t push_local(struct cel_compiler *c, const struct cel_node *node, struct str name)
{
	size_t slot = c->local_count;

	if (slot == CEL_LOCALS_MAX) {
		cel_problem(c, node->at, "too many variables of macros inside each other");
		return 0;
	}
	c->locals[slot] = (struct cel_local){name, (int32_t)slot};
	c->local_count++;
	return (int32_t)slot;
}

static void compile_const(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	(void)c;
	(void)node;
	(void)certain;
}

static void compile_ident(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	(void)certain;
	(void)cel_compile_name(c, node);
}

static void compile_select(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	if (cel_compile_name(c, node))
		return;
	cel_compile_children(c, node, certain);
	cel_check_field(c, node);
	cel_fold(c, node, certain);
}

static void compile_has(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	cel_compile_children(c, node, certain);
	cel_check_field(c, node);
}

static void compile_folded(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	cel_compile_children(c, node, certain);
	cel_fold(c, node, certain);
}

static void check_condition(struct cel_compiler *c, const struct cel_node *node, const char *where)
{
	if (node->kind != CEL_NODE_CONST || node->constant.kind == VALUE_BOOL || c->scope->dynamic)
		return;
	cel_problem(c, node->from, "%s needs true or false, this is a %s", where,
	    cel_kind_name(node->constant.kind));
}

static void compile_logic(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	(void)certain;
	cel_compile_children(c, node, false);
	for (uint32_t i = 0; i < node->child_count; i++)
		check_condition(c, node->children[i], node->kind == CEL_NODE_AND ? "'&&'" : "'||'");
}

static void compile_if(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	cel_compile_node(c, cel_child(node, 0), certain);
	cel_compile_node(c, cel_child(node, 1), false);
	cel_compile_node(c, cel_child(node, 2), false);
	check_condition(c, node->children[0], "the condition of '?:'");
}

static void compile_struct(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	cel_compile_children(c, node, certain);
	if (!c->scope->dynamic)
		cel_problem(c, node->at, "messages such as '%.*s{}' are not supported",
		    STR_ARG(node->name));
}

static uint32_t add_weights(uint32_t a, uint32_t b)
{
	return a + b > WEIGHT_MAX ? WEIGHT_MAX : a + b;
}

/* The rounds are paid for one by one: the price stands in constant.len (eval_loop.c). */
static void compile_loop(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	size_t outer = c->local_count;
	uint32_t round = 1;

	cel_compile_node(c, cel_child(node, 0), certain);
	node->slot = push_local(c, node, node->name);
	node->slot2 = node->name2.len > 0 ? push_local(c, node, node->name2) : -1;
	for (uint32_t i = 1; i < node->child_count; i++) {
		cel_compile_node(c, cel_child(node, i), false);
		round = add_weights(round, c->weights[node->children[i]->id]);
	}
	if (node->variant <= CEL_LOOP_EXISTS_ONE || node->variant == CEL_LOOP_FILTER)
		check_condition(c, node->children[1], "the condition of a macro");
	node->constant.len = round;
	c->local_count = outer;
}

static void compile_bind(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	size_t outer = c->local_count;

	cel_compile_node(c, cel_child(node, 0), false);
	node->slot = push_local(c, node, node->name);
	cel_compile_node(c, cel_child(node, 1), certain);
	c->local_count = outer;
}

static bool needs_path(const struct cel_node *node)
{
	return node->variant == CEL_CHAIN_CHANGED || node->variant == CEL_CHAIN_REPLACED_BY ||
	       node->variant == CEL_CHAIN_REFERS;
}

/* A local can be another resource, whose references the host knows too; its other side is not. */
static void check_path(struct cel_compiler *c, const struct cel_node *path, bool local_may_be)
{
	const struct cel_node *root = path;

	while (root->kind == CEL_NODE_SELECT || root->kind == CEL_NODE_INDEX)
		root = root->children[0];
	if (root->kind == CEL_NODE_IDENT && (local_may_be || root->variant != CEL_IDENT_LOCAL))
		return;
	cel_problem(c, path->from,
	    "a path that starts at a variable is needed here, such as resource.after.name");
}

static void compile_chain(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	cel_compile_children(c, node, certain && !(node->child_count > 1));
	if (needs_path(node) && !c->scope->dynamic)
		check_path(c, node->children[0], node->variant == CEL_CHAIN_REFERS);
}

static void (*const compilers[CEL_NODE_KINDS])(
    struct cel_compiler *c, struct cel_node *node, bool certain) = {
    [CEL_NODE_CONST] = compile_const,
    [CEL_NODE_IDENT] = compile_ident,
    [CEL_NODE_SELECT] = compile_select,
    [CEL_NODE_HAS] = compile_has,
    [CEL_NODE_INDEX] = compile_folded,
    [CEL_NODE_CALL] = cel_compile_call,
    [CEL_NODE_AND] = compile_logic,
    [CEL_NODE_OR] = compile_logic,
    [CEL_NODE_NOT] = compile_folded,
    [CEL_NODE_IF] = compile_if,
    [CEL_NODE_LIST] = compile_folded,
    [CEL_NODE_MAP] = compile_folded,
    [CEL_NODE_STRUCT] = compile_struct,
    [CEL_NODE_LOOP] = compile_loop,
    [CEL_NODE_BIND] = compile_bind,
    [CEL_NODE_CHAIN] = compile_chain,
    [CEL_NODE_NAMED] = compile_const,
};

static uint32_t weight_of(const struct cel_compiler *c, const struct cel_node *node)
{
	uint32_t children = node->kind == CEL_NODE_LOOP ? 1 : node->child_count;
	uint32_t weight = 1;

	for (uint32_t i = 0; i < children; i++)
		weight = add_weights(weight, c->weights[node->children[i]->id]);
	return weight;
}

/* A macro may have put one node in two places: the second time it is done already. */
void cel_compile_node(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	if (node->eval)
		return;
	compilers[node->kind](c, node, certain);
	c->weights[node->id] = weight_of(c, node);
	cel_specialise(c->arena, node);
}

/* --- the program --- */

static bool check_scope(struct cel_compiler *c)
{
	if (c->scope->variable_count <= CEL_VARIABLES_MAX)
		return true;
	cel_problem(c, 0, "more than %d variables", CEL_VARIABLES_MAX);
	return false;
}

static bool has_dotted_names(const struct cel_scope *scope)
{
	size_t at;

	for (size_t i = 0; i < scope->variable_count; i++) {
		if (str_find_char(scope->variables[i].name, '.', &at))
			return true;
	}
	for (size_t i = 0; i < scope->named_count; i++) {
		if (str_find_char(scope->named[i].name, '.', &at))
			return true;
	}
	return false;
}

static void compile_root(struct cel_compiler *c)
{
	struct cel_program *program = c->program;
	struct cel_node *root = program->ast.root;

	cel_compile_node(c, root, true);
	program->root = root;
	program->weight = c->weights[root->id];
	program->cost = root->cost;
	cel_find_mentions(c);
}

/* Constants are computed by the same code as everything else. */
static void compile_all(struct cel_compiler *c)
{
	char texts[CEL_REGEX_CACHE * CEL_REGEX_CACHE_TEXT];
	struct cel_trace trace = {.arena = c->arena};
	struct cel_run folder;

	memset(&folder, 0, offsetof(struct cel_run, memo));
	folder.results = folder.arena = c->arena;
	folder.trace = &trace;
	folder.hints = c->program->hints;
	folder.cache_texts = texts;
	c->folder = &folder;
	c->dotted = has_dotted_names(c->scope);
	compile_root(c);
	cel_run_free(&folder);
	c->folder = NULL;
}

bool cel_compile(struct arena *arena, const struct cel_scope *scope, struct str text,
    struct cel_program **out, struct cel_problems *problems)
{
	struct cel_program *program = arena_make(arena, struct cel_program);
	struct cel_local locals[CEL_LOCALS_MAX];
	struct cel_compiler c = {.arena = arena,
	    .scope = scope,
	    .program = program,
	    .problems = problems,
	    .locals = locals};
	struct err err = {0};
	size_t at = 0;

	*out = program;
	problems->count = 0;
	if (!check_scope(&c))
		return false;
	if (!cel_parse(arena, text, &program->ast, &at, &err)) {
		cel_problem(&c, (uint32_t)(at < UINT32_MAX ? at : UINT32_MAX), "%s", err.text);
		return false;
	}
	c.weights = arena_array(arena, uint32_t, program->ast.node_count);
	program->hints = arena_array(arena, uint32_t, program->ast.node_count);
	compile_all(&c);
	if (problems->count == 0)
		return true;
	cel_program_free(program);
	return false;
}

void cel_program_free(struct cel_program *program)
{
	if (!program)
		return;
	for (size_t i = 0; i < program->pattern_count; i++)
		regex_free(program->patterns[i].regex);
	program->pattern_count = 0;
}

const struct cel_ast *cel_program_ast(const struct cel_program *program)
{
	return &program->ast;
}
