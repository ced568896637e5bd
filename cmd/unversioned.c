#include "cmd/unversioned.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/yaml.h"
#include "policies/policy_file.h"

#define FILE_BYTES_MAX ((size_t)4 << 20)

/* Other keys (labels, params, owners) decide nothing without these. */
static const char *const deciding_keys[] = {"rules", "use", "override", "require_rules"};

static bool has_deciding_key(struct value root)
{
	for (size_t i = 0; i < ARRAY_LEN(deciding_keys); i++) {
		if (value_get_c(root, deciding_keys[i]))
			return true;
	}
	return false;
}

/* A file that cannot be read may say anything. */
static bool has_policies(struct arena *arena, const char *path)
{
	const struct yaml *yaml;
	struct err why = {0};
	struct stat about;
	struct str text;

	if (lstat(path, &about) != 0)
		return false;
	if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
		return true;
	return !file_read(arena, path, FILE_BYTES_MAX, &text, &why) ||
	       !yaml_read(arena, path, text, &yaml, &why) || has_deciding_key(yaml_root(yaml));
}

/* The nearest file, in the directory or above it; NULL: there is none. */
static const char *find_policies(struct arena *arena, struct str directory)
{
	for (;;) {
		size_t end = directory.len;
		struct str shown = end > 1 ? directory : STR_EMPTY; /* "/" */
		const char *file = str_format(arena, "%.*s/" POLICY_FILE, STR_ARG(shown)).ptr;
		const char *waivers = str_format(arena, "%.*s/" WAIVERS_FILE, STR_ARG(shown)).ptr;
		struct stat about;

		if (has_policies(arena, file))
			return file;
		if (lstat(waivers, &about) == 0)
			return waivers;
		if (end <= 1)
			return NULL;
		while (end > 0 && directory.ptr[end - 1] != '/')
			end--;
		directory.len = end > 1 ? end - 1 : 1;
	}
}

bool unversioned_allowed(struct app *app, const struct workspace *workspace,
    const struct facts *facts, const char *base, struct err *err)
{
	const char *file;

	if (workspace->in_repository || !facts->in_ci || str_is(trust_base(app, base), "HEAD"))
		return true;
	file = find_policies(app->run, workspace->root);
	if (!file)
		return true;
	return err_set(err, ERR_INVALID,
	    "there is no git repository here, so nobody knows which of the policies in '%s' were "
	    "merged: check out the repository with its .git (an archive or a docker context "
	    "leaves it out); or say --base HEAD (TFHERALD_BASE) when the files here shall judge "
	    "themselves",
	    file);
}
