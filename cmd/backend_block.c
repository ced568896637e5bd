#include "cmd/backend_block.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/hcl.h"
#include "parser/hcl_literal.h"
#include "parser/plan_build.h"

#define LINKS_MAX   8
#define CONFIG_ROOM 200 /* attributes of a block of JSON */

struct reading {
	struct arena *arena;
	const struct source *source;
	struct growing blocks;
	struct str path, text; /* of the file; the path is the one in the directory */
	bool overrides;
	struct str lost; /* a link that leads to nothing we read; empty: none */
};

static void add_block(struct reading *reading, struct str type, struct value config, struct str raw,
    struct policy_place place)
{
	*growing_add(reading->arena, &reading->blocks, struct backend_block) =
	    (struct backend_block){type, config, raw, place, reading->overrides};
}

static void add_unreadable(struct reading *reading)
{
	add_block(reading, STR_EMPTY, value_null(), reading->text,
	    (struct policy_place){reading->path, 1, 1});
}

static struct value with_workspaces(
    struct arena *arena, struct value config, struct value workspaces)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, config.len + 1);
	struct str twice;
	size_t count = 0;

	for (uint32_t i = 0; i < config.len; i++) {
		if (!str_is(value_text(config.as.entries[i].key), "workspaces"))
			entries[count++] = config.as.entries[i];
	}
	entries[count++] = (struct value_entry){value_string(STR("workspaces")), workspaces};
	/* the keys are those of a map */
	return value_map(arena, entries, count, &config, &twice) ? config : value_null();
}

/* --- .tf --- */

static bool is_in_terraform(const struct hcl_file *file, size_t i)
{
	const struct hcl_block *block = &file->blocks[i];

	if (block->depth != 1 || (!str_is(block->type, "backend") && !str_is(block->type, "cloud")))
		return false;
	while (i > 0 && file->blocks[i].depth > 0)
		i--;
	return str_is(file->blocks[i].type, "terraform");
}

/* The `workspaces` block inside; NULL: there is none. */
static const struct hcl_block *workspaces_of(const struct hcl_file *file, size_t i)
{
	int depth = file->blocks[i].depth;

	for (size_t k = i + 1; k < file->count && file->blocks[k].depth > depth; k++) {
		if (str_is(file->blocks[k].type, "workspaces"))
			return &file->blocks[k];
	}
	return NULL;
}

static struct str type_of(struct arena *arena, const struct hcl_block *block)
{
	struct value type;

	if (str_is(block->type, "cloud"))
		return STR("cloud");
	return hcl_literal_quoted(arena, block->labels[0], &type) ? value_text(type) : STR_EMPTY;
}

static void add_hcl(struct reading *reading, const struct hcl_file *file, size_t i)
{
	const struct hcl_block *block = &file->blocks[i], *inner = workspaces_of(file, i);
	struct value config, workspaces;

	hcl_attributes(reading->arena, reading->text, block, &config);
	if (inner) {
		hcl_attributes(reading->arena, reading->text, inner, &workspaces);
		config = with_workspaces(reading->arena, config, workspaces);
	}
	add_block(reading, type_of(reading->arena, block), config,
	    str_from_to(reading->text, block->body_from, block->body_to),
	    (struct policy_place){reading->path, block->line, block->column});
}

static void read_hcl(struct reading *reading)
{
	struct hcl_file file;

	/* most files have none: they are not scanned */
	if (!str_contains(reading->text, STR("backend")) &&
	    !str_contains(reading->text, STR("cloud")))
		return;
	hcl_scan(reading->arena, reading->text, &file);
	for (size_t i = 0; i < file.count; i++) {
		if (is_in_terraform(&file, i))
			add_hcl(reading, &file, i);
	}
	/* what hides a block from us does not hide it from Terraform */
	if (file.count == HCL_BLOCKS_MAX || !file.is_sound)
		add_unreadable(reading);
}

/* --- .tf.json: everywhere an object may be a list of objects --- */

static struct value objects(const struct value *value)
{
	if (!value)
		return value_list(NULL, 0);
	return value->kind == VALUE_LIST ? *value : value_list(value, 1);
}

/* Terraform takes such a text as it is here, others would read a template. */
static struct value json_constant(struct value value)
{
	struct str text = value_text(value);

	if (value.kind == VALUE_MAP || str_contains(text, STR("${")) ||
	    str_contains(text, STR("%{")))
		return value_unknown();
	return value;
}

static void take_attributes(struct value body, struct value_entry *entries, size_t *count)
{
	for (uint32_t i = 0; body.kind == VALUE_MAP && i < body.len; i++) {
		struct str key = value_text(body.as.entries[i].key);

		if (*count == CONFIG_ROOM || str_is(key, "workspaces") || str_is(key, "//"))
			continue;
		entries[(*count)++] = (struct value_entry){
		    value_string(key), json_constant(body.as.entries[i].value)};
	}
}

/* A body in several objects is one; what stands there twice cannot be read. */
static struct value json_body(struct arena *arena, const struct value *value)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, CONFIG_ROOM);
	struct value list = objects(value), body = value_null();
	const struct value *workspaces = NULL;
	struct str twice;
	size_t count = 0;

	for (uint32_t i = 0; i < list.len; i++) {
		const struct value *inner = value_get_c(list.as.items[i], "workspaces");

		take_attributes(list.as.items[i], entries, &count);
		workspaces = inner ? inner : workspaces;
	}
	if (!value_map(arena, entries, count, &body, &twice))
		return value_null();
	return workspaces ? with_workspaces(arena, body, json_body(arena, workspaces)) : body;
}

static void add_json(struct reading *reading, struct str type, const struct value *body)
{
	struct value config = json_body(reading->arena, body);

	if (config.kind != VALUE_MAP)
		add_unreadable(reading);
	else
		add_block(reading, type, config, reading->text,
		    (struct policy_place){reading->path, 1, 1});
}

static void read_terraform_block(struct reading *reading, struct value block)
{
	struct value backends = objects(value_get_c(block, "backend"));
	const struct value *cloud = value_get_c(block, "cloud");

	if (cloud)
		add_json(reading, STR("cloud"), cloud);
	for (uint32_t i = 0; i < backends.len; i++) {
		struct value backend = backends.as.items[i];

		for (uint32_t k = 0; backend.kind == VALUE_MAP && k < backend.len; k++)
			add_json(reading, value_text(backend.as.entries[k].key),
			    &backend.as.entries[k].value);
	}
}

static void read_json(struct reading *reading)
{
	struct jsonr json = {0};
	struct err ignored = {0};
	struct value document, files;

	if (!jsonr_read(reading->arena, reading->text, &json, &document, &ignored)) {
		add_unreadable(reading);
		return;
	}
	files = objects(&document);
	for (uint32_t i = 0; i < files.len; i++) {
		struct value blocks = objects(value_get_c(files.as.items[i], "terraform"));

		for (uint32_t k = 0; k < blocks.len; k++)
			read_terraform_block(reading, blocks.as.items[k]);
	}
}

/* --- a file --- */

/* Where a link leads to: false when that is no file of the repository. */
static bool follow(const struct reading *reading, struct str *path, struct str *text, size_t limit)
{
	const struct source *source = reading->source;
	struct err ignored = {0};
	struct str target, slash;
	bool found;

	for (int i = 0; i < LINKS_MAX; i++) {
		if (!source->link(source->state, reading->arena, *path, &target, &ignored))
			return false;
		if (target.len == 0)
			return source->read(source->state, reading->arena, *path, limit, text,
				   &found, &ignored) &&
			       found;
		slash = *path;
		while (slash.len > 0 && slash.ptr[slash.len - 1] != '/')
			slash.len--;
		if (!source_join(reading->arena, slash, target, path))
			return false;
	}
	return false;
}

static bool is_json(struct str name)
{
	return str_ends(name, STR(".tf.json")) || str_ends(name, STR(".tofu.json"));
}

NODISCARD static bool read_entry(
    struct reading *reading, const struct source_entry *entry, struct err *err)
{
	const struct source *source = reading->source;
	size_t limit = is_json(entry->name) ? BACKEND_JSON_MAX : HCL_BYTES_MAX;
	struct str path = reading->path;
	bool found = true;

	reading->text = STR_EMPTY;
	if (entry->kind == SOURCE_FILE &&
	    !source->read(source->state, reading->arena, path, limit, &reading->text, &found, err))
		return false;
	if (entry->kind == SOURCE_LINK && !follow(reading, &path, &reading->text, limit))
		reading->lost = reading->path;
	else if (is_json(entry->name))
		read_json(reading);
	else
		read_hcl(reading);
	return true;
}

static bool is_override(struct str name)
{
	struct str stem = name;

	return (str_eat_end(&stem, STR(".tf")) || str_eat_end(&stem, STR(".tf.json")) ||
		   str_eat_end(&stem, STR(".tofu")) || str_eat_end(&stem, STR(".tofu.json"))) &&
	       (str_is(stem, "override") || str_ends(stem, STR("_override")));
}

/* One block is all that Terraform takes: with one in another file a lost link holds none. */
static void add_lost(struct reading *reading)
{
	reading->path = reading->lost;
	reading->text = reading->lost = STR_EMPTY;
	if (reading->path.len > 0 && (reading->blocks.count == 0 || reading->overrides))
		add_unreadable(reading);
}

/* As Terraform and OpenTofu have it: hidden files and those of editors are none. */
static bool is_configuration(const struct source_entry *entry)
{
	return (entry->kind == SOURCE_FILE || entry->kind == SOURCE_LINK) &&
	       !str_starts(entry->name, STR(".")) &&
	       (str_ends(entry->name, STR(".tf")) || str_ends(entry->name, STR(".tofu")) ||
		   is_json(entry->name));
}

bool backend_blocks(struct arena *arena, const struct source *source, struct str directory,
    struct backend_block **out, size_t *count, struct err *err)
{
	struct reading reading = {.arena = arena, .source = source};
	struct source_entry *entries;
	size_t entry_count;

	if (!source->list(source->state, arena, directory, &entries, &entry_count, err))
		return false;
	for (int pass = 0; pass < 2; pass++) {
		reading.overrides = pass == 1;
		for (size_t i = 0; i < entry_count; i++) {
			if (!is_configuration(&entries[i]) ||
			    is_override(entries[i].name) != reading.overrides ||
			    !source_join(arena, directory, entries[i].name, &reading.path))
				continue;
			if (!read_entry(&reading, &entries[i], err))
				return false;
		}
		add_lost(&reading);
	}
	*out = reading.blocks.items;
	*count = reading.blocks.count;
	return true;
}
