/*
 * json_read.h: JSON text -> struct value.
 *
 * RFC 8259, strictly: duplicate keys and invalid UTF-8 are refused, depth is limited, numbers keep
 * their lexeme unless they are INT (-0 is none: it would lose its sign). A lone surrogate escape
 * becomes U+FFFD and is counted (Terraform writes them for strings that were no UTF-8). Strings
 * without escapes are views of the text: it must outlive the value.
 *
 * Errors: ERR_SYNTAX with line and column (counted from the start of the text plus `origin`),
 * ERR_LIMIT over the depth. Layer: base.
 */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include "base/value.h"

#define JSON_DEPTH_MAX 200

struct jsonr {
	const char *file; /* for errors; may be NULL */
	int origin_line;  /* of the first byte; 0 counts as 1 */
	int origin_column;
	size_t lone_surrogates; /* out: how many were replaced */
	bool allow_trailing;	/* stop after one document ... */
	size_t end;		/* out: ... and say where (white space skipped) */
};

NODISCARD bool jsonr_read(
    struct arena *arena, struct str text, struct jsonr *reader, struct value *out, struct err *err);

#endif
