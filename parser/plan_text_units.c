#include "parser/plan_text.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"

#define UNIT_SLOTS    4096 /* a power of two */
#define UNITS_MAX     1024 /* further units are read as the unit without a name */
#define STAMP_SAMPLES 20   /* lines that decide whether a CI system put a time before every line */

enum channel {
	CHANNEL_OUT,
	CHANNEL_ERR,
};
#define CHANNELS 2

struct unit {
	struct str name;
	struct buf text[CHANNELS];
};

struct splitter {
	struct arena *arena;
	size_t limit; /* no document is longer than the text */
	bool stamped, brackets;
	struct growing units; /* struct unit; the first is the one without a name */
	uint16_t slots[UNIT_SLOTS];
	size_t last; /* unit of the line before */
	struct growing failures;
};

static bool is_stamped(struct str text)
{
	size_t lines = 0, stamped = 0;
	struct str line;

	while (lines < STAMP_SAMPLES && str_line(&text, &line)) {
		if (line.len == 0)
			continue;
		lines++;
		stamped += wrapper_eat_timestamp(&line) ? 1 : 0;
	}
	return lines > 0 && stamped * 4 >= lines * 3;
}

/* Finds out whether there is any prefix at all: most texts are read in place. */
static bool is_wrapped(struct splitter *s, struct str text)
{
	bool wrapped = false;
	struct str line;

	while (text_line(&text, &line)) {
		if (line.len == 0 || (!s->stamped && !wrapper_may_begin(line)))
			continue;
		if (s->stamped)
			(void)wrapper_eat_timestamp(&line);
		if (line.len > 0 && line.ptr[0] == '[' && wrapper_is_bracket_unit(line))
			s->brackets = true;
		else if (wrapper_recognise(line, false).kind == WRAPPER_NONE)
			continue;
		wrapped = true;
		if (s->brackets)
			break;
	}
	return wrapped;
}

static size_t unit_add(struct splitter *s, struct str name)
{
	struct unit *unit = growing_add(s->arena, &s->units, struct unit);

	unit->name = name;
	for (int channel = 0; channel < CHANNELS; channel++)
		buf_init(&unit->text[channel], s->arena, s->limit);
	return s->units.count - 1;
}

static size_t unit_find(struct splitter *s, struct str name)
{
	const struct unit *units = s->units.items;
	size_t at = (size_t)hash_bytes(name) & (UNIT_SLOTS - 1);

	if (name.len == 0 || str_eq(units[s->last].name, name))
		return name.len == 0 ? 0 : s->last;
	while (s->slots[at]) {
		if (str_eq(units[s->slots[at]].name, name))
			return s->slots[at];
		at = (at + 1) & (UNIT_SLOTS - 1);
	}
	if (s->units.count >= UNITS_MAX)
		return 0;
	s->slots[at] = (uint16_t)unit_add(s, name);
	return s->slots[at];
}

static void add_line(struct splitter *s, struct str line)
{
	struct wrapper_line got = wrapper_recognise(line, s->brackets);
	struct unit *unit;
	struct buf *text;

	if (got.kind == WRAPPER_LOG)
		return;
	if (got.kind == WRAPPER_FAILED) {
		*growing_add(s->arena, &s->failures, struct wrapper_failure) =
		    (struct wrapper_failure){got.unit, got.text};
		return;
	}
	s->last = unit_find(s, got.unit);
	unit = (struct unit *)s->units.items + s->last;
	text = &unit->text[got.kind == WRAPPER_ERR ? CHANNEL_ERR : CHANNEL_OUT];
	buf_add(text, got.text);
	buf_addc(text, '\n');
}

static void collect(struct splitter *s, struct text_docs *out)
{
	const struct unit *units = s->units.items;
	struct text_doc *docs = arena_array(s->arena, struct text_doc, s->units.count * CHANNELS);
	size_t count = 0;

	for (size_t i = 0; i < s->units.count; i++) {
		bool follows = false;

		for (int channel = 0; channel < CHANNELS; channel++) {
			if (units[i].text[channel].len == 0)
				continue;
			docs[count++] = (struct text_doc){
			    .unit = units[i].name,
			    .text = buf_str(&units[i].text[channel]),
			    .follows = follows,
			};
			follows = true;
		}
	}
	*out = (struct text_docs){
	    .items = docs,
	    .count = count,
	    .units = s->units.count - 1,
	    .failures = s->failures.items,
	    .failure_count = s->failures.count,
	};
}

void text_split_units(struct arena *arena, struct str text, struct text_docs *out)
{
	struct splitter *s = arena_make(arena, struct splitter);
	struct str line;

	s->arena = arena;
	s->limit = text.len + 1;
	s->stamped = is_stamped(text);
	if (!is_wrapped(s, text) && !s->stamped) {
		struct text_doc *doc = arena_make(arena, struct text_doc);

		*doc = (struct text_doc){.unit = STR_EMPTY, .text = text};
		*out = (struct text_docs){.items = doc, .count = 1};
		return;
	}
	(void)unit_add(s, STR_EMPTY);
	while (str_line(&text, &line)) {
		if (s->stamped)
			(void)wrapper_eat_timestamp(&line);
		add_line(s, line);
	}
	collect(s, out);
}
