/*
 * SARIF 2.1.0: one run of ours, one for each tool whose findings were imported.
 *
 * What GitHub's code scanning does with it decides where the format leaves a choice: results have
 * the kind "fail" (others are not shown; what is undecided says so in its text), every result has a
 * place with a line, there is one run for each tool, and at most 25,000 results a run.
 */

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_write.h"
#include "report/checked.h"
#include "report/finding_text.h"
#include "report/markdown.h"
#include "report/sarif_rules.h"
#include "report/wording.h"

#define RESULTS_MAX ((size_t)25000)
#define TOOLS_MAX   19 /* beside our own: 20 runs a file */
#define ADDRESS_MAX ((size_t)4096)
#define SCHEMA	    "https://json.schemastore.org/sarif-2.1.0.json"
#define HOMEPAGE    "https://tfherald.dev/"
#define BASE_ID	    "%SRCROOT%"

struct sarif {
	const struct checked *checked;
	struct arena *scratch; /* of one result */
	struct jsonw writer;
	struct str tool; /* of the run at hand; empty: ours */
	struct sarif_rules rules;
	bool has_baseline; /* something is pre-existing: then every result says what it is */
	size_t results, left_out;
};

/* --- where --- */

static bool is_plain_in_uri(char c)
{
	static const struct str plain = STR_INIT("-._~/");
	size_t at;

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       str_find_char(plain, c, &at);
}

static struct str percent_encoded(struct arena *arena, struct str path)
{
	struct buf buf;

	buf_init(&buf, arena, path.len * 3 + 1);
	for (size_t i = 0; i < path.len; i++) {
		if (is_plain_in_uri(path.ptr[i]))
			buf_addc(&buf, path.ptr[i]);
		else
			buf_addf(&buf, "%%%02X", (unsigned char)path.ptr[i]);
	}
	return buf_str(&buf);
}

static void write_artifact(struct sarif *sarif, struct str file)
{
	struct jsonw *writer = &sarif->writer;

	jsonw_key(writer, "artifactLocation");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "uri", percent_encoded(sarif->scratch, file));
	jsonw_field_str(writer, "uriBaseId", STR(BASE_ID));
	jsonw_end_object(writer);
}

static void write_physical(struct sarif *sarif, const struct policy_place *place)
{
	struct jsonw *writer = &sarif->writer;

	jsonw_key(writer, "physicalLocation");
	jsonw_begin_flat_object(writer);
	write_artifact(sarif, place->file);
	jsonw_key(writer, "region");
	jsonw_begin_flat_object(writer);
	jsonw_field_int(writer, "startLine", place->line > 0 ? place->line : 1);
	if (place->line > 0 && place->column > 0)
		jsonw_field_int(writer, "startColumn", place->column);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static void write_logical(struct sarif *sarif, const struct finding *finding)
{
	struct jsonw *writer = &sarif->writer;

	if (finding->address.len == 0)
		return;
	jsonw_key(writer, "logicalLocations");
	jsonw_begin_flat_array(writer);
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "fullyQualifiedName",
	    wording_name(sarif->scratch, finding->address, ADDRESS_MAX));
	jsonw_field_str(writer, "kind", STR("resource"));
	jsonw_end_object(writer);
	jsonw_end_array(writer);
}

static void write_locations(
    struct sarif *sarif, const struct verdict *verdict, const struct finding *finding)
{
	struct policy_place place = finding_place(verdict, finding);

	jsonw_key(&sarif->writer, "locations");
	jsonw_begin_flat_array(&sarif->writer);
	jsonw_begin_flat_object(&sarif->writer);
	write_physical(sarif, &place);
	write_logical(sarif, finding);
	jsonw_end_object(&sarif->writer);
	jsonw_end_array(&sarif->writer);
}

/* The rule, for those who look for it: it may be in another file than the resource. */
static void write_related(
    struct sarif *sarif, const struct verdict *verdict, const struct finding *finding)
{
	struct jsonw *writer = &sarif->writer;

	if (finding->place.file.len == 0 || str_starts(finding->place.file, STR("pack:")) ||
	    str_eq(finding->place.file, finding_place(verdict, finding).file))
		return;
	jsonw_key(writer, "relatedLocations");
	jsonw_begin_flat_array(writer);
	jsonw_begin_flat_object(writer);
	jsonw_field_int(writer, "id", 1);
	write_physical(sarif, &finding->place);
	jsonw_key(writer, "message");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "text", STR("The rule."));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
	jsonw_end_array(writer);
}

/* --- one result --- */

/* The first paragraph is what code scanning shows in lists. */
static void write_message(
    struct sarif *sarif, const struct verdict *verdict, const struct finding *finding)
{
	static const enum block_line more[] = {BLOCK_FIX, BLOCK_RELEASE};
	struct arena *arena = sarif->scratch;
	struct jsonw *writer = &sarif->writer;
	struct str sentence = finding_sentence(arena, verdict, finding);
	struct buf text, markdown;

	buf_init(&text, arena, (size_t)64 << 10);
	buf_init(&markdown, arena, (size_t)256 << 10);
	buf_add(&text, sentence);
	markdown_text(&markdown, sentence);
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		struct str line = finding_line(arena, verdict, finding, more[i]);

		if (line.len == 0)
			continue;
		buf_adds(&text, "\n\n");
		buf_add(&text, line);
		buf_adds(&markdown, "\n\n");
		markdown_text(&markdown, line);
	}
	jsonw_key(writer, "message");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "text", sarif_text(arena, buf_str(&text)));
	jsonw_field_str(writer, "markdown", buf_str(&markdown));
	jsonw_end_object(writer);
}

static void write_suppressions(
    struct sarif *sarif, const struct verdict *verdict, const struct finding *finding)
{
	struct jsonw *writer = &sarif->writer;

	if (finding_stands(finding))
		return;
	jsonw_key(writer, "suppressions");
	jsonw_begin_flat_array(writer);
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "kind", STR("external"));
	jsonw_field_str(writer, "status", STR("accepted"));
	jsonw_field_str(
	    writer, "justification", finding_line(sarif->scratch, verdict, finding, BLOCK_FATE));
	if (finding->waiver && finding->waiver->place.file.len > 0) {
		jsonw_key(writer, "location");
		jsonw_begin_flat_object(writer);
		write_physical(sarif, &finding->waiver->place);
		jsonw_end_object(writer);
	}
	jsonw_end_object(writer);
	jsonw_end_array(writer);
}

static void write_fingerprints(struct sarif *sarif, const struct finding *finding)
{
	if (finding->fingerprint.len == 0)
		return;
	jsonw_key(&sarif->writer, "partialFingerprints");
	jsonw_begin_flat_object(&sarif->writer);
	jsonw_field_str(&sarif->writer, "tfherald/v1", finding->fingerprint);
	jsonw_end_object(&sarif->writer);
}

static void write_names(struct sarif *sarif, const char *key, const struct str *names, size_t count)
{
	if (count == 0)
		return;
	jsonw_key(&sarif->writer, key);
	jsonw_begin_flat_array(&sarif->writer);
	for (size_t i = 0; i < count; i++)
		jsonw_str(&sarif->writer, wording_name(sarif->scratch, names[i], ADDRESS_MAX));
	jsonw_end_array(&sarif->writer);
}

static void write_properties(struct sarif *sarif, const struct finding *finding)
{
	struct jsonw *writer = &sarif->writer;

	jsonw_key(writer, "properties");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "kind", str_from(finding_kind_name(finding->kind)));
	jsonw_field_str(writer, "fate", str_from(finding_fate_name(finding->fate)));
	jsonw_field_str(writer, "level", str_from(level_name(finding->level)));
	jsonw_field_str(
	    writer, "directory", finding->directory.len > 0 ? finding->directory : STR("."));
	if (finding->value_fingerprint.len > 0)
		jsonw_field_str(writer, "valueFingerprint", finding->value_fingerprint);
	if (finding->deposed.len > 0)
		jsonw_field_str(
		    writer, "deposed", wording_name(sarif->scratch, finding->deposed, ADDRESS_MAX));
	if (finding->kind == FINDING_UNDECIDED) {
		write_names(sarif, "dependsOn", finding->paths, finding->path_count);
		write_names(sarif, "causes", finding->causes, finding->cause_count);
	}
	jsonw_end_object(writer);
}

static void write_result(
    struct sarif *sarif, const struct verdict *verdict, const struct finding *finding)
{
	struct jsonw *writer = &sarif->writer;
	struct str id = sarif_rule_id(finding);
	size_t index = sarif_rules_index(&sarif->rules, id);

	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "ruleId", wording_name(sarif->scratch, id, 1000));
	if (index < SARIF_RULES_MAX)
		jsonw_field_int(writer, "ruleIndex", (int64_t)index);
	jsonw_field_str(writer, "level", str_from(sarif_level(finding_shown_level(finding))));
	write_message(sarif, verdict, finding);
	write_locations(sarif, verdict, finding);
	write_related(sarif, verdict, finding);
	write_fingerprints(sarif, finding);
	write_suppressions(sarif, verdict, finding);
	if (sarif->has_baseline)
		jsonw_field_str(writer, "baselineState",
		    finding->fate == FATE_PREEXISTING ? STR("unchanged") : STR("new"));
	write_properties(sarif, finding);
	jsonw_end_object(writer);
}

/* --- results of a run --- */

static bool is_first(const struct finding *finding)
{
	return finding->level == LEVEL_DENY || finding->fate == FATE_OVERRIDDEN;
}

static void write_results_of(struct sarif *sarif, const struct verdict *verdict, bool first)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];
		struct arena_mark mark = arena_save(sarif->scratch);

		if (is_first(finding) != first || !str_eq(sarif_tool(finding), sarif->tool))
			continue;
		if (sarif->results == RESULTS_MAX) {
			sarif->left_out++;
			continue;
		}
		sarif->results++;
		write_result(sarif, verdict, finding);
		arena_rewind(sarif->scratch, mark);
	}
}

/* Denials of all directories first: those are never what is left out. */
static void write_results(struct sarif *sarif)
{
	const struct checked *checked = sarif->checked;

	sarif->results = sarif->left_out = 0;
	jsonw_key(&sarif->writer, "results");
	jsonw_begin_array(&sarif->writer);
	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++)
		write_results_of(sarif, checked_verdict(checked, i), true);
	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++)
		write_results_of(sarif, checked_verdict(checked, i), false);
	jsonw_end_array(&sarif->writer);
}

static bool has_preexisting(const struct checked *checked)
{
	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++) {
		const struct verdict *verdict = checked_verdict(checked, i);

		for (size_t k = 0; k < verdict->finding_count; k++) {
			if (verdict->findings[k].fate == FATE_PREEXISTING)
				return true;
		}
	}
	return false;
}

/* --- what is said about the run --- */

static void write_notification(struct sarif *sarif, const char *level, struct str text)
{
	struct jsonw *writer = &sarif->writer;

	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "level", str_from(level));
	jsonw_key(writer, "message");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "text",
	    sarif_text(sarif->scratch, wording_cut(sarif->scratch, text, ADDRESS_MAX)));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static struct str in_directory(struct sarif *sarif, size_t i, struct str text)
{
	return str_format(
	    sarif->scratch, "%.*s: %.*s", STR_ARG(checked_name(sarif->checked, i)), STR_ARG(text));
}

static void write_notes(struct sarif *sarif, size_t i)
{
	const struct verdict *verdict = checked_verdict(sarif->checked, i);
	size_t left_out = 0;

	if (verdict->withheld.len > 0)
		write_notification(sarif, "error", in_directory(sarif, i, verdict->withheld));
	for (size_t k = 0; k < verdict->note_count; k++)
		write_notification(sarif, verdict->nothing_evaluated ? "error" : "note",
		    in_directory(sarif, i, verdict->notes[k]));
	for (size_t level = 0; level <= LEVEL_DENY; level++)
		left_out += verdict->left_out[level];
	if (left_out > 0)
		write_notification(sarif, "warning",
		    in_directory(sarif, i,
			str_format(
			    sarif->scratch, "%zu more findings are only counted", left_out)));
}

static bool all_judged(const struct checked *checked)
{
	for (size_t i = 0; i < checked->count; i++) {
		if (checked->outcomes[i]->verdict.withheld.len > 0)
			return false;
	}
	return true;
}

/* After the results: only then it is known what was left out. */
static void write_invocation(struct sarif *sarif)
{
	struct jsonw *writer = &sarif->writer;

	jsonw_key(writer, "invocations");
	jsonw_begin_array(writer);
	jsonw_begin_object(writer);
	jsonw_field_bool(
	    writer, "executionSuccessful", sarif->tool.len > 0 || all_judged(sarif->checked));
	jsonw_key(writer, "toolExecutionNotifications");
	jsonw_begin_array(writer);
	for (size_t i = 0; sarif->tool.len == 0 && i < CHECKED_VERDICTS(sarif->checked); i++)
		write_notes(sarif, i);
	if (sarif->left_out > 0)
		write_notification(sarif, "warning",
		    str_format(sarif->scratch, "%zu more results do not fit into this file",
			sarif->left_out));
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	jsonw_end_array(writer);
}

/* One upload must not replace that of another directory: GitHub keeps one for each id and tool. */
static void write_automation(struct sarif *sarif)
{
	const struct checked *checked = sarif->checked;
	struct jsonw *writer = &sarif->writer;
	struct str directory = checked->count == 1 ? checked_name(checked, 0) : STR_EMPTY;

	jsonw_key(writer, "automationDetails");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "id",
	    str_format(sarif->scratch, "tfherald/%.*s%s", STR_ARG(directory),
		directory.len > 0 ? "/" : ""));
	jsonw_end_object(writer);
}

static void write_provenance(struct sarif *sarif)
{
	const struct facts *facts =
	    sarif->checked->count > 0 ? &sarif->checked->outcomes[0]->facts : NULL;
	struct jsonw *writer = &sarif->writer;

	if (!facts || facts->host.value.len == 0 || facts->repository.value.len == 0)
		return;
	jsonw_key(writer, "versionControlProvenance");
	jsonw_begin_array(writer);
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "repositoryUri",
	    str_format(sarif->scratch, "https://%.*s/%.*s",
		STR_ARG(percent_encoded(sarif->scratch, facts->host.value)),
		STR_ARG(percent_encoded(sarif->scratch, facts->repository.value))));
	if (facts->commit.value.len > 0)
		jsonw_field_str(writer, "revisionId", facts->commit.value);
	if (facts->branch.value.len > 0)
		jsonw_field_str(writer, "branch", facts->branch.value);
	jsonw_key(writer, "mappedTo");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "uriBaseId", STR(BASE_ID));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
	jsonw_end_array(writer);
}

/* Of an imported finding: the version stands behind the name. */
static struct str version_of(const struct sarif *sarif)
{
	const struct finding *finding =
	    sarif->rules.count > 0 ? sarif->rules.items[0].finding : NULL;

	if (sarif->tool.len == 0)
		return str_from(sarif->checked->version);
	return finding ? str_trim(str_skip(finding->tool, sarif->tool.len)) : STR_EMPTY;
}

static void write_tool(struct sarif *sarif)
{
	struct jsonw *writer = &sarif->writer;
	struct str version = version_of(sarif);

	jsonw_key(writer, "tool");
	jsonw_begin_object(writer);
	jsonw_key(writer, "driver");
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "name",
	    sarif->tool.len > 0 ? wording_cut(sarif->scratch, sarif->tool, 200) : STR("tfherald"));
	if (version.len > 0)
		jsonw_field_str(writer, "version", wording_cut(sarif->scratch, version, 200));
	if (sarif->tool.len == 0) {
		jsonw_field_str(writer, "semanticVersion", version);
		jsonw_field_str(writer, "informationUri", STR(HOMEPAGE));
	}
	sarif_rules_write(&sarif->rules, writer);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static void write_bases(struct jsonw *writer)
{
	jsonw_key(writer, "originalUriBaseIds");
	jsonw_begin_object(writer);
	jsonw_key(writer, BASE_ID);
	jsonw_begin_flat_object(writer);
	jsonw_key(writer, "description");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "text", STR("The root of the repository."));
	jsonw_end_object(writer);
	jsonw_end_object(writer);
	jsonw_end_object(writer);
}

static void write_run(struct sarif *sarif, struct str tool)
{
	struct arena_mark mark = arena_save(sarif->scratch);

	sarif->tool = tool;
	sarif_rules_collect(sarif->scratch, sarif->checked, tool, &sarif->rules);
	jsonw_begin_object(&sarif->writer);
	write_tool(sarif);
	write_automation(sarif);
	write_provenance(sarif);
	write_bases(&sarif->writer);
	jsonw_field_str(&sarif->writer, "columnKind", STR("unicodeCodePoints"));
	write_results(sarif);
	write_invocation(sarif);
	jsonw_end_object(&sarif->writer);
	arena_rewind(sarif->scratch, mark);
}

/* --- runs --- */

struct tools {
	struct str names[TOOLS_MAX];
	size_t count;
};

static void add_tool(struct tools *tools, struct str name)
{
	for (size_t i = 0; i < tools->count; i++) {
		if (str_eq(tools->names[i], name))
			return;
	}
	if (name.len > 0 && tools->count < TOOLS_MAX)
		tools->names[tools->count++] = name;
}

static void find_tools(const struct checked *checked, struct tools *tools)
{
	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++) {
		const struct verdict *verdict = checked_verdict(checked, i);

		for (size_t k = 0; k < verdict->finding_count; k++)
			add_tool(tools, sarif_tool(&verdict->findings[k]));
	}
}

void render_sarif(struct arena *arena, const struct checked *checked, struct sink *sink)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct sarif *sarif = arena_make(arena, struct sarif);
	struct tools *tools = arena_make(arena, struct tools);
	struct jsonw *writer = &sarif->writer;

	sarif->checked = checked;
	sarif->scratch = scratch;
	sarif->has_baseline = has_preexisting(checked);
	find_tools(checked, tools);
	jsonw_init(writer, sink, 1);
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "$schema", STR(SCHEMA));
	jsonw_field_str(writer, "version", STR("2.1.0"));
	jsonw_key(writer, "runs");
	jsonw_begin_array(writer);
	write_run(sarif, STR_EMPTY);
	for (size_t i = 0; i < tools->count; i++)
		write_run(sarif, tools->names[i]);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	sink_add(sink, STR("\n"));
}
