#include "report/leaks.h"

#include "base/arena.h"
#include "base/digest.h"
#include "parser/detectors.h"

static struct str message_of(struct arena *arena, const struct leak *leak)
{
	if (leak->path.len == 0)
		return str_format(arena, "%s '%.*s' looks like a secret (%s) and is not marked",
		    leak->is_output ? "the output" : "the value of", STR_ARG(leak->address),
		    detector_rows[leak->detector].help);
	return str_format(arena, "'%.*s' of '%.*s' looks like a secret (%s) and is not marked",
	    STR_ARG(leak->path), STR_ARG(leak->address), detector_rows[leak->detector].help);
}

/* Of the place, not of the value: that would be a hash of a secret. */
static struct str fingerprint_of(struct arena *arena, const struct leak *leak)
{
	struct str text = str_format(arena, "leak %s\n%.*s\n%.*s", detector_name(leak->detector),
	    STR_ARG(leak->address), STR_ARG(leak->path));
	struct digest digest = digest_sha256(text);

	return base64url_encode(arena, (struct str){(const char *)digest.bytes, 16});
}

static struct finding finding_of(struct arena *arena, struct str directory, const struct leak *leak)
{
	return (struct finding){
	    .kind = FINDING_VIOLATION,
	    .rule_level = LEVEL_DENY,
	    .level = LEVEL_DENY,
	    .rule_id = str_format(arena, "leak/%s", detector_name(leak->detector)),
	    .title = STR("secret in the plan that is not marked sensitive"),
	    .directory = directory,
	    .address = leak->address,
	    .action = ACTION_OTHER,
	    .has_item = leak->path.len > 0,
	    .item = leak->path,
	    .message = message_of(arena, leak),
	    .remediation =
		leak->is_output
		    ? STR("mark the output as sensitive, and replace the secret: whoever "
			  "could read a plan has it")
		    : STR("mark the variable or output it comes from as sensitive, and "
			  "replace the secret: whoever could read a plan has it"),
	    .count = 1,
	    .fingerprint = fingerprint_of(arena, leak),
	};
}

struct leak_visit {
	const struct leak_search *search;
	struct arena *scratch;
	enum change_set set;
	struct leaks leaks;
};

static bool collect(void *context, const struct change *change, struct err *err UNUSED)
{
	struct leak_visit *visit = context;
	struct change marked;

	detectors_mark(visit->scratch, visit->search->detectors, change, &marked);
	leaks_collect(
	    &visit->leaks, visit->search->detectors, &marked, visit->set == CHANGES_OUTPUT);
	return true;
}

static void add_findings(
    struct arena *arena, const struct leak_visit *visit, struct verdict *verdict)
{
	size_t count = visit->leaks.count, old = verdict->finding_count;
	struct finding *findings = arena_array(arena, struct finding, old + count);

	if (old > 0)
		memcpy(findings, verdict->findings, old * sizeof(*findings));
	for (size_t i = 0; i < count; i++)
		findings[old + i] =
		    finding_of(arena, visit->search->directory, &visit->leaks.items[i]);
	verdict->findings = findings;
	verdict->finding_count += count;
	verdict->left_out[LEVEL_DENY] += visit->leaks.left_out;
	verdict->evaluated = true;
	verdict_seal(arena, verdict);
}

bool leaks_judge(struct arena *arena, struct arena *scratch, const struct leak_search *search,
    struct verdict *verdict, struct err *err)
{
	static const enum change_set sets[] = {CHANGES_RESOURCE, CHANGES_OUTPUT, CHANGES_DRIFT};
	struct leak_visit visit = {.search = search, .scratch = scratch, .leaks = {.arena = arena}};

	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		struct plan_selection selection = {sets[i], VISIT_CHANGED};

		visit.set = sets[i];
		if (!plan_visit(search->plan, selection, scratch, collect, &visit, err))
			return false;
	}
	if (visit.leaks.count > 0)
		add_findings(arena, &visit, verdict);
	return true;
}
