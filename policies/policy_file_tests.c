/* `tests:`. Keys are checked here; what they mean is the business of `policy test`. */
#include "base/arena.h"
#include "policies/policy_reader.h"

#define TESTS_MAX 20000

static const char *const expect_words[] = {
    "pass", "violation", "undecided", "error", "not_matched", "guarded", NULL};

static void read_as_it_is(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)reader;
	(void)key;
	(void)node;
	(void)into;
}

/* No tag but those of the tests may stand in a document. Depth: that of YAML. */
static void check_tags(struct policy_reader *reader, const struct value *node)
{
	if (node->kind == VALUE_STRING && node->tag == YAML_TAGGED)
		reader_problem(reader, node,
		    "the tag of '%.*s' is not known; values of tests can have !unknown and "
		    "!sensitive",
		    STR_ARG(value_text(*node)));
	for (uint32_t i = 0; node->kind == VALUE_LIST && i < node->len; i++)
		check_tags(reader, &node->as.items[i]);
	for (uint32_t i = 0; node->kind == VALUE_MAP && i < node->len; i++)
		check_tags(reader, &node->as.entries[i].value);
}

#define ANYTHING(name)                                       \
	{                                                    \
		name, FIELD_OTHER, 0, NULL, read_as_it_is, 0 \
	}
#define KEYS_END                                    \
	{                                           \
		NULL, FIELD_OTHER, 0, NULL, NULL, 0 \
	}

static const struct policy_key resource_keys[] = {ANYTHING("address"), ANYTHING("type"),
    ANYTHING("name"), ANYTHING("index"), ANYTHING("mode"), ANYTHING("provider"),
    ANYTHING("provider_config"), ANYTHING("module"), ANYTHING("action"), ANYTHING("actions"),
    ANYTHING("action_reason"), ANYTHING("before"), ANYTHING("after"), ANYTHING("previous_address"),
    ANYTHING("importing"), ANYTHING("replace_paths"), ANYTHING("changed_paths"),
    ANYTHING("deposed"), ANYTHING("references"), KEYS_END};

static const struct policy_key output_keys[] = {ANYTHING("name"), ANYTHING("action"),
    ANYTHING("before"), ANYTHING("after"), ANYTHING("sensitive"), KEYS_END};

static void read_resource(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)key;
	(void)into;
	(void)!reader_map(reader, node, "'resource'", resource_keys, NULL);
}

static void read_resources(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	if (!reader_list(reader, key, node))
		return;
	for (uint32_t i = 0; i < node->len; i++)
		read_resource(reader, key, &node->as.items[i], into);
}

static void read_output(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)key;
	(void)into;
	(void)!reader_map(reader, node, "'output'", output_keys, NULL);
}

static void read_undecided_paths(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_names paths;

	(void)into;
	(void)!reader_names(reader, key, node, &paths);
}

static const struct policy_key expect_keys[] = {
    {"undecided", FIELD_OTHER, 0, NULL, read_undecided_paths, 0},
    KEYS_END,
};

static void read_expect(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	unsigned word;

	(void)into;
	if (node->kind == VALUE_MAP)
		(void)!reader_map(reader, node, "'expect'", expect_keys, NULL);
	else
		(void)!reader_word(reader, key, node, expect_words, &word);
}

#define AT(field) offsetof(struct policy_test, field)
static const struct policy_key test_keys[] = {
    {"rule", FIELD_TEXT, AT(rule), NULL, NULL, 0},
    {"name", FIELD_TEXT, AT(name), NULL, NULL, 0},
    {"expect", FIELD_OTHER, 0, NULL, read_expect, 0},
    {"resource", FIELD_OTHER, 0, NULL, read_resource, 0},
    {"resources", FIELD_OTHER, 0, NULL, read_resources, 0},
    {"output", FIELD_OTHER, 0, NULL, read_output, 0},
    ANYTHING("message"),
    ANYTHING("plan"),
    ANYTHING("run"),
    ANYTHING("backend"),
    ANYTHING("labels"),
    ANYTHING("params"),
    ANYTHING("dir"),
    ANYTHING("git"),
    ANYTHING("pr"),
    ANYTHING("data"),
    ANYTHING("now"),
    ANYTHING("operation"),
    KEYS_END,
};
#undef AT

static void read_test(
    struct policy_reader *reader, const struct value *node, struct policy_test *out)
{
	static const char *const needed[] = {"rule", "expect"};

	*out = (struct policy_test){.rule = STR_EMPTY, .name = STR_EMPTY};
	out->place = reader_place(reader, node);
	if (!reader_map(reader, node, "a test", test_keys, out))
		return;
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!value_get_c(*node, needed[i]))
			reader_problem(reader, node, "a test needs '%s'", needed[i]);
	check_tags(reader, node);
	out->document = tree_typed(reader->arena, *node);
}

void read_tests(struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_list(reader, key, node))
		return;
	if (node->len > TESTS_MAX) {
		reader_problem(reader, node, "%u tests in one file; at most %d are taken",
		    node->len, TESTS_MAX);
		return;
	}
	file->tests = arena_array(reader->arena, struct policy_test, node->len);
	file->test_count = node->len;
	for (uint32_t i = 0; i < node->len; i++)
		read_test(reader, &node->as.items[i], &file->tests[i]);
}
