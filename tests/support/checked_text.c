#include "tests/support/checked_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sink.h"
#include "tests/support/golden.h"
#include "tests/support/outcomes.h"

#define TEXT_MAX ((size_t)256 << 20)

static const enum sample samples[] = {SAMPLE_denied, SAMPLE_judged, SAMPLE_overridden,
    SAMPLE_nothing_matched, SAMPLE_withheld, SAMPLE_hostile_policies};

struct str checked_text(
    struct arena *arena, checked_renderer *render, const struct checked *checked)
{
	struct str text = STR_EMPTY;
	struct err err = {0};
	struct buf buf;
	struct sink sink;

	buf_init(&buf, arena, TEXT_MAX);
	sink_to_buf(&sink, &buf);
	render(arena, checked, &sink);
	assert_true(sink_finish(&sink, &err));
	assert_true(buf_finish(&buf, &text, &err));
	return text;
}

static struct str outcome_text(
    struct arena *arena, checked_renderer *render, const struct outcome *outcome)
{
	struct checked checked = {.version = "1.2.3", .outcomes = &outcome, .count = 1};

	return checked_text(arena, render, &checked);
}

struct str checked_verdict_text(
    struct arena *arena, checked_renderer *render, const struct verdict *verdict)
{
	struct outcome outcome = {.version = "1.2.3", .verdict = *verdict};

	outcome.facts.directory = (struct fact){STR("envs/prod"), STR("test")};
	return outcome_text(arena, render, &outcome);
}

void checked_golden(
    checked_renderer *render, const char *suffix, void (*check)(const char *name, struct str text))
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str name = str_format(arena, "%s.%s", sample_name(samples[i]), suffix);
		struct str text = outcome_text(arena, render, sample_outcome(arena, samples[i]));

		check(name.ptr, text);
		golden_check(name.ptr, text);
	}
}

struct finding plain_finding(enum level level)
{
	return (struct finding){.kind = FINDING_VIOLATION,
	    .level = level,
	    .rule_level = level,
	    .rule_id = STR("r"),
	    .title = STR("Title"),
	    .description = STR_EMPTY,
	    .url = STR_EMPTY,
	    .place = {STR("tfherald.yaml"), 3, 5},
	    .tool = STR_EMPTY,
	    .directory = STR("envs/prod"),
	    .address = STR("aws_x.y"),
	    .deposed = STR_EMPTY,
	    .item = STR_EMPTY,
	    .message = STR("message"),
	    .remediation = STR_EMPTY,
	    .count = 1,
	    .fingerprint = STR_EMPTY,
	    .value_fingerprint = STR_EMPTY,
	    .release = STR_EMPTY,
	    .file = STR_EMPTY};
}
