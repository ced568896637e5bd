/* Markdown into a file, and the job summary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "notifiers/file.h"
#include "tests/support/outcomes.h"

struct world {
	struct arena *arena;
	char folder[64];
	const char *path;
	struct outcome *outcome;
};

static int set_up(void **state)
{
	struct arena *arena = arena_new();
	struct world *world = arena_make(arena, struct world);

	world->arena = arena;
	memcpy(world->folder, "/tmp/tfherald-file-XXXXXX", sizeof("/tmp/tfherald-file-XXXXXX"));
	assert_non_null(mkdtemp(world->folder));
	world->path = str_format(arena, "%s/out.md", world->folder).ptr;
	world->outcome = sample_outcome(arena, SAMPLE_typical);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	unlink(world->path);
	rmdir(world->folder);
	arena_free(world->arena);
	return 0;
}

static struct str content(const struct world *world)
{
	struct str text = STR_EMPTY;
	struct err err = {0};

	assert_true(file_read(world->arena, world->path, (size_t)4 << 20, &text, &err));
	return text;
}

static void fill(const struct world *world, off_t size)
{
	int fd = open(world->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
}

static void test_file(void **state)
{
	const struct world *world = *state;
	const struct delivery *delivery = file_delivery(world->arena, world->outcome, world->path);

	assert_true(delivery->done);
	assert_int_equal(delivery->record.state, DELIVERY_SENT);
	assert_true(str_starts(delivery->record.channel, STR("file /tmp/")));
	assert_true(content(world).len > 100);
	assert_false(str_contains(content(world), STR("<!-- tfherald")));
}

static void test_file_fails(void **state)
{
	const struct world *world = *state;
	const struct delivery *delivery =
	    file_delivery(world->arena, world->outcome, "/nowhere/at/all/out.md");
	size_t at;

	assert_true(delivery->done);
	assert_int_equal(delivery->record.state, DELIVERY_FAILED);
	assert_true(str_contains(delivery->record.reason, STR("/nowhere/at/all")));
	assert_false(str_find_char(delivery->record.reason, '\n', &at));
	assert_true(delivery->record.payload.len > 100);
}

static void test_summary_appends(void **state)
{
	const struct world *world = *state;
	const struct delivery *delivery;
	size_t first;

	delivery = job_summary_delivery(world->arena, world->outcome, world->path);
	assert_int_equal(delivery->record.state, DELIVERY_SENT);
	first = content(world).len;
	assert_true(str_ends(content(world), STR("\n")));
	delivery = job_summary_delivery(world->arena, world->outcome, world->path);
	assert_int_equal(delivery->record.state, DELIVERY_SENT);
	assert_int_equal(content(world).len, 2 * first);
}

/* However much stands there already, the file never grows over the limit. */
static void test_summary_limit(void **state)
{
	static const struct {
		const char *name;
		off_t before;
		enum delivery_state wanted;
	} rows[] = {
	    {"empty", 0, DELIVERY_SENT},
	    {"little room", JOB_SUMMARY_MAX - 5000, DELIVERY_SENT},
	    {"no room", JOB_SUMMARY_MAX - 100, DELIVERY_SKIPPED},
	    {"over", JOB_SUMMARY_MAX + 100, DELIVERY_SKIPPED},
	};
	const struct world *world = *state;
	struct outcome *outcome =
	    generate_outcome(world->arena, &(struct generated){.create = 3000, .destroy = 500});

	outcome->facts = world->outcome->facts;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct delivery *delivery;
		struct stat info;

		unlink(world->path);
		fill(world, rows[i].before);
		delivery = job_summary_delivery(world->arena, outcome, world->path);
		assert_int_equal(stat(world->path, &info), 0);
		if (delivery->record.state != rows[i].wanted)
			print_error("%s: %.*s\n", rows[i].name, STR_ARG(delivery->record.reason));
		assert_int_equal(delivery->record.state, rows[i].wanted);
		if (rows[i].wanted == DELIVERY_SENT)
			assert_in_range(info.st_size, rows[i].before + 1, JOB_SUMMARY_MAX);
		else
			assert_int_equal(info.st_size, rows[i].before);
	}
}

static void test_summary_fails(void **state)
{
	const struct world *world = *state;
	const struct delivery *delivery =
	    job_summary_delivery(world->arena, world->outcome, "/nowhere/summary");

	assert_int_equal(delivery->record.state, DELIVERY_FAILED);
	assert_true(str_is(
	    delivery->record.reason, "cannot open '/nowhere/summary': No such file or directory"));
	assert_true(delivery->record.payload.len > 100);
	delivery = job_summary_delivery(world->arena, world->outcome, "/dev/full");
	assert_int_equal(delivery->record.state, DELIVERY_FAILED);
	assert_true(
	    str_is(delivery->record.reason, "cannot write '/dev/full': No space left on device"));
}

#define WITH_FILE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FILE(test_file),
	    WITH_FILE(test_file_fails),
	    WITH_FILE(test_summary_appends),
	    WITH_FILE(test_summary_limit),
	    WITH_FILE(test_summary_fails),
	};

	return cmocka_run_group_tests_name("notifiers/file", tests, NULL, NULL);
}
