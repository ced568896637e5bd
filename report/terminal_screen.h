/*
 * terminal_screen.h: the lines of the terminal, which know how wide it is and which colours it has.
 *
 * Texts that come in are printable already (wording.h). Internal to report/render_terminal*.c and
 * report/render_check.c. Layer: report.
 */
#ifndef REPORT_TERMINAL_SCREEN_H
#define REPORT_TERMINAL_SCREEN_H

#include "base/buf.h"
#include "report/applied.h"
#include "report/detail.h"
#include "report/findings.h"
#include "report/groups.h"
#include "report/render.h"

#define SCREEN_LIMIT	((size_t)64 << 20)
#define SCREEN_TEXT_MAX ((size_t)4096) /* bytes of an address or a summary, while there is room */

enum tone {
	TONE_PLAIN,
	TONE_BOLD,
	TONE_DIM,
	TONE_RED,
	TONE_GREEN,
	TONE_YELLOW,
	TONE_MAGENTA,
	TONE_CYAN,
};

/*
 * How much is told; the next shorter set is tried when max_bytes is exceeded: first all there is
 * (a summary is short from the beginning). Details go first, then what is no loss, the names of
 * losses and denials last.
 */
struct screen_caps {
	size_t losses, gains, others;	     /* rows of a list; losses: of a denied rule, too */
	size_t types;			     /* that the losses without a row are counted by */
	size_t text;			     /* bytes of an address or a summary */
	size_t paragraph;		     /* lines of a diagnostic */
	const struct detail_limits *details; /* NULL: none */
};
#define SCREEN_ALL     (SIZE_MAX / 8) /* rows */
#define SCREEN_LEVELS  13
#define SCREEN_SHORT   3 /* that `check` begins with */
#define SCREEN_SUMMARY 4 /* the level that a summary begins with */
extern const struct screen_caps screen_caps_of_level[SCREEN_LEVELS];

struct screen {
	struct arena *arena; /* scratch; `out` is in the caller's */
	const struct outcome *outcome;
	const struct render_options *options;
	const struct screen_caps *caps;
	struct groups groups;
	struct applied applied; /* of an apply, else empty */
	struct findings findings, after_apply;
	bool tells_verdict, tells_after_apply;
	size_t detail_indent; /* of the lines below a change */
	size_t left_out;      /* rows */
	struct buf out;
};

/*
 * One line: "  -/+ aws_x.y   why". A `whole` one goes on in further lines, deeper, where the
 * terminal is too narrow: at `breaks` first (where text may go on in another line; 0: nowhere), its
 * remark on a line of its own. Any other is cut.
 */
#define SCREEN_BREAKS 2
struct screen_line {
	size_t indent;
	enum tone tone; /* of the symbol */
	struct str symbol, text, remark;
	size_t align; /* columns the text is padded to before the remark */
	bool whole;
	size_t breaks[SCREEN_BREAKS]; /* bytes of the text, in their order */
};

void screen_put(struct screen *screen, enum tone tone, struct str text);
void screen_put_line(struct screen *screen, const struct screen_line *line);
/* A blank line, and "Destroy (12)"; 0: without the count. */
void screen_put_heading(struct screen *screen, enum tone tone, const char *title, size_t count);
void screen_put_more(struct screen *screen, size_t count); /* "  ... and 12 more" */
/* The text over as many lines as it needs, each indented; words longer than a line are cut by the
 * terminal. */
void screen_put_wrapped(struct screen *screen, size_t indent, enum tone tone, struct str text);
bool screen_shows_details(const struct screen *screen);
/* What stands last matters least: it goes by whole lines, with a line that says how many. */
void screen_cut_lines(struct screen *screen, size_t max_bytes);

/* Where a change stands: `below` a line with its module, or with its whole address. */
struct change_place {
	size_t indent, align;
	bool below;
};
/* Its line, and what differs when details are shown. render_terminal.c */
void screen_put_change(
    struct screen *screen, const struct outcome_change *change, const struct change_place *place);
/* What is no loss as a tree of modules, long ones folded; false: a list says it better.
 * render_terminal_tree.c */
bool screen_put_tree(struct screen *screen);

/* render_terminal_findings.c */
void screen_find_findings(struct screen *screen); /* of the outcome; decides what is told */
void screen_put_verdict(struct screen *screen);	  /* "Policies: 2 denied, ...", notes */
void screen_put_denials(struct screen *screen);	  /* what comes before the changes */
void screen_put_warnings(struct screen *screen);  /* what comes after the losses */
void screen_put_waivers(struct screen *screen);

#endif
