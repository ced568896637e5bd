/*
 * shapes_iam_parts.h: what the readers of IAM statements share.
 *
 * Layer: policies; for shapes_iam*.c only.
 */
#ifndef POLICIES_SHAPES_IAM_PARTS_H
#define POLICIES_SHAPES_IAM_PARTS_H

#include "policies/shape_list.h"

#define IAM_DOCUMENT_MAX ((size_t)256 << 10)

struct iam_reading {
	struct arena *arena;
	struct shape_list items;
	struct str attribute; /* the path of what is read, for items and errors */
	bool at_home;	      /* a type of AWS that is not in the table */
	uint8_t marks;	      /* VALUE_SENSITIVE when the document at hand is a secret */
};

/* The fields of an item, in byte order. */
#define IAM_FIELDS(X)    \
	X(actions)       \
	X(attribute)     \
	X(condition)     \
	X(effect)        \
	X(not_action)    \
	X(not_principal) \
	X(not_resource)  \
	X(principals)    \
	X(resources)     \
	X(sid)

struct iam_item {
#define X(name) struct value name;
	IAM_FIELDS(X)
#undef X
};

/* Allow, nothing, by nobody. */
struct iam_item iam_item(struct str attribute);
void iam_add(struct iam_reading *reading, const struct iam_item *item);

/* "Allow" and "Deny" in the spelling of AWS; null is Allow. */
struct value iam_effect(struct value value);

/* "AWS:arn...", "Service:..."; "*" of the kind "*" is just that. */
struct value iam_principal(struct iam_reading *reading, struct str kind, struct value identifier);

/* A document as text, or (policies of AWS Cloud Control, tests) as the map it stands for. A text
 * that is blank holds nothing. ERR_SYNTAX, ERR_INVALID or ERR_LIMIT name attribute and place only.
 */
NODISCARD bool iam_read_document(
    struct iam_reading *reading, struct value document, struct err *err);

/* One block of data.aws_iam_policy_document. */
void iam_read_block(struct iam_reading *reading, struct value block);

#endif
