/* Names beside values in a text: the lines that Terraform prints of a plan. */
#include "base/arena.h"
#include "base/buf.h"
#include "parser/detectors_parts.h"
#include "parser/redact.h"

/* `  ~ password = "old" -> "new"`: what is called so, and where its values begin. */
struct named_line {
	struct str name;
	size_t values;
};

struct line_search {
	const struct detectors *detectors;
	struct str sibling; /* `name = "DB_PASSWORD"` above `value = ...` of the same block */
};

static size_t skip_any(struct str line, size_t at, const char *bytes)
{
	while (at < line.len && line.ptr[at] && strchr(bytes, line.ptr[at]))
		at++;
	return at;
}

/* The byte behind the quotes that open at `at`; the end of the line when they do not close. */
static size_t quoted_end(struct str line, size_t at)
{
	for (at++; at < line.len && line.ptr[at] != '"'; at++)
		at += line.ptr[at] == '\\' && at + 1 < line.len;
	return at < line.len ? at + 1 : line.len;
}

static struct str inside_quotes(struct str line, size_t from, size_t to)
{
	size_t end = to > from + 1 && line.ptr[to - 1] == '"' ? to - 1 : to;

	return str_from_to(line, from + 1, end > from + 1 ? end : from + 1);
}

static bool read_line(struct str line, struct named_line *out)
{
	size_t from = skip_any(line, 0, " \t+-~/<=>|"), to = from;
	size_t equals;

	if (from < line.len && line.ptr[from] == '"') {
		to = quoted_end(line, from);
		out->name = inside_quotes(line, from, to);
	} else {
		while (to < line.len && line.ptr[to] != ' ' && line.ptr[to] != '=')
			to++;
		out->name = str_from_to(line, from, to);
	}
	equals = skip_any(line, to, " ");
	out->values = equals + 1;
	return out->name.len > 0 && equals < line.len && line.ptr[equals] == '=';
}

static bool is_suspect(const struct line_search *search, struct str name, struct str value)
{
	bool is_env = str_is(name, "value") && search->sibling.len > 0;
	enum detector detector = is_env ? DETECTOR_ENV_VALUE : DETECTOR_ATTRIBUTE_NAME;

	return value.len > 0 && detector_is_on(search->detectors, detector) &&
	       detectors_suspect_variable(is_env ? search->sibling : name, value);
}

/* Adds the line, each quoted value that its name gives away as the mark. */
static void add_line(
    struct line_search *search, struct str line, const struct named_line *named, struct buf *out)
{
	size_t done = 0, at = named->values;

	while (at < line.len) {
		size_t end;

		if (line.ptr[at] != '"') {
			at++;
			continue;
		}
		end = quoted_end(line, at);
		if (is_suspect(search, named->name, inside_quotes(line, at, end))) {
			buf_add(out, str_from_to(line, done, at));
			buf_adds(out, SHOWN_SENSITIVE);
			done = end;
		}
		at = end;
	}
	buf_add(out, str_skip(line, done));
}

/* What the next line `value = ...` is the value of; a block that ends has none. */
static void note_sibling(
    struct line_search *search, struct str line, const struct named_line *named)
{
	size_t at;

	if (!named) {
		search->sibling = STR_EMPTY;
		return;
	}
	at = skip_any(line, named->values, " ");
	if ((str_is(named->name, "name") || str_is(named->name, "key")) && at < line.len &&
	    line.ptr[at] == '"')
		search->sibling = inside_quotes(line, at, quoted_end(line, at));
}

struct str hide_named(struct arena *arena, const struct detectors *detectors, struct str text)
{
	struct line_search search = {.detectors = detectors, .sibling = STR_EMPTY};
	struct str rest = text, line;
	struct buf buf;

	if (!name_may_stand_in(text))
		return text;
	buf_init(&buf, arena, SIZE_MAX);
	while (rest.len > 0) {
		struct named_line named;
		bool is_named;
		size_t end;

		line = rest;
		if (str_find_char(rest, '\n', &end))
			line = str_from_to(rest, 0, end);
		rest = str_skip(rest, line.len + 1);
		is_named = read_line(line, &named);
		note_sibling(&search, line, is_named ? &named : NULL);
		if (is_named)
			add_line(&search, line, &named, &buf);
		else
			buf_add(&buf, line);
		if (line.ptr + line.len < text.ptr + text.len)
			buf_addc(&buf, '\n');
	}
	return str_eq(buf_str(&buf), text) ? text : buf_str(&buf);
}
