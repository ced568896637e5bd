#include "cmd/apply_after.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "cmd/plan_source.h"
#include "parser/state_json.h"
#include "policies/evaluate_state.h"

/* Not with -no-color and the like of the apply: only where it is, and which state. */
static bool read_state(
    struct app *app, const struct gate_result *gate, const struct state **out, struct err *err)
{
	const char *const *argv = child_args_show(app->run, &gate->args, gate->words.state);
	struct input *input = NULL;

	return input_from_show(app, argv, NULL, &input, err) &&
	       state_read_json(app->run, input, out, err);
}

bool apply_after(struct app *app, struct policies *policies, const struct gate_result *gate,
    struct verdict *out, struct err *err)
{
	const struct state *state;
	struct err why = {0};
	char text[ERR_TEXT_MAX + 4096];

	if (!gate->judged || !evaluate_has_undecided(&gate->verdict))
		return true;
	if (!read_state(app, gate, &state, &why)) {
		err_format(&why, text, sizeof(text));
		out->withheld = str_format(app->run,
		    "what was undecided stays so: the state after the apply cannot be read: %s",
		    text);
		log_warn("%.*s", STR_ARG(out->withheld));
		return true;
	}
	policies->world.after_apply = true;
	if (evaluate_again(app->run, app->scratch,
		&(struct evaluation_state){&policies->evaluation, state, &gate->verdict},
		&policies->problems, out, &why))
		return true;
	if (policies->problems.count > 0)
		return policies_report(app, &policies->problems, err);
	*err = why;
	return false;
}
