#include "cmd/outcome_rules.h"

#include "base/arena.h"
#include "base/log.h"
#include "cmd/app.h"
#include "cmd/fingerprint_key.h"
#include "cmd/masks.h"
#include "report/noise.h"

/* The setting holds one rule a line, path and reason with a tab between them. */
static const struct noise *load_noise(struct arena *arena, struct str text)
{
	size_t count = settings_entry_count(text);
	struct noise_rule *rules = arena_array(arena, struct noise_rule, count);
	struct str entry;

	for (size_t i = 0; i < count && settings_entry(&text, &entry); i++) {
		if (str_split(&entry, '\t', &rules[i].path))
			rules[i].reason = entry;
	}
	return noise_new(arena, rules, count);
}

bool outcome_rules_load(
    struct app *app, const struct settings *settings, struct outcome_rules *out, struct err *err)
{
	if (!masks_load(app, settings, err))
		return false;
	log_set_masker(app->masks->masker);
	*out = (struct outcome_rules){
	    .noise = load_noise(app->run, settings_text(settings, SET_NOISE)),
	    .detectors = &app->masks->detectors,
	    .literals = app->masks->literals,
	    .literal_count = app->masks->literal_count,
	    .fail_on_leak = settings_bool(settings, SET_FAIL_ON_LEAK),
	};
	return fingerprint_key_load(app, settings, &out->fingerprint_key, err);
}
