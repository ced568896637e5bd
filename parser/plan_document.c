#include "parser/plan_document.h"

#include "base/arena.h"
#include "base/input.h"

/* Lines of a text that begin with a bracket and are no JSON; beyond these it is not worth looking.
 */
#define CANDIDATES_MAX 256
#define SCAN_BLOCK     ((size_t)64 << 10)
/* How much of a line is looked at for what stands before and behind a bracket in its middle. */
#define PREFIX_MAX  ((size_t)512)
#define OPENING_MAX ((size_t)64)

/* Keys that tell what a document is. The first group decides at once, the others at the end. */
enum clue {
	CLUE_PLAN = 1 << 0,
	CLUE_STREAM = 1 << 1,
	CLUE_VALUES = 1 << 2,
	CLUE_FORMAT = 1 << 3,
	CLUE_SERIAL = 1 << 4,
	CLUE_VERSION = 1 << 5,
	CLUE_SCHEMAS = 1 << 6,
	CLUE_VALID = 1 << 7,
	CLUE_OTHER = 1 << 8,
	CLUE_CHECKS = 1 << 9,	     /* both a state and a plan have them */
	CLUE_NEWER = 1 << 10,	     /* the version is newer than those known here */
	CLUE_STATE_FORMAT = 1 << 11, /* the version is one that states have */
};

static const struct {
	const char *key;
	unsigned clue;
} clues[] = {
    {"resource_changes", CLUE_PLAN},
    {"planned_values", CLUE_PLAN},
    {"output_changes", CLUE_PLAN},
    {"resource_drift", CLUE_PLAN},
    {"deferred_changes", CLUE_PLAN},
    {"action_invocations", CLUE_PLAN},
    {"prior_state", CLUE_PLAN},
    {"relevant_attributes", CLUE_PLAN},
    {"plan_format_version", CLUE_PLAN},
    {"applyable", CLUE_PLAN},
    {"@level", CLUE_STREAM},
    {"@message", CLUE_STREAM},
    {"values", CLUE_VALUES},
    {"checks", CLUE_CHECKS},
    {"format_version", CLUE_FORMAT},
    {"terraform_version", CLUE_VERSION},
    {"lineage", CLUE_SERIAL},
    {"serial", CLUE_SERIAL},
    {"provider_schemas", CLUE_SCHEMAS},
    {"valid", CLUE_VALID},
};

static const char *const kind_texts[] = {
    [DOCUMENT_NONE] = "no JSON",
    [DOCUMENT_PLAN] = "the JSON of a plan",
    [DOCUMENT_STREAM] = "the -json stream of a run, not the JSON of a plan",
    [DOCUMENT_STATE] = "the JSON of a state, not of a plan",
    [DOCUMENT_STATE_RAW] = "a state file, not the JSON of a plan",
    [DOCUMENT_SCHEMAS] = "the JSON of provider schemas, not of a plan",
    [DOCUMENT_VALIDATE] = "the JSON of terraform validate, not of a plan",
    [DOCUMENT_LIST] = "a JSON list, not the JSON of a plan",
    [DOCUMENT_VERSION] = "JSON with nothing but versions, not that of a plan",
    [DOCUMENT_OTHER] = "JSON, but not that of a plan",
};

const char *document_kind_text(enum document_kind kind)
{
	return kind_texts[kind];
}

static unsigned clue_of(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(clues); i++) {
		if (str_is(key, clues[i].key))
			return clues[i].clue;
	}
	return CLUE_OTHER;
}

static enum document_kind kind_of(unsigned seen)
{
	if (seen & CLUE_PLAN)
		return DOCUMENT_PLAN;
	if (seen & CLUE_STREAM)
		return DOCUMENT_STREAM;
	if (seen & CLUE_SERIAL)
		return DOCUMENT_STATE_RAW;
	if (seen & CLUE_SCHEMAS)
		return DOCUMENT_SCHEMAS;
	if (seen & CLUE_VALID)
		return DOCUMENT_VALIDATE;
	if (!(seen & CLUE_FORMAT))
		return DOCUMENT_OTHER;
	if (seen & CLUE_VALUES)
		return DOCUMENT_STATE;
	if ((seen & CLUE_NEWER) && (seen & CLUE_OTHER))
		return DOCUMENT_PLAN;
	if (seen & CLUE_OTHER)
		return DOCUMENT_OTHER;
	/* an empty state is nothing but its versions */
	if (!(seen & CLUE_NEWER) && (seen & (CLUE_VERSION | CLUE_STATE_FORMAT)))
		return DOCUMENT_STATE;
	return DOCUMENT_VERSION;
}

/* A plan of the future may have none of the keys of today, but its version tells. */
NODISCARD static bool skip_value(
    struct cursor *cursor, bool is_version, unsigned *seen, struct err *why)
{
	enum format_age age;
	struct str version;
	struct span span;
	bool is_null;

	if (!is_version)
		return cursor_skip(cursor, &span, why);
	if (!cursor_string(cursor, &version, &is_null, why))
		return false;
	age = plan_format_age(version);
	if (age == FORMAT_NEWER_MAJOR || age == FORMAT_NEWER_MINOR)
		*seen |= CLUE_NEWER;
	if (str_is(version, "1.0") || str_starts(version, STR("0.")))
		*seen |= CLUE_STATE_FORMAT;
	return true;
}

/* Walks over the document until it is known; *end is where it stopped. */
NODISCARD static bool walk(
    struct cursor *cursor, enum document_kind *kind, uint64_t *end, struct err *why)
{
	unsigned seen = 0;
	struct str key;
	bool more = true;

	if (!cursor_enter(cursor, '{', why))
		return false;
	while (!(seen & (CLUE_PLAN | CLUE_STREAM))) {
		if (!cursor_key(cursor, &key, &more, why))
			return false;
		if (!more)
			break;
		seen |= clue_of(key);
		if (!(seen & (CLUE_PLAN | CLUE_STREAM)) &&
		    !skip_value(cursor, str_is(key, "format_version"), &seen, why))
			return false;
	}
	*kind = kind_of(seen);
	*end = cursor_offset(cursor);
	return true;
}

NODISCARD static bool classify(const struct input *input, uint64_t offset, enum document_kind *kind,
    uint64_t *end, struct err *why)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct cursor *cursor = cursor_new(temp, input, offset);
	struct span span;
	char first;

	*kind = DOCUMENT_NONE;
	*end = offset + 1;
	if (!cursor_peek(cursor, &first, why))
		return false;
	if (first != '[')
		return walk(cursor, kind, end, why);
	if (!cursor_skip(cursor, &span, why))
		return false;
	*kind = DOCUMENT_LIST;
	*end = span.offset + span.len;
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A block of the input, to look through byte by byte. */
struct scan {
	const struct input *input;
	char block[SCAN_BLOCK];
	uint64_t offset; /* of the block */
	size_t len;
};

/* The byte at `offset`; *c is 0 and *found false at the end. */
NODISCARD static bool scan_byte(
    struct scan *scan, uint64_t offset, char *c, bool *found, struct err *err)
{
	if (offset < scan->offset || offset >= scan->offset + scan->len) {
		scan->offset = offset;
		if (!input_read_at(scan->input, offset, scan->block, SCAN_BLOCK, &scan->len, err))
			return false;
	}
	*found = scan->len > 0;
	*c = (char)(*found ? scan->block[offset - scan->offset] : '\0');
	return true;
}

NODISCARD static bool skip_space(struct scan *scan, uint64_t *offset, char *c, struct err *err)
{
	bool found;

	for (;; ++*offset) {
		if (!scan_byte(scan, *offset, c, &found, err))
			return false;
		if (!found || !is_space(*c))
			return true;
	}
}

/* Text from `offset` within the block, read again when it would be cut; at most `most` bytes. */
NODISCARD static bool scan_text(
    struct scan *scan, uint64_t offset, size_t most, struct str *out, struct err *err)
{
	size_t at;

	if (offset < scan->offset || offset + most > scan->offset + scan->len) {
		scan->offset = offset;
		if (!input_read_at(scan->input, offset, scan->block, SCAN_BLOCK, &scan->len, err))
			return false;
	}
	at = (size_t)(offset - scan->offset);
	*out = (struct str){scan->block + at, scan->len - at};
	if (out->len > most)
		out->len = most;
	return true;
}

/* Moves to the next curly bracket. */
NODISCARD static bool next_bracket(
    struct scan *scan, uint64_t *offset, bool *found, struct err *err)
{
	const char *bracket;
	size_t at;
	char c;

	for (;;) {
		if (!scan_byte(scan, *offset, &c, found, err))
			return false;
		if (!*found)
			return true;
		at = (size_t)(*offset - scan->offset);
		bracket = memchr(scan->block + at, '{', scan->len - at);
		*offset = scan->offset + (bracket ? (size_t)(bracket - scan->block) : scan->len);
		if (bracket)
			return true;
	}
}

/* `{ "format_version"`, or another key that tells. */
static bool opens_known(struct str text)
{
	size_t end;

	(void)str_eat(&text, STR("{"));
	text = str_trim(text);
	if (!str_eat(&text, STR("\"")) || !str_find_char(text, '"', &end))
		return false;
	return (clue_of(str_from_to(text, 0, end)) &
		   (CLUE_PLAN | CLUE_STREAM | CLUE_FORMAT | CLUE_VERSION)) != 0;
}

/*
 * What a log writes before a line of somebody else. Terraform indents what is data; what a
 * provisioner prints ("aws_x.y (local-exec): ") and values of outputs ("x = ") are data, too.
 */
static bool is_log_prefix(struct str prefix)
{
	char c = (char)(prefix.len > 0 ? prefix.ptr[0] : ' ');
	bool begins = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '[' || c == '<' || c == '\'';

	return begins && !str_contains(prefix, STR("{")) && !str_contains(prefix, STR("-exec)")) &&
	       !str_ends(prefix, STR("): ")) && !str_ends(prefix, STR("= "));
}

/* The bracket at `offset`: at the start of a line, or behind the prefix of a log? */
NODISCARD static bool is_candidate(struct scan *scan, uint64_t offset, bool *is, struct err *err)
{
	uint64_t start = offset > PREFIX_MAX ? offset - PREFIX_MAX : 0;
	struct str text, before;
	const char *feed;

	if (!scan_text(scan, offset, OPENING_MAX, &text, err))
		return false;
	*is = opens_known(text);
	if (!scan_text(
		scan, *is ? start : offset - 1, *is ? (size_t)(offset - start) : 1, &before, err))
		return false;
	if (before.len > 0 && before.ptr[before.len - 1] == '\n') {
		*is = true;
		return true;
	}
	feed = memrchr(before.ptr, '\n', before.len);
	if (feed)
		before = str_skip(before, (size_t)(feed - before.ptr) + 1);
	*is = *is && (feed || start == 0) && is_log_prefix(before);
	return true;
}

/* Told by the bytes beside it, as nearly all are: neither at the start of a line nor before a key.
 */
static bool is_plain_bracket(const struct scan *scan, uint64_t offset)
{
	size_t at = (size_t)(offset - scan->offset);

	return at > 0 && at + 1 < scan->len && scan->block[at - 1] != '\n' &&
	       scan->block[at + 1] != '"' && !is_space(scan->block[at + 1]);
}

/* The next document that may begin at `offset` or behind it, but not at the first byte. */
NODISCARD static bool next_candidate(
    struct scan *scan, uint64_t *offset, bool *found, struct err *err)
{
	bool is = false;

	for (;; ++*offset) {
		if (!next_bracket(scan, offset, found, err))
			return false;
		if (!*found)
			return true;
		if (is_plain_bracket(scan, *offset))
			continue;
		if (!is_candidate(scan, *offset, &is, err))
			return false;
		if (is)
			return true;
	}
}

/* "[INFO] ..." begins a log, not a list. */
NODISCARD static bool starts_json(
    struct scan *scan, uint64_t offset, char first, bool *starts, struct err *err)
{
	char c;

	*starts = first == '{';
	if (first != '[')
		return true;
	offset++;
	if (!skip_space(scan, &offset, &c, err))
		return false;
	*starts = c == '{' || c == ']';
	return true;
}

/* Tries one candidate; *end is where to go on. */
NODISCARD static bool try_candidate(
    struct scan *scan, uint64_t offset, struct document *out, uint64_t *end, struct err *err)
{
	struct err why = {0};
	enum document_kind kind;

	if (!classify(scan->input, offset, &kind, end, &why)) {
		if (why.code == ERR_IO) {
			*err = why;
			return false;
		}
		if (out->why.code == ERR_NONE)
			out->why = why;
		out->text_before = true;
		*end = offset;
		return true;
	}
	if (out->kind == DOCUMENT_NONE || kind == DOCUMENT_PLAN || kind == DOCUMENT_STREAM) {
		out->kind = kind;
		out->offset = offset;
	}
	if (kind != DOCUMENT_PLAN && kind != DOCUMENT_STREAM)
		out->documents_before++;
	return true;
}

/* From the end of a candidate to the next one. */
NODISCARD static bool find_next(struct scan *scan, uint64_t end, uint64_t *offset, bool *found,
    struct document *out, struct err *err)
{
	char c = '\0';

	if (end > *offset) {
		*offset = end;
		if (!skip_space(scan, offset, &c, err))
			return false;
	} else {
		++*offset;
	}
	*found = c == '{';
	if (*found)
		return true;
	out->text_before = out->text_before || c != '\0';
	return next_candidate(scan, offset, found, err);
}

bool document_find(const struct input *input, struct document *out, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct scan *scan = arena_make(temp, struct scan);
	uint64_t offset = 0, end;
	bool found;
	char first;

	*out = (struct document){.kind = DOCUMENT_NONE};
	scan->input = input;
	if (!skip_space(scan, &offset, &first, err) ||
	    !starts_json(scan, offset, first, &found, err))
		return false;
	out->starts_input = found;
	if (!found) {
		out->text_before = true;
		if (!next_candidate(scan, &offset, &found, err))
			return false;
	}
	for (int tries = 0; found && tries < CANDIDATES_MAX; tries++) {
		if (!try_candidate(scan, offset, out, &end, err))
			return false;
		if (out->kind == DOCUMENT_PLAN || out->kind == DOCUMENT_STREAM)
			break;
		if (!find_next(scan, end, &offset, &found, out, err))
			return false;
	}
	return true;
}
