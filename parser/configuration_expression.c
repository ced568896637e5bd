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

/* ".name"; empty and unchanged when something else follows. */
static struct str take_attribute(struct str *rest)
{
	struct str inner = *rest, name;

	if (!str_eat(&inner, STR(".")))
		return STR_EMPTY;
	name = path_take_name(&inner);
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
	struct str rest = text, word = path_take_name(&rest), second = take_attribute(&rest);
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
