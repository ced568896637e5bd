#include "cmd/help.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/sink.h"
#include "base/words.h"
#include "cmd/options.h"
#include "cmd/settings_file.h"
#include "parser/detectors.h"
#include "policies/policy_file.h"

static const char *const inherit_names[] = {
    [INHERIT_NEAREST] = "nearest",
    [INHERIT_ACCUMULATE] = "accumulate",
    [INHERIT_OWN_FILE] = "own file",
    [INHERIT_ROOT] = "root file only",
    [INHERIT_STRICTEST] = "strictest",
};

static struct str type_text(struct arena *arena, const struct setting_row *row)
{
	switch (row->type) {
	case SETTING_TEXT:
		return STR("text");
	case SETTING_BOOL:
		return STR("true or false");
	case SETTING_INT:
		return row->min == row->max ? str_format(arena, "%lld", (long long)row->min)
					    : str_format(arena, "%lld to %lld", (long long)row->min,
						  (long long)row->max);
	case SETTING_SIZE:
		return str_format(
		    arena, "size, %lld to %lld bytes", (long long)row->min, (long long)row->max);
	case SETTING_CHOICE:
		return words_listed(arena, row->choices);
	case SETTING_SECRET:
		return STR("env:NAME");
	case SETTING_ROUTES:
		return STR("list of routes");
	case SETTING_SWITCHES:
		return STR("map of on and off");
	case SETTING_LIST:
		return STR("list");
	case SETTING_NOISE:
		return STR("list of path and reason");
	}
	return STR_EMPTY;
}

static void settings_rows_table(struct buf *buf)
{
	buf_adds(buf, "| key | type | default | inherited | trusted | meaning |\n"
		      "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting_row *row = &setting_rows[i];
		const char *tick = row->default_text[0] != '\0' ? "`" : "";

		buf_addf(buf, "| `%s` | %.*s | %s%s%s | %s | %s | %s |\n", row->key,
		    STR_ARG(type_text(buf->arena, row)), tick, row->default_text, tick,
		    inherit_names[row->inherit], row->trusted ? "yes" : "", row->help);
	}
}

/* Keys of the same file that the policies read. */
static void policy_table(struct buf *buf)
{
	buf_adds(buf, "\n## Policies\n\n"
		      "These keys stand in the same file and make the rules; all of them are "
		      "trusted.\n\n"
		      "| key | type | inherited | meaning |\n|---|---|---|---|\n");
	for (const struct policy_key_row *row = policy_key_rows; row->name != NULL; row++)
		buf_addf(buf, "| `%s` | %s | %s | %s |\n", row->name, row->type, row->inherited,
		    row->help);
}

static void routes_text(struct buf *buf)
{
	buf_adds(buf, "\n## Slack routes\n\n"
		      "Each route is `{on, channel, dirs}`:\n\n"
		      "- `on`: one condition or a list of them:");
	for (int i = 0; i < ROUTE_EVENTS; i++)
		buf_addf(buf, "%s `%s`", i > 0 ? "," : "", route_event_name((enum route_event)i));
	buf_addf(buf, ". Without it, `%s`.\n", route_event_name(ROUTE_APPLY_FAILED));
	buf_adds(buf,
	    "- `channel`: name or id of a channel, for a bot token; in quotes, because a bare `#` "
	    "begins a comment. A webhook has its channel built in.\n"
	    "- `dirs`: a glob or a list of globs (`*`, `**`, `?`, `[a-z]`), relative to the "
	    "directory of the file; without it, every directory.\n\n"
	    "Routes of all files on the way count together. When Slack is set up (a webhook is "
	    "known, or `slack.token` is set) and there is no route at all, failed applies are "
	    "told: `{on: apply_failed}`. A `SLACK_BOT_TOKEN` alone sets up nothing.\n");
}

static void redaction_text(struct buf *buf)
{
	buf_adds(buf, "\n## Redaction\n\n"
		      "What the plan marks sensitive is hidden; so is what these detectors find "
		      "unmarked. Each "
		      "can be switched off\n(`redact: {detectors: {entropy: off}}`), on a pull "
		      "request only by "
		      "the trusted files. `fail_on_leak` and `--fail-on-leak`\nmake a finding "
		      "`leak/<detector>` "
		      "of every shape, which denies the plan.\n\n"
		      "| detector | shape | what it hides |\n|---|---|---|\n");
	for (size_t i = 0; i < DETECTOR_COUNT; i++)
		buf_addf(buf, "| `%s` | %s | %s |\n", detector_rows[i].name,
		    detector_rows[i].is_shape ? "yes" : "", detector_rows[i].help);
	buf_adds(buf,
	    "\nHidden without naming, wherever they stand, in base64 and as part of an address "
	    "too: "
	    "our own tokens and the values of\n`AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, "
	    "`GITHUB_TOKEN`, `TF_TOKEN_*`, `*_OIDC_TOKEN*`, `SLACK_WEBHOOK*` and of\nvariables "
	    "whose "
	    "names say that they are secret (`*_PASSWORD`, `*_SECRET`, `*_TOKEN`, `*_API_KEY`, "
	    "`TF_VAR_db_password`).\n`redact.env` names more of them, `redact.masks` patterns "
	    "(`regexp:PATTERN`, RE2). Values of less than 6 bytes hide nothing.\n");
}

void help_settings(struct buf *buf)
{
	buf_adds(buf,
	    "# Settings\n\n"
	    "`tfherald.yaml` may stand in any directory of a repository. The files on the way from "
	    "the root to the\ndirectory of the run are read; each may be missing.\n\n"
	    "Precedence: option, environment, nearest file, ..., root file, default.\n"
	    "`tfherald config show` prints every value with its origin, `tfherald config check` "
	    "everything that is wrong.\n\n");
	settings_rows_table(buf);
	buf_adds(buf,
	    "\nSizes are bytes: `65000`, `64KiB`, `64MiB`, `1GiB`. `terraform: tofu` is short for "
	    "`terraform: {command: tofu}`,\nand `mode: update` under `github` for both modes. Keys "
	    "that are marked as trusted decide what runs and who is told.\n"
	    "\n## Trusted keys\n\n"
	    "In CI they come from the base branch at origin, whatever the branch of a pull request "
	    "says; a change takes effect\nwhen it is merged, and `tfherald config show` prints "
	    "both. On the base branch itself the commit at hand counts, not\nwhat a step changed "
	    "in its files. Options and environment variables count everywhere. A run in CI that "
	    "cannot find\nthe base branch ends with status 65 and says which fetch is missing; "
	    "`--base NAME` or `TFHERALD_BASE` names it, and\n`--base HEAD` lets the commit at hand "
	    "judge itself. On a laptop the files as they are decide about settings.\n"
	    "\n## Secrets\n\n"
	    "A secret is never a value: `env:NAME` names the environment variable that holds it, "
	    "and anything else is refused.\nThere is no setting for the GitHub token: it is "
	    "`TFHERALD_GITHUB_TOKEN`, else `GITHUB_TOKEN`.\n"
	    "\n`github.base_url` decides where that token goes: from a file it counts only for the "
	    "host of the repository (or a\nloopback address); `TFHERALD_GITHUB_BASE_URL` may name "
	    "any.\n");
	routes_text(buf);
	redaction_text(buf);
	policy_table(buf);
	buf_adds(buf,
	    "\n## Environment\n\n"
	    "Every key with a single value can be set by a variable: `TFHERALD_`, then the key in "
	    "capitals with `_` for each dot,\nsuch as `TFHERALD_GITHUB_SKIP_NO_CHANGES=true`.\n"
	    "\n## Example\n\n"
	    "```yaml\n"
	    "# yaml-language-server: $schema=./docs/schema/tfherald.schema.json\n"
	    "terraform: tofu\n"
	    "github:\n"
	    "  skip_no_changes: true\n"
	    "  mode: {plan: update, apply: append}\n"
	    "slack:\n"
	    "  token: env:SLACK_BOT_TOKEN\n"
	    "  routes:\n"
	    "    - {on: [apply_failed, destroy], channel: \"#deploys\"}\n"
	    "    - {on: always, channel: \"#network\", dirs: \"envs/*/network\"}\n"
	    "```\n");
}
