#include "parser/plan_text.h"

/* Levels of Terragrunt's own log, as its pretty format (from 0.67) and its key=value format have
 * them. */
static const struct {
	struct str upper, lower;
	enum wrapper_kind with_tool, alone; /* "LEVEL [unit] tofu: text", "LEVEL [unit] text" */
} levels[] = {
    {STR_INIT("STDOUT"), STR_INIT("stdout"), WRAPPER_OUT, WRAPPER_OUT},
    {STR_INIT("STDERR"), STR_INIT("stderr"), WRAPPER_ERR, WRAPPER_ERR},
    {STR_INIT("ERROR"), STR_INIT("error"), WRAPPER_ERR, WRAPPER_FAILED},
    {STR_INIT("FATAL"), STR_INIT("fatal"), WRAPPER_ERR, WRAPPER_FAILED},
    {STR_INIT("INFO"), STR_INIT("info"), WRAPPER_OUT, WRAPPER_LOG},
    {STR_INIT("WARN"), STR_INIT("warn"), WRAPPER_LOG, WRAPPER_LOG},
    {STR_INIT("WARNING"), STR_INIT("warning"), WRAPPER_LOG, WRAPPER_LOG},
    {STR_INIT("DEBUG"), STR_INIT("debug"), WRAPPER_LOG, WRAPPER_LOG},
    {STR_INIT("TRACE"), STR_INIT("trace"), WRAPPER_LOG, WRAPPER_LOG},
};
#define LEVEL_CHANNELS 2 /* the first two are the child's own channels */

/* logrus on a terminal: "ERRO[0012] text" (Terragrunt 0.27 to 0.66) */
static const struct {
	struct str begin;
	enum wrapper_kind kind;
} logrus_levels[] = {
    {STR_INIT("ERRO["), WRAPPER_FAILED},
    {STR_INIT("FATA["), WRAPPER_FAILED},
    {STR_INIT("INFO["), WRAPPER_LOG},
    {STR_INIT("WARN["), WRAPPER_LOG},
    {STR_INIT("DEBU["), WRAPPER_LOG},
    {STR_INIT("TRAC["), WRAPPER_LOG},
};

/* What Terragrunt before 0.27 says after "[terragrunt] [dir] 2020/01/31 12:00:00 ". */
static const struct str old_failures[] = {
    STR_INIT("Hit multiple errors"),
    STR_INIT("Encountered the following errors"),
    STR_INIT("exit status"),
    STR_INIT("Error"),
};

/* Only Terraform begins a line so: enough to tell "[unit] " from a list or a log in brackets. */
static const struct str tell_tales[] = {
    STR_INIT("Terraform will perform the following"),
    STR_INIT("OpenTofu will perform the following"),
    STR_INIT("Terraform used the selected"),
    STR_INIT("OpenTofu used the selected"),
    STR_INIT("An execution plan has been generated"),
    STR_INIT("No changes. "),
    STR_INIT("Plan: "),
    STR_INIT("Apply complete! "),
};

/* '9' stands for a digit; the text itself for everything else. */
static bool eat_pattern(struct str *text, struct str pattern)
{
	if (text->len < pattern.len)
		return false;
	for (size_t i = 0; i < pattern.len; i++) {
		char c = text->ptr[i], want = pattern.ptr[i];

		if (want == '9' ? c < '0' || c > '9' : c != want)
			return false;
	}
	*text = str_skip(*text, pattern.len);
	return true;
}

static void eat_digits(struct str *text)
{
	while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9')
		*text = str_skip(*text, 1);
}

static bool eat_fraction(struct str *text)
{
	if (str_eat(text, STR(".")))
		eat_digits(text);
	return true;
}

bool wrapper_eat_timestamp(struct str *line)
{
	struct str rest = *line;
	bool bracket = str_eat(&rest, STR("["));

	if (!eat_pattern(&rest, STR("9999-99-99")) ||
	    (!str_eat(&rest, STR("T")) && !str_eat(&rest, STR(" "))) ||
	    !eat_pattern(&rest, STR("99:99:99")) || !eat_fraction(&rest))
		return false;
	if (!str_eat(&rest, STR("Z")) && !eat_pattern(&rest, STR("+99:99")) &&
	    !eat_pattern(&rest, STR("-99:99")))
		return false;
	if (bracket && !str_eat(&rest, STR("]")))
		return false;
	/* GitLab puts the number of the stream between: "Z 01O text", "Z 01O+rest of a long line"
	 */
	if ((eat_pattern(&rest, STR(" 99O")) || eat_pattern(&rest, STR(" 99E"))) &&
	    str_eat(&rest, STR("+"))) {
		*line = rest;
		return true;
	}
	if (rest.len > 0 && !str_eat(&rest, STR(" ")))
		return false;
	*line = rest;
	return true;
}

/*
 * "terraform: text", "tofu:" at the end of a line; the path of a wrapper script may stand there. No
 * tool begins with a capital as "Plan: " and "Error: " do.
 */
static bool eat_tool(struct str *text)
{
	size_t len = 0;

	while (len < text->len && text->ptr[len] != ' ' && text->ptr[len] != ':')
		len++;
	if (len == 0 || len == text->len || text->ptr[len] != ':')
		return false;
	if (text->ptr[0] >= 'A' && text->ptr[0] <= 'Z')
		return false;
	len++;
	if (len < text->len && text->ptr[len] != ' ')
		return false;
	*text = str_skip(*text, len);
	(void)str_eat(text, STR(" "));
	return true;
}

static bool eat_unit(struct str *text, struct str *unit)
{
	size_t close;

	if (!str_starts(*text, STR("[")) || !str_find_char(*text, ']', &close))
		return false;
	*unit = str_from_to(*text, 1, close);
	*text = str_skip(*text, close + 1);
	(void)str_eat(text, STR(" "));
	return unit->len > 0;
}

static bool eat_level(struct str *text, size_t *level)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		struct str rest = *text;

		if (!str_eat(&rest, levels[i].upper) || !str_eat(&rest, STR(" ")))
			continue;
		while (str_eat(&rest, STR(" ")))
			;
		*text = rest;
		*level = i;
		return true;
	}
	return false;
}

/* "12:00:00.123 STDOUT [unit] tofu: text"; without a time only the channels of the child. */
static bool recognise_pretty(struct str line, struct wrapper_line *out)
{
	bool timed =
	    eat_pattern(&line, STR("99:99:99")) && eat_fraction(&line) && str_eat(&line, STR(" "));
	size_t level;
	bool tool;

	if (!eat_level(&line, &level) || (!timed && level >= LEVEL_CHANNELS))
		return false;
	(void)eat_unit(&line, &out->unit);
	tool = eat_tool(&line);
	if (!tool && level < LEVEL_CHANNELS && !timed)
		return false;
	out->kind = tool ? levels[level].with_tool : levels[level].alone;
	out->text = line;
	return true;
}

/* The value of name= or name="..." in a log line. */
static bool find_field(struct str line, struct str name, struct str *value)
{
	size_t at;

	if (!str_find(line, name, &at))
		return false;
	line = str_skip(line, at + name.len);
	if (str_eat(&line, STR("\""))) {
		if (!str_find_char(line, '"', &at))
			at = line.len;
	} else if (!str_find_char(line, ' ', &at)) {
		at = line.len;
	}
	*value = str_from_to(line, 0, at);
	return true;
}

/* The message goes to the end of the line unless it is quoted; logrus puts the prefix after it. */
static struct str find_message(struct str line)
{
	struct str text;
	size_t at;

	if (!str_find(line, STR(" msg="), &at))
		return STR_EMPTY;
	text = str_skip(line, at + STR(" msg=").len);
	if (str_starts(text, STR("\"")) && find_field(line, STR(" msg="), &text))
		return text;
	if (str_find(text, STR(" prefix=["), &at))
		text.len = at;
	return text;
}

/* time=2024-11-22T12:00:00Z level=stdout prefix=unit tf-path=tofu msg=text */
static bool recognise_fields(struct str line, struct wrapper_line *out)
{
	struct str level, unit = STR_EMPTY, tool = STR_EMPTY;

	if (!str_starts(line, STR("time=")) || !find_field(line, STR(" level="), &level))
		return false;
	out->kind = WRAPPER_LOG;
	out->text = find_message(line);
	if (find_field(line, STR(" prefix="), &unit)) {
		(void)str_eat(&unit, STR("["));
		(void)str_eat_end(&unit, STR("]"));
		out->unit = unit;
	}
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		if (!str_eq(level, levels[i].lower))
			continue;
		out->kind = find_field(line, STR(" tf-path="), &tool) ? levels[i].with_tool
								      : levels[i].alone;
	}
	return true;
}

static bool recognise_logrus(struct str line, struct wrapper_line *out)
{
	size_t close;

	for (size_t i = 0; i < ARRAY_LEN(logrus_levels); i++) {
		if (!str_starts(line, logrus_levels[i].begin) || !str_find(line, STR("] "), &close))
			continue;
		out->kind = logrus_levels[i].kind;
		out->text = str_trim(str_skip(line, close + 2));
		return true;
	}
	return false;
}

static bool recognise_old(struct str line, struct wrapper_line *out)
{
	if (!str_eat(&line, STR("[terragrunt] ")))
		return false;
	(void)eat_unit(&line, &out->unit);
	if (eat_pattern(&line, STR("9999/99/99 99:99:99")))
		(void)str_eat(&line, STR(" "));
	out->kind = WRAPPER_LOG;
	out->text = line;
	for (size_t i = 0; i < ARRAY_LEN(old_failures); i++) {
		if (str_starts(line, old_failures[i]))
			out->kind = WRAPPER_FAILED;
	}
	return true;
}

bool wrapper_is_bracket_unit(struct str line)
{
	struct str unit;

	if (!eat_unit(&line, &unit) || str_is(unit, "terragrunt"))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(tell_tales); i++) {
		if (str_starts(line, tell_tales[i]))
			return true;
	}
	return false;
}

struct wrapper_line wrapper_recognise(struct str line, bool bracket_units)
{
	struct wrapper_line out = {.kind = WRAPPER_NONE, .unit = STR_EMPTY, .text = line};
	char c;

	if (line.len == 0)
		return out;
	c = line.ptr[0];
	if (c >= '0' && c <= '9') {
		(void)recognise_pretty(line, &out);
	} else if (c == 't') {
		(void)recognise_fields(line, &out);
	} else if (c >= 'A' && c <= 'Z') {
		if (!recognise_pretty(line, &out))
			(void)recognise_logrus(line, &out);
	} else if (c == '[') {
		if (!recognise_old(line, &out) && bracket_units && eat_unit(&out.text, &out.unit))
			out.kind = WRAPPER_OUT;
	}
	if (out.kind == WRAPPER_NONE)
		out = (struct wrapper_line){.unit = STR_EMPTY, .text = line};
	return out;
}
