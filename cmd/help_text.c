#include "cmd/help_text.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/words.h"
#include "cmd/options.h"

#define PARAGRAPH_MAX 8192

void help_fill(struct buf *buf, struct str text, size_t column, size_t indent)
{
	struct str rest = text, word;
	bool first = true;

	while (str_split(&rest, ' ', &word)) {
		size_t width = utf8_width(word);

		if (word.len == 0)
			continue;
		if (!first && column + 1 + width > HELP_COLUMNS) {
			buf_addc(buf, '\n');
			buf_repeat(buf, ' ', indent);
			column = indent;
			first = true;
		}
		if (!first)
			buf_addc(buf, ' ');
		column += width + !first;
		buf_add(buf, word);
		first = false;
	}
	buf_addc(buf, '\n');
}

void help_columns(struct buf *buf, struct str left, struct str right, size_t at)
{
	size_t used = 2 + utf8_width(left);

	buf_adds(buf, "  ");
	buf_add(buf, left);
	if (used + 2 > at) {
		buf_addc(buf, '\n');
		used = 0;
	}
	buf_repeat(buf, ' ', at - used);
	help_fill(buf, right, at, at);
}

bool help_paragraph(struct arena *arena, struct str *rest, struct str *out, bool *verbatim)
{
	struct buf buf;
	struct str line;
	struct err err = {0};

	buf_init(&buf, arena, PARAGRAPH_MAX);
	*verbatim = false;
	while (str_line(rest, &line)) {
		if (line.len == 0 && buf_str(&buf).len > 0)
			break;
		if (line.len == 0)
			continue;
		if (buf_str(&buf).len == 0)
			*verbatim = line.ptr[0] == ' ';
		else
			buf_addc(&buf, *verbatim ? '\n' : ' ');
		buf_add(&buf, line);
	}
	return buf_finish(&buf, out, &err) && out->len > 0;
}

struct str help_option_label(struct arena *arena, const struct opt *opt)
{
	if (opt->arg == NULL)
		return str_format(arena, "--%s", opt->name);
	return str_format(arena, "--%s %s", opt->name, opt->arg);
}

static const char *default_choice(const struct opt *opt, const void *defaults)
{
	int chosen = 0;

	if (opt->type != OPT_CHOICE)
		return NULL;
	if (defaults != NULL)
		memcpy(&chosen, (const char *)defaults + opt->offset, sizeof(chosen));
	for (int i = 0; opt->choices[i] != NULL; i++) {
		if (i == chosen)
			return opt->choices[i];
	}
	return NULL;
}

static bool default_int(const struct opt *opt, const void *defaults, int64_t *number)
{
	*number = 0;
	if (opt->type != OPT_INT)
		return false;
	if (defaults != NULL)
		memcpy(number, (const char *)defaults + opt->offset, sizeof(*number));
	return *number >= opt->min && *number <= opt->max;
}

struct str help_option_text(struct arena *arena, const struct opt *opt, const void *defaults)
{
	const char *chosen = default_choice(opt, defaults);
	struct str text = str_from(opt->help);
	int64_t number;

	if (opt->choices != NULL)
		text = str_format(
		    arena, "%s: %.*s", opt->help, STR_ARG(words_listed(arena, opt->choices)));
	if (opt->type == OPT_INT)
		text = str_format(
		    arena, "%s: %lld to %lld", opt->help, (long long)opt->min, (long long)opt->max);
	if (chosen != NULL)
		text = str_format(arena, "%.*s (default %s)", STR_ARG(text), chosen);
	if (default_int(opt, defaults, &number))
		text = str_format(arena, "%.*s (default %lld)", STR_ARG(text), (long long)number);
	return text;
}

struct str help_usage(struct arena *arena, const struct command *command)
{
	bool has_options = command->opts != NULL && command->opts[0].name != NULL;

	return str_format(arena, "tfherald %s%s%s%s", command->name,
	    has_options ? " [OPTIONS]" : "", command->args[0] != '\0' ? " " : "", command->args);
}
