#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/policies.h"
#include "cmd/policy_files.h"
#include "cmd/policy_tests.h"

#define PACK_MAX ((size_t)4 << 20)

struct test_options {
	bool verbose;
};

struct testing {
	struct app *app;
	const struct test_options *options;
	struct sink out;
	int64_t now;
	struct str *files; /* whose tests were run */
	size_t file_count;
	size_t passed, failed;
	struct str only; /* tests of this file; empty: of all */
};

/* --- one test --- */

static void print_name(struct testing *testing, const struct policy_test *test)
{
	struct arena *arena = testing->app->scratch;

	sink_add(
	    &testing->out, str_format(arena, "%.*s: %.*s",
			       STR_ARG(place_shown(arena, &test->place)), STR_ARG(test->rule)));
	if (test->name.len > 0)
		sink_add(&testing->out, str_format(arena, " (%.*s)", STR_ARG(test->name)));
}

static void print_detail(struct testing *testing, struct str detail)
{
	struct str line;

	while (str_line(&detail, &line)) {
		sink_add(&testing->out, STR("    "));
		sink_add(&testing->out, line);
		sink_add(&testing->out, STR("\n"));
	}
}

static void print_outcome(struct testing *testing, const struct policy_test_outcome *outcome)
{
	struct arena *arena = testing->app->scratch;

	if (outcome->good && !testing->options->verbose)
		return;
	sink_add(&testing->out, outcome->good ? STR("ok      ") : STR("not ok  "));
	print_name(testing, outcome->test);
	if (outcome->good) {
		sink_add(&testing->out, str_format(arena, ": %.*s\n", STR_ARG(outcome->got)));
		return;
	}
	sink_add(&testing->out, str_format(arena, ": expected %.*s, got %.*s\n",
				    STR_ARG(outcome->expected), STR_ARG(outcome->got)));
	print_detail(testing, outcome->detail);
}

static void run_test(
    struct testing *testing, const struct ruleset *ruleset, const struct policy_test *test)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct policy_test_outcome outcome;
	struct arena_mark mark = arena_save(testing->app->scratch);

	policy_problems_init(problems, arena);
	policy_test_run(arena, ruleset, test, testing->now, &outcome, problems);
	testing->passed += outcome.good;
	testing->failed += !outcome.good;
	print_outcome(testing, &outcome);
	arena_rewind(testing->app->scratch, mark);
}

/* --- the files of one directory --- */

static bool was_run(const struct testing *testing, struct str file)
{
	for (size_t i = 0; i < testing->file_count; i++) {
		if (str_eq(testing->files[i], file))
			return true;
	}
	return false;
}

static void note_run(struct testing *testing, struct str file)
{
	size_t size = sizeof(*testing->files);

	testing->files = arena_grow(testing->app->run, testing->files, testing->file_count * size,
	    (testing->file_count + 1) * size);
	testing->files[testing->file_count++] = file;
}

/* Tests of files that hold above the directory belong to somebody else. */
static bool is_wanted(
    const struct testing *testing, const struct policy_file *file, struct str below)
{
	if (file->test_count == 0 || (file->kind == POLICY_PACK && testing->only.len == 0))
		return false;
	if (testing->only.len > 0)
		return str_eq(file->name, testing->only);
	return path_is_below(file->directory, below) && !was_run(testing, file->name);
}

static void run_files(struct testing *testing, const struct ruleset *ruleset, struct str below)
{
	for (size_t i = 0; i < ruleset->file_count; i++) {
		const struct policy_file *file = ruleset->files[i];

		if (!is_wanted(testing, file, below))
			continue;
		note_run(testing, file->name);
		for (size_t k = 0; k < file->test_count; k++)
			run_test(testing, ruleset, &file->tests[k]);
	}
}

NODISCARD static bool run_ruleset(struct testing *testing, const struct ruleset_request *request,
    struct str below, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct ruleset *ruleset = NULL;
	bool ok;

	policy_problems_init(problems, testing->app->run);
	ok = ruleset_load(testing->app->run, request, &ruleset, problems, err) &&
	     policies_report(testing->app, problems, err);
	if (ok)
		run_files(testing, ruleset, below);
	ruleset_free(ruleset);
	return ok;
}

/* --- operands --- */

NODISCARD static bool test_directory(
    struct testing *testing, const struct policy_tree *tree, struct str below, struct err *err)
{
	struct policy_directories directories;

	if (!policy_directories_find(testing->app->run, &tree->source, below, &directories, err))
		return false;
	for (size_t i = 0; i < directories.count; i++) {
		struct ruleset_request request = {.source = &tree->source,
		    .directory = directories.items[i].path,
		    .check_all = true,
		    .tests = true};

		if ((directories.items[i].flags & (HAS_POLICY | HAS_TESTS)) != 0 &&
		    !run_ruleset(testing, &request, below, err))
			return false;
	}
	return true;
}

/* NOLINTNEXTLINE(readability-function-size): the parameters of struct source */
static bool nothing_to_read(void *state UNUSED, struct arena *arena UNUSED, struct str path UNUSED,
    size_t limit UNUSED, struct str *text, bool *found, struct err *err UNUSED)
{
	*text = STR_EMPTY;
	*found = false;
	return true;
}

static bool nothing_to_list(void *state UNUSED, struct arena *arena UNUSED,
    struct str directory UNUSED, struct source_entry **entries, size_t *count,
    struct err *err UNUSED)
{
	*entries = NULL;
	*count = 0;
	return true;
}

/* A pack stands on its own, wherever its file is. */
NODISCARD static bool test_pack(
    struct testing *testing, struct str path, struct str text, struct err *err)
{
	struct source nothing = {.name = path, .read = nothing_to_read, .list = nothing_to_list};
	struct ruleset_request request = {.source = &nothing,
	    .directory = STR_EMPTY,
	    .check_all = true,
	    .tests = true,
	    .pack_file = path,
	    .pack_text = text};

	testing->only = path;
	return run_ruleset(testing, &request, STR_EMPTY, err);
}

/* A file of tests or of a directory holds with its directory; one that others use is read as if the
 * root used it. */
NODISCARD static bool test_file(struct testing *testing, const char *path, struct err *err)
{
	struct arena *arena = testing->app->run;
	const char *slash = strrchr(path, '/');
	struct str name = str_from(slash ? slash + 1 : path), extra;
	const char *directory =
	    slash ? str_to_c(arena, (struct str){path, (size_t)(slash - path) + 1}) : ".";
	struct policy_tree tree;
	struct ruleset_request request;

	if (!policy_tree_open(testing->app, directory, &tree, err))
		return false;
	extra = tree.directory.len > 0
		    ? str_format(arena, "%.*s/%.*s", STR_ARG(tree.directory), STR_ARG(name))
		    : str_copy(arena, name);
	testing->only = extra;
	request = (struct ruleset_request){
	    .source = &tree.source, .directory = tree.directory, .check_all = true, .tests = true};
	if (!str_is(name, POLICY_FILE) && !str_ends(name, STR("_test.yaml")))
		request.extra = (struct policy_names){&extra, 1};
	return run_ruleset(testing, &request, STR_EMPTY, err);
}

static bool is_pack(struct arena *arena, struct str path, struct str text)
{
	const struct yaml *yaml;
	struct err ignored = {0};

	return yaml_read_with(arena, str_to_c(arena, path), text, &policy_yaml, &yaml, &ignored) &&
	       value_get_c(yaml_root(yaml), "pack") != NULL;
}

NODISCARD static bool test_operand(struct testing *testing, const char *operand, struct err *err)
{
	struct arena *arena = testing->app->run;
	struct policy_tree tree;
	struct stat about;
	struct str text;

	testing->only = STR_EMPTY;
	if (stat(operand, &about) == 0 && S_ISDIR(about.st_mode))
		return policy_tree_open(testing->app, operand, &tree, err) &&
		       test_directory(testing, &tree, tree.directory, err);
	if (!file_read(arena, operand, PACK_MAX, &text, err))
		return false;
	if (is_pack(arena, str_from(operand), text))
		return test_pack(testing, str_from(operand), text, err);
	return test_file(testing, operand, err);
}

NODISCARD static bool test_all(
    struct testing *testing, const struct operands *operands, struct err *err)
{
	struct policy_tree tree;

	if (operands->count == 0)
		return policy_tree_open(testing->app, NULL, &tree, err) &&
		       test_directory(testing, &tree, STR_EMPTY, err);
	for (size_t i = 0; i < operands->count; i++) {
		if (!test_operand(testing, operands->items[i], err))
			return false;
	}
	return true;
}

static void print_sum(struct testing *testing)
{
	struct arena *arena = testing->app->scratch;
	size_t all = testing->passed + testing->failed;

	if (all == 0)
		sink_add(&testing->out, STR("there are no tests here: nothing was tested\n"));
	else if (testing->failed == 0)
		sink_add(&testing->out,
		    str_format(arena, "%zu test%s passed\n", all, all == 1 ? "" : "s"));
	else
		sink_add(&testing->out, str_format(arena, "%zu of %zu test%s failed\n",
					    testing->failed, all, all == 1 ? "" : "s"));
}

static NODISCARD bool test_run(struct app *app, const void *values, const struct operands *operands,
    int *status, struct err *err)
{
	struct testing testing = {.app = app, .options = values, .only = STR_EMPTY};
	bool ok;

	testing.now = app->sys->now(app->sys->state);
	sink_to_fd(&testing.out, app->run, app->out, 0);
	ok = test_all(&testing, operands, err);
	if (ok)
		print_sum(&testing);
	if (!ok) {
		struct err ignored = {0};

		(void)!sink_finish(&testing.out, &ignored);
		return false;
	}
	*status = testing.failed > 0 ? EXIT_INVALID : EXIT_DONE;
	return sink_finish(&testing.out, err);
}

static const struct opt test_opts[] = {
    {.name = "verbose",
	.type = OPT_FLAG,
	.offset = offsetof(struct test_options, verbose),
	.help = "also list the tests that pass"},
    {.name = NULL},
};

extern const struct command command_policy_test;
const struct command command_policy_test = {
    .name = "policy test",
    .args = "[DIR|FILE...]",
    .help = "run the tests of the rules",
    .description =
	"Runs the tests of every tfherald.yaml, of the files that these use and of every\n"
	"*_test.yaml at or below DIR (default: the whole repository). FILE is one of those\n"
	"files, or a pack of rules with its tests.\n"
	"\n"
	"  tests:\n"
	"    - rule: no-public-bucket\n"
	"      name: an ACL that everybody reads\n"
	"      resource: {type: aws_s3_bucket, after: {acl: public-read}}\n"
	"      expect: violation\n"
	"\n"
	"expect is pass, violation, error, not_matched, guarded (`when` is false), undecided, or\n"
	"{undecided: [after.acl]} with what it depends on; message is a part of the message.\n"
	"Values may be !unknown (known after apply) and !sensitive. A rule about a whole plan is\n"
	"asked with plan: {summary: {destroy: 4}}, about an output with output, about all plans\n"
	"of a pull request with run: {plans: [...]}. resources, references, labels, params, dir,\n"
	"git, pr, backend, data, now and operation say what else there is; what a test does not\n"
	"speak of is unknown. docs/policies.md has all of it.\n"
	"\n"
	"Exit status: 0, 65 when a test failed or a policy file cannot be used.",
    .example = "tfherald policy test\n"
	       "tfherald policy test --verbose envs/prod\n"
	       "tfherald policy test policies/network.yaml",
    .opts = test_opts,
    .values_size = sizeof(struct test_options),
    .operands_max = 1000,
    .run = test_run,
};
