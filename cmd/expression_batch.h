/*
 * expression_batch.h: questions as JSON lines, answers as JSON lines: `policy eval --batch`.
 *
 * Memory does not grow with the number of lines; an answer is written out before the next question
 * is waited for. Errors: ERR_IO; ERR_INVALID at the end when a line was no question.
 * Layer: cmd.
 */
#ifndef CMD_EXPRESSION_BATCH_H
#define CMD_EXPRESSION_BATCH_H

#include "cmd/app.h"
#include "cmd/expression.h"

struct err;

#define BATCH_LINE_MAX	 ((size_t)16 << 20)
#define BATCH_ANSWER_MAX ((size_t)16 << 20)

/* Every question starts as `first`: its variables, which those of a line replace by name. */
NODISCARD bool expression_batch(
    struct app *app, const struct question *first, bool typed, struct err *err);

/* {"value": ...}, {"error": ...} or {"unknown": [...]} without the braces; `typed` adds "typed". */
void expression_answer_fields(struct buf *buf, const struct answer *answer, bool typed);

#endif
