/* What a file says of its directory: `directories`, `labels`, `use`, `data`. */
#include "base/arena.h"
#include "policies/policy_reader.h"

/* --- labels --- */

void read_labels(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_named_map(reader, key, node))
		return;
	file->labels = arena_array(reader->arena, struct label, node->len);
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct label *label = &file->labels[file->label_count];
		const char *name = str_to_c(reader->arena, value_text(entry->key));
		struct str text;

		if (!reader_name(reader, "label", &entry->key) ||
		    !reader_text(reader, name, &entry->value, &text))
			continue;
		label->name = value_text(entry->key);
		label->value = value_string(text);
		label->place = reader_place(reader, &entry->key);
		file->label_count++;
	}
}

/* "{env}", "app-{env}": what is wrong with one part of the pattern, or NULL. */
static const char *wrong_part(struct str part)
{
	struct str rest = part;
	size_t open, close;

	if (part.len == 0 || str_is(part, ".") || str_is(part, ".."))
		return "it is relative to this file: no '/' at its ends, no '.' and no '..'";
	while (str_find_char(rest, '{', &open)) {
		if (!str_find_char(rest, '}', &close) || close < open)
			return "'{' and '}' stand around the name of a label";
		if (!name_is_valid(str_from_to(rest, open + 1, close)))
			return "the name of a label has letters, digits and '_', and begins with "
			       "no digit";
		rest = str_skip(rest, close + 1);
		if (str_starts(rest, STR("{")))
			return "two labels need something between them";
	}
	return str_contains(rest, STR("}")) ? "a '}' closes nothing" : NULL;
}

void read_directories(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;
	struct policy_text pattern;
	const char *wrong;
	struct str rest, part;

	if (!reader_message(reader, key, node, &pattern))
		return;
	rest = pattern.text;
	wrong = str_ends(rest, STR("/")) ? wrong_part(STR_EMPTY) : NULL;
	while (!wrong && str_split(&rest, '/', &part))
		wrong = wrong_part(part);
	if (wrong)
		reader_problem(reader, node, "'%s': %s", key, wrong);
	else
		file->directories = pattern;
}

/* --- use --- */

void read_uses(struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_list(reader, key, node))
		return;
	file->uses = arena_array(reader->arena, struct use, node->len);
	for (uint32_t i = 0; i < node->len; i++) {
		struct use *use = &file->uses[file->use_count];

		if (!reader_text(reader, key, &node->as.items[i], &use->text))
			continue;
		use->place = reader_place(reader, &node->as.items[i]);
		file->use_count++;
	}
}

/* --- data --- */

void read_data(struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_named_map(reader, key, node))
		return;
	file->data = arena_array(reader->arena, struct data_document, node->len);
	for (uint32_t i = 0; i < node->len; i++) {
		const struct value_entry *entry = &node->as.entries[i];
		struct data_document *document = &file->data[file->data_count];
		const char *name = str_to_c(reader->arena, value_text(entry->key));

		if (!reader_name(reader, "document", &entry->key) ||
		    !reader_text(reader, name, &entry->value, &document->path))
			continue;
		document->name = value_text(entry->key);
		document->place = reader_place(reader, &entry->key);
		file->data_count++;
	}
}
