/*
 * plan_build.h: a plan while it is being read from text or from a stream: lists that grow, the
 * steps of an apply, and what the rows come to in the end.
 *
 * Ownership: everything in the arena; plan_build_finish() hands the lists over to the plan.
 * Errors: none (memory grows with the input, which is limited by who opens it). Layer: parser.
 */
#ifndef PARSER_PLAN_BUILD_H
#define PARSER_PLAN_BUILD_H

#include "parser/plan.h"

/* Limits: what comes after them is left out, and a note says so. */
#define PLAN_ROWS_MAX	     1000000 /* of each set, and of steps */
#define PLAN_DIAGNOSTICS_MAX 10000

/* A list whose items may move while it grows. */
struct growing {
	void *items;
	size_t count, cap;
};

/* A new zeroed item at the end. */
void *growing_push(struct arena *arena, struct growing *list, size_t item_size);

#define growing_add(arena, list, type) ((type *)growing_push((arena), (list), sizeof(type)))

struct plan_build {
	struct arena *arena;
	struct plan *plan;
	struct growing rows[CHANGE_SETS]; /* struct change_row */
	struct growing diagnostics;	  /* struct diagnostic */
	struct growing invocations;	  /* struct action_invocation */
	struct growing notes;		  /* struct str */
	struct growing steps;		  /* struct apply_step */
	struct change_row spare_row;	  /* for what is over the limits */
	struct diagnostic spare_diagnostic;
	bool over_limit;	 /* a note has said so */
	struct step_table {	 /* newest step of an address and action; open addressing */
		uint32_t *slots; /* index into steps plus 1, 0: free */
		size_t size, used;
	} table;
};

void plan_build_init(struct plan_build *build, struct arena *arena, enum plan_form form);

struct change_row *plan_build_row(struct plan_build *build, enum change_set set);
struct diagnostic *plan_build_diagnostic(struct plan_build *build, enum severity severity);
/* The same note twice is kept once (looked for among the last few). */
void plan_build_note(struct plan_build *build, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Fills in module, mode, type, name and index from the address, and the words of the action. */
void plan_build_fill_head(struct arena *arena, struct change_head *head);

/* Steps: `address` may carry " (deposed object KEY)". An end without a beginning counts as both. */
void plan_step_begin(struct plan_build *build, struct str address, enum action action);
void plan_step_end(
    struct plan_build *build, struct str address, enum action action, enum apply_state state);
bool plan_step_is_open(const struct plan_build *build, struct str address, enum action action);
/* Whatever is under way at this address has failed; false: nothing is. */
bool plan_step_fail(struct plan_build *build, struct str address);
/* Forgets what is under way: the next lines are those of another run. */
void plan_steps_cut(struct plan_build *build);

/* Counts of the rows by the rules of plan.h. */
void plan_build_count(const struct plan_build *build, struct plan_summary *summary);

/* Hands over the lists, counts what has no line of its own, decides the result. */
struct plan *plan_build_finish(struct plan_build *build);

#endif
