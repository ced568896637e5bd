/*
 * outcome_rules.h: what the settings say about how a plan becomes an outcome.
 *
 * Ownership: the run arena's. Errors: ERR_INVALID for settings that cannot be used. Layer: cmd.
 */
#ifndef CMD_OUTCOME_RULES_H
#define CMD_OUTCOME_RULES_H

#include "cmd/settings.h"
#include "report/outcome.h"

/* From here on the masks of the environment and the settings count for lines of the log and for
 * what passes by (app->masks). `settings` after session_find_facts() where that is called: trusted
 * keys count. */
NODISCARD bool outcome_rules_load(
    struct app *app, const struct settings *settings, struct outcome_rules *out, struct err *err);

#endif
