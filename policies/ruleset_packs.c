/* `use: [pack:NAME@VERSION]`: packs.c reads it; here it is made part of the chain. */

#include "policies/packs.h"

#include "base/arena.h"
#include "policies/ruleset_chain.h"

/* True when the pack is in use already, which is told when the versions differ. */
static bool in_use(struct chain *chain, const struct use *use, struct str name, struct str version)
{
	const struct ruleset *set = chain->set;

	for (size_t i = 0; i < set->pack_count; i++) {
		const struct used_pack *pack = &set->packs[i];

		if (!str_eq(pack->name, name))
			continue;
		if (!str_eq(pack->version, version))
			policy_problem(chain->problems, &use->place,
			    "pack '%.*s' is used as version %.*s by %.*s; a directory has one "
			    "version of a pack",
			    STR_ARG(name), STR_ARG(pack->version),
			    STR_ARG(place_text(chain->arena, &pack->place)));
		return true;
	}
	return false;
}

void chain_use_pack(struct chain *chain, const struct use *use)
{
	struct ruleset *set = chain->set;
	struct str version = str_skip(use->text, STR("pack:").len), name;
	struct policy_file *file;

	(void)str_split(&version, '@', &name);
	if (version.len > 0 && in_use(chain, use, name, version))
		return;
	file = arena_make(chain->arena, struct policy_file);
	if (!pack_read(chain->arena, use, file, chain->problems))
		return;
	file->kind = POLICY_PACK;
	chain_adopt(chain, file);
	set->files = array_room(chain->arena, set->files, set->file_count, sizeof(void *));
	set->files[set->file_count++] = file;
	set->packs = array_room(chain->arena, set->packs, set->pack_count, sizeof(*set->packs));
	set->packs[set->pack_count++] = (struct used_pack){name, version, use->place};
	chain_add_file(chain, file);
}
