#include "parser/plan_loader.h"
#include "parser/plan_still.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/plan_change.h"

/* Wanted records that follow each other closely in the input come with one read. */
#define LOAD_GAP ((uint64_t)4 << 10)

/* Does a change that is wanted at all belong to this half? */
static bool filter_takes(enum visit_filter filter, enum action action)
{
	bool loses = action <= ACTION_OTHER;

	return (filter != VISIT_LOSSES || loses) && (filter != VISIT_GAINS || !loses);
}

bool plan_selection_takes(struct plan_selection selection, const struct change_entry *entry)
{
	if (selection.filter == VISIT_ALL)
		return true;
	if (!filter_takes(selection.filter, (enum action)entry->action))
		return false;
	if (selection.set == CHANGES_OUTPUT || selection.set == CHANGES_DRIFT)
		return entry->action != ACTION_NOOP;
	return entry_is_change(entry) || (entry->flags & (ENTRY_MOVED | ENTRY_IMPORTING));
}

bool loader_selection_takes(void *context, size_t i, const struct change_entry *entry)
{
	const struct plan_selection *selection = context;

	(void)i;
	return plan_selection_takes(*selection, entry);
}

/* How much to read for this record and the wanted ones close behind it. */
static size_t batch_len(const struct loader *loader, size_t first)
{
	const struct change_entry *entries = loader->plan->entries[loader->set];
	uint64_t start = entries[first].offset, end = start + entries[first].len;

	for (size_t i = first + 1; i < loader->plan->counts[loader->set]; i++) {
		uint64_t next = entries[i].offset + entries[i].len;

		if (next < end || next - start > loader->window_size ||
		    entries[i].offset > end + LOAD_GAP)
			break;
		if (loader->wanted(loader->context, i, &entries[i]))
			end = next;
	}
	return (size_t)(end - start);
}

/* Does it stand in the window? */
static bool loader_has(const struct loader *loader, const struct change_entry *entry)
{
	return entry->offset >= loader->offset &&
	       entry->offset + entry->len <= loader->offset + loader->len;
}

NODISCARD static bool read_window(struct loader *loader, size_t index, struct err *err)
{
	uint64_t offset = loader->plan->entries[loader->set][index].offset;
	size_t len = batch_len(loader, index);

	if (loader->keeps_windows)
		loader->window = arena_alloc(loader->scratch, len);
	loader->offset = offset;
	return input_read_at(loader->plan->input, offset, loader->window, len, &loader->len, err);
}

NODISCARD static bool record_text(
    struct loader *loader, size_t index, struct str *out, struct err *err)
{
	const struct change_entry *entry = &loader->plan->entries[loader->set][index];
	const struct input *input = loader->plan->input;

	if (loader->in_memory || entry->len > loader->window_size)
		return input_text(loader->scratch, input, entry->offset, entry->len, out, err);
	if (!loader_has(loader, entry)) {
		if (!read_window(loader, index, err))
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

bool loader_load(struct loader *loader, size_t index, struct change *out, struct err *err)
{
	const struct change_entry *entry = &loader->plan->entries[loader->set][index];
	struct jsonr json = {0};
	struct still_parts parts;
	struct value element;
	struct str text = STR_EMPTY;

	if (!record_text(loader, index, &text, err))
		return false;
	if (loader->set == CHANGES_OUTPUT)
		return read_output(loader, entry, text, out, err);
	if (loader->marks_only && still_find(text, &parts) &&
	    still_read(loader->scratch, &parts, out))
		return true;
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
		struct arena_mark mark;
		struct change change;

		if (!loader->wanted(loader->context, i, &entries[i]))
			continue;
		mark = arena_save(loader->scratch);
		if (!loader_load(loader, i, &change, err) || !visitor(context, &change, err))
			return false;
		arena_rewind(loader->scratch, mark);
	}
	return true;
}

/* Rows have no entry of their own: what one would say. */
static struct change_entry row_entry(const struct change_head *head)
{
	struct change_entry entry = {
	    .action = (uint8_t)head->action,
	    .address_hash = hash_bytes(head->address),
	    .type_hash = hash_bytes(head->type),
	};

	if (head->previous_address.len > 0)
		entry.flags |= ENTRY_MOVED;
	if (head->importing)
		entry.flags |= ENTRY_IMPORTING;
	if (head->deposed.len > 0)
		entry.flags |= ENTRY_DEPOSED;
	if (head->mode.len > 0 && !str_is(head->mode, "managed"))
		entry.flags |= ENTRY_DATA;
	if (head->sensitive_output)
		entry.flags |= ENTRY_SENSITIVE;
	return entry;
}

bool loader_visit_rows(
    const struct loader *loader, change_visitor *visitor, void *context, struct err *err)
{
	for (size_t i = 0; i < loader->plan->counts[loader->set]; i++) {
		const struct change_row *row = &loader->plan->rows[loader->set][i];
		struct change_entry entry = row_entry(&row->head);
		struct change change = {.head = row->head, .body = row->body};

		if (!loader->wanted(loader->context, i, &entry))
			continue;
		if (!visitor(context, &change, err))
			return false;
	}
	return true;
}

/* `loader` has the plan, the set, the scratch memory and what is wanted. */
NODISCARD static bool visit(
    struct loader *loader, change_visitor *visitor, void *context, struct err *err)
{
	struct arena_mark mark = arena_save(loader->scratch);
	struct str bytes;
	bool ok;

	if (loader->plan->counts[loader->set] == 0)
		return true;
	if (loader->plan->form != PLAN_FORM_JSON)
		return loader_visit_rows(loader, visitor, context, err);
	loader->in_memory = input_in_memory(loader->plan->input, &bytes);
	loader->window_size = LOADER_WINDOW;
	if (!loader->in_memory)
		loader->window = arena_alloc(loader->scratch, loader->window_size);
	ok = visit_entries(loader, visitor, context, err);
	arena_rewind(loader->scratch, mark);
	return ok;
}

bool plan_visit(const struct plan *plan, struct plan_selection selection, struct arena *scratch,
    change_visitor *visitor, void *context, struct err *err)
{
	struct loader loader = {
	    .plan = plan,
	    .set = selection.set,
	    .wanted = loader_selection_takes,
	    .context = &selection,
	    .scratch = scratch,
	};

	return visit(&loader, visitor, context, err);
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of plan_visit() and what is wanted */
bool plan_visit_wanted(const struct plan *plan, enum change_set set, change_wanted *wanted,
    struct arena *scratch, change_visitor *visitor, void *context, struct err *err)
{
	struct loader loader = {
	    .plan = plan,
	    .set = set,
	    .wanted = wanted,
	    .context = context,
	    .scratch = scratch,
	};

	return visit(&loader, visitor, context, err);
}

bool plan_load(const struct plan *plan, enum change_set set, size_t i, struct arena *arena,
    struct change *out, struct err *err)
{
	/* "in memory" also stands for: read by itself, into the arena of the result */
	struct loader loader = {.plan = plan, .set = set, .scratch = arena, .in_memory = true};

	if (plan->form == PLAN_FORM_JSON)
		return loader_load(&loader, i, out, err);
	*out = (struct change){
	    .head = plan->rows[set][i].head,
	    .body = plan->rows[set][i].body,
	};
	return true;
}

/* Is change i really the one with this address, and not one with the same hash? */
NODISCARD static bool has_address(
    struct loader *loader, size_t i, struct str address, bool *is, struct err *err)
{
	struct arena_mark mark = arena_save(loader->scratch);
	struct change change = {.head.address = STR_EMPTY, .head.deposed = STR_EMPTY};

	if (!loader_load(loader, i, &change, err))
		return false;
	*is = str_eq(change.head.address, address) && change.head.deposed.len == 0;
	arena_rewind(loader->scratch, mark);
	return true;
}

NODISCARD static bool find_entry(
    struct loader *loader, struct str address, size_t *i, bool *found, struct err *err)
{
	const struct change_entry *entries = loader->plan->entries[loader->set];
	const uint64_t hash = hash_bytes(address);

	for (*i = 0; *i < loader->plan->counts[loader->set]; ++*i) {
		if (entries[*i].address_hash != hash || (entries[*i].flags & ENTRY_DEPOSED))
			continue;
		if (!has_address(loader, *i, address, found, err))
			return false;
		if (*found)
			return true;
	}
	return true;
}

static bool find_row(const struct plan *plan, enum change_set set, struct str address, size_t *i)
{
	for (*i = 0; *i < plan->counts[set]; ++*i) {
		const struct change_head *head = &plan->rows[set][*i].head;

		if (head->deposed.len == 0 && str_eq(head->address, address))
			return true;
	}
	return false;
}

/* NOLINTNEXTLINE(readability-function-size): two results, the number and whether there is one */
bool plan_find(const struct plan *plan, enum change_set set, struct str address,
    struct arena *scratch, size_t *i, bool *found, struct err *err)
{
	struct loader loader = {.plan = plan, .set = set, .scratch = scratch, .in_memory = true};

	*found = false;
	if (plan->form == PLAN_FORM_JSON)
		return find_entry(&loader, address, i, found, err);
	*found = find_row(plan, set, address, i);
	return true;
}
