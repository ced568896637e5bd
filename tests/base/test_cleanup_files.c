#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"

static void test_cleanup_files(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
		char a[] = "/tmp/tfherald-test-XXXXXX", b[] = "/tmp/tfherald-test-XXXXXX";
		int status = 0;
		pid_t child;

		close(mkostemp(a, O_CLOEXEC));
		close(mkostemp(b, O_CLOEXEC));
		child = fork();
		if (child == 0) {
			signal(signals[i], SIG_DFL);
			cleanup_files_install();
			cleanup_files_add(a);
			cleanup_files_add(b);
			cleanup_files_remove(b);
			raise(signals[i]);
			_exit(0);
		}
		waitpid(child, &status, 0);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
		assert_int_equal(access(a, F_OK), -1);
		assert_int_equal(access(b, F_OK), -1);
	}
}

static void test_cleanup_table(void **state)
{
	char path[20][32], long_path[5000];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(path); i++) {
		snprintf(path[i], sizeof(path[i]), "/tmp/tfherald-test-XXXXXX");
		close(mkostemp(path[i], O_CLOEXEC));
		cleanup_files_add(path[i]);
	}
	memset(long_path, 'x', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	cleanup_files_add(long_path);
	cleanup_files_run();
	for (size_t i = 0; i < ARRAY_LEN(path); i++)
		assert_int_equal(access(path[i], F_OK) == 0, i >= 16);
	for (size_t i = 0; i < ARRAY_LEN(path); i++)
		cleanup_files_remove(path[i]);
	assert_int_equal(access(path[19], F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cleanup_files),
	    cmocka_unit_test(test_cleanup_table),
	};

	return cmocka_run_group_tests_name("base/cleanup_files", tests, NULL, NULL);
}
