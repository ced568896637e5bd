#include "cmd/policy_world.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json_read.h"
#include "base/yaml.h"
#include "cmd/backend_block.h"
#include "cmd/fingerprint_key.h"
#include "cmd/git_tree.h"
#include "cmd/provider_lock.h"
#include "parser/unknowns.h"
#include "policies/cel/time.h"
#include "policies/date.h"
#include "policies/policy_reader.h"

#define FACTS_MAX ((size_t)4 << 20)
#define DATA_MAX  ((size_t)16 << 20)

/* A map that is filled key by key; later wins, so that facts of a file stand over what was found.
 */
struct map_builder {
	struct arena *arena;
	struct value_entry *entries;
	size_t count, room;
};

static void map_begin(struct map_builder *map, struct arena *arena, size_t room)
{
	*map = (struct map_builder){arena, arena_array(arena, struct value_entry, room), 0, room};
}

static void map_set(struct map_builder *map, struct str key, struct value value)
{
	for (size_t i = 0; i < map->count; i++) {
		if (str_eq(value_text(map->entries[i].key), key)) {
			map->entries[i].value = value;
			return;
		}
	}
	if (map->count < map->room)
		map->entries[map->count++] = (struct value_entry){value_string(key), value};
}

static struct value map_end(struct map_builder *map)
{
	struct value value = value_null();
	struct str duplicate;

	/* map_set() keeps keys apart */
	return value_map(map->arena, map->entries, map->count, &value, &duplicate) ? value
										   : value_null();
}

static struct value unknown_named(struct arena *arena, const char *prefix, struct str name)
{
	struct value value = value_unknown();
	struct str path = str_format(arena, "%s%.*s", prefix, STR_ARG(name));

	value.as.text = path.ptr;
	value.len = (uint32_t)path.len;
	return value;
}

static struct value text_or_unknown(
    struct arena *arena, const char *prefix, const char *name, struct str text)
{
	return text.len > 0 ? value_string(text) : unknown_named(arena, prefix, str_from(name));
}

static void set_all(struct map_builder *map, const struct value *facts)
{
	for (uint32_t i = 0; facts && facts->kind == VALUE_MAP && i < facts->len; i++)
		map_set(map, value_text(facts->as.entries[i].key), facts->as.entries[i].value);
}

/* --- --facts FILE --- */

enum fact_form {
	FACT_TEXT,
	FACT_NUMBER, /* of a pull request: from 1 */
	FACT_BOOL,
	FACT_TEXTS,
	FACT_MAP,
	FACT_APPROVALS,
};

static const char *const fact_forms[] = {
    [FACT_TEXT] = "text",
    [FACT_NUMBER] = "a whole number from 1",
    [FACT_BOOL] = "true or false",
    [FACT_TEXTS] = "a list of texts",
    [FACT_MAP] = "a map",
    [FACT_APPROVALS] = "a list of {user, teams, commit}",
};

struct fact_key {
	const char *part, *key;
	enum fact_form form;
};

static const struct fact_key fact_keys[] = {
    {"pr", "number", FACT_NUMBER},
    {"pr", "labels", FACT_TEXTS},
    {"pr", "draft", FACT_BOOL},
    {"pr", "author", FACT_TEXT},
    {"pr", "approvals", FACT_APPROVALS},
    {"git", "branch", FACT_TEXT},
    {"git", "base", FACT_TEXT},
    {"git", "author", FACT_TEXT},
    {"git", "changed_files", FACT_TEXTS},
    {"backend", "type", FACT_TEXT},
    {"backend", "config", FACT_MAP},
    {"approval", "user", FACT_TEXT},
    {"approval", "teams", FACT_TEXTS},
    {"approval", "commit", FACT_TEXT},
};

static bool is_list_of(const struct value *value, uint8_t kind)
{
	for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->len; i++) {
		if (value->as.items[i].kind != kind)
			return false;
	}
	return value->kind == VALUE_LIST;
}

static bool has_form(const struct value *value, enum fact_form form)
{
	switch (form) {
	case FACT_TEXT:
		return value->kind == VALUE_STRING;
	case FACT_NUMBER:
		return value->kind == VALUE_INT && value->as.integer > 0;
	case FACT_BOOL:
		return value->kind == VALUE_BOOL;
	case FACT_TEXTS:
		return is_list_of(value, VALUE_STRING);
	case FACT_MAP:
		return value->kind == VALUE_MAP;
	case FACT_APPROVALS:
		return is_list_of(value, VALUE_MAP);
	}
	return false;
}

static const struct fact_key *fact_key_find(const char *part, struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(fact_keys); i++) {
		if (str_is(str_from(fact_keys[i].part), part) && str_is(key, fact_keys[i].key))
			return &fact_keys[i];
	}
	return NULL;
}

/* A number in quotes or a team that is no list would be taken for "nobody approved". */
static bool check_part( // NOLINT(misc-no-recursion): approvals stand in pr
    const char *file, const char *part, const struct value *value, struct err *err)
{
	if (value->kind != VALUE_MAP)
		return err_set_at(err, ERR_INVALID, file, 0, 0, "'%s' must be a map, not %s", part,
		    value_kind_name((enum value_kind)value->kind));
	for (uint32_t i = 0; i < value->len; i++) {
		const struct value *fact = &value->as.entries[i].value;
		struct str name = value_text(value->as.entries[i].key);
		const struct fact_key *key = fact_key_find(part, name);

		if (!key)
			return err_set_at(err, ERR_INVALID, file, 0, 0,
			    "unknown key '%.*s' of '%s'", STR_ARG(name), part);
		if (!has_form(fact, key->form))
			return err_set_at(err, ERR_INVALID, file, 0, 0,
			    "'%s.%s' must be %s (leave out what is not known)", part, key->key,
			    fact_forms[key->form]);
		for (uint32_t k = 0; key->form == FACT_APPROVALS && k < fact->len; k++) {
			if (!check_part(file, "approval", &fact->as.items[k], err))
				return false;
		}
	}
	return true;
}

static bool check_facts(const char *file, struct value facts, struct err *err)
{
	static const char *const parts[] = {"pr", "git", "backend"};

	if (facts.kind != VALUE_MAP)
		return err_set_at(err, ERR_INVALID, file, 0, 0, "facts must be a JSON object");
	for (uint32_t i = 0; i < facts.len; i++) {
		struct str key = value_text(facts.as.entries[i].key);
		const char *part = NULL;

		for (size_t k = 0; k < ARRAY_LEN(parts); k++)
			part = str_is(key, parts[k]) ? parts[k] : part;
		if (!part)
			return err_set_at(err, ERR_INVALID, file, 0, 0,
			    "unknown key '%.*s'; facts have 'pr', 'git' and 'backend'",
			    STR_ARG(key));
		if (!check_part(file, part, &facts.as.entries[i].value, err))
			return false;
	}
	return true;
}

NODISCARD static bool read_facts(
    struct arena *arena, const char *file, struct value *out, struct err *err)
{
	struct jsonr json = {.file = file};
	struct str text;

	*out = value_null();
	if (!file)
		return true;
	return file_read(arena, file, FACTS_MAX, &text, err) &&
	       jsonr_read(arena, text, &json, out, err) && check_facts(file, *out, err);
}

/* --- git and pr --- */

NODISCARD static bool git_value(struct policies *policies, const struct session *session,
    const struct value *facts, struct err *err)
{
	struct arena *arena = policies->app->run;
	const struct trust *trust = &policies->trust;
	struct map_builder map;
	struct str *paths = NULL;
	size_t count = 0;
	bool known = false;

	map_begin(&map, arena, 8);
	map_set(&map, STR("author"), unknown_named(arena, "git.", STR("author")));
	map_set(&map, STR("base"),
	    text_or_unknown(arena, "git.", "base", session->facts.base_branch.value));
	map_set(&map, STR("branch"),
	    text_or_unknown(arena, "git.", "branch", session->facts.branch.value));
	map_set(&map, STR("changed_files"), unknown_named(arena, "git.", STR("changed_files")));
	/* on the base branch itself nothing can be compared: that is unknown, not "nothing" */
	if (trust->known && trust->base_commit.len > 0 && trust->head_commit.len > 0 &&
	    !str_eq(trust->base_commit, trust->head_commit) &&
	    !git_changed_files(policies->app, session->workspace.root, trust->base_commit,
		trust->head_commit, &paths, &count, &known, err))
		return false;
	if (known) {
		struct value *items = arena_array(arena, struct value, count + 1);

		for (size_t i = 0; i < count; i++)
			items[i] = value_string(paths[i]);
		map_set(&map, STR("changed_files"), value_list(items, count));
	}
	set_all(&map, facts);
	policies->world.git = map_end(&map);
	return true;
}

static struct value number_of(struct str text)
{
	struct err err = {0};
	int64_t number;

	return str_to_int64(text, 1, INT64_MAX, &number, &err) ? value_int(number) : value_null();
}

/* On no pull request there is none to ask: its fields stay unknown all the same. */
static struct value pr_value(
    struct arena *arena, const struct session *session, const struct value *facts)
{
	static const char *const names[] = {"approvals", "author", "draft", "labels", "number"};
	struct map_builder map;

	map_begin(&map, arena, 8);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		map_set(&map, str_from(names[i]), unknown_named(arena, "pr.", str_from(names[i])));
	if (session->facts.pull_request.value.len > 0)
		map_set(&map, STR("number"), number_of(session->facts.pull_request.value));
	set_all(&map, facts);
	return map_end(&map);
}

/* --- documents --- */

/* JSON is YAML, but YAML has more limits: only what is no JSON is read as YAML. */
NODISCARD static bool read_document(
    struct arena *arena, const char *file, struct str text, struct value *out, struct err *err)
{
	struct jsonr json = {.file = file};
	const struct yaml *yaml;
	struct err why = {0};
	struct str start = str_trim(text);

	if (start.len > 0 && (start.ptr[0] == '{' || start.ptr[0] == '['))
		return jsonr_read(arena, text, &json, out, err);
	if (!yaml_read(arena, file, text, &yaml, &why)) {
		*err = why;
		return false;
	}
	*out = tree_typed(arena, yaml_root(yaml));
	return true;
}

/* "{dir}/infracost.json" */
static struct str expand_path(struct arena *arena, struct str path, struct str directory)
{
	size_t at;

	while (str_find(path, STR("{dir}"), &at)) {
		struct str rest = str_skip(path, at + 5);

		path = str_format(arena, "%.*s%.*s%.*s", STR_ARG(str_from_to(path, 0, at)),
		    STR_ARG(directory.len > 0 ? directory : STR(".")), STR_ARG(rest));
	}
	return path;
}

/* Documents are made by earlier steps of the job; but one that the base holds is a policy like the
 * rules that read it, and a pull request does not change it for itself. */
NODISCARD static bool read_configured(const struct policies *policies, struct str path,
    struct str *text, bool *found, struct err *err)
{
	const struct trust *trust = &policies->trust;
	struct arena *arena = policies->app->run;

	if (!trust->same &&
	    !trust->trusted.read(trust->trusted.state, arena, path, DATA_MAX, text, found, err))
		return false;
	return (!trust->same && *found) ||
	       trust->head.read(trust->head.state, arena, path, DATA_MAX, text, found, err);
}

NODISCARD static bool add_configured(struct policies *policies, const struct ruleset *ruleset,
    struct map_builder *map, struct err *err)
{
	struct arena *arena = policies->app->run;

	for (size_t i = 0; i < ruleset->data_count; i++) {
		const struct data_document *document = &ruleset->data[i];
		struct str path = expand_path(arena, document->path, ruleset->directory), text;
		struct value value = unknown_named(arena, "data.", document->name);
		bool found = false;

		if (!source_join(arena, STR_EMPTY, path, &path))
			return err_set_at(err, ERR_INVALID, document->place.file.ptr,
			    document->place.line, document->place.column,
			    "data '%.*s' leads out of the repository", STR_ARG(document->name));
		if (!read_configured(policies, path, &text, &found, err))
			return false;
		if (found && !read_document(arena, str_to_c(arena, path), text, &value, err))
			return false;
		map_set(map, document->name, value);
	}
	return true;
}

NODISCARD static bool add_given(
    struct arena *arena, const struct option_list *list, struct map_builder *map, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct str name = str_from(list->items[i]), text;
		const char *file;
		struct value value;
		size_t at;

		if (!str_find_char(name, '=', &at) || at == 0)
			return err_set(
			    err, ERR_USAGE, "--data expects NAME=FILE, not '%s'", list->items[i]);
		file = list->items[i] + at + 1;
		if (!file_read(arena, file, DATA_MAX, &text, err) ||
		    !read_document(arena, file, text, &value, err))
			return false;
		map_set(map, str_from_to(name, 0, at), value);
	}
	return true;
}

NODISCARD static bool data_value(
    struct policies *policies, const struct policy_options *options, struct err *err)
{
	struct map_builder map;
	size_t room = policies->head->data_count + options->data.count;

	room += policies->trusted ? policies->trusted->data_count : 0;
	map_begin(&map, policies->app->run, room + 1);
	if (!add_configured(policies, policies->head, &map, err) ||
	    (policies->trusted && !add_configured(policies, policies->trusted, &map, err)) ||
	    !add_given(policies->app->run, &options->data, &map, err))
		return false;
	policies->world.data = map_end(&map);
	return true;
}

/* --- backend --- */

/* As Terraform has it: the last override, else the one there is. */
bool backend_read(struct arena *arena, const struct source *source, struct str directory,
    struct value *out, struct err *err)
{
	struct backend_block *blocks;
	struct map_builder map;
	size_t count;

	*out = unknown_named(arena, "", STR("backend"));
	if (!backend_blocks(arena, source, directory, &blocks, &count, err))
		return false;
	if (count == 0 || blocks[count - 1].type.len == 0)
		return true;
	map_begin(&map, arena, 2);
	map_set(&map, STR("config"),
	    unknowns_stamp(arena, blocks[count - 1].config, STR("backend.config")));
	map_set(&map, STR("type"), value_string(blocks[count - 1].type));
	*out = map_end(&map);
	return true;
}

/* --- clock and key --- */

NODISCARD static bool now_value(
    struct policies *policies, const struct policy_options *options, struct err *err)
{
	struct err no_date = {0};
	struct value time;

	policies->world.now = policies->app->sys->now(policies->app->sys->state);
	if (!options->now)
		return true;
	if (date_parse(str_from(options->now), &policies->world.now, &no_date))
		return true;
	if (cel_timestamp_parse(str_from(options->now), &time) != TIME_OK)
		return err_set(err, ERR_USAGE,
		    "--now expects a date or time such as 2026-12-31T12:00:00Z, not '%s'",
		    options->now);
	policies->world.now = time.as.integer;
	return true;
}

/* An approval is of a commit: files that are not in it (nor in the base) were seen by nobody. */
static void check_approved_files(struct policies *policies)
{
	const struct value *approvals = value_get_c(policies->world.pr, "approvals");
	struct str commit = policies->world.facts->commit.value, path = STR_EMPTY;
	struct commit_tree *tree CLEANUP(git_tree_close_ptr) = NULL;
	struct err err = {0};
	struct source approved;

	if (!policies->witness || !approvals || approvals->kind != VALUE_LIST ||
	    approvals->len == 0)
		return;
	if (git_tree_open(
		policies->app, policies->workspace->root, commit, &tree, &approved, &err) &&
	    source_witness_differs(
		policies->witness, &approved, &policies->trust.trusted, &path, &err) &&
	    path.len == 0)
		return;
	policies->world.files_unapproved = true;
	if (path.len > 0)
		log_warn("approvals release no policy: '%.*s' is not as in the commit %.*s",
		    STR_ARG(path), STR_ARG(commit));
	else
		log_warn("approvals release no policy: %s", err.text);
}

bool policy_world_make(struct policies *policies, const struct session *session,
    const struct policy_options *options, struct err *err)
{
	struct arena *arena = policies->app->run;
	struct policy_world *world = &policies->world;
	struct value facts;
	const struct value *backend;

	world->facts = &session->facts;
	world->strict_unknown = options->strict_unknown;
	world->break_glass = str_from(options->break_glass);
	world->owners = policies->owners;
	if (!fingerprint_key_load(
		policies->app, &session->settings, &world->fingerprint_key, err) ||
	    !read_facts(arena, options->facts, &facts, err) || !now_value(policies, options, err) ||
	    !data_value(policies, options, err) ||
	    !git_value(policies, session, value_get_c(facts, "git"), err) ||
	    !backend_read(
		arena, &policies->trust.head, policies->head->directory, &world->backend, err) ||
	    !provider_lock_read(arena, &policies->trust.head, policies->head->directory,
		&world->provider_locks, err))
		return false;
	backend = value_get_c(facts, "backend");
	if (backend)
		world->backend = *backend;
	world->pr = pr_value(arena, session, value_get_c(facts, "pr"));
	world->in_pull_request = !policies->trust.same;
	check_approved_files(policies);
	return true;
}
