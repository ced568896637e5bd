/* The lock file of providers as a value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd/provider_lock.h"
#include "tests/support/source_script.h"

struct lock_case {
	const char *name, *text;
	const char *want; /* "source version constraints hash hash; ..." in the order of the file */
};

static const struct lock_case cases[] = {
    {"empty", "", ""},
    {"as Terraform writes it",
	"# This file is maintained automatically by \"terraform init\".\n\n"
	"provider \"registry.example.com/acme/x\" {\n  version     = \"1.2.3\"\n"
	"  constraints = \"~> 1.2\"\n  hashes = [\n    \"h1:abc=\",\n    \"zh:0a1b\",\n  ]\n}\n",
	"registry.example.com/acme/x 1.2.3 ~> 1.2 h1:abc= zh:0a1b;"},
    {"without constraints and hashes", "provider \"a/b/c\" {\n  version = \"1.0.0\"\n}\n",
	"a/b/c 1.0.0 ;"},
    {"two", "provider \"b\" {\n}\nprovider \"a\" {\n version = \"2.0.0\"\n}\n", "b  ;a 2.0.0 ;"},
    {"the first of a name counts",
	"provider \"a\" {\n version = \"1.0.0\"\n}\nprovider \"a\" {\n version = \"2.0.0\"\n}\n",
	"a 1.0.0 ;"},
    {"hashes on one line with comments",
	"provider \"a\" {\n hashes = [ /* x */ \"h1:a\", # y\n \"h1:b\" ]\n version = \"1\"\n}\n",
	"a 1  h1:a h1:b;"},
    {"what is no list has no hashes", "provider \"a\" {\n hashes = concat([\"h1:a\"])\n}\n",
	"a  ;"},
    {"a list that does not end", "provider \"a\" {\n hashes = [\"h1:a\",\n}\n", "a   h1:a;"},
    {"a hash of templates is taken as it stands", "provider \"a\" {\n hashes = [\"${x}\"]\n}\n",
	"a   ${x};"},
    {"other blocks, nested providers, no label",
	"terraform {\n provider \"a\" {\n }\n}\nprovider {\n}\nprovider \"a\" \"b\" {\n}\n", ""},
    {"no HCL at all", "\x01\x02{{{[[\"", ""},
};

static void add_provider(struct buf *buf, const struct value_entry *entry)
{
	const struct value *hashes = value_get_c(entry->value, "hashes");

	buf_addf(buf, "%.*s %.*s %.*s", STR_ARG(value_text(entry->key)),
	    STR_ARG(value_get_str(entry->value, "version")),
	    STR_ARG(value_get_str(entry->value, "constraints")));
	for (uint32_t i = 0; i < hashes->len; i++)
		buf_addf(buf, " %.*s", STR_ARG(value_text(hashes->as.items[i])));
	buf_addc(buf, ';');
}

static struct str shown(struct arena *arena, struct value locks)
{
	struct buf buf;

	buf_init(&buf, arena, 65536);
	for (uint32_t i = 0; locks.kind == VALUE_MAP && i < locks.len; i++)
		add_provider(&buf, &locks.as.entries[i]);
	return buf_str(&buf);
}

static void test_values(void **state)
{
	unsigned wrong = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct value locks = provider_lock_value(arena, str_from(cases[i].text));
		struct str got = shown(arena, locks);

		if (locks.kind == VALUE_MAP && str_is(got, cases[i].want))
			continue;
		wrong++;
		print_error("%s: '%.*s'\n", cases[i].name, STR_ARG(got));
	}
	assert_int_equal(wrong, 0);
}

static void test_reading(void **state)
{
	static const struct source_row rows[] = {
	    {"prod/" LOCK_FILE, "provider \"a\" {\n version = \"1.0.0\"\n}\n", false},
	    {"broken/" LOCK_FILE, "", true}, {"link/" LOCK_FILE, NULL, false}, {NULL, NULL, false}};
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct source_script script;
	struct source source = source_script(&script, rows);
	struct value locks;
	struct err err = {0};

	(void)state;
	assert_true(provider_lock_read(arena, &source, STR("prod"), &locks, &err));
	assert_true(str_is(shown(arena, locks), "a 1.0.0 ;"));
	assert_true(provider_lock_read(arena, &source, STR("dev"), &locks, &err));
	assert_int_equal(locks.kind, VALUE_UNKNOWN);
	assert_false(provider_lock_read(arena, &source, STR("broken"), &locks, &err));
	assert_int_equal(err.code, ERR_IO);
	err = (struct err){0};
	assert_false(provider_lock_read(arena, &source, STR("link"), &locks, &err));
	assert_int_equal(err.code, ERR_INVALID);
}

/* Many hashes end at the limit, without a word. */
static void test_limit(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct value *hashes;
	struct value locks;
	struct buf buf;

	(void)state;
	buf_init(&buf, arena, 65536);
	buf_adds(&buf, "provider \"a\" {\n hashes = [");
	for (int i = 0; i < LOCK_HASHES_MAX + 5; i++)
		buf_adds(&buf, "\"h1:a\", ");
	buf_adds(&buf, "]\n}\n");
	locks = provider_lock_value(arena, buf_str(&buf));
	hashes = value_get_c(*value_get_c(locks, "a"), "hashes");
	assert_int_equal(hashes->len, LOCK_HASHES_MAX);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_reading),
	    cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("cmd/provider_lock", tests, NULL, NULL);
}
