#include "tests/support/html_check.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/utf8.h"

#define DEPTH_MAX 200
#define IDS_MAX	  200000

static const char *const tags[] = {"a", "article", "b", "body", "button", "code", "dd", "del",
    "details", "dialog", "div", "dl", "dt", "em", "footer", "form", "h1", "h2", "h3", "head",
    "header", "html", "i", "ins", "kbd", "li", "main", "mark", "noscript", "p", "pre", "rect",
    "script", "section", "small", "span", "style", "summary", "svg", "table", "tbody", "td", "th",
    "thead", "title", "tr", "ul", "meta", "input", "br"};
static const char *const alone[] = {"meta", "input", "br"};
static const char *const attributes[] = {"aria-hidden", "aria-label", "aria-live", "aria-pressed",
    "autocomplete", "charset", "class", "colspan", "content", "data-denied", "data-filter",
    "data-g", "height", "hidden", "href", "http-equiv", "id", "lang", "method", "name", "open",
    "placeholder", "preserveAspectRatio", "rel", "role", "scope", "spellcheck", "title", "type",
    "viewBox", "width", "x"};
static const char *const references[] = {"amp;", "lt;", "gt;", "quot;", "#39;"};

struct check {
	const char *label;
	struct arena *arena;
	struct str rest, whole;
	struct str stack[DEPTH_MAX];
	size_t depth, id_count;
	struct str *ids;
};

static bool wrong(const struct check *check, const char *what)
{
	size_t at = check->whole.len - check->rest.len;
	struct str near = str_from_to(check->whole, at > 60 ? at - 60 : 0, at);

	print_error("%s: %s behind '%.*s'\n", check->label, what, STR_ARG(near));
	return false;
}

static bool is_one_of(struct str word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_is(word, words[i]))
			return true;
	}
	return false;
}

static struct str eat_word(struct str *rest)
{
	size_t len = 0;

	while (len < rest->len &&
	       (rest->ptr[len] == '-' || (rest->ptr[len] >= '0' && rest->ptr[len] <= '9') ||
		   (rest->ptr[len] >= 'A' && rest->ptr[len] <= 'Z') ||
		   (rest->ptr[len] >= 'a' && rest->ptr[len] <= 'z')))
		len++;
	struct str word = str_from_to(*rest, 0, len);

	*rest = str_skip(*rest, len);
	return word;
}

static bool text_is_escaped(struct check *check, struct str text, bool in_attribute)
{
	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_skip(text, i + 1);
		bool is_reference = false;

		for (size_t k = 0; text.ptr[i] == '&' && k < ARRAY_LEN(references); k++)
			is_reference |= str_starts(rest, str_from(references[k]));
		if (text.ptr[i] == '&' && !is_reference)
			return wrong(check, "an & that is no reference");
		if (text.ptr[i] == '>' || (in_attribute && text.ptr[i] == '<'))
			return wrong(check, "a loose angle");
	}
	return true;
}

static bool eat_attribute(struct check *check)
{
	struct str name, value;
	size_t end;

	if (!str_eat(&check->rest, STR(" ")))
		return wrong(check, "no space before an attribute");
	name = eat_word(&check->rest);
	if (!is_one_of(name, attributes, ARRAY_LEN(attributes)))
		return wrong(check, "an attribute that is not ours");
	if (!str_eat(&check->rest, STR("=\"")))
		return true;
	if (!str_find_char(check->rest, '"', &end))
		return wrong(check, "an attribute without end");
	value = str_from_to(check->rest, 0, end);
	check->rest = str_skip(check->rest, end + 1);
	/* our own policy has no strange characters but quotes of its own kind */
	if (!text_is_escaped(check, value, true))
		return false;
	if (str_is(name, "id") && check->id_count < IDS_MAX)
		check->ids[check->id_count++] = value;
	if (str_is(name, "href") && !str_starts(value, STR("#")) &&
	    !str_starts(value, STR("http://")) && !str_starts(value, STR("https://")))
		return wrong(check, "a link that is none");
	return true;
}

static bool eat_raw(struct check *check, struct str name)
{
	struct str end = str_format(check->arena, "</%.*s>", STR_ARG(name));
	size_t at;

	if (!str_find(check->rest, end, &at))
		return wrong(check, "style or script without end");
	check->rest = str_skip(check->rest, at);
	return true;
}

static bool eat_open(struct check *check)
{
	struct str name = eat_word(&check->rest);

	if (!is_one_of(name, tags, ARRAY_LEN(tags)))
		return wrong(check, "a tag that is not ours");
	while (str_starts(check->rest, STR(" "))) {
		if (!eat_attribute(check))
			return false;
	}
	if (str_eat(&check->rest, STR("/>")))
		return str_is(name, "rect") || wrong(check, "a tag that closes itself");
	if (!str_eat(&check->rest, STR(">")))
		return wrong(check, "a tag that does not end");
	if (is_one_of(name, alone, ARRAY_LEN(alone)))
		return true;
	if (check->depth == DEPTH_MAX)
		return wrong(check, "too deep");
	check->stack[check->depth++] = name;
	if (str_is(name, "style") || str_is(name, "script"))
		return eat_raw(check, name);
	return true;
}

static bool eat_close(struct check *check)
{
	struct str name = eat_word(&check->rest);

	if (check->depth == 0 || !str_eq(check->stack[check->depth - 1], name) ||
	    !str_eat(&check->rest, STR(">")))
		return wrong(check, "a tag is closed that was not the last opened");
	check->depth--;
	return true;
}

static bool eat_tag(struct check *check)
{
	return str_eat(&check->rest, STR("/")) ? eat_close(check) : eat_open(check);
}

static int compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static bool ids_are_unique(struct check *check)
{
	qsort(check->ids, check->id_count, sizeof(*check->ids), compare);
	for (size_t i = 1; i < check->id_count; i++) {
		if (str_eq(check->ids[i - 1], check->ids[i]))
			return wrong(check, "an id stands there twice");
	}
	return true;
}

static bool is_clean(struct check *check)
{
	for (size_t i = 0; i < check->whole.len; i++) {
		unsigned char c = (unsigned char)check->whole.ptr[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return wrong(check, "a control character");
	}
	if (str_contains(check->whole, STR("\xe2\x80\xae")) ||
	    str_contains(check->whole, STR("\xe2\x81\xa6")))
		return wrong(check, "a bidirectional control");
	return utf8_is_valid(check->whole) || wrong(check, "invalid UTF-8");
}

bool html_is_ours(const char *label, struct str page)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct check check = {.label = label,
	    .arena = arena,
	    .rest = page,
	    .whole = page,
	    .ids = arena_array(arena, struct str, IDS_MAX)};
	size_t at;

	if (!is_clean(&check))
		return false;
	if (!str_eat(&check.rest, STR("<!DOCTYPE html>\n")))
		return wrong(&check, "no document");
	while (str_find_char(check.rest, '<', &at)) {
		struct str text = str_from_to(check.rest, 0, at);

		check.rest = str_skip(check.rest, at + 1);
		if (!text_is_escaped(&check, text, false) || !eat_tag(&check))
			return false;
	}
	if (check.depth > 0)
		return wrong(&check, "something is never closed");
	return ids_are_unique(&check);
}
