#include "policies/facts.h"

static const char *const operation_names[] = {
    [OPERATION_PLAN] = "plan",
    [OPERATION_APPLY] = "apply",
    [OPERATION_SHOW] = "show",
};

const char *operation_name(enum operation operation)
{
	return operation_names[operation];
}
