#include "report/iam_cover.h"

/* --- patterns --- */

static size_t variable_at(struct str text)
{
	for (size_t at = 0; at + 1 < text.len; at++) {
		if (text.ptr[at] == '$' && text.ptr[at + 1] == '{')
			return at;
	}
	return text.len;
}

static bool same_char(char a, char b, bool any_case)
{
	return a == b || (any_case && str_eq_nocase((struct str){&a, 1}, (struct str){&b, 1}));
}

/* One character of the pattern that is no star, against one of the narrow pattern. */
static bool covers_char(char wide, char narrow, bool any_case)
{
	return narrow != '*' && (wide == '?' || same_char(wide, narrow, any_case));
}

/* The narrow pattern is read as a text in which a star is met by a star only. */
static bool covers(struct str wide, struct str narrow, bool any_case, size_t *work)
{
	size_t cut = variable_at(narrow), len = cut < narrow.len ? cut + 1 : narrow.len;
	size_t at = 0, w = 0, star = wide.len, resume = 0;

	while (at < len) {
		char c = narrow.ptr[at];

		if (at == cut)
			c = '*';
		if (*work == 0)
			return false;
		(*work)--;
		if (w < wide.len && wide.ptr[w] == '*') {
			star = w++;
			resume = at;
		} else if (w < wide.len && covers_char(wide.ptr[w], c, any_case)) {
			w++;
			at++;
		} else if (star < wide.len) {
			w = star + 1;
			at = ++resume;
		} else {
			return false;
		}
	}
	while (w < wide.len && wide.ptr[w] == '*')
		w++;
	return w == wide.len;
}

static bool is_known(const struct diff_line *line)
{
	return !line->is_apart && !str_ends(line->text, STR(SHOWN_SENSITIVE)) &&
	       !str_ends(line->text, STR(DIFF_SENSITIVE_CHANGED));
}

/* Of a principal only a star that stands for all of it is one. */
static bool is_pattern(const struct diff_line *line)
{
	struct str text = line->text;

	if (line->kind == IAM_PRINCIPAL || line->kind == IAM_NOT_PRINCIPAL)
		return str_ends(text, STR(" *")) || str_ends(text, STR(":*"));
	return variable_at(text) == text.len;
}

static bool line_covers(const struct diff_line *wide, const struct diff_line *narrow, size_t *work)
{
	bool any_case = wide->kind == IAM_ACTION || wide->kind == IAM_NOT_ACTION;

	if (wide->kind != narrow->kind || !is_known(wide) || !is_known(narrow))
		return false;
	if (*work > 0)
		(*work)--;
	return str_eq(wide->text, narrow->text) ||
	       (wide->kind != IAM_CONDITION && is_pattern(wide) &&
		   covers(wide->text, narrow->text, any_case, work));
}

bool iam_line_covered(const struct diff_lines *lines, const struct diff_line *line, size_t *work)
{
	for (size_t i = 0; i<lines->count && * work> 0; i++) {
		if (line_covers(&lines->items[i], line, work))
			return true;
	}
	return false;
}

/* --- statements --- */

static size_t count_of(const struct diff_lines *lines, enum iam_word word)
{
	size_t count = 0;

	for (size_t i = 0; i < lines->count; i++)
		count += lines->items[i].kind == (uint8_t)word;
	return count;
}

static bool each_covered(const struct diff_lines *wide, const struct diff_lines *narrow,
    enum iam_word word, size_t *work)
{
	for (size_t i = 0; i < narrow->count; i++) {
		if (narrow->items[i].kind == (uint8_t)word &&
		    !iam_line_covered(wide, &narrow->items[i], work))
			return false;
	}
	return true;
}

/* "Action *" */
static bool has_star(const struct diff_lines *lines, enum iam_word word)
{
	for (size_t i = 0; i < lines->count; i++) {
		if (lines->items[i].kind == (uint8_t)word &&
		    str_ends(lines->items[i].text, STR(" *")))
			return true;
	}
	return false;
}

/* All but more is within all but less. */
bool iam_word_covered(const struct diff_lines *before, const struct diff_lines *after,
    enum iam_word word, size_t *work)
{
	enum iam_word not_word = word + IAM_NOT;
	bool was_not = count_of(before, not_word) > 0, is_not = count_of(after, not_word) > 0;

	if (has_star(before, word))
		return is_not || count_of(after, word) > 0;
	if (was_not != is_not)
		return false;
	if (is_not)
		return each_covered(after, before, not_word, work);
	return (count_of(before, word) > 0) == (count_of(after, word) > 0) &&
	       each_covered(before, after, word, work);
}

static size_t name_end(struct str line)
{
	for (size_t at = 0; at + 3 <= line.len; at++) {
		if (memcmp(line.ptr + at, " = ", 3) == 0)
			return at;
	}
	return line.len;
}

static bool has_name_of(const struct diff_lines *lines, struct str line)
{
	struct str name = str_from_to(line, 0, name_end(line));

	for (size_t i = 0; i < lines->count; i++) {
		struct str other = lines->items[i].text;

		if (lines->items[i].kind == IAM_CONDITION &&
		    str_eq(str_from_to(other, 0, name_end(other)), name))
			return true;
	}
	return false;
}

/* Every condition of before is there still, with the same values; others may have come. */
static bool conditions_kept(
    const struct diff_lines *before, const struct diff_lines *after, size_t *work)
{
	if (!each_covered(after, before, IAM_CONDITION, work))
		return false;
	for (size_t i = 0; i < after->count; i++) {
		const struct diff_line *line = &after->items[i];

		if (line->kind == IAM_CONDITION && has_name_of(before, line->text) &&
		    !iam_line_covered(before, line, work))
			return false;
	}
	return true;
}

bool iam_statement_covered(const struct diff_lines *before, const struct diff_lines *after,
    const struct diff_line *line, size_t *work)
{
	for (enum iam_word word = IAM_PRINCIPAL; word <= IAM_RESOURCE; word += 2) {
		bool alone = line && line->kind == (uint8_t)word;

		if (alone ? !iam_line_covered(before, line, work)
			  : !iam_word_covered(before, after, word, work))
			return false;
	}
	return conditions_kept(before, after, work);
}
