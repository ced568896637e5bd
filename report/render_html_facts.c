/* The page beside changes and findings: title, facts, errors, warnings, checks, what was applied.
 */
#include "report/html_page.h"

#include "base/arena.h"
#include "base/size.h"
#include "base/sys.h"
#include "report/applied.h"
#include "report/wording.h"

#define ROWS_SHOWN ((size_t)10000)

static const char *const status_classes[] = {
    [STATUS_NO_CHANGES] = "good",
    [STATUS_CHANGES] = "plain",
    [STATUS_LOSSES] = "loss",
    [STATUS_FAILED] = "bad",
    [STATUS_NO_PLAN] = "bad",
    [STATUS_APPLIED] = "good",
    [STATUS_APPLY_FAILED] = "bad",
    [STATUS_DENIED] = "bad",
    [STATUS_VIOLATES] = "bad",
};

/* --- the head --- */

static void begin_fact(struct html *html, const char *label)
{
	html_raw(html, "<div><dt>");
	html_raw(html, label);
	html_raw(html, "</dt><dd>");
}

static void put_fact(struct html *html, const char *label, const struct fact *fact)
{
	/* "." says nothing to who reads it elsewhere */
	if (!fact_known(fact) || fact->value.len == 0 || str_is(fact->value, "."))
		return;
	begin_fact(html, label);
	html_name(html, fact->value, HTML_ADDRESS_MAX);
	html_raw(html, "</dd></div>");
}

static void put_commit(struct html *html, const struct fact *commit)
{
	if (!fact_known(commit) || commit->value.len == 0)
		return;
	begin_fact(html, "Commit");
	html_raw(html, "<code title=\"");
	html_name(html, commit->value, 100);
	html_raw(html, "\">");
	html_name(html, str_from_to(commit->value, 0, size_min(commit->value.len, 12)), 100);
	html_raw(html, "</code></dd></div>");
}

static void put_pull_request(struct html *html, const struct facts *facts)
{
	struct str url = STR_EMPTY, number = facts->pull_request.value;

	if (!fact_known(&facts->pull_request) || number.len == 0)
		return;
	if (fact_known(&facts->host) && fact_known(&facts->repository))
		url = str_format(html->scratch, "https://%.*s/%.*s/pull/%.*s",
		    STR_ARG(facts->host.value), STR_ARG(facts->repository.value), STR_ARG(number));
	begin_fact(html, "Pull request");
	html_link(html, url, str_format(html->scratch, "#%.*s", STR_ARG(number)));
	html_raw(html, "</dd></div>");
}

static void put_tool(struct html *html)
{
	const struct outcome *outcome = html->outcome;

	if (!outcome->has_plan)
		return;
	begin_fact(html, outcome->tool == TOOL_OPENTOFU ? "OpenTofu" : "Terraform");
	if (outcome->tool_version.len > 0)
		html_name(html, outcome->tool_version, 100);
	else
		html_raw(html, "unknown version");
	html_raw(html, "</dd></div>");
}

static void put_fingerprint(struct html *html)
{
	struct str fingerprint = wording_fingerprint(html->scratch, html->outcome);

	if (fingerprint.len == 0)
		return;
	begin_fact(html, "Fingerprint");
	html_name(html, fingerprint, 100);
	html_raw(html, "</dd></div>");
}

static void put_facts(struct html *html)
{
	const struct facts *facts = &html->outcome->facts;
	struct arena_mark mark = arena_save(html->scratch);

	html_raw(html, "<dl class=\"facts\">");
	put_fact(html, "Directory", &facts->directory);
	put_fact(html, "Repository", &facts->repository);
	put_fact(html, "Branch", &facts->branch);
	put_commit(html, &facts->commit);
	put_pull_request(html, facts);
	if (fact_known(&facts->link) && facts->link.value.len > 0) {
		begin_fact(html, "Job");
		html_link(html, facts->link.value, STR("log"));
		html_raw(html, "</dd></div>");
	}
	put_tool(html);
	put_fingerprint(html);
	if (facts->now > 0) {
		begin_fact(html, "Made");
		html_text(html, time_to_rfc3339(html->scratch, facts->now));
		html_raw(html, "</dd></div>");
	}
	html_raw(html, "</dl>\n");
	arena_rewind(html->scratch, mark);
}

static void put_note(struct html *html, struct str text)
{
	if (text.len == 0)
		return;
	html_raw(html, "<p class=\"note\">");
	html_cut(html, text, HTML_TEXT_MAX);
	html_raw(html, "</p>\n");
}

static void put_verdict(struct html *html, const struct findings *findings, const char *label)
{
	struct speaker speaker = html_speaker(html);
	const struct str *notes;
	size_t count = findings_notes(findings, &notes);

	html_raw(html, "<p class=\"verdict\"><b>");
	html_raw(html, label);
	html_raw(html, "</b> ");
	findings_say_verdict(findings, &speaker);
	html_raw(html, "</p>\n");
	for (size_t i = 0; i < count; i++)
		put_note(html, notes[i]);
}

void html_put_verdict(struct html *html)
{
	if (html->tells_verdict)
		put_verdict(html, &html->findings, "Policies:");
	if (html->tells_after_apply)
		put_verdict(html, &html->after_apply, "Policies after apply:");
}

void html_put_head(struct html *html)
{
	const struct outcome *outcome = html->outcome;
	struct arena_mark mark = arena_save(html->scratch);
	enum outcome_status status = outcome_status(outcome);
	struct str target = wording_target(html->scratch, outcome);

	html_raw(html, "<header class=\"head ");
	html_raw(html, status_classes[status]);
	html_raw(html, "\">\n<h1><span class=\"icon\" aria-hidden=\"true\">");
	html_raw(html, outcome_status_icon(status));
	html_raw(html, "</span> ");
	html_raw(html, wording_operation(outcome));
	html_raw(html, target.len > 0 ? ": <span class=\"target\">" : "<span>");
	html_text(html, target);
	html_raw(html, "</span></h1>\n<p class=\"headline\">");
	html_text(html, outcome_headline(html->scratch, outcome));
	html_raw(html, "</p>\n");
	html_put_verdict(html);
	put_note(html, wording_exit(html->scratch, outcome));
	put_note(html, outcome->problem);
	for (size_t i = 0; i < outcome->note_count; i++)
		put_note(html, outcome->notes[i]);
	put_facts(html);
	html_raw(html, "</header>\n");
	arena_rewind(html->scratch, mark);
}

/* --- errors and warnings --- */

static void put_diagnostic(struct html *html, const struct diagnostic *diagnostic)
{
	html_raw(html, "<article><h3>");
	html_cut(html, diagnostic->summary, HTML_TEXT_MAX);
	html_raw(html, "</h3>");
	if (diagnostic->address.len + diagnostic->file.len > 0) {
		html_raw(html, "<p class=\"place\"><code>");
		html_name(html, diagnostic->address, HTML_ADDRESS_MAX);
		html_raw(html, "</code> <code>");
		html_name(html, diagnostic->file, HTML_ADDRESS_MAX);
		if (diagnostic->line > 0) {
			html_raw(html, ":");
			html_number(html, (size_t)diagnostic->line);
		}
		html_raw(html, "</code></p>");
	}
	if (diagnostic->detail.len > 0)
		html_block(html, "detail", diagnostic->detail);
	html_raw(html, "</article>\n");
}

/* Errors known only as a block of text, and what a child that failed said last. */
static void put_error_text(struct html *html)
{
	const struct outcome *outcome = html->outcome;
	struct str text = outcome->text.errors.len > 0 ? outcome->text.errors : outcome->tail;

	if (text.len == 0)
		return;
	html_section(html, "diagnostics error",
	    outcome->text.errors.len > 0 ? "Errors" : "What the command said last", 0);
	html_block(html, "detail", text);
	html_raw(html, "</section>\n");
}

void html_put_diagnostics(struct html *html, enum severity severity)
{
	const struct outcome *outcome = html->outcome;
	bool is_error = severity == SEVERITY_ERROR;
	size_t count = 0, shown = 0;

	for (size_t i = 0; i < outcome->diagnostic_count; i++)
		count += outcome->diagnostics[i].severity == severity;
	if (count == 0) {
		if (is_error)
			put_error_text(html);
		return;
	}
	html_section(html, is_error ? "diagnostics error" : "diagnostics warning",
	    is_error ? "Errors" : "Warnings", count);
	for (size_t i = 0; i < outcome->diagnostic_count && shown < ROWS_SHOWN; i++) {
		if (outcome->diagnostics[i].severity != severity)
			continue;
		put_diagnostic(html, &outcome->diagnostics[i]);
		shown++;
	}
	html_raw(html, "</section>\n");
}

/* --- checks and invocations --- */

static void put_check(struct html *html, const struct plan_check *check)
{
	bool is_bad = str_is(check->status, "fail") || str_is(check->status, "error");

	html_raw(html, is_bad ? "<tr class=\"bad\"><td>" : "<tr><td>");
	html_name(html, check->status, 100);
	html_raw(html, "</td><td><code>");
	html_name(html, check->address, HTML_ADDRESS_MAX);
	html_raw(html, "</code></td><td>");
	html_cut(html, check->problem, HTML_TEXT_MAX);
	html_raw(html, "</td></tr>\n");
}

/* Those that did not pass first; what passed is folded. */
void html_put_checks(struct html *html)
{
	const struct outcome *outcome = html->outcome;
	size_t passed = 0;

	if (outcome->check_count == 0)
		return;
	html_section(html, "checks", "Checks", outcome->check_count);
	html_raw(html, "<table class=\"list\"><tbody>");
	for (size_t i = 0; i < outcome->check_count; i++) {
		if (!str_is(outcome->checks[i].status, "pass"))
			put_check(html, &outcome->checks[i]);
		else
			passed++;
	}
	html_raw(html, "</tbody></table>");
	if (passed > 0) {
		html_raw(html, "<details class=\"rest\"><summary>");
		html_count(html, passed);
		html_raw(html, " passed</summary><table class=\"list\"><tbody>");
		for (size_t i = 0; i < outcome->check_count; i++) {
			if (str_is(outcome->checks[i].status, "pass"))
				put_check(html, &outcome->checks[i]);
		}
		html_raw(html, "</tbody></table></details>");
	}
	html_raw(html, "</section>\n");
}

void html_put_invocations(struct html *html)
{
	const struct outcome *outcome = html->outcome;

	if (outcome->invocation_count == 0)
		return;
	html_section(html, "invocations", "Actions to invoke", outcome->invocation_count);
	html_raw(html, "<ul>");
	for (size_t i = 0; i < outcome->invocation_count; i++) {
		html_raw(html, "<li><code>");
		html_name(html, outcome->invocations[i].address, HTML_ADDRESS_MAX);
		html_raw(html, "</code> ");
		html_cut(html, outcome->invocations[i].trigger, HTML_TEXT_MAX);
		if (outcome->invocation_rows)
			html_put_diff(html, &outcome->invocation_rows[i]);
		html_raw(html, "</li>\n");
	}
	html_raw(html, "</ul></section>\n");
}

/* --- what an apply did --- */

static const char *const applied_classes[APPLIED_SECTIONS] = {
    [APPLIED_LOST] = "lost",
    [APPLIED_FAILED] = "failed",
    [APPLIED_UNFINISHED] = "unfinished",
    [APPLIED_UNSTARTED] = "unstarted",
    [APPLIED_DONE] = "done",
};

static void put_applied_rows(
    struct html *html, const struct applied *applied, enum applied_section section)
{
	size_t count = applied->counts[section];

	if (count == 0)
		return;
	html_raw(html, "<details class=\"applied ");
	html_raw(html, applied_classes[section]);
	html_raw(html, section == APPLIED_DONE ? "\"><summary>" : "\" open><summary>");
	html_raw(html, applied_section_title(section));
	html_raw(html, " <span class=\"n\">");
	html_count(html, count);
	html_raw(html, "</span></summary><ul>");
	for (size_t i = 0; i < count; i++) {
		const struct applied_row *row = &applied->rows[section][i];

		html_raw(html, "<li><code>");
		html_name(html, row->address, HTML_ADDRESS_MAX);
		html_raw(html, "</code> <span class=\"why\">");
		html_raw(html, row->what);
		html_raw(html, "</span></li>\n");
	}
	html_raw(html, "</ul></details>\n");
}

void html_put_applied(struct html *html)
{
	struct arena_mark mark = arena_save(html->scratch);
	struct applied applied;

	if (!outcome_tells_apply(html->outcome))
		return;
	applied_of(html->scratch, html->outcome, &applied);
	html_section(html, "apply", "Apply", 0);
	html_raw(html, "<p>");
	html_count(html, applied.done);
	html_raw(html, " of ");
	html_things(html, applied.total, "change done", "changes done");
	html_raw(html, "</p>");
	for (size_t section = 0; section < APPLIED_SECTIONS; section++)
		put_applied_rows(html, &applied, (enum applied_section)section);
	html_raw(html, "</section>\n");
	arena_rewind(html->scratch, mark);
}
