#include "cmd/break_glass.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

#define ENVIRONMENT "TFHERALD_BREAK_GLASS"

static struct str without_at(struct str name)
{
	(void)str_eat(&name, STR("@"));
	return name;
}

/* Logins differ in case only by how they were typed. */
static bool is_login(struct str a, struct str b)
{
	return str_eq_nocase(without_at(a), without_at(b));
}

enum membership {
	MEMBER,
	NO_MEMBER,
	MEMBER_UNKNOWN, /* nobody says who it is, or a team is named */
};

static enum membership membership(struct policy_names who, const struct fact *actor)
{
	enum membership found = NO_MEMBER;
	size_t at;

	if (who.count == 0)
		return MEMBER;
	if (!fact_known(actor))
		return MEMBER_UNKNOWN;
	for (size_t i = 0; i < who.count; i++) {
		if (is_login(who.items[i], actor->value))
			return MEMBER;
		if (str_find_char(who.items[i], '/', &at))
			found = MEMBER_UNKNOWN;
	}
	return found;
}

static struct str list_names(struct arena *arena, struct policy_names names)
{
	struct buf buf;

	buf_init(&buf, arena, 1024);
	for (size_t i = 0; i < names.count; i++) {
		buf_adds(&buf, i == 0 ? "" : ", ");
		buf_add(&buf, names.items[i]);
	}
	return buf_str(&buf);
}

/* Who it was stands behind the reason, wherever that is told. */
static bool check_who(
    struct policies *policies, struct policy_names who, const struct fact *actor, struct err *err)
{
	struct arena *arena = policies->app->run;
	struct str names = list_names(arena, who), *reason = &policies->world.break_glass;

	if (fact_known(actor))
		*reason =
		    str_format(arena, "%.*s (by %.*s)", STR_ARG(*reason), STR_ARG(actor->value));
	switch (membership(who, actor)) {
	case MEMBER:
		return true;
	case MEMBER_UNKNOWN:
		log_warn("break-glass is for %.*s; whether %.*s is one of them was not verified",
		    STR_ARG(names),
		    STR_ARG(fact_known(actor) ? actor->value : STR("who started this run")));
		*reason = str_format(
		    arena, "%.*s (not verified: it is for %.*s)", STR_ARG(*reason), STR_ARG(names));
		return true;
	case NO_MEMBER:
		break;
	}
	return err_set(err, ERR_USAGE,
	    "--break-glass is for %.*s (break_glass.who); this run was started by '%.*s'",
	    STR_ARG(names), STR_ARG(actor->value));
}

static bool check_allowed(
    const struct policies *policies, const struct ruleset *root, struct err *err)
{
	struct str where = policies->trust.base_name;
	bool has_variable = sys_env_is_set(policies->app->sys, ENVIRONMENT);

	if (root->has_break_glass && has_variable)
		return true;
	return err_set(err, ERR_USAGE, "--break-glass needs %s%.*s%s%s",
	    root->has_break_glass
		? ""
		: "'break_glass:' in the tfherald.yaml of the repository root at ",
	    STR_ARG(root->has_break_glass ? STR_EMPTY
		    : where.len > 0	  ? where
					  : STR("the working tree")),
	    root->has_break_glass || has_variable ? "" : ", and ",
	    has_variable ? "" : ENVIRONMENT " in the environment");
}

/* The comment and the routes tell it; who else is to be told, nobody can do yet. */
static void tell_notify(const struct ruleset *root)
{
	if (root->break_glass_notify.count > 0)
		log_warn(
		    "nobody acts on 'notify' of break_glass yet: the comment and the routes of "
		    "slack tell that break-glass was used");
}

bool break_glass_check(struct policies *policies, const struct session *session,
    const struct policy_options *options, bool no_gate, struct err *err)
{
	const struct ruleset *root = policies->trusted ? policies->trusted : policies->head;

	if (!options->break_glass)
		return true;
	if (str_trim(str_from(options->break_glass)).len == 0)
		return err_set(err, ERR_USAGE,
		    "--break-glass expects a reason, such as 'INC-4711 restore primary'");
	if (no_gate)
		return err_set(err, ERR_USAGE, "--break-glass and --no-gate exclude each other");
	if (!check_allowed(policies, root, err) ||
	    !check_who(policies, root->break_glass_who, &session->facts.actor, err))
		return false;
	tell_notify(root);
	return true;
}
