#include "report/diff_parts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/both_sides.h"
#include "report/diff_walk.h"
#include "report/wording.h"

#define PARTS_FIRST	16
#define REMARKS_MAX	50 /* beyond DIFF_PARTS_MAX */
#define VALUE_SHOWN_MAX ((size_t)65536)
#define CELL_HOLE	100
#define LONG_LINES_MAX	8 /* of the other side that one is compared with */

/* --- parts --- */

static struct diff_part *next_part(struct diff_parts *parts, enum part_mark mark)
{
	uint32_t most = DIFF_PARTS_MAX + (mark == PART_REMARK ? REMARKS_MAX : 0);

	if (parts->count >= most) {
		parts->left_out++;
		return NULL;
	}
	if (parts->count == parts->room) {
		uint32_t room = parts->room ? parts->room * 2 : PARTS_FIRST;

		parts->items = arena_grow(parts->arena, parts->items,
		    parts->room * sizeof(*parts->items), room * sizeof(*parts->items));
		parts->room = room;
	}
	return &parts->items[parts->count++];
}

static void add_part(struct diff_parts *parts, struct diff_part header, const struct str *cells)
{
	struct diff_part *part = next_part(parts, header.mark);
	struct str *copies;

	if (!part)
		return;
	copies = arena_alloc(parts->arena, header.cell_count * sizeof(*copies));
	memcpy(copies, cells, header.cell_count * sizeof(*copies));
	*part = header;
	part->cells = copies;
}

void diff_parts_add(struct diff_parts *parts, enum part_mark mark, int level, struct str cell)
{
	const struct diff_part header = {
	    .mark = (uint8_t)mark, .level = (uint8_t)level, .cell_count = 1};

	add_part(parts, header, &cell);
}

void diff_parts_add_cells(
    struct diff_parts *parts, enum part_mark mark, const struct str *cells, size_t count)
{
	const struct diff_part header = {.mark = (uint8_t)mark, .cell_count = (uint8_t)count};

	add_part(parts, header, cells);
}

void diff_parts_gap(
    struct diff_parts *parts, int level, size_t count, const char *one, const char *many)
{
	struct buf buf;

	if (count == 0)
		return;
	buf_init(&buf, parts->arena, 100);
	wording_things(&buf, count, one, many);
	diff_parts_add(parts, PART_GAP, level, buf_str(&buf));
}

/* --- cells --- */

/* Up to where there is nothing but ASCII that can be seen, and tabs. */
static size_t plain_prefix(struct str text, bool exact)
{
	size_t at = 0;

	while (at < text.len &&
	       ((text.ptr[at] >= 0x20 && text.ptr[at] < 0x7f && !(exact && text.ptr[at] == '\\')) ||
		   (text.ptr[at] == '\t' && !exact)))
		at++;
	return at;
}

static void add_character(struct buf *buf, struct str bytes, uint32_t code, bool exact)
{
	char escape[UTF8_ESCAPE_MAX];
	struct str clean;

	if (exact && (code == '\t' || code == '\\')) {
		buf_adds(buf, code == '\t' ? "\\t" : "\\\\");
		return;
	}
	if (code == '\t' || (code >= 0x20 && code < 0x7f)) {
		buf_addc(buf, (char)code);
		return;
	}
	clean = utf8_printable(buf->arena, bytes, false);
	if (code == 0xfffd || (str_eq(bytes, clean) && code != '\n'))
		buf_add(buf, clean);
	else
		buf_add(buf, (struct str){escape, utf8_escape(code, escape)});
}

struct str diff_cell(struct arena *arena, struct str text, bool exact)
{
	struct str shown = utf8_cut(text, size_min(text.len, DIFF_CELL_BYTES));
	bool blank = exact && shown.len == text.len && str_ends(text, STR(" "));
	struct buf buf;
	size_t at = 0;

	if (shown.len == text.len && !blank && plain_prefix(text, exact) == text.len)
		return text;
	shown.len -= blank;
	buf_init(&buf, arena, DIFF_CELL_BYTES * 8);
	while (at < shown.len) {
		size_t start = at;
		uint32_t code = utf8_next(shown, &at);

		add_character(&buf, str_from_to(shown, start, at), code, exact);
	}
	if (blank)
		buf_adds(&buf, "\\u0020");
	else if (shown.len < text.len)
		buf_adds(&buf, "…");
	return buf_str(&buf);
}

struct str diff_value_cell(struct arena *arena, const struct value *value)
{
	struct buf buf;

	if (value->kind == VALUE_HIDDEN)
		return value->as.changed ? STR(DIFF_SENSITIVE_CHANGED) : STR(SHOWN_SENSITIVE);
	buf_init(&buf, arena, VALUE_SHOWN_MAX * 8);
	wording_value(&buf, (struct shown){*value}, VALUE_SHOWN_MAX);
	return buf_str(&buf);
}

/* --- lines --- */

struct diff_line diff_value_line(struct arena *arena, const struct value *value)
{
	struct diff_line line = {.value = value, .kind = value->kind, .text = value_text(*value)};

	if (value->kind == VALUE_UNKNOWN || value->kind == VALUE_HIDDEN)
		line.is_apart = value->kind == VALUE_UNKNOWN || value->as.changed;
	else if (value->kind == VALUE_INT)
		line.text = str_format(arena, "%lld", (long long)value->as.integer);
	else if (value->kind == VALUE_BOOL)
		line.text = value->as.boolean ? STR("true") : STR("false");
	if (value->kind == VALUE_NUMBER)
		line.kind = VALUE_INT;
	return line;
}

struct str diff_line_cell(struct arena *arena, const struct diff_line *line, bool exact)
{
	return line->value ? diff_value_cell(arena, line->value)
			   : diff_cell(arena, line->text, exact);
}

/* Of those that stand in its place on the other side the one that is most like it, or nothing. */
static struct str most_alike(
    const struct diff_line *line, const struct diff_lines *other, const bool *marked)
{
	size_t most = 0, looked = 0;
	struct str best = STR_EMPTY;

	for (size_t i = 0; i < other->count && looked < LONG_LINES_MAX; i++) {
		struct str text = other->items[i].text;
		size_t share;

		if (!marked[i] || text.len <= DIFF_CELL_BYTES)
			continue;
		looked++;
		share = both_sides_share(line->text, text);
		if (best.len == 0 || share > most)
			best = text;
		most = size_max(most, share);
	}
	return best;
}

/* One side of a text, each line as it is shown beside the other side. */
struct cell_place {
	struct arena *arena;
	const struct diff_lines *other;
	const bool *marked; /* of the other side */
	bool exact;
};

/* One that is cut is cut around what makes it differ. */
static struct str marked_cell(const struct cell_place *place, const struct diff_line *line)
{
	struct arena *arena = place->arena;
	bool is_text = !line->value || line->value->kind == VALUE_STRING;
	struct cut cut, of_other;

	if (!is_text || line->text.len <= DIFF_CELL_BYTES)
		return diff_line_cell(arena, line, place->exact);
	/* with room for what stands between two pieces */
	both_sides_cut(line->text, most_alike(line, place->other, place->marked),
	    DIFF_CELL_BYTES - CELL_HOLE, &cut, &of_other);
	if (line->value)
		return both_sides_string(arena, line->text, &cut);
	return diff_cell(arena, both_sides_pieces(arena, line->text, &cut), place->exact);
}

struct table {
	uint32_t *slots;		/* number + 1; 0: free */
	const struct diff_line **lines; /* of each number, the first one */
	size_t mask, count;
};

static uint32_t number_of(struct table *table, const struct diff_line *line)
{
	size_t at = (hash_bytes(line->text) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & table->mask;

	while (!line->is_apart && table->slots[at]) {
		const struct diff_line *other = table->lines[table->slots[at] - 1];

		if (other->kind == line->kind && str_eq(other->text, line->text))
			return table->slots[at] - 1;
		at = (at + 1) & table->mask;
	}
	if (!line->is_apart)
		table->slots[at] = (uint32_t)table->count + 1;
	table->lines[table->count] = line;
	return (uint32_t)table->count++;
}

static uint32_t *number_all(
    struct arena *arena, struct table *table, const struct diff_lines *lines)
{
	uint32_t *numbers = arena_array(arena, uint32_t, lines->count);

	for (size_t i = 0; i < lines->count; i++)
		numbers[i] = number_of(table, &lines->items[i]);
	return numbers;
}

void diff_number_lines(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, struct diff_numbers *out)
{
	size_t total = before->count + after->count, slots = 16;
	struct table table = {0};

	while (slots < total * 2)
		slots *= 2;
	table.slots = arena_array(arena, uint32_t, slots);
	table.lines = arena_array(arena, const struct diff_line *, total);
	table.mask = slots - 1;
	out->before = number_all(arena, &table, before);
	out->after = number_all(arena, &table, after);
	out->count = table.count;
}

void diff_members(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, struct diff_marks *out)
{
	struct diff_numbers numbers;
	uint32_t *left; /* how often it is there on the other side, still without a partner */

	diff_number_lines(arena, before, after, &numbers);
	left = arena_array(arena, uint32_t, numbers.count);
	*out = (struct diff_marks){.removed = arena_array(arena, bool, before->count),
	    .added = arena_array(arena, bool, after->count)};
	for (size_t i = 0; i < after->count; i++)
		left[numbers.after[i]]++;
	for (size_t i = 0; i < before->count; i++) {
		out->removed[i] = left[numbers.before[i]] == 0;
		out->removed_count += out->removed[i];
		left[numbers.before[i]] -= !out->removed[i];
	}
	/* what is left over came: of equal ones the last */
	for (size_t i = after->count; i > 0; i--) {
		out->added[i - 1] = left[numbers.after[i - 1]] > 0;
		out->added_count += out->added[i - 1];
		left[numbers.after[i - 1]] -= out->added[i - 1];
	}
}

/* --- both sides with their marks --- */

struct emission {
	struct diff_parts *parts;
	const struct diff_text *text;
	size_t pending; /* same lines of `after` not written yet; they end before `at` */
	size_t at;	/* in `after` */
	bool any;	/* has something been written? */
	size_t head;	/* same lines before those */
	bool exact;
};

static void add_same(struct emission *emission, size_t from, size_t to)
{
	struct arena *arena = emission->parts->arena;

	for (size_t i = from; i < to; i++)
		diff_parts_add(emission->parts, PART_SAME, 0,
		    diff_line_cell(arena, &emission->text->after.items[i], emission->exact));
}

/* Of the same lines those at both ends stay, if something is there to stand around. */
static void flush_same(struct emission *emission, bool is_end)
{
	const struct diff_text *text = emission->text;
	size_t first = emission->at - emission->pending, end = emission->at;
	size_t tail = is_end ? text->tail : 0;
	size_t front = emission->any ? size_min(DIFF_CONTEXT, emission->pending) : 0;
	size_t back = is_end ? 0 : size_min(DIFF_CONTEXT, emission->pending - front);
	size_t gap = emission->pending - front - back + emission->head + tail;

	add_same(emission, first, first + front);
	/* one line is no longer than the words that say so */
	if (gap == 1 && emission->head == 0 && tail == 0)
		add_same(emission, first + front, first + front + 1);
	else
		diff_parts_gap(emission->parts, 0, gap, text->one, text->many);
	add_same(emission, end - back, end);
	emission->pending = 0;
	emission->head = 0;
	emission->any = true;
}

static void add_marked(struct emission *emission, enum part_mark mark, const struct diff_line *line)
{
	const struct diff_text *text = emission->text;
	bool goes = mark == PART_REMOVED;
	const struct cell_place place = {.arena = emission->parts->arena,
	    .other = goes ? &text->after : &text->before,
	    .marked = goes ? text->marks.added : text->marks.removed,
	    .exact = emission->exact};

	if (emission->pending > 0 || emission->head > 0)
		flush_same(emission, false);
	emission->any = true;
	diff_parts_add(emission->parts, mark, 0, marked_cell(&place, line));
}

void diff_parts_add_text(struct diff_parts *parts, const struct diff_text *text)
{
	struct emission emission = {.parts = parts, .text = text, .head = text->head};
	size_t i = 0;

	emission.exact = text->is_text && diff_looks_same(parts->arena, text);
	while (i < text->before.count || emission.at < text->after.count) {
		if (i < text->before.count && text->marks.removed[i]) {
			add_marked(&emission, PART_REMOVED, &text->before.items[i++]);
		} else if (emission.at < text->after.count && text->marks.added[emission.at]) {
			add_marked(&emission, PART_ADDED, &text->after.items[emission.at]);
			emission.at++;
		} else {
			i++;
			emission.at++;
			emission.pending++;
		}
	}
	if (emission.pending > 0 || text->tail > 0)
		flush_same(&emission, true);
}

static void add_marked_members(
    struct diff_parts *parts, int level, enum part_mark mark, const struct diff_text *text)
{
	bool goes = mark == PART_REMOVED;
	const struct diff_lines *lines = goes ? &text->before : &text->after;
	const bool *marked = goes ? text->marks.removed : text->marks.added;
	const struct cell_place place = {.arena = parts->arena,
	    .other = goes ? &text->after : &text->before,
	    .marked = goes ? text->marks.added : text->marks.removed};

	for (size_t i = 0; i < lines->count; i++) {
		if (marked[i])
			diff_parts_add(parts, mark, level, marked_cell(&place, &lines->items[i]));
	}
}

void diff_parts_add_members(
    struct diff_parts *parts, int level, const struct diff_text *text, bool same)
{
	const struct diff_marks *marks = &text->marks;

	add_marked_members(parts, level, PART_REMOVED, text);
	add_marked_members(parts, level, PART_ADDED, text);
	if (!same) {
		diff_parts_gap(
		    parts, level, text->after.count - marks->added_count, text->one, text->many);
		return;
	}
	for (size_t i = 0; i < text->after.count; i++) {
		if (!marks->added[i])
			diff_parts_add(parts, PART_SAME, level,
			    diff_line_cell(parts->arena, &text->after.items[i], false));
	}
}
