#include "tests/support/random_outcomes.h"

#include "base/arena.h"
#include "base/size.h"
#include "tests/support/outcomes.h"
#include "tests/support/verdicts.h"

struct chance {
	struct arena *arena;
	uint64_t state;
	bool hostile;
};

/* splitmix64 */
static uint64_t next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t up_to(struct chance *chance, size_t most)
{
	return (size_t)(next(chance) % (most + 1));
}

static bool one_in(struct chance *chance, size_t many)
{
	return up_to(chance, many - 1) == 0;
}

static struct str hostile_text(struct chance *chance)
{
	size_t at = up_to(chance, hostile_text_count - 1);

	if (one_in(chance, 20)) { /* a long run of what would end a fence or code */
		struct str run = STR("````````````````````````````````````````");

		return str_format(
		    chance->arena, "%.*s\n%.*s", STR_ARG(run), (int)up_to(chance, 40), run.ptr);
	}
	return str_is(str_from(hostile_texts[at]), "nul") ? (struct str){hostile_texts[at], 8}
							  : str_from(hostile_texts[at]);
}

/* Of a word, or of something hostile, or long. */
static struct str text(struct chance *chance)
{
	static const char *const words[] = {"ami", "tags.Name", "t3.large", "10.0.0.0/8", "blue",
	    "a longer text with some words in it, as descriptions have them"};
	struct str word = str_from(words[up_to(chance, ARRAY_LEN(words) - 1)]);

	if (chance->hostile && one_in(chance, 3))
		return hostile_text(chance);
	if (!one_in(chance, 15))
		return word;
	for (size_t i = 0; i < 7; i++)
		word = str_format(chance->arena, "%.*s %.*s", STR_ARG(word), STR_ARG(word));
	return word;
}

struct str random_token(struct arena *arena, size_t number)
{
	return str_format(arena, "u%zuu", number);
}

static struct shown value(struct chance *chance)
{
	switch (up_to(chance, 5)) {
	case 0:
		return (struct shown){value_int((int64_t)up_to(chance, 100000))};
	case 1:
		return (struct shown){value_unknown()};
	case 2:
		return (struct shown){value_hidden(one_in(chance, 2))};
	case 3:
		return (struct shown){value_bool(one_in(chance, 2))};
	default:
		return (struct shown){value_string(text(chance))};
	}
}

static void fill_row(struct chance *chance, struct attribute_change *row)
{
	*row = (struct attribute_change){
	    .path = text(chance),
	    .difference = (enum difference)up_to(chance, DIFFERENCE_CHANGED),
	    .forces_replacement = one_in(chance, 6),
	    .has_values = !one_in(chance, 8),
	    .noise = one_in(chance, 10) ? STR("computed") : STR_EMPTY,
	};
	if (row->path.len == 0)
		row->path = STR("x");
	row->before = row->has_values ? value(chance) : (struct shown){value_null()};
	row->after = row->has_values ? value(chance) : (struct shown){value_null()};
}

static void fill_rows(struct chance *chance, struct outcome_change *change, size_t most)
{
	size_t count = up_to(chance, most);
	struct attribute_change *rows = arena_array(chance->arena, struct attribute_change, count);

	for (size_t i = 0; i < count; i++)
		fill_row(chance, &rows[i]);
	change->attributes = rows;
	change->attribute_count = count;
	change->attributes_left_out = one_in(chance, 20) ? 3 : 0;
	change->has_values = true;
}

static void fill_head(struct chance *chance, struct outcome_change *change, size_t number)
{
	struct change_head *head = &change->head;
	struct str key = text(chance), token = random_token(chance->arena, number);

	head->type = str_format(chance->arena, "aws_thing_%zu", up_to(chance, 12));
	if (chance->hostile && one_in(chance, 10))
		head->type = hostile_text(chance);
	head->name = STR("r");
	head->mode = STR("managed");
	key = str_from_to(key, 0, size_min(key.len, 60));
	head->address = str_format(chance->arena, "%.*s.%.*s[\"%.*s\"]", STR_ARG(head->type),
	    STR_ARG(token), STR_ARG(key));
	if (one_in(chance, 6))
		head->reason = one_in(chance, 2) ? STR("replace_because_tainted") : text(chance);
	if (one_in(chance, 12))
		head->previous_address = text(chance);
	if (head->action == ACTION_DELETE && one_in(chance, 6))
		head->deposed = text(chance);
	if (head->action == ACTION_OTHER)
		head->action_text = text(chance);
	head->importing = (head->action == ACTION_NOOP && one_in(chance, 2)) || one_in(chance, 15);
	if (head->importing)
		head->import_id = text(chance);
}

/* In the order of the groups, as an outcome has them. */
static void add_changes(
    struct chance *chance, const struct random_limits *limits, struct outcome *outcome)
{
	static const enum action actions[] = {ACTION_DELETE, ACTION_REPLACE,
	    ACTION_REPLACE_CREATE_FIRST, ACTION_FORGET, ACTION_OTHER, ACTION_UPDATE, ACTION_CREATE};
	size_t room = ARRAY_LEN(actions) * limits->changes + limits->same, count = 0;
	struct outcome_change *changes = arena_array(chance->arena, struct outcome_change, room);
	struct outcome_change same = {.has_values = true};

	fill_rows(chance, &same, 3);
	for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
		size_t some = one_in(chance, 3) ? 0 : up_to(chance, limits->changes);
		size_t alike = actions[i] == ACTION_UPDATE ? limits->same : 0;

		for (size_t k = 0; k < some + alike; k++, count++) {
			changes[count] =
			    k < some ? (struct outcome_change){.has_values = true} : same;
			changes[count].head.action = actions[i];
			fill_head(chance, &changes[count], count);
			if (k < some)
				fill_rows(chance, &changes[count], limits->attributes);
		}
	}
	outcome->changes = changes;
	outcome->change_count = count;
}

static void add_summary(struct outcome *outcome)
{
	struct plan_summary *summary = &outcome->summary;

	for (size_t i = 0; i < outcome->change_count; i++) {
		enum action action = outcome->changes[i].head.action;

		summary->destroy += action == ACTION_DELETE || action_is_replace(action);
		summary->add += action == ACTION_CREATE || action_is_replace(action);
		summary->replace += action_is_replace(action);
		summary->change += action == ACTION_UPDATE;
		summary->forget += action == ACTION_FORGET;
		summary->other += action == ACTION_OTHER;
	}
	summary->known = true;
}

static const struct outcome_change *some_changes(
    struct chance *chance, size_t most, enum action action, size_t *count)
{
	struct outcome_change *changes;

	*count = up_to(chance, most);
	changes = arena_array(chance->arena, struct outcome_change, *count);
	for (size_t i = 0; i < *count; i++) {
		changes[i].head.action = action;
		fill_head(chance, &changes[i], 1000000 + i);
		fill_rows(chance, &changes[i], 3);
	}
	return changes;
}

static void add_diagnostics(struct chance *chance, size_t most, struct outcome *outcome)
{
	size_t count = up_to(chance, most);
	struct diagnostic *all = arena_array(chance->arena, struct diagnostic, count);

	for (size_t i = 0; i < count; i++)
		all[i] = (struct diagnostic){one_in(chance, 4) ? SEVERITY_ERROR : SEVERITY_WARNING,
		    text(chance), text(chance), text(chance), text(chance), (int)up_to(chance, 99)};
	outcome->diagnostics = all;
	outcome->diagnostic_count = count;
}

static void add_plan_text(struct chance *chance, size_t lines, struct outcome *outcome)
{
	struct str all = STR_EMPTY;

	for (size_t i = 0; i < lines; i++)
		all = str_format(
		    chance->arena, "%.*s      + %.*s = 1\n", STR_ARG(all), STR_ARG(text(chance)));
	outcome->text.changes = all;
}

struct outcome *random_outcome(
    struct arena *arena, uint64_t seed, const struct random_limits *limits)
{
	struct chance chance = {.arena = arena, .state = seed, .hostile = limits->hostile};
	struct outcome *outcome = sample_outcome(arena, SAMPLE_no_changes);
	struct generated_verdict generated = {
	    .findings = 1 + up_to(&chance, limits->findings),
	    .rules = 1 + up_to(&chance, limits->findings / 3),
	    .text_bytes = up_to(&chance, 600),
	    .level = one_in(&chance, 3) ? LEVEL_WARN : LEVEL_DENY,
	    .hostile = limits->hostile,
	};

	outcome->result = PLAN_CHANGES;
	add_changes(&chance, limits, outcome);
	add_summary(outcome);
	outcome->outputs =
	    some_changes(&chance, limits->texts, ACTION_UPDATE, &outcome->output_count);
	outcome->drift = some_changes(&chance, limits->texts, ACTION_UPDATE, &outcome->drift_count);
	outcome->deferred =
	    some_changes(&chance, limits->texts / 4, ACTION_CREATE, &outcome->deferred_count);
	add_diagnostics(&chance, limits->texts, outcome);
	if (limits->findings > 0 && !one_in(&chance, 3))
		generate_verdict(arena, &generated, &outcome->verdict);
	if (limits->texts > 0 && one_in(&chance, 4))
		add_plan_text(&chance, limits->texts, outcome);
	return outcome;
}
