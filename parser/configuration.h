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
 * Expressions stay in the input, which must outlive the configuration, and are read when asked for.
 * What has another kind than every Terraform writes counts as not there.
 *
 * Errors: ERR_SYNTAX, ERR_LIMIT (depth, CONFIGURATION_MAX bytes), ERR_IO. Ownership: `arena`.
 * Layer: parser.
 */
#ifndef PARSER_CONFIGURATION_H
#define PARSER_CONFIGURATION_H

#include "parser/plan.h"

#define CONFIGURATION_MAX ((size_t)256 << 20)

struct configuration; /* opaque */

/* `scratch` must be another arena; it is given back as it was. */
NODISCARD bool configuration_read(struct arena *arena, struct arena *scratch,
    const struct plan *plan, const struct configuration **out, struct err *err);

/* "module.a[0].aws_x.y[\"k\"]" -> "module.a.aws_x.y" */
struct str configuration_address(struct arena *arena, struct str address);

/* The key of the instance that an address ends with: module.a[0].aws_x.y["k"] -> ["k"]; empty when
 * it ends with none. A view of the address. */
struct str configuration_key(struct str address);

struct config_names {
	const struct str *items;
	size_t count;
};

/*
 * What the expression at `path` of this resource refers to, full addresses without indexes, longest
 * form first of each ("aws_kms_key.main.arn", not also "aws_kms_key.main"); for a path inside a
 * block the nearest enclosing expression that is there, for a path of a block all that is in it.
 * `path` in the form of unknowns.h, with or without "after.". each.value stands for what for_each
 * refers to. Left out: what is known while planning (count, each.key, path, terraform, self). Not
 * there: what stands in dynamic blocks and in blocks that are attributes (`ingress` of
 * aws_security_group), because Terraform does not write those. At most REFERENCES_MAX; what takes
 * more than REFERENCE_STEPS_MAX steps through variables and outputs is left out.
 */
#define REFERENCES_MAX	    64
#define REFERENCE_STEPS_MAX 1000
struct config_names configuration_references(struct arena *arena,
    const struct configuration *configuration, struct str address, struct str path);

/* The same with the key of the instance where the code names one: t.a["x"].id, and t.a too only
 * when the code also names the whole resource (what Terraform adds behind t.a["x"] is no name of
 * it; of t.a[each.key] the plan tells t.a). Without keys where that would be more than
 * REFERENCES_MAX. */
struct config_names configuration_instances(struct arena *arena,
    const struct configuration *configuration, struct str address, struct str path);
/* Does one of those name this resource (`address` without keys) or its instance (`key` with its
 * brackets; empty: any instance)? A name without a key names each. */
bool configuration_names(struct str reference, struct str address, struct str key);

struct config_module {
	struct str address;	    /* "module.a.module.b" without indexes */
	struct str source, version; /* as written; version may be empty */
	struct str name;	    /* of the call: "b" */
	struct span for_each;	    /* of the call, in the input; len 0: none */
	bool repeated;		    /* as in config_resource */
};
struct config_provider {
	struct str name, full_name, constraint; /* "aws", "registry/hashicorp/aws", "~> 5.0" */
	struct value config;	  /* constant values of its block: a map, may be empty */
	struct str key;		  /* config_resource.provider_key of its users: "aws.west" */
	struct str alias, module; /* mostly empty */
};
/* Calls of modules, a call before those inside it; the root is none. */
const struct config_module *configuration_modules(
    const struct configuration *configuration, size_t *count);
const struct config_provider *configuration_providers(
    const struct configuration *configuration, size_t *count);
/* Source of one module call, for following local sources: empty when unknown. */
struct str configuration_module_source(
    const struct configuration *configuration, struct str module);

/* Does the code call this variable of the root sensitive? Without a configuration (NULL, or a plan
 * that has none) every variable counts as that. */
bool configuration_variable_is_sensitive(
    const struct configuration *configuration, struct str name);

struct config_resource {
	struct str address; /* full, without indexes */
	struct str mode, type, name, module, provider_key;
	struct config_names provisioners;  /* types: "local-exec" */
	struct span expressions, for_each; /* where they stand in the input; len 0: none */
	bool repeated; /* count or for_each; not told when they refer to nothing: toset(["a"]) */
};
const struct config_resource *configuration_resources(
    const struct configuration *configuration, size_t *count);
/* NULL: not there. `address` without indexes; the first one, if there are two. */
const struct config_resource *configuration_find(
    const struct configuration *configuration, struct str address);

/* The expressions of a resource as they stand in the JSON, read from the input; null when there are
 * none or when they cannot be read. */
struct value configuration_expressions(struct arena *arena,
    const struct configuration *configuration, const struct config_resource *resource);

#endif
