#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/policy_world.h"
#include "tests/support/source_script.h"

/* What a rule sees as `backend`. */
static const struct {
	const char *name;
	struct source_row files[3];
	const char *type; /* NULL: unknown */
	const char *key;  /* NULL: unknown, too */
} rows[] = {
    {"a block",
	{{.path = "d/b.tf", .text = "terraform {\n  backend \"s3\" {\n    key = \"k\"\n  }\n}\n"}},
	"s3", "k"},
    {"a reference",
	{{.path = "d/b.tf", .text = "terraform {\n  backend \"s3\" {\n    key = var.k\n  }\n}\n"}},
	"s3", NULL},
    {"an override counts",
	{{.path = "d/a_override.tf",
	     .text = "terraform {\n  backend \"gcs\" {\n    key = \"o\"\n  }\n}\n"},
	    {.path = "d/b.tf", .text = "terraform {\n  backend \"s3\" {\n  }\n}\n"}},
	"gcs", "o"},
    {"JSON",
	{{.path = "d/b.tf.json",
	    .text = "{\"terraform\": {\"backend\": {\"http\": {\"key\": \"j\"}}}}"}},
	"http", "j"},
    {"broken JSON", {{.path = "d/b.tf.json", .text = "{"}}, NULL, NULL},
    {"no block", {{.path = "d/b.tf", .text = "locals {}\n"}}, NULL, NULL},
};

static void backends_are_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct source_script script;
		struct source source = source_script(&script, rows[i].files);
		const struct value *key;
		struct value backend;
		struct err err = {0};

		if (!backend_read(arena, &source, STR("d"), &backend, &err))
			fail_msg("%s: %s", rows[i].name, err.text);
		if (!rows[i].type) {
			if (backend.kind != VALUE_UNKNOWN ||
			    !str_is((struct str){backend.as.text, backend.len}, "backend"))
				fail_msg("%s: known", rows[i].name);
			continue;
		}
		if (!str_is(value_get_str(backend, "type"), rows[i].type))
			fail_msg("%s: type", rows[i].name);
		key = value_get_c(*value_get_c(backend, "config"), "key");
		if (rows[i].key
			? !str_is(value_text(*key), rows[i].key)
			: !str_is((struct str){key->as.text, key->len}, "backend.config.key"))
			fail_msg("%s: key", rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(backends_are_seen)};

	return cmocka_run_group_tests_name("cmd/policy_world", tests, NULL, NULL);
}
