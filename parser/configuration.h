/*
 * configuration.h: the `configuration` of a plan's JSON: what the code says, where values come
 * from.
 *
 * Read once from its span (indexed, not kept raw): module calls with sources and versions,
 * provider requirements, resources with their expressions, provisioners, variables, outputs. Absent
 * in many plans (text, old formats): then everything is empty and no cause is known.
 *
 * Addresses: of a resource in a module: "module.a.module.b.aws_x.y", without indexes; use
 * configuration_address() on the address of a change. References: "aws_kms_key.main.arn" relative
 * to the module they stand in; configuration_references() follows var.x out through the module
 * calls, local.x cannot be followed (plan JSON has no locals), output references module.m.out are
 * followed inward, and gives full addresses.
 *
 * Errors: ERR_SYNTAX, ERR_LIMIT (depth, CONFIGURATION_MAX bytes). Ownership: `arena`. Layer:
 * parser.
 */
#ifndef PARSER_CONFIGURATION_H
#define PARSER_CONFIGURATION_H

#include "parser/plan.h"

#define CONFIGURATION_MAX ((size_t)256 << 20)

struct configuration; /* opaque */

NODISCARD bool configuration_read(struct arena *arena, struct arena *scratch,
    const struct plan *plan, const struct configuration **out, struct err *err);

/* "module.a[0].aws_x.y[\"k\"]" -> "module.a.aws_x.y" */
struct str configuration_address(struct arena *arena, struct str address);

struct config_names {
	const struct str *items;
	size_t count;
};

/*
 * What the expression at `path` of this resource refers to, full addresses without indexes, longest
 * form first of each ("aws_kms_key.main.arn", not also "aws_kms_key.main"); for a path inside a
 * block the nearest enclosing expression that is there. `path` in the form of unknowns.h, with or
 * without "after.".
 */
struct config_names configuration_references(struct arena *arena,
    const struct configuration *configuration, struct str address, struct str path);

struct config_module {
	struct str address;	    /* "module.a.module.b" without indexes */
	struct str source, version; /* as written; version may be empty */
};
struct config_provider {
	struct str name, full_name, constraint; /* "aws", "registry/hashicorp/aws", "~> 5.0" */
	struct value config; /* constant values of its block: a map, may be empty */
};
const struct config_module *configuration_modules(
    const struct configuration *configuration, size_t *count);
const struct config_provider *configuration_providers(
    const struct configuration *configuration, size_t *count);
/* Source of one module call, for following local sources: empty when unknown. */
struct str configuration_module_source(
    const struct configuration *configuration, struct str module);

struct config_resource {
	struct str address; /* full, without indexes */
	struct str mode, type, name, module, provider_key;
	struct config_names provisioners; /* types: "local-exec" */
	struct value expressions;	  /* as they stand in the JSON */
};
const struct config_resource *configuration_resources(
    const struct configuration *configuration, size_t *count);
const struct config_resource *configuration_find(
    const struct configuration *configuration, struct str address);

#endif
