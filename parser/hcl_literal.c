#include "parser/hcl_literal.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/utf8.h"
#include "parser/plan_build.h"

struct reading {
	struct arena *arena;
	struct hcl_scan *scan;
	int depth; /* of parentheses and templates */
	bool in_list;
};

static bool read_expression(struct reading *reading, bool lines, struct value *out);

static char here(const struct hcl_scan *scan)
{
	if (scan->at == scan->text.len)
		return '\0';
	return scan->text.ptr[scan->at];
}

static bool eat(struct hcl_scan *scan, struct str text)
{
	if (!str_starts(str_skip(scan->text, scan->at), text))
		return false;
	scan->at += text.len;
	return true;
}

/* An expression inside of brackets, where line ends are white space, and what closes it. */
static bool read_inner(struct reading *reading, struct str close, struct value *out)
{
	bool is_read;

	if (reading->depth == HCL_LITERAL_DEPTH_MAX)
		return false;
	reading->depth++;
	is_read = read_expression(reading, true, out);
	reading->depth--;
	if (!is_read)
		return false;
	hcl_skip_blank(reading->scan, true);
	return eat(reading->scan, close);
}

/* --- strings --- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Behind \u or \U. */
static bool read_code_point(struct hcl_scan *scan, int digits, struct buf *out)
{
	uint32_t code = 0;
	char bytes[4];

	for (int i = 0; i < digits; i++) {
		int digit = hex_digit(here(scan));

		if (digit < 0)
			return false;
		code = code << 4 | (uint32_t)digit;
		scan->at++;
	}
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return false;
	buf_add(out, (struct str){bytes, utf8_encode(code, bytes)});
	return true;
}

/* At the backslash. */
static bool read_escape(struct hcl_scan *scan, struct buf *out)
{
	static const char plain[] = "n\nr\rt\t\"\"\\\\";
	char c;

	scan->at++;
	c = here(scan);
	scan->at++;
	if (c == 'u' || c == 'U')
		return read_code_point(scan, c == 'u' ? 4 : 8, out);
	for (size_t i = 0; c != '\0' && plain[i] != '\0'; i += 2) {
		if (plain[i] != c)
			continue;
		buf_addc(out, plain[i + 1]);
		return true;
	}
	return false;
}

/* As Terraform makes a text of it. */
static bool add_part(struct reading *reading, struct buf *out)
{
	struct value value;
	struct str text;
	char scratch[24];

	if (!read_inner(reading, STR("}"), &value))
		return false;
	if (value.kind == VALUE_STRING)
		buf_add(out, value_text(value));
	else if (value.kind == VALUE_BOOL)
		buf_adds(out, value.as.boolean ? "true" : "false");
	else if (value.kind == VALUE_INT && value_as_number_text(value, scratch, &text))
		buf_add(out, text);
	else
		return false;
	return true;
}

static bool read_piece(struct reading *reading, struct buf *out)
{
	struct hcl_scan *scan = reading->scan;

	if (here(scan) == '\\')
		return read_escape(scan, out);
	if (eat(scan, STR("$${")))
		buf_adds(out, "${");
	else if (eat(scan, STR("%%{")))
		buf_adds(out, "%{");
	else if (eat(scan, STR("${")))
		return add_part(reading, out);
	else if (eat(scan, STR("%{")))
		return false;
	else
		buf_addc(out, scan->text.ptr[scan->at++]);
	return true;
}

/* Behind the opening quote, up to a closing one or, without `quoted`, the end. */
static bool read_pieces(struct reading *reading, bool quoted, struct value *out)
{
	struct hcl_scan *scan = reading->scan;
	struct buf text;

	buf_init(&text, reading->arena, scan->text.len);
	while (scan->at < scan->text.len && (here(scan) != '"' || !quoted)) {
		if (here(scan) == '\n' || !read_piece(reading, &text))
			return false;
	}
	*out = value_string(buf_str(&text));
	return !text.overflow && (!quoted || eat(scan, STR("\"")));
}

bool hcl_literal_quoted(struct arena *arena, struct str inner, struct value *out)
{
	struct hcl_scan scan = {.text = inner};
	struct reading reading = {.arena = arena, .scan = &scan};

	return read_pieces(&reading, false, out);
}

/* --- the others --- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '+' || c == '.' || (unsigned char)c >= 0x80;
}

/* null, true, -1.5e+3: what JSON has, too, up to the next character of another sort. */
static bool read_word(const struct reading *reading, struct value *out)
{
	struct hcl_scan *scan = reading->scan;
	struct jsonr json = {0};
	struct err err = {0};
	size_t from = scan->at;

	while (is_word(here(scan)))
		scan->at++;
	return scan->at > from && jsonr_read(reading->arena,
				      str_from_to(scan->text, from, scan->at), &json, out, &err);
}

/* Behind the bracket. */
static bool read_list(struct reading *reading, struct value *out)
{
	struct hcl_scan *scan = reading->scan;
	struct growing items = {0};

	reading->in_list = true;
	for (;;) {
		hcl_skip_blank(scan, true);
		if (eat(scan, STR("]")))
			break;
		if (items.count == HCL_LITERAL_ITEMS_MAX ||
		    !read_expression(
			reading, true, growing_add(reading->arena, &items, struct value)))
			return false;
		hcl_skip_blank(scan, true);
		if (here(scan) != ']' && !eat(scan, STR(",")))
			return false;
	}
	reading->in_list = false;
	*out = value_list(items.items, items.count);
	return true;
}

static bool read_expression(struct reading *reading, bool lines, struct value *out)
{
	struct hcl_scan *scan = reading->scan;

	hcl_skip_blank(scan, lines);
	if (eat(scan, STR("(")))
		return read_inner(reading, STR(")"), out);
	if (eat(scan, STR("\"")))
		return read_pieces(reading, true, out);
	if (!eat(scan, STR("[")))
		return read_word(reading, out);
	return !reading->in_list && read_list(reading, out);
}

bool hcl_literal(struct arena *arena, struct hcl_scan *scan, struct value *out)
{
	struct reading reading = {.arena = arena, .scan = scan};

	if (!read_expression(&reading, false, out))
		return false;
	hcl_skip_blank(scan, false);
	return scan->at == scan->text.len || here(scan) == '\n' || here(scan) == '}';
}
