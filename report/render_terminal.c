#include "report/render.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/applied.h"
#include "report/callout.h"
#include "report/detail.h"
#include "report/groups.h"
#include "report/terminal_screen.h"
#include "report/wording.h"

#define REMARK_MAX    ((size_t)300)
#define ALIGN_MAX     ((size_t)56) /* columns: remarks stand below each other up to here */
#define PARAGRAPH_MAX ((size_t)16384)

static const enum tone group_tones[CHANGE_GROUPS] = {
    [GROUP_DESTROY] = TONE_RED,
    [GROUP_REPLACE] = TONE_MAGENTA,
    [GROUP_FORGET] = TONE_CYAN,
    [GROUP_OTHER] = TONE_RED,
    [GROUP_UPDATE] = TONE_YELLOW,
    [GROUP_CREATE] = TONE_GREEN,
    [GROUP_IMPORT] = TONE_CYAN,
    [GROUP_MOVE] = TONE_CYAN,
};

static const enum tone status_tones[] = {
    [STATUS_NO_CHANGES] = TONE_GREEN,
    [STATUS_CHANGES] = TONE_YELLOW,
    [STATUS_LOSSES] = TONE_RED,
    [STATUS_FAILED] = TONE_RED,
    [STATUS_NO_PLAN] = TONE_RED,
    [STATUS_APPLIED] = TONE_GREEN,
    [STATUS_APPLY_FAILED] = TONE_RED,
    [STATUS_DENIED] = TONE_RED,
    [STATUS_VIOLATES] = TONE_RED,
};

/* --- changes --- */

static struct str printable(struct screen *screen, struct str text)
{
	return wording_cut(screen->arena, text, screen->caps->text);
}

static struct str name_of(struct screen *screen, struct str name)
{
	return wording_name(screen->arena, name, screen->caps->text);
}

static void add_join(struct buf *buf)
{
	buf_adds(buf, buf->len > 0 ? "; " : "");
}

static void add_names(struct screen *screen, struct buf *buf, const struct detail_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		struct str name = names->names[i].len > 0 ? names->names[i] : STR("value");

		buf_adds(buf, i > 0 ? ", " : "");
		buf_add(buf, wording_name(screen->arena, name, 100));
	}
	if (names->more > 0)
		buf_addf(buf, " and %zu more", names->more);
}

/* "! now allows *": at once, what differs may not be shown. */
static void add_callout(struct screen *screen, struct buf *buf, const struct outcome_change *change)
{
	size_t more;
	struct str text = callout_of(change, &more);

	if (text.len == 0)
		return;
	buf_adds(buf, "! ");
	buf_add(buf, wording_cut(screen->arena, text, REMARK_MAX));
	if (more > 0)
		buf_addf(buf, " and %zu more", more);
}

static struct str remark_of(struct screen *screen, const struct outcome_change *change)
{
	const struct change_head *head = &change->head;
	struct detail_names names;
	struct buf buf;

	buf_init(&buf, screen->arena, SCREEN_TEXT_MAX);
	if (!screen_shows_details(screen))
		add_callout(screen, &buf, change);
	if (head->reason.len > 0) {
		add_join(&buf);
		buf_add(&buf, wording_reason(screen->arena, head->reason));
	}
	detail_forcing_names(change, &names);
	if (names.count > 0) {
		add_join(&buf);
		add_names(screen, &buf, &names);
		buf_adds(&buf,
		    names.count + names.more == 1 ? " forces replacement" : " force replacement");
	}
	detail_changed_names(change, &names);
	if (names.count > 0 && !screen_shows_details(screen)) {
		add_join(&buf);
		add_names(screen, &buf, &names);
	}
	if (head->importing) {
		add_join(&buf);
		buf_adds(&buf, head->import_id.len > 0 ? "import id " : "imported");
		buf_add(&buf, wording_name(screen->arena, head->import_id, 100));
	}
	return buf_str(&buf);
}

/* `below`: its module stands above it already. */
static struct str title_of(struct screen *screen, const struct change_head *head, bool below)
{
	struct str address = head->address;
	struct buf buf;

	if (below && head->module.len > 0 && str_eat(&address, head->module) &&
	    !str_eat(&address, STR(".")))
		address = head->address;

	buf_init(&buf, screen->arena, 4 * SCREEN_TEXT_MAX);
	if (head->previous_address.len > 0) {
		buf_add(&buf, name_of(screen, head->previous_address));
		buf_adds(&buf, " -> ");
	}
	buf_add(&buf, name_of(screen, address));
	if (head->deposed.len > 0) {
		buf_adds(&buf, " (deposed ");
		buf_add(&buf, wording_name(screen->arena, head->deposed, 100));
		buf_addc(&buf, ')');
	}
	if (head->action == ACTION_OTHER) {
		buf_adds(&buf, ": ");
		buf_add(&buf, wording_action(screen->arena, head));
	}
	return buf_str(&buf);
}

static struct str symbol_of(const struct change_head *head)
{
	switch (change_group(head)) {
	case GROUP_IMPORT:
		return STR("<-");
	case GROUP_MOVE:
		return STR("->");
	case GROUP_DESTROY:
	case GROUP_REPLACE:
	case GROUP_FORGET:
	case GROUP_OTHER:
	case GROUP_UPDATE:
	case GROUP_CREATE:
		break;
	}
	return str_from(action_symbol(head->action));
}

static bool put_detail(void *context, const struct detail_text *detail)
{
	struct screen *screen = context;
	char mark = detail->mark;
	enum tone tone = mark == '+'		      ? TONE_GREEN
			 : mark == '-'		      ? TONE_RED
			 : mark == '~' || mark == '!' ? TONE_YELLOW
						      : TONE_DIM;
	struct screen_line line = {
	    .indent = screen->detail_indent,
	    .tone = tone,
	    .symbol = {&mark, mark == ' ' ? 0 : 1},
	    .text = detail->text,
	    .whole = true,
	    .breaks = {detail->after, detail->forces},
	};

	screen_put_line(screen, &line);
	return !screen->out.overflow;
}

static void put_details(struct screen *screen, const struct outcome_change *change, size_t indent)
{
	screen->detail_indent = indent + 6;
	if (screen_shows_details(screen))
		(void)detail_lines(
		    screen->arena, change, screen->caps->details, put_detail, screen);
}

void screen_put_change(
    struct screen *screen, const struct outcome_change *change, const struct change_place *place)
{
	struct screen_line line = {
	    .indent = place->indent,
	    .tone = group_tones[change_group(&change->head)],
	    .symbol = symbol_of(&change->head),
	    .text = title_of(screen, &change->head, place->below),
	    .remark = remark_of(screen, change),
	    .align = place->align,
	    .whole = true,
	};

	screen_put_line(screen, &line);
	put_details(screen, change, place->indent);
}

/* So that the remarks of a list stand below each other. */
static size_t alignment(struct screen *screen, const struct outcome_change *changes, size_t count)
{
	size_t widest = 0;

	for (size_t i = 0; i < count; i++) {
		struct arena_mark mark = arena_save(screen->arena);
		size_t width = utf8_width(title_of(screen, &changes[i].head, false));

		arena_rewind(screen->arena, mark);

		if (width <= ALIGN_MAX)
			widest = size_max(widest, width);
	}
	return widest;
}

static void put_changes(
    struct screen *screen, const struct outcome_change *changes, size_t count, size_t cap)
{
	size_t shown = size_min(count, cap);
	struct change_place place = {.indent = 2, .align = alignment(screen, changes, shown)};

	for (size_t i = 0; i < shown && !screen->out.overflow; i++) {
		struct arena_mark mark = arena_save(screen->arena);

		screen_put_change(screen, &changes[i], &place);
		arena_rewind(screen->arena, mark);
	}
	screen_put_more(screen, count - shown);
}

/* As many losses as may be named; nothing of the rest is hidden, it is counted by type. */
static void put_losses(struct screen *screen, const struct outcome_change *changes, size_t count)
{
	size_t named = size_min(count, screen->caps->losses), shown;
	struct type_counts types;

	put_changes(screen, changes, count, named);
	groups_count_types(changes + named, count - named, &types);
	shown = size_min(types.row_count, screen->caps->types);
	for (size_t i = 0; i < shown; i++) {
		buf_adds(&screen->out, "      ");
		wording_count(&screen->out, types.rows[i].count);
		buf_adds(&screen->out, " x ");
		buf_add(&screen->out, name_of(screen, types.rows[i].type));
		buf_addc(&screen->out, '\n');
		count -= types.rows[i].count;
	}
	if (shown > 0 && count > named) {
		buf_adds(&screen->out, "      ");
		wording_count(&screen->out, count - named);
		buf_adds(&screen->out, " of other types\n");
	}
}

static void put_group(struct screen *screen, enum change_group group)
{
	const struct outcome_change *rows = screen->groups.rows[group];
	size_t count = screen->groups.counts[group];

	if (count == 0)
		return;
	rows = callout_first(screen->arena, rows, count);
	screen_put_heading(screen, group_tones[group], change_group_title(group), count);
	if (!change_group_is_loss(group))
		put_changes(screen, rows, count, screen->caps->gains);
	else
		put_losses(screen, rows, count);
}

/* What is lost is told first and by its whole address. */
static void put_groups(struct screen *screen, bool losses)
{
	if (!losses && screen_put_tree(screen))
		return;
	for (size_t group = 0; group < CHANGE_GROUPS; group++) {
		if (change_group_is_loss((enum change_group)group) == losses)
			put_group(screen, (enum change_group)group);
	}
}

static void put_set(
    struct screen *screen, const char *title, const struct outcome_change *changes, size_t count)
{
	if (count == 0)
		return;
	screen_put_heading(screen, TONE_PLAIN, title, count);
	put_changes(screen, changes, count, screen->caps->others);
}

/* --- what an apply did --- */

static const enum tone section_tones[APPLIED_SECTIONS] = {
    [APPLIED_LOST] = TONE_RED,
    [APPLIED_FAILED] = TONE_RED,
    [APPLIED_UNFINISHED] = TONE_YELLOW,
    [APPLIED_UNSTARTED] = TONE_YELLOW,
    [APPLIED_DONE] = TONE_GREEN,
};

static void put_applied_row(struct screen *screen, const struct applied_row *row, const char *what)
{
	struct screen_line line = {
	    .indent = 2,
	    .tone = section_tones[row->section],
	    .symbol = str_from(action_symbol(row->action)),
	    .text = name_of(screen, row->address),
	    .whole = true,
	};

	if (what)
		line.text = str_format(screen->arena, "%.*s%s%s", STR_ARG(line.text),
		    row->section == APPLIED_LOST ? ": " : "  ", what);
	screen_put_line(screen, &line);
}

static void put_applied(struct screen *screen)
{
	const struct applied *applied = &screen->applied;

	for (size_t section = 0; section < APPLIED_SECTIONS; section++) {
		bool is_done = section == APPLIED_DONE;
		size_t cap = is_done ? screen->caps->gains : screen->caps->losses;
		size_t count = applied->counts[section], shown = size_min(count, cap);

		if (count == 0)
			continue;
		screen_put_heading(screen, section_tones[section],
		    applied_section_title((enum applied_section)section),
		    section == APPLIED_UNSTARTED || section == APPLIED_LOST ? count : 0);
		for (size_t i = 0; i < shown; i++) {
			const struct applied_row *row = &applied->rows[section][i];
			/* symbols tell what was done, but not these */
			bool is_told = section != APPLIED_LOST && action_is_change(row->action) &&
				       strcmp(row->what, action_name(row->action)) == 0;

			put_applied_row(screen, row, is_told ? NULL : row->what);
		}
		screen_put_more(screen, count - shown);
	}
}

/* --- messages --- */

static void put_paragraph(struct screen *screen, struct str text)
{
	struct str clean, part;
	size_t lines = 0, left = 0;

	if (text.len == 0)
		return;
	clean = utf8_cut(str_trim(text), size_min(str_trim(text).len, PARAGRAPH_MAX));
	clean = utf8_printable(screen->arena, clean, false);
	while (str_line(&clean, &part)) {
		struct screen_line line = {.indent = 6, .text = part};

		if (lines++ < screen->caps->paragraph)
			screen_put_line(screen, &line);
		else
			left++;
	}
	if (left > 0 && screen->caps->paragraph > 0)
		buf_adds(&screen->out, "      ...\n");
}

static struct str place_of(struct screen *screen, const struct diagnostic *diagnostic)
{
	struct str file = wording_name(screen->arena, diagnostic->file, REMARK_MAX);

	if (file.len == 0)
		return wording_name(screen->arena, diagnostic->address, REMARK_MAX);
	if (diagnostic->line > 0)
		return str_format(screen->arena, "%.*s:%d", STR_ARG(file), diagnostic->line);
	return file;
}

static void put_diagnostic(struct screen *screen, const struct diagnostic *diagnostic)
{
	bool is_error = diagnostic->severity == SEVERITY_ERROR;
	struct screen_line line = {
	    .indent = 2,
	    .tone = is_error ? TONE_RED : TONE_YELLOW,
	    .symbol = STR("!"),
	    .text = printable(screen, diagnostic->summary),
	    .remark = place_of(screen, diagnostic),
	};

	screen_put_line(screen, &line);
	if (is_error || screen_shows_details(screen))
		put_paragraph(screen, diagnostic->detail);
}

static void put_diagnostics(struct screen *screen, enum severity severity, const char *title)
{
	const struct outcome *outcome = screen->outcome;
	bool is_error = severity == SEVERITY_ERROR;
	size_t count = 0, shown = 0;

	for (size_t i = 0; i < outcome->diagnostic_count; i++)
		count += outcome->diagnostics[i].severity == severity;
	if (count == 0)
		return;
	screen_put_heading(screen, is_error ? TONE_RED : TONE_YELLOW, title, count);
	for (size_t i = 0; i < outcome->diagnostic_count && shown < screen->caps->others; i++) {
		if (outcome->diagnostics[i].severity != severity)
			continue;
		put_diagnostic(screen, &outcome->diagnostics[i]);
		shown++;
	}
	screen_put_more(screen, count - shown);
}

/* Errors known only as a block of text. */
static void put_error_text(struct screen *screen)
{
	const struct outcome *outcome = screen->outcome;

	if (outcome->text.errors.len == 0)
		return;
	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		if (outcome->diagnostics[i].severity == SEVERITY_ERROR)
			return;
	}
	screen_put_heading(screen, TONE_RED, "Errors", 0);
	put_paragraph(screen, outcome->text.errors);
}

static void put_pair(struct screen *screen, enum tone tone, struct str name, struct str remark)
{
	struct screen_line line = {
	    .indent = 2,
	    .tone = tone,
	    .symbol = STR("!"),
	    .text = name_of(screen, name),
	    .remark = wording_cut(screen->arena, remark, REMARK_MAX),
	};

	screen_put_line(screen, &line);
}

static void put_checks(struct screen *screen)
{
	const struct outcome *outcome = screen->outcome;
	size_t count = 0;

	for (size_t i = 0; i < outcome->check_count; i++) {
		const struct plan_check *check = &outcome->checks[i];

		if (!str_is(check->status, "fail") && !str_is(check->status, "error"))
			continue;
		if (count == 0)
			screen_put_heading(screen, TONE_RED, "Failed checks", 0);
		if (count++ < screen->caps->losses)
			put_pair(screen, TONE_RED, check->address, check->problem);
	}
	screen_put_more(screen, count > screen->caps->losses ? count - screen->caps->losses : 0);
}

static void put_invocations(struct screen *screen)
{
	const struct outcome *outcome = screen->outcome;
	size_t shown = size_min(outcome->invocation_count, screen->caps->others);

	if (outcome->invocation_count == 0)
		return;
	screen_put_heading(screen, TONE_PLAIN, "Actions to invoke", outcome->invocation_count);
	for (size_t i = 0; i < shown; i++) {
		put_pair(screen, TONE_YELLOW, outcome->invocations[i].address,
		    outcome->invocations[i].trigger);
		if (outcome->invocation_rows)
			put_details(screen, &outcome->invocation_rows[i], 2);
	}
	screen_put_more(screen, outcome->invocation_count - shown);
}

static void put_note(struct screen *screen, struct str text)
{
	struct screen_line line = {
	    .tone = TONE_DIM, .symbol = STR("note:"), .text = printable(screen, text)};

	if (text.len > 0)
		screen_put_line(screen, &line);
}

static void put_title(struct screen *screen)
{
	const struct outcome *outcome = screen->outcome;
	enum tone tone = status_tones[outcome_status(outcome)];
	struct str target = wording_target(screen->arena, outcome);
	struct str title = str_format(screen->arena, "%s%s%.*s", wording_operation(outcome),
	    target.len > 0 ? ": " : "", STR_ARG(target));

	screen_put(screen, TONE_BOLD, title);
	buf_addc(&screen->out, '\n');
	screen_put(screen, tone, outcome_headline(screen->arena, outcome));
	buf_addc(&screen->out, '\n');
	put_note(screen, wording_exit(screen->arena, outcome));
	put_note(screen, outcome->problem);
	for (size_t i = 0; i < size_min(outcome->note_count, screen->caps->others); i++)
		put_note(screen, outcome->notes[i]);
	screen_put_verdict(screen);
}

/* Of the whole view only: a summary is read at the end of a run, the report has it as well. */
static void put_fingerprint(struct screen *screen)
{
	struct str fingerprint = wording_fingerprint(screen->arena, screen->outcome);
	struct screen_line line = {
	    .tone = TONE_DIM, .symbol = STR("fingerprint:"), .text = fingerprint};

	if (fingerprint.len == 0 || !screen->options->details)
		return;
	buf_addc(&screen->out, '\n');
	screen_put_line(screen, &line);
}

/* Of a summary only: whoever gives a limit knows why not all is there. */
static void put_where_more_is(struct screen *screen)
{
	struct screen_line line = {.tone = TONE_DIM,
	    .symbol = STR("note:"),
	    .text = STR("not all is named here; 'tfherald show' with the plan names all of it"),
	    .whole = true};

	if (screen->left_out == 0 || screen->options->details || screen->options->max_bytes > 0)
		return;
	buf_addc(&screen->out, '\n');
	screen_put_line(screen, &line);
}

static void put_all(struct screen *screen)
{
	const struct outcome *outcome = screen->outcome;

	put_title(screen);
	screen_put_denials(screen);
	put_diagnostics(screen, SEVERITY_ERROR, "Errors");
	put_error_text(screen);
	if (outcome_tells_apply(outcome))
		put_applied(screen);
	else
		put_groups(screen, true);
	screen_put_warnings(screen);
	if (!outcome_tells_apply(outcome))
		put_groups(screen, false);
	put_set(screen, "Outputs", outcome->outputs, outcome->output_count);
	put_checks(screen);
	put_invocations(screen);
	put_set(screen, "Deferred", outcome->deferred, outcome->deferred_count);
	put_set(screen, "Changed outside of Terraform", outcome->drift, outcome->drift_count);
	put_diagnostics(screen, SEVERITY_WARNING, "Warnings");
	screen_put_waivers(screen);
	put_fingerprint(screen);
	put_where_more_is(screen);
}

bool render_terminal(struct arena *arena, const struct outcome *outcome,
    const struct render_options *options, struct str *out, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct screen screen = {.arena = scratch, .outcome = outcome, .options = options};

	groups_of(outcome, &screen.groups);
	if (outcome_tells_apply(outcome))
		applied_of(scratch, outcome, &screen.applied);
	screen_find_findings(&screen);
	size_t max_bytes = options->max_bytes ? options->max_bytes : SCREEN_LIMIT;

	for (size_t level = options->details ? 0 : SCREEN_SUMMARY; level < SCREEN_LEVELS; level++) {
		bool is_last = level == SCREEN_LEVELS - 1;

		screen.caps = &screen_caps_of_level[level];
		screen.left_out = 0;
		buf_init(&screen.out, arena, is_last ? SCREEN_LIMIT : max_bytes);
		put_all(&screen);
		if (!screen.out.overflow)
			break;
	}
	screen_cut_lines(&screen, max_bytes);
	screen.out.overflow |= screen.out.len > max_bytes;
	return buf_finish(&screen.out, out, err);
}
