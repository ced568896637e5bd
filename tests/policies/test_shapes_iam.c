#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/shapes_iam.h"
#include "tests/support/shape_sketch.h"

#define FORMAT                                                                                   \
	"%sid %effect %principals %not_principal %actions %not_action %resources %not_resource " \
	"%condition @%attribute"

static struct value statements_of(struct arena *arena, const char *type, struct value values)
{
	struct value items;
	struct err err = {0};

	if (!shape_iam_statements(arena, str_from(type), values, &items, &err))
		fail_msg("%s: %s", type, err.text);
	return items;
}

/* {"policy": text}; the quotes of the text are written as '. */
static struct value with_policy(struct arena *arena, const char *name, const char *text)
{
	struct value_entry *entry = arena_make(arena, struct value_entry);
	char *json = str_to_c(arena, str_from(text));
	struct value values;
	struct str duplicate;

	for (char *at = json; *at; at++) {
		if (*at == '\'')
			*at = '"';
	}
	*entry = (struct value_entry){value_string(str_from(name)), value_string(str_from(json))};
	assert_true(value_map(arena, entry, 1, &values, &duplicate));
	return values;
}

static const struct {
	const char *name, *document, *want;
} document_rows[] = {
    {"none", "", ""},
    {"blank", " \n", ""},
    {"empty", "{}", ""},
    {"no statements", "{'Version': '2012-10-17', 'Statement': []}", ""},
    {"another kind of policy", "{'tags': {'a': {}}}", ""},
    {"texts",
	"{'Statement': [{'Sid': 'a', 'Effect': 'Allow', 'Action': 's3:*', 'Resource': "
	"'*'}]}",
	"a Allow [] false [s3:*] false [*] false {} @policy"},
    {"one statement, lists, any case",
	"{'statement': {'EFFECT': 'deny', 'action': ['a:b', 'c:d'], 'RESOURCE': ['x']}}",
	" Deny [] false [a:b,c:d] false [x] false {} @policy"},
    {"no effect", "{'Statement': {'Action': '*', 'Resource': '*'}}",
	" Allow [] false [*] false [*] false {} @policy"},
    {"the negated ones",
	"{'Statement': {'Effect': 'Allow', 'NotAction': 'iam:*', 'NotResource': ['x'], "
	"'NotPrincipal': {'AWS': '1'}}}",
	" Allow [AWS:1] true [iam:*] true [x] true {} @policy"},
    {"everybody", "{'Statement': {'Principal': '*', 'Action': 'a'}}",
	" Allow [*] false [a] false [] false {} @policy"},
    {"everybody of AWS", "{'Statement': {'Principal': {'AWS': '*'}, 'Action': 'a'}}",
	" Allow [AWS:*] false [a] false [] false {} @policy"},
    {"principals",
	"{'Statement': {'Principal': {'aws': ['arn:aws:iam::1:root', 123456789012], "
	"'Service': 'ec2.amazonaws.com', 'Federated': ['f'], 'Other': 'o'}}}",
	" Allow [AWS:arn:aws:iam::1:root,AWS:123456789012,Service:ec2.amazonaws.com,"
	"Federated:f,Other:o] false [] false [] false {} @policy"},
    {"not by everybody", "{'Statement': {'NotPrincipal': '*'}}",
	" Allow [*] true [] false [] false {} @policy"},
    {"conditions",
	"{'Statement': {'Condition': {'StringEquals': {'aws:a': 'x', 'aws:b': ['y', 'z']}, "
	"'Bool': {'aws:SecureTransport': false}, 'NumericLessThan': {'n': 5}}}}",
	" Allow [] false [] false [] false {StringEquals:{aws:a:[x],aws:b:[y,z]},"
	"Bool:{aws:SecureTransport:[false]},NumericLessThan:{n:[5]}} @policy"},
    {"escapes in keys and texts",
	"{'Stat\\u0065ment': {'\\u0041ction': 'i\\u0061m:*', 'Resource': '\\u002a'}}",
	" Allow [] false [iam:*] false [*] false {} @policy"},
    {"nulls", "{'Statement': {'Action': null, 'Sid': null, 'Effect': null}}",
	" Allow [] false [] false [] false {} @policy"},
    {"effects that are none", "{'Statement': {'Effect': 'Maybe'}}",
	" Maybe [] false [] false [] false {} @policy"},
    {"several", "{'Statement': [{'Sid': 'a'}, {'Sid': 'b'}]}",
	"a Allow [] false [] false [] false {} @policy; "
	"b Allow [] false [] false [] false {} @policy"},
};

static void test_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(document_rows); i++) {
		struct arena *arena = arena_new();
		struct value values = with_policy(arena, "policy", document_rows[i].document);
		struct str got = shape_sketch_items(
		    arena, statements_of(arena, "aws_iam_policy", values), FORMAT);

		if (!str_is(got, document_rows[i].want))
			fail_msg("%s: %.*s\nexpected: %s", document_rows[i].name, STR_ARG(got),
			    document_rows[i].want);
		arena_free(arena);
	}
}

#define WRONG "the policy document in 'policy' "

static void test_wrong_documents(void **state)
{
	static const struct {
		const char *document, *want;
	} rows[] = {
	    {"hunter2", WRONG "is no valid JSON (line 1, column 1 of it)"},
	    {"{'Statement': [}", WRONG "is no valid JSON (line 1, column 16 of it)"},
	    {"{'Statement': 1, 'Statement': 2}",
		WRONG "is no valid JSON (line 1, column 18 of it)"},
	    {"{'Statement': {'Action': 'a', '\\u0041ction': '*'}}",
		WRONG "is no valid JSON (line 1, column 31 of it)"},
	    {"{'Statement': [], 'statement': []}", WRONG "has 'Statement' twice in one place"},
	    {"{'Statement': {'Action': 'a', 'ACTION': '*'}}",
		WRONG "has 'Action' twice in one place"},
	    {"[]", WRONG "is a list, expected an object"},
	    {"'x'", WRONG "is a string, expected an object"},
	    {"null", WRONG "is a null, expected an object"},
	    {"{'Statement': 5}", WRONG "has a number as 'Statement', which may not stand there"},
	    {"{'Statement': ['x']}",
		WRONG "has a string as 'Statement', which may not stand there"},
	    {"{'Statement': [[{}]]}", WRONG "has a list as 'Statement', which may not stand there"},
	    {"{'Statement': {'Action': {}}}",
		WRONG "has a map as 'Action', which may not stand there"},
	    {"{'Statement': {'Action': [[]]}}",
		WRONG "has a list as 'Action', which may not stand there"},
	    {"{'Statement': {'Effect': []}}",
		WRONG "has a list as 'Effect', which may not stand there"},
	    {"{'Statement': {'Sid': {}}}", WRONG "has a map as 'Sid', which may not stand there"},
	    {"{'Statement': {'Action': 'a', 'NotAction': 'b'}}",
		WRONG "has both 'Action' and 'NotAction' in one statement"},
	    {"{'Statement': {'Principal': {'AWS': 'a'}, 'NotPrincipal': {'AWS': 'b'}}}",
		WRONG "has both 'Principal' and 'NotPrincipal' in one statement"},
	    {"{'Statement': {'Principal': '*', 'NotPrincipal': {'AWS': 'b'}}}",
		WRONG "has both 'Principal' and 'NotPrincipal' in one statement"},
	    {"{'Statement': {'Principal': {'AWS': {}}}}",
		WRONG "has a map as 'Principal', which may not stand there"},
	    {"{'Statement': {'Condition': []}}",
		WRONG "has a list as 'Condition', which may not stand there"},
	    {"{'Statement': {'Condition': {'StringEquals': 5}}}",
		WRONG "has a number as 'Condition', which may not stand there"},
	    {"{'Statement': {'Condition': {'StringEquals': {'a': {}}}}}",
		WRONG "has a map as 'Condition', which may not stand there"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct value items;
		struct err err = {0};

		if (shape_iam_statements(arena, STR("aws_sqs_queue"),
			with_policy(arena, "policy", rows[i].document), &items, &err))
			fail_msg("%s: no error", rows[i].document);
		if (strcmp(err.text, rows[i].want) != 0)
			fail_msg("%s: %s\nexpected: %s", rows[i].document, err.text, rows[i].want);
		arena_free(arena);
	}
}

/* Statements, by the way they stand in a resource. */
static void test_places(void **state)
{
	static const struct {
		const char *name, *type, *values, *want;
	} rows[] = {
	    {"a role", "aws_iam_role",
		"{'assume_role_policy': {'Statement': {'Sid': 'a'}}, 'inline_policy': [{'name': "
		"'x', 'policy': {'Statement': {'Sid': 'b'}}}, {'policy': '?after.p'}]}",
		"a@assume_role_policy; b@inline_policy[0].policy; ?after.p"},
	    {"a role whose blocks are unknown", "aws_iam_role",
		"{'assume_role_policy': {'Statement': {'Sid': 'a'}}, 'inline_policy': '?i'}",
		"a@assume_role_policy; ?i"},
	    {"unknown", "aws_iam_role_policy", "{'policy': '?after.policy'}", "?after.policy"},
	    {"hidden", "aws_iam_role_policy", "{'policy': '#'}", "#"},
	    {"null", "aws_s3_bucket_policy", "{'policy': null}", ""},
	    {"all unknown", "aws_iam_policy", "'?after'", "?after"},
	    {"all unknown of another type", "aws_instance", "'?after'", ""},
	    {"gone", "aws_iam_policy", "null", ""},
	    {"domain", "aws_opensearch_domain",
		"{'access_policies': {'Statement': {'Sid': 'a'}}, 'policy': '?p'}",
		"a@access_policies"},
	    {"organization", "aws_organizations_policy", "{'content': {'Statement': {'Sid': 'a'}}}",
		"a@content"},
	    {"access points", "aws_s3control_multi_region_access_point_policy",
		"{'details': [{'policy': {'Statement': {'Sid': 'a'}}}]}", "a@details[0].policy"},
	    {"one block that is a map", "aws_s3control_multi_region_access_point_policy",
		"{'details': {'policy': {'Statement': {'Sid': 'a'}}}}", "a@details.policy"},
	    {"cloud control", "awscc_iam_role",
		"{'policies': [{'policy_document': {'Statement': [{'Sid': 'a'}, '?s']}}], "
		"'assume_role_policy_document': '?after.a'}",
		"?after.a; a@policies[0].policy_document; ?s"},
	    {"a type that is not known yet", "aws_brand_new", "{'policy': '?p'}", "?p"},
	    {"not a policy of this kind", "aws_ecr_lifecycle_policy", "{'policy': '?p'}", ""},
	    {"a policy that is no JSON", "aws_brand_new", "{'policy': 'permit(x);'}", ""},
	    {"a policy of somebody else", "azurerm_api_management", "{'policy': '?p'}", ""},
	    {"blocks of somebody else", "azurerm_api_management", "{'policy': [{'Statement': 5}]}",
		""},
	    {"odd kinds", "aws_iam_role", "{'assume_role_policy': 5, 'inline_policy': [1, null]}",
		""},
	    {"nothing", "aws_instance", "{'ami': 'x'}", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct value values;
		struct str got;

		values = shape_written(arena, rows[i].values);
		got = shape_sketch_items(
		    arena, statements_of(arena, rows[i].type, values), "%sid@%attribute");
		if (!str_is(got, rows[i].want))
			fail_msg(
			    "%s: %.*s\nexpected: %s", rows[i].name, STR_ARG(got), rows[i].want);
		arena_free(arena);
	}
}

/* Types that no table lists. */
static void test_unlisted(void **state)
{
	static const struct {
		const char *type, *name, *text, *want;
	} rows[] = {
	    {"aws_brand_new", "policy", "{'Statement': {'Sid': 'a'}}", "a@policy"},
	    {"aws_brand_new", "assume_role_policy", "{'Statement': {'Sid': 'a'}}",
		"a@assume_role_policy"},
	    {"minio_iam_policy", "policy", "{'Statement': {'Sid': 'a'}}", "a@policy"},
	    {"minio_iam_policy", "policy", "{'Statement': 5}", ""},
	    {"minio_iam_policy", "policy", "{'Statement': [{'Sid': 'a'}, 5]}", ""},
	    {"minio_iam_policy", "policy", "{broken", ""},
	    {"aws_brand_new", "policy", "{broken", NULL},
	    {"aws_brand_new", "policy", "{'Statement': {}, 'Statement': {}}", NULL},
	    {"aws_brand_new", "policy", "[{'Rules': []}]", ""},
	    {"aws_brand_new", "other", "{'Statement': {'Sid': 'a'}}", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct value items, values = with_policy(arena, rows[i].name, rows[i].text);
		struct err err = {0};
		struct str got;
		bool ok = shape_iam_statements(arena, str_from(rows[i].type), values, &items, &err);

		got = ok ? shape_sketch_items(arena, items, "%sid@%attribute") : STR_EMPTY;
		if (ok != (rows[i].want != NULL) || (ok && !str_is(got, rows[i].want)))
			fail_msg("%s %s %s: %.*s %s", rows[i].type, rows[i].name, rows[i].text,
			    STR_ARG(got), err.text);
		arena_free(arena);
	}
	assert_true(shape_has_iam(STR("aws_iam_role")));
	assert_true(shape_has_iam(STR("aws_acmpca_policy")));
	assert_true(shape_has_iam(STR("awscc_sqs_queue_policy")));
	assert_false(shape_has_iam(STR("aws_ecr_lifecycle_policy")));
	assert_false(shape_has_iam(STR("aws_instance")));
}

/* data.aws_iam_policy_document: blocks of statements, unknown in part. */
static const struct {
	const char *name, *statement, *want;
} block_rows[] = {
    {"plain",
	"{'sid': 's', 'effect': null, 'actions': ['a:b'], 'not_actions': null, "
	"'resources': "
	"['*'], 'not_resources': [], 'principals': [], 'not_principals': [], 'condition': "
	"[]}",
	"s Allow [] false [a:b] false [*] false {} @statement[0]"},
    {"negated",
	"{'sid': null, 'effect': 'Deny', 'not_actions': ['a:b'], 'not_resources': ['r'], "
	"'not_principals': [{'type': 'AWS', 'identifiers': ['x']}]}",
	" Deny [AWS:x] true [a:b] true [r] true {} @statement[0]"},
    {"principals",
	"{'principals': [{'type': '*', 'identifiers': ['*']}, {'type': 'aws', "
	"'identifiers': "
	"['*', '?i']}, {'type': '?t', 'identifiers': ['x']}, {'type': 'Service', "
	"'identifiers': '?all'}, '?block']}",
	" Allow [*,AWS:*,?i,?t,?all,?block] false [] false [] false {} @statement[0]"},
    {"unknown parts",
	"{'effect': '?e', 'actions': '?a', 'resources': ['?r', '*'], 'principals': '?p', "
	"'condition': '?c', 'sid': '?s'}",
	"?s ?e ?p false ?a false [?r,*] false ?c @statement[0]"},
    {"maybe negated",
	"{'actions': null, 'not_actions': '?n', 'resources': ['r'], "
	"'not_resources': '?m'}",
	" Allow [] false ?n ?n [r] false {} @statement[0]"},
    {"maybe not by these", "{'not_principals': '?p'}",
	" Allow ?p ?p [] false [] false {} @statement[0]"},
    {"conditions of one test are one",
	"{'condition': [{'test': 'A', 'variable': 'x', 'values': ['1']}, {'test': 'B', "
	"'variable': 'x', 'values': '?v'}, {'test': 'A', 'variable': 'y', 'values': ['2', "
	"'?w']}, {'test': 'A', 'variable': 'x', 'values': ['3']}]}",
	" Allow [] false [] false [] false {A:{x:[1,3],y:[2,?w]},B:{x:?v}} "
	"@statement[0]"},
    {"a condition without a name",
	"{'condition': [{'test': 'A', 'variable': '?n', 'values': ['1']}]}",
	" Allow [] false [] false [] false ?n @statement[0]"},
    {"an unknown condition", "{'condition': [{'test': 'A', 'variable': 'x'}, '?c']}",
	" Allow [] false [] false [] false ?c @statement[0]"},
    {"an odd condition", "{'condition': [{'variable': 'x'}]}",
	" Allow [] false [] false [] false ? @statement[0]"},
    {"an unknown block", "'?block'", "?block"},
    {"a secret", "{'actions': ['!a']}", " Allow [] false [a!] false [] false {} @statement[0]"},
};

static void test_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(block_rows); i++) {
		struct arena *arena = arena_new();
		struct str values =
		    str_format(arena, "{'statement': [%s]}", block_rows[i].statement);
		struct str got = shape_sketch_items(arena,
		    statements_of(
			arena, "aws_iam_policy_document", shape_written(arena, values.ptr)),
		    FORMAT);

		if (!str_is(got, block_rows[i].want))
			fail_msg("%s: %.*s\nexpected: %s", block_rows[i].name, STR_ARG(got),
			    block_rows[i].want);
		arena_free(arena);
	}
}

/* What a provider calls unknown, and the code does not set. */
static void test_unset(void **state)
{
	static const struct {
		const char *type, *values, *expressions, *want;
	} rows[] = {
	    {"aws_sns_topic", "{'name': 'x', 'policy': '?p'}", "{'name': {}}", ""},
	    {"aws_sns_topic", "{'name': 'x', 'policy': '?p'}", "{'policy': {}}", "?p"},
	    {"aws_sns_topic", "{'name': 'x', 'policy': '?p'}", "null", "?p"},
	    {"aws_vpc_endpoint", "{'policy': '?p'}", "{}", "?p"},
	    {"aws_iam_role", "{'inline_policy': '?i', 'assume_role_policy': '?a'}", "{}", "?i"},
	    {"aws_iam_role", "{'inline_policy': '?i', 'assume_role_policy': '?a'}",
		"{'assume_role_policy': {}}", "?a; ?i"},
	    {"aws_s3_bucket", "{'policy': {'Statement': {'Sid': 'a'}}}", "{}", "a"},
	    {"aws_brand_new", "{'policy': '?p'}", "{}", "?p"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct str type = str_from(rows[i].type);
		struct value values = shape_written(arena, rows[i].values);
		struct value settled = shape_iam_without_unset(
		    arena, type, values, shape_written(arena, rows[i].expressions));
		struct str got =
		    shape_sketch_items(arena, statements_of(arena, rows[i].type, settled), "%sid");

		if (!str_is(got, rows[i].want))
			fail_msg("%s %s %s: %.*s, expected %s", rows[i].type, rows[i].values,
			    rows[i].expressions, STR_ARG(got), rows[i].want);
		if (settled.len != values.len)
			assert_true(shape_iam_may_be_unset(type, values));
		assert_false(shape_iam_may_be_unset(STR("aws_instance"), values));
		arena_free(arena);
	}
}

static void test_secret_document(void **state)
{
	struct arena *arena = arena_new();
	struct value values =
	    with_policy(arena, "policy", "{'Statement': {'Action': 'a', 'Condition': {}}}");
	struct value_entry entry = values.as.entries[0];
	struct value items;
	struct str duplicate, got;

	(void)state;
	entry.value.marks |= VALUE_SENSITIVE;
	assert_true(value_map(arena, &entry, 1, &values, &duplicate));
	items = statements_of(arena, "aws_iam_policy", values);
	got = shape_sketch_items(arena, items, "%effect %actions %condition %not_action");
	assert_true(str_is(got, "Allow! [a!]! {}! false!"));
	assert_true(items.marks & VALUE_HAS_SENSITIVE);
	arena_free(arena);
}

static bool read_text(struct arena *arena, struct str text, struct value *items, struct err *err)
{
	struct value_entry *entry = arena_make(arena, struct value_entry);
	struct value values;
	struct str duplicate;

	*entry = (struct value_entry){value_string(STR("policy")), value_string(text)};
	assert_true(value_map(arena, entry, 1, &values, &duplicate));
	return shape_iam_statements(arena, STR("aws_iam_policy"), values, items, err);
}

static void test_limits(void **state)
{
	struct arena *arena = arena_new();
	struct value items;
	struct err err = {0};
	struct buf text;

	(void)state;
	buf_init(&text, arena, (size_t)1 << 20);
	buf_adds(&text, "{\"Statement\": [{}");
	for (int i = 1; i < SHAPE_ITEMS_MAX; i++)
		buf_adds(&text, ",{}");
	buf_adds(&text, "]}");
	assert_true(read_text(arena, buf_str(&text), &items, &err));
	assert_int_equal(items.len, SHAPE_ITEMS_MAX);
	buf_rewind(&text, text.len - 2);
	buf_adds(&text, ",{}]}");
	assert_false(read_text(arena, buf_str(&text), &items, &err));
	assert_string_equal(err.text, "more than 5000 IAM statements in one resource");

	buf_rewind(&text, 0);
	buf_repeat(&text, '[', 100000);
	err = (struct err){0};
	assert_false(read_text(arena, buf_str(&text), &items, &err));
	assert_int_equal(err.code, ERR_LIMIT);

	buf_rewind(&text, 0);
	buf_adds(&text, "{\"a\": \"");
	buf_repeat(&text, 'x', 256 << 10);
	buf_adds(&text, "\"}");
	err = (struct err){0};
	assert_false(read_text(arena, buf_str(&text), &items, &err));
	assert_string_equal(err.text, "the policy document in 'policy' is over 256 KiB");
	arena_free(arena);
}

struct tally {
	size_t resources, statements, unknown;
};

static void count_statements(void *context, struct str type, struct value values)
{
	struct tally *tally = context;
	struct arena *arena = arena_new();
	struct value items;
	struct err err = {0};

	if (!shape_iam_statements(arena, type, values, &items, &err))
		fail_msg("%.*s: %s", STR_ARG(type), err.text);
	tally->resources += shape_has_iam(type) && values.kind == VALUE_MAP;
	if (items.kind != VALUE_LIST) {
		tally->unknown++;
		arena_free(arena);
		return;
	}
	for (uint32_t i = 0; i < items.len; i++) {
		bool known = items.as.items[i].kind == VALUE_MAP;

		tally->statements += known;
		tally->unknown += !known;
	}
	arena_free(arena);
}

static void test_real_plans(void **state)
{
	const char *shared = shape_shared_dir();
	struct tally tally = {0};

	(void)state;
	if (!shared)
		skip();
	shape_visit_plans(shared, count_statements, &tally);
	print_message("%zu resources, %zu statements, %zu unknown\n", tally.resources,
	    tally.statements, tally.unknown);
	assert_in_range(tally.resources, 100, 10000);
	assert_in_range(tally.statements, 120, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_documents),
	    cmocka_unit_test(test_wrong_documents),
	    cmocka_unit_test(test_places),
	    cmocka_unit_test(test_unlisted),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_unset),
	    cmocka_unit_test(test_secret_document),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_real_plans),
	};

	return cmocka_run_group_tests_name("policies/shapes_iam", tests, NULL, NULL);
}
