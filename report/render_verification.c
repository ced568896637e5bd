/* A verification for the terminal and as JSON. Declared in verification.h. */
#include "report/verification.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/size.h"
#include "report/both_sides.h"
#include "report/json_fields.h"
#include "report/terminal_screen.h"
#include "report/wording.h"

#define ROWS_MAX	((size_t)200) /* of a list */
#define DIFFERENCES_MAX ((size_t)50)  /* of a row */
#define VALUE_SHOWN	((size_t)200)
#define COMMIT_SHOWN	((size_t)8)
#define PARTS_SHOWN	((size_t)20)
#define NAMES_MAX	((size_t)10)

static const char *const delta_names[PLAN_DELTAS] = {
    [DELTA_NEW] = "new",
    [DELTA_CHANGED] = "changed",
    [DELTA_MISSING] = "missing",
};

static const char *const delta_titles[PLAN_DELTAS] = {
    [DELTA_NEW] = "New, not reviewed",
    [DELTA_CHANGED] = "Changed since the review",
    [DELTA_MISSING] = "Reviewed, no longer planned",
};

static const char delta_marks[PLAN_DELTAS] = {
    [DELTA_NEW] = '+',
    [DELTA_CHANGED] = '~',
    [DELTA_MISSING] = '-',
};

static const enum tone delta_tones[PLAN_DELTAS] = {
    [DELTA_NEW] = TONE_RED,
    [DELTA_CHANGED] = TONE_YELLOW,
    [DELTA_MISSING] = TONE_CYAN,
};

static const char *const kind_words[] = {
    [LEAF_RESOURCE] = "",
    [LEAF_OUTPUT] = "output ",
    [LEAF_DRIFT] = "refreshed ",
    [LEAF_DEFERRED] = "deferred ",
    [LEAF_ACTION] = "action ",
};

struct picture {
	const struct verification *verification;
	struct arena *scratch; /* of one row */
	struct screen *screen;
};

/* The row of whichever side has it: of this plan where there is one. */
NODISCARD static bool row_of(
    struct picture *picture, const struct row_pair *pair, struct value *out, struct err *err)
{
	if (pair->planned)
		return planned_row_value(picture->scratch, pair->planned, out, err);
	return report_load(
	    picture->scratch, picture->verification->report, pair->reviewed, out, err);
}

/* --- terminal --- */

static void put(struct picture *picture, size_t indent, enum tone tone, struct str symbol,
    struct str text, struct str remark)
{
	struct screen_line line = {.indent = indent,
	    .tone = tone,
	    .symbol = symbol,
	    .text = text,
	    .remark = remark,
	    .whole = true};

	screen_put_line(picture->screen, &line);
}

static struct str row_title(struct picture *picture, enum leaf_kind kind, struct value row)
{
	struct arena *arena = picture->scratch;
	struct str address = value_get_str(row, kind == LEAF_OUTPUT ? "name" : "address");
	struct str deposed = value_get_str(row, "deposed");
	struct str title = str_format(arena, "%s%.*s", kind_words[kind],
	    STR_ARG(wording_name(arena, address, SCREEN_TEXT_MAX)));

	if (deposed.len == 0)
		return title;
	return str_format(arena, "%.*s (deposed %.*s)", STR_ARG(title),
	    STR_ARG(wording_name(arena, deposed, 100)));
}

enum side_kind {
	SIDE_ABSENT,
	SIDE_NOT_KEPT, /* its values are not in the report */
	SIDE_VALUES,
};

/* One side of a difference of an attribute, as it was shown. */
struct side {
	enum side_kind kind;
	struct shown values[2]; /* before, after */
	struct str texts[2];
};

NODISCARD static bool side_of(
    struct arena *arena, const struct value *value, struct side *out, struct err *err)
{
	*out = (struct side){.kind = SIDE_ABSENT};
	if (!value)
		return true;
	out->kind = SIDE_NOT_KEPT;
	if (!value_get_c(*value, "before") && !value_get_c(*value, "after"))
		return true;
	out->kind = SIDE_VALUES;
	return attribute_side(arena, *value, "before", &out->values[0], err) &&
	       attribute_side(arena, *value, "after", &out->values[1], err);
}

/*
 * What is long is cut around what differs between the two sides, so that they never look the same;
 * what is the same on both, and what only one has, around what differs between before and after.
 */
static void cut_sides(struct arena *arena, struct side *reviewed, struct side *planned)
{
	struct side *sides[2] = {reviewed, planned};
	bool both = reviewed->kind == SIDE_VALUES && planned->kind == SIDE_VALUES;
	struct both_sides cut;

	for (size_t i = 0; i < 2; i++) {
		if (sides[i]->kind != SIDE_VALUES)
			continue;
		both_sides_of(arena, &sides[i]->values[0], &sides[i]->values[1], VALUE_SHOWN, &cut);
		sides[i]->texts[0] = cut.before;
		sides[i]->texts[1] = cut.after;
	}
	for (size_t i = 0; both && i < 2; i++) {
		if (value_equal(reviewed->values[i].value, planned->values[i].value))
			continue;
		both_sides_of(arena, &reviewed->values[i], &planned->values[i], VALUE_SHOWN, &cut);
		reviewed->texts[i] = cut.before;
		planned->texts[i] = cut.after;
	}
}

static struct str side_text(struct arena *arena, const struct side *side)
{
	switch (side->kind) {
	case SIDE_ABSENT:
		return STR("not changed");
	case SIDE_NOT_KEPT:
		return STR("changed, its values are not in the report");
	case SIDE_VALUES:
		break;
	}
	return str_format(arena, "%.*s -> %.*s", STR_ARG(side->texts[0]), STR_ARG(side->texts[1]));
}

/* "before -> after" of an attribute, or a field of the row; of both sides. */
NODISCARD static bool side_texts(struct arena *arena, const struct row_difference *difference,
    struct str out[2], struct err *err)
{
	const struct value none = value_null();
	const struct value *reviewed = difference->reviewed, *planned = difference->planned;
	struct side sides[2];
	struct both_sides cut;

	if (!difference->is_attribute) {
		both_sides_of(arena, &(struct shown){reviewed ? *reviewed : none},
		    &(struct shown){planned ? *planned : none}, VALUE_SHOWN, &cut);
		out[0] = reviewed ? cut.before : STR("not changed");
		out[1] = planned ? cut.after : STR("not changed");
		return true;
	}
	if (!side_of(arena, reviewed, &sides[0], err) || !side_of(arena, planned, &sides[1], err))
		return false;
	cut_sides(arena, &sides[0], &sides[1]);
	out[0] = side_text(arena, &sides[0]);
	out[1] = side_text(arena, &sides[1]);
	return true;
}

static struct str cells_text(struct arena *arena, const struct value *cells)
{
	struct buf buf;

	buf_init(&buf, arena, 4 * VALUE_SHOWN);
	for (uint32_t i = 0; cells && cells->kind == VALUE_LIST && i < cells->len; i++) {
		buf_adds(&buf, i > 0 ? "  " : "");
		buf_add(&buf, wording_name(arena, value_text(cells->as.items[i]), VALUE_SHOWN));
	}
	return buf_str(&buf);
}

static const struct value *parts_of(const struct value *side)
{
	const struct value *parts = side ? value_get_c(*side, "parts") : NULL;

	return parts && parts->kind == VALUE_LIST ? parts : NULL;
}

/* How many parts at the beginning stand on both sides. */
static uint32_t same_parts(const struct value *a, const struct value *b)
{
	uint32_t count = 0;

	while (a && b && count < a->len && count < b->len &&
	       value_equal(a->as.items[count], b->as.items[count]))
		count++;
	return count;
}

/* What comes and goes in a text, a set, a policy or a list of rules. Of many, those from where the
 * sides differ. */
static void put_parts(struct picture *picture, const struct value *parts, const struct value *other)
{
	static const struct {
		const char *word, *mark;
		enum tone tone;
	} marks[] = {
	    {"added", "+", TONE_GREEN},
	    {"removed", "-", TONE_RED},
	    {"changed", "~", TONE_YELLOW},
	    {"remark", "!", TONE_RED},
	};
	size_t shown = 0, over = 0;
	uint32_t same = same_parts(parts, other), from = same > PARTS_SHOWN ? same - 2 : 0;

	if (from > 0)
		put(picture, 10, TONE_DIM, STR_EMPTY,
		    str_format(picture->scratch, "(%u lines are the same on both sides)", from),
		    STR_EMPTY);
	for (uint32_t i = from; i < parts->len; i++) {
		const struct value part = parts->as.items[i];
		struct str word = value_get_str(part, "mark");

		for (size_t k = 0; k < ARRAY_LEN(marks); k++) {
			if (!str_is(word, marks[k].word))
				continue;
			over += shown == PARTS_SHOWN;
			if (shown == PARTS_SHOWN)
				continue;
			shown++;
			put(picture, 10, marks[k].tone, str_from(marks[k].mark),
			    cells_text(picture->scratch, value_get_c(part, "cells")), STR_EMPTY);
		}
	}
	screen_put_more(picture->screen, over);
}

static void put_side(
    struct picture *picture, struct str label, const struct value *const sides[2], struct str text)
{
	const struct value *parts = parts_of(sides[0]);

	put(picture, 8, TONE_DIM, parts ? STR_EMPTY : label, parts ? str_trim_end(label) : text,
	    STR_EMPTY);
	if (parts)
		put_parts(picture, parts, parts_of(sides[1]));
}

NODISCARD static bool put_difference(
    struct picture *picture, const struct row_difference *difference, struct err *err)
{
	const struct value *reviewed = difference->reviewed, *planned = difference->planned;
	struct str path = difference->path.len > 0 ? difference->path : STR("value"), texts[2];

	if (!side_texts(picture->scratch, difference, texts, err))
		return false;
	put(picture, 6, TONE_PLAIN, STR_EMPTY, wording_name(picture->scratch, path, VALUE_SHOWN),
	    STR_EMPTY);
	put_side(
	    picture, STR("reviewed:"), (const struct value *const[]){reviewed, planned}, texts[0]);
	put_side(
	    picture, STR("now:     "), (const struct value *const[]){planned, reviewed}, texts[1]);
	return true;
}

static bool has_hidden(const struct plan_fingerprint *fingerprint)
{
	return fingerprint->hidden_keyed + fingerprint->hidden_left_out > 0;
}

/* Where to look when no attribute can be named. */
static const char *unnamed_place(const struct verification *verification, enum leaf_kind kind,
    const struct row_differences *differences)
{
	if (kind == LEAF_ACTION)
		return "in when or in which order it is invoked, or in values that are left out";
	if (differences->is_cut)
		return "in values that are too many or too large for a report";
	if (!has_hidden(&verification->report->fingerprint) &&
	    !has_hidden(&verification->planned->fingerprint))
		return "in how JSON text is written, or in what stays as it is around what changes";
	return "in what is marked as sensitive, or in how JSON text with " SHOWN_SENSITIVE
	       " values is written";
}

/* "in (sensitive) values, of: password, env[0].value" */
static bool put_hidden(
    struct picture *picture, enum leaf_kind kind, const struct row_differences *differences)
{
	size_t shown = size_min(differences->count, NAMES_MAX);
	struct buf buf;

	buf_init(&buf, picture->scratch, NAMES_MAX * VALUE_SHOWN);
	buf_adds(&buf, shown > 0 ? "in " SHOWN_SENSITIVE " values, of: "
				 : unnamed_place(picture->verification, kind, differences));
	for (size_t i = 0; i < shown; i++) {
		struct str path = differences->items[i].path;

		buf_adds(&buf, i > 0 ? ", " : "");
		buf_add(
		    &buf, path.len > 0 ? wording_name(picture->scratch, path, 100) : STR("value"));
	}
	if (differences->count > shown)
		buf_addf(&buf, " and %zu more", differences->count - shown);
	put(picture, 6, TONE_DIM, STR_EMPTY, buf_str(&buf), STR_EMPTY);
	return true;
}

NODISCARD static bool put_differences(
    struct picture *picture, enum leaf_kind kind, const struct row_pair *pair, struct err *err)
{
	struct row_differences differences;
	size_t shown;

	if (!row_compare(picture->scratch, picture->verification->report, pair, &differences, err))
		return false;
	if (differences.is_hidden)
		return put_hidden(picture, kind, &differences);
	shown = size_min(differences.count, DIFFERENCES_MAX);
	for (size_t i = 0; i < shown; i++) {
		if (!put_difference(picture, &differences.items[i], err))
			return false;
	}
	screen_put_more(picture->screen, differences.count - shown);
	return true;
}

NODISCARD static bool put_pair(
    struct picture *picture, enum plan_delta delta, const struct row_pair *pair, struct err *err)
{
	enum leaf_kind kind =
	    pair->planned ? pair->planned->kind : (enum leaf_kind)pair->reviewed->kind;
	struct value row;

	if (!row_of(picture, pair, &row, err))
		return false;
	put(picture, 2, delta_tones[delta], (struct str){&delta_marks[delta], 1},
	    row_title(picture, kind, row),
	    wording_name(picture->scratch, value_get_str(row, "action"), 100));
	return delta != DELTA_CHANGED || put_differences(picture, kind, pair, err);
}

NODISCARD static bool put_delta(struct picture *picture, enum plan_delta delta, struct err *err)
{
	const struct plan_comparison *comparison = &picture->verification->comparison;
	size_t count = comparison->counts[delta], shown = size_min(count, ROWS_MAX);

	if (count == 0)
		return true;
	screen_put_heading(picture->screen, delta_tones[delta], delta_titles[delta], count);
	for (size_t i = 0; i < shown; i++) {
		struct arena_mark mark = arena_save(picture->scratch);

		if (!put_pair(picture, delta, &comparison->pairs[delta][i], err))
			return false;
		arena_rewind(picture->scratch, mark);
	}
	screen_put_more(picture->screen, count - shown);
	return true;
}

static void put_verdict(struct picture *picture)
{
	static const char *const texts[] = {
	    [PLAN_IDENTICAL] = "identical: this is the plan that was reviewed",
	    [PLAN_SUBSET] = "subset: all that is planned was reviewed, and less is planned",
	    [PLAN_DIFFERS] = "differs: this is not the plan that was reviewed",
	};
	static const enum tone tones[] = {
	    [PLAN_IDENTICAL] = TONE_GREEN,
	    [PLAN_SUBSET] = TONE_YELLOW,
	    [PLAN_DIFFERS] = TONE_RED,
	};
	enum plan_match match = picture->verification->match;

	screen_put(picture->screen, tones[match], str_from(texts[match]));
	buf_addc(&picture->screen->out, '\n');
}

/* "report.json, directory prod/db, commit 1a2b3c4d, 2026-11-22T10:00:00Z" */
static struct str origin_of(struct picture *picture)
{
	const struct verification *verification = picture->verification;
	const struct report *report = verification->report;
	struct arena *arena = picture->scratch;
	struct buf buf;

	buf_init(&buf, arena, 4096);
	if (!report)
		return STR_EMPTY;
	buf_add(&buf, wording_name(arena, verification->report_name, VALUE_SHOWN));
	if (report->directory.len > 0) {
		buf_adds(&buf, ", directory ");
		buf_add(&buf, wording_name(arena, report->directory, VALUE_SHOWN));
	}
	if (report->commit.len > 0) {
		buf_adds(&buf, ", commit ");
		buf_add(&buf,
		    wording_name(arena,
			str_from_to(report->commit, 0, size_min(report->commit.len, COMMIT_SHOWN)),
			VALUE_SHOWN));
	}
	if (report->time.len > 0) {
		buf_adds(&buf, ", ");
		buf_add(&buf, wording_name(arena, report->time, 40));
	}
	return buf_str(&buf);
}

NODISCARD static bool put_all(struct picture *picture, struct err *err)
{
	const struct verification *verification = picture->verification;
	struct screen *screen = picture->screen;

	put_verdict(picture);
	put(picture, 2, TONE_DIM, STR("reviewed:"), verification->fingerprint, origin_of(picture));
	put(picture, 2, TONE_DIM, STR("now:     "), verification->planned->fingerprint.text,
	    STR_EMPTY);
	for (size_t i = 0; i < verification->note_count; i++)
		put(picture, 0, TONE_YELLOW, STR("note:"), verification->notes[i], STR_EMPTY);
	for (size_t delta = 0; delta < PLAN_DELTAS; delta++) {
		if (!put_delta(picture, (enum plan_delta)delta, err))
			return false;
	}
	if (verification->report && verification->match != PLAN_IDENTICAL) {
		buf_addc(&screen->out, '\n');
		wording_things(&screen->out, verification->comparison.same, "change is as reviewed",
		    "changes are as reviewed");
		buf_addc(&screen->out, '\n');
	}
	return true;
}

bool render_verification(struct arena *arena, const struct verification *verification,
    const struct render_options *options, struct str *out, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena *lines CLEANUP(arena_free_ptr) = arena_new();
	struct screen screen = {.arena = lines,
	    .outcome = verification->planned,
	    .options = options,
	    .caps = &screen_caps_of_level[SCREEN_SHORT]};
	struct picture picture = {
	    .verification = verification, .scratch = scratch, .screen = &screen};

	buf_init(&screen.out, arena, SCREEN_LIMIT);
	return put_all(&picture, err) && buf_finish(&screen.out, out, err);
}

/* --- JSON --- */

static void write_side(struct jsonw *writer, const char *key, const struct value *side)
{
	jsonw_key(writer, key);
	if (side)
		jsonw_value(writer, *side);
	else
		jsonw_null(writer);
}

static void write_difference(struct jsonw *writer, const struct row_difference *difference)
{
	jsonw_begin_flat_object(writer);
	json_field_string(writer, difference->is_attribute ? "path" : "field", difference->path);
	write_side(writer, "reviewed", difference->reviewed);
	write_side(writer, "now", difference->planned);
	jsonw_end_object(writer);
}

NODISCARD static bool write_changed(
    struct picture *picture, struct jsonw *writer, const struct row_pair *pair, struct err *err)
{
	struct row_differences differences;
	struct value row;

	if (!row_compare(
		picture->scratch, picture->verification->report, pair, &differences, err) ||
	    !row_of(picture, pair, &row, err))
		return false;
	jsonw_begin_flat_object(writer);
	json_field_string(writer, pair->planned->kind == LEAF_OUTPUT ? "name" : "address",
	    value_get_str(row, pair->planned->kind == LEAF_OUTPUT ? "name" : "address"));
	json_field_text(writer, "deposed", value_get_str(row, "deposed"));
	json_field_text(writer, "action", value_get_str(row, "action"));
	jsonw_field_bool(writer, "hidden", differences.is_hidden);
	jsonw_key(writer, "differences");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; i < differences.count; i++)
		write_difference(writer, &differences.items[i]);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	return true;
}

NODISCARD static bool write_pair(struct picture *picture, struct jsonw *writer,
    enum plan_delta delta, const struct row_pair *pair, struct err *err)
{
	struct value row;

	if (delta == DELTA_CHANGED)
		return write_changed(picture, writer, pair, err);
	if (!row_of(picture, pair, &row, err))
		return false;
	jsonw_begin_flat_object(writer);
	for (uint32_t i = 0; row.kind == VALUE_MAP && i < row.len; i++) {
		jsonw_key_str(writer, value_text(row.as.entries[i].key));
		jsonw_value(writer, row.as.entries[i].value);
	}
	jsonw_end_object(writer);
	return true;
}

NODISCARD static bool write_delta(
    struct picture *picture, struct jsonw *writer, enum plan_delta delta, struct err *err)
{
	const struct plan_comparison *comparison = &picture->verification->comparison;

	jsonw_key(writer, delta_names[delta]);
	jsonw_begin_array(writer);
	for (size_t i = 0; i < comparison->counts[delta]; i++) {
		struct arena_mark mark = arena_save(picture->scratch);

		if (!write_pair(picture, writer, delta, &comparison->pairs[delta][i], err))
			return false;
		arena_rewind(picture->scratch, mark);
	}
	jsonw_end_array(writer);
	return true;
}

static void write_reviewed(struct jsonw *writer, const struct verification *verification)
{
	static const struct report none = {.row_count = 0};
	const struct report *report = verification->report ? verification->report : &none;

	jsonw_key(writer, "reviewed");
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "fingerprint", verification->fingerprint);
	json_field_text(writer, "report", verification->report_name);
	json_field_text(writer, "repository", report->repository);
	json_field_text(writer, "directory", report->directory);
	json_field_text(writer, "commit", report->commit);
	json_field_text(writer, "time", report->time);
	jsonw_end_object(writer);
}

static void write_planned(struct jsonw *writer, const struct outcome *planned)
{
	jsonw_key(writer, "now");
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "fingerprint", planned->fingerprint.text);
	json_field_text(writer, "directory", planned->facts.directory.value);
	json_field_size(writer, "hidden_keyed", planned->fingerprint.hidden_keyed);
	json_field_size(writer, "hidden_left_out", planned->fingerprint.hidden_left_out);
	json_field_text(writer, "key_id", planned->fingerprint.key_id);
	jsonw_end_object(writer);
}

bool render_verification_json(
    const struct verification *verification, struct sink *sink, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct picture picture = {.verification = verification, .scratch = scratch};
	struct jsonw writer;

	jsonw_init(&writer, sink, 2);
	jsonw_begin_object(&writer);
	jsonw_field_str(&writer, "schema", STR(VERIFY_SCHEMA));
	jsonw_field_int(&writer, "version", VERIFY_VERSION);
	jsonw_key(&writer, "result");
	jsonw_c(&writer, plan_match_name(verification->match));
	write_reviewed(&writer, verification);
	write_planned(&writer, verification->planned);
	jsonw_key(&writer, "notes");
	jsonw_begin_flat_array(&writer);
	for (size_t i = 0; i < verification->note_count; i++)
		jsonw_str(&writer, verification->notes[i]);
	jsonw_end_array(&writer);
	json_field_size(&writer, "same", verification->comparison.same);
	for (size_t delta = 0; delta < PLAN_DELTAS; delta++) {
		if (!write_delta(&picture, &writer, (enum plan_delta)delta, err))
			return false;
	}
	jsonw_end_object(&writer);
	sink_add(sink, STR("\n"));
	return true;
}
