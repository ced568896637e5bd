#include "parser/ui_stream.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/size.h"
#include "parser/plan_read.h"
#include "parser/plan_text.h"

struct lines {
	struct stream *stream;
	struct arena *scratch; /* one message at a time */
	struct buf other;      /* lines that are no messages */
	size_t other_count;
	size_t lone_surrogates;
	bool cut; /* the last line is the beginning of a message */
};

static bool read_json(struct lines *lines, struct str text, struct value *out)
{
	struct jsonr reader = {0};
	struct err err = {0};

	if (!jsonr_read(lines->scratch, text, &reader, out, &err))
		return false;
	lines->lone_surrogates += reader.lone_surrogates;
	return true;
}

/* Terragrunt's own JSON log wraps a line of the child: {"level":"stdout","msg":"..."}. */
static bool is_wrapped(struct value message, struct str *text)
{
	*text = value_get_str(message, "msg");
	return message.kind == VALUE_MAP && value_get_c(message, "level") && text->len > 0 &&
	       !value_get_c(message, "@message");
}

static void add_other(struct lines *lines, struct str line)
{
	lines->other_count += str_trim(line).len > 0 ? 1 : 0;
	buf_add(&lines->other, line);
	buf_addc(&lines->other, '\n');
}

/* What CI systems and wrappers put before the message. */
static struct str unwrap(struct str line)
{
	struct str rest = line;
	size_t at;

	if (str_starts(str_trim(line), STR("{")))
		return str_trim(line);
	(void)wrapper_eat_timestamp(&rest);
	rest = str_trim(wrapper_recognise(rest, false).text);
	/* Any other prefix: the keys of a message are sorted, these come first. */
	if (!str_starts(rest, STR("{")) && str_find(rest, STR("{\"@"), &at))
		rest = str_skip(rest, at);
	return rest;
}

static void read_line(struct lines *lines, struct str line, bool last)
{
	struct str text = unwrap(line), inner;
	struct value message;

	if (!str_starts(text, STR("{"))) {
		add_other(lines, line);
		return;
	}
	if (!read_json(lines, text, &message)) {
		if (last)
			lines->cut = true;
		else
			add_other(lines, line);
		return;
	}
	if (is_wrapped(message, &inner)) {
		if (!str_starts(inner, STR("{"))) {
			add_other(lines, inner);
			return;
		}
		if (!read_json(lines, inner, &message))
			return;
	}
	if (!stream_read_message(lines->stream, message))
		lines->other_count++;
}

static void read_lines(struct lines *lines, struct str text)
{
	struct arena_mark mark = arena_save(lines->scratch);
	struct str line;

	while (str_line(&text, &line)) {
		read_line(lines, line, text.len == 0);
		arena_rewind(lines->scratch, mark);
	}
}

/* The same messages as one JSON array. */
static bool read_array(struct lines *lines, struct str text)
{
	struct value array;

	if (!str_starts(text, STR("[")) || !read_json(lines, text, &array) ||
	    array.kind != VALUE_LIST)
		return false;
	for (uint32_t i = 0; i < array.len; i++) {
		if (!stream_read_message(lines->stream, array.as.items[i]))
			lines->other_count++;
	}
	return true;
}

/* Errors before the stream begins (a wrong option, a missing backend) come as text. */
static void take_other(struct lines *lines)
{
	struct plan_build *build = &lines->stream->build;
	const struct plan *text;

	if (lines->lone_surrogates > 0)
		plan_build_note(
		    build, "%zu lone surrogates replaced by U+FFFD", lines->lone_surrogates);
	if (lines->cut)
		plan_build_note(build, "the last line is cut off");
	if (lines->other_count == 0)
		return;
	plan_build_note(build, "%zu lines are no messages of terraform -json", lines->other_count);
	text = plan_read_text(build->arena, buf_str(&lines->other));
	for (size_t i = 0; i < text->diagnostic_count; i++)
		*growing_add(build->arena, &build->diagnostics, struct diagnostic) =
		    text->diagnostics[i];
}

static void sum_up(struct stream *stream)
{
	struct plan *plan = stream->build.plan;
	struct plan_summary *summary = &plan->summary;
	const struct stream_figures *planned = &stream->planned;

	plan_build_count(&stream->build, summary);
	plan->text.summary_line = stream->summary_line;
	if (stream->plan_summaries == 0)
		return;
	summary->known = true;
	summary->import = planned->import;
	summary->add = planned->add;
	summary->change = planned->change;
	summary->destroy = planned->destroy;
	summary->forget = size_max(summary->forget, planned->forget);
	summary->invoke = size_max(summary->invoke, planned->invoke);
	if (stream->plan_summaries > 1)
		plan_build_note(&stream->build,
		    "%zu plans in one stream: their figures are added up", stream->plan_summaries);
}

NODISCARD static bool no_stream(struct err *err)
{
	return err_set(err, ERR_SYNTAX, "there is no message of terraform -json in it");
}

bool plan_read_stream(struct arena *arena, struct str text, struct plan **out, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct stream stream = {.summary_line = STR_EMPTY};
	struct lines lines = {.stream = &stream, .scratch = scratch};

	plan_build_init(&stream.build, arena, PLAN_FORM_STREAM);
	buf_init(&lines.other, arena, text.len + 1);
	if (!read_array(&lines, str_trim(text)))
		read_lines(&lines, text);
	if (stream.messages == 0)
		return no_stream(err);
	take_other(&lines);
	sum_up(&stream);
	*out = plan_build_finish(&stream.build);
	(*out)->has_result =
	    stream.plan_summaries > 0 || (*out)->apply.complete || (*out)->result == PLAN_ERROR;
	return true;
}
