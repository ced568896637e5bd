#include "cmd/check_plan.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/directory.h"
#include "base/err.h"
#include "cmd/outcome_rules.h"
#include "cmd/plan_source.h"
#include "report/hide.h"

static bool is_terraform(struct str name)
{
	return str_ends(name, STR(".tf")) || str_ends(name, STR(".tf.json")) ||
	       str_is(name, "terragrunt.hcl");
}

static bool holds_terraform(const char *directory)
{
	struct directory dir CLEANUP(directory_close) = DIRECTORY_NONE;
	struct err ignored = {.code = ERR_NONE};
	const char *name;

	if (!directory_open(directory, &dir, &ignored))
		return false;
	while ((name = directory_next(&dir)) != NULL) {
		if (is_terraform(str_from(name)))
			return true;
	}
	return false;
}

static bool is_directory(const char *path)
{
	struct stat about;

	return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* A '=' can stand in the name of a file, too: what is before it has to be a directory. */
static bool split_directory(
    struct arena *arena, const char *operand, const char **directory, const char **path)
{
	const char *equals = strchr(operand, '=');

	if (!equals || equals == operand)
		return false;
	*directory = str_to_c(arena, (struct str){operand, (size_t)(equals - operand)});
	*path = equals + 1;
	return is_directory(*directory);
}

bool check_plan_split(struct arena *arena, const char *operand, const char **directory,
    const char **path, struct err *err)
{
	const char *slash = strrchr(operand, '/');
	struct stat about;

	if (split_directory(arena, operand, directory, path)) {
		if (**path == '\0')
			return err_set(err, ERR_USAGE,
			    "which plan of the directory '%s'? '=' is followed by its file, for "
			    "example %s=tfplan.json",
			    *directory, *directory);
		if (holds_terraform(*directory))
			return true;
		return err_set(err, ERR_USAGE,
		    "'%s' holds no Terraform files: DIR= is the directory of the root module",
		    *directory);
	}
	if (strchr(operand, '=') && stat(operand, &about) != 0)
		return err_set(err, ERR_USAGE, "'%.*s' is no directory",
		    (int)(strchr(operand, '=') - operand), operand);
	*path = operand;
	*directory =
	    slash ? str_to_c(arena, (struct str){operand, (size_t)(slash - operand)}) : ".";
	if (slash == operand)
		*directory = "/";
	if (strcmp(operand, "-") != 0 && holds_terraform(*directory))
		return true;
	return err_set(err, ERR_USAGE,
	    "of which directory is the plan '%s'? say DIR=%s, DIR being the root module's", operand,
	    operand);
}

NODISCARD static bool open_policies(struct app *app, const struct check_plan_options *options,
    const struct check_plan *first, struct check_plan *out, struct err *err)
{
	bool ok = first ? policies_open_directory(&first->policies, &out->session,
			      &options->policies, true, &out->policies, err)
			: policies_open(
			      app, &out->session, &options->policies, true, &out->policies, err);

	out->opened = true;
	out->policies.rules = &out->rules;
	out->policies.world.operation_word = "check";
	return ok;
}

bool check_plan_open(struct app *app, const char *operand, const struct check_plan_options *options,
    const struct check_plan *first, struct check_plan *out, struct err *err)
{
	struct session_options opening = {
	    .terraform = options->terraform, .fail_on_leak = options->fail_on_leak};
	struct fact_options facts = options->facts;

	facts.base = options->policies.base;
	*out = (struct check_plan){0};
	return check_plan_split(app->run, operand, &opening.directory, &out->path, err) &&
	       session_open(app, &opening, &out->session, err) &&
	       session_find_facts(app, &out->session, &facts, err) &&
	       open_policies(app, options, first, out, err);
}

/* What is imported comes before the rules' findings, and only once all plans are loaded. */
NODISCARD static bool begin_policies(
    const struct check_plan_options *options, struct check_plan *plan, struct err *err)
{
	return options->imports.count > 0 ||
	       policies_begin(&plan->policies, plan->plan, &plan->rules, err);
}

bool check_plan_load(struct app *app, const struct check_plan_options *options,
    struct check_plan *plan, struct err *err)
{
	struct plan_options reading = {.strict_json = options->strict_json};
	struct outcome *outcome = &plan->outcome;

	outcome->version = TFHERALD_VERSION;
	outcome->facts = plan->session.facts;
	outcome->facts.now = plan->policies.world.now; /* one clock a run */
	return outcome_rules_load(app, &plan->session.settings, &plan->rules, err) &&
	       plan_from_file(app, plan->path, session_terraform(&plan->session), &reading,
		   &plan->plan, err) &&
	       plan_is_alone(plan->plan, plan->path, err) && begin_policies(options, plan, err) &&
	       outcome_add_plan(app->run, app->scratch, plan->plan, &plan->rules, outcome, err);
}

bool check_plan_judge(struct app *app, struct check_plan *plan, struct err *err)
{
	struct outcome *outcome = &plan->outcome;

	plan->policies.world.secrets = outcome->secrets;
	if (!policies_judge(&plan->policies, plan->plan, &outcome->verdict, err))
		return false;
	if (outcome->secrets)
		outcome_hide_rest(app->run, outcome->secrets, outcome);
	return true;
}

void check_plan_close(struct check_plan *plan)
{
	if (plan->opened)
		policies_close(&plan->policies);
	plan->opened = false;
}
