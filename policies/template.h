/*
 * template.h: messages: text with ${ CEL } in it.
 *
 * "$${" writes a literal "${". An expression that is unknown prints "(known after apply)", one that
 * depends on a hidden value "(sensitive)", one that fails "(error: ...)"; a message never fails.
 * Evaluated over shown values only. Result: one line or several, at most TEMPLATE_MAX bytes,
 * control characters replaced. Ownership: the arenas given. Layer: policies.
 */
#ifndef POLICIES_TEMPLATE_H
#define POLICIES_TEMPLATE_H

#include "policies/cel/cel.h"

#define TEMPLATE_MAX ((size_t)4096)

struct policy_template; /* opaque */

NODISCARD bool template_compile(struct arena *arena, const struct cel_scope *scope, struct str text,
    struct policy_template **out, struct cel_problems *problems);
void template_free(struct policy_template *template);
bool template_mentions_variable(const struct policy_template *template, size_t variable);
bool template_mentions_field(
    const struct policy_template *template, size_t variable, struct str field);

struct str template_render(struct arena *arena, struct cel_run *run,
    const struct policy_template *template, const struct value *activation);

#endif
