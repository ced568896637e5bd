/*
 * hcl.h: finds blocks in a .tf file: a scanner, not a parser of expressions.
 *
 * Knows blocks with labels, nested blocks, strings with templates (${ ... "nested" ... }, %{ }),
 * heredocs (<<EOT, <<-EOT), comments (#, //, block comments), and positions. Attributes are skipped
 * over with brackets balanced. What it does not understand it skips to the next line at depth 0 and
 * goes on: a broken file gives the blocks before and after. Only where brackets do not match, a
 * line that begins with `resource "a" "b" {` and the like counts as a new start.
 *
 * Positions from 1; columns in code points. Limits: HCL_BYTES_MAX and HCL_BLOCKS_MAX a file; what
 * comes after them is not read.
 * Ownership: labels are views of the text. Layer: parser.
 */
#ifndef PARSER_HCL_H
#define PARSER_HCL_H

#include "base/str.h"

struct arena;

#define HCL_BYTES_MAX  ((size_t)4 << 20)
#define HCL_BLOCKS_MAX 20000

struct hcl_block {
	struct str type;      /* resource, data, module, backend, terraform, output, ... */
	struct str labels[2]; /* "aws_x", "y"; unquoted text, escapes left as they are */
	int label_count;      /* 0 to 2: those beyond are not kept */
	int depth;	      /* 0: top level; terraform { backend "s3" {} } is at depth 1 */
	int line, column;
	size_t body_from, body_to; /* bytes between the braces */
};

struct hcl_file {
	const struct hcl_block *blocks; /* in order of the file; nested up to depth 2 */
	size_t count;
	/* Brackets, strings, comments and heredocs end; else the blocks are a guess, and Terraform
	 * refuses the file (or it is deeper than anybody writes). */
	bool is_sound;
};

void hcl_scan(struct arena *arena, struct str text, struct hcl_file *out);

/* A top-level attribute of a body, when its value is a plain string without templates: the
 * backend's bucket and key, a module's source. Empty: not there, not constant, or with escapes. */
struct str hcl_string(struct str text, const struct hcl_block *block, const char *attribute);

/* All attributes of a body as a map: literals (parser/hcl_literal.h) as their values, everything
 * else unknown; of two of one name the first. The first 1,000 are read. */
struct value;
void hcl_attributes(
    struct arena *arena, struct str text, const struct hcl_block *block, struct value *out);

#endif
