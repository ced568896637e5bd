/* Documents of IAM: statement by statement, with what it now lets somebody do called out. */
#include "base/arena.h"
#include "base/err.h"
#include "policies/shapes_iam.h"
#include "report/diff_align.h"
#include "report/diff_parts.h"
#include "report/diff_walk.h"
#include "report/iam_remarks.h"

static const struct value *get_nocase(const struct value *map, const char *key)
{
	for (uint32_t i = 0; map->kind == VALUE_MAP && i < map->len; i++) {
		if (str_eq_nocase(value_text(map->as.entries[i].key), str_from(key)))
			return &map->as.entries[i].value;
	}
	return NULL;
}

bool diff_is_iam(const struct value *document)
{
	const struct value *statements = get_nocase(document, "Statement");

	if (statements && statements->kind == VALUE_LIST) {
		if (statements->len == 0)
			return true;
		statements = &statements->as.items[0];
	}
	return statements && get_nocase(statements, "Effect") &&
	       (get_nocase(statements, "Action") || get_nocase(statements, "NotAction"));
}

/* Is each of the keys one of `words`, and none there twice in another case? */
static bool has_only(const struct value *map, const char *const *words, size_t count)
{
	for (uint32_t i = 0; i < map->len; i++) {
		const struct value_entry *entry = &map->as.entries[i];
		size_t word = 0;

		while (
		    word < count && !str_eq_nocase(value_text(entry->key), str_from(words[word])))
			word++;
		if (word == count || get_nocase(map, words[word]) != &entry->value)
			return false;
	}
	return true;
}

/* What is no map is a line of its own or stops the reading. */
static bool is_plain_statement(const struct value *statement)
{
	static const char *const words[] = {"Sid", "Effect", "Principal", "NotPrincipal", "Action",
	    "NotAction", "Resource", "NotResource", "Condition"};
	const struct value *effect = get_nocase(statement, "Effect");

	if (statement->kind != VALUE_MAP)
		return true;
	/* one that is not there is read as Allow, and that would not be seen to come or go */
	return effect && effect->kind != VALUE_NULL &&
	       !(effect->kind == VALUE_STRING && effect->len == 0) &&
	       has_only(statement, words, ARRAY_LEN(words));
}

bool diff_iam_says_all(const struct value *document)
{
	static const char *const words[] = {"Version", "Id", "Statement"};
	const struct value *statements = get_nocase(document, "Statement");

	if (!statements || !has_only(document, words, ARRAY_LEN(words)))
		return false;
	if (statements->kind != VALUE_LIST)
		return is_plain_statement(statements);
	for (uint32_t i = 0; i < statements->len; i++) {
		if (!is_plain_statement(&statements->as.items[i]))
			return false;
	}
	return true;
}

static bool read_statements(struct arena *arena, const struct value *document, struct value *out)
{
	struct value_entry *entry = arena_make(arena, struct value_entry);
	struct value values, whole = *document;
	struct str twice;
	struct err err = {0};

	*out = value_list(NULL, 0);
	if (document->kind == VALUE_NULL)
		return true;
	whole.tag = 0;
	*entry = (struct value_entry){value_string(STR("policy")), whole};
	return value_map(arena, entry, 1, &values, &twice) &&
	       shape_iam_statements(arena, STR("aws_iam_policy"), values, out, &err) &&
	       out->kind == VALUE_LIST;
}

/* --- one statement as lines --- */

static const struct field {
	enum iam_word word;
	const char *name, *not_name; /* of the item */
	const char *title, *not_title;
} fields[] = {
    {IAM_PRINCIPAL, "principals", "not_principal", "Principal", "NotPrincipal"},
    {IAM_ACTION, "actions", "not_action", "Action", "NotAction"},
    {IAM_RESOURCE, "resources", "not_resource", "Resource", "NotResource"},
};

struct lines_builder {
	struct arena *arena;
	struct diff_line *items;
	size_t count, room;
};

static struct str part_text(const struct value *value)
{
	if (value->kind == VALUE_HIDDEN)
		return value->as.changed ? STR(DIFF_SENSITIVE_CHANGED) : STR(SHOWN_SENSITIVE);
	if (value->kind == VALUE_UNKNOWN)
		return STR(SHOWN_UNKNOWN);
	return value_text(*value);
}

static bool is_apart(const struct value *value)
{
	return value->kind == VALUE_UNKNOWN || (value->kind == VALUE_HIDDEN && value->as.changed);
}

static void add_line(
    struct lines_builder *builder, enum iam_word word, struct str text, const struct value *value)
{
	if (builder->count == builder->room) {
		size_t room = builder->room ? builder->room * 2 : 16;

		builder->items = arena_grow(builder->arena, builder->items,
		    builder->room * sizeof(*builder->items), room * sizeof(*builder->items));
		builder->room = room;
	}
	builder->items[builder->count++] = (struct diff_line){
	    .text = text, .kind = (uint8_t)word, .is_apart = value && is_apart(value)};
}

static struct str joined(
    struct arena *arena, struct str title, const char *between, struct str text)
{
	struct str middle = str_from(between);
	char *bytes = arena_alloc(arena, title.len + middle.len + text.len);

	memcpy(bytes, title.ptr, title.len);
	memcpy(bytes + title.len, middle.ptr, middle.len);
	memcpy(bytes + title.len + middle.len, text.ptr, text.len);
	return (struct str){bytes, title.len + middle.len + text.len};
}

/* Each item of a list, or the one value that stands for all of them. */
static void add_each(struct lines_builder *builder, enum iam_word word, struct str title,
    const char *between, const struct value *values)
{
	const struct value *items = values->kind == VALUE_LIST ? values->as.items : values;
	size_t count = values->kind == VALUE_LIST ? values->len : values->kind != VALUE_NULL;

	for (size_t i = 0; i < count; i++)
		add_line(builder, word,
		    joined(builder->arena, title, between, part_text(&items[i])), &items[i]);
}

/* An empty list that says something. */
static void add_nothing(
    struct lines_builder *builder, enum iam_word word, struct str title, const char *between)
{
	add_line(builder, word, joined(builder->arena, title, between, STR("(nothing)")), NULL);
}

static bool is_empty(const struct value *value)
{
	return (value->kind == VALUE_LIST || value->kind == VALUE_MAP) && value->len == 0;
}

static void add_conditions(struct lines_builder *builder, const struct value *condition)
{
	if (condition->kind != VALUE_MAP) {
		add_each(builder, IAM_CONDITION, STR("Condition"), " ", condition);
		return;
	}
	for (uint32_t i = 0; i < condition->len; i++) {
		const struct value_entry *by = &condition->as.entries[i];
		struct str operator=
		    joined(builder->arena, STR("Condition"), " ", value_text(by->key));

		if (by->value.kind != VALUE_MAP)
			add_each(builder, IAM_CONDITION, operator, " ", &by->value);
		if (is_empty(&by->value))
			add_nothing(builder, IAM_CONDITION, operator, " ");
		for (uint32_t k = 0; by->value.kind == VALUE_MAP && k < by->value.len; k++) {
			const struct value_entry *key = &by->value.as.entries[k];

			struct str title =
			    joined(builder->arena, operator, " ", value_text(key->key));

			add_each(builder, IAM_CONDITION, title, " = ", &key->value);
			/* never true: that it goes lets somebody in */
			if (is_empty(&key->value))
				add_nothing(builder, IAM_CONDITION, title, " = ");
		}
	}
}

static bool is_true(const struct value *item, const char *key)
{
	const struct value *value = value_get_c(*item, key);

	return value && value->kind == VALUE_BOOL && value->as.boolean;
}

static struct diff_lines statement_lines(struct arena *arena, const struct value *item)
{
	struct lines_builder builder = {.arena = arena};
	const struct value *value;

	if (item->kind != VALUE_MAP) {
		add_each(&builder, IAM_STATEMENT, STR("Statement"), " ", item);
		return (struct diff_lines){builder.items, builder.count};
	}
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		bool is_not = is_true(item, fields[i].not_name);

		value = value_get_c(*item, fields[i].name);
		if (value)
			add_each(&builder, is_not ? fields[i].word + IAM_NOT : fields[i].word,
			    str_from(is_not ? fields[i].not_title : fields[i].title), " ", value);
		/* all but nothing is everything */
		if (value && is_not && is_empty(value))
			add_nothing(
			    &builder, fields[i].word + IAM_NOT, str_from(fields[i].not_title), " ");
	}
	value = value_get_c(*item, "condition");
	if (value)
		add_conditions(&builder, value);
	return (struct diff_lines){builder.items, builder.count};
}

/* --- statements side by side --- */

/* By what they are paired: the sid, and how many lines they share. */
static struct value to_align(struct arena *arena, const struct value *item)
{
	struct diff_lines lines = statement_lines(arena, item);
	struct value_entry *entries = arena_array(arena, struct value_entry, 2);
	struct value *texts = arena_array(arena, struct value, lines.count);
	const struct value *sid = value_get_c(*item, "sid");
	struct value out = value_null();
	struct str twice;

	for (size_t i = 0; i < lines.count; i++)
		texts[i] =
		    lines.items[i].is_apart ? value_unknown() : value_string(lines.items[i].text);
	entries[0] =
	    (struct value_entry){value_string(STR("lines")), value_list(texts, lines.count)};
	entries[1] = (struct value_entry){value_string(STR("sid")), sid ? *sid : value_null()};
	return value_map(arena, entries, 2, &out, &twice) ? out : value_null();
}

static struct value all_to_align(struct arena *arena, const struct value *statements)
{
	struct value *items = arena_array(arena, struct value, statements->len);

	for (uint32_t i = 0; i < statements->len; i++)
		items[i] = to_align(arena, &statements->as.items[i]);
	return value_list(items, statements->len);
}

struct comparison {
	struct arena *arena;
	struct diff_parts parts;
	const struct value *before, *after; /* the statements */
	struct iam_known known;
	size_t same, pending; /* that have not been written */
};

static void add_field(struct lines_builder *builder, enum iam_word word, const char *title,
    const struct value *item, const char *key)
{
	const struct value *value = value_get_c(*item, key);

	if (value && (value->kind != VALUE_STRING || value->len > 0))
		add_each(builder, word, str_from(title), " ", value);
}

/* Effect and Sid stand in the title; where they differ they are lines as well. */
static struct diff_lines lines_with_title(struct arena *arena, const struct value *item)
{
	struct diff_lines lines = statement_lines(arena, item);
	struct lines_builder builder = {.arena = arena};

	if (item->kind == VALUE_MAP) {
		add_field(&builder, IAM_EFFECT, "Effect", item, "effect");
		add_field(&builder, IAM_SID, "Sid", item, "sid");
	}
	for (size_t i = 0; i < lines.count; i++) {
		add_line(&builder, lines.items[i].kind, lines.items[i].text, NULL);
		builder.items[builder.count - 1].is_apart = lines.items[i].is_apart;
	}
	return (struct diff_lines){builder.items, builder.count};
}

static struct str title_of(struct arena *arena, const struct value *item)
{
	const struct value *effect = value_get_c(*item, "effect"), *sid = value_get_c(*item, "sid");

	if (!effect || !sid)
		return joined(arena, STR("Statement"), " ", part_text(item));
	if (sid->kind == VALUE_STRING && sid->len == 0)
		return part_text(effect);
	return joined(arena, part_text(effect), " ", part_text(sid));
}

static void flush_same(struct comparison *comparison)
{
	diff_parts_gap(&comparison->parts, 0, comparison->pending, "statement unchanged",
	    "statements unchanged");
	comparison->pending = 0;
}

static void add_marked(struct comparison *comparison, enum iam_word word, enum part_mark mark,
    const struct diff_lines *lines, const bool *marked)
{
	bool is_title = word == IAM_EFFECT || word == IAM_SID;

	for (size_t i = 0; i < lines->count; i++) {
		if (lines->items[i].kind != (uint8_t)word || marked[i] != (mark != PART_SAME) ||
		    (is_title && mark == PART_SAME))
			continue;
		diff_parts_add(&comparison->parts, mark, 1,
		    diff_line_cell(comparison->arena, &lines->items[i], true));
	}
}

static void add_changed(
    struct comparison *comparison, const struct value *before, const struct value *after)
{
	struct diff_text text = {.before = lines_with_title(comparison->arena, before),
	    .after = lines_with_title(comparison->arena, after)};
	struct diff_parts *parts = &comparison->parts;

	diff_members(comparison->arena, &text.before, &text.after, &text.marks);
	if (text.marks.removed_count + text.marks.added_count == 0) {
		comparison->same++;
		comparison->pending++;
		return;
	}
	flush_same(comparison);
	diff_parts_add(parts, PART_CHANGED, 0,
	    diff_cell(comparison->arena, title_of(comparison->arena, after), true));
	for (enum iam_word word = 0; word < IAM_WORDS; word++) {
		add_marked(comparison, word, PART_REMOVED, &text.before, text.marks.removed);
		add_marked(comparison, word, PART_ADDED, &text.after, text.marks.added);
		add_marked(comparison, word, PART_SAME, &text.after, text.marks.added);
	}
	iam_add_remarks(parts, &comparison->known, before, after, &text);
}

/* A statement that comes or goes as a whole. */
static void add_whole(struct comparison *comparison, const struct value *item, enum part_mark mark)
{
	struct diff_lines lines = statement_lines(comparison->arena, item);
	struct diff_text text = {0};
	bool *all = arena_array(comparison->arena, bool, lines.count);

	memset(all, 1, lines.count);
	flush_same(comparison);
	diff_parts_add(&comparison->parts, mark, 0,
	    diff_cell(comparison->arena, title_of(comparison->arena, item), true));
	for (size_t i = 0; i < lines.count; i++)
		diff_parts_add(&comparison->parts, mark, 1,
		    diff_line_cell(comparison->arena, &lines.items[i], true));
	if (mark == PART_ADDED) {
		text.after = lines;
		text.marks.added = all;
		iam_add_remarks(&comparison->parts, &comparison->known, NULL, item, &text);
	} else {
		text.before = lines;
		text.marks.removed = all;
		iam_add_remarks(&comparison->parts, &comparison->known, item, NULL, &text);
	}
}

static void compare_statements(struct diff_walk *walk, struct comparison *comparison)
{
	struct value before, after;
	struct alignment alignment;

	/* nearly always: one and one, which are a pair whatever they say */
	if (comparison->before->len == 1 && comparison->after->len == 1) {
		add_changed(
		    comparison, &comparison->before->as.items[0], &comparison->after->as.items[0]);
		return;
	}
	before = all_to_align(walk->arena, comparison->before);
	after = all_to_align(walk->arena, comparison->after);
	align_items(walk->arena, &before, &after, &walk->work, &alignment);
	for (uint32_t i = 0; i < before.len; i++) {
		const struct value *item = &comparison->before->as.items[i];

		if (alignment.after_of[i] == NO_ITEM)
			add_whole(comparison, item, PART_REMOVED);
		else
			add_changed(
			    comparison, item, &comparison->after->as.items[alignment.after_of[i]]);
	}
	for (uint32_t i = 0; i < after.len; i++) {
		if (alignment.before_of[i] == NO_ITEM)
			add_whole(comparison, &comparison->after->as.items[i], PART_ADDED);
	}
}

#define VERSION_NOW "2012-10-17"

static bool is_usual_version(const struct value *value, const char *key)
{
	return strcmp(key, "Version") == 0 && str_is(value_text(*value), VERSION_NOW);
}

/* Version and Id beside the statements; the usual version is not worth a line of what comes or
 * goes. */
static void compare_head(struct comparison *comparison, const struct value *before,
    const struct value *after, const char *key)
{
	const struct value *a = get_nocase(before, key), *b = get_nocase(after, key);
	struct arena *arena = comparison->arena;

	if ((before->kind == VALUE_NULL && b && is_usual_version(b, key)) ||
	    (after->kind == VALUE_NULL && a && is_usual_version(a, key)) ||
	    (a && b && !diff_leaf_differs(a, b)))
		return;
	if (a)
		diff_parts_add(&comparison->parts, PART_REMOVED, 0,
		    joined(arena, str_from(key), " ", diff_value_cell(arena, a)));
	if (b)
		diff_parts_add(&comparison->parts, PART_ADDED, 0,
		    joined(arena, str_from(key), " ", diff_value_cell(arena, b)));
}

static void add_row(struct diff_walk *walk, const struct comparison *comparison,
    const struct value *before, const struct value *after)
{
	enum difference difference = before->kind == VALUE_NULL	 ? DIFFERENCE_ADDED
				     : after->kind == VALUE_NULL ? DIFFERENCE_REMOVED
								 : DIFFERENCE_CHANGED;

	(void)diff_add_view(walk, difference, DIFF_STATEMENTS, &comparison->parts);
}

/* What the document before allowed, for what is called out of the other. */
static void read_allowed(struct comparison *comparison)
{
	struct iam_known *known = &comparison->known;
	const struct value *before = comparison->before;
	struct diff_lines *allowed = arena_array(comparison->arena, struct diff_lines, before->len);

	for (uint32_t i = 0; i < before->len; i++) {
		const struct value *item = &before->as.items[i];

		if (str_is(value_get_str(*item, "effect"), "Allow"))
			allowed[known->allowed_count++] = statement_lines(comparison->arena, item);
	}
	known->allowed = allowed;
	known->work = IAM_WORK;
}

/* False: they cannot be read. */
static bool compare_documents(struct diff_walk *walk, struct comparison *comparison,
    const struct value *before, const struct value *after)
{
	struct value *statements = arena_array(walk->arena, struct value, 2);

	*comparison = (struct comparison){.arena = walk->arena, .parts = {.arena = walk->arena}};
	if (!read_statements(walk->arena, before, &statements[0]) ||
	    !read_statements(walk->arena, after, &statements[1]))
		return false;
	comparison->before = &statements[0];
	comparison->after = &statements[1];
	iam_accounts_of(&comparison->known.accounts, walk->change);
	read_allowed(comparison);
	compare_head(comparison, before, after, "Version");
	compare_head(comparison, before, after, "Id");
	compare_statements(walk, comparison);
	return true;
}

bool diff_iam_pair(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct comparison comparison;

	if (!compare_documents(walk, &comparison, before, after))
		return false;
	if (comparison.parts.count == 0)
		return before->kind != VALUE_NULL && after->kind != VALUE_NULL;
	flush_same(&comparison);
	add_row(walk, &comparison, before, after);
	return true;
}

void diff_iam_call_out(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct comparison comparison;
	struct diff_parts remarks = {.arena = walk->arena};

	if (!compare_documents(walk, &comparison, before, after))
		return;
	for (uint32_t i = 0; i < comparison.parts.count; i++) {
		const struct diff_part *part = &comparison.parts.items[i];

		if (part->mark == PART_REMARK)
			diff_parts_add(&remarks, PART_REMARK, 0, part->cells[0]);
	}
	comparison.parts = remarks;
	if (remarks.count > 0)
		add_row(walk, &comparison, before, after);
}
