#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "cmd/backend_identity.h"
#include "tests/support/source_script.h"

#define S3(MORE)	"terraform {\n  backend \"s3\" {\n" MORE "\n  }\n}\n"
#define PROD		S3("bucket = \"b\"\nkey = \"prod/db\"")
#define ONE(TYPE, MORE) "terraform {\n  backend \"" TYPE "\" {\n" MORE "\n  }\n}\n"
#define CLOUD(MORE, NAME) \
	"terraform {\n  cloud {\n" MORE "\n  workspaces {\n    name = \"" NAME "\"\n  }\n  }\n}\n"
#define REMOTE(MORE, NAME)                                                                  \
	"terraform {\n  backend \"remote\" {\n" MORE "\n  workspaces {\n    name = \"" NAME \
	"\"\n  }\n  }\n}\n"

/* The block of directory new/x against the one that prod/db has at the base. */
static const struct {
	const char *name, *mine, *base;
	enum backend_match want;
	const char *doubt;
} rows[] = {
    {"as it is", PROD, PROD, BACKEND_SAME, ""},
    {"another key", S3("bucket = \"b\"\nkey = \"new/x\""), PROD, BACKEND_DIFFERS, ""},
    {"another bucket", S3("bucket = \"c\"\nkey = \"prod/db\""), PROD, BACKEND_DIFFERS, ""},
    {"an escape", S3("bucket = \"b\"\nkey = \"prod\\u002fdb\""), PROD, BACKEND_SAME, ""},
    {"parentheses", S3("bucket = (\"b\")\nkey = \"prod/db\""), PROD, BACKEND_SAME, ""},
    {"a template", S3("bucket = \"b\"\nkey = \"${\"prod\"}/db\""), PROD, BACKEND_SAME, ""},
    {"a condition", S3("bucket = \"b\"\nkey = true ? \"prod/db\" : \"\""), PROD, BACKEND_OBSCURE,
	"key"},
    {"a heredoc", S3("bucket = \"b\"\nkey = <<E\nprod/db\nE"), PROD, BACKEND_OBSCURE, "key"},
    {"a condition, in another bucket", S3("bucket = \"c\"\nkey = true ? \"prod/db\" : \"\""), PROD,
	BACKEND_DIFFERS, ""},
    {"what is beside it",
	S3("bucket = \"b\"\nkey = \"prod/db\"\nworkspace_key_prefix = \"env:\"\nencrypt = true\n"
	   "region = \"eu\"\nprofile = \"x\""),
	PROD, BACKEND_SAME, ""},
    {"slashes, dots and case", S3("bucket = \"B\"\nkey = \"/x/..//prod/./db/\""), PROD,
	BACKEND_SAME, ""},
    {"no key", S3("bucket = \"b\""), PROD, BACKEND_LACKS, "key"},
    {"a key that is null", S3("bucket = \"b\"\nkey = null"), PROD, BACKEND_LACKS, "key"},
    {"an empty key", S3("bucket = \"b\"\nkey = \"\""), PROD, BACKEND_LACKS, "key"},
    {"nothing", S3(""), PROD, BACKEND_LACKS, "bucket"},
    {"nothing, and a condition", S3("key = true ? \"a\" : \"b\""), PROD, BACKEND_OBSCURE, "key"},
    {"no key at the base", PROD, S3("bucket = \"b\""), BACKEND_LACKS, "key"},
    {"a condition at the base", PROD, S3("bucket = \"b\"\nkey = true ? \"a\" : \"b\""),
	BACKEND_LACKS, "key"},
    {"another type", ONE("gcs", "bucket = \"b\""), PROD, BACKEND_DIFFERS, ""},
    {"no type to be read", ONE("${x}", ""), PROD, BACKEND_OBSCURE, ""},
    {"no type at the base", PROD, ONE("${x}", ""), BACKEND_LACKS, ""},
    {"a number and a text", S3("bucket = 12\nkey = \"k\""), S3("bucket = \"12\"\nkey = \"k\""),
	BACKEND_SAME, ""},
    {"gcs, a default", ONE("gcs", "bucket = \"b\"\nprefix = \"\""), ONE("gcs", "bucket = \"b\""),
	BACKEND_SAME, ""},
    {"gcs, a slash", ONE("gcs", "bucket = \"b\"\nprefix = \"prod/\""),
	ONE("gcs", "bucket = \"b\"\nprefix = \"prod\""), BACKEND_SAME, ""},
    {"cloud", CLOUD("organization = \"o\"", "w"), CLOUD("organization = \"o\"", "w"), BACKEND_SAME,
	""},
    {"cloud, the default host",
	CLOUD("organization = \"o\"\nhostname = \"App.terraform.io:443\"", "w"),
	CLOUD("organization = \"o\"", "w"), BACKEND_SAME, ""},
    {"cloud, another workspace", CLOUD("organization = \"o\"", "v"),
	CLOUD("organization = \"o\"", "w"), BACKEND_DIFFERS, ""},
    {"cloud and remote", CLOUD("organization = \"o\"", "w"), REMOTE("organization = \"o\"", "w"),
	BACKEND_SAME, ""},
    {"remote and cloud", REMOTE("organization = \"o\"", "w"), CLOUD("organization = \"o\"", "w"),
	BACKEND_SAME, ""},
    {"cloud by tags",
	"terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      tags = [\"w\"]\n"
	"    }\n  }\n}\n",
	CLOUD("organization = \"o\"", "w"), BACKEND_LACKS, "workspaces.name"},
    {"http, a port and a user", ONE("http", "address = \"HTTPS://me@host:443/a/\""),
	ONE("http", "address = \"https://host/a\""), BACKEND_SAME, ""},
    {"http, written in percents", ONE("http", "address = \"https://host/%70r%6Fd\""),
	ONE("http", "address = \"https://host/prod\""), BACKEND_SAME, ""},
    {"http, percents that are none", ONE("http", "address = \"https://host/a%zz%7\""),
	ONE("http", "address = \"https://host/a%zz%7\""), BACKEND_SAME, ""},
    {"http, a fragment", ONE("http", "address = \"https://host/a#b\""),
	ONE("http", "address = \"https://host/a\""), BACKEND_SAME, ""},
    {"http, a port with a zero", ONE("http", "address = \"https://host:0443/a\""),
	ONE("http", "address = \"https://host/a\""), BACKEND_SAME, ""},
    {"http, another port", ONE("http", "address = \"https://host:4430/a\""),
	ONE("http", "address = \"https://host/a\""), BACKEND_DIFFERS, ""},
    {"http, another question", ONE("http", "address = \"https://host/a?b=1\""),
	ONE("http", "address = \"https://host/a?b=2\""), BACKEND_DIFFERS, ""},
    {"pg, only the login differs",
	ONE("pg", "conn_str = \"postgres://me:pw@host/db?sslmode=disable\""),
	ONE("pg", "conn_str = \"postgres://you@host/db\"\nschema_name = "
		  "\"terraform_remote_state\""),
	BACKEND_SAME, ""},
    {"pg, the usual port", ONE("pg", "conn_str = \"postgres://host:5432/db\""),
	ONE("pg", "conn_str = \"postgres://host/db\""), BACKEND_SAME, ""},
    {"pg, another database", ONE("pg", "conn_str = \"postgres://host/a\""),
	ONE("pg", "conn_str = \"postgres://host/b\""), BACKEND_DIFFERS, ""},
    {"pg, given elsewhere", ONE("pg", "conn_str = \"postgres://host/a\""), ONE("pg", ""),
	BACKEND_SAME, ""},
    {"kubernetes, another cluster",
	ONE("kubernetes", "secret_suffix = \"s\"\nconfig_context = \"a\""),
	ONE("kubernetes", "secret_suffix = \"s\"\nconfig_context = \"b\""), BACKEND_DIFFERS, ""},
    {"kubernetes, the default", ONE("kubernetes", "secret_suffix = \"s\"\nnamespace = \"default\""),
	ONE("kubernetes", "secret_suffix = \"s\"\nconfig_context = \"b\""), BACKEND_SAME, ""},
    {"cos, a key in a prefix", ONE("cos", "bucket = \"b\"\nkey = \"a/k\""),
	ONE("cos", "bucket = \"b\"\nprefix = \"a\"\nkey = \"k\""), BACKEND_SAME, ""},
    {"oss, the default prefix", ONE("oss", "bucket = \"b\"\nkey = \"k\"\nprefix = \"env:\""),
	ONE("oss", "bucket = \"b\"\nkey = \"k\""), BACKEND_SAME, ""},
    {"local, its own", ONE("local", ""), ONE("local", ""), BACKEND_DIFFERS, ""},
    {"local, from here", ONE("local", "path = \"../../prod/./db/terraform.tfstate\""),
	ONE("local", ""), BACKEND_SAME, ""},
    {"local, no block there", ONE("local", "path = \"../../prod/db/terraform.tfstate\""), NULL,
	BACKEND_SAME, ""},
    {"local, from the root of the machine",
	ONE("local", "path = \"/work/prod/db/terraform.tfstate\""), NULL, BACKEND_SAME, ""},
    {"local, elsewhere on the machine", ONE("local", "path = \"/work/prod/xdb/terraform.tfstate\""),
	NULL, BACKEND_DIFFERS, ""},
    {"local, above the repository", ONE("local", "path = \"../../../a/../s/x\""),
	ONE("local", "path = \"../../../s/x\""), BACKEND_SAME, ""},
    {"local, further above", ONE("local", "path = \"../../../../x\""),
	ONE("local", "path = \"../../../x\""), BACKEND_DIFFERS, ""},
    {"no type to be read, no block there", ONE("${x}", ""), NULL, BACKEND_DIFFERS, ""},
    {"no block there", PROD, NULL, BACKEND_DIFFERS, ""},
    {"a type of tomorrow", ONE("mine", "a = 1\nb = \"c\""), ONE("mine", "b = (\"c\")\na = 1"),
	BACKEND_SAME, ""},
    {"a type of tomorrow, another", ONE("mine", "a = 1"), ONE("mine", "a = 2"), BACKEND_DIFFERS,
	""},
};

/* The block of the one file of a directory; NULL: there is none. */
static const struct backend_block *block_of(
    struct arena *arena, const char *directory, const char *text)
{
	const struct source_row files[] = {
	    {.path = str_format(arena, "%s/b.tf", directory).ptr, .text = text}, {0}};
	struct source_script script;
	struct source source = source_script(&script, files);
	struct backend_block *blocks;
	struct err err = {0};
	size_t count;

	if (!text)
		return NULL;
	assert_true(backend_blocks(arena, &source, str_from(directory), &blocks, &count, &err));
	assert_int_equal(count, 1);
	return blocks;
}

static void states_are_compared(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct backend_side mine = {block_of(arena, "new/x", rows[i].mine), STR("new/x")};
		struct backend_side base = {
		    block_of(arena, "prod/db", rows[i].base), STR("prod/db")};
		struct str doubt;
		enum backend_match match = backend_match(arena, &mine, &base, &doubt);

		if (match != rows[i].want)
			fail_msg("%s: %d, not %d", rows[i].name, (int)match, (int)rows[i].want);
		if ((match == BACKEND_LACKS || match == BACKEND_OBSCURE) &&
		    !str_is(doubt, rows[i].doubt))
			fail_msg("%s: doubt about '%.*s'", rows[i].name, STR_ARG(doubt));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(states_are_compared)};

	return cmocka_run_group_tests_name("cmd/backend_identity", tests, NULL, NULL);
}
