#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "report/collapse.h"
#include "report/render.h"
#include "tests/support/outcomes.h"

/*
 * A change is a line "address action attribute..."; an attribute is path=before>after, "?" unknown,
 * "*" hidden and changed, a path without values "path=", noise "%path=1>2". The result is told as
 * "same 3, paths 4, one, noise 2".
 */
static struct shown value_of(struct str text)
{
	if (str_is(text, "?"))
		return (struct shown){value_unknown()};
	if (str_is(text, "*"))
		return (struct shown){value_hidden(true)};
	return (struct shown){value_string(text)};
}

static struct attribute_change row_of(struct str word)
{
	struct attribute_change row = {.difference = DIFFERENCE_CHANGED};
	struct str before = STR_EMPTY;

	if (str_eat(&word, STR("%")))
		row.noise = STR("computed");
	(void)str_split(&word, '=', &row.path);
	row.has_values = word.len > 0;
	(void)str_split(&word, '>', &before);
	row.before = value_of(before);
	row.after = value_of(word);
	return row;
}

static enum action action_of(struct str word)
{
	return str_is(word, "replace")	? ACTION_REPLACE
	       : str_is(word, "delete") ? ACTION_DELETE
					: ACTION_UPDATE;
}

static struct outcome_change change_of(struct arena *arena, struct str line)
{
	struct attribute_change *rows = arena_array(arena, struct attribute_change, 10);
	struct outcome_change change = {.has_values = true, .attributes = rows};
	struct change_head *head = &change.head;
	struct str rest, word;

	(void)str_split(&line, ' ', &head->address);
	(void)str_split(&line, ' ', &word);
	head->action = action_of(word);
	head->importing = str_is(word, "import");
	head->previous_address = str_is(word, "move") ? STR("old") : STR_EMPTY;
	rest = head->address;
	(void)str_split(&rest, '.', &head->type);
	(void)str_split(&rest, '[', &head->name);
	head->mode = STR("managed");
	while (str_split(&line, ' ', &word))
		rows[change.attribute_count++] = row_of(word);
	return change;
}

static struct str sketch_of(struct arena *arena, const struct collapsed_list *list)
{
	static const char *const names[] = {"one", "same", "paths", "noise"};
	struct buf buf;

	buf_init(&buf, arena, 10000);
	for (size_t i = 0; i < list->count; i++) {
		const struct collapsed *item = &list->items[i];

		buf_addf(&buf, "%s%s", i > 0 ? ", " : "", names[item->kind]);
		if (item->kind != COLLAPSE_NOT)
			buf_addf(&buf, " %zu%s", item->count,
			    item->one_resource ? " of a resource"
			    : item->one_type   ? " of a type"
					       : "");
	}
	return buf_str(&buf);
}

static const struct {
	const char *label, *changes, *want;
} rows[] = {
    {"nothing", "", ""},
    {"one", "a.x update v=1>2", "one"},
    {"two are told one by one", "a.x[0] update v=1>2\na.x[1] update v=1>2", "one, one"},
    {"three instances", "a.x[0] update v=1>2\na.x[1] update v=1>2\na.x[2] update v=1>2",
	"same 3 of a resource"},
    {"three of a type", "a.x update v=1>2\na.y update v=1>2\na.z update v=1>2", "same 3 of a type"},
    {"of any type", "a.x update v=1>2\nb.y update v=1>2\nc.z update v=1>2", "same 3"},
    {"another value", "a.x update v=1>2\nb.y update v=1>3\nc.z update v=1>2", "one, one, one"},
    {"other values of instances",
	"a.x[0] update v=1>2\na.x[1] update v=1>3\na.x[2] update v=2>3\nb.y update v=1>9",
	"paths 3 of a resource, one"},
    {"the same before the others",
	"a.x[0] update v=1>2\na.x[1] update v=1>2\na.x[2] update v=1>2\na.x[3] update v=2>3",
	"same 3 of a resource, one"},
    {"hidden values are not the same", "a.x update v=*>*\nb.y update v=*>*\nc.z update v=*>*",
	"one, one, one"},
    {"hidden values of instances", "a.x[0] update v=*>*\na.x[1] update v=*>*\na.x[2] update v=*>*",
	"paths 3 of a resource"},
    {"values that were not kept", "a.x update v=\nb.y update v=\nc.z update v=", "one, one, one"},
    {"known after apply", "a.x update v=1>?\nb.y update v=1>?\nc.z update v=1>?", "same 3"},
    {"an attribute more", "a.x update v=1>2\na.x[1] update v=1>2 w=1>2\na.x[2] update v=1>2",
	"one, one, one"},
    {"noise does not count", "a.x update v=1>2 %n=1>2\nb.y update v=1>2\nc.z update v=1>2 %n=3>4",
	"same 3"},
    {"only noise, told last", "a.x update %n=1>2\nb.y update %m=3>4\nc.z update v=1>2",
	"one, noise 2"},
    {"noise of one", "a.x update %n=1>2\nc.z update v=1>2", "one, one"},
    {"never a replace", "a.x replace v=1>2\nb.y replace v=1>2\nc.z replace v=1>2", "one, one, one"},
    {"never a delete", "a.x delete v=1>2\nb.y delete v=1>2\nc.z delete v=1>2", "one, one, one"},
    {"not with noise alone", "a.x delete %v=1>2\nb.y delete %v=1>2", "one, one"},
    {"never an import or a move", "a.x import v=1>2\nb.y move v=1>2\nc.z update v=1>2",
	"one, one, one"},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome_change *changes = arena_array(arena, struct outcome_change, 100);
		struct str rest = str_from(rows[i].changes), line, sketch;
		struct collapsed_list list;
		size_t count = 0;

		while (str_line(&rest, &line))
			changes[count++] = change_of(arena, line);
		collapse_updates(arena, changes, count, &list);
		sketch = sketch_of(arena, &list);
		if (!str_is(sketch, rows[i].want))
			print_error("%s: '%.*s'\n", rows[i].label, STR_ARG(sketch));
		assert_true(str_is(sketch, rows[i].want));
	}
}

/* Each row stands in one item, and the items' rows stand one after the other. */
static void test_every_change_once(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	size_t count = 30000, seen = 0;
	struct outcome_change *changes = arena_array(arena, struct outcome_change, count);
	struct collapsed_list list;

	(void)state;
	for (size_t i = 0; i < count; i++)
		changes[i] = change_of(arena, str_format(arena, "a.x%zu[%zu] update v%zu=1>%zu",
						  i % 7, i, i % 11, i % 13 == 0 ? i : 2));
	collapse_updates(arena, changes, count, &list);
	assert_in_range(list.count, 10, 200);
	for (size_t i = 0; i < list.count; i++) {
		assert_ptr_equal(list.items[i].rows, list.items[0].rows + seen);
		seen += list.items[i].count;
	}
	assert_int_equal(seen, count);
}

/* What is folded is counted over all members, and each place is named once with its reason. */
static const struct {
	const char *label, *changes, *count, *words;
} folds[] = {
    {"of some members", "a.x update v=1>2\nb.y update v=1>2 %n=1>2\nc.z update v=1>2 %n=3>4 %m=1>2",
	" and 3 folded attributes", "n, m: computed"},
    {"of none", "a.x update v=1>2\nb.y update v=1>2\nc.z update v=1>2", "", ""},
    {"of all", "a.x update %n=1>2\nb.y update %m=3>4", ": 2 folded attributes", "n, m: computed"},
    {"many", "a.x update %a= %b= %c= %d= %e= %f= %g= %h=\nb.y update %1= %2= %3= %4= %5= %6=",
	": 14 folded attributes", "a, b, c, d, e, f, g, h, 1, 2, 3, 4: computed; …"},
};

static void test_folded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(folds); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome_change *changes = arena_array(arena, struct outcome_change, 10);
		struct str rest = str_from(folds[i].changes), line, words;
		struct collapsed_list list;
		struct buf buf;
		size_t count = 0;

		while (str_line(&rest, &line))
			changes[count++] = change_of(arena, line);
		collapse_updates(arena, changes, count, &list);
		assert_int_equal(list.count, 1);
		buf_init(&buf, arena, 1000);
		collapse_add_folded(&buf, &list.items[0]);
		words = list.items[0].folded_words;
		if (!str_is(buf_str(&buf), folds[i].count) || !str_is(words, folds[i].words))
			print_error("%s: '%.*s', '%.*s'\n", folds[i].label, STR_ARG(buf_str(&buf)),
			    STR_ARG(words));
		assert_true(str_is(buf_str(&buf), folds[i].count));
		assert_true(str_is(words, folds[i].words));
	}
}

/* --- as a person reads it --- */

static struct outcome *outcome_of(struct arena *arena, const char *format, size_t count)
{
	struct outcome_change *changes = arena_array(arena, struct outcome_change, count);
	struct outcome *outcome = sample_outcome(arena, SAMPLE_no_changes);

	for (size_t i = 0; i < count; i++)
		changes[i] = change_of(
		    arena, str_format(arena, "aws_instance.web[%zu] %s%zu", i, format, i));
	outcome->result = PLAN_CHANGES;
	outcome->summary.change = count;
	outcome->changes = changes;
	outcome->change_count = count;
	return outcome;
}

static const struct {
	const char *label, *format;
	size_t count, max_bytes;
	const char *wants[4];
} pictures[] = {
    {"same", "update tags.version=1>2 %etag=1>", 97, 0,
	{"#### 🟡 Update (97)\n",
	    "<details><summary><b>97 resources</b>: only <code>tags.version</code> and 97 folded "
	    "attributes (all "
	    "<code>aws_instance.web</code>)</summary>\n\n```diff\n",
	    "\n! tags.version: \"1\" -> \"2\"\n", "- `aws_instance.web[96]`\n"}},
    {"same, small", "update tags.version=1>2 %etag=1>", 97, 1200,
	{"only <code>tags.version</code>", "- … and 87 more\n"}},
    {"values of each", "update tags.version=1>", 12, 0,
	{"<b>12 resources</b>: only <code>tags.version</code>",
	    "@@ aws_instance.web[3] @@\n! tags.version: \"1\" -> \"3\"\n"}},
    {"noise", "update %etag=1>", 5, 0,
	{"<b>5 resources</b>: only noise: 5 folded attributes (all",
	    "\n\nfolded: etag: computed\n\n", "- `aws_instance.web[4]`\n"}},
};

static void test_pictures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pictures); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct outcome *outcome = outcome_of(arena, pictures[i].format, pictures[i].count);
		struct render_options options = {.max_bytes = pictures[i].max_bytes};
		struct str text = STR_EMPTY;
		struct err err = {0};

		assert_true(render_markdown(arena, outcome, &options, &text, &err));
		for (size_t k = 0; k < ARRAY_LEN(pictures[i].wants) && pictures[i].wants[k]; k++) {
			bool there = str_contains(text, str_from(pictures[i].wants[k]));

			if (!there)
				print_error("%s: no '%s' in:\n%s\n", pictures[i].label,
				    pictures[i].wants[k], str_to_c(arena, text));
			assert_true(there);
		}
		/* all of them are told */
		assert_false(str_contains(text, STR("resources shown")));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_every_change_once),
	    cmocka_unit_test(test_folded),
	    cmocka_unit_test(test_pictures),
	};

	return cmocka_run_group_tests_name("report/collapse", tests, NULL, NULL);
}
