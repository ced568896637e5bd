#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/sink.h"
#include "cmd/backend_block.h"
#include "tests/support/source_script.h"

#define FILES_MAX 4
#define S3	  "terraform {\n  backend \"s3\" {\n    key = \"k\"\n  }\n}\n"

/* "s3{"key":"k"}" for each block; "?" for what cannot be read: what is unknown is known after
 * apply. */
static const struct {
	const char *name;
	struct source_row files[FILES_MAX];
	const char *want;
} rows[] = {
    {"a block", {{.path = "d/main.tf", .text = S3}}, "s3{\"key\":\"k\"}"},
    {"none", {{.path = "d/main.tf", .text = "locals {}\n"}}, ""},
    {"not in terraform", {{.path = "d/main.tf", .text = "locals {\n  backend \"gcs\" {\n  }\n}\n"}},
	""},
    {"in a comment", {{.path = "d/main.tf", .text = "# terraform { backend \"s3\" { } }\n"}}, ""},
    {"not of this directory", {{.path = "main.tf", .text = S3}, {.path = "d/e/m.tf", .text = S3}},
	""},
    {"no configuration",
	{{.path = "d/readme.md", .text = S3}, {.path = "d/.a.tf", .text = S3},
	    {.path = "d/a.tf~", .text = S3}},
	""},
    {"an escaped type",
	{{.path = "d/main.tf",
	    .text = "terraform {\n  backend \"s\\u0033\" {\n    key = (\"k\")\n  }\n}\n"}},
	"s3{\"key\":\"k\"}"},
    {"what is no literal",
	{{.path = "d/main.tf",
	    .text = "terraform {\n  backend \"s3\" {\n    key = var.x\n  }\n}\n"}},
	"s3{\"key\":\"(known after apply)\"}"},
    {"behind a template that holds the marker of its heredoc",
	{{.path = "d/main.tf",
	    .text = "locals {\n  x = <<A\n${join(\"\", [for A in [\"x\"] :\nA\n])} z { y "
		    "{\nA\n}\n " S3}},
	"s3{\"key\":\"k\"}"},
    {"where brackets do not match",
	{{.path = "d/main.tf",
	    .text = "locals {\n x {\n}\n terraform {\n backend \"s3\" {\n }\n}\n"}},
	"?"},
    {"beside a string that does not end",
	{{.path = "d/main.tf", .text = "locals {\n x = \"a\n}\n" S3}}, "s3{\"key\":\"k\"} ?"},
    {"cloud, with workspaces",
	{{.path = "d/main.tf",
	    .text = "terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n"
		    "      name = \"w\"\n    }\n  }\n}\n"}},
	"cloud{\"organization\":\"o\",\"workspaces\":{\"name\":\"w\"}}"},
    {"JSON",
	{{.path = "d/b.tf.json",
	    .text = "{\"terraform\":{\"\\u0062ackend\":{\"s3\":{\"//\":\"x\",\"key\":\"k\"}}}}"}},
	"s3{\"key\":\"k\"}"},
    {"JSON in lists",
	{{.path = "d/b.tf.json",
	    .text = "[{\"terraform\":[{\"backend\":[{\"s3\":[{\"key\":\"k\"},{\"a\":1}]}]}]}]"}},
	"s3{\"key\":\"k\",\"a\":1}"},
    {"JSON with a template",
	{{.path = "d/b.tf.json",
	    .text = "{\"terraform\":{\"backend\":{\"s3\":{\"key\":\"${\\\"k\\\"}\"}}}}"}},
	"s3{\"key\":\"(known after apply)\"}"},
    {"cloud in JSON",
	{{.path = "d/b.tf.json",
	    .text = "{\"terraform\":{\"cloud\":{\"workspaces\":[{\"name\":\"w\"}]}}}"}},
	"cloud{\"workspaces\":{\"name\":\"w\"}}"},
    {"broken JSON", {{.path = "d/b.tf.json", .text = "{\"terraform\":"}}, "?"},
    {"an override comes last",
	{{.path = "d/a_override.tf", .text = S3},
	    {.path = "d/main.tf", .text = "terraform {\n  backend \"gcs\" {\n  }\n}\n"}},
	"gcs{} s3{\"key\":\"k\"}"},
    {"an override of JSON",
	{{.path = "d/override.tf.json", .text = "{\"terraform\":{\"backend\":{\"gcs\":{}}}}"},
	    {.path = "d/z.tf", .text = S3}},
	"s3{\"key\":\"k\"} gcs{}"},
    {"over a link",
	{{.path = "d/b.tf", .text = "-> ../e/x.txt"}, {.path = "e/x.txt", .text = "-> ./y.txt"},
	    {.path = "e/y.txt", .text = S3}},
	"s3{\"key\":\"k\"}"},
    {"a link out of the repository", {{.path = "d/b.tf", .text = "-> ../../x.tf"}}, "?"},
    {"a link to nothing", {{.path = "d/b.tf", .text = "-> y.tf"}}, "?"},
    {"links in a circle",
	{{.path = "d/b.tf", .text = "-> c.tf"}, {.path = "d/c.tf", .text = "-> b.tf"}}, "?"},
    {"a lost link beside a block",
	{{.path = "d/b.tf", .text = "-> /etc/x.tf"}, {.path = "d/main.tf", .text = S3}},
	"s3{\"key\":\"k\"}"},
    {"a lost link that overrides",
	{{.path = "d/b_override.tf", .text = "-> /etc/x.tf"}, {.path = "d/main.tf", .text = S3}},
	"s3{\"key\":\"k\"} ?"},
};

static struct str told(struct arena *arena, const struct backend_block *blocks, size_t count)
{
	struct jsonw json;
	struct sink sink;
	struct buf text;

	buf_init(&text, arena, 4000);
	sink_to_buf(&sink, &text);
	for (size_t i = 0; i < count; i++) {
		buf_adds(&text, i > 0 ? " " : "");
		if (blocks[i].type.len == 0) {
			buf_addc(&text, '?');
			continue;
		}
		buf_add(&text, blocks[i].type);
		jsonw_init(&json, &sink, 0);
		jsonw_value(&json, blocks[i].config);
	}
	return buf_str(&text);
}

static void blocks_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct source_row files[FILES_MAX + 1] = {0};
		struct source_script script;
		struct backend_block *blocks;
		struct source source;
		struct err err = {0};
		struct str got;
		size_t count;

		memcpy(files, rows[i].files, sizeof(rows[i].files));
		source = source_script(&script, files);
		if (!backend_blocks(arena, &source, STR("d"), &blocks, &count, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		got = told(arena, blocks, count);
		if (!str_is(got, rows[i].want))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(got));
	}
}

static void many_blocks_are_not_read(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_row files[] = {{.path = "d/a.tf"}, {0}};
	struct source_script script;
	struct backend_block *blocks;
	struct source source;
	struct err err = {0};
	struct buf text;
	size_t count;

	(void)state;
	buf_init(&text, arena, (size_t)1 << 20);
	for (int i = 0; i < 20000; i++)
		buf_adds(&text, "locals {}\n");
	buf_adds(&text, S3);
	files[0].text = str_to_c(arena, buf_str(&text));
	source = source_script(&script, files);
	assert_true(backend_blocks(arena, &source, STR("d"), &blocks, &count, &err));
	assert_int_equal(count, 1);
	assert_int_equal(blocks[0].type.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks_are_read),
	    cmocka_unit_test(many_blocks_are_not_read),
	};
	return cmocka_run_group_tests_name("cmd/backend_block", tests, NULL, NULL);
}
