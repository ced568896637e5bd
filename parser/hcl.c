#include "parser/hcl.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/value.h"
#include "parser/hcl_scan.h"
#include "parser/plan_build.h"

#define DEPTH_KEPT	3 /* levels whose blocks are kept: 0, 1 and 2 */
#define CONSTANTS_MAX	1000
#define BYTE_ORDER_MARK STR("\xef\xbb\xbf")

/* Where the walk stands, in lines and code points; only moves on. */
struct position {
	size_t at;
	int line, column;
};

struct walk {
	struct arena *arena;
	struct hcl_scan scan;
	struct position position;
	struct growing blocks;
	size_t depth;
	size_t open[DEPTH_KEPT]; /* numbers of the blocks that are open */
	bool restarts;		 /* brackets do not match: a line may begin a block of the top */
};

static void position_move(struct position *position, struct str text, size_t to)
{
	for (; position->at < to; position->at++) {
		char c = text.ptr[position->at];

		if (c == '\n') {
			position->line++;
			position->column = 1;
		} else if (((unsigned char)c & 0xc0) != 0x80) {
			position->column++;
		}
	}
}

static struct hcl_block *block_number(const struct walk *walk, size_t number)
{
	return (struct hcl_block *)walk->blocks.items + number;
}

static void close_block(struct walk *walk, size_t to)
{
	if (walk->depth == 0)
		return;
	walk->depth--;
	if (walk->depth < DEPTH_KEPT)
		block_number(walk, walk->open[walk->depth])->body_to = to;
}

static void close_all(struct walk *walk, size_t to)
{
	while (walk->depth > 0)
		close_block(walk, to);
}

static void open_block(struct walk *walk, const struct hcl_statement *statement)
{
	position_move(&walk->position, walk->scan.text, statement->from);
	if (walk->scan.restarts && walk->position.column == 1 &&
	    hcl_starts_block(str_skip(walk->scan.text, statement->from)))
		close_all(walk, statement->from);
	if (walk->depth < DEPTH_KEPT) {
		walk->open[walk->depth] = walk->blocks.count;
		*growing_add(walk->arena, &walk->blocks, struct hcl_block) = (struct hcl_block){
		    .type = statement->name,
		    .labels = {statement->labels[0], statement->labels[1]},
		    .label_count = statement->label_count,
		    .depth = (int)walk->depth,
		    .line = walk->position.line,
		    .column = walk->position.column,
		    .body_from = walk->scan.at,
		    .body_to = walk->scan.text.len,
		};
	}
	walk->depth++;
}

static struct walk walk_new(struct arena *arena, struct str text, bool restarts)
{
	size_t from = str_starts(text, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.len : 0;

	if (text.len > HCL_BYTES_MAX)
		text.len = HCL_BYTES_MAX;
	return (struct walk){
	    .arena = arena,
	    .scan = {.text = text, .at = from, .restarts = restarts},
	    .position = {.at = from, .line = 1, .column = 1},
	};
}

/* False when brackets did not match. */
static bool walk_blocks(struct walk *walk)
{
	struct hcl_statement statement;
	bool balanced = true;

	while (walk->blocks.count < HCL_BLOCKS_MAX) {
		enum hcl_event event = hcl_next(&walk->scan, &statement);

		if (event == HCL_END)
			break;
		if (event == HCL_BLOCK) {
			open_block(walk, &statement);
		} else if (event == HCL_CLOSE) {
			balanced = balanced && walk->depth > 0;
			close_block(walk, walk->scan.at - 1);
		}
	}
	balanced = balanced && walk->depth == 0;
	close_all(walk, walk->scan.text.len);
	return balanced;
}

void hcl_scan(struct arena *arena, struct str text, struct hcl_file *out)
{
	struct walk walk = walk_new(arena, text, false);

	if (!walk_blocks(&walk)) {
		walk = walk_new(arena, text, true);
		(void)walk_blocks(&walk);
	}
	out->blocks = walk.blocks.items;
	out->count = walk.blocks.count;
}

/* --- constants --- */

/* The attributes at the top of a body, one after the other; `scan` is then behind the =. */
static bool next_attribute(struct hcl_scan *scan, struct hcl_statement *statement)
{
	size_t depth = 0;

	for (;;) {
		switch (hcl_next(scan, statement)) {
		case HCL_ATTRIBUTE:
			if (depth == 0)
				return true;
			break;
		case HCL_BLOCK:
			depth++;
			break;
		case HCL_CLOSE:
			depth -= depth > 0 ? 1 : 0;
			break;
		case HCL_END:
			return false;
		}
	}
}

static struct hcl_scan body_scan(struct str text, const struct hcl_block *block)
{
	return (struct hcl_scan){
	    .text = str_from_to(text, 0, block->body_to), .at = block->body_from};
}

/* Does the expression end here? */
static bool at_end(struct hcl_scan scan)
{
	hcl_skip_blank(&scan, false);
	return scan.at == scan.text.len || scan.text.ptr[scan.at] == '\n' ||
	       scan.text.ptr[scan.at] == '}';
}

/* A string that is the whole expression. */
static bool take_string_value(struct hcl_scan *scan, struct str *inner, bool *is_plain)
{
	hcl_skip_blank(scan, false);
	if (scan->at == scan->text.len || scan->text.ptr[scan->at] != '"')
		return false;
	return hcl_take_string(scan, inner, is_plain) && at_end(*scan);
}

struct str hcl_string(struct str text, const struct hcl_block *block, const char *attribute)
{
	struct hcl_scan scan = body_scan(text, block);
	struct hcl_statement statement;
	struct str inner;
	bool is_plain;

	while (next_attribute(&scan, &statement)) {
		if (!str_is(statement.name, attribute))
			continue;
		if (take_string_value(&scan, &inner, &is_plain) && is_plain)
			return inner;
		return STR_EMPTY;
	}
	return STR_EMPTY;
}

/* "a\nb" has the escapes of JSON, but for \U and for templates. */
static bool read_string(struct arena *arena, struct str inner, struct value *out)
{
	struct jsonr json = {0};
	struct err err = {0};
	struct buf quoted;

	if (str_contains(inner, STR("${")) || str_contains(inner, STR("%{")))
		return false;
	buf_init(&quoted, arena, inner.len + 2);
	buf_addc(&quoted, '"');
	buf_add(&quoted, inner);
	buf_addc(&quoted, '"');
	return jsonr_read(arena, buf_str(&quoted), &json, out, &err);
}

/* true, -1.5: up to a space, a comment or the end. */
static bool read_word(struct arena *arena, struct hcl_scan *scan, struct value *out)
{
	struct jsonr json = {0};
	struct err err = {0};
	size_t from = scan->at;

	while (scan->at < scan->text.len &&
	       !memchr(" \t\r\n#/}", scan->text.ptr[scan->at], sizeof(" \t\r\n#/}") - 1))
		scan->at++;
	return scan->at > from && at_end(*scan) &&
	       jsonr_read(arena, str_from_to(scan->text, from, scan->at), &json, out, &err) &&
	       (out->kind == VALUE_BOOL || out->kind == VALUE_INT || out->kind == VALUE_NUMBER);
}

static bool read_constant(struct arena *arena, struct hcl_scan *scan, struct value *out)
{
	struct str inner;
	bool is_plain;

	hcl_skip_blank(scan, false);
	if (scan->at == scan->text.len || scan->text.ptr[scan->at] != '"')
		return read_word(arena, scan, out);
	if (!take_string_value(scan, &inner, &is_plain))
		return false;
	if (is_plain) {
		*out = value_string(inner);
		return true;
	}
	return read_string(arena, inner, out);
}

static bool has_key(const struct value_entry *entries, size_t count, struct str key)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(value_text(entries[i].key), key))
			return true;
	}
	return false;
}

void hcl_constants(
    struct arena *arena, struct str text, const struct hcl_block *block, struct value *out)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, CONSTANTS_MAX);
	struct hcl_scan scan = body_scan(text, block);
	struct hcl_statement statement;
	struct value constant;
	struct str twice;
	size_t count = 0;

	while (count < CONSTANTS_MAX && next_attribute(&scan, &statement)) {
		struct hcl_scan ahead = scan;

		if (!read_constant(arena, &ahead, &constant) ||
		    has_key(entries, count, statement.name))
			continue;
		entries[count++] = (struct value_entry){value_string(statement.name), constant};
	}
	/* has_key() has seen to it that none stands there twice */
	if (!value_map(arena, entries, count, out, &twice))
		*out = value_null();
}
