#include "cmd/report_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "base/sink.h"
#include "report/render.h"
#include "report/render_html.h"

typedef void renderer(const struct outcome *outcome, struct sink *sink);

static bool write_rendered(struct arena *arena, const char *path, const struct outcome *outcome,
    renderer *render, struct err *err)
{
	struct file_draft draft;
	struct sink sink;
	if (!file_draft_open(arena, path, &draft, err))
		return false;
	sink_to_fd(&sink, arena, draft.fd, 0);
	render(outcome, &sink);
	if (!sink_finish(&sink, err)) {
		file_draft_abandon(&draft);
		return err_context(err, "report '%s'", path);
	}
	return file_draft_commit(&draft, err);
}

bool report_write(
    struct arena *arena, const char *path, const struct outcome *outcome, struct err *err)
{
	return write_rendered(arena, path, outcome, render_json, err);
}

static void render_page(const struct outcome *outcome, struct sink *sink)
{
	render_html(&outcome, 1, sink);
}

bool html_write(
    struct arena *arena, const char *path, const struct outcome *outcome, struct err *err)
{
	return write_rendered(arena, path, outcome, render_page, err);
}

/* The path with its directory resolved; as it is when there is none. */
#define RESOLVED_MAX ((size_t)2 * PATH_MAX)

static void resolve(const char *path, char out[RESOLVED_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	char directory[PATH_MAX], real[PATH_MAX];

	(void)snprintf(out, RESOLVED_MAX, "%s", path);
	if (len >= sizeof(directory))
		return;
	(void)snprintf(
	    directory, sizeof(directory), "%.*s", (int)(slash ? len : 1), slash ? path : ".");
	if (realpath(slash && len == 0 ? "/" : directory, real))
		(void)snprintf(out, RESOLVED_MAX, "%s/%s", real, slash ? slash + 1 : path);
}

static bool are_one(const char *a, const char *b)
{
	char real_a[RESOLVED_MAX], real_b[RESOLVED_MAX];
	struct stat info_a, info_b;

	if (stat(a, &info_a) == 0 && stat(b, &info_b) == 0)
		return S_ISREG(info_a.st_mode) && info_a.st_dev == info_b.st_dev &&
		       info_a.st_ino == info_b.st_ino;
	resolve(a, real_a);
	resolve(b, real_b);
	return strcmp(real_a, real_b) == 0;
}

bool written_files_differ(const struct written_file *files, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < i; k++) {
			if (files[i].path && files[k].path && are_one(files[k].path, files[i].path))
				return err_set(err, ERR_USAGE,
				    "%s and %s are one file, '%s'; give them two", files[k].option,
				    files[i].option, files[i].path);
		}
	}
	return true;
}

/* A target can be anything; of a file name only letters, digits, '.' and '_' survive. */
static void add_name(struct buf *buf, struct str target)
{
	for (size_t i = 0; i < target.len && i < 80; i++) {
		char c = target.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '_' || (c == '.' && i > 0);
		buf_addc(buf, (char)(plain ? c : '-'));
	}
}

bool report_path(struct arena *arena, const char *directory, const struct outcome *outcome,
    const char **path, struct err *err)
{
	if (mkdir(directory, 0777) != 0 && errno != EEXIST)
		return err_set(
		    err, ERR_IO, "cannot make directory '%s': %s", directory, strerror(errno));
	const struct facts *facts = &outcome->facts;
	const char *operation = operation_name(facts->operation);
	struct str identity =
	    str_format(arena, "%.*s\n%.*s\n%s\n%.*s", STR_ARG(facts->directory.value),
		STR_ARG(facts->target.value), operation, STR_ARG(facts->shard.value));
	struct digest digest = digest_sha256(identity);
	struct buf buf;
	struct str text;
	buf_init(&buf, arena, 4096);
	buf_addf(&buf, "%s/", directory);
	add_name(&buf, facts->target.value);
	buf_addf(&buf, ".%s.", operation);
	buf_add(&buf, digest_hex(arena, digest.bytes, 4));
	buf_adds(&buf, ".json");
	if (!buf_finish(&buf, &text, err))
		return false;
	*path = text.ptr;
	return true;
}
