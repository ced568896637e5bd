/*
 * hcl_literal.h: the value of an HCL expression that needs nothing but itself.
 *
 * Read are null, true, false, decimal numbers, quoted strings with all escapes of HCL (\n \r \t \"
 * \\ \uXXXX \UXXXXXXXX $${ %%{), literals in "${ }", parentheses, and lists of all these.
 * Everything else (references, functions, operators, conditions, directives, heredocs, objects,
 * lists in lists) is no literal, although some of it would be constant, too: it is better called
 * unknown than read wrongly.
 *
 * Limits: HCL_LITERAL_DEPTH_MAX brackets in each other, HCL_LITERAL_ITEMS_MAX items of a list.
 * Ownership: the arena. Layer: parser. Source: the HCL native syntax specification.
 */
#ifndef PARSER_HCL_LITERAL_H
#define PARSER_HCL_LITERAL_H

#include "base/value.h"
#include "parser/hcl_scan.h"

#define HCL_LITERAL_DEPTH_MAX 20
#define HCL_LITERAL_ITEMS_MAX 1000

/* The whole expression at scan->at, up to the end of its line or of the body it stands in; false
 * when that is no literal: then `at` stands somewhere in it. */
NODISCARD bool hcl_literal(struct arena *arena, struct hcl_scan *scan, struct value *out);

/* What stands between two quotes; false when it is no literal. */
NODISCARD bool hcl_literal_quoted(struct arena *arena, struct str inner, struct value *out);

#endif
