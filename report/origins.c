#include "report/origins.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "parser/configuration.h"
#include "parser/plan.h"

#define ORIGIN_BYTES ((size_t)400)

void origins_open(struct origins *origins, const struct plan *plan)
{
	*origins = (struct origins){.plan = plan};
}

void origins_close(struct origins *origins)
{
	arena_free(origins->arena);
	origins->arena = NULL;
	origins->configuration = NULL;
}

static bool is_ready(struct origins *origins, struct arena *scratch)
{
	struct err err = {0};

	if (origins->is_read)
		return origins->configuration != NULL;
	origins->is_read = true;
	if (!origins->plan || origins->plan->configuration.len == 0)
		return false;
	origins->arena = arena_new();
	if (!configuration_read(
		origins->arena, scratch, origins->plan, &origins->configuration, &err))
		origins->configuration = NULL;
	return origins->configuration != NULL;
}

/* Attributes that the provider makes up, of everything there is: no code sets them. */
static bool is_made_up(struct str path)
{
	return str_is(path, "id") || str_is(path, "arn") || str_is(path, "tags_all") ||
	       str_is(path, "self_link");
}

/* Items by identity are another place in the code than in the list. */
static bool has_identity(struct str path)
{
	size_t at;

	return str_find_char(path, '=', &at);
}

static struct str listed(struct arena *scratch, const struct config_names *names)
{
	struct buf buf;

	buf_init(&buf, scratch, ORIGIN_BYTES);
	for (size_t i = 0; i < names->count && i < ORIGIN_NAMES; i++) {
		buf_adds(&buf, i > 0 ? ", " : "");
		buf_add(&buf, names->items[i]);
	}
	if (names->count > ORIGIN_NAMES)
		buf_adds(&buf, ", …");
	return buf.overflow ? STR_EMPTY : buf_str(&buf);
}

struct str origins_of(
    struct origins *origins, struct arena *scratch, struct str address, struct str path)
{
	struct config_names names;

	if (path.len == 0 || is_made_up(path) || has_identity(path) ||
	    origins->asked >= ORIGINS_MAX || !is_ready(origins, scratch))
		return STR_EMPTY;
	origins->asked++;
	names = configuration_references(scratch, origins->configuration, address, path);
	return listed(scratch, &names);
}
