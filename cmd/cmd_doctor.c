#include "base/arena.h"
#include "base/err.h"
#include "base/process.h"
#include "cmd/command.h"
#include "cmd/doctor.h"
#include "cmd/settings_file.h"
#include "notifiers/http_curl.h"

#define VERSION_TIMEOUT_NS (UINT64_C(10) * 1000000000)
#define VERSION_CAPTURE	   ((size_t)64 << 10)

struct doctor_options {
	struct fact_options facts;
	bool offline;
};

static void check_repository(struct doctor *doctor)
{
	const struct workspace *workspace = &doctor->session->workspace;

	if (workspace->in_repository)
		doctor_ok(doctor, "repository", "%.*s, directory %.*s", STR_ARG(workspace->root),
		    STR_ARG(workspace->directory));
	else
		doctor_note(doctor, "repository",
		    "no git repository around %.*s: settings are read from this directory only",
		    STR_ARG(workspace->root));
}

static void check_settings(struct doctor *doctor)
{
	const struct settings *settings = &doctor->session->settings;

	doctor_ok(doctor, "settings", "%zu file%s named %s on the way from the root",
	    settings->file_count, settings->file_count == 1 ? "" : "s", SETTINGS_FILE);
}

static struct str first_line(struct str text)
{
	struct str rest = text, line = STR_EMPTY;

	(void)str_line(&rest, &line);
	return str_trim(line);
}

static void check_terraform(struct doctor *doctor)
{
	static const char remedy[] =
	    "install it, or name the program in terraform.command (tofu, terragrunt, a path)";
	const char *program = session_terraform(doctor->session);
	const char *const argv[] = {program, "--version", NULL};
	/* without it terraform asks its maker's server for a newer version */
	const char *const env[] = {"CHECKPOINT_DISABLE=1", NULL};
	struct process process = {
	    PROCESS_DEFAULTS,
	    .argv = argv,
	    .env_add = env,
	    .capture_limit = VERSION_CAPTURE,
	    .timeout_ns = VERSION_TIMEOUT_NS,
	};
	struct process_result result;
	struct err err = {0};

	if (!process_run(doctor->app->run, &process, &result, &err))
		doctor_problem(doctor, "terraform", remedy, "%s", err.text);
	else if (result.timed_out)
		doctor_problem(doctor, "terraform", "run it by hand to see what it waits for",
		    "'%s --version' did not end within 10 seconds", program);
	else if (result.status != 0)
		doctor_problem(doctor, "terraform", remedy, "'%s --version' ended with status %d",
		    program, result.status);
	else
		doctor_ok(doctor, "terraform", "%.*s", STR_ARG(first_line(result.out.text)));
}

static void check_facts(struct doctor *doctor)
{
	const struct facts *facts = &doctor->session->facts;

	if (facts->in_ci)
		doctor_ok(doctor, "CI platform", "%.*s", STR_ARG(facts->ci.value));
	else
		doctor_note(doctor, "CI platform",
		    "none: nothing is sent from here unless --notify is given");
	if (fact_known(&facts->repository))
		doctor_ok(doctor, "repository name", "%.*s on %.*s (from %.*s)",
		    STR_ARG(facts->repository.value), STR_ARG(facts->host.value),
		    STR_ARG(facts->repository.origin));
	else
		doctor_problem(doctor, "repository name", "give --repo OWNER/NAME",
		    "neither CI nor a git remote names it");
	if (fact_known(&facts->commit))
		doctor_ok(doctor, "commit", "%.*s (from %.*s)", STR_ARG(facts->commit.value),
		    STR_ARG(facts->commit.origin));
	else
		doctor_note(doctor, "commit", "not known; give --commit SHA");
	if (fact_known(&facts->pull_request))
		doctor_ok(doctor, "pull request", "%.*s (from %.*s)",
		    STR_ARG(facts->pull_request.value), STR_ARG(facts->pull_request.origin));
	else
		doctor_note(doctor, "pull request",
		    "not known here; it is looked up by the commit when a comment is to be sent");
}

static void check_trust(struct doctor *doctor)
{
	const struct session_trust *trust = &doctor->session->trust;

	if (trust->problem.len > 0)
		doctor_problem(doctor, "base branch",
		    "fetch it in a step before, or give --base NAME", "%.*s",
		    STR_ARG(trust->problem));
	else
		doctor_ok(doctor, "base branch", "rules and settings of %.*s are trusted",
		    STR_ARG(trust->trusted));
	for (size_t i = 0; i < trust->note_count; i++)
		doctor_note(doctor, "base branch", "%.*s", STR_ARG(trust->notes[i]));
}

/* The problems before the last were told on standard error already. */
static void invalid_settings(struct doctor *doctor, const struct err *why)
{
	char line[ERR_TEXT_MAX + 300];

	err_format(why, line, sizeof(line));
	doctor_problem(doctor, "settings",
	    "see 'tfherald config check' and 'tfherald help settings'", "%s", line);
}

static void check_all(struct doctor *doctor)
{
	check_repository(doctor);
	check_settings(doctor);
	check_terraform(doctor);
	check_facts(doctor);
	check_trust(doctor);
	doctor_github(doctor);
	doctor_slack(doctor);
}

static NODISCARD bool verdict(const struct doctor *doctor, struct err *err)
{
	if (doctor->problems > 0)
		return err_set(err, ERR_INVALID, "doctor: %zu problem%s",
		    doctor->problems + doctor->unavailable,
		    doctor->problems + doctor->unavailable == 1 ? "" : "s");
	if (doctor->unavailable > 0)
		return err_set(err, ERR_NETWORK, "doctor: %zu service%s could not be asked",
		    doctor->unavailable, doctor->unavailable == 1 ? "" : "s");
	return true;
}

static NODISCARD bool doctor_run(struct app *app, const void *values,
    const struct operands *operands UNUSED, int *status UNUSED, struct err *err)
{
	const struct doctor_options *options = values;
	struct http *curl CLEANUP(http_curl_close_ptr) = NULL;
	struct session session;
	struct sink sink;
	struct doctor doctor = {
	    .app = app,
	    .session = &session,
	    .sink = &sink,
	    .http = app->http,
	    .colour = app_colour(app, app->out),
	};
	struct err why = {0};

	sink_to_fd(&sink, app->run, app->out, 0);
	if (options->offline)
		doctor.http = NULL;
	else if (doctor.http == NULL)
		curl = http_curl_new(app->run, app->sys);
	if (curl != NULL)
		doctor.http = curl;
	if (!session_open(app, &(struct session_options){0}, &session, &why))
		invalid_settings(&doctor, &why);
	else if (!session_look_around(app, &session, &options->facts, err))
		return false;
	else
		check_all(&doctor);
	if (!sink_finish(&sink, err))
		return false;
	return verdict(&doctor, err);
}

static const struct opt doctor_opts[] = {
    {.name = "base",
	.type = OPT_TEXT,
	.arg = "NAME",
	.offset = offsetof(struct doctor_options, facts.base),
	.help = "branch or commit whose rules are trusted, as for plan"},
    {.name = "commit",
	.type = OPT_TEXT,
	.arg = "SHA",
	.offset = offsetof(struct doctor_options, facts.commit),
	.help = "commit the run is about, as for plan"},
    {.name = "offline",
	.type = OPT_FLAG,
	.offset = offsetof(struct doctor_options, offline),
	.help = "ask no service"},
    {.name = "pr",
	.type = OPT_TEXT,
	.arg = "NUMBER",
	.offset = offsetof(struct doctor_options, facts.pr),
	.help = "number of the pull request, as for plan"},
    {.name = "repo",
	.type = OPT_TEXT,
	.arg = "OWNER/NAME",
	.offset = offsetof(struct doctor_options, facts.repo),
	.help = "repository on GitHub, as for plan"},
    {.name = NULL},
};

extern const struct command command_doctor;
const struct command command_doctor = {
    .name = "doctor",
    .args = "",
    .help = "check the whole set-up, post nothing",
    .description =
	"Checks what a run needs: repository, settings, terraform, the CI platform and the pull\n"
	"request, the tokens (GitHub and Slack are asked whether they accept them), the routes.\n"
	"Prints one line for each: ok, note or problem, and for a problem what to do.\n"
	"\n"
	"The exit status is 65 if something must be changed, 69 if a service could not be asked.",
    .example = "tfherald doctor\n"
	       "tfherald doctor --offline",
    .opts = doctor_opts,
    .values_size = sizeof(struct doctor_options),
    .run = doctor_run,
};
