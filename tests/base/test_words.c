#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/words.h"

struct word_row {
	const char *typed, *close; /* or NULL */
};

static void test_closest(void **state)
{
	static const char *const words[] = {"apply", "completion", "plan", "no-color", NULL};
	static const struct word_row rows[] = {
	    {"plan", "plan"},
	    {"plna", "plan"},
	    {"pan", "plan"},
	    {"aplpy", "apply"},
	    {"comp", "completion"},
	    {"no-colour", "no-color"},
	    {"", NULL},
	    {"x", NULL},
	    {"destroy", NULL},
	    {"completioncompletioncompletioncompletioncompletioncompletioncompletion", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *close = words_closest(str_from(rows[i].typed), words);

		if (!str_eq(str_from(close), str_from(rows[i].close)))
			fail_msg(
			    "'%s' gives '%s'", rows[i].typed, close != NULL ? close : "nothing");
	}
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	assert_true(str_is(words_listed(arena, words), "apply, completion, plan or no-color"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_closest),
	};

	return cmocka_run_group_tests_name("base/words", tests, NULL, NULL);
}
