#include "parser/plan_record.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/plan_change.h"

enum member {
	MEMBER_OTHER,
	MEMBER_ADDRESS,
	MEMBER_PREVIOUS,
	MEMBER_TYPE,
	MEMBER_MODE,
	MEMBER_PROVIDER,
	MEMBER_DEPOSED,
	MEMBER_CHANGE,
	MEMBER_RECORD, /* the change inside a deferred one */
	MEMBER_ACTIONS,
	MEMBER_IMPORTING,
	MEMBER_BEFORE_MARKS,
	MEMBER_AFTER_MARKS,
	/* known for where they stand only */
	MEMBER_FIRST_SKIPPED,
	MEMBER_MODULE = MEMBER_FIRST_SKIPPED,
	MEMBER_NAME,
	MEMBER_INDEX,
	MEMBER_BEFORE,
	MEMBER_AFTER,
	MEMBER_UNKNOWN,
	MEMBERS
};
_Static_assert(MEMBERS <= RECORD_MEMBERS, "each has a place in a reader");

struct member_name {
	struct str name;
	enum member member;
};

static const struct member_name record_members[] = {
    {STR_INIT("address"), MEMBER_ADDRESS},
    {STR_INIT("mode"), MEMBER_MODE},
    {STR_INIT("type"), MEMBER_TYPE},
    {STR_INIT("change"), MEMBER_CHANGE},
    {STR_INIT("provider_name"), MEMBER_PROVIDER},
    {STR_INIT("deposed"), MEMBER_DEPOSED},
    {STR_INIT("previous_address"), MEMBER_PREVIOUS},
    {STR_INIT("module_address"), MEMBER_MODULE},
    {STR_INIT("name"), MEMBER_NAME},
    {STR_INIT("index"), MEMBER_INDEX},
};

static const struct member_name change_members[] = {
    {STR_INIT("actions"), MEMBER_ACTIONS},
    {STR_INIT("importing"), MEMBER_IMPORTING},
    {STR_INIT("before_sensitive"), MEMBER_BEFORE_MARKS},
    {STR_INIT("after_sensitive"), MEMBER_AFTER_MARKS},
    {STR_INIT("before"), MEMBER_BEFORE},
    {STR_INIT("after"), MEMBER_AFTER},
    {STR_INIT("after_unknown"), MEMBER_UNKNOWN},
};

static const struct member_name deferred_members[] = {
    {STR_INIT("resource_change"), MEMBER_RECORD},
};

struct member_table {
	const struct member_name *rows;
	size_t count;
};

static const struct member_table record_table = {record_members, ARRAY_LEN(record_members)};
static const struct member_table change_table = {change_members, ARRAY_LEN(change_members)};
static const struct member_table deferred_table = {deferred_members, ARRAY_LEN(deferred_members)};

/* The entry in the making. */
struct draft {
	struct change_entry *entry;
	uint64_t previous_hash;
	bool has_address, has_previous;
	enum member last; /* the member that was read last */
	unsigned seen;	  /* bits of enum member: a key that stands twice could say two things */
};

static const char *kind_name(char kind)
{
	switch (kind) {
	case '{':
		return "map";
	case '[':
		return "list";
	case '"':
		return "string";
	case 'n':
		return "null";
	case 't':
	case 'f':
		return "bool";
	default:
		return "number";
	}
}

static bool fail_at(const struct record_reader *reader, uint64_t offset, enum err_code code,
    const char *text, struct err *err)
{
	int line = 0, column = 0;

	cursor_position(reader->cursor, offset, &line, &column);
	return err_set_at(err, code, input_name(reader->input), line, column, "%s", text);
}

bool record_wrong_kind(const struct record_reader *reader, const char *what, char kind,
    const char *expected, struct err *err)
{
	int line = 0, column = 0;

	cursor_position(reader->cursor, cursor_offset(reader->cursor), &line, &column);
	if (kind == 0)
		return err_set_at(err, ERR_SYNTAX, input_name(reader->input), line, column,
		    "unexpected end of input (truncated?)");
	return err_set_at(err, ERR_INVALID, input_name(reader->input), line, column,
	    "%s is a %s, expected a %s", what, kind_name(kind), expected);
}

bool record_note_provider(struct record_reader *reader, struct str provider)
{
	if (str_starts(provider, STR("registry.opentofu.org/")))
		reader->tool = TOOL_OPENTOFU;
	else if (str_starts(provider, STR("registry.terraform.io/")))
		reader->tool = TOOL_TERRAFORM;
	else
		return false;
	reader->tool_known = true;
	return true;
}

static enum member member_find(const struct member_table *table, struct str key)
{
	for (size_t i = 0; i < table->count; i++) {
		if (str_eq(table->rows[i].name, key))
			return table->rows[i].member;
	}
	return MEMBER_OTHER;
}

static struct str member_name(const struct member_table *table, enum member member)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->rows[i].member == member)
			return table->rows[i].name;
	}
	return STR_EMPTY;
}

/* A member stands where it stood in the record before: the names are not looked for again. */
static bool guess_member(
    struct record_reader *reader, const struct member_table *table, struct draft *draft)
{
	const struct record_order *order = &reader->order[draft->last];

	if (order->table != table || !cursor_take_key(reader->cursor, order->name))
		return false;
	draft->last = (enum member)order->member;
	return true;
}

/* MEMBER_OTHER: the end. */
NODISCARD static bool find_member(struct record_reader *reader, const struct member_table *table,
    struct draft *draft, bool *more, struct err *err)
{
	enum member member;
	struct span span;
	struct str key;

	while (cursor_key(reader->cursor, &key, more, err)) {
		if (!*more)
			return true;
		member = member_find(table, key);
		if (member != MEMBER_OTHER) {
			reader->order[draft->last] = (struct record_order){
			    table, member_name(table, member), (uint8_t)member};
			draft->last = member;
			return true;
		}
		if (!cursor_skip(reader->cursor, &span, err))
			return false;
	}
	return false;
}

/* Finds the next member that the table knows; skips the others. MEMBER_OTHER: the end. */
NODISCARD static bool next_member(struct record_reader *reader, const struct member_table *table,
    struct draft *draft, enum member *out, struct err *err)
{
	bool more = true;

	for (;;) {
		*out = MEMBER_OTHER;
		if (!guess_member(reader, table, draft) &&
		    !find_member(reader, table, draft, &more, err))
			return false;
		if (!more)
			return true;
		if (draft->seen & (1U << draft->last))
			return fail_at(reader, cursor_offset(reader->cursor), ERR_SYNTAX,
			    "a key of a change stands there twice", err);
		draft->seen |= 1U << draft->last;
		*out = draft->last;
		if (*out < MEMBER_FIRST_SKIPPED)
			return true;
		if (!cursor_skip(reader->cursor, &reader->parts[*out], err))
			return false;
	}
}

/* Plans are written without white space; anything else takes the slow way. */
static const struct {
	struct str raw;
	enum action action;
} compact_actions[] = {
    {STR_INIT("[\"no-op\"]"), ACTION_NOOP},
    {STR_INIT("[\"create\"]"), ACTION_CREATE},
    {STR_INIT("[\"update\"]"), ACTION_UPDATE},
    {STR_INIT("[\"delete\"]"), ACTION_DELETE},
    {STR_INIT("[\"read\"]"), ACTION_READ},
    {STR_INIT("[\"delete\",\"create\"]"), ACTION_REPLACE},
    {STR_INIT("[\"create\",\"delete\"]"), ACTION_REPLACE_CREATE_FIRST},
};

NODISCARD static bool parse_actions(
    const struct record_reader *reader, struct str raw, enum action *out, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct jsonr json = {.file = input_name(reader->input)};
	struct value actions;
	struct str words = STR_EMPTY;

	if (!jsonr_read(arena, raw, &json, &actions, err))
		return false;
	if (actions.kind != VALUE_NULL && !change_action_text(arena, actions, &words, err))
		return false;
	*out = action_from_words(words);
	return true;
}

NODISCARD static bool read_actions(
    struct record_reader *reader, struct draft *draft, struct err *err)
{
	uint64_t offset = cursor_offset(reader->cursor);
	enum action action;
	struct str raw;

	if (!cursor_raw(reader->cursor, &raw, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(compact_actions); i++) {
		if (str_eq(raw, compact_actions[i].raw)) {
			draft->entry->action = (uint8_t)compact_actions[i].action;
			return true;
		}
	}
	if (!parse_actions(reader, raw, &action, err)) {
		cursor_position(reader->cursor, offset, &err->line, &err->column);
		return err_in_file(err, input_name(reader->input));
	}
	draft->entry->action = (uint8_t)action;
	return true;
}

NODISCARD static bool read_importing(
    struct record_reader *reader, struct draft *draft, struct err *err)
{
	struct span span;
	char kind;

	if (!cursor_peek(reader->cursor, &kind, err) || !cursor_skip(reader->cursor, &span, err))
		return false;
	if (kind != 'n')
		draft->entry->flags |= ENTRY_IMPORTING;
	return true;
}

/* Only those that mark something need to be loaded for their secrets. */
NODISCARD static bool read_marks(
    struct record_reader *reader, struct draft *draft, enum member member, struct err *err)
{
	uint64_t offset = cursor_offset(reader->cursor);
	bool has;

	if (!cursor_skip_marks(reader->cursor, &has, err))
		return false;
	draft->entry->flags |= has ? ENTRY_MARKED : 0;
	reader->parts[member] = (struct span){offset, cursor_offset(reader->cursor) - offset};
	/* a map with members */
	if (cursor_offset(reader->cursor) - offset <= STR("false").len)
		return true;
	reader->mark_trees.before += member == MEMBER_BEFORE_MARKS;
	reader->mark_trees.after += member == MEMBER_AFTER_MARKS;
	return true;
}

/* Enters the map that a change is; null counts as a map without members. */
NODISCARD static bool enter_change(
    struct record_reader *reader, const char *what, bool *entered, struct err *err)
{
	struct span span;
	char kind;

	*entered = false;
	if (!cursor_peek(reader->cursor, &kind, err))
		return false;
	if (kind == 'n')
		return cursor_skip(reader->cursor, &span, err);
	if (kind != '{')
		return record_wrong_kind(reader, what, kind, "map", err);
	*entered = true;
	return cursor_enter(reader->cursor, '{', err);
}

NODISCARD static bool read_change_member(
    struct record_reader *reader, struct draft *draft, enum member member, struct err *err)
{
	if (member == MEMBER_ACTIONS)
		return read_actions(reader, draft, err);
	if (member == MEMBER_IMPORTING)
		return read_importing(reader, draft, err);
	return read_marks(reader, draft, member, err);
}

NODISCARD static bool read_change(
    struct record_reader *reader, struct draft *draft, struct err *err)
{
	enum member member;
	bool entered;

	if (!enter_change(reader, "'change'", &entered, err))
		return false;
	while (entered) {
		if (!next_member(reader, &change_table, draft, &member, err))
			return false;
		if (member == MEMBER_OTHER)
			break;
		if (!read_change_member(reader, draft, member, err))
			return false;
	}
	return true;
}

static uint64_t type_hash(struct record_reader *reader, struct str type)
{
	if (type.len == reader->last_type_len && memcmp(type.ptr, reader->last_type, type.len) == 0)
		return reader->last_type_hash;
	if (type.len > sizeof(reader->last_type))
		return hash_bytes(type);
	memcpy(reader->last_type, type.ptr, type.len);
	reader->last_type_len = type.len;
	reader->last_type_hash = hash_bytes(type);
	return reader->last_type_hash;
}

static void note_deposed(struct draft *draft, struct str key)
{
	uint64_t hash = hash_bytes(key);

	draft->entry->flags |= ENTRY_DEPOSED;
	draft->entry->deposed_hash = (uint16_t)(hash ^ (hash >> 16) ^ (hash >> 32) ^ (hash >> 48));
}

static void take_text(
    struct record_reader *reader, struct draft *draft, enum member member, struct str text)
{
	struct change_entry *entry = draft->entry;

	if (member == MEMBER_ADDRESS) {
		draft->has_address = true;
		entry->address_hash = hash_bytes(text);
	} else if (member == MEMBER_PREVIOUS) {
		draft->has_previous = true;
		draft->previous_hash = hash_bytes(text);
	} else if (member == MEMBER_TYPE) {
		entry->type_hash = type_hash(reader, text);
	} else if (member == MEMBER_MODE) {
		entry->flags |= str_is(text, "managed") ? 0 : ENTRY_DATA;
	} else if (member == MEMBER_DEPOSED) {
		note_deposed(draft, text);
	}
}

/* A text member; a value of another kind has been skipped and counts as missing. */
NODISCARD static bool read_text(
    struct record_reader *reader, struct draft *draft, enum member member, struct err *err)
{
	struct span span;
	struct str text;
	char kind = '"';
	bool is_null;

	if (member == MEMBER_PROVIDER && reader->tool_known)
		return cursor_skip(reader->cursor, &span, err);
	if (member == MEMBER_DEPOSED && !cursor_peek(reader->cursor, &kind, err))
		return false;
	if (!cursor_string(reader->cursor, &text, &is_null, err))
		return false;
	/* the first releases wrote true where the key belongs */
	if (kind == 't')
		note_deposed(draft, STR("true"));
	if (is_null || text.len == 0)
		return true;
	if (member == MEMBER_PROVIDER)
		(void)record_note_provider(reader, text);
	take_text(reader, draft, member, text);
	return true;
}

NODISCARD static bool read_members(
    struct record_reader *reader, struct draft *draft, struct err *err)
{
	enum member member;

	for (;;) {
		if (!next_member(reader, &record_table, draft, &member, err))
			return false;
		if (member == MEMBER_OTHER)
			return true;
		if (!(member == MEMBER_CHANGE ? read_change(reader, draft, err)
					      : read_text(reader, draft, member, err)))
			return false;
	}
}

NODISCARD static bool read_deferred(
    struct record_reader *reader, struct draft *draft, struct err *err)
{
	enum member member;
	bool entered;

	for (;;) {
		if (!next_member(reader, &deferred_table, draft, &member, err))
			return false;
		if (member == MEMBER_OTHER)
			return true;
		if (!enter_change(reader, "'resource_change'", &entered, err) ||
		    (entered && !read_members(reader, draft, err)))
			return false;
	}
}

/* A record without an address or a mode: its other parts tell them. */
NODISCARD static bool complete_draft(
    const struct record_reader *reader, enum change_set set, struct draft *draft, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct jsonr json = {.file = input_name(reader->input)};
	struct change_entry *entry = draft->entry;
	struct err first = {0};
	struct change_head head;
	struct value element;
	struct str text;

	if (!input_text(arena, reader->input, entry->offset, entry->len, &text, err))
		return false;
	if (!jsonr_read(arena, text, &json, &element, &first)) {
		/* Again with the place: to look that up reads the input from its beginning. */
		cursor_position(
		    reader->cursor, entry->offset, &json.origin_line, &json.origin_column);
		return jsonr_read(arena, text, &json, &element, err);
	}
	if (!change_read_head(arena, set, element, &head, err))
		return false;
	entry->address_hash = hash_bytes(head.address);
	if (!str_is(head.mode, "managed"))
		entry->flags |= ENTRY_DATA;
	return true;
}

NODISCARD static bool finish_entry(const struct record_reader *reader, uint64_t offset,
    struct change_entry *entry, struct err *err)
{
	uint64_t len = cursor_offset(reader->cursor) - offset;

	if (len > UINT32_MAX)
		return fail_at(reader, offset, ERR_LIMIT, "a change is larger than 4 GiB", err);
	entry->offset = offset;
	entry->len = (uint32_t)len;
	return true;
}

bool record_read(
    struct record_reader *reader, enum change_set set, struct change_entry *out, struct err *err)
{
	struct draft draft = {.entry = out};
	uint64_t offset;
	char kind;

	*out = (struct change_entry){.action = ACTION_OTHER};
	if (!cursor_peek(reader->cursor, &kind, err))
		return false;
	if (kind != '{')
		return record_wrong_kind(reader, "a change", kind, "map", err);
	offset = cursor_offset(reader->cursor);
	if (!cursor_enter(reader->cursor, '{', err))
		return false;
	if (!(set == CHANGES_DEFERRED ? read_deferred(reader, &draft, err)
				      : read_members(reader, &draft, err)))
		return false;
	if (!finish_entry(reader, offset, out, err))
		return false;
	if ((!draft.has_address || !(draft.seen & (1U << MEMBER_MODE))) &&
	    !complete_draft(reader, set, &draft, err))
		return false;
	reader->seen = draft.seen;
	if (draft.has_previous && draft.previous_hash != out->address_hash)
		out->flags |= ENTRY_MOVED;
	return true;
}

bool record_parts(const struct record_reader *reader, uint64_t offset, struct still_parts *out)
{
	const struct {
		enum member member;
		struct str *out;
	} parts[] = {
	    {MEMBER_BEFORE, &out->before},
	    {MEMBER_AFTER, &out->after},
	    {MEMBER_UNKNOWN, &out->unknown},
	    {MEMBER_BEFORE_MARKS, &out->before_marks},
	    {MEMBER_AFTER_MARKS, &out->after_marks},
	};
	struct str record = cursor_seen(reader->cursor, offset);

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const struct span *span = &reader->parts[parts[i].member];
		bool is_there = reader->seen & (1U << parts[i].member);

		*parts[i].out = STR_EMPTY;
		if (is_there && record.len > 0)
			*parts[i].out = str_from_to(record, (size_t)(span->offset - offset),
			    (size_t)(span->offset + span->len - offset));
	}
	return record.len > 0;
}

bool record_read_output(struct record_reader *reader, uint64_t offset, struct str name,
    struct change_entry *out, struct err *err)
{
	struct draft draft = {.entry = out};
	char kind;

	*out = (struct change_entry){
	    .action = ACTION_OTHER,
	    .address_hash = hash_bytes(name),
	    .type_hash = hash_bytes(name),
	};
	if (!cursor_peek(reader->cursor, &kind, err))
		return false;
	if (kind != '{')
		return record_wrong_kind(reader, "the change of an output", kind, "map", err);
	return read_change(reader, &draft, err) && finish_entry(reader, offset, out, err);
}
