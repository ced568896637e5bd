/* What YAML makes of an expression that was written as plain text, told in words. */
#include "base/arena.h"
#include "base/size.h"
#include "policies/policy_reader.h"

#define LINES_BACK  20	/* a plain text over more lines has lost its reader anyway */
#define LINES_ABOVE 200 /* of a `variables:` */

/* Keys whose values are expressions or texts that people write without quotes. */
static const char *const text_keys[] = {
    "forbid", "require", "when", "each", "message", "remediation", "title", "description"};

static const struct {
	char first;
	const char *trap;
} first_traps[] = {
    {'!', "a plain text that begins with '!' is a tag to YAML"},
    {'"', "a text that begins with a quote ends at the next one to YAML"},
    {'\'', "a text that begins with a quote ends at the next one to YAML"},
    {'{', "a plain text that begins with '{' is a map to YAML"},
    {'[', "a plain text that begins with '[' is a list to YAML"},
    {'*', "a plain text that begins with '*' is an alias to YAML"},
    {'&', "a plain text that begins with '&' is an anchor to YAML"},
    {'%', "a plain text cannot begin with '%' in YAML"},
    {'@', "a plain text cannot begin with '@' in YAML"},
    {'`', "a plain text cannot begin with '`' in YAML"},
};

static const char comment_trap[] = "' #' begins a comment in a plain text of YAML";
static const char colon_trap[] = "': ' in a plain text makes a map of it to YAML, as in a ? b : c";

static const char *trap_of_first(char c)
{
	for (size_t i = 0; i < ARRAY_LEN(first_traps); i++)
		if (first_traps[i].first == c)
			return first_traps[i].trap;
	return NULL;
}

/* A place between lines of a text; goes upward. */
struct upward {
	struct str text;
	size_t end; /* behind the next line to be given */
};

/* Behind line `number`, from 1; of its own line end, too. */
static struct upward upward_from(struct str text, int number)
{
	struct str rest = text, line;

	while (number > 0 && str_line(&rest, &line))
		number--;
	return (struct upward){text, text.len - rest.len};
}

static bool line_above(struct upward *at, struct str *line)
{
	size_t end = at->end, start;

	if (end == 0)
		return false;
	end -= at->text.ptr[end - 1] == '\n';
	start = end;
	while (start > 0 && at->text.ptr[start - 1] != '\n')
		start--;
	at->end = start;
	*line = str_from_to(at->text, start, end);
	(void)str_eat_end(line, STR("\r"));
	return true;
}

/* A text that lost its end to a comment has a quote that is not closed. */
static bool lost_to_comment(const struct yaml *yaml, const struct value *node)
{
	struct str text = value_text(*node);
	size_t quotes = 0;

	if (node->tag != YAML_PLAIN || !yaml)
		return false;
	for (size_t i = 0; i < text.len; i++)
		quotes += text.ptr[i] == '"';
	return quotes % 2 == 1 &&
	       str_contains(yaml_line(yaml, yaml_position(yaml, node).line), STR(" #"));
}

static size_t indent_of(struct str line)
{
	size_t indent = 0;

	while (indent < line.len && line.ptr[indent] == ' ')
		indent++;
	return indent;
}

struct key_line {
	size_t indent;
	struct str key, value;
};

/* "  - key: value"; false for a line of another form. */
static bool read_key_line(struct str line, struct key_line *out)
{
	struct str rest = line;
	size_t colon;

	while (str_eat(&rest, STR(" ")) || str_eat(&rest, STR("- ")))
		;
	out->indent = line.len - rest.len;
	if (!str_find_char(rest, ':', &colon) || colon == 0)
		return false;
	out->key = str_from_to(rest, 0, colon);
	out->value = str_trim(str_skip(rest, colon + 1));
	for (size_t i = 0; i < out->key.len; i++) {
		char c = out->key.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
			(c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

/* "forbid: &&x" is an anchor in front of nothing, and nothing has the place of its key. */
static bool lost_to_anchor(const struct yaml *yaml, const struct value *node)
{
	struct key_line parsed;

	return yaml && node->kind == VALUE_STRING && node->tag == YAML_PLAIN && node->len == 0 &&
	       read_key_line(yaml_line(yaml, yaml_position(yaml, node).line), &parsed) &&
	       str_starts(parsed.value, STR("&"));
}

const char *trap_of_value(const struct yaml *yaml, const struct value *node)
{
	if (node->kind == VALUE_UNKNOWN || (node->marks & VALUE_SENSITIVE) ||
	    (node->kind == VALUE_STRING && node->tag == YAML_TAGGED))
		return trap_of_first('!');
	if (node->kind == VALUE_LIST)
		return trap_of_first('[');
	if (node->kind == VALUE_MAP)
		return "a map stands here: YAML takes a text that begins with '{' or has ': ' in "
		       "it "
		       "for one";
	if (lost_to_anchor(yaml, node))
		return trap_of_first('&');
	return lost_to_comment(yaml, node) ? comment_trap : NULL;
}

/* Does the line above which we are stand directly in a `variables:`? */
static bool is_in_variables(struct upward at, size_t indent)
{
	struct str line;

	for (int i = 0; i < LINES_ABOVE && line_above(&at, &line); i++) {
		struct key_line parsed;

		if (str_trim(line).len > 0 && read_key_line(line, &parsed) &&
		    parsed.indent < indent)
			return str_is(parsed.key, "variables");
	}
	return false;
}

static bool is_text_key(struct upward above, const struct key_line *parsed)
{
	for (size_t i = 0; i < ARRAY_LEN(text_keys); i++)
		if (str_is(parsed->key, text_keys[i]))
			return true;
	return is_in_variables(above, parsed->indent);
}

static const char *trap_of_plain(struct str value)
{
	const char *trap;

	if (value.len == 0 || value.ptr[0] == '|' || value.ptr[0] == '>')
		return NULL;
	trap = trap_of_first(value.ptr[0]);
	if (trap)
		return trap;
	if (str_contains(value, STR(": ")) || str_ends(value, STR(":")))
		return colon_trap;
	return str_contains(value, STR(" #")) ? comment_trap : NULL;
}

bool trap_of_error(struct str text, int line, struct str *key, const char **trap)
{
	size_t least = SIZE_MAX; /* what belongs to a key stands deeper than it */
	struct upward at;
	struct str candidate;

	(void)str_eat(&text, STR("\xef\xbb\xbf"));
	at = upward_from(text, line);
	for (int i = 0; i < LINES_BACK && line_above(&at, &candidate); i++) {
		struct key_line parsed;
		size_t indent = indent_of(candidate);
		bool holds = read_key_line(candidate, &parsed) && parsed.indent < least;

		least = size_min(least, indent < candidate.len ? indent : least);
		if (!holds || !is_text_key(at, &parsed))
			continue;
		*key = parsed.key;
		*trap = trap_of_plain(parsed.value);
		/* the trap is in one of the lines that follow */
		if (!*trap && i > 0 && !str_contains(candidate, STR("|")))
			*trap = colon_trap;
		return *trap != NULL;
	}
	return false;
}
