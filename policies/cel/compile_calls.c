#include "policies/cel/compile.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/glob.h"
#include "base/regex.h"
#include "policies/cel/ip.h"
#include "policies/cel/version.h"

#define ARITY_ANY 255

/* --- finding the function --- */

/* Goes through all rows of all tables. */
struct rows {
	const struct cel_function *const *tables;
	const struct cel_function *const *more;
	const struct cel_function *row;
};

static void rows_begin(const struct cel_compiler *c, struct rows *rows)
{
	*rows = (struct rows){cel_function_tables, c->scope->host_functions, NULL};
}

static const struct cel_function *next_row(struct rows *rows)
{
	rows->row = rows->row ? rows->row + 1 : *rows->tables;
	while (rows->row && !rows->row->name) {
		rows->tables++;
		if (!*rows->tables && rows->more) {
			rows->tables = rows->more;
			rows->more = NULL;
		}
		rows->row = *rows->tables;
	}
	return rows->row;
}

static bool takes(const struct cel_function *row, size_t count)
{
	return count >= row->min && (count <= row->max || row->max == ARITY_ANY);
}

/* The row of that name and style for so many arguments; *other: one that only the number rules
 * out. */
static const struct cel_function *find_row(const struct cel_compiler *c, struct str name,
    uint8_t style, size_t count, const struct cel_function **other)
{
	const struct cel_function *row;
	struct rows rows;

	rows_begin(c, &rows);
	while ((row = next_row(&rows)) != NULL) {
		if (!(row->flags & style) || !str_is(name, row->name))
			continue;
		if (takes(row, count))
			return row;
		*other = row;
	}
	return NULL;
}

static const struct cel_function *find_global(const struct cel_compiler *c, struct str name,
    bool root, size_t count, const struct cel_function **other)
{
	const struct cel_function *row = NULL;
	struct str candidate;
	size_t at = 0;

	while (!row && cel_candidate(c, name, root, &at, &candidate))
		row = find_row(c, candidate, CEL_GLOBAL | CEL_OPERATOR, count, other);
	return row;
}

/* math.greatest(x) is written like a method of a variable `math`. */
static const struct cel_function *find_namespaced(
    const struct cel_compiler *c, struct cel_node *node, const struct cel_function **other)
{
	const struct cel_node *receiver = node->children[0];
	const struct cel_function *row, *of_name = NULL;
	struct str name;

	if ((receiver->flags & CEL_PARENTHESES) || !cel_dotted_name(c, receiver, &name))
		return NULL;
	name = str_format(c->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(node->name));
	row = find_global(c, name, false, node->child_count - 1, &of_name);
	if (row || of_name) {
		node->children++;
		node->child_count--;
		node->flags &= (uint8_t)~CEL_MEMBER;
		node->name = name;
		*other = of_name;
	}
	return row;
}

/* --- what is wrong with a call --- */

static void report_arity(
    struct cel_compiler *c, const struct cel_node *node, const struct cel_function *row)
{
	cel_problem(c, node->at, "%s() does not take %u argument%s: %s", row->name,
	    node->child_count - ((node->flags & CEL_MEMBER) != 0),
	    node->child_count - ((node->flags & CEL_MEMBER) != 0) == 1 ? "" : "s",
	    row->signature ? row->signature : row->name);
}

static void report_function(struct cel_compiler *c, const struct cel_node *node)
{
	bool member = node->flags & CEL_MEMBER;
	const struct cel_function *row;
	struct cel_nearest nearest;
	struct rows rows;
	struct str hint;

	cel_nearest_begin(&nearest, node->name);
	rows_begin(c, &rows);
	while ((row = next_row(&rows)) != NULL) {
		if (str_is(node->name, row->name) && !(row->flags & CEL_OPERATOR)) {
			cel_problem(c, node->at, "%s() is called as %s", row->name,
			    row->signature ? row->signature : row->name);
			return;
		}
		if (row->flags & (member ? CEL_METHOD : CEL_GLOBAL))
			cel_nearest_try(&nearest, str_from(row->name));
	}
	hint = cel_nearest_hint(c->arena, &nearest);
	cel_problem(c, node->at, "unknown %s '%.*s'%.*s", member ? "method" : "function",
	    STR_ARG(node->name), STR_ARG(hint));
}

/* --- literals with a meaning of their own --- */

static bool check_pattern(struct cel_compiler *c, struct str text, struct err *err)
{
	struct cel_program *program = c->program;
	struct regex *regex;

	if (!regex_compile_re2(c->arena, text, &regex, err))
		return false;
	if (program->pattern_count == c->pattern_room) {
		size_t room = c->pattern_room ? c->pattern_room * 2 : 4;
		struct cel_pattern *more = arena_array(c->arena, struct cel_pattern, room);

		if (program->pattern_count > 0)
			memcpy(more, program->patterns, program->pattern_count * sizeof(*more));
		program->patterns = more;
		c->pattern_room = room;
	}
	program->patterns[program->pattern_count++] = (struct cel_pattern){text, regex};
	return true;
}

static bool check_glob(struct cel_compiler *c, struct str text, struct err *err)
{
	(void)c;
	return glob_check(text, err);
}

static bool check_constraint(struct cel_compiler *c, struct str text, struct err *err)
{
	(void)c;
	return version_constraint_check(text, err);
}

static bool check_address_or_prefix(struct cel_compiler *c, struct str text, struct err *err)
{
	struct ip_prefix prefix;

	(void)c;
	if (ip_parse(text, &prefix.address) || ip_parse_prefix(text, &prefix))
		return true;
	return err_set(err, ERR_SYNTAX, "'%.*s' is neither an address nor a range of addresses",
	    STR_ARG(text));
}

/* The last argument, when it is a literal. */
static const struct {
	const char *function;
	bool (*check)(struct cel_compiler *c, struct str text, struct err *err);
} literal_checks[] = {
    {"matches", check_pattern},
    {"glob", check_glob},
    {"satisfies", check_constraint},
    {"containsIP", check_address_or_prefix},
    {"containsCIDR", check_address_or_prefix},
};

/* False: it is wrong, and was told: folding the call would tell it again. */
static bool check_literal(struct cel_compiler *c, const struct cel_node *node)
{
	const struct cel_node *last;

	if (node->child_count < 2)
		return true;
	last = node->children[node->child_count - 1];
	if (last->kind != CEL_NODE_CONST || last->constant.kind != VALUE_STRING)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(literal_checks); i++) {
		struct err err = {0};

		if (!str_is(node->name, literal_checks[i].function) ||
		    literal_checks[i].check(c, value_text(last->constant), &err))
			continue;
		if (!c->scope->dynamic)
			cel_problem(c, last->from, "%s", err.text);
		return false;
	}
	return true;
}

void cel_compile_call(struct cel_compiler *c, struct cel_node *node, bool certain)
{
	const struct cel_function *row = NULL, *other = NULL;

	if (node->flags & CEL_MEMBER)
		row = find_namespaced(c, node, &other);
	if (!row && !other && (node->flags & CEL_MEMBER))
		row = find_row(c, node->name, CEL_METHOD, node->child_count, &other);
	else if (!row && !other)
		row = find_global(
		    c, node->name, node->flags & CEL_ROOT_NAME, node->child_count, &other);
	cel_compile_children(c, node, certain);
	node->function = row;
	if (row) {
		if (check_literal(c, node))
			cel_fold(c, node, certain);
		return;
	}
	if (c->scope->dynamic)
		return;
	if (other)
		report_arity(c, node, other);
	else
		report_function(c, node);
}
