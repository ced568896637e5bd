#include "cmd/fingerprint_key.h"

#include "base/err.h"
#include "base/log.h"
#include "cmd/app.h"

static void say_unset(struct app *app, struct str variable)
{
	if (app->key_was_missed)
		return;
	app->key_was_missed = true;
	log_info("fingerprint_key names %.*s, which is not set: hidden values are left out of "
		 "fingerprints",
	    STR_ARG(variable));
}

bool fingerprint_key_load(
    struct app *app, const struct settings *settings, struct str *out, struct err *err)
{
	const struct setting_value *setting = &settings->values[SET_FINGERPRINT_KEY];
	struct str variable = settings_secret_variable(settings, SET_FINGERPRINT_KEY);

	*out = settings_secret(app, settings, SET_FINGERPRINT_KEY);
	if (out->len == 0 && setting->is_set)
		say_unset(app, variable);
	if (out->len == 0 || out->len >= FINGERPRINT_KEY_MIN)
		return true;
	return err_set(err, ERR_INVALID,
	    "%.*s: fingerprint_key: the variable %.*s holds fewer than %zu bytes, which can be "
	    "guessed: put a random key there, for example of 'openssl rand -hex 32'",
	    STR_ARG(setting->origin), STR_ARG(variable), FINGERPRINT_KEY_MIN);
}
