#include "policies/cel/compile.h"

#include "base/arena.h"
#include "base/buf.h"

#define HINT_MAX ((size_t)400)

static const struct str type_names[] = {
    STR_INIT("bool"),
    STR_INIT("bytes"),
    STR_INIT("double"),
    STR_INIT("google.protobuf.Duration"),
    STR_INIT("google.protobuf.Timestamp"),
    STR_INIT("int"),
    STR_INIT("list"),
    STR_INIT("map"),
    STR_INIT("null_type"),
    STR_INIT("optional_type"),
    STR_INIT("string"),
    STR_INIT("type"),
    STR_INIT("uint"),
    STR_INIT("kubernetes.Semver"),
    STR_INIT("net.CIDR"),
    STR_INIT("net.IP"),
};

static const struct cel_local *find_local(const struct cel_compiler *c, struct str name)
{
	for (size_t i = c->local_count; i > 0; i--) {
		if (str_eq(c->locals[i - 1].name, name))
			return &c->locals[i - 1];
	}
	return NULL;
}

bool cel_is_local(const struct cel_compiler *c, const struct cel_node *ident)
{
	return !(ident->flags & CEL_ROOT_NAME) && find_local(c, ident->name) != NULL;
}

bool cel_dotted_name(const struct cel_compiler *c, const struct cel_node *node, struct str *out)
{
	const struct cel_node *root = node;
	size_t len = 0, end;
	char *text;

	for (; root->kind == CEL_NODE_SELECT; root = root->children[0]) {
		if ((root->flags & CEL_OPTIONAL_SELECT) ||
		    (root->children[0]->flags & CEL_PARENTHESES))
			return false;
		len += root->name.len + 1;
	}
	if (root->kind != CEL_NODE_IDENT || root->eval || cel_is_local(c, root))
		return false;
	len += root->name.len;
	text = arena_alloc(c->arena, len + 1);
	end = len;
	for (; node->kind == CEL_NODE_SELECT; node = node->children[0]) {
		end -= node->name.len;
		memcpy(text + end, node->name.ptr, node->name.len);
		text[--end] = '.';
	}
	memcpy(text, root->name.ptr, root->name.len);
	*out = (struct str){text, len};
	return true;
}

bool cel_candidate(
    const struct cel_compiler *c, struct str name, bool root, size_t *at, struct str *out)
{
	struct str container = root ? STR_EMPTY : c->scope->container;
	size_t len = container.len;

	/* round n: the container without its last n parts */
	for (size_t cut = 0; cut < *at; cut++) {
		if (len == 0)
			return false;
		while (len > 0 && container.ptr[len - 1] != '.')
			len--;
		len -= len > 0;
	}
	++*at;
	*out = name;
	if (len > 0)
		*out = str_format(
		    c->arena, "%.*s.%.*s", (int)len, container.ptr, (int)name.len, name.ptr);
	return true;
}

static void set_const(struct cel_node *node, struct value value)
{
	node->kind = CEL_NODE_CONST;
	node->constant = value;
	node->child_count = 0;
}

/* Makes the node what the name stands for in the scope. */
static bool apply_name(struct cel_compiler *c, struct cel_node *node, struct str name)
{
	const struct cel_scope *scope = c->scope;

	for (size_t i = 0; i < scope->variable_count; i++) {
		if (!str_eq(scope->variables[i].name, name))
			continue;
		node->kind = CEL_NODE_IDENT;
		node->variant = CEL_IDENT_VARIABLE;
		node->slot = (int32_t)i;
		node->child_count = 0;
		node->name = scope->variables[i].name;
		return true;
	}
	for (size_t i = 0; i < scope->named_count; i++) {
		if (!str_eq(scope->named[i].name, name))
			continue;
		node->kind = CEL_NODE_NAMED;
		node->extra = scope->named[i].program;
		node->child_count = 0;
		node->name = scope->named[i].name;
		return true;
	}
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (!str_eq(type_names[i], name))
			continue;
		set_const(node, cel_type(type_names[i]));
		return true;
	}
	return false;
}

static bool try_name(struct cel_compiler *c, struct cel_node *node, struct str name, bool root)
{
	struct str candidate;
	size_t at = 0;

	while (cel_candidate(c, name, root, &at, &candidate)) {
		if (apply_name(c, node, candidate))
			return true;
	}
	return false;
}

static void report_name(struct cel_compiler *c, struct cel_node *node)
{
	const struct cel_scope *scope = c->scope;
	struct cel_nearest nearest;
	struct str hint;

	node->variant = CEL_IDENT_UNDECLARED;
	if (scope->dynamic)
		return;
	cel_nearest_begin(&nearest, node->name);
	for (size_t i = 0; i < scope->variable_count; i++)
		cel_nearest_try(&nearest, scope->variables[i].name);
	for (size_t i = 0; i < scope->named_count; i++)
		cel_nearest_try(&nearest, scope->named[i].name);
	for (size_t i = 0; i < c->local_count; i++)
		cel_nearest_try(&nearest, c->locals[i].name);
	hint = cel_nearest_hint(c->arena, &nearest);
	if (str_is(node->name, "variables") && scope->named_count > 0)
		hint = str_format(c->arena, "; a variable is written without it, as '%.*s'",
		    STR_ARG(scope->named[0].name));
	cel_problem(c, node->at, "unknown name '%.*s'%.*s", STR_ARG(node->name), STR_ARG(hint));
}

static bool compile_ident(struct cel_compiler *c, struct cel_node *node)
{
	const struct cel_local *local = find_local(c, node->name);

	if (local && !(node->flags & CEL_ROOT_NAME)) {
		node->variant = CEL_IDENT_LOCAL;
		node->slot = local->slot;
		return true;
	}
	if (!try_name(c, node, node->name, node->flags & CEL_ROOT_NAME))
		report_name(c, node);
	return true;
}

static bool is_root_name(const struct cel_node *node)
{
	while (node->kind == CEL_NODE_SELECT)
		node = node->children[0];
	return node->flags & CEL_ROOT_NAME;
}

/* Most scopes know no name with a dot but those of types. */
static bool may_have_dots(const struct cel_compiler *c, const struct cel_node *node)
{
	if (c->scope->container.len > 0 || c->dotted)
		return true;
	while (node->kind == CEL_NODE_SELECT)
		node = node->children[0];
	return str_is(node->name, "google") || str_is(node->name, "net") ||
	       str_is(node->name, "kubernetes");
}

/* The longest name first; what is shorter is tried when the operand is compiled in its turn. */
bool cel_compile_name(struct cel_compiler *c, struct cel_node *node)
{
	struct str name;

	if (node->kind == CEL_NODE_IDENT)
		return compile_ident(c, node);
	return may_have_dots(c, node) && cel_dotted_name(c, node, &name) &&
	       try_name(c, node, name, is_root_name(node));
}

static bool has_field(const char *const *fields, struct str name)
{
	for (; *fields; fields++) {
		if (str_is(name, *fields))
			return true;
	}
	return false;
}

/* The one that was meant or, when none is near, all there are. */
static struct str field_hint(struct cel_compiler *c, const char *const *fields, struct str name)
{
	struct cel_nearest nearest;
	struct str hint;
	struct buf all;

	cel_nearest_begin(&nearest, name);
	for (size_t i = 0; fields[i]; i++)
		cel_nearest_try(&nearest, str_from(fields[i]));
	hint = cel_nearest_hint(c->arena, &nearest);
	if (hint.len > 0)
		return hint;
	buf_init(&all, c->arena, HINT_MAX);
	for (size_t i = 0; fields[i]; i++)
		buf_addf(&all, "%s%s", i > 0 ? ", " : "; it has ", fields[i]);
	return buf_str(&all);
}

void cel_check_field(struct cel_compiler *c, const struct cel_node *node)
{
	const struct cel_node *base = node->children[0];
	const char *const *fields;
	struct str hint;

	if (base->kind != CEL_NODE_IDENT || base->variant != CEL_IDENT_VARIABLE)
		return;
	fields = c->scope->variables[base->slot].fields;
	if (!fields || has_field(fields, node->name))
		return;
	hint = field_hint(c, fields, node->name);
	cel_problem(c, node->at, "'%.*s' has no field '%.*s'%.*s", STR_ARG(base->name),
	    STR_ARG(node->name), STR_ARG(hint));
}
