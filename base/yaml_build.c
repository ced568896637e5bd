#include "base/yaml_build.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/yaml.h"
#include "base/yaml_events.h"

#define FIRST_CAP  16
#define MERGES_MAX 64

_Static_assert(sizeof(struct value_entry) == 2 * sizeof(struct value),
    "a map's entries can be walked as keys and values in turns");

struct builder {
	struct arena *arena;
	const struct yaml_events *events;
	struct yaml *yaml;
	unsigned nodes;
	struct err *err;
};

/* A node that has been built, with the places of what stands directly in it. */
struct built {
	struct value value;
	uint32_t at;
	const uint32_t *places;
};

/* The sources of one '<<', in the order of the file: earlier ones win. */
struct merge {
	struct built *sources;
	size_t count;
	bool seen;
};

static bool build(struct builder *builder, uint32_t index, unsigned depth, struct built *out);

static bool refuse(struct builder *builder, enum err_code code, uint32_t at, const char *text)
{
	struct yaml_place place = {0, 0};

	if (at != YAML_NO_PLACE)
		place = yaml_place_at(builder->yaml->text, at);
	return err_set_at(
	    builder->err, code, builder->yaml->file, place.line, place.column, "%s", text);
}

static bool refuse_name(
    struct builder *builder, uint32_t at, const char *what, struct str name, const char *why)
{
	struct yaml_place place = yaml_place_at(builder->yaml->text, at);

	return err_set_at(builder->err, ERR_SYNTAX, builder->yaml->file, place.line, place.column,
	    "%s '%.*s' %s", what, STR_ARG(name), why);
}

static void add_span(
    struct builder *builder, const struct value *first, size_t count, const uint32_t *places)
{
	struct yaml *yaml = builder->yaml;

	if (count == 0)
		return;
	if (yaml->span_count == yaml->span_cap) {
		size_t cap = yaml->span_cap ? yaml->span_cap * 2 : FIRST_CAP;

		yaml->spans = arena_grow(builder->arena, yaml->spans,
		    yaml->span_cap * sizeof(*yaml->spans), cap * sizeof(*yaml->spans));
		yaml->span_cap = cap;
	}
	yaml->spans[yaml->span_count++] = (struct yaml_span){first, count, places};
}

/* The newest anchor of that name before the alias; names may be used again. */
static bool find_anchor(struct builder *builder, uint32_t alias, uint32_t *target)
{
	const struct yaml_event *event = &builder->events->list[alias];

	for (size_t i = builder->events->anchor_count; i > 0; i--) {
		const struct yaml_anchor *anchor = &builder->events->anchors[i - 1];

		if (anchor->event >= alias || !str_eq(anchor->name, event->text))
			continue;
		*target = anchor->event;
		if (builder->events->list[anchor->event].end <= alias)
			return true;
		return refuse_name(
		    builder, event->at, "the anchor", event->text, "contains itself");
	}
	return refuse_name(
	    builder, event->at, "the anchor", event->text, "does not stand before its alias");
}

static bool build_list(struct builder *builder, uint32_t index, unsigned depth, struct built *out)
{
	const struct yaml_event *list = builder->events->list;
	size_t count = list[index].children;
	struct value *items = arena_array(builder->arena, struct value, count);
	uint32_t *places = arena_array(builder->arena, uint32_t, count);
	uint32_t child = index + 1;

	for (size_t i = 0; i < count; i++, child = list[child].end) {
		struct built item;

		if (!build(builder, child, depth + 1, &item))
			return false;
		items[i] = item.value;
		places[i] = item.at == YAML_NO_PLACE ? list[index].at : item.at;
	}
	out->value = value_list(items, count);
	out->places = places;
	add_span(builder, items, count, places);
	return true;
}

/* Everything with a name is text, whatever it looks like; a list or map is no name. */
static bool build_key(
    struct builder *builder, uint32_t index, unsigned depth, uint32_t map_at, struct built *out)
{
	if (!build(builder, index, depth, out))
		return false;
	if (out->at == YAML_NO_PLACE)
		out->at = map_at;
	if (out->value.kind == VALUE_STRING)
		return true;
	return refuse(builder, ERR_SYNTAX, out->at, "a key has to be a text, not a list or a map");
}

static bool add_merge_source(
    struct builder *builder, struct merge *merge, const struct built *source, uint32_t at)
{
	if (source->value.kind != VALUE_MAP)
		return refuse(
		    builder, ERR_SYNTAX, at, "'<<' takes the alias of a map, or a list of these");
	merge->sources[merge->count++] = *source;
	return true;
}

/* A list of maps is built item by item, so that the places of their entries are at hand. */
static bool read_merge(
    struct builder *builder, uint32_t index, unsigned depth, uint32_t at, struct merge *merge)
{
	const struct yaml_event *list = builder->events->list;
	struct built source;

	if (merge->seen)
		return refuse(builder, ERR_SYNTAX, at, "the key '<<' stands here twice");
	merge->seen = true;
	if (list[index].children > MERGES_MAX && list[index].kind == YAML_EVENT_LIST)
		return refuse(builder, ERR_LIMIT, at, "'<<' with more than 64 maps");
	merge->sources = arena_array(builder->arena, struct built,
	    list[index].kind == YAML_EVENT_LIST ? list[index].children : 1);
	if (list[index].kind != YAML_EVENT_LIST)
		return build(builder, index, depth + 1, &source) &&
		       add_merge_source(builder, merge, &source, at);
	for (uint32_t i = index + 1; i < list[index].end; i = list[i].end)
		if (!build(builder, i, depth + 2, &source) ||
		    !add_merge_source(builder, merge, &source, at))
			return false;
	return true;
}

/* Whether the map itself or an earlier source has the key. */
static bool is_hidden(
    const struct value *own, const struct merge *merge, size_t source, struct str key)
{
	if (value_get(*own, key))
		return true;
	for (size_t i = 0; i < source; i++)
		if (value_get(merge->sources[i].value, key))
			return true;
	return false;
}

struct draft {
	struct value_entry *entries;
	uint32_t *places;
	size_t count;
};

static struct draft draft_new(struct builder *builder, size_t cap)
{
	return (struct draft){
	    .entries = arena_array(builder->arena, struct value_entry, cap),
	    .places = arena_array(builder->arena, uint32_t, 2 * cap),
	};
}

static void draft_add(struct draft *draft, const struct value_entry *entry, const uint32_t at[2])
{
	draft->entries[draft->count] = *entry;
	draft->places[2 * draft->count] = at[0];
	draft->places[2 * draft->count + 1] = at[1];
	draft->count++;
}

static bool tell_duplicate(struct builder *builder, const struct draft *draft, struct str key)
{
	uint32_t at = YAML_NO_PLACE;

	for (size_t i = 0; i < draft->count; i++)
		if (str_eq(value_text(draft->entries[i].key), key))
			at = draft->places[2 * i];
	return refuse_name(builder, at, "the key", key, YAML_TWICE);
}

static void apply_merge(struct builder *builder, const struct merge *merge, struct draft *draft,
    const struct value *own)
{
	size_t cap = draft->count;
	struct draft all;

	for (size_t i = 0; i < merge->count; i++)
		cap += merge->sources[i].value.len;
	all = draft_new(builder, cap);
	for (size_t i = 0; i < draft->count; i++)
		draft_add(&all, &own->as.entries[i], draft->places + 2 * i);
	for (size_t i = 0; i < merge->count; i++) {
		const struct built *source = &merge->sources[i];

		for (size_t k = 0; k < source->value.len; k++) {
			const struct value_entry *entry = &source->value.as.entries[k];

			if (!is_hidden(own, merge, i, value_text(entry->key)))
				draft_add(&all, entry, source->places + 2 * k);
		}
	}
	*draft = all;
}

static bool finish_map(
    struct builder *builder, struct draft *draft, const struct merge *merge, struct built *out)
{
	struct str duplicate = STR_EMPTY;

	if (!value_map(builder->arena, draft->entries, draft->count, &out->value, &duplicate))
		return tell_duplicate(builder, draft, duplicate);
	if (merge->count > 0) {
		apply_merge(builder, merge, draft, &out->value);
		if (!value_map(
			builder->arena, draft->entries, draft->count, &out->value, &duplicate))
			return tell_duplicate(builder, draft, duplicate);
	}
	out->places = draft->places;
	if (draft->count > 0)
		add_span(builder, &out->value.as.entries[0].key, 2 * draft->count, draft->places);
	return true;
}

static bool build_entries(struct builder *builder, uint32_t index, unsigned depth,
    struct draft *draft, struct merge *merge)
{
	const struct yaml_event *list = builder->events->list, *map = &list[index];
	uint32_t child = index + 1;

	for (uint32_t i = 0; i < map->children / 2; i++) {
		struct built key, value;
		uint32_t second = list[child].end;

		if (!build_key(builder, child, depth + 1, map->at, &key))
			return false;
		child = list[second].end;
		if (key.value.tag == YAML_PLAIN && str_is(value_text(key.value), "<<")) {
			if (!read_merge(builder, second, depth, key.at, merge))
				return false;
			continue;
		}
		if (!build(builder, second, depth + 1, &value))
			return false;
		draft_add(draft, &(struct value_entry){key.value, value.value},
		    (const uint32_t[]){key.at, value.at == YAML_NO_PLACE ? key.at : value.at});
	}
	return true;
}

static bool build_map(struct builder *builder, uint32_t index, unsigned depth, struct built *out)
{
	struct merge merge = {.count = 0};
	struct draft draft = draft_new(builder, builder->events->list[index].children / 2);

	return build_entries(builder, index, depth, &draft, &merge) &&
	       finish_map(builder, &draft, &merge, out);
}

/* What a tag of the caller's makes of the value that follows it. */
static void apply_tag(const struct yaml_tag *tag, struct value *value)
{
	uint16_t style = value->tag;

	if (!tag)
		return;
	if (tag->kind == VALUE_UNKNOWN) {
		*value = value_unknown();
		value->tag = style;
	}
	value->marks |= tag->marks;
}

static bool build_node(struct builder *builder, uint32_t index, unsigned depth, struct built *out)
{
	const struct yaml_event *event = &builder->events->list[index];
	uint32_t target = 0;

	if (++builder->nodes > YAML_NODES_MAX)
		return refuse(builder, ERR_LIMIT, event->at,
		    "more than 100,000 values once all aliases are followed");
	if (depth > YAML_DEPTH_MAX)
		return refuse(builder, ERR_LIMIT, event->at,
		    "lists and maps stand more than 64 deep once all aliases are followed");
	switch (event->kind) {
	case YAML_EVENT_SCALAR:
		out->value = value_string(event->text);
		out->value.tag = event->style;
		return true;
	case YAML_EVENT_LIST:
		return build_list(builder, index, depth, out);
	case YAML_EVENT_MAP:
		return build_map(builder, index, depth, out);
	case YAML_EVENT_ALIAS:
		return find_anchor(builder, index, &target) && build(builder, target, depth, out);
	}
	return false;
}

static bool build(struct builder *builder, uint32_t index, unsigned depth, struct built *out)
{
	const struct yaml_event *event = &builder->events->list[index];

	*out = (struct built){.at = event->at};
	if (!build_node(builder, index, depth, out))
		return false;
	apply_tag(event->tag, &out->value);
	return true;
}

static int span_cmp(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct yaml_span *)a)->first;
	uintptr_t y = (uintptr_t)((const struct yaml_span *)b)->first;

	return (x > y) - (x < y);
}

bool yaml_build(
    struct arena *arena, const struct yaml_events *events, struct yaml *yaml, struct err *err)
{
	struct builder builder = {.arena = arena, .events = events, .yaml = yaml, .err = err};
	struct built root = {.at = YAML_NO_PLACE};
	struct str duplicate;

	if (events->count > 0 && !build(&builder, 0, 0, &root))
		return false;
	/* nothing but comments, or '---' */
	if (events->count == 0 || (root.value.tag == YAML_PLAIN && root.value.len == 0))
		(void)!value_map(
		    arena, arena_array(arena, struct value_entry, 1), 0, &root.value, &duplicate);
	yaml->root = root.value;
	yaml->root_at = root.at == YAML_NO_PLACE ? 0 : root.at;
	if (yaml->span_count > 0)
		qsort(yaml->spans, yaml->span_count, sizeof(*yaml->spans), span_cmp);
	return true;
}
