#include "parser/secrets.h"

#include <string.h>

#include "base/arena.h"
#include "base/masker.h"
#include "parser/secrets_parts.h"

/* With more of them the table is for what is written as it is. */
#define ENCODED_COUNT_MAX ((size_t)8192)
/* Of what only a detector found: a short word stands everywhere by chance. */
#define DETECTED_MIN	((size_t)12)
#define WORD_DIGITS_MAX ((size_t)4)
/* Of a longer secret; a multiple of three, so that the pieces follow each other in base64, too. */
#define PIECE ((size_t)32766)

struct secrets *secrets_new(struct arena *arena)
{
	struct secrets *secrets = arena_make(arena, struct secrets);

	secrets->masker = masker_new(arena);
	secrets->own = masker_new(arena);
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
	masker_seal(secrets->own);
}

bool secret_has_digit_and_letter(struct str text)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		digit = digit || (c >= '0' && c <= '9');
		letter = letter || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
	}
	return digit && letter;
}

/* Of a text of several lines a short one counts when it is no word: "services:" stands everywhere.
 */
static void add_short_lines(struct secrets *secrets, struct str text)
{
	struct str line;

	while (str_line(&text, &line)) {
		line = str_trim(line);
		if (line.len >= SECRET_MIN && line.len < SECRET_LINE_MIN &&
		    !memchr(line.ptr, ' ', line.len) && secret_has_digit_and_letter(line))
			masker_add(secrets->masker, line);
	}
}

#define IN(viewing) (1U << VIEW_##viewing)
#define IN_ALL	    ((1U << VIEWINGS) - 1)

/* Who writes the character in another way? Of digits and letters nobody does. */
static unsigned writings_of(unsigned char c)
{
	unsigned written = IN(PERCENT);

	if (((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_' || c == '.')
		return 0;
	if (c < ' ' || c >= 0x7f || strchr("\"\\/<>&'+=$", c))
		written |= IN(UNESCAPED);
	if (strchr("&<>\"'`+=/", c) && c)
		written |= IN(MARKUP);
	if (c == '\'')
		written |= IN(QUOTED);
	if (c == '{')
		written |= IN(TEMPLATE) | IN(DIRECTIVE);
	if (c == ' ') /* lines of an error may be broken there */
		written |= IN(JOINED);
	return written;
}

static void note_writings(struct secrets *secrets, struct str secret)
{
	for (size_t i = 0; i < secret.len && secrets->written != IN_ALL; i++)
		secrets->written |= writings_of((unsigned char)secret.ptr[i]);
}

static void add_forms(struct secrets *secrets, struct str secret)
{
	if (masker_count(secrets->masker) < ENCODED_COUNT_MAX)
		masker_add_encoded(secrets->masker, secret);
	else
		masker_add_written(secrets->masker, secret);
}

/* Piece by piece: where the whole stands they stand one behind the other. */
static void add_pieces(struct secrets *secrets, struct str secret)
{
	for (size_t at = 0; at < secret.len && !masker_full(secrets->masker); at += PIECE) {
		size_t from = at + PIECE <= secret.len ? at : secret.len - PIECE;

		add_forms(secrets, str_from_to(secret, from, from + PIECE));
	}
}

void secrets_add(struct secrets *secrets, struct str secret)
{
	struct str bare = str_trim(secret);

	if (secret.len < SECRET_MIN)
		return;
	note_writings(secrets, secret);
	if (secret.len > PIECE)
		add_pieces(secrets, secret);
	else
		add_forms(secrets, secret);
	/* written to a file, or read from one with chomp() */
	if (bare.len < secret.len && bare.len >= SECRET_MIN && bare.len <= PIECE)
		add_forms(secrets, bare);
	if (bare.len < SECRET_LINE_MIN || memchr(bare.ptr, '\n', bare.len))
		add_short_lines(secrets, secret);
}

void secrets_add_own(struct secrets *secrets, struct str secret)
{
	secrets_add(secrets, secret);
	if (secret.len >= SECRET_MIN)
		masker_add_written(secrets->own, secret);
}

static void collect_text(struct secrets *secrets, struct value value, bool marked)
{
	struct str text = value_text(value);

	if (marked || (text.len >= DETECTED_MIN && secret_has_digit_and_letter(text)))
		secrets_add(secrets, text);
}

static void collect_number(struct secrets *secrets, struct str number)
{
	char digits[SECRET_DIGITS_MAX];

	if (number.len >= SECRET_MIN)
		masker_add(secrets->masker, number);
	number = secret_digits(number, digits);
	if (number.len >= SECRET_MIN)
		masker_add(secrets->masker, number);
}

/* A word, a number, or a word and its number: "bucket", "2024", "sha256". */
static bool is_word(struct str piece)
{
	size_t digits = 0;

	for (size_t i = 0; i < piece.len; i++) {
		bool is_digit = piece.ptr[i] >= '0' && piece.ptr[i] <= '9';

		if (!is_digit && digits > 0)
			return false;
		digits += is_digit;
	}
	return digits <= WORD_DIGITS_MAX;
}

/* The keys of a map that is secret are secret with it; but most are names, of words that stand
 * everywhere: a key counts when something in it is no word. */
static void collect_key(struct secrets *secrets, struct str key)
{
	size_t from = 0;

	if (key.len < SECRET_NAME_MIN || !secret_has_digit_and_letter(key))
		return;
	for (size_t i = 0; i <= key.len; i++) {
		if (i < key.len && !strchr("_-. ", key.ptr[i]))
			continue;
		if (!is_word(str_from_to(key, from, i))) {
			secrets_add(secrets, key);
			return;
		}
		from = i + 1;
	}
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
	if (marked && value_as_number_text(value, digits, &number))
		collect_number(secrets, number);
	if (value.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value.len; i++)
			collect(secrets, value.as.items[i], marked);
	}
	if (value.kind == VALUE_MAP) {
		for (uint32_t i = 0; i < value.len; i++) {
			if (marked)
				collect_key(secrets, value_text(value.as.entries[i].key));
			collect(secrets, value.as.entries[i].value, marked);
		}
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
