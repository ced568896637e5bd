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

static void identities(void **state)
{
	static const struct {
		const char *name, *text, *want;
	} rows[] = {
	    {"s3", S3("    key = \"prod\"\n    region = \"eu\"\n"), "s3\nbucket=b\nkey=prod"},
	    {"s3, what is beside it does not count",
		S3("    encrypt = true\n    key = \"prod\"\n    acl = \"x\"\n"),
		"s3\nbucket=b\nkey=prod"},
	    {"s3 with a prefix of workspaces",
		S3("    key = \"prod\"\n    workspace_key_prefix = \"w\"\n"),
		"s3\nbucket=b\nkey=prod\nworkspace_key_prefix=w"},
	    {"s3, a part is given elsewhere", S3(""), ""},
	    {"s3, a template", S3("    key = \"prod/${var.x}\"\n"), ""},
	    {"gcs", "terraform {\n  backend \"gcs\" {\n    bucket = \"b\"\n  }\n}\n",
		"gcs\nbucket=b"},
	    {"a path from here", "terraform {\n  backend \"local\" {\n    path = \"s\"\n  }\n}\n",
		""},
	    {"an absolute path", "terraform {\n  backend \"local\" {\n    path = \"/s\"\n  }\n}\n",
		"local\npath=/s"},
	    {"cloud",
		"terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      name = "
		"\"w\"\n    }\n  }\n}\n",
		"cloud\norganization=o\nname=w"},
	    {"cloud by tags",
		"terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      tags = "
		"[\"w\"]\n    }\n  }\n}\n",
		""},
	    {"cloud without workspaces",
		"terraform {\n  cloud {\n    organization = \"o\"\n  }\n}\n", ""},
	    {"empty", "terraform {\n  backend \"s3\" {}\n}\n", ""},
	    {"nobody knows it", "terraform {\n  backend \"mine\" {\n    a = \"b\"\n  }\n}\n", ""},
	    {"in a comment", "# terraform { backend \"s3\" { bucket = \"b\" key = \"k\" } }\n", ""},
	    {"not in terraform", "locals {\n  backend \"gcs\" {\n    bucket = \"b\"\n  }\n}\n", ""},
	    {"a broken file", "terraform {\n  backend \"gcs\" {\n    bucket = \"b", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct source_row files[] = {{"d/main.tf", rows[i].text, false},
		    {"d/readme.md", S3("    key = \"k\"\n"), false}, {NULL, NULL, false}};
		struct source_script script;
		struct source source = source_script(&script, files);
		struct policy_place place;
		struct err err = {0};
		struct str got;

		if (!backend_identity(arena, &source, STR("d"), &got, &place, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		if (!str_is(got, rows[i].want))
			fail_msg("%s: '%.*s'", rows[i].name, STR_ARG(got));
	}
}

static void moves(void **state)
{
	static const char prod[] = S3("    key = \"prod\"\n"), own[] = S3("    key = \"own\"\n");
	static const struct {
		const char *name, *base, *head; /* of directory new; NULL: not there */
		bool found;
	} rows[] = {
	    {"new, of prod", NULL, prod, true},
	    {"new, its own", NULL, own, false},
	    {"there already", prod, prod, false},
	    {"its own before, of prod now", own, prod, true},
	    {"none before", "# empty\n", prod, true},
	    {"none now", own, "# empty\n", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct source_row base_files[] = {{"a/b/prod/main.tf", prod, false},
		    {".hidden/main.tf", own, false},
		    {rows[i].base ? "new/main.tf" : "new/readme.md",
			rows[i].base ? rows[i].base : "", false},
		    {NULL, NULL, false}};
		const struct source_row head_files[] = {
		    {"new/main.tf", rows[i].head, false}, {NULL, NULL, false}};
		struct source_script base_script, head_script;
		struct source base = source_script(&base_script, base_files);
		struct source head = source_script(&head_script, head_files);
		struct backend_move move;
		struct err err = {0};

		if (!backend_move_find(arena, &base, &head, STR("new"), &move, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		if (move.found != rows[i].found)
			fail_msg("%s: found is %d", rows[i].name, move.found);
		if (!move.found)
			continue;
		assert_true(str_is(move.directory, "a/b/prod"));
		assert_true(str_is(move.place.file, "new/main.tf"));
		assert_int_equal(move.place.line, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(identities),
	    cmocka_unit_test(moves),
	};
	return cmocka_run_group_tests_name("cmd/backend_move", tests, NULL, NULL);
}
