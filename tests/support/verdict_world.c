#include "tests/support/verdict_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/input.h"
#include "base/json_read.h"
#include "base/utf8.h"
#include "parser/plan_read.h"

#define TEXT_MAX ((size_t)4 << 20)

static struct value unknown_named(const char *name)
{
	struct value value = value_unknown();

	value.as.text = name;
	value.len = (uint32_t)strlen(name);
	return value;
}

static void load(struct ruleset_world *world, const struct source_row *rows)
{
	ruleset_world_begin(world, rows, "");
	world->source.name = STR("script");
	world->request.check_all = true;
	ruleset_world_load(world);
	if (!world->loaded || world->problems->count > 0)
		print_error("%s\n%.*s", world->err.text, STR_ARG(ruleset_world_problems(world)));
	assert_true(world->loaded && world->problems->count == 0);
}

void verdict_world_begin(
    struct verdict_world *world, const struct source_row *head, const struct source_row *trusted)
{
	*world = (struct verdict_world){.arena = arena_new(), .scratch = arena_new()};
	load(&world->head, head);
	world->has_trusted = trusted != NULL;
	if (trusted)
		load(&world->trusted, trusted);
	world->facts = (struct facts){.operation = OPERATION_PLAN, .now = VERDICT_NOW};
	world->facts.commit = (struct fact){STR("c0ffee"), STR("test")};
	world->world = (struct policy_world){.facts = &world->facts,
	    .git = unknown_named("git"),
	    .pr = unknown_named("pr"),
	    .data = unknown_named("data"),
	    .backend = unknown_named("backend"),
	    .now = VERDICT_NOW,
	    .fingerprint_key = STR_EMPTY,
	    .break_glass = STR_EMPTY,
	    .in_pull_request = trusted != NULL};
}

static struct str quoted(struct arena *arena, const char *text)
{
	struct str copy = str_copy(arena, str_from(text));
	char *bytes = arena_alloc(arena, copy.len + 1);

	for (size_t i = 0; i < copy.len; i++) {
		bytes[i] = copy.ptr[i];
		if (bytes[i] == '\'')
			bytes[i] = '"';
	}
	bytes[copy.len] = '\0';
	return (struct str){bytes, copy.len};
}

struct value verdict_json(struct arena *arena, const char *text)
{
	struct jsonr json = {0};
	struct err err = {0};
	struct value value;

	if (!jsonr_read(arena, quoted(arena, text), &json, &value, &err))
		fail_msg("%s: %s", text, err.text);
	return value;
}

void verdict_world_plan_text(struct verdict_world *world, struct str text)
{
	struct err err = {0};

	if (!plan_read(
		world->arena, input_from_str(world->arena, "test", text), NULL, &world->plan, &err))
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
}

void verdict_world_plan(struct verdict_world *world, const char *text)
{
	verdict_world_plan_text(
	    world, text[0] == '{' ? quoted(world->arena, text) : str_from(text));
}

/* --- in steps --- */

#define BACKWARDS_MAX ((size_t)50) /* each change is looked for from the first one on */

struct steps {
	struct evaluator *evaluator; /* NULL: only counts */
	size_t count;
	size_t wanted; /* the only one to be judged; SIZE_MAX: all */
};

static bool step(void *context, const struct change *change, struct err *err)
{
	struct steps *steps = context;
	size_t at = steps->count++;

	if (steps->wanted != SIZE_MAX && steps->wanted != at)
		return true;
	return evaluate_change(steps->evaluator, change, err);
}

/* Gives how many changes there are. */
static size_t visit_changed(
    const struct verdict_world *world, struct evaluator *evaluator, size_t wanted)
{
	const struct plan_selection changed = {CHANGES_RESOURCE, VISIT_CHANGED};
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct steps steps = {.evaluator = evaluator, .wanted = wanted};
	struct err err = {0};

	if (!plan_visit(world->plan, changed, scratch, step, &steps, &err))
		fail_msg("%s", err.text);
	return steps.count;
}

static void judge_in_steps(struct verdict_world *world, bool backwards)
{
	struct policy_problems *problems = arena_make(world->arena, struct policy_problems);
	struct evaluator *evaluator;
	struct err err = {0};

	policy_problems_init(problems, world->arena);
	if (!evaluate_begin(world->arena, world->scratch, &world->evaluation, problems,
		&world->verdict, &evaluator, &err))
		fail_msg("%s", err.text);
	if (!backwards)
		visit_changed(world, evaluator, SIZE_MAX);
	for (size_t i = backwards ? visit_changed(world, NULL, SIZE_MAX) : 0; i > 0; i--)
		visit_changed(world, evaluator, i - 1);
	if (!evaluate_finish(evaluator, &err))
		fail_msg("%s", err.text);
	evaluate_end(evaluator);
}

/* Equal errors are one finding, which names the first that was judged. */
static bool names_first_judged(const struct verdict *verdict)
{
	bool any = false;

	for (size_t i = 0; i < verdict->finding_count; i++)
		any = any || (verdict->findings[i].kind == FINDING_ERROR &&
				 verdict->findings[i].count > 1);
	return any;
}

static struct str all_texts(const struct verdict_world *world, bool backwards)
{
	struct str findings =
	    backwards && names_first_judged(&world->verdict)
		? str_format(world->arena, "%zu findings", world->verdict.finding_count)
		: verdict_world_everything(world);

	return str_format(world->arena, "%.*s\n%.*s\n%.*s", STR_ARG(findings),
	    STR_ARG(verdict_world_tallies(world)), STR_ARG(verdict_world_waivers(world)));
}

/* Whoever judges change by change, in whatever order, comes to the same. */
static void check_steps(struct verdict_world *world)
{
	const struct verdict whole = world->verdict;

	for (int backwards = 0; backwards < 2; backwards++) {
		struct str got, want;

		if (backwards && visit_changed(world, NULL, SIZE_MAX) > BACKWARDS_MAX)
			break;
		world->verdict = whole;
		want = all_texts(world, backwards);
		judge_in_steps(world, backwards);
		got = all_texts(world, backwards);
		if (!str_eq(got, want))
			fail_msg("in steps%s:\n%.*s--- as a whole\n%.*s",
			    backwards ? ", backwards" : "", STR_ARG(got), STR_ARG(want));
	}
	world->verdict = whole;
}

void verdict_world_judge(struct verdict_world *world)
{
	struct policy_problems *problems = arena_make(world->arena, struct policy_problems);
	struct err err = {0};

	policy_problems_init(problems, world->arena);
	world->evaluation = (struct evaluation){.plan = world->plan,
	    .head = world->head.set,
	    .trusted = world->has_trusted ? world->trusted.set : NULL,
	    .world = &world->world,
	    .imported = world->imported,
	    .imported_count = world->imported_count};
	if (world->has_trusted) {
		ruleset_compare(
		    world->arena, world->trusted.set, world->head.set, &world->weakenings);
		if (world->weakening.rule.len > 0)
			world->weakenings = (struct ruleset_comparison){&world->weakening, 1};
		world->evaluation.weakenings = &world->weakenings;
	}
	if (!evaluate_plan(
		world->arena, world->scratch, &world->evaluation, problems, &world->verdict, &err))
		fail_msg("%s", err.text);
	check_steps(world);
}

void verdict_world_end(struct verdict_world *world)
{
	ruleset_world_end(&world->head);
	if (world->has_trusted)
		ruleset_world_end(&world->trusted);
	arena_free(world->arena);
	arena_free(world->scratch);
}

/* --- texts --- */

static void add_part(struct buf *buf, const char *before, struct str text, const char *after)
{
	if (text.len > 0)
		buf_addf(buf, "%s%.*s%s", before, STR_ARG(text), after);
}

static void add_list(struct buf *buf, const char *word, const struct str *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_addf(buf, "%s%.*s", i == 0 ? word : ", ", STR_ARG(items[i]));
}

static void add_finding(struct arena *arena, struct buf *buf, const struct finding *finding)
{
	buf_addf(buf, "%s %s %.*s", level_name(finding->level), finding_kind_name(finding->kind),
	    STR_ARG(finding->rule_id));
	add_part(buf, " ", utf8_printable(arena, finding->address, true), "");
	if (finding->kind != FINDING_WEAKENS)
		add_part(buf, " [", finding->item, "]");
	if (finding->fate != FATE_STANDS)
		buf_addf(buf, " (%s)", finding_fate_name(finding->fate));
	add_part(buf, " \"", finding->message, "\"");
	add_list(buf, " on ", finding->paths, finding->path_count);
	add_list(buf, " by ", finding->causes, finding->cause_count);
	if (finding->count != 1)
		buf_addf(buf, " x%zu", finding->count);
	buf_addc(buf, '\n');
}

struct str verdict_world_text(const struct verdict_world *world)
{
	const struct verdict *verdict = &world->verdict;
	struct buf buf;

	buf_init(&buf, world->arena, TEXT_MAX);
	for (size_t i = 0; i < verdict->finding_count; i++)
		add_finding(world->arena, &buf, &verdict->findings[i]);
	add_part(&buf, "withheld ", verdict->withheld, "\n");
	for (size_t i = 0; i < verdict->note_count; i++)
		add_part(&buf, "note ", verdict->notes[i], "\n");
	return buf_str(&buf);
}

struct str verdict_world_tallies(const struct verdict_world *world)
{
	struct buf buf;

	buf_init(&buf, world->arena, TEXT_MAX);
	for (size_t i = 0; i < world->verdict.tally_count; i++) {
		const struct rule_tally *tally = &world->verdict.tallies[i];

		buf_addf(&buf, "%.*s %zu/%zu/%zu/%zu/%zu\n", STR_ARG(tally->rule->id),
		    tally->matched, tally->passed, tally->violated, tally->undecided,
		    tally->errors);
	}
	return buf_str(&buf);
}

struct str verdict_world_waivers(const struct verdict_world *world)
{
	struct buf buf;

	buf_init(&buf, world->arena, TEXT_MAX);
	for (size_t i = 0; i < world->verdict.waiver_count; i++) {
		const struct waiver_use *use = &world->verdict.waivers[i];

		buf_addf(&buf, "%.*s %.*s %s %zu%s", STR_ARG(use->waiver->rule),
		    STR_ARG(use->waiver->resource), waiver_state_name(use->state), use->findings,
		    use->unverified ? " unverified" : "");
		add_part(&buf, ": ", use->fault, "");
		buf_addc(&buf, '\n');
	}
	return buf_str(&buf);
}

struct str verdict_world_everything(const struct verdict_world *world)
{
	const struct verdict *verdict = &world->verdict;
	struct buf buf;

	buf_init(&buf, world->arena, TEXT_MAX);
	buf_add(&buf, verdict_world_text(world));
	for (size_t i = 0; i < verdict->finding_count; i++) {
		add_part(&buf, "remediation ", verdict->findings[i].remediation, "\n");
		add_part(&buf, "release ", verdict->findings[i].release, "\n");
		add_part(&buf, "value ", verdict->findings[i].value_fingerprint, "\n");
	}
	for (size_t i = 0; i < verdict->absorbed_count; i++)
		add_part(&buf, "absorbed ", verdict->absorbed[i].text, "\n");
	add_part(&buf, "reason ", verdict->reason, "\n");
	return buf_str(&buf);
}

void verdict_check(unsigned *wrong, const char *name, struct str got, const char *want)
{
	if (str_is(got, want))
		return;
	print_error("%s\n--- got\n%.*s--- wanted\n%s", name, STR_ARG(got), want);
	++*wrong;
}
