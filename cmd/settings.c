#include "cmd/settings.h"

#include "base/arena.h"
#include "base/err.h"
#include "cmd/app.h"
#include "cmd/settings_file.h"

/* Where a secret is looked for when no setting names its variable. */
struct secret_row {
	enum setting_id id;
	const char *variable;
};

static const struct secret_row secrets[] = {
    {SET_SLACK_TOKEN, "SLACK_BOT_TOKEN"},
    {SET_SLACK_WEBHOOK, "SLACK_WEBHOOK_URL"},
};

bool settings_override(struct arena *arena, struct settings *settings, enum setting_id id,
    const char *option, struct str text, struct err *err)
{
	struct setting_value *slot = &settings->values[id];
	struct err why = {0};

	while (*option == '-')
		option++;
	if (!setting_parse(arena, &setting_rows[id], text, slot, &why))
		return err_set(err, ERR_USAGE, "option '--%s': %s", option, why.text);
	slot->origin = str_format(arena, "option --%s", option);
	slot->is_set = slot->is_outside = true;
	return true;
}

bool settings_bool(const struct settings *settings, enum setting_id id)
{
	return settings->values[id].number != 0;
}

int64_t settings_number(const struct settings *settings, enum setting_id id)
{
	return settings->values[id].number;
}

struct str settings_text(const struct settings *settings, enum setting_id id)
{
	return settings->values[id].text;
}

bool settings_entry(struct str *text, struct str *entry)
{
	return str_split(text, '\n', entry);
}

size_t settings_entry_count(struct str text)
{
	struct str entry;
	size_t count = 0;

	while (settings_entry(&text, &entry))
		count++;
	return count;
}

struct str settings_secret_variable(const struct settings *settings, enum setting_id id)
{
	if (settings->values[id].text.len > 0)
		return settings->values[id].text;
	for (size_t i = 0; i < ARRAY_LEN(secrets); i++) {
		if (secrets[i].id == id)
			return str_from(secrets[i].variable);
	}
	return STR_EMPTY;
}

struct str settings_secret(
    const struct app *app, const struct settings *settings, enum setting_id id)
{
	struct str variable = settings_secret_variable(settings, id);

	return variable.len > 0 ? str_trim(sys_env(app->sys, variable.ptr)) : STR_EMPTY;
}
