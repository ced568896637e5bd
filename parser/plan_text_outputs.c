#include "parser/plan_text.h"

#define ITEM_INDENT  2
#define VALUE_INDENT 4

/* The name of an output, quoted when it is no identifier. */
static bool eat_name(struct str *text, struct str *name)
{
	bool quoted = str_starts(*text, STR("\""));
	struct str rest = quoted ? str_skip(*text, 1) : *text;
	size_t end;

	if (!str_find_char(rest, quoted ? '"' : ' ', &end) || end == 0)
		return false;
	*name = str_from_to(rest, 0, end);
	rest = str_skip(rest, end + (quoted ? 1 : 0));
	rest = str_skip(rest, text_indent(rest));
	if (!str_eat(&rest, STR("= ")))
		return false;
	*text = rest;
	return true;
}

/* "  + name = value"; without indentation after a review tool moved the symbol. */
static bool item_recognise(struct str line, struct change_head *head)
{
	size_t indent = text_indent(line), space;
	struct str rest = str_skip(line, indent);

	if (indent > ITEM_INDENT || !str_find_char(rest, ' ', &space) ||
	    !phrase_symbol(str_from_to(rest, 0, space), &head->action))
		return false;
	rest = str_skip(rest, space + 1);
	rest = str_skip(rest, text_indent(rest));
	if (!eat_name(&rest, &head->address))
		return false;
	head->sensitive_output = str_starts(rest, STR("(sensitive value)"));
	return true;
}

void text_read_output_changes(struct text_reader *reader, struct str line)
{
	const char *start = line.ptr, *item = NULL;
	struct change_row *row = NULL;
	struct change_head head = {0};

	while (text_peek(reader, &line)) {
		bool is_item = item_recognise(line, &head);

		if (line.len > 0 && !is_item && text_indent(line) < VALUE_INDENT)
			break;
		(void)text_next(reader, &line);
		if (is_item) {
			row = plan_build_row(&reader->build, CHANGES_OUTPUT);
			row->head.address = head.address;
			row->head.action = head.action;
			row->head.sensitive_output = head.sensitive_output;
			plan_build_fill_head(reader->build.arena, &row->head);
			item = line.ptr;
		}
		if (row && line.len > 0)
			row->body = text_since(reader, item);
	}
	reader->announced = true;
	text_extend(reader, &reader->changes, start);
}

/* `text = <<-EOT` */
static bool opens_heredoc(struct str line, struct str *marker)
{
	size_t at = line.len;

	while (at > 0 && line.ptr[at - 1] != ' ')
		at--;
	*marker = str_skip(line, at);
	if (at == 0 || !str_eat(marker, STR("<<")))
		return false;
	if (!str_eat(marker, STR("-")))
		(void)str_eat(marker, STR("~"));
	return marker->len > 0;
}

static void skip_heredoc(struct text_reader *reader, struct str marker)
{
	struct str line;

	while (text_next(reader, &line)) {
		line = str_trim(line);
		if (str_starts(line, marker) && line.len <= marker.len + 1)
			return;
	}
}

/* Values of old versions may run over lines without any mark: only another run ends the list. */
static bool ends_values(const struct text_reader *reader, struct str line)
{
	const struct sentence *sentence;

	if (str_starts(line, STR("╷")) || text_is_progress(line))
		return true;
	if (!reader->was_blank)
		return false;
	sentence = sentence_find(line);
	return (sentence && sentence->ends != ENDS_NOTHING) || str_starts(line, STR("Error: ")) ||
	       str_starts(line, STR("Warning: "));
}

void text_read_output_values(struct text_reader *reader, struct str line)
{
	struct str marker;

	while (text_peek(reader, &line) && !ends_values(reader, line)) {
		(void)text_next(reader, &line);
		if (opens_heredoc(line, &marker))
			skip_heredoc(reader, marker);
	}
}
