/*
 * template.h: messages: text with ${ CEL } in it.
 *
 * "$${" writes a literal "${". An expression that is unknown prints "(known after apply)", one that
 * depends on a hidden value "(sensitive)", one that fails "(error: ...)"; a message never fails.
 * Evaluated over shown values only. Ownership: the arenas given. Layer: policies.
 *
 * A message is made in two steps, because secrets that the plan does not mark where a rule reads
 * them are hidden between the two: a secret that was cut, or written in another way, is not found.
 * The text as made: at most TEMPLATE_MAX_RAW bytes; a value is in it whole or not at all.
 * The text for people: one line or several, at most TEMPLATE_MAX bytes, control characters
 * replaced.
 */
#ifndef POLICIES_TEMPLATE_H
#define POLICIES_TEMPLATE_H

#include "policies/cel/cel.h"

#define TEMPLATE_MAX	 ((size_t)4096)
#define TEMPLATE_MAX_RAW ((size_t)16384)

struct policy_template; /* opaque */

NODISCARD bool template_compile(struct arena *arena, const struct cel_scope *scope, struct str text,
    struct policy_template **out, struct cel_problems *problems);
void template_free(struct policy_template *template);
bool template_mentions_variable(const struct policy_template *template, size_t variable);
bool template_mentions_field(
    const struct policy_template *template, size_t variable, struct str field);
bool template_any(
    const struct policy_template *template, bool (*test)(const struct cel_program *program));

/* As made. */
struct str template_render(struct arena *arena, struct cel_run *run,
    const struct policy_template *template, const struct value *activation);
/* For people. The text itself where nothing has to be changed. */
struct str template_printable(struct arena *arena, struct str made);

#endif
