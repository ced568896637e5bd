#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

struct err_code_row {
	int status;
	const char *meaning;
};

static const struct err_code_row err_codes[] = {
#define X(name, status, meaning) [name] = {status, meaning},
    ERR_CODES(X)
#undef X
};

/* snprintf may have cut a code point in two; the half would show as a question mark. */
static void cut_at_code_point(char *text, size_t size)
{
	struct str all = str_from(text);

	if (all.len + 1 == size) {
		if (!utf8_is_valid(all))
			text[utf8_cut(all, all.len - 1).len] = '\0';
	}
}

PRINTF_LIKE(3, 0) static void set_text(char *out, size_t size, const char *fmt, va_list args)
{
	(void)vsnprintf(out, size, fmt, args);
	cut_at_code_point(out, size);
	utf8_clean_line(out);
}

bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list args;

	assert(err->code == ERR_NONE && code != ERR_NONE);
	err->code = code;
	va_start(args, fmt);
	set_text(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return false;
}

bool err_set_at(struct err *err, enum err_code code, const char *file, int line, int column,
    const char *fmt, ...)
{
	va_list args;

	assert(err->code == ERR_NONE && code != ERR_NONE);
	err->code = code;
	err->file = file;
	err->line = line;
	err->column = column;
	va_start(args, fmt);
	set_text(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	return false;
}

bool err_context(struct err *err, const char *fmt, ...)
{
	char context[ERR_TEXT_MAX], joined[2 * ERR_TEXT_MAX + 2];
	va_list args;

	assert(err->code != ERR_NONE);
	va_start(args, fmt);
	set_text(context, sizeof(context), fmt, args);
	va_end(args);
	(void)snprintf(joined, sizeof(joined), "%s: %s", context, err->text);
	(void)snprintf(err->text, sizeof(err->text), "%.*s", (int)sizeof(err->text) - 1, joined);
	cut_at_code_point(err->text, sizeof(err->text));
	return false;
}

bool err_in_file(struct err *err, const char *file)
{
	assert(err->code != ERR_NONE);
	if (!err->file)
		err->file = file;
	return false;
}

void err_clear(struct err *err)
{
	*err = (struct err){.code = ERR_NONE};
}

int err_exit_status(enum err_code code)
{
	return err_codes[code].status;
}

const char *err_meaning(enum err_code code)
{
	return err_codes[code].meaning;
}

void err_format(const struct err *err, char *out, size_t size)
{
	if (size == 0)
		return;
	if (!err->file)
		(void)snprintf(out, size, "%s", err->text);
	else if (err->line <= 0)
		(void)snprintf(out, size, "%s: %s", err->file, err->text);
	else if (err->column <= 0)
		(void)snprintf(out, size, "%s:%d: %s", err->file, err->line, err->text);
	else
		(void)snprintf(
		    out, size, "%s:%d:%d: %s", err->file, err->line, err->column, err->text);
	cut_at_code_point(out, size);
	utf8_clean_line(out);
}
