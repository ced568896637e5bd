#include "parser/secrets.h"

#include "base/arena.h"
#include "base/masker.h"
#include "base/size.h"
#include "parser/redact.h"

/* With more of them the table is for what is written as it is. */
#define ENCODED_COUNT_MAX ((size_t)8192)
/* Of what only a detector found: a short word stands everywhere by chance. */
#define DETECTED_MIN ((size_t)12)

struct secrets {
	struct masker *masker;
};

struct secrets *secrets_new(struct arena *arena)
{
	struct secrets *secrets = arena_make(arena, struct secrets);

	secrets->masker = masker_new(arena);
	return secrets;
}

size_t secrets_count(const struct secrets *secrets)
{
	return masker_count(secrets->masker);
}

bool secrets_full(const struct secrets *secrets)
{
	return masker_full(secrets->masker);
}

void secrets_seal(struct secrets *secrets)
{
	masker_seal(secrets->masker);
}

void secrets_add(struct secrets *secrets, struct str secret)
{
	if (secret.len < SECRET_MIN || secret.len > SECRET_MAX)
		return;
	if (masker_count(secrets->masker) < ENCODED_COUNT_MAX)
		masker_add_encoded(secrets->masker, secret);
	else
		masker_add_written(secrets->masker, secret);
}

static bool has_digit_and_letter(struct str text)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		digit = digit || (c >= '0' && c <= '9');
		letter = letter || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	}
	return digit && letter;
}

static void collect_text(struct secrets *secrets, struct value value, bool marked)
{
	struct str text = value_text(value);

	if (marked || (text.len >= DETECTED_MIN && has_digit_and_letter(text)))
		secrets_add(secrets, text);
}

/* Depth is bounded by the reader (JSON_DEPTH_MAX). `marked`: by the plan, here or above. */
static void collect(struct secrets *secrets, struct value value, bool marked)
{
	char digits[24];
	struct str number;

	marked = marked || (value.marks & VALUE_SENSITIVE);
	if (!marked && !(value.marks & (VALUE_HAS_SENSITIVE | VALUE_HAS_DETECTED)))
		return;
	if (value.kind == VALUE_STRING && (marked || (value.marks & VALUE_DETECTED)))
		collect_text(secrets, value, marked);
	if (marked && value_as_number_text(value, digits, &number) && number.len >= SECRET_MIN)
		masker_add(secrets->masker, number);
	if (value.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value.len; i++)
			collect(secrets, value.as.items[i], marked);
	}
	if (value.kind == VALUE_MAP) {
		for (uint32_t i = 0; i < value.len; i++)
			collect(secrets, value.as.entries[i].value, marked);
	}
}

void secrets_add_value(struct secrets *secrets, struct value value)
{
	collect(secrets, value, true);
}

void secrets_collect(struct secrets *secrets, const struct change *change)
{
	collect(secrets, change->before, false);
	collect(secrets, change->after, false);
}

bool secrets_are_in(const struct secrets *secrets, struct str text)
{
	return masker_is_in(secrets->masker, text);
}

struct str secrets_hide(struct arena *arena, const struct secrets *secrets, struct str text)
{
	return masker_hide(arena, secrets->masker, text);
}

static bool holds(const struct secrets *secrets, struct value value)
{
	if (value.kind == VALUE_STRING)
		return secrets_are_in(secrets, value_text(value));
	if (value.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value.len; i++) {
			if (holds(secrets, value.as.items[i]))
				return true;
		}
	}
	if (value.kind == VALUE_MAP) {
		for (uint32_t i = 0; i < value.len; i++) {
			if (holds(secrets, value.as.entries[i].value))
				return true;
		}
	}
	return false;
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
	if (value.kind == VALUE_MAP) {
		struct value_entry *entries = arena_array(arena, struct value_entry, value.len);
		struct value out;

		for (uint32_t i = 0; i < value.len; i++)
			entries[i] = (struct value_entry){value.as.entries[i].key,
			    hide(arena, secrets, value.as.entries[i].value)};
		out = value_map_like(arena, value, entries);
		out.marks |= value.marks;
		out.tag = value.tag;
		return out;
	}
	return value_hidden(true);
}

struct shown secrets_hide_value(
    struct arena *arena, const struct secrets *secrets, struct shown shown)
{
	if (secrets_count(secrets) == 0)
		return shown;
	return (struct shown){hide(arena, secrets, shown.value)};
}
