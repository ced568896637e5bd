/* Expressions of a configuration, references and paths taken apart. */
#include "parser/configuration_parts.h"

#include "base/arena.h"

const struct value *expression_references(struct value expression)
{
	const struct value *list = value_get(expression, STR("references"));

	return list && list->kind == VALUE_LIST ? list : NULL;
}

bool is_expression(struct value node)
{
	return expression_references(node) || value_get(node, STR("constant_value"));
}

/* Does `shorter` name what `longer` is an attribute of? */
static bool is_beginning(struct str shorter, struct str longer)
{
	return shorter.len < longer.len && str_eat(&longer, shorter) &&
	       (longer.ptr[0] == '.' || longer.ptr[0] == '[');
}

bool references_next(const struct value *list, size_t *at, struct str *reference)
{
	struct str last;

	if (*at >= list->len)
		return false;
	*reference = value_text(list->as.items[(*at)++]);
	last = *reference;
	/* the same again would be another reference */
	while (*at < list->len && is_beginning(value_text(list->as.items[*at]), last))
		last = value_text(list->as.items[(*at)++]);
	return true;
}

static bool is_ident(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static struct str take_ident(struct str *rest)
{
	size_t len = 0;
	struct str ident;

	while (len < rest->len && is_ident(rest->ptr[len]))
		len++;
	ident = str_from_to(*rest, 0, len);
	*rest = str_skip(*rest, len);
	return ident;
}

/* ".name"; empty and unchanged when something else follows. */
static struct str take_attribute(struct str *rest)
{
	struct str inner = *rest, name;

	if (!str_eat(&inner, STR(".")))
		return STR_EMPTY;
	name = take_ident(&inner);
	if (name.len > 0)
		*rest = inner;
	return name;
}

static struct str take_key(struct str *rest)
{
	struct str inner = *rest, key;
	struct path_step step;

	if (rest->len == 0 || rest->ptr[0] != '[' || !path_next(&inner, &step))
		return STR_EMPTY;
	key = str_from_to(*rest, 0, rest->len - inner.len);
	*rest = inner;
	return key;
}

static const struct {
	struct str word;
	enum reference_kind kind;
} first_words[] = {
    {STR_INIT("var"), REFERENCE_VARIABLE},
    {STR_INIT("module"), REFERENCE_OUTPUT},
    {STR_INIT("each"), REFERENCE_EACH},
    {STR_INIT("local"), REFERENCE_LOCAL},
    {STR_INIT("count"), REFERENCE_KNOWN},
    {STR_INIT("path"), REFERENCE_KNOWN},
    {STR_INIT("self"), REFERENCE_KNOWN},
    {STR_INIT("terraform"), REFERENCE_KNOWN},
    {STR_INIT("tofu"), REFERENCE_KNOWN},
};

static enum reference_kind kind_of(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(first_words); i++) {
		if (str_eq(first_words[i].word, word))
			return first_words[i].kind;
	}
	return REFERENCE_RESOURCE;
}

struct reference reference_parse(struct str text)
{
	struct str rest = text, word = take_ident(&rest), second = take_attribute(&rest);
	struct reference reference = {
	    .kind = kind_of(word), .key = STR_EMPTY, .name = STR_EMPTY, .rest = STR_EMPTY};

	if (str_is(word, "data") || str_is(word, "ephemeral"))
		(void)take_attribute(&rest);
	if (str_is(word, "each") && !str_is(second, "value"))
		reference.kind = REFERENCE_KNOWN;
	reference.head = str_from_to(text, 0, text.len - rest.len);
	if (reference.kind == REFERENCE_OUTPUT || reference.kind == REFERENCE_RESOURCE)
		reference.key = take_key(&rest);
	if (reference.kind == REFERENCE_OUTPUT)
		reference.name = take_attribute(&rest);
	else if (reference.kind == REFERENCE_VARIABLE)
		reference.name = second;
	reference.rest = rest;
	return reference;
}

/* The end of the quoted text that begins at 2: of ["text"]. */
static bool quoted_end(struct str path, size_t *end)
{
	for (size_t i = 2; i + 1 < path.len; i++) {
		if (path.ptr[i] == '\\') {
			i++;
		} else if (path.ptr[i] == '"') {
			*end = i;
			return path.ptr[i + 1] == ']';
		}
	}
	return false;
}

static bool take_bracket(struct str *path, struct path_step *step)
{
	bool quoted = path->len > 1 && path->ptr[1] == '"';
	size_t end;

	if (quoted ? !quoted_end(*path, &end) : !str_find_char(*path, ']', &end))
		return false;
	step->is_index = !quoted;
	step->text = str_from_to(*path, quoted ? 2 : 1, end);
	*path = str_skip(*path, end + (quoted ? 2 : 1));
	return true;
}

bool path_next(struct str *path, struct path_step *step)
{
	if (path->len > 0 && path->ptr[0] == '[')
		return take_bracket(path, step);
	(void)str_eat(path, STR("."));
	*step = (struct path_step){.is_index = false, .text = take_ident(path)};
	return step->text.len > 0;
}

static char escaped_char(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

struct str path_name(struct arena *arena, const struct path_step *step)
{
	struct str text = step->text;
	size_t len = 0, at;
	char *out;

	if (!str_find_char(text, '\\', &at))
		return text;
	out = arena_alloc(arena, text.len);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\' && i + 1 < text.len)
			out[len++] = escaped_char(text.ptr[++i]);
		else
			out[len++] = text.ptr[i];
	}
	return (struct str){out, len};
}

struct str path_of_value(struct str path)
{
	struct str inner = path;

	if (str_is(path, "after"))
		return STR_EMPTY;
	if (str_eat(&inner, STR("after.")) ||
	    (str_eat(&inner, STR("after")) && inner.len > 0 && inner.ptr[0] == '['))
		return inner;
	return path;
}
