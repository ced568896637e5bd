/*
 * stopwatch.c: runs a command several times, its output thrown away, and prints the best wall time
 * in milliseconds and the highest peak of resident memory in KiB. Several commands take turns, so
 * that what differs between them is not the mood of the machine; a line for each.
 *
 *	stopwatch RUNS COMMAND [ARGUMENT...] [:: COMMAND [ARGUMENT...]]...
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 4

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

struct command {
	char **argv;
	double best_ms;
	long peak_kib;
};

static bool time_once(struct command *command, bool is_first)
{
	struct rusage usage = {0};
	double start = now_ms();
	int status = run_once(command->argv, &usage);
	double took = now_ms() - start;

	if (status != 0) {
		fprintf(stderr, "stopwatch: %s ended with status %d\n", command->argv[0], status);
		return false;
	}
	if (is_first || took < command->best_ms)
		command->best_ms = took;
	if (usage.ru_maxrss > command->peak_kib)
		command->peak_kib = usage.ru_maxrss;
	return true;
}

int main(int argc, char **argv)
{
	struct command commands[COMMANDS_MAX] = {{.argv = argv + 2}};
	long runs = argc > 2 ? (long)strtoull(argv[1], NULL, 10) : 0;
	size_t count = 1;

	for (int i = 2; i < argc && count < COMMANDS_MAX; i++) {
		if (strcmp(argv[i], "::") != 0)
			continue;
		argv[i] = NULL;
		commands[count++].argv = argv + i + 1;
	}
	for (long i = 0; i < runs; i++) {
		for (size_t k = 0; k < count; k++) {
			if (!time_once(&commands[k], i == 0))
				return 1;
		}
	}
	for (size_t k = 0; k < count; k++)
		printf("%.2f %ld\n", commands[k].best_ms, commands[k].peak_kib);
	return 0;
}
