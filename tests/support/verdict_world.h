/*
 * verdict_world.h: rules from a table of files over a plan written in a test, and the verdict as
 * text.
 *
 *	struct verdict_world world;
 *	verdict_world_begin(&world, head, trusted);	trusted NULL: only one chain
 *	verdict_world_plan(&world, PLAN(CHANGE("t", "a", "'create'", "null", "{'p': 1}", "")));
 *	verdict_world_judge(&world);			ends the test when it cannot be judged
 *	verdict_world_text(&world);
 *	verdict_world_end(&world);
 *
 * In plans ' stands for ". The clock is VERDICT_NOW, the commit "c0ffee", the key empty; change
 * world.world, world.facts before judging. Layer: tests.
 */
#ifndef TESTS_SUPPORT_VERDICT_WORLD_H
#define TESTS_SUPPORT_VERDICT_WORLD_H

#include "policies/evaluate.h"
#include "tests/support/ruleset_world.h"

#define VERDICT_NOW ((int64_t)1795305600) /* 2026-11-22 00:00 UTC */

struct verdict_world {
	struct arena *arena, *scratch;
	struct ruleset_world head, trusted;
	bool has_trusted;
	struct facts facts;
	struct policy_world world;
	struct plan *plan;
	struct ruleset_comparison weakenings;
	struct weakening weakening;	/* rule not empty: instead of those */
	const struct finding *imported; /* of other tools */
	size_t imported_count;
	struct evaluation evaluation;
	struct verdict verdict;
};

void verdict_world_begin(
    struct verdict_world *world, const struct source_row *head, const struct source_row *trusted);
void verdict_world_plan(struct verdict_world *world, const char *text);
/* As it stands: real JSON, or the text of a plan. */
void verdict_world_plan_text(struct verdict_world *world, struct str text);
/* As a whole, and then change by change, in both orders: ends the test when anything differs. */
void verdict_world_judge(struct verdict_world *world);
void verdict_world_end(struct verdict_world *world);

/* JSON with ' for ". */
struct value verdict_json(struct arena *arena, const char *text);

/*
 * One line per finding, in the order of the verdict:
 *	deny violation rule t.a [item] (fate) "message" on path, path by cause x3
 * Parts that a finding does not have are left out; "x3" is its count. Then "note ..." lines.
 */
struct str verdict_world_text(const struct verdict_world *world);
/* "rule matched/passed/violated/undecided/errors", one a line. */
struct str verdict_world_tallies(const struct verdict_world *world);
/* "rule resource state n", and the fault; one a line. */
struct str verdict_world_waivers(const struct verdict_world *world);

/* Everything that a reader may see, in one text. */
struct str verdict_world_everything(const struct verdict_world *world);

/* Tells a difference and counts it. */
void verdict_check(unsigned *wrong, const char *name, struct str got, const char *want);

/* --- plans --- */

#define CHANGE_AT(address, module, mode, type, name, actions, before, after, more)             \
	"{'address':'" address "'," module "'mode':'" mode "','type':'" type "','name':'" name \
	"','provider_name':'registry/p','change':{'actions':[" actions "],'before':" before    \
	",'after':" after more "}}"
#define CHANGE(type, name, actions, before, after, more) \
	CHANGE_AT(type "." name, "", "managed", type, name, actions, before, after, more)
#define CREATE(type, name, after)	  CHANGE(type, name, "'create'", "null", after, "")
#define UPDATE(type, name, before, after) CHANGE(type, name, "'update'", before, after, "")
#define DELETE(type, name, before)	  CHANGE(type, name, "'delete'", before, "null", "")
#define CREATE_UNKNOWN(type, name, after, unknown) \
	CHANGE(type, name, "'create'", "null", after, ",'after_unknown':" unknown)
#define CREATE_SECRET(type, name, after, sensitive) \
	CHANGE(type, name, "'create'", "null", after, ",'after_sensitive':" sensitive)

#define PLAN_WITH(changes, more)                                                   \
	"{'format_version':'1.2','terraform_version':'1.9.0','complete':true" more \
	",'resource_changes':[" changes "]}"
#define PLAN(changes) PLAN_WITH(changes, "")

/* --- files --- */

#define POLICY(text)                  \
	((const struct source_row[]){ \
	    {"tfherald.yaml", "version: 1\n" text, false}, {NULL, NULL, false}})
#define POLICY_AND_WAIVERS(text, waivers)                                           \
	((const struct source_row[]){{"tfherald.yaml", "version: 1\n" text, false}, \
	    {"tfherald.waivers.yaml", "version: 1\nwaivers:\n" waivers, false},     \
	    {NULL, NULL, false}})

#endif
