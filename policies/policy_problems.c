#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "policies/policy_file.h"

#define CARET_COLUMNS 100 /* of the source line that are shown */
#define CARET_BEFORE  60  /* of these, at most so many in front of the place */
#define CARET_BYTES   2048

struct policy_source_text {
	const struct policy_source_text *next;
	const char *name; /* the address, not the text, is what is looked for */
	struct str text;
};

void policy_problems_init(struct policy_problems *problems, struct arena *arena)
{
	problems->arena = arena;
	problems->count = 0;
	problems->left_out = 0;
	problems->sources = NULL;
}

void policy_problem_source(struct policy_problems *problems, struct str name, struct str text)
{
	struct policy_source_text *source = arena_make(problems->arena, struct policy_source_text);

	*source = (struct policy_source_text){problems->sources, name.ptr, text};
	problems->sources = source;
}

static bool find_line(
    const struct policy_problems *problems, const struct policy_place *place, struct str *line)
{
	const struct policy_source_text *source = problems->sources;
	struct str rest;

	while (source && source->name != place->file.ptr)
		source = source->next;
	if (!source || place->line < 1 || place->column < 1)
		return false;
	rest = source->text;
	(void)str_eat(&rest, STR("\xef\xbb\xbf"));
	for (int i = 0; i < place->line; i++)
		if (!str_line(&rest, line))
			return false;
	return true;
}

/* The line and a caret under the column; of a long line what stands around it. */
static struct str show_place(
    const struct policy_problems *problems, const struct policy_place *place)
{
	struct str line, before, shown, out = STR_EMPTY;
	size_t at = 0, from = 0;
	struct buf buf;
	struct err err = {0};

	if (!find_line(problems, place, &line))
		return STR_EMPTY;
	for (int i = 1; i < place->column && at < line.len; i++) {
		(void)utf8_next(line, &at);
		if (i + CARET_BEFORE < place->column)
			from = at;
	}
	shown = utf8_cut(str_skip(line, from), CARET_COLUMNS);
	before = utf8_printable(problems->arena, str_from_to(line, from, at), true);
	buf_init(&buf, problems->arena, CARET_BYTES);
	buf_addf(&buf, "  %s", from > 0 ? "..." : "");
	buf_add(&buf, utf8_printable(problems->arena, shown, true));
	buf_adds(&buf, "\n");
	buf_repeat(&buf, ' ', utf8_width(before) + (from > 0 ? 5 : 2));
	buf_addc(&buf, '^');
	return buf_finish(&buf, &out, &err) ? out : STR_EMPTY;
}

static bool has_room(struct policy_problems *problems)
{
	if (problems->count < POLICY_PROBLEMS_MAX)
		return true;
	problems->left_out++;
	return false;
}

void policy_problem(
    struct policy_problems *problems, const struct policy_place *place, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	struct err *item;
	va_list args;

	if (!has_room(problems))
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	item = &problems->items[problems->count];
	*item = (struct err){0};
	(void)err_set_at(item, ERR_INVALID,
	    place->file.len > 0 ? str_to_c(problems->arena, place->file) : NULL, place->line,
	    place->column, "%s", text);
	problems->carets[problems->count] = show_place(problems, place);
	problems->count++;
}

void policy_problem_err(struct policy_problems *problems, struct err *err)
{
	if (has_room(problems)) {
		problems->items[problems->count] = *err;
		problems->carets[problems->count] = STR_EMPTY;
		problems->count++;
	}
	err_clear(err);
}

struct policy_place policy_text_place(const struct policy_text *text, size_t at)
{
	struct yaml_place place;

	if (!text->yaml || !text->node)
		return text->place;
	place = yaml_text_position(text->yaml, text->node, at);
	return (struct policy_place){text->place.file, place.line, place.column};
}
