#include "parser/secrets.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"

/* Two bits per hash of the first 8 bytes (a Bloom filter): nearly all positions of a text end here.
 */
#define FILTER_BITS  21
#define BUCKETS_BITS 16
#define ESCAPED_MAX  (SECRET_MAX * 6)

struct secret {
	struct str text;
	uint32_t next; /* index + 1 of the next one in the same bucket, until sealed */
	uint32_t
	    prefix; /* sealed: index + 1 of the longest other secret that this one begins with */
};

struct secrets {
	struct arena *arena;
	struct secret *items; /* sealed: in byte order */
	size_t count, room;
	uint64_t *filter;  /* 2^FILTER_BITS bits */
	uint32_t *buckets; /* 2^BUCKETS_BITS, by the whole text, index + 1; to find repeated ones */
	bool full, sealed;
};

struct secrets *secrets_new(struct arena *arena)
{
	struct secrets *secrets = arena_make(arena, struct secrets);
	secrets->arena = arena;
	return secrets;
}

size_t secrets_count(const struct secrets *secrets)
{
	return secrets->count;
}

bool secrets_full(const struct secrets *secrets)
{
	return secrets->full;
}

static inline uint64_t hash_head(const char *bytes)
{
	uint64_t head;
	memcpy(&head, bytes, sizeof(head));
	return head * 0x9E3779B97F4A7C15u;
}

static inline uint64_t first_bit(uint64_t hash)
{
	return hash >> (64 - FILTER_BITS);
}

static inline uint64_t second_bit(uint64_t hash)
{
	return (hash >> (64 - 2 * FILTER_BITS)) & ((UINT64_C(1) << FILTER_BITS) - 1);
}

static inline bool filter_bit(const struct secrets *secrets, uint64_t bit)
{
	return (secrets->filter[bit / 64] >> (bit % 64)) & 1;
}

static inline bool filter_has(const struct secrets *secrets, uint64_t hash)
{
	return filter_bit(secrets, first_bit(hash)) && filter_bit(secrets, second_bit(hash));
}

static void filter_add(struct secrets *secrets, uint64_t hash)
{
	uint64_t first = first_bit(hash), second = second_bit(hash);

	secrets->filter[first / 64] |= UINT64_C(1) << (first % 64);
	secrets->filter[second / 64] |= UINT64_C(1) << (second % 64);
}

/* The longest secret that the text begins with. */
static const struct secret *find_at(const struct secrets *secrets, struct str text)
{
	size_t low = 0;
	size_t high = secrets->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (str_cmp(secrets->items[middle].text, text) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* What begins the text stands before it in byte order, and so does all that it begins with.
	 */
	size_t at = low;
	while (at > 0 && !str_starts(text, secrets->items[at - 1].text))
		at = secrets->items[at - 1].prefix;
	return at > 0 ? &secrets->items[at - 1] : NULL;
}

static bool is_known(const struct secrets *secrets, struct str text, uint32_t bucket)
{
	uint32_t at = secrets->buckets[bucket];
	while (at > 0 && !str_eq(secrets->items[at - 1].text, text))
		at = secrets->items[at - 1].next;
	return at > 0;
}

static void make_room(struct secrets *secrets)
{
	if (!secrets->filter) {
		secrets->filter =
		    arena_array(secrets->arena, uint64_t, ((size_t)1 << FILTER_BITS) / 64);
		secrets->buckets = arena_array(secrets->arena, uint32_t, (size_t)1 << BUCKETS_BITS);
	}
	if (secrets->count < secrets->room)
		return;
	size_t room = secrets->room ? secrets->room * 2 : 64;
	secrets->items = arena_grow(secrets->arena, secrets->items,
	    secrets->room * sizeof(struct secret), room * sizeof(struct secret));
	secrets->room = room;
}

static void add_exact(struct secrets *secrets, struct str text)
{
	if (text.len < SECRET_MIN || text.len > SECRET_MAX)
		return;
	make_room(secrets);
	uint32_t bucket = (uint32_t)(hash_bytes(text) >> (64 - BUCKETS_BITS));
	if (is_known(secrets, text, bucket))
		return;
	if (secrets->count == SECRETS_MAX) {
		secrets->full = true;
		return;
	}
	filter_add(secrets, hash_head(text.ptr));
	secrets->items[secrets->count] = (struct secret){
	    .text = str_copy(secrets->arena, text), .next = secrets->buckets[bucket]};
	secrets->buckets[bucket] = (uint32_t)++secrets->count;
}

static int secret_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct secret *)a)->text, ((const struct secret *)b)->text);
}

void secrets_seal(struct secrets *secrets)
{
	if (secrets->sealed || secrets->count == 0)
		return;
	secrets->sealed = true;
	qsort(secrets->items, secrets->count, sizeof(struct secret), secret_cmp);
	for (size_t i = 0; i < secrets->count; i++) {
		size_t at = i; /* index + 1 of the one before */
		while (at > 0 && !str_starts(secrets->items[i].text, secrets->items[at - 1].text))
			at = secrets->items[at - 1].prefix;
		secrets->items[i].prefix = (uint32_t)at;
	}
}

/* How a quoted string shows a character: as terraform prints it, or as its jsonencode() writes it.
 */
struct escapes {
	const char *of[256];
};

#define QUOTED ['\n'] = "\\n", ['\r'] = "\\r", ['\t'] = "\\t", ['"'] = "\\\"", ['\\'] = "\\\\"

static const struct escapes printed = {{QUOTED}};
static const struct escapes encoded = {
    {QUOTED, ['<'] = "\\u003c", ['>'] = "\\u003e", ['&'] = "\\u0026"}};

static void add_escaped(struct secrets *secrets, struct str text, const struct escapes *escapes)
{
	size_t plain = 0;
	struct buf buf;

	while (plain < text.len && !escapes->of[(unsigned char)text.ptr[plain]])
		plain++;
	if (plain == text.len || text.len > SECRET_MAX)
		return;
	buf_init(&buf, secrets->arena, ESCAPED_MAX);
	for (size_t i = 0; i < text.len; i++) {
		const char *escape = escapes->of[(unsigned char)text.ptr[i]];

		if (escape)
			buf_adds(&buf, escape);
		else
			buf_addc(&buf, text.ptr[i]);
	}
	add_exact(secrets, buf_str(&buf));
}

/* A text of several lines is printed as a heredoc, each line behind an indentation of its own. */
static void add_lines(struct secrets *secrets, struct str text)
{
	struct str rest = text;
	struct str line;
	size_t at;

	if (!str_find_char(text, '\n', &at))
		return;
	while (str_line(&rest, &line)) {
		line = str_trim(line);
		if (line.len >= SECRET_LINE_MIN)
			add_exact(secrets, line);
	}
}

void secrets_add(struct secrets *secrets, struct str secret)
{
	add_exact(secrets, secret);
	add_escaped(secrets, secret, &printed);
	add_escaped(secrets, secret, &encoded);
	add_lines(secrets, secret);
}

/* Depth is bounded by the reader (JSON_DEPTH_MAX). */
static void collect(struct secrets *secrets, struct value value, bool inside)
{
	char digits[24];
	struct str number;

	inside = inside || (value.marks & VALUE_SENSITIVE);
	if (!inside && !(value.marks & VALUE_HAS_SENSITIVE))
		return;
	if (value.kind == VALUE_STRING && inside)
		secrets_add(secrets, value_text(value));
	if (inside && value_as_number_text(value, digits, &number))
		add_exact(secrets, number);
	if (value.kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value.len; i++)
			collect(secrets, value.as.items[i], inside);
	}
	if (value.kind == VALUE_MAP) {
		for (uint32_t i = 0; i < value.len; i++)
			collect(secrets, value.as.entries[i].value, inside);
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

/* The next secret at or after *at; moves *at to it. */
static const struct secret *find_next(const struct secrets *secrets, struct str text, size_t *at)
{
	if (secrets->count == 0 || text.len < SECRET_MIN)
		return NULL;
	for (size_t i = *at; i + SECRET_MIN <= text.len; i++) {
		uint64_t hash = hash_head(text.ptr + i);
		if (LIKELY(!filter_has(secrets, hash)))
			continue;
		const struct secret *found = find_at(secrets, str_skip(text, i));
		if (found) {
			*at = i;
			return found;
		}
	}
	return NULL;
}

bool secrets_are_in(const struct secrets *secrets, struct str text)
{
	size_t at = 0;
	return find_next(secrets, text, &at) != NULL;
}

/* Secrets may overlap: what begins inside one that was found is hidden with it. Returns its end. */
static size_t end_of_secrets(
    const struct secrets *secrets, struct str text, size_t at, const struct secret *found)
{
	size_t end = at + found->text.len;

	for (size_t next = at + 1; next < end && next + SECRET_MIN <= text.len; next++) {
		if (!filter_has(secrets, hash_head(text.ptr + next)))
			continue;
		found = find_at(secrets, str_skip(text, next));
		if (found && next + found->text.len > end)
			end = next + found->text.len;
	}
	return end;
}

struct str secrets_hide(struct arena *arena, const struct secrets *secrets, struct str text)
{
	size_t at = 0;
	size_t done = 0;
	const struct secret *found = find_next(secrets, text, &at);
	struct buf buf;

	if (!found)
		return text;
	buf_init(&buf, arena, SIZE_MAX);
	for (; found; found = find_next(secrets, text, &at)) {
		buf_add(&buf, str_from_to(text, done, at));
		buf_adds(&buf, SHOWN_SENSITIVE);
		at = done = end_of_secrets(secrets, text, at, found);
	}
	buf_add(&buf, str_skip(text, done));
	return buf_str(&buf);
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
		struct value out = value;
		struct str duplicate;
		for (uint32_t i = 0; i < value.len; i++)
			entries[i] = (struct value_entry){value.as.entries[i].key,
			    hide(arena, secrets, value.as.entries[i].value)};
		/* The keys were unique before. */
		if (value_map(arena, entries, value.len, &out, &duplicate))
			out.marks |= value.marks;
		return out;
	}
	return value_hidden(true);
}

struct shown secrets_hide_value(
    struct arena *arena, const struct secrets *secrets, struct shown shown)
{
	if (secrets->count == 0)
		return shown;
	return (struct shown){hide(arena, secrets, shown.value)};
}
