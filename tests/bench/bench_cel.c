/*
 * ns per evaluation of the expressions that the speed of the engine is measured with (best of 5),
 * and how much memory a million evaluations take: none. Usage: bench_cel [rounds]
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "parser/overlay.h"
#include "policies/cel/cel.h"

#define BEST_OF 5

static const char open_ports[] =
    "(as_list(resource.after.cidr_blocks).exists(c, cidr(c).prefixLength() == 0) || "
    "as_list(resource.after.ipv6_cidr_blocks).exists(c, cidr(c).prefixLength() == 0)) && "
    "resource.after.from_port <= 22 && 22 <= resource.after.to_port";

static const char other_type[] =
    "resource.type == \"x\" && (as_list(resource.after.cidr_blocks).exists(c, "
    "cidr(c).prefixLength() == 0) || as_list(resource.after.ipv6_cidr_blocks).exists(c, "
    "cidr(c).prefixLength() == 0)) && resource.after.from_port <= 22 && 22 <= "
    "resource.after.to_port";

static const char engine[] = "resource.type in ['aws_db_instance', 'aws_security_group_rule'] && "
			     "resource.after.protocol.startsWith('t') && has(resource.after.tags)";

static const struct {
	const char *name, *expression, *cidrs, *ipv6;
	int from, to;
	bool expected;
	double limit; /* ns; 0: none */
} cases[] = {
    {"hit", open_ports, "\"10.0.0.0/8\", \"192.168.1.0/24\", \"0.0.0.0/0\"", "\"fd00::/8\"", 20, 30,
	true, 250},
    {"hit, in IPv6", open_ports, "\"10.0.0.0/8\", \"192.168.1.0/24\", \"10.1.0.0/16\"", "\"::/0\"",
	20, 30, true, 250},
    {"miss, other ports", open_ports, "\"10.0.0.0/8\", \"192.168.1.0/24\", \"0.0.0.0/0\"",
	"\"fd00::/8\"", 443, 443, false, 120},
    {"miss, no open range", open_ports, "\"10.0.0.0/8\", \"192.168.1.0/24\", \"10.1.0.0/16\"",
	"\"fd00::/8\"", 20, 30, false, 120},
    {"first conjunct false", other_type, "\"10.0.0.0/8\", \"192.168.1.0/24\", \"0.0.0.0/0\"",
	"\"fd00::/8\"", 20, 30, false, 40},
    {"in, startsWith, has", engine, "\"10.0.0.0/8\"", "\"fd00::/8\"", 20, 30, true, 0},
};

static const char document[] =
    "{\"address\": \"module.edge.aws_security_group_rule.ssh[0]\", \"type\": "
    "\"aws_security_group_rule\", \"name\": \"ssh\", \"index\": 0, \"mode\": \"managed\", "
    "\"provider\": \"example/hashicorp/aws\", \"provider_config\": \"aws\", "
    "\"module\": \"module.edge\", \"action\": \"create\", \"actions\": [\"create\"], "
    "\"action_reason\": null, \"before\": null, \"after\": {\"cidr_blocks\": [%s], "
    "\"description\": \"ssh from the office\", \"from_port\": %d, \"id\": null, "
    "\"ipv6_cidr_blocks\": [%s], \"prefix_list_ids\": [], \"protocol\": \"tcp\", "
    "\"security_group_id\": \"sg-1\", \"self\": false, \"tags\": {\"Owner\": \"me\"}, \"to_port\": "
    "%d, \"type\": \"ingress\"}, \"previous_address\": null, \"importing\": null, "
    "\"replace_paths\": [], \"changed_paths\": [\"from_port\"], \"deposed\": null}";

/* Of this process: others on the machine do not count. */
static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static struct value read_resource(struct arena *arena, size_t number)
{
	struct str text = str_format(arena, document, cases[number].cidrs, cases[number].from,
	    cases[number].ipv6, cases[number].to);
	struct str marks = STR("{\"after\": {\"id\": true}}");
	struct jsonr reader = {.file = NULL}, marks_reader = {.file = NULL};
	struct value value, unknown, overlaid;
	struct err err = {0};

	if (!jsonr_read(arena, text, &reader, &value, &err) ||
	    !jsonr_read(arena, marks, &marks_reader, &unknown, &err) ||
	    !overlay_value(arena, value, unknown, value_null(), &overlaid, &err)) {
		(void)fprintf(stderr, "bench_cel: %s\n", err.text);
		exit(1);
	}
	return overlaid;
}

static double time_once(struct cel_run *run, const struct cel_program *program,
    const struct value *activation, struct arena *results, int64_t rounds)
{
	double start = now_ns();
	size_t hits = 0;

	for (int64_t i = 0; i < rounds; i++) {
		struct arena_mark mark = arena_save(results);

		hits += cel_evaluate(run, program, activation, results, NULL).as.boolean;
		arena_rewind(results, mark);
	}
	if (hits != 0 && hits != (size_t)rounds)
		(void)fprintf(stderr, "bench_cel: results differ\n");
	return (now_ns() - start) / (double)rounds;
}

static bool measure(struct arena *arena, size_t number, int64_t rounds)
{
	struct cel_variable variable = {.name = STR("resource")};
	struct cel_scope scope = {.variables = &variable, .variable_count = 1};
	struct arena *results = arena_new();
	struct cel_run *run = cel_run_new(arena);
	struct value resource = read_resource(arena, number), value;
	struct cel_program *program;
	struct cel_problems problems;
	double best = 1e12;
	size_t held;

	if (!cel_compile(arena, &scope, str_from(cases[number].expression), &program, &problems)) {
		(void)fprintf(stderr, "bench_cel: %.*s\n", STR_ARG(problems.items[0].text));
		exit(1);
	}
	value = cel_evaluate(run, program, &resource, results, NULL);
	held = arena_held(results) + arena_held(arena);
	for (int i = 0; i < BEST_OF; i++) {
		double ns = time_once(run, program, &resource, results, rounds);

		best = ns < best ? ns : best;
	}
	held = arena_held(results) + arena_held(arena) - held;
	(void)printf("%-22s %-6s %7.1f ns%s  %zu bytes\n", cases[number].name,
	    value.kind == VALUE_BOOL && value.as.boolean ? "true" : "false", best,
	    cases[number].limit > 0 && best > cases[number].limit ? " (slow)" : "", held);
	cel_program_free(program);
	cel_run_free(run);
	arena_free(results);
	return value.kind == VALUE_BOOL && value.as.boolean == cases[number].expected && held == 0;
}

int main(int argc, char **argv)
{
	int64_t rounds = 1000000;
	struct arena *arena = arena_new();
	struct err err = {0};
	bool good = true;

	if (argc > 1 && !str_to_int64(str_from(argv[1]), 1, INT64_MAX, &rounds, &err)) {
		(void)fprintf(stderr, "bench_cel: %s\n", err.text);
		return 1;
	}

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		good &= measure(arena, i, rounds);
	arena_free(arena);
	return good ? 0 : 1;
}
