/*
 * Any bytes are an expression or an error with a place in them; the tree keeps its promises.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/cel/ast.h"
#include "policies/cel/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promise(bool kept)
{
	if (!kept)
		abort();
}

static void check_tree(const struct cel_ast *ast)
{
	promise(ast->node_count <= CEL_NODES_MAX && ast->nodes[0] == ast->root);
	for (uint32_t id = 0; id < ast->node_count; id++) {
		const struct cel_node *node = ast->nodes[id];

		promise(node->id == id && node->kind < CEL_NODE_KINDS);
		promise(node->from < node->to && node->to <= ast->text.len);
		promise(node->from <= node->at && node->at < node->to);
		promise(node->height >= 1 && node->height <= CEL_HEIGHT_MAX);
		for (uint32_t i = 0; i < node->child_count; i++) {
			promise(node->children[i]->id > id);
			promise(node->children[i]->height < node->height);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct str text = {size ? (const char *)data : "", size};
	struct err err = {.code = ERR_NONE};
	struct cel_ast ast;
	struct buf buf;
	size_t at = SIZE_MAX;

	if (cel_parse(arena, text, &ast, &at, &err)) {
		check_tree(&ast);
	} else {
		promise(err.code == ERR_SYNTAX || err.code == ERR_LIMIT);
		promise(err.text[0] != '\0' && at <= size);
		buf_init(&buf, arena, 4096);
		cel_caret(&buf, text, at);
		promise(!buf.overflow);
	}
	arena_free(arena);
	return 0;
}
