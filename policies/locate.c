#include "policies/locate.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/err.h"
#include "parser/address.h"
#include "parser/hcl.h"

#define DIRECTORIES_MAX 2000
#define MODULE_DEPTH	64

/* One top-level block. */
struct located {
	struct str file; /* whole path */
	struct str type, labels[2];
	struct str source; /* of a module call; else empty */
	int line, column, end_line;
	size_t order; /* in the directory */
};

struct scanned {
	struct str directory;
	struct located *blocks; /* sorted by type, labels, order */
	size_t count;
	struct str *files; /* .tf in byte order */
	size_t file_count;
	struct str json; /* the first .tf.json; empty: none */
};

/* Where the modules of one root module live, found once: many lines ask. */
struct module_homes {
	const struct configuration *configuration;
	struct str root;
	const struct config_module *modules;
	struct str *directories; /* of each; only where `known` */
	bool *known;
	size_t count;
	struct module_homes *next;
};

/* Where a block was found to stand: all resources of a `count` ask for the same one. */
#define PLACES_KEPT 512
struct kept_place {
	const struct configuration *configuration;
	struct str directory, address; /* address empty: nothing is kept here */
	struct policy_place place;
	bool found;
};

struct locator {
	struct arena *arena;
	struct source source;
	struct scanned **directories;
	size_t count;
	size_t bytes; /* read so far */
	struct module_homes *homes;
	struct kept_place *places; /* PLACES_KEPT, by the hash of the address */
};

struct locator *locator_new(struct arena *arena, const struct source *source)
{
	struct locator *locator = arena_make(arena, struct locator);

	locator->arena = arena;
	locator->source = *source;
	locator->directories = arena_array(arena, struct scanned *, DIRECTORIES_MAX);
	locator->places = arena_array(arena, struct kept_place, PLACES_KEPT);
	return locator;
}

/* --- reading a directory --- */

/* Lines are counted on from one block to the next: they stand in order. */
struct line_count {
	struct str text;
	size_t at;
	int line;
};

static int line_of(struct line_count *count, size_t to)
{
	for (; count->at < to && count->at < count->text.len; count->at++)
		count->line += count->text.ptr[count->at] == '\n';
	return count->line;
}

static size_t count_top_level(const struct hcl_file *file)
{
	size_t count = 0;

	for (size_t i = 0; i < file->count; i++)
		count += file->blocks[i].depth == 0;
	return count;
}

static void add_block(struct locator *locator, struct scanned *scanned, struct str path,
    struct line_count *lines, const struct hcl_block *block)
{
	struct located *located = &scanned->blocks[scanned->count];
	struct arena *arena = locator->arena;

	*located = (struct located){.file = path,
	    .type = str_copy(arena, block->type),
	    .labels = {STR_EMPTY, STR_EMPTY},
	    .source = STR_EMPTY,
	    .line = block->line,
	    .column = block->column,
	    .end_line = line_of(lines, block->body_to),
	    .order = scanned->count};
	for (int i = 0; i < block->label_count; i++)
		located->labels[i] = str_copy(arena, block->labels[i]);
	if (str_is(block->type, "module"))
		located->source = str_copy(arena, hcl_string(lines->text, block, "source"));
	scanned->count++;
}

static void scan_file(struct locator *locator, struct scanned *scanned, struct str path)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct line_count lines = {.line = 1};
	struct hcl_file file;
	struct err why = {0};
	size_t size = sizeof(*scanned->blocks);
	bool found = false;

	if (locator->bytes > LOCATE_BYTES_MAX ||
	    !locator->source.read(
		locator->source.state, scratch, path, HCL_BYTES_MAX, &lines.text, &found, &why) ||
	    !found)
		return;
	locator->bytes += lines.text.len;
	hcl_scan(scratch, lines.text, &file);
	scanned->blocks = arena_grow(locator->arena, scanned->blocks, scanned->count * size,
	    (scanned->count + count_top_level(&file)) * size);
	for (size_t i = 0; i < file.count; i++) {
		if (file.blocks[i].depth == 0)
			add_block(locator, scanned, path, &lines, &file.blocks[i]);
	}
}

static int by_name(const struct located *a, const struct located *b)
{
	int order = str_cmp(a->type, b->type);

	if (order == 0)
		order = str_cmp(a->labels[0], b->labels[0]);
	return order != 0 ? order : str_cmp(a->labels[1], b->labels[1]);
}

static int by_name_and_order(const void *a, const void *b)
{
	const struct located *left = a, *right = b;
	int order = by_name(left, right);

	return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static void take_entry(
    struct locator *locator, struct scanned *scanned, const struct source_entry *entry)
{
	struct str path;

	if (entry->kind != SOURCE_FILE ||
	    !source_join(locator->arena, scanned->directory, entry->name, &path))
		return;
	if (str_ends(entry->name, STR(".tf.json")) && scanned->json.len == 0)
		scanned->json = path;
	if (!str_ends(entry->name, STR(".tf")) || scanned->file_count == LOCATE_FILES_MAX)
		return;
	scanned->files[scanned->file_count++] = path;
	scan_file(locator, scanned, path);
}

static void scan_directory(struct locator *locator, struct scanned *scanned)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct source_entry *entries;
	struct err why = {0};
	size_t count, room;

	if (!locator->source.list(
		locator->source.state, scratch, scanned->directory, &entries, &count, &why))
		return;
	room = count < LOCATE_FILES_MAX ? count : LOCATE_FILES_MAX;
	scanned->files = arena_array(locator->arena, struct str, room + 1);
	for (size_t i = 0; i < count; i++)
		take_entry(locator, scanned, &entries[i]);
	if (scanned->count > 1)
		qsort(scanned->blocks, scanned->count, sizeof(*scanned->blocks), by_name_and_order);
}

static const struct scanned *directory_of(struct locator *locator, struct str directory)
{
	struct scanned *scanned;

	if (str_is(directory, "."))
		directory = STR_EMPTY;
	for (size_t i = 0; i < locator->count; i++) {
		if (str_eq(locator->directories[i]->directory, directory))
			return locator->directories[i];
	}
	scanned = arena_make(locator->arena, struct scanned);
	scanned->directory = str_copy(locator->arena, directory);
	scanned->json = STR_EMPTY;
	if (locator->count == DIRECTORIES_MAX) /* nothing is there */
		return scanned;
	locator->directories[locator->count++] = scanned;
	scan_directory(locator, scanned);
	return scanned;
}

/* --- blocks of a directory --- */

static const struct located *find_block(
    const struct scanned *scanned, struct str type, struct str first, struct str second)
{
	struct located wanted = {.type = type, .labels = {first, second}};
	size_t from = 0, to = scanned->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (by_name(&scanned->blocks[middle], &wanted) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	if (from < scanned->count && by_name(&scanned->blocks[from], &wanted) == 0)
		return &scanned->blocks[from];
	return NULL;
}

static bool place_of(const struct located *block, struct policy_place *out)
{
	if (block)
		*out = (struct policy_place){block->file, block->line, block->column};
	return block != NULL;
}

/* In .tf.json it can only be said which file; not even that, when there are several. */
static bool place_of_file(struct str file, struct policy_place *out)
{
	*out = (struct policy_place){.file = file};
	return file.len > 0;
}

static bool is_local(struct str source)
{
	return str_starts(source, STR("./")) || str_starts(source, STR("../")) ||
	       str_is(source, ".") || str_is(source, "..");
}

/* --- modules --- */

/* One step of a module path: the call `module.NAME` in a directory. */
struct module_step {
	struct str directory;	    /* of the files with the call */
	struct str address;	    /* of the module being called */
	struct str name;	    /* of the call */
	const struct located *call; /* NULL: not found in a file */
};

/* "module.a.module.b" -> its first call, and what is left. */
static bool next_step(struct str *rest, struct str *name)
{
	size_t at;

	(void)str_eat(rest, STR("."));
	if (!str_eat(rest, STR("module.")))
		return false;
	*name = *rest;
	if (str_find_char(*rest, '.', &at))
		*name = str_from_to(*rest, 0, at);
	*rest = str_skip(*rest, name->len);
	return name->len > 0;
}

/* The directory of the module that is called; false when its source is not in the repository. */
static bool follow(struct locator *locator, const struct configuration *configuration,
    struct module_step *step, struct str *out)
{
	struct str source = STR_EMPTY;

	step->call = find_block(
	    directory_of(locator, step->directory), STR("module"), step->name, STR_EMPTY);
	if (configuration)
		source = configuration_module_source(configuration, step->address);
	if (source.len == 0 && step->call)
		source = step->call->source;
	return is_local(source) && source_join(locator->arena, step->directory, source, out);
}

/* Goes down a module path. False: it leaves the repository, and `call` (NULL: none) is the last
 * call that is in it. */
static bool walk(struct locator *locator, const struct configuration *configuration,
    struct str module, struct str *directory, const struct located **call)
{
	struct str rest = module;
	struct module_step step = {.directory = *directory};

	*call = NULL;
	for (int depth = 0; depth < MODULE_DEPTH && rest.len > 0; depth++) {
		if (!next_step(&rest, &step.name))
			return false;
		step.address = str_from_to(module, 0, module.len - rest.len);
		if (!follow(locator, configuration, &step, directory)) {
			*call = step.call ? step.call : *call;
			return false;
		}
		*call = step.call ? step.call : *call;
		step.directory = *directory;
	}
	return rest.len == 0;
}

/* --- from an address to a place --- */

static const struct located *block_of(const struct scanned *scanned, const struct address *address)
{
	struct str type = str_is(address->mode, "managed") ? STR("resource") : address->mode;

	return find_block(scanned, type, address->type, address->name);
}

static bool locate_resource(struct locator *locator, const struct configuration *configuration,
    struct str directory, const struct address *address, struct policy_place *out)
{
	const struct located *call, *block;
	const struct scanned *scanned;

	if (!walk(locator, configuration, address->module, &directory, &call))
		return place_of(call, out);
	scanned = directory_of(locator, directory);
	block = block_of(scanned, address);
	if (block || scanned->count > 0)
		return place_of(block ? block : call, out);
	return place_of_file(scanned->json, out);
}

/* `plain`: without keys. */
static bool locate_plain(struct locator *locator, const struct configuration *configuration,
    struct str directory, struct str plain, struct policy_place *out)
{
	const struct located *call;
	struct address parts;

	if (address_parse(locator->arena, plain, &parts))
		return locate_resource(locator, configuration, directory, &parts, out);
	if (!str_starts(plain, STR("module.")))
		return false;
	(void)walk(locator, configuration, plain, &directory, &call);
	return place_of(call, out);
}

bool locate_address(struct locator *locator, const struct configuration *configuration,
    struct str directory, struct str address, struct policy_place *out)
{
	struct arena_mark mark = arena_save(locator->arena);
	struct str plain = configuration_address(locator->arena, address);
	struct kept_place *kept = &locator->places[hash_bytes(plain) % PLACES_KEPT];

	if (plain.len == 0)
		return false;
	if (!str_eq(kept->address, plain) || !str_eq(kept->directory, directory) ||
	    kept->configuration != configuration) {
		*kept = (struct kept_place){.configuration = configuration,
		    .directory = str_copy(locator->arena, directory),
		    .address = str_copy(locator->arena, plain)};
		kept->found = locate_plain(locator, configuration, directory, plain, &kept->place);
	} else {
		arena_rewind(locator->arena, mark);
	}
	if (kept->found)
		*out = kept->place;
	return kept->found;
}

bool locate_output(
    struct locator *locator, struct str directory, struct str name, struct policy_place *out)
{
	return place_of(
	    find_block(directory_of(locator, directory), STR("output"), name, STR_EMPTY), out);
}

bool locate_directory(struct locator *locator, struct str directory, struct policy_place *out)
{
	const struct scanned *scanned = directory_of(locator, directory);
	struct str main_file;

	for (size_t i = 0; i < scanned->file_count; i++) {
		if (source_join(locator->arena, directory, STR("main.tf"), &main_file) &&
		    str_eq(scanned->files[i], main_file))
			return place_of_file(scanned->files[i], out);
	}
	return place_of_file(scanned->file_count > 0 ? scanned->files[0] : scanned->json, out);
}

/* --- findings --- */

/* What is about policies stands in a policy file; those of packs are in no file. */
static bool place_of_policy(const struct finding *finding, struct policy_place *out)
{
	*out = finding->place;
	return (finding->kind == FINDING_WEAKENS || finding->kind == FINDING_MOVED) &&
	       out->file.len > 0 && !str_starts(out->file, STR("pack:"));
}

static bool is_about_output(const struct finding *finding)
{
	return finding->rule && finding->rule->scope == SCOPE_OUTPUT;
}

static bool place_of_finding(struct locator *locator, const struct configuration *configuration,
    struct str directory, const struct finding *finding, struct policy_place *out)
{
	if (place_of_policy(finding, out))
		return true;
	if (is_about_output(finding))
		return locate_output(locator, directory, finding->address, out);
	return finding->address.len > 0 &&
	       locate_address(locator, configuration, directory, finding->address, out);
}

/* Findings of one change follow each other: those of a resource have one place. */
static bool take_place_of(struct finding *finding, const struct finding *other)
{
	if (!other || other->line == 0 || !finding->rule || !other->rule ||
	    finding->rule->scope != other->rule->scope || finding->kind != other->kind ||
	    !str_eq(finding->address, other->address))
		return false;
	finding->file = other->file;
	finding->line = other->line;
	finding->column = other->column;
	return true;
}

void locate_findings(struct locator *locator, const struct configuration *configuration,
    struct str directory, struct finding *findings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct finding *finding = &findings[i];
		struct policy_place place;

		if (finding->file.len > 0 || take_place_of(finding, i > 0 ? finding - 1 : NULL) ||
		    !place_of_finding(locator, configuration, directory, finding, &place))
			continue;
		finding->file = place.file;
		finding->line = place.line;
		finding->column = place.column;
	}
}

/* --- from a line to an address --- */

static struct str directory_part(struct str file)
{
	size_t end = file.len;

	while (end > 0 && file.ptr[end - 1] != '/')
		end--;
	return str_from_to(file, 0, end > 0 ? end - 1 : 0);
}

bool locate_has_file(struct locator *locator, struct str file)
{
	const struct scanned *scanned = directory_of(locator, directory_part(file));

	for (size_t i = 0; i < scanned->file_count; i++) {
		if (str_eq(scanned->files[i], file))
			return true;
	}
	return file.len > 0 && str_eq(scanned->json, file);
}

static struct str address_of(struct arena *arena, const struct located *block)
{
	struct str type = block->labels[0], name = block->labels[1];

	if (str_is(block->type, "module"))
		return str_format(arena, "module.%.*s", STR_ARG(type));
	if (str_is(block->type, "resource"))
		return str_format(arena, "%.*s.%.*s", STR_ARG(type), STR_ARG(name));
	if (str_is(block->type, "data") || str_is(block->type, "ephemeral"))
		return str_format(
		    arena, "%.*s.%.*s.%.*s", STR_ARG(block->type), STR_ARG(type), STR_ARG(name));
	return STR_EMPTY;
}

struct str locate_line(struct locator *locator, struct str file, int line)
{
	const struct scanned *scanned = directory_of(locator, directory_part(file));

	for (size_t i = 0; i < scanned->count; i++) {
		const struct located *block = &scanned->blocks[i];

		if (line >= block->line && line <= block->end_line && str_eq(block->file, file))
			return address_of(locator->arena, block);
	}
	return STR_EMPTY;
}

static struct module_homes *homes_of(
    struct locator *locator, const struct configuration *configuration, struct str root)
{
	struct arena *arena = locator->arena;
	struct module_homes *homes = locator->homes;

	for (; homes; homes = homes->next) {
		if (homes->configuration == configuration && str_eq(homes->root, root))
			return homes;
	}
	homes = arena_make(arena, struct module_homes);
	*homes =
	    (struct module_homes){.configuration = configuration, .root = str_copy(arena, root)};
	homes->modules = configuration_modules(configuration, &homes->count);
	homes->directories = arena_array(arena, struct str, homes->count + 1);
	homes->known = arena_array(arena, bool, homes->count + 1);
	for (size_t i = 0; i < homes->count; i++) {
		const struct located *call;

		homes->directories[i] = homes->root;
		homes->known[i] = walk(locator, configuration, homes->modules[i].address,
		    &homes->directories[i], &call);
	}
	homes->next = locator->homes;
	locator->homes = homes;
	return homes;
}

bool locate_module(struct locator *locator, const struct configuration *configuration,
    struct str root, struct str directory, struct str *module)
{
	const struct module_homes *homes;

	*module = STR_EMPTY;
	if (str_eq(root, directory))
		return true;
	if (!configuration)
		return false;
	homes = homes_of(locator, configuration, root);
	for (size_t i = 0; i < homes->count; i++) {
		if (homes->known[i] && str_eq(homes->directories[i], directory)) {
			*module = homes->modules[i].address;
			return true;
		}
	}
	return false;
}
