#include "base/arena.h"
#include "base/buf.h"
#include "parser/plan_distinct.h"
#include "parser/plan_text.h"

void text_extend(const struct text_reader *reader, struct text_span *span, const char *start)
{
	if (!span->start)
		span->start = start;
	span->end = reader->end;
}

static void close_span(struct arena *arena, struct text_span *span, struct growing *parts)
{
	struct str text;

	if (!span->start)
		return;
	text = str_trim_end((struct str){span->start, (size_t)(span->end - span->start)});
	if (text.len > 0)
		*growing_add(arena, parts, struct str) = text;
	*span = (struct text_span){NULL, NULL};
}

void text_close_parts(struct text_reader *reader)
{
	close_span(reader->build.arena, &reader->changes, &reader->change_parts);
	close_span(reader->build.arena, &reader->outside, &reader->outside_parts);
}

/* With a blank line between; one part is not copied. */
static struct str join(struct arena *arena, const struct growing *list)
{
	const struct str *parts = list->items;
	size_t total = 0;
	struct buf buf;

	if (list->count < 2)
		return list->count == 1 ? parts[0] : STR_EMPTY;
	for (size_t i = 0; i < list->count; i++)
		total += parts[i].len + 2;
	buf_init(&buf, arena, total);
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			buf_adds(&buf, "\n\n");
		buf_add(&buf, parts[i]);
	}
	return buf_str(&buf);
}

/* Several plans in one text have one line together. */
static struct str sum_line(const struct text_reader *reader)
{
	const struct text_totals *totals = &reader->totals;
	struct buf buf;

	if (totals->plans < 2)
		return reader->result_line.len > 0 ? reader->result_line : reader->applied_line;
	buf_init(&buf, reader->build.arena, 512);
	buf_adds(&buf, "Plan: ");
	if (totals->import > 0)
		buf_addf(&buf, "%zu to import, ", totals->import);
	buf_addf(&buf, "%zu to add, %zu to change, %zu to destroy", totals->add, totals->change,
	    totals->destroy);
	if (totals->forget > 0)
		buf_addf(&buf, ", %zu to forget", totals->forget);
	buf_adds(&buf, ".");
	if (totals->invoke > 0)
		buf_addf(&buf, " Actions: %zu to invoke.", totals->invoke);
	return buf_str(&buf);
}

static void drop_repeated(struct arena *arena, struct growing *list)
{
	list->count = distinct_texts(arena, list->items, list->count);
}

void text_join_parts(struct text_reader *reader)
{
	struct arena *arena = reader->build.arena;

	drop_repeated(arena, &reader->error_parts);
	drop_repeated(arena, &reader->warning_parts);
	reader->build.plan->text = (struct plan_text_parts){
	    .summary_line = sum_line(reader),
	    .changes = join(arena, &reader->change_parts),
	    .outside = join(arena, &reader->outside_parts),
	    .errors = join(arena, &reader->error_parts),
	    .warnings = join(arena, &reader->warning_parts),
	};
}
