/* Settings that are lists or maps of switches: `redact`. Their entries of all files count together.
 */
#include "cmd/settings_file.h"

#include "base/arena.h"
#include "base/regex.h"
#include "base/words.h"
#include "parser/detectors.h"

#define ENTRY_MAX 1000

static bool has_entry(struct str text, struct str wanted)
{
	struct str entry;

	while (settings_entry(&text, &entry)) {
		if (str_eq(entry, wanted))
			return true;
	}
	return false;
}

/* Once: what is said of the first one too many holds for all that follow. */
static void say_too_many(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	uint32_t bit = UINT32_C(1) << (row - setting_rows);

	if (reader->too_long & bit)
		return;
	reader->too_long |= bit;
	setting_problem(reader, node, "%s: more than %d entries, those of all files together",
	    row->key, SETTING_ENTRIES_MAX);
}

bool setting_takes_list(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	if (node->len <= SETTING_ENTRIES_MAX)
		return true;
	say_too_many(reader, row, node);
	return false;
}

void setting_add_entry(struct setting_reader *reader, const struct setting_row *row,
    const struct value *node, struct str entry)
{
	struct setting_value *slot = &reader->settings->values[row - setting_rows];

	if (has_entry(slot->text, entry))
		return;
	if (settings_entry_count(slot->text) >= SETTING_ENTRIES_MAX) {
		say_too_many(reader, row, node);
		return;
	}
	if (slot->text.len == 0)
		slot->text = str_copy(reader->arena, entry);
	else
		slot->text = str_format(reader->arena, "%.*s\n%.*s", (int)slot->text.len,
		    slot->text.ptr, (int)entry.len, entry.ptr);
}

static void set_origin(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	struct setting_value *slot = &reader->settings->values[row - setting_rows];

	slot->is_set = true;
	slot->origin = setting_origin(reader, node);
}

/* --- switches --- */

static void unknown_detector(
    struct setting_reader *reader, const struct setting_row *row, const struct value *key)
{
	const char *names[DETECTOR_COUNT + 1] = {NULL};
	const char *close;

	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		names[i] = detector_rows[i].name;
	close = words_closest(value_text(*key), names);
	setting_problem(reader, key, "%s: there is no detector '%.*s'; %s%s%s", row->key,
	    STR_ARG(value_text(*key)), close ? "did you mean '" : "known: ",
	    close ? close : words_listed(reader->arena, names).ptr, close ? "'?" : "");
}

static bool read_switch(const struct value *node, bool *on)
{
	struct str text = value_text(*node);

	*on = str_is(text, "on") || str_is(text, "true");
	return *on || str_is(text, "off") || str_is(text, "false");
}

/* The nearest file wins: what an outer one says of the same name goes. */
static void forget(struct setting_reader *reader, const struct setting_row *row, struct str name)
{
	struct setting_value *slot = &reader->settings->values[row - setting_rows];
	struct str rest = slot->text, entry;

	slot->text = STR_EMPTY;
	while (settings_entry(&rest, &entry)) {
		if (!str_eq(str_from_to(entry, 0, entry.len - strlen("=off")), name))
			setting_add_entry(reader, row, NULL, entry);
	}
}

void settings_read_switches(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	if (node->kind != VALUE_MAP) {
		setting_problem(reader, node, "%s: expected a map of names to on or off, found %s",
		    row->key, node_is(*node));
		return;
	}
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct str name = value_text(entry->key);
		enum detector detector;
		bool on;

		if (!detector_from_str(name, &detector)) {
			unknown_detector(reader, row, &entry->key);
			continue;
		}
		if (!read_switch(&entry->value, &on)) {
			setting_problem(reader, &entry->value,
			    "%s.%.*s: expected on or off, found %s", row->key, STR_ARG(name),
			    node_is(entry->value));
			continue;
		}
		forget(reader, row, name);
		if (!on)
			setting_add_entry(reader, row, node,
			    str_format(reader->arena, "%.*s=off", STR_ARG(name)));
	}
	set_origin(reader, row, node);
}

/* --- lists --- */

static void read_pattern(struct setting_reader *reader, const struct setting_row *row,
    const struct value *node, struct str pattern)
{
	struct regex *regex CLEANUP(regex_free_ptr) = NULL;
	struct err why = {0};
	bool matches_nothing;

	if (pattern.len == 0 || !regex_compile_re2(reader->arena, pattern, &regex, &why)) {
		setting_problem(reader, node, "%s: %s", row->key,
		    pattern.len == 0 ? "expected a pattern after 'regexp:'" : why.text);
		return;
	}
	if (!regex_matches(regex, STR_EMPTY, &matches_nothing, &why) || matches_nothing) {
		setting_problem(reader, node, "%s: this pattern matches the empty text", row->key);
		return;
	}
	setting_add_entry(reader, row, node, value_text(*node));
}

static void read_mask(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	struct str rest = value_text(*node);

	if (str_eat(&rest, STR("regexp:"))) {
		read_pattern(reader, row, node, rest);
		return;
	}
	/* what stands there may be the secret itself, so that it is never repeated */
	if (!str_eat(&rest, STR("env:")) || !setting_is_variable_name(rest)) {
		setting_problem(reader, node,
		    "%s: expected env:NAME or regexp:PATTERN; a secret does not belong in a file",
		    row->key);
		return;
	}
	setting_add_entry(reader, row, node, value_text(*node));
}

static void read_name(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	if (!setting_is_variable_name(value_text(*node))) {
		setting_problem(reader, node,
		    "%s: expected the name of an environment variable (letters, digits and "
		    "underscores)",
		    row->key);
		return;
	}
	setting_add_entry(reader, row, node, value_text(*node));
}

void settings_read_list(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	if (node->kind != VALUE_LIST) {
		setting_problem(
		    reader, node, "%s: expected a list, found %s", row->key, node_is(*node));
		return;
	}
	if (!setting_takes_list(reader, row, node))
		return;
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value *item = &node->as.items[i];
		struct str text = value_text(*item), line = text, rest = text;

		if (item->kind != VALUE_STRING || text.len == 0 || text.len > ENTRY_MAX ||
		    !str_line(&rest, &line) || line.len != text.len)
			setting_problem(reader, item,
			    "%s: expected one line of text of at most %d bytes, found %s", row->key,
			    ENTRY_MAX, node_is(*item));
		else if (row == &setting_rows[SET_REDACT_MASKS])
			read_mask(reader, row, item);
		else
			read_name(reader, row, item);
	}
	set_origin(reader, row, node);
}
