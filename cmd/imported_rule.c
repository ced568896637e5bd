#include "cmd/imported_rule.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "base/words.h"
#include "cmd/policy_files.h"

#define SHOWN_MAX     100 /* findings, as many as `policy waive --item` can name */
#define DOCUMENTS_MAX 8

bool imported_rule_is(struct str id)
{
	/* a slash: somebody's other way to write it, answered with the right one */
	return str_contains(id, STR(":")) || str_contains(id, STR("/"));
}

/* --- is there such a rule? --- */

static const struct imported_result *first_result(const struct policy_plan *plan, struct str id)
{
	for (size_t i = 0; i < plan->imported.count; i++) {
		if (str_eq(plan->imported.items[i].finding.rule_id, id))
			return &plan->imported.items[i];
	}
	return NULL;
}

static const char *closest_rule(const struct policy_plan *plan, struct str id)
{
	struct arena *arena = plan->app->run;
	size_t count = plan->imported.count, used = 0;
	const char **ids = arena_array(arena, const char *, count + 1);

	for (size_t i = 0; i < count; i++) {
		struct str other = plan->imported.items[i].finding.rule_id;

		/* results of one rule mostly stand together */
		if (used == 0 || !str_is(other, ids[used - 1]))
			ids[used++] = str_to_c(arena, other);
	}
	return words_closest(id, ids);
}

static bool is_disabled(
    const struct policy_plan *plan, const struct ruleset *ruleset, struct str id, struct err *err)
{
	struct tool_level says = ruleset_tool_level(ruleset, id);

	if (!says.disabled)
		return false;
	(void)err_set(err, ERR_USAGE,
	    "the findings of '%.*s' are left out: an override disables the rule (%.*s)",
	    STR_ARG(id), STR_ARG(place_shown(plan->app->run, &says.place)));
	return true;
}

bool imported_rule_has(const struct policy_plan *plan, struct str id, struct err *err)
{
	const struct policies *policies = &plan->policies;
	const char *close;

	if (plan->imported.count == 0)
		return err_set(err, ERR_USAGE,
		    "'%.*s' is a rule of another tool: give the file with its findings, --import "
		    "FILE",
		    STR_ARG(id));
	close = closest_rule(plan, id);
	if (!first_result(plan, id))
		return err_set(err, ERR_USAGE, "the imported files have no finding of '%.*s'%s%s%s",
		    STR_ARG(id), close ? ", did you mean '" : "", close ? close : "",
		    close ? "'?" : "");
	return (policies->trusted && !ruleset_tool_level(policies->trusted, id).disabled) ||
	       !is_disabled(plan, policies->head, id, err);
}

/* --- explain --- */

struct explaining {
	const struct policy_plan *plan;
	struct str id, address;
	struct buf *out;
};

static bool is_of_rule(const struct explaining *explaining, const struct imported_result *result)
{
	return str_eq(result->finding.rule_id, explaining->id);
}

/* Foreign text on one line, so that none of it looks like ours. */
static struct str one_line(const struct explaining *explaining, struct str text)
{
	return utf8_printable(explaining->plan->app->run, str_trim(text), true);
}

/* "tflint:x (a rule of tflint 0.50.0, in tflint.sarif)" */
static void add_head(const struct explaining *explaining, const struct imported_result *first)
{
	const struct imported_results *imported = &explaining->plan->imported;
	const struct finding *finding = &first->finding;
	const char *documents[DOCUMENTS_MAX];
	struct buf *out = explaining->out;
	size_t count = 0;

	buf_addf(out, "%.*s (a rule of %.*s, imported from", STR_ARG(explaining->id),
	    STR_ARG(finding->tool));
	for (size_t i = 0; i < imported->count && count < DOCUMENTS_MAX; i++) {
		const char *document = imported->items[i].document;

		if (!is_of_rule(explaining, &imported->items[i]) ||
		    (count > 0 && strcmp(documents[count - 1], document) == 0))
			continue;
		buf_addf(out, "%s %s", count > 0 ? "," : "", document);
		documents[count++] = document;
	}
	buf_adds(out, ")\n");
	if (finding->title.len > 0)
		buf_addf(out, "%.*s\n", STR_ARG(finding->title));
	if (finding->description.len > 0)
		buf_addf(out, "%.*s\n", STR_ARG(one_line(explaining, finding->description)));
	if (finding->url.len > 0)
		buf_addf(out, "%.*s\n", STR_ARG(finding->url));
}

/* Told already, at an earlier result? */
static bool is_first_said(const struct explaining *explaining, size_t at)
{
	const struct imported_result *items = explaining->plan->imported.items;

	for (size_t i = 0; i < at; i++) {
		if (is_of_rule(explaining, &items[i]) && strcmp(items[i].said, items[at].said) == 0)
			return false;
	}
	return true;
}

static size_t count_said(const struct explaining *explaining, const char *said)
{
	const struct imported_results *imported = &explaining->plan->imported;
	size_t count = 0;

	for (size_t i = 0; i < imported->count; i++)
		count += is_of_rule(explaining, &imported->items[i]) &&
			 strcmp(imported->items[i].said, said) == 0;
	return count;
}

static void add_levels(const struct explaining *explaining)
{
	const struct imported_results *imported = &explaining->plan->imported;

	buf_adds(explaining->out, "\nlevels of the tool:\n");
	for (size_t i = 0; i < imported->count; i++) {
		const struct imported_result *result = &imported->items[i];
		size_t count;

		if (!is_of_rule(explaining, result) || !is_first_said(explaining, i))
			continue;
		count = count_said(explaining, result->said);
		buf_addf(explaining->out, "  %s -> %s (%zu result%s)\n", result->said,
		    level_name(result->finding.rule_level), count, count == 1 ? "" : "s");
	}
}

static void add_override(
    const struct explaining *explaining, const struct ruleset *ruleset, const char *where)
{
	struct tool_level says = ruleset_tool_level(ruleset, explaining->id);
	struct buf *out = explaining->out;

	if (says.place.line == 0) {
		buf_addf(out, "override%s: none, the tool's level counts\n", where);
		return;
	}
	buf_addf(out, "override%s:%s", where, says.disabled ? " disabled" : "");
	if (says.has_level)
		buf_addf(out, "%s level %s", says.disabled ? "," : "", level_name(says.level));
	if (!says.disabled && !says.has_level)
		buf_adds(out, " not disabled, the tool's level counts");
	buf_addf(out, " (%.*s)\n", STR_ARG(place_shown(explaining->plan->app->run, &says.place)));
}

static bool is_same_override(const struct policies *policies, struct str id)
{
	struct tool_level head = ruleset_tool_level(policies->head, id), trusted;

	if (!policies->trusted)
		return true;
	trusted = ruleset_tool_level(policies->trusted, id);
	return head.has_level == trusted.has_level && head.disabled == trusted.disabled &&
	       (!head.has_level || head.level == trusted.level);
}

static void add_overrides(const struct explaining *explaining)
{
	const struct policies *policies = &explaining->plan->policies;
	bool same = is_same_override(policies, explaining->id);

	add_override(explaining, policies->head, same ? "" : " here");
	if (same)
		return;
	add_override(explaining, policies->trusted,
	    str_format(explaining->plan->app->run, " in %.*s", STR_ARG(policies->trusted->source))
		.ptr);
	buf_adds(explaining->out, "the stricter of the two counts\n");
}

/* --- its findings --- */

static bool is_asked_for(const struct explaining *explaining, const struct finding *finding)
{
	return finding->kind == FINDING_IMPORTED && str_eq(finding->rule_id, explaining->id) &&
	       (explaining->address.len == 0 || str_eq(finding->address, explaining->address));
}

static void add_fate(const struct explaining *explaining, const struct finding *finding)
{
	struct buf *out = explaining->out;

	if (finding->fate != FATE_WAIVED) {
		buf_adds(out, finding->fate == FATE_STANDS ? level_name(finding->level)
							   : finding_fate_name(finding->fate));
		return;
	}
	if (finding->waiver->place.file.len == 0)
		buf_adds(out, "suppressed by the tool");
	else
		buf_addf(out, "waived by %.*s",
		    STR_ARG(place_shown(explaining->plan->app->run, &finding->waiver->place)));
}

static void add_finding(
    const struct explaining *explaining, const struct finding *finding, size_t item)
{
	struct buf *out = explaining->out;

	buf_adds(out, "  ");
	add_fate(explaining, finding);
	if (finding->address.len > 0)
		buf_addf(out, " on %.*s", STR_ARG(finding->address));
	if (item > 0)
		buf_addf(out, ", item %zu", item);
	if (finding->file.len > 0)
		buf_addf(out, " (%.*s%s)", STR_ARG(finding->file),
		    finding->line > 0
			? str_format(explaining->plan->app->run, ":%d", finding->line).ptr
			: "");
	buf_addf(out, ": %.*s\n", STR_ARG(one_line(explaining, finding->message)));
	if (finding->value_fingerprint.len > 0)
		buf_addf(out, "      %.*s\n", STR_ARG(finding->value_fingerprint));
}

/* Which one `policy waive --item` would mean; 0: it is the only one about its resource. */
static size_t item_of(const struct explaining *explaining, const struct verdict *verdict, size_t at)
{
	size_t before = 1, all = 0;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *other = &verdict->findings[i];

		if (!is_asked_for(explaining, other) ||
		    !str_eq(other->address, verdict->findings[at].address))
			continue;
		before += i < at;
		all++;
	}
	return all > 1 ? before : 0;
}

static size_t add_findings(const struct explaining *explaining, const struct verdict *verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < verdict->finding_count; i++) {
		if (!is_asked_for(explaining, &verdict->findings[i]))
			continue;
		if (count++ < SHOWN_MAX)
			add_finding(
			    explaining, &verdict->findings[i], item_of(explaining, verdict, i));
	}
	if (count > SHOWN_MAX)
		buf_addf(explaining->out, "  and %zu more\n", count - SHOWN_MAX);
	return count;
}

bool imported_rule_explain(
    struct policy_plan *plan, struct str id, struct str address, struct buf *out, struct err *err)
{
	struct explaining explaining = {plan, id, address, out};
	const struct imported_result *first = first_result(plan, id);
	struct err disabled = {0};
	struct verdict verdict;

	if (!first)
		return imported_rule_has(plan, id, err);
	plan->policies.world.tell_all = true;
	if (!policies_judge(&plan->policies, plan->plan, &verdict, err))
		return false;
	add_head(&explaining, first);
	add_levels(&explaining);
	add_overrides(&explaining);
	buf_adds(out, "\nfindings:\n");
	if (add_findings(&explaining, &verdict) > 0)
		return true;
	if (address.len > 0 && imported_rule_has(plan, id, &disabled))
		return err_set(err, ERR_USAGE,
		    "rule '%.*s' has no finding about '%.*s'; leave out the address to see all of "
		    "its findings",
		    STR_ARG(id), STR_ARG(address));
	buf_adds(out, "  none counts: an override disables the rule\n");
	return true;
}
