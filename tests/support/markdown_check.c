#include "tests/support/markdown_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/utf8.h"

static size_t count_of(struct str text, struct str part)
{
	size_t count = 0, at;

	while (str_find(text, part, &at)) {
		text = str_skip(text, at + part.len);
		count++;
	}
	return count;
}

/* Cells of a table's row: bars that are not escaped. */
static size_t count_cells(struct str line)
{
	size_t cells = 0;

	for (size_t i = 0; i < line.len; i++)
		cells += line.ptr[i] == '|' && (i == 0 || line.ptr[i - 1] != '\\');
	return cells;
}

struct state {
	size_t ticks;	/* of the fence that is open */
	size_t details; /* that are open */
	size_t cells;	/* of the table that is open; 0: none */
	bool uneven, closed_too_often;
};

/* True when the line belongs to a fence or is its beginning. */
static bool read_fence(struct state *state, struct str line)
{
	size_t run = 0;

	while (str_eat(&line, STR(" ")))
		continue;
	while (run < line.len && line.ptr[run] == '`')
		run++;
	if (state->ticks > 0) {
		if (run >= state->ticks && run == line.len)
			state->ticks = 0;
		return true;
	}
	if (run < 3 || str_contains(str_skip(line, run), STR("`")))
		return false;
	state->ticks = run;
	return true;
}

static void read_line(struct state *state, struct str line)
{
	if (read_fence(state, line))
		return;
	if (str_starts(line, STR("<details>")))
		state->details++;
	if (str_starts(line, STR("</details>"))) {
		state->closed_too_often = state->closed_too_often || state->details == 0;
		state->details -= state->details > 0;
	}
	if (!str_starts(line, STR("|"))) {
		state->cells = 0;
		return;
	}
	if (state->cells > 0 && count_cells(line) != state->cells)
		state->uneven = true;
	state->cells = count_cells(line);
}

bool markdown_is_whole(const char *label, struct str text)
{
	struct state state = {.ticks = 0};
	struct str line;
	bool ok = utf8_is_valid(text);

	while (str_line(&text, &line))
		read_line(&state, line);
	ok = ok && state.ticks == 0 && state.details == 0 && !state.uneven &&
	     !state.closed_too_often;
	if (!ok)
		print_error("%s: %zu backticks and %zu details left open%s%s\n", label, state.ticks,
		    state.details, state.uneven ? ", a table is uneven" : "",
		    state.closed_too_often ? ", a fold is closed that was not open" : "");
	return ok;
}

/* What the sanitiser lets through and GitHub would make of it. */
static const char *const forbidden[] = {
    "<script",
    "<img",
    "href=\"javascript",
    "href=\"mailto",
    "href=\"https://evil",
    "href=\"http://www.evil",
    "src=\"https://evil",
    "<h1",
    "<h3>",
    "\033",
    "\xe2\x80\xae",
    "<del>",
    "<em>",
    "<hr",
};

/* Text outside of <code> and <pre>, where a mention would be one. */
static bool mentions_nobody(const char *label, struct str html)
{
	static const char *const live[] = {
	    "@octocat", "@acme", "@everyone", "@U1", "#1", "deadbee"};
	struct str rest = html;
	size_t code = 0, at;

	while (str_find_char(rest, '<', &at)) {
		struct str text = str_from_to(rest, 0, at);

		for (size_t i = 0; code == 0 && i < ARRAY_LEN(live); i++) {
			if (!str_contains(text, str_from(live[i])))
				continue;
			print_error("%s: live text '%.*s'\n", label, STR_ARG(text));
			return false;
		}
		rest = str_skip(rest, at);
		code += str_starts(rest, STR("<code")) || str_starts(rest, STR("<pre"));
		code -=
		    code > 0 && (str_starts(rest, STR("</code")) || str_starts(rest, STR("</pre")));
		rest = str_skip(rest, 1);
	}
	return true;
}

bool markdown_html_is_inert(const char *label, struct str html)
{
	static const char *const pairs[][2] = {{"<details>", "</details>"},
	    {"<summary>", "</summary>"}, {"<code", "</code>"}, {"<ul>", "</ul>"},
	    {"<table>", "</table>"}, {"<td", "</td>"}};

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		if (str_contains(html, str_from(forbidden[i]))) {
			print_error("%s: %s in the HTML\n", label, forbidden[i]);
			return false;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		size_t begun = count_of(html, str_from(pairs[i][0]));
		size_t ended = count_of(html, str_from(pairs[i][1]));

		if (begun != ended) {
			print_error(
			    "%s: %zu %s, %zu %s\n", label, begun, pairs[i][0], ended, pairs[i][1]);
			return false;
		}
	}
	return mentions_nobody(label, html);
}
