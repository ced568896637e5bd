#include "parser/plan_document.h"

#include "base/arena.h"
#include "base/input.h"

/* Lines of a text that begin with a bracket and are no JSON; beyond these it is not worth looking.
 */
#define CANDIDATES_MAX 256
#define SCAN_BLOCK     ((size_t)64 << 10)

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
    {"checks", CLUE_FORMAT},
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
    [DOCUMENT_STREAM] = "the -json stream of a run",
    [DOCUMENT_STATE] = "the JSON of a state",
    [DOCUMENT_STATE_RAW] = "a state file",
    [DOCUMENT_SCHEMAS] = "the JSON of provider schemas",
    [DOCUMENT_VALIDATE] = "the JSON of terraform validate",
    [DOCUMENT_LIST] = "a JSON list",
    [DOCUMENT_OTHER] = "some other JSON",
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
	/* an empty state is nothing but its version */
	if ((seen & CLUE_FORMAT) && !(seen & CLUE_OTHER))
		return DOCUMENT_STATE;
	return DOCUMENT_OTHER;
}

/* Walks over the document until it is known; *end is where it stopped. */
NODISCARD static bool walk(
    struct cursor *cursor, enum document_kind *kind, uint64_t *end, struct err *why)
{
	unsigned seen = 0;
	struct span span;
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
		if (!(seen & (CLUE_PLAN | CLUE_STREAM)) && !cursor_skip(cursor, &span, why))
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
	*c = *found ? scan->block[offset - scan->offset] : (char)'\0';
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

/* Moves behind the next line feed. */
NODISCARD static bool next_line(struct scan *scan, uint64_t *offset, bool *found, struct err *err)
{
	const char *feed;
	size_t at;
	char c;

	for (;;) {
		if (!scan_byte(scan, *offset, &c, found, err))
			return false;
		if (!*found)
			return true;
		at = (size_t)(*offset - scan->offset);
		feed = memchr(scan->block + at, '\n', scan->len - at);
		*offset = scan->offset + (feed ? (size_t)(feed - scan->block) + 1 : scan->len);
		if (feed)
			return true;
	}
}

/* The next line behind `offset` that begins with a curly bracket. */
NODISCARD static bool next_candidate(
    struct scan *scan, uint64_t *offset, bool *found, struct err *err)
{
	char c;

	do {
		if (!next_line(scan, offset, found, err) || !*found)
			return *found == false;
		if (!scan_byte(scan, *offset, &c, found, err))
			return false;
	} while (*found && c != '{');
	return true;
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
