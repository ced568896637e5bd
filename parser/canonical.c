#include "parser/canonical.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/json_read.h"

/*
 * One letter, the length of what follows in decimal, a colon, the bytes. Lists and maps say how
 * many members follow. Nothing can be read as something else: the form is injective.
 */
#define TAG_NULL	  'z'
#define TAG_TRUE	  't'
#define TAG_FALSE	  'f'
#define TAG_NUMBER	  'n'
#define TAG_STRING	  's'
#define TAG_LIST	  'l'
#define TAG_MAP		  'm'
#define TAG_UNKNOWN	  'u'
#define TAG_SECRET	  'h'

#define FORM_BYTES_MAX	  ((size_t)1 << 30)
#define FINGERPRINT_BYTES ((size_t)16)
/* What normal form and sign of an exponent may add to a lexeme. */
#define NUMBER_ROOM    ((size_t)32)
#define DEPTH_MAX      (2 * JSON_DEPTH_MAX)
#define SORT_SHORT_MAX ((size_t)16)

struct writer {
	struct arena *scratch;
	struct str key;
	struct buf *out;
	bool is_keyed; /* inside of what is keyed as a whole: its parts are written as they are */
	int depth;
};

NODISCARD static bool write_value(struct writer *w, struct value value);

/* Of a text, and of lists and maps the number of members; without printf, as plans have millions.
 */
static void add_head(struct buf *out, char tag, size_t count)
{
	char head[32];
	size_t at = sizeof(head);

	head[--at] = ':';
	do {
		head[--at] = (char)('0' + count % 10);
		count /= 10;
	} while (count > 0);
	head[--at] = tag;
	buf_add(out, (struct str){head + at, sizeof(head) - at});
}

static void add_sized(struct buf *out, char tag, struct str bytes)
{
	add_head(out, tag, bytes.len);
	buf_add(out, bytes);
}

/* Decimal digits of any number, with leading zeros. */
struct digits {
	char *ptr;
	size_t len;
};

/* Adds or takes away a number that is far smaller than these digits; the first one is a 0 that
 * takes the carry. */
static void shift_digits(struct digits digits, uint64_t carry, bool subtract)
{
	for (size_t i = digits.len; carry > 0 && i > 0; i--) {
		int digit = digits.ptr[i - 1] - '0', part = (int)(carry % 10);

		carry /= 10;
		digit += subtract ? -part : part;
		if (digit < 0 || digit > 9)
			carry++;
		digits.ptr[i - 1] = (char)('0' + (digit + 10) % 10);
	}
}

/*
 * Appends exponent plus shift. An exponent may be larger than any integer: then it is done on its
 * digits, and as no text is long enough for a shift like that, the sign stays.
 */
static void add_exponent(struct writer *w, struct buf *out, struct str exponent, int64_t shift)
{
	bool negative = str_eat(&exponent, STR("-"));
	struct digits digits;
	int64_t small = 0;

	(void)str_eat(&exponent, STR("+"));
	while (str_eat(&exponent, STR("0")))
		;
	if (exponent.len < 18) {
		for (size_t i = 0; i < exponent.len; i++)
			small = small * 10 + (exponent.ptr[i] - '0');
		small = (negative ? -small : small) + shift;
		buf_addf(out, "%lld", (long long)small);
		return;
	}
	digits = (struct digits){arena_alloc(w->scratch, exponent.len + 1), exponent.len + 1};
	digits.ptr[0] = '0';
	memcpy(digits.ptr + 1, exponent.ptr, exponent.len);
	shift_digits(digits, (uint64_t)(shift < 0 ? -shift : shift), negative != (shift < 0));
	exponent = (struct str){digits.ptr, digits.len};
	while (str_eat(&exponent, STR("0")))
		;
	buf_adds(out, negative ? "-" : "");
	buf_add(out, exponent);
}

/* The digits of a mantissa without zeros at both ends: an integer, times 10 to the power *shift. */
static void add_mantissa(struct buf *out, struct str mantissa, int64_t *shift)
{
	size_t from = 0, to = mantissa.len, point;

	if (!str_find_char(mantissa, '.', &point))
		point = mantissa.len;
	while (from < to && (mantissa.ptr[from] == '0' || mantissa.ptr[from] == '.'))
		from++;
	while (to > from && (mantissa.ptr[to - 1] == '0' || mantissa.ptr[to - 1] == '.'))
		to--;
	for (size_t i = from; i < to; i++) {
		if (mantissa.ptr[i] != '.')
			buf_addc(out, mantissa.ptr[i]);
	}
	*shift = (int64_t)point - (int64_t)to + (to > point ? 1 : 0);
}

/* -1230.0 -> -123e1; zero -> 0 */
static void write_number(struct writer *w, struct str lexeme)
{
	struct str mantissa = lexeme, exponent = STR_EMPTY;
	size_t at, sign;
	struct buf number;
	int64_t shift;

	if (str_find_char(lexeme, 'e', &at) || str_find_char(lexeme, 'E', &at)) {
		mantissa = str_from_to(lexeme, 0, at);
		exponent = str_skip(lexeme, at + 1);
	}
	buf_init(&number, w->scratch, lexeme.len + NUMBER_ROOM);
	if (str_eat(&mantissa, STR("-")))
		buf_addc(&number, '-');
	sign = number.len;
	add_mantissa(&number, mantissa, &shift);
	if (number.len == sign) {
		buf_rewind(&number, 0);
		buf_addc(&number, '0');
	} else {
		buf_addc(&number, 'e');
		add_exponent(w, &number, exponent, shift);
	}
	add_sized(w->out, TAG_NUMBER, buf_str(&number));
}

/* The same of an integer, as nearly all are: 1200 -> 12e2. */
static void write_integer(struct writer *w, struct str digits)
{
	char form[32];
	size_t len = digits.len, zeros, at = sizeof(form);

	while (len > 1 && digits.ptr[len - 1] == '0')
		len--;
	zeros = digits.len - len;
	if (!str_eq(digits, STR("0"))) {
		do {
			form[--at] = (char)('0' + zeros % 10);
			zeros /= 10;
		} while (zeros > 0);
		form[--at] = 'e';
	}
	at -= len;
	memcpy(form + at, digits.ptr, len);
	add_sized(w->out, TAG_NUMBER, (struct str){form + at, sizeof(form) - at});
}

static int entry_cmp(const void *a, const void *b)
{
	const struct value_entry *left = a, *right = b;

	return str_cmp(value_text(left->key), value_text(right->key));
}

/* Terraform sorts keys: what is not in order is nearly so, or was written by others. */
static void sort_entries(struct value_entry *entries, size_t count)
{
	if (count > SORT_SHORT_MAX) {
		qsort(entries, count, sizeof(*entries), entry_cmp);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		const struct value_entry entry = entries[i];
		size_t at = i;

		for (; at > 0 && entry_cmp(&entries[at - 1], &entry) > 0; at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

const struct value_entry *canonical_entries(struct arena *scratch, struct value map)
{
	struct value_entry *sorted;

	if ((map.marks & VALUE_SORTED) || map.len == 0)
		return map.as.entries;
	sorted = arena_array(scratch, struct value_entry, map.len);
	memcpy(sorted, map.as.entries, map.len * sizeof(*sorted));
	sort_entries(sorted, map.len);
	return sorted;
}

NODISCARD static bool write_map(struct writer *w, struct value map)
{
	const struct value_entry *entries = canonical_entries(w->scratch, map);

	add_head(w->out, TAG_MAP, map.len);
	for (uint32_t i = 0; i < map.len; i++) {
		add_sized(w->out, TAG_STRING, value_text(entries[i].key));
		if (!write_value(w, entries[i].value))
			return false;
	}
	return true;
}

NODISCARD static bool write_list(struct writer *w, struct value list)
{
	add_head(w->out, TAG_LIST, list.len);
	for (uint32_t i = 0; i < list.len; i++) {
		if (!write_value(w, list.as.items[i]))
			return false;
	}
	return true;
}

/* The HMAC of the form it would have. */
NODISCARD static bool write_secret(struct writer *w, struct value value)
{
	struct writer inner = *w;
	struct digest digest;
	struct buf form;

	if (w->key.len == 0)
		return false;
	buf_init(&form, w->scratch, FORM_BYTES_MAX);
	inner.out = &form;
	inner.is_keyed = true;
	if (!write_value(&inner, value) || form.overflow)
		return false;
	digest = digest_hmac(w->key, buf_str(&form));
	add_sized(w->out, TAG_SECRET, (struct str){(const char *)digest.bytes, DIGEST_SIZE});
	return true;
}

NODISCARD static bool write_kind(struct writer *w, struct value value)
{
	char digits[24];
	struct str number;

	switch ((enum value_kind)value.kind) {
	case VALUE_NULL:
		add_head(w->out, TAG_NULL, 0);
		return true;
	case VALUE_BOOL:
		add_head(w->out, value.as.boolean ? TAG_TRUE : TAG_FALSE, 0);
		return true;
	case VALUE_UNKNOWN:
		add_head(w->out, TAG_UNKNOWN, 0);
		return true;
	case VALUE_INT:
		if (value_as_number_text(value, digits, &number))
			write_integer(w, number);
		return true;
	case VALUE_NUMBER:
		write_number(w, value_text(value));
		return true;
	case VALUE_STRING:
		add_sized(w->out, TAG_STRING, value_text(value));
		return true;
	case VALUE_LIST:
		return write_list(w, value);
	case VALUE_MAP:
		return write_map(w, value);
	case VALUE_HIDDEN:
		break;
	}
	return false;
}

static bool write_value(struct writer *w, struct value value)
{
	bool ok;

	if (w->depth > DEPTH_MAX)
		return false;
	w->depth++;
	/* that something is unknown is no secret */
	if ((value.marks & VALUE_SENSITIVE) && value.kind != VALUE_UNKNOWN && !w->is_keyed)
		ok = write_secret(w, value);
	else
		ok = write_kind(w, value);
	w->depth--;
	return ok;
}

bool canonical_write(struct arena *scratch, struct value value, struct str key, struct buf *out)
{
	struct writer writer = {.scratch = scratch, .key = key, .out = out};

	return write_value(&writer, value);
}

bool canonical_write_secret(
    struct arena *scratch, struct value value, struct str key, struct buf *out)
{
	struct writer writer = {.scratch = scratch, .key = key, .out = out};

	return write_secret(&writer, value);
}

struct str value_fingerprint(struct arena *arena, struct arena *scratch, const struct value *values,
    size_t count, struct str key)
{
	struct digest digest;
	struct buf form;
	struct str text;

	buf_init(&form, scratch, FORM_BYTES_MAX);
	for (size_t i = 0; i < count; i++) {
		if (!canonical_write(scratch, values[i], key, &form))
			return STR_EMPTY;
	}
	if (form.overflow)
		return STR_EMPTY;
	digest = digest_sha256(buf_str(&form));
	text =
	    base64url_encode(scratch, (struct str){(const char *)digest.bytes, FINGERPRINT_BYTES});
	return str_format(arena, "vf1:%.*s", STR_ARG(text));
}
