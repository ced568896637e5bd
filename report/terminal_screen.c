#include "report/terminal_screen.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/wording.h"

#define COLUMNS_MIN   ((size_t)20) /* a narrower terminal wraps by itself */
#define CUT_LINE_SIZE ((size_t)40) /* "... 4,980 more lines" */

static const char *const tone_codes[] = {
    [TONE_PLAIN] = "",
    [TONE_BOLD] = "\033[1m",
    [TONE_DIM] = "\033[2m",
    [TONE_RED] = "\033[31m",
    [TONE_GREEN] = "\033[32m",
    [TONE_YELLOW] = "\033[33m",
    [TONE_MAGENTA] = "\033[35m",
    [TONE_CYAN] = "\033[36m",
};

const struct screen_caps screen_caps_of_level[SCREEN_LEVELS] = {
    {SCREEN_ALL, SCREEN_ALL, SCREEN_ALL, TYPE_COUNTS_MAX, SCREEN_TEXT_MAX, 1000, &detail_full},
    {SCREEN_ALL, SCREEN_ALL, SCREEN_ALL, TYPE_COUNTS_MAX, SCREEN_TEXT_MAX, 1000, &detail_brief},
    {SCREEN_ALL, SCREEN_ALL, SCREEN_ALL, TYPE_COUNTS_MAX, SCREEN_TEXT_MAX, 1000, NULL},
    [SCREEN_SHORT] = {200, 20, 20, TYPE_COUNTS_MAX, SCREEN_TEXT_MAX, 20, &detail_brief},
    [SCREEN_SUMMARY] = {200, 20, 20, TYPE_COUNTS_MAX, SCREEN_TEXT_MAX, 20, NULL},
    {200, 10, 5, 32, 500, 5, NULL},
    {100, 5, 3, 20, 300, 3, NULL},
    {50, 3, 2, 10, 200, 1, NULL},
    {20, 1, 1, 5, 200, 0, NULL},
    {10, 0, 1, 5, 150, 0, NULL},
    {5, 0, 1, 3, 100, 0, NULL},
    {1, 0, 0, 3, 80, 0, NULL},
    {0, 0, 0, 3, 80, 0, NULL},
};

/* Are attribute diffs shown? Asked for, and there is room. */
bool screen_shows_details(const struct screen *screen)
{
	return screen->options->details && screen->caps->details;
}

void screen_put(struct screen *screen, enum tone tone, struct str text)
{
	bool coloured = screen->options->colour && tone != TONE_PLAIN;

	if (text.len == 0)
		return;
	if (coloured)
		buf_adds(&screen->out, tone_codes[tone]);
	buf_add(&screen->out, text);
	if (coloured)
		buf_adds(&screen->out, "\033[0m");
}

/* The longest beginning that is at most `columns` wide, an ellipsis included when it was cut. */
static struct str fit(struct screen *screen, struct str text, size_t columns)
{
	size_t at = 0, end = 0;

	if (screen->options->columns <= 0 || utf8_width(text) <= columns)
		return text;
	if (columns == 0)
		return STR_EMPTY;
	while (at < text.len && utf8_width(str_from_to(text, 0, at)) < columns) {
		end = at;
		(void)utf8_next(text, &at);
	}
	return str_format(screen->arena, "%.*s…", STR_ARG(str_from_to(text, 0, end)));
}

static size_t columns_left(const struct screen *screen, size_t used)
{
	size_t columns = screen->options->columns > 0 ? (size_t)screen->options->columns : SIZE_MAX;

	return columns > used ? columns - used : 0;
}

static void put_cut(struct screen *screen, const struct screen_line *line)
{
	size_t used = line->indent + (line->symbol.len > 0 ? utf8_width(line->symbol) + 1 : 0);
	struct str text = fit(screen, line->text, columns_left(screen, used));
	size_t width = utf8_width(text), gap;

	if (text.len > 0 || line->symbol.len > 0)
		buf_repeat(&screen->out, ' ', line->indent);
	screen_put(screen, line->tone, line->symbol);
	if (line->symbol.len > 0)
		buf_addc(&screen->out, ' ');
	screen_put(screen, TONE_PLAIN, text);
	gap = 2 + (line->align > width ? line->align - width : 0);
	if (line->remark.len > 0 && columns_left(screen, used + width + gap) > 4) {
		buf_repeat(&screen->out, ' ', gap);
		screen_put(screen, TONE_DIM,
		    fit(screen, line->remark, columns_left(screen, used + width + gap)));
	}
	buf_addc(&screen->out, '\n');
}

/* How much of `text` goes on a line: all, up to a space if there is one late enough, or what fits.
 * Nothing is dropped: what is compared by eye is whole. */
static size_t whole_end(struct str text, size_t columns)
{
	size_t at = 0, width = 0, space = 0;

	while (at < text.len) {
		size_t start = at;

		(void)utf8_next(text, &at);
		width += utf8_width(str_from_to(text, start, at));
		if (width > columns)
			return space > start / 2 ? space : size_max(start, 1);
		if (text.ptr[start] == ' ')
			space = at;
	}
	return text.len;
}

/* Returns the width of its last line. What follows the first is two columns deeper than `used`. */
static size_t put_over_lines(struct screen *screen, size_t used, enum tone tone, struct str text)
{
	size_t indent = used, end;

	for (;;) {
		size_t columns = size_max(columns_left(screen, indent), COLUMNS_MIN);

		end = whole_end(text, columns);
		screen_put(screen, tone, str_from_to(text, 0, end));
		if (end == text.len)
			return indent + utf8_width(text) - used;
		text = str_skip(text, end);
		indent = used + 2;
		buf_addc(&screen->out, '\n');
		buf_repeat(&screen->out, ' ', indent);
	}
}

static size_t put_text(struct screen *screen, const struct screen_line *line, size_t used)
{
	size_t start = 0, width = 0;

	if (utf8_width(line->text) <= columns_left(screen, used)) {
		screen_put(screen, TONE_PLAIN, line->text);
		return utf8_width(line->text);
	}
	for (size_t i = 0; i <= SCREEN_BREAKS; i++) {
		size_t end = i < SCREEN_BREAKS ? line->breaks[i] : line->text.len;

		if (end <= start)
			continue;
		if (start > 0) {
			buf_addc(&screen->out, '\n');
			buf_repeat(&screen->out, ' ', used);
		}
		width = put_over_lines(
		    screen, used, TONE_PLAIN, str_trim_end(str_from_to(line->text, start, end)));
		start = end;
	}
	return width;
}

static void put_whole(struct screen *screen, const struct screen_line *line)
{
	size_t used = line->indent + (line->symbol.len > 0 ? utf8_width(line->symbol) + 1 : 0);
	size_t remark = utf8_width(line->remark), width, gap;

	buf_repeat(&screen->out, ' ', line->indent);
	screen_put(screen, line->tone, line->symbol);
	if (line->symbol.len > 0)
		buf_addc(&screen->out, ' ');
	width = put_text(screen, line, used);
	gap = 2 + (line->align > width ? line->align - width : 0);
	if (used + width + gap + remark > columns_left(screen, 0))
		gap = 2;
	if (remark > 0 && used + width + gap + remark <= columns_left(screen, 0)) {
		buf_repeat(&screen->out, ' ', gap);
		screen_put(screen, TONE_DIM, line->remark);
	} else if (remark > 0) {
		buf_addc(&screen->out, '\n');
		buf_repeat(&screen->out, ' ', used + 2);
		(void)put_over_lines(screen, used + 2, TONE_DIM, line->remark);
	}
	buf_addc(&screen->out, '\n');
}

void screen_put_line(struct screen *screen, const struct screen_line *line)
{
	if (line->whole)
		put_whole(screen, line);
	else
		put_cut(screen, line);
}

void screen_put_heading(struct screen *screen, enum tone tone, const char *title, size_t count)
{
	struct buf buf;

	buf_init(&buf, screen->arena, SCREEN_TEXT_MAX);
	buf_adds(&buf, title);
	if (count > 0) {
		buf_adds(&buf, " (");
		wording_count(&buf, count);
		buf_addc(&buf, ')');
	}
	buf_addc(&screen->out, '\n');
	if (screen->options->colour)
		buf_adds(&screen->out, tone_codes[TONE_BOLD]);
	screen_put(screen, tone, buf_str(&buf));
	if (screen->options->colour)
		buf_adds(&screen->out, "\033[0m");
	buf_addc(&screen->out, '\n');
}

void screen_put_more(struct screen *screen, size_t count)
{
	if (count == 0)
		return;
	screen->left_out += count;
	buf_adds(&screen->out, "  ... and ");
	wording_count(&screen->out, count);
	buf_adds(&screen->out, " more\n");
}

/* Where the line that begins at `text` ends: behind its last word that fits, inside of a word that
 * is longer than a line. */
static size_t line_end(struct str text, size_t columns)
{
	size_t at = 0, width = 0, end = 0;

	while (at < text.len) {
		size_t start = at;

		(void)utf8_next(text, &at);
		width += utf8_width(str_from_to(text, start, at));
		if (width > columns)
			return end > 0 ? end : size_max(start, 1);
		if (at == text.len || text.ptr[at] == ' ')
			end = at;
	}
	return text.len;
}

void screen_put_wrapped(struct screen *screen, size_t indent, enum tone tone, struct str text)
{
	size_t columns = size_max(columns_left(screen, indent), 20);

	text = str_trim(text);
	while (text.len > 0) {
		size_t end = line_end(text, columns);

		buf_repeat(&screen->out, ' ', indent);
		screen_put(screen, tone, str_from_to(text, 0, end));
		buf_addc(&screen->out, '\n');
		text = str_trim(str_skip(text, end));
	}
}

void screen_cut_lines(struct screen *screen, size_t max_bytes)
{
	struct str text = buf_str(&screen->out), rest = text, line;
	size_t end = 0, left = 0;

	if (text.len <= max_bytes || max_bytes <= CUT_LINE_SIZE)
		return;
	while (str_line(&rest, &line)) {
		size_t next = text.len - rest.len;

		left += left > 0 || next > max_bytes - CUT_LINE_SIZE;
		end = left == 0 ? next : end;
	}
	if (end == 0)
		return;
	buf_rewind(&screen->out, end);
	buf_adds(&screen->out, "... ");
	wording_things(&screen->out, left, "more line", "more lines");
	buf_addc(&screen->out, '\n');
}
