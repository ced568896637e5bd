/*
 * run.h: inside of a program and of an evaluation; for the engine's own files only.
 *
 * A program is a tree of nodes whose `eval` pointers call each other. Its hot data: hints (where
 * each select found its entry the last time), slots of locals (frames) and the variables' values.
 * A traced run walks a copy of the tree (trace.c) in which every node keeps its value and nothing
 * is specialised or reordered, so the fast tree pays nothing for it.
 *
 * Work is paid for in loops (each round pays for the nodes of its body), in functions whose work
 * grows with data (cel_pay) and once per program; straight code is bounded by CEL_NODES_MAX.
 *
 * Layer: policies.
 */
#ifndef POLICIES_CEL_RUN_H
#define POLICIES_CEL_RUN_H

#include "policies/cel/cel.h"

#define CEL_LOCALS_MAX	     ((size_t)2 * CEL_DEPTH_MAX)
#define CEL_NAMED_DEPTH_MAX  32
#define CEL_REGEX_CACHE	     16
#define CEL_REGEX_CACHE_TEXT 256
#define CEL_MEMO_MAX	     256
#define CEL_KEPT_MAX	     64 /* a power of two */
#define CEL_KEPT_MEMORY	     ((size_t)1 << 20)

struct regex;
struct cel_trace;

struct cel_pattern {
	struct str text; /* as the author wrote it */
	struct regex *regex;
};

struct cel_field_use {
	size_t variable;
	struct str field;
};

struct cel_program {
	struct cel_ast ast;
	const struct cel_node *root;
	uint32_t *hints; /* by node id */
	uint32_t weight; /* steps of one evaluation without the rounds of its loops */
	uint8_t cost;
	bool is_kept; /* cel_program_keep() */
	uint8_t kept; /* where in the run */

	struct cel_pattern *patterns; /* literal ones */
	size_t pattern_count;

	/* mentions.c */
	uint64_t variables, whole; /* bits by number: mentioned; used as a whole */
	bool computes, rewrites;   /* cel_computes(), cel_rewrites(), without those of others */
	const struct cel_field_use *fields;
	size_t field_count;
	const char *const *calls;
	size_t call_count;
	struct cel_paths paths;
	const struct cel_program *const *named; /* used directly */
	size_t named_count;
};

struct cel_memo {
	const struct cel_program *program;
	struct value value;
};

/* What a program said of the subject at hand; where two share a place the later one stays. */
struct cel_kept {
	const struct cel_program *program;
	uint64_t subject;
	struct value value;
};

/* A regular expression that gave up: over thousands of resources each time would cost a second. */
#define CEL_TIRED_MAX 8
struct cel_tired {
	const struct regex *regex;
	unsigned times;
};

struct cel_run {
	/* hot: touched by nearly every node */
	const struct value *activation;
	struct value *frame; /* locals of the program at hand */
	uint32_t *hints;
	int64_t left; /* steps; below zero: used up */
	struct arena *results;
	struct cel_trace *trace;

	const struct cel_program *program;
	const struct cel_host *host;
	struct arena *arena;
	size_t memory;		 /* bytes of results in this evaluation */
	struct cel_error *fresh; /* made, but no node has taken it for its own yet */
	uint64_t used, budget;
	struct arena *keep;    /* values of this subject; NULL: nothing is kept */
	struct cel_kept *kept; /* CEL_KEPT_MAX of them */
	uint64_t subject;
	size_t kept_memory; /* bytes of this subject; beyond CEL_KEPT_MEMORY nothing is added */
	size_t memo_count;
	uint32_t depth; /* of named expressions */
	struct value *frames[CEL_NAMED_DEPTH_MAX + 1];
	struct cel_pattern cache[CEL_REGEX_CACHE];
	char *cache_texts; /* CEL_REGEX_CACHE_TEXT bytes for each */
	size_t cache_next;
	struct cel_tired tired[CEL_TIRED_MAX];

	/* nothing here is read before it is written: not cleared when a run begins */
	struct cel_memo memo[CEL_MEMO_MAX];
};

static inline bool cel_is_special(struct value value)
{
	return value.kind == VALUE_UNKNOWN || value.kind == CEL_ERROR;
}

/* cel_load() of what stands in memory: compilers keep it in two registers then. */
static inline struct value cel_load_at(const struct value *value)
{
	if (LIKELY(value->kind != VALUE_NUMBER && value->kind != VALUE_HIDDEN))
		return *value;
	return cel_load_slow(*value);
}

static inline struct value cel_eval(struct cel_run *run, const struct cel_node *node)
{
	return node->eval(run, node);
}

/* Traced runs: keeps the value of a node. */
void cel_trace_note(struct cel_run *run, const struct cel_node *node, struct value value);
/* An error that && or || or a loop passed over. */
void cel_absorb(struct cel_run *run, struct value error);

#endif
