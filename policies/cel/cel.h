/*
 * cel.h: compile an expression once, evaluate it many times.
 *
 * Compiling resolves names against a scope: variables by number, functions by table (unknown names,
 * wrong arity, wrong constant types and bad literal patterns are errors then), folds constants,
 * compiles literal regular expressions, versions and CIDRs, and orders the operands of && and || by
 * cost (they commute: false decides && whatever else there is).
 *
 * Evaluation is three-valued. In a strict function an error beats an unknown; in && and || a
 * deciding operand beats both, then unknown beats error. The fast run allocates nothing for
 * predicates; the traced run of the same program keeps each node's value, absorbed errors and
 * the paths of unknowns, and evaluates in the order of the source.
 *
 * Limits: CEL_STEPS per evaluation and a budget for all of them, CEL_ARENA bytes of results;
 * passing one is an error value, never a crash.
 *
 * Errors of cel_compile(): all problems of the expression, in order of the source.
 * Ownership: the program in the arena given; it borrows the text. Layer: policies.
 */
#ifndef POLICIES_CEL_CEL_H
#define POLICIES_CEL_CEL_H

#include "policies/cel/function.h"

#define CEL_STEPS	  ((uint64_t)1000000)
#define CEL_ARENA	  ((size_t)16 << 20)
#define CEL_PROBLEMS_MAX  20
#define CEL_VARIABLES_MAX 64

/* One thing that is wrong with an expression. */
struct cel_problem {
	uint32_t at;	 /* byte of the source */
	struct str text; /* one line, with a suggestion where there is one */
};

struct cel_problems {
	struct cel_problem items[CEL_PROBLEMS_MAX];
	size_t count;
};

struct cel_program;

/* A named expression (`variables:` of a policy file): evaluated at most once per evaluation of the
 * program that uses it. */
struct cel_named {
	struct str name;
	const struct cel_program *program;
};

/* What names mean. Fields of a variable, where they are known, make a typo an error at once. */
struct cel_variable {
	struct str name;
	const char *const *fields; /* NULL-terminated, or NULL: anything may be selected */
};

struct cel_scope {
	const struct cel_variable *variables; /* number i is activation[i] */
	size_t variable_count;
	const struct cel_named *named; /* may be NULL */
	size_t named_count;
	const struct cel_function *const
	    *host_functions;  /* more tables, NULL-terminated; or NULL */
	struct str container; /* "a.b": names are looked up as a.b.x, a.x, x; usually empty */
	bool dynamic; /* unknown names are errors of evaluation, not of compiling (policy eval) */
};

NODISCARD bool cel_compile(struct arena *arena, const struct cel_scope *scope, struct str text,
    struct cel_program **out, struct cel_problems *problems);

/* Also releases compiled patterns, which are foreign; for every program, in any order. */
void cel_program_free(struct cel_program *program);

/* --- what a program mentions, found when it is compiled --- */

bool cel_mentions_variable(const struct cel_program *program, size_t variable);
/* Does it select `field` of that variable (resource.changed_paths), or use the variable as a whole?
 */
bool cel_mentions_field(const struct cel_program *program, size_t variable, struct str field);
bool cel_calls(const struct cel_program *program, const char *function);
/* Does it more than name values (get, as_list and as_map do no more)? */
bool cel_computes(const struct cel_program *program);
/* Does it make one text out of another, a part of it or another writing? */
bool cel_rewrites(const struct cel_program *program);
/* The static select chains, longest only: "resource.after.cidr_blocks", "params.ports". A part with
 * a computed index ends the chain before it. */
struct cel_paths {
	const struct str *items;
	size_t count;
};
struct cel_paths cel_paths(const struct cel_program *program);
const struct cel_ast *cel_program_ast(const struct cel_program *program);

/* --- running --- */

/* The chain macros that need more than the value at the end of the path ask the host. `path` has
 * the steps of the chain after the variable: STRING for a field or key, INT for an index. A path
 * that starts at a local has CEL_NO_VARIABLE. */
#define CEL_NO_VARIABLE SIZE_MAX
struct cel_host {
	void *context; /* cel_host() gives it to functions */
	struct value (*changed)(
	    struct cel_run *run, size_t variable, const struct value *path, size_t steps);
	struct value (*replaced_by)(
	    struct cel_run *run, size_t variable, const struct value *path, size_t steps);
	/* `subject`: what the path starts at when that is no variable but a local, else null. */
	struct value (*refers)(struct cel_run *run, size_t variable, struct value subject,
	    const struct value *path, size_t steps, struct value other);
};

struct cel_trace; /* trace.h */

/* One evaluator state, used for many programs one after the other. */
struct cel_run;
struct cel_run *cel_run_new(struct arena *arena); /* the state itself */
void cel_run_free(struct cel_run *run);		  /* compiled patterns of its cache */
void cel_run_host(struct cel_run *run, const struct cel_host *host); /* NULL: none */
/* The budget of the whole run, beside that of each evaluation. 0: none. */
void cel_run_budget(struct cel_run *run, uint64_t steps);
uint64_t cel_run_steps(const struct cel_run *run); /* used so far */

/*
 * A program that many others use as a named expression, all over the same subject, and that
 * mentions none of what changes meanwhile (the item of a loop of the host), is evaluated once per
 * subject. `number` tells it from the host's other such programs.
 */
void cel_program_keep(struct cel_program *program, size_t number);
/* Where such values live, for this subject; NULL, as at the beginning: they are neither kept nor
 * used. Gives what it was before. Traced runs keep nothing. */
struct arena *cel_run_keep(struct cel_run *run, struct arena *kept);
/* The activation now speaks of something else: what was kept is forgotten, and the arena may be
 * rewound. */
void cel_run_subject(struct cel_run *run);

/*
 * Results live in `results`, which the caller rewinds when it wants. `activation[i]` is variable i
 * of the scope: plain values or UNKNOWN (with the path that names it: "pr"). `trace` NULL: fast.
 */
struct value cel_evaluate(struct cel_run *run, const struct cel_program *program,
    const struct value *activation, struct arena *results, struct cel_trace *trace);

#endif
