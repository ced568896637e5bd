#include "policies/cel/compile.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parser/path.h"

#define PATH_MAX_LEN ((size_t)4096)
#define NAMED_DEPTH  CEL_NAMED_DEPTH_MAX

/* Lists that grow while the tree is walked. */
struct finder {
	struct cel_compiler *c;
	struct cel_program *program;
	struct cel_field_use *fields;
	const char **calls;
	struct str *paths;
	const struct cel_program **named;
	size_t path_count, field_room, call_room, path_room, named_room;
	uint8_t *seen; /* by node id: macros may put one node in two places */
};

static void *make_room(struct finder *f, void *items, size_t size, size_t count, size_t *room)
{
	size_t more = *room ? *room * 2 : 8;

	if (count < *room)
		return items;
	items = arena_grow(f->c->arena, items, *room * size, more * size);
	*room = more;
	return items;
}

static void add_field(struct finder *f, size_t variable, struct str field)
{
	size_t count = f->program->field_count;

	for (size_t i = 0; i < count; i++) {
		if (f->fields[i].variable == variable && str_eq(f->fields[i].field, field))
			return;
	}
	f->fields = make_room(f, f->fields, sizeof(*f->fields), count, &f->field_room);
	f->fields[f->program->field_count++] = (struct cel_field_use){variable, field};
}

static void add_call(struct finder *f, const char *name)
{
	size_t count = f->program->call_count;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(f->calls[i], name) == 0)
			return;
	}
	f->calls = make_room(f, f->calls, sizeof(*f->calls), count, &f->call_room);
	f->calls[f->program->call_count++] = name;
}

static void add_path(struct finder *f, struct str path)
{
	for (size_t i = 0; i < f->path_count; i++) {
		if (str_eq(f->paths[i], path))
			return;
	}
	f->paths = make_room(f, f->paths, sizeof(*f->paths), f->path_count, &f->path_room);
	f->paths[f->path_count++] = path;
}

static void add_named(struct finder *f, const struct cel_program *program)
{
	size_t count = f->program->named_count;

	for (size_t i = 0; i < count; i++) {
		if (f->named[i] == program)
			return;
	}
	f->named =
	    make_room(f, f->named, sizeof(const struct cel_program *), count, &f->named_room);
	f->named[f->program->named_count++] = program;
	for (size_t i = 0; i < program->paths.count; i++)
		add_path(f, program->paths.items[i]);
}

/* --- chains --- */

static bool is_link(const struct cel_node *node)
{
	return node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_HAS ||
	       node->kind == CEL_NODE_INDEX;
}

static bool is_computed(const struct cel_node *node)
{
	const struct cel_node *index;

	if (node->kind != CEL_NODE_INDEX)
		return false;
	index = node->children[1];
	return index->kind != CEL_NODE_CONST ||
	       (index->constant.kind != VALUE_STRING && index->constant.kind != VALUE_INT);
}

static void write_link(struct buf *buf, const struct cel_node *node)
{
	struct str name = node->name;

	if (node->kind == CEL_NODE_INDEX) {
		struct value index = node->children[1]->constant;

		if (index.kind == VALUE_INT) {
			path_add_index(buf, index.as.integer);
			return;
		}
		name = value_text(index);
	}
	path_add_key(buf, name);
}

/* The links are chained from the end; the recursion writes them from the front. */
static void write_chain(struct buf *buf, const struct cel_node *node)
{
	if (!is_link(node)) {
		buf_add(buf, node->name);
		return;
	}
	write_chain(buf, node->children[0]);
	write_link(buf, node);
}

/* The part of a chain in front of its first computed index. */
static const struct cel_node *static_part(const struct cel_node *node)
{
	const struct cel_node *part = node;

	for (; is_link(node); node = node->children[0]) {
		if (is_computed(node))
			part = node->children[0];
	}
	return part;
}

/* `parts`: what takes the variable as a whole reads only parts of it. */
static void note_chain(struct finder *f, const struct cel_node *node, bool parts)
{
	const struct cel_node *part = static_part(node), *first = NULL, *root = part;
	struct str path;
	struct err err = {0};
	struct buf buf;

	for (; is_link(root); root = root->children[0])
		first = root;
	if (root->kind != CEL_NODE_IDENT || root->variant != CEL_IDENT_VARIABLE)
		return;
	f->program->variables |= UINT64_C(1) << root->slot;
	if (!first && !parts)
		f->program->whole |= UINT64_C(1) << root->slot;
	else if (first && first->kind != CEL_NODE_INDEX)
		add_field(f, (size_t)root->slot, first->name);
	else if (first)
		add_field(f, (size_t)root->slot, value_text(first->children[1]->constant));
	buf_init(&buf, f->c->arena, PATH_MAX_LEN);
	write_chain(&buf, part);
	if (buf_finish(&buf, &path, &err))
		add_path(f, path);
}

static void find_in(struct finder *f, const struct cel_node *node);

/* Computed indexes, and a root that is no name, hold expressions of their own. */
static void find_in_chain(struct finder *f, const struct cel_node *node)
{
	for (; is_link(node); node = node->children[0]) {
		f->seen[node->id] = 1;
		if (node->kind == CEL_NODE_INDEX)
			find_in(f, node->children[1]);
	}
	if (node->kind != CEL_NODE_IDENT)
		find_in(f, node);
}

/* Children from `first` on that are whole variables, of which only parts are read. */
static void note_parts(struct finder *f, const struct cel_node *node, uint32_t first)
{
	for (uint32_t i = first; i < node->child_count; i++) {
		if (node->children[i]->kind != CEL_NODE_IDENT)
			continue;
		note_chain(f, node->children[i], true);
		f->seen[node->children[i]->id] = 1;
	}
}

static void find_in_call(struct finder *f, const struct cel_node *node)
{
	add_call(f, node->function->name);
	f->program->rewrites |= (node->function->flags & CEL_REWRITES) != 0;
	if (node->function->flags & CEL_READS_PARTS)
		note_parts(f, node, 0);
}

static void find_in_macro(struct finder *f, const struct cel_node *node)
{
	add_call(f, str_to_c(f->c->arena, node->name));
	if (node->variant == CEL_CHAIN_REFERS) /* of the other resource it reads the address */
		note_parts(f, node, 1);
}

static const bool is_computing[CEL_NODE_KINDS] = {
    [CEL_NODE_CALL] = true,
    [CEL_NODE_AND] = true,
    [CEL_NODE_OR] = true,
    [CEL_NODE_NOT] = true,
    [CEL_NODE_IF] = true,
    [CEL_NODE_LOOP] = true,
};

static void find_in(struct finder *f, const struct cel_node *node)
{
	if (f->seen[node->id])
		return;
	f->seen[node->id] = 1;
	f->program->computes |= is_computing[node->kind];
	if (is_link(node) || node->kind == CEL_NODE_IDENT) {
		note_chain(f, node, false);
		find_in_chain(f, node);
		return;
	}
	if (node->kind == CEL_NODE_CALL && node->function)
		find_in_call(f, node);
	if (node->kind == CEL_NODE_CHAIN)
		find_in_macro(f, node);
	if (node->kind == CEL_NODE_NAMED)
		add_named(f, node->extra);
	for (uint32_t i = 0; i < node->child_count; i++)
		find_in(f, node->children[i]);
}

void cel_find_mentions(struct cel_compiler *c)
{
	struct cel_program *program = c->program;
	struct finder f = {.c = c, .program = program};

	f.seen = arena_array(c->arena, uint8_t, program->ast.node_count);
	find_in(&f, program->root);
	program->fields = f.fields;
	program->calls = f.calls;
	program->named = f.named;
	program->paths = (struct cel_paths){f.paths, f.path_count};
}

/* --- questions --- */

static bool mentions_variable(const struct cel_program *program, size_t variable, unsigned depth)
{
	if (program->variables >> variable & 1)
		return true;
	for (size_t i = 0; i < program->named_count && depth < NAMED_DEPTH; i++) {
		if (mentions_variable(program->named[i], variable, depth + 1))
			return true;
	}
	return false;
}

bool cel_mentions_variable(const struct cel_program *program, size_t variable)
{
	return variable < CEL_VARIABLES_MAX && mentions_variable(program, variable, 0);
}

static bool mentions_field(
    const struct cel_program *program, size_t variable, struct str field, unsigned depth)
{
	if (program->whole >> variable & 1)
		return true;
	for (size_t i = 0; i < program->field_count; i++) {
		if (program->fields[i].variable == variable &&
		    str_eq(program->fields[i].field, field))
			return true;
	}
	for (size_t i = 0; i < program->named_count && depth < NAMED_DEPTH; i++) {
		if (mentions_field(program->named[i], variable, field, depth + 1))
			return true;
	}
	return false;
}

bool cel_mentions_field(const struct cel_program *program, size_t variable, struct str field)
{
	return variable < CEL_VARIABLES_MAX && mentions_field(program, variable, field, 0);
}

static bool calls(const struct cel_program *program, const char *function, unsigned depth)
{
	for (size_t i = 0; i < program->call_count; i++) {
		if (strcmp(program->calls[i], function) == 0)
			return true;
	}
	for (size_t i = 0; i < program->named_count && depth < NAMED_DEPTH; i++) {
		if (calls(program->named[i], function, depth + 1))
			return true;
	}
	return false;
}

bool cel_calls(const struct cel_program *program, const char *function)
{
	return calls(program, function, 0);
}

static bool computes(const struct cel_program *program, unsigned depth)
{
	bool any = program->computes;

	for (size_t i = 0; !any && i < program->named_count && depth < NAMED_DEPTH; i++)
		any = computes(program->named[i], depth + 1);
	return any;
}

bool cel_computes(const struct cel_program *program)
{
	return computes(program, 0);
}

static bool rewrites(const struct cel_program *program, unsigned depth)
{
	bool any = program->rewrites;

	for (size_t i = 0; !any && i < program->named_count && depth < NAMED_DEPTH; i++)
		any = rewrites(program->named[i], depth + 1);
	return any;
}

bool cel_rewrites(const struct cel_program *program)
{
	return rewrites(program, 0);
}

struct cel_paths cel_paths(const struct cel_program *program)
{
	return program->paths;
}
