#include "policies/policy.h"

#include <stddef.h>

const char *const level_words[] = {
    [LEVEL_INFO] = "info", [LEVEL_WARN] = "warn", [LEVEL_DENY] = "deny", NULL};

const char *const rule_scope_words[] = {[SCOPE_RESOURCE] = "resource",
    [SCOPE_PLAN] = "plan",
    [SCOPE_OUTPUT] = "output",
    [SCOPE_DRIFT] = "drift",
    [SCOPE_RUN] = "run",
    NULL};

const char *const rule_lock_words[] = {
    [LOCK_NONE] = "none", [LOCK_WEAKEN] = "weaken", [LOCK_ALL] = "all", NULL};

const char *const on_unknown_words[] = {[ON_UNKNOWN_DEFAULT] = "default",
    [ON_UNKNOWN_IGNORE] = "ignore",
    [ON_UNKNOWN_INFO] = "info",
    [ON_UNKNOWN_WARN] = "warn",
    [ON_UNKNOWN_DENY] = "deny",
    NULL};

const char *const existing_words[] = {
    [EXISTING_WARN] = "warn", [EXISTING_SAME] = "same", [EXISTING_IGNORE] = "ignore", NULL};

const char *const tighten_words[] = {[TIGHTEN_NONE] = "none",
    [TIGHTEN_SUPERSET] = "superset",
    [TIGHTEN_SUBSET] = "subset",
    [TIGHTEN_LOWER] = "lower",
    [TIGHTEN_HIGHER] = "higher",
    [TIGHTEN_TRUE] = "true",
    [TIGHTEN_FALSE] = "false",
    NULL};

const char *const param_type_words[] = {[PARAM_BOOL] = "bool",
    [PARAM_INT] = "int",
    [PARAM_DOUBLE] = "double",
    [PARAM_STRING] = "string",
    [PARAM_LIST_BOOL] = "list<bool>",
    [PARAM_LIST_INT] = "list<int>",
    [PARAM_LIST_DOUBLE] = "list<double>",
    [PARAM_LIST_STRING] = "list<string>",
    [PARAM_MAP_STRING] = "map<string>",
    NULL};

const char *level_name(enum level level)
{
	return level_words[level];
}

const char *rule_scope_name(enum rule_scope scope)
{
	return rule_scope_words[scope];
}

const char *rule_lock_name(enum rule_lock lock)
{
	return rule_lock_words[lock];
}

const char *on_unknown_name(enum on_unknown on_unknown)
{
	return on_unknown_words[on_unknown];
}

const char *existing_name(enum existing existing)
{
	return existing_words[existing];
}

const char *tighten_name(enum tighten tighten)
{
	return tighten_words[tighten];
}

const char *param_type_name(enum param_type type)
{
	return param_type_words[type];
}
