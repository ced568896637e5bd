#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/sink.h"
#include "cmd/command.h"
#include "cmd/policy_effective.h"
#include "parser/plan_read.h"

#define EXPIRING_SECONDS ((int64_t)14 * 86400) /* of policies/waive.c */

enum effective_format {
	EFFECTIVE_TERMINAL,
	EFFECTIVE_JSON,
};
static const char *const formats[] = {
    [EFFECTIVE_TERMINAL] = "terminal", [EFFECTIVE_JSON] = "json", NULL};

struct effective_options {
	struct policy_options policies;
	int format; /* enum effective_format */
};

/* Which waivers count is decided with a verdict: that of a plan in which nothing changes. */
NODISCARD static bool find_waivers(
    struct app *app, struct policies *policies, struct effective *out, struct err *err)
{
	static const char nothing[] =
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.0.0\",\"resource_changes\":[]}";
	struct plan_options options = {.strict_json = false};
	struct verdict verdict;
	struct plan *plan;

	if (!plan_read_json(app->run, input_from_str(app->run, "nothing", str_from(nothing)),
		&options, &plan, err) ||
	    !policies_judge(policies, plan, &verdict, err))
		return false;
	for (size_t i = 0; i < verdict.waiver_count; i++) {
		struct waiver_use *use = &verdict.waivers[i];
		bool soon = use->waiver->expires - policies->world.now <= EXPIRING_SECONDS;

		/* nothing can be used by no plan */
		if (use->state == WAIVER_UNUSED)
			use->state = soon ? WAIVER_EXPIRING : WAIVER_ACTIVE;
	}
	out->waivers = verdict.waivers;
	out->waiver_count = verdict.waiver_count;
	return true;
}

NODISCARD static bool show(struct app *app, const struct effective_options *options,
    const struct effective *effective, struct err *err)
{
	struct sink sink;

	sink_to_fd(&sink, app->run, app->out, 0);
	if (options->format == EFFECTIVE_JSON)
		effective_json(effective, &sink);
	else
		effective_terminal(effective, &sink);
	return sink_finish(&sink, err);
}

static NODISCARD bool effective_run(struct app *app, const void *values,
    const struct operands *operands, int *status UNUSED, struct err *err)
{
	const struct effective_options *options = values;
	struct session_options opening = {
	    .directory = operands->count > 0 ? operands->items[0] : NULL};
	struct fact_options facts = {.base = options->policies.base};
	struct session *session = arena_make(app->run, struct session);
	struct policies *policies = arena_make(app->run, struct policies);
	struct effective effective = {.arena = app->run, .policies = policies};
	bool ok;

	if (!session_open(app, &opening, session, err) ||
	    !session_find_facts(app, session, &facts, err))
		return false;
	ok = policies_open(app, session, &options->policies, true, policies, err);
	effective.directory = session->workspace.directory;
	ok = ok && find_waivers(app, policies, &effective, err) &&
	     show(app, options, &effective, err);
	policies_close(policies);
	return ok;
}

static const struct opt effective_opts[] = {
    POLICY_OPTION_BASE(effective_options, policies),
    POLICY_OPTION_FACTS(effective_options, policies),
    {.name = "format",
	.type = OPT_CHOICE,
	.arg = "FORMAT",
	.choices = formats,
	.offset = offsetof(struct effective_options, format),
	.help = "terminal or json (default: terminal)"},
    POLICY_OPTION_NOW(effective_options, policies),
    {.name = NULL},
};

extern const struct command command_policy_effective;
const struct command command_policy_effective = {
    .name = "policy effective",
    .args = "[DIR]",
    .help = "list what is in force in a directory, and from where",
    .description =
	"Every rule that holds in DIR (default: the working directory) with the file and line it\n"
	"comes from, its level and what overrides made of it; those that do not hold there and\n"
	"why; params, labels and waivers; what the working tree would loosen of the base branch.",
    .example = "tfherald policy effective envs/prod\n"
	       "tfherald policy effective --format json envs/prod",
    .opts = effective_opts,
    .values_size = sizeof(struct effective_options),
    .operands_max = 1,
    .run = effective_run,
};
