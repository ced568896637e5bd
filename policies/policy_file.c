#include "policies/policy_file.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/json_read.h"
#include "policies/packs.h"
#include "policies/policy_reader.h"

#ifndef TFHERALD_VERSION
#define TFHERALD_VERSION "0"
#endif
#define FORMAT_VERSION 1
#define KEYS	       ARRAY_LEN(policy_key_rows)

static const struct yaml_tag test_tags[] = {
    {"!unknown", VALUE_UNKNOWN, 0},
    {"!sensitive", VALUE_STRING, VALUE_SENSITIVE | VALUE_HAS_SENSITIVE},
    {NULL, VALUE_NULL, 0},
};
const struct yaml_read_options policy_yaml = {.tags = test_tags, .keep_tags = true};

const struct policy_key_row policy_key_rows[] = {
    {"directories", "text", "own file",
	"parts of the path that become labels: \"envs/{env}/{service}\""},
    {"labels", "map of text", "merged, the nearest wins", "facts about this directory"},
    {"params", "map of {type, value, tighten}", "merged, the nearest wins",
	"typed values for rules"},
    {"variables", "map of expressions", "merged, the nearest wins",
	"named expressions, shared by the rules"},
    {"use", "list of text", "accumulate",
	"packs of the program (pack:NAME@VERSION) and files of the repository"},
    {"rules", "list of rules", "accumulate", "what may not happen, and what must hold"},
    {"override", "map of {level, params, disabled}", "accumulate", "changes to inherited rules"},
    {"tests", "list of tests", "own file", "resources and what a rule has to say of them"},
    {"data", "map of paths", "merged, the nearest wins",
	"JSON documents for expressions: data.NAME"},
    {"undecided", "warn or deny", "the strictest",
	"how much counts what is known only after apply"},
    {"require_rules", "true or false", "true wins",
	"no rules, or none that looked at anything, denies the run"},
    {"waiver_policy", "{max_days, require}", "the strictest", "what a waiver must have"},
    {"owners", "{policy, team}", "the nearest; policy only tightens",
	"who may release a weakening or a waiver, and who is mentioned"},
    {"break_glass", "{who, notify}", "root file only; nobody acts on `notify` yet",
	"lets denials be overridden in an emergency"},
    {"waivers", "list of waivers", "accumulate", "exceptions; in tfherald.waivers.yaml only"},
    {NULL, NULL, NULL, NULL},
};

bool policy_key(struct str key)
{
	for (size_t i = 0; policy_key_rows[i].name; i++)
		if (str_is(key, policy_key_rows[i].name))
			return true;
	return false;
}

static void skip_key(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)reader;
	(void)key;
	(void)node;
	(void)into;
}

static void misplaced_waivers(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)into;
	reader_problem(reader, node,
	    "'%s' stand in " WAIVERS_FILE " beside this file, so that they can have other owners",
	    key);
}

#define AT(field) offsetof(struct policy_file, field)
static void read_pack_name(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)!reader_text(reader, key, node, &((struct policy_file *)into)->pack_name);
}

/* The newest stands last. */
static void read_pack_versions(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;
	struct policy_names versions;

	if (!reader_names(reader, key, node, &versions))
		return;
	for (size_t i = 0; i < versions.count; i++) {
		if (!pack_version_is_valid(versions.items[i]))
			reader_problem(reader, node, "'%s': a version has the form \"1.0\"", key);
		else if (i > 0 && pack_version_cmp(versions.items[i - 1], versions.items[i]) >= 0)
			reader_problem(reader, node, "'%s' have to stand in order", key);
	}
	file->pack_version = versions.items[versions.count - 1];
}

static void read_pack_title(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct str title;

	(void)into;
	(void)!reader_text(reader, key, node, &title);
}

static const struct policy_key pack_keys[] = {
    {"name", FIELD_OTHER, 0, NULL, read_pack_name, 0},
    {"versions", FIELD_OTHER, 0, NULL, read_pack_versions, 0},
    {"title", FIELD_OTHER, 0, NULL, read_pack_title, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};

static void read_pack(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	(void)key;
	(void)!reader_map(reader, node, "'pack'", pack_keys, into);
}

#define CHAIN	 POLICY_KIND(POLICY_CHAIN)
#define INCLUDED POLICY_KIND(POLICY_INCLUDED)
#define WAIVERS	 POLICY_KIND(POLICY_WAIVERS)
#define TESTS	 POLICY_KIND(POLICY_TESTS)
#define PACK	 POLICY_KIND(POLICY_PACK)
static const struct policy_key file_keys[] = {
    {"version", FIELD_OTHER, 0, NULL, skip_key, 0}, /* read first, by itself */
    {"pack", FIELD_OTHER, 0, NULL, read_pack, PACK},
    {"directories", FIELD_OTHER, 0, NULL, read_directories, CHAIN},
    {"labels", FIELD_OTHER, 0, NULL, read_labels, CHAIN},
    {"params", FIELD_OTHER, 0, NULL, read_params, CHAIN | INCLUDED | PACK},
    {"variables", FIELD_OTHER, 0, NULL, read_variables, CHAIN | INCLUDED | PACK},
    {"use", FIELD_OTHER, 0, NULL, read_uses, CHAIN | INCLUDED},
    {"rules", FIELD_OTHER, 0, NULL, read_rules, CHAIN | INCLUDED | PACK},
    {"override", FIELD_OTHER, 0, NULL, read_overrides, CHAIN},
    {"tests", FIELD_OTHER, 0, NULL, read_tests, CHAIN | INCLUDED | PACK | TESTS},
    {"data", FIELD_OTHER, 0, NULL, read_data, CHAIN},
    {"undecided", FIELD_OTHER, 0, NULL, read_undecided, CHAIN},
    {"require_rules", FIELD_OTHER, 0, NULL, read_require_rules, CHAIN},
    {"waiver_policy", FIELD_OTHER, 0, NULL, read_waiver_policy, CHAIN},
    {"owners", FIELD_OTHER, 0, NULL, read_owners, CHAIN},
    {"break_glass", FIELD_OTHER, 0, NULL, read_break_glass, CHAIN},
    {"waivers", FIELD_OTHER, 0, NULL, read_waivers, WAIVERS},
    {"waivers", FIELD_OTHER, 0, NULL, misplaced_waivers, CHAIN},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};
#undef AT

static const char *const kind_names[] = {
    [POLICY_CHAIN] = "the file",
    [POLICY_INCLUDED] = "an included file",
    [POLICY_WAIVERS] = "a file of waivers",
    [POLICY_TESTS] = "a file of tests",
    [POLICY_PACK] = "a pack",
};

/* A newer format means other things by the same words: nothing of it is read. */
static bool check_version(struct policy_reader *reader, struct value root)
{
	const struct value *node = value_get_c(root, "version");
	struct value typed;

	if (!node)
		return true;
	typed = scalar_typed(*node);
	if (typed.kind == VALUE_INT && typed.as.integer == FORMAT_VERSION)
		return true;
	if (typed.kind == VALUE_INT && typed.as.integer > FORMAT_VERSION) {
		reader_problem(reader, node,
		    "version %lld of the format needs a newer tfherald; this is %s and reads "
		    "version %d",
		    (long long)typed.as.integer, TFHERALD_VERSION, FORMAT_VERSION);
		return false;
	}
	reader_problem(
	    reader, node, "'version' must be %d, the version of the file format", FORMAT_VERSION);
	return true;
}

/* Of a chain file only the keys of policies: the others are settings. */
static void read_root(struct policy_reader *reader, struct value root)
{
	const char *what = kind_names[reader->file->kind];

	if (root.kind != VALUE_MAP) {
		reader_problem(reader, NULL, "%s must be a map, not %s", what, written_as(root));
		return;
	}
	if (!check_version(reader, root))
		return;
	for (uint32_t i = 0; i < root.len; i++) {
		const struct value_entry *entry = &root.as.entries[i];

		if (reader->file->kind == POLICY_CHAIN && !policy_key(value_text(entry->key)))
			continue;
		if (reader_is_empty(entry->value)) /* everything in it is commented out */
			continue;
		reader_entry(reader, entry, what, file_keys, reader->file);
	}
}

/* --- documents --- */

void policy_yaml_error(struct str text, struct err *err)
{
	char said[ERR_TEXT_MAX];
	const char *trap;
	struct str key;

	if (err->code != ERR_SYNTAX || str_ends(str_from(err->text), STR(YAML_TWICE)) ||
	    !trap_of_error(text, err->line, &key, &trap))
		return;
	(void)snprintf(said, sizeof(said), "%s", err->text);
	(void)snprintf(err->text, sizeof(err->text), "'%.*s': %s" POLICY_BLOCK_HINT " (%.100s)",
	    STR_ARG(key), trap, said);
}

static void syntax_problem(struct policy_reader *reader, struct str text, struct err *err)
{
	struct policy_place place = {reader->file->name, err->line, err->column};

	policy_yaml_error(text, err);
	policy_problem(reader->problems, &place, "%s", err->text);
	err_clear(err);
}

static bool read_yaml(struct policy_reader *reader, struct str text, struct value *root)
{
	struct policy_file *file = reader->file;
	struct err err = {0};

	if (!yaml_read_with(reader->arena, str_to_c(reader->arena, file->name), text, &policy_yaml,
		&file->yaml, &err)) {
		file->yaml = NULL;
		syntax_problem(reader, text, &err);
		return false;
	}
	*root = yaml_root(file->yaml);
	return true;
}

/* What the build embedded. */
static bool read_json(struct policy_reader *reader, struct str text, struct value *root)
{
	struct jsonr json = {.file = NULL};
	struct policy_place place = {.file = reader->file->name};
	struct err err = {0};

	if (jsonr_read(reader->arena, text, &json, root, &err))
		return true;
	policy_problem(reader->problems, &place, "%s", err.text);
	return false;
}

static struct str directory_of(struct str name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.ptr[i - 1] == '/')
			return str_from_to(name, 0, i - 1);
	return STR_EMPTY;
}

static void init_file(struct policy_file *file, enum policy_file_kind kind, struct str name)
{
	*file = (struct policy_file){.kind = kind, .name = name, .undecided = LEVEL_WARN};
	file->directory = kind == POLICY_PACK ? STR_EMPTY : directory_of(name);
	file->directories.text = file->pack_name = file->pack_version = STR_EMPTY;
}

void policy_file_read(struct arena *arena, enum policy_file_kind kind, struct str name,
    struct str text, struct policy_file *out, struct policy_problems *problems)
{
	struct policy_reader reader = {
	    .arena = arena, .file = out, .problems = problems, .pinned = STR_EMPTY};
	struct value root;
	size_t at;
	bool is_json = kind == POLICY_PACK && str_starts(text, STR("{"));

	init_file(out, kind, str_copy(arena, name));
	policy_problem_source(problems, out->name, is_json ? STR_EMPTY : text);
	if (kind == POLICY_PACK && str_find_char(name, '@', &at))
		reader.pinned = str_skip(out->name, at + 1);
	if (is_json ? read_json(&reader, text, &root) : read_yaml(&reader, text, &root))
		read_root(&reader, root);
}
