#include "parser/change_leaf.h"

#include <string.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/size.h"
#include "parser/canonical.h"
#include "parser/secrecy.h"

/*
 * The form that is digested. Texts and numbers as canonical.h writes them. Each of these is
 *followed by what it announces, and maps, lists and sides end with END, so that nothing can be read
 *as something else:
 *
 *	KEY text, INDEX number	one step down, then what differs there
 *	KINDS letter letter	one side is an empty map or list, the other none
 *	SIZES number number	how many items the lists have
 *	DIFFERS side side	a place that differs
 *	SECRECY marks marks	a place, or parts of it, that only one side marks as sensitive
 *	PART ... END		a map or list that only one side has: all of it
 *	MISSING			hidden, and there is no key
 */
#define MARK_KEY       'k'
#define MARK_INDEX     'i'
#define MARK_KINDS     'K'
#define MARK_SIZES     'L'
#define MARK_DIFFERS   'v'
#define MARK_SECRECY   'm'
#define MARK_PART      'c'
#define MARK_MISSING   'x'
#define MARK_END       'e'

#define FORM_BYTES_MAX ((size_t)1 << 30)
#define LEAF_DEPTH_MAX (2 * JSON_DEPTH_MAX)
/* How much of the digest of an address goes into the rest: as much as there is of a leaf's value.
 */
#define ADDRESS_PART ((size_t)LEAF_VALUE_BYTES)

_Static_assert(
    sizeof(struct change_leaf) * 4 == (size_t)LEAF_TEXT_LEN * 3, "no padding, whole groups");

/* A part of one side, raw and as it is shown; raw NULL: not there, shown NULL: nothing of it is. */
struct place {
	const struct value *raw, *shown;
};

struct places {
	struct place before, after;
};

struct writer {
	struct leaf_maker *maker;
	struct arena *scratch;
	struct buf *out;
	int depth;
};

static const struct place absent = {NULL, NULL};

NODISCARD static bool walk(struct writer *w, struct places places);

static const char kind_letters[] = {
    [LEAF_RESOURCE] = 'r',
    [LEAF_OUTPUT] = 'o',
    [LEAF_DRIFT] = 'd',
    [LEAF_DEFERRED] = 'l',
    [LEAF_ACTION] = 'a',
};

/* --- values --- */

static enum value_kind kind_of(struct place place)
{
	return place.raw ? (enum value_kind)place.raw->kind : VALUE_NULL;
}

static bool is_container(enum value_kind kind)
{
	return kind == VALUE_LIST || kind == VALUE_MAP;
}

/* What is inside of a map or list is looked at when its time comes. */
static bool is_shown(const struct value *raw, const struct value *shown)
{
	if (!shown || shown->kind != raw->kind)
		return false;
	if (is_container((enum value_kind)raw->kind))
		return shown->len == raw->len;
	return value_equal(*raw, *shown);
}

/* That something is not known yet is no secret. */
static bool is_hidden(struct place place)
{
	return place.raw && place.raw->kind != VALUE_UNKNOWN && !is_shown(place.raw, place.shown);
}

/* Of a JSON text with something hidden in it the rest is shown (redact.h): without a key it is
 * looked at as what it says. One that cannot be read again stays hidden as a whole. */
NODISCARD static struct place open_text(struct arena *scratch, struct place place)
{
	struct jsonr reader = {.file = NULL};
	struct value *value;
	struct err err = {0};

	value = arena_make(scratch, struct value);
	if (!jsonr_read(scratch, value_text(*place.raw), &reader, value, &err))
		return place;
	return (struct place){value, place.shown};
}

/* With a key all of its bytes enter, as those of any text that is not shown as it is. */
static struct place opened(const struct writer *w, struct place place)
{
	if (w->maker->key.len > 0 || kind_of(place) != VALUE_STRING || !place.shown ||
	    !is_container((enum value_kind)place.shown->kind) || !shown_is_json_text(place.shown))
		return place;
	return open_text(w->scratch, place);
}

static struct value raw_of(struct place place)
{
	return place.raw ? *place.raw : value_null();
}

static void add_number(struct buf *out, size_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buf_add(out, (struct str){digits + at, sizeof(digits) - at});
	buf_addc(out, ':');
}

static void add_text(struct buf *out, struct str text)
{
	add_number(out, text.len);
	buf_add(out, text);
}

NODISCARD static bool write_hidden(struct writer *w, struct value value)
{
	if (w->maker->key.len == 0) {
		w->maker->hidden_left_out++;
		buf_addc(w->out, MARK_MISSING);
		return true;
	}
	w->maker->hidden_keyed++;
	return canonical_write_secret(w->scratch, value, w->maker->key, w->out);
}

/* Strings that enter as they are, one behind the other (change_leaf.h). */
static void add_open_text(struct writer *w, struct str text)
{
	if (text.len < LEAF_OPEN_MIN)
		return;
	buf_add(&w->maker->open_texts, text);
	buf_addc(&w->maker->open_texts, LEAF_OPEN_END);
}

NODISCARD static bool write_side(struct writer *w, struct place place)
{
	struct value value = raw_of(place);

	if (is_hidden(place))
		return write_hidden(w, value);
	if (is_container((enum value_kind)value.kind)) {
		buf_addc(w->out, MARK_PART);
		if (!walk(w, (struct places){absent, place}))
			return false;
		buf_addc(w->out, MARK_END);
		return true;
	}
	value.marks = 0; /* it is shown as it is */
	if (value.kind == VALUE_STRING)
		add_open_text(w, value_text(value));
	return canonical_write(w->scratch, value, STR_EMPTY, w->out);
}

NODISCARD static bool write_secrecy(struct writer *w, struct places places)
{
	size_t mark = w->out->len;
	bool differs;

	if (secrecy_is_alike(places.before.raw, places.after.raw))
		return true;
	buf_addc(w->out, MARK_SECRECY);
	if (!secrecy_write_difference(
		w->scratch, places.before.raw, places.after.raw, w->out, &differs))
		return false;
	if (!differs)
		buf_rewind(w->out, mark);
	return true;
}

/* A place counts once, whether it is hidden on one side or on both. */
NODISCARD static bool write_difference(struct writer *w, struct places places)
{
	struct leaf_maker *maker = w->maker;
	const size_t keyed = maker->hidden_keyed, left_out = maker->hidden_left_out;
	bool both = is_hidden(places.before) && is_hidden(places.after);

	if (!write_secrecy(w, places))
		return false;
	if (value_equal(raw_of(places.before), raw_of(places.after)))
		return true;
	buf_addc(w->out, MARK_DIFFERS);
	if (!write_side(w, places.before) || !write_side(w, places.after))
		return false;
	if (both) {
		maker->hidden_keyed = size_min(maker->hidden_keyed, keyed + 1);
		maker->hidden_left_out = size_min(maker->hidden_left_out, left_out + 1);
	}
	return true;
}

/* --- maps --- */

/* Of one side, in the order of the keys. */
struct members {
	struct place place;
	const struct value_entry *entries;
	size_t count, at;
};

static struct members members_of(struct arena *scratch, struct place place)
{
	struct members members = {.place = place};

	if (!place.raw || place.raw->kind != VALUE_MAP || place.raw->len == 0)
		return members;
	members.count = place.raw->len;
	members.entries = canonical_entries(scratch, *place.raw);
	return members;
}

/* The shown map nearly always has the same keys at the same places. */
static struct place member_take(struct members *members)
{
	const struct value_entry *entry = &members->entries[members->at];
	const struct value *shown = members->place.shown;
	struct str key = value_text(entry->key);
	struct place place = {&entry->value, NULL};

	if (shown && shown->kind == VALUE_MAP) {
		const struct value_entry *same =
		    members->at < shown->len ? &shown->as.entries[members->at] : NULL;

		if (same && str_eq(value_text(same->key), key))
			place.shown = &same->value;
		else
			place.shown = value_get(*shown, key);
	}
	members->at++;
	return place;
}

/* Most parts of an update stay as they are: seen before anything is written or looked up. `deep`:
 * maps and lists too; not on every level, or what is deep down would be compared on each. */
static void skip_same(struct members *before, struct members *after, bool deep)
{
	while (before->at < before->count && after->at < after->count) {
		const struct value_entry *left = &before->entries[before->at];
		const struct value_entry *right = &after->entries[after->at];

		if (left->value.kind != right->value.kind ||
		    (!deep && is_container((enum value_kind)left->value.kind)) ||
		    !str_eq(value_text(left->key), value_text(right->key)) ||
		    !value_equal(left->value, right->value) ||
		    !secrecy_is_alike(&left->value, &right->value))
			return;
		before->at++;
		after->at++;
	}
}

/* The next key of either side; false at the end of both. */
static bool members_next(
    struct members *before, struct members *after, struct str *key, struct places *out)
{
	bool has_before = before->at < before->count, has_after = after->at < after->count;
	int order = has_before ? -1 : 1;

	if (!has_before && !has_after)
		return false;
	if (has_before && has_after)
		order = str_cmp(value_text(before->entries[before->at].key),
		    value_text(after->entries[after->at].key));
	*key = value_text(
	    order <= 0 ? before->entries[before->at].key : after->entries[after->at].key);
	out->before = order <= 0 ? member_take(before) : absent;
	out->after = order >= 0 ? member_take(after) : absent;
	return true;
}

NODISCARD static bool walk_map(struct writer *w, struct places places)
{
	struct members before = members_of(w->scratch, places.before);
	struct members after = members_of(w->scratch, places.after);
	struct places part;
	struct str key;

	for (;;) {
		size_t mark = w->out->len, start;

		skip_same(&before, &after, w->depth <= 1);
		if (!members_next(&before, &after, &key, &part))
			break;
		buf_addc(w->out, MARK_KEY);
		add_text(w->out, key);
		start = w->out->len;
		if (!walk(w, part))
			return false;
		if (w->out->len == start)
			buf_rewind(w->out, mark);
		else
			buf_addc(w->out, MARK_END);
	}
	return true;
}

/* --- lists --- */

static size_t list_len(struct place place)
{
	return place.raw && place.raw->kind == VALUE_LIST ? place.raw->len : 0;
}

static struct place list_item(struct place place, size_t i)
{
	const struct value *shown = place.shown;

	if (!place.raw || i >= list_len(place))
		return absent;
	return (struct place){&place.raw->as.items[i],
	    shown && shown->kind == VALUE_LIST && i < shown->len ? &shown->as.items[i] : NULL};
}

/* Seen before anything is written. */
static bool is_plainly_same(struct places places)
{
	enum value_kind kind = kind_of(places.before);

	return kind == kind_of(places.after) && !is_container(kind) &&
	       value_equal(raw_of(places.before), raw_of(places.after)) &&
	       secrecy_is_alike(places.before.raw, places.after.raw);
}

NODISCARD static bool walk_list(struct writer *w, struct places places)
{
	size_t before = list_len(places.before), after = list_len(places.after);
	size_t from = w->out->len;

	if (before != after) {
		buf_addc(w->out, MARK_SIZES);
		add_number(w->out, before);
		add_number(w->out, after);
	}
	for (size_t i = 0; i < before || i < after; i++) {
		struct places part = {list_item(places.before, i), list_item(places.after, i)};
		size_t mark = w->out->len, start;

		if (is_plainly_same(part))
			continue;
		buf_addc(w->out, MARK_INDEX);
		add_number(w->out, i);
		start = w->out->len;
		if (!walk(w, part))
			return false;
		if (w->out->len == start)
			buf_rewind(w->out, mark);
		else
			buf_addc(w->out, MARK_END);
	}
	if (before > 0 && after > 0 && w->out->len > from)
		w->maker->has_lists = true;
	return true;
}

/* --- both sides together --- */

/* One is a map (or list) and the other the same or nothing. */
static bool are_both(struct places places, enum value_kind kind)
{
	enum value_kind before = kind_of(places.before), after = kind_of(places.after);

	return (before == kind || after == kind) && (before == kind || before == VALUE_NULL) &&
	       (after == kind || after == VALUE_NULL);
}

/* Nothing and an empty map differ, and no part tells it. */
static void write_kinds(struct writer *w, struct places places)
{
	static const char letters[] = {[VALUE_NULL] = 'z', [VALUE_LIST] = 'l', [VALUE_MAP] = 'm'};
	enum value_kind before = kind_of(places.before), after = kind_of(places.after);

	if (before == after)
		return;
	buf_addc(w->out, MARK_KINDS);
	buf_addc(w->out, letters[before]);
	buf_addc(w->out, letters[after]);
}

static bool walk_kind(struct writer *w, struct places places)
{
	if (is_hidden(places.before) || is_hidden(places.after))
		return write_difference(w, places);
	if (are_both(places, VALUE_MAP)) {
		write_kinds(w, places);
		return walk_map(w, places);
	}
	if (are_both(places, VALUE_LIST)) {
		write_kinds(w, places);
		return walk_list(w, places);
	}
	return write_difference(w, places);
}

static bool walk(struct writer *w, struct places places)
{
	bool ok;

	if (w->depth > LEAF_DEPTH_MAX)
		return false;
	places.before = opened(w, places.before);
	places.after = opened(w, places.after);
	w->depth++;
	ok = walk_kind(w, places);
	w->depth--;
	return ok;
}

/* --- the leaf --- */

/* What people see of it is a text that can be the same for others (plan_change.c). */
NODISCARD static bool write_import(
    struct writer *w, const struct change *change, const struct change_head *shown)
{
	const struct value *identity = value_get(change->importing, STR("identity"));
	bool is_unknown = value_get_bool(change->importing, "unknown", false);

	if (!change->head.importing) {
		buf_addc(w->out, '-');
		return true;
	}
	buf_addc(w->out, 'i');
	if (!str_eq(change->head.import_id, shown->import_id))
		return write_hidden(w, change->importing);
	add_text(w->out, value_get_str(change->importing, "id"));
	if (is_unknown)
		buf_addc(w->out, 'u');
	return !identity || identity->kind == VALUE_NULL ||
	       write_side(w, (struct place){identity, identity});
}

/* Short: most fit into one block of SHA-256. */
static void write_address(struct buf *out, enum leaf_kind kind, const struct change_head *head)
{
	buf_addc(out, kind_letters[kind]);
	add_text(out, head->deposed);
	buf_add(out, head->address); /* the last one: its end is the end */
}

bool leaf_is_of(const struct change_leaf *leaf, struct arena *scratch, enum leaf_kind kind,
    struct str address, struct str deposed)
{
	struct change_head head = {.address = address, .deposed = deposed};
	struct digest digest;
	struct buf form;

	buf_init(&form, scratch, FORM_BYTES_MAX);
	write_address(&form, kind, &head);
	digest = digest_sha256(buf_str(&form));
	return memcmp(leaf->address, digest.bytes, LEAF_ADDRESS_BYTES) == 0;
}

/* It says itself of what length each part is, so that the values can follow. */
NODISCARD static bool write_change(
    struct writer *w, const struct change *change, const struct shown_change *shown)
{
	const struct change_head *head = &change->head;
	struct places places = {
	    {&change->before, &shown->before.value}, {&change->after, &shown->after.value}};

	add_text(w->out, head->action_text);
	add_text(w->out, head->previous_address);
	return write_import(w, change, &shown->head) && walk(w, places);
}

/* NOLINTNEXTLINE(readability-function-size): a change, what is shown of it, and where it goes */
bool leaf_make(struct leaf_maker *maker, struct arena *scratch, enum leaf_kind kind,
    const struct change *change, const struct shown_change *shown, struct change_leaf *out,
    struct err *err)
{
	struct buf form;
	struct writer writer = {.maker = maker, .scratch = scratch, .out = &form};
	struct digest digest;

	maker->has_lists = false;
	buf_init(&maker->open_texts, scratch, FORM_BYTES_MAX);
	buf_init(&form, scratch, FORM_BYTES_MAX);
	write_address(&form, kind, &change->head);
	digest = digest_sha256(buf_str(&form));
	memcpy(out->address, digest.bytes, LEAF_ADDRESS_BYTES);
	buf_rewind(&form, 0);
	buf_add(&form, (struct str){(const char *)digest.bytes, ADDRESS_PART});
	if (!write_change(&writer, change, shown) || form.overflow)
		return err_set(err, ERR_LIMIT, "'%.*s' is too large or too deep for a fingerprint",
		    STR_ARG(change->head.address));
	digest = digest_sha256(buf_str(&form));
	memcpy(out->value, digest.bytes, LEAF_VALUE_BYTES);
	return true;
}

int leaf_cmp(const struct change_leaf *a, const struct change_leaf *b)
{
	int order = (a->address[0] > b->address[0]) - (a->address[0] < b->address[0]);

	return order != 0 ? order : memcmp(a, b, sizeof(*a));
}

void leaf_letters(const struct change_leaf *leaf, char out[LEAF_TEXT_LEN])
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[sizeof(*leaf)];

	memcpy(bytes, leaf, sizeof(bytes));
	for (size_t i = 0, used = 0; i < sizeof(bytes); i += 3) {
		uint32_t group =
		    (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];

		for (int shift = 18; shift >= 0; shift -= 6)
			out[used++] = letters[group >> shift & 63];
	}
}

bool leaf_from_text(struct str text, struct change_leaf *out)
{
	char bytes[BASE64_BYTES_LEN(LEAF_TEXT_LEN)];
	size_t len;

	if (text.len != LEAF_TEXT_LEN || !base64_read(text, BASE64_URL, bytes, &len))
		return false;
	memcpy(out, bytes, sizeof(*out));
	return true;
}

void leaf_maker_open(struct leaf_maker *maker, struct str key)
{
	*maker = (struct leaf_maker){.key = key};
}
