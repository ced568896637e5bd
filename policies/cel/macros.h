/*
 * macros.h: calls that are no calls: their arguments are names or places, not values.
 *
 * Source: the CEL language definition and the extensions of its reference implementation (bindings,
 * optional, two-variable comprehensions, block); policies design, 2, for our own. The table of
 * their documentation is cel_macro_docs (function.h). Layer: policies.
 */
#ifndef POLICIES_CEL_MACROS_H
#define POLICIES_CEL_MACROS_H

#include "policies/cel/parse.h"

/* `call` was just made. If it is a macro's, it becomes what the macro stands for (ast.h); NULL
 * after an error: a variable that is no simple name, an argument that is no path. */
struct cel_node *cel_macro_expand(struct cel_parser *parser, struct cel_node *call);

#endif
