#include "policies/codeowners.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define FILE_MAX     ((size_t)3 << 20) /* GitHub reads no larger one */
#define SEGMENTS_MAX 128
#define SKIPPED_MAX  100

static const char *const places[] = {".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"};

/* One line that counts: a path pattern cut at its slashes, and who owns what it matches. */
struct owner_rule {
	const struct str *segments;
	size_t segment_count;
	struct policy_names owners;
};

struct codeowners {
	struct str file;
	struct owner_rule *rules;
	size_t rule_count;
	struct policy_names skipped;
};

struct owners_reader {
	struct arena *arena;
	struct codeowners *out;
	size_t rule_cap;
	struct str *skipped;
	int line;
};

/* --- matching --- */

/* '*' any run, '?' one character, "\c" c itself; linear backtracking: only the last '*' counts. */
static bool match_segment(struct str pattern, struct str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, from = 0;

	while (t < text.len) {
		bool literal = p < pattern.len && pattern.ptr[p] == '\\' && p + 1 < pattern.len;

		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = ++p;
			from = t;
		} else if (p < pattern.len && pattern.ptr[p] == '?') {
			p++;
			(void)utf8_next(text, &t);
		} else if (p + literal < pattern.len && pattern.ptr[p + literal] == text.ptr[t]) {
			p += 1U + literal;
			t++;
		} else if (star != SIZE_MAX) {
			p = star;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

struct path {
	struct str segments[SEGMENTS_MAX];
	size_t count;
};

static bool path_split(struct str text, struct path *out)
{
	struct str rest = text, part;

	out->count = 0;
	while (str_split(&rest, '/', &part)) {
		if (out->count == SEGMENTS_MAX)
			return false;
		if (part.len > 0)
			out->segments[out->count++] = part;
	}
	return out->count > 0;
}

static bool is_any(struct str segment)
{
	return str_is(segment, "**");
}

/*
 * How much of the path may be left over where the pattern ends: a name owns everything below it;
 * "docs/(star)" owns the files of docs and nothing deeper; "(two stars)" at the end is one segment
 * or more.
 */
static bool fits_end(const struct owner_rule *rule, size_t left)
{
	struct str last = rule->segments[rule->segment_count - 1];

	return left == 0 || !str_is(last, "*");
}

static bool match_path(const struct owner_rule *rule, const struct path *path)
{
	size_t p = 0, t = 0, any = SIZE_MAX, from = 0;
	size_t last = rule->segment_count - 1;

	if (rule->segment_count == 0)
		return false;
	for (;;) {
		if (p > last && fits_end(rule, path->count - t))
			return true;
		if (p <= last && is_any(rule->segments[p])) {
			if (p == last)
				return t < path->count;
			any = ++p;
			from = t;
		} else if (p <= last && t < path->count &&
			   match_segment(rule->segments[p], path->segments[t])) {
			p++;
			t++;
		} else if (any != SIZE_MAX && from < path->count) {
			p = any;
			t = ++from;
		} else {
			return false;
		}
	}
}

struct policy_names codeowners_of(const struct codeowners *owners, struct str path)
{
	struct path parts;

	if (owners == NULL || !path_split(path, &parts))
		return (struct policy_names){.count = 0};
	for (size_t i = owners->rule_count; i-- > 0;) {
		if (match_path(&owners->rules[i], &parts))
			return owners->rules[i].owners;
	}
	return (struct policy_names){.count = 0};
}

struct policy_names codeowners_skipped(const struct codeowners *owners)
{
	return owners != NULL ? owners->skipped : (struct policy_names){.count = 0};
}

struct str codeowners_file(const struct codeowners *owners)
{
	return owners != NULL ? owners->file : STR_EMPTY;
}

/* --- reading --- */

static void skip_line(struct owners_reader *reader, const char *why)
{
	struct policy_names *skipped = &reader->out->skipped;

	if (skipped->count < SKIPPED_MAX)
		reader->skipped[skipped->count++] =
		    str_format(reader->arena, "line %d: %s", reader->line, why);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word; a blank after a backslash belongs to it. A word that begins with # is a comment.
 */
static bool next_word(struct str *rest, struct str *word)
{
	size_t at = 0;

	while (rest->len > 0 && is_blank(rest->ptr[0]))
		*rest = str_skip(*rest, 1);
	if (rest->len == 0 || rest->ptr[0] == '#')
		return false;
	while (at < rest->len && !is_blank(rest->ptr[at]))
		at += rest->ptr[at] == '\\' && at + 1 < rest->len ? 2 : 1;
	*word = str_from_to(*rest, 0, at);
	*rest = str_skip(*rest, at);
	return true;
}

/* "@user", "@org/team", "name@host" */
static bool is_owner(struct str word)
{
	size_t at, slash;
	struct str name = word;

	if (!str_find_char(word, '@', &at))
		return false;
	if (at > 0)
		return at + 1 < word.len && !str_contains(str_skip(word, at + 1), STR("@"));
	(void)str_eat(&name, STR("@"));
	if (str_find_char(name, '/', &slash))
		return slash > 0 && slash + 1 < name.len &&
		       !str_contains(str_skip(name, slash + 1), STR("/"));
	return name.len > 0;
}

static const char *pattern_problem(struct str pattern)
{
	if (str_starts(pattern, STR("!")))
		return "a pattern cannot be negated with !";
	if (str_starts(pattern, STR("\\#")))
		return "a pattern cannot begin with #";
	if (str_contains(pattern, STR("[")) || str_contains(pattern, STR("]")))
		return "a pattern knows no ranges in brackets";
	if (str_contains(pattern, STR("***")))
		return "three stars in a row mean nothing";
	if (!utf8_is_valid(pattern))
		return "the pattern is no UTF-8";
	return NULL;
}

/*
 * gitignore's way: a slash at the beginning or in the middle ties the pattern to the root, one
 * segment alone matches at any depth; a slash at the end means what is below.
 */
static bool pattern_split(struct owners_reader *reader, struct str pattern, struct owner_rule *rule)
{
	struct path parts;
	bool rooted = str_starts(pattern, STR("/")), below = str_ends(pattern, STR("/"));
	size_t count = 0;
	struct str *segments;

	if (!path_split(pattern, &parts))
		return false;
	segments = arena_array(reader->arena, struct str, parts.count + 2);
	if (!rooted && parts.count == 1 && !is_any(parts.segments[0]))
		segments[count++] = STR("**");
	for (size_t i = 0; i < parts.count; i++)
		segments[count++] = parts.segments[i];
	if (below && !is_any(segments[count - 1]))
		segments[count++] = STR("**");
	rule->segments = segments;
	rule->segment_count = count;
	return true;
}

static bool take_owners(struct owners_reader *reader, struct str rest, struct owner_rule *rule)
{
	struct str count_rest = rest, word, *items;
	size_t count = 0;

	while (next_word(&count_rest, &word))
		count++;
	items = arena_array(reader->arena, struct str, count);
	for (size_t i = 0; i < count && next_word(&rest, &word); i++) {
		if (!is_owner(word)) {
			skip_line(reader, "an owner is @user, @organisation/team or an address");
			return false;
		}
		items[i] = word;
	}
	rule->owners = (struct policy_names){.items = items, .count = count};
	return true;
}

static void add_rule(struct owners_reader *reader, const struct owner_rule *rule)
{
	struct codeowners *out = reader->out;
	size_t cap = reader->rule_cap > 0 ? reader->rule_cap * 2 : 16;

	if (out->rule_count == reader->rule_cap) {
		out->rules = arena_grow(reader->arena, out->rules, reader->rule_cap * sizeof(*rule),
		    cap * sizeof(*rule));
		reader->rule_cap = cap;
	}
	out->rules[out->rule_count++] = *rule;
}

static void read_line(struct owners_reader *reader, struct str line)
{
	struct owner_rule rule = {.segment_count = 0};
	struct str pattern;
	const char *problem;

	if (!next_word(&line, &pattern))
		return;
	problem = pattern_problem(pattern);
	if (problem != NULL)
		skip_line(reader, problem);
	else if (!pattern_split(reader, pattern, &rule))
		skip_line(reader, "the pattern matches nothing");
	else if (take_owners(reader, line, &rule))
		add_rule(reader, &rule);
}

static const struct codeowners *parse(struct arena *arena, struct str file, struct str text)
{
	struct codeowners *out = arena_make(arena, struct codeowners);
	struct owners_reader reader = {.arena = arena, .out = out};
	struct str line;

	out->file = file;
	reader.skipped = arena_array(arena, struct str, SKIPPED_MAX);
	out->skipped.items = reader.skipped;
	for (reader.line = 1; str_line(&text, &line); reader.line++)
		read_line(&reader, line);
	return out;
}

bool codeowners_read(struct arena *arena, const struct source *source,
    const struct codeowners **out, struct err *err)
{
	*out = NULL;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct str text;
		bool found;

		if (!source->read(
			source->state, arena, str_from(places[i]), FILE_MAX, &text, &found, err))
			return false;
		if (found) {
			*out = parse(arena, str_from(places[i]), text);
			return true;
		}
	}
	return true;
}
