/*
 * yaml.h: YAML 1.2 -> struct value with positions, through libfyaml.
 *
 * Scalars stay text: every scalar is a STRING whose tag says whether it was plain or quoted; the
 * table of settings decides types (legacy configurations need 000000, no and 1e5 as text).
 * yaml_scalar() applies the core schema where a type is wanted. Positions stand in a side table:
 * yaml_position() finds the line and column of a node by the address of its struct value inside the
 * tree (list item or entry key/value).
 *
 * A merge key (`<<: *base`, `<<: [*a, *b]`) adds the entries that the map itself does not have; of
 * two sources the earlier wins. What stands under an alias has the place of its anchor.
 *
 * The text is borrowed and has to live as long as the arena.
 * Limits: 4 MiB a file, depth 64, 1,000 anchors, 100,000 nodes after alias expansion. Duplicate
 * keys, a second document, unknown tags and anchors that contain themselves are errors. An empty
 * file is an empty map. Errors: ERR_SYNTAX and ERR_LIMIT with file, line and column. Layer: base.
 */
#ifndef BASE_YAML_H
#define BASE_YAML_H

#include "base/value.h"

struct arena;
struct err;

enum yaml_style {
	YAML_PLAIN = 1,
	YAML_QUOTED,
	YAML_BLOCK,  /* literal or folded */
	YAML_TAGGED, /* keep_tags: an unknown tag and what follows it, as they stand in the file */
};

struct yaml; /* the document: root and positions; lives in the arena */

struct yaml_place {
	int line, column; /* from 1 */
};

/* How the error text about a duplicate key ends. */
#define YAML_TWICE "stands here a second time"

NODISCARD bool yaml_read(struct arena *arena, const char *file, struct str text,
    const struct yaml **out, struct err *err);

/* A tag that a caller gives a meaning. */
struct yaml_tag {
	const char *name; /* "!unknown"; NULL ends the table */
	enum value_kind
	    kind;      /* UNKNOWN: stands instead of a value; STRING: marks the one behind it */
	uint8_t marks; /* enum value_mark, for the marked value */
};
struct yaml_read_options {
	const struct yaml_tag *tags; /* besides the core schema's; NULL: none */
	bool keep_tags; /* a scalar with an unknown tag is a YAML_TAGGED text, not an error */
};
NODISCARD bool yaml_read_with(struct arena *arena, const char *file, struct str text,
    const struct yaml_read_options *options, const struct yaml **out, struct err *err);

struct value yaml_root(const struct yaml *yaml);
const char *yaml_file(const struct yaml *yaml);
/* A line of the file, from 1, without its end; empty when there is none. */
struct str yaml_line(const struct yaml *yaml, int line);
size_t yaml_line_indent(struct str line);     /* the blanks it begins with */
bool yaml_line_says_nothing(struct str line); /* empty, or a comment alone */
/* Address of a node in the tree: an item of a list, the key or value of an entry, or NULL for the
 * root. */
struct yaml_place yaml_position(const struct yaml *yaml, const struct value *node);
/* The place of byte `at` of a block scalar's text in the file (its indentation is not in the text).
 */
struct yaml_place yaml_text_position(const struct yaml *yaml, const struct value *node, size_t at);

/*
 * A plain scalar by the YAML 1.2 core schema (null, bool, int, number), anything else as it is; so
 * are numbers that JSON could not write (.5, .inf, 007.5).
 */
struct value yaml_scalar(struct value node);

#endif
