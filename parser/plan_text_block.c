#include "parser/plan_text.h"

#define BODY_INDENT   4 /* every line inside of a block is indented so far at least */
#define LEGACY_INDENT 5
#define SYMBOL_MAX    3

static const struct str block_words[] = {
    STR_INIT("resource \""),
    STR_INIT("data \""),
    STR_INIT("ephemeral \""),
    STR_INIT("action \""),
    STR_INIT("list \""),
};

/* Review tools move the symbol to the first column for a diff fence: "-       tags = {". */
static bool is_moved_symbol(char c)
{
	return c == '+' || c == '-' || c == '~' || c == '!';
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '_';
}

static bool is_block_start(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(block_words); i++) {
		if (str_starts(text, block_words[i]))
			return true;
	}
	return false;
}

/* Also those of a later version: one to three signs. */
static bool is_symbol(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '!' || text.ptr[i] > '~' || text.ptr[i] == '"' ||
		    text.ptr[i] == '#' || is_word(text.ptr[i]))
			return false;
	}
	return text.len > 0 && text.len <= SYMBOL_MAX;
}

bool block_recognise(struct str line, struct block_line *out)
{
	struct str rest = str_skip(line, text_indent(line));
	size_t space;

	out->symbol = STR_EMPTY;
	if (!is_block_start(rest)) {
		if (!str_find_char(rest, ' ', &space))
			return false;
		out->symbol = str_from_to(rest, 0, space);
		rest = str_skip(rest, space);
		rest = str_skip(rest, text_indent(rest));
		if (!is_symbol(out->symbol) || !is_block_start(rest))
			return false;
	}
	rest = str_trim_end(rest);
	out->open = str_ends(rest, STR("{"));
	return out->open || str_ends(rest, STR("{}"));
}

/* The closing brace of the outermost block stands in the fifth column, alone or with "-> null". */
static bool closes_block(struct str line)
{
	return line.len > BODY_INDENT && line.ptr[BODY_INDENT] == '}' &&
	       text_indent(line) == BODY_INDENT;
}

/* A block that was cut short: no line of a block stands this far to the left. */
static bool leaves_block(struct str line)
{
	if (line.len == 0 || (is_moved_symbol(line.ptr[0]) && !text_is_rule(line)))
		return false;
	return text_indent(line) < BODY_INDENT && text_indent(line) < line.len;
}

void block_read(struct text_reader *reader)
{
	struct str line;

	while (text_peek(reader, &line)) {
		if (leaves_block(line))
			return;
		(void)text_next(reader, &line);
		if (closes_block(line))
			return;
	}
}

void block_read_legacy(struct text_reader *reader)
{
	struct str line;

	while (text_peek(reader, &line) && text_indent(line) >= LEGACY_INDENT)
		(void)text_next(reader, &line);
}
