/*
 * diff_parts.h: the lines of a view, and what two lists of them have in common.
 *
 * Ownership: `arena`; cells may be views of the values. Layer: report; for diff*.c only.
 */
#ifndef REPORT_DIFF_PARTS_H
#define REPORT_DIFF_PARTS_H

#include "report/diff.h"

struct arena;

/* Grows up to DIFF_PARTS_MAX; remarks have a little room beyond, they are never left out first. */
struct diff_parts {
	struct arena *arena;
	struct diff_part *items;
	uint32_t count, room, left_out;
};

void diff_parts_add(struct diff_parts *parts, enum part_mark mark, int level, struct str cell);
void diff_parts_add_cells(
    struct diff_parts *parts, enum part_mark mark, const struct str *cells, size_t count);
void diff_parts_gap(
    struct diff_parts *parts, int level, size_t count, const char *one, const char *many);

/*
 * Printable and cut: what nobody could see is written \u202e. Tabs and backslashes stay; `exact`:
 * they are escaped, too, and so is a blank at the end: no two texts look the same.
 */
struct str diff_cell(struct arena *arena, struct str text, bool exact);
/* A value as JSON would write it; DIFF_SENSITIVE_CHANGED where it is. */
struct str diff_value_cell(struct arena *arena, const struct value *value);

/* A line of a text, an item of a list, a member of a set. */
struct diff_line {
	struct str text;	   /* what it is compared by */
	const struct value *value; /* what is shown of it; NULL: the text */
	uint8_t kind;		   /* of the value: "1" is not 1 */
	bool is_apart;		   /* equals nothing: unknown, or hidden and changed */
};

struct diff_lines {
	struct diff_line *items;
	size_t count;
};

struct diff_line diff_value_line(struct arena *arena, const struct value *value);
struct str diff_line_cell(struct arena *arena, const struct diff_line *line, bool exact);

/* The same number for lines that are equal, on both sides. */
struct diff_numbers {
	uint32_t *before, *after;
	size_t count; /* how many different ones */
};
void diff_number_lines(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, struct diff_numbers *out);

/* What is on one side only; as often as it is there more often. */
struct diff_marks {
	bool *removed, *added; /* of each line */
	size_t removed_count, added_count;
};
/* Without order: members of a set. */
void diff_members(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, struct diff_marks *out);
/*
 * In order: a shortest script, after Myers ("An O(ND) difference algorithm", 1986), bounded: beyond
 * DIFF_EDITS_MAX edits or DIFF_SCRIPT_WORK steps what is left is all removed and all added.
 */
#define DIFF_EDITS_MAX	 400
#define DIFF_SCRIPT_WORK ((size_t)4 << 20)
void diff_script(struct arena *arena, const struct diff_lines *before,
    const struct diff_lines *after, struct diff_marks *out);

/* Both sides with their marks, in order, DIFF_CONTEXT same ones around each change. */
#define DIFF_CONTEXT 2
struct diff_text {
	struct diff_lines before, after;
	struct diff_marks marks;
	size_t head, tail;	/* more lines that are the same, left out at both ends */
	const char *one, *many; /* "line", "lines" */
	bool is_text;		/* lines of a text: they stand without quotes */
};
/* Does a line that goes look like another one that comes? Of texts; then all lines are exact. */
bool diff_looks_same(struct arena *arena, const struct diff_text *text);
void diff_parts_add_text(struct diff_parts *parts, const struct diff_text *text);
/* What goes, then what comes; `same`: and what stays, else it is counted. */
void diff_parts_add_members(
    struct diff_parts *parts, int level, const struct diff_text *text, bool same);

#endif
