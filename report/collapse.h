/*
 * collapse.h: updates that say the same are told once.
 *
 * Updates with the same changed attributes and the same values before and after become one item,
 * whatever they are called; updates of one resource's instances with the same changed attributes
 * but other values become one item too; so do updates of which all changed attributes are noise
 * (attribute_change.noise). What is hidden and changed is never the same. Only plain updates: never
 * a destroy, replace, forget, move or import.
 *
 * Ownership: items and lists in the arena, pointing into the rows. Order: that of the first of
 * each; noise comes last. Time and memory: linear in rows and what they hold. Layer: report.
 */
#ifndef REPORT_COLLAPSE_H
#define REPORT_COLLAPSE_H

#include "report/detail.h"

struct arena;
struct buf;

#define COLLAPSE_WORDS ((size_t)400) /* bytes of the words about what is folded, about */

#define COLLAPSE_MIN   3 /* fewer are told one by one */

enum collapse {
	COLLAPSE_NOT,	/* a single change */
	COLLAPSE_SAME,	/* the same attributes with the same values */
	COLLAPSE_PATHS, /* the same attributes of one resource's instances */
	COLLAPSE_NOISE, /* only noise */
};

struct collapsed {
	enum collapse kind;
	const struct outcome_change *const *rows;
	size_t count;
	bool one_resource; /* all are instances of rows[0]'s type and name */
	bool one_type;
	/* of an item that is no single change; budgets ask for it again and again */
	struct str callout; /* the worst of all; empty: none */
	size_t more_callouts;
	size_t folded; /* attributes, of all members */
	struct str
	    folded_words; /* which ones and why, each once: "tags_all.x, etag: why; a: why not" */
};

struct collapsed_list {
	const struct collapsed *items;
	size_t count;
};

void collapse_updates(struct arena *arena, const struct outcome_change *rows, size_t count,
    struct collapsed_list *out);
/* The attributes that an item is about, without noise. */
void collapse_names(const struct collapsed *item, struct detail_names *out);
size_t collapse_count_folded(const struct outcome_change *const *rows, size_t count);
/* " and 97 folded attributes" behind those, behind "noise" ": 97 folded attributes"; nothing when
 * none of the members has any. */
void collapse_add_folded(struct buf *buf, const struct collapsed *item);
/* Is all that changes noise? Not when attributes were left out. */
bool collapse_is_noise(const struct outcome_change *change);

#endif
