#include "tests/support/cmark.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/process.h"
#include "tests/support/run_child.h"

bool cmark_is_there(void)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	return process_find(arena, "cmark-gfm") != NULL;
}

void cmark_needed(void)
{
	const char *ci = getenv("CI");

	if (cmark_is_there())
		return;
	if (ci && strcmp(ci, "true") == 0)
		fail_msg("cmark-gfm is missing");
	skip();
}

struct str cmark_html(struct arena *arena, struct str markdown)
{
	char path[] = "/tmp/tfherald-markdown-XXXXXX";
	int fd = mkstemp(path);
	const char *const argv[] = {"cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough",
	    "-e", "autolink", path, NULL};
	struct process process = {PROCESS_DEFAULTS, .argv = argv};
	struct process_result result;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, markdown.ptr, markdown.len), markdown.len);
	close(fd);
	run_child(arena, &process, &result);
	unlink(path);
	assert_int_equal(result.status, 0);
	return result.out.text;
}
