#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/plan.h"
#include "parser/plan_change.h"

/* Wanted records that follow each other closely in the input come with one read. */
#define LOAD_WINDOW ((size_t)256 << 10)
#define LOAD_GAP    ((uint64_t)4 << 10)

struct loader {
	const struct plan *plan;
	enum change_set set;
	enum visit_filter filter;
	struct arena *scratch;
	bool in_memory; /* the whole input */
	char *window;
	uint64_t offset; /* of the window */
	size_t len;
};

/* Does a change that is wanted at all belong to this half? */
static bool filter_takes(enum visit_filter filter, enum action action)
{
	bool loses = action <= ACTION_OTHER;

	return (filter != VISIT_LOSSES || loses) && (filter != VISIT_GAINS || !loses);
}

static bool is_wanted(
    const struct change_entry *entry, enum change_set set, enum visit_filter filter)
{
	if (filter == VISIT_ALL)
		return true;
	if (!filter_takes(filter, (enum action)entry->action))
		return false;
	if (set == CHANGES_OUTPUT || set == CHANGES_DRIFT)
		return entry->action != ACTION_NOOP;
	return entry_is_change(entry) || (entry->flags & (ENTRY_MOVED | ENTRY_IMPORTING));
}

/* How much to read for this record and the wanted ones close behind it. */
static size_t batch_len(const struct loader *loader, size_t first)
{
	const struct change_entry *entries = loader->plan->entries[loader->set];
	uint64_t start = entries[first].offset, end = start + entries[first].len;

	for (size_t i = first + 1; i < loader->plan->counts[loader->set]; i++) {
		uint64_t next = entries[i].offset + entries[i].len;

		if (next < end || next - start > LOAD_WINDOW || entries[i].offset > end + LOAD_GAP)
			break;
		if (is_wanted(&entries[i], loader->set, loader->filter))
			end = next;
	}
	return (size_t)(end - start);
}

NODISCARD static bool record_text(
    struct loader *loader, size_t index, struct str *out, struct err *err)
{
	const struct change_entry *entry = &loader->plan->entries[loader->set][index];
	const struct input *input = loader->plan->input;

	if (loader->in_memory || entry->len > LOAD_WINDOW)
		return input_text(loader->scratch, input, entry->offset, entry->len, out, err);
	if (entry->offset < loader->offset ||
	    entry->offset + entry->len > loader->offset + loader->len) {
		loader->offset = entry->offset;
		if (!input_read_at(input, entry->offset, loader->window, batch_len(loader, index),
			&loader->len, err))
			return false;
		if (loader->len < entry->len)
			return err_set(
			    err, ERR_IO, "'%s' shrank while it was read", input_name(input));
	}
	*out = (struct str){loader->window + (entry->offset - loader->offset), entry->len};
	return true;
}

/* Errors of the reader count from the start of the record; turns them into places in the input. */
static bool place_error(const struct loader *loader, uint64_t offset, struct err *err)
{
	struct cursor *cursor = cursor_new(loader->scratch, loader->plan->input, 0);
	int line = 0, column = 0;

	cursor_position(cursor, offset, &line, &column);
	if (err->line == 0) {
		err->line = line;
		err->column = column;
	} else {
		err->column += err->line == 1 ? column - 1 : 0;
		err->line += line - 1;
	}
	return err_in_file(err, input_name(loader->plan->input));
}

/* `, "name" : {...}`: the entry of an output begins before its key. */
NODISCARD static bool read_output(struct loader *loader, const struct change_entry *entry,
    struct str text, struct change *out, struct err *err)
{
	struct jsonr json = {.allow_trailing = true};
	struct value name, change;
	size_t start = 0, lone;

	while (start < text.len && text.ptr[start] != '"')
		start++;
	if (!jsonr_read(loader->scratch, str_skip(text, start), &json, &name, err))
		return place_error(loader, entry->offset + start, err);
	start += json.end;
	lone = json.lone_surrogates;
	while (start < text.len && text.ptr[start] != '{')
		start++;
	json = (struct jsonr){0};
	if (!jsonr_read(loader->scratch, str_skip(text, start), &json, &change, err) ||
	    !change_read_output(loader->scratch, value_text(name), change,
		(entry->flags & ENTRY_SENSITIVE) != 0, out, err))
		return place_error(loader, entry->offset + start, err);
	out->lone_surrogates = lone + json.lone_surrogates;
	return true;
}

NODISCARD static bool load(struct loader *loader, size_t index, struct change *out, struct err *err)
{
	const struct change_entry *entry = &loader->plan->entries[loader->set][index];
	struct jsonr json = {0};
	struct value element;
	struct str text = STR_EMPTY;

	if (!record_text(loader, index, &text, err))
		return false;
	if (loader->set == CHANGES_OUTPUT)
		return read_output(loader, entry, text, out, err);
	if (!jsonr_read(loader->scratch, text, &json, &element, err) ||
	    !change_read(loader->scratch, loader->set, element, out, err))
		return place_error(loader, entry->offset, err);
	out->lone_surrogates = json.lone_surrogates;
	return true;
}

NODISCARD static bool visit_entries(
    struct loader *loader, change_visitor *visitor, void *context, struct err *err)
{
	const struct change_entry *entries = loader->plan->entries[loader->set];

	for (size_t i = 0; i < loader->plan->counts[loader->set]; i++) {
		struct arena_mark mark = arena_save(loader->scratch);
		struct change change;

		if (!is_wanted(&entries[i], loader->set, loader->filter))
			continue;
		if (!load(loader, i, &change, err) || !visitor(context, &change, err))
			return false;
		arena_rewind(loader->scratch, mark);
	}
	return true;
}

static bool row_is_wanted(const struct change_head *head, struct plan_selection selection)
{
	if (selection.filter == VISIT_ALL)
		return true;
	if (!filter_takes(selection.filter, head->action))
		return false;
	if (selection.set == CHANGES_OUTPUT || selection.set == CHANGES_DRIFT)
		return head->action != ACTION_NOOP;
	return action_is_change(head->action) || head->importing || head->previous_address.len > 0;
}

NODISCARD static bool visit_rows(const struct plan *plan, struct plan_selection selection,
    change_visitor *visitor, void *context, struct err *err)
{
	for (size_t i = 0; i < plan->counts[selection.set]; i++) {
		const struct change_row *row = &plan->rows[selection.set][i];
		struct change change = {.head = row->head, .body = row->body};

		if (!row_is_wanted(&row->head, selection))
			continue;
		if (!visitor(context, &change, err))
			return false;
	}
	return true;
}

bool plan_visit(const struct plan *plan, struct plan_selection selection, struct arena *scratch,
    change_visitor *visitor, void *context, struct err *err)
{
	struct arena_mark mark = arena_save(scratch);
	struct loader loader = {
	    .plan = plan, .set = selection.set, .filter = selection.filter, .scratch = scratch};
	struct str bytes;
	bool ok;

	if (plan->counts[selection.set] == 0)
		return true;
	if (plan->form != PLAN_FORM_JSON)
		return visit_rows(plan, selection, visitor, context, err);
	loader.in_memory = input_in_memory(plan->input, &bytes);
	if (!loader.in_memory)
		loader.window = arena_alloc(scratch, LOAD_WINDOW);
	ok = visit_entries(&loader, visitor, context, err);
	arena_rewind(scratch, mark);
	return ok;
}
