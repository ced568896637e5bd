/* The driver with a scripted door and clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"
#include "notifiers/dispatch.h"
#include "tests/support/http_script.h"
#include "tests/support/sys_script.h"

#define S	     UINT64_C(1000000000)
#define SCRIPT_START S /* the scripted clock's */

/* A notifier that asks for `rounds` times `width` requests and keeps what came last. */
struct probe {
	const char *method;
	enum repeat repeat;
	unsigned rounds, width;
	uint64_t wait_ns, patience_ns;
	bool look_again;
	const struct delivery *wait_for;
	unsigned steps;
	struct http_reply last;
	size_t last_count;
};

static enum step_result probe_step(struct delivery *delivery, struct arena *arena,
    const struct http_reply *replies, size_t reply_count, struct step_request *requests,
    size_t *request_count)
{
	struct probe *probe = delivery->state;

	delivery->patience_ns = probe->patience_ns;
	if (probe->wait_for && !probe->wait_for->done && !delivery->overdue && !probe->steps)
		return STEP_WAIT;
	probe->last_count = reply_count;
	if (reply_count)
		probe->last = replies[reply_count - 1];
	if (probe->steps++ >= probe->rounds) {
		delivery->done = true;
		delivery->record.state = DELIVERY_SENT;
		return STEP_DONE;
	}
	for (unsigned i = 0; i < probe->width; i++)
		requests[i] = (struct step_request){
		    .request = {.method = probe->method,
			.url = str_format(arena, "https://host/%u/%u", probe->steps, i),
			.token = STR_EMPTY,
			.body = STR_EMPTY},
		    .repeat = probe->repeat,
		    .wait_ns = probe->wait_ns,
		    .look_again = probe->look_again,
		};
	*request_count = probe->width;
	return STEP_MORE;
}

static const struct notifier probe_notifier = {.name = "probe", .step = probe_step};

struct world {
	struct arena *arena;
	struct sys_script sys;
	struct http_script script;
	struct probe probes[4];
	struct delivery deliveries[4];
	struct delivery *list[4];
	size_t count;
};

static struct world *new_world(void)
{
	struct arena *arena = arena_new();
	struct world *world = arena_make(arena, struct world);

	world->arena = arena;
	sys_script_init(&world->sys);
	http_script_init(&world->script, arena, NULL, NULL);
	world->script.clock = &world->sys;
	return world;
}

static struct probe *add_probe(struct world *world, const char *method, enum repeat repeat)
{
	size_t i = world->count++;

	world->probes[i] =
	    (struct probe){.method = method, .repeat = repeat, .rounds = 1, .width = 1};
	world->deliveries[i] =
	    (struct delivery){.notifier = &probe_notifier, .state = &world->probes[i]};
	world->list[i] = &world->deliveries[i];
	return &world->probes[i];
}

static void run(struct world *world, uint64_t budget)
{
	struct dispatch dispatch = {
	    .sys = &world->sys.sys, .http = &world->script.http, .budget_ns = budget};

	dispatch_run(&dispatch, world->arena, world->list, world->count);
	for (size_t i = 0; i < world->count; i++)
		assert_true(world->deliveries[i].done);
}

/* One row: the first reply is this, the others 200; how often it is sent and how long that waits.
 */
static const struct {
	const char *name;
	enum repeat repeat;
	enum http_failure failure;
	int status;
	const char *headers, *body;
	size_t sent;
	uint64_t min_wait, max_wait; /* seconds */
} rows[] = {
    {"200", REPEAT_SAFE, HTTP_OK, 200, "", "{}", 1, 0, 0},
    {"201 create", REPEAT_RECONCILE, HTTP_OK, 201, "", "{}", 1, 0, 0},
    {"404", REPEAT_SAFE, HTTP_OK, 404, "", "{}", 1, 0, 0},
    {"401", REPEAT_SAFE, HTTP_OK, 401, "", "{}", 1, 0, 0},
    {"422", REPEAT_SAFE, HTTP_OK, 422, "", "{}", 1, 0, 0},
    {"500 safe", REPEAT_SAFE, HTTP_OK, 500, "", "", 2, 1, 2},
    {"502 safe", REPEAT_SAFE, HTTP_OK, 502, "", "", 2, 1, 2},
    {"501 is no trouble", REPEAT_SAFE, HTTP_OK, 501, "", "", 1, 0, 0},
    {"503 with retry-after", REPEAT_SAFE, HTTP_OK, 503, "retry-after: 7\r\n", "", 2, 7, 8},
    {"500 create", REPEAT_RECONCILE, HTTP_OK, 500, "", "", 1, 0, 0},
    {"504 create", REPEAT_RECONCILE, HTTP_OK, 504, "", "", 1, 0, 0},
    {"not sent, safe", REPEAT_SAFE, HTTP_NOT_SENT, 0, "", "", 2, 1, 2},
    {"not sent, create", REPEAT_RECONCILE, HTTP_NOT_SENT, 0, "", "", 2, 1, 2},
    {"nobody listens: once more only", REPEAT_SAFE, HTTP_NO_ANSWER, 0, "", "", 2, 1, 2},
    {"maybe sent, safe", REPEAT_SAFE, HTTP_MAYBE_SENT, 0, "", "", 2, 1, 2},
    {"maybe sent, create", REPEAT_RECONCILE, HTTP_MAYBE_SENT, 0, "", "", 1, 0, 0},
    {"refused", REPEAT_SAFE, HTTP_REFUSED, 0, "", "", 1, 0, 0},
    {"too large", REPEAT_SAFE, HTTP_TOO_LARGE, 0, "", "", 1, 0, 0},
    {"dry run", REPEAT_SAFE, HTTP_DRY_RUN, 0, "", "", 1, 0, 0},
    {"429 with seconds", REPEAT_RECONCILE, HTTP_OK, 429, "retry-after: 5\r\n", "", 2, 5, 6},
    {"429 with nothing", REPEAT_RECONCILE, HTTP_OK, 429, "", "", 2, 1, 2},
    {"429 with 0", REPEAT_SAFE, HTTP_OK, 429, "retry-after: 0\r\n", "", 2, 1, 2},
    {"429 with rubbish", REPEAT_SAFE, HTTP_OK, 429, "retry-after: soon\r\n", "", 2, 1, 2},
    {"429 with a date; the server's clock counts", REPEAT_SAFE, HTTP_OK, 429,
	"date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:47 GMT\r\n", "",
	2, 10, 11},
    {"403 is permission", REPEAT_SAFE, HTTP_OK, 403, "x-ratelimit-remaining: 4999\r\n",
	"{\"message\":\"Resource not accessible by integration\"}", 1, 0, 0},
    {"403 with retry-after", REPEAT_SAFE, HTTP_OK, 403, "retry-after: 3\r\n", "", 2, 3, 4},
    {"403, nothing remains", REPEAT_SAFE, HTTP_OK, 403,
	"date: Sun, 22 Nov 2026 10:15:00 GMT\r\nx-ratelimit-remaining: 0\r\n"
	"x-ratelimit-reset: 1795342520\r\n",
	"", 2, 20, 21},
    {"403, the reset has passed", REPEAT_SAFE, HTTP_OK, 403,
	"x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 5\r\n", "", 2, 1, 2},
    {"403 secondary, by its message", REPEAT_RECONCILE, HTTP_OK, 403, "",
	"{\"message\":\"You have exceeded a secondary Rate Limit.\"}", 2, 60, 61},
    {"a wait past the budget is not waited for", REPEAT_SAFE, HTTP_OK, 429, "retry-after: 3600\r\n",
	"", 1, 0, 0},
    {"a wait past everything", REPEAT_SAFE, HTTP_OK, 429, "retry-after: 99999999999999\r\n", "", 2,
	1, 2},
};

static void test_retry_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct world *world = new_world();

		add_probe(world, "POST", rows[i].repeat);
		http_script_rule(&world->script, (struct script_rule){.pattern = ".*",
						     .status = rows[i].status,
						     .headers = rows[i].headers,
						     .body = rows[i].body,
						     .failure = rows[i].failure,
						     .times = 1});
		http_script_rule(
		    &world->script, (struct script_rule){.pattern = ".*", .status = 200});
		run(world, 0);
		if (world->script.record_count != rows[i].sent ||
		    world->sys.slept < rows[i].min_wait * S ||
		    world->sys.slept > rows[i].max_wait * S)
			print_error("%s: %zu sent, %llu ns\n", rows[i].name,
			    world->script.record_count, (unsigned long long)world->sys.slept);
		assert_int_equal(world->script.record_count, rows[i].sent);
		assert_in_range(world->sys.slept, rows[i].min_wait * S, rows[i].max_wait * S);
		arena_free(world->arena);
	}
}

static void test_gives_up(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "GET", REPEAT_SAFE);

	(void)state;
	http_script_rule(&world->script, (struct script_rule){.pattern = ".*", .status = 503});
	run(world, 0);
	assert_int_equal(world->script.record_count, DISPATCH_ATTEMPTS);
	assert_int_equal(probe->last.status, 503);
	/* 1 + 2 + 4 seconds, each with up to half of it as jitter */
	assert_in_range(world->sys.slept, 7 * S, 11 * S);
	arena_free(world->arena);
}

/* Where nobody listens, two attempts are enough. */
static void test_gives_up_early(void **state)
{
	struct world *world = new_world();

	(void)state;
	add_probe(world, "POST", REPEAT_RECONCILE);
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = ".*", .failure = HTTP_NO_ANSWER});
	run(world, 0);
	assert_int_equal(world->script.record_count, DISPATCH_CONNECTS);
	assert_in_range(world->sys.slept, 1 * S, 3 * S / 2);
	arena_free(world->arena);
}

static void test_budget(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "GET", REPEAT_SAFE);

	(void)state;
	probe->rounds = 5;
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = ".*", .failure = HTTP_NOT_SENT});
	run(world, 3 * S);
	assert_true(world->sys.slept <= 3 * S);
	assert_int_equal(probe->last.failure, HTTP_NOT_SENT);
	arena_free(world->arena);
}

static void test_wait_past_budget(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "GET", REPEAT_SAFE);

	(void)state;
	probe->wait_ns = 100 * S;
	run(world, 10 * S);
	assert_int_equal(world->script.record_count, 0);
	assert_true(str_is(probe->last.failure_text, "the time for deliveries is used up"));
	arena_free(world->arena);
}

static void test_delayed_request(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "GET", REPEAT_SAFE);

	(void)state;
	probe->wait_ns = 2 * S;
	run(world, 0);
	assert_int_equal(world->sys.slept, 2 * S);
	assert_int_equal(world->script.record_count, 1);
	arena_free(world->arena);
}

/* The requests of one round of all deliveries go out together. */
static void test_rounds(void **state)
{
	struct world *world = new_world();

	(void)state;
	add_probe(world, "GET", REPEAT_SAFE)->rounds = 2;
	add_probe(world, "POST", REPEAT_RECONCILE)->width = STEP_REQUESTS_MAX;
	http_script_rule(&world->script, (struct script_rule){.pattern = ".*", .status = 200});
	run(world, 0);
	assert_int_equal(world->script.rounds, 2);
	assert_int_equal(world->script.record_count, 2 + STEP_REQUESTS_MAX);
	assert_int_equal(world->script.records[STEP_REQUESTS_MAX].round, 0);
	assert_int_equal(world->probes[1].last_count, STEP_REQUESTS_MAX);
	arena_free(world->arena);
}

/* A delivery goes on while another's request is still on its way. */
static void test_slow_channel(void **state)
{
	struct world *world = new_world();
	const struct script_record *last;

	(void)state;
	add_probe(world, "GET", REPEAT_SAFE)->rounds = 3;
	add_probe(world, "PUT", REPEAT_SAFE);
	http_script_rule(&world->script,
	    (struct script_rule){.pattern = "PUT .*", .status = 200, .delay_ms = 20000});
	http_script_rule(&world->script,
	    (struct script_rule){.pattern = "GET .*", .status = 200, .delay_ms = 1000});
	run(world, 0);
	last = http_script_last(&world->script, "GET .*");
	assert_int_equal(last->at, SCRIPT_START + 3 * S);
	assert_int_equal(world->sys.slept, 20 * S);
	arena_free(world->arena);
}

/* One that hangs ends with the budget, and the others' repeats do not wait for it. */
static void test_hanging_channel(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "PUT", REPEAT_SAFE);

	(void)state;
	add_probe(world, "GET", REPEAT_SAFE);
	http_script_rule(&world->script,
	    (struct script_rule){.pattern = "PUT .*", .status = 200, .delay_ms = 900000});
	http_script_rule(
	    &world->script, (struct script_rule){.pattern = "GET .*", .status = 503, .times = 1});
	http_script_rule(&world->script, (struct script_rule){.pattern = "GET .*", .status = 200});
	run(world, 10 * S);
	assert_int_equal(probe->last.failure, HTTP_MAYBE_SENT);
	assert_int_equal(world->probes[1].last.status, 200);
	assert_true(http_script_last(&world->script, "GET .*")->at < SCRIPT_START + 3 * S);
	assert_int_equal(world->sys.slept, 10 * S);
	arena_free(world->arena);
}

/* A wait for another ends when it is overdue; without patience it does not. */
static void test_patience(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "GET", REPEAT_SAFE);

	(void)state;
	probe->wait_for = &world->deliveries[1];
	probe->patience_ns = 15 * S;
	add_probe(world, "PUT", REPEAT_SAFE);
	http_script_rule(&world->script,
	    (struct script_rule){.pattern = "PUT .*", .status = 200, .delay_ms = 40000});
	http_script_rule(&world->script, (struct script_rule){.pattern = "GET .*", .status = 200});
	run(world, 0);
	assert_int_equal(http_script_last(&world->script, "GET .*")->at, SCRIPT_START + 15 * S);
	arena_free(world->arena);
}

/* A repeat that the notifier wants to look at first: it gets the reply back after the wait. */
static void test_look_again(void **state)
{
	static const struct {
		int status;
		const char *headers;
		uint64_t min_wait, max_wait; /* seconds */
		bool again;
	} cases[] = {
	    {200, "", 0, 0, false},
	    {404, "", 0, 0, false},
	    {502, "", 1, 2, true},
	    {429, "retry-after: 3\r\n", 3, 4, true},
	    {429, "retry-after: 300\r\n", 0, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *world = new_world();
		struct probe *probe = add_probe(world, "PATCH", REPEAT_SAFE);

		probe->look_again = true;
		http_script_rule(&world->script,
		    (struct script_rule){
			.pattern = ".*", .status = cases[i].status, .headers = cases[i].headers});
		run(world, 0);
		assert_int_equal(world->script.record_count, 1);
		assert_int_equal(probe->last.status, cases[i].status);
		assert_int_equal(probe->last.again, cases[i].again);
		assert_int_equal(world->deliveries[0].waited, cases[i].again);
		assert_in_range(world->sys.slept, cases[i].min_wait * S, cases[i].max_wait * S);
		arena_free(world->arena);
	}
}

static void test_waits_for_other(void **state)
{
	struct world *world = new_world();

	(void)state;
	add_probe(world, "GET", REPEAT_SAFE)->wait_for = &world->deliveries[1];
	add_probe(world, "PUT", REPEAT_SAFE)->rounds = 2;
	world->deliveries[0].after = &world->deliveries[1];
	http_script_rule(&world->script, (struct script_rule){.pattern = ".*", .status = 200});
	run(world, 0);
	assert_int_equal(world->script.records[2].round, 2);
	assert_true(str_is(str_from(world->script.records[2].request.method), "GET"));
	arena_free(world->arena);
}

static void test_waits_in_a_ring(void **state)
{
	struct world *world = new_world();

	(void)state;
	add_probe(world, "GET", REPEAT_SAFE)->wait_for = &world->deliveries[1];
	add_probe(world, "GET", REPEAT_SAFE)->wait_for = &world->deliveries[0];
	run(world, 0);
	assert_int_equal(world->deliveries[0].record.state, DELIVERY_FAILED);
	assert_true(
	    str_is(world->deliveries[1].record.reason, "waited for a delivery that waited itself"));
	arena_free(world->arena);
}

static void test_never_ends(void **state)
{
	struct world *world = new_world();

	(void)state;
	add_probe(world, "GET", REPEAT_SAFE)->rounds = 100000;
	http_script_rule(&world->script, (struct script_rule){.pattern = ".*", .status = 200});
	run(world, 0);
	assert_int_equal(world->deliveries[0].record.state, DELIVERY_FAILED);
	arena_free(world->arena);
}

static void test_door_closed(void **state)
{
	struct world *world = new_world();
	struct probe *probe = add_probe(world, "GET", REPEAT_SAFE);

	(void)state;
	world->script.closed = "libcurl is not installed";
	run(world, 0);
	assert_int_equal(probe->last.failure, HTTP_REFUSED);
	assert_true(str_is(probe->last.failure_text, "libcurl is not installed"));
	arena_free(world->arena);
}

static void test_no_randomness(void **state)
{
	struct world *world = new_world();

	(void)state;
	world->sys.random_fails = true;
	add_probe(world, "GET", REPEAT_SAFE);
	http_script_rule(&world->script, (struct script_rule){.pattern = ".*", .status = 503});
	run(world, 0);
	assert_int_equal(world->sys.slept, 7 * S);
	arena_free(world->arena);
}

static void test_nothing(void **state)
{
	struct world *world = new_world();

	(void)state;
	run(world, 0);
	assert_int_equal(world->script.rounds, 0);
	arena_free(world->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_retry_table),
	    cmocka_unit_test(test_gives_up),
	    cmocka_unit_test(test_gives_up_early),
	    cmocka_unit_test(test_budget),
	    cmocka_unit_test(test_slow_channel),
	    cmocka_unit_test(test_hanging_channel),
	    cmocka_unit_test(test_patience),
	    cmocka_unit_test(test_look_again),
	    cmocka_unit_test(test_wait_past_budget),
	    cmocka_unit_test(test_delayed_request),
	    cmocka_unit_test(test_rounds),
	    cmocka_unit_test(test_waits_for_other),
	    cmocka_unit_test(test_waits_in_a_ring),
	    cmocka_unit_test(test_never_ends),
	    cmocka_unit_test(test_door_closed),
	    cmocka_unit_test(test_no_randomness),
	    cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("notifiers/dispatch", tests, NULL, NULL);
}
