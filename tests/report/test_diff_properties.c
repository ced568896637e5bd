/*
 * Nothing vanishes: whatever places of a document or of rules change, rows that are not folded
 * say what came or went.
 *
 * Documents of many shapes, most of them nearly IAM's, and blocks of network rules; two places of
 * each become a word that stood nowhere, or have it in a key more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/wording.h"
#include "tests/support/diff_sketch.h"

#define ROUNDS 3000

struct dice {
	uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(dice->state >> 33) % sides;
}

#define PLACES 2

/* Written twice from the same dice: before as it is, after with words in some places that stood
 * nowhere. */
struct writer {
	struct buf *buf;
	struct dice dice;
	size_t places; /* so many so far */
	size_t at[PLACES];
	bool is_after;
};

static const char *const words[PLACES] = {"freshone", "freshtwo"};

/* The word for this place; NULL: it stays as it is. */
static const char *word_here(struct writer *writer)
{
	size_t place = writer->places++;

	for (size_t i = 0; writer->is_after && i < PLACES; i++) {
		if (writer->at[i] == place)
			return words[i];
	}
	return NULL;
}

/* The word as one thing more of a list or map. */
static void write_more(struct writer *writer, const char *before, const char *behind)
{
	const char *word = word_here(writer);

	if (word)
		buf_addf(writer->buf, "%s\"%s\"%s", before, word, behind);
}

static const char *const leaves[] = {"\"a\"", "\"s3:Get\"", "\"*\"", "1", "true", "\"arn:x\""};

static void write_leaf(struct writer *writer)
{
	const char *leaf = leaves[roll(&writer->dice, ARRAY_LEN(leaves))];

	const char *word = word_here(writer);

	if (word)
		buf_addf(writer->buf, "\"%s\"", word);
	else
		buf_adds(writer->buf, leaf);
}

/* A list of leaves or one. */
static void write_leaves(struct writer *writer)
{
	uint32_t count = roll(&writer->dice, 4);

	if (count == 0) {
		write_leaf(writer);
		return;
	}
	buf_addc(writer->buf, '[');
	for (uint32_t i = 0; i < count; i++) {
		buf_adds(writer->buf, i > 0 ? "," : "");
		write_leaf(writer);
	}
	write_more(writer, ",", "");
	buf_addc(writer->buf, ']');
}

static void write_condition(struct writer *writer)
{
	buf_adds(writer->buf, "{\"StringEquals\":{\"k\":");
	write_leaves(writer);
	write_more(writer, ",", ":[]");
	buf_addc(writer->buf, '}');
	write_more(writer, ",", ":{}");
	buf_addc(writer->buf, '}');
}

static void write_principal(struct writer *writer)
{
	buf_adds(writer->buf, "{\"AWS\":");
	write_leaves(writer);
	write_more(writer, ",", ":\"x\"");
	buf_addc(writer->buf, '}');
}

static void write_map(struct writer *writer)
{
	buf_adds(writer->buf, "{\"x\":");
	write_leaves(writer);
	write_more(writer, ",", ":0");
	buf_addc(writer->buf, '}');
}

static void write_effect(struct writer *writer)
{
	buf_adds(writer->buf, roll(&writer->dice, 8) ? "\"Allow\"" : "null");
}

typedef void part_writer(struct writer *writer);

static const struct key {
	const char *name;
	part_writer *write;
	uint32_t sides; /* there once in so many */
} statement_keys[] = {
    {"Sid", write_leaf, 2},
    {"Effect", write_effect, 1},
    {"Principal", write_principal, 2},
    {"Action", write_leaves, 1},
    {"Resource", write_leaves, 2},
    {"Condition", write_condition, 2},
    {"Foo", write_leaves, 6},
    {"Bar", write_map, 6},
};

static void write_keys(struct writer *writer, const struct key *keys, size_t count)
{
	const char *comma = "";

	for (size_t i = 0; i < count; i++) {
		if (roll(&writer->dice, keys[i].sides) > 0)
			continue;
		buf_addf(writer->buf, "%s\"%s\":", comma, keys[i].name);
		comma = ",";
		keys[i].write(writer);
	}
	write_more(writer, comma, ":{\"a\":[1]}");
}

static void write_list(struct writer *writer, const struct key *keys, size_t count)
{
	uint32_t items = 1 + roll(&writer->dice, 3);

	buf_addc(writer->buf, '[');
	for (uint32_t i = 0; i < items; i++) {
		buf_adds(writer->buf, i > 0 ? ",{" : "{");
		write_keys(writer, keys, count);
		buf_addc(writer->buf, '}');
	}
	buf_addc(writer->buf, ']');
}

static void write_statements(struct writer *writer)
{
	write_list(writer, statement_keys, ARRAY_LEN(statement_keys));
}

static const struct key top_keys[] = {
    {"Version", write_leaf, 2},
    {"Id", write_leaf, 3},
    {"Statement", write_statements, 1},
    {"image", write_leaf, 3},
    {"command", write_leaves, 3},
    {"more", write_map, 4},
};

static void write_document(struct writer *writer)
{
	buf_addc(writer->buf, '{');
	write_keys(writer, top_keys, ARRAY_LEN(top_keys));
	buf_addc(writer->buf, '}');
}

static void write_port(struct writer *writer)
{
	static const char *const ports[] = {"22", "80", "22.0", "null"};
	const char *word = word_here(writer);
	const char *port = ports[roll(&writer->dice, ARRAY_LEN(ports))];

	buf_addf(writer->buf, word ? "\"%s\"" : "%s", word ? word : port);
}

static void write_range(struct writer *writer)
{
	static const char *const ranges[] = {"10.0.0.0/8", "0.0.0.0/0", "11.0.0.0/8"};
	const char *word = word_here(writer);
	const char *range = ranges[roll(&writer->dice, ARRAY_LEN(ranges))];

	buf_addf(writer->buf, "\"%s\"", word ? word : range);
}

static void write_ranges(struct writer *writer)
{
	buf_addc(writer->buf, '[');
	write_range(writer);
	if (roll(&writer->dice, 2)) {
		buf_addc(writer->buf, ',');
		write_range(writer);
	}
	buf_addc(writer->buf, ']');
}

static void write_protocol(struct writer *writer)
{
	const char *word = word_here(writer);

	buf_addf(writer->buf, "\"%s\"", word ? word : roll(&writer->dice, 2) ? "tcp" : "-1");
}

static const struct key aws_keys[] = {
    {"protocol", write_protocol, 1},
    {"from_port", write_port, 1},
    {"to_port", write_port, 1},
    {"cidr_blocks", write_ranges, 1},
    {"security_groups", write_ranges, 2},
    {"description", write_range, 2},
    {"foo", write_map, 4},
};

static const struct key azure_keys[] = {
    {"name", write_range, 1},
    {"priority", write_port, 2},
    {"direction", write_protocol, 2},
    {"access", write_protocol, 1},
    {"protocol", write_protocol, 1},
    {"source_port_range", write_range, 1},
    {"destination_port_ranges", write_ranges, 2},
    {"source_address_prefix", write_range, 1},
    {"destination_address_prefixes", write_ranges, 1},
    {"foo", write_leaf, 4},
};

static void write_aws(struct writer *writer)
{
	write_list(writer, aws_keys, ARRAY_LEN(aws_keys));
}

static void write_azure(struct writer *writer)
{
	write_list(writer, azure_keys, ARRAY_LEN(azure_keys));
}

static const struct shape {
	const char *type, *key;
	part_writer *write;
	bool in_text;
} shapes[] = {
    {"aws_iam_policy", "policy", write_document, true},
    {"aws_x", "value", write_document, false},
    {"aws_security_group", "ingress", write_aws, false},
    {"azurerm_network_security_group", "security_rule", write_azure, false},
};

static const char *side_of(struct arena *arena, const struct shape *shape, struct str value)
{
	struct buf buf;

	buf_init(&buf, arena, value.len * 2 + 100);
	buf_addf(&buf, "{\"%s\":%s", shape->key, shape->in_text ? "\"" : "");
	for (size_t i = 0; i < value.len; i++) {
		if (shape->in_text && value.ptr[i] == '"')
			buf_addc(&buf, '\\');
		buf_addc(&buf, value.ptr[i]);
	}
	buf_adds(&buf, shape->in_text ? "\"}" : "}");
	return str_to_c(arena, buf_str(&buf));
}

/* Side of these dice, of which `like` says the rest; its places are counted. */
static const char *written(
    struct arena *arena, const struct shape *shape, struct writer *writer, uint64_t seed)
{
	struct buf buf;

	buf_init(&buf, arena, 100000);
	writer->buf = &buf;
	writer->dice.state = seed;
	writer->places = 0;
	shape->write(writer);
	return side_of(arena, shape, buf_str(&buf));
}

/* All that rows which are not folded have to say. */
static struct str told(struct arena *arena, const struct diff *diff)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)1 << 20);
	for (size_t i = 0; i < diff->count; i++) {
		const struct attribute_change *row = &diff->rows[i];

		if (row->noise.len > 0)
			continue;
		buf_add(&buf, row->path);
		buf_addc(&buf, ' ');
		wording_value(&buf, row->before, 10000);
		wording_value(&buf, row->after, 10000);
		for (size_t part = 0; part < row->part_count; part++) {
			for (size_t cell = 0; cell < row->parts[part].cell_count; cell++)
				buf_add(&buf, row->parts[part].cells[cell]);
		}
	}
	return buf_str(&buf);
}

static void check_round(const struct shape *shape, uint64_t seed)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct dice dice = {seed * 7919};
	struct writer writer = {0};
	struct diff_case in = {.type = shape->type, .action = ACTION_UPDATE};
	struct diff diff;
	struct str text;

	in.before = written(arena, shape, &writer, seed);
	for (size_t i = 0; i < PLACES; i++)
		writer.at[i] = roll(&dice, (uint32_t)writer.places);
	writer.is_after = true;
	in.after = written(arena, shape, &writer, seed);
	if (roll(&dice, 2)) { /* the other way round */
		const char *before = in.before;

		in.before = in.after;
		in.after = before;
	}
	diff_of(arena, &in, &diff);
	text = told(arena, &diff);
	for (size_t i = 0; i < PLACES; i++) {
		struct str word = str_from(words[i]);
		bool is_there = str_contains(str_from(in.before), word) ||
				str_contains(str_from(in.after), word);

		if (is_there && !str_contains(text, word))
			print_error("%s: no %s in\n%s\n%s\n%.*s\n", shape->type, words[i],
			    in.before, in.after, STR_ARG(diff_sketch(arena, &diff)));
		assert_true(!is_there || str_contains(text, word));
	}
}

static void test_nothing_vanishes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		for (uint64_t seed = 1; seed <= ROUNDS; seed++)
			check_round(&shapes[i], seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_vanishes),
	};

	return cmocka_run_group_tests_name("report/diff_properties", tests, NULL, NULL);
}
