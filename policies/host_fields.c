/* The fields of what expressions see: a typo in one of them is an error when a rule is compiled. */

#include "policies/host.h"

const char *const resource_fields[] = {
    "address",
    "type",
    "name",
    "index",
    "mode",
    "provider",
    "provider_config",
    "module",
    "action",
    "actions",
    "action_reason",
    "before",
    "after",
    "previous_address",
    "importing",
    "replace_paths",
    "changed_paths",
    "deposed",
    NULL,
};

const char *const plan_fields[] = {
    "summary",
    "count",
    "resources",
    "losses",
    "outputs",
    "variables",
    "checks",
    "drift",
    "modules",
    "providers",
    "blocks",
    "terraform_version",
    "complete",
    "errored",
    "timestamp",
    NULL,
};

const char *const output_fields[] = {"name", "action", "before", "after", "sensitive", NULL};

const char *const git_fields[] = {"branch", "base", "author", "changed_files", NULL};

const char *const pr_fields[] = {"number", "labels", "draft", "author", "approvals", NULL};

const char *const backend_fields[] = {"type", "config", NULL};

const char *const run_fields[] = {"plans", "summary", NULL};
