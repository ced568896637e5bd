#define PCRE2_CODE_UNIT_WIDTH 8

#include "base/regex.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <pcre2.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define MATCH_LIMIT    10000000
#define HEAP_LIMIT_KIB (64 * 1024)

/* The library does not tell what a match took. It is tried with little, then with more. */
static const uint32_t efforts[] = {100, 1000, 10000, 100000, 1000000, MATCH_LIMIT};

/* Far above what anybody writes by hand. */
#define PATTERN_MAX ((size_t)64 << 10)

#define MESSAGE_MAX 256

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits, *least; /* all that is allowed; the first of the efforts */
};

DEFINE_CLEANUP(pcre2_compile_context *, pcre2_compile_context_free)
DEFINE_CLEANUP(pcre2_match_data *, pcre2_match_data_free)
DEFINE_CLEANUP(pcre2_match_context *, pcre2_match_context_free)

NORETURN static void out_of_memory(void)
{
	(void)fputs("tfherald: out of memory\n", stderr);
	abort();
}

static bool refuse_pattern(struct str pattern, int why, size_t at, struct err *err)
{
	PCRE2_UCHAR message[MESSAGE_MAX] = "";
	size_t column;

	(void)pcre2_get_error_message(why, message, sizeof(message));
	column = utf8_count(str_from_to(pattern, 0, at < pattern.len ? at : pattern.len)) + 1;
	return err_set_at(err, ERR_SYNTAX, NULL, 0, (int)column,
	    "the regular expression '%.*s' does not parse: %s", STR_ARG(pattern),
	    (const char *)message);
}

static pcre2_code *compile(struct str pattern, struct err *err)
{
	const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
	pcre2_compile_context *context CLEANUP(pcre2_compile_context_free_ptr) =
	    pcre2_compile_context_create(NULL);
	PCRE2_SIZE at = 0;
	pcre2_code *code;
	int why = 0;

	if (!context)
		out_of_memory();
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len, options, &why, &at, context);
	if (!code)
		refuse_pattern(pattern, why, at, err);
	return code;
}

static uint32_t group_count(const pcre2_code *code)
{
	uint32_t count = 0;

	(void)pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &count);
	return count + 1;
}

/* The library's own depth limit is as high as can be: the match and heap limits do the work. */
static pcre2_match_context *make_limits(uint32_t effort)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);

	if (!limits)
		out_of_memory();
	pcre2_set_match_limit(limits, effort);
	pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
	pcre2_set_depth_limit(limits, UINT32_MAX);
	return limits;
}

bool regex_compile(struct str pattern, struct regex **out, struct err *err)
{
	struct regex *regex;
	pcre2_code *code;

	if (pattern.len > PATTERN_MAX)
		return err_set(err, ERR_LIMIT,
		    "a regular expression of %zu bytes; at most %zu are taken", pattern.len,
		    PATTERN_MAX);
	code = compile(pattern, err);
	if (!code)
		return false;
	if (group_count(code) > REGEX_GROUPS_MAX) {
		pcre2_code_free(code);
		return err_set(err, ERR_LIMIT,
		    "the regular expression '%.*s' has more than %d groups; '(?:...)' does not "
		    "count",
		    STR_ARG(pattern), REGEX_GROUPS_MAX - 1);
	}
	regex = malloc(sizeof(*regex));
	if (!regex)
		out_of_memory();
	*regex = (struct regex){
	    .code = code, .limits = make_limits(MATCH_LIMIT), .least = make_limits(efforts[0])};
	*out = regex;
	return true;
}

void regex_free(struct regex *regex)
{
	if (!regex)
		return;
	pcre2_code_free(regex->code);
	pcre2_match_context_free(regex->limits);
	pcre2_match_context_free(regex->least);
	free(regex);
}

/* A match that gave up, or a subject that cannot be looked at. */
static bool refuse_match(int why, struct err *err)
{
	PCRE2_UCHAR message[MESSAGE_MAX] = "";

	if (why <= PCRE2_ERROR_UTF8_ERR1 && why >= PCRE2_ERROR_UTF8_ERR21)
		return err_set(err, ERR_INVALID, "the text to be matched is not valid UTF-8");
	(void)pcre2_get_error_message(why, message, sizeof(message));
	if (why == PCRE2_ERROR_BADUTFOFFSET)
		return err_set(
		    err, ERR_INVALID, "matching cannot start there: %s", (const char *)message);
	return err_set(err, ERR_LIMIT,
	    "the regular expression needs too much work (%s); make it simpler, for instance "
	    "without a repetition inside a repetition",
	    (const char *)message);
}

static int run_match(const struct regex *regex, struct str subject, size_t start,
    pcre2_match_data *data, pcre2_match_context *limits)
{
	if (!data)
		out_of_memory();
	return pcre2_match(
	    regex->code, (PCRE2_SPTR)subject.ptr, subject.len, start, 0, data, limits);
}

/* How many groups are set, 0 for no match; the library says 0 when `data` had no room for all. */
static bool match(const struct regex *regex, struct str subject, size_t start,
    pcre2_match_data *data, int *groups, struct err *err)
{
	*groups = 0;
	if (start > subject.len)
		return true;
	*groups = run_match(regex, subject, start, data, regex->limits);
	if (*groups < 0 && *groups != PCRE2_ERROR_NOMATCH)
		return refuse_match(*groups, err);
	if (*groups == 0)
		*groups = 1;
	if (*groups < 0)
		*groups = 0;
	return true;
}

static struct str group_text(struct str subject, const PCRE2_SIZE *span)
{
	if (span[0] == PCRE2_UNSET || span[1] == PCRE2_UNSET || span[1] < span[0])
		return STR_EMPTY;
	return str_from_to(subject, span[0], span[1]);
}

bool regex_find(const struct regex *regex, struct arena *arena, struct str subject, size_t start,
    struct regex_match *out, struct err *err)
{
	pcre2_match_data *data CLEANUP(pcre2_match_data_free_ptr) =
	    pcre2_match_data_create_from_pattern(regex->code, NULL);
	const PCRE2_SIZE *spans;
	struct str *groups;
	int found;

	*out = (struct regex_match){.matched = false};
	if (!match(regex, subject, start, data, &found, err))
		return false;
	if (found == 0)
		return true;
	spans = pcre2_get_ovector_pointer(data);
	out->matched = true;
	out->from = spans[0];
	out->to = spans[1] > spans[0] ? spans[1] : spans[0];
	out->group_count = group_count(regex->code);
	groups = arena_array(arena, struct str, out->group_count);
	for (size_t i = 0; i < out->group_count; i++)
		groups[i] = i < (size_t)found ? group_text(subject, spans + 2 * i) : STR_EMPTY;
	out->groups = groups;
	return true;
}

bool regex_matches(const struct regex *regex, struct str subject, bool *matched, struct err *err)
{
	/* one pair: the library then keeps the whole match only */
	pcre2_match_data *data CLEANUP(pcre2_match_data_free_ptr) =
	    pcre2_match_data_create(1, NULL);
	int found;

	*matched = false;
	if (!match(regex, subject, 0, data, &found, err))
		return false;
	*matched = found > 0;
	return true;
}

bool regex_matches_effort(
    const struct regex *regex, struct str subject, bool *matched, uint32_t *effort, struct err *err)
{
	pcre2_match_data *data CLEANUP(pcre2_match_data_free_ptr) =
	    pcre2_match_data_create(1, NULL);
	int found = run_match(regex, subject, 0, data, regex->least);

	*effort = efforts[0];
	for (size_t i = 1; i < ARRAY_LEN(efforts) && found == PCRE2_ERROR_MATCHLIMIT; i++) {
		pcre2_match_context *limits CLEANUP(pcre2_match_context_free_ptr) =
		    make_limits(efforts[i]);

		*effort = efforts[i];
		found = run_match(regex, subject, 0, data, limits);
	}
	*matched = found >= 0;
	return *matched || found == PCRE2_ERROR_NOMATCH || refuse_match(found, err);
}
