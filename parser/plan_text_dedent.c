#include "base/arena.h"
#include "base/buf.h"
#include "parser/plan_text.h"

/*
 * Plans are pasted into source code, YAML and lists, where every line gets the same margin. Such a
 * margin is taken away; that of Terraform's own is never: among the first lines of its output one
 * begins in the first three columns, so the search ends there.
 */
#define MARGIN_MIN 3

static struct str leading_space(struct str line)
{
	size_t len = 0;

	while (len < line.len && (line.ptr[len] == ' ' || line.ptr[len] == '\t'))
		len++;
	return str_from_to(line, 0, len);
}

static struct str common_start(struct str a, struct str b)
{
	size_t len = 0;

	while (len < a.len && len < b.len && a.ptr[len] == b.ptr[len])
		len++;
	return str_from_to(a, 0, len);
}

/* Terraform never indents with tabs. */
static bool is_margin(struct str space)
{
	return space.len >= MARGIN_MIN || str_starts(space, STR("\t"));
}

/*
 * The first line of a literal often stands behind its opening quote. Below an error every line may
 * be one of its text, so there a margin would prove nothing.
 */
static bool may_stand_out(struct str line)
{
	char c = line.ptr[0];

	return ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) &&
	       !str_starts(line, STR("Error")) && !str_starts(line, STR("Warning"));
}

/* Empty: there is none. */
static struct str find_margin(struct str text)
{
	struct str line, margin = STR_EMPTY;
	bool first = true, found = false;

	while (text_line(&text, &line)) {
		struct str space = leading_space(line);

		if (str_trim_end(line).len <= space.len)
			continue;
		if (first && space.len == 0 && may_stand_out(line)) {
			first = false;
			continue;
		}
		first = false;
		margin = found ? common_start(margin, space) : space;
		found = true;
		if (!is_margin(margin))
			return STR_EMPTY;
	}
	return margin;
}

struct str text_dedent(struct arena *arena, struct str text)
{
	struct str margin = find_margin(text), line;
	struct buf out;

	if (margin.len == 0)
		return text;
	buf_init(&out, arena, text.len + 1);
	while (text_line(&text, &line)) {
		if (!str_eat(&line, margin) && str_trim_end(line).len == 0)
			line = STR_EMPTY;
		buf_add(&out, line);
		buf_addc(&out, '\n');
	}
	return buf_str(&out);
}
