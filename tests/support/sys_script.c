#include "tests/support/sys_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

#define NS_PER_SECOND UINT64_C(1000000000)

static int64_t script_now(void *state)
{
	const struct sys_script *script = state;

	return script->now;
}

static uint64_t script_monotonic(void *state)
{
	const struct sys_script *script = state;

	return script->monotonic;
}

static void script_sleep(void *state, uint64_t ns)
{
	struct sys_script *script = state;

	script->monotonic += ns;
	script->slept += ns;
	script->sleeps++;
	script->part += ns;
	script->now += (int64_t)(script->part / NS_PER_SECOND);
	script->part %= NS_PER_SECOND;
}

/* splitmix64: a short sequence that passes as random and is the same on every machine. */
static uint64_t script_next(struct sys_script *script)
{
	uint64_t x = (script->seed += UINT64_C(0x9e3779b97f4a7c15));

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static bool script_random(void *state, void *out, size_t len, struct err *err)
{
	struct sys_script *script = state;
	unsigned char *bytes = out;

	if (script->random_fails)
		return err_set(err, ERR_IO, "no randomness, says the script");
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)(script_next(script) >> 56);
	return true;
}

static const char *script_env(void *state, const char *name)
{
	const struct sys_script *script = state;

	for (size_t i = 0; i < script->env_count; i++)
		if (strcmp(script->env[i].name, name) == 0)
			return script->env[i].value;
	return NULL;
}

static const char *const *script_environment(void *state)
{
	struct sys_script *script = state;
	char *at = script->environment_text;
	char *end = at + sizeof(script->environment_text);

	for (size_t i = 0; i < script->env_count; i++) {
		const char *value = script->env[i].value;
		int len = snprintf(
		    at, (size_t)(end - at), "%s=%s", script->env[i].name, value ? value : "");

		script->environment[i] = at;
		at += len + 1;
		if (at >= end)
			abort();
	}
	script->environment[script->env_count] = NULL;
	return script->environment;
}

static bool script_is_terminal(void *state, int fd)
{
	const struct sys_script *script = state;

	return fd >= 0 && fd < 3 && script->terminal[fd];
}

static int script_columns(void *state, int fd)
{
	const struct sys_script *script = state;

	return script_is_terminal(state, fd) ? script->columns : 0;
}

static const char *script_tmpdir(void *state)
{
	const struct sys_script *script = state;

	return script->tmpdir;
}

void sys_script_init(struct sys_script *script)
{
	*script = (struct sys_script){
	    .now = SYS_SCRIPT_NOW,
	    .monotonic = NS_PER_SECOND,
	    .columns = 80,
	    .tmpdir = "/tmp",
	};
	script->sys = (struct sys){
	    .state = script,
	    .now = script_now,
	    .monotonic = script_monotonic,
	    .sleep = script_sleep,
	    .random = script_random,
	    .env = script_env,
	    .environment = script_environment,
	    .is_terminal = script_is_terminal,
	    .columns = script_columns,
	    .tmpdir = script_tmpdir,
	};
}

void sys_script_env(struct sys_script *script, const char *name, const char *value)
{
	for (size_t i = 0; i < script->env_count; i++) {
		if (strcmp(script->env[i].name, name) != 0)
			continue;
		script->env[i].value = value;
		return;
	}
	if (script->env_count == SYS_SCRIPT_ENV_MAX)
		abort();
	script->env[script->env_count].name = name;
	script->env[script->env_count++].value = value;
}

void sys_script_env_list(struct sys_script *script, const char *const *pairs)
{
	for (; pairs && pairs[0]; pairs += 2)
		sys_script_env(script, pairs[0], pairs[1]);
}
