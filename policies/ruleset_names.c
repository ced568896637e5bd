#include "policies/ruleset_names.h"

#include "base/arena.h"
#include "base/err.h"
#include "policies/cel/ast.h"

/* --- built-in names --- */

static const char *const variable_names[] = {
#define X(name, help) [VARIABLE_##name] = #name,
    POLICY_VARIABLES(X)
#undef X
};

const char *policy_variable_name(enum policy_variable variable)
{
	return variable_names[variable];
}

const char *policy_variable_help(enum policy_variable variable)
{
	static const char *const texts[] = {
#define X(name, help) [VARIABLE_##name] = (help),
	    POLICY_VARIABLES(X)
#undef X
	};

	return texts[variable];
}

bool policy_variable_find(struct str name, enum policy_variable *out)
{
	for (size_t i = 0; i < POLICY_VARIABLE_COUNT; i++) {
		if (!str_is(name, variable_names[i]))
			continue;
		*out = (enum policy_variable)i;
		return true;
	}
	return false;
}

/* --- walking a tree --- */

struct local { /* names that macros bind, innermost first */
	struct str name, name2;
	const struct local *up;
};

struct walk {
	struct arena *arena;
	const struct policy_text *text;
	struct mentions *out;
};

static bool same_mention(const struct mention *a, const struct mention *b)
{
	return a->kind == b->kind && (a->kind == MENTION_NAMED || a->variable == b->variable) &&
	       str_eq(a->name, b->name);
}

void mentions_add(struct arena *arena, struct mentions *out, const struct mention *mention)
{
	size_t size = sizeof(*out->items);

	for (size_t i = 0; i < out->count; i++) {
		if (same_mention(&out->items[i], mention))
			return;
	}
	if (out->count == MENTIONS_MAX) {
		out->everything = true;
		return;
	}
	if (out->count % 8 == 0)
		out->items =
		    arena_grow(arena, out->items, out->count * size, (out->count + 8) * size);
	out->items[out->count++] = *mention;
}

static bool is_local(const struct local *locals, struct str name)
{
	for (; locals != NULL; locals = locals->up) {
		if (str_eq(locals->name, name) ||
		    (locals->name2.len > 0 && str_eq(locals->name2, name)))
			return true;
	}
	return false;
}

/* `field` empty: the name as a whole. */
static void mention(const struct walk *walk, const struct cel_node *ident, struct str field)
{
	struct mention found = {.text = walk->text, .at = ident->from};

	if (policy_variable_find(ident->name, &found.variable)) {
		found.kind = MENTION_BUILTIN;
		found.name = field;
	} else {
		found.kind = MENTION_NAMED;
		found.name = ident->name;
	}
	mentions_add(walk->arena, walk->out, &found);
}

/* The field that a node selects from its first child, as far as it is known now. */
static bool selected_field(const struct cel_node *node, struct str *field)
{
	if (node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_HAS) {
		*field = node->name;
		return true;
	}
	if (node->kind != CEL_NODE_INDEX || node->child_count < 2)
		return false;
	const struct cel_node *key = node->children[1];
	if (key->kind != CEL_NODE_CONST || key->constant.kind != VALUE_STRING)
		return false;
	*field = value_text(key->constant);
	return true;
}

static bool is_free_name(const struct cel_node *node, const struct local *locals)
{
	return node->kind == CEL_NODE_IDENT && !is_local(locals, node->name);
}

/* As deep as cel_parse() lets an expression nest: CEL_DEPTH_MAX. */
// NOLINTNEXTLINE(misc-no-recursion)
static void walk_node(
    const struct walk *walk, const struct cel_node *node, const struct local *locals)
{
	struct local own = {node->name, STR_EMPTY, locals};
	bool binds = node->kind == CEL_NODE_LOOP || node->kind == CEL_NODE_BIND;
	struct str field;

	if (node->kind == CEL_NODE_LOOP)
		own.name2 = node->name2;
	if (is_free_name(node, locals))
		mention(walk, node, STR_EMPTY);
	for (uint32_t i = 0; i < node->child_count; i++) {
		const struct cel_node *child = node->children[i];

		if (i == 0 && is_free_name(child, locals) && selected_field(node, &field))
			mention(walk, child, field);
		else
			walk_node(walk, child, binds && i > 0 ? &own : locals);
	}
}

void mentions_scan(struct arena *arena, const struct policy_text *text, struct mentions *out)
{
	struct walk walk = {arena, text, out};
	struct cel_ast ast;
	struct err err;
	size_t at = 0;

	if (text->text.len == 0)
		return;
	err_clear(&err);
	if (cel_parse(arena, text->text, &ast, &at, &err))
		walk_node(&walk, ast.root, NULL);
}

bool mentions_field(
    const struct mentions *mentions, enum policy_variable variable, struct str field)
{
	if (mentions->everything)
		return true;
	for (size_t i = 0; i < mentions->count; i++) {
		const struct mention *item = &mentions->items[i];

		if (item->kind == MENTION_BUILTIN && item->variable == variable &&
		    (item->name.len == 0 || str_eq(item->name, field)))
			return true;
	}
	return false;
}

static bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

void mentions_words(struct arena *arena, struct str text, struct mentions *out)
{
	for (size_t at = 0; at < text.len;) {
		struct mention found = {.kind = MENTION_NAMED};
		size_t from = at;

		while (at < text.len && is_word_char(text.ptr[at]))
			at++;
		found.name = str_from_to(text, from, at);
		if (at == from)
			at++;
		else if (!policy_variable_find(found.name, &found.variable))
			mentions_add(arena, out, &found);
	}
}

/* --- spaces of named expressions --- */

void variable_space_init(
    struct arena *arena, struct variable_space *space, const struct named_text *texts, size_t count)
{
	*space = (struct variable_space){
	    .texts = texts,
	    .count = count,
	    .states = arena_array(arena, struct named_state, count),
	};
}

size_t variable_space_find(const struct variable_space *space, struct str name)
{
	for (size_t i = 0; i < space->count; i++) {
		if (str_eq(space->texts[i].name, name))
			return i;
	}
	return SIZE_MAX;
}

const struct mentions *variable_space_mentions(
    struct arena *arena, struct variable_space *space, size_t i)
{
	struct named_state *state = &space->states[i];

	if (state->mentions == NULL) {
		state->mentions = arena_make(arena, struct mentions);
		mentions_scan(arena, &space->texts[i].text, state->mentions);
	}
	return state->mentions;
}

/* --- what a rule sees --- */

/* Appends what the named expressions in `out` mention, until nothing new comes: out->items is its
 * own queue. One of the chain that a rule's own variable hides is followed too: others may use it.
 */
void mentions_follow(struct arena *arena, struct variable_space *space, struct mentions *out)
{
	space->stamp++;
	for (size_t at = 0; at < out->count; at++) {
		size_t found;

		if (out->items[at].kind != MENTION_NAMED)
			continue;
		found = variable_space_find(space, out->items[at].name);
		if (found == SIZE_MAX || space->states[found].stamp == space->stamp)
			continue;
		space->states[found].stamp = space->stamp;
		const struct mentions *more = variable_space_mentions(arena, space, found);
		out->everything |= more->everything;
		for (size_t i = 0; i < more->count; i++)
			mentions_add(arena, out, &more->items[i]);
	}
}

void rule_sees(struct arena *arena, const struct rule *rule, struct variable_space *space,
    struct mentions *out)
{
	mentions_scan(arena, &rule->each, out);
	mentions_scan(arena, &rule->when, out);
	mentions_scan(arena, &rule->condition, out);
	for (size_t i = 0; i < rule->variable_count; i++)
		mentions_scan(arena, &rule->variables[i].text, out);
	mentions_follow(arena, space, out);
}
