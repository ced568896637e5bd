/*
 * shapes_iam.h: IAM statements of a resource, whatever shape they stand in: one list.
 *
 * Reads policy, assume_role_policy, inline_policy[].policy, policies of buckets, queues, topics,
 * keys, repositories, secrets ..., and data.aws_iam_policy_document. Statement and its fields may
 * be one item or a list, a string or a list; keys in the spelling of AWS, in any case ("Statement",
 * "statement"). Deferred documents (known after apply) give UNKNOWN; a document that is no JSON is
 * an error value.
 *
 * Item: {effect, principals, actions, resources, not_action, not_resource, not_principal,
 * condition, attribute, sid}. principals: texts "AWS:arn...", "Service:...", "*"; actions and
 * resources lists of text; of NotAction, NotResource and NotPrincipal the lists hold what stands
 * there and the bool not_... is true; condition a map (empty: none); effect "Allow" when missing
 * (AWS requires it; open is the safe reading). Used by rules and, later, by the diff, so it knows
 * nothing of either.
 *
 * Ownership: `arena`; strings may be views of the change. Limits: SHAPE_ITEMS_MAX statements; a
 * document over 256 KiB is an error. Layer: policies.
 */
#ifndef POLICIES_SHAPES_IAM_H
#define POLICIES_SHAPES_IAM_H

#include "base/str.h"
#include "base/value.h"
#include "policies/shape_list.h" /* SHAPE_ITEMS_MAX */

struct arena;
struct err;

/* `values` is before or after of a resource of that type (overlaid, maybe null). The list may hold
 * UNKNOWN items, or be UNKNOWN as a whole. */
NODISCARD bool shape_iam_statements(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err);

/* Does a resource of this type carry IAM documents that are known here? For documentation. */
bool shape_has_iam(struct str type);

#endif
