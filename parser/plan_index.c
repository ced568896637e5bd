#include "parser/plan_index.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_count.h"
#include "parser/plan_record.h"
#include "parser/plan_still.h"

#define CHUNK_ENTRIES	  2048
#define UNKNOWN_PARTS_MAX ((size_t)200)
#define SMALL_PLAN	  ((uint64_t)16 << 20)

/* Entries are gathered in chunks in memory that goes away, and copied once into one array. */
struct chunk {
	struct chunk *next;
	size_t count;
	struct change_entry entries[CHUNK_ENTRIES];
};

struct entry_list {
	struct chunk *first, *last;
	size_t count;
};

struct name_hashes {
	uint64_t *hashes;
	size_t count, capacity;
};

/* A part of the plan that is skipped, and what is looked for in it on the way. */
struct looked_in {
	bool is_there;
	bool is_compact; /* as terraform writes it; else its words are not found */
	size_t found;
};

struct pass {
	struct arena *arena; /* of the result */
	struct arena *temp;
	struct still_marks still;
	struct record_reader reader;
	struct plan_index *index;
	struct entry_list lists[CHANGE_SETS];
	struct name_hashes sensitive; /* outputs */
	struct looked_in prior, planned, configuration;
	struct buf unknown;
	unsigned seen; /* rows of the member table */
};

struct member {
	const char *name;
	bool (*read)(struct pass *pass, const struct member *member, struct err *err);
	size_t offset; /* of the field in struct plan or struct plan_index */
	enum change_set set;
};

static struct change_entry *list_add(struct arena *temp, struct entry_list *list)
{
	if (!list->last || list->last->count == CHUNK_ENTRIES) {
		struct chunk *chunk = arena_alloc(temp, sizeof(*chunk));

		chunk->next = NULL;
		chunk->count = 0;
		if (list->last)
			list->last->next = chunk;
		else
			list->first = chunk;
		list->last = chunk;
	}
	list->count++;
	return &list->last->entries[list->last->count++];
}

static const struct change_entry *list_join(struct arena *arena, const struct entry_list *list)
{
	struct change_entry *all = arena_alloc(arena, list->count * sizeof(*all));
	size_t at = 0;

	for (const struct chunk *chunk = list->first; chunk; chunk = chunk->next) {
		memcpy(all + at, chunk->entries, chunk->count * sizeof(*all));
		at += chunk->count;
	}
	return all;
}

/* Enters a map or list; null is skipped and counts as empty. */
NODISCARD static bool enter_member(
    struct pass *pass, const char *name, char open, bool *entered, struct err *err)
{
	struct cursor *cursor = pass->reader.cursor;
	struct span span;
	char kind, what[64];

	*entered = false;
	if (!cursor_peek(cursor, &kind, err))
		return false;
	if (kind == 'n')
		return cursor_skip(cursor, &span, err);
	if (kind != open) {
		(void)snprintf(what, sizeof(what), "'%s'", name);
		return record_wrong_kind(
		    &pass->reader, what, kind, open == '{' ? "map" : "list", err);
	}
	*entered = true;
	return cursor_enter(cursor, open, err);
}

/* A no-op is shown nowhere, but what it marks may be: taken while the record stands in memory, so
 * that nobody has to read it again. */
static void take_marks(struct pass *pass, struct change_entry *entry)
{
	struct still_parts parts;

	if (record_parts(&pass->reader, entry->offset, &parts) &&
	    still_marks_take(&pass->still, &parts))
		entry->flags &= (uint8_t)~ENTRY_MARKED;
}

static bool read_changes(struct pass *pass, const struct member *member, struct err *err)
{
	struct plan_summary *summary = &pass->index->plan->summary;
	const struct mark_trees before = pass->reader.mark_trees;
	bool entered, more = false;

	if (!enter_member(pass, member->name, '[', &entered, err))
		return false;
	while (entered) {
		struct change_entry *entry;

		if (!cursor_item(pass->reader.cursor, &more, err))
			return false;
		if (!more)
			break;
		entry = list_add(pass->temp, &pass->lists[member->set]);
		if (!record_read(&pass->reader, member->set, entry, err))
			return false;
		if (member->set == CHANGES_RESOURCE)
			plan_summary_add(summary, entry);
		if (entry->action == ACTION_NOOP && (entry->flags & ENTRY_MARKED))
			take_marks(pass, entry);
	}
	if (member->set != CHANGES_RESOURCE)
		pass->reader.mark_trees = before;
	return true;
}

static bool read_outputs(struct pass *pass, const struct member *member, struct err *err)
{
	struct cursor *cursor = pass->reader.cursor;
	bool entered, more = false;
	struct str name;

	if (!enter_member(pass, member->name, '{', &entered, err))
		return false;
	while (entered) {
		struct change_entry *entry;
		uint64_t offset = cursor_offset(cursor);

		if (!cursor_key(cursor, &name, &more, err))
			return false;
		if (!more)
			break;
		entry = list_add(pass->temp, &pass->lists[CHANGES_OUTPUT]);
		if (!record_read_output(&pass->reader, offset, name, entry, err))
			return false;
	}
	return true;
}

static bool read_span(struct pass *pass, const struct member *member, struct err *err)
{
	struct span *span = (struct span *)(void *)((char *)pass->index->plan + member->offset);

	return cursor_skip(pass->reader.cursor, span, err);
}

static bool read_list_span(struct pass *pass, const struct member *member, struct err *err)
{
	struct span *span = (struct span *)(void *)((char *)pass->index + member->offset);

	return cursor_skip(pass->reader.cursor, span, err);
}

static bool read_string(struct pass *pass, const struct member *member, struct err *err)
{
	struct str *field = (struct str *)(void *)((char *)pass->index->plan + member->offset);
	struct str text;
	bool is_null;

	if (!cursor_string(pass->reader.cursor, &text, &is_null, err))
		return false;
	*field = str_copy(pass->arena, text);
	return true;
}

NODISCARD static bool read_bool(struct pass *pass, enum tristate *out, struct err *err)
{
	struct span span;
	char kind;

	if (!cursor_peek(pass->reader.cursor, &kind, err) ||
	    !cursor_skip(pass->reader.cursor, &span, err))
		return false;
	*out = kind == 't' ? TRI_YES : kind == 'f' ? TRI_NO : TRI_UNKNOWN;
	return true;
}

static bool read_tristate(struct pass *pass, const struct member *member, struct err *err)
{
	return read_bool(
	    pass, (enum tristate *)(void *)((char *)pass->index->plan + member->offset), err);
}

static bool read_flag(struct pass *pass, const struct member *member, struct err *err)
{
	enum tristate state;

	if (!read_bool(pass, &state, err))
		return false;
	*((bool *)(void *)((char *)pass->index->plan + member->offset)) = state == TRI_YES;
	return true;
}

static bool read_nothing(struct pass *pass, const struct member *member, struct err *err)
{
	struct span span;

	(void)member;
	return cursor_skip(pass->reader.cursor, &span, err);
}

static void add_sensitive(struct pass *pass, uint64_t hash)
{
	struct name_hashes *names = &pass->sensitive;

	if (names->count == names->capacity) {
		size_t capacity = names->capacity ? names->capacity * 2 : 64;

		names->hashes = arena_grow(pass->temp, names->hashes,
		    names->capacity * sizeof(uint64_t), capacity * sizeof(uint64_t));
		names->capacity = capacity;
	}
	names->hashes[names->count++] = hash;
}

/* {"sensitive":true,"type":...,"value":...} */
NODISCARD static bool read_output_value(struct pass *pass, uint64_t name_hash, struct err *err)
{
	struct cursor *cursor = pass->reader.cursor;
	enum tristate sensitive;
	bool entered, more = false;
	struct str key;

	if (!enter_member(pass, "outputs", '{', &entered, err))
		return false;
	while (entered) {
		if (!cursor_key(cursor, &key, &more, err))
			return false;
		if (!more)
			break;
		if (!str_is(key, "sensitive")) {
			if (!read_nothing(pass, NULL, err))
				return false;
			continue;
		}
		if (!read_bool(pass, &sensitive, err))
			return false;
		if (sensitive == TRI_YES)
			add_sensitive(pass, name_hash);
	}
	return true;
}

/* Which outputs are sensitive: before 1.0 the changes themselves do not tell. */
NODISCARD static bool read_output_values(struct pass *pass, struct err *err)
{
	bool entered, more = false;
	struct str name;

	if (!enter_member(pass, "outputs", '{', &entered, err))
		return false;
	while (entered) {
		if (!cursor_key(pass->reader.cursor, &name, &more, err))
			return false;
		if (!more)
			break;
		if (!read_output_value(pass, hash_bytes(name), err))
			return false;
	}
	return true;
}

typedef bool part_reader(struct pass *pass, struct err *err);

/* Walks over a map, hands one of its members to `read` and skips the others. */
NODISCARD static bool read_part_of(
    struct pass *pass, const char *name, const char *part, part_reader *read, struct err *err)
{
	bool entered, more = false;
	struct str key;

	if (!enter_member(pass, name, '{', &entered, err))
		return false;
	while (entered) {
		if (!cursor_key(pass->reader.cursor, &key, &more, err))
			return false;
		if (!more)
			break;
		if (!(str_is(key, part) ? read(pass, err) : read_nothing(pass, NULL, err)))
			return false;
	}
	return true;
}

NODISCARD static bool read_state_values(struct pass *pass, struct err *err)
{
	return read_part_of(pass, "values", "outputs", read_output_values, err);
}

NODISCARD static bool read_provider(struct pass *pass, struct err *err)
{
	struct str name;
	bool is_null;

	if (!cursor_string(pass->reader.cursor, &name, &is_null, err))
		return false;
	if (!pass->reader.tool_known)
		(void)record_note_provider(&pass->reader, name);
	return true;
}

/* A plan without changes names its providers in the configuration only. */
NODISCARD static bool read_providers(struct pass *pass, struct err *err)
{
	bool entered, more = false;
	struct str name;

	if (!enter_member(pass, "provider_config", '{', &entered, err))
		return false;
	while (entered) {
		if (!cursor_key(pass->reader.cursor, &name, &more, err))
			return false;
		if (!more)
			break;
		if (!read_part_of(pass, "provider_config", "full_name", read_provider, err))
			return false;
	}
	return true;
}

/* A member that is looked into for one part and also kept as a span. */
struct span_part {
	const char *name;
	part_reader *read;
	struct str word; /* counted in what is skipped */
	struct looked_in *looked;
	bool if_small; /* what terraform writes there it also writes elsewhere */
};

NODISCARD static bool read_span_and_part(
    struct pass *pass, const struct member *member, const struct span_part *part, struct err *err)
{
	struct span *span = (struct span *)(void *)((char *)pass->index->plan + member->offset);
	uint64_t behind_colon = cursor_offset(pass->reader.cursor);
	struct json_count count;
	bool ok;
	char kind;

	if (!cursor_peek(pass->reader.cursor, &kind, err))
		return false;
	span->offset = cursor_offset(pass->reader.cursor);
	json_count_init(&count, part->word);
	if (!part->if_small || input_size(pass->reader.input) <= SMALL_PLAN)
		cursor_count(pass->reader.cursor, &count);
	ok = read_part_of(pass, member->name, part->name, part->read, err);
	cursor_count(pass->reader.cursor, NULL);
	span->len = cursor_offset(pass->reader.cursor) - span->offset;
	*part->looked = (struct looked_in){.is_there = kind == '{',
	    .is_compact = span->offset == behind_colon,
	    .found = count.found};
	return ok;
}

/* A resource whose marks are no empty map; one of the configuration that only reads. */
#define MARKED_VALUES STR("\"sensitive_values\":{\"")
#define DATA_SOURCE   STR("\"mode\":\"data\"")

static bool read_planned_values(struct pass *pass, const struct member *member, struct err *err)
{
	const struct span_part part = {
	    "outputs", read_output_values, MARKED_VALUES, &pass->planned, true};

	return read_span_and_part(pass, member, &part, err);
}

static bool read_prior_state(struct pass *pass, const struct member *member, struct err *err)
{
	const struct span_part part = {
	    "values", read_state_values, MARKED_VALUES, &pass->prior, false};

	return read_span_and_part(pass, member, &part, err);
}

static bool read_configuration(struct pass *pass, const struct member *member, struct err *err)
{
	const struct span_part part = {
	    "provider_config", read_providers, DATA_SOURCE, &pass->configuration, false};

	return read_span_and_part(pass, member, &part, err);
}

#define IN_PLAN(field)	offsetof(struct plan, field)
#define IN_INDEX(field) offsetof(struct plan_index, field)

static const struct member members[] = {
    {"resource_changes", read_changes, 0, CHANGES_RESOURCE},
    {"resource_drift", read_changes, 0, CHANGES_DRIFT},
    {"deferred_changes", read_changes, 0, CHANGES_DEFERRED},
    {"output_changes", read_outputs, 0, CHANGES_OUTPUT},
    {"format_version", read_string, IN_PLAN(format_version), 0},
    /* in the redacted form that HCP Terraform serves */
    {"plan_format_version", read_string, IN_PLAN(format_version), 0},
    {"terraform_version", read_string, IN_PLAN(tool_version), 0},
    {"timestamp", read_string, IN_PLAN(timestamp), 0},
    {"errored", read_flag, IN_PLAN(errored), 0},
    {"applyable", read_tristate, IN_PLAN(applyable), 0},
    {"complete", read_tristate, IN_PLAN(complete), 0},
    {"configuration", read_configuration, IN_PLAN(configuration), 0},
    {"prior_state", read_prior_state, IN_PLAN(prior_state), 0},
    {"planned_values", read_planned_values, IN_PLAN(planned_values), 0},
    {"variables", read_span, IN_PLAN(variables), 0},
    {"checks", read_list_span, IN_INDEX(checks), 0},
    {"condition_results", read_list_span, IN_INDEX(condition_results), 0},
    {"action_invocations", read_list_span, IN_INDEX(action_invocations), 0},
    {"deferred_action_invocations", read_list_span, IN_INDEX(deferred_actions), 0},
    {"relevant_attributes", read_nothing, 0, 0},
    {"provider_schemas", read_nothing, 0, 0},
    {"provider_format_version", read_nothing, 0, 0},
    {"proposed_unknown", read_nothing, 0, 0},
};

NODISCARD static bool read_unknown(struct pass *pass, struct str key, struct err *err)
{
	if (pass->unknown.len > 0)
		buf_adds(&pass->unknown, ", ");
	buf_add(&pass->unknown, key);
	return read_nothing(pass, NULL, err);
}

NODISCARD static bool seen_twice(
    struct pass *pass, const char *name, uint64_t offset, struct err *err)
{
	int line = 0, column = 0;

	cursor_position(pass->reader.cursor, offset, &line, &column);
	return err_set_at(err, ERR_SYNTAX, input_name(pass->reader.input), line, column,
	    "the key '%s' stands there twice", name);
}

NODISCARD static bool read_member(
    struct pass *pass, struct str key, uint64_t offset, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		if (!str_is(key, members[i].name))
			continue;
		if (pass->seen & (1U << i))
			return seen_twice(pass, members[i].name, offset, err);
		pass->seen |= 1U << i;
		return members[i].read(pass, &members[i], err);
	}
	return read_unknown(pass, key, err);
}

NODISCARD static bool read_document(struct pass *pass, struct err *err)
{
	struct cursor *cursor = pass->reader.cursor;
	struct str key;
	bool more;

	if (!cursor_enter(cursor, '{', err))
		return false;
	for (;;) {
		uint64_t offset = cursor_offset(cursor);

		if (!cursor_key(cursor, &key, &more, err))
			return false;
		if (!more)
			return true;
		if (!read_member(pass, key, offset, err))
			return false;
	}
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void mark_sensitive(struct pass *pass)
{
	struct name_hashes *names = &pass->sensitive;

	if (names->count == 0)
		return;
	qsort(names->hashes, names->count, sizeof(uint64_t), compare_hashes);
	for (struct chunk *chunk = pass->lists[CHANGES_OUTPUT].first; chunk; chunk = chunk->next) {
		for (size_t i = 0; i < chunk->count; i++) {
			struct change_entry *entry = &chunk->entries[i];

			if (bsearch(&entry->address_hash, names->hashes, names->count,
				sizeof(uint64_t), compare_hashes))
				entry->flags |= ENTRY_SENSITIVE;
		}
	}
}

static size_t count_changed(const struct plan *plan, enum change_set set)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->counts[set]; i++)
		count += plan->entries[set][i].action != ACTION_NOOP ? 1 : 0;
	return count;
}

/*
 * The state and the planned values repeat what the changes say: as many marks in the one as in the
 * other are the same ones. Data sources stand in the state only.
 */
static bool may_mark_more(const struct looked_in *looked, size_t in_changes, bool has_others)
{
	if (!looked->is_there || !looked->is_compact)
		return looked->is_there;
	return looked->found > (has_others ? 0 : in_changes);
}

static void compare_marks(struct pass *pass)
{
	const struct looked_in *configuration = &pass->configuration;
	const struct mark_trees trees = pass->reader.mark_trees;
	struct plan *plan = pass->index->plan;
	bool has_data =
	    !configuration->is_there || !configuration->is_compact || configuration->found > 0;

	plan->prior_has_marks = may_mark_more(&pass->prior, trees.before, has_data);
	plan->planned_has_marks = may_mark_more(&pass->planned, trees.after, false);
}

static void finish(struct pass *pass)
{
	struct plan *plan = pass->index->plan;

	mark_sensitive(pass);
	compare_marks(pass);
	for (size_t set = 0; set < CHANGE_SETS; set++) {
		plan->entries[set] = list_join(pass->arena, &pass->lists[set]);
		plan->counts[set] = pass->lists[set].count;
	}
	plan->still_marked = still_marks_list(&pass->still);
	plan->tool = pass->reader.tool;
	plan->summary.output = count_changed(plan, CHANGES_OUTPUT);
	plan->summary.drift = count_changed(plan, CHANGES_DRIFT);
	plan->summary.deferred = plan->counts[CHANGES_DEFERRED];
	plan->summary.known = true;
	pass->index->unknown_parts = str_copy(pass->arena, buf_str(&pass->unknown));
	pass->index->end = cursor_offset(pass->reader.cursor);
}

bool plan_index_read(struct arena *arena, struct plan *plan, uint64_t offset,
    struct plan_index *out, struct err *err)
{
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct cursor *cursor CLEANUP(cursor_close_ptr) =
	    cursor_new_ahead(temp, plan->input, offset);
	struct pass *pass = arena_make(temp, struct pass);

	*out = (struct plan_index){.plan = plan};
	plan->format_version = STR_EMPTY;
	plan->tool_version = STR_EMPTY;
	plan->timestamp = STR_EMPTY;
	pass->arena = arena;
	pass->temp = temp;
	pass->still = (struct still_marks){.arena = arena, .scratch = scratch};
	pass->index = out;
	pass->reader.input = plan->input;
	pass->reader.cursor = cursor;
	buf_init(&pass->unknown, temp, UNKNOWN_PARTS_MAX);
	if (!read_document(pass, err))
		return false;
	finish(pass);
	return true;
}
