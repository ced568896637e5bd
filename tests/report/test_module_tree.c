#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/change_index.h"
#include "report/module_tree.h"

#define MODULES_MAX 8

static struct outcome_change *changes_of(
    struct arena *arena, const char *const *modules, size_t count)
{
	struct outcome_change *changes = arena_array(arena, struct outcome_change, count);

	for (size_t i = 0; i < count; i++)
		changes[i].head = (struct change_head){.module = str_from(modules[i]),
		    .address = str_format(arena, "x.y[%zu]", i),
		    .action = i % 2 == 0 ? ACTION_UPDATE : ACTION_DELETE};
	return changes;
}

/* "label:own/total(...)" of all that is told below a node. */
static void say(const struct module_tree *tree, uint32_t above, struct buf *out)
{
	for (uint32_t at = tree->nodes[above].first_child; at != MODULE_NONE;
	     at = tree->nodes[at].next) {
		uint32_t node = module_tree_telling(tree, at);

		buf_addf(out, "%.*s:%zu/%zu(", STR_ARG(module_tree_label(tree, node, above)),
		    tree->nodes[node].row_count, tree->nodes[node].total);
		say(tree, node, out);
		buf_addc(out, ')');
	}
}

static const struct {
	const char *label;
	const char *modules[MODULES_MAX];
	const char *want;
} rows[] = {
    {"root only", {"", ""}, ""},
    {"one", {"module.a"}, "module.a:1/1()"},
    {"order of coming", {"module.b", "module.a", "module.b"}, "module.b:2/2()module.a:1/1()"},
    {"nested", {"module.a.module.b", "module.a"}, "module.a:1/2(module.b:1/1())"},
    {"what says nothing is joined", {"module.a.module.b.module.c"},
	"module.a.module.b.module.c:1/1()"},
    {"unless it branches", {"module.a.module.b", "module.a.module.c"},
	"module.a:0/2(module.b:1/1()module.c:1/1())"},
    {"keys", {"module.a[\"x.y\"].module.b[0]", "module.a[\"x.y\"]"},
	"module.a[\"x.y\"]:1/2(module.b[0]:1/1())"},
    {"a quote in a key",
	{"module.a[\"x\\\"].module.c\"].module.b", "module.a[\"x\\\"].module.c\"]"},
	"module.a[\"x\\\"].module.c\"]:1/2(module.b:1/1())"},
    {"no module path", {"strange", "strange.module.a"}, "strange:1/1()strange.module.a:1/1()"},
    {"never closed", {"module.a[\"x.module.b"}, "module.a[\"x.module.b:1/1()"},
    {"points", {"module.a..module.b", "module."}, "module.a..module.b:1/1()module.:1/1()"},
};

static void test_tree(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct module_tree tree;
		struct buf buf;
		size_t count = 0;

		while (count < MODULES_MAX && rows[i].modules[count])
			count++;
		module_tree_of(arena, changes_of(arena, rows[i].modules, count), count, &tree);
		buf_init(&buf, arena, 10000);
		say(&tree, 0, &buf);
		if (!str_is(buf_str(&buf), rows[i].want))
			print_error("%s: '%.*s'\n", rows[i].label, STR_ARG(buf_str(&buf)));
		assert_true(str_is(buf_str(&buf), rows[i].want));
		assert_int_equal(tree.nodes[0].total, count);
	}
}

static void test_many(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	size_t count = 50000, seen = 0;
	struct outcome_change *changes = arena_array(arena, struct outcome_change, count);
	struct module_tree tree;

	(void)state;
	for (size_t i = 0; i < count; i++)
		changes[i].head.module =
		    str_format(arena, "module.a[%zu].module.b[%zu]", i % 100, i % 5000);
	module_tree_of(arena, changes, count, &tree);
	assert_int_equal(tree.count, 1 + 100 + 5000);
	for (size_t i = 0; i < tree.count; i++) {
		const struct module_node *node = &tree.nodes[i];

		for (size_t row = 0; row < node->row_count; row++)
			assert_true(str_eq(changes[node->rows[row]].head.module, node->path));
		seen += node->row_count;
	}
	assert_int_equal(seen, count);
}

static void test_depth_is_bounded(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome_change change = {0};
	struct module_tree tree;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 1 << 20);
	buf_adds(&buf, "module.a");
	for (size_t i = 0; i < 10000; i++)
		buf_adds(&buf, ".module.a");
	change.head.module = buf_str(&buf);
	module_tree_of(arena, &change, 1, &tree);
	assert_int_equal(tree.count, 1 + MODULE_DEPTH_MAX);
	assert_int_equal(tree.nodes[tree.count - 1].row_count, 1);
}

/* --- change_index.h --- */

static void test_index(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome outcome = {0};
	struct change_index index;
	const char *const modules[] = {"", "", "", ""};
	struct outcome_change *changes = changes_of(arena, modules, 4);
	struct finding findings[] = {
	    {.address = STR("x.y[1]"), .level = LEVEL_DENY, .rule_id = STR("a")},
	    {.address = STR("x.y[1]"), .level = LEVEL_WARN, .rule_id = STR("b")},
	    {.address = STR("x.y[2]"), .level = LEVEL_INFO, .fate = FATE_WAIVED},
	    {.address = STR("elsewhere"), .level = LEVEL_DENY},
	    {.level = LEVEL_DENY},
	};

	(void)state;
	changes[3].head.address = STR("x.y[1]");
	changes[3].head.deposed = STR("aabb");
	outcome.changes = changes;
	outcome.change_count = 4;
	outcome.verdict.findings = findings;
	outcome.verdict.finding_count = ARRAY_LEN(findings);
	change_index_of(arena, &outcome, &index);
	assert_int_equal(change_index_find(&index, STR("x.y[2]"), STR_EMPTY), 2);
	assert_int_equal(change_index_find(&index, STR("x.y[1]"), STR("aabb")), 3);
	assert_true(change_index_find(&index, STR("x.y[9]"), STR_EMPTY) == CHANGE_NONE);
	assert_true(change_index_find(&index, STR_EMPTY, STR_EMPTY) == CHANGE_NONE);
	assert_true(str_is(index.findings[1].worst->rule_id, "a"));
	assert_int_equal(index.findings[1].count, 2);
	assert_null(index.findings[2].worst);
	assert_null(index.findings[3].worst);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tree),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_depth_is_bounded),
	    cmocka_unit_test(test_index),
	};

	return cmocka_run_group_tests_name("report/module_tree", tests, NULL, NULL);
}
