/*
 * diff_sketch.h: the diff of two JSON texts as one line that a table of tests can hold.
 *
 *	~a.b! -c            rows: + - ~, '!' behind what forces a replacement
 *	~a{- "x"; + "y"}    parts of a view; level as '>' before the cell, cells of a rule as a|b|c
 *	~a(why)             noise
 *	~a@ ~b@64           in text, in base64
 *
 * "HIDDEN", "HIDDEN!" (changed) and "UNKNOWN" in the JSON stand for those kinds; a text that begins
 * with "TEXT:" in `value` stands for JSON text that was opened (SHOWN_JSON_TEXT).
 */
#ifndef TESTS_SUPPORT_DIFF_SKETCH_H
#define TESTS_SUPPORT_DIFF_SKETCH_H

#include "report/diff.h"

struct diff_case {
	const char *type;	    /* NULL: none */
	const char *before, *after; /* JSON */
	const char *replace_paths;  /* NULL: none */
	const char *noise; /* a path that is, for the reason "why"; NULL: none but built-in ones */
	bool names_only;
	enum action action; /* 0 is a delete: nothing is folded */
};

struct value diff_value(struct arena *arena, const char *json);
void diff_of(struct arena *arena, const struct diff_case *in, struct diff *out);
struct str diff_sketch(struct arena *arena, const struct diff *diff);

/* A row of a table: prints its label and both texts when they differ. */
void diff_expect(const char *label, const struct diff_case *in, const char *want);

#endif
