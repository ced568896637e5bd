#include "tests/support/github_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "notifiers/dispatch.h"

void world_set_fact(struct fact *fact, const char *value)
{
	fact->value = str_from(value);
	fact->origin = fact->value.len ? STR("test") : STR_EMPTY;
}

struct world *world_new(void)
{
	struct arena *arena = arena_new();
	struct world *world = arena_make(arena, struct world);

	world->arena = arena;
	sys_script_init(&world->sys);
	world->api = arena_make(arena, struct api_double);
	api_double_init(world->api, arena, STR(API));
	api_double_pull(world->api, 7, HEAD);
	http_script_init(&world->script, arena, api_double_handle, world->api);
	world->script.clock = &world->sys;
	world->outcome = sample_outcome(arena, SAMPLE_typical);
#define X(name, help) world_set_fact(&world->outcome->facts.name, "");
	FACTS(X)
#undef X
	world_set_fact(&world->outcome->facts.repository, "acme/infra");
	world_set_fact(&world->outcome->facts.commit, HEAD);
	world_set_fact(&world->outcome->facts.pull_request, "7");
	world_set_fact(&world->outcome->facts.run, "10");
	world_set_fact(&world->outcome->facts.directory, "envs/prod");
	world->outcome->facts.operation = OPERATION_PLAN;
	world->outcome->facts.now = world->sys.now;
	world->config =
	    (struct github_config){.api_url = STR(API "/"), .token = STR("gh-s3cret\n")};
	return world;
}

void world_end(struct world *world)
{
	/* whatever happened: the token went into its field only */
	for (size_t i = 0; i < world->script.record_count; i++) {
		const struct http_request *request = &world->script.records[i].request;

		assert_false(str_contains(request->url, STR("s3cret")));
		assert_false(str_contains(request->body, STR("s3cret")));
	}
	arena_free(world->arena);
}

const struct delivery_record *world_deliver(struct world *world)
{
	struct dispatch dispatch = {.sys = &world->sys.sys, .http = &world->script.http};
	struct delivery *list[2];
	size_t count = 0;

	world->comment = github_delivery(world->arena, world->outcome, &world->config);
	world->message = NULL;
	list[count++] = world->comment;
	if (world->slack.token.ptr) {
		world->message =
		    slack_delivery(world->arena, world->outcome, &world->slack, world->comment);
		github_delivery_add_slack(world->comment, world->message);
		list[count++] = world->message;
	}
	dispatch_run(&dispatch, world->arena, list, count);
	assert_true(world->comment->done);
	assert_false(str_contains(world->comment->record.reason, STR("s3cret")));
	return &world->comment->record;
}

/* The state of the record; the reason begins like this. */
void world_expect(struct world *world, enum delivery_state state, const char *reason)
{
	const struct delivery_record *record = world_deliver(world);

	if (record->state != state || !str_starts(record->reason, str_from(reason)))
		print_error(
		    "state %d, reason '%.*s'\n", (int)record->state, STR_ARG(record->reason));
	assert_int_equal(record->state, state);
	assert_true(str_starts(record->reason, str_from(reason)));
}

size_t world_standing(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->api->comment_count; i++)
		count += !world->api->comments[i].deleted;
	return count;
}

struct str world_body(const struct world *world, size_t index)
{
	return world->api->comments[index].body;
}

/* A comment with our marker for this run, by somebody. */
struct double_comment *world_plant(
    struct world *world, const char *login, int64_t user, const char *sha, int64_t run)
{
	struct marker marker = {
	    .key = marker_key(world->arena, world->outcome, 7), .sha = str_from(sha), .run = run};
	struct buf buf;

	buf_init(&buf, world->arena, 4096);
	marker_write(&buf, &marker);
	buf_adds(&buf, "\nplanted");
	return api_double_comment(world->api, 7, login, user, buf_str(&buf));
}

bool world_is_planted(const struct world *world, size_t index)
{
	return str_ends(world_body(world, index), STR("\nplanted"));
}
