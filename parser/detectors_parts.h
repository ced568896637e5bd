/*
 * detectors_parts.h: between the files of the detectors: the shapes, the names, the look of a
 * value. Included by parser/detectors*.c and parser/secrets_hide.c only. Layer: parser.
 */
#ifndef PARSER_DETECTORS_PARTS_H
#define PARSER_DETECTORS_PARTS_H

#include "parser/detectors.h"

/* Nothing shorter has a shape. */
#define SHAPE_MIN ((size_t)10)

static inline bool detector_is_on(const struct detectors *detectors, enum detector detector)
{
	return !detectors || !(detectors->off >> detector & 1);
}

/* detectors_filter.c. What to look for, together or alone: bits of its table. */
#define TEXT_SHAPES 0x77u
#define TEXT_NAMES  0x88u
/* False: none of these parts stands anywhere in the text. True says little. */
bool text_may_hold(struct str text, unsigned parts);

/* detectors_shapes.c */
bool shape_find(
    const struct detectors *detectors, struct str text, size_t start, struct detection *out);

/* What a name says of the value under it. */
enum name_class {
	NAME_PLAIN,
	NAME_WEAK,     /* "auth", "secret_version": random-looking text is a secret */
	NAME_KEY,      /* "signing_key": text that may be a key is a secret */
	NAME_SECRET,   /* "client_secret": all but references */
	NAME_PASSWORD, /* numbers, too */
};

/* detectors_names.c */
enum name_class name_classify(struct str name);
/* "namespace", "user_id": under the name of a secret this is still none. */
bool name_describes(struct str name, bool is_of_map);
/* False: no part of this text is a name of another class than NAME_PLAIN. */
bool name_may_stand_in(struct str text);

/* detectors_lines.c: `password = "..."` in a text of lines, as Terraform prints a plan; the same
 * text when there is none. */
struct str hide_named(struct arena *arena, const struct detectors *detectors, struct str text);

/* detectors_looks.c: nothing that a reader of the plan must not know: empty, a word, a reference.
 */
bool looks_like_reference(struct str text);
bool looks_like_key(struct str text);
bool looks_random(struct str text);
bool looks_like_aws_secret(struct str text);
/* base64 of a text: the text, in `arena`; false when it is none. */
bool may_hold_encoded(struct str json); /* By its letters and length only. */
bool looks_like_base64(struct str text);
/* a string of JSON text that may be base64 */
bool looks_like_encoded_text(struct arena *arena, struct str text, struct str *out);

#endif
