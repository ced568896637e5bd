#include "parser/hcl_scan.h"

#include "base/utf8.h"

#define TEMPLATE_DEPTH_MAX 100
#define LOST_HEREDOCS_MAX  16

static bool is_first(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static bool is_ident(char c)
{
	return is_first(c) || (c >= '0' && c <= '9') || c == '-';
}

static char char_at(const struct hcl_scan *s, size_t at)
{
	if (at < s->text.len)
		return s->text.ptr[at];
	return '\0';
}

static bool at_text(const struct hcl_scan *s, struct str text)
{
	return str_starts(str_skip(s->text, s->at), text);
}

/* To the line end, which stays. */
static void skip_line(struct hcl_scan *s)
{
	const char *end = memchr(s->text.ptr + s->at, '\n', s->text.len - s->at);

	s->at = end ? (size_t)(end - s->text.ptr) : s->text.len;
}

/* A comment without an end is only its line. */
static void skip_block_comment(struct hcl_scan *s)
{
	size_t end;

	if (!s->no_comment_end && str_find(str_skip(s->text, s->at + 2), STR("*/"), &end)) {
		s->at += 2 + end + 2;
		return;
	}
	s->no_comment_end = s->is_broken = true;
	skip_line(s);
}

/* False when there is no comment here. */
static bool skip_comment(struct hcl_scan *s)
{
	if (char_at(s, s->at) == '#' || at_text(s, STR("//")))
		skip_line(s);
	else if (at_text(s, STR("/*")))
		skip_block_comment(s);
	else
		return false;
	return true;
}

void hcl_skip_blank(struct hcl_scan *s, bool lines)
{
	while (s->at < s->text.len) {
		char c = s->text.ptr[s->at];

		if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n'))
			s->at++;
		else if (!skip_comment(s))
			break;
	}
}

static struct str take_ident(struct hcl_scan *s)
{
	size_t from = s->at;

	if (is_first(char_at(s, s->at))) {
		while (s->at < s->text.len && is_ident(s->text.ptr[s->at]))
			s->at++;
	}
	return str_from_to(s->text, from, s->at);
}

/* --- strings --- */

static bool skip_string(struct hcl_scan *s, int depth);
static bool skip_heredoc(struct hcl_scan *s, int depth);

/* Behind ${ or %{, up to and with the brace that closes it. */
static bool skip_template(struct hcl_scan *s, int depth)
{
	size_t open = 1;

	while (s->at < s->text.len && open > 0) {
		char c = s->text.ptr[s->at];

		if (c == '"') {
			if (!skip_string(s, depth + 1))
				return false;
			continue;
		}
		if ((c == '<' && skip_heredoc(s, depth + 1)) || skip_comment(s))
			continue;
		if (c == '\n' && s->no_long_templates)
			return false;
		open += c == '{' ? 1 : 0;
		open -= c == '}' ? 1 : 0;
		s->at++;
	}
	return open == 0;
}

/* At ${, %{ or one of them escaped; false and unmoved: at none of them. */
static bool at_template(struct hcl_scan *s, int depth, bool *ends)
{
	*ends = true;
	if (at_text(s, STR("$${")) || at_text(s, STR("%%{"))) {
		s->at += 3;
		return true;
	}
	if (!at_text(s, STR("${")) && !at_text(s, STR("%{")))
		return false;
	s->at += 2;
	*ends = skip_template(s, depth);
	return true;
}

/* At the opening quote; stops before a line end when there is no closing one. */
static bool skip_string(struct hcl_scan *s, int depth)
{
	bool ends;

	if (depth > TEMPLATE_DEPTH_MAX)
		return false;
	s->at++;
	while (s->at < s->text.len && s->text.ptr[s->at] != '\n') {
		char c = s->text.ptr[s->at];

		if (c == '"') {
			s->at++;
			return true;
		}
		if (at_template(s, depth, &ends)) {
			if (!ends)
				return false;
			continue;
		}
		s->at += c == '\\' && char_at(s, s->at + 1) != '\n' ? 2 : 1;
	}
	return false;
}

/* A string whose template does not end: it goes up to its line end, and so will all others. */
static bool skip_quoted(struct hcl_scan *s)
{
	size_t from = s->at;

	if (skip_string(s, 0))
		return true;
	s->is_broken = true;
	if (memchr(s->text.ptr + from, '\n', s->at - from))
		s->no_long_templates = true;
	s->at = from;
	skip_line(s);
	return false;
}

static bool has_template(struct str inner)
{
	for (size_t i = 0; i < inner.len; i++) {
		char c = inner.ptr[i];

		if (c == '\\' ||
		    ((c == '$' || c == '%') && i + 1 < inner.len && inner.ptr[i + 1] == '{'))
			return true;
	}
	return false;
}

bool hcl_take_string(struct hcl_scan *s, struct str *inner, bool *is_plain)
{
	size_t from = s->at + 1;

	if (!skip_quoted(s))
		return false;
	*inner = str_from_to(s->text, from, s->at - 1);
	*is_plain = !has_template(*inner);
	return true;
}

/* --- heredocs --- */

/* <<EOT or <<-EOT and a line end; `at` is then behind the marker. */
static bool take_marker(struct hcl_scan *s, struct str *marker)
{
	size_t from = s->at;

	s->at += 2;
	if (char_at(s, s->at) == '-')
		s->at++;
	*marker = take_ident(s);
	if (char_at(s, s->at) == '\r')
		s->at++;
	if (marker->len > 0 && char_at(s, s->at) == '\n')
		return true;
	s->at = from;
	return false;
}

/* White_Space of Unicode, as Terraform has it. */
static bool is_space(uint32_t code)
{
	static const uint32_t spaces[] = {
	    0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};

	if (code == ' ' || (code >= '\t' && code <= '\r') || (code >= 0x2000 && code <= 0x200a))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++) {
		if (code == spaces[i])
			return true;
	}
	return false;
}

static struct str trim_space(struct str line)
{
	size_t at = 0, from = SIZE_MAX, to = 0;

	while (at < line.len) {
		size_t start = at;

		if (is_space(utf8_next(line, &at)))
			continue;
		from = from == SIZE_MAX ? start : from;
		to = at;
	}
	return from == SIZE_MAX ? STR_EMPTY : str_from_to(line, from, to);
}

/* At the beginning of a line: is it the marker and nothing else? Then `at` is behind it. */
static bool take_end(struct hcl_scan *s, struct str marker)
{
	struct str rest = str_skip(s->text, s->at), line;

	if (!str_line(&rest, &line))
		return false;
	if (!str_contains(line, marker))
		return false;
	line = trim_space(line);
	if (!str_eq(line, marker))
		return false;
	s->at = (size_t)(line.ptr + line.len - s->text.ptr);
	return true;
}

/* A line of a heredoc, with its end; a template in it may end in a later one. */
static bool skip_heredoc_line(struct hcl_scan *s, int depth)
{
	bool ends;

	while (s->at < s->text.len && s->text.ptr[s->at] != '\n') {
		if (!at_template(s, depth, &ends))
			s->at++;
		else if (!ends)
			return false;
	}
	s->at += s->at < s->text.len ? 1 : 0;
	return true;
}

/* False and unmoved: without <<, a marker and its end line it is no heredoc. */
static bool skip_heredoc(struct hcl_scan *s, int depth)
{
	size_t from = s->at;
	struct str marker;

	if (!at_text(s, STR("<<")))
		return false;
	if (depth > TEMPLATE_DEPTH_MAX || s->lost_heredocs == LOST_HEREDOCS_MAX ||
	    !take_marker(s, &marker)) {
		s->is_broken = true;
		return false;
	}
	s->at++;
	while (s->at < s->text.len) {
		if (take_end(s, marker))
			return true;
		if (!skip_heredoc_line(s, depth))
			break;
	}
	s->lost_heredocs++;
	s->is_broken = true;
	s->at = from;
	return false;
}

/* --- statements --- */

/* One piece of an expression; brackets are the caller's. */
static void skip_piece(struct hcl_scan *s)
{
	if (char_at(s, s->at) == '"')
		(void)skip_quoted(s);
	else if (!skip_heredoc(s, 0) && !skip_comment(s))
		s->at++;
}

bool hcl_starts_block(struct str line)
{
	static const char *const types[] = {
	    "resource", "data", "module", "variable", "output", "provider", "terraform", "locals"};
	struct hcl_scan s = {.text = line};
	struct str type = take_ident(&s);

	while (char_at(&s, s.at) == ' ' || char_at(&s, s.at) == '\t')
		s.at++;
	if (char_at(&s, s.at) != '"' && char_at(&s, s.at) != '{')
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_is(type, types[i]))
			return true;
	}
	return false;
}

/* An expression ends with its line, or before the brace of the block around it. */
static void skip_expression(struct hcl_scan *s)
{
	size_t open = 0;

	while (s->at < s->text.len) {
		char c = s->text.ptr[s->at];
		bool closes = c == '}' || c == ')' || c == ']';

		if (open == 0 && (c == '\n' || c == '}'))
			return;
		if (c == '\n' && s->restarts && hcl_starts_block(str_skip(s->text, s->at + 1)))
			return;
		if (c == '{' || c == '(' || c == '[')
			open++;
		else if (closes && open > 0)
			open--;
		skip_piece(s);
	}
}

static void add_label(struct hcl_statement *statement, struct str label)
{
	if (statement->label_count < 2)
		statement->labels[statement->label_count++] = label;
}

/* Labels up to the brace. What is no header ends where that is seen. */
static bool take_header(struct hcl_scan *s, struct hcl_statement *statement)
{
	struct str label;
	bool is_plain;

	for (;;) {
		hcl_skip_blank(s, false);
		if (is_first(char_at(s, s->at))) {
			add_label(statement, take_ident(s));
			continue;
		}
		hcl_skip_blank(s, true);
		if (char_at(s, s->at) != '"')
			break;
		if (!hcl_take_string(s, &label, &is_plain))
			return false;
		add_label(statement, label);
	}
	if (char_at(s, s->at) != '{')
		return false;
	s->at++;
	return true;
}

/* A name and what follows it; false when it is neither an attribute nor a block. */
static bool take_statement(
    struct hcl_scan *s, struct hcl_statement *statement, enum hcl_event *event)
{
	*statement = (struct hcl_statement){
	    .from = s->at, .name = take_ident(s), .labels = {STR_EMPTY, STR_EMPTY}};
	if (statement->name.len == 0)
		return false;
	hcl_skip_blank(s, false);
	if (char_at(s, s->at) == '=' && char_at(s, s->at + 1) != '=') {
		s->at++;
		s->in_attribute = true;
		*event = HCL_ATTRIBUTE;
		return true;
	}
	*event = HCL_BLOCK;
	return take_header(s, statement);
}

enum hcl_event hcl_next(struct hcl_scan *s, struct hcl_statement *statement)
{
	enum hcl_event event;

	for (;;) {
		if (s->in_attribute)
			skip_expression(s);
		s->in_attribute = false;
		hcl_skip_blank(s, true);
		if (s->at == s->text.len)
			return HCL_END;
		if (s->text.ptr[s->at] == '}') {
			s->at++;
			return HCL_CLOSE;
		}
		if (take_statement(s, statement, &event))
			return event;
		s->is_broken = true;
		/* not understood: on with the next line, unless a name already stands there */
		if (s->at > statement->from && is_first(char_at(s, s->at)))
			continue;
		s->in_attribute = true;
	}
}
