#include "report/detail.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "report/both_sides.h"
#include "report/detail_views.h"
#include "report/wording.h"

#define PATH_MAX_SHOWN ((size_t)200)
#define LINE_MAX_BYTES ((size_t)65536)

const struct detail_limits detail_brief = {.rows = 80,
    .rows_of_all = 12,
    .parts = 60,
    .parts_of_all = 24,
    .value = DETAIL_VALUE_MAX,
    .names = 400};
const struct detail_limits detail_full = {.rows = SIZE_MAX,
    .rows_of_all = SIZE_MAX,
    .parts = SIZE_MAX,
    .parts_of_all = SIZE_MAX,
    .value = 1000,
    .names = 32000};

#define MANY_ROWS 80 /* more than that are not all shown everywhere */

/* The passes over the rows of a change. */
enum pass {
	PASS_FORCING,
	PASS_KNOWN,
	PASS_UNKNOWN,
	PASS_NOISE,
};

struct listing {
	struct arena *scratch;
	detail_line *line;
	void *context;
	const struct detail_limits *limits;
	size_t left, over; /* rows that may still be shown; rows that were not */
	size_t parts;	   /* of a row: so many lines */
};

static const char marks[] = {
    [DIFFERENCE_ADDED] = '+',
    [DIFFERENCE_REMOVED] = '-',
    [DIFFERENCE_CHANGED] = '~',
};

/* What changes and comes from somewhere is worth a line: before it was something else. */
static enum pass pass_of(const struct attribute_change *row)
{
	if (row->forces_replacement)
		return PASS_FORCING;
	if (row->noise.len > 0)
		return PASS_NOISE;
	if (!row->has_values || row->after.value.kind != VALUE_UNKNOWN)
		return PASS_KNOWN;
	return row->difference == DIFFERENCE_CHANGED && row->origin.len > 0 ? PASS_KNOWN
									    : PASS_UNKNOWN;
}

static struct str shown_path(struct arena *scratch, struct str path)
{
	return path.len > 0 ? wording_name(scratch, path, PATH_MAX_SHOWN) : STR("value");
}

/* Where its other side begins, or 0. */
static size_t add_values(
    const struct listing *listing, struct buf *buf, const struct attribute_change *row)
{
	bool both_hidden =
	    row->before.value.kind == VALUE_HIDDEN && row->after.value.kind == VALUE_HIDDEN;
	bool has_before = row->difference != DIFFERENCE_ADDED && !both_hidden;
	bool has_after = row->difference != DIFFERENCE_REMOVED;
	struct both_sides sides;
	size_t at = 0;

	both_sides_of(buf->arena, has_before ? &row->before : NULL, has_after ? &row->after : NULL,
	    listing->limits->value, &sides);
	buf_adds(buf, ": ");
	buf_add(buf, sides.before);
	if (has_before && has_after) {
		buf_addc(buf, ' ');
		at = buf->len;
		buf_adds(buf, "-> ");
	}
	if (row->origin.len > 0 && row->after.value.kind == VALUE_UNKNOWN) {
		buf_adds(buf, "(known after apply, from ");
		buf_add(buf, wording_name(buf->arena, row->origin, PATH_MAX_SHOWN));
		buf_addc(buf, ')');
	} else {
		buf_add(buf, sides.after);
	}
	return at;
}

/* "", [] and {} of what comes or goes: many providers fill in all they have. */
static bool is_empty(const struct outcome_change *change, const struct attribute_change *row)
{
	enum action action = change->head.action;
	const struct value *value =
	    action == ACTION_DELETE ? &row->before.value : &row->after.value;

	return row->has_values && row->view == DIFF_VALUES &&
	       (action == ACTION_DELETE || action == ACTION_CREATE) &&
	       value->kind >= VALUE_STRING && value->kind <= VALUE_MAP && value->len == 0;
}

static bool list_view(const struct listing *listing, const struct attribute_change *row)
{
	const struct detail_view view = {.scratch = listing->scratch,
	    .line = listing->line,
	    .context = listing->context,
	    .most = listing->parts,
	    .width = listing->limits->value};

	if (!row->has_values || row->view == DIFF_VALUES || detail_view_is_short(row))
		return true;
	return detail_view_lines(&view, row);
}

static size_t add_shown(
    const struct listing *listing, struct buf *buf, const struct attribute_change *row)
{
	if (row->view == DIFF_VALUES)
		return add_values(listing, buf, row);
	buf_addc(buf, ':');
	if (detail_view_is_short(row)) {
		buf_addc(buf, ' ');
		buf_add(buf, utf8_printable(buf->arena, row->parts[0].cells[0], true));
	}
	return 0;
}

struct str detail_opened(const struct attribute_change *row)
{
	if (row->decoded)
		return STR("base64, decoded");
	return row->in_text ? STR("JSON") : STR_EMPTY;
}

/* What stands behind the path is not what the attribute holds, letter by letter. */
static void add_opened(struct buf *buf, const struct attribute_change *row)
{
	struct str opened = detail_opened(row);

	if (opened.len > 0)
		buf_addf(buf, " (%.*s)", STR_ARG(opened));
}

static bool list_row(struct listing *listing, const struct attribute_change *row)
{
	struct arena_mark mark = arena_save(listing->scratch);
	struct detail_text line = {.mark = marks[row->difference]};
	struct buf buf;
	bool more;

	if (listing->left == 0) {
		listing->over++;
		return true;
	}
	listing->left--;
	buf_init(&buf, listing->scratch, LINE_MAX_BYTES);
	buf_add(&buf, shown_path(listing->scratch, row->path));
	add_opened(&buf, row);
	if (row->has_values)
		line.after = add_shown(listing, &buf, row);
	if (row->forces_replacement) {
		buf_addc(&buf, ' ');
		line.forces = buf.len;
		buf_adds(&buf, "# forces replacement");
	}
	line.text = buf_str(&buf);
	more = listing->line(listing->context, &line);
	arena_rewind(listing->scratch, mark);
	return more && list_view(listing, row);
}

static bool is_unknown(
    const struct outcome_change *change UNUSED, const struct attribute_change *row)
{
	return pass_of(row) == PASS_UNKNOWN;
}

static bool is_named_empty(const struct outcome_change *change, const struct attribute_change *row)
{
	enum pass pass = pass_of(row);

	return (pass == PASS_FORCING || pass == PASS_KNOWN) && is_empty(change, row);
}

static struct str top_of(struct str path)
{
	size_t end = 0;

	while (end < path.len && path.ptr[end] != '.' && (path.ptr[end] != '[' || end == 0))
		end++;
	return str_from_to(path, 0, end);
}

/*
 * Of many rows the first one of each attribute at the top comes before all others: what is cut off
 * at the end is more of what is named already.
 */
static bool is_in_round(const struct outcome_change *change, size_t i, size_t round)
{
	const struct attribute_change *row = &change->attributes[i];
	bool is_first = change->attribute_count <= MANY_ROWS || i == 0 ||
			!str_eq(top_of(row->path), top_of(row[-1].path));

	return is_first == (round == 0);
}

static bool list_round(
    struct listing *listing, const struct outcome_change *change, enum pass pass, size_t round)
{
	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (pass_of(row) != pass || !is_in_round(change, i, round))
			continue;
		if (!is_empty(change, row) && !list_row(listing, row))
			return false;
	}
	return true;
}

static bool list_pass(struct listing *listing, const struct outcome_change *change, enum pass pass)
{
	return list_round(listing, change, pass, 0) &&
	       (change->attribute_count <= MANY_ROWS || list_round(listing, change, pass, 1));
}

static bool list_remark(struct listing *listing, struct buf *buf)
{
	const struct detail_text line = {.mark = '#', .text = buf_str(buf)};

	return buf->len == 0 || listing->line(listing->context, &line);
}

static void add_name_of(
    const struct listing *listing, struct buf *buf, const struct attribute_change *row)
{
	buf_add(buf, shown_path(listing->scratch, row->path));
	if (row->origin.len == 0)
		return;
	buf_adds(buf, " (from ");
	buf_add(buf, wording_name(listing->scratch, row->origin, PATH_MAX_SHOWN));
	buf_addc(buf, ')');
}

/* "known after apply: arn, id": one line, they are many and say nothing. */
static bool list_names(struct listing *listing, const struct outcome_change *change,
    const char *title,
    bool (*is_named)(const struct outcome_change *, const struct attribute_change *))
{
	struct arena_mark mark = arena_save(listing->scratch);
	size_t over = 0;
	struct buf buf;
	bool more;

	buf_init(&buf, listing->scratch, LINE_MAX_BYTES);
	for (size_t i = 0; i < change->attribute_count; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (!is_named(change, row))
			continue;
		if (buf.len >= listing->limits->names) {
			over++;
			continue;
		}
		buf_adds(&buf, buf.len > 0 ? ", " : title);
		add_name_of(listing, &buf, row);
	}
	if (over > 0)
		buf_addf(&buf, ", and %zu more", over);
	more = list_remark(listing, &buf);
	arena_rewind(listing->scratch, mark);
	return more;
}

/* The names of one reason; rows[first] is the first of them. */
static void add_folded(const struct listing *listing, struct buf *buf,
    const struct outcome_change *change, size_t first)
{
	struct str reason = change->attributes[first].noise;

	for (size_t i = first; i < change->attribute_count && buf->len < listing->limits->names;
	     i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (pass_of(row) != PASS_NOISE || !str_eq(row->noise, reason))
			continue;
		buf_adds(buf, i > first ? ", " : "");
		buf_add(buf, shown_path(listing->scratch, row->path));
	}
	buf_adds(buf, buf->len >= listing->limits->names ? ", …" : "");
	buf_adds(buf, ": ");
	buf_add(buf, wording_cut(listing->scratch, reason, PATH_MAX_SHOWN));
}

static bool is_first_of_reason(const struct outcome_change *change, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		const struct attribute_change *row = &change->attributes[i];

		if (pass_of(row) == PASS_NOISE && str_eq(row->noise, change->attributes[at].noise))
			return false;
	}
	return true;
}

/* "2 attributes folded: tags_all, etag: why": counted, and shown where there is room (HTML). */
static bool list_noise(struct listing *listing, const struct outcome_change *change)
{
	struct arena_mark mark = arena_save(listing->scratch);
	size_t count = 0;
	struct buf buf, names;
	bool more;

	buf_init(&buf, listing->scratch, LINE_MAX_BYTES);
	buf_init(&names, listing->scratch, LINE_MAX_BYTES);
	for (size_t i = 0; i < change->attribute_count; i++) {
		if (pass_of(&change->attributes[i]) != PASS_NOISE)
			continue;
		if (names.len < listing->limits->names && is_first_of_reason(change, i)) {
			buf_adds(&names, names.len > 0 ? "; " : "");
			add_folded(listing, &names, change, i);
		}
		count++;
	}
	if (count > 0) {
		wording_things(&buf, count, "attribute folded: ", "attributes folded: ");
		buf_add(&buf, buf_str(&names));
	}
	more = list_remark(listing, &buf);
	arena_rewind(listing->scratch, mark);
	return more;
}

static bool list_over(struct listing *listing, const struct outcome_change *change)
{
	struct arena_mark mark = arena_save(listing->scratch);
	size_t over = listing->over + change->attributes_left_out;
	struct buf buf;
	bool more;

	buf_init(&buf, listing->scratch, LINE_MAX_BYTES);
	if (over > 0) {
		wording_things(&buf, over, "more attribute", "more attributes");
	}
	more = list_remark(listing, &buf);
	arena_rewind(listing->scratch, mark);
	return more;
}

static bool list_body(struct listing *listing, struct str body)
{
	struct str text;

	while (str_line(&body, &text)) {
		struct arena_mark mark = arena_save(listing->scratch);
		const struct detail_text line = {
		    .mark = ' ', .text = utf8_printable(listing->scratch, text, true)};
		bool more = listing->line(listing->context, &line);

		arena_rewind(listing->scratch, mark);
		if (!more)
			return false;
	}
	return true;
}

bool detail_lines(struct arena *scratch, const struct outcome_change *change,
    const struct detail_limits *limits, detail_line *line, void *context)
{
	enum action action = change->head.action;
	bool is_diff = action != ACTION_CREATE && action != ACTION_DELETE;
	struct listing listing = {
	    .scratch = scratch,
	    .line = line,
	    .context = context,
	    .limits = limits,
	    .left = is_diff ? limits->rows : limits->rows_of_all,
	    .parts = is_diff ? limits->parts : limits->parts_of_all,
	};

	if (!change->has_values)
		return list_body(&listing, change->body);
	return list_pass(&listing, change, PASS_FORCING) &&
	       list_pass(&listing, change, PASS_KNOWN) &&
	       list_names(&listing, change, "known after apply: ", is_unknown) &&
	       list_names(&listing, change, "empty: ", is_named_empty) &&
	       list_noise(&listing, change) && list_over(&listing, change);
}

static void add_name(struct detail_names *out, struct str path)
{
	if (out->count < ARRAY_LEN(out->names))
		out->names[out->count++] = path;
	else
		out->more++;
}

static void add_names(
    const struct outcome_change *change, enum pass pass, size_t round, struct detail_names *out)
{
	for (size_t i = 0; i < change->attribute_count; i++) {
		if (pass_of(&change->attributes[i]) == pass && is_in_round(change, i, round))
			add_name(out, change->attributes[i].path);
	}
}

void detail_changed_names(const struct outcome_change *change, struct detail_names *out)
{
	*out = (struct detail_names){0};
	if (change_group(&change->head) != GROUP_UPDATE)
		return;
	for (size_t pass = PASS_FORCING; pass <= PASS_NOISE; pass++) {
		add_names(change, (enum pass)pass, 0, out);
		if (change->attribute_count > MANY_ROWS)
			add_names(change, (enum pass)pass, 1, out);
	}
	out->more += change->attributes_left_out;
}

/* Terraform's own lines say it behind the attribute: "  ~ ami = "a" -> "b" # forces replacement".
 */
static void add_forcing_in_text(struct detail_names *out, struct str body)
{
	struct str line;
	size_t end;

	while (str_line(&body, &line)) {
		if (!str_ends(str_trim_end(line), STR("# forces replacement")))
			continue;
		while (line.len > 0 && str_find_char(STR(" \t~+-/"), line.ptr[0], &end))
			line = str_skip(line, 1);
		if (str_find_char(line, ' ', &end) && end > 0)
			add_name(out, str_from_to(line, 0, end));
	}
}

void detail_forcing_names(const struct outcome_change *change, struct detail_names *out)
{
	*out = (struct detail_names){0};
	if (!action_is_replace(change->head.action))
		return;
	if (!change->has_values)
		add_forcing_in_text(out, change->body);
	for (size_t i = 0; i < change->attribute_count; i++) {
		if (change->attributes[i].forces_replacement)
			add_name(out, change->attributes[i].path);
	}
}
