#include "policies/cel/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/regex.h"
#include "base/size.h"
#include "policies/cel/trace.h"

#define ERROR_TEXT_MAX	   400
#define UNKNOWN_PATHS_MAX  200
#define UNKNOWN_DEPTH_MAX  64
#define HIDDEN_SEARCH_MAX  1000 /* lists and maps */
#define STRING_RESULT_MAX  ((size_t)1 << 20)
#define NO_OVERLOAD_TYPES  8
#define PATTERN_STEPS_BYTE 8
#define MATCH_STEPS	   16  /* of a match that took no effort to speak of ... */
#define MATCH_LEAST	   100 /* ... which is this much */
#define EFFORT_STEPS	   8   /* one step of matching takes as long as so many of ours */
#define GAVE_UP_MAX	   4   /* then an expression is not tried any more */
#define GAVE_UP_STEPS	   ((uint64_t)500000000) /* of the run's budget: about what it took */

/* For fast runs, which keep no texts: so that a limit can be told from a mistake. */
static const struct cel_error limit_reached = {
    .text = STR_INIT("the evaluation reached a limit"), .is_limit = true};
static const struct cel_error failed = {.text = STR_INIT("the evaluation failed")};

struct cel_run *cel_run_new(struct arena *arena)
{
	struct cel_run *run = arena_make(arena, struct cel_run);

	run->arena = arena;
	run->cache_texts = arena_alloc(arena, (size_t)CEL_REGEX_CACHE * CEL_REGEX_CACHE_TEXT);
	run->frames[0] = arena_array(arena, struct value, CEL_LOCALS_MAX);
	return run;
}

void cel_run_free(struct cel_run *run)
{
	if (!run)
		return;
	for (size_t i = 0; i < CEL_REGEX_CACHE; i++) {
		regex_free(run->cache[i].regex);
		run->cache[i].regex = NULL;
	}
}

void cel_run_host(struct cel_run *run, const struct cel_host *host)
{
	run->host = host;
}

void cel_run_budget(struct cel_run *run, uint64_t steps)
{
	run->budget = steps;
}

uint64_t cel_run_steps(const struct cel_run *run)
{
	return run->used;
}

void cel_program_keep(struct cel_program *program, size_t number)
{
	program->is_kept = true;
	program->kept = (uint8_t)(number & (CEL_KEPT_MAX - 1));
}

struct arena *cel_run_keep(struct cel_run *run, struct arena *kept)
{
	struct arena *before = run->keep;

	if (kept && !run->kept)
		run->kept = arena_array(run->arena, struct cel_kept, CEL_KEPT_MAX);
	run->keep = kept;
	return before;
}

void cel_run_subject(struct cel_run *run)
{
	run->subject++;
	run->kept_memory = 0;
}

static int64_t steps_for_one(const struct cel_run *run)
{
	uint64_t rest;

	if (LIKELY(run->budget == 0))
		return (int64_t)CEL_STEPS;
	if (run->used >= run->budget)
		return 0;
	rest = run->budget - run->used;
	return (int64_t)(rest < CEL_STEPS ? rest : CEL_STEPS);
}

struct value cel_evaluate(struct cel_run *run, const struct cel_program *program,
    const struct value *activation, struct arena *results, struct cel_trace *trace)
{
	int64_t steps = steps_for_one(run);
	const struct cel_node *root = program->root;
	struct value value;

	run->activation = activation;
	run->frame = run->frames[0];
	run->hints = program->hints;
	run->left = steps - program->weight;
	run->results = results;
	run->trace = trace;
	run->program = program;
	run->memory = 0;
	run->fresh = NULL;
	run->memo_count = 0;
	run->depth = 0;
	if (UNLIKELY(trace != NULL))
		root = trace->root;
	if (UNLIKELY(run->left < 0))
		value = cel_fail_limit(run, "no steps are left: the rule, or all rules together, "
					    "took too many on this plan");
	else
		value = root->eval(run, root);
	run->used += (uint64_t)(steps - run->left);
	return value;
}

/* --- services for functions: function.h --- */

struct arena *cel_arena(struct cel_run *run)
{
	return run->results;
}

void *cel_alloc(struct cel_run *run, size_t size)
{
	if (size > CEL_ARENA || run->memory + size > CEL_ARENA)
		return NULL;
	run->memory += size;
	return arena_alloc(run->results, size);
}

struct value *cel_alloc_values(struct cel_run *run, size_t count)
{
	if (count > CEL_ARENA / sizeof(struct value))
		return NULL;
	return cel_alloc(run, count * sizeof(struct value));
}

bool cel_pay(struct cel_run *run, size_t steps)
{
	if (run->left < 0 || steps > (size_t)run->left) {
		run->left = -1;
		return false;
	}
	run->left -= (int64_t)steps;
	return true;
}

bool cel_traced(const struct cel_run *run)
{
	return run->trace != NULL;
}

void *cel_host(struct cel_run *run)
{
	return run->host ? run->host->context : NULL;
}

static struct value error_value(const struct cel_error *error)
{
	return (struct value){.kind = CEL_ERROR, .as.other = error};
}

static struct value make_error(struct cel_run *run, const char *text, bool is_limit)
{
	struct arena *arena = run->trace->arena ? run->trace->arena : run->results;
	struct cel_error *error = arena_make(arena, struct cel_error);

	error->text = str_copy(arena, str_from(text));
	error->is_limit = is_limit;
	run->fresh = error;
	return error_value(error);
}

struct value cel_fail(struct cel_run *run, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	if (!run->trace)
		return error_value(NULL);
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return make_error(run, text, false);
}

struct value cel_fail_limit(struct cel_run *run, const char *what)
{
	/* Nothing that grows goes on after one: an expression cannot run into limits for ever. */
	run->left = -1;
	if (!run->trace)
		return error_value(&limit_reached);
	return make_error(run, what, true);
}

struct value cel_no_overload(
    struct cel_run *run, const char *name, const struct value *args, size_t count)
{
	char types[ERROR_TEXT_MAX / 2] = "";
	size_t len = 0;

	if (!run->trace)
		return error_value(NULL);
	for (size_t i = 0; i < count && i < NO_OVERLOAD_TYPES; i++) {
		int added = snprintf(types + len, sizeof(types) - len, "%s%s", i > 0 ? ", " : "",
		    cel_kind_name(args[i].kind));

		if (added < 0 || (size_t)added >= sizeof(types) - len)
			break;
		len += (size_t)added;
	}
	return cel_fail(run, "no such overload: %s(%s)", name, types);
}

const struct cel_error *cel_error_of(struct value error)
{
	if (error.kind != CEL_ERROR)
		return NULL;
	return error.as.other ? error.as.other : &failed;
}

/* --- unknowns --- */

struct cel_unknowns cel_unknown_paths(struct arena *arena, struct value unknown)
{
	struct cel_unknowns out = {NULL, 0};
	struct str *path;

	if (unknown.kind != VALUE_UNKNOWN)
		return out;
	if (unknown.marks & CEL_UNKNOWN_SET)
		return *(const struct cel_unknowns *)unknown.as.other;
	if (unknown.marks & CEL_BECAUSE_HIDDEN || unknown.len == 0)
		return out;
	path = arena_make(arena, struct str);
	*path = (struct str){unknown.as.text, unknown.len};
	out.paths = path;
	out.count = 1;
	return out;
}

/* Two sorted sets become one; past the maximum the rest is dropped. */
static struct cel_unknowns merge_paths(
    struct arena *arena, struct cel_unknowns a, struct cel_unknowns b)
{
	struct str *paths = arena_array(arena, struct str, a.count + b.count + 1);
	size_t i = 0, j = 0, count = 0;

	while ((i < a.count || j < b.count) && count < UNKNOWN_PATHS_MAX) {
		int order = 0;

		if (i < a.count && j < b.count)
			order = str_cmp(a.paths[i], b.paths[j]);
		else
			order = i < a.count ? -1 : 1;
		paths[count++] = order <= 0 ? a.paths[i] : b.paths[j];
		if (order <= 0)
			i++;
		if (order >= 0)
			j++;
	}
	return (struct cel_unknowns){paths, count};
}

struct value cel_join_unknowns(struct cel_run *run, struct value a, struct value b)
{
	uint8_t hidden = (a.marks | b.marks) & CEL_BECAUSE_HIDDEN;
	struct cel_unknowns *set;
	struct arena *arena;

	if (!run || !run->trace) {
		struct value plain = value_unknown();

		plain.marks |= hidden;
		return plain;
	}
	arena = run->trace->arena ? run->trace->arena : run->results;
	set = arena_make(arena, struct cel_unknowns);
	*set = merge_paths(arena, cel_unknown_paths(arena, a), cel_unknown_paths(arena, b));
	return (struct value){.kind = VALUE_UNKNOWN,
	    .marks = (uint8_t)(VALUE_HAS_UNKNOWN | CEL_UNKNOWN_SET | hidden),
	    .as.other = set};
}

/* A set that has no room left: to go on would only cost. */
static bool is_full(struct value unknown)
{
	const struct cel_unknowns *set = unknown.as.other;

	return (unknown.marks & CEL_UNKNOWN_SET) && set->count >= UNKNOWN_PATHS_MAX;
}

static void join_inside(
    struct cel_run *run, struct value value, unsigned depth, struct value *joined)
{
	if (is_full(*joined))
		return;
	value = cel_load(value);
	if (value.kind == VALUE_UNKNOWN) {
		*joined = cel_join_unknowns(run, *joined, value);
		return;
	}
	if (!(value.marks & VALUE_HAS_UNKNOWN) || depth > UNKNOWN_DEPTH_MAX || !cel_pay(run, 1))
		return;
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		join_inside(run, value.as.items[i], depth + 1, joined);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++)
		join_inside(run, value.as.entries[i].value, depth + 1, joined);
}

/* Is something in it unknown because it is a secret? So it is when that takes long to find out. */
static bool hides_inside(struct value value, unsigned depth, unsigned *left)
{
	bool hides = false;

	value = cel_load(value);
	if (value.kind == VALUE_UNKNOWN)
		return (value.marks & CEL_BECAUSE_HIDDEN) != 0;
	if (!(value.marks & VALUE_HAS_UNKNOWN))
		return false;
	if (depth > UNKNOWN_DEPTH_MAX || *left == 0)
		return true;
	--*left;
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len && !hides; i++)
		hides = hides_inside(value.as.items[i], depth + 1, left);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len && !hides; i++)
		hides = hides_inside(value.as.entries[i].value, depth + 1, left);
	return hides;
}

struct value cel_unknown_inside(struct cel_run *run, struct value container)
{
	struct value joined = value_unknown();
	unsigned left = HIDDEN_SEARCH_MAX;

	if (run && run->trace)
		join_inside(run, container, 0, &joined);
	else if (hides_inside(container, 0, &left))
		joined.marks |= CEL_BECAUSE_HIDDEN;
	return joined;
}

/* --- containers and texts for results --- */

struct value cel_list(const struct value *items, size_t count)
{
	return value_list(items, count);
}

const struct value *cel_keep(struct cel_run *run, struct value value)
{
	struct value *kept = arena_alloc(run->results, sizeof(*kept));

	run->memory += sizeof(*kept);
	*kept = value;
	return kept;
}

struct value cel_string(struct cel_run *run, const char *fmt, ...)
{
	char scratch[256];
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vsnprintf(scratch, sizeof(scratch), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len > STRING_RESULT_MAX)
		return cel_fail_limit(run, "a text is too long");
	text = cel_alloc(run, (size_t)len + 1);
	if (!text)
		return cel_fail_limit(run, "the results need too much memory");
	va_start(args, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return value_string((struct str){text, (size_t)len});
}

/* --- regular expressions --- */

static const struct regex *find_pattern(
    const struct cel_pattern *patterns, size_t count, struct str text)
{
	for (size_t i = 0; i < count; i++) {
		if (patterns[i].regex && str_eq(patterns[i].text, text))
			return patterns[i].regex;
	}
	return NULL;
}

static struct cel_tired *find_tired(struct cel_run *run, const struct regex *regex)
{
	for (size_t i = 0; i < CEL_TIRED_MAX; i++) {
		if (run->tired[i].regex == regex)
			return &run->tired[i];
	}
	return NULL;
}

/* Its address may be that of another one soon. */
static void forget_tired(struct cel_run *run, const struct regex *regex)
{
	struct cel_tired *tired = regex ? find_tired(run, regex) : NULL;

	if (tired)
		*tired = (struct cel_tired){NULL, 0};
}

static void note_tired(struct cel_run *run, const struct regex *regex)
{
	struct cel_tired *tired = find_tired(run, regex);

	if (!tired)
		tired = find_tired(run, NULL);
	if (tired) {
		tired->regex = regex;
		tired->times++;
	}
	run->used += GAVE_UP_STEPS;
}

/* The run pays for the time it took, the evaluation so much that it can afford a few of the worst
 * and many of the usual ones. Gives what the evaluation pays. */
static size_t pay_for_match(struct cel_run *run, uint32_t effort)
{
	if (effort <= MATCH_LEAST)
		return MATCH_STEPS;
	run->used += (uint64_t)effort * EFFORT_STEPS;
	return size_min(effort / EFFORT_STEPS, CEL_STEPS / 4);
}

struct value cel_regex_matches(struct cel_run *run, const struct regex *regex, struct str text)
{
	const struct cel_tired *tired = find_tired(run, regex);
	struct err err = {0};
	uint32_t effort;
	bool matched;

	if (UNLIKELY(tired && tired->times >= GAVE_UP_MAX))
		return cel_fail_limit(run,
		    "the regular expression needs too much work, again and again; make it "
		    "simpler, for instance without a repetition inside a repetition");
	if (regex_matches_effort(regex, text, &matched, &effort, &err))
		return cel_pay(run, pay_for_match(run, effort))
			   ? value_bool(matched)
			   : cel_fail_limit(run, "the expression needs too many steps");
	if (err.code != ERR_LIMIT)
		return cel_fail(run, "%s", err.text);
	note_tired(run, regex);
	return cel_fail_limit(run, err.text);
}

bool cel_regex(
    struct cel_run *run, struct str pattern, const struct regex **out, struct value *problem)
{
	struct cel_pattern *place = &run->cache[run->cache_next];
	struct err err = {0};
	struct regex *regex;

	*out = NULL;
	if (run->program)
		*out = find_pattern(run->program->patterns, run->program->pattern_count, pattern);
	if (!*out)
		*out = find_pattern(run->cache, CEL_REGEX_CACHE, pattern);
	if (*out)
		return true;
	if (!cel_pay(run, pattern.len * PATTERN_STEPS_BYTE + 1)) {
		*problem = cel_fail_limit(run, "the expression needs too many steps");
		return false;
	}
	/* literals were compiled with the expression: this one is computed, and may be a secret */
	if (!regex_compile_re2(run->results, pattern, &regex, &err)) {
		*problem = cel_fail(run, "a regular expression that is computed is not valid");
		return false;
	}
	forget_tired(run, place->regex);
	regex_free(place->regex);
	place->regex = regex;
	place->text = (struct str){"", SIZE_MAX}; /* too long to be kept: never found again */
	if (pattern.len <= CEL_REGEX_CACHE_TEXT) {
		char *kept = run->cache_texts + run->cache_next * CEL_REGEX_CACHE_TEXT;

		memcpy(kept, pattern.ptr, pattern.len);
		place->text = (struct str){kept, pattern.len};
	}
	run->cache_next = (run->cache_next + 1) % CEL_REGEX_CACHE;
	*out = regex;
	return true;
}
