/* The words of findings, verdicts and waivers. */
#include "report/findings.h"

#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/size.h"
#include "report/wording.h"

#define NAMES_SHOWN 5
#define DAY	    ((int64_t)86400)

static void say(const struct speaker *speaker, enum voice voice, struct str text)
{
	if (text.len > 0)
		speaker->say(speaker->context, voice, text);
}

static void words(const struct speaker *speaker, const char *text)
{
	say(speaker, VOICE_WORDS, str_from(text));
}

static void number(const struct speaker *speaker, size_t count)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct buf buf;

	buf_init(&buf, arena, 32);
	wording_count(&buf, count);
	say(speaker, VOICE_WORDS, buf_str(&buf));
}

/* ": text", " by text": nothing at all of what is not there. */
static void say_after(
    const struct speaker *speaker, const char *before, enum voice voice, struct str text)
{
	if (text.len == 0)
		return;
	words(speaker, before);
	say(speaker, voice, text);
}

static void say_place(const struct speaker *speaker, struct str file, int line)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();

	if (file.len > 0 && line > 0)
		file = str_format(arena, "%.*s:%d", STR_ARG(file), line);
	say(speaker, VOICE_NAME, file);
}

/* --- why it is undecided, or broken --- */

static void say_names(const struct speaker *speaker, const struct str *names, size_t count)
{
	for (size_t i = 0; i < count && i < NAMES_SHOWN; i++)
		say_after(speaker, i > 0 ? ", " : ": depends on ", VOICE_NAME, names[i]);
	if (count > NAMES_SHOWN) {
		words(speaker, " and ");
		number(speaker, count - NAMES_SHOWN);
		words(speaker, " more");
	}
}

/* What an apply would never tell: who asks has to be told it. */
static bool is_outside(struct str path)
{
	static const char *const roots[] = {"pr", "git", "data", "backend"};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		struct str rest = path;

		if (str_eat(&rest, str_from(roots[i])) && (rest.len == 0 || rest.ptr[0] == '.'))
			return true;
	}
	return false;
}

static bool is_all_outside(const struct finding *finding)
{
	for (size_t i = 0; i < finding->path_count; i++) {
		if (!is_outside(finding->paths[i]))
			return false;
	}
	return finding->path_count > 0;
}

static const char *cause_words(const struct finding_block *block, const struct finding *finding)
{
	if (is_all_outside(finding))
		return "not known in this run (see --facts and --data)";
	if (finding->no_values)
		return "a plan that was read from text holds no values: give the plan as JSON "
		       "(terraform show -json)";
	return block->after_apply ? "cannot be verified after apply either"
				  : "cannot be verified before apply";
}

static void say_cause(
    const struct finding_block *block, const struct finding *finding, const struct speaker *speaker)
{
	words(speaker, cause_words(block, finding));
	if (finding->no_values && !is_all_outside(finding))
		return;
	if (finding->cause_count > 0)
		say_names(speaker, finding->causes, finding->cause_count);
	else
		say_names(speaker, finding->paths, finding->path_count);
}

/* --- why it does not count with its rule's level --- */

static bool is_unverified(const struct verdict *verdict, const struct waiver *waiver)
{
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		if (verdict->waivers[i].waiver == waiver)
			return verdict->waivers[i].unverified;
	}
	return false;
}

/* Of a malformed waiver it can be anything. */
static void say_date(const struct speaker *speaker, const char *before, struct str text)
{
	static const struct str allowed = STR_INIT("0123456789-");
	bool is_date = text.len == strlen("2026-12-31");
	size_t at;

	for (size_t i = 0; is_date && i < text.len; i++)
		is_date = str_find_char(allowed, text.ptr[i], &at);
	say_after(speaker, before, is_date ? VOICE_WORDS : VOICE_DATA, text);
}

/* " by @acme/security (unverified, SEC-1234): until the migration" */
static void say_waiver_reason(
    const struct waiver *waiver, bool unverified, const struct speaker *speaker)
{
	say_after(speaker, " by ", VOICE_DATA, waiver->approved_by);
	unverified = unverified && waiver->approved_by.len > 0;
	if (unverified || waiver->ticket.len > 0) {
		words(speaker, unverified ? " (unverified" : " (");
		say_after(speaker, unverified ? ", " : "", VOICE_DATA, waiver->ticket);
		words(speaker, ")");
	}
	say_after(speaker, ": ", VOICE_DATA, waiver->reason);
}

static void say_waived(
    const struct verdict *verdict, const struct waiver *waiver, const struct speaker *speaker)
{
	words(speaker, "waived");
	if (!waiver)
		return;
	say_date(speaker, " until ", waiver->expires_text);
	say_waiver_reason(waiver, is_unverified(verdict, waiver), speaker);
}

static void say_day(int64_t seconds, const struct speaker *speaker)
{
	char text[64];
	time_t time = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&time, &parts) && strftime(text, sizeof(text), "%Y-%m-%d", &parts) > 0)
		words(speaker, text);
}

static void say_fate(
    const struct verdict *verdict, const struct finding *finding, const struct speaker *speaker)
{
	switch (finding->fate) {
	case FATE_STANDS:
		break;
	case FATE_WAIVED:
		say_waived(verdict, finding->waiver, speaker);
		break;
	case FATE_RELEASED:
		words(speaker, "released: its owners approved this commit");
		break;
	case FATE_PREEXISTING:
		words(speaker, "pre-existing: it was like this before, so it does not deny");
		break;
	case FATE_NOT_YET:
		words(speaker, "not yet enforced (from ");
		say_day(finding->rule ? finding->rule->enforce_from : 0, speaker);
		words(speaker, ")");
		break;
	case FATE_NEWER_PACK:
		words(speaker, "newer than the pinned pack");
		if (finding->rule)
			say_after(speaker, " ", VOICE_NAME, finding->rule->pack);
		words(speaker, ": does not deny until the pin moves");
		break;
	case FATE_OVERRIDDEN:
		words(speaker, "overridden by break-glass");
		say_after(speaker, ": ", VOICE_DATA, verdict->break_glass);
		break;
	}
}

/* --- a block --- */

bool block_has_line(const struct finding_block *block, enum block_line line)
{
	const struct finding *first = block->rows[0];

	switch (line) {
	case BLOCK_HEAD:
		return true;
	case BLOCK_WHY:
		return first->description.len > 0;
	case BLOCK_MESSAGE:
		return block->same_message && first->message.len > 0;
	case BLOCK_CAUSE:
		return first->kind == FINDING_UNDECIDED && block->same_cause;
	case BLOCK_FATE:
		return first->fate != FATE_STANDS && block->same_fate;
	case BLOCK_FIX:
		return block->same_remediation && first->remediation.len > 0;
	case BLOCK_RELEASE:
		return first->release.len > 0 && first->level == LEVEL_DENY;
	case BLOCK_PLACE:
		return first->place.file.len > 0 || first->url.len > 0;
	}
	return false;
}

static void say_head(const struct finding *finding, const struct speaker *speaker)
{
	/* what was let go counts as nothing: what it would have been says more */
	say(speaker, VOICE_LEVEL,
	    str_from(level_name(finding_stands(finding) ? finding->level : finding->rule_level)));
	words(speaker, " ");
	say(speaker, VOICE_NAME, finding->rule_id);
	say_after(speaker, ": ", VOICE_DATA, finding->title);
	if (finding->tool.len > 0) {
		say_after(speaker, " (by ", VOICE_DATA, finding->tool);
		words(speaker, ")");
	}
}

static void say_message(const struct finding *finding, const struct speaker *speaker)
{
	if (finding->kind == FINDING_ERROR)
		words(speaker, "the rule itself fails: ");
	say(speaker, VOICE_DATA, finding->message);
}

static void say_release(const struct finding_block *block, const struct speaker *speaker)
{
	words(speaker, block->same_release ? "How to release: " : "How to release the first: ");
	say(speaker, VOICE_DATA, block->rows[0]->release);
}

static void say_rule_place(const struct finding *finding, const struct speaker *speaker)
{
	words(speaker, "Rule: ");
	say_place(speaker, finding->place.file, finding->place.line);
	say_after(speaker, finding->place.file.len > 0 ? ", " : "", VOICE_LINK, finding->url);
}

void block_say_line(
    const struct finding_block *block, enum block_line line, const struct speaker *speaker)
{
	const struct finding *first = block->rows[0];

	switch (line) {
	case BLOCK_HEAD:
		say_head(first, speaker);
		break;
	case BLOCK_WHY:
		say(speaker, VOICE_DATA, first->description);
		break;
	case BLOCK_MESSAGE:
		say_message(first, speaker);
		break;
	case BLOCK_CAUSE:
		say_cause(block, first, speaker);
		break;
	case BLOCK_FATE:
		say_fate(block->verdict, first, speaker);
		break;
	case BLOCK_FIX:
		say_after(speaker, "How to fix: ", VOICE_DATA, first->remediation);
		break;
	case BLOCK_RELEASE:
		say_release(block, speaker);
		break;
	case BLOCK_PLACE:
		say_rule_place(first, speaker);
		break;
	}
}

/* What a finding without an address is about. */
static const char *subject_of(const struct finding *finding)
{
	if (finding->kind == FINDING_WEAKENS)
		return "this branch";
	if (finding->rule && finding->rule->scope == SCOPE_RUN)
		return "all plans";
	return "the plan";
}

void block_say_name(const struct finding_block *block, size_t row, const struct speaker *speaker)
{
	const struct finding *finding = block->rows[row];

	if (finding->address.len > 0)
		say(speaker, VOICE_NAME, finding->address);
	else if (finding->kind == FINDING_MOVED && finding->directory.len > 0)
		say(speaker, VOICE_NAME, finding->directory);
	else
		words(speaker, subject_of(finding));
	if (finding->deposed.len > 0) {
		say_after(speaker, " (deposed ", VOICE_NAME, finding->deposed);
		words(speaker, ")");
	}
	/* what a weakening does is its message already */
	if (finding->has_item)
		say_after(speaker, " ", VOICE_NAME, finding->item);
	if (finding->kind == FINDING_ERROR && finding->count > 1) {
		words(speaker, " and ");
		number(speaker, finding->count - 1);
		words(speaker, " more");
	}
}

void block_say_row(const struct finding_block *block, size_t row, const struct speaker *speaker)
{
	const struct finding *finding = block->rows[row];

	block_say_name(block, row, speaker);
	if (!block->same_message && finding->message.len > 0) {
		words(speaker, ": ");
		say_message(finding, speaker);
	}
	if (finding->kind == FINDING_UNDECIDED && !block->same_cause) {
		words(speaker, "; ");
		say_cause(block, finding, speaker);
	}
	if (finding->fate != FATE_STANDS && !block->same_fate) {
		words(speaker, "; ");
		say_fate(block->verdict, finding, speaker);
	}
	if (!block->same_remediation)
		say_after(speaker, "; how to fix: ", VOICE_DATA, finding->remediation);
	if (finding->file.len > 0) {
		words(speaker, " (");
		say_place(speaker, finding->file, finding->line);
		words(speaker, ")");
	}
}

/* --- the verdict --- */

/* ", 3 warnings"; *first: nothing was said yet. */
static void say_count(
    const struct speaker *speaker, size_t count, const char *one, const char *many, bool *first)
{
	if (count == 0)
		return;
	words(speaker, *first ? "" : ", ");
	number(speaker, count);
	words(speaker, " ");
	words(speaker, count == 1 ? one : many);
	*first = false;
}

void findings_say_counts(const struct findings *findings, const struct speaker *speaker)
{
	const size_t *counts = findings->counts;
	size_t waived = counts[FINDINGS_LET_GO] - findings->released;
	bool first = true;

	say_count(speaker, counts[FINDINGS_DENIED], "denied", "denied", &first);
	say_count(speaker, counts[FINDINGS_OVERRIDDEN], "overridden", "overridden", &first);
	say_count(speaker, counts[FINDINGS_BROKEN], "rule fails", "rules fail", &first);
	say_count(speaker, counts[FINDINGS_UNDECIDED], "undecided", "undecided", &first);
	say_count(speaker, counts[FINDINGS_WARNED], "warning", "warnings", &first);
	say_count(speaker, counts[FINDINGS_NOTED], "note", "notes", &first);
	say_count(speaker, waived, "waived", "waived", &first);
	say_count(speaker, findings->released, "released", "released", &first);
	if (first)
		words(speaker, findings->verdict->nothing_evaluated ? "nothing was evaluated"
								    : "nothing found");
}

void findings_say_verdict(const struct findings *findings, const struct speaker *speaker)
{
	const struct verdict *verdict = findings->verdict;
	bool first = true;

	if (verdict->withheld.len > 0) {
		say_after(speaker, "no verdict: ", VOICE_DATA, verdict->withheld);
		return;
	}
	if (!verdict->evaluated) {
		words(speaker, "not evaluated");
		return;
	}
	findings_say_counts(findings, speaker);
	words(speaker, " (");
	say_count(speaker, verdict->rules, "rule", "rules", &first);
	if (first)
		words(speaker, "no rules");
	first = false;
	say_count(speaker, verdict->resources, "resource", "resources", &first);
	words(speaker, ")");
	say_after(speaker, ", judged by ", VOICE_NAME, verdict->trusted_source);
}

/* --- waivers --- */

bool waiver_needs_attention(const struct waiver_use *use)
{
	return use->state != WAIVER_ACTIVE && use->state != WAIVER_UNUSED;
}

void waivers_say_counts(const struct verdict *verdict, const struct speaker *speaker)
{
	size_t counts[WAIVER_UNTRUSTED + 1] = {0};
	bool first = true;

	for (size_t i = 0; i < verdict->waiver_count; i++)
		counts[verdict->waivers[i].state]++;
	for (size_t state = 0; state <= WAIVER_UNTRUSTED; state++) {
		const char *name = waiver_state_name((enum waiver_state)state);

		say_count(speaker, counts[state], name, name, &first);
	}
}

static void say_days_left(const struct waiver *waiver, int64_t now, const struct speaker *speaker)
{
	int64_t days = (waiver->expires - now) / DAY;

	if (waiver->expires <= now || days <= 0) {
		words(speaker, "expires today");
		return;
	}
	words(speaker, "expires in ");
	number(speaker, (size_t)days);
	words(speaker, days == 1 ? " day" : " days");
}

static void say_expired(const struct waiver_use *use, const struct speaker *speaker)
{
	say_date(speaker, "expired ", use->waiver->expires_text);
	if (use->findings == 0)
		return;
	words(speaker, ", ");
	number(speaker, use->findings);
	words(speaker, use->findings == 1 ? " finding counts again" : " findings count again");
}

static void say_state(const struct waiver_use *use, int64_t now, const struct speaker *speaker)
{
	const struct waiver *waiver = use->waiver;

	switch (use->state) {
	case WAIVER_ACTIVE:
		say_date(speaker, "active until ", waiver->expires_text);
		break;
	case WAIVER_EXPIRING:
		say_days_left(waiver, now, speaker);
		say_date(speaker, ", after ", waiver->expires_text);
		break;
	case WAIVER_EXPIRED:
		say_expired(use, speaker);
		break;
	case WAIVER_UNUSED:
		words(speaker, "unused: nothing here needs it");
		break;
	case WAIVER_MALFORMED:
		words(speaker, "not applied");
		say_after(speaker, ": ", VOICE_DATA, use->fault);
		break;
	case WAIVER_UNTRUSTED:
		words(speaker, "not applied: it is only in this branch");
		break;
	}
}

void waiver_say(const struct waiver_use *use, int64_t now, bool all, const struct speaker *speaker)
{
	const struct waiver *waiver = use->waiver;

	say(speaker, VOICE_NAME, waiver->rule.len > 0 ? waiver->rule : STR("(no rule)"));
	say_after(speaker, " on ", VOICE_NAME, waiver->resource);
	words(speaker, ": ");
	say_state(use, now, speaker);
	if (all && waiver->approved_by.len + waiver->ticket.len + waiver->reason.len > 0) {
		words(speaker, waiver->approved_by.len > 0 ? "; approved" : "; reason");
		say_waiver_reason(waiver, use->unverified, speaker);
	}
	if (waiver->place.file.len > 0) {
		words(speaker, " (");
		say_place(speaker, waiver->place.file, waiver->place.line);
		words(speaker, ")");
	}
}

/* --- plain text --- */

#define PLAIN_MAX ((size_t)2000)

static void say_plain(void *context, enum voice voice, struct str text)
{
	struct buf *buf = context;

	if (voice == VOICE_WORDS || voice == VOICE_LEVEL)
		buf_add(buf, text);
	else if (voice == VOICE_DATA)
		buf_add(buf, wording_cut(buf->arena, text, PLAIN_MAX));
	else
		buf_add(buf, wording_name(buf->arena, text, PLAIN_MAX));
}

struct speaker speaker_plain(struct buf *buf)
{
	return (struct speaker){say_plain, buf};
}
