#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/str.h"
#include "parser/plan_read.h"

/*
 * Every text and stream of the corpus: it parses, its figures are those of the truth file, the
 * forms of one plan agree, and what the peers' parser tables say is said here too.
 */

#define TABLE_MAX ((size_t)8 << 20)
#define FILE_MAX  ((size_t)64 << 20)

struct exception {
	const char *id; /* file, or group */
	const char *why;
};

struct world {
	const char *shared;
	struct arena *arena, *scratch;
	struct input *inputs[16]; /* of the plans in scratch: their changes are read on demand */
	size_t input_count;
};

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED");

	if (dir && *dir)
		return dir;
	return access("../shared/data/plans/manifest.tsv", R_OK) == 0 ? "../shared" : NULL;
}

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->shared = shared_dir();
	world->arena = arena_new();
	world->scratch = arena_new();
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	arena_free(world->arena);
	arena_free(world->scratch);
	free(world);
	return 0;
}

/* The data may be absent on a developer's machine, never in CI. */
static bool has_data(const struct world *world)
{
	const char *ci = getenv("CI");

	if (!world->shared && ci && strcmp(ci, "true") == 0)
		fail_msg("the shared data is missing");
	return world->shared != NULL;
}

static struct str column(struct str line, int number)
{
	struct str part = STR_EMPTY;

	for (int i = 0; i <= number; i++) {
		size_t tab;

		if (!str_find_char(line, '\t', &tab))
			tab = line.len;
		part = str_from_to(line, 0, tab);
		line = str_skip(line, tab + 1);
	}
	return part;
}

static struct str read_file(struct world *world, const char *path)
{
	struct err err = {0};
	struct str text;

	if (!file_read(world->arena, path, TABLE_MAX, &text, &err))
		fail_msg("%s", err.text);
	return text;
}

static struct str read_table(struct world *world, const char *name)
{
	struct str path = str_format(world->arena, "%s/data/plans/%s", world->shared, name);

	return read_file(world, path.ptr);
}

static const char *suffix_of(struct str kind)
{
	if (str_is(kind, "ui_stream"))
		return "jsonl";
	return str_is(kind, "plan_json") ? "json" : "txt";
}

/* A file of the corpus as the program would read it, whatever its encoding. */
static struct plan *read_plan(struct world *world, struct str id, struct str kind)
{
	struct str path = str_format(world->scratch, "%s/data/plans/files/%.*s.%s", world->shared,
	    STR_ARG(id), suffix_of(kind));
	const struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};
	struct input *input;
	struct str text;

	if (!input_open(world->scratch, path.ptr, FILE_MAX, &input, &err))
		fail_msg("%s: %s", path.ptr, err.text);
	assert_true(world->input_count < ARRAY_LEN(world->inputs));
	world->inputs[world->input_count++] = input;
	if (str_is(kind, "plan_json")) {
		if (!plan_read_json(world->scratch, input, &options, &plan, &err))
			fail_msg("%s: %s", path.ptr, err.text);
		return plan;
	}
	if (!input_text(world->scratch, input, 0, (size_t)input_size(input), &text, &err))
		fail_msg("%s: %s", path.ptr, err.text);
	if (!str_is(kind, "ui_stream"))
		plan = plan_read_text(world->scratch, text);
	else if (!plan_read_stream(world->scratch, text, &plan, &err))
		fail_msg("%s: %s", path.ptr, err.text);
	return plan;
}

static bool is_text_kind(struct str kind)
{
	return str_is(kind, "plan_text") || str_is(kind, "apply_text") || str_is(kind, "ui_stream");
}

static const char *find_exception(const struct exception *list, size_t count, struct str id)
{
	for (size_t i = 0; i < count; i++) {
		if (str_is(id, list[i].id))
			return list[i].why;
	}
	return NULL;
}

static void rewind_scratch(struct world *world)
{
	while (world->input_count > 0)
		input_close(world->inputs[--world->input_count]);
	arena_free(world->scratch);
	world->scratch = arena_new();
}

static bool has_feature(struct str features, const char *name)
{
	struct str feature;

	while (str_split(&features, ',', &feature)) {
		if (str_is(feature, name))
			return true;
	}
	return false;
}

/* ---- every file parses, and says what its exit status said ---- */

static const struct exception exit_exceptions[] = {
    {"d50c1a08825c", "terraform show of an errored plan: show itself succeeds"},
    {"d79d4bb5e89e", "the prompt was answered with no: nothing failed, 'Apply cancelled.'"},
};

static bool check_exit(const struct plan *plan, struct str features, struct str id)
{
	if (find_exception(exit_exceptions, ARRAY_LEN(exit_exceptions), id))
		return true;
	if (has_feature(features, "exit_1") && plan->result != PLAN_ERROR) {
		print_error("%.*s: exit status 1, but no error was found\n", STR_ARG(id));
		return false;
	}
	if (has_feature(features, "exit_2") && plan->result != PLAN_CHANGES) {
		print_error("%.*s: exit status 2, but no change was found\n", STR_ARG(id));
		return false;
	}
	if (has_feature(features, "exit_0") && plan->result == PLAN_ERROR) {
		print_error("%.*s: exit status 0, but an error was found\n", STR_ARG(id));
		return false;
	}
	return true;
}

/* What tfherald show refuses. Every text of the corpus holds something of a plan or an apply. */
static bool check_recognised(const struct plan *plan, struct str id)
{
	if (plan->form != PLAN_FORM_TEXT || plan->has_result || plan->apply.present ||
	    plan->diagnostic_count > 0)
		return true;
	print_error("%.*s: nothing was recognised\n", STR_ARG(id));
	return false;
}

static void test_files(void **state)
{
	struct world *world = *state;
	size_t files = 0, bad = 0;
	struct str table, line;

	if (!has_data(world))
		skip();
	table = read_table(world, "manifest.tsv");
	while (str_line(&table, &line)) {
		struct str id = column(line, 0), kind = column(line, 1);
		struct plan *plan;

		if (!is_text_kind(kind))
			continue;
		plan = read_plan(world, id, kind);
		assert_non_null(plan);
		bad += check_exit(plan, column(line, 11), id) ? 0 : 1;
		bad += check_recognised(plan, id) ? 0 : 1;
		files++;
		rewind_scratch(world);
	}
	assert_int_equal(bad, 0);
	assert_true(files > 400);
}

/* ---- figures ---- */

static size_t number(struct str text)
{
	int64_t value = 0;
	struct err err = {0};

	assert_true(str_to_int64(text, 0, 1000000, &value, &err));
	return (size_t)value;
}

static bool check_truth(const struct plan *plan, struct str line)
{
	const struct plan_summary *sum = &plan->summary;
	const size_t got[] = {sum->import, sum->add, sum->change, sum->destroy};
	struct str id = column(line, 0);
	bool good = true;

	for (int i = 0; i < 4; i++)
		good = good && got[i] == number(column(line, 2 + i));
	/* Terraform's texts do not count what is forgotten; the rows do. */
	good = good && sum->forget >= number(column(line, 6));
	if (!good)
		print_error("%.*s: %zu %zu %zu %zu forget %zu, want %.*s\n", STR_ARG(id), got[0],
		    got[1], got[2], got[3], sum->forget, STR_ARG(str_skip(line, id.len + 1)));
	return good;
}

static void test_truth(void **state)
{
	struct world *world = *state;
	size_t files = 0, bad = 0;
	struct str table, line;

	if (!has_data(world))
		skip();
	table = read_table(world, "truth.tsv");
	while (str_line(&table, &line)) {
		struct str kind = column(line, 1);

		if (!is_text_kind(kind))
			continue;
		bad += check_truth(read_plan(world, column(line, 0), kind), line) ? 0 : 1;
		files++;
		rewind_scratch(world);
	}
	assert_int_equal(bad, 0);
	assert_true(files > 250);
}

/* ---- the forms of one plan ---- */

#define FORMS_MAX 8

struct form {
	struct str id, kind;
	struct plan *plan;
	struct str changes; /* sorted lines: address, deposed, action */
};

struct listing {
	struct arena *arena;
	struct str lines[20000];
	size_t count;
	bool any;
};

static bool list_change(void *context, const struct change *change, struct err *err)
{
	struct listing *list = context;
	enum action action = change->head.action;

	(void)err;
	if (!action_is_change(action))
		return true;
	/* Streams say "replace" and not in which order. */
	if (action_is_replace(action))
		action = ACTION_REPLACE;
	/* Text and streams leave out the removal of a data source. */
	if (str_is(change->head.mode, "data"))
		return true;
	if (list->count < ARRAY_LEN(list->lines))
		list->lines[list->count++] =
		    str_format(list->arena, "%s %.*s %.*s\n", action_name(action),
			STR_ARG(change->head.address), STR_ARG(change->head.deposed));
	return true;
}

static int compare_lines(const void *a, const void *b)
{
	const struct str *left = a, *right = b;

	return str_cmp(*left, *right);
}

static struct str list_changes(struct world *world, const struct plan *plan)
{
	static struct listing list;
	struct arena *visit = arena_new();
	struct err err = {0};
	size_t len = 0;
	char *text;

	list.arena = world->scratch;
	list.count = 0;
	if (!plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_ALL}, visit,
		list_change, &list, &err))
		fail_msg("%s", err.text);
	arena_free(visit);
	qsort(list.lines, list.count, sizeof(list.lines[0]), compare_lines);
	for (size_t i = 0; i < list.count; i++)
		len += list.lines[i].len;
	text = arena_alloc(world->scratch, len + 1);
	len = 0;
	for (size_t i = 0; i < list.count; i++) {
		memcpy(text + len, list.lines[i].ptr, list.lines[i].len);
		len += list.lines[i].len;
	}
	return (struct str){text, len};
}

static size_t read_forms(struct world *world, struct str members, struct form forms[FORMS_MAX])
{
	struct str member;
	size_t count = 0, colon;

	while (count < FORMS_MAX && str_split(&members, ',', &member)) {
		struct form *form = &forms[count];

		assert_true(str_find_char(member, ':', &colon));
		form->id = str_from_to(member, 0, colon);
		form->kind = str_skip(member, colon + 1);
		if (str_is(form->kind, "state_json"))
			continue;
		form->plan = read_plan(world, form->id, form->kind);
		form->changes = list_changes(world, form->plan);
		count++;
	}
	return count;
}

static bool forms_agree(const struct form *a, const struct form *b, struct str group)
{
	const struct plan_summary *left = &a->plan->summary, *right = &b->plan->summary;
	bool counts = left->import == right->import && left->add == right->add &&
		      left->change == right->change && left->destroy == right->destroy;

	if (counts && str_eq(a->changes, b->changes))
		return true;
	print_error("%.*s: %.*s %.*s (%zu %zu %zu %zu) and %.*s %.*s (%zu %zu %zu %zu) "
		    "differ:\n%.*s--\n%.*s",
	    STR_ARG(group), STR_ARG(a->kind), STR_ARG(a->id), left->import, left->add, left->change,
	    left->destroy, STR_ARG(b->kind), STR_ARG(b->id), right->import, right->add,
	    right->change, right->destroy, STR_ARG(a->changes), STR_ARG(b->changes));
	return false;
}

static void test_groups(void **state)
{
	struct world *world = *state;
	struct form forms[FORMS_MAX];
	size_t groups = 0, bad = 0, bytes = 0;
	struct str table, line;

	if (!has_data(world))
		skip();
	table = read_table(world, "groups.tsv");
	(void)str_line(&table, &line);
	while (str_line(&table, &line)) {
		struct str group = column(line, 0);
		size_t count;

		count = read_forms(world, column(line, 1), forms);
		for (size_t i = 1; i < count; i++) {
			bad += forms_agree(&forms[0], &forms[i], group) ? 0 : 1;
			bytes += forms[i].changes.len;
		}
		groups++;
		rewind_scratch(world);
	}
	assert_int_equal(bad, 0);
	assert_true(groups > 60);
	assert_true(bytes > 100000); /* something was compared */
}

/* ---- the peers' tables ---- */

static bool is_error(const struct plan *plan)
{
	return plan->result == PLAN_ERROR;
}

static bool has_destroy(const struct plan *plan)
{
	return plan->summary.destroy > 0;
}

static bool has_no_changes(const struct plan *plan)
{
	return plan->result == PLAN_NO_CHANGES;
}

static bool is_add_or_update(const struct plan *plan)
{
	return plan->result == PLAN_CHANGES && plan->summary.destroy == 0;
}

static const struct flag_field {
	const char *name;
	bool (*get)(const struct plan *plan);
} flag_fields[] = {
    {"HasError", is_error},
    {"HasPlanError", is_error},
    {"wantHasError", is_error},
    {"HasDestroy", has_destroy},
    {"wantHasDestroy", has_destroy},
    {"HasNoChanges", has_no_changes},
    {"wantHasNoChanges", has_no_changes},
    {"HasAddOrUpdateOnly", is_add_or_update},
};

static bool is_created(const struct change_head *head)
{
	return head->action == ACTION_CREATE;
}

static bool is_updated(const struct change_head *head)
{
	return head->action == ACTION_UPDATE;
}

static bool is_deleted(const struct change_head *head)
{
	return head->action == ACTION_DELETE;
}

static bool is_replaced(const struct change_head *head)
{
	return action_is_replace(head->action);
}

static bool is_imported(const struct change_head *head)
{
	return head->importing;
}

static const struct list_field {
	const char *names, *count;
	bool (*belongs)(const struct change_head *head);
} list_fields[] = {
    {"CreatedResources", "wantCreatedCount", is_created},
    {"UpdatedResources", "wantUpdatedCount", is_updated},
    {"DeletedResources", "wantDeletedCount", is_deleted},
    {"ReplacedResources", "wantReplacedCount", is_replaced},
    {"ImportedResources", "wantImportedCount", is_imported},
};

/* "name/field" */
static const struct exception case_exceptions[] = {
    {"plan output changes only pattern 0.12/HasNoChanges",
	"an output changes: applying does something"},
    {"plan output changes only pattern 0.12/HasAddOrUpdateOnly",
	"an output changes: applying does something"},
};

static bool case_differs(struct world *world, struct value row, const char *field)
{
	struct str key =
	    str_format(world->scratch, "%.*s/%s", STR_ARG(value_get_str(row, "name")), field);

	if (find_exception(case_exceptions, ARRAY_LEN(case_exceptions), key))
		return false;
	print_error("%s differs\n", key.ptr);
	return true;
}

static size_t check_flags(struct world *world, struct value row, const struct plan *plan)
{
	const struct value *expected = value_get_c(row, "expected");
	size_t bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(flag_fields); i++) {
		const struct value *want = value_get_c(*expected, flag_fields[i].name);

		if (want && want->as.boolean != flag_fields[i].get(plan))
			bad += case_differs(world, row, flag_fields[i].name) ? 1 : 0;
	}
	return bad;
}

static bool list_has(const struct value *list, struct str address)
{
	for (uint32_t i = 0; i < list->len; i++) {
		if (str_eq(value_text(list->as.items[i]), address))
			return true;
	}
	return false;
}

static bool list_agrees(
    const struct list_field *field, struct value expected, const struct plan *plan)
{
	const struct value *names = value_get_c(expected, field->names);
	const struct value *want = value_get_c(expected, field->count);
	size_t count = 0;

	for (size_t i = 0; i < plan->counts[CHANGES_RESOURCE]; i++) {
		const struct change_head *head = &plan->rows[CHANGES_RESOURCE][i].head;

		if (!field->belongs(head))
			continue;
		count++;
		if (names && names->kind == VALUE_LIST && !list_has(names, head->address))
			return false;
	}
	if (names && names->kind == VALUE_LIST && names->len != count)
		return false;
	return !want || want->as.integer == (int64_t)count;
}

static size_t check_lists(struct world *world, struct value row, const struct plan *plan)
{
	const struct value *expected = value_get_c(row, "expected");
	size_t bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(list_fields); i++) {
		if (!list_agrees(&list_fields[i], *expected, plan))
			bad += case_differs(world, row, list_fields[i].names) ? 1 : 0;
	}
	return bad;
}

static void test_peers(void **state)
{
	struct world *world = *state;
	size_t cases = 0, bad = 0;
	struct str table, line;

	if (!has_data(world))
		skip();
	table = read_table(world, "parser_cases.jsonl");
	while (str_line(&table, &line)) {
		struct jsonr reader = {0};
		struct err err = {0};
		struct plan *plan;
		struct value row;

		if (!jsonr_read(world->scratch, line, &reader, &row, &err))
			fail_msg("%s", err.text);
		plan = plan_read_text(world->scratch, value_get_str(row, "body"));
		bad += check_flags(world, row, plan) + check_lists(world, row, plan);
		cases++;
		rewind_scratch(world);
	}
	assert_int_equal(bad, 0);
	assert_true(cases > 15);
}

/* ---- bad input ---- */

typedef void file_visitor(struct world *world, struct str text);

/* Calls the visitor for the files of a folder of the data. */
static size_t each_file(struct world *world, const char *folder, file_visitor *visitor)
{
	struct str path = str_format(world->arena, "%s/data/%s", world->shared, folder);
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	struct err err = {0};
	size_t count = 0;

	assert_true(directory_open(path.ptr, &dir, &err));
	for (const char *name; (name = directory_next(&dir));) {
		if (!str_ends(str_from(name), STR(".txt")))
			continue;
		visitor(
		    world, read_file(world, str_format(world->arena, "%s/%s", path.ptr, name).ptr));
		count++;
		rewind_scratch(world);
	}
	return count;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void read_damaged(struct world *world, struct str text, uint32_t *seed)
{
	static const char bytes[] = "\x1b[]\r\n \"#:.{}<|~+-\xe2\x95\xb7";
	char *copy = arena_alloc(world->scratch, text.len + 1);
	struct plan *plan;
	struct err err = {0};

	memcpy(copy, text.ptr, text.len);
	for (int i = 0; i < 8 && text.len > 0; i++)
		copy[next_random(seed) % text.len] = bytes[next_random(seed) % (sizeof(bytes) - 1)];
	(void)plan_read_text(world->scratch, (struct str){copy, text.len});
	if (!plan_read_stream(world->scratch, (struct str){copy, text.len}, &plan, &err))
		assert_true(err.code != ERR_NONE);
}

/* Cut at many places (every byte of a small text), and with bytes exchanged. */
static void read_broken(struct world *world, struct str text)
{
	struct arena_mark mark = arena_save(world->scratch);
	size_t step = text.len / 256 + 1;
	uint32_t seed = 20261122;

	assert_non_null(plan_read_text(world->scratch, text));
	if (text.len > 20000)
		return;
	for (size_t len = 0; len < text.len; len += step) {
		char *copy = malloc(len + 1); /* so that a read past the end is noticed */

		memcpy(copy, text.ptr, len);
		(void)plan_read_text(world->scratch, (struct str){copy, len});
		free(copy);
		arena_rewind(world->scratch, mark);
	}
	for (int i = 0; i < 8; i++) {
		read_damaged(world, text, &seed);
		arena_rewind(world->scratch, mark);
	}
}

static void test_compat_inputs(void **state)
{
	struct world *world = *state;

	if (!has_data(world))
		skip();
	assert_true(each_file(world, "compat/inputs", read_broken) > 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_truth, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_groups, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_peers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(test_compat_inputs, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("parser/corpus_text", tests, NULL, NULL);
}
