#include "tests/support/leaf_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"

const struct leaf_plan leaf_plan_base = {
    .head = "\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"timestamp\":"
	    "\"2026-11-01T00:00:00Z\",\"applyable\":true",
    .update = "{\"address\":\"a.update\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"update\","
	      "\"change\":{\"actions\":[\"update\"],"
	      "\"before\":{\"n\":1,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"2\"},\"pw\":\"p1\","
	      "\"list\":[1,2,3],\"etag\":\"e\"},"
	      "\"after\":{\"n\":2,\"same\":\"s\",\"tags\":{\"x\":\"1\",\"y\":\"3\"},\"pw\":\"p2\","
	      "\"list\":[1,2,4]},"
	      "\"after_unknown\":{\"etag\":true},"
	      "\"before_sensitive\":{\"pw\":true},\"after_sensitive\":{\"pw\":true}}}",
    .create = "{\"address\":\"a.create\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"create\","
	      "\"change\":{\"actions\":[\"create\"],\"before\":null,\"after\":{\"k\":{\"v\":true}},"
	      "\"after_unknown\":{\"id\":true}}}",
    .drop = "{\"address\":\"a.drop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"drop\","
	    "\"deposed\":\"d1\",\"change\":{\"actions\":[\"delete\"],\"before\":{\"x\":1},"
	    "\"after\":null}}",
    .noop = "{\"address\":\"a.noop\",\"mode\":\"managed\",\"type\":\"a\",\"name\":\"noop\","
	    "\"change\":{\"actions\":[\"no-op\"],\"before\":{\"z\":1},\"after\":{\"z\":1}}}",
    .outputs = "\"o\":{\"actions\":[\"create\"],\"before\":null,\"after\":\"v\"}",
    .rest = "",
};

static const char *pick(const char *one, const char *other)
{
	return one ? one : other;
}

struct str leaf_plan_text(struct arena *arena, const struct leaf_plan *with)
{
	return str_format(arena,
	    "{%s,\"resource_changes\":[%s,%s,%s,%s],\"output_changes\":{%s}%s}",
	    pick(with->head, leaf_plan_base.head), pick(with->update, leaf_plan_base.update),
	    pick(with->create, leaf_plan_base.create), pick(with->drop, leaf_plan_base.drop),
	    pick(with->noop, leaf_plan_base.noop), pick(with->outputs, leaf_plan_base.outputs),
	    pick(with->rest, leaf_plan_base.rest));
}

struct outcome *leaf_plan_outcome(
    struct arena *arena, const char *label, struct str json, const char *key)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct outcome_rules rules = {.fingerprint_key = str_from(key)};
	struct plan_options options = {0};
	struct err err = {0};
	struct plan *plan = NULL;
	struct input *input = input_from_str(arena, "plan.json", json);

	if (!plan_read(arena, input, &options, &plan, &err) ||
	    !outcome_add_plan(arena, scratch, plan, &rules, outcome, &err))
		fail_msg("%s: %s", label, err.text);
	return outcome;
}

struct plan_fingerprint leaf_plan_fingerprint(
    struct arena *arena, const char *label, const struct leaf_plan *with, const char *key)
{
	return leaf_plan_outcome(arena, label, leaf_plan_text(arena, with), key)->fingerprint;
}
