#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/masker.h"
#include "base/size.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES 4096
#define TEXT_MAX       (LINE_MAX_BYTES - 64) /* the rest is for the prefix and the end */

struct level_row {
	const char *name;
	const char *prefix;
	const char *colour; /* of the prefix, "" for none */
};

static const struct level_row levels[] = {
    [LOG_ERROR] = {"error", "tfherald: error: ", "\x1b[1;31m"},
    [LOG_WARN] = {"warn", "tfherald: warning: ", "\x1b[1;33m"},
    [LOG_INFO] = {"info", "tfherald: ", ""},
    [LOG_DEBUG] = {"debug", "tfherald: debug: ", ""},
};

static struct {
	enum log_level level;
	int fd;
	bool colour;
	const struct masker *masker;
} state = {.level = LOG_INFO, .fd = STDERR_FILENO};

void log_set_level(enum log_level level)
{
	state.level = level;
}

bool log_level_from_str(struct str text, enum log_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (str_is(text, levels[i].name)) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

const char *log_level_name(enum log_level level)
{
	return levels[level].name;
}

void log_set_fd(int fd)
{
	state.fd = fd;
}

void log_set_colour(bool on)
{
	state.colour = on;
}

void log_set_masker(const struct masker *masker)
{
	state.masker = masker;
}

struct hidden {
	char text[TEXT_MAX + 1];
	size_t len;
};

static void add_hidden(void *context, struct str bytes)
{
	struct hidden *out = context;
	size_t fits = size_min(bytes.len, TEXT_MAX - out->len);

	memcpy(out->text + out->len, bytes.ptr, fits);
	out->len += fits;
}

/* In place. Of a text that was cut the end may be the beginning of a secret. */
static void hide(char *text, bool cut)
{
	struct hidden out = {.len = 0};
	struct str whole = str_from(text);

	if (!state.masker)
		return;
	if (cut)
		whole.len = masker_live(state.masker, whole);
	masker_emit_hidden(state.masker, whole, add_hidden, &out);
	memcpy(text, out.text, out.len);
	text[out.len] = '\0';
}

/* A log that cannot be written has nobody to tell. */
static void write_line(const char *line, size_t len)
{
	while (len > 0) {
		ssize_t written = write(state.fd, line, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return;
		line += written;
		len -= (size_t)written;
	}
}

PRINTF_LIKE(2, 0) static void log_line(enum log_level level, const char *fmt, va_list args)
{
	const struct level_row *row = &levels[level];
	bool colour = state.colour && row->colour[0];
	char text[TEXT_MAX + 1], line[LINE_MAX_BYTES];
	int saved_errno = errno;
	int len = vsnprintf(text, sizeof(text), fmt, args);
	bool cut = len >= (int)sizeof(text);

	hide(text, cut);
	if (cut)
		text[utf8_cut(str_from(text), sizeof(text) - 4).len] = '\0';
	utf8_clean_line(text);
	len = snprintf(line, sizeof(line), "%s%s%s%s%s\n", colour ? row->colour : "", row->prefix,
	    colour ? "\x1b[0m" : "", text, cut ? "..." : "");
	write_line(line, (size_t)len);
	errno = saved_errno;
}

void log_quote(struct str lines)
{
	char text[TEXT_MAX + 2];
	struct str line;

	while (str_line(&lines, &line)) {
		int len;

		(void)snprintf(
		    text, TEXT_MAX, "%.*s", (int)utf8_cut(line, TEXT_MAX - 1).len, line.ptr);
		hide(text, line.len >= TEXT_MAX);
		utf8_clean_line(text);
		len = (int)str_from(text).len;
		text[len++] = '\n';
		write_line(text, (size_t)len);
	}
}

#define DEFINE_LOG(name, severity)             \
	void name(const char *fmt, ...)        \
	{                                      \
		va_list args;                  \
                                               \
		if ((severity) > state.level)  \
			return;                \
		va_start(args, fmt);           \
		log_line(severity, fmt, args); \
		va_end(args);                  \
	}

DEFINE_LOG(log_error, LOG_ERROR)
DEFINE_LOG(log_warn, LOG_WARN)
DEFINE_LOG(log_info, LOG_INFO)
DEFINE_LOG(log_debug, LOG_DEBUG)
