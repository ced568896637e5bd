/*
 * arithmetic.h: the operators that compute, as rows of cel_operators[] call them.
 *
 * Integers overflow into an error value, doubles into infinities. Layer: policies; part of
 * function.h.
 */
#ifndef POLICIES_CEL_ARITHMETIC_H
#define POLICIES_CEL_ARITHMETIC_H

#include "policies/cel/function.h"

struct value cel_add(struct cel_run *run, const struct value *args, size_t count);
struct value cel_subtract(struct cel_run *run, const struct value *args, size_t count);
struct value cel_multiply(struct cel_run *run, const struct value *args, size_t count);
struct value cel_divide(struct cel_run *run, const struct value *args, size_t count);
struct value cel_modulus(struct cel_run *run, const struct value *args, size_t count);
struct value cel_negate(struct cel_run *run, const struct value *args, size_t count);

#endif
