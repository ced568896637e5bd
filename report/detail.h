/*
 * detail.h: one change attribute by attribute, as lines for the terminal and for a fence.
 *
 * "+ path: value", "- path: value", "~ path: before -> after", with "# forces replacement" where it
 * does; what forces a replacement first, what is only known after apply folded into one line of
 * names, and so is noise, with its reason. A view (attribute_change.view) follows the line of its
 * path, indented: what comes, goes and stays, rules as a table, '!' before what is called out.
 * Lines are printable and without line ends; they are not escaped for Markdown. Layer:
 * report.
 */
#ifndef REPORT_DETAIL_H
#define REPORT_DETAIL_H

#include "report/outcome.h"

struct buf;

#define DETAIL_VALUE_MAX 160 /* bytes of a value in one line of a list */

struct detail_text {
	char mark; /* '+', '-', '~', '!' (called out), '#' (a remark), or ' ' (the same, or a line
		      of Terraform's own text) */
	struct str text;
	/* Where it goes on in another line when one is too short: before "-> after" and before "#
	 * forces replacement"; 0: there is none. */
	size_t after, forces;
};
typedef bool detail_line(void *context, const struct detail_text *line); /* false: stop */

/*
 * How much is told of one change; what is over is counted. A create or delete is one of all its
 * attributes, of which few say much: it has numbers of its own.
 */
struct detail_limits {
	size_t rows, rows_of_all;   /* attributes: of an update, of a create or delete */
	size_t parts, parts_of_all; /* lines of a view */
	size_t value; /* bytes of a value; what is longer is cut around what differs */
	size_t names; /* bytes of a line of names */
};
/* What a page has room for where much else is to be told; and all there is (the limits of a diff,
 * ATTRIBUTES_MAX and DIFF_PARTS_MAX, are those of hostile input). */
extern const struct detail_limits detail_brief, detail_full;

/* False when the callback stopped it. `scratch` is rewound after each line: nothing that the
 * callback keeps may live there. */
bool detail_lines(struct arena *scratch, const struct outcome_change *change,
    const struct detail_limits *limits, detail_line *line, void *context);

/* What was opened to show the row: "JSON", "base64, decoded"; empty: nothing. */
struct str detail_opened(const struct attribute_change *row);

/* "ami, tags.Name and 3 more": names of what changes; empty for creates and deletes. Not escaped.
 */
struct detail_names {
	struct str names[3];
	size_t count, more;
};
void detail_changed_names(const struct outcome_change *change, struct detail_names *out);
/* The same of what forces the replacement. */
void detail_forcing_names(const struct outcome_change *change, struct detail_names *out);

#endif
