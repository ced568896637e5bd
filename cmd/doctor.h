/*
 * doctor.h: checks of the whole set-up. Each check says one line: ok, note or problem, and for a
 * problem what to do about it. Nothing is posted.
 *
 * Layer: cmd.
 */
#ifndef CMD_DOCTOR_H
#define CMD_DOCTOR_H

#include "base/sink.h"
#include "cmd/app.h"
#include "cmd/session.h"

struct doctor {
	struct app *app;
	struct session *session;
	const struct http *http; /* NULL: --offline */
	struct sink *sink;
	bool colour;
	size_t problems;    /* something must be changed: exit 65 */
	size_t unavailable; /* a service could not be asked: exit 69 */
};

void doctor_ok(struct doctor *doctor, const char *what, const char *fmt, ...) PRINTF_LIKE(3, 4);
void doctor_note(struct doctor *doctor, const char *what, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* `remedy`: what to do. */
void doctor_problem(struct doctor *doctor, const char *what, const char *remedy, const char *fmt,
    ...) PRINTF_LIKE(4, 5);
void doctor_unavailable(struct doctor *doctor, const char *what, const char *remedy,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The checks of services (doctor_services.c). */
void doctor_github(struct doctor *doctor);
void doctor_slack(struct doctor *doctor);

#endif
