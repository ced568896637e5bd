#include "report/html_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/utf8.h"
#include "report/wording.h"

static const char *const group_words[CHANGE_GROUPS] = {
    [GROUP_DESTROY] = "destroy",
    [GROUP_REPLACE] = "replace",
    [GROUP_FORGET] = "forget",
    [GROUP_OTHER] = "other",
    [GROUP_UPDATE] = "update",
    [GROUP_CREATE] = "create",
    [GROUP_IMPORT] = "import",
    [GROUP_MOVE] = "move",
};

const char *html_group(enum change_group group)
{
	return group_words[group];
}

void html_raw(struct html *html, const char *markup)
{
	sink_write(html->sink, markup, strlen(markup));
}

static void put_counted(struct html *html, size_t number, const char *one, const char *many)
{
	struct arena_mark mark = arena_save(html->scratch);
	struct buf buf;

	buf_init(&buf, html->scratch, 256);
	if (one)
		wording_things(&buf, number, one, many);
	else
		wording_count(&buf, number);
	sink_add(html->sink, buf_str(&buf));
	arena_rewind(html->scratch, mark);
}

void html_number(struct html *html, size_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	sink_write(html->sink, digits + at, sizeof(digits) - at);
}

void html_count(struct html *html, size_t count)
{
	put_counted(html, count, NULL, NULL);
}

void html_things(struct html *html, size_t count, const char *one, const char *many)
{
	put_counted(html, count, one, many);
}

static const char *reference_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static void put_escaped(struct html *html, struct str text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *reference = reference_of(text.ptr[i]);

		if (!reference)
			continue;
		sink_write(html->sink, text.ptr + from, i - from);
		html_raw(html, reference);
		from = i + 1;
	}
	sink_write(html->sink, text.ptr + from, text.len - from);
}

static bool is_plain(struct str text)
{
	bool plain = true;

	for (size_t i = 0; i < text.len; i++)
		plain &= text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f;
	return plain;
}

void html_text(struct html *html, struct str text)
{
	struct arena_mark mark = arena_save(html->scratch);

	if (text.len == 0)
		return;
	/* what comes here is printable mostly; it is made sure of once more, it costs nothing */
	if (!is_plain(text))
		text = utf8_printable(html->scratch, text, false);
	put_escaped(html, text);
	arena_rewind(html->scratch, mark);
}

void html_name(struct html *html, struct str name, size_t max)
{
	struct arena_mark mark = arena_save(html->scratch);

	html_text(html, wording_name(html->scratch, name, max));
	arena_rewind(html->scratch, mark);
}

void html_cut(struct html *html, struct str text, size_t max)
{
	struct arena_mark mark = arena_save(html->scratch);

	html_text(html, wording_cut(html->scratch, text, max));
	arena_rewind(html->scratch, mark);
}

void html_block(struct html *html, const char *class, struct str text)
{
	struct str shown = utf8_cut(text, size_min(text.len, HTML_BLOCK_MAX));

	html_raw(html, "<pre class=\"");
	html_raw(html, class);
	/* a line end right behind <pre> would be dropped: this one is */
	html_raw(html, "\">\n");
	html_text(html, shown);
	html_raw(html, "</pre>");
	if (shown.len == text.len)
		return;
	html_raw(html, "<p class=\"more\">… and ");
	html_things(html, text.len - shown.len, "more byte</p>", "more bytes</p>");
}

void html_heading(struct html *html, const char *title, size_t count)
{
	html_raw(html, "<h2>");
	html_raw(html, title);
	if (count > 0) {
		html_raw(html, " <span class=\"n\">");
		html_count(html, count);
		html_raw(html, "</span>");
	}
	html_raw(html, "</h2>\n");
}

void html_section(struct html *html, const char *class, const char *title, size_t count)
{
	html_raw(html, "<section class=\"");
	html_raw(html, class);
	html_raw(html, "\" aria-label=\"");
	html_raw(html, title);
	html_raw(html, "\">\n");
	html_heading(html, title, count);
}

static bool is_link(struct str url)
{
	struct str rest = url;

	if (url.len > 2000 || (!str_eat(&rest, STR("https://")) && !str_eat(&rest, STR("http://"))))
		return false;
	for (size_t i = 0; i < rest.len; i++) {
		if (rest.ptr[i] <= 0x20 || rest.ptr[i] >= 0x7f || rest.ptr[i] == '\\')
			return false;
	}
	return rest.len > 0 && rest.ptr[0] != '/';
}

void html_link(struct html *html, struct str url, struct str text)
{
	if (!is_link(url)) {
		html_name(html, text, HTML_TEXT_MAX);
		return;
	}
	html_raw(html, "<a rel=\"noopener noreferrer nofollow\" href=\"");
	html_text(html, url);
	html_raw(html, "\">");
	html_name(html, text, HTML_TEXT_MAX);
	html_raw(html, "</a>");
}

static void say(void *context, enum voice voice, struct str text)
{
	struct html *html = context;

	switch (voice) {
	case VOICE_WORDS:
		html_text(html, text);
		break;
	case VOICE_LEVEL:
		html_raw(html, "<b class=\"level\">");
		html_text(html, text);
		html_raw(html, "</b>");
		break;
	case VOICE_NAME:
		html_raw(html, "<code>");
		html_name(html, text, HTML_ADDRESS_MAX);
		html_raw(html, "</code>");
		break;
	case VOICE_DATA:
		html_cut(html, text, HTML_TEXT_MAX);
		break;
	case VOICE_LINK:
		html_link(html, text, text);
		break;
	}
}

struct speaker html_speaker(struct html *html)
{
	return (struct speaker){say, html};
}
