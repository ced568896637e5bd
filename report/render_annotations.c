/*
 * Workflow commands of GitHub Actions: findings beside the lines of the pull request.
 *
 *	::error file=envs/prod/main.tf,line=3,col=1,title=db-protect::aws_db_instance.main: ...
 *
 * Escapes: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts. GitHub shows
 * at most 10 annotations of each kind for a step; what comes after stands in the log as plain text,
 * and the last line counts it.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "report/checked.h"
#include "report/finding_text.h"
#include "report/wording.h"

#define SHOWN_MAX   10
#define MESSAGE_MAX ((size_t)4000)
#define NAME_LIMIT  ((size_t)1000)

static const char *const commands[] = {
    [LEVEL_INFO] = "notice",
    [LEVEL_WARN] = "warning",
    [LEVEL_DENY] = "error",
};

struct annotations {
	struct arena *arena; /* of one line */
	struct sink *sink;
	size_t shown[LEVEL_DENY + 1], beyond[LEVEL_DENY + 1];
};

static void escape(struct buf *buf, struct str text, bool property)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			buf_addf(buf, "%%%02X", (unsigned)(unsigned char)c);
		else
			buf_addc(buf, c);
	}
}

static void add_property(struct buf *buf, const char *name, struct str value)
{
	buf_addf(buf, "%s=", name);
	escape(buf, value, true);
}

static void add_number(struct buf *buf, const char *name, int number)
{
	if (number > 0)
		buf_addf(buf, ",%s=%d", name, number);
}

/* Runners also look for the old form of commands, "##[name]", anywhere in a line. */
static struct str harmless(struct arena *arena, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, text.len * 2 + 1);
	for (size_t i = 0; i < text.len; i++) {
		buf_addc(&buf, text.ptr[i]);
		if (text.ptr[i] == '#' && i + 1 < text.len && text.ptr[i + 1] == '[')
			buf_addc(&buf, ' ');
	}
	return buf_str(&buf);
}

static struct str message_of(
    struct arena *arena, const struct verdict *verdict, const struct finding *finding)
{
	struct str sentence = utf8_cut(finding_sentence(arena, verdict, finding), MESSAGE_MAX / 2);
	struct str fix = finding_line(arena, verdict, finding, BLOCK_FIX);

	if (fix.len > 0)
		sentence = str_format(arena, "%.*s\n%.*s", STR_ARG(sentence), STR_ARG(fix));
	return utf8_cut(sentence, MESSAGE_MAX);
}

static void add_command(
    struct annotations *out, const struct verdict *verdict, const struct finding *finding)
{
	struct policy_place place = finding_place(verdict, finding);
	struct buf buf;

	buf_init(&buf, out->arena, MESSAGE_MAX * 8);
	buf_addf(&buf, "::%s ", commands[finding->level]);
	add_property(&buf, "file", wording_name(out->arena, place.file, NAME_LIMIT));
	add_number(&buf, "line", place.line);
	add_number(&buf, "col", place.line > 0 ? place.column : 0);
	buf_adds(&buf, ",");
	add_property(&buf, "title", finding_heading(out->arena, finding));
	buf_adds(&buf, "::");
	escape(&buf, message_of(out->arena, verdict, finding), false);
	buf_adds(&buf, "\n");
	sink_add(out->sink, buf_str(&buf));
}

/* Begins with a word of ours: a line that begins with "::" would be a command. */
static void add_plain(
    struct annotations *out, const struct verdict *verdict, const struct finding *finding)
{
	struct policy_place place = finding_place(verdict, finding);
	struct str file = wording_name(out->arena, place.file, NAME_LIMIT);
	struct str heading = finding_heading(out->arena, finding);
	struct str sentence =
	    utf8_cut(finding_sentence(out->arena, verdict, finding), MESSAGE_MAX / 2);
	struct str line = str_format(out->arena, "%s: %.*s: %.*s: %.*s", commands[finding->level],
	    STR_ARG(file), STR_ARG(heading), STR_ARG(sentence));

	sink_add(out->sink, harmless(out->arena, line));
	sink_add(out->sink, STR("\n"));
}

static void add_level(struct annotations *out, const struct verdict *verdict, enum level level)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		struct arena_mark mark = arena_save(out->arena);

		if (finding->level != level || !finding_stands(finding))
			continue;
		if (out->shown[level] < SHOWN_MAX) {
			out->shown[level]++;
			add_command(out, verdict, finding);
		} else {
			out->beyond[level]++;
			add_plain(out, verdict, finding);
		}
		arena_rewind(out->arena, mark);
	}
	out->beyond[level] += verdict->left_out[level];
}

/* No verdict, no rules: a check that found nothing must not look the same. */
static void add_notes(struct annotations *out, const struct checked *checked, size_t i)
{
	const struct verdict *verdict = checked_verdict(checked, i);
	bool failed = verdict->withheld.len > 0 || verdict->nothing_evaluated;
	struct str name = wording_name(out->arena, checked_name(checked, i), NAME_LIMIT);
	struct str text = verdict->withheld;
	struct buf buf;

	if (text.len == 0 && verdict->note_count > 0)
		text = verdict->notes[0];
	if (text.len == 0)
		return;
	buf_init(&buf, out->arena, MESSAGE_MAX * 4);
	buf_addf(&buf, "::%s title=tfherald::", commands[failed ? LEVEL_DENY : LEVEL_INFO]);
	out->shown[failed ? LEVEL_DENY : LEVEL_INFO]++;
	escape(&buf, name, false);
	buf_adds(&buf, ": ");
	escape(&buf, wording_cut(out->arena, text, NAME_LIMIT), false);
	buf_adds(&buf, "\n");
	sink_add(out->sink, buf_str(&buf));
}

static void add_part(struct buf *buf, size_t count, const char *one, const char *many)
{
	if (count == 0)
		return;
	buf_adds(buf, buf->len > 0 ? ", " : "");
	wording_things(buf, count, one, many);
}

static void add_beyond(struct annotations *out)
{
	struct buf buf;

	buf_init(&buf, out->arena, NAME_LIMIT);
	add_part(&buf, out->beyond[LEVEL_DENY], "error", "errors");
	add_part(&buf, out->beyond[LEVEL_WARN], "warning", "warnings");
	add_part(&buf, out->beyond[LEVEL_INFO], "notice", "notices");
	if (buf.len == 0)
		return;
	sink_add(out->sink, STR("tfherald: "));
	sink_add(out->sink, buf_str(&buf));
	sink_add(out->sink,
	    STR(" more in this log: GitHub shows 10 annotations of each kind for a step\n"));
}

void render_annotations(
    struct arena *arena UNUSED, const struct checked *checked, struct sink *sink)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct annotations out = {.arena = scratch, .sink = sink};

	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++)
		add_notes(&out, checked, i);
	for (int level = LEVEL_DENY; level >= LEVEL_INFO; level--) {
		for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++)
			add_level(&out, checked_verdict(checked, i), (enum level)level);
	}
	add_beyond(&out);
}
