/*
 * github_world.h: a GitHub delivery with everything around it: double, scripted door and clock, an
 * outcome of a plan on pull request 7. Its functions fail the test. Layer: tests.
 */
#ifndef TESTS_SUPPORT_GITHUB_WORLD_H
#define TESTS_SUPPORT_GITHUB_WORLD_H

#include "notifiers/github.h"
#include "notifiers/slack.h"
#include "tests/support/api_double.h"
#include "tests/support/http_script.h"
#include "tests/support/outcomes.h"
#include "tests/support/sys_script.h"

#define HEAD  "1111111111111111111111111111111111111111"
#define OLD   "2222222222222222222222222222222222222222"
#define MERGE "3333333333333333333333333333333333333333"
#define API   "http://127.0.0.1:9"
#define LIST  "GET /repos/acme/infra/issues/7/comments.*"
#define POST  "POST /repos/acme/infra/issues/7/comments"
#define PATCH "PATCH /repos/acme/infra/issues/comments/.*"

struct world {
	struct arena *arena;
	struct sys_script sys;
	struct http_script script;
	struct api_double *api;
	struct outcome *outcome;
	struct github_config config;
	struct slack_config slack;
	struct delivery *comment, *message;
};

struct world *world_new(void);
/* Also checks that no token went anywhere but into its field. */
void world_end(struct world *world);
void world_set_fact(struct fact *fact, const char *value);
/* Runs the comment, and the Slack message when world->slack has a token. */
const struct delivery_record *world_deliver(struct world *world);
/* The same, and checks the state and how the reason begins. */
void world_expect(struct world *world, enum delivery_state state, const char *reason);
size_t world_standing(const struct world *world); /* comments that are not deleted */
struct str world_body(const struct world *world, size_t index);
/* A comment with our marker for this run, by somebody; is it still as it was planted? */
struct double_comment *world_plant(
    struct world *world, const char *login, int64_t user, const char *sha, int64_t run);
bool world_is_planted(const struct world *world, size_t index);

#endif
