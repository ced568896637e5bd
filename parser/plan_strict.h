/*
 * plan_strict.h: every byte of a JSON document checked as RFC 8259 has it (--strict-json).
 *
 * The index pass checks only the structure of what it skips. Here everything is read: small values
 * whole, large ones member by member, so that memory stays bounded by the largest leaf and by the
 * keys of the largest map.
 *
 * Errors: ERR_SYNTAX and ERR_LIMIT with line and column, ERR_IO. Layer: parser.
 */
#ifndef PARSER_PLAN_STRICT_H
#define PARSER_PLAN_STRICT_H

#include "parser/plan.h"

NODISCARD bool strict_check(const struct input *input, uint64_t offset, struct err *err);

#endif
