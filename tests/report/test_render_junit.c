/* JUnit: golden files, how cases end, and that it is XML whatever is in it. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "tests/support/checked_text.h"
#include "tests/support/outcomes.h"

/* Well-formed, as far as we write it: tags match, attributes are quoted, no bare & or <, and no
 * character that XML 1.0 does not have. */
static void check_xml(const char *name, struct str text)
{
	struct str open[8];
	size_t depth = 0, at = 0;

	if (!utf8_is_valid(text))
		fail_msg("%s: not UTF-8", name);
	while (at < text.len) {
		uint32_t code = utf8_next(text, &at);
		struct str rest = str_skip(text, at);
		size_t end = 0;

		if ((code < 0x20 && code != '\n') || code == 0xfffe || code == 0xffff)
			fail_msg("%s: character %x", name, (unsigned)code);
		if (code == '&' && (!str_find_char(rest, ';', &end) || end > 4))
			fail_msg("%s: bare &", name);
		if (code != '<')
			continue;
		assert_true(str_find_char(rest, '>', &end));
		rest = str_from_to(rest, 0, end);
		at += end + 1;
		if (str_starts(rest, STR("?")) || str_ends(rest, STR("/")))
			continue;
		if (str_eat(&rest, STR("/"))) {
			assert_true(depth > 0 && str_eq(open[depth - 1], rest));
			depth--;
			continue;
		}
		assert_true(depth < ARRAY_LEN(open));
		if (str_find_char(rest, ' ', &end))
			rest = str_from_to(rest, 0, end);
		open[depth++] = rest;
	}
	if (depth > 0)
		fail_msg("%s: '%.*s' is not closed", name, STR_ARG(open[depth - 1]));
}

static void golden(void **state)
{
	(void)state;
	checked_golden(render_junit, "junit.xml", check_xml);
}

static struct finding finding_of(enum finding_kind kind, enum level level, enum finding_fate fate)
{
	struct finding finding = plain_finding(level);

	finding.kind = kind;
	finding.rule_level = LEVEL_DENY;
	finding.fate = fate;
	return finding;
}

static void endings(void **state)
{
	static const struct {
		const char *name;
		enum finding_kind kind;
		enum level level;
		enum finding_fate fate;
		const char *expected;
	} rows[] = {
	    {"denied", FINDING_VIOLATION, LEVEL_DENY, FATE_STANDS, "<failure "},
	    {"warned", FINDING_VIOLATION, LEVEL_WARN, FATE_STANDS, "<system-out>"},
	    {"noted", FINDING_VIOLATION, LEVEL_INFO, FATE_STANDS, "<system-out>"},
	    {"undecided", FINDING_UNDECIDED, LEVEL_WARN, FATE_STANDS, "<skipped "},
	    {"undecided and denied", FINDING_UNDECIDED, LEVEL_DENY, FATE_STANDS, "<failure "},
	    {"broken", FINDING_ERROR, LEVEL_DENY, FATE_STANDS, "<error "},
	    {"broken but warns", FINDING_ERROR, LEVEL_WARN, FATE_STANDS, "<skipped "},
	    {"waived", FINDING_VIOLATION, LEVEL_INFO, FATE_WAIVED, "<system-out>"},
	    {"overridden", FINDING_VIOLATION, LEVEL_INFO, FATE_OVERRIDDEN, "<system-out>"},
	    {"imported", FINDING_IMPORTED, LEVEL_DENY, FATE_STANDS, "<failure "},
	};
	static const char *const all[] = {"<failure ", "<system-out>", "<skipped ", "<error "};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct finding finding = finding_of(rows[i].kind, rows[i].level, rows[i].fate);
		struct verdict verdict = {
		    .evaluated = true, .findings = &finding, .finding_count = 1};
		struct str text = checked_verdict_text(arena, render_junit, &verdict);

		check_xml(rows[i].name, text);
		for (size_t k = 0; k < ARRAY_LEN(all); k++) {
			bool wanted = strcmp(all[k], rows[i].expected) == 0;

			if (str_contains(text, str_from(all[k])) != wanted)
				fail_msg("%s: %.*s", rows[i].name, STR_ARG(text));
		}
	}
}

/* One case for a rule of both chains and all its findings; the worst one decides. */
static void one_case(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct rule rule = {.id = STR("r"), .title = STR("Title")};
	struct rule other = {.id = STR("unmatched"), .title = STR_EMPTY};
	struct rule_tally tallies[] = {
	    {.rule = &rule, .matched = 1}, {.rule = &rule, .matched = 1}, {.rule = &other}};
	struct finding list[] = {finding_of(FINDING_VIOLATION, LEVEL_DENY, FATE_STANDS),
	    finding_of(FINDING_VIOLATION, LEVEL_DENY, FATE_STANDS),
	    finding_of(FINDING_UNDECIDED, LEVEL_WARN, FATE_STANDS)};
	struct verdict verdict = {.evaluated = true,
	    .findings = list,
	    .finding_count = 3,
	    .tallies = tallies,
	    .tally_count = 3};
	struct str text = checked_verdict_text(arena, render_junit, &verdict);

	(void)state;
	check_xml("one case", text);
	assert_true(str_contains(
	    text, STR("<testsuite name=\"envs/prod\" tests=\"2\" failures=\"1\" errors=\"0\" "
		      "skipped=\"1\"")));
	assert_true(str_contains(text, STR("message=\"2 findings, the first: aws_x.y: message\"")));
	assert_true(str_contains(text, STR("matched nothing in this plan")));
	assert_true(str_contains(text, STR("cannot be verified before apply")));
}

static void many(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct finding *list = arena_array(arena, struct finding, 5000);
	struct verdict verdict = {.evaluated = true, .findings = list, .finding_count = 5000};
	struct str text;

	(void)state;
	for (size_t i = 0; i < 5000; i++)
		list[i] = finding_of(FINDING_VIOLATION, LEVEL_DENY, FATE_STANDS);
	text = checked_verdict_text(arena, render_junit, &verdict);
	check_xml("many", text);
	assert_true(str_contains(text, STR("and 4900 more")));
}

static void hostile(void **state)
{
	(void)state;
	for (size_t i = 0; i < hostile_text_count; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct str evil = str_from(hostile_texts[i]);
		struct finding finding = finding_of(FINDING_VIOLATION, LEVEL_DENY, FATE_STANDS);
		struct verdict verdict = {.evaluated = true,
		    .findings = &finding,
		    .finding_count = 1,
		    .notes = &evil,
		    .note_count = 1};

		finding.rule_id = finding.title = finding.description = finding.url = evil;
		finding.address = finding.message = finding.remediation = finding.release = evil;
		finding.file = finding.item = finding.tool = evil;
		check_xml(hostile_texts[i], checked_verdict_text(arena, render_junit, &verdict));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden),
	    cmocka_unit_test(endings),
	    cmocka_unit_test(one_case),
	    cmocka_unit_test(many),
	    cmocka_unit_test(hostile),
	};
	return cmocka_run_group_tests_name("report/render_junit", tests, NULL, NULL);
}
