/*
 * functions_format.h: string.format(), of the string extension.
 *
 * Clauses: %s %d %f %e %x %X %o %b %%, with a precision for %f and %e. Layer: policies; a row of
 * cel_string_functions[].
 */
#ifndef POLICIES_CEL_FUNCTIONS_FORMAT_H
#define POLICIES_CEL_FUNCTIONS_FORMAT_H

#include "policies/cel/function.h"

#define FORMAT_PRECISION_MAX 100

struct value cel_format(struct cel_run *run, const struct value *args, size_t count);

#endif
