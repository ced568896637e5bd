/*
 * settings.h: every key of tfherald.yaml, in one table, and the values of this run.
 *
 * Precedence: option > environment > nearest file > ... > root file > default. Files are read along
 * the chain of directories from the repository root to the directory of the run, each may be
 * missing. Every value remembers where it came from. Unknown keys are errors with a suggestion; all
 * errors of all files are reported in one run. Secrets are never values: `env:NAME` names a
 * variable, a literal token is refused.
 *
 * The table (settings_table.c) feeds the loader, `config show`, `config check`, the editor's JSON
 * Schema and docs/settings.md. Source of the rules: the settings design page.
 *
 * Errors: ERR_INVALID / ERR_SYNTAX with file:line:column. Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_SETTINGS_H
#define CMD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "notifiers/channels.h"

struct app;
struct arena;
struct err;
struct source;

enum setting_type {
	SETTING_TEXT,
	SETTING_BOOL,
	SETTING_INT,
	SETTING_SIZE, /* bytes; 65000, 64KiB, 64MiB */
	SETTING_CHOICE,
	SETTING_SECRET,	  /* env:NAME; the value is the name of the variable */
	SETTING_ROUTES,	  /* slack.routes: a list of maps */
	SETTING_SWITCHES, /* a map of names to on or off; in `text` "NAME=off", one a line */
	SETTING_LIST,	  /* a list of texts; in `text` one a line */
	SETTING_NOISE,	  /* a list of {path, reason}; in `text` one a line, a tab between them */
};

enum setting_inherit {
	INHERIT_NEAREST,
	INHERIT_ACCUMULATE,
	INHERIT_OWN_FILE,
	INHERIT_ROOT,	   /* stands in the root file only */
	INHERIT_STRICTEST, /* of true or false: true wins, whoever says so */
};

enum setting_id {
	SET_VERSION,
	SET_TARGET,
	SET_TERRAFORM_COMMAND,
	SET_GITHUB_COMMENT,
	SET_GITHUB_MODE_PLAN,
	SET_GITHUB_MODE_APPLY,
	SET_GITHUB_SKIP_NO_CHANGES,
	SET_GITHUB_BASE_URL,
	SET_SLACK_TOKEN,
	SET_SLACK_WEBHOOK,
	SET_SLACK_ROUTES,
	SET_FINGERPRINT_KEY,
	SET_REDACT_DETECTORS,
	SET_REDACT_MASKS,
	SET_REDACT_ENV,
	SET_FAIL_ON_LEAK,
	SET_NOISE,
	SET_LIMITS_GITHUB_COMMENT,
	SET_LIMITS_CAPTURE,
	SET_LOG_LEVEL,
};
#define SETTING_COUNT (SET_LOG_LEVEL + 1)

struct setting_row {
	const char *key; /* "github.skip_no_changes" */
	enum setting_type type;
	const char *default_text; /* as it would stand in a file; "" for none */
	enum setting_inherit inherit;
	bool trusted; /* on a pull request it counts only from the trusted chain */
	const char *const *choices;
	int64_t min, max; /* INT and SIZE */
	const char *help; /* one line */
};
extern const struct setting_row setting_rows[SETTING_COUNT];

struct setting_value {
	struct str text;   /* normalised text form; routes: a short description */
	int64_t number;	   /* INT, SIZE, BOOL (0/1), CHOICE (index) */
	struct str origin; /* "default", "prod/tfherald.yaml:3:5", "option --target" */
	bool is_set;	   /* not the default */
	bool is_outside;   /* a variable or an option: no file decides */
};

struct slack_route {
	unsigned events; /* bit per enum route_event */
	struct str channel;
	const struct str *dirs; /* globs relative to the file's directory; none: all */
	size_t dir_count;
	struct str base; /* directory of the file, relative to the root, "" for the root */
	struct str origin;
};

struct settings {
	struct setting_value values[SETTING_COUNT];
	const struct slack_route *routes;
	size_t route_count;
	const struct str *files; /* that were read, relative to the root, root first */
	size_t file_count;

	/* Trusted keys whose text in the working tree is another than in effect: it counts after
	 * the merge. Empty `trusted_by`: the working tree decides everything. */
	struct str trusted_by;
	bool is_pending[SETTING_COUNT];
	struct setting_value pending[SETTING_COUNT];
};

struct workspace {
	struct str root;      /* absolute; outside of a repository the start directory */
	struct str directory; /* of the run, relative to root, "." for the root itself */
	/* How the run names it where that leads through a link in the repository; else empty. Taken
	 * from $PWD, which shells keep, where no path is given. */
	struct str named;
	bool in_repository;
};

#define WORKSPACE_PATH_MAX 4096
/* The working directory as it was reached: $PWD, when that is it indeed. */
NODISCARD bool workspace_here(char here[WORKSPACE_PATH_MAX]);

/* Walks up to the directory that holds .git (a directory or, in worktrees, a file). */
NODISCARD bool workspace_find(struct arena *arena, struct workspace *out, struct err *err);
/* The same for another directory than the working one; NULL: that one. ERR_IO when it is missing.
 */
NODISCARD bool workspace_find_at(
    struct arena *arena, const char *path, struct workspace *out, struct err *err);

/* Reads files and environment. Problems beyond the first are counted and go to log_error(). */
NODISCARD bool settings_load(
    struct app *app, const struct workspace *workspace, struct settings *out, struct err *err);
/*
 * Trusted keys come from this chain instead, unless a variable or an option sets them; what the
 * working tree says is kept in `pending`. What is wrong with files that were merged is a warning:
 * an error would lock the pull request that mends them.
 */
void settings_trust(struct app *app, const struct workspace *workspace,
    const struct source *trusted, struct settings *settings);
/* An option on the command line, with or without its dashes; `text` is checked like one from a
 * file. Errors: ERR_USAGE. */
NODISCARD bool settings_override(struct arena *arena, struct settings *settings, enum setting_id id,
    const char *option, struct str text, struct err *err);

bool settings_bool(const struct settings *settings, enum setting_id id);
int64_t settings_number(const struct settings *settings, enum setting_id id);
struct str settings_text(const struct settings *settings, enum setting_id id);
/* The secret itself: the value of the variable that the setting names, or the conventional ones. */
struct str settings_secret(
    const struct app *app, const struct settings *settings, enum setting_id id);
/* Takes the next entry of a SETTING_LIST or SETTING_SWITCHES off the front of its text. */
bool settings_entry(struct str *text, struct str *entry);
size_t settings_entry_count(struct str text);
/* The name of the variable that settings_secret() looks at. */
struct str settings_secret_variable(const struct settings *settings, enum setting_id id);

#endif
