/*
 * masker.h: takes known secrets out of text, as a whole or while it passes by.
 *
 * Literals are collected, then sealed, then searched for all at once: a window of the shortest
 * one's length skips over the text (Wu and Manber), so that a few long ones cost less than reading.
 * The longest that begins at a place counts; overlapping ones are hidden as one. In a stream a
 * literal is found also when it comes in pieces: what may still become one, and nothing else, is
 * held back.
 *
 * Limits: literals of MASKER_MIN to MASKER_MAX bytes, MASKER_COUNT_MAX of them; shorter ones are
 * ignored, of further ones masker_full() tells. Ownership: the arena's, copies of the literals too.
 * Errors: none. Layer: base.
 */
#ifndef BASE_MASKER_H
#define BASE_MASKER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct masker; /* opaque */

#define MASKER_MARK	 "(sensitive)" /* stands in their place */

#define MASKER_MIN	 ((size_t)6)
#define MASKER_MAX	 ((size_t)65536)
#define MASKER_LINE_MIN	 ((size_t)12)
#define MASKER_COUNT_MAX ((size_t)131072)

struct masker *masker_new(struct arena *arena);

void masker_add(struct masker *masker, struct str literal);
/*
 * As a quoted string, terraform's jsonencode() and Markdown write it, and, of a text of several
 * lines, each line of MASKER_LINE_MIN bytes and more; beside the literal itself.
 */
void masker_add_written(struct masker *masker, struct str literal);
/* Also in base64, wherever in the encoded bytes it begins, and as part of an address. */
void masker_add_encoded(struct masker *masker, struct str literal);
/* Also as common encoders of addresses, JSON, HTML, YAML and shells write it: for text that passes
 * by, where nobody can look at what stands in what. */
void masker_add_passing(struct masker *masker, struct str literal);
/* PEM blocks of private keys, by their shape: from BEGIN to the END of the same label, at most
 * MASKER_PEM_MAX bytes. */
void masker_add_private_keys(struct masker *masker);

size_t masker_count(const struct masker *masker);
bool masker_full(const struct masker *masker);
/* Before the first search, after the last literal. */
void masker_seal(struct masker *masker);

/* --- text --- */

bool masker_is_in(const struct masker *masker, struct str text);
/* The same text when there is none in it, else a copy with MASKER_MARK in their place. */
struct str masker_hide(struct arena *arena, const struct masker *masker, struct str text);

/* --- streams --- */

#define MASKER_PEM_MAX	 ((size_t)65536)
#define MASKER_LABEL_MAX ((size_t)64) /* "OPENSSH PRIVATE KEY": none is longer */

/* Takes what may be shown, in order; at most all of it in pieces. */
typedef void masker_emit(void *context, struct str bytes);

struct masker_stream {
	const struct masker *masker;
	struct arena *arena;
	masker_emit *emit;
	void *context;

	char *held; /* may become a literal; its first `masked` bytes are hidden already */
	size_t held_len, masked, room;
	bool in_key; /* inside a PEM block, of which key_bytes were seen */
	size_t key_bytes;
	char key_label[MASKER_LABEL_MAX]; /* "RSA PRIVATE KEY": its end has it, too */
	size_t key_label_len;
};

void masker_stream_init(struct masker_stream *stream, struct arena *arena,
    const struct masker *masker, masker_emit *emit, void *context);
void masker_stream_add(struct masker_stream *stream, struct str bytes);
/* Is something held back that would be shown if nothing came? */
bool masker_stream_holds(const struct masker_stream *stream);
/* Lets it out; more may come. */
void masker_stream_release(struct masker_stream *stream);
/* The same without memory of its own, for one whole text. */
void masker_emit_hidden(
    const struct masker *masker, struct str text, masker_emit *emit, void *context);

/* --- for masker_stream.c --- */

struct masker_match {
	size_t from, to;
	bool is_key; /* the beginning of a PEM block, of any kind */
};
bool masker_next(const struct masker *masker, struct str text, size_t at, struct masker_match *out);
/* Where the longest end of the text begins that is the beginning of a literal; text.len: none. */
size_t masker_live(const struct masker *masker, struct str text);

#endif
