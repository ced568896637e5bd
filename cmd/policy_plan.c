#include "cmd/policy_plan.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/words.h"
#include "cmd/check_plan.h"
#include "cmd/masks.h"
#include "cmd/plan_secrets.h"
#include "cmd/plan_source.h"
#include "cmd/policy_files.h"

#define ADDRESSES_MAX ((size_t)50000)

NODISCARD static bool collect_secrets(struct policy_plan *plan, struct err *err)
{
	if (!plan_secrets_collect(plan->app, plan->plan, &plan->secrets, err))
		return false;
	if (secrets_full(plan->secrets))
		return err_set(err, ERR_LIMIT,
		    "the plan has more sensitive values than can be looked for in what is shown");
	plan->policies.world.secrets = plan->secrets;
	return true;
}

NODISCARD static bool read_imports(
    struct policy_plan *plan, const struct policy_plan_options *options, struct err *err)
{
	struct import_target target = {&plan->policies, plan->plan};

	if (!imports_read(plan->app, &options->imports, &plan->imported, err))
		return false;
	imports_assign(plan->app, &plan->imported, &target, 1);
	return true;
}

NODISCARD static bool read_plan(
    struct policy_plan *plan, const struct policy_plan_options *options, struct err *err)
{
	struct plan_options reading = {.strict_json = false};
	bool ok = policies_open(
	    plan->app, &plan->session, &options->policies, true, &plan->policies, err);

	plan->opened = true;
	plan->policies.world.operation_word = "check";
	return ok &&
	       plan_from_file(plan->app, plan->path, session_terraform(&plan->session), &reading,
		   &plan->plan, err) &&
	       read_imports(plan, options, err) && collect_secrets(plan, err);
}

bool policy_plan_open(struct app *app, const char *operand,
    const struct policy_plan_options *options, struct policy_plan *out, struct err *err)
{
	struct session_options opening = {.terraform = options->terraform};
	struct fact_options facts = {.base = options->policies.base};

	*out = (struct policy_plan){.app = app};
	return check_plan_split(app->run, operand, &opening.directory, &out->path, err) &&
	       session_open(app, &opening, &out->session, err) &&
	       session_find_facts(app, &out->session, &facts, err) &&
	       masks_load(app, &out->session.settings, err) && read_plan(out, options, err);
}

void policy_plan_close(struct policy_plan *plan)
{
	if (plan->opened)
		policies_close(&plan->policies);
	plan->opened = false;
}

struct str policy_plan_hide(const struct policy_plan *plan, struct str text)
{
	struct app *app = plan->app;

	text = secrets_hide(app->run, plan->secrets, text);
	return detectors_hide(app->run, &app->masks->detectors, text);
}

struct change policy_plan_marked(
    const struct policy_plan *plan, struct arena *arena, const struct change *change)
{
	return secrets_mark(arena, plan->secrets, change);
}

/* --- rules --- */

bool policy_plan_rule(
    const struct policy_plan *plan, struct str id, struct found_rule *out, struct err *err)
{
	struct ruleset *const sets[] = {plan->policies.head, plan->policies.trusted};
	const char *close = NULL;

	for (size_t i = 0; i < ARRAY_LEN(sets) && sets[i]; i++) {
		const char *near = words_closest(id, ruleset_ids(plan->app->run, sets[i]));

		*out = (struct found_rule){sets[i], ruleset_find(sets[i], id)};
		if (out->index != SIZE_MAX)
			return true;
		close = close ? close : near;
	}
	return err_set(err, ERR_USAGE,
	    "there is no rule '%.*s' in '%.*s'%s%s%s; see tfherald policy "
	    "effective",
	    STR_ARG(id), STR_ARG(plan->session.workspace.directory),
	    close ? ", did you mean '" : "", close ? close : "", close ? "'?" : "");
}

/* --- resources --- */

bool rule_scope_set(enum rule_scope scope, enum change_set *set)
{
	static const enum change_set sets[] = {[SCOPE_RESOURCE] = CHANGES_RESOURCE,
	    [SCOPE_OUTPUT] = CHANGES_OUTPUT,
	    [SCOPE_DRIFT] = CHANGES_DRIFT};

	if (scope == SCOPE_PLAN || scope == SCOPE_RUN)
		return false;
	*set = sets[scope];
	return true;
}

struct addresses {
	struct arena *arena;
	const char **items;
	size_t count, room;
};

static bool collect_address(void *context, const struct change *change, struct err *err UNUSED)
{
	struct addresses *addresses = context;

	if (addresses->count < addresses->room)
		addresses->items[addresses->count++] =
		    str_to_c(addresses->arena, change->head.address);
	return true;
}

static const char *closest_address(
    const struct policy_plan *plan, enum change_set set, struct str address)
{
	struct addresses addresses = {.arena = plan->app->run};
	struct plan_selection selection = {set, VISIT_ALL};
	struct err ignored = {0};

	addresses.room = plan->plan->counts[set];
	if (addresses.room > ADDRESSES_MAX)
		return NULL;
	addresses.items = arena_array(plan->app->run, const char *, addresses.room + 1);
	if (!plan_visit(
		plan->plan, selection, plan->app->scratch, collect_address, &addresses, &ignored))
		return NULL;
	return words_closest(address, addresses.items);
}

static bool no_such_address(
    const struct policy_plan *plan, enum change_set set, struct str address, struct err *err)
{
	const char *close = closest_address(plan, set, address);

	return err_set(err, ERR_USAGE, "'%s' has no %s '%.*s'%s%s%s", plan->path,
	    set == CHANGES_OUTPUT  ? "output"
	    : set == CHANGES_DRIFT ? "drift of"
				   : "resource",
	    STR_ARG(address), close ? "; did you mean '" : "", close ? close : "",
	    close ? "'?" : "");
}

bool policy_plan_change(const struct policy_plan *plan, enum rule_scope scope, struct str address,
    struct change *out, bool *has, struct err *err)
{
	enum change_set set = CHANGES_RESOURCE;
	bool found;
	size_t i;

	*has = rule_scope_set(scope, &set);
	if (!*has)
		return true;
	if (!plan_find(plan->plan, set, address, plan->app->scratch, &i, &found, err))
		return false;
	if (!found)
		return no_such_address(plan, set, address, err);
	if (!plan_load(plan->plan, set, i, plan->app->run, out, err))
		return false;
	*out = policy_plan_marked(plan, plan->app->run, out);
	return true;
}
