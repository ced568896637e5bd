#include "notifiers/dispatch.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/size.h"

#define NS_PER_SECOND	UINT64_C(1000000000)
#define BACKOFF_MAX_NS	(16 * NS_PER_SECOND)
#define SECONDARY_WAIT	60    /* s: GitHub's advice for a secondary limit that names no time */
#define WAIT_MAX	86400 /* s: more than any budget; keeps the arithmetic small */
#define STEPS_MAX	200   /* of one delivery: pages, retries and settling stay far below */
#define RATE_BODY_BYTES 4096  /* a rate-limit message stands at the start of a short body */

enum leg_state {
	LEG_DUE,       /* is sent when its time has come */
	LEG_ON_WAY,    /* the door has it */
	LEG_HAND_BACK, /* its reply goes to the notifier when its time has come */
	LEG_SETTLED,
};

/* One request on its way through its attempts. */
struct leg {
	struct step_request request;
	struct http_reply reply;
	enum leg_state state;
	uint64_t due; /* monotonic ns */
	int attempts;
};

/* The requests of one step of one delivery. */
struct flight {
	struct delivery *delivery;
	struct leg legs[STEP_REQUESTS_MAX];
	size_t count;
	unsigned steps;
	uint64_t alarm; /* monotonic ns; when a STEP_WAIT is overdue; 0: none */
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

static enum reply_verdict judge_failure(
    const struct step_request *request, const struct http_reply *reply, bool *repeatable)
{
	*repeatable = reply->failure == HTTP_NOT_SENT || reply->failure == HTTP_NO_ANSWER ||
		      (reply->failure == HTTP_MAYBE_SENT && request->repeat == REPEAT_SAFE);
	return *repeatable ? VERDICT_RETRY : VERDICT_USE;
}

enum reply_verdict dispatch_judge(const struct step_request *request,
    const struct http_reply *reply, int attempt, int64_t now, uint64_t jitter, uint64_t *wait_ns)
{
	uint64_t told = 0;
	bool repeatable;

	*wait_ns = 0;
	if (attempt >= DISPATCH_ATTEMPTS ||
	    (attempt >= DISPATCH_CONNECTS && reply->failure == HTTP_NO_ANSWER))
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
		if (flight->legs[i].state != LEG_SETTLED)
			return true;
	return false;
}

static void force_end(struct delivery *delivery, const char *reason)
{
	delivery->record.state = DELIVERY_FAILED;
	delivery->record.reason = str_from(reason);
	delivery->done = true;
}

/* A wait begins or goes on; its end is set once. */
static void flight_wait(struct flight *flight, uint64_t now)
{
	const struct delivery *delivery = flight->delivery;

	if (flight->alarm == 0 && delivery->patience_ns && !delivery->overdue)
		flight->alarm = now + delivery->patience_ns;
}

static void flight_load(
    struct flight *flight, const struct step_request *requests, size_t count, uint64_t now)
{
	flight->count = size_min(count, STEP_REQUESTS_MAX);
	for (size_t i = 0; i < flight->count; i++)
		flight->legs[i] = (struct leg){
		    .request = requests[i],
		    .state = LEG_DUE,
		    .due = now + requests[i].wait_ns,
		    .attempts = requests[i].earlier,
		    .reply = {.failure_text = STR_EMPTY, .body = STR_EMPTY},
		};
	flight->alarm = 0;
	flight->delivery->overdue = false;
}

/* Hands the replies to the notifier and takes its next requests. True when something moved. */
static bool step_one(struct run *run, struct flight *flight)
{
	struct delivery *delivery = flight->delivery;
	struct step_request requests[STEP_REQUESTS_MAX] = {0};
	struct http_reply replies[STEP_REQUESTS_MAX];
	size_t count = 0;
	uint64_t now = run_now(run);
	enum step_result result;

	if (delivery->after && !delivery->after->done)
		return false;
	for (size_t i = 0; i < flight->count; i++)
		replies[i] = flight->legs[i].reply;
	result = delivery->notifier->step(
	    delivery, run->arena, replies, flight->count, requests, &count);
	flight->count = 0;
	if (result == STEP_WAIT) {
		flight_wait(flight, now);
		return false;
	}
	if (result == STEP_DONE)
		delivery->done = true;
	else if (flight->steps++ == STEPS_MAX)
		force_end(delivery, "needed more requests than is allowed");
	else
		flight_load(flight, requests, count, now);
	return true;
}

/* Waiting deliveries are stepped until none moves: one may be waiting for another of them. */
static void step_all(struct run *run)
{
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
	}
}

static void leg_settle(struct run *run, struct delivery *delivery, struct leg *leg)
{
	const struct sys *sys = run->dispatch->sys;
	uint64_t wait;
	uint64_t due;
	int attempt = ++leg->attempts;

	leg->state = LEG_SETTLED;
	if (dispatch_judge(&leg->request, &leg->reply, attempt, sys->now(sys->state),
		run_jitter(run), &wait) == VERDICT_USE)
		return;
	due = run_now(run) + wait;
	/* a wait past the budget is no wait: the notifier gets the reply and says what it means */
	if (due >= run->deadline)
		return;
	leg->state = leg->request.look_again ? LEG_HAND_BACK : LEG_DUE;
	leg->due = due;
	delivery->waited = true;
}

/* A door that does not open: the request fails for good, with its reason. */
static void leg_begin(struct run *run, struct leg *leg)
{
	const struct http *http = run->dispatch->http;
	struct err err = {0};

	leg->state = LEG_ON_WAY;
	if (!http->begin(
		http->state, run->arena, &leg->request.request, &leg->reply, run->deadline, &err))
		leg->reply = (struct http_reply){.failure = HTTP_REFUSED,
		    .failure_text = str_format(run->arena, "%s", err.text),
		    .body = STR_EMPTY};
}

/* Time is up: what has not been sent will not be. */
static void leg_expire(struct leg *leg)
{
	leg->state = LEG_SETTLED;
	if (leg->attempts > leg->request.earlier) /* it has the reply of its last attempt */
		return;
	leg->reply = (struct http_reply){.failure = HTTP_NOT_SENT,
	    .failure_text = STR("the time for deliveries is used up"),
	    .body = STR_EMPTY};
}

/* What the clock and the door have for one request. */
static void leg_move(struct run *run, struct delivery *delivery, struct leg *leg, uint64_t now)
{
	bool waits = leg->state == LEG_DUE || leg->state == LEG_HAND_BACK;

	/* the door ends by itself what is on its way, it knows the deadline */
	if (waits && (now >= run->deadline || leg->due >= run->deadline))
		leg_expire(leg);
	else if (leg->state == LEG_HAND_BACK && leg->due <= now) {
		leg->reply.again = true;
		leg->state = LEG_SETTLED;
	} else if (leg->state == LEG_DUE && leg->due <= now)
		leg_begin(run, leg);
	if (leg->state == LEG_ON_WAY && leg->reply.failure != HTTP_PENDING)
		leg_settle(run, delivery, leg);
}

/* The next moment at which the clock moves something, and whether the door may before that. */
struct agenda {
	uint64_t next; /* 0: none */
	bool on_way;
};

static void agenda_add(struct agenda *agenda, uint64_t at)
{
	at = at ? at : 1;
	if (agenda->next == 0 || at < agenda->next)
		agenda->next = at;
}

static void agenda_legs(struct agenda *agenda, const struct flight *flight)
{
	for (size_t i = 0; i < flight->count; i++) {
		const struct leg *leg = &flight->legs[i];

		if (leg->state == LEG_ON_WAY)
			agenda->on_way = true;
		else if (leg->state != LEG_SETTLED)
			agenda_add(agenda, leg->due);
	}
}

/* Moves everything as far as it goes now. True when a delivery can be stepped. */
static bool move_all(struct run *run, struct agenda *agenda)
{
	uint64_t now = run_now(run);
	bool ready = false;

	*agenda = (struct agenda){0};
	for (size_t i = 0; i < run->count; i++) {
		struct flight *flight = &run->flights[i];
		bool open = flight_is_open(flight);

		for (size_t j = 0; j < flight->count; j++)
			if (flight->legs[j].state != LEG_SETTLED)
				leg_move(run, flight->delivery, &flight->legs[j], now);
		if (open && !flight_is_open(flight))
			ready = true;
		agenda_legs(agenda, flight);
		if (flight->delivery->done || flight->alarm == 0)
			continue;
		if (now < flight->alarm && now < run->deadline) {
			agenda_add(agenda, flight->alarm);
			continue;
		}
		flight->alarm = 0;
		flight->delivery->overdue = true;
		ready = true;
	}
	return ready;
}

/* Until a reply comes or something is due. */
static void wait_for(struct run *run, const struct agenda *agenda)
{
	const struct http *http = run->dispatch->http;
	const struct sys *sys = run->dispatch->sys;
	uint64_t now = run_now(run);

	if (agenda->on_way)
		http->wait(http->state, agenda->next);
	else if (agenda->next > now)
		sys->sleep(sys->state, agenda->next - now);
}

void dispatch_run(const struct dispatch *dispatch, struct arena *arena,
    struct delivery **deliveries, size_t count)
{
	struct run run = {.dispatch = dispatch, .arena = arena, .count = count};
	uint64_t budget = dispatch->budget_ns ? dispatch->budget_ns : DISPATCH_BUDGET_NS;
	struct agenda agenda;

	run.flights = arena_array(arena, struct flight, count);
	for (size_t i = 0; i < count; i++)
		run.flights[i].delivery = deliveries[i];
	run.deadline = run_now(&run) + budget;
	for (;;) {
		step_all(&run);
		if (move_all(&run, &agenda))
			continue;
		if (!agenda.on_way && agenda.next == 0)
			break;
		wait_for(&run, &agenda);
	}
	/* each of these waits for one of the others; a bug in a notifier, never an endless wait */
	for (size_t i = 0; i < count; i++)
		if (!deliveries[i]->done)
			force_end(deliveries[i], "waited for a delivery that waited itself");
}
