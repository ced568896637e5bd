#include "base/regex.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

/*
 * Patterns have the meaning of RE2 (github.com/google/re2/wiki/Syntax) and are run by PCRE2. What
 * only PCRE2 has is refused: look-around, back-references, atomic groups, possessive repetition,
 * recursion, conditions, verbs. What both have under different names is translated.
 */

#define REPEAT_MAX 1000
#define TEXT_MAX   ((size_t)256 << 10)

struct pattern {
	struct str text;
	size_t at;
	struct buf out;
	struct err *err;
};

static bool refuse(const struct pattern *p, size_t at, const char *what)
{
	return err_set_at(p->err, ERR_SYNTAX, NULL, 0, (int)at + 1,
	    "the regular expression '%.*s' has %s at character %zu, which RE2 does not have",
	    STR_ARG(p->text), what, at + 1);
}

static char peek(const struct pattern *p, size_t ahead)
{
	if (p->at + ahead >= p->text.len)
		return '\0';
	return p->text.ptr[p->at + ahead];
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Copies `count` bytes of the pattern. */
static bool copy(struct pattern *p, size_t count)
{
	buf_add(&p->out, str_from_to(p->text, p->at, p->at + count));
	p->at += count;
	return true;
}

/* --- escapes --- */

/* \123 and \0; \1 is a back-reference. */
static bool take_octal(struct pattern *p)
{
	size_t len = 1;
	unsigned value = 0;

	if (peek(p, 1) != '0' && !is_octal(peek(p, 2)))
		return refuse(p, p->at, "a back-reference");
	while (len <= 3 && is_octal(peek(p, len)))
		value = value * 8 + (unsigned)(peek(p, len++) - '0');
	buf_addf(&p->out, "\\x{%x}", value);
	p->at += len;
	return true;
}

/* An escape, with what stands in braces behind it. */
static bool copy_braced(struct pattern *p)
{
	size_t close;

	if (peek(p, 2) == '{' && str_find_char(str_skip(p->text, p->at), '}', &close))
		return copy(p, close + 1);
	return copy(p, 2);
}

/* \pL, \p{Greek}, \p{^Lu}: a category or a script by its name. PCRE2 has more: L&, Xan, sc=... */
static bool take_property(struct pattern *p)
{
	struct str name = str_skip(p->text, p->at + 2);
	size_t close;

	if (peek(p, 2) != '{')
		return copy(p, 2);
	name = str_skip(name, 1);
	if (!str_find_char(name, '}', &close))
		return refuse(p, p->at, "a property without '}'");
	name.len = close;
	(void)str_eat(&name, STR("^"));
	for (size_t i = 0; i < name.len; i++) {
		if (!is_letter(name.ptr[i]) && name.ptr[i] != '_')
			return refuse(p, p->at, "a property");
	}
	if (name.len == 3 && name.ptr[0] == 'X')
		return refuse(p, p->at, "a property");
	return copy_braced(p);
}

static bool take_hex(struct pattern *p)
{
	if (peek(p, 2) != '{' && !(is_hex(peek(p, 2)) && is_hex(peek(p, 3))))
		return refuse(p, p->at, "'\\x' without two hexadecimal digits");
	return copy_braced(p);
}

/* Everything up to \E is literal. */
static bool take_quoted(struct pattern *p)
{
	struct str rest = str_skip(p->text, p->at + 2);
	size_t end;

	if (!str_find(rest, STR("\\E"), &end))
		end = rest.len;
	for (size_t i = 0; i < end; i++) {
		char c = rest.ptr[i];

		if ((unsigned char)c < 0x80 && !is_letter(c) && !is_digit(c))
			buf_addc(&p->out, '\\');
		buf_addc(&p->out, c);
	}
	p->at += 2 + end;
	if (p->at < p->text.len)
		p->at += 2;
	return true;
}

/* White space is [\t\n\f\r ] in RE2; PCRE2 adds the vertical tab. */
static bool translate(struct pattern *p, const char *text)
{
	buf_adds(&p->out, text);
	p->at += 2;
	return true;
}

static bool take_escape_in_class(struct pattern *p, char c)
{
	if (c == 's')
		return translate(p, "\\t\\n\\f\\r ");
	if (c == 'v')
		return translate(p, "\\x0b");
	if (c == 'x')
		return take_hex(p);
	if (is_digit(c))
		return take_octal(p);
	if (is_letter(c) && !strchr("dDwWSpPfnrta", c))
		return refuse(p, p->at, "an unknown escape");
	return c == 'p' || c == 'P' ? take_property(p) : copy(p, 2);
}

static bool take_escape(struct pattern *p)
{
	char c = peek(p, 1);

	if (p->at + 1 >= p->text.len)
		return refuse(p, p->at, "a trailing backslash");
	if (c == 's')
		return translate(p, "[\\t\\n\\f\\r ]");
	if (c == 'S')
		return translate(p, "[^\\t\\n\\f\\r ]");
	if (c == 'v')
		return translate(p, "\\x0b");
	if (c == 'x')
		return take_hex(p);
	if (c == 'Q')
		return take_quoted(p);
	if (is_digit(c))
		return take_octal(p);
	if (is_letter(c) && !strchr("AbBzdDwWpPfnrta", c))
		return refuse(p, p->at, "an unknown escape");
	return c == 'p' || c == 'P' ? take_property(p) : copy(p, 2);
}

/* --- classes --- */

/* Behind a set of characters, as \w is, a '-' makes no range. */
static void take_hyphen(struct pattern *p)
{
	if (peek(p, 0) != '-' || peek(p, 1) == ']')
		return;
	buf_adds(&p->out, "\\-");
	p->at++;
}

static bool is_set(char escape)
{
	return escape != '\0' && strchr("dDwWsSpP", escape) != NULL;
}

/* [:alpha:] and [:^alpha:]. PCRE2 has more: [:<:] */
static bool take_named_class(struct pattern *p, size_t len)
{
	static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl", "digit",
	    "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit"};
	struct str name = str_from_to(p->text, p->at + 2, p->at + 2 + len);

	(void)str_eat(&name, STR("^"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!str_is(name, names[i]))
			continue;
		copy(p, len + 4);
		take_hyphen(p);
		return true;
	}
	return refuse(p, p->at, "a class of that name");
}

/* At the backslash. */
static bool take_class_escape(struct pattern *p)
{
	char c = peek(p, 1);

	if (!take_escape_in_class(p, c))
		return false;
	if (is_set(c))
		take_hyphen(p);
	return true;
}

static bool take_class(struct pattern *p)
{
	size_t end;

	copy(p, 1);
	if (peek(p, 0) == '^')
		copy(p, 1);
	if (peek(p, 0) == ']') /* the first one is literal */
		(void)translate(p, "\\]"), p->at--;
	while (p->at < p->text.len) {
		char c = peek(p, 0);

		if (c == ']')
			return copy(p, 1);
		if (c == '\\' && p->at + 1 < p->text.len) {
			if (!take_class_escape(p))
				return false;
			continue;
		}
		if (c == '[' && peek(p, 1) == ':' &&
		    str_find(str_skip(p->text, p->at + 2), STR(":]"), &end)) {
			if (!take_named_class(p, end))
				return false;
			continue;
		}
		if (c == '[')
			buf_addc(&p->out, '\\');
		copy(p, 1);
	}
	return refuse(p, p->at, "a class without ']'");
}

/* --- groups --- */

static bool take_flags(struct pattern *p)
{
	size_t len = 2;

	while (peek(p, len) && strchr("imsU-", peek(p, len)))
		len++;
	if ((peek(p, len) != ')' && peek(p, len) != ':') || (len == 2 && peek(p, len) == ')'))
		return refuse(p, p->at, "a group");
	return copy(p, len + 1);
}

static bool take_group(struct pattern *p)
{
	char c = peek(p, 2), d = peek(p, 3);

	if (peek(p, 1) == '*')
		return refuse(p, p->at, "a verb");
	if (peek(p, 1) != '?')
		return copy(p, 1);
	if (c == 'P' && d == '<')
		return copy(p, 4);
	if (c == '<' && d != '=' && d != '!')
		return copy(p, 3);
	if (c == '=' || c == '!' || c == '<')
		return refuse(p, p->at, "look-around");
	if (c == '>')
		return refuse(p, p->at, "an atomic group");
	return take_flags(p);
}

/* --- repetition --- */

static bool take_number(const struct pattern *p, size_t *ahead, unsigned *out)
{
	size_t first = *ahead;

	*out = 0;
	while (is_digit(peek(p, *ahead)) && *ahead - first < 6)
		*out = *out * 10 + (unsigned)(peek(p, (*ahead)++) - '0');
	return *ahead > first;
}

/* Bytes of {n}, {n,} or {n,m}; 0: the brace is literal. */
static size_t braces(const struct pattern *p, unsigned *largest)
{
	size_t len = 1;
	unsigned most = 0;

	if (!take_number(p, &len, largest))
		return 0;
	if (peek(p, len) == ',') {
		len++;
		if (take_number(p, &len, &most) && most > *largest)
			*largest = most;
	}
	return peek(p, len) == '}' ? len + 1 : 0;
}

static bool take_repetition(struct pattern *p, size_t len)
{
	unsigned largest;
	char next;

	copy(p, len);
	if (peek(p, 0) == '?')
		copy(p, 1);
	next = peek(p, 0);
	if (next == '+')
		return refuse(p, p->at, "possessive repetition");
	if (next == '*' || next == '?' || (next == '{' && braces(p, &largest) > 0))
		return refuse(p, p->at, "a repetition of a repetition");
	return true;
}

static bool take_braces(struct pattern *p)
{
	unsigned largest = 0;
	size_t len = braces(p, &largest);

	if (len == 0)
		return translate(p, "\\{"), p->at--, true;
	if (largest > REPEAT_MAX)
		return refuse(p, p->at, "a repetition of more than 1000 times");
	return take_repetition(p, len);
}

static bool take_one(struct pattern *p)
{
	switch (peek(p, 0)) {
	case '\\':
		return take_escape(p);
	case '[':
		return take_class(p);
	case '(':
		return take_group(p);
	case '{':
		return take_braces(p);
	case '*':
	case '+':
	case '?':
		return take_repetition(p, 1);
	default:
		return copy(p, 1);
	}
}

bool regex_compile_re2(struct arena *arena, struct str pattern, struct regex **out, struct err *err)
{
	struct pattern p = {.text = pattern, .err = err};
	struct str text;

	buf_init(&p.out, arena, TEXT_MAX);
	while (p.at < pattern.len) {
		if (!take_one(&p))
			return false;
	}
	return buf_finish(&p.out, &text, err) && regex_compile(text, out, err);
}
