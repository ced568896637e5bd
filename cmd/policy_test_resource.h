/*
 * policy_test_resource.h: `resource:` of a test with its defaults filled in, and as the entry of a
 * plan's JSON.
 *
 * Errors: ERR_INVALID. Ownership: `arena`. Layer: cmd; for policy_test_plan.c only.
 */
#ifndef CMD_POLICY_TEST_RESOURCE_H
#define CMD_POLICY_TEST_RESOURCE_H

#include "base/compiler.h"
#include "base/value.h"

struct arena;
struct err;
struct jsonw;

struct test_resource {
	struct value document;
	struct str address, module, mode, type, name;
	struct str plain_address, plain_module; /* without indexes, as `configuration` has them */
	struct value index, before, after;
	struct str actions; /* "delete,create" */
};

NODISCARD bool test_resource_read(
    struct arena *arena, struct value document, struct test_resource *out, struct err *err);
void test_resource_write(struct jsonw *writer, const struct test_resource *resource);

/* {actions, before, after, after_unknown, ...} without the braces. */
void test_change_write(
    struct jsonw *writer, struct str actions, struct value before, struct value after);
/* "create" or ["delete", "create"] -> "delete,create"; by before and after when both are missing.
 */
NODISCARD bool test_actions(
    struct arena *arena, struct value document, struct str *out, struct err *err);

#endif
