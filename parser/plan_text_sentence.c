#include "parser/plan_text.h"

#define SENTENCE_MIN 6 /* "Plan: " */
#define RULE_MIN \
	20 /* bytes of a line made of one sign; Terraform's have 72 columns or the terminal's */

static void note_tool(struct text_reader *reader, struct str line)
{
	if (str_contains(line, STR("OpenTofu")))
		reader->build.plan->tool = TOOL_OPENTOFU;
}

static void read_nothing(struct text_reader *reader, struct str line)
{
	note_tool(reader, line);
}

static void begin_plan(struct text_reader *reader, struct str line)
{
	note_tool(reader, line);
	text_close_parts(reader);
	reader->zone = ZONE_PLAN;
	reader->legacy = true;
}

/* "Terraform will perform the following actions:" */
static void read_announcement(struct text_reader *reader, struct str line)
{
	begin_plan(reader, line);
	reader->announced = true;
}

/* Terraform up to 0.11 lists the changes below these; later it says them behind the plan. */
static void read_saved(struct text_reader *reader, struct str line)
{
	(void)line;
	if (reader->totals.plans == 0 && reader->build.rows[CHANGES_RESOURCE].count == 0)
		reader->legacy = true;
}

static void read_errored(struct text_reader *reader, struct str line)
{
	begin_plan(reader, line);
	reader->build.plan->errored = true;
}

static void read_no_changes(struct text_reader *reader, struct str line)
{
	if (reader->zone != ZONE_PLAN)
		text_close_parts(reader);
	reader->zone = ZONE_PLAN;
	reader->totals.empty++;
	if (reader->totals.plans == 0)
		reader->result_line = str_trim(line);
	if (str_contains(line, STR("No objects need to be destroyed")))
		reader->build.plan->destroy_mode = true;
	/* Only -refresh-only says "still"; an ordinary plan "matches the configuration". */
	if (str_contains(line, STR("Your infrastructure still matches")))
		reader->build.plan->refresh_only = true;
	text_forget_reads(reader);
}

static void begin_outside(struct text_reader *reader, struct str line)
{
	note_tool(reader, line);
	text_close_parts(reader);
	reader->zone = ZONE_OUTSIDE;
	text_extend(reader, &reader->outside, line.ptr);
}

static void read_partial(struct text_reader *reader, struct str line)
{
	note_tool(reader, line);
	text_close_parts(reader);
	reader->zone = ZONE_DEFERRED;
	reader->settled = true;
}

/* "No current changes. This plan requires another plan to be applied first." */
static void read_no_current(struct text_reader *reader, struct str line)
{
	read_partial(reader, line);
	if (reader->totals.plans == 0)
		reader->result_line = str_trim(line);
}

/* The paragraph that closes the list of objects changed outside; it may be wrapped. */
static void read_outside_end(struct text_reader *reader, struct str line)
{
	struct str next;

	while (text_peek(reader, &next) && next.len > 0 && !text_is_rule(next))
		(void)text_next(reader, &next);
	if (reader->outside.start)
		text_extend(reader, &reader->outside, line.ptr);
	note_tool(reader, line);
}

static void read_refresh_only(struct text_reader *reader, struct str line)
{
	read_outside_end(reader, line);
	reader->build.plan->refresh_only = true;
	reader->settled = true;
}

/* What follows the result or asks for consent in the mode -refresh-only. */
static void read_refresh_mode(struct text_reader *reader, struct str line)
{
	note_tool(reader, line);
	reader->build.plan->refresh_only = true;
}

/* "You can apply this plan to save these new output values to the Terraform state, ..." */
static void read_outputs_only(struct text_reader *reader, struct str line)
{
	note_tool(reader, line);
	reader->settled = true;
	text_forget_reads(reader);
}

static void read_version(struct text_reader *reader, struct str line)
{
	size_t at, len = 0;
	struct str version;

	note_tool(reader, line);
	if (!str_find(line, STR(" v"), &at))
		return;
	version = str_skip(line, at + 2);
	while (len < version.len && version.ptr[len] != ' ')
		len++;
	version.len = len;
	if (version.len > 0 && version.ptr[0] >= '0' && version.ptr[0] <= '9')
		reader->build.plan->tool_version = version;
}

static void read_failed(struct text_reader *reader, struct str line)
{
	const struct diagnostic *known = reader->build.diagnostics.items;

	for (size_t i = 0; i < reader->build.diagnostics.count; i++) {
		if (known[i].severity == SEVERITY_ERROR)
			return;
	}
	text_add_error(reader, str_trim(line));
}

static void read_cancelled(struct text_reader *reader, struct str line)
{
	reader->applied = true;
	plan_build_note(&reader->build, "%.*s", STR_ARG(str_trim(line)));
}

static void read_destroy_prompt(struct text_reader *reader, struct str line)
{
	(void)line;
	reader->build.plan->destroy_mode = true;
}

/*
 * Only beginnings: the rest may be wrapped, at whatever width the terminal had. Those that end no
 * diagnostic may stand in the text of one (a provisioner's output is quoted in its error).
 */
static const struct sentence sentences[] = {
    {STR_INIT("Note: You didn't specify an \"-out\""), read_saved, ENDS_WARNING},
    {STR_INIT("Path: "), read_saved, ENDS_NOTHING},
    {STR_INIT("Plan: "), text_read_plan_line, ENDS_NOTHING},
    {STR_INIT("No changes. "), read_no_changes, ENDS_WARNING},
    {STR_INIT("This plan does nothing"), read_no_changes, ENDS_WARNING},
    {STR_INIT("No current changes. "), read_no_current, ENDS_WARNING},
    {STR_INIT("Changes to Outputs:"), text_read_output_changes, ENDS_WARNING},
    {STR_INIT("Outputs:"), text_read_output_values, ENDS_NOTHING},
    {STR_INIT("Apply complete!"), text_read_complete, ENDS_WARNING},
    {STR_INIT("Destroy complete!"), text_read_complete, ENDS_WARNING},
    {STR_INIT("Apply cancelled"), read_cancelled, ENDS_WARNING},
    {STR_INIT("Destroy cancelled"), read_cancelled, ENDS_WARNING},
    {STR_INIT("Note: Objects have changed outside of"), begin_outside, ENDS_ANY},
    {STR_INIT("Note: This is a partial plan"), read_partial, ENDS_ANY},
    {STR_INIT("Unless you have made equivalent"), read_outside_end, ENDS_WARNING},
    {STR_INIT("This is a refresh-only plan"), read_refresh_only, ENDS_WARNING},
    {STR_INIT("You can apply this plan to save"), read_outputs_only, ENDS_WARNING},
    {STR_INIT("Terraform used the selected"), begin_plan, ENDS_ANY},
    {STR_INIT("OpenTofu used the selected"), begin_plan, ENDS_ANY},
    {STR_INIT("An execution plan has been generated"), begin_plan, ENDS_ANY},
    {STR_INIT("Terraform will perform the following"), read_announcement, ENDS_WARNING},
    {STR_INIT("OpenTofu will perform the following"), read_announcement, ENDS_WARNING},
    {STR_INIT("Terraform planned the following"), read_errored, ENDS_WARNING},
    {STR_INIT("OpenTofu planned the following"), read_errored, ENDS_WARNING},
    {STR_INIT("Planning failed. "), read_errored, ENDS_WARNING},
    {STR_INIT("Terraform will invoke the following"), read_nothing, ENDS_WARNING},
    {STR_INIT("OpenTofu will invoke the following"), read_nothing, ENDS_WARNING},
    {STR_INIT("Terraform v"), read_version, ENDS_ANY},
    {STR_INIT("OpenTofu v"), read_version, ENDS_ANY},
    {STR_INIT("OpenTofu has compared your"), read_nothing, ENDS_WARNING},
    {STR_INIT("OpenTofu has checked that"), read_refresh_mode, ENDS_WARNING},
    {STR_INIT("Terraform has checked that the real"), read_refresh_mode, ENDS_WARNING},
    {STR_INIT("Would you like to update the "), read_refresh_mode, ENDS_WARNING},
    {STR_INIT("OpenTofu has been successfully"), read_nothing, ENDS_ANY},
    {STR_INIT("Terraform has been successfully"), read_nothing, ENDS_ANY},
    {STR_INIT("Operation failed: "), read_failed, ENDS_ANY},
    {STR_INIT("Do you want to perform these actions"), read_nothing, ENDS_WARNING},
    {STR_INIT("Do you really want to destroy"), read_destroy_prompt, ENDS_WARNING},
    {STR_INIT("Warnings:"), text_read_compact_warnings, ENDS_NOTHING},
    {STR_INIT("Action started: "), text_read_action_progress, ENDS_WARNING},
    {STR_INIT("Action complete: "), text_read_action_progress, ENDS_WARNING},
    {STR_INIT("Action failed: "), text_read_action_progress, ENDS_WARNING},
    {STR_INIT("Initializing the backend"), read_nothing, ENDS_ANY},
    {STR_INIT("Initializing modules..."), read_nothing, ENDS_ANY},
    {STR_INIT("Initializing provider plugins"), read_nothing, ENDS_ANY},
    {STR_INIT("Refreshing Terraform state in-memory"), read_nothing, ENDS_ANY},
    {STR_INIT("Acquiring state lock"), read_nothing, ENDS_ANY},
    {STR_INIT("Releasing state lock"), read_nothing, ENDS_ANY},
    {STR_INIT("Saved the plan to: "), read_nothing, ENDS_WARNING},
    {STR_INIT("Running plan in "), read_nothing, ENDS_ANY},
    {STR_INIT("Running apply in "), read_nothing, ENDS_ANY},
    {STR_INIT("Success! "), read_nothing, ENDS_WARNING},
    {STR_INIT("Cost Estimation:"), read_nothing, ENDS_ANY},
    {STR_INIT("Organization Policy Check:"), read_nothing, ENDS_ANY},
    {STR_INIT("OPA Policy Evaluation"), read_nothing, ENDS_ANY},
    {STR_INIT("Sentinel Result: "), read_nothing, ENDS_ANY},
};

const struct sentence *sentence_find(struct str line)
{
	char first;

	if (line.len < SENTENCE_MIN || line.ptr[0] < 'A' || line.ptr[0] > 'Z')
		return NULL;
	first = line.ptr[0];
	for (size_t i = 0; i < ARRAY_LEN(sentences); i++) {
		if (sentences[i].begin.ptr[0] == first && str_starts(line, sentences[i].begin))
			return &sentences[i];
	}
	return NULL;
}

bool text_is_rule(struct str line)
{
	const struct str signs[] = {STR("─"), STR("-")};

	if (line.len < RULE_MIN || !(line.ptr[0] == '-' || line.ptr[0] == signs[0].ptr[0]))
		return false;
	line = str_trim_end(line);
	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		struct str rest = line;

		while (str_eat(&rest, signs[i]))
			;
		if (line.len >= RULE_MIN && rest.len == 0)
			return true;
	}
	return false;
}
