/*
 * diff_walk.h: what the parts of the diff (diff*.c) share: where the walk over both sides is, how a
 * row is added, lines and parts of views.
 *
 * A row that is added belongs to the place where the walk is. Texts in parts are cut to
 * DIFF_CELL_BYTES; more than DIFF_PARTS_MAX parts are counted, not kept. Comparing the items of
 * lists costs from a budget (`work`); when it is used up, lists are compared by position.
 *
 * Ownership: `arena` of the walk. Layer: report; for diff*.c only.
 */
#ifndef REPORT_DIFF_WALK_H
#define REPORT_DIFF_WALK_H

#include "base/json_read.h"
#include "report/diff.h"

struct diff_parts;

#define NO_ITEM		    UINT32_MAX
#define DIFF_CELL_BYTES	    ((size_t)65536)
#define DIFF_TEXT_DEPTH_MAX 3		       /* JSON in JSON in JSON */
#define DIFF_TEXT_MAX	    ((size_t)16 << 20) /* bytes of a text that is opened */
#define DIFF_WORK_MAX	    ((size_t)16 << 20) /* values looked at for alignments, a change */

/* One step down. */
struct diff_step {
	struct str key;		/* of a map; ptr NULL: an item of a list */
	uint32_t before, after; /* its positions; NO_ITEM: not there */
	const char *identity;	/* the key it is known by, NULL: its position */
	struct value name;	/* the value under that key */
	/* The only item on both sides, known by what both call it; else NULL. */
	const struct value *before_item, *after_item;
};

/* Rows of one attribute at the top: all, those that force, and those in which is called out. */
struct diff_share {
	size_t rows, forcing, called_out;
};

struct diff_walk {
	struct arena *arena;
	struct diff *out;
	size_t room; /* rows allocated */
	const struct shown_change *change;
	const struct noise *noise;
	bool names_only;	 /* no parts: they will not be kept */
	bool may_fold;		 /* false: nothing of this change is noise */
	bool is_network;	 /* a type with network rules */
	bool rest_of_rules;	 /* what a table of rules shows already gets no row */
	size_t text_depth;	 /* in how many texts the walk is */
	size_t decoded_depth;	 /* and how many of them are base64 */
	size_t work;		 /* of DIFF_WORK_MAX, what is left */
	struct value no_value;	 /* null: the other side of what comes or goes */
	struct diff_share share; /* of the attribute where the walk is */
	bool calls_out;		 /* the row that is added next does */
	size_t depth;
	struct diff_step steps[JSON_DEPTH_MAX];
};

/* --- diff.c --- */

void diff_pair(struct diff_walk *walk, const struct value *before, const struct value *after);
void diff_key(
    struct diff_walk *walk, struct str key, const struct value *before, const struct value *after);
bool diff_leaf_differs(const struct value *before, const struct value *after);
/* Rows added and those that did not fit: has anything been found? */
size_t diff_found(const struct diff_walk *walk);

/* NULL: there is no room for it, or it is left out. Values are null, `view` DIFF_VALUES. */
struct attribute_change *diff_add_row(
    struct diff_walk *walk, enum difference difference, bool unknown_after);
/* The same with a view. */
struct attribute_change *diff_add_view(struct diff_walk *walk, enum difference difference,
    enum diff_view view, const struct diff_parts *parts);
/* The view of a row. What is called out in it is never noise. */
void diff_set_view(
    struct attribute_change *row, enum diff_view view, const struct diff_parts *parts);
void diff_add_values(struct diff_walk *walk, const struct value *before, const struct value *after);

/* --- diff_path.c --- */

struct str diff_path_text(const struct diff_walk *walk);
bool diff_path_forces(const struct diff_walk *walk);

/* --- diff_lists.c --- */

void diff_list_pair(struct diff_walk *walk, const struct value *before, const struct value *after);

/* --- diff_sets.c --- */

/* Is what stands here a set by the schema of its provider? Where in doubt: no. */
bool diff_is_set_place(const struct diff_walk *walk);

/* --- diff_text.c --- */

/* JSON, several lines, base64. False: neither of them, nothing was added. */
bool diff_text_pair(struct diff_walk *walk, const struct value *before, const struct value *after);
/* A row that says in words what is different. */
void diff_add_remark(struct diff_walk *walk, struct str remark, bool is_noise);

/* --- diff_iam.c, diff_network.c --- */

bool diff_is_iam(const struct value *document);
/* Has it nothing but what the view of statements shows? Keys that IAM does not know would get lost
 * in it: such a document is shown as any other JSON. */
bool diff_iam_says_all(const struct value *document);
/* Documents that are parsed; one may be null. False: nothing was added, they do not read as such.
 */
bool diff_iam_pair(struct diff_walk *walk, const struct value *before, const struct value *after);
/* A row with no more than what is called out, for one that does not say all; maybe none. */
void diff_iam_call_out(
    struct diff_walk *walk, const struct value *before, const struct value *after);

/* Where `is_network`: the blocks of rules under the key where the walk is. False: it is none,
 * nothing was added. */
bool diff_network_blocks(
    struct diff_walk *walk, const struct value *before, const struct value *after);
/* Of a resource that is a rule: one table more. */
void diff_network_rule(
    struct diff_walk *walk, const struct value *before, const struct value *after);
/* Is it something of which a table might call something out? */
bool diff_network_may_tell(const struct diff_walk *walk);
/* Of a block that comes or goes what the table does not show. False: it is none. */
bool diff_network_rest(
    struct diff_walk *walk, const struct value *before, const struct value *after);
/* A port that is none: the table says "all" of it. */
bool diff_network_is_odd(struct str key, const struct value *before, const struct value *after);
/* Does the table say this already? */
bool diff_network_shows(const struct diff_walk *walk);

#endif
