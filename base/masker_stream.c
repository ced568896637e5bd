/* Streams of masker.h: what passes by in pieces. */
#include "base/masker.h"

#include <string.h>

#include "base/arena.h"
#include "base/size.h"

#define DASHES STR("-----")
/* Of a PEM block that goes on: its END may have begun. */
#define TAIL_MAX ((size_t)96)

void masker_stream_init(struct masker_stream *stream, struct arena *arena,
    const struct masker *masker, masker_emit *emit, void *context)
{
	*stream = (struct masker_stream){
	    .masker = masker, .arena = arena, .emit = emit, .context = context};
}

bool masker_stream_holds(const struct masker_stream *stream)
{
	return !stream->in_key && stream->held_len > stream->masked;
}

/* --- one text, which is all there is or the beginning of more --- */

struct pass {
	struct masker_stream *stream;
	struct str text;
	bool is_last;
	size_t done; /* bytes that are emitted or hidden */
	size_t keep; /* from here on it is held back */
};

static void emit_up_to(struct pass *pass, size_t to)
{
	if (to > pass->done)
		pass->stream->emit(pass->stream->context, str_from_to(pass->text, pass->done, to));
	pass->done = size_max(pass->done, to);
}

static void hide(struct pass *pass, size_t from, size_t to)
{
	bool joins = from < pass->done || (from == 0 && pass->stream->masked > 0);

	emit_up_to(pass, from);
	if (!joins && to > pass->done)
		pass->stream->emit(pass->stream->context, STR(MASKER_MARK));
	pass->done = size_max(pass->done, to);
}

/* The end of the PEM block, behind its last dashes. Another's END may stand in between. */
static bool key_end(const struct masker_stream *stream, struct str text, size_t *end)
{
	const struct str label = {stream->key_label, stream->key_label_len};
	struct str rest = text;
	size_t at;

	while (str_find(rest, STR("-----END "), &at)) {
		rest = str_skip(rest, at + 9);
		if (!str_eat(&rest, label) || !str_eat(&rest, DASHES))
			continue;
		*end = text.len - rest.len;
		return true;
	}
	return false;
}

/* Goes on behind the block, or takes all that is there. Returns where it went on. */
static size_t pass_key(struct pass *pass, size_t at)
{
	struct masker_stream *stream = pass->stream;
	struct str rest = str_skip(pass->text, at);
	size_t end;

	if (key_end(stream, rest, &end)) {
		stream->in_key = false;
		return pass->done = at + end;
	}
	if (stream->key_bytes + rest.len > MASKER_PEM_MAX) { /* no key is that long */
		stream->in_key = false;
		return pass->done = at + size_min(rest.len, MASKER_PEM_MAX - stream->key_bytes);
	}
	end = pass->is_last || rest.len < TAIL_MAX ? 0 : rest.len - TAIL_MAX;
	stream->key_bytes += end;
	pass->keep = pass->is_last ? pass->text.len : at + end;
	pass->done = pass->text.len;
	return pass->text.len;
}

enum label {
	LABEL_OPEN, /* a certificate, a public key, no label at all */
	LABEL_PRIVATE,
	LABEL_UNKNOWN, /* not all of it is here */
};

static enum label read_label(struct pass *pass, size_t at)
{
	struct str rest = str_skip(pass->text, at), label;
	size_t end;

	if (rest.len > MASKER_LABEL_MAX)
		rest.len = MASKER_LABEL_MAX;
	for (end = 0; end < rest.len; end++) {
		char c = rest.ptr[end];

		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' '))
			break;
	}
	label = str_from_to(rest, 0, end);
	rest = str_skip(rest, end);
	if (str_starts(rest, DASHES)) {
		if (!str_contains(label, STR("PRIVATE KEY")))
			return LABEL_OPEN;
		memcpy(pass->stream->key_label, label.ptr, label.len);
		pass->stream->key_label_len = label.len;
		return LABEL_PRIVATE;
	}
	/* all that is here so far could become one */
	if (!pass->is_last && rest.len < DASHES.len && str_starts(DASHES, rest) &&
	    end < MASKER_LABEL_MAX)
		return LABEL_UNKNOWN;
	return LABEL_OPEN;
}

/* Returns where the search goes on. */
static size_t take_key(struct pass *pass, const struct masker_match *match)
{
	switch (read_label(pass, match->to)) {
	case LABEL_OPEN:
		return match->to;
	case LABEL_UNKNOWN:
		pass->keep = size_min(pass->keep, match->from);
		return pass->text.len;
	case LABEL_PRIVATE:
		break;
	}
	hide(pass, match->from, match->to);
	pass->keep = pass->text.len;
	pass->stream->in_key = true;
	pass->stream->key_bytes = 0;
	return pass_key(pass, pass->done);
}

static void keep_rest(struct pass *pass)
{
	struct masker_stream *stream = pass->stream;
	struct str rest = str_skip(pass->text, pass->keep);

	stream->masked = pass->done > pass->keep ? pass->done - pass->keep : 0;
	if (rest.len > 0) /* is often a part of what is held already */
		memmove(stream->held, rest.ptr, rest.len);
	stream->held_len = rest.len;
}

/* After a key the search for what may go on begins anew. */
static size_t live_from(const struct pass *pass, size_t at)
{
	size_t live;

	if (pass->is_last)
		return pass->text.len;
	live = at + masker_live(pass->stream->masker, str_skip(pass->text, at));
	return size_max(live, at);
}

static void run(struct pass *pass)
{
	struct masker_stream *stream = pass->stream;
	struct masker_match match;
	size_t at = 0;

	pass->done = stream->masked;
	if (stream->in_key)
		at = pass_key(pass, 0);
	if (!stream->in_key)
		pass->keep = live_from(pass, at);
	while (!stream->in_key && at < pass->keep &&
	       masker_next(stream->masker, pass->text, at, &match) && match.from < pass->keep) {
		if (match.is_key) {
			at = take_key(pass, &match);
			if (!stream->in_key && at < pass->text.len)
				pass->keep = live_from(pass, at);
			continue;
		}
		hide(pass, match.from, match.to);
		at = match.to;
	}
	emit_up_to(pass, pass->keep);
}

/* Room for what is held and these bytes behind it. */
static char *room_for(struct masker_stream *stream, size_t more)
{
	size_t need = stream->held_len + more;

	if (need > stream->room) {
		size_t room = size_max(need, stream->room * 2);

		stream->held = arena_grow(stream->arena, stream->held, stream->room, room);
		stream->room = room;
	}
	return stream->held + stream->held_len;
}

void masker_stream_add(struct masker_stream *stream, struct str bytes)
{
	struct pass pass = {.stream = stream, .text = bytes};

	if (stream->held_len > 0) {
		memcpy(room_for(stream, bytes.len), bytes.ptr, bytes.len);
		pass.text = (struct str){stream->held, stream->held_len + bytes.len};
	}
	run(&pass);
	if (stream->held_len == 0 && pass.keep < pass.text.len)
		(void)room_for(stream, pass.text.len - pass.keep);
	keep_rest(&pass);
}

void masker_stream_release(struct masker_stream *stream)
{
	struct pass pass = {.stream = stream,
	    .text = {stream->held ? stream->held : "", stream->held_len},
	    .is_last = true};

	if (stream->held_len == 0 || stream->in_key)
		return;
	run(&pass);
	stream->held_len = stream->masked = 0;
}

void masker_emit_hidden(
    const struct masker *masker, struct str text, masker_emit *emit, void *context)
{
	struct masker_stream stream = {.masker = masker, .emit = emit, .context = context};
	struct pass pass = {.stream = &stream, .text = text, .is_last = true};

	run(&pass);
}
