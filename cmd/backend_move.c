#include "cmd/backend_move.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/size.h"
#include "base/value.h"
#include "parser/hcl.h"

#define IDENTITY_MAX   ((size_t)64 << 10)
#define ATTRIBUTES_MAX 4

/* Which attributes say where the state is. The first ones must be there; the others have a default.
 */
struct backend_type {
	const char *name;
	const char *required[ATTRIBUTES_MAX];
	const char *optional[ATTRIBUTES_MAX];
	const char *workspaces[ATTRIBUTES_MAX]; /* of its `workspaces` block: one of them */
};

static const struct backend_type backend_types[] = {
    {"artifactory", {"url", "repo", "subpath"}, {NULL}, {NULL}},
    {"azurerm", {"storage_account_name", "container_name", "key"}, {NULL}, {NULL}},
    {"cloud", {"organization"}, {"hostname"}, {"name"}},
    {"consul", {"path"}, {"address", "datacenter"}, {NULL}},
    {"cos", {"bucket"}, {"prefix", "key"}, {NULL}},
    {"etcdv3", {"prefix"}, {NULL}, {NULL}},
    {"gcs", {"bucket"}, {"prefix"}, {NULL}},
    {"http", {"address"}, {NULL}, {NULL}},
    {"kubernetes", {"secret_suffix"}, {"namespace", "host", "config_context"}, {NULL}},
    {"local", {"path"}, {NULL}, {NULL}},
    {"oss", {"bucket"}, {"prefix", "key"}, {NULL}},
    {"pg", {"conn_str"}, {"schema_name"}, {NULL}},
    {"remote", {"organization"}, {"hostname"}, {"name", "prefix"}},
    {"s3", {"bucket", "key"}, {"workspace_key_prefix", "endpoint"}, {NULL}},
};

static const struct backend_type *find_type(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(backend_types); i++) {
		if (str_is(name, backend_types[i].name))
			return &backend_types[i];
	}
	return NULL;
}

/* --- one block --- */

static size_t add_attributes(
    struct buf *out, struct str text, const struct hcl_block *block, const char *const *names)
{
	size_t added = 0;

	for (size_t i = 0; i < ATTRIBUTES_MAX && names[i]; i++) {
		struct str value = hcl_string(text, block, names[i]);

		if (value.len == 0)
			continue;
		buf_addf(out, "\n%s=%.*s", names[i], STR_ARG(value));
		added++;
	}
	return added;
}

static size_t name_count(const char *const *names)
{
	size_t count = 0;

	while (count < ATTRIBUTES_MAX && names[count])
		count++;
	return count;
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

static bool add_workspaces(struct buf *out, struct str text, const struct hcl_file *file, size_t i,
    const struct backend_type *type)
{
	const struct hcl_block *block = workspaces_of(file, i);

	return name_count(type->workspaces) == 0 ||
	       (block && add_attributes(out, text, block, type->workspaces) > 0);
}

static struct str block_identity(
    struct arena *arena, struct str text, const struct hcl_file *file, size_t i)
{
	const struct hcl_block *block = &file->blocks[i];
	struct str name = str_is(block->type, "cloud") ? STR("cloud") : block->labels[0];
	const struct backend_type *type = find_type(name);
	struct buf out;

	if (!type)
		return STR_EMPTY;
	if (str_is(name, "local") && !str_starts(hcl_string(text, block, "path"), STR("/")))
		return STR_EMPTY;
	buf_init(&out, arena, IDENTITY_MAX);
	buf_add(&out, name);
	if (add_attributes(&out, text, block, type->required) < name_count(type->required) ||
	    !add_workspaces(&out, text, file, i, type))
		return STR_EMPTY;
	(void)add_attributes(&out, text, block, type->optional);
	return buf_str(&out);
}

static bool is_backend(const struct hcl_file *file, size_t i)
{
	const struct hcl_block *block = &file->blocks[i];

	if (block->depth != 1 || (!str_is(block->type, "backend") && !str_is(block->type, "cloud")))
		return false;
	while (i > 0 && file->blocks[i].depth > 0)
		i--;
	return str_is(file->blocks[i].type, "terraform");
}

/* --- one directory --- */

static bool read_file(struct arena *arena, const struct source *source, struct str path,
    struct str *text, struct err *err)
{
	bool found;

	if (!source->read(source->state, arena, path, HCL_BYTES_MAX, text, &found, err))
		return false;
	/* most files have none: they are not scanned */
	if (!found || (!str_contains(*text, STR("backend")) && !str_contains(*text, STR("cloud"))))
		*text = STR_EMPTY;
	return true;
}

bool backend_identity(struct arena *arena, const struct source *source, struct str directory,
    struct str *out, struct policy_place *place, struct err *err)
{
	struct source_entry *entries;
	struct hcl_file file;
	struct str path, text;
	size_t count;

	*out = STR_EMPTY;
	if (!source->list(source->state, arena, directory, &entries, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (entries[i].kind != SOURCE_FILE || !str_ends(entries[i].name, STR(".tf")) ||
		    !source_join(arena, directory, entries[i].name, &path))
			continue;
		if (!read_file(arena, source, path, &text, err))
			return false;
		hcl_scan(arena, text, &file);
		for (size_t k = 0; k < file.count; k++) {
			const struct hcl_block *block = &file.blocks[k];

			if (!is_backend(&file, k))
				continue;
			*out = block_identity(arena, text, &file, k);
			*place = (struct policy_place){path, block->line, block->column};
		}
	}
	return true;
}

/* --- the others at the base --- */

struct walk {
	struct arena *arena; /* of the answer */
	const struct source *base;
	struct str directory, identity; /* of the run */
	struct str *queue;
	size_t count, next;
	bool cut;
};

static void enqueue(struct walk *walk, struct str path)
{
	if (walk->count == BACKEND_DIRECTORIES_MAX) {
		walk->cut = true;
		return;
	}
	walk->queue[walk->count++] = path;
}

/* .terraform, .git and the like hold no root modules. */
static bool enqueue_children(struct walk *walk, struct str directory, struct err *err)
{
	struct source_entry *entries;
	struct str path;
	size_t count;

	if (!walk->base->list(walk->base->state, walk->arena, directory, &entries, &count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (entries[i].kind == SOURCE_DIRECTORY && !str_starts(entries[i].name, STR(".")) &&
		    source_join(walk->arena, directory, entries[i].name, &path))
			enqueue(walk, path);
	}
	return true;
}

static bool look_at(struct walk *walk, struct str directory, bool *is_same, struct err *err)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct policy_place place;
	struct str identity;

	*is_same = false;
	if (str_eq(directory, walk->directory))
		return true;
	if (!backend_identity(scratch, walk->base, directory, &identity, &place, err))
		return false;
	*is_same = str_eq(identity, walk->identity);
	return true;
}

static bool walk_base(struct walk *walk, struct backend_move *out, struct err *err)
{
	walk->queue = arena_array(walk->arena, struct str, BACKEND_DIRECTORIES_MAX);
	enqueue(walk, STR_EMPTY);
	while (walk->next < walk->count && !out->found) {
		struct str directory = walk->queue[walk->next++];

		if (!look_at(walk, directory, &out->found, err) ||
		    !enqueue_children(walk, directory, err))
			return false;
		out->directory = directory;
	}
	if (walk->cut && !out->found)
		log_warn("whether this directory takes over the state of another one was looked up "
			 "in the first %d directories of the base only",
		    BACKEND_DIRECTORIES_MAX);
	return true;
}

bool backend_move_find(struct arena *arena, const struct source *base, const struct source *head,
    struct str directory, struct backend_move *out, struct err *err)
{
	struct walk walk = {.arena = arena, .base = base, .directory = directory};
	struct policy_place place;
	struct str before;

	*out = (struct backend_move){.directory = STR_EMPTY};
	if (!backend_identity(arena, head, directory, &walk.identity, &out->place, err))
		return false;
	if (walk.identity.len == 0)
		return true;
	if (!backend_identity(arena, base, directory, &before, &place, err))
		return false;
	/* what it had at the base is its own */
	return str_eq(before, walk.identity) || walk_base(&walk, out, err);
}
