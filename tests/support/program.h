/*
 * program.h: the built program as a user meets it: its own process, an environment of its own, a
 * directory of its own.
 *
 * The program is $TFHERALD (tests/run.sh sets it). Its environment holds PATH, HOME and TMPDIR (the
 * directory below) and what the test adds, nothing of the machine's.
 * Ownership: the arena's; the directory is removed by program_end(). Layer: tests.
 */
#ifndef TESTS_SUPPORT_PROGRAM_H
#define TESTS_SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

#define PROGRAM_WORDS_MAX 64

struct program {
	struct arena *arena;
	char *directory; /* of the run; a fresh one, also HOME and TMPDIR/.. */
	const char *env[PROGRAM_WORDS_MAX];
	size_t env_count;
	const char *input; /* path that is standard input, or NULL: /dev/null */
};

struct program_result {
	int status;
	struct str out, err;
};

/* Of long tables every row, under valgrind every fifth: a run of the program takes seconds there,
 * and the sanitizers see them all. */
bool program_takes_row(size_t row);

void program_begin(struct program *program);
void program_end(struct program *program);
void program_env(struct program *program, const char *name, const char *value);
/* NULL-terminated arguments after the program's name. */
struct program_result program_run(struct program *program, const char *const *arguments);
#define RUN(program, ...) program_run((program), (const char *const[]){__VA_ARGS__, NULL})
/* Any other program in the same environment, for preparations. */
struct program_result program_other(struct program *program, const char *const *argv);

/* A file below the directory, with its whole content; gives its path. */
const char *program_write(struct program *program, const char *name, struct str content);
/* A whole file, "" when it is not there. `path` relative to the directory or absolute. */
struct str program_read(struct program *program, const char *path);
/* How many entries the program left in its TMPDIR. */
size_t program_left_over(struct program *program);
/* A file of the repository by an absolute path. */
const char *program_fixture(struct program *program, const char *path);

/* Ends the test with both outputs when the status is another one or the text is missing. */
void program_expect(const char *label, const struct program_result *result, int status,
    const char *out_has, const char *err_has);

#endif
