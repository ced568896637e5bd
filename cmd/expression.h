/*
 * expression.h: one expression and its variables -> an answer; what `policy eval` is made of.
 *
 * Errors: those of the expression are part of the answer. Ownership: the arena given; nothing of an
 * answer outlives it. Layer: cmd.
 */
#ifndef CMD_EXPRESSION_H
#define CMD_EXPRESSION_H

#include "policies/cel/trace.h"

struct question {
	struct str text, container;
	struct cel_variable variables[CEL_VARIABLES_MAX];
	struct value activation[CEL_VARIABLES_MAX];
	size_t variable_count;
	bool traced; /* with the evaluator that reports use */
};

/* Takes the place of an earlier one of that name; ERR_LIMIT over CEL_VARIABLES_MAX. */
NODISCARD bool question_add_variable(
    struct question *question, struct str name, struct value value, struct err *err);
/* All entries of a map; ERR_INVALID when it is none. */
NODISCARD bool question_add_variables(struct question *question, struct value map, struct err *err);

enum answer_kind {
	ANSWER_VALUE,
	ANSWER_ERROR,	/* problems */
	ANSWER_UNKNOWN, /* unknowns */
};

struct answer {
	enum answer_kind kind;
	struct value value;
	struct cel_problems problems;
	struct cel_unknowns unknowns;
};

struct answer expression_answer(
    struct arena *arena, struct cel_run *run, const struct question *question);

/*
 * A value as plain JSON on one line: bytes in base64, times and addresses as text, a type by its
 * name, an optional as its value or null, keys as text, and what JSON has no number for as "NaN",
 * "Infinity" and "-Infinity". ERR_LIMIT: too deep, or over the limit of `buf`; ERR_INVALID: two
 * keys of a map are the same text.
 */
NODISCARD bool expression_print(struct buf *buf, struct value value, struct err *err);

#endif
