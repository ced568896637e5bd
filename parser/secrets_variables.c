/* secrets_collect_variables(), declared in secrets.h. */
#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_read.h"
#include "parser/secrets.h"

/* Values and declarations of root variables; more than this is no configuration. */
#define VARIABLES_MAX ((uint64_t)64 << 20)

NODISCARD static bool read_span(struct arena *arena, const struct plan *plan, struct span span,
    struct value *out, struct err *err)
{
	struct jsonr json = {.file = input_name(plan->input)};
	struct str text;

	*out = value_null();
	if (span.len == 0)
		return true;
	if (span.len > VARIABLES_MAX)
		return err_set(err, ERR_LIMIT, "the variables are larger than %d MiB",
		    (int)(VARIABLES_MAX >> 20));
	return input_text(arena, plan->input, span.offset, (size_t)span.len, &text, err) &&
	       jsonr_read(arena, text, &json, out, err);
}

/* The member `key` of the object at `from`; a span of length 0 when there is none. */
NODISCARD static bool find_member(struct arena *arena, const struct plan *plan, struct span from,
    const char *key, struct span *out, struct err *err)
{
	struct cursor *cursor;
	struct span span;
	struct str name;
	bool more;
	char kind;

	*out = (struct span){0};
	if (from.len == 0)
		return true;
	cursor = cursor_new(arena, plan->input, from.offset);
	if (!cursor_peek(cursor, &kind, err))
		return false;
	if (kind != '{')
		return true;
	if (!cursor_enter(cursor, '{', err))
		return false;
	for (;;) {
		if (!cursor_key(cursor, &name, &more, err))
			return false;
		if (!more)
			return true;
		bool found = str_is(name, key);

		if (!cursor_skip(cursor, &span, err))
			return false;
		if (found)
			*out = span;
	}
}

static void add_sensitive(struct secrets *secrets, struct value declared, struct value values)
{
	for (uint32_t i = 0; declared.kind == VALUE_MAP && i < declared.len; i++) {
		const struct value_entry *entry = &declared.as.entries[i];
		const struct value *variable = value_get(values, value_text(entry->key));
		const struct value *value = variable ? value_get_c(*variable, "value") : NULL;

		if (!value_get_bool(entry->value, "sensitive", false))
			continue;
		if (value)
			secrets_add_value(secrets, *value);
		value = value_get_c(entry->value, "default");
		if (value)
			secrets_add_value(secrets, *value);
	}
}

bool secrets_collect_variables(
    struct secrets *secrets, const struct plan *plan, struct arena *scratch, struct err *err)
{
	struct arena_mark mark = arena_save(scratch);
	struct value declared, values;
	struct span root, variables;

	if (plan->form != PLAN_FORM_JSON)
		return true;
	if (!find_member(scratch, plan, plan->configuration, "root_module", &root, err) ||
	    !find_member(scratch, plan, root, "variables", &variables, err) ||
	    !read_span(scratch, plan, variables, &declared, err) ||
	    !read_span(scratch, plan, plan->variables, &values, err))
		return false;
	add_sensitive(secrets, declared, values);
	arena_rewind(scratch, mark);
	return true;
}
