/*
 * sarif_rules.h: the rules of one SARIF run, once each, with their help.
 *
 * A rule is known by its id: where two directories each have one of that name, the first counts.
 * Ownership: the arena given. Layer: report, for render_sarif.c.
 */
#ifndef REPORT_SARIF_RULES_H
#define REPORT_SARIF_RULES_H

#include "report/checked.h"

struct jsonw;

#define SARIF_RULES_MAX 25000 /* a run; more are refused by GitHub */

struct sarif_rule {
	struct str id;		       /* as results name it */
	const struct rule *rule;       /* or NULL: */
	const struct finding *finding; /* the first one of it */
};

struct sarif_rules {
	struct sarif_rule *items; /* sorted by id */
	size_t count;
};

/* The tool of an imported finding without its version; empty for our own. */
struct str sarif_tool(const struct finding *finding);
/* The id of its rule as the tool's own run names it. */
struct str sarif_rule_id(const struct finding *finding);

/* Rules in force and those of findings of this tool (empty: our own). */
void sarif_rules_collect(
    struct arena *arena, const struct checked *checked, struct str tool, struct sarif_rules *out);
/* Where it stands among them; it is there. */
size_t sarif_rules_index(const struct sarif_rules *rules, struct str id);
void sarif_rules_write(const struct sarif_rules *rules, struct jsonw *writer);

/* "error", "warning", "note" */
const char *sarif_level(enum level level);
/* Plain text that no reader of SARIF takes for a link or a placeholder. */
struct str sarif_text(struct arena *arena, struct str text);

#endif
