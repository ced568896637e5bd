#include "tests/support/program.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "base/input.h"
#include "base/process.h"
#include "tests/support/valgrind.h"

#define READ_MAX ((size_t)64 << 20)

void program_begin(struct program *program)
{
	*program = (struct program){.arena = arena_new()};
	struct arena *arena = program->arena;

	program->directory = str_to_c(arena, STR("/tmp/tfherald-test-XXXXXX"));
	if (!mkdtemp(program->directory))
		fail_msg("mkdtemp: %s", strerror(errno));
	const char *tmp = str_format(arena, "%s/tmp", program->directory).ptr;
	if (mkdir(tmp, 0700) != 0)
		fail_msg("%s: %s", tmp, strerror(errno));
	program_env(program, "PATH", getenv("PATH"));
	program_env(program, "HOME", program->directory);
	program_env(program, "TMPDIR", tmp);
	program_env(program, "TF_CLI_CONFIG_FILE", "/dev/null");
	program_env(program, "CHECKPOINT_DISABLE", "1");
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *at)
{
	(void)status;
	(void)type;
	(void)at;
	(void)chmod(path, 0700);
	return remove(path);
}

void program_end(struct program *program)
{
	(void)nftw(program->directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(program->arena);
}

bool program_takes_row(size_t row)
{
	return !under_valgrind() || row % 5 == 0;
}

void program_env(struct program *program, const char *name, const char *value)
{
	assert_true(program->env_count + 1 < PROGRAM_WORDS_MAX);
	program->env[program->env_count++] =
	    str_format(program->arena, "%s=%s", name, value ? value : "").ptr;
}

struct program_result program_other(struct program *program, const char *const *argv)
{
	const char *words[PROGRAM_WORDS_MAX * 2 + 4] = {"env", "-i"};
	size_t count = 2;
	struct process process = {PROCESS_DEFAULTS, .argv = words, .directory = program->directory};
	struct process_result result;
	struct err err = {0};

	for (size_t i = 0; i < program->env_count; i++)
		words[count++] = program->env[i];
	for (size_t i = 0; argv[i]; i++) {
		assert_true(count + 1 < ARRAY_LEN(words));
		words[count++] = argv[i];
	}
	process.stdin_fd =
	    open(program->input ? program->input : "/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(process.stdin_fd >= 0);
	if (!process_run(program->arena, &process, &result, &err))
		fail_msg("%s: %s", argv[0], err.text);
	close(process.stdin_fd);
	return (struct program_result){result.status, result.out.text, result.err.text};
}

struct program_result program_run(struct program *program, const char *const *arguments)
{
	const char *argv[PROGRAM_WORDS_MAX] = {getenv("TFHERALD")};
	size_t count = 1;

	if (!argv[0])
		fail_msg("TFHERALD is not set; run the tests with 'make test'");
	for (size_t i = 0; arguments[i]; i++) {
		assert_true(count + 1 < PROGRAM_WORDS_MAX);
		argv[count++] = arguments[i];
	}
	return program_other(program, argv);
}

const char *program_write(struct program *program, const char *name, struct str content)
{
	struct err err = {0};
	const char *path = str_format(program->arena, "%s/%s", program->directory, name).ptr;

	if (!file_write(program->arena, path, content, &err))
		fail_msg("%s", err.text);
	return path;
}

struct str program_read(struct program *program, const char *path)
{
	struct err err = {0};
	struct str text;

	if (path[0] != '/')
		path = str_format(program->arena, "%s/%s", program->directory, path).ptr;
	return file_read(program->arena, path, READ_MAX, &text, &err) ? text : STR_EMPTY;
}

size_t program_left_over(struct program *program)
{
	struct directory directory CLEANUP(directory_close) = DIRECTORY_NONE;
	struct err err = {0};
	size_t count = 0;

	if (!directory_open(
		str_format(program->arena, "%s/tmp", program->directory).ptr, &directory, &err))
		fail_msg("%s", err.text);
	for (const char *name; (name = directory_next(&directory));)
		count += name[0] != '.';
	return count;
}

const char *program_fixture(struct program *program, const char *path)
{
	char here[4096];

	assert_non_null(getcwd(here, sizeof(here)));
	return str_format(program->arena, "%s/%s", here, path).ptr;
}

void program_expect(const char *label, const struct program_result *result, int status,
    const char *out_has, const char *err_has)
{
	bool ok = result->status == status &&
		  (!out_has || str_contains(result->out, str_from(out_has))) &&
		  (!err_has || str_contains(result->err, str_from(err_has)));

	if (ok)
		return;
	print_error("%s: status %d, expected %d\n--- stdout (expected: %s)\n%.*s\n", label,
	    result->status, status, out_has ? out_has : "anything", STR_ARG(result->out));
	print_error("--- stderr (expected: %s)\n%.*s\n", err_has ? err_has : "anything",
	    STR_ARG(result->err));
	fail();
}
