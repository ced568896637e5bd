#include "parser/plan_text.h"

#include "base/arena.h"
#include "base/buf.h"
#include "parser/address.h"

#define LINE_MAX_DIGITS 9

static const struct {
	struct str begin;
	enum severity severity;
} severities[] = {
    {STR_INIT("Error: "), SEVERITY_ERROR},
    {STR_INIT("Warning: "), SEVERITY_WARNING},
};

static bool eat_severity(struct str *line, enum severity *severity)
{
	for (size_t i = 0; i < ARRAY_LEN(severities); i++) {
		if (!str_eat(line, severities[i].begin))
			continue;
		*severity = severities[i].severity;
		return true;
	}
	return false;
}

static int read_number(struct str text)
{
	int number = 0;

	for (size_t i = 0; i < text.len && i < LINE_MAX_DIGITS; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			break;
		number = number * 10 + (text.ptr[i] - '0');
	}
	return number;
}

/* "  with aws_x.y," */
static bool take_with(struct diagnostic *diagnostic, struct str line)
{
	size_t len;

	if (!str_eat(&line, STR("with ")))
		return false;
	if (address_scan(line, &len))
		diagnostic->address = str_from_to(line, 0, len);
	else if (str_ends(line, STR(",")))
		diagnostic->address = str_from_to(line, 0, line.len - 1);
	return true;
}

/* `"text"` */
static bool eat_quoted(struct str *text, struct str *out)
{
	struct str rest = *text;
	size_t end;

	if (!str_eat(&rest, STR("\"")) || !str_find_char(rest, '"', &end) || end == 0)
		return false;
	*out = str_from_to(rest, 0, end);
	*text = str_skip(rest, end + 1);
	return true;
}

/*
 * `, in resource "aws_x" "y":` names a resource of the root module where the file stands in its
 * folder; which module another folder belongs to is not known.
 */
static struct str block_address(struct arena *arena, struct str file, struct str rest)
{
	struct str type, name;
	bool data;

	if (str_contains(file, STR("/")) || str_contains(file, STR("\\")) ||
	    !str_eat(&rest, STR(", in ")))
		return STR_EMPTY;
	data = str_eat(&rest, STR("data "));
	if (!data && !str_eat(&rest, STR("resource ")))
		return STR_EMPTY;
	if (!eat_quoted(&rest, &type) || !str_eat(&rest, STR(" ")) || !eat_quoted(&rest, &name))
		return STR_EMPTY;
	return str_format(arena, "%s%.*s.%.*s", data ? "data." : "", STR_ARG(type), STR_ARG(name));
}

/* `  on main.tf line 12, in resource "aws_x" "y":` */
static bool take_place(struct arena *arena, struct diagnostic *diagnostic, struct str line)
{
	size_t at;

	if (!str_eat(&line, STR("on ")) || !str_find(line, STR(" line "), &at))
		return false;
	diagnostic->file = str_from_to(line, 0, at);
	line = str_skip(line, at + STR(" line ").len);
	diagnostic->line = read_number(line);
	if (diagnostic->address.len == 0 && str_find_char(line, ',', &at))
		diagnostic->address = block_address(arena, diagnostic->file, str_skip(line, at));
	return true;
}

/* `  12:   input = "x`, "    ├────", `    │ var.x is "y"`, "(source code not available)" */
static bool is_snippet(struct str line)
{
	size_t digits = 0;

	while (digits < line.len && line.ptr[digits] >= '0' && line.ptr[digits] <= '9')
		digits++;
	if (digits > 0)
		return digits < line.len && line.ptr[digits] == ':';
	return str_starts(line, STR("├")) || str_starts(line, STR("│")) ||
	       str_starts(line, STR("(source code not available"));
}

/* A line between summary and detail: where it happened. All of them are indented. */
static bool take_context(struct arena *arena, struct diagnostic *diagnostic, struct str line)
{
	size_t indent = text_indent(line);

	line = str_skip(line, indent);
	if (indent == 0)
		return false;
	return take_with(diagnostic, line) || take_place(arena, diagnostic, line) ||
	       is_snippet(line);
}

/* A whole diagnostic without box, "Error: " first. */
static void add_diagnostic(struct text_reader *reader, struct str text)
{
	struct growing *parts;
	struct diagnostic *diagnostic;
	enum severity severity = SEVERITY_ERROR;
	struct str rest = text, line;

	if (!str_line(&rest, &line) || !eat_severity(&line, &severity))
		return;
	diagnostic = plan_build_diagnostic(&reader->build, severity);
	diagnostic->summary = str_trim(line);
	diagnostic->detail = str_trim(rest);
	while (str_line(&rest, &line)) {
		if (str_trim(line).len > 0 && !take_context(reader->build.arena, diagnostic, line))
			break;
		diagnostic->detail = str_trim(rest);
	}
	if (diagnostic->summary.len == 0) {
		rest = diagnostic->detail;
		if (str_line(&rest, &line))
			diagnostic->summary = str_trim(line);
		diagnostic->detail = str_trim(rest);
	}
	parts = severity == SEVERITY_ERROR ? &reader->error_parts : &reader->warning_parts;
	if (parts->count < PLAN_DIAGNOSTICS_MAX)
		*growing_add(reader->build.arena, parts, struct str) = str_trim(text);
	if (severity == SEVERITY_ERROR && diagnostic->address.len > 0)
		text_fail_steps(reader, diagnostic->address);
}

void text_add_error(struct text_reader *reader, struct str summary)
{
	struct diagnostic *diagnostic = plan_build_diagnostic(&reader->build, SEVERITY_ERROR);

	diagnostic->summary = summary;
	*growing_add(reader->build.arena, &reader->error_parts, struct str) = summary;
}

/* "- Value for undeclared variable", and a place below */
static void add_compact(struct text_reader *reader, struct str text)
{
	struct diagnostic *diagnostic = NULL;
	struct str line;

	if (reader->warning_parts.count < PLAN_DIAGNOSTICS_MAX)
		*growing_add(reader->build.arena, &reader->warning_parts, struct str) =
		    str_trim(text);
	while (str_line(&text, &line)) {
		if (str_eat(&line, STR("- "))) {
			diagnostic = plan_build_diagnostic(&reader->build, SEVERITY_WARNING);
			diagnostic->summary = str_trim(line);
		} else if (diagnostic) {
			(void)take_context(reader->build.arena, diagnostic, line);
		}
	}
}

void text_read_compact_warnings(struct text_reader *reader, struct str line)
{
	const char *start = line.ptr;

	while (text_peek(reader, &line)) {
		if (line.len > 0 && !str_starts(line, STR("- ")) && text_indent(line) == 0)
			break;
		(void)text_next(reader, &line);
	}
	add_compact(reader, text_since(reader, start));
}

/* "│ text" -> text */
static bool eat_bar(struct str *line)
{
	if (!str_eat(line, STR("│")))
		return false;
	(void)str_eat(line, STR(" "));
	return true;
}

void text_read_box(struct text_reader *reader, struct str line)
{
	struct buf buf;
	struct str text;

	buf_init(&buf, reader->build.arena, reader->rest.len + line.len + 1);
	if (eat_bar(&line)) {
		buf_add(&buf, line);
		buf_addc(&buf, '\n');
	}
	while (text_peek(reader, &line) && eat_bar(&line)) {
		buf_add(&buf, line);
		buf_addc(&buf, '\n');
		(void)text_next(reader, &line);
	}
	if (text_peek(reader, &line) && str_starts(line, STR("╵")))
		(void)text_next(reader, &line);
	text = str_trim(buf_str(&buf));
	if (str_starts(text, STR("Warnings:")))
		add_compact(reader, text);
	else
		add_diagnostic(reader, text);
}

/*
 * Without a box nothing marks the end of a diagnostic, and its text may quote anything. Where the
 * next thing of Terraform's begins, it is over; an error goes on over what only a finished run
 * would print.
 */
static bool ends_plain(const struct text_reader *reader, struct str line, enum severity severity)
{
	const struct sentence *sentence;
	enum severity next;

	if (line.len == 0 || line.ptr[0] == ' ')
		return false;
	if (text_is_rule(line) || str_starts(line, STR("╷")) || text_is_progress(line))
		return true;
	if (!reader->was_blank)
		return false;
	if (eat_severity(&line, &next))
		return true;
	sentence = sentence_find(line);
	return sentence && sentence->ends >= (severity == SEVERITY_ERROR ? ENDS_ANY : ENDS_WARNING);
}

bool text_read_plain_diagnostic(struct text_reader *reader, struct str line)
{
	const char *start = line.ptr;
	enum severity severity;

	if (!eat_severity(&line, &severity))
		return false;
	while (text_peek(reader, &line) && !ends_plain(reader, line, severity))
		(void)text_next(reader, &line);
	add_diagnostic(reader, text_since(reader, start));
	return true;
}
