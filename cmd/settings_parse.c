#include "cmd/settings_file.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "base/words.h"
#include "cmd/options.h"

#define TEXT_MAX 1000

struct size_unit {
	const char *name;
	int shift;
};

static const struct size_unit size_units[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}};

static bool is_clean(struct str text)
{
	if (!utf8_is_valid(text))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c < 0x20 || c == 0x7f)
			return false;
	}
	return true;
}

static bool parse_text(
    struct arena *arena, struct str text, struct setting_value *out, struct err *err)
{
	if (text.len == 0)
		return err_set(err, ERR_INVALID, "is empty; leave the key out instead");
	if (text.len > TEXT_MAX)
		return err_set(
		    err, ERR_LIMIT, "is longer than %d bytes; expected a short text", TEXT_MAX);
	if (!is_clean(text))
		return err_set(err, ERR_INVALID,
		    "holds control characters; expected one line of "
		    "text");
	out->text = str_copy(arena, text);
	return true;
}

static bool parse_bool(struct str text, struct setting_value *out, struct err *err)
{
	out->number = str_is(text, "true");
	out->text = out->number ? STR("true") : STR("false");
	if (str_is(text, "true") || str_is(text, "false"))
		return true;
	return err_set(err, ERR_INVALID, "expected true or false, not '%.*s'", STR_ARG(text));
}

static bool parse_int(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err)
{
	struct err why = {0};

	out->text = str_copy(arena, text);
	if (str_to_int64(text, row->min, row->max, &out->number, &why))
		return true;
	return err_set(err, ERR_INVALID, "expected a number from %lld to %lld, not '%.*s'",
	    (long long)row->min, (long long)row->max, STR_ARG(text));
}

/* A newer format than ours is no mistake of the writer's; the message says what to do. */
static bool parse_version(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err)
{
	struct err why = {0};
	int64_t number;

	if (str_to_int64(text, row->max + 1, INT64_MAX, &number, &why))
		return err_set(err, ERR_INVALID,
		    "%lld needs a newer tfherald: this one reads version %lld of the file format",
		    (long long)number, (long long)row->max);
	return parse_int(arena, row, text, out, err);
}

static struct str size_text(struct arena *arena, int64_t bytes)
{
	for (size_t i = ARRAY_LEN(size_units); i-- > 0;) {
		int64_t unit = INT64_C(1) << size_units[i].shift;

		if (bytes > 0 && bytes % unit == 0)
			return str_format(
			    arena, "%lld%s", (long long)(bytes / unit), size_units[i].name);
	}
	return str_format(arena, "%lld", (long long)bytes);
}

static bool parse_size(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err)
{
	struct str digits = text;
	struct err why = {0};
	int shift = 0;

	for (size_t i = 0; shift == 0 && i < ARRAY_LEN(size_units); i++) {
		if (str_eat_end(&digits, str_from(size_units[i].name)))
			shift = size_units[i].shift;
	}
	digits = str_trim_end(digits);
	if (!str_to_int64(digits, 0, INT64_MAX >> shift, &out->number, &why))
		return err_set(err, ERR_INVALID,
		    "expected a size such as 65000, 64KiB or 1MiB, not '%.*s'", STR_ARG(text));
	out->number <<= shift;
	out->text = size_text(arena, out->number);
	if (out->number >= row->min && out->number <= row->max)
		return true;
	return err_set(err, ERR_INVALID, "expected a size from %.*s to %.*s, not '%.*s'",
	    STR_ARG(size_text(arena, row->min)), STR_ARG(size_text(arena, row->max)),
	    STR_ARG(text));
}

static bool parse_choice(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err)
{
	const char *close;

	for (int i = 0; row->choices[i] != NULL; i++) {
		if (str_is(text, row->choices[i])) {
			out->number = i;
			out->text = str_from(row->choices[i]);
			return true;
		}
	}
	close = words_closest(text, row->choices);
	if (close != NULL)
		return err_set(err, ERR_INVALID, "expected %.*s, not '%.*s'; did you mean '%s'?",
		    STR_ARG(words_listed(arena, row->choices)), STR_ARG(text), close);
	return err_set(err, ERR_INVALID, "expected %.*s, not '%.*s'",
	    STR_ARG(words_listed(arena, row->choices)), STR_ARG(text));
}

bool setting_is_variable_name(struct str name)
{
	if (name.len == 0 || (name.ptr[0] >= '0' && name.ptr[0] <= '9'))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool fine = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			    (c >= '0' && c <= '9') || c == '_';

		if (!fine)
			return false;
	}
	return true;
}

/* What stands there may be the secret itself, so that it is never repeated. */
static bool parse_secret(
    struct arena *arena, struct str text, struct setting_value *out, struct err *err)
{
	struct str name = text;

	if (!str_eat(&name, STR("env:")))
		return err_set(err, ERR_INVALID,
		    "a secret does not belong in a file: put it into an environment variable and "
		    "write env:NAME here (and replace the secret, should it have been committed)");
	if (!setting_is_variable_name(name))
		return err_set(err, ERR_INVALID,
		    "expected env:NAME, the name of an environment variable (letters, digits and "
		    "underscores)");
	out->text = str_copy(arena, name);
	return true;
}

/* The token goes there: no user part, no query, TLS but for loopback. The slash at the end goes. */
static bool parse_base_url(
    struct arena *arena, struct str text, struct setting_value *out, struct err *err)
{
	struct str rest = text;
	bool loopback = str_starts(text, STR("http://127.0.0.1")) ||
			str_starts(text, STR("http://localhost")) ||
			str_starts(text, STR("http://[::1]"));

	if (!loopback && !str_eat(&rest, STR("https://")))
		return err_set(err, ERR_INVALID,
		    "expected an address that begins with https://, such as "
		    "https://github.example.com/api/v3");
	if (!parse_text(arena, text, out, err))
		return false;
	if (rest.len == 0 || rest.ptr[0] == '/' || strpbrk(out->text.ptr, "@?# \\\"<>") != NULL)
		return err_set(
		    err, ERR_INVALID, "expected https://HOST/PATH without user, query or fragment");
	while (str_eat_end(&out->text, STR("/")))
		continue;
	return true;
}

static bool parse_by_type(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err)
{
	switch (row->type) {
	case SETTING_TEXT:
		if (row == &setting_rows[SET_GITHUB_BASE_URL])
			return parse_base_url(arena, text, out, err);
		return parse_text(arena, text, out, err);
	case SETTING_BOOL:
		return parse_bool(text, out, err);
	case SETTING_INT:
		if (row == &setting_rows[SET_VERSION])
			return parse_version(arena, row, text, out, err);
		return parse_int(arena, row, text, out, err);
	case SETTING_SIZE:
		return parse_size(arena, row, text, out, err);
	case SETTING_CHOICE:
		return parse_choice(arena, row, text, out, err);
	case SETTING_SECRET:
		return parse_secret(arena, text, out, err);
	case SETTING_ROUTES:
	case SETTING_SWITCHES:
	case SETTING_LIST:
	case SETTING_NOISE:
		break;
	}
	return err_set(err, ERR_INVALID, "is no single value; it stands in a file");
}

bool setting_parse(struct arena *arena, const struct setting_row *row, struct str text,
    struct setting_value *out, struct err *err)
{
	struct setting_value value = {.text = STR_EMPTY, .origin = STR_EMPTY};

	if (!parse_by_type(arena, row, text, &value, err))
		return false;
	*out = value;
	return true;
}

/* github.api_url -> GITHUB_API_URL */
static char variable_letter(char c)
{
	if (c == '.')
		return '_';
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

bool setting_variable(struct arena *arena, const struct setting_row *row, struct str *out)
{
	struct buf buf;
	struct err err = {0};

	if (row->type == SETTING_ROUTES || row->type == SETTING_SWITCHES ||
	    row->type == SETTING_LIST || row->type == SETTING_NOISE ||
	    row->inherit == INHERIT_OWN_FILE)
		return false;
	buf_init(&buf, arena, TEXT_MAX);
	buf_adds(&buf, "TFHERALD_");
	for (const char *at = row->key; *at != '\0'; at++)
		buf_addc(&buf, variable_letter(*at));
	return buf_finish(&buf, out, &err);
}
