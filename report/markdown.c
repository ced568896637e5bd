#include "report/markdown.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"

/* U+200B: keeps "@name" and its like from being read as a mention, and is not seen. */
#define BREAK "&#8203;"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Printable ASCII without line ends: needs no cleaning. Most addresses are. */
static bool is_clean_line(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e)
			return false;
	}
	return true;
}

static struct str clean_line(struct buf *buf, struct str text)
{
	return is_clean_line(text) ? text : utf8_printable(buf->arena, text, true);
}

static size_t longest_run(struct str text, char c)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < text.len; i++) {
		run = text.ptr[i] == c ? run + 1 : 0;
		longest = size_max(longest, run);
	}
	return longest;
}

/*
 * <code> with everything but letters and digits as a reference: the only code that may hold a '|'
 * in a table and shows it as it is outside of one.
 */
static void add_html_code(struct buf *buf, struct str text)
{
	buf_adds(buf, "<code>");
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (is_alnum(text.ptr[i]) || c == ' ' || c >= 0x80)
			buf_addc(buf, text.ptr[i]);
		else
			buf_addf(buf, "&#%d;", c);
	}
	buf_adds(buf, "</code>");
}

void markdown_html_code(struct buf *buf, struct str text)
{
	struct str line = text.len > 0 ? clean_line(buf, text) : STR(" ");

	buf_adds(buf, "<code>");
	buf_add_escaped(buf, line);
	buf_adds(buf, "</code>");
}

void markdown_code(struct buf *buf, struct str text)
{
	struct str line = text.len > 0 ? clean_line(buf, text) : STR(" ");
	size_t ticks, at;
	bool padded;

	if (str_find_char(line, '|', &at)) {
		add_html_code(buf, line);
		return;
	}
	if (line.len == 0) /* nothing of it could be shown */
		line = STR(" ");
	ticks = longest_run(line, '`') + 1;
	/* one space on both sides is taken off again by the reader of the code span */
	padded = line.ptr[0] == '`' || line.ptr[line.len - 1] == '`' ||
		 (line.ptr[0] == ' ' && line.ptr[line.len - 1] == ' ' && str_trim(line).len > 0);
	buf_repeat(buf, '`', ticks);
	buf_adds(buf, padded ? " " : "");
	buf_add(buf, line);
	buf_adds(buf, padded ? " " : "");
	buf_repeat(buf, '`', ticks);
}

/* What a character becomes wherever it stands; NULL: itself. */
static const char *escape_of(char c)
{
	static const struct {
		char c;
		const char *text;
	} escapes[] = {
	    {'\\', "\\\\"},
	    {'`', "\\`"},
	    {'*', "\\*"},
	    {'_', "\\_"},
	    {'[', "\\["},
	    {']', "\\]"},
	    {'|', "\\|"},
	    {'~', "\\~"},
	    {'<', "&lt;"},
	    {'>', "&gt;"},
	    {'&', "&amp;"},
	    {'$', "&#36;"},
	    {'@', "@" BREAK},
	    {'#', "\\#" BREAK},
	};

	for (size_t i = 0; i < ARRAY_LEN(escapes); i++) {
		if (escapes[i].c == c)
			return escapes[i].text;
	}
	return NULL;
}

/* ":name:" is an emoji, "://" makes a link: a colon that begins one of them is told. */
static bool colon_starts_markup(struct str rest)
{
	size_t at = 1;

	if (str_starts(rest, STR("://")))
		return true;
	while (at < rest.len && (is_alnum(rest.ptr[at]) || rest.ptr[at] == '_' ||
				    rest.ptr[at] == '+' || rest.ptr[at] == '-'))
		at++;
	return at > 1 && at < rest.len && rest.ptr[at] == ':';
}

/* Length of a word of 7 to 40 hexadecimal digits, which would become a link to a commit; else 0. */
static size_t commit_id_len(struct str text, size_t at)
{
	size_t end = at;

	if (at > 0 && is_alnum(text.ptr[at - 1]))
		return 0;
	while (end < text.len && is_hex(text.ptr[end]))
		end++;
	if (end < text.len && is_alnum(text.ptr[end]))
		return 0;
	return end - at >= 7 && end - at <= 40 ? end - at : 0;
}

static void add_commit_id(struct buf *buf, struct str id)
{
	while (id.len > 0) {
		buf_add(buf, str_from_to(id, 0, size_min(6, id.len)));
		id = str_skip(id, 6);
		if (id.len > 0)
			buf_adds(buf, BREAK);
	}
}

/* What makes a block of a line's start: a bullet, a number of a list, an underline. Returns its
 * length. */
static size_t add_line_start(struct buf *buf, struct str text)
{
	size_t at = 0;

	while (at < text.len && at < 9 && is_digit(text.ptr[at]))
		at++;
	if (at == 0 && text.len > 0 && str_find_char(STR("-+="), text.ptr[0], &at)) {
		buf_addf(buf, "\\%c", text.ptr[0]);
		return 1;
	}
	if (at > 0 && at < text.len && (text.ptr[at] == '.' || text.ptr[at] == ')')) {
		buf_add(buf, str_from_to(text, 0, at));
		buf_addf(buf, "\\%c", text.ptr[at]);
		return at + 1;
	}
	return 0;
}

/* One character or one word that GitHub would link; returns how many bytes it took. */
static size_t add_escaped(struct buf *buf, struct str text, size_t at)
{
	struct str rest = str_skip(text, at);
	const char *escape = escape_of(rest.ptr[0]);
	size_t id_len = is_hex(rest.ptr[0]) ? commit_id_len(text, at) : 0;

	if (id_len > 0) {
		add_commit_id(buf, str_from_to(rest, 0, id_len));
		return id_len;
	}
	if (str_eq_nocase(str_from_to(rest, 0, size_min(4, rest.len)), STR("www.")) ||
	    str_eq_nocase(str_from_to(rest, 0, size_min(3, rest.len)), STR("GH-"))) {
		buf_add(buf, str_from_to(rest, 0, 2));
		buf_adds(buf, BREAK);
		return 2;
	}
	if (escape)
		buf_adds(buf, escape);
	else
		buf_addc(buf, rest.ptr[0]);
	if (rest.ptr[0] == ':' && colon_starts_markup(rest))
		buf_adds(buf, BREAK);
	return 1;
}

void markdown_text(struct buf *buf, struct str text)
{
	struct str line = text.len > 0 ? str_trim(clean_line(buf, text)) : STR_EMPTY;
	size_t at = add_line_start(buf, line);

	while (at < line.len)
		at += add_escaped(buf, line, at);
}

static size_t fence_ticks(struct str text)
{
	return size_max(3, longest_run(text, '`') + 1);
}

void markdown_fence(struct buf *buf, const char *info, struct str text)
{
	struct str clean = utf8_printable(buf->arena, text, false);
	size_t ticks = fence_ticks(clean);

	buf_repeat(buf, '`', ticks);
	buf_adds(buf, info);
	buf_addc(buf, '\n');
	buf_add(buf, clean);
	if (!str_ends(clean, STR("\n")))
		buf_addc(buf, '\n');
	buf_repeat(buf, '`', ticks);
	buf_addc(buf, '\n');
}

size_t markdown_fence_size(const char *info, struct str text)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str clean = utf8_printable(arena, text, false);

	return 2 * fence_ticks(clean) + strlen(info) + 2 + clean.len +
	       (str_ends(clean, STR("\n")) ? 0 : 1);
}

/* Bytes that mean nothing to Markdown inside (...) of a link; the others are percent-encoded. */
static bool is_url_byte(char c)
{
	size_t at;

	return is_alnum(c) || str_find_char(STR("-._~:/?#@!$&+,;=%"), c, &at);
}

static bool is_web_url(struct str url)
{
	return str_starts(url, STR("https://")) || str_starts(url, STR("http://"));
}

static void add_link_end(struct buf *buf, struct str url)
{
	buf_adds(buf, "](");
	for (size_t i = 0; i < url.len; i++) {
		if (is_url_byte(url.ptr[i]))
			buf_addc(buf, url.ptr[i]);
		else
			buf_addf(buf, "%%%02X", (unsigned char)url.ptr[i]);
	}
	buf_addc(buf, ')');
}

void markdown_link(struct buf *buf, struct str text, struct str url)
{
	bool is_link = is_web_url(url);

	if (is_link)
		buf_addc(buf, '[');
	markdown_text(buf, text);
	if (is_link)
		add_link_end(buf, url);
}

void markdown_code_link(struct buf *buf, struct str text, struct str url)
{
	bool is_link = is_web_url(url);

	if (is_link)
		buf_addc(buf, '[');
	markdown_code(buf, text);
	if (is_link)
		add_link_end(buf, url);
}
