/* `directories: "envs/{env}/{service}"`: parts of the path become labels. */

#include "base/arena.h"
#include "base/glob.h"
#include "policies/ruleset_chain.h"

/* A segment "app-{name}.x": what stands around the one name; name empty: there is none. */
struct part {
	struct str before, name, after;
};

static bool is_identifier(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return name.len > 0;
}

/* NULL, or what is wrong with the segment. */
static const char *read_part(struct str segment, struct part *part)
{
	size_t open, close;

	*part = (struct part){segment, STR_EMPTY, STR_EMPTY};
	if (segment.len == 0 || str_is(segment, ".") || str_is(segment, "..") ||
	    str_is(segment, "**"))
		return "every part between '/' is a name, '*' or '{label}'";
	if (!str_find_char(segment, '{', &open))
		return str_find_char(segment, '}', &close) ? "'}' without '{'" : NULL;
	if (!str_find_char(str_skip(segment, open), '}', &close))
		return "'{' without '}'";
	part->before = str_from_to(segment, 0, open);
	part->name = str_from_to(segment, open + 1, open + close);
	part->after = str_skip(segment, open + close + 1);
	if (!is_identifier(part->name))
		return "a label has letters, digits and '_', and begins with no digit";
	if (str_find_char(part->after, '{', &open))
		return "a part of the path gives one label at most";
	return NULL;
}

static bool part_matches(const struct part *part, struct str segment, struct str *label)
{
	*label = segment;
	if (part->name.len == 0)
		return glob_match(part->before, segment);
	return str_eat(label, part->before) && str_eat_end(label, part->after) && label->len > 0;
}

struct pattern_walk {
	struct chain *chain;
	const struct policy_text *pattern;
	struct label *labels;
	size_t count;
	bool broken;
};

static void pattern_problem(struct pattern_walk *walk, struct str segment, const char *what)
{
	size_t at = (size_t)(segment.ptr - walk->pattern->text.ptr);
	struct policy_place place = policy_text_place(walk->pattern, at);

	walk->broken = true;
	policy_problem(walk->chain->problems, &place, "directories: %s", what);
}

static void add_label(
    struct pattern_walk *walk, struct str segment, struct str name, struct str value)
{
	size_t at = (size_t)(segment.ptr - walk->pattern->text.ptr);
	struct label *label;

	for (size_t i = 0; i < walk->count; i++) {
		if (str_eq(walk->labels[i].name, name)) {
			pattern_problem(walk, segment, "the same label twice");
			return;
		}
	}
	walk->labels =
	    array_room(walk->chain->arena, walk->labels, walk->count, sizeof(*walk->labels));
	label = &walk->labels[walk->count++];
	*label = (struct label){
	    .name = name,
	    .value = value_string(value),
	    .place = policy_text_place(walk->pattern, at),
	};
}

struct label *chain_pattern_labels(
    struct chain *chain, const struct policy_text *pattern, struct str relative, size_t *count)
{
	struct pattern_walk walk = {.chain = chain, .pattern = pattern};
	struct str rest = pattern->text, segment, name, value;
	bool matches = true;

	(void)str_eat(&rest, STR("./"));
	(void)str_eat_end(&rest, STR("/"));
	while (str_split(&rest, '/', &segment)) {
		bool deep_enough = str_split(&relative, '/', &name);
		struct part part;
		const char *what = read_part(segment, &part);

		if (what != NULL)
			pattern_problem(&walk, segment, what);
		if (what != NULL || !deep_enough)
			continue;
		if (!part_matches(&part, name, &value))
			matches = false;
		else if (part.name.len > 0)
			add_label(&walk, segment, part.name, value);
	}
	/* a path of another form has none of the labels */
	*count = matches && !walk.broken ? walk.count : 0;
	return walk.labels;
}
