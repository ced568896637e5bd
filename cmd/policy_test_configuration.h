/*
 * policy_test_configuration.h: the `configuration` of a test's plan: modules, providers and what
 * the attributes of its resources refer to.
 *
 * Written when the test says any of it; else the plan has none, and what depends on it is unknown.
 * Errors: ERR_INVALID. Layer: cmd; for policy_test_plan.c only.
 */
#ifndef CMD_POLICY_TEST_CONFIGURATION_H
#define CMD_POLICY_TEST_CONFIGURATION_H

#include "cmd/policy_test_resource.h"

/* Key and value, or nothing. `plan` is the test's document of that name, or null. */
NODISCARD bool test_configuration_write(struct jsonw *writer, struct arena *arena,
    struct value plan, const struct test_resource *resources, size_t count, struct err *err);

#endif
