#include "report/report_read.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/size.h"
#include "parser/plan_parts.h"
#include "parser/secrets.h"
#include "report/outcome.h"

#define PART_BYTES_MAX ((uint64_t)1 << 20) /* of what is read as a whole: facts, fingerprint */
#define TEXT_MAX       ((size_t)1000)
#define ROWS_FIRST     ((size_t)64)

struct reader {
	struct arena *arena; /* of the result */
	struct cursor *cursor;
	struct report *report;
	size_t row_room;
	bool has_schema, has_version;
	enum leaf_kind kind; /* of the list that is being read */
};

typedef bool field_reader(struct reader *reader, struct err *err);

struct field {
	const char *key;
	field_reader *read;
};

/* --- places in the input --- */

static bool refuse(const struct reader *reader, uint64_t offset, enum err_code code,
    const char *text, struct err *err)
{
	int line = 0, column = 0;

	cursor_position(reader->cursor, offset, &line, &column);
	return err_set_at(err, code, input_name(reader->report->input), line, column, "%s", text);
}

/* The value at a span, as a tree in `arena`. */
NODISCARD static bool read_span(struct arena *arena, const struct input *input, struct span span,
    struct value *out, struct err *err)
{
	struct jsonr json = {.file = input_name(input)};
	struct str text;

	return input_text(arena, input, span.offset, (size_t)span.len, &text, err) &&
	       jsonr_read(arena, text, &json, out, err);
}

/* Skips the next value and reads it; *out belongs to `arena`. */
NODISCARD static bool read_part(struct reader *reader, struct arena *arena, uint64_t limit,
    struct span *span, struct value *out, struct err *err)
{
	int line = 0, column = 0;

	if (!cursor_skip(reader->cursor, span, err))
		return false;
	if (span->len > limit)
		return refuse(reader, span->offset, ERR_LIMIT,
		    "a part of the report is larger than any that tfherald writes", err);
	if (read_span(arena, reader->report->input, *span, out, err))
		return true;
	if (err->line > 0) {
		cursor_position(reader->cursor, span->offset, &line, &column);
		err->column += err->line == 1 ? column - 1 : 0;
		err->line += line - 1;
	}
	return false;
}

static struct str short_text(struct arena *arena, struct str text)
{
	return str_copy(arena, str_from_to(text, 0, size_min(text.len, TEXT_MAX)));
}

/* --- objects --- */

/* Keys that are not in the table are skipped; a known one stands once. */
NODISCARD static bool read_fields(
    struct reader *reader, const struct field *fields, size_t count, struct err *err)
{
	uint32_t seen = 0;
	struct span span;
	struct str key;
	bool more;
	size_t i;

	if (!cursor_enter(reader->cursor, '{', err))
		return false;
	for (;;) {
		uint64_t offset = cursor_offset(reader->cursor);

		if (!cursor_key(reader->cursor, &key, &more, err))
			return false;
		if (!more)
			return true;
		for (i = 0; i < count && !str_is(key, fields[i].key); i++)
			;
		if (i < count && (seen & 1u << i))
			return refuse(
			    reader, offset, ERR_INVALID, "a key of the report stands twice", err);
		if (i < count) {
			seen |= 1u << i;
			if (!fields[i].read(reader, err))
				return false;
		} else if (!cursor_skip(reader->cursor, &span, err)) {
			return false;
		}
	}
}

NODISCARD static bool read_text(struct reader *reader, struct str *out, struct err *err)
{
	struct str text;
	bool is_null;

	if (!cursor_string(reader->cursor, &text, &is_null, err))
		return false;
	*out = is_null ? STR_EMPTY : short_text(reader->arena, text);
	return true;
}

/* --- the run --- */

NODISCARD static bool read_schema(struct reader *reader, struct err *err)
{
	uint64_t offset = cursor_offset(reader->cursor);
	struct str schema;

	if (!read_text(reader, &schema, err))
		return false;
	reader->has_schema = true;
	if (str_is(schema, OUTCOME_SCHEMA))
		return true;
	return refuse(reader, offset, ERR_INVALID,
	    "the schema is not that of a report which 'tfherald plan --report FILE' writes", err);
}

NODISCARD static bool read_version(struct reader *reader, struct err *err)
{
	uint64_t offset = cursor_offset(reader->cursor);
	struct str version;

	if (!cursor_raw(reader->cursor, &version, err))
		return false;
	reader->has_version = true;
	if (str_is(version, "1"))
		return true;
	return refuse(reader, offset, ERR_INVALID,
	    "the report has a version that this tfherald does not know (it knows 1)", err);
}

NODISCARD static bool read_operation(struct reader *reader, struct err *err)
{
	return read_text(reader, &reader->report->operation, err);
}

NODISCARD static bool read_time(struct reader *reader, struct err *err)
{
	return read_text(reader, &reader->report->time, err);
}

NODISCARD static bool read_facts(struct reader *reader, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct report *report = reader->report;
	const struct {
		const char *key;
		struct str *out;
	} facts[] = {
	    {"repository", &report->repository},
	    {"commit", &report->commit},
	    {"directory", &report->directory},
	    {"target", &report->target},
	};
	struct value value = value_null();
	struct span span;

	if (!read_part(reader, temp, PART_BYTES_MAX, &span, &value, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		const struct value *fact = value_get_c(value, facts[i].key);

		if (fact)
			*facts[i].out = short_text(reader->arena, value_get_str(*fact, "value"));
	}
	return true;
}

static size_t count_of(struct value map, const char *key)
{
	int64_t count = value_get_int(map, key, 0);

	return count > 0 ? (size_t)count : 0;
}

NODISCARD static bool read_fingerprint(struct reader *reader, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct plan_fingerprint *out = &reader->report->fingerprint;
	struct value value = value_null();
	struct str key_id;
	struct span span;

	if (!read_part(reader, temp, PART_BYTES_MAX, &span, &value, err))
		return false;
	if (value.kind == VALUE_NULL)
		return true;
	if (!plan_fingerprint_is_one(value_get_str(value, "plan")))
		return refuse(reader, span.offset, ERR_INVALID,
		    "expected a fingerprint like \"pf1:...\" in 'plan' of 'fingerprint'", err);
	key_id = value_get_str(value, "key_id");
	*out = (struct plan_fingerprint){
	    .text = str_copy(reader->arena, value_get_str(value, "plan")),
	    .count = count_of(value, "leaves"),
	    .hidden_keyed = count_of(value, "hidden_keyed"),
	    .hidden_left_out = count_of(value, "hidden_left_out"),
	    .key_id =
		plan_fingerprint_is_key_id(key_id) ? str_copy(reader->arena, key_id) : STR_EMPTY,
	};
	return true;
}

/* --- the plan --- */

static struct report_row *next_row(struct reader *reader)
{
	struct report *report = reader->report;
	size_t size = sizeof(*report->rows);

	if (report->row_count == reader->row_room) {
		size_t room = size_max(ROWS_FIRST, reader->row_room * 2);

		report->rows =
		    arena_grow(reader->arena, report->rows, reader->row_room * size, room * size);
		reader->row_room = room;
	}
	return &report->rows[report->row_count++];
}

/* Whoever reads the report sees the address, what is compared is the leaf. */
static bool is_of_row(
    struct arena *scratch, enum leaf_kind kind, struct value row, const struct change_leaf *leaf)
{
	const char *name = kind == LEAF_OUTPUT ? "name" : "address";

	return kind == LEAF_ACTION || leaf_is_of(leaf, scratch, kind, value_get_str(row, name),
					  value_get_str(row, "deposed"));
}

NODISCARD static bool read_row(struct reader *reader, struct arena *scratch, struct err *err)
{
	struct change_leaf leaf;
	struct value value = value_null();
	const struct value *text;
	struct span span;

	if (!read_part(reader, scratch, REPORT_ROW_BYTES_MAX, &span, &value, err))
		return false;
	text = value_get_c(value, "leaf");
	if (!text || text->kind == VALUE_NULL)
		return true;
	if (!leaf_from_text(value_text(*text), &leaf))
		return refuse(reader, span.offset, ERR_INVALID,
		    "expected 32 letters of base64url in 'leaf' of this change", err);
	if (!is_of_row(scratch, reader->kind, value, &leaf))
		return refuse(reader, span.offset, ERR_INVALID,
		    "'leaf' is not that of 'address': the report was changed by hand", err);
	if (reader->report->row_count == REPORT_ROWS_MAX)
		return refuse(
		    reader, span.offset, ERR_LIMIT, "the report has too many changes", err);
	*next_row(reader) = (struct report_row){leaf, (uint8_t)reader->kind, span};
	return true;
}

NODISCARD static bool read_rows(struct reader *reader, enum leaf_kind kind, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	bool more;

	reader->kind = kind;
	if (!cursor_enter(reader->cursor, '[', err))
		return false;
	for (;;) {
		struct arena_mark mark = arena_save(scratch);

		if (!cursor_item(reader->cursor, &more, err))
			return false;
		if (!more || !read_row(reader, scratch, err))
			return !more;
		arena_rewind(scratch, mark);
	}
}

NODISCARD static bool read_changes(struct reader *reader, struct err *err)
{
	return read_rows(reader, LEAF_RESOURCE, err);
}

NODISCARD static bool read_outputs(struct reader *reader, struct err *err)
{
	return read_rows(reader, LEAF_OUTPUT, err);
}

NODISCARD static bool read_drift(struct reader *reader, struct err *err)
{
	return read_rows(reader, LEAF_DRIFT, err);
}

NODISCARD static bool read_deferred(struct reader *reader, struct err *err)
{
	return read_rows(reader, LEAF_DEFERRED, err);
}

NODISCARD static bool read_invocations(struct reader *reader, struct err *err)
{
	return read_rows(reader, LEAF_ACTION, err);
}

NODISCARD static bool read_errored(struct reader *reader, struct err *err)
{
	struct str raw;

	if (!cursor_raw(reader->cursor, &raw, err))
		return false;
	reader->report->errored = str_is(raw, "true");
	return true;
}

NODISCARD static bool read_plan(struct reader *reader, struct err *err)
{
	static const struct field fields[] = {
	    {"errored", read_errored},
	    {"invocations", read_invocations},
	    {"outputs", read_outputs},
	    {"deferred", read_deferred},
	    {"drift", read_drift},
	    {"changes", read_changes},
	};
	struct span span;
	char kind;

	if (!cursor_peek(reader->cursor, &kind, err))
		return false;
	if (kind == 'n')
		return cursor_skip(reader->cursor, &span, err);
	reader->report->has_plan = true;
	return read_fields(reader, fields, ARRAY_LEN(fields), err);
}

/* --- the whole --- */

NODISCARD static bool read_top(struct reader *reader, struct err *err)
{
	static const struct field fields[] = {
	    {"schema", read_schema},
	    {"version", read_version},
	    {"operation", read_operation},
	    {"time", read_time},
	    {"facts", read_facts},
	    {"fingerprint", read_fingerprint},
	    {"plan", read_plan},
	};
	char kind;

	if (!cursor_peek(reader->cursor, &kind, err))
		return false;
	if (kind != '{')
		return refuse(reader, 0, ERR_INVALID,
		    "expected the JSON of a report, as 'tfherald plan --report FILE' writes it",
		    err);
	if (!read_fields(reader, fields, ARRAY_LEN(fields), err) ||
	    !cursor_peek(reader->cursor, &kind, err))
		return false;
	if (kind != '\0')
		return refuse(reader, cursor_offset(reader->cursor), ERR_SYNTAX,
		    "something stands behind the end of the report", err);
	if (!reader->has_schema || !reader->has_version)
		return refuse(reader, 0, ERR_INVALID,
		    "this is no report: it has no 'schema' and 'version'; "
		    "'tfherald plan --report FILE' writes one",
		    err);
	return true;
}

/* Only action invocations have leaves without a row, when there are more than a report lists. */
static bool may_lack_rows(const struct report *report)
{
	size_t actions = 0;

	for (size_t i = 0; i < report->row_count; i++)
		actions += report->rows[i].kind == LEAF_ACTION;
	return actions >= PARTS_MAX && report->row_count < report->fingerprint.count;
}

/* Whoever changed a leaf or cut some off would have to change the fingerprint, which is shown. */
NODISCARD static bool check_leaves(
    const struct reader *reader, struct report *report, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct change_leaf *leaves;

	if (report->fingerprint.text.len == 0 || may_lack_rows(report))
		return true;
	leaves = arena_alloc(temp, report->row_count * sizeof(*leaves));
	for (size_t i = 0; i < report->row_count; i++)
		leaves[i] = report->rows[i].leaf;
	if (report->row_count == report->fingerprint.count &&
	    str_eq(
		plan_fingerprint_text(temp, leaves, report->row_count), report->fingerprint.text))
		return true;
	return refuse(reader, 0, ERR_INVALID,
	    "the fingerprint is not that of the changes: the report was changed by hand", err);
}

bool report_read(
    struct arena *arena, const struct input *input, struct report *out, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct reader reader = {.arena = arena, .report = out};

	*out = (struct report){
	    .input = input,
	    .operation = STR_EMPTY,
	    .time = STR_EMPTY,
	    .repository = STR_EMPTY,
	    .commit = STR_EMPTY,
	    .directory = STR_EMPTY,
	    .target = STR_EMPTY,
	    .fingerprint.text = STR_EMPTY,
	};
	if (input_size(input) > REPORT_BYTES_MAX)
		return err_set_at(err, ERR_LIMIT, input_name(input), 0, 0,
		    "a report is at most %llu bytes", (unsigned long long)REPORT_BYTES_MAX);
	reader.cursor = cursor_new(temp, input, 0);
	return (read_top(&reader, err) && check_leaves(&reader, out, err)) ||
	       err_in_file(err, input_name(input));
}

/* What tells the kind of a value is no text of a plan. */
static bool is_name(struct str key)
{
	static const char *const names[] = {
	    "address", "previous_address", "module", "name", "path", "type", "provider"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(key, names[i]))
			return true;
	}
	return false;
}

static struct value hide(
    struct arena *arena, const struct secrets *secrets, struct value value, bool in_name)
{
	struct value *items;
	struct value_entry *entries;
	struct str duplicate;

	if (value.kind == VALUE_STRING && in_name)
		return value_string(secrets_hide_name(arena, secrets, value_text(value)));
	if (secrets_are_in_scalar(secrets, value))
		return value_string(value.kind == VALUE_STRING
					? secrets_hide(arena, secrets, value_text(value))
					: STR(SHOWN_SENSITIVE));
	if (value.kind == VALUE_LIST) {
		items = arena_array(arena, struct value, value.len + 1U);
		for (uint32_t i = 0; i < value.len; i++)
			items[i] = hide(arena, secrets, value.as.items[i], false);
		value.as.items = items;
	}
	if (value.kind == VALUE_MAP) {
		entries = arena_array(arena, struct value_entry, value.len + 1U);
		for (uint32_t i = 0; i < value.len; i++) {
			entries[i] = value.as.entries[i];
			entries[i].value = hide(
			    arena, secrets, entries[i].value, is_name(value_text(entries[i].key)));
		}
		/* the keys are those of a map */
		(void)!value_map(arena, entries, value.len, &value, &duplicate);
	}
	return value;
}

bool report_load(struct arena *arena, const struct report *report, const struct report_row *row,
    struct value *out, struct err *err)
{
	if (!read_span(arena, report->input, row->span, out, err))
		return false;
	if (report->secrets && secrets_count(report->secrets) > 0)
		*out = hide(arena, report->secrets, *out, false);
	return true;
}
