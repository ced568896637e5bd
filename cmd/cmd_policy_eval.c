#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json_read.h"
#include "base/log.h"
#include "base/sink.h"
#include "base/yaml.h"
#include "cmd/command.h"
#include "cmd/exit_codes.h"
#include "cmd/expression_batch.h"

#define VARS_MAX   ((size_t)64 << 20)
#define ANSWER_MAX ((size_t)64 << 20)

struct eval_options {
	const char *vars;
	bool batch, typed;
};

/* Scalars of YAML get their types. */
static struct value typed_tree(struct arena *arena, struct value node)
{
	if (node.kind == VALUE_LIST) {
		struct value *items = arena_array(arena, struct value, node.len);

		for (size_t i = 0; i < node.len; i++)
			items[i] = typed_tree(arena, node.as.items[i]);
		return value_list(items, node.len);
	}
	if (node.kind == VALUE_MAP) {
		struct value_entry *entries = arena_array(arena, struct value_entry, node.len);
		struct value out;
		struct str duplicate;

		for (size_t i = 0; i < node.len; i++) {
			entries[i].key = value_string(value_text(node.as.entries[i].key));
			entries[i].value = typed_tree(arena, node.as.entries[i].value);
		}
		/* the reader has refused duplicate keys */
		return value_map(arena, entries, node.len, &out, &duplicate) ? out : value_null();
	}
	return yaml_scalar(node);
}

static NODISCARD bool read_document(
    struct arena *arena, const char *path, struct value *out, struct err *err)
{
	struct str name = str_from(path), text;
	struct jsonr reader = {.file = path};
	const struct yaml *yaml;

	if (!file_read(arena, path, VARS_MAX, &text, err))
		return false;
	if (!str_ends(name, STR(".yaml")) && !str_ends(name, STR(".yml")))
		return jsonr_read(arena, text, &reader, out, err);
	if (!yaml_read(arena, path, text, &yaml, err))
		return false;
	*out = typed_tree(arena, yaml_root(yaml));
	return true;
}

static NODISCARD bool read_vars(
    struct arena *arena, const char *path, struct question *question, struct err *err)
{
	struct value vars;

	if (path == NULL)
		return true;
	if (!read_document(arena, path, &vars, err))
		return false;
	return question_add_variables(question, vars, err) || err_context(err, "'%s'", path);
}

/* Each problem as a line of its own, with its place in the expression below. */
static NODISCARD bool tell_problems(
    struct app *app, struct str text, const struct cel_problems *problems, struct err *err)
{
	for (size_t i = 0; i < problems->count; i++) {
		const struct cel_problem *problem = &problems->items[i];
		struct buf buf;
		struct sink sink;

		log_error("%.*s", STR_ARG(problem->text));
		buf_init(&buf, app->run, CEL_TEXT_MAX);
		cel_caret(&buf, text, problem->at);
		buf_addc(&buf, '\n');
		sink_to_fd(&sink, app->run, app->diag, 0);
		sink_add(&sink, buf_str(&buf));
		if (!sink_finish(&sink, err))
			return false;
	}
	return true;
}

static NODISCARD bool print_answer(
    struct app *app, const struct answer *answer, bool typed, struct err *err)
{
	bool whole = typed || answer->kind != ANSWER_VALUE;
	struct buf buf;
	struct sink sink;

	buf_init(&buf, app->run, ANSWER_MAX);
	if (whole) {
		buf_adds(&buf, "{");
		expression_answer_fields(&buf, answer, typed);
		buf_adds(&buf, "}");
	} else if (!expression_print(&buf, answer->value, err)) {
		return false;
	}
	buf_adds(&buf, "\n");
	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, buf_str(&buf));
	return sink_finish(&sink, err);
}

static NODISCARD bool eval_one(struct app *app, const struct eval_options *options,
    const struct question *question, int *status, struct err *err)
{
	struct cel_run *run = cel_run_new(app->run);
	struct answer answer = expression_answer(app->run, run, question);
	bool done;

	if (answer.kind == ANSWER_ERROR) {
		*status = err_exit_status(ERR_INVALID);
		done = tell_problems(app, question->text, &answer.problems, err);
	} else {
		done = print_answer(app, &answer, options->typed, err);
	}
	cel_run_free(run);
	return done;
}

static NODISCARD bool read_expression(
    struct app *app, const char *operand, struct str *out, struct err *err)
{
	*out = str_from(operand);
	if (strcmp(operand, "-") != 0)
		return true;
	if (!file_read(app->run, operand, CEL_TEXT_MAX, out, err))
		return false;
	*out = str_trim_end(*out);
	return true;
}

static NODISCARD bool eval_run(struct app *app, const void *values, const struct operands *operands,
    int *status, struct err *err)
{
	const struct eval_options *options = values;
	struct question *question = arena_make(app->run, struct question);

	if (options->batch && operands->count > 0)
		return err_set(err, ERR_USAGE,
		    "policy eval: with --batch the expressions come on standard input, not as "
		    "'%s'",
		    operands->items[0]);
	if (!options->batch && operands->count == 0)
		return err_set(err, ERR_USAGE,
		    "policy eval: which expression? for example: tfherald policy eval '1 + 1'");
	question->text = question->container = STR_EMPTY;
	if (!read_vars(app->run, options->vars, question, err))
		return false;
	if (options->batch)
		return expression_batch(app, question, options->typed, err);
	return read_expression(app, operands->items[0], &question->text, err) &&
	       eval_one(app, options, question, status, err);
}

static const struct opt eval_opts[] = {
    {.name = "batch",
	.type = OPT_FLAG,
	.offset = offsetof(struct eval_options, batch),
	.help = "read JSON lines with id and expr, write one answer for each"},
    {.name = "typed",
	.type = OPT_FLAG,
	.offset = offsetof(struct eval_options, typed),
	.help = "also print the value in a form that keeps its type"},
    {.name = "vars",
	.type = OPT_FILE,
	.arg = "FILE",
	.offset = offsetof(struct eval_options, vars),
	.help = "JSON or YAML (.yaml, .yml) whose top-level keys are variables"},
    {.name = NULL},
};

extern const struct command command_policy_eval;
const struct command command_policy_eval = {
    .name = "policy eval",
    .args = "EXPR",
    .help = "evaluate an expression",
    .description =
	"Prints the value of an expression as JSON on one line. EXPR may be - for standard\n"
	"input. Where JSON has no form of its own: bytes are base64, times and addresses are\n"
	"text, NaN and the infinities are their names. An error is told with its place in the\n"
	"expression; the exit status is 65.\n"
	"\n"
	"With --batch every line of standard input is a question:\n"
	"\n"
	"  {\"id\": ..., \"expr\": TEXT, \"container\": TEXT,\n"
	"   \"vars\": {NAME: plain JSON}, \"bindings\": {NAME: typed value}}\n"
	"\n"
	"of which only expr has to be there, and gets one line in answer, in the same order:\n"
	"\n"
	"  {\"id\": ..., \"value\": plain JSON}\n"
	"  {\"id\": ..., \"error\": TEXT}\n"
	"  {\"id\": ..., \"unknown\": [PATH, ...]}\n"
	"\n"
	"--typed adds \"typed\" to a value. Typed values have the JSON form of cel.expr.Value:\n"
	"{\"int64Value\": \"1\"}, {\"bytesValue\": \"YQ==\"} and so on; {\"unknown\": [PATH]} is\n"
	"one that is not known. \"traced\": true asks the evaluator that explains. A line that is\n"
	"no question gets an error, with id null when it has none; the others are answered, and\n"
	"the exit status is 65 at the end. The variables of --vars are those of every line.",
    .example = "tfherald policy eval '[1, 2, 3].filter(x, x > 1)'\n"
	       "tfherald policy eval --vars vars.yaml 'name.startsWith(\"db-\")'\n"
	       "tfherald policy eval --batch --typed <questions.jsonl",
    .opts = eval_opts,
    .values_size = sizeof(struct eval_options),
    .operands_max = 1,
    .run = eval_run,
};
