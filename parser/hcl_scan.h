/*
 * hcl_scan.h: walks over the statements of HCL text, balanced, without understanding expressions.
 *
 * Linear in the text, also when nothing in it ends. Layer: parser; for hcl.c.
 */
#ifndef PARSER_HCL_SCAN_H
#define PARSER_HCL_SCAN_H

#include "base/str.h"

struct hcl_scan {
	struct str text;
	size_t at;
	bool restarts;		/* brackets are known not to match: see hcl_starts_block() */
	bool in_attribute;	/* `at` stands in an expression that is to be skipped */
	bool no_comment_end;	/* no block comment ends any more */
	bool no_long_templates; /* one did not end: they end with their line */
	int lost_heredocs;
	bool is_broken; /* out: something was met that is no HCL, or is too deep */
};

enum hcl_event {
	HCL_BLOCK,     /* `at` is behind the opening brace */
	HCL_ATTRIBUTE, /* `at` is behind the = */
	HCL_CLOSE,     /* `at` is behind the closing brace */
	HCL_END,
};

struct hcl_statement {
	size_t from;	      /* where it begins */
	struct str name;      /* of the attribute, type of the block */
	struct str labels[2]; /* between the quotes */
	int label_count;
};

enum hcl_event hcl_next(struct hcl_scan *scan, struct hcl_statement *statement);

/* Is this line, from its first column, the beginning of a block of the top of a file? */
bool hcl_starts_block(struct str line);

/* Spaces, tabs and comments; with `lines` also line ends. */
void hcl_skip_blank(struct hcl_scan *scan, bool lines);
/* A quoted string at `at`: what stands between the quotes, and whether it is that to the letter: no
 * templates, no escapes. False when it does not end on its line. */
bool hcl_take_string(struct hcl_scan *scan, struct str *inner, bool *is_plain);

#endif
