/*
 * ansi.h: takes terminal control sequences out of text, also when they are split over reads.
 *
 * CSI, OSC (ended by BEL or ST), DCS/PM/APC/SOS strings, two-character escapes; CR LF becomes LF; a
 * lone CR followed by text is a redrawn line: what stood before it on the line is dropped, as a
 * terminal would show it. Everything else is left alone. A sequence never swallows a line feed, so
 * that an unfinished one cannot hide the lines after it. Layer: parser.
 */
#ifndef PARSER_ANSI_H
#define PARSER_ANSI_H

#include "base/str.h"

struct arena;

/* The same text when there is nothing to take out, else a clean copy in the arena. */
struct str ansi_strip(struct arena *arena, struct str text);

/*
 * The same for text that is going to be read line by line: a lone CR becomes a space, so that a
 * value with a CR in it cannot pretend to begin a line.
 */
struct str ansi_strip_lines(struct arena *arena, struct str text);

#endif
