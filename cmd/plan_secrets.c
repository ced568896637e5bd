#include "cmd/plan_secrets.h"

#include "base/err.h"
#include "cmd/masks.h"

/* A change_visitor. */
static bool collect(void *context, const struct change *change, struct err *err UNUSED)
{
	secrets_collect(context, change);
	return true;
}

bool plan_secrets_collect(
    struct app *app, const struct plan *plan, struct secrets **out, struct err *err)
{
	struct secrets *secrets = secrets_new(app->run);

	for (int set = 0; set < CHANGE_SETS; set++) {
		struct plan_selection selection = {(enum change_set)set, VISIT_ALL};

		if (!plan_visit(plan, selection, app->scratch, collect, secrets, err))
			return false;
	}
	if (!secrets_collect_variables(secrets, plan, app->scratch, err) ||
	    !secrets_collect_rest(secrets, plan, app->scratch, err))
		return false;
	for (size_t i = 0; i < app->masks->literal_count; i++)
		secrets_add_own(secrets, app->masks->literals[i]);
	secrets_seal(secrets);
	*out = secrets;
	return true;
}
