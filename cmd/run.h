/*
 * run.h: the flow of one `plan` or `apply`: settings and facts, the child or the file, the outcome,
 * the summary, the deliveries, the report, the exit status.
 *
 * Layer: cmd.
 */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include "cmd/ci.h"
#include "cmd/command.h"
#include "cmd/policies.h"
#include "policies/facts.h"

struct run_options {
	struct fact_options facts;
	struct policy_options policies;
	bool no_gate;	       /* apply: run the command without evaluating policies before */
	const char *plan;      /* --plan FILE */
	const char *terraform; /* --terraform PATH */
	const char *target;
	const char *report, *reports; /* FILE, DIR */
	const char *markdown, *html;  /* FILE */
	bool no_json;
	bool notify;
	bool dry_run;
	bool defer_exit;
	bool strict_notify;
	bool strict_json;
	bool fail_on_leak;
};

/* The option rows that plan and apply share, in order of the alphabet, so that a command can put
 * its own between them; offsets into struct run_options. */
#define RUN_OPTIONS_TO_BRANCH                                               \
	POLICY_OPTION_BASE(run_options, policies),                          \
	{                                                                   \
		.name = "branch", .type = OPT_TEXT, .arg = "NAME",          \
		.offset = offsetof(struct run_options, facts.branch),       \
		.help = "branch of the run, instead of what CI or git says" \
	}
#define RUN_OPTIONS_TO_MARKDOWN                                                 \
	{.name = "commit",                                                      \
	    .type = OPT_TEXT,                                                   \
	    .arg = "SHA",                                                       \
	    .offset = offsetof(struct run_options, facts.commit),               \
	    .help = "commit the run is about"},                                 \
	    POLICY_OPTION_DATA(run_options, policies),                          \
	    {.name = "defer-exit",                                              \
		.type = OPT_FLAG,                                               \
		.offset = offsetof(struct run_options, defer_exit),             \
		.help = "write the exit status into the report and exit 0"},    \
	    {.name = "dry-run",                                                 \
		.type = OPT_FLAG,                                               \
		.offset = offsetof(struct run_options, dry_run),                \
		.help = "print the requests that would be sent, send nothing"}, \
	    POLICY_OPTION_FACTS(run_options, policies),                         \
	    OPTION_FAIL_ON_LEAK(run_options, fail_on_leak),                     \
	    {.name = "html",                                                    \
		.type = OPT_FILE,                                               \
		.arg = "FILE",                                                  \
		.offset = offsetof(struct run_options, html),                   \
		.help = "also write a page for the browser to FILE"},           \
	    {.name = "link",                                                    \
		.type = OPT_TEXT,                                               \
		.arg = "URL",                                                   \
		.offset = offsetof(struct run_options, facts.link),             \
		.help = "address of the job's log, for links"},                 \
	{                                                                       \
		.name = "markdown", .type = OPT_FILE, .arg = "FILE",            \
		.offset = offsetof(struct run_options, markdown),               \
		.help = "also write the comment to FILE, as long as it gets"    \
	}
#define RUN_OPTIONS_FROM_NO_JSON                                                                 \
	{.name = "no-json",                                                                      \
	    .type = OPT_FLAG,                                                                    \
	    .offset = offsetof(struct run_options, no_json),                                     \
	    .help = "read terraform's text only; add no -out, run no terraform show"},           \
	    {.name = "notify",                                                                   \
		.type = OPT_FLAG,                                                                \
		.offset = offsetof(struct run_options, notify),                                  \
		.help = "send notifications outside CI too"},                                    \
	    POLICY_OPTION_NOW(run_options, policies),                                            \
	    {.name = "plan",                                                                     \
		.type = OPT_FILE,                                                                \
		.arg = "FILE",                                                                   \
		.offset = offsetof(struct run_options, plan),                                    \
		.help =                                                                          \
		    "read FILE instead of running a command: JSON, text, stream or saved plan"}, \
	    {.name = "pr",                                                                       \
		.type = OPT_TEXT,                                                                \
		.arg = "NUMBER",                                                                 \
		.offset = offsetof(struct run_options, facts.pr),                                \
		.help = "number of the pull request"},                                           \
	    {.name = "repo",                                                                     \
		.type = OPT_TEXT,                                                                \
		.arg = "OWNER/NAME",                                                             \
		.offset = offsetof(struct run_options, facts.repo),                              \
		.help = "repository on GitHub"},                                                 \
	    {.name = "report",                                                                   \
		.type = OPT_FILE,                                                                \
		.arg = "FILE",                                                                   \
		.offset = offsetof(struct run_options, report),                                  \
		.help = "write the outcome as JSON to FILE"},                                    \
	    {.name = "reports",                                                                  \
		.type = OPT_DIR,                                                                 \
		.arg = "DIR",                                                                    \
		.offset = offsetof(struct run_options, reports),                                 \
		.help = "write it to DIR under a name of its own"},                              \
	    {.name = "strict-json",                                                              \
		.type = OPT_FLAG,                                                                \
		.offset = offsetof(struct run_options, strict_json),                             \
		.help = "refuse a JSON plan with a fault in what is not used, or beside it"},    \
	    {.name = "strict-notify",                                                            \
		.type = OPT_FLAG,                                                                \
		.offset = offsetof(struct run_options, strict_notify),                           \
		.help = "exit 5 when a notification could not be delivered"},                    \
	    POLICY_OPTION_STRICT(run_options, policies),                                         \
	    {.name = "target",                                                                   \
		.type = OPT_TEXT,                                                                \
		.arg = "NAME",                                                                   \
		.offset = offsetof(struct run_options, target),                                  \
		.help = "name shown in titles, instead of the directory"},                       \
	{                                                                                        \
		.name = "terraform", .type = OPT_COMMAND, .arg = "PATH",                         \
		.offset = offsetof(struct run_options, terraform),                               \
		.help = "program that reads saved plan files"                                    \
	}
#define RUN_OPTIONS RUN_OPTIONS_TO_BRANCH, RUN_OPTIONS_TO_MARKDOWN, RUN_OPTIONS_FROM_NO_JSON

NODISCARD bool run_operation(struct app *app, enum operation operation,
    const struct run_options *options, const struct operands *operands, int *status,
    struct err *err);

#endif
