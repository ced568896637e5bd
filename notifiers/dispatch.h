/*
 * dispatch.h: the one driver. Owns deadlines, retries, back-off and the clock, and keeps the
 * requests of all deliveries on their way at once (delivery.md 1, the retry table). A delivery goes
 * on as soon as its own replies are there.
 *
 * A failure before anything was sent, or 408/500/502/503/504 on a repeatable request: again, with
 * exponential back-off and jitter. 429, or 403 with retry-after, with x-ratelimit-remaining: 0 or a
 * rate-limit message: waits as told (the reply's Date is the clock), within the budget. Other 4xx:
 * never.
 *
 * A failed delivery is a result in its record, never an error. Layer: notifiers.
 */
#ifndef NOTIFIERS_DISPATCH_H
#define NOTIFIERS_DISPATCH_H

#include "base/sys.h"
#include "notifiers/notifier.h"

#define DISPATCH_BUDGET_NS (90ull * 1000000000ull) /* for all deliveries of a run */
#define DISPATCH_ATTEMPTS  4			   /* for one request */
#define DISPATCH_CONNECTS  2			   /* where nobody listens */

struct dispatch {
	const struct sys *sys;
	const struct http *http;
	uint64_t budget_ns; /* 0: DISPATCH_BUDGET_NS */
};

/* Steps all deliveries until each is done; their records tell. */
void dispatch_run(const struct dispatch *dispatch, struct arena *arena,
    struct delivery **deliveries, size_t count);

/* What to do about a reply; pure, for tests. `wait_ns` is set for RETRY. */
enum reply_verdict {
	VERDICT_USE,   /* hand it to the notifier, whatever it is */
	VERDICT_RETRY, /* after wait_ns */
};
enum reply_verdict dispatch_judge(const struct step_request *request,
    const struct http_reply *reply, int attempt, int64_t now, uint64_t jitter, uint64_t *wait_ns);

#endif
