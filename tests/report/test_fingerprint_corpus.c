/* Real plans: each is itself when its keys and resources stand in another order, and two plans that
 * do different things never have one fingerprint. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "parser/plan_read.h"
#include "report/outcome.h"

#define FILE_MAX   ((size_t)8 << 20)
#define PLANS_MAX  1000
#define WANTED_MIN 100

static const char *shared_dir(void)
{
	const char *dir = getenv("TFHERALD_SHARED");

	if (dir && *dir)
		return dir;
	return access("../shared/data/plans/manifest.tsv", R_OK) == 0 ? "../shared" : NULL;
}

/* Maps from their last key to the first, and the resources likewise. */
static void write_reversed(struct jsonw *writer, struct value value, bool is_top)
{
	if (value.kind == VALUE_MAP) {
		jsonw_begin_object(writer);
		for (uint32_t i = value.len; i > 0; i--) {
			const struct value_entry *entry = &value.as.entries[i - 1];
			bool turn = is_top && str_is(value_text(entry->key), "resource_changes");

			jsonw_key_str(writer, value_text(entry->key));
			if (turn && entry->value.kind == VALUE_LIST) {
				jsonw_begin_array(writer);
				for (uint32_t k = entry->value.len; k > 0; k--)
					write_reversed(writer, entry->value.as.items[k - 1], false);
				jsonw_end_array(writer);
			} else {
				write_reversed(writer, entry->value, false);
			}
		}
		jsonw_end_object(writer);
	} else if (value.kind == VALUE_LIST) {
		jsonw_begin_array(writer);
		for (uint32_t i = 0; i < value.len; i++)
			write_reversed(writer, value.as.items[i], false);
		jsonw_end_array(writer);
	} else {
		jsonw_value(writer, value);
	}
}

static bool outcome_of(struct arena *arena, struct str text, struct outcome *outcome)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome_rules rules = {.fingerprint_key = STR("corpus")};
	struct plan_options options = {0};
	struct plan *plan = NULL;
	struct err err = {0};

	*outcome = (struct outcome){0};
	return plan_read(arena, input_from_str(arena, "plan.json", text), &options, &plan, &err) &&
	       plan->form == PLAN_FORM_JSON &&
	       outcome_add_plan(arena, scratch, plan, &rules, outcome, &err);
}

static struct str reversed(struct arena *arena, struct value value)
{
	struct err err = {0};
	struct jsonw writer;
	struct sink sink;
	struct buf buf;

	buf_init(&buf, arena, 4 * FILE_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(&writer, &sink, 0);
	write_reversed(&writer, value, true);
	assert_true(sink_finish(&sink, &err));
	return buf_str(&buf);
}

struct seen {
	struct str fingerprint, name, what;
};

/* What the plan does, roughly: two that differ in it are two plans. */
static struct str what_of(struct arena *arena, const struct outcome *outcome)
{
	struct buf buf;

	buf_init(&buf, arena, FILE_MAX);
	for (size_t i = 0; i < outcome->change_count; i++) {
		buf_add(&buf, outcome->changes[i].head.address);
		buf_addf(&buf, " %d %zu\n", (int)outcome->changes[i].head.action,
		    outcome->changes[i].attribute_count + outcome->changes[i].attributes_left_out);
	}
	return buf_str(&buf);
}

static void check_file(
    struct arena *keep, const char *path, const char *name, struct seen *seen, size_t *count)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct outcome outcome, other;
	struct value value;
	struct err err = {0};
	struct str text;

	if (!file_read(arena, path, FILE_MAX, &text, &err) ||
	    !jsonr_read(arena, text, &(struct jsonr){0}, &value, &err) ||
	    !outcome_of(arena, text, &outcome))
		return;
	assert_true(plan_fingerprint_is_one(outcome.fingerprint.text));
	assert_int_equal(outcome.fingerprint.hidden_left_out, 0);
	if (!outcome_of(arena, reversed(arena, value), &other))
		fail_msg("%s: not read in another order", name);
	if (!str_eq(outcome.fingerprint.text, other.fingerprint.text))
		fail_msg("%s: another fingerprint in another order", name);
	assert_true(*count < PLANS_MAX);
	seen[(*count)++] = (struct seen){str_copy(keep, outcome.fingerprint.text),
	    str_copy(keep, str_from(name)), str_copy(keep, what_of(arena, &outcome))};
}

static void test_corpus(void **state)
{
	struct arena *keep CLEANUP(arena_free_ptr) = arena_new();
	struct seen *seen = arena_array(keep, struct seen, PLANS_MAX);
	const char *shared = shared_dir(), *ci = getenv("CI");
	const struct dirent *entry;
	size_t count = 0, equal = 0;
	DIR *dir;

	(void)state;
	if (!shared && ci && strcmp(ci, "true") == 0)
		fail_msg("the corpus is missing: set TFHERALD_SHARED");
	if (!shared)
		skip();
	dir = opendir(str_format(keep, "%s/data/plans/files", shared).ptr);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		struct str path = str_format(keep, "%s/data/plans/files/%s", shared, entry->d_name);

		if (str_ends(path, STR(".json")))
			check_file(keep, path.ptr, entry->d_name, seen, &count);
	}
	closedir(dir);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (!str_eq(seen[i].fingerprint, seen[j].fingerprint))
				continue;
			equal += seen[i].what.len > 0;
			if (!str_eq(seen[i].what, seen[j].what))
				fail_msg("%s and %s have one fingerprint", seen[i].name.ptr,
				    seen[j].name.ptr);
		}
	}
	print_message("%zu plans, %zu pairs of one plan\n", count, equal);
	assert_true(count >= WANTED_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};

	return cmocka_run_group_tests_name("report/fingerprint_corpus", tests, NULL, NULL);
}
