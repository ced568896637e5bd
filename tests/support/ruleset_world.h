/*
 * ruleset_world.h: a ruleset loaded from a table of files, and what came of it as text.
 *
 * Problems and rulesets become lines that a test compares. Layer: tests.
 */
#ifndef TESTS_SUPPORT_RULESET_WORLD_H
#define TESTS_SUPPORT_RULESET_WORLD_H

#include "base/err.h"
#include "policies/ruleset.h"
#include "tests/support/source_script.h"

struct ruleset_world {
	struct arena *arena;
	struct source_script script;
	struct source source;
	struct ruleset_request request; /* settable before loading */
	struct ruleset *set;
	struct policy_problems *problems;
	struct err err;
	bool loaded;
};

void ruleset_world_begin(
    struct ruleset_world *world, const struct source_row *rows, const char *directory);
void ruleset_world_load(struct ruleset_world *world);
void ruleset_world_end(struct ruleset_world *world);

/* "file:line:column: text", one a line. */
struct str ruleset_world_problems(const struct ruleset_world *world);
/* One line each: rules ("db deny", "db warn (level deny -> warn at prod/tfherald.yaml:3:7)",
 * "- db: disabled" for those not in force), then "label env=prod", "param max=3", "variable
 * prod=...", "not read x". */
struct str ruleset_world_text(const struct ruleset_world *world);

#endif
