/*
 * notifier.h: a delivery is a state machine; a notifier is the code that steps it.
 *
 * dispatch.c calls step() with the replies to the requests of the step before (none the first time)
 * and gets the next requests, or the end. Steps never block and never see the network. The requests
 * of all deliveries run in parallel; a delivery is stepped as soon as all of its own replies are
 * there, whatever the others wait for.
 *
 * A new channel is one file with one `const struct notifier`, its
 * constructor in channels.h and its use in cmd/deliver.c.
 *
 * Ownership: the run arena's. Layer: notifiers.
 */
#ifndef NOTIFIERS_NOTIFIER_H
#define NOTIFIERS_NOTIFIER_H

#include "notifiers/http.h"
#include "report/outcome.h"

#define STEP_REQUESTS_MAX 8

enum step_result {
	STEP_MORE, /* requests were put out */
	STEP_WAIT, /* nothing to ask yet: waits for another delivery (comment for the first Slack
		      message), at most delivery.patience_ns */
	STEP_DONE, /* record is final */
};

/* How a request may be repeated when its reply is lost (delivery.md 1). */
enum repeat {
	REPEAT_SAFE,	  /* GET, PUT, PATCH, DELETE */
	REPEAT_RECONCILE, /* creates: the notifier looks first; the driver hands the failure back */
};

struct step_request {
	struct http_request request;
	enum repeat repeat;
	/* Writes what others may have written meanwhile: when a repeat is due, the driver waits and
	 * then hands the reply back with `again` set, so that the notifier looks before it asks
	 * again. */
	bool look_again;
	int earlier; /* attempts of this request that were handed back so; limits and back-off count
			them */
	uint64_t
	    wait_ns; /* not before this long from now; 0: at once (a re-read after a lost reply) */
};

struct delivery {
	const struct notifier *notifier;
	struct delivery_record record; /* channel set from the start; the rest by the last step */
	const struct outcome *outcome;
	void *state;		      /* the notifier's own */
	const struct delivery *after; /* STEP_WAIT until this one is done; may be NULL */
	uint64_t patience_ns;	      /* of the next STEP_WAIT; 0: waits to the end */
	bool waited;  /* set by the driver: a request had to be repeated after a wait */
	bool overdue; /* set by the driver: that wait has been as long; false after a request */
	bool done;
};

struct notifier {
	const char *name;
	enum step_result (*step)(struct delivery *delivery, struct arena *arena,
	    const struct http_reply *replies, size_t reply_count, struct step_request *requests,
	    size_t *request_count);
};

#endif
