#include "tests/support/source_script.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"

/* Empty: it is none. */
static struct str link_of(const struct source_row *row)
{
	struct str target = str_from(row->text);

	return str_eat(&target, STR("-> ")) ? target : STR_EMPTY;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of struct source */
static bool script_read(void *state, struct arena *arena, struct str path, size_t limit,
    struct str *text, bool *found, struct err *err)
{
	struct source_script *script = state;

	script->reads++;
	*found = false;
	for (const struct source_row *row = script->rows; row->path != NULL; row++) {
		if (!str_is(path, row->path))
			continue;
		*found = true;
		if (row->broken)
			return err_set(err, ERR_IO, "'%s' cannot be read", row->path);
		if (row->text == NULL || link_of(row).len > 0)
			return err_set(err, ERR_INVALID,
			    "'%s' is a symbolic link; policy files are plain files", row->path);
		if (strlen(row->text) > limit)
			return err_set(err, ERR_LIMIT, "'%s' is over the limit", row->path);
		*text = str_copy(arena, str_from(row->text));
	}
	return true;
}

static int entry_cmp(const void *a, const void *b)
{
	const struct source_entry *left = a, *right = b;

	return str_cmp(left->name, right->name);
}

/* The part of a path that is an entry of the directory; false: it lies elsewhere. */
static bool entry_of(const struct source_row *row, struct str directory, struct source_entry *entry)
{
	struct str rest = str_from(row->path);
	size_t slash;

	if (directory.len > 0 && !(str_eat(&rest, directory) && str_eat(&rest, STR("/"))))
		return false;
	entry->kind = row->text != NULL || row->broken ? SOURCE_FILE : SOURCE_OTHER;
	if (link_of(row).len > 0)
		entry->kind = SOURCE_LINK;
	if (str_find_char(rest, '/', &slash)) {
		entry->kind = SOURCE_DIRECTORY;
		rest = str_from_to(rest, 0, slash);
	}
	entry->name = rest;
	return rest.len > 0;
}

static bool script_list(void *state, struct arena *arena, struct str directory,
    struct source_entry **entries, size_t *count, struct err *err UNUSED)
{
	struct source_script *script = state;
	size_t rows = 0, out = 0;

	script->lists++;
	while (script->rows[rows].path != NULL)
		rows++;
	*entries = arena_array(arena, struct source_entry, rows);
	for (size_t i = 0; i < rows; i++)
		out += entry_of(&script->rows[i], directory, &(*entries)[out]);
	*count = 0;
	if (out > 0)
		qsort(*entries, out, sizeof(**entries), entry_cmp);
	/* a directory stands there once for each of its files */
	for (size_t i = 0; i < out; i++) {
		if (i == 0 || !str_eq((*entries)[i].name, (*entries)[i - 1].name))
			(*entries)[(*count)++] = (*entries)[i];
	}
	return true;
}

static bool script_link(void *state, struct arena *arena UNUSED, struct str path,
    struct str *target, struct err *err UNUSED)
{
	const struct source_script *script = state;

	*target = STR_EMPTY;
	for (const struct source_row *row = script->rows; row->path != NULL; row++) {
		if (str_is(path, row->path))
			*target = link_of(row);
	}
	return true;
}

struct source source_script(struct source_script *script, const struct source_row *rows)
{
	*script = (struct source_script){.rows = rows};
	return (struct source){
	    .state = script,
	    .name = STR("script"),
	    .read = script_read,
	    .list = script_list,
	    .link = script_link,
	};
}
