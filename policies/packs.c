#include "policies/packs.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/words.h"
#include "policies/policy_file.h"

#define PACKS_MAX 64

static bool read_number(struct str text, int64_t *out)
{
	struct err ignored = {0};

	return text.len > 0 && text.len <= 6 && text.ptr[0] != '-' && text.ptr[0] != '+' &&
	       str_to_int64(text, 0, 999999, out, &ignored);
}

static bool version_parts(struct str version, int64_t parts[2])
{
	size_t point;

	return str_find_char(version, '.', &point) &&
	       read_number(str_from_to(version, 0, point), &parts[0]) &&
	       read_number(str_skip(version, point + 1), &parts[1]);
}

bool pack_version_is_valid(struct str version)
{
	int64_t parts[2];

	return version_parts(version, parts);
}

int pack_version_cmp(struct str a, struct str b)
{
	int64_t left[2] = {0, 0}, right[2] = {0, 0};

	if (!version_parts(a, left) || !version_parts(b, right))
		return str_cmp(a, b);
	for (size_t i = 0; i < 2; i++)
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	return 0;
}

/* "pack:aws-baseline@1.0" -> name and version; both may be empty. */
static void split_use(struct str use, struct str *name, struct str *version)
{
	size_t at;

	(void)str_eat(&use, STR("pack:"));
	*name = use;
	*version = STR_EMPTY;
	if (!str_find_char(use, '@', &at))
		return;
	*name = str_from_to(use, 0, at);
	*version = str_skip(use, at + 1);
}

const struct pack *pack_find(struct str name)
{
	struct str own, version;

	split_use(name, &own, &version);
	for (size_t i = 0; packs[i].name; i++)
		if (str_is(own, packs[i].name))
			return &packs[i];
	return NULL;
}

static void no_such_pack(
    struct arena *arena, const struct use *use, struct str name, struct policy_problems *problems)
{
	const char *names[PACKS_MAX + 1];
	const char *close;
	size_t count = 0;

	for (; count < PACKS_MAX && packs[count].name; count++)
		names[count] = packs[count].name;
	names[count] = NULL;
	close = words_closest(name, names);
	if (close)
		policy_problem(problems, &use->place, "no pack '%.*s'; did you mean '%s'?",
		    STR_ARG(name), close);
	else
		policy_problem(problems, &use->place, "no pack '%.*s'; this tfherald has %.*s",
		    STR_ARG(name), STR_ARG(words_listed(arena, names)));
}

static bool has_version(const struct pack *pack, struct str version)
{
	struct str rest = str_from(pack->versions), one;

	while (str_split(&rest, ',', &one))
		if (str_eq(str_trim(one), version))
			return true;
	return false;
}

bool pack_read(struct arena *arena, const struct use *use, struct policy_file *out,
    struct policy_problems *problems)
{
	const struct pack *pack = pack_find(use->text);
	struct str name, version;

	split_use(use->text, &name, &version);
	if (!pack) {
		no_such_pack(arena, use, name, problems);
		return false;
	}
	if (version.len == 0) {
		policy_problem(problems, &use->place,
		    "a pack is pinned, so that new rules of it only warn: write 'pack:%s@%s'",
		    pack->name, pack->version);
		return false;
	}
	if (!has_version(pack, version)) {
		policy_problem(problems, &use->place,
		    "pack '%s' has no version '%.*s'; this tfherald has %s", pack->name,
		    STR_ARG(version), pack->versions);
		return false;
	}
	policy_file_read(arena, POLICY_PACK, use->text, pack->text, out, problems);
	return true;
}
