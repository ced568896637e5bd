/*
 * stopwatch.c: runs a command several times, its output thrown away, and prints the best wall time
 *in milliseconds and the highest peak of resident memory in KiB.
 *
 *	stopwatch RUNS COMMAND [ARGUMENT...]
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int run_once(char **argv, struct rusage *usage)
{
	int status = -1;
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, usage) != child)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(int argc, char **argv)
{
	long runs = argc > 2 ? (long)strtoull(argv[1], NULL, 10) : 0;
	double best = 0;
	long peak = 0;
	for (long i = 0; i < runs; i++) {
		struct rusage usage = {0};
		double start = now_ms();
		int status = run_once(argv + 2, &usage);
		double took = now_ms() - start;
		if (status != 0) {
			fprintf(stderr, "stopwatch: %s ended with status %d\n", argv[2], status);
			return 1;
		}
		if (i == 0 || took < best)
			best = took;
		if (usage.ru_maxrss > peak)
			peak = usage.ru_maxrss;
	}
	printf("%.2f %ld\n", best, peak);
	return 0;
}
