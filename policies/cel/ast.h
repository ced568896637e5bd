/*
 * ast.h: the tree of an expression, from text to what is evaluated.
 *
 * cel_parse() makes it: operators are CALLs of functions named as in the specification ("_+_",
 * "-_", "@in"), macros become HAS, LOOP, BIND and CHAIN nodes at once (so that an explanation can
 * show what the author wrote: every node knows its bytes). cel_compile() (cel.h) resolves names in
 * place. A macro's name with another number of arguments stays a CALL.
 *
 * What macros make: x.optMap(v, e) is BIND("@target", x, IF(@target.hasValue(),
 * optional.of(BIND(v, @target.value(), e)), optional.none())), optFlatMap the same without
 * optional.of; these CALLs are global ones named "optional.of" and "optional.none", with
 * CEL_ROOT_NAME. cel.block([a, b], e) is BIND("@index0", a, BIND("@index1", b, e)), with
 * IDENTs of these names for cel.index(n) and "@it:n:m" for cel.iterVar(n, m). Names with an @ are
 * always locals: no text can spell them. Nodes that stand for nothing written have the bytes of
 * what they belong to.
 *
 * Grammar: the CEL language definition, with the optional syntax (.? [?] {?k: v}), names in
 * backquotes, raw, byte and triple-quoted strings. Limits: CEL_TEXT_MAX bytes, CEL_DEPTH_MAX levels
 * of nesting in the text, CEL_HEIGHT_MAX levels of the tree (`a + b + c` has three), which bounds
 * every recursion over it, CEL_NODES_MAX nodes.
 *
 * Errors: ERR_SYNTAX, ERR_LIMIT with the byte in *at; the text says what was expected there.
 * Ownership: nodes in the arena given; names and strings may be views of the text. Layer: policies.
 */
#ifndef POLICIES_CEL_AST_H
#define POLICIES_CEL_AST_H

#include "policies/cel/value.h"

struct arena;
struct err;
struct cel_function;
struct cel_node;
struct cel_run;

#define CEL_TEXT_MAX   ((size_t)64 << 10)
#define CEL_DEPTH_MAX  200
#define CEL_HEIGHT_MAX 1000
#define CEL_NODES_MAX  ((size_t)20000)

enum cel_node_kind {
	CEL_NODE_CONST,	 /* constant */
	CEL_NODE_IDENT,	 /* name; leading dot: CEL_ROOT_NAME */
	CEL_NODE_SELECT, /* children[0] . name */
	CEL_NODE_HAS,	 /* has(children[0].name) */
	CEL_NODE_INDEX,	 /* children[0] [ children[1] ] */
	CEL_NODE_CALL,	 /* name(children...), or children[0].name(rest...) with CEL_MEMBER */
	CEL_NODE_AND,	 /* all children, in source order: a && b && c is one node */
	CEL_NODE_OR,
	CEL_NODE_NOT,
	CEL_NODE_IF,	 /* children: condition, yes, no */
	CEL_NODE_LIST,	 /* children; optional elements carry CEL_OPTIONAL_ENTRY */
	CEL_NODE_MAP,	 /* children: key, value, key, value ... (the mark is on the key) */
	CEL_NODE_STRUCT, /* name{field: value}: children are values, fields their names */
	CEL_NODE_LOOP,	 /* a comprehension macro; children: range, then its expressions */
	CEL_NODE_BIND,	 /* cel.bind(name, children[0], children[1]); also optMap's inner part */
	CEL_NODE_CHAIN,	 /* own macros over a select chain: children[0] is the chain */
	CEL_NODE_NAMED,	 /* a named expression of the scope (made by cel_compile) */
	CEL_NODE_KINDS,
};

enum cel_loop { /* which comprehension; `v1`, `v2` are locals (v2 < 0: one variable) */
	CEL_LOOP_ALL,
	CEL_LOOP_EXISTS,
	CEL_LOOP_EXISTS_ONE,
	CEL_LOOP_MAP, /* children: range, transform; or range, filter, transform */
	CEL_LOOP_FILTER,
	CEL_LOOP_TRANSFORM_LIST, /* children as MAP, two variables */
	CEL_LOOP_TRANSFORM_MAP,
	CEL_LOOP_TRANSFORM_MAP_ENTRY,
	CEL_LOOPS,
};

enum cel_chain { /* macros whose argument is a path that may be missing: policies design, 2 */
	CEL_CHAIN_AS_LIST,
	CEL_CHAIN_AS_MAP,
	CEL_CHAIN_GET, /* children[1]: the fallback */
	CEL_CHAIN_IS_SET,
	CEL_CHAIN_UNKNOWN,
	CEL_CHAIN_KNOWN,
	CEL_CHAIN_SENSITIVE,
	CEL_CHAIN_CHANGED,
	CEL_CHAIN_REPLACED_BY,
	CEL_CHAIN_REFERS, /* children[1]: the other resource */
	CEL_CHAINS,
};

enum cel_node_flag {
	CEL_MEMBER = 1 << 0,	      /* CALL: children[0] is the receiver */
	CEL_ROOT_NAME = 1 << 1,	      /* IDENT, CALL, STRUCT: written with a leading dot */
	CEL_OPTIONAL_SELECT = 1 << 2, /* SELECT, INDEX: ?. and [?] */
	CEL_OPTIONAL_ENTRY = 1 << 3,  /* element of a list, map or struct: ?x */
	CEL_PARENTHESES = 1 << 4,     /* stood in parentheses: `(x).y` is no qualified name */
	CEL_QUOTED_NAME = 1 << 5,     /* SELECT, HAS: x.`a.b`, nor is this one */
};

/* Evaluates a node; set by cel_compile(). */
typedef struct value cel_eval_fn(struct cel_run *run, const struct cel_node *node);

struct cel_node {
	cel_eval_fn *eval;
	uint8_t kind; /* enum cel_node_kind */
	uint8_t flags;
	uint8_t variant;   /* enum cel_loop, enum cel_chain */
	uint8_t cost;	   /* of evaluating it, roughly; cheap conjuncts go first (compile.c) */
	uint32_t id;	   /* dense within the program */
	uint32_t from, to; /* bytes in the source, all of its text with its parentheses */
	uint32_t at;	   /* the byte an error points to: operator, name, bracket */
	uint32_t child_count;
	int32_t slot, slot2; /* IDENT: variable or local; LOOP, BIND: its locals; set by compile */
	const struct cel_node **children;
	struct str name;  /* IDENT, SELECT, HAS, CALL, STRUCT ("a.b"); variable of LOOP, BIND */
	struct str name2; /* second variable of a LOOP */
	const struct str *fields;	     /* STRUCT */
	struct value constant;		     /* CONST */
	const struct cel_function *function; /* CALL */
	const void *extra; /* of compile.c: compiled regex, permuted children, named program ... */
	uint32_t height;   /* levels of the tree from here: 1 for a leaf */
};

struct cel_ast {
	struct str text;
	struct cel_node *root;
	struct cel_node **nodes; /* by id: parents before children, else in order of the source */
	uint32_t node_count;
};

NODISCARD bool cel_parse(
    struct arena *arena, struct str text, struct cel_ast *out, size_t *at, struct err *err);

/* Is it a chain of identifiers, selects and constant or computed indexes? */
bool cel_is_chain(const struct cel_node *node);

/* The source of a node. */
static inline struct str cel_node_text(const struct cel_ast *ast, const struct cel_node *node)
{
	return str_from_to(ast->text, node->from, node->to);
}

#endif
