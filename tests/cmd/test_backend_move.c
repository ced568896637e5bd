#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/backend_move.h"
#include "tests/support/source_script.h"

#define S3(MORE) "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n" MORE "  }\n}\n"
#define PROD	 S3("    key = \"prod\"\n")
#define OWN	 S3("    key = \"own\"\n")
#define PARTIAL	 S3("")
#define OBSCURE	 S3("    key = false ? \"\" : \"prod\"\n")

/* Directory new now and before, and a/b/prod at the base, which is gone now or still there. */
static const struct {
	const char *name, *before, *now, *prod;
	bool prod_is_gone, found;
	const char *doubt;
} rows[] = {
    {"new, of prod", NULL, PROD, PROD, true, true, ""},
    {"new, of prod that is still there", NULL, PROD, PROD, false, true, ""},
    {"new, its own", NULL, OWN, PROD, true, false, NULL},
    {"there already", PROD, PROD, PROD, false, false, NULL},
    {"there already, written anew", PROD, S3("    key = (\"prod\")\n    region = \"x\"\n"), PROD,
	false, false, NULL},
    {"its own before, of prod now", OWN, PROD, PROD, false, true, ""},
    {"none before", "# empty\n", PROD, PROD, false, true, ""},
    {"none now", OWN, "# empty\n", PROD, false, false, NULL},
    {"obscure", NULL, OBSCURE, PROD, false, true, "'key' of the backend is no plain text"},
    {"obscure before, too", OBSCURE, OBSCURE, PROD, false, false, NULL},
    {"obscure in another way", OBSCURE, S3("    key = true ? \"prod\" : \"\"\n"), PROD, false, true,
	"'key' of the backend is no plain text"},
    {"given elsewhere, in a new directory", NULL, PARTIAL, PROD, false, false, NULL},
    {"given elsewhere, after a move", NULL, PARTIAL, PROD, true, true, "is given elsewhere"},
    {"given elsewhere at both sides", NULL, PARTIAL, PARTIAL, true, true, "is given elsewhere"},
    {"given elsewhere, nothing is new", PARTIAL, PARTIAL, PARTIAL, true, false, NULL},
    {"broken JSON", NULL, NULL, PROD, false, true, "the backend cannot be read"},
};

static bool is_one(const struct backend_move *move, const char *directory)
{
	return move->count == 1 && str_is(move->directories[0], directory);
}

static const char *names(struct arena *arena, const struct backend_move *move)
{
	struct str text = STR_EMPTY;

	for (size_t i = 0; i < move->count; i++)
		text =
		    str_format(arena, "%.*s '%.*s'", STR_ARG(text), STR_ARG(move->directories[i]));
	return str_to_c(arena, text);
}

static void moves(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct source_row base_files[] = {
		    {.path = "a/b/prod/main.tf", .text = rows[i].prod},
		    {.path = ".hidden/main.tf", .text = OWN},
		    {.path = rows[i].before ? "new/main.tf" : "new/readme.md",
			.text = rows[i].before ? rows[i].before : ""},
		    {0}};
		const struct source_row head_files[] = {
		    {.path = rows[i].now ? "new/main.tf" : "new/main.tf.json",
			.text = rows[i].now ? rows[i].now : "{"},
		    {.path = rows[i].prod_is_gone ? "gone" : "a/b/prod/main.tf",
			.text = rows[i].prod},
		    {0}};
		struct source_script base_script, head_script;
		struct source base = source_script(&base_script, base_files);
		struct source head = source_script(&head_script, head_files);
		struct backend_move move;
		struct err err = {0};

		if (!backend_move_find(arena, &base, &head, STR("new"), &move, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		if ((move.count > 0) != rows[i].found)
			fail_msg("%s: found %zu", rows[i].name, move.count);
		if (move.count == 0)
			continue;
		if (!is_one(&move, "a/b/prod"))
			fail_msg("%s: %s", rows[i].name, names(arena, &move));
		assert_true(str_starts(move.place.file, STR("new/main.tf")));
		assert_int_equal(move.place.line, rows[i].now ? 2 : 1);
		if (!str_contains(move.doubt, str_from(rows[i].doubt)) ||
		    (rows[i].doubt[0] == '\0') != (move.doubt.len == 0))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(move.doubt));
	}
}

/* Of two that may be meant the one that surely is. */
static void the_surest_is_taken(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct source_row base_files[] = {
	    {.path = "a/main.tf", .text = PARTIAL}, {.path = "b/main.tf", .text = PROD}, {0}};
	const struct source_row head_files[] = {{.path = "new/main.tf", .text = PROD}, {0}};
	struct source_script base_script, head_script;
	struct source base = source_script(&base_script, base_files);
	struct source head = source_script(&head_script, head_files);
	struct backend_move move;
	struct err err = {0};

	(void)state;
	assert_true(backend_move_find(arena, &base, &head, STR("new"), &move, &err));
	assert_true(is_one(&move, "b"));
	assert_int_equal(move.doubt.len, 0);
}

/* Which one is meant cannot be read: all of them count, in the order of the base. */
static void all_in_doubt_are_taken(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct source_row base_files[] = {{.path = "a/main.tf", .text = OWN},
	    {.path = "b/main.tf", .text = PROD}, {.path = "c/main.tf", .text = "# empty\n"}, {0}};
	const struct source_row head_files[] = {{.path = "new/main.tf", .text = OBSCURE}, {0}};
	struct source_script base_script, head_script;
	struct source base = source_script(&base_script, base_files);
	struct source head = source_script(&head_script, head_files);
	struct backend_move move;
	struct err err = {0};

	(void)state;
	assert_true(backend_move_find(arena, &base, &head, STR("new"), &move, &err));
	assert_string_equal(names(arena, &move), " 'a' 'b'");
	assert_true(move.doubt.len > 0);
}

/* One block is a decoy: Terraform takes the override. */
static void overrides_count(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct source_row base_files[] = {
	    {.path = "prod/main.tf", .text = PROD}, {.path = "new/main.tf", .text = OWN}, {0}};
	const struct source_row head_files[] = {
	    {.path = "new/main.tf", .text = OWN}, {.path = "new/x_override.tf", .text = PROD}, {0}};
	struct source_script base_script, head_script;
	struct source base = source_script(&base_script, base_files);
	struct source head = source_script(&head_script, head_files);
	struct backend_move move;
	struct err err = {0};

	(void)state;
	assert_true(backend_move_find(arena, &base, &head, STR("new"), &move, &err));
	assert_true(is_one(&move, "prod"));
	assert_true(str_is(move.place.file, "new/x_override.tf"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moves),
	    cmocka_unit_test(the_surest_is_taken),
	    cmocka_unit_test(all_in_doubt_are_taken),
	    cmocka_unit_test(overrides_count),
	};
	return cmocka_run_group_tests_name("cmd/backend_move", tests, NULL, NULL);
}
