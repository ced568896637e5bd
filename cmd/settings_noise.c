/* The setting `noise`: which changed attributes are folded. Entries of all files count together. */
#include "base/arena.h"
#include "base/utf8.h"
#include "base/words.h"
#include "cmd/settings_file.h"
#include "report/noise.h"

#define PATH_MAX_BYTES	 ((size_t)300)
#define REASON_MAX_BYTES ((size_t)200)

static const char *const noise_keys[] = {"path", "reason", NULL};

/* One line of text: what is stored is one a line, with a tab in it. */
static bool is_line(const struct value *node, size_t most)
{
	struct str text = value_text(*node);
	size_t at;

	return node->kind == VALUE_STRING && text.len > 0 && text.len <= most &&
	       !str_find_char(text, '\n', &at) && !str_find_char(text, '\r', &at) &&
	       !str_find_char(text, '\t', &at);
}

static bool read_path(struct setting_reader *reader, const struct value *node, struct str *out)
{
	struct err why = {0};

	if (!is_line(node, PATH_MAX_BYTES)) {
		setting_problem(reader, node,
		    "noise.path: expected the path of an attribute such as tags.version, found %s",
		    node_is(*node));
		return false;
	}
	if (!noise_check(value_text(*node), &why)) {
		setting_problem(reader, node, "noise.path: %s", why.text);
		return false;
	}
	*out = value_text(*node);
	return true;
}

static bool read_reason(struct setting_reader *reader, const struct value *node, struct str *out)
{
	if (!is_line(node, REASON_MAX_BYTES)) {
		setting_problem(reader, node,
		    "noise.reason: expected one line of at most %zu bytes, found %s",
		    REASON_MAX_BYTES, node_is(*node));
		return false;
	}
	*out = utf8_printable(reader->arena, value_text(*node), true);
	return true;
}

static bool read_key(
    struct setting_reader *reader, const struct value_entry *entry, struct noise_rule *rule)
{
	struct str key = value_text(entry->key);
	const char *close;

	if (str_is(key, "path"))
		return read_path(reader, &entry->value, &rule->path);
	if (str_is(key, "reason"))
		return read_reason(reader, &entry->value, &rule->reason);
	close = words_closest(key, noise_keys);
	setting_problem(reader, &entry->key, "unknown key 'noise.%.*s'; %s%s%s", STR_ARG(key),
	    close ? "did you mean '" : "known here: ", close ? close : "path and reason",
	    close ? "'?" : "");
	return false;
}

static void read_rule(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	struct noise_rule rule = {.path = STR_EMPTY, .reason = STR_EMPTY};
	bool ok = true;

	if (node->kind == VALUE_MAP && !value_get_c(*node, "path")) {
		setting_problem(reader, node, "noise: an entry without a path");
		return;
	}
	if (node->kind != VALUE_MAP) {
		setting_problem(
		    reader, node, "noise: expected {path, reason}, found %s", node_is(*node));
		return;
	}
	for (uint32_t i = 0; i < node->len; i++)
		ok = read_key(reader, &node->as.entries[i], &rule) && ok;
	if (ok)
		setting_add_entry(reader, row, node,
		    str_format(
			reader->arena, "%.*s\t%.*s", STR_ARG(rule.path), STR_ARG(rule.reason)));
}

void settings_read_noise(
    struct setting_reader *reader, const struct setting_row *row, const struct value *node)
{
	struct setting_value *slot = &reader->settings->values[row - setting_rows];

	if (node->kind != VALUE_LIST) {
		setting_problem(reader, node, "noise: expected a list of {path, reason}, found %s",
		    node_is(*node));
		return;
	}
	if (!setting_takes_list(reader, row, node))
		return;
	for (uint32_t i = 0; i < node->len; i++)
		read_rule(reader, row, &node->as.items[i]);
	slot->is_set = true;
	slot->origin = setting_origin(reader, node);
}
