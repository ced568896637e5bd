#include "cmd/config_check.h"

#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"

#define LEVELS_MAX	64
#define DIRECTORIES_MAX 100000

struct check {
	struct arena *arena;
	const struct workspace *workspace;
	struct problems *problems;
	size_t files, directories;
};

static const char *const left_out[] = {".git", ".terraform", "node_modules"};
static const char *const wrong_names[] = {"tfherald.yml", ".tfherald.yaml", ".tfherald.yml"};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void check_file(struct check *check, struct str dir)
{
	struct settings settings = {0};
	struct setting_reader reader = {
	    .arena = check->arena,
	    .settings = &settings,
	    .problems = check->problems,
	    .base = dir,
	    .policies = true,
	};
	bool found;

	reader.routes = arena_array(check->arena, struct slack_route, ROUTES_MAX + 1);
	reader.file = dir.len > 0 ? str_format(check->arena, "%s/%s", dir.ptr, SETTINGS_FILE).ptr
				  : SETTINGS_FILE;
	settings_read_file(&reader, check->workspace, &found);
	check->files += found;
}

static void wrong_name(struct check *check, struct str path)
{
	struct err err = {0};

	(void)err_set_at(&err, ERR_INVALID, path.ptr, 0, 0,
	    "is not read: the name of a settings file is %s", SETTINGS_FILE);
	problems_add(check->problems, &err);
}

static bool is_directory(struct check *check, struct str path)
{
	struct str full = str_format(check->arena, "%s/%s", check->workspace->root.ptr, path.ptr);
	struct stat about;

	return lstat(full.ptr, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool check_dir(struct check *check, struct str dir, int level, struct err *err);

static bool check_entry(
    struct check *check, struct str dir, const char *name, int level, struct err *err)
{
	struct str path = dir.len > 0 ? str_format(check->arena, "%s/%s", dir.ptr, name)
				      : str_copy(check->arena, str_from(name));

	if (strcmp(name, SETTINGS_FILE) == 0)
		check_file(check, dir);
	else if (is_one_of(name, wrong_names, ARRAY_LEN(wrong_names)))
		wrong_name(check, path);
	else if (!is_one_of(name, left_out, ARRAY_LEN(left_out)) && is_directory(check, path))
		return check_dir(check, path, level + 1, err);
	return true;
}

static bool check_dir(struct check *check, struct str dir, int level, struct err *err)
{
	struct str full = str_format(
	    check->arena, "%s%s%s", check->workspace->root.ptr, dir.len > 0 ? "/" : "", dir.ptr);
	struct directory entries CLEANUP(directory_close) = DIRECTORY_NONE;
	const char *name;

	if (level > LEVELS_MAX || check->directories++ == DIRECTORIES_MAX)
		return err_set(err, ERR_LIMIT, "too many directories below '%s'; name one of them",
		    check->workspace->root.ptr);
	if (!directory_open(full.ptr, &entries, err))
		return false;
	while ((name = directory_next(&entries)) != NULL) {
		if (!check_entry(check, dir, name, level, err))
			return false;
	}
	return directory_finish(&entries, err);
}

bool config_check(struct arena *arena, const struct workspace *workspace, struct problems *problems,
    size_t *files, struct err *err)
{
	struct check check = {.arena = arena, .workspace = workspace, .problems = problems};

	if (!check_dir(&check, STR_EMPTY, 0, err))
		return false;
	*files = check.files;
	return true;
}
