#include "parser/hcl.h"

#include "base/arena.h"
#include "base/value.h"
#include "parser/hcl_literal.h"
#include "parser/hcl_scan.h"
#include "parser/plan_build.h"

#define DEPTH_KEPT	3 /* levels whose blocks are kept: 0, 1 and 2 */
#define ATTRIBUTES_MAX	1000
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
	bool balanced = walk_blocks(&walk);

	out->is_sound = balanced && !walk.scan.is_broken;
	if (!balanced) {
		walk = walk_new(arena, text, true);
		(void)walk_blocks(&walk);
	}
	out->blocks = walk.blocks.items;
	out->count = walk.blocks.count;
}

/* --- attributes --- */

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

static bool has_key(const struct value_entry *entries, size_t count, struct str key)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(value_text(entries[i].key), key))
			return true;
	}
	return false;
}

void hcl_attributes(
    struct arena *arena, struct str text, const struct hcl_block *block, struct value *out)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, ATTRIBUTES_MAX);
	struct hcl_scan scan = body_scan(text, block);
	struct hcl_statement statement;
	struct str twice;
	size_t count = 0;

	while (count < ATTRIBUTES_MAX && next_attribute(&scan, &statement)) {
		struct hcl_scan ahead = scan;
		struct value value;

		if (has_key(entries, count, statement.name))
			continue;
		if (!hcl_literal(arena, &ahead, &value))
			value = value_unknown();
		entries[count++] = (struct value_entry){value_string(statement.name), value};
	}
	/* has_key() has seen to it that none stands there twice */
	if (!value_map(arena, entries, count, out, &twice))
		*out = value_null();
}
