/*
 * deliver.h: from an outcome and the settings to deliveries, sent.
 *
 * Outside CI nothing is sent without --notify. A failed delivery is a record in the outcome and a
 * warning; it is never an error.
 * Layer: cmd.
 */
#ifndef CMD_DELIVER_H
#define CMD_DELIVER_H

#include "cmd/app.h"
#include "cmd/settings.h"
#include "report/outcome.h"

struct deliver_options {
	bool notify;	      /* --notify: also outside CI */
	bool dry_run;	      /* print instead of send */
	bool hurry;	      /* we are being stopped: little time for deliveries */
	const char *markdown; /* FILE, or NULL; written in any case */
};

/* Fills outcome->deliveries. Returns how many failed. */
size_t deliver(struct app *app, const struct settings *settings,
    const struct deliver_options *options, struct outcome *outcome);

#endif
