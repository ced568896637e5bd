#include "cmd/git_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "cmd/git_cat_file.h"
#include "cmd/git_library.h"

#define ENTRIES_MAX	 ((size_t)100000)
#define TREE_BYTES_MAX	 ((size_t)16 << 20)
#define COMMIT_BYTES_MAX ((size_t)1 << 20)
#define LINK_BYTES_MAX	 ((size_t)4096)
#define SHORT_ID	 7

struct commit_tree {
	struct app *app;
	struct gitlib_repository repository;
	git_odb *odb;
	const char *git_dir;
	git_oid commit, root;
};

/* What stands at a path. */
struct found {
	git_oid oid;
	git_filemode_t mode;
	bool exists;
};

static const struct gitlib *library_of(const struct commit_tree *tree)
{
	return &tree->repository.library;
}

static bool header(
    const struct commit_tree *tree, const git_oid *oid, size_t *size, git_object_t *type)
{
	return library_of(tree)->git_odb_read_header(size, type, tree->odb, oid) == 0;
}

/* git fetches the object into the repository when it is asked for it. */
static bool fetch(struct commit_tree *tree, const git_oid *oid, size_t limit,
    struct cat_file_object *object, struct err *err)
{
	struct str id = gitlib_oid_text(tree->app->run, library_of(tree), oid);

	return git_cat_file(tree->app, tree->git_dir, id, limit, object, err);
}

/* A tree or commit that libgit2 shall read. */
static bool make_present(
    struct commit_tree *tree, const git_oid *oid, git_object_t want, size_t limit, struct err *err)
{
	struct cat_file_object object;
	git_object_t type;
	size_t size;

	if (!header(tree, oid, &size, &type)) {
		if (!fetch(tree, oid, limit, &object, err))
			return false;
		(void)library_of(tree)->git_odb_refresh(tree->odb);
		if (!header(tree, oid, &size, &type))
			return err_set(err, ERR_INVALID,
			    "a part of the commit is missing in this clone and could not be kept");
	}
	if (type != want)
		return err_set(err, ERR_INVALID, "expected a %s, found a %s",
		    library_of(tree)->git_object_type2string(want),
		    library_of(tree)->git_object_type2string(type));
	return size <= limit ||
	       err_set(err, ERR_LIMIT, "a directory of the commit is larger than %zu bytes", limit);
}

/* --- bytes of a file --- */

/* The same forms that a file of the working tree may come in (base/input.h). */
static bool as_utf8(struct arena *arena, struct str bytes, struct str *out, struct err *err)
{
	struct buf buf;

	switch (encoding_detect(bytes)) {
	case ENCODING_UTF8:
		*out = str_copy(arena, bytes);
		return true;
	case ENCODING_UTF8_BOM:
		*out = str_copy(arena, str_skip(bytes, 3));
		return true;
	case ENCODING_UTF16LE:
	case ENCODING_UTF16BE:
		break;
	}
	buf_init(&buf, arena, bytes.len * 2 + 16);
	utf16_to_utf8(bytes, encoding_detect(bytes) == ENCODING_UTF16BE, &buf);
	return buf_finish(&buf, out, err);
}

static bool read_here(struct commit_tree *tree, struct arena *arena, const git_oid *oid,
    struct str *text, struct err *err)
{
	const struct gitlib *library = library_of(tree);
	git_odb_object *object = NULL;
	bool done;

	if (library->git_odb_read(&object, tree->odb, oid) != 0)
		return err_set(err, ERR_INVALID, "%s",
		    gitlib_problem(arena, library, "cannot be read from the commit").ptr);
	done = as_utf8(arena,
	    (struct str){
		library->git_odb_object_data(object), library->git_odb_object_size(object)},
	    text, err);
	library->git_odb_object_free(object);
	return done;
}

/* From another program: the id says whether these are the bytes. */
static bool read_fetched(struct commit_tree *tree, struct arena *arena, const git_oid *oid,
    size_t limit, struct str *text, struct err *err)
{
	const struct gitlib *library = library_of(tree);
	struct cat_file_object object;
	git_oid actual;

	if (!fetch(tree, oid, limit, &object, err))
		return false;
	if (!str_is(object.type, "blob") ||
	    library->git_odb_hash(&actual, object.bytes.ptr, object.bytes.len, GIT_OBJECT_BLOB) !=
		0 ||
	    !library->git_oid_equal(&actual, oid))
		return err_set(err, ERR_INVALID, "git gave other bytes than the commit names");
	return as_utf8(arena, object.bytes, text, err);
}

static bool read_blob(struct commit_tree *tree, struct arena *arena, const git_oid *oid,
    size_t limit, struct str *text, struct err *err)
{
	git_object_t type;
	size_t size;

	if (!header(tree, oid, &size, &type))
		return read_fetched(tree, arena, oid, limit, text, err);
	if (type != GIT_OBJECT_BLOB)
		return err_set(err, ERR_INVALID, "is no file in the commit");
	if (size > limit)
		return err_set(err, ERR_LIMIT, "is larger than %zu bytes", limit);
	return read_here(tree, arena, oid, text, err);
}

/* --- the way to a path --- */

static bool open_tree(struct commit_tree *tree, const git_oid *oid, git_tree **out, struct err *err)
{
	const struct gitlib *library = library_of(tree);

	if (!make_present(tree, oid, GIT_OBJECT_TREE, TREE_BYTES_MAX, err))
		return false;
	if (library->git_tree_lookup(out, tree->repository.handle, oid) == 0)
		return true;
	return err_set(err, ERR_INVALID, "%s",
	    gitlib_problem(tree->app->run, library, "a directory of the commit").ptr);
}

static bool is_plain_name(struct str name)
{
	return name.len > 0 && !str_is(name, ".") && !str_is(name, "..") &&
	       !str_contains(name, STR("/"));
}

static bool step(struct commit_tree *tree, const char *name, struct found *found, struct err *err)
{
	const struct gitlib *library = library_of(tree);
	const git_tree_entry *entry;
	git_tree *directory;

	if (!open_tree(tree, &found->oid, &directory, err))
		return false;
	entry = library->git_tree_entry_byname(directory, name);
	found->exists = entry != NULL;
	if (entry != NULL) {
		(void)library->git_oid_cpy(&found->oid, library->git_tree_entry_id(entry));
		found->mode = library->git_tree_entry_filemode(entry);
	}
	library->git_tree_free(directory);
	return true;
}

static bool is_plain_path(struct str path)
{
	struct str rest = path, name;

	while (str_split(&rest, '/', &name)) {
		if (!is_plain_name(name) || str_contains(name, (struct str){"", 1}))
			return false;
	}
	return true;
}

/* Below a link or a submodule the commit has nothing. */
static bool walk(struct commit_tree *tree, struct str path, struct found *found, struct err *err)
{
	struct str rest = path, name;

	*found = (struct found){.oid = tree->root, .mode = GIT_FILEMODE_TREE, .exists = true};
	if (!is_plain_path(path))
		return err_set(err, ERR_INVALID, "expected a path inside the repository");
	while (found->exists && str_split(&rest, '/', &name)) {
		if (found->mode != GIT_FILEMODE_TREE)
			found->exists = false;
		else if (!step(tree, str_to_c(tree->app->run, name), found, err))
			return false;
	}
	return true;
}

struct kind_row {
	git_filemode_t mode;
	enum source_kind kind;
	const char *text; /* why it is not read as a file, or NULL */
};

static const struct kind_row kinds[] = {
    {GIT_FILEMODE_BLOB, SOURCE_FILE, NULL},
    {GIT_FILEMODE_BLOB_EXECUTABLE, SOURCE_FILE, NULL},
    {GIT_FILEMODE_TREE, SOURCE_DIRECTORY, "is a directory"},
    {GIT_FILEMODE_LINK, SOURCE_LINK, "is a symbolic link, which is not followed"},
    {GIT_FILEMODE_COMMIT, SOURCE_OTHER, "is a submodule, which is not read"},
};

static const struct kind_row *kind_of(git_filemode_t mode)
{
	static const struct kind_row unknown = {
	    GIT_FILEMODE_UNREADABLE, SOURCE_OTHER, "is no regular file"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (kinds[i].mode == mode)
			return &kinds[i];
	}
	return &unknown;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of struct source */
static bool tree_read(void *state, struct arena *arena, struct str path, size_t limit,
    struct str *text, bool *found, struct err *err)
{
	struct commit_tree *tree = state;
	struct found at;

	*found = false;
	*text = STR_EMPTY;
	if (!walk(tree, path, &at, err))
		return err_context(err, "'%.*s'", STR_ARG(path));
	if (!at.exists)
		return true;
	if (kind_of(at.mode)->text != NULL)
		return err_set(
		    err, ERR_INVALID, "'%.*s' %s", STR_ARG(path), kind_of(at.mode)->text);
	*found = true;
	return read_blob(tree, arena, &at.oid, limit, text, err) ||
	       err_context(err, "'%.*s'", STR_ARG(path));
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(
	    ((const struct source_entry *)a)->name, ((const struct source_entry *)b)->name);
}

static bool list_entries(const struct commit_tree *tree, struct arena *arena, git_tree *directory,
    struct source_entry **entries, size_t *count, struct err *err)
{
	const struct gitlib *library = library_of(tree);
	size_t total = library->git_tree_entrycount(directory);

	if (total > ENTRIES_MAX)
		return err_set(
		    err, ERR_LIMIT, "holds more than %zu files and directories", ENTRIES_MAX);
	*entries = arena_array(arena, struct source_entry, total);
	for (size_t i = 0; i < total; i++) {
		const git_tree_entry *entry = library->git_tree_entry_byindex(directory, i);
		struct str name = str_copy(arena, str_from(library->git_tree_entry_name(entry)));

		(*entries)[i] = (struct source_entry){
		    .name = name,
		    .kind = is_plain_name(name)
				? kind_of(library->git_tree_entry_filemode(entry))->kind
				: SOURCE_OTHER,
		};
	}
	if (total > 0)
		qsort(*entries, total, sizeof(**entries), by_name);
	*count = total;
	return true;
}

static bool tree_list(void *state, struct arena *arena, struct str path,
    struct source_entry **entries, size_t *count, struct err *err)
{
	struct commit_tree *tree = state;
	git_tree *directory;
	struct found at;
	bool done;

	*entries = NULL;
	*count = 0;
	if (!walk(tree, path, &at, err))
		return err_context(err, "'%.*s'", STR_ARG(path));
	if (!at.exists || at.mode != GIT_FILEMODE_TREE)
		return true;
	if (!open_tree(tree, &at.oid, &directory, err))
		return err_context(err, "'%.*s'", STR_ARG(path));
	done = list_entries(tree, arena, directory, entries, count, err);
	library_of(tree)->git_tree_free(directory);
	return done || err_context(err, "'%.*s'", STR_ARG(path));
}

static bool tree_link(
    void *state, struct arena *arena, struct str path, struct str *target, struct err *err)
{
	struct commit_tree *tree = state;
	struct found at;

	*target = STR_EMPTY;
	if (!walk(tree, path, &at, err))
		return err_context(err, "'%.*s'", STR_ARG(path));
	if (!at.exists || at.mode != GIT_FILEMODE_LINK)
		return true;
	return read_blob(tree, arena, &at.oid, LINK_BYTES_MAX, target, err) ||
	       err_context(err, "'%.*s'", STR_ARG(path));
}

/* --- the commit --- */

static bool find_commit(struct commit_tree *tree, struct str commit, struct err *err)
{
	const struct gitlib *library = library_of(tree);

	if (!str_is(commit, "HEAD"))
		return gitlib_oid(library, commit, &tree->commit) ||
		       err_set(err, ERR_INVALID, "'%.*s' is no commit: expected 40 hex digits",
			   STR_ARG(commit));
	if (library->git_reference_name_to_id(&tree->commit, tree->repository.handle, "HEAD") == 0)
		return true;
	return err_set(err, ERR_INVALID, "%s",
	    gitlib_problem(tree->app->run, library, "HEAD cannot be read").ptr);
}

static bool find_root(struct commit_tree *tree, struct err *err)
{
	const struct gitlib *library = library_of(tree);
	git_commit *commit = NULL;
	struct err why = {0};

	if (!make_present(tree, &tree->commit, GIT_OBJECT_COMMIT, COMMIT_BYTES_MAX, &why))
		return err_set(err, ERR_INVALID,
		    "commit %.*s is not in this clone: run 'git fetch origin' for it, or check out "
		    "with full history (%s)",
		    STR_ARG(git_tree_commit(tree)), why.text);
	if (library->git_commit_lookup(&commit, tree->repository.handle, &tree->commit) != 0)
		return err_set(err, ERR_INVALID, "%s",
		    gitlib_problem(tree->app->run, library, "the commit cannot be read").ptr);
	(void)library->git_oid_cpy(&tree->root, library->git_commit_tree_id(commit));
	library->git_commit_free(commit);
	return true;
}

static bool open_commit(struct commit_tree *tree, struct str commit, struct err *err)
{
	const struct gitlib *library = library_of(tree);
	struct arena *arena = tree->app->run;

	tree->git_dir =
	    str_copy(arena, str_from(library->git_repository_path(tree->repository.handle))).ptr;
	if (library->git_repository_odb(&tree->odb, tree->repository.handle) != 0)
		return err_set(err, ERR_INVALID, "%s",
		    gitlib_problem(arena, library, "the repository cannot be read").ptr);
	return find_commit(tree, commit, err) && find_root(tree, err);
}

bool git_tree_open(struct app *app, struct str root, struct str commit, struct commit_tree **out,
    struct source *source, struct err *err)
{
	struct commit_tree *tree = arena_make(app->run, struct commit_tree);

	*out = NULL;
	tree->app = app;
	if (!gitlib_repository_open(app->run, root, &tree->repository, err))
		return false;
	if (!open_commit(tree, commit, err)) {
		git_tree_close(tree);
		return false;
	}
	*source = (struct source){
	    .state = tree,
	    .name = str_format(app->run, "commit %.*s", SHORT_ID, git_tree_commit(tree).ptr),
	    .read = tree_read,
	    .list = tree_list,
	    .link = tree_link,
	};
	*out = tree;
	return true;
}

struct str git_tree_commit(const struct commit_tree *tree)
{
	return gitlib_oid_text(tree->app->run, library_of(tree), &tree->commit);
}

void git_tree_close(struct commit_tree *tree)
{
	if (tree->odb != NULL)
		library_of(tree)->git_odb_free(tree->odb);
	tree->odb = NULL;
	gitlib_repository_close(&tree->repository);
}
