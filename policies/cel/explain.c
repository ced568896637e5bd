#include "policies/cel/trace.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/cel/run.h"

#define VALUE_MAX_LEN  80
#define SOURCE_MAX_LEN 120
#define INDENT_MAX     40
#define RESIDUAL_MAX   ((size_t)2000)

static const struct cel_node_trace *trace_of(
    const struct cel_trace *trace, const struct cel_node *node)
{
	return &trace->nodes[node->id];
}

static bool is_logic(const struct cel_node *node)
{
	return node->kind == CEL_NODE_AND || node->kind == CEL_NODE_OR;
}

/* White space of the source becomes one blank, a long source is cut. */
static void add_source(
    struct buf *buf, const struct cel_trace *trace, const struct cel_node *node, size_t limit)
{
	struct str text = cel_node_text(&trace->program->ast, node);
	size_t from = buf->len;
	bool blank = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			blank = buf->len > from;
			continue;
		}
		/* not in the middle of a character */
		if (buf->len - from >= limit && ((unsigned char)c & 0xc0) != 0x80) {
			buf_adds(buf, "...");
			return;
		}
		if (blank)
			buf_addc(buf, ' ');
		blank = false;
		buf_addc(buf, c);
	}
}

static void add_paths(struct buf *buf, const struct cel_trace *trace, struct value unknown)
{
	struct cel_unknowns paths = cel_unknown_paths(trace->arena, unknown);

	if (unknown.marks & CEL_BECAUSE_HIDDEN) {
		buf_adds(buf, "(sensitive)");
		return;
	}
	buf_adds(buf, "(known after apply)");
	for (size_t i = 0; i < paths.count; i++)
		buf_addf(buf, "%s%.*s", i > 0 ? ", " : ": ", STR_ARG(paths.paths[i]));
}

static bool was_absorbed(const struct cel_trace *trace, struct value error)
{
	for (size_t i = 0; i < trace->absorbed_count; i++) {
		if (trace->absorbed[i] == error.as.other)
			return true;
	}
	return false;
}

static void add_value(struct buf *buf, const struct cel_trace *trace, struct value value)
{
	if (value.kind == CEL_ERROR) {
		buf_addf(buf, "error: %.*s%s", STR_ARG(cel_error_of(value)->text),
		    was_absorbed(trace, value) ? " (passed over)" : "");
		return;
	}
	if (value.kind == VALUE_UNKNOWN) {
		add_paths(buf, trace, value);
		return;
	}
	if (value.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE)) {
		buf_adds(buf, "(sensitive)");
		return;
	}
	buf_add(buf, cel_to_text(trace->arena, value, VALUE_MAX_LEN));
}

static void add_values(struct buf *buf, const struct cel_trace *trace, const struct cel_node *node)
{
	const struct cel_node_trace *kept = trace_of(trace, node);

	if (kept->rounds == 0) {
		buf_adds(buf, "  -- not needed");
		return;
	}
	buf_adds(buf, "  => ");
	for (uint32_t i = 0; i < kept->rounds && i < TRACE_KEPT; i++) {
		if (i > 0)
			buf_adds(buf, " | ");
		add_value(buf, trace, kept->values[i]);
	}
	if (kept->rounds > TRACE_KEPT)
		buf_addf(buf, " | ... (%u rounds)", kept->rounds);
}

/* Constants say nothing that the source does not; inside a path only its end does. */
static bool says_something(const struct cel_node *parent, const struct cel_node *node)
{
	if (node->kind == CEL_NODE_CONST)
		return false;
	return !parent || !(parent->kind == CEL_NODE_SELECT || parent->kind == CEL_NODE_HAS) ||
	       (node->kind != CEL_NODE_SELECT && node->kind != CEL_NODE_IDENT);
}

static void explain(struct buf *buf, const struct cel_trace *trace, const struct cel_node *parent,
    const struct cel_node *node, unsigned depth)
{
	bool shown = says_something(parent, node);

	if (shown) {
		buf_repeat(buf, ' ', 2 * (size_t)(depth < INDENT_MAX ? depth : INDENT_MAX));
		add_source(buf, trace, node, SOURCE_MAX_LEN);
		add_values(buf, trace, node);
		buf_addc(buf, '\n');
	}
	/* What lies below a node that was not needed was not needed either. */
	if (trace_of(trace, node)->rounds == 0 && shown)
		return;
	for (uint32_t i = 0; i < node->child_count; i++)
		explain(buf, trace, node, node->children[i], depth + shown);
}

void cel_explain(struct buf *buf, const struct cel_trace *trace)
{
	explain(buf, trace, NULL, trace->root, 0);
}

/* --- residual --- */

static bool is_undecided(const struct cel_trace *trace, const struct cel_node *node)
{
	const struct cel_node_trace *kept = trace_of(trace, node);

	return kept->rounds > 0 && kept->values[0].kind == VALUE_UNKNOWN;
}

static size_t undecided_operands(const struct cel_trace *trace, const struct cel_node *node)
{
	size_t count = 0;

	for (uint32_t i = 0; i < node->child_count; i++)
		count += is_undecided(trace, node->children[i]);
	return count;
}

static void add_residual(struct buf *buf, const struct cel_trace *trace,
    const struct cel_node *parent, const struct cel_node *node)
{
	size_t count = is_logic(node) ? undecided_operands(trace, node) : 0;
	bool wrapped = parent && count > 1 && node->kind != parent->kind;
	size_t written = 0;

	if (count == 0) {
		add_source(buf, trace, node, RESIDUAL_MAX);
		return;
	}
	if (wrapped)
		buf_addc(buf, '(');
	for (uint32_t i = 0; i < node->child_count; i++) {
		if (!is_undecided(trace, node->children[i]))
			continue;
		if (written++ > 0)
			buf_adds(buf, node->kind == CEL_NODE_AND ? " && " : " || ");
		add_residual(buf, trace, node, node->children[i]);
	}
	if (wrapped)
		buf_addc(buf, ')');
}

struct str cel_residual(struct arena *arena, const struct cel_trace *trace)
{
	struct buf buf;

	buf_init(&buf, arena, RESIDUAL_MAX + SOURCE_MAX_LEN);
	if (is_undecided(trace, trace->root))
		add_residual(&buf, trace, NULL, trace->root);
	return buf_str(&buf);
}
