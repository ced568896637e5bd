#include "cmd/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/utf8.h"

#define DOCTOR_TEXT_MAX 2048
#define WHAT_COLUMNS	16

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,
	DOCTOR_PROBLEM,
};

struct level_row {
	const char *name, *colour;
};

static const struct level_row levels[] = {
    [DOCTOR_OK] = {"ok", "\033[32m"},
    [DOCTOR_NOTE] = {"note", "\033[33m"},
    [DOCTOR_PROBLEM] = {"problem", "\033[31m"},
};

PRINTF_LIKE(4, 0)
static void say(
    struct doctor *doctor, enum doctor_level level, const char *what, const char *fmt, va_list args)
{
	const struct level_row *row = &levels[level];
	struct arena *arena = doctor->app->run;
	char text[DOCTOR_TEXT_MAX];

	(void)vsnprintf(text, sizeof(text), fmt, args);
	utf8_clean_line(text);
	sink_add(doctor->sink,
	    str_format(arena, "%s%-8s%s %-*s %s\n", doctor->colour ? row->colour : "", row->name,
		doctor->colour ? "\033[0m" : "", WHAT_COLUMNS, what, text));
}

static void say_remedy(struct doctor *doctor, const char *remedy)
{
	sink_add(doctor->sink,
	    str_format(doctor->app->run, "%*s-> %s\n", WHAT_COLUMNS + 10, "", remedy));
}

void doctor_ok(struct doctor *doctor, const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, DOCTOR_OK, what, fmt, args);
	va_end(args);
}

void doctor_note(struct doctor *doctor, const char *what, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, DOCTOR_NOTE, what, fmt, args);
	va_end(args);
}

void doctor_problem(
    struct doctor *doctor, const char *what, const char *remedy, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, DOCTOR_PROBLEM, what, fmt, args);
	va_end(args);
	say_remedy(doctor, remedy);
	doctor->problems++;
}

void doctor_unavailable(
    struct doctor *doctor, const char *what, const char *remedy, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(doctor, DOCTOR_PROBLEM, what, fmt, args);
	va_end(args);
	say_remedy(doctor, remedy);
	doctor->unavailable++;
}
