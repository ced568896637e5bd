/*
 * function.h: the table of functions of the expression language, and what their code needs.
 *
 * One row per name and style. The table is the documentation (docs/expressions.md is made from it)
 * and the examples run as tests: each is an expression that gives true.
 *
 * Calling rules. Functions are strict: the evaluator calls them only with values that are neither
 * errors nor unknown; an error among the arguments is the result, else the union of the unknowns
 * is. An argument with something unknown *inside* makes the result unknown too, unless the row says
 * CEL_LOOKS_INSIDE: then the function decides. Arguments are loaded (cel_load); items that a
 * function takes out of containers it loads itself. A member function's args[0] is its receiver.
 *
 * Layer: policies.
 */
#ifndef POLICIES_CEL_FUNCTION_H
#define POLICIES_CEL_FUNCTION_H

#include "base/compiler.h"
#include "policies/cel/ast.h"

struct cel_run;

typedef struct value cel_function_fn(struct cel_run *run, const struct value *args, size_t count);

enum cel_function_flag {
	CEL_GLOBAL = 1 << 0,	   /* name(x) */
	CEL_METHOD = 1 << 1,	   /* x.name() */
	CEL_LOOKS_INSIDE = 1 << 2, /* takes containers with unknown parts */
	CEL_IMPURE = 1 << 3,	   /* not to be folded: depends on the run (now, plan, files) */
	CEL_OPERATOR = 1 << 4,	   /* "_+_"; documented apart */
	/* of a variable given as a whole it reads what is always there: no fields that cost */
	CEL_READS_PARTS = 1 << 5,
	CEL_REWRITES = 1 << 6, /* makes a text of which its argument is not a part as it stands */
};

struct cel_function {
	const char *name; /* "startsWith", "math.greatest" (a namespaced global), "_+_" */
	uint8_t flags;
	uint8_t min, max; /* arguments with the receiver; max 255: any number */
	cel_function_fn *fn;
	const char *signature; /* "string.startsWith(string) -> bool"; several by "; " */
	const char *help;      /* one line, no full stop */
	const char *example; /* true when evaluated; NULL only for operators and host functions that
				need a plan */
};

/* NULL-name-terminated tables, one per family; functions.c lists them all. */
extern const struct cel_function cel_operators[];	   /* operators.c */
extern const struct cel_function cel_standard_functions[]; /* functions_standard.c: size, matches,
				     contains, startsWith, endsWith, conversions, type, dyn */
extern const struct cel_function cel_time_functions[];	   /* functions_time.c */
extern const struct cel_function cel_string_functions[];   /* functions_strings.c, format apart */
extern const struct cel_function cel_math_functions[];	   /* functions_math.c */
extern const struct cel_function cel_encoder_functions[];  /* functions_encoders.c: base64, json */
extern const struct cel_function cel_optional_functions[]; /* functions_optional.c */
extern const struct cel_function cel_network_functions[];  /* functions_network.c */
extern const struct cel_function cel_version_functions[];  /* functions_version.c: semver, glob */
extern const struct cel_function *const cel_function_tables[]; /* NULL-terminated */
#define CEL_FUNCTIONS_END    \
	{                    \
		.name = NULL \
	}

/* Documentation of what is no function: macros and operators, for the page. */
struct cel_macro_doc {
	const char *signature, *help, *example;
};
extern const struct cel_macro_doc cel_macro_docs[]; /* NULL-signature-terminated; macros.c */

/* --- for the code of functions (run.c) --- */

struct arena *cel_arena(struct cel_run *run); /* of the result; counted against the cap */
/* Memory for results; NULL after the cap was reached: return cel_fail_limit() then. */
void *cel_alloc(struct cel_run *run, size_t size);
struct value *cel_alloc_values(struct cel_run *run, size_t count); /* or NULL, likewise */
/* Pays for work that grows with data: false when the step budget is used up: return
 * cel_fail_limit() then. One step is about one comparison or 32 bytes looked at. */
NODISCARD bool cel_pay(struct cel_run *run, size_t steps);

/* An error value. The text is built only when it will be read (traced runs). */
struct value cel_fail(struct cel_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct value cel_fail_limit(struct cel_run *run, const char *what);
/* "no such overload: size(int)": no function of this name takes these types */
struct value cel_no_overload(
    struct cel_run *run, const char *name, const struct value *args, size_t count);

/* The union of two unknowns (paths only when traced). */
struct value cel_join_unknowns(struct cel_run *run, struct value a, struct value b);
/* The unknown that stands for everything unknown inside a container. */
struct value cel_unknown_inside(struct cel_run *run, struct value container);

/* Containers for results: fill, then finish. */
struct value cel_list(const struct value *items, size_t count); /* marks from its items */
/* Takes over the entries; a key that stands there twice is an error value. */
struct value cel_map(struct cel_run *run, struct value_entry *entries, size_t count);
/* A copy of the value in the run's arena, for cel_some(). */
const struct value *cel_keep(struct cel_run *run, struct value value);
struct value cel_string(struct cel_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* The host of the run (evaluate.c: the plan at hand), for host functions; NULL in `policy eval`. */
void *cel_host(struct cel_run *run);
bool cel_traced(const struct cel_run *run);
/* Regular expressions: compiled once per pattern and kept (the program's for literals, else a small
 * cache of the run). RE2 meaning; look-around, back-references and verbs are refused. An error
 * value in *problem otherwise. */
struct regex;
NODISCARD bool cel_regex(
    struct cel_run *run, struct str pattern, const struct regex **out, struct value *problem);
/* A match, with what it costs: one that gave up a few times is not tried again in this run. */
struct value cel_regex_matches(struct cel_run *run, const struct regex *regex, struct str text);

#endif
