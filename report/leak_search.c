#include "report/leak_search.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/size.h"
#include "parser/path.h"
#include "parser/plan_parts.h"
#include "parser/redact.h"

#define PATH_BYTES_MAX ((size_t)1 << 16)
#define QUOTED_MIN     ((size_t)16) /* no shorter text is a secret, as base64 neither */

struct search {
	struct arena *arena, *scratch;
	const struct plan *plan;
	const struct detectors *detectors;
	enum change_set set;
	bool is_invocation;
	struct leak_list *list;
	/* Of text plans, whose parts overlap: what was found. */
	struct str *seen;
	size_t seen_count;
};

static struct str masked(const struct search *search, struct str text)
{
	if (text.len == 0)
		return STR_EMPTY;
	return str_copy(search->arena, detectors_hide(search->arena, search->detectors, text));
}

static void add(struct search *search, const struct leak_found *found)
{
	struct leak_list *list = search->list;

	if (list->count == LEAKS_MAX) {
		list->left_out++;
		return;
	}
	if (list->count == list->room) {
		size_t room = size_max(16, list->room * 2);

		list->items = arena_grow(search->arena, list->items,
		    list->room * sizeof(*list->items), room * sizeof(*list->items));
		list->room = room;
	}
	list->items[list->count] = *found;
	list->items[list->count].address = masked(search, found->address);
	list->items[list->count].path = masked(search, found->path);
	list->count++;
}

/* The parts of a text plan overlap: each secret counts where it is found first. */
static bool was_seen(struct search *search, struct str text)
{
	for (size_t i = 0; i < search->seen_count; i++) {
		if (str_eq(search->seen[i], text))
			return true;
	}
	if (!search->seen)
		search->seen = arena_array(search->arena, struct str, LEAKS_MAX);
	if (search->seen_count < LEAKS_MAX)
		search->seen[search->seen_count++] = str_copy(search->arena, text);
	return false;
}

/* A text of its own: at most one row. */
static void look(struct search *search, struct str text, struct leak_found found)
{
	struct detection detection;

	if (text.len == 0 || !detectors_find(search->detectors, text, 0, &detection))
		return;
	if (search->plan->form != PLAN_FORM_JSON &&
	    was_seen(search, str_from_to(text, detection.from, detection.to)))
		return;
	found.detector = detection.detector;
	add(search, &found);
}

/* --- values --- */

static void add_values(struct search *search, const struct change *marked, enum leak_place place)
{
	struct leaks leaks = {.arena = search->scratch};

	leaks_collect(&leaks, search->detectors, marked, false);
	for (size_t i = 0; i < leaks.count; i++) {
		const struct leak_found found = {.place = place,
		    .detector = leaks.items[i].detector,
		    .action = marked->head.action,
		    .address = marked->head.address,
		    .path = leaks.items[i].path};

		add(search, &found);
	}
	search->list->left_out += leaks.left_out;
}

struct key_walk {
	struct search *search;
	struct leak_found found;
	struct buf path;
};

/* Keys are never marked; of a map that is marked as a whole nothing is shown. */
static void walk_keys(struct key_walk *walk, struct value value, int depth)
{
	bool is_map = value.kind == VALUE_MAP;
	size_t len = walk->path.len;

	if ((!is_map && value.kind != VALUE_LIST) || (value.marks & VALUE_SENSITIVE) ||
	    depth > JSON_DEPTH_MAX)
		return;
	for (uint32_t i = 0; i < value.len; i++) {
		if (is_map) {
			struct str key = value_text(value.as.entries[i].key);

			path_add_key(&walk->path, key);
			walk->found.path = buf_str(&walk->path);
			look(walk->search, key, walk->found);
		} else {
			path_add_index(&walk->path, i);
		}
		walk_keys(walk, is_map ? value.as.entries[i].value : value.as.items[i], depth + 1);
		buf_rewind(&walk->path, len);
	}
}

static void add_keys(struct search *search, const struct change *change)
{
	struct key_walk walk = {.search = search,
	    .found = {
		.place = LEAK_KEY, .action = change->head.action, .address = change->head.address}};

	buf_init(&walk.path, search->scratch, PATH_BYTES_MAX);
	walk_keys(&walk, change->after.kind == VALUE_NULL ? change->before : change->after, 0);
}

/* --- heads --- */

/* An import id that stands marked in a value is marked. */
NODISCARD static bool add_import(
    struct search *search, const struct change *change, struct leak_found found, struct err *err)
{
	struct shown_change shown;

	if (!change->head.importing)
		return true;
	if (!redact_marked(search->scratch, change, &shown, err))
		return false;
	found.place = LEAK_IMPORT_ID;
	look(search, shown.head.import_id, found);
	return true;
}

NODISCARD static bool add_head(struct search *search, const struct change *change, struct err *err)
{
	const struct change_head *head = &change->head;
	struct leak_found found = {
	    .place = search->set == CHANGES_OUTPUT ? LEAK_OUTPUT_NAME : LEAK_ADDRESS,
	    .action = head->action,
	    .address = head->address};
	struct str old = head->previous_address;

	look(search, head->address, found);
	if (old.len > 0 && !str_eq(old, head->address)) {
		found.path = old;
		look(search, old, found);
		found.path = STR_EMPTY;
	}
	return add_import(search, change, found, err);
}

/* --- text --- */

/* "      + token = \"...\"" -> "token"; empty: the line has another form. */
static struct str name_on_line(struct str text, size_t at)
{
	size_t from = at, to;
	struct str line, name;

	while (from > 0 && text.ptr[from - 1] != '\n')
		from--;
	line = str_from_to(text, from, at);
	while (line.len > 0 && (line.ptr[0] == ' ' || str_find_char(STR("+-~/"), line.ptr[0], &to)))
		line = str_skip(line, 1);
	if (!str_find_char(line, '=', &to))
		return STR_EMPTY;
	name = str_trim_end(str_from_to(line, 0, to));
	return str_find_char(name, ' ', &to) ? STR_EMPTY : name;
}

static void look_in_lines(struct search *search, struct str text, struct leak_found found)
{
	struct detection detection;

	for (size_t at = 0; detectors_find(search->detectors, text, at, &detection);
	     at = size_max(detection.to, at + 1)) {
		if (was_seen(search, str_from_to(text, detection.from, detection.to)))
			continue;
		found.detector = detection.detector;
		if (found.place == LEAK_TEXT)
			found.path = name_on_line(text, detection.from);
		add(search, &found);
	}
}

/* Quoted text can be base64 or JSON of something: it is taken for a value. */
static void look_in_quotes(struct search *search, struct str text, struct leak_found found)
{
	size_t from, len;

	for (size_t at = 0; str_find_char(str_skip(text, at), '"', &from); at += len + 1) {
		struct change change = {.head = {.address = STR_EMPTY}, .has_values = true};
		struct leaks leaks = {.arena = search->scratch};
		struct str quoted;

		at += from + 1;
		if (!str_find_char(str_skip(text, at), '"', &len))
			return;
		quoted = str_from_to(text, at, at + len);
		if (len < QUOTED_MIN ||
		    detectors_hide(search->scratch, search->detectors, quoted).ptr != quoted.ptr)
			continue;
		change.after = value_string(quoted);
		detectors_mark(search->scratch, search->detectors, &change, &change);
		leaks_collect(&leaks, search->detectors, &change, false);
		if (leaks.count == 0 || was_seen(search, quoted))
			continue;
		found.detector = leaks.items[0].detector;
		if (found.place == LEAK_TEXT)
			found.path = name_on_line(text, at);
		add(search, &found);
	}
}

static void look_in_text(struct search *search, struct str text, struct leak_found found)
{
	look_in_lines(search, text, found);
	look_in_quotes(search, text, found);
}

/* --- changes --- */

/* A change_visitor. */
static bool take_change(void *context, const struct change *change, struct err *err)
{
	struct search *search = context;
	enum leak_place place = search->is_invocation		? LEAK_CONFIGURATION
				: search->set == CHANGES_OUTPUT ? LEAK_OUTPUT
								: LEAK_VALUE;
	struct change marked;

	if (!add_head(search, change, err))
		return false;
	if (!change->has_values) {
		look_in_text(search, change->body,
		    (struct leak_found){.place = place == LEAK_OUTPUT ? place : LEAK_TEXT,
			.action = change->head.action,
			.address = change->head.address});
		return true;
	}
	detectors_mark(search->scratch, search->detectors, change, &marked);
	add_values(search, &marked, place);
	add_keys(search, change);
	return true;
}

NODISCARD static bool search_changes(struct search *search, struct err *err)
{
	static const struct plan_selection selections[] = {
	    {CHANGES_RESOURCE, VISIT_CHANGED},
	    {CHANGES_OUTPUT, VISIT_CHANGED},
	    {CHANGES_DRIFT, VISIT_CHANGED},
	    {CHANGES_DEFERRED, VISIT_ALL},
	};

	for (size_t i = 0; i < ARRAY_LEN(selections); i++) {
		search->set = selections[i].set;
		if (!plan_visit(
			search->plan, selections[i], search->scratch, take_change, search, err))
			return false;
	}
	search->set = CHANGES_RESOURCE;
	search->is_invocation = true;
	return parts_visit_invocations(search->plan, search->scratch, take_change, search, err);
}

static void search_messages(struct search *search)
{
	const struct plan *plan = search->plan;

	for (size_t i = 0; i < plan->check_count; i++) {
		const struct leak_found found = {.place = LEAK_CHECK,
		    .action = ACTION_OTHER,
		    .address = plan->checks[i].address};

		look(search, plan->checks[i].address, found);
		look(search, plan->checks[i].problem, found);
	}
	for (size_t i = 0; i < plan->diagnostic_count; i++) {
		const struct leak_found found = {.place = LEAK_MESSAGE,
		    .action = ACTION_OTHER,
		    .address = plan->diagnostics[i].address};

		look(search, plan->diagnostics[i].summary, found);
		look(search, plan->diagnostics[i].detail, found);
	}
}

/* What stands in no row: objects that changed outside, messages. */
static void search_rest(struct search *search)
{
	const struct plan_text_parts *text = &search->plan->text;
	const struct str parts[] = {text->changes, text->outside, text->errors, text->warnings};
	const struct leak_found found = {.place = LEAK_TEXT, .action = ACTION_OTHER};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		look_in_text(search, parts[i], found);
}

/* NOLINTNEXTLINE(readability-function-size): a plan, how it is searched, and the result */
bool leak_search(struct arena *arena, struct arena *scratch, const struct plan *plan,
    const struct detectors *detectors, struct leak_list *out, struct err *err)
{
	struct search search = {
	    .arena = arena, .scratch = scratch, .plan = plan, .detectors = detectors, .list = out};
	struct arena_mark mark = arena_save(scratch);

	*out = (struct leak_list){.count = 0};
	if (!search_changes(&search, err))
		return false;
	search_messages(&search);
	if (plan->form != PLAN_FORM_JSON)
		search_rest(&search);
	arena_rewind(scratch, mark);
	return true;
}
