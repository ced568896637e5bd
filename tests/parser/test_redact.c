#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/plan_change.h"
#include "parser/redact.h"

#define SHOW_MAX ((size_t)1 << 20)

struct redact_case {
	const char *name;
	const char *change; /* the member "change" of a record */
	/* hidden and different: #, hidden and equal: =, unknown: ? */
	const char *before, *after;
};

static const struct redact_case cases[] = {
    {"nothing is sensitive",
	"{\"actions\":[\"update\"],\"before\":{\"a\":1},\"after\":{\"a\":2},"
	"\"before_sensitive\":{},\"after_sensitive\":{}}",
	"{a:1}", "{a:2}"},
    {"changed leaf",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"x\",\"b\":1},\"after\":{\"a\":\"y\",\"b\":1}"
	","
	"\"before_sensitive\":{\"a\":true},\"after_sensitive\":{\"a\":true}}",
	"{a:#,b:1}", "{a:#,b:1}"},
    {"equal leaf",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"x\"},\"after\":{\"a\":\"x\"},"
	"\"before_sensitive\":{\"a\":true},\"after_sensitive\":{\"a\":true}}",
	"{a:=}", "{a:=}"},
    {"numbers are equal by value",
	"{\"actions\":[\"update\"],\"before\":{\"a\":1.0},\"after\":{\"a\":1},"
	"\"before_sensitive\":{\"a\":true},\"after_sensitive\":{\"a\":true}}",
	"{a:=}", "{a:=}"},
    {"marked before only",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"x\"},\"after\":{\"a\":\"x\"},"
	"\"before_sensitive\":{\"a\":true},\"after_sensitive\":{}}",
	"{a:=}", "{a:=}"},
    {"marked after only",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"x\"},\"after\":{\"a\":\"y\"},"
	"\"before_sensitive\":{},\"after_sensitive\":{\"a\":true}}",
	"{a:#}", "{a:#}"},
    {"a whole map on one side",
	"{\"actions\":[\"update\"],\"before\":{\"m\":{\"a\":1}},\"after\":{\"m\":{\"a\":2}},"
	"\"before_sensitive\":{\"m\":true},\"after_sensitive\":{\"m\":{}}}",
	"{m:#}", "{m:#}"},
    {"everything",
	"{\"actions\":[\"update\"],\"before\":{\"a\":1},\"after\":{\"a\":1},"
	"\"before_sensitive\":true,\"after_sensitive\":false}",
	"=", "="},
    {"unknown after",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"x\"},\"after\":{},\"after_unknown\":"
	"{\"a\":true},\"before_sensitive\":{\"a\":true},\"after_sensitive\":{\"a\":true}}",
	"{a:#}", "{a:#}"},
    {"unknown after, marked before only",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"x\"},\"after\":{},\"after_unknown\":"
	"{\"a\":true},\"before_sensitive\":{\"a\":true},\"after_sensitive\":{}}",
	"{a:#}", "{a:#}"},
    {"unknown beside a secret",
	"{\"actions\":[\"create\"],\"before\":null,\"after\":{\"s\":\"x\"},\"after_unknown\":"
	"{\"id\":true},\"before_sensitive\":false,\"after_sensitive\":{\"s\":true}}",
	"null", "{id:?,s:#}"},
    {"created as a whole",
	"{\"actions\":[\"create\"],\"before\":null,\"after\":{\"s\":\"x\"},"
	"\"before_sensitive\":true,\"after_sensitive\":true}",
	"null", "#"},
    {"deleted",
	"{\"actions\":[\"delete\"],\"before\":{\"s\":\"x\",\"t\":1},\"after\":null,"
	"\"before_sensitive\":{\"s\":true},\"after_sensitive\":false}",
	"{s:#,t:1}", "null"},
    {"null on both sides is nothing to hide",
	"{\"actions\":[\"update\"],\"before\":{\"s\":null,\"t\":1},\"after\":{\"s\":null,\"t\":2},"
	"\"before_sensitive\":{\"s\":true},\"after_sensitive\":{\"s\":true}}",
	"{s:null,t:1}", "{s:null,t:2}"},
    {"null of what comes",
	"{\"actions\":[\"create\"],\"before\":null,\"after\":{\"s\":null},"
	"\"before_sensitive\":false,\"after_sensitive\":{\"s\":true}}",
	"null", "{s:null}"},
    {"null of what goes",
	"{\"actions\":[\"delete\"],\"before\":{\"s\":null},\"after\":null,"
	"\"before_sensitive\":{\"s\":true},\"after_sensitive\":false}",
	"{s:null}", "null"},
    {"a mark on a key that is not there",
	"{\"actions\":[\"update\"],\"before\":{\"t\":1},\"after\":{\"t\":2},"
	"\"before_sensitive\":{\"s\":true},\"after_sensitive\":{\"s\":{\"u\":true}}}",
	"{s:null,t:1}", "{s:null,t:2}"},
    {"a mark on a key that only the other side has",
	"{\"actions\":[\"update\"],\"before\":{\"s\":\"x\",\"t\":1},\"after\":{\"t\":2},"
	"\"before_sensitive\":{},\"after_sensitive\":{\"s\":true}}",
	"{s:#,t:1}", "{s:#,t:2}"},
    {"sensitive null stays hidden",
	"{\"actions\":[\"update\"],\"before\":{\"s\":null},\"after\":{\"s\":\"x\"},"
	"\"before_sensitive\":{\"s\":true},\"after_sensitive\":{\"s\":true}}",
	"{s:#}", "{s:#}"},
    {"the key vanishes",
	"{\"actions\":[\"update\"],\"before\":{\"s\":\"x\"},\"after\":{},"
	"\"before_sensitive\":{\"s\":true},\"after_sensitive\":{}}",
	"{s:#}", "{}"},
    {"items marked on both sides",
	"{\"actions\":[\"update\"],\"before\":{\"l\":[{\"p\":1,\"n\":\"a\"}]},"
	"\"after\":{\"l\":[{\"p\":1,\"n\":\"a\"},{\"p\":2,\"n\":\"b\"}]},"
	"\"before_sensitive\":{\"l\":[{\"p\":true}]},"
	"\"after_sensitive\":{\"l\":[{\"p\":true},{\"p\":true}]}}",
	"{l:[{p:=,n:a}]}", "{l:[{p:=,n:a},{p:#,n:b}]}"},
    {"items that moved and are marked on one side only",
	"{\"actions\":[\"update\"],\"before\":{\"l\":[\"x\",\"secret\"]},"
	"\"after\":{\"l\":[\"secret\"]},"
	"\"before_sensitive\":{\"l\":[]},\"after_sensitive\":{\"l\":[true]}}",
	"{l:#}", "{l:[#]}"},
    {"another shape before",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"user:secret\"},"
	"\"after\":{\"a\":{\"p\":\"secret\"}},"
	"\"before_sensitive\":{},\"after_sensitive\":{\"a\":{\"p\":true}}}",
	"{a:#}", "{a:{p:#}}"},
    {"the whole object before",
	"{\"actions\":[\"update\"],\"before\":{\"a\":\"s1\",\"b\":\"s2\",\"l\":[\"s3\",\"s4\"],"
	"\"m\":{\"x\":1,\"y\":2}},\"after\":{\"a\":\"s1\",\"b\":\"open\",\"c\":\"p\",\"l\":["
	"\"s4\"],\"m\":{\"x\":1,\"y\":3},\"n\":null},\"before_sensitive\":true,"
	"\"after_sensitive\":{\"c\":true}}",
	"#", "{a:=,b:open,c:#,l:#,m:{x:=,y:3},n:null}"},
    {"keys stay",
	"{\"actions\":[\"update\"],\"before\":{\"m\":{\"k\":\"x\"}},\"after\":{\"m\":{\"k\":\"y\"}}"
	","
	"\"before_sensitive\":{\"m\":{\"k\":true}},\"after_sensitive\":{\"m\":{\"k\":true}}}",
	"{m:{k:#}}", "{m:{k:#}}"},
};

static void show_scalar(struct buf *out, struct value value)
{
	char digits[24];
	struct str number;

	if (value.kind == VALUE_UNKNOWN)
		buf_addc(out, '?');
	else if (value.kind == VALUE_HIDDEN)
		buf_addc(out, value.as.changed ? '#' : '=');
	else if (value.kind == VALUE_NULL)
		buf_adds(out, "null");
	else if (value_as_number_text(value, digits, &number))
		buf_add(out, number);
	else
		buf_add(out, value_text(value));
}

static void show(struct buf *out, struct value value)
{
	bool is_list = value.kind == VALUE_LIST;

	assert_int_equal(value.marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE), 0);
	if (!is_list && value.kind != VALUE_MAP) {
		show_scalar(out, value);
		return;
	}
	buf_addc(out, is_list ? '[' : '{');
	for (uint32_t i = 0; i < value.len; i++) {
		buf_adds(out, i ? "," : "");
		if (!is_list) {
			buf_add(out, value_text(value.as.entries[i].key));
			buf_addc(out, ':');
		}
		show(out, is_list ? value.as.items[i] : value.as.entries[i].value);
	}
	buf_addc(out, is_list ? ']' : '}');
}

static struct change read_change(struct arena *arena, const char *name, struct str record)
{
	struct jsonr reader = {0};
	struct change change = {0};
	struct value value;
	struct err err = {0};

	if (!jsonr_read(arena, record, &reader, &value, &err) ||
	    !change_read(arena, CHANGES_RESOURCE, value, &change, &err))
		fail_msg("%s: %s", name, err.text);
	return change;
}

static void check_side(struct arena *arena, const char *name, struct value value, const char *want)
{
	struct buf text;

	buf_init(&text, arena, SHOW_MAX);
	show(&text, value);
	if (!str_is(buf_str(&text), want))
		fail_msg("%s: %.*s, expected %s", name, STR_ARG(buf_str(&text)), want);
}

static void redact_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct change change = read_change(arena, cases[i].name,
		    str_format(arena,
			"{\"address\":\"x.y\",\"mode\":\"managed\",\"type\":\"x\",\"name\":\"y\","
			"\"change\":%s}",
			cases[i].change));
		struct shown_change shown;
		struct err err = {0};

		assert_true(redact_change(arena, NULL, &change, &shown, &err));
		check_side(arena, cases[i].name, shown.before.value, cases[i].before);
		check_side(arena, cases[i].name, shown.after.value, cases[i].after);
		assert_true(str_is(shown.head.address, "x.y"));
	}
}

static void without_secrets_all_is_shared(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct change change = read_change(arena, "shared",
	    STR("{\"address\":\"x.y\",\"change\":{\"actions\":[\"update\"],"
		"\"before\":{\"a\":[1]},\"after\":{\"a\":[2]},\"after_sensitive\":{\"a\":[false]}}"
		"}"));
	struct shown_change shown;
	struct err err = {0};

	(void)state;
	assert_true(redact_change(arena, NULL, &change, &shown, &err));
	assert_ptr_equal(shown.before.value.as.entries, change.before.as.entries);
	assert_ptr_equal(shown.after.value.as.entries, change.after.as.entries);
}

static const struct {
	const char *name, *importing, *sensitive, *want;
} imports[] = {
    {"plain", "{\"id\":\"i-123456\"}", "{}", "i-123456"},
    {"unknown", "{\"unknown\":true}", "{}", SHOWN_UNKNOWN},
    {"empty", "{}", "{}", SHOWN_UNKNOWN},
    {"identity", "{\"identity\":{\"account\":\"1\",\"n\":7,\"none\":null,\"on\":true}}", "{}",
	"account=\"1\", n=7, on=true"},
    {"an identity that could be two", "{\"identity\":{\"b\":\"z\",\"a\":\"x, b=y\"}}", "{}",
	"a=\"x, b=y\", b=z"},
    {"both", "{\"id\":\"i-9\",\"identity\":{\"a\":\"b\"}}", "{}", "i-9"},
    {"the id is sensitive", "{\"id\":\"i-123456\"}", "{\"id\":true}", SHOWN_SENSITIVE},
    {"everything is sensitive", "{\"id\":\"i-123456\"}", "true", SHOWN_SENSITIVE},
    {"the id is that of a sensitive attribute", "{\"id\":\"topsecret\"}", "{\"token\":true}",
	SHOWN_SENSITIVE},
    {"the identity holds a secret", "{\"identity\":{\"k\":\"topsecret\"}}", "{\"token\":true}",
	SHOWN_SENSITIVE},
    {"the identity holds one that is quoted", "{\"identity\":{\"k\":\"123456\\\"\"}}",
	"{\"count\":true}", SHOWN_SENSITIVE},
    {"another attribute is sensitive", "{\"id\":\"i-123456\"}", "{\"token\":true}", "i-123456"},
};

static void imports_hide_their_secrets(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(imports); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct change change = read_change(arena, imports[i].name,
		    str_format(arena,
			"{\"address\":\"x.y\",\"change\":{\"actions\":[\"no-op\"],"
			"\"before\":{\"id\":\"i-123456\",\"token\":\"topsecret\"},"
			"\"after\":{\"id\":\"i-123456\",\"token\":\"topsecret\",\"count\":"
			"\"123456\\\"\"},"
			"\"before_sensitive\":{},\"after_sensitive\":%s,\"importing\":%s}}",
			imports[i].sensitive, imports[i].importing));
		struct shown_change shown;
		struct err err = {0};

		assert_true(change.head.importing);
		assert_true(redact_change(arena, NULL, &change, &shown, &err));
		if (!str_is(shown.head.import_id, imports[i].want))
			fail_msg("%s: '%.*s'", imports[i].name, STR_ARG(shown.head.import_id));
	}
}

static void text_changes_pass(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct change change = {.head = {.address = STR("x.y")}, .body = STR("  + a = 1\n")};
	struct shown_change shown;
	struct err err = {0};

	(void)state;
	assert_true(redact_change(arena, NULL, &change, &shown, &err));
	assert_false(shown.has_values);
	assert_ptr_equal(shown.body.ptr, change.body.ptr);
}

static void outputs_are_hidden_as_a_whole(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct jsonr reader = {0};
	struct change change;
	struct shown_change shown;
	struct value value;
	struct err err = {0};

	(void)state;
	assert_true(jsonr_read(arena,
	    STR("{\"actions\":[\"update\"],\"before\":{\"a\":1},\"after\":{\"a\":2}}"), &reader,
	    &value, &err));
	assert_true(change_read_output(arena, STR("o"), value, true, &change, &err));
	assert_true(change.head.sensitive_output);
	assert_true(redact_change(arena, NULL, &change, &shown, &err));
	check_side(arena, "before", shown.before.value, "#");
	check_side(arena, "after", shown.after.value, "#");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(redact_table),
	    cmocka_unit_test(without_secrets_all_is_shared),
	    cmocka_unit_test(imports_hide_their_secrets),
	    cmocka_unit_test(text_changes_pass),
	    cmocka_unit_test(outputs_are_hidden_as_a_whole),
	};

	return cmocka_run_group_tests_name("parser/redact", tests, NULL, NULL);
}
