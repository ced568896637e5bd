/* detectors_mark() and leaks_collect(), declared in detectors.h. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/regex.h"
#include "base/size.h"
#include "parser/detectors_parts.h"
#include "parser/path.h"
#include "parser/redact.h"

#define TEXT_LEVELS_MAX 6 /* JSON inside JSON inside JSON ... */
#define JSON_TEXT_MIN	((size_t)8)
#define KEY_SHAPE_MIN	((size_t)16)
#define PATH_BYTES_MAX	((size_t)1 << 16)

#define DETECTED	(VALUE_DETECTED | VALUE_HAS_DETECTED)

struct search {
	struct arena *arena;
	const struct detectors *detectors;
};

/* Where a value stands. */
struct place {
	enum name_class name;
	bool is_env;   /* the name is that of its sibling */
	bool is_above; /* the name is that of a map around it: "passwords" */
	enum name_class above;
	bool weak;    /* under something suspicious */
	bool account; /* in the key file of a service account */
	uint8_t depth, texts;
	const struct value *map; /* the members around it */
	/* What stands here on the side that was looked at before. NULL: nothing, or another thing.
	 */
	const struct value *twin;
	/* Nothing was found in the whole of that side: what is the same needs no second look. */
	bool twin_is_clean;
};

static bool mark(
    const struct search *s, struct value value, const struct place *place, struct value *out);

static bool is_on(const struct search *s, enum detector detector)
{
	return detector_is_on(s->detectors, detector);
}

/* --- leaves --- */

/* Is one of the members an access key id? */
static bool has_access_key(const struct search *s, struct value map)
{
	struct detection found;

	for (uint32_t i = 0; i < map.len; i++) {
		struct str text = value_text(map.as.entries[i].value);

		if (text.len >= 16 && text.len <= 128 && text.ptr[0] == 'A' &&
		    shape_find(s->detectors, text, 0, &found) &&
		    found.detector == DETECTOR_AWS_ACCESS_KEY)
			return true;
	}
	return false;
}

static bool has_masks(const struct search *s)
{
	return s->detectors && s->detectors->mask_count > 0;
}

static bool is_masked(const struct search *s, struct str text)
{
	for (size_t i = 0; i < s->detectors->mask_count; i++) {
		struct err err = {0};
		bool matched;

		/* one that gives up has not said no */
		if (!regex_matches(s->detectors->masks[i], text, &matched, &err) || matched)
			return true;
	}
	return false;
}

static bool is_secret_by_name(const struct search *s, struct str text, const struct place *place)
{
	enum detector detector = place->is_env ? DETECTOR_ENV_VALUE : DETECTOR_ATTRIBUTE_NAME;

	switch (place->name) {
	case NAME_PASSWORD:
	case NAME_SECRET:
		if (is_on(s, detector) && !looks_like_reference(text))
			return true;
		break;
	case NAME_KEY:
		if (is_on(s, detector) && looks_like_key(text))
			return true;
		break;
	case NAME_WEAK:
	case NAME_PLAIN:
		break;
	}
	return (place->weak || place->name != NAME_PLAIN) && is_on(s, DETECTOR_ENTROPY) &&
	       looks_random(text);
}

static bool mark_json(
    const struct search *s, struct str text, const struct place *place, struct value *out);
static bool is_json_text(struct str text);

/* Whoever shows the difference of two texts in base64 shows what they hold. */
static bool encoded_is_secret(const struct search *s, struct str text, const struct place *place)
{
	struct arena_mark mark = arena_save(s->arena);
	struct detection found;
	struct value tree;
	struct str inside;
	bool is_secret = looks_like_encoded_text(s->arena, text, &inside) &&
			 (shape_find(s->detectors, inside, 0, &found) ||
			     (has_masks(s) && is_masked(s, inside)) ||
			     (is_json_text(inside) && mark_json(s, inside, place, &tree)));

	arena_rewind(s->arena, mark);
	return is_secret;
}

static bool holds_shape(const struct search *s, struct str text)
{
	struct detection found;

	return text.len >= SHAPE_MIN && shape_find(s->detectors, text, 0, &found);
}

static bool text_is_secret(const struct search *s, struct str text, const struct place *place)
{
	if ((place->name != NAME_PLAIN || place->weak) && is_secret_by_name(s, text, place))
		return true;
	if (looks_like_aws_secret(text) && is_on(s, DETECTOR_AWS_SECRET_KEY) && place->map &&
	    has_access_key(s, *place->map))
		return true;
	if (place->account && is_on(s, DETECTOR_GCP_SERVICE_ACCOUNT) && text.len > 0)
		return true;
	return holds_shape(s, text) || encoded_is_secret(s, text, place) ||
	       (has_masks(s) && is_masked(s, text));
}

static struct str without_mark(struct str text)
{
	(void)str_eat(&text, STR("\xef\xbb\xbf"));
	return text;
}

static bool is_json_text(struct str text)
{
	text = without_mark(text);
	if (text.len < JSON_TEXT_MIN || (unsigned char)text.ptr[0] > '{' ||
	    (text.ptr[0] > ' ' && text.ptr[0] != '{' && text.ptr[0] != '['))
		return false;
	text = str_trim(text);
	return text.len >= JSON_TEXT_MIN &&
	       ((text.ptr[0] == '{' && text.ptr[text.len - 1] == '}') ||
		   (text.ptr[0] == '[' && text.ptr[text.len - 1] == ']'));
}

/* Most JSON text holds nothing that would be found in its tree: one look at its bytes tells, but
 * where escapes could hide something from it. */
static bool may_hold_secret(const struct search *s, struct str text, const struct place *place)
{
	struct detection found;
	size_t at;

	return place->weak || place->name != NAME_PLAIN || has_masks(s) ||
	       str_find_char(text, '\\', &at) || name_may_stand_in(text) ||
	       may_hold_encoded(text) || shape_find(s->detectors, text, 0, &found);
}

/* The string that opens at `at`; moves behind it. */
static struct str raw_string(struct str text, size_t *at)
{
	size_t from = ++*at;

	while (*at < text.len && text.ptr[*at] != '"')
		*at += text.ptr[*at] == '\\' && *at + 1 < text.len ? 2 : 1;
	*at = size_min(*at + 1, text.len);
	return str_from_to(text, from, size_max(*at - 1, from));
}

static size_t skip_blanks(struct str text, size_t at)
{
	while (at < text.len && text.ptr[at] && strchr(" \t\r\n", text.ptr[at]))
		at++;
	return at;
}

/* Does a secret stand behind the name that ends before `at`? */
static bool raw_member_is_secret(
    const struct search *s, struct str text, struct str name, size_t at)
{
	const struct place place = {.name = name_classify(name)};

	at = skip_blanks(text, at);
	if (place.name == NAME_PLAIN || at == text.len || text.ptr[at] != ':')
		return false;
	at = skip_blanks(text, at + 1);
	if (at == text.len || text.ptr[at] != '"') /* a list or map may hold anything */
		return at < text.len && strchr("[{", text.ptr[at]) && place.name >= NAME_SECRET;
	return is_secret_by_name(s, raw_string(text, &at), &place);
}

/*
 * Text that looks like JSON and cannot be read as one value: a key stands there twice, there are
 * several of them, or too many inside each other. Then its members are judged as they stand.
 */
static bool mark_unread(const struct search *s, struct str text, struct value *out)
{
	bool holds = holds_shape(s, text);

	for (size_t at = 0; at < text.len && !holds;) {
		struct str name;

		if (text.ptr[at] != '"') {
			at++;
			continue;
		}
		name = raw_string(text, &at);
		holds = raw_member_is_secret(s, text, name, at);
	}
	*out = value_string(text);
	out->marks |= DETECTED;
	return holds;
}

static bool is_twin(struct str text, const struct value *twin)
{
	return twin && twin->kind == VALUE_STRING && str_eq(text, value_text(*twin));
}

/* The tree of a JSON text, when it holds a secret and shows it as one. */
static bool mark_json(
    const struct search *s, struct str text, const struct place *place, struct value *out)
{
	struct jsonr reader = {0};
	struct place inside = *place;
	struct value tree;
	struct err err = {0};

	if (!may_hold_secret(s, text, place))
		return false;
	if (place->texts >= TEXT_LEVELS_MAX ||
	    !jsonr_read(s->arena, without_mark(text), &reader, &tree, &err))
		return mark_unread(s, text, out);
	inside.texts++;
	inside.twin = NULL;
	if (!mark(s, tree, &inside, out))
		return false;
	out->tag = is_twin(text, place->twin) ? SHOWN_JSON_SAME : SHOWN_JSON_TEXT;
	return true;
}

/* A policy, as most JSON texts: no name, no shape, nothing that hides one. */
static bool is_open_json(const struct search *s, struct str text, const struct place *place)
{
	size_t at;

	return !place->weak && place->name == NAME_PLAIN && !place->account && !has_masks(s) &&
	       !text_may_hold(text, TEXT_SHAPES | TEXT_NAMES) && !str_find_char(text, '\\', &at) &&
	       !may_hold_encoded(text);
}

static bool mark_text(
    const struct search *s, struct value value, const struct place *place, struct value *out)
{
	struct str text = value_text(value);

	if (is_json_text(text)) {
		if (is_open_json(s, text, place))
			return false;
		if (mark_json(s, text, place, out))
			return true;
	}
	if (!text_is_secret(s, text, place))
		return false;
	*out = value;
	out->marks |= DETECTED;
	return true;
}

/* --- maps --- */

static bool sibling_name(struct value map, struct place *place)
{
	static const char *const names[] = {"name", "key"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct value *name = value_get_c(map, names[i]);

		if (name && name->kind == VALUE_STRING) {
			place->name = name_classify(value_text(*name));
			place->is_env = true;
			return place->name != NAME_PLAIN;
		}
	}
	return false;
}

static bool is_service_account(struct value map)
{
	return str_is(value_get_str(map, "type"), "service_account");
}

static bool key_is_secret(const struct search *s, struct str key)
{
	struct detection found;

	return key.len >= KEY_SHAPE_MIN && shape_find(s->detectors, key, 0, &found);
}

/* What is said of every member by the map itself. */
static struct place place_inside(const struct value *map, const struct place *outside)
{
	return (struct place){
	    .weak = outside->weak || outside->name >= NAME_SECRET,
	    .above = outside->name >= NAME_SECRET ? outside->name : NAME_PLAIN,
	    .depth = (uint8_t)(outside->depth + 1),
	    .texts = outside->texts,
	    .map = map,
	};
}

static void name_place(const struct value_entry *entry, struct place *place)
{
	struct str key = value_text(entry->key);

	place->is_env = place->account = place->is_above = false;
	if (str_is(key, "value") && sibling_name(*place->map, place))
		return;
	place->name = name_classify(key);
	if (place->name < NAME_SECRET && place->above != NAME_PLAIN &&
	    !name_describes(
		key, entry->value.kind == VALUE_MAP || entry->value.kind == VALUE_LIST)) {
		place->name = place->above;
		place->is_above = true;
	}
	if (str_is(key, "private_key"))
		place->account = is_service_account(*place->map);
}

/* The member on the other side; usually it stands at the same place of its map. */
static const struct value_entry *twin_of(
    const struct value *map, uint32_t i, const struct value_entry *entry)
{
	const struct value_entry *twin;

	if (!map || map->kind != VALUE_MAP || i >= map->len)
		return NULL;
	twin = &map->as.entries[i];
	return str_eq(value_text(twin->key), value_text(entry->key)) ? twin : NULL;
}

/*
 * What is said of a member, but of those whose neighbours have a say, is said by the names above
 * it: the same on both sides.
 */
static bool says_the_same(const struct value_entry *twin)
{
	struct str key;

	if (!twin || (twin->value.marks & VALUE_SENSITIVE))
		return false;
	key = value_text(twin->key);
	return !str_is(key, "value") && !str_is(key, "private_key");
}

/* Is this what was looked at on the other side? */
static bool is_known_clean(const struct value *value, const struct place *place)
{
	const struct value *clean = place->twin;

	if (!clean || !place->twin_is_clean || clean->kind != value->kind)
		return false;
	if (value->kind == VALUE_INT)
		return true;
	/* that one is a secret beside an access key only, which may be new */
	return value->kind == VALUE_STRING && value->len == clean->len &&
	       memcmp(value->as.text, clean->as.text, value->len) == 0 &&
	       !looks_like_aws_secret(value_text(*value));
}

/* Nothing else can be a secret or hold one. */
static bool may_hold(const struct value *value)
{
	return (value->kind == VALUE_STRING || value->kind == VALUE_LIST ||
		   value->kind == VALUE_MAP || value->kind == VALUE_INT ||
		   value->kind == VALUE_NUMBER) &&
	       (value->len > 0 || value->kind == VALUE_INT);
}

static struct value_entry *copy_entries(const struct search *s, struct value map)
{
	struct value_entry *entries = arena_array(s->arena, struct value_entry, map.len);

	memcpy(entries, map.as.entries, map.len * sizeof(*entries));
	return entries;
}

static bool mark_map(
    const struct search *s, struct value map, const struct place *place, struct value *out)
{
	struct place inside = place_inside(&map, place);
	struct value_entry *entries = NULL;

	for (uint32_t i = 0; i < map.len; i++) {
		const struct value_entry *entry = &map.as.entries[i];
		const struct value_entry *twin = twin_of(place->twin, i, entry);
		struct value marked;

		if (!(twin && place->twin_is_clean) && key_is_secret(s, value_text(entry->key))) {
			*out = map;
			out->marks |= DETECTED;
			return true;
		}
		inside.twin = twin ? &twin->value : NULL;
		inside.twin_is_clean = place->twin_is_clean && says_the_same(twin);
		if (!may_hold(&entry->value) || is_known_clean(&entry->value, &inside))
			continue;
		name_place(entry, &inside);
		if (!mark(s, entry->value, &inside, &marked))
			continue;
		if (!entries)
			entries = copy_entries(s, map);
		entries[i].value = marked;
	}
	if (!entries)
		return false;
	*out = value_map_like(s->arena, map, entries);
	out->marks |= (uint8_t)(map.marks | VALUE_HAS_DETECTED);
	out->tag = map.tag;
	return true;
}

static bool mark_list(
    const struct search *s, struct value list, const struct place *place, struct value *out)
{
	struct place inside = *place;
	const struct value *other = place->twin;
	struct value *items = NULL;

	inside.depth++;
	if (other && other->kind != VALUE_LIST)
		other = NULL;
	for (uint32_t i = 0; i < list.len; i++) {
		bool is_paired =
		    other && i < other->len && !(other->as.items[i].marks & VALUE_SENSITIVE);
		struct value marked;

		inside.twin = is_paired ? &other->as.items[i] : NULL;
		if (is_known_clean(&list.as.items[i], &inside) ||
		    !mark(s, list.as.items[i], &inside, &marked))
			continue;
		if (!items) {
			items = arena_array(s->arena, struct value, list.len);
			memcpy(items, list.as.items, list.len * sizeof(*items));
		}
		items[i] = marked;
	}
	if (!items)
		return false;
	*out = list;
	out->as.items = items;
	out->marks |= VALUE_HAS_DETECTED;
	return true;
}

/* False: nothing was found, and nothing was allocated that stays. */
static bool mark(
    const struct search *s, struct value value, const struct place *place, struct value *out)
{
	if ((value.marks & VALUE_SENSITIVE) || place->depth >= JSON_DEPTH_MAX)
		return false;
	switch ((enum value_kind)value.kind) {
	case VALUE_STRING:
		return value.len > 0 && mark_text(s, value, place, out);
	case VALUE_INT:
	case VALUE_NUMBER:
		if (place->name != NAME_PASSWORD || place->is_above ||
		    !is_on(s, place->is_env ? DETECTOR_ENV_VALUE : DETECTOR_ATTRIBUTE_NAME))
			return false;
		*out = value;
		out->marks |= DETECTED;
		return true;
	case VALUE_LIST:
		return mark_list(s, value, place, out);
	case VALUE_MAP:
		return mark_map(s, value, place, out);
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_UNKNOWN:
	case VALUE_HIDDEN:
		break;
	}
	return false;
}

void detectors_mark(struct arena *arena, const struct detectors *detectors,
    const struct change *change, struct change *out)
{
	const struct search s = {.arena = arena, .detectors = detectors};
	struct place place = {.name = NAME_PLAIN};
	struct value marked;

	*out = *change;
	if (!change->has_values)
		return;
	/* of an output the name is all there is */
	if (change->head.type.len == 0)
		place.name = name_classify(change->head.address);
	if (mark(&s, change->before, &place, &marked))
		out->before = marked;
	else
		place.twin_is_clean = !(change->before.marks & VALUE_SENSITIVE);
	place.twin = &change->before;
	if (mark(&s, change->after, &place, &marked))
		out->after = marked;
}

/* --- leaks --- */

struct leak_walk {
	struct leaks *leaks;
	const struct detectors *detectors;
	struct leak leak;
	struct buf path;
};

/* The path of a walk goes into the row of the first detector; a leaf has one row. */
static void add_leak(struct leak_walk *walk, enum detector detector)
{
	struct leaks *leaks = walk->leaks;
	struct leak *leak;

	if (leaks->count == LEAKS_MAX) {
		leaks->left_out++;
		return;
	}
	if (leaks->count == leaks->room) {
		size_t room = size_max(16, leaks->room * 2);

		leaks->items = arena_grow(
		    leaks->arena, leaks->items, leaks->room * sizeof(*leak), room * sizeof(*leak));
		leaks->room = room;
	}
	leak = &leaks->items[leaks->count++];
	*leak = walk->leak;
	leak->detector = detector;
	leak->address = str_copy(leaks->arena, walk->leak.address);
	leak->path = str_copy(leaks->arena, buf_str(&walk->path));
}

static void leaf_leak(struct leak_walk *walk, struct value value)
{
	struct detection found = {.detector = DETECTOR_MASK};
	struct str text = value_text(value), inside;

	if (!shape_find(walk->detectors, text, 0, &found) &&
	    looks_like_encoded_text(walk->leaks->arena, text, &inside))
		(void)shape_find(walk->detectors, inside, 0, &found);
	if (found.detector != DETECTOR_MASK)
		add_leak(walk, found.detector);
}

static void walk_leaks(struct leak_walk *walk, struct value value, int depth)
{
	size_t len = walk->path.len;

	if (!(value.marks & VALUE_HAS_DETECTED) || depth > JSON_DEPTH_MAX)
		return;
	if (value.marks & VALUE_DETECTED) {
		leaf_leak(walk, value);
		return;
	}
	for (uint32_t i = 0; i < value.len; i++) {
		bool is_map = value.kind == VALUE_MAP;

		if (is_map)
			path_add_key(&walk->path, value_text(value.as.entries[i].key));
		else
			path_add_index(&walk->path, i);
		walk_leaks(walk, is_map ? value.as.entries[i].value : value.as.items[i], depth + 1);
		buf_rewind(&walk->path, len);
	}
}

void leaks_collect(struct leaks *leaks, const struct detectors *detectors,
    const struct change *marked, bool is_output)
{
	struct leak_walk walk = {.leaks = leaks,
	    .detectors = detectors,
	    .leak = {.address = marked->head.address, .is_output = is_output}};
	bool is_gone = marked->after.kind == VALUE_NULL;

	buf_init(&walk.path, leaks->arena, PATH_BYTES_MAX);
	walk_leaks(&walk, is_gone ? marked->before : marked->after, 0);
}
