#include "policies/cel/macros.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "policies/cel/function.h"
#include "tests/support/cel_sketch.h"

static void test_has_and_loops(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"has(a.b)", "(has a b)"},
	    {"has(a.?b.c)", "(has (.? a b) c)"},
	    {"has(a.`b-c`)", "(has a `b-c`)"},
	    {"has((a.b))", "(has a b)"},
	    {"!has({'a': 1}.a)", "(! (has {'a': 1} a))"},
	    {"l.all(x, x > 0)", "(all x l (_>_ x 0))"},
	    {"l.all(k, v, k != v)", "(all k,v l (_!=_ k v))"},
	    {"l.exists(x, y)", "(exists x l y)"},
	    {"l.exists(k, v, y)", "(exists k,v l y)"},
	    {"l.exists_one(x, y)", "(exists_one x l y)"},
	    {"l.existsOne(x, y)", "(exists_one x l y)"},
	    {"l.exists_one(k, v, y)", "(exists_one k,v l y)"},
	    {"l.existsOne(k, v, y)", "(exists_one k,v l y)"},
	    {"l.map(x, y)", "(map x l y)"},
	    {"l.map(x, p, y)", "(map x l p y)"},
	    {"l.filter(x, p)", "(filter x l p)"},
	    {"l.transformList(k, v, y)", "(transformList k,v l y)"},
	    {"l.transformList(k, v, p, y)", "(transformList k,v l p y)"},
	    {"l.transformMap(k, v, y)", "(transformMap k,v l y)"},
	    {"l.transformMap(k, v, p, y)", "(transformMap k,v l p y)"},
	    {"l.transformMapEntry(k, v, {v: k})", "(transformMapEntry k,v l {v: k})"},
	    {"l.transformMapEntry(k, v, p, y)", "(transformMapEntry k,v l p y)"},
	    {"l.filter(x, x.all(y, y)).map(z, z)", "(map z (filter x l (all y x y)) z)"},
	    {"(l).all((x), x)", "(all x l x)"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

static void test_bind_and_optional(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"cel.bind(x, 1 + 1, x * x)", "(bind x (_+_ 1 1) (_*_ x x))"},
	    {"o.optMap(v, v + 1)",
		"(bind @target o (? (.hasValue @target) (.optional.of (bind v (.value @target) "
		"(_+_ v 1))) (.optional.none)))"},
	    {"o.optFlatMap(v, v.?a)",
		"(bind @target o (? (.hasValue @target) (bind v (.value @target) (.? v a)) "
		"(.optional.none)))"},
	    {"cel.block([1, cel.index(0) + 1], cel.index(1))",
		"(bind @index0 1 (bind @index1 (_+_ @index0 1) @index1))"},
	    {"cel.block([], 1)", "1"},
	    {"l.map(cel.iterVar(0, 1), cel.iterVar(0, 1) + 1)", "(map @it:0:1 l (_+_ @it:0:1 1))"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

static void test_chains(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"as_list(a.b)", "(chain as_list (. a b))"},
	    {"as_map(a.b)", "(chain as_map (. a b))"},
	    {"get(a.b[0].c, 5)", "(chain get (. ([] (. a b) 0) c) 5)"},
	    {"get(f(x).b, 5)", "(chain get (. (f x) b) 5)"},
	    {"is_set({'a': 1}.a)", "(chain is_set (. {'a': 1} a))"},
	    {"unknown(a.b)", "(chain unknown (. a b))"},
	    {"known(a.b)", "(chain known (. a b))"},
	    {"sensitive(a.b)", "(chain sensitive (. a b))"},
	    {"changed(resource.after.tags['Owner'])",
		"(chain changed ([] (. (. resource after) tags) 'Owner'))"},
	    {"replaced_by(a.b)", "(chain replaced_by (. a b))"},
	    {"refers(a.b, other)", "(chain refers (. a b) other)"},
	    {"as_list(a.b).all(x, is_set(x.c))",
		"(all x (chain as_list (. a b)) (chain is_set (. x c)))"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

/* Another number of arguments, or another style: a function of that name may come, or an error. */
static void test_plain_calls(void **state)
{
	static const struct cel_sketch_row rows[] = {
	    {"has()", "(has)"},
	    {"has(a.b, c)", "(has (. a b) c)"},
	    {"x.has(a.b)", "(.has x (. a b))"},
	    {"all(l, x, y)", "(all l x y)"},
	    {"l.all(x)", "(.all l x)"},
	    {"l.filter(k, v, p)", "(.filter l k v p)"},
	    {"l.map(a, b, c, d)", "(.map l a b c d)"},
	    {"get(a.b)", "(get (. a b))"},
	    {"m.get(a.b, 0)", "(.get m (. a b) 0)"},
	    {"cel.bind(x, 1)", "(.bind cel x 1)"},
	    {"other.bind(x, 1, x)", "(.bind other x 1 x)"},
	    {"(cel).bind(x, 1, x)", "(.bind cel x 1 x)"},
	    {".cel.bind(x, 1, x)", "(.bind .cel x 1 x)"},
	    {"math.greatest(1, 2)", "(.greatest math 1 2)"},
	};

	(void)state;
	cel_sketch_check(rows, ARRAY_LEN(rows));
}

static void test_faults(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *part;
	} rows[] = {
	    {"has(a)", 4, "must be a field"},
	    {"has(a['b'])", 4, "key in map"},
	    {"has(a.?b)", 4, "must be a field"},
	    {"has(f(x))", 4, "must be a field"},
	    {"l.all(a.b, true)", 6, "argument must be a simple name, as in all(x, ...)"},
	    {"l.all(1, true)", 6, "simple name"},
	    {"l.all(.x, true)", 6, "simple name"},
	    {"l.map(x, y.z, 1).all(k, 'v', true)", 24, "simple name"},
	    {"l.exists(x, x, true)", 12, "different names"},
	    {"l.map(__result__, 1)", 6, "reserved"},
	    {"cel.bind(a.b, 1, 2)", 9, "simple name, as in bind"},
	    {"o.optMap(1, 2)", 9, "simple name"},
	    {"cel.block(a, 1)", 10, "list literal"},
	    {"cel.index('a')", 10, "number literals"},
	    {"cel.iterVar(0, x)", 12, "number literals"},
	    {"changed(f(x))", 8, "must be a path, as in changed(resource.after.tags)"},
	    {"changed({'a': 1}.a)", 8, "must be a path"},
	    {"replaced_by(1)", 12, "must be a path"},
	    {"sensitive(a + b)", 10, "must be a path"},
	    {"refers(a.?b, c)", 7, "as in refers(resource.after.tags, other)"},
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {.code = ERR_NONE};
		struct cel_ast ast;
		size_t at = SIZE_MAX;

		if (cel_parse(arena, str_from(rows[i].text), &ast, &at, &err))
			fail_msg("%s: no error", rows[i].text);
		if (err.code != ERR_SYNTAX || at != rows[i].at ||
		    strstr(err.text, rows[i].part) == NULL)
			fail_msg("%s: %d at %zu: %s", rows[i].text, (int)err.code, at, err.text);
	}
	arena_free(arena);
}

/* What its own code evaluates, instead of a function. */
static bool is_special(const struct cel_node *node)
{
	switch ((enum cel_node_kind)node->kind) {
	case CEL_NODE_HAS:
	case CEL_NODE_LOOP:
	case CEL_NODE_BIND:
	case CEL_NODE_CHAIN:
	case CEL_NODE_AND:
	case CEL_NODE_OR:
	case CEL_NODE_NOT:
	case CEL_NODE_IF:
		return true;
	case CEL_NODE_CONST:
	case CEL_NODE_IDENT:
	case CEL_NODE_SELECT:
	case CEL_NODE_INDEX:
	case CEL_NODE_CALL:
	case CEL_NODE_LIST:
	case CEL_NODE_MAP:
	case CEL_NODE_STRUCT:
	case CEL_NODE_NAMED:
	case CEL_NODE_KINDS:
		break;
	}
	return false;
}

/* Every row has its texts, and its example shows what is no function. */
static void test_documentation(void **state)
{
	struct arena *arena = arena_new();
	size_t rows = 0;

	(void)state;
	for (const struct cel_macro_doc *doc = cel_macro_docs; doc->signature; doc++, rows++) {
		struct err err = {.code = ERR_NONE};
		struct cel_ast ast;
		size_t at = 0;
		bool special = false;

		assert_true(doc->help && *doc->help && !str_ends(str_from(doc->help), STR(".")));
		if (doc->example == NULL)
			continue;
		if (!cel_parse(arena, str_from(doc->example), &ast, &at, &err))
			fail_msg("%s: at %zu: %s", doc->example, at, err.text);
		for (uint32_t id = 0; id < ast.node_count; id++)
			special = special || is_special(ast.nodes[id]);
		if (!special)
			fail_msg("%s: only functions", doc->example);
	}
	assert_in_range(rows, 20, 40);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_has_and_loops),
	    cmocka_unit_test(test_bind_and_optional),
	    cmocka_unit_test(test_chains),
	    cmocka_unit_test(test_plain_calls),
	    cmocka_unit_test(test_faults),
	    cmocka_unit_test(test_documentation),
	};

	return cmocka_run_group_tests_name("policies/cel/macros", tests, NULL, NULL);
}
