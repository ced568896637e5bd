#include "parser/plan_text.h"

#include "base/arena.h"
#include "base/buf.h"
#include "parser/address.h"

#define HEADER_INDENT_MAX 2
#define IDENTITY_MAX	  ((size_t)4 << 10)
#define NOTES_MAX	  8 /* lines between a header and its block */

struct header {
	struct change_head head;
	enum change_set set;
	bool known; /* the words after the address are known */
	bool invoked;
	struct str rest; /* those words */
};

static const struct str legacy_forget_create = STR_INIT("older instance will not be destroyed");

/* " (deposed object 08221b78)" */
static void eat_deposed(struct str *rest, struct str *deposed)
{
	struct str text = *rest;
	size_t close;

	if (!str_eat(&text, STR(" (deposed object ")) || !str_find_char(text, ')', &close))
		return;
	*deposed = str_from_to(text, 0, close);
	*rest = str_skip(text, close + 1);
}

/* "  # aws_x.y" with the rest of the line; false when no address stands there. */
static bool header_begin(struct str line, struct header *out)
{
	size_t indent = text_indent(line), len;

	line = str_skip(line, indent);
	if (indent > HEADER_INDENT_MAX || !str_eat(&line, STR("# ")) || !address_scan(line, &len))
		return false;
	out->head.address = str_from_to(line, 0, len);
	out->rest = str_skip(line, len);
	eat_deposed(&out->rest, &out->head.deposed);
	return str_starts(out->rest, STR(" "));
}

static void apply_phrase(const struct phrase *phrase, struct header *out)
{
	size_t len;

	out->known = true;
	out->invoked = phrase->invoked;
	out->set = phrase->set;
	out->head.action = phrase->action;
	out->head.reason = phrase->reason;
	out->head.importing = phrase->importing;
	if (phrase->action == ACTION_REPLACE && str_contains(out->rest, legacy_forget_create))
		out->head.action = ACTION_CREATE_THEN_FORGET;
	out->rest = str_skip(out->rest, phrase->words.len);
	if (str_is(phrase->words, " has moved to ") && address_scan(out->rest, &len)) {
		out->head.previous_address = out->head.address;
		out->head.address = str_from_to(out->rest, 0, len);
	}
}

static bool header_recognise(struct str line, struct header *out)
{
	const struct phrase *phrase;

	*out = (struct header){
	    .head = {.previous_address = STR_EMPTY,
		.deposed = STR_EMPTY,
		.action = ACTION_OTHER,
		.reason = STR_EMPTY,
		.import_id = STR_EMPTY},
	    .set = CHANGES_RESOURCE,
	};
	if (!header_begin(line, out))
		return false;
	phrase = phrase_find(out->rest);
	if (phrase)
		apply_phrase(phrase, out);
	return true;
}

/* `  # imported using resource identity: {` and the lines of that JSON */
static struct str read_identity(struct text_reader *reader, struct str first)
{
	struct buf buf;
	struct str line;

	buf_init(&buf, reader->build.arena, IDENTITY_MAX);
	buf_add(&buf, first);
	while (str_ends(first, STR("{")) && text_peek(reader, &line)) {
		line = str_skip(line, text_indent(line));
		if (!str_eat(&line, STR("# ")))
			break;
		(void)text_next(reader, &first);
		first = STR("{");
		buf_addc(&buf, ' ');
		buf_add(&buf, str_trim(line));
		if (str_starts(line, STR("}")))
			break;
	}
	return buf_str(&buf);
}

/* The text in the parentheses of a note. */
static void take_note(struct change_head *head, struct str note)
{
	if (str_eat(&note, STR("moved from "))) {
		head->previous_address = note;
	} else if (str_eat(&note, STR("imported from \""))) {
		(void)str_eat_end(&note, STR("\""));
		head->import_id = note;
		head->importing = true;
	} else if (str_starts(note, STR("will be imported first"))) {
		head->importing = true;
	} else if (str_starts(note, STR("config will be generated"))) {
		head->generated_config = true;
	} else if (head->reason.len == 0) {
		head->reason = phrase_reason(note);
	}
}

/* A line "  # (...)" below the header; false when it is something else. OpenTofu forgets a "#". */
static bool read_note(struct text_reader *reader, struct str line, struct change_head *head)
{
	size_t indent = text_indent(line);

	line = str_trim_end(str_skip(line, indent));
	if (indent > HEADER_INDENT_MAX ||
	    (!str_eat(&line, STR("# ")) && !str_starts(line, STR("(because "))))
		return false;
	if (str_eat(&line, STR("("))) {
		(void)str_eat_end(&line, STR(")"));
		(void)text_next(reader, &(struct str){0});
		take_note(head, line);
		return true;
	}
	if (str_eat(&line, STR("imported using resource identity"))) {
		(void)text_next(reader, &(struct str){0});
		(void)str_eat(&line, STR(":"));
		head->importing = true;
		head->import_id = read_identity(reader, str_trim(line));
		return true;
	}
	if (!str_starts(line, STR("Warning: ")))
		return false;
	return text_next(reader, &(struct str){0});
}

/* The block below; its symbol tells the two kinds of replace apart, and what unknown words mean. */
static bool read_block(struct text_reader *reader, struct header *header)
{
	struct block_line block;
	enum action action;
	struct str line;

	if (!text_peek(reader, &line) || !block_recognise(line, &block))
		return false;
	(void)text_next(reader, &line);
	if (phrase_symbol(block.symbol, &action) &&
	    (!header->known || header->set == CHANGES_DEFERRED ||
		(header->head.action == ACTION_REPLACE && action_is_replace(action))))
		header->head.action = action;
	if (block.open)
		block_read(reader);
	return true;
}

/* A block below, perhaps after some notes. */
static bool block_follows(const struct text_reader *reader)
{
	struct str rest = reader->rest, line;
	struct block_line block;

	for (int i = 0; i < NOTES_MAX && str_line(&rest, &line); i++) {
		if (!str_starts(str_trim(line), STR("#")))
			return block_recognise(line, &block);
	}
	return false;
}

static void add_row(struct text_reader *reader, struct header *header, const char *start)
{
	static const enum change_set sets[] = {
	    [ZONE_PLAN] = CHANGES_RESOURCE,
	    [ZONE_OUTSIDE] = CHANGES_DRIFT,
	    [ZONE_DEFERRED] = CHANGES_DEFERRED,
	};
	struct change_row *row;

	if (header->set == CHANGES_RESOURCE)
		header->set = sets[reader->zone];
	row = plan_build_row(&reader->build, header->set);
	header->head.module = header->head.mode = header->head.type = header->head.name = STR_EMPTY;
	header->head.provider = STR_EMPTY;
	header->head.action_text = header->known ? STR_EMPTY : str_trim(header->rest);
	row->head = header->head;
	row->body = text_since(reader, start);
	plan_build_fill_head(reader->build.arena, &row->head);
	text_extend(
	    reader, header->set == CHANGES_DRIFT ? &reader->outside : &reader->changes, start);
}

bool text_read_header(struct text_reader *reader, struct str line)
{
	struct header header;
	struct str next;

	if (!header_recognise(line, &header))
		return false;
	/* Without Terraform's indentation, or with unknown words, the block has to prove it. */
	if ((!header.known || line.ptr[0] == '#') && !block_follows(reader))
		return false;
	if (header.invoked) {
		text_read_invoked(reader, header.head.address, header.rest);
		text_extend(reader, &reader->changes, line.ptr);
		return true;
	}
	reader->legacy = false;
	while (text_peek(reader, &next) && read_note(reader, next, &header.head))
		;
	(void)read_block(reader, &header);
	add_row(reader, &header, line.ptr);
	return true;
}
