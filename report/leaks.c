#include "report/leaks.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/digest.h"
#include "policies/evaluate.h"
#include "report/leak_search.h"

#define LOOKS		"looks like a secret"
#define HOLDS		"holds what looks like a secret"
#define READERS		"replace the secret: whoever could read a plan has it"
#define MARK_THE_SOURCE "mark the variable or output it comes from as sensitive, and " READERS

static const struct place_words {
	const char *path;    /* in front of a path */
	const char *of;	     /* between a path and the address */
	const char *address; /* in front of an address without a path */
	const char *nothing; /* without an address */
	const char *says;
	bool can_be_marked;
	const char *remediation;
} words_of[LEAK_PLACES] = {
    [LEAK_VALUE] = {"", " of ", "the value of ", "a value", LOOKS, true, MARK_THE_SOURCE},
    [LEAK_OUTPUT] = {"", " of the output ", "the output ", "an output", LOOKS, true,
	"mark the output as sensitive, and " READERS},
    [LEAK_CONFIGURATION] = {"", " of the action ", "the action ", "an action", LOOKS, true,
	MARK_THE_SOURCE},
    [LEAK_KEY] = {"the key ", " of ", "a key of ", "a key", HOLDS, false,
	"keys cannot be marked as sensitive: use another one, and " READERS},
    [LEAK_ADDRESS] = {"the old address ", " of ", "the address ", "an address", HOLDS, false,
	"addresses cannot be marked as sensitive: use other keys and names, and " READERS},
    [LEAK_OUTPUT_NAME] = {"", "", "the name of the output ", "a name", HOLDS, false,
	"rename the output, and " READERS},
    [LEAK_IMPORT_ID] = {"", "", "the import id of ", "an import id", HOLDS, false, READERS},
    [LEAK_CHECK] = {"", "", "the check ", "a check", HOLDS, false,
	"take it out of the address and the message of the check, and " READERS},
    [LEAK_MESSAGE] = {"", "", "a message of terraform about ", "a message of terraform", HOLDS,
	false, READERS},
    [LEAK_TEXT] = {"", " of ", "the text of ", "the text of the plan", HOLDS, true,
	MARK_THE_SOURCE},
};

static void add_name(struct buf *buf, const char *before, struct str name)
{
	buf_adds(buf, before);
	buf_addf(buf, "'%.*s'", STR_ARG(name));
}

static struct str message_of(struct arena *arena, const struct leak_found *leak)
{
	const struct place_words *words = &words_of[leak->place];
	struct buf buf;

	buf_init(&buf, arena, leak->path.len + leak->address.len + 1000);
	if (leak->path.len > 0)
		add_name(&buf, words->path, leak->path);
	if (leak->address.len > 0)
		add_name(&buf, leak->path.len > 0 ? words->of : words->address, leak->address);
	else if (leak->path.len == 0)
		buf_adds(&buf, words->nothing);
	buf_addf(&buf, " %s (%s)%s", words->says, detector_rows[leak->detector].help,
	    words->can_be_marked ? " and is not marked" : "");
	return buf_str(&buf);
}

/* Of the place, not of the value: that would be a hash of a secret. */
static struct str fingerprint_of(struct arena *arena, const struct leak_found *leak)
{
	struct str text = str_format(arena, "leak %s %d\n%.*s\n%.*s", detector_name(leak->detector),
	    (int)leak->place, STR_ARG(leak->address), STR_ARG(leak->path));
	struct digest digest = digest_sha256(text);

	return base64url_encode(arena, (struct str){(const char *)digest.bytes, 16});
}

static struct finding finding_of(
    struct arena *arena, struct str directory, const struct leak_found *leak)
{
	return (struct finding){
	    .kind = FINDING_VIOLATION,
	    .rule_level = LEVEL_DENY,
	    .level = LEVEL_DENY,
	    .rule_id = str_format(arena, "leak/%s", detector_name(leak->detector)),
	    .title = STR("secret in the plan that is not marked sensitive"),
	    .directory = directory,
	    .address = leak->address,
	    .action = leak->action,
	    .has_item = leak->path.len > 0,
	    .item = leak->path,
	    .message = message_of(arena, leak),
	    .remediation = str_from(words_of[leak->place].remediation),
	    .count = 1,
	    .fingerprint = fingerprint_of(arena, leak),
	};
}

static void add_findings(struct arena *arena, struct str directory, const struct leak_list *leaks,
    struct verdict *verdict)
{
	size_t old = verdict->finding_count;
	struct finding *findings = arena_array(arena, struct finding, old + leaks->count);

	if (old > 0)
		memcpy(findings, verdict->findings, old * sizeof(*findings));
	for (size_t i = 0; i < leaks->count; i++)
		findings[old + i] = finding_of(arena, directory, &leaks->items[i]);
	verdict->findings = findings;
	verdict->finding_count += leaks->count;
	verdict->left_out[LEVEL_DENY] += leaks->left_out;
	verdict->evaluated = true;
	verdict_seal(arena, verdict);
}

/* A stream has no values, and nobody knows those of what a text counts and does not list. */
static bool tells_values(const struct plan *plan)
{
	const size_t rows = plan->counts[CHANGES_RESOURCE] + plan->counts[CHANGES_OUTPUT] +
			    plan->counts[CHANGES_DRIFT];

	if (plan->form == PLAN_FORM_JSON || plan->result != PLAN_CHANGES)
		return true;
	return plan->form == PLAN_FORM_TEXT && rows > 0 && !plan_is_cut_text(plan);
}

const char *leaks_caveat(const struct plan *plan)
{
	if (plan->form != PLAN_FORM_TEXT || plan->result != PLAN_CHANGES || !tells_values(plan))
		return NULL;
	return "--fail-on-leak: the plan was read as text: what the text folds or leaves out was "
	       "not searched; a saved plan file or 'terraform show -json' tells all values";
}

bool leaks_judge(struct arena *arena, struct arena *scratch, const struct leak_question *question,
    struct verdict *verdict, struct err *err)
{
	struct leak_list leaks;

	if (!leak_search(arena, scratch, question->plan, question->detectors, &leaks, err))
		return false;
	if (leaks.count > 0)
		add_findings(arena, question->directory, &leaks, verdict);
	if (!verdict->denied && verdict->withheld.len == 0 && !tells_values(question->plan))
		verdict->withheld =
		    STR("--fail-on-leak cannot be decided: the plan was read from a stream or a "
			"text that does not tell the values of its changes; give a saved plan "
			"file, or what 'terraform show -json' prints");
	return true;
}
