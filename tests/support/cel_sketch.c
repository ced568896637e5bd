#include "tests/support/cel_sketch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#define SKETCH_MAX ((size_t)1 << 20)

static void sketch(struct buf *buf, const struct cel_node *node);

static void sketch_bytes(struct buf *buf, const char *prefix, struct str bytes)
{
	buf_adds(buf, prefix);
	buf_addc(buf, '\'');
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.ptr[i];

		if (c < 0x20 || c >= 0x7f || c == '\'')
			buf_addf(buf, "\\x%02x", c);
		else
			buf_addc(buf, (char)c);
	}
	buf_addc(buf, '\'');
}

static void sketch_constant(struct buf *buf, struct value value)
{
	if (value.kind == VALUE_NULL)
		buf_adds(buf, "null");
	else if (value.kind == VALUE_BOOL)
		buf_adds(buf, value.as.boolean ? "true" : "false");
	else if (value.kind == VALUE_INT)
		buf_addf(buf, "%lld", (long long)value.as.integer);
	else if (value.kind == CEL_UINT)
		buf_addf(buf, "%lluu", (unsigned long long)value.as.natural);
	else if (value.kind == CEL_DOUBLE)
		buf_addf(buf, "%#.17g", value.as.real);
	else if (value.kind == CEL_BYTES)
		sketch_bytes(buf, "b", cel_text(value));
	else
		sketch_bytes(buf, "", cel_text(value));
}

static void sketch_children(struct buf *buf, const struct cel_node *node, uint32_t first)
{
	for (uint32_t i = first; i < node->child_count; i++) {
		buf_addc(buf, ' ');
		sketch(buf, node->children[i]);
	}
	buf_addc(buf, ')');
}

static void sketch_name(struct buf *buf, const struct cel_node *node)
{
	if (node->flags & CEL_ROOT_NAME)
		buf_addc(buf, '.');
	buf_add(buf, node->name);
}

static void sketch_select(struct buf *buf, const struct cel_node *node)
{
	const char *quote = node->flags & CEL_QUOTED_NAME ? "`" : "";

	buf_adds(buf, node->kind == CEL_NODE_HAS ? "(has " : "(. ");
	if (node->flags & CEL_OPTIONAL_SELECT)
		buf_rewind(buf, buf->len - 1), buf_adds(buf, "? ");
	sketch(buf, node->children[0]);
	buf_addf(buf, " %s%.*s%s)", quote, STR_ARG(node->name), quote);
}

static void sketch_entries(struct buf *buf, const struct cel_node *node)
{
	bool is_map = node->kind == CEL_NODE_MAP;

	sketch_name(buf, node);
	buf_addc(buf, node->kind == CEL_NODE_LIST ? '[' : '{');
	for (uint32_t i = 0; i < node->child_count; i++) {
		if (i > 0)
			buf_adds(buf, is_map && i % 2 ? ": " : ", ");
		if (node->children[i]->flags & CEL_OPTIONAL_ENTRY)
			buf_addc(buf, '?');
		if (node->kind == CEL_NODE_STRUCT)
			buf_addf(buf, "%.*s: ", STR_ARG(node->fields[i]));
		sketch(buf, node->children[i]);
	}
	buf_addc(buf, node->kind == CEL_NODE_LIST ? ']' : '}');
}

static void sketch_local(struct buf *buf, const struct cel_node *node)
{
	static const char *const loops[CEL_LOOPS] = {
	    [CEL_LOOP_ALL] = "all",
	    [CEL_LOOP_EXISTS] = "exists",
	    [CEL_LOOP_EXISTS_ONE] = "exists_one",
	    [CEL_LOOP_MAP] = "map",
	    [CEL_LOOP_FILTER] = "filter",
	    [CEL_LOOP_TRANSFORM_LIST] = "transformList",
	    [CEL_LOOP_TRANSFORM_MAP] = "transformMap",
	    [CEL_LOOP_TRANSFORM_MAP_ENTRY] = "transformMapEntry",
	};

	buf_addf(buf, "(%s %.*s", node->kind == CEL_NODE_BIND ? "bind" : loops[node->variant],
	    STR_ARG(node->name));
	if (node->name2.len > 0)
		buf_addf(buf, ",%.*s", STR_ARG(node->name2));
	sketch_children(buf, node, 0);
}

static void sketch_chain(struct buf *buf, const struct cel_node *node)
{
	static const char *const chains[CEL_CHAINS] = {
	    [CEL_CHAIN_AS_LIST] = "as_list",
	    [CEL_CHAIN_AS_MAP] = "as_map",
	    [CEL_CHAIN_GET] = "get",
	    [CEL_CHAIN_IS_SET] = "is_set",
	    [CEL_CHAIN_UNKNOWN] = "unknown",
	    [CEL_CHAIN_KNOWN] = "known",
	    [CEL_CHAIN_SENSITIVE] = "sensitive",
	    [CEL_CHAIN_CHANGED] = "changed",
	    [CEL_CHAIN_REPLACED_BY] = "replaced_by",
	    [CEL_CHAIN_REFERS] = "refers",
	};

	buf_addf(buf, "(chain %s", chains[node->variant]);
	sketch_children(buf, node, 0);
}

static void sketch(struct buf *buf, const struct cel_node *node)
{
	static const char *const words[CEL_NODE_KINDS] = {
	    [CEL_NODE_AND] = "&&",
	    [CEL_NODE_OR] = "||",
	    [CEL_NODE_NOT] = "!",
	    [CEL_NODE_IF] = "?",
	    [CEL_NODE_INDEX] = "[]",
	};

	if (node->kind == CEL_NODE_CONST) {
		sketch_constant(buf, node->constant);
	} else if (node->kind == CEL_NODE_IDENT) {
		sketch_name(buf, node);
	} else if (node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_HAS) {
		sketch_select(buf, node);
	} else if (node->kind == CEL_NODE_LIST || node->kind == CEL_NODE_MAP ||
		   node->kind == CEL_NODE_STRUCT) {
		sketch_entries(buf, node);
	} else if (node->kind == CEL_NODE_LOOP || node->kind == CEL_NODE_BIND) {
		sketch_local(buf, node);
	} else if (node->kind == CEL_NODE_CHAIN) {
		sketch_chain(buf, node);
	} else if (node->kind == CEL_NODE_CALL) {
		buf_adds(buf, node->flags & CEL_MEMBER ? "(." : "(");
		sketch_name(buf, node);
		sketch_children(buf, node, 0);
	} else {
		bool optional = (node->flags & CEL_OPTIONAL_SELECT) != 0;

		buf_addf(buf, "(%s", optional ? "[?]" : words[node->kind]);
		sketch_children(buf, node, 0);
	}
}

struct str cel_sketch(struct arena *arena, const struct cel_node *node)
{
	struct buf buf;

	buf_init(&buf, arena, SKETCH_MAX);
	sketch(&buf, node);
	return buf_str(&buf);
}

struct str cel_sketch_places(struct arena *arena, const struct cel_ast *ast)
{
	struct buf buf;

	buf_init(&buf, arena, SKETCH_MAX);
	for (uint32_t i = 0; i < ast->node_count; i++)
		buf_addf(&buf, "%s%.*s @%u", i ? " | " : "",
		    STR_ARG(cel_node_text(ast, ast->nodes[i])), (unsigned)ast->nodes[i]->at);
	return buf_str(&buf);
}

void cel_sketch_check(const struct cel_sketch_row *rows, size_t count)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		struct err err = {.code = ERR_NONE};
		struct cel_ast ast;
		size_t at = 0;

		if (!cel_parse(arena, str_from(rows[i].text), &ast, &at, &err))
			fail_msg("%s: at %zu: %s", rows[i].text, at, err.text);
		struct str got = cel_sketch(arena, ast.root);
		if (!str_is(got, rows[i].want))
			fail_msg(
			    "%s: got %.*s, wanted %s", rows[i].text, STR_ARG(got), rows[i].want);
		for (uint32_t id = 0; id < ast.node_count; id++)
			assert_int_equal(ast.nodes[id]->id, id);
	}
	arena_free(arena);
}
