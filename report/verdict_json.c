#include "report/verdict_json.h"

#include "report/json_fields.h"

static void field_line(struct jsonw *writer, const char *key, int line)
{
	jsonw_key(writer, key);
	if (line > 0)
		jsonw_int(writer, line);
	else
		jsonw_null(writer);
}

static void field_list(struct jsonw *writer, const char *key, const struct str *items, size_t count)
{
	jsonw_key(writer, key);
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; i < count; i++)
		jsonw_str(writer, items[i]);
	jsonw_end_array(writer);
}

static void field_place(
    struct jsonw *writer, const char *key, struct str file, int line, int column)
{
	jsonw_key(writer, key);
	if (file.len == 0) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "file", file);
	field_line(writer, "line", line);
	field_line(writer, "column", column);
	jsonw_end_object(writer);
}

static void field_policy_place(
    struct jsonw *writer, const char *key, const struct policy_place *place)
{
	field_place(writer, key, place->file, place->line, place->column);
}

/* --- findings --- */

static void write_waiver_fields(struct jsonw *writer, const struct waiver *waiver)
{
	json_field_text(writer, "rule", waiver->rule);
	json_field_text(writer, "resource", waiver->resource);
	json_field_text(writer, "value", waiver->value);
	json_field_text(writer, "reason", waiver->reason);
	json_field_text(writer, "ticket", waiver->ticket);
	json_field_text(writer, "approved_by", waiver->approved_by);
	json_field_text(writer, "expires", waiver->expires_text);
	field_policy_place(writer, "place", &waiver->place);
}

static void field_waiver(struct jsonw *writer, const struct waiver *waiver)
{
	jsonw_key(writer, "waiver");
	if (!waiver) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	write_waiver_fields(writer, waiver);
	jsonw_end_object(writer);
}

/* Which chain's rule said so. */
static const char *chain_of(const struct finding *finding)
{
	if (finding->from_trusted)
		return finding->from_head ? "both" : "trusted";
	return "head";
}

static void write_what(struct jsonw *writer, const struct finding *finding)
{
	json_field_string(writer, "rule", finding->rule_id);
	jsonw_key(writer, "kind");
	jsonw_c(writer, finding_kind_name(finding->kind));
	jsonw_key(writer, "level");
	jsonw_c(writer, level_name(finding->level));
	jsonw_key(writer, "rule_level");
	jsonw_c(writer, level_name(finding->rule_level));
	jsonw_key(writer, "fate");
	jsonw_c(writer, finding_fate_name(finding->fate));
	json_field_text(writer, "directory", finding->directory);
	json_field_text(writer, "address", finding->address);
	json_field_text(writer, "deposed", finding->deposed);
	jsonw_key(writer, "action");
	/* another tool sees the code and no action */
	if (finding->address.len > 0 && finding->kind != FINDING_IMPORTED)
		jsonw_c(writer, action_name(finding->action));
	else
		jsonw_null(writer);
	json_field_text(writer, "item", finding->item);
}

static void write_finding(struct jsonw *writer, const struct finding *finding)
{
	jsonw_begin_flat_object(writer);
	write_what(writer, finding);
	json_field_text(writer, "title", finding->title);
	json_field_text(writer, "description", finding->description);
	json_field_text(writer, "message", finding->message);
	json_field_text(writer, "remediation", finding->remediation);
	json_field_text(writer, "release", finding->release);
	field_list(writer, "paths", finding->paths, finding->path_count);
	field_list(writer, "causes", finding->causes, finding->cause_count);
	json_field_size(writer, "count", finding->count);
	json_field_text(writer, "fingerprint", finding->fingerprint);
	json_field_text(writer, "value_fingerprint", finding->value_fingerprint);
	field_waiver(writer, finding->waiver);
	field_policy_place(writer, "place", &finding->place);
	field_place(writer, "source", finding->file, finding->line, finding->column);
	json_field_text(writer, "url", finding->url);
	json_field_text(writer, "tool", finding->tool);
	jsonw_key(writer, "chain");
	jsonw_c(writer, chain_of(finding));
	jsonw_end_object(writer);
}

static void write_findings(struct jsonw *writer, const struct verdict *verdict)
{
	jsonw_key(writer, "findings");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < verdict->finding_count; i++)
		write_finding(writer, &verdict->findings[i]);
	jsonw_end_array(writer);
}

/* --- counts, rules, waivers --- */

static void write_levels(struct jsonw *writer, const char *key, const size_t counts[LEVEL_DENY + 1])
{
	jsonw_key(writer, key);
	jsonw_begin_flat_object(writer);
	for (size_t level = LEVEL_DENY + 1; level > 0; level--)
		json_field_size(writer, level_name((enum level)(level - 1)), counts[level - 1]);
	jsonw_end_object(writer);
}

static void write_counts(struct jsonw *writer, const struct verdict *verdict)
{
	write_levels(writer, "counts", verdict->counts);
	write_levels(writer, "left_out", verdict->left_out);
	json_field_size(writer, "undecided", verdict->undecided);
	json_field_size(writer, "waived", verdict->waived);
	json_field_size(writer, "overridden", verdict->overridden);
	json_field_size(writer, "rules", verdict->rules);
	json_field_size(writer, "rules_matched", verdict->rules_matched);
	json_field_size(writer, "resources", verdict->resources);
}

static void write_tallies(struct jsonw *writer, const struct verdict *verdict)
{
	jsonw_key(writer, "tallies");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < verdict->tally_count; i++) {
		const struct rule_tally *tally = &verdict->tallies[i];

		jsonw_begin_flat_object(writer);
		json_field_string(writer, "rule", tally->rule->id);
		jsonw_key(writer, "level");
		jsonw_c(writer, level_name(tally->rule->level));
		field_policy_place(writer, "place", &tally->rule->place);
		json_field_size(writer, "matched", tally->matched);
		json_field_size(writer, "passed", tally->passed);
		json_field_size(writer, "violated", tally->violated);
		json_field_size(writer, "undecided", tally->undecided);
		json_field_size(writer, "errors", tally->errors);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_waivers(struct jsonw *writer, const struct verdict *verdict)
{
	jsonw_key(writer, "waivers");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < verdict->waiver_count; i++) {
		const struct waiver_use *use = &verdict->waivers[i];

		jsonw_begin_flat_object(writer);
		jsonw_key(writer, "state");
		jsonw_c(writer, waiver_state_name(use->state));
		json_field_text(writer, "fault", use->fault);
		jsonw_field_bool(writer, "unverified", use->unverified);
		json_field_size(writer, "findings", use->findings);
		write_waiver_fields(writer, use->waiver);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_absorbed(struct jsonw *writer, const struct verdict *verdict)
{
	jsonw_key(writer, "absorbed_errors");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < verdict->absorbed_count; i++) {
		const struct absorbed_error *error = &verdict->absorbed[i];

		jsonw_begin_flat_object(writer);
		json_field_string(writer, "rule", error->rule->id);
		json_field_string(writer, "text", error->text);
		json_field_text(writer, "address", error->address);
		field_policy_place(writer, "place", &error->place);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

void verdict_write(struct jsonw *writer, const char *key, const struct verdict *verdict)
{
	jsonw_key(writer, key);
	if (!verdict->evaluated && verdict->withheld.len == 0) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_object(writer);
	write_findings(writer, verdict);
	jsonw_field_bool(writer, "denied", verdict->denied);
	json_field_text(writer, "reason", verdict->reason);
	json_field_text(writer, "withheld", verdict->withheld);
	jsonw_field_bool(writer, "nothing_evaluated", verdict->nothing_evaluated);
	json_field_text(writer, "break_glass", verdict->break_glass);
	json_field_text(writer, "trusted_source", verdict->trusted_source);
	json_field_text(writer, "head_source", verdict->head_source);
	write_counts(writer, verdict);
	field_list(writer, "notes", verdict->notes, verdict->note_count);
	write_waivers(writer, verdict);
	write_tallies(writer, verdict);
	write_absorbed(writer, verdict);
	jsonw_end_object(writer);
}
