/*
 * plan_record.h: what the index pass takes from one change while it walks over it.
 *
 * Errors: as plan_index.h. Layer: parser; for plan_index.c.
 */
#ifndef PARSER_PLAN_RECORD_H
#define PARSER_PLAN_RECORD_H

#include "parser/plan_still.h"

/* How many changes have marks that are no empty map. */
struct mark_trees {
	size_t before, after;
};

#define RECORD_MEMBERS 32

/* What stood behind a member in the record before. */
struct record_order {
	const void *table; /* of the names of this part of a record; NULL: nothing yet */
	struct str name;
	uint8_t member;
};

struct record_reader {
	struct cursor *cursor;
	const struct input *input;
	/* Types repeat: the hash of the last one saves most of the work. */
	char last_type[64];
	size_t last_type_len;
	uint64_t last_type_hash;
	struct mark_trees mark_trees;
	struct record_order order[RECORD_MEMBERS]; /* by member */
	struct span parts[RECORD_MEMBERS]; /* by member; those of `seen` are of this record */
	unsigned seen;
	bool tool_known; /* a provider's host told whose plan this is */
	enum tool tool;
};

/* The next element of a list of changes; the cursor stands before it. */
NODISCARD bool record_read(
    struct record_reader *reader, enum change_set set, struct change_entry *out, struct err *err);

/* What the change that was read last says; its record is at `offset`. Valid until the next one is
 * read. False: it no longer stands in memory. */
NODISCARD bool record_parts(
    const struct record_reader *reader, uint64_t offset, struct still_parts *out);

/* The next value as an output change; `offset` is where its key begins. */
NODISCARD bool record_read_output(struct record_reader *reader, uint64_t offset, struct str name,
    struct change_entry *out, struct err *err);

/* ERR_INVALID with the place: "'what' is a string, expected a list". */
bool record_wrong_kind(const struct record_reader *reader, const char *what, char kind,
    const char *expected, struct err *err);

/* Notes the tool by a provider's source address; false: it does not tell. */
bool record_note_provider(struct record_reader *reader, struct str provider);

#endif
