#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/detectors.h"
#include "parser/overlay.h"
#include "parser/plan_read.h"
#include "parser/secrets.h"

static struct value parse(struct arena *arena, const char *json)
{
	struct jsonr reader = {0};
	struct value value;
	struct err err = {0};
	assert_true(jsonr_read(arena, str_from(json), &reader, &value, &err));
	return value;
}

static void hides_literals(void **state)
{
	static const struct {
		const char *name;
		const char *secrets[4];
		const char *text, *want;
	} rows[] = {
	    {"no secrets", {NULL}, "a text of some length", "a text of some length"},
	    {"not there", {"password1"}, "a text of some length", "a text of some length"},
	    {"whole text", {"password1"}, "password1", "(sensitive)"},
	    {"in the middle", {"password1"}, "x=password1;", "x=(sensitive);"},
	    {"twice in a row", {"password1"}, "password1password1", "(sensitive)(sensitive)"},
	    {"at the end", {"password1"}, "it is password1", "it is (sensitive)"},
	    {"one byte short", {"password1"}, "password", "password"},
	    {"same first eight bytes", {"password1", "password2"}, "password2 password3",
		"(sensitive) password3"},
	    {"the longest wins", {"password", "password-and-more"}, "a password-and-more b",
		"a (sensitive) b"},
	    {"nested prefixes", {"password", "passwordABC", "passwordABCDEF"}, "passwordABCDxyz",
		"(sensitive)Dxyz"},
	    {"exactly the least length", {"12345678"}, "0123456789", "0(sensitive)9"},
	    {"shorter than the least length", {"1234567"}, "1234567", "1234567"},
	    {"quoted form", {"line1\nline2\"x\\"}, "v = \"line1\\nline2\\\"x\\\\\"",
		"v = \"(sensitive)\""},
	    {"as jsonencode() writes it", {"a<b>&c-secret"},
		"{\"x\":\"a\\u003cb\\u003e\\u0026c-secret\"}", "{\"x\":\"(sensitive)\"}"},
	    {"a line of several, indented", {"-----BEGIN-----\n  line-of-the-key\nshort\n"},
		"  <<-EOT\n      line-of-the-key\n      short\n",
		"  <<-EOT\n      (sensitive)\n      short\n"},
	    {"overlapping", {"abcdefgh1234", "1234WXYZijklmnop"}, "x abcdefgh1234WXYZijklmnop y",
		"x (sensitive) y"},
	    {"empty text", {"password1"}, "", ""},
	    {"chomp of one line", {"lineoneS3c\n"}, "x = lineoneS3c", "x = (sensitive)"},
	    {"chomp in base64", {"lineoneS3cr3t\n"}, "bGluZW9uZVMzY3IzdA==", "(sensitive)=="},
	    {"a short line of several", {"lineoneS3\nline2two\n"}, "line2two", "(sensitive)"},
	    {"a short word of several", {"services:\n  lineoneS3\n"}, "services:", "services:"},
	    {"JSON in JSON in JSON", {"a\"b&c-secret"},
		"{\"x\":\"{\\\"y\\\":\\\"a\\\\\\\"b\\\\u0026c-secret\\\"}\"}",
		"{\"x\":\"{\\\"y\\\":\\\"(sensitive)\\\"}\"}"},
	    {"an escaped slash", {"abc/def/ghi"}, "v=abc\\/def\\/ghi.", "v=(sensitive)."},
	    {"an escaped letter", {"caf\xc3\xa9-secret"}, "caf\\u00e9-secret", "(sensitive)"},
	    {"an escaped pair", {"\xf0\x9f\x98\x80-secret"}, "\\ud83d\\uDE00-secret",
		"(sensitive)"},
	    {"half an escape", {"password1"}, "\\u00 \\", "\\u00 \\"},
	    {"percent with bare characters", {"p@ss:w/ord&1"}, "u=p%40ss:w/ord%261;",
		"u=(sensitive);"},
	    {"no percent", {"password1"}, "100% of %zz %4", "100% of %zz %4"},
	    {"HTML", {"a&b<c>d\"e'f+g"}, "<p>a&amp;b&lt;c&gt;d&quot;e&apos;f+g</p>",
		"<p>(sensitive)</p>"},
	    {"HTML by numbers", {"a&b<c>d\"e'f+g"}, "a&#38;b&#x3c;c&#x3E;d&#034;e&#39;f&#43;g;",
		"(sensitive);"},
	    {"no entity", {"a&b-secret"}, "a&#;b &#x; &#xfffffff; &# &amp &am",
		"a&#;b &#x; &#xfffffff; &# &amp &am"},
	    {"HTML in JSON", {"a&b-\"secret"}, "{\"x\":\"a&amp;b-\\\"secret\"}",
		"{\"x\":\"(sensitive)\"}"},
	    {"single quotes of YAML", {"pa'ssW0rd-x"}, "p: 'pa''ssW0rd-x'", "p: '(sensitive)'"},
	    {"single quotes of a shell", {"pa'ssW0rd-x"}, "p='pa'\\''ssW0rd-x'", "p='(sensitive)'"},
	    {"a template of Terraform", {"tok${env}abc"}, "\"tok$${env}abc\"", "\"(sensitive)\""},
	    {"a directive of Terraform", {"tok%{if}abc"}, "\"tok%%{if}abc\"", "\"(sensitive)\""},
	    {"an escaped dollar", {"tok$abc-x"}, "tok\\u0024abc-x", "(sensitive)"},
	    {"a broken line", {"correct horse battery"}, "with correct\n  horse\nbattery now",
		"with (sensitive) now"},
	    {"a broken line in a box", {"correct horse battery"},
		"with correct\n\xe2\x94\x82 horse battery now", "with (sensitive) now"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct secrets *secrets = secrets_new(arena);
		for (size_t k = 0; rows[i].secrets[k]; k++)
			secrets_add(secrets, str_from(rows[i].secrets[k]));
		secrets_seal(secrets);
		struct str got = secrets_hide(arena, secrets, str_from(rows[i].text));
		if (!str_is(got, rows[i].want))
			fail_msg("%s: '%.*s'", rows[i].name, STR_ARG(got));
		assert_int_equal(secrets_are_in(secrets, str_from(rows[i].text)),
		    strcmp(rows[i].text, rows[i].want) != 0);
	}
}

/* As a string of JSON in a string of JSON in ..., and in the message of a rule that prints it. */
static void hides_nested(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct secrets *secrets = secrets_new(arena);
	struct str text = STR("abc\"def-secret");
	struct buf buf;

	(void)state;
	secrets_add(secrets, text);
	secrets_seal(secrets);
	for (int level = 1; level <= 5; level++) {
		buf_init(&buf, arena, 4096);
		for (size_t i = 0; i < text.len; i++) {
			if (text.ptr[i] == '"' || text.ptr[i] == '\\')
				buf_addc(&buf, '\\');
			buf_addc(&buf, text.ptr[i]);
		}
		text = buf_str(&buf);
		assert_true(str_is(secrets_hide(arena, secrets, text), "(sensitive)"));
	}
}

static void collects_what_is_marked(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct secrets *secrets = secrets_new(arena);
	struct change change = {.before = value_null()};
	struct err err = {0};
	(void)state;
	struct value after =
	    parse(arena, "{\"a\":\"open-value\",\"b\":{\"c\":[\"secret-one\",\"short\"]},"
			 "\"d\":\"secret-two\"}");
	struct value marks = parse(arena, "{\"b\":true,\"d\":true}");
	assert_true(overlay_value(arena, after, value_null(), marks, &change.after, &err));
	secrets_collect(secrets, &change);
	size_t once = secrets_count(secrets);
	secrets_collect(secrets, &change);
	secrets_seal(secrets);
	assert_int_equal(secrets_count(secrets), once);
	assert_false(secrets_full(secrets));
	assert_true(secrets_are_in(secrets, STR("x secret-one")));
	assert_true(secrets_are_in(secrets, STR("secret-two")));
	assert_false(secrets_are_in(secrets, STR("open-value")));
}

/* Of a map that is marked as a whole. */
static void collects_keys(void **state)
{
	static const struct {
		const char *key;
		bool collected;
	} rows[] = {
	    {"sk_live_51Hq8FzK", true},
	    {"AKIA2E4XQ7PLM9Z0", true},
	    {"correct-7horse-battery", true},
	    {"00000000000000000007a", true},
	    {"skip_final_snapshot", false},
	    {"ipv6_cidr_block_2024", false},
	    {"s3.bucket-sha256", false},
	    {"4f2a9c", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct secrets *secrets = secrets_new(arena);
		struct value map = value_null();
		struct value_entry entry = {
		    value_string(str_from(rows[i].key)), value_string(STR("a value"))};
		struct str duplicate;

		assert_true(value_map(arena, &entry, 1, &map, &duplicate));
		secrets_add_value(secrets, map);
		secrets_seal(secrets);
		if (secrets_are_in(secrets, str_from(rows[i].key)) != rows[i].collected)
			fail_msg("%s", rows[i].key);
	}
}

static void hides_in_values(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct secrets *secrets = secrets_new(arena);
	(void)state;
	secrets_add(secrets, STR("secret-one"));
	secrets_seal(secrets);
	struct shown shown = {parse(arena,
	    "{\"a\":1,\"b\":[\"x\",\"url://u:secret-one@h\"],\"c\":{\"d\":\"secret-one\"}}")};
	struct value got = secrets_hide_value(arena, secrets, shown).value;
	const struct value *list = value_get(got, STR("b"));
	assert_int_equal(list->as.items[0].kind, VALUE_STRING);
	assert_int_equal(list->as.items[1].kind, VALUE_HIDDEN);
	assert_int_equal(value_get(*value_get(got, STR("c")), STR("d"))->kind, VALUE_HIDDEN);
	assert_int_equal(value_get(got, STR("a"))->kind, VALUE_INT);
	struct shown clean = {parse(arena, "{\"a\":\"nothing to hide\"}")};
	assert_ptr_equal(
	    secrets_hide_value(arena, secrets, clean).value.as.entries, clean.value.as.entries);
}

/* What a detector found stands elsewhere, too, unless it is an ordinary word. */
static void collects_what_was_detected(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct secrets *secrets = secrets_new(arena);
	struct change change = {.has_values = true, .before = value_null()}, marked;
	(void)state;
	change.head.type = STR("x");
	change.after =
	    parse(arena, "{\"password\":\"postgres-password\",\"api_key\":\"k3y-0f-s0me-length\"}");
	detectors_mark(arena, NULL, &change, &marked);
	secrets_collect(secrets, &marked);
	secrets_seal(secrets);
	assert_true(secrets_are_in(secrets, STR("-H k3y-0f-s0me-length")));
	assert_false(secrets_are_in(secrets, STR("postgres-password")));
}

static void collects_numbers(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct secrets *secrets = secrets_new(arena);
	(void)state;
	secrets_add_value(secrets, parse(arena, "{\"a\":12345678901,\"b\":[7,1.234567890]}"));
	secrets_seal(secrets);
	assert_int_equal(secrets_count(secrets), 3);
	assert_true(secrets_are_in(secrets, STR("port = 12345678901")));
	assert_true(secrets_are_in(secrets, STR("1.234567890")));
}

static void hides_in_names(void **state)
{
	static const struct {
		const char *name, *marked, *own, *text, *want;
	} rows[] = {
	    {"a word that the plan marks", "production", NULL, "x.y[\"production\"]",
		"x.y[\"production\"]"},
	    {"what is no word", "a1b2c3d4e5f6", NULL, "x.y[\"a1b2c3d4e5f6\"]",
		"x.y[\"(sensitive)\"]"},
	    {"several words", "correct horse", NULL, "k[\"correct horse\"]", "k[\"(sensitive)\"]"},
	    {"one of the environment", NULL, "tokvalue", "x.tokvalue", "x.(sensitive)"},
	    {"quoted once more", NULL, "tok\"value", "x[\"tok\\\"value\"]", "x[\"(sensitive)\"]"},
	    {"a short one of it", NULL, "abcdefg", "x.abcdefg", "x.abcdefg"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct secrets *secrets = secrets_new(arena);
		if (rows[i].marked)
			secrets_add(secrets, str_from(rows[i].marked));
		if (rows[i].own)
			secrets_add_own(secrets, str_from(rows[i].own));
		secrets_seal(secrets);
		struct str got = secrets_hide_name(arena, secrets, str_from(rows[i].text));
		if (!str_is(got, rows[i].want))
			fail_msg("%s: %.*s", rows[i].name, STR_ARG(got));
	}
}

static void hides_numbers(void **state)
{
	static const struct {
		const char *name, *marked, *json;
		bool hidden;
	} rows[] = {
	    {"the same", "987654321012", "987654321012", true},
	    {"as text", "987654321012", "\"id 987654321012\"", true},
	    {"a text as a number", "\"987654321012\"", "987654321012", true},
	    {"with a fraction", "12345678", "12345678.0", true},
	    {"with an exponent", "123456789", "1.23456789e8", true},
	    {"marked with an exponent", "1.23456789e8", "123456789", true},
	    {"another", "987654321012", "987654321013", false},
	    {"too short", "1234567", "1234567", false},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct secrets *secrets = secrets_new(arena);
		secrets_add_value(secrets, parse(arena, rows[i].marked));
		secrets_seal(secrets);
		struct shown shown = {parse(arena, rows[i].json)};
		struct value got = secrets_hide_value(arena, secrets, shown).value;
		if ((got.kind == VALUE_HIDDEN) != rows[i].hidden)
			fail_msg("%s", rows[i].name);
	}
}

/* Where all of a long secret stands, nothing of it is shown. */
static void hides_long_ones(void **state)
{
	static const size_t lengths[] = {32766, 32767, 65536, 65537, 300001};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct secrets *secrets = secrets_new(arena);
		char *bytes = arena_alloc(arena, lengths[i]);
		uint32_t random = 1;
		for (size_t k = 0; k < lengths[i]; k++) {
			random = random * 1664525 + 1013904223;
			bytes[k] = "abcdefghijklmnopqrstuvwxyz123456"[random >> 27];
		}
		struct str secret = {bytes, lengths[i]};
		secrets_add(secrets, secret);
		secrets_seal(secrets);
		struct str got = secrets_hide(
		    arena, secrets, str_format(arena, "<%s>", str_to_c(arena, secret)));
		assert_true(got.len < 300 && str_starts(got, STR("<(sensitive)")) &&
			    str_ends(got, STR("(sensitive)>")));
	}
}

/* Variables are marked in the configuration only. */
static void collects_variables(void **state)
{
	static const struct {
		const char *name, *json;
		const char *in[2];
	} rows[] = {
	    {"value and default",
		"{\"format_version\":\"1.2\",\"resource_changes\":[],\"variables\":{\"pw\":{"
		"\"value\":"
		"\"given-secret\"},\"open\":{\"value\":\"not-a-secret\"}},\"configuration\":"
		"{\"root_module\":{\"resources\":[],\"variables\":{\"pw\":{\"default\":\"default-"
		"secret\","
		"\"sensitive\":true},\"open\":{}}}}}",
		{"given-secret", "default-secret"}},
	    {"no configuration", "{\"format_version\":\"1.2\",\"resource_changes\":[]}", {NULL}},
	    {"odd shapes",
		"{\"format_version\":\"1.2\",\"resource_changes\":[],\"configuration\":{\"root_"
		"module\":"
		"[1]},\"variables\":[]}",
		{NULL}},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct secrets *secrets = secrets_new(arena);
		struct input *input = input_from_str(arena, "plan", str_from(rows[i].json));
		struct plan_options options = {0};
		struct plan *plan;
		struct err err = {0};
		print_message("%s\n", rows[i].name);
		assert_true(plan_read(arena, input, &options, &plan, &err));
		assert_true(secrets_collect_variables(secrets, plan, scratch, &err));
		secrets_seal(secrets);
		assert_int_equal(secrets_count(secrets) > 0, rows[i].in[0] != NULL);
		for (size_t k = 0; k < 2 && rows[i].in[k]; k++)
			assert_true(secrets_are_in(secrets, str_from(rows[i].in[k])));
		assert_false(secrets_are_in(secrets, STR("not-a-secret")));
	}
}

static void keeps_its_limits(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct secrets *secrets = secrets_new(arena);
	(void)state;
	for (size_t i = 0; i < SECRETS_MAX + 10; i++)
		secrets_add(secrets, str_format(arena, "secret-%08zu", i));
	assert_true(secrets_full(secrets));
	assert_int_equal(secrets_count(secrets), SECRETS_MAX);
	assert_true(secrets_full(secrets));
	secrets_seal(secrets);
	assert_true(secrets_are_in(secrets, STR("the secret-00000000 is the first one")));
	assert_true(secrets_are_in(secrets, STR("the secret-00065535 is one of many")));
	assert_false(secrets_are_in(secrets, STR("the secret-00131080 was not taken")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hides_literals),
	    cmocka_unit_test(collects_what_is_marked),
	    cmocka_unit_test(collects_keys),
	    cmocka_unit_test(hides_nested),
	    cmocka_unit_test(hides_in_values),
	    cmocka_unit_test(collects_what_was_detected),
	    cmocka_unit_test(collects_numbers),
	    cmocka_unit_test(hides_in_names),
	    cmocka_unit_test(hides_numbers),
	    cmocka_unit_test(hides_long_ones),
	    cmocka_unit_test(collects_variables),
	    cmocka_unit_test(keeps_its_limits),
	};
	return cmocka_run_group_tests_name("parser/secrets", tests, NULL, NULL);
}
