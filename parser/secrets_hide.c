/* The searching of secrets.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/masker.h"
#include "base/size.h"
#include "parser/detectors_parts.h"
#include "parser/redact.h"
#include "parser/secrets_parts.h"

/* JSON in a string of JSON in a string ..., four times, in the message of a rule that prints it. */
#define LEVELS 5

/* --- views --- */

/* Where secrets stand in a text, as the views of it tell. */
struct places {
	struct arena *arena;
	const struct secrets *secrets;
	bool first_only; /* that there is one is all that is asked */
	bool found;
	bool *hidden; /* by byte of the text */
};

static bool is_done(const struct places *places)
{
	return places->found && places->first_only;
}

static void note_place(struct places *places, size_t from, size_t to)
{
	places->found = true;
	if (!places->first_only)
		memset(places->hidden + from, 1, to - from);
}

static void search_view(struct places *places, const struct view *view)
{
	const struct masker *masker = places->secrets->masker;
	struct masker_match match;
	size_t at = 0;

	if (!masker_is_in(masker, view->text))
		return;
	while (!is_done(places) && masker_next(masker, view->text, at, &match)) {
		note_place(places, view->at[match.from], view->at[match.to]);
		at = match.to;
	}
}

static void search_other(struct places *places, enum viewing viewing, const struct view *from)
{
	struct view view;

	if (!is_done(places) && view_make(places->arena, viewing, from, &view))
		search_view(places, &view);
}

static bool may_be_written(const struct secrets *secrets, enum viewing viewing)
{
	return secrets->written >> viewing & 1;
}

/* Each level of escapes, and of each what an address or a broken line makes of it. */
static void search_views(struct places *places, struct str text)
{
	struct view view = {.text = text}, next;

	for (int level = 0; level <= LEVELS && !is_done(places); level++) {
		if (level > 0)
			search_view(places, &view);
		for (int other = VIEW_UNESCAPED + 1; other < VIEWINGS; other++) {
			if (may_be_written(places->secrets, (enum viewing)other))
				search_other(places, (enum viewing)other, &view);
		}
		if (!may_be_written(places->secrets, VIEW_UNESCAPED) ||
		    !view_make(places->arena, VIEW_UNESCAPED, &view, &next))
			break;
		view = next;
	}
}

/* Nothing in it can be written in another way. */
static bool has_one_view(const struct secrets *secrets, struct str text)
{
	if (text.len < SECRET_MIN)
		return true;
	for (int viewing = 0; viewing < VIEWINGS; viewing++) {
		if (may_be_written(secrets, (enum viewing)viewing) &&
		    memchr(text.ptr, view_sign((enum viewing)viewing), text.len))
			return false;
	}
	return true;
}

static bool is_in_encoded(const struct secrets *secrets, struct str text, int level);

static bool is_in(const struct secrets *secrets, struct str text, int level)
{
	struct places places = {.secrets = secrets, .first_only = true};
	struct arena *scratch CLEANUP(arena_free_ptr) = NULL;

	if (masker_is_in(secrets->masker, text))
		return true;
	if (masker_count(secrets->masker) == 0)
		return false;
	if (has_one_view(secrets, text))
		return is_in_encoded(secrets, text, level);
	scratch = arena_new();
	places.arena = scratch;
	search_views(&places, text);
	return places.found;
}

/* The whole text is base64 of another one: of JSON in which the secret is written in its way. */
static bool is_in_encoded(const struct secrets *secrets, struct str text, int level)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = NULL;
	struct str inside;

	if (level == LEVELS || !looks_like_base64(text))
		return false;
	scratch = arena_new();
	return looks_like_encoded_text(scratch, text, &inside) && is_in(secrets, inside, level + 1);
}

bool secrets_are_in(const struct secrets *secrets, struct str text)
{
	return is_in(secrets, text, 0);
}

static struct str hide_places(struct arena *arena, const bool *hidden, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	for (size_t i = 0; i < text.len; i++) {
		if (!hidden[i])
			buf_addc(&buf, text.ptr[i]);
		else if (i == 0 || !hidden[i - 1])
			buf_adds(&buf, SHOWN_SENSITIVE);
	}
	return buf_str(&buf);
}

static struct str hide_in_views(struct arena *arena, const struct secrets *secrets, struct str text)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct places places = {.arena = scratch, .secrets = secrets};

	places.hidden = arena_zalloc(scratch, text.len);
	search_views(&places, text);
	return places.found ? hide_places(arena, places.hidden, text) : text;
}

struct str secrets_hide(struct arena *arena, const struct secrets *secrets, struct str text)
{
	text = masker_hide(arena, secrets->masker, text);
	if (masker_count(secrets->masker) == 0)
		return text;
	if (has_one_view(secrets, text))
		return is_in_encoded(secrets, text, 0) ? STR(SHOWN_SENSITIVE) : text;
	return hide_in_views(arena, secrets, text);
}

/* --- names --- */

static bool is_strong(struct str text)
{
	return text.len >= SECRET_NAME_MIN &&
	       (secret_has_digit_and_letter(text) || memchr(text.ptr, ' ', text.len) ||
		   text.len >= SECRET_NAME_LONG);
}

static bool name_holds(const struct secrets *secrets, struct str name)
{
	struct masker_match match;
	size_t at = 0;

	if (name.len < SECRET_MIN)
		return false;
	if (masker_is_in(secrets->own, name))
		return true;
	while (masker_next(secrets->masker, name, at, &match)) {
		if (is_strong(str_from_to(name, match.from, match.to)))
			return true;
		at = match.to;
	}
	return false;
}

struct str secrets_hide_name(struct arena *arena, const struct secrets *secrets, struct str name)
{
	if (!name_holds(secrets, name))
		return name;
	return masker_hide(arena, secrets->masker, masker_hide(arena, secrets->own, name));
}

/* --- values --- */

struct str secret_digits(struct str number, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < number.len && (number.ptr[i] | 0x20) != 'e'; i++) {
		bool is_digit = number.ptr[i] >= '0' && number.ptr[i] <= '9';

		if (!is_digit || (len == 0 && number.ptr[i] == '0'))
			continue;
		if (len == SECRET_DIGITS_MAX)
			return STR_EMPTY;
		out[len++] = number.ptr[i];
	}
	while (len > 0 && out[len - 1] == '0')
		len--;
	return (struct str){out, len};
}

static bool number_holds(const struct secrets *secrets, struct value value)
{
	char text[24], digits[SECRET_DIGITS_MAX];
	struct str number;

	if (!value_as_number_text(value, text, &number) || number.len < MASKER_MIN)
		return false;
	return masker_is_in(secrets->masker, number) ||
	       (value.kind == VALUE_NUMBER &&
		   masker_is_in(secrets->masker, secret_digits(number, digits)));
}

bool secrets_are_in_scalar(const struct secrets *secrets, struct value value)
{
	if (value.kind == VALUE_STRING)
		return secrets_are_in(secrets, value_text(value));
	return (value.kind == VALUE_INT || value.kind == VALUE_NUMBER) &&
	       number_holds(secrets, value);
}

static bool holds(const struct secrets *secrets, struct value value)
{
	if (value.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value.len; i++) {
			if (holds(secrets, value.as.items[i]))
				return true;
		}
	}
	if (value.kind == VALUE_MAP) {
		for (uint32_t i = 0; i < value.len; i++) {
			if (name_holds(secrets, value_text(value.as.entries[i].key)) ||
			    holds(secrets, value.as.entries[i].value))
				return true;
		}
	}
	return secrets_are_in_scalar(secrets, value);
}

NODISCARD static struct value hide(
    struct arena *arena, const struct secrets *secrets, struct value value);

static struct value hide_in_map(
    struct arena *arena, const struct secrets *secrets, struct value value)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, value.len);
	struct value out;

	for (uint32_t i = 0; i < value.len; i++) {
		/* a key says what stands under it: of the two only the whole can be hidden */
		if (name_holds(secrets, value_text(value.as.entries[i].key)))
			return value_hidden(true);
		entries[i] = (struct value_entry){
		    value.as.entries[i].key, hide(arena, secrets, value.as.entries[i].value)};
	}
	out = value_map_like(arena, value, entries);
	out.marks |= value.marks;
	out.tag = value.tag;
	return out;
}

static struct value hide(struct arena *arena, const struct secrets *secrets, struct value value)
{
	if (!holds(secrets, value))
		return value;
	if (value.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, value.len);

		for (uint32_t i = 0; i < value.len; i++)
			items[i] = hide(arena, secrets, value.as.items[i]);
		value.as.items = items;
		return value;
	}
	if (value.kind == VALUE_MAP)
		return hide_in_map(arena, secrets, value);
	return value_hidden(true);
}

struct shown secrets_hide_value(
    struct arena *arena, const struct secrets *secrets, struct shown shown)
{
	if (secrets_count(secrets) == 0)
		return shown;
	return (struct shown){hide(arena, secrets, shown.value)};
}
