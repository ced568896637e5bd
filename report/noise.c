#include "report/noise.h"

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/glob.h"
#include "parser/path.h"

#define REPEATS_TAGS "repeats the tags, with the defaults of the provider"
#define BY_SERVICE   "set by the service whenever it writes"
#define REPEATS	     "repeats what is set, with what the provider adds"

/*
 * A hash or a version says that content changes where somebody sets it (aws_s3_object.etag): those
 * only count when nobody does, which shows as known after apply.
 */
const struct noise_builtin noise_builtins[] = {
    {"tags_all", REPEATS_TAGS, false},
    {"effective_labels", REPEATS, false},
    {"terraform_labels", REPEATS, false},
    {"effective_annotations", REPEATS, false},
    {"last_modified", BY_SERVICE, false},
    {"last_modified_date", BY_SERVICE, false},
    {"last_modified_time", BY_SERVICE, false},
    {"last_updated", BY_SERVICE, false},
    {"last_updated_date", BY_SERVICE, false},
    {"last_updated_time", BY_SERVICE, false},
    {"update_time", BY_SERVICE, true},
    {"updated_at", BY_SERVICE, true},
    {"modified_at", BY_SERVICE, true},
    {"modified_time", BY_SERVICE, true},
    {"update_date", BY_SERVICE, true},
    {"etag", BY_SERVICE, true},
    {"fingerprint", BY_SERVICE, true},
    {"label_fingerprint", BY_SERVICE, true},
    {"metadata_fingerprint", BY_SERVICE, true},
    {"tags_fingerprint", BY_SERVICE, true},
    {"generation", BY_SERVICE, true},
    {"metadata.generation", BY_SERVICE, true},
    {"metadata.resource_version", BY_SERVICE, true},
    {"resource_version", BY_SERVICE, true},
    {"latest_revision", BY_SERVICE, true},
    {"version_id", BY_SERVICE, true},
};
const size_t noise_builtin_count = ARRAY_LEN(noise_builtins);

struct pattern {
	struct str names[NOISE_NAMES_MAX];
	size_t count;
	struct str reason;
	bool only_unknown;
};

struct noise {
	const struct pattern *patterns;
	size_t count;
	uint64_t starts; /* bit of first letter and length of the first names; all set: any */
};

static bool is_glob(struct str name)
{
	size_t at;

	return str_find_char(name, '*', &at) || str_find_char(name, '?', &at);
}

static bool is_any(struct str name)
{
	return str_is(name, "**");
}

/* --- reading a path: names with * and ?, quoted keys, positions --- */

static struct str take_name(struct str *path)
{
	size_t len = 0;

	while (len < path->len && path->ptr[len] != '.' && path->ptr[len] != '[')
		len++;
	*path = str_skip(*path, len);
	return (struct str){path->ptr - len, len};
}

/* A quoted key, copied without its escapes; a position gives no name. */
static bool take_bracket(struct arena *arena, struct str *path, struct pattern *out)
{
	struct path_step step;

	if (!path_next(path, &step))
		return false;
	if (!step.is_index)
		out->names[out->count++] = path_name(arena, &step);
	return true;
}

static bool read_path(struct arena *arena, struct str path, struct pattern *out)
{
	bool is_first = true;

	out->count = 0;
	while (path.len > 0) {
		if (out->count == NOISE_NAMES_MAX)
			return false;
		if (path.ptr[0] == '[') {
			if (!take_bracket(arena, &path, out))
				return false;
		} else {
			if (!is_first && !str_eat(&path, STR(".")))
				return false;
			out->names[out->count] = take_name(&path);
			if (out->names[out->count++].len == 0)
				return false;
		}
		is_first = false;
	}
	return out->count > 0;
}

/* No name of it says which attribute: it would fold whatever a plan holds. */
static bool is_everything(const struct pattern *pattern)
{
	for (size_t i = 0; i < pattern->count; i++) {
		struct str name = pattern->names[i];

		while (name.len > 0 && (name.ptr[0] == '*' || name.ptr[0] == '?'))
			name = str_skip(name, 1);
		if (name.len > 0)
			return false;
	}
	return true;
}

bool noise_check(struct str path, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct pattern pattern;

	if (!read_path(arena, path, &pattern))
		return err_set(err, ERR_INVALID,
		    "'%.*s' is no path of an attribute; expected one such as 'tags.version', "
		    "'tags[\"a.b\"]' or '**.etag', with at most %d names",
		    STR_ARG(path), NOISE_NAMES_MAX);
	if (is_everything(&pattern))
		return err_set(err, ERR_INVALID,
		    "'%.*s' would fold every attribute; expected a path with a name in it such as "
		    "'tags.*' or '**.etag'",
		    STR_ARG(path));
	return true;
}

/* --- the list --- */

static uint64_t start_bit(struct str name)
{
	size_t letter = name.len > 0 ? (unsigned char)name.ptr[0] : 0;

	return UINT64_C(1) << ((letter * 7 + name.len) & 63);
}

static void add_pattern(struct noise *noise, struct pattern *out, struct str reason)
{
	out->reason = reason;
	noise->starts |= is_glob(out->names[0]) ? UINT64_MAX : start_bit(out->names[0]);
	noise->count++;
}

const struct noise *noise_new(struct arena *arena, const struct noise_rule *rules, size_t count)
{
	struct noise *noise = arena_make(arena, struct noise);
	struct pattern *patterns = arena_array(arena, struct pattern, count + noise_builtin_count);

	noise->patterns = patterns;
	for (size_t i = 0; i < count; i++) {
		struct str reason =
		    rules[i].reason.len > 0 ? rules[i].reason : STR("noise by the settings");

		if (read_path(arena, rules[i].path, &patterns[noise->count]) &&
		    !is_everything(&patterns[noise->count]))
			add_pattern(noise, &patterns[noise->count], reason);
	}
	for (size_t i = 0; i < noise_builtin_count; i++) {
		struct pattern *pattern = &patterns[noise->count];

		if (!read_path(arena, str_from(noise_builtins[i].path), pattern))
			continue;
		pattern->only_unknown = noise_builtins[i].only_unknown;
		add_pattern(noise, pattern, str_from(noise_builtins[i].reason));
	}
	return noise;
}

/* --- matching --- */

static bool name_matches(struct str name, struct str key)
{
	return is_glob(name) ? glob_match_name(name, key) : str_eq(name, key);
}

/* Row by row of a table: which beginnings of the keys can the names so far stand for? */
static bool matches(const struct pattern *pattern, const struct str *keys, size_t count)
{
	/* reach[i]: the names so far can stand for the first i keys; a path is no longer than 63 */
	size_t most = count < 63 ? count : 63;
	uint64_t reach = 1;

	for (size_t n = 0; n < pattern->count && reach; n++) {
		struct str name = pattern->names[n];
		uint64_t next = 0;
		bool any = is_any(name);

		for (size_t i = 0; i <= most; i++) {
			if (!(reach >> i & 1))
				continue;
			if (any)
				next |= ~((UINT64_C(1) << i) - 1);
			else if (i < most && name_matches(name, keys[i]))
				next |= UINT64_C(1) << (i + 1);
		}
		reach = next;
	}
	return (reach & (most == 63 ? UINT64_MAX : (UINT64_C(1) << (most + 1)) - 1)) != 0;
}

bool noise_may_start(const struct noise *noise, struct str key)
{
	return noise && key.ptr && (noise->starts & start_bit(key)) != 0;
}

struct str noise_reason(
    const struct noise *noise, const struct str *keys, size_t count, bool unknown_after)
{
	if (!noise || count == 0)
		return STR_EMPTY;
	for (size_t i = 0; i < noise->count; i++) {
		const struct pattern *pattern = &noise->patterns[i];

		if ((!pattern->only_unknown || unknown_after) && matches(pattern, keys, count))
			return pattern->reason;
	}
	return STR_EMPTY;
}
