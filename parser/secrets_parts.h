/*
 * secrets_parts.h: between the files of secrets.h. Included by parser/secrets*.c only. Layer:
 * parser.
 */
#ifndef PARSER_SECRETS_PARTS_H
#define PARSER_SECRETS_PARTS_H

#include "parser/secrets.h"

struct secrets {
	struct masker *masker;
	struct masker *own; /* secrets_add_own() */
	unsigned written;   /* bits by enum viewing: some secret would look different written so */
};

#define SECRET_DIGITS_MAX ((size_t)64)

/* The digits of a number that count, in `out`: of 12345678, 12345678.0 and 1.2345678e7 the same.
 * Empty for one with more than SECRET_DIGITS_MAX. */
struct str secret_digits(struct str number, char *out);

bool secret_has_digit_and_letter(struct str text);

/* --- secrets_views.c --- */

/*
 * The text that a text stands for when somebody has written it once more: in JSON, in an address,
 * broken into lines. at[i] tells where byte i of it comes from; at[text.len] is the end.
 */
struct view {
	struct str text;
	uint32_t *at; /* NULL: byte i comes from place i */
};

enum viewing {
	VIEW_UNESCAPED, /* JSON: \\n, \\/, \\u0026 */
	VIEW_PERCENT,	/* %2F */
	VIEW_JOINED,	/* a line break and what stands before the next line are a blank */
	VIEW_MARKUP,	/* HTML, XML: &amp;, &#39;, &#x2F; */
	VIEW_QUOTED,	/* single quotes in YAML or SQL: '', and in a shell: '\'' */
	VIEW_TEMPLATE,	/* Terraform: $${ */
	VIEW_DIRECTIVE, /* Terraform: %%{ */
	VIEWINGS,
};

/* Without this character the text has no such view. */
char view_sign(enum viewing viewing);

/* False: it would be the same text, or it is too long (VIEW_MAX). */
bool view_make(
    struct arena *arena, enum viewing viewing, const struct view *from, struct view *out);

#endif
