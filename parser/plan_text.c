#include "parser/plan_text.h"

#include "base/arena.h"
#include "parser/ansi.h"
#include "parser/plan_read.h"

#define WRAPPER_ERRORS_MAX 100
#define BOX_BYTE	   '\xe2' /* the first of every sign that draws a box */
#define WORDS_MIN	   7	  /* "Error: " */

/* A line at the top level that does not begin with a letter. */
static bool read_marked(struct text_reader *reader, struct str line)
{
	switch (line.ptr[0]) {
	case ' ':
		return text_read_header(reader, line) || text_read_legacy(reader, line) ||
		       text_read_actions(reader, line);
	case '#':
		return text_read_header(reader, line);
	case '+':
	case '-':
	case '~':
		return text_read_legacy(reader, line);
	default:
		if (line.ptr[0] != BOX_BYTE)
			return false;
		if (!str_starts(line, STR("╷")) && !str_starts(line, STR("│ Error: ")) &&
		    !str_starts(line, STR("│ Warning: ")))
			return false;
		text_read_box(reader, line);
		return true;
	}
}

/* Nothing that Terraform says is a word as short as this; other programs' lines often are. */
static bool is_short_word(struct str line)
{
	char c = line.ptr[0];

	return line.len < WORDS_MIN && (c == ' ' || (c >= 'a' && c <= 'z') ||
					   (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'));
}

static void read_line(struct text_reader *reader, struct str line)
{
	const struct sentence *sentence;

	/* Terraform never indents with tabs: whoever put them there did it to all lines. */
	while (str_eat(&line, STR("\t")))
		;
	if (line.len == 0 || is_short_word(line) || read_marked(reader, line))
		return;
	if (text_is_rule(line)) {
		if (reader->zone != ZONE_PLAN)
			text_close_parts(reader);
		reader->zone = ZONE_PLAN;
		return;
	}
	sentence = sentence_find(line);
	if (sentence)
		sentence->read(reader, line);
	else if (!text_read_plain_diagnostic(reader, line))
		(void)text_read_progress(reader, line);
}

static void read_document(struct text_reader *reader, struct str text)
{
	struct str line;

	reader->rest = text;
	reader->was_blank = true;
	reader->zone = ZONE_PLAN;
	reader->legacy = false;
	while (text_next(reader, &line))
		read_line(reader, line);
	text_close_parts(reader);
}

/* A wrapper's own complaint counts when Terraform has no result to show for that unit. */
static void add_failures(
    struct text_reader *reader, const struct text_docs *docs, const bool *succeeded)
{
	size_t added = 0;

	for (size_t i = 0; i < docs->failure_count && added < WRAPPER_ERRORS_MAX; i++) {
		const struct wrapper_failure *failure = &docs->failures[i];
		bool good = true;

		added++;
		for (size_t doc = 0; doc < docs->count; doc++) {
			if (failure->unit.len == 0 || str_eq(docs->items[doc].unit, failure->unit))
				good = good && succeeded[doc];
		}
		if (docs->count > 0 && good)
			plan_build_note(
			    &reader->build, "the wrapper says: %.*s", STR_ARG(failure->text));
		else if (failure->text.len > 0)
			text_add_error(reader, failure->text);
	}
}

static bool has_result(const struct text_reader *reader)
{
	return reader->totals.plans + reader->totals.empty > 0 || reader->settled ||
	       reader->build.plan->apply.complete;
}

/* A text cut before its summary still lists what it lists; a destroy among it must not be lost. */
static bool lists_changes(const struct text_reader *reader)
{
	for (int set = 0; set < CHANGE_SETS; set++) {
		if (reader->build.rows[set].count > 0)
			return true;
	}
	return reader->announced || reader->build.invocations.count > 0;
}

static void read_documents(struct text_reader *reader, const struct text_docs *docs)
{
	bool *succeeded = arena_array(reader->build.arena, bool, docs->count + 1);

	for (size_t i = 0; i < docs->count; i++) {
		size_t before = reader->totals.plans + reader->totals.empty;
		bool complete = reader->build.plan->apply.complete;

		if (!docs->items[i].follows)
			plan_steps_cut(&reader->build);
		reader->build.plan->apply.complete = false;
		read_document(reader, docs->items[i].text);
		succeeded[i] = reader->totals.plans + reader->totals.empty > before ||
			       reader->build.plan->apply.complete || docs->items[i].follows;
		reader->build.plan->apply.complete |= complete;
	}
	add_failures(reader, docs, succeeded);
}

/* The rows say one thing, the summary line another: somebody cut or composed this text. */
static void compare_counts(
    struct text_reader *reader, const struct plan_summary *rows, const struct text_totals *line)
{
	if (reader->build.rows[CHANGES_RESOURCE].count == 0)
		return;
	if (rows->import == line->import && rows->add == line->add &&
	    rows->change == line->change && rows->destroy == line->destroy)
		return;
	plan_build_note(&reader->build,
	    "the summary line says %zu to add, %zu to change, %zu to destroy; the changes listed "
	    "are "
	    "%zu, %zu and %zu",
	    line->add, line->change, line->destroy, rows->add, rows->change, rows->destroy);
}

static void sum_up(struct text_reader *reader, const struct text_docs *docs)
{
	struct plan *plan = reader->build.plan;
	struct plan_summary *summary = &plan->summary;
	const struct text_totals *totals = &reader->totals;

	plan_build_count(&reader->build, summary);
	if (totals->plans > 0) {
		compare_counts(reader, summary, totals);
		summary->import = totals->import;
		summary->add = totals->add;
		summary->change = totals->change;
		summary->destroy = totals->destroy;
		if (totals->forget > summary->forget)
			summary->forget = totals->forget;
		if (totals->invoke > summary->invoke)
			summary->invoke = totals->invoke;
	}
	summary->known = totals->plans + totals->empty > 0 || reader->settled;
	if (totals->plans + totals->empty > 1)
		plan_build_note(&reader->build, "%zu plans in one text: their figures are added up",
		    totals->plans + totals->empty);
	if (docs->units > 1)
		plan_build_note(&reader->build, "the output of %zu Terragrunt units", docs->units);
	plan->apply.present = reader->applied;
	if (!reader->applied)
		reader->build.steps.count = 0;
}

static bool has_error(const struct plan_build *build)
{
	const struct diagnostic *known = build->diagnostics.items;

	for (size_t i = 0; i < build->diagnostics.count; i++) {
		if (known[i].severity == SEVERITY_ERROR)
			return true;
	}
	return build->plan->errored;
}

static void note_cut(struct text_reader *reader)
{
	if (!has_result(reader) && !reader->applied && lists_changes(reader) &&
	    !has_error(&reader->build))
		plan_build_note(&reader->build,
		    "the text has no summary of the plan; there may be more changes");
}

struct plan *plan_read_text(struct arena *arena, struct str text)
{
	struct text_reader *reader = arena_make(arena, struct text_reader);
	struct text_docs docs;
	struct plan *plan;

	plan_build_init(&reader->build, arena, PLAN_FORM_TEXT);
	reader->result_line = reader->applied_line = STR_EMPTY;
	text = text_dedent(arena, ansi_strip_lines(arena, text));
	text_split_units(arena, text, &docs);
	read_documents(reader, &docs);
	sum_up(reader, &docs);
	note_cut(reader);
	text_join_parts(reader);
	plan = plan_build_finish(&reader->build);
	plan->has_result =
	    has_result(reader) || lists_changes(reader) || plan->result == PLAN_ERROR;
	plan->result = plan_decide_result(plan);
	return plan;
}
