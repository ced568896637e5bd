#include "cmd/masks.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/regex.h"
#include "cmd/app.h"
#include "cmd/ci.h"

struct loading {
	struct app *app;
	struct str *literals;
	size_t count;
	struct regex **patterns;
	size_t pattern_count;
};

/* Hidden whatever their value is. */
static const char *const secret_names[] = {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN", "GITHUB_TOKEN", "TFHERALD_GITHUB_TOKEN", "SLACK_BOT_TOKEN",
    "SLACK_WEBHOOK_URL", NULL};

static bool has_secret_name(struct str name)
{
	for (const char *const *at = secret_names; *at; at++) {
		if (str_is(name, *at))
			return true;
	}
	return str_starts(name, STR("TF_TOKEN_")) || str_contains(name, STR("_OIDC_TOKEN")) ||
	       str_starts(name, STR("SLACK_WEBHOOK"));
}

static void add_literal(struct loading *loading, struct str value)
{
	value = str_trim(value);
	if (value.len < MASKER_MIN || loading->count == MASKS_MAX)
		return;
	for (size_t i = 0; i < loading->count; i++) {
		if (str_eq(loading->literals[i], value))
			return;
	}
	loading->literals[loading->count++] = value;
}

static void add_environment(struct loading *loading)
{
	const struct sys *sys = loading->app->sys;

	for (const char *const *at = sys->environment(sys->state); at && *at; at++) {
		struct str value = str_from(*at), name;

		if (!str_split(&value, '=', &name) || value.len == 0)
			continue;
		if (has_secret_name(name) || detectors_suspect_variable(name, value))
			add_literal(loading, value);
	}
}

static void add_own(struct loading *loading, const struct settings *settings)
{
	static const enum setting_id ids[] = {
	    SET_SLACK_TOKEN, SET_SLACK_WEBHOOK, SET_FINGERPRINT_KEY};
	const char *origin;

	add_literal(loading, github_token(loading->app, &origin));
	for (size_t i = 0; i < ARRAY_LEN(ids); i++)
		add_literal(loading, settings_secret(loading->app, settings, ids[i]));
}

static void add_variable(struct loading *loading, struct str name)
{
	add_literal(loading, sys_env(loading->app->sys, str_to_c(loading->app->run, name)));
}

NODISCARD static bool add_masks(struct loading *loading, struct str masks, struct err *err)
{
	struct str entry;

	while (settings_entry(&masks, &entry)) {
		if (str_eat(&entry, STR("env:"))) {
			add_variable(loading, entry);
			continue;
		}
		(void)str_eat(&entry, STR("regexp:"));
		if (!regex_compile_re2(
			loading->app->run, entry, &loading->patterns[loading->pattern_count], err))
			return err_context(err, "redact.masks");
		loading->pattern_count++;
	}
	return true;
}

static uint32_t detectors_off(const struct settings *settings)
{
	struct str switches = settings_text(settings, SET_REDACT_DETECTORS), entry;
	enum detector detector;
	uint32_t off = 0;

	while (settings_entry(&switches, &entry)) {
		if (str_eat_end(&entry, STR("=off")) && detector_from_str(entry, &detector))
			off |= UINT32_C(1) << detector;
	}
	return off;
}

static struct masker *make_masker(const struct loading *loading)
{
	struct masker *masker = masker_new(loading->app->run);

	for (size_t i = 0; i < loading->count; i++)
		masker_add_passing(masker, loading->literals[i]);
	masker_add_private_keys(masker);
	masker_seal(masker);
	return masker;
}

static void release(const struct loading *loading)
{
	for (size_t i = 0; i < loading->pattern_count; i++)
		regex_free(loading->patterns[i]);
}

static void set_masks(struct app *app, const struct loading *loading, uint32_t off)
{
	struct masks *made = arena_make(app->run, struct masks);

	*made = (struct masks){.literals = loading->literals,
	    .literal_count = loading->count,
	    .masker = make_masker(loading),
	    .detectors = {.off = off,
		.masks = loading->patterns,
		.mask_count = loading->pattern_count},
	    .previous = app->masks};
	app->masks = made;
}

void masks_load_environment(struct app *app)
{
	struct loading loading = {
	    .app = app, .literals = arena_array(app->run, struct str, MASKS_MAX)};

	add_environment(&loading);
	set_masks(app, &loading, 0);
}

bool masks_load(struct app *app, const struct settings *settings, struct err *err)
{
	struct str masks = settings_text(settings, SET_REDACT_MASKS);
	struct str names = settings_text(settings, SET_REDACT_ENV), name;
	struct loading loading = {.app = app,
	    .literals = arena_array(app->run, struct str, MASKS_MAX),
	    .patterns = arena_array(app->run, struct regex *, settings_entry_count(masks) + 1)};

	add_own(&loading, settings);
	while (settings_entry(&names, &name))
		add_variable(&loading, name);
	if (!add_masks(&loading, masks, err)) {
		release(&loading);
		return false;
	}
	add_environment(&loading);
	set_masks(app, &loading, detectors_off(settings));
	return true;
}

void masks_close(const struct masks *masks)
{
	for (; masks; masks = masks->previous) {
		for (size_t i = 0; i < masks->detectors.mask_count; i++)
			regex_free(masks->detectors.masks[i]);
	}
}
