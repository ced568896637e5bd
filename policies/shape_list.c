#include "policies/shape_list.h"

#include "base/arena.h"
#include "base/err.h"

void shape_list_begin(struct shape_list *list, struct arena *arena, size_t limit)
{
	*list = (struct shape_list){.arena = arena, .limit = limit};
}

void shape_list_add(struct shape_list *list, struct value item)
{
	if (list->count == list->limit) {
		list->over = true;
		return;
	}
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : 4;

		list->items = arena_grow(list->arena, list->items,
		    list->room * sizeof(*list->items), room * sizeof(*list->items));
		list->room = room;
	}
	list->items[list->count++] = item;
}

bool shape_is_open(struct value value)
{
	return value.kind == VALUE_UNKNOWN || value.kind == VALUE_HIDDEN;
}

void shape_list_add_source(struct shape_list *list, struct value source)
{
	list->unknown_sources += source.kind == VALUE_UNKNOWN;
	shape_list_add(list, source);
}

void shape_list_add_all(struct shape_list *list, struct value value)
{
	if (value.kind == VALUE_NULL)
		return;
	if (value.kind != VALUE_LIST) {
		if (shape_is_open(value))
			shape_list_add_source(list, value);
		else
			shape_list_add(list, value);
		return;
	}
	for (uint32_t i = 0; i < value.len; i++) {
		struct value item = value.as.items[i];

		item.marks |= value.marks & VALUE_SENSITIVE;
		shape_list_add(list, item);
	}
}

struct value shape_list_value(const struct shape_list *list)
{
	if (list->count == 1 && list->unknown_sources == 1)
		return list->items[0];
	return value_list(list->items, list->count);
}

bool shape_list_finish(
    const struct shape_list *list, const char *what, struct value *out, struct err *err)
{
	if (list->over)
		return err_set(
		    err, ERR_LIMIT, "more than %zu %s in one resource", list->limit, what);
	*out = shape_list_value(list);
	return true;
}

struct value shape_map(
    struct arena *arena, const struct str *keys, const struct value *values, size_t count)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, count);
	uint8_t marks = VALUE_SORTED;

	for (size_t i = 0; i < count; i++) {
		entries[i] = (struct value_entry){value_string(keys[i]), values[i]};
		marks |= values[i].marks & (VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE);
		if (values[i].marks & VALUE_SENSITIVE)
			marks |= VALUE_HAS_SENSITIVE;
	}
	return (struct value){
	    .kind = VALUE_MAP, .marks = marks, .len = (uint32_t)count, .as.entries = entries};
}

struct value shape_get(struct value map, const char *name)
{
	const struct value *value = value_get_c(map, name);

	return value ? *value : value_null();
}

struct value shape_first(struct value map, const char *const *names)
{
	for (; *names; names++) {
		struct value value = shape_get(map, *names);

		if (value.kind != VALUE_NULL)
			return value;
	}
	return value_null();
}
