/*
 * settings_file.h: one tfherald.yaml -> settings, with everything that is wrong with it. What lies
 * between the table (settings_table.c) and settings_load().
 *
 * Problems are collected, not returned one by one, so that a person fixes all of them at once.
 * Ownership: the arena given. Layer: cmd.
 */
#ifndef CMD_SETTINGS_FILE_H
#define CMD_SETTINGS_FILE_H

#include "base/err.h"
#include "base/value.h"
#include "base/yaml.h"
#include "cmd/settings.h"

#define SETTINGS_FILE	    "tfherald.yaml"
#define SETTINGS_FILE_MAX   ((size_t)4 << 20)
#define PROBLEMS_MAX	    100 /* a file with more is not a settings file */
#define ROUTES_MAX	    200
#define SETTING_ENTRIES_MAX 200 /* of a list, in all files together */

struct source;

struct problems {
	struct arena *arena;
	struct err *items;
	size_t count, cap;
};

void problems_init(struct problems *problems, struct arena *arena);
/* Moves `err` (which is set) into the list and clears it. */
void problems_add(struct problems *problems, struct err *err);

/* Where a value is read from; what every parser of a value needs. */
struct setting_reader {
	struct arena *arena;
	struct settings *settings;
	struct problems *problems;
	const struct yaml *yaml;
	const struct source *source; /* NULL: the working tree */
	const char *file;	     /* relative to the root */
	struct str base;	     /* directory of the file, "" for the root */
	bool policies; /* also what is wrong with the part of the file that the policies read */
	struct slack_route *routes; /* ROUTES_MAX */
	uint32_t too_long;	    /* bit per setting: that it has too many entries was said */
};

/* Text of a scalar -> value of a row. Errors: ERR_INVALID without a place, without secrets. */
NODISCARD bool setting_parse(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err);

/* Everything in one document. */
void settings_read_document(struct setting_reader *reader);
void settings_read_routes(struct setting_reader *reader, const struct value *node);
/* settings_lists.c: SETTING_SWITCHES and SETTING_LIST; what stands there already is added to. */
void settings_read_switches(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node);
void settings_read_list(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node);
/* False, and it is said, when the list alone is too long: then nothing of it is read. */
bool setting_takes_list(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node);
/* Adds to what stands there already; the same entry counts once. More than SETTING_ENTRIES_MAX are
 * a problem, told once. */
void setting_add_entry(struct setting_reader *reader, const struct setting_row *row,
    const struct value *node, struct str entry);
/* settings_noise.c */
void settings_read_noise(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node);
bool setting_is_variable_name(struct str name);

/* A problem at a node of the document. */
void setting_problem(struct setting_reader *reader, const struct value *node, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* "prod/tfherald.yaml:3:5", and of which commit. */
struct str setting_origin(struct setting_reader *reader, const struct value *node);
/* "text", "a list", "a map", "nothing": what stands there instead. */
const char *node_is(struct value node);

/* Nothing is set. */
void settings_defaults(struct arena *arena, struct settings *settings);

/* Every file from the root to the directory of the run, into reader->settings. */
void settings_read_chain(struct setting_reader *reader, const struct workspace *workspace);

/* The route that stands for none, where Slack is set up; closes the list. */
void settings_finish_routes(
    const struct app *app, struct settings *settings, struct slack_route *routes);

/* The file of one directory ("" for the root), if there is one: *found. */
void settings_read_file(
    struct setting_reader *reader, const struct workspace *workspace, bool *found);

/* "terraform: tofu": the first row that a single value under this key stands for, or NULL. */
const struct setting_row *settings_short_form(struct str key);

/* TFHERALD_<KEY> of a row; false when the row has none. */
bool setting_variable(struct arena *arena, const struct setting_row *row, struct str *out);

#endif
