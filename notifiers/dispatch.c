#include "notifiers/dispatch.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"

#define NS_PER_SECOND	UINT64_C(1000000000)
#define BACKOFF_MAX_NS	(16 * NS_PER_SECOND)
#define SECONDARY_WAIT	60    /* s: GitHub's advice for a secondary limit that names no time */
#define WAIT_MAX	86400 /* s: more than any budget; keeps the arithmetic small */
#define BATCH_MAX	64    /* requests given to the door at once */
#define STEPS_MAX	200   /* of one delivery: pages, retries and settling stay far below */
#define RATE_BODY_BYTES 4096  /* a rate-limit message stands at the start of a short body */

/* The requests of one step of one delivery. */
struct flight {
	struct delivery *delivery;
	struct step_request requests[STEP_REQUESTS_MAX];
	struct http_reply replies[STEP_REQUESTS_MAX];
	uint64_t due[STEP_REQUESTS_MAX]; /* monotonic ns */
	int attempts[STEP_REQUESTS_MAX];
	bool settled[STEP_REQUESTS_MAX];
	size_t count;
	unsigned steps;
};

struct run {
	const struct dispatch *dispatch;
	struct arena *arena;
	struct flight *flights;
	size_t count;
	uint64_t deadline;
};

static uint64_t backoff(int attempt, uint64_t jitter)
{
	uint64_t wait = NS_PER_SECOND;

	for (int i = 1; i < attempt && wait < BACKOFF_MAX_NS; i++)
		wait *= 2;
	return wait + jitter % (wait / 2);
}

static bool contains_nocase(struct str text, struct str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (str_eq_nocase(str_from_to(text, i, i + part.len), part))
			return true;
	return false;
}

static bool body_speaks_of_limits(const struct http_reply *reply)
{
	struct str head = str_from_to(reply->body, 0, size_min(reply->body.len, RATE_BODY_BYTES));

	return contains_nocase(head, STR("rate limit")) || contains_nocase(head, STR("abuse"));
}

/* The clock is the server's: that of a CI machine may be wrong. */
static int64_t server_now(const struct http_reply *reply, int64_t now)
{
	int64_t date;

	return http_date(http_reply_header(reply, "date"), &date) ? date : now;
}

static uint64_t seconds_to_ns(int64_t seconds)
{
	if (seconds < 1)
		seconds = 1;
	if (seconds > WAIT_MAX)
		seconds = WAIT_MAX;
	return (uint64_t)seconds * NS_PER_SECOND;
}

/* retry-after in seconds or as a date; false when there is none that can be read. */
static bool told_to_wait(const struct http_reply *reply, int64_t now, uint64_t *wait_ns)
{
	struct str text = http_reply_header(reply, "retry-after");
	struct err err = {0};
	int64_t seconds;

	if (text.len == 0)
		return false;
	if (str_to_int64(text, 0, INT32_MAX, &seconds, &err)) {
		*wait_ns = seconds_to_ns(seconds);
		return true;
	}
	if (!http_date(text, &seconds))
		return false;
	*wait_ns = seconds_to_ns(seconds - server_now(reply, now));
	return true;
}

/* 429, or a 403 that is a limit and no missing permission. */
static bool is_rate_limit(const struct http_reply *reply, int64_t now, uint64_t *wait_ns)
{
	struct err err = {0};
	int64_t reset;

	if (reply->status != 429 && reply->status != 403)
		return false;
	if (told_to_wait(reply, now, wait_ns))
		return true;
	if (str_is(http_reply_header(reply, "x-ratelimit-remaining"), "0") &&
	    str_to_int64(
		http_reply_header(reply, "x-ratelimit-reset"), 0, INT64_MAX / 2, &reset, &err)) {
		*wait_ns = seconds_to_ns(reset - server_now(reply, now));
		return true;
	}
	if (body_speaks_of_limits(reply)) {
		*wait_ns = seconds_to_ns(SECONDARY_WAIT);
		return true;
	}
	*wait_ns = 0;
	return reply->status == 429;
}

static bool is_server_trouble(int status)
{
	return status == 408 || status == 500 || status == 502 || status == 503 || status == 504;
}

static enum verdict judge_failure(
    const struct step_request *request, const struct http_reply *reply, bool *repeatable)
{
	*repeatable = reply->failure == HTTP_NOT_SENT ||
		      (reply->failure == HTTP_MAYBE_SENT && request->repeat == REPEAT_SAFE);
	return *repeatable ? VERDICT_RETRY : VERDICT_USE;
}

enum verdict dispatch_judge(const struct step_request *request, const struct http_reply *reply,
    int attempt, int64_t now, uint64_t jitter, uint64_t *wait_ns)
{
	uint64_t told = 0;
	bool repeatable;

	*wait_ns = 0;
	if (attempt >= DISPATCH_ATTEMPTS)
		return VERDICT_USE;
	if (reply->failure != HTTP_OK) {
		if (judge_failure(request, reply, &repeatable) == VERDICT_RETRY)
			*wait_ns = backoff(attempt, jitter);
		return repeatable ? VERDICT_RETRY : VERDICT_USE;
	}
	/* a limit is a refusal: nothing was done, so that a creating POST may be repeated too */
	if (is_rate_limit(reply, now, &told)) {
		*wait_ns = told ? told + jitter % NS_PER_SECOND : backoff(attempt, jitter);
		return VERDICT_RETRY;
	}
	if (!is_server_trouble(reply->status) || request->repeat != REPEAT_SAFE)
		return VERDICT_USE;
	*wait_ns = backoff(attempt, jitter);
	if (told_to_wait(reply, now, &told) && told > *wait_ns)
		*wait_ns = told;
	return VERDICT_RETRY;
}

static uint64_t run_now(const struct run *run)
{
	return run->dispatch->sys->monotonic(run->dispatch->sys->state);
}

/* Without randomness the waits only lose their jitter. */
static uint64_t run_jitter(const struct run *run)
{
	const struct sys *sys = run->dispatch->sys;
	uint64_t jitter = 0;
	struct err err = {0};

	if (!sys->random(sys->state, &jitter, sizeof(jitter), &err))
		return 0;
	return jitter;
}

static bool flight_is_open(const struct flight *flight)
{
	for (size_t i = 0; i < flight->count; i++)
		if (!flight->settled[i])
			return true;
	return false;
}

static void force_end(struct delivery *delivery, const char *reason)
{
	delivery->record.state = DELIVERY_FAILED;
	delivery->record.reason = str_from(reason);
	delivery->done = true;
}

/* Hands the replies to the notifier and takes its next requests. True when something moved. */
static bool step_one(struct run *run, struct flight *flight)
{
	struct delivery *delivery = flight->delivery;
	struct step_request requests[STEP_REQUESTS_MAX] = {0};
	size_t count = 0;
	uint64_t now = run_now(run);
	enum step_result result;

	if (delivery->after && !delivery->after->done)
		return false;
	if (flight->steps++ == STEPS_MAX) {
		force_end(delivery, "needed more requests than is allowed");
		return true;
	}
	result = delivery->notifier->step(
	    delivery, run->arena, flight->replies, flight->count, requests, &count);
	flight->count = 0;
	if (result == STEP_DONE)
		delivery->done = true;
	if (result != STEP_MORE)
		return result == STEP_DONE;
	for (size_t i = 0; i < size_min(count, STEP_REQUESTS_MAX); i++) {
		flight->requests[i] = requests[i];
		flight->due[i] = now + requests[i].wait_ns;
		flight->attempts[i] = 0;
		flight->settled[i] = false;
		flight->count++;
	}
	return true;
}

/* Waiting deliveries are stepped until none moves: one may be waiting for another of this round. */
static bool step_all(struct run *run)
{
	bool any = false;
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < run->count; i++) {
			struct flight *flight = &run->flights[i];

			if (flight->delivery->done || flight_is_open(flight))
				continue;
			if (step_one(run, flight))
				moved = true;
		}
		any = any || moved;
	}
	return any;
}

/* The next moment at which a request is due; 0: none is open. */
static uint64_t next_due(const struct run *run)
{
	uint64_t next = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct flight *flight = &run->flights[i];

		for (size_t j = 0; j < flight->count; j++)
			if (!flight->settled[j] && (next == 0 || flight->due[j] < next))
				next = size_max(flight->due[j], 1);
	}
	return next;
}

static void settle(struct run *run, struct flight *flight, size_t index)
{
	const struct sys *sys = run->dispatch->sys;
	uint64_t wait;
	uint64_t due;
	int attempt = ++flight->attempts[index];

	flight->settled[index] = true;
	if (dispatch_judge(&flight->requests[index], &flight->replies[index], attempt,
		sys->now(sys->state), run_jitter(run), &wait) == VERDICT_USE)
		return;
	due = run_now(run) + wait;
	/* a wait past the budget is no wait: the notifier gets the reply and says what it means */
	if (due >= run->deadline)
		return;
	flight->settled[index] = false;
	flight->due[index] = due;
}

struct batch {
	struct http_request requests[BATCH_MAX];
	struct http_reply replies[BATCH_MAX];
	struct flight *flights[BATCH_MAX];
	size_t indexes[BATCH_MAX];
	size_t count;
};

static void batch_collect(struct run *run, struct batch *batch)
{
	uint64_t now = run_now(run);

	for (size_t i = 0; i < run->count; i++) {
		struct flight *flight = &run->flights[i];

		for (size_t j = 0; j < flight->count && batch->count < BATCH_MAX; j++) {
			if (flight->settled[j] || flight->due[j] > now)
				continue;
			batch->requests[batch->count] = flight->requests[j].request;
			batch->flights[batch->count] = flight;
			batch->indexes[batch->count++] = j;
		}
	}
}

/* A door that does not open: every request fails for good, with its reason. */
static void batch_fail(struct run *run, struct batch *batch, const struct err *err)
{
	struct str reason = str_format(run->arena, "%s", err->text);

	for (size_t i = 0; i < batch->count; i++)
		batch->replies[i] = (struct http_reply){
		    .failure = HTTP_REFUSED, .failure_text = reason, .body = STR_EMPTY};
}

static void batch_run(struct run *run)
{
	const struct http *http = run->dispatch->http;
	struct batch *batch = arena_make(run->arena, struct batch);
	struct err err = {0};

	batch_collect(run, batch);
	if (!http->run(http->state, run->arena, batch->requests, batch->replies, batch->count,
		run->deadline, &err))
		batch_fail(run, batch, &err);
	for (size_t i = 0; i < batch->count; i++) {
		batch->flights[i]->replies[batch->indexes[i]] = batch->replies[i];
		settle(run, batch->flights[i], batch->indexes[i]);
	}
}

/* Time is up: what has not been sent will not be. */
static void settle_unsent(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct flight *flight = &run->flights[i];

		for (size_t j = 0; j < flight->count; j++) {
			if (flight->settled[j])
				continue;
			flight->settled[j] = true;
			if (flight->attempts[j] > 0) /* it has the reply of its last attempt */
				continue;
			flight->replies[j] = (struct http_reply){.failure = HTTP_NOT_SENT,
			    .failure_text = STR("the time for deliveries is used up"),
			    .body = STR_EMPTY};
		}
	}
}

static void wait_until(struct run *run, uint64_t due)
{
	const struct sys *sys = run->dispatch->sys;
	uint64_t now = run_now(run);

	if (due > now)
		sys->sleep(sys->state, due - now);
}

void dispatch_run(const struct dispatch *dispatch, struct arena *arena,
    struct delivery **deliveries, size_t count)
{
	struct run run = {.dispatch = dispatch, .arena = arena, .count = count};
	uint64_t budget = dispatch->budget_ns ? dispatch->budget_ns : DISPATCH_BUDGET_NS;

	run.flights = arena_array(arena, struct flight, count);
	for (size_t i = 0; i < count; i++)
		run.flights[i].delivery = deliveries[i];
	run.deadline = run_now(&run) + budget;
	for (;;) {
		uint64_t due;

		(void)step_all(&run);
		due = next_due(&run);
		if (due == 0)
			break;
		if (due >= run.deadline || run_now(&run) >= run.deadline) {
			settle_unsent(&run);
			continue;
		}
		wait_until(&run, due);
		batch_run(&run);
	}
	/* each of these waits for one of the others; a bug in a notifier, never an endless wait */
	for (size_t i = 0; i < count; i++)
		if (!deliveries[i]->done)
			force_end(deliveries[i], "waited for a delivery that waited itself");
}
