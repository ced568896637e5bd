/*
 * ci_platform.h: one row per CI platform: how it is recognised, and the function that fills the
 * facts.
 *
 * A new platform is one file with one `const struct ci_platform`, and its row in ci.c.
 * fact_set() and its kin fill only what is not known yet: who comes first wins.
 *
 * Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_CI_PLATFORM_H
#define CMD_CI_PLATFORM_H

#include "cmd/app.h"
#include "policies/facts.h"

struct ci_run {
	struct app *app;
	struct facts *facts;
	bool prefer_git_remote; /* the platform's own name of the repository is not sure */
};

struct ci_platform {
	const char *name;     /* "CircleCI" */
	const char *variable; /* set there and nowhere else */
	void (*fill)(struct ci_run *run);
};

extern const struct ci_platform ci_circleci, ci_github_actions;

/* An environment variable, printable, in one line; "", "false", "null", "<nil>" count as unset. */
struct str ci_env(const struct ci_run *run, const char *name);

/* Nothing happens when the fact is known or the value empty. */
void fact_set(struct ci_run *run, struct fact *fact, struct str value, const char *origin);
void fact_env(struct ci_run *run, struct fact *fact, const char *name);
/* The same for a commit and for numbers: what is none is left out with a note in the log. */
void fact_commit(struct ci_run *run, struct str value, const char *origin);
void fact_number(struct ci_run *run, struct fact *fact, struct str value, const char *origin);
/* "https://HOST/OWNER/NAME/pull/N" sets host, repository and number; any other form is noted. */
void fact_pull_url(struct ci_run *run, struct str url, const char *origin);
/* A clone address: host and repository. */
void fact_remote(struct ci_run *run, struct str url, const char *origin);

bool is_commit(struct str text); /* 40 or 64 hex digits */
/* owner/name in GitHub's alphabet; groups in groups pass, too */
bool is_repository(struct str text);
bool pull_url_parse(struct str url, struct str *host, struct str *repository, struct str *number);

#endif
