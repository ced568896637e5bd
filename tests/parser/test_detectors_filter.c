/*
 * The filter before the detectors never costs a find. The detectors are compiled a second time into
 * this file, with a filter that lets everything pass, and asked the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "parser/detectors_parts.h"

bool slow_shape_find(
    const struct detectors *detectors, struct str text, size_t start, struct detection *out);
bool slow_name_may_stand_in(struct str text);
enum name_class slow_name_classify(struct str name);
bool slow_name_describes(struct str name, bool is_of_map);

#define shape_find		   slow_shape_find
#define name_may_stand_in	   slow_name_may_stand_in
#define name_classify		   slow_name_classify
#define name_describes		   slow_name_describes
#define text_may_hold(text, parts) true
#define pairs			   slow_shape_pairs
#include "parser/detectors_shapes.c"
#undef pairs
#include "parser/detectors_names.c"
#undef text_may_hold
#undef name_describes
#undef name_classify
#undef name_may_stand_in
#undef shape_find

#define BORDERS ((size_t)19) /* blocks are of 8 bytes: two of them, and then some */
#define A20	"Ab1Cd2Ef3Gh4Ij5Kl6Mn"
#define HEX40	"0123456789abcdef0123456789abcdef01234567"

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* --- the same answer --- */

static bool check_shape(const char *name, struct str text)
{
	struct detection slow = {.detector = DETECTOR_MASK}, fast = slow;
	bool found = slow_shape_find(NULL, text, 0, &slow);

	if (shape_find(NULL, text, 0, &fast) != found || slow.from != fast.from ||
	    slow.to != fast.to || slow.detector != fast.detector)
		fail_msg("%s: the filter loses a shape in '%.*s'", name, STR_ARG(text));
	return found;
}

static enum name_class check_name(const char *name, struct str text)
{
	enum name_class slow = slow_name_classify(text), fast = name_classify(text);

	if (slow != fast)
		fail_msg("%s: '%.*s' is %d, behind the filter %d", name, STR_ARG(text), (int)slow,
		    (int)fast);
	if (slow_name_may_stand_in(text) != name_may_stand_in(text))
		fail_msg("%s: the filter loses a name in '%.*s'", name, STR_ARG(text));
	return slow;
}

/* --- every shape at every place --- */

/* What has to stand around the prefix of a shape for it to be one. */
static const struct sample {
	shape_match *match;
	const char *before, *after;
} samples[] = {
    {match_run, "", HEX40},
    {match_aws, "", "QYLPMN5HHHFPZAM2"},
    {match_pem, "", "RSA PRIVATE KEY-----\nMII"},
    {match_assigned, "", "=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzzwJalrXUtnFEMI/K7MDENG/bPxRf"},
    {match_signature, "?", HEX40},
    {match_atlas, "abcdEFGH123456", HEX40},
    {match_two_parts, "", A20 "." A20},
    {match_jwt, "", "hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxIn0." A20},
    {match_url, "x", "app:hunter2@db"},
    {match_bearer, "", HEX40},
    {match_header, "", ": Basic dXNlcjpwYXNzd29yZA=="},
};

static const struct sample *sample_of(const struct shape *shape)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		if (samples[i].match == shape->match)
			return &samples[i];
	}
	fail_msg("%s: has no sample", shape->prefix);
	return &samples[0];
}

static struct str filled(
    struct arena *arena, char filler, size_t before, struct str text, size_t after)
{
	struct buf buf;

	buf_init(&buf, arena, 4096);
	for (size_t i = 0; i < before; i++)
		buf_addc(&buf, filler);
	buf_add(&buf, text);
	for (size_t i = 0; i < after; i++)
		buf_addc(&buf, filler);
	return str_copy(arena, buf_str(&buf)); /* of its own size: reading past its end is seen */
}

static void shape_at_all_places(const struct shape *shape, struct str sample)
{
	static const char fillers[] = {' ', '\n', '"', '\xff', '\0', '/'};

	for (size_t i = 0; i < BORDERS * BORDERS; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

		for (size_t k = 0; k < sizeof(fillers); k++) {
			struct str text =
			    filled(arena, fillers[k], i / BORDERS, sample, i % BORDERS);

			if (!check_shape(shape->prefix, text))
				fail_msg(
				    "%s: is not found in '%.*s'", shape->prefix, STR_ARG(text));
		}
	}
}

static void test_shapes_at_all_places(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		const struct sample *sample = sample_of(&shapes[i]);

		shape_at_all_places(&shapes[i],
		    str_format(arena, "%s%s%s", sample->before, shapes[i].prefix, sample->after));
	}
}

/* Short ones, and what is left when it is cut: from the front, at the end. */
static void test_cut_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		const struct sample *sample = sample_of(&shapes[i]);
		struct str text =
		    str_format(arena, "%s%s%s", sample->before, shapes[i].prefix, sample->after);

		for (size_t cut = 0; cut <= text.len; cut++) {
			(void)check_shape(
			    shapes[i].prefix, str_copy(arena, str_from_to(text, 0, cut)));
			(void)check_shape(shapes[i].prefix, str_copy(arena, str_skip(text, cut)));
		}
	}
}

/* A '@' anywhere behind the "://", how far away it may be. */
static void test_far_at(void **state)
{
	(void)state;
	for (size_t len = 3; len < 64; len++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str user = filled(arena, 'u', len + 1, STR_EMPTY, 0);
		struct str text = str_format(arena, "x://%.*s:%.*s@", STR_ARG(user), STR_ARG(user));

		if (!check_shape("far", text))
			fail_msg("%zu: is not found", len);
	}
}

/* --- every name at every place --- */

static const struct {
	const char *name;
	enum name_class says;
} names[] = {
    {"password", NAME_PASSWORD},
    {"pw", NAME_PASSWORD},
    {"pwd", NAME_PASSWORD},
    {"pass", NAME_PASSWORD},
    {"passwd", NAME_PASSWORD},
    {"passphrase", NAME_PASSWORD},
    {"passcode", NAME_PASSWORD},
    {"masterpassword", NAME_PASSWORD},
    {"pw2", NAME_PASSWORD},
    {"secret", NAME_SECRET},
    {"token", NAME_SECRET},
    {"credentials", NAME_SECRET},
    {"apikey", NAME_SECRET},
    {"api_key", NAME_SECRET},
    {"connection_string", NAME_SECRET},
    {"myconnectionstring", NAME_SECRET},
    {"some_key", NAME_KEY},
    {"authorization", NAME_KEY},
    {"auth", NAME_WEAK},
    {"salt", NAME_WEAK},
    {"seed", NAME_WEAK},
    {"hmac", NAME_WEAK},
    {"signature", NAME_WEAK},
};

static struct str upper(struct arena *arena, struct str text)
{
	char *out = str_to_c(arena, text);

	for (size_t i = 0; i < text.len; i++) {
		if (out[i] >= 'a' && out[i] <= 'z')
			out[i] = (char)(out[i] - 0x20);
	}
	return (struct str){out, text.len};
}

/* Digits say nothing in the front, and "_" begins a word: any beginning, any end. */
static void test_names_at_all_places(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names) * BORDERS; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str name = str_from(names[i / BORDERS].name);
		struct str all[2] = {name, upper(arena, name)};

		for (size_t k = 0; k < 2 * BORDERS; k++) {
			struct str text = filled(arena, '_', i % BORDERS, all[k % 2], k / 2);

			if (check_name(name.ptr, text) != names[i / BORDERS].says)
				fail_msg("'%.*s' says another thing", STR_ARG(text));
			/* so JSON text with it is looked at */
			text = filled(arena, ' ', i % BORDERS, all[k % 2], k / 2);
			if (!text_may_hold(text, TEXT_NAMES))
				fail_msg("'%.*s' is passed over", STR_ARG(text));
		}
	}
}

/* --- chance --- */

/* Pieces of shapes and names, cut anywhere, and bytes between them. */
static struct str by_chance(struct arena *arena, uint32_t *seed)
{
	static const char bytes[] = "aAkKeEyYpwW01:/@.=_- \"\\\n\xff\x80\x01";
	struct buf buf;

	buf_init(&buf, arena, 4096);
	for (uint32_t parts = next_random(seed) % 6; parts > 0; parts--) {
		const struct shape *shape = &shapes[next_random(seed) % ARRAY_LEN(shapes)];
		const struct sample *sample = sample_of(shape);
		const char *const choices[] = {shape->prefix, sample->before, sample->after,
		    names[next_random(seed) % ARRAY_LEN(names)].name};
		struct str piece = str_from(choices[next_random(seed) % ARRAY_LEN(choices)]);

		if (next_random(seed) % 4 == 0)
			piece = str_format(
			    arena, "%s%s%s", sample->before, shape->prefix, sample->after);
		if (next_random(seed) % 4 == 0)
			piece = str_from_to(piece, 0, next_random(seed) % (piece.len + 1));
		buf_add(&buf, piece);
		for (uint32_t n = next_random(seed) % 4; n > 0; n--)
			buf_addc(&buf, bytes[next_random(seed) % sizeof(bytes)]);
	}
	return str_copy(arena, buf_str(&buf));
}

static void test_by_chance(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	size_t shapes_found = 0, names_found = 0;
	uint32_t seed = 20261122;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct arena_mark mark = arena_save(arena);
		struct str text = by_chance(arena, &seed);

		shapes_found += check_shape("chance", text);
		names_found += check_name("chance", text) != NAME_PLAIN;
		arena_rewind(arena, mark);
	}
	print_message("%zu shapes, %zu names\n", shapes_found, names_found);
	/* and it has something to lose */
	assert_true(shapes_found > 1000);
	assert_true(names_found > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_shapes_at_all_places),
	    cmocka_unit_test(test_cut_shapes),
	    cmocka_unit_test(test_far_at),
	    cmocka_unit_test(test_names_at_all_places),
	    cmocka_unit_test(test_by_chance),
	};

	return cmocka_run_group_tests_name("parser/detectors_filter", tests, NULL, NULL);
}
