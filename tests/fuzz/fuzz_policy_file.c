/*
 * Any bytes are a policy file or problems with places in it, whatever kind of file they are read
 * as; every byte of every expression has a place.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "policies/packs.h"
#include "policies/policy_file.h"

#define KINDS 5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void promise(bool kept)
{
	if (!kept)
		abort();
}

static void check_text(const struct policy_text *text)
{
	for (size_t at = 0; at <= text->text.len && at < 200; at++) {
		struct policy_place place = policy_text_place(text, at);

		promise(text->text.len == 0 || !text->yaml || (place.line > 0 && place.column > 0));
	}
}

static void check_problems(const struct policy_problems *problems)
{
	promise(problems->count <= POLICY_PROBLEMS_MAX);
	for (size_t i = 0; i < problems->count; i++)
		promise(
		    problems->items[i].code == ERR_INVALID && problems->items[i].text[0] != '\0');
}

static void read_as(enum policy_file_kind kind, struct str text)
{
	struct arena *arena = arena_new();
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct policy_file file;

	policy_problems_init(problems, arena);
	policy_file_read(arena, kind, STR("a/tfherald.yaml"), text, &file, problems);
	check_problems(problems);
	for (size_t i = 0; i < file.rule_count; i++) {
		check_text(&file.rules[i].each);
		check_text(&file.rules[i].when);
		check_text(&file.rules[i].condition);
		check_text(&file.rules[i].message);
	}
	for (size_t i = 0; i < file.param_count; i++)
		promise(file.params[i].name.len > 0);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {size ? (const char *)data : "", size};

	for (int kind = 0; kind < KINDS; kind++)
		read_as((enum policy_file_kind)kind, text);
	return 0;
}
