#include "policies/shapes_iam.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"

bool shape_has_iam(struct str type)
{
	return str_starts(type, STR("aws_iam_"));
}

bool shape_iam_statements(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err)
{
	const struct value *policy = value_get_c(values, "policy");
	struct jsonr json = {0};
	struct value document, item;
	const struct value *statements;
	(void)type;

	*out = value_list(NULL, 0);
	if (!policy || policy->kind == VALUE_NULL)
		return true;
	if (policy->kind != VALUE_STRING) {
		*out = *policy;
		return true;
	}
	if (!jsonr_read(arena, value_text(*policy), &json, &document, err))
		return false;
	statements = value_get_c(document, "Statement");
	item = statements ? *statements : value_list(NULL, 0);
	*out = item;
	return true;
}
