/*
 * JUnit XML for the test tab of CircleCI (and whoever else reads it): a suite for each directory, a
 * case for each rule.
 *
 * A case fails when the rule denies, has an error when a rule that denies fails itself, and is
 * skipped when it could not be decided, or when nothing matched: neither is a pass. Everything that
 * does not fail the run stands in the case's system-out, so that the number of failures is 0 if and
 * only if the exit status is not 3.
 */

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "report/checked.h"
#include "report/finding_text.h"
#include "report/wording.h"

#define LINES_MAX  100 /* findings told in one case; the rest is counted */
#define NAME_LIMIT ((size_t)300)

/* How a case ends, the worst last. */
enum ending {
	ENDING_PASSED,
	ENDING_SKIPPED,
	ENDING_FAILED,
	ENDING_BROKEN,
};

static const char *const ending_tags[] = {
    [ENDING_PASSED] = "",
    [ENDING_SKIPPED] = "skipped",
    [ENDING_FAILED] = "failure",
    [ENDING_BROKEN] = "error",
};

struct test_case {
	struct str id, title;
	const struct finding *const *findings; /* of this rule, by importance */
	size_t count;
	bool has_tally;
	size_t matched;
	enum ending ending;
	struct str message; /* of the ending */
};

struct suite {
	struct str name;
	const struct verdict *verdict;
	struct test_case *cases;
	size_t count;
	size_t endings[ENDING_BROKEN + 1];
};

struct junit {
	struct arena *arena; /* of one case */
	struct sink *sink;
};

/* --- XML --- */

static void put(struct junit *junit, const char *text)
{
	sink_write(junit->sink, text, strlen(text));
}

/* XML 1.0 has no way at all to write most control characters. */
static bool is_xml(uint32_t code)
{
	return code == '\t' || code == '\n' ||
	       (code >= 0x20 && code != 0x7f && code != 0xfffe && code != 0xffff &&
		   (code < 0xd800 || code > 0xdfff));
}

static void put_code(struct junit *junit, uint32_t code)
{
	char bytes[4];
	static const struct {
		uint32_t code;
		const char *text;
	} entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"},
	    {'\n', "&#10;"}, {'\t', "&#9;"}};

	for (size_t i = 0; i < ARRAY_LEN(entities); i++) {
		if (code == entities[i].code) {
			put(junit, entities[i].text);
			return;
		}
	}
	sink_write(junit->sink, bytes, utf8_encode(is_xml(code) ? code : 0xfffd, bytes));
}

static void put_text(struct junit *junit, struct str text)
{
	for (size_t at = 0; at < text.len;)
		put_code(junit, utf8_next(text, &at));
}

static void put_attribute(struct junit *junit, const char *name, struct str value)
{
	put(junit, " ");
	put(junit, name);
	put(junit, "=\"");
	put_text(junit, value);
	put(junit, "\"");
}

static void put_count(struct junit *junit, const char *name, size_t count)
{
	put_attribute(junit, name, str_format(junit->arena, "%zu", count));
}

/* --- cases of a verdict --- */

static int by_id(const void *a, const void *b)
{
	const struct test_case *left = a, *right = b;

	return str_cmp(left->id, right->id);
}

static int by_rule(const void *a, const void *b)
{
	const struct finding *left = *(const struct finding *const *)a;
	const struct finding *right = *(const struct finding *const *)b;
	int order = str_cmp(left->rule_id, right->rule_id);

	/* they lie in one array, by importance */
	return order != 0 ? order : (left > right) - (left < right);
}

static void add_case(struct suite *suite, const struct test_case *test)
{
	suite->cases[suite->count++] = *test;
}

/* Of the same id: the two chains' rules, or a rule and its findings. */
static void merge_cases(struct suite *suite)
{
	size_t kept = 0;

	qsort(suite->cases, suite->count, sizeof(*suite->cases), by_id);
	for (size_t i = 0; i < suite->count; i++) {
		struct test_case *last = kept > 0 ? &suite->cases[kept - 1] : NULL;

		if (!last || !str_eq(last->id, suite->cases[i].id)) {
			suite->cases[kept++] = suite->cases[i];
			continue;
		}
		last->has_tally |= suite->cases[i].has_tally;
		last->matched += suite->cases[i].matched;
		if (last->title.len == 0)
			last->title = suite->cases[i].title;
	}
	suite->count = kept;
}

static void give_findings(struct arena *arena, struct suite *suite)
{
	const struct verdict *verdict = suite->verdict;
	const struct finding **sorted =
	    arena_array(arena, const struct finding *, verdict->finding_count + 1);
	size_t at = 0;

	for (size_t i = 0; i < verdict->finding_count; i++)
		sorted[i] = &verdict->findings[i];
	qsort(sorted, verdict->finding_count, sizeof(struct finding *), by_rule);
	for (size_t i = 0; i < suite->count; i++) {
		struct test_case *test = &suite->cases[i];

		test->findings = &sorted[at];
		while (at < verdict->finding_count && str_eq(sorted[at]->rule_id, test->id)) {
			test->count++;
			at++;
		}
	}
}

/* --- how a case ends --- */

static enum ending ending_of(const struct finding *finding)
{
	if (!finding_stands(finding))
		return ENDING_PASSED;
	if (finding->level == LEVEL_DENY)
		return finding->kind == FINDING_ERROR ? ENDING_BROKEN : ENDING_FAILED;
	return finding->kind == FINDING_UNDECIDED || finding->kind == FINDING_ERROR ? ENDING_SKIPPED
										    : ENDING_PASSED;
}

static struct str ending_message(struct arena *arena, const struct suite *suite,
    const struct test_case *test, enum ending ending)
{
	const struct finding *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < test->count; i++) {
		if (ending_of(test->findings[i]) != ending)
			continue;
		first = first ? first : test->findings[i];
		count++;
	}
	if (!first)
		return STR_EMPTY;
	if (count == 1)
		return finding_sentence(arena, suite->verdict, first);
	return str_format(arena, "%zu findings, the first: %.*s", count,
	    STR_ARG(finding_sentence(arena, suite->verdict, first)));
}

static void end_case(struct arena *arena, struct suite *suite, struct test_case *test)
{
	for (size_t i = 0; i < test->count; i++) {
		enum ending ending = ending_of(test->findings[i]);

		if (ending > test->ending)
			test->ending = ending;
	}
	if (test->ending != ENDING_PASSED) {
		test->message = ending_message(arena, suite, test, test->ending);
	} else if (test->has_tally && test->matched == 0) {
		test->ending = ENDING_SKIPPED;
		test->message = STR("matched nothing in this plan");
	}
}

/* --- what is no rule --- */

/* There is no verdict, or nothing gave one: a case of its own says so. */
static void add_whole(struct suite *suite)
{
	const struct verdict *verdict = suite->verdict;
	struct test_case test = {.id = STR("policies"), .title = STR_EMPTY};

	if (verdict->withheld.len > 0) {
		test.id = STR("plan");
		test.ending = ENDING_BROKEN;
		test.message = verdict->withheld;
	} else if (verdict->note_count > 0) {
		test.ending = verdict->nothing_evaluated ? ENDING_FAILED : ENDING_SKIPPED;
		test.message = verdict->notes[0];
	} else {
		return;
	}
	add_case(suite, &test);
}

/* Rules over all plans have no tally of their own: the chains say which ones there are. */
static void add_run_rules(
    struct arena *arena, const struct checked *checked, struct suite *suite, size_t room)
{
	for (size_t i = 0; checked->run.evaluated && i < checked->count; i++)
		room += checked->outcomes[i]->verdict.tally_count;
	suite->cases = arena_array(arena, struct test_case, room);
	for (size_t i = 0; checked->run.evaluated && i < checked->count; i++) {
		const struct verdict *verdict = &checked->outcomes[i]->verdict;

		for (size_t k = 0; k < verdict->tally_count; k++) {
			const struct rule *rule = verdict->tallies[k].rule;

			if (rule->scope == SCOPE_RUN)
				add_case(suite,
				    &(struct test_case){.id = rule->id, .title = rule->title});
		}
	}
}

static void build_suite(
    struct arena *arena, const struct checked *checked, size_t i, struct suite *suite)
{
	const struct verdict *verdict = checked_verdict(checked, i);
	size_t room = verdict->tally_count + verdict->finding_count + 1;

	*suite = (struct suite){.name = checked_name(checked, i), .verdict = verdict};
	if (i == checked->count)
		add_run_rules(arena, checked, suite, room);
	else
		suite->cases = arena_array(arena, struct test_case, room);
	for (size_t k = 0; k < verdict->tally_count; k++) {
		const struct rule_tally *tally = &verdict->tallies[k];
		struct test_case test = {.id = tally->rule->id,
		    .title = tally->rule->title,
		    .has_tally = true,
		    .matched = tally->matched};

		/* decided over all plans, in a suite of its own */
		if (tally->rule->scope != SCOPE_RUN)
			add_case(suite, &test);
	}
	for (size_t k = 0; k < verdict->finding_count; k++)
		add_case(suite, &(struct test_case){.id = verdict->findings[k].rule_id,
				    .title = verdict->findings[k].title});
	merge_cases(suite);
	give_findings(arena, suite);
	for (size_t k = 0; k < suite->count; k++)
		end_case(arena, suite, &suite->cases[k]);
	add_whole(suite);
	for (size_t k = 0; k < suite->count; k++)
		suite->endings[suite->cases[k].ending]++;
}

/* --- writing --- */

static void write_counts(struct junit *junit, size_t cases, const size_t *endings)
{
	put_count(junit, "tests", cases);
	put_count(junit, "failures", endings[ENDING_FAILED]);
	put_count(junit, "errors", endings[ENDING_BROKEN]);
	put_count(junit, "skipped", endings[ENDING_SKIPPED]);
	put_attribute(junit, "time", STR("0"));
}

static void put_line(struct junit *junit, struct str text)
{
	put_text(junit, text);
	put(junit, "\n");
}

static void put_place(
    struct junit *junit, const struct verdict *verdict, const struct finding *finding)
{
	struct policy_place place = finding_place(verdict, finding);
	struct str file = wording_name(junit->arena, place.file, NAME_LIMIT);

	if (place.line > 0)
		put_line(
		    junit, str_format(junit->arena, "  at %.*s:%d", STR_ARG(file), place.line));
}

/* Those that end the case like this, or all others. */
static size_t put_findings(
    struct junit *junit, const struct suite *suite, const struct test_case *test, bool ends)
{
	size_t said = 0, all = 0;

	for (size_t i = 0; i < test->count; i++) {
		const struct finding *finding = test->findings[i];

		if ((ending_of(finding) == test->ending) != ends)
			continue;
		if (all++ >= LINES_MAX)
			continue;
		said++;
		if (!ends)
			put_line(
			    junit, str_format(junit->arena, "%s:", level_name(finding->level)));
		put_line(junit, finding_sentence(junit->arena, suite->verdict, finding));
		put_place(junit, suite->verdict, finding);
	}
	if (all > said)
		put_line(junit, str_format(junit->arena, "and %zu more", all - said));
	return all;
}

static void put_advice(struct junit *junit, const struct suite *suite, const struct test_case *test)
{
	static const enum block_line lines[] = {BLOCK_WHY, BLOCK_FIX, BLOCK_RELEASE, BLOCK_PLACE};

	for (size_t i = 0; test->count > 0 && i < ARRAY_LEN(lines); i++) {
		struct str line =
		    finding_line(junit->arena, suite->verdict, test->findings[0], lines[i]);

		if (line.len > 0)
			put_line(junit, line);
	}
}

static void write_ending(
    struct junit *junit, const struct suite *suite, const struct test_case *test)
{
	const char *tag = ending_tags[test->ending];

	put(junit, "   <");
	put(junit, tag);
	put_attribute(junit, "message", test->message);
	if (test->ending >= ENDING_FAILED)
		put_attribute(
		    junit, "type", test->ending == ENDING_BROKEN ? STR("error") : STR("deny"));
	put(junit, ">");
	(void)put_findings(junit, suite, test, true);
	put_advice(junit, suite, test);
	put(junit, "</");
	put(junit, tag);
	put(junit, ">\n");
}

static bool has_others(const struct test_case *test)
{
	for (size_t i = 0; i < test->count; i++) {
		if (ending_of(test->findings[i]) != test->ending || test->ending == ENDING_PASSED)
			return true;
	}
	return false;
}

static void write_case(struct junit *junit, const struct suite *suite, const struct test_case *test)
{
	struct finding named = {.rule_id = test->id, .title = test->title};
	bool passed = test->ending == ENDING_PASSED;

	put(junit, "  <testcase");
	put_attribute(junit, "classname", wording_name(junit->arena, suite->name, NAME_LIMIT));
	put_attribute(junit, "name", finding_heading(junit->arena, &named));
	if (test->count > 0)
		put_attribute(junit, "file",
		    wording_name(junit->arena,
			finding_place(suite->verdict, test->findings[0]).file, NAME_LIMIT));
	put_attribute(junit, "time", STR("0"));
	if (passed && test->count == 0) {
		put(junit, "/>\n");
		return;
	}
	put(junit, ">\n");
	if (!passed)
		write_ending(junit, suite, test);
	if (has_others(test)) {
		put(junit, "   <system-out>");
		(void)put_findings(junit, suite, test, passed);
		put(junit, "</system-out>\n");
	}
	put(junit, "  </testcase>\n");
}

static void write_suite(struct junit *junit, const struct suite *suite)
{
	struct arena_mark mark = arena_save(junit->arena);

	put(junit, " <testsuite");
	put_attribute(junit, "name", wording_name(junit->arena, suite->name, NAME_LIMIT));
	write_counts(junit, suite->count, suite->endings);
	put(junit, ">\n");
	for (size_t i = 0; i < suite->count; i++) {
		write_case(junit, suite, &suite->cases[i]);
		arena_rewind(junit->arena, mark);
	}
	put(junit, " </testsuite>\n");
}

void render_junit(struct arena *arena, const struct checked *checked, struct sink *sink)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct junit junit = {scratch, sink};
	struct suite *suites = arena_array(arena, struct suite, CHECKED_VERDICTS(checked));
	size_t endings[ENDING_BROKEN + 1] = {0}, cases = 0;

	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++) {
		build_suite(arena, checked, i, &suites[i]);
		cases += suites[i].count;
		for (size_t k = 0; k < ARRAY_LEN(endings); k++)
			endings[k] += suites[i].endings[k];
	}
	put(&junit, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites");
	put_attribute(&junit, "name", STR("tfherald check"));
	write_counts(&junit, cases, endings);
	put(&junit, ">\n");
	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++) {
		/* of rules over all plans: only when there are any */
		if (i < checked->count || suites[i].count > 0)
			write_suite(&junit, &suites[i]);
	}
	put(&junit, "</testsuites>\n");
}
