/*
 * shapes_iam.h: IAM statements of a resource, whatever shape they stand in: one list.
 *
 * Reads policy, assume_role_policy, inline_policy[].policy, policies of buckets, queues, topics,
 * keys, repositories, secrets ... (the table in shapes_iam.c), and data.aws_iam_policy_document
 * with the documents it merges. Of types that the table lacks, `policy` and `assume_role_policy`:
 * at AWS when unknown or JSON, elsewhere when it is a whole document of IAM. Statement and its
 * fields may be one item or a list, a string or a list; keys in any case ("Statement",
 * "statement"). A blank document and one without Statement have no statements.
 *
 * Item: {effect, principals, actions, resources, not_action, not_resource, not_principal,
 * condition, attribute, sid}. principals: texts "AWS:arn...", "Service:...", "*"; {"AWS": "*"} is
 * "AWS:*"; actions and resources lists of text; of NotAction, NotResource and NotPrincipal the
 * lists hold what stands there and the bool not_... is true; condition: {operator: {key: list of
 * text}} (empty: none); effect "Allow" when missing (AWS requires it; open is the safe reading);
 * sid "" when missing; attribute: the path of the document or block, "inline_policy[0].policy",
 * "statement[1]".
 *
 * Unknown: a document that is known after apply is an UNKNOWN item, with its path; the list itself
 * when nothing else is there. HIDDEN stays a HIDDEN item. Of a sensitive document every field is
 * marked. Blocks may be unknown in part; a condition whose names are unknown is UNKNOWN as a whole.
 *
 * Errors: a document that is no JSON, has a key twice (in any case), both of a pair such as Action
 * and NotAction, or a value where it cannot stand; the text names attribute and place only. Used by
 * rules and, later, by the diff, so it knows nothing of either.
 *
 * Source: IAM JSON policy element reference of AWS; attributes by the documentation of the
 * provider. Ownership: `arena`; strings may be views of the change. Limits: SHAPE_ITEMS_MAX
 * statements; a document over 256 KiB is an error. Layer: policies.
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

/*
 * A provider calls a document unknown also when the code sets none and the service makes one of its
 * own (keys, topics, queues, buckets: nearly every new one). Whoever has the configuration can
 * tell: is there such an argument, and the values without those that `expressions` (of the
 * resource, by name, in the configuration) do not have. Blocks are left alone: dynamic ones are not
 * listed there. So is aws_vpc_endpoint, whose own policy lets everybody do everything.
 */
bool shape_iam_may_be_unset(struct str type, struct value values);
struct value shape_iam_without_unset(
    struct arena *arena, struct str type, struct value values, struct value expressions);

#endif
