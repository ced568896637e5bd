/* render_json(): docs/schema/outcome.json, docs/report.md. Declared in render.h. */
#include "report/render.h"

#include <time.h>

#include "base/ahead.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"
#include "report/attribute_json.h"
#include "report/json_fields.h"
#include "report/verdict_json.h"

static const char *const apply_state_names[] = {
    [APPLY_STARTED] = "started",
    [APPLY_DONE] = "done",
    [APPLY_FAILED] = "failed",
};

/* --- changes --- */

static void write_words(struct jsonw *writer, struct str words)
{
	struct str word;

	jsonw_begin_flat_array(writer);
	while (str_split(&words, ',', &word))
		jsonw_str(writer, word);
	jsonw_end_array(writer);
}

static void write_import(struct jsonw *writer, const struct change_head *head)
{
	jsonw_key(writer, "importing");
	if (!head->importing) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	json_field_text(writer, "id", head->import_id);
	jsonw_field_bool(writer, "generated_config", head->generated_config);
	jsonw_end_object(writer);
}

/* 24 bytes in base64url, written here because nothing may be allocated. */
static void write_leaf(struct jsonw *writer, const struct change_leaf *leaf)
{
	char text[LEAF_TEXT_LEN];

	jsonw_key(writer, "leaf");
	if (!leaf) {
		jsonw_null(writer);
		return;
	}
	leaf_letters(leaf, text);
	jsonw_str(writer, (struct str){text, sizeof(text)});
}

static void write_attributes(struct jsonw *writer, const struct outcome_change *change)
{
	write_leaf(writer, change->leaf);
	jsonw_field_bool(writer, "has_values", change->has_values);
	jsonw_key(writer, "attributes");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; i < change->attribute_count; i++)
		attribute_write(writer, &change->attributes[i]);
	jsonw_end_array(writer);
	json_field_size(writer, "attributes_left_out", change->attributes_left_out);
	json_field_text(writer, "body", change->body);
}

static void write_change(struct jsonw *writer, const struct outcome_change *change)
{
	const struct change_head *head = &change->head;

	jsonw_begin_flat_object(writer);
	json_field_string(writer, "address", head->address);
	json_field_text(writer, "deposed", head->deposed);
	jsonw_key(writer, "action");
	jsonw_c(writer, action_name(head->action));
	jsonw_key(writer, "actions");
	write_words(writer, head->action_text);
	json_field_text(writer, "mode", head->mode);
	json_field_text(writer, "type", head->type);
	json_field_text(writer, "name", head->name);
	jsonw_key(writer, "index");
	jsonw_value(writer, head->index);
	json_field_text(writer, "module", head->module);
	json_field_text(writer, "provider", head->provider);
	json_field_text(writer, "previous_address", head->previous_address);
	json_field_text(writer, "reason", head->reason);
	write_import(writer, head);
	write_attributes(writer, change);
	jsonw_end_object(writer);
}

static bool is_sensitive_output(const struct outcome_change *output)
{
	bool hidden = output->head.sensitive_output;

	for (size_t i = 0; i < output->attribute_count && !hidden; i++)
		hidden = output->attributes[i].before.value.kind == VALUE_HIDDEN ||
			 output->attributes[i].after.value.kind == VALUE_HIDDEN;
	return hidden;
}

static void write_output(struct jsonw *writer, const struct outcome_change *output)
{
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "name", output->head.address);
	jsonw_key(writer, "action");
	jsonw_c(writer, action_name(output->head.action));
	jsonw_key(writer, "actions");
	write_words(writer, output->head.action_text);
	jsonw_field_bool(writer, "sensitive", is_sensitive_output(output));
	write_attributes(writer, output);
	jsonw_end_object(writer);
}

static void write_rows(struct jsonw *writer, const char *key,
    void (*write)(struct jsonw *writer, const struct outcome_change *row),
    const struct outcome_change *rows, size_t count)
{
	jsonw_key(writer, key);
	jsonw_begin_array(writer);
	for (size_t i = 0; i < count; i++)
		write(writer, &rows[i]);
	jsonw_end_array(writer);
}

/* --- changes of a large plan: two threads write them --- */

#define ROWS_A_BATCH ((size_t)256)
/* Below it a second thread does not pay. */
#define MANY_ROWS ((size_t)2000)

struct row_parts {
	struct jsonw writer; /* as it stands at the beginning: nobody writes with it */
	const struct outcome_change *rows;
	size_t count;
};

/* An ahead_step. */
static bool make_part(void *context, struct ahead_batch *batch, struct err *err)
{
	const struct row_parts *parts = context;
	size_t first = batch->number * ROWS_A_BATCH;
	size_t end = size_min(parts->count, first + ROWS_A_BATCH);
	struct buf *text = arena_make(batch->arena, struct buf);
	struct sink sink;
	struct jsonw writer;

	buf_init(text, batch->arena, SIZE_MAX);
	sink_to_buf_by_blocks(&sink, batch->arena, text);
	writer = jsonw_part(&parts->writer, &sink, first == 0);
	for (size_t i = first; i < end; i++)
		write_change(&writer, &parts->rows[i]);
	batch->made = text;
	batch->is_last = end >= parts->count;
	return sink_finish(&sink, err);
}

static void write_changes(struct jsonw *writer, const struct outcome_change *changes, size_t count)
{
	struct arena *arena CLEANUP(arena_free_ptr) = NULL;
	struct row_parts parts = {.rows = changes, .count = count};
	struct ahead_work work = {.make = make_part, .context = &parts, .independent = true};
	struct ahead *ahead CLEANUP(ahead_stop_ptr) = NULL;
	const struct ahead_batch *batch;

	if (count < MANY_ROWS) {
		write_rows(writer, "changes", write_change, changes, count);
		return;
	}
	jsonw_key(writer, "changes");
	jsonw_begin_array(writer);
	parts.writer = *writer;
	arena = arena_new();
	ahead = ahead_start(arena, &work, true);
	do {
		batch = ahead_next(ahead);
		jsonw_add_part(writer, buf_str(batch->made));
	} while (!batch->is_last);
	jsonw_end_array(writer);
}

/* --- the other parts of the plan --- */

static void write_summary(struct jsonw *writer, const struct plan_summary *summary)
{
	jsonw_key(writer, "summary");
	jsonw_begin_flat_object(writer);
	json_field_size(writer, "import", summary->import);
	json_field_size(writer, "add", summary->add);
	json_field_size(writer, "change", summary->change);
	json_field_size(writer, "destroy", summary->destroy);
	json_field_size(writer, "forget", summary->forget);
	json_field_size(writer, "replace", summary->replace);
	json_field_size(writer, "move", summary->move);
	json_field_size(writer, "read", summary->read);
	json_field_size(writer, "no_op", summary->no_op);
	json_field_size(writer, "output", summary->output);
	json_field_size(writer, "drift", summary->drift);
	json_field_size(writer, "deferred", summary->deferred);
	json_field_size(writer, "invoke", summary->invoke);
	json_field_size(writer, "other", summary->other);
	jsonw_field_bool(writer, "known", summary->known);
	jsonw_end_object(writer);
}

static void write_diagnostics(struct jsonw *writer, const struct outcome *outcome)
{
	jsonw_key(writer, "diagnostics");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		const struct diagnostic *diagnostic = &outcome->diagnostics[i];

		jsonw_begin_flat_object(writer);
		jsonw_key(writer, "severity");
		jsonw_c(writer, severity_name(diagnostic->severity));
		json_field_string(writer, "summary", diagnostic->summary);
		json_field_text(writer, "detail", diagnostic->detail);
		json_field_text(writer, "address", diagnostic->address);
		json_field_text(writer, "file", diagnostic->file);
		jsonw_key(writer, "line");
		if (diagnostic->line > 0)
			jsonw_int(writer, diagnostic->line);
		else
			jsonw_null(writer);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_invocation(struct jsonw *writer, const struct action_invocation *invocation,
    const struct outcome_change *row)
{
	const struct outcome_change unknown = {.body = STR_EMPTY};

	jsonw_begin_flat_object(writer);
	json_field_string(writer, "address", invocation->address);
	json_field_text(writer, "type", invocation->type);
	json_field_text(writer, "trigger", invocation->trigger);
	write_attributes(writer, row ? row : &unknown);
	jsonw_end_object(writer);
}

static void write_invocations(struct jsonw *writer, const struct outcome *outcome)
{
	const struct outcome_change *rows = outcome->invocation_rows;

	jsonw_key(writer, "invocations");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < outcome->invocation_count; i++)
		write_invocation(writer, &outcome->invocations[i], rows ? &rows[i] : NULL);
	jsonw_end_array(writer);
}

static void write_checks(struct jsonw *writer, const struct outcome *outcome)
{
	jsonw_key(writer, "checks");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < outcome->check_count; i++) {
		jsonw_begin_flat_object(writer);
		json_field_string(writer, "address", outcome->checks[i].address);
		json_field_text(writer, "kind", outcome->checks[i].kind);
		json_field_text(writer, "status", outcome->checks[i].status);
		json_field_text(writer, "problem", outcome->checks[i].problem);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

static void write_notes(struct jsonw *writer, const struct outcome *outcome)
{
	jsonw_key(writer, "notes");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < outcome->note_count; i++)
		jsonw_str(writer, outcome->notes[i]);
	jsonw_end_array(writer);
}

static void write_apply_counts(struct jsonw *writer, const struct apply_report *apply)
{
	jsonw_key(writer, "summary");
	if (!apply->has_counts) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	json_field_size(writer, "import", apply->import);
	json_field_size(writer, "add", apply->add);
	json_field_size(writer, "change", apply->change);
	json_field_size(writer, "destroy", apply->destroy);
	json_field_size(writer, "forget", apply->forget);
	json_field_size(writer, "invoke", apply->invoke);
	jsonw_end_object(writer);
}

static void write_apply(struct jsonw *writer, const struct apply_report *apply)
{
	jsonw_key(writer, "apply");
	if (!apply->present) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_object(writer);
	jsonw_field_bool(writer, "complete", apply->complete);
	write_apply_counts(writer, apply);
	jsonw_key(writer, "steps");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < apply->step_count; i++) {
		jsonw_begin_flat_object(writer);
		json_field_string(writer, "address", apply->steps[i].address);
		jsonw_key(writer, "action");
		jsonw_c(writer, action_name(apply->steps[i].action));
		jsonw_key(writer, "state");
		jsonw_c(writer, apply_state_names[apply->steps[i].state]);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static void write_text(struct jsonw *writer, const struct plan_text_parts *text)
{
	jsonw_key(writer, "text");
	jsonw_begin_object(writer);
	json_field_text(writer, "summary_line", text->summary_line);
	json_field_text(writer, "changes", text->changes);
	json_field_text(writer, "outside", text->outside);
	json_field_text(writer, "errors", text->errors);
	json_field_text(writer, "warnings", text->warnings);
	jsonw_end_object(writer);
}

/* The summary comes first and the changes last: who reads in order can stop early. */
static void write_plan(struct jsonw *writer, const struct outcome *outcome)
{
	jsonw_key(writer, "plan");
	/* A run that failed before there was a plan still has a result. */
	if (!outcome->has_plan && outcome->result != PLAN_ERROR) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_object(writer);
	write_summary(writer, &outcome->summary);
	jsonw_key(writer, "result");
	jsonw_c(writer, plan_result_name(outcome->result));
	jsonw_key(writer, "form");
	jsonw_c(writer, plan_form_name(outcome->form));
	jsonw_key(writer, "tool");
	jsonw_c(writer, tool_name(outcome->tool));
	json_field_text(writer, "tool_version", outcome->tool_version);
	json_field_text(writer, "format_version", outcome->format_version);
	jsonw_field_bool(writer, "errored", outcome->errored);
	jsonw_field_bool(writer, "refresh_only", outcome->refresh_only);
	json_field_tristate(writer, "applyable", outcome->applyable);
	json_field_tristate(writer, "complete", outcome->complete);
	write_notes(writer, outcome);
	write_diagnostics(writer, outcome);
	write_checks(writer, outcome);
	write_invocations(writer, outcome);
	write_apply(writer, &outcome->apply);
	write_text(writer, &outcome->text);
	write_rows(writer, "outputs", write_output, outcome->outputs, outcome->output_count);
	write_rows(writer, "deferred", write_change, outcome->deferred, outcome->deferred_count);
	write_rows(writer, "drift", write_change, outcome->drift, outcome->drift_count);
	write_changes(writer, outcome->changes, outcome->change_count);
	jsonw_end_object(writer);
}

/* --- the run --- */

static void write_time(struct jsonw *writer, int64_t seconds)
{
	char text[64];
	time_t time = (time_t)seconds;
	struct tm parts;

	jsonw_key(writer, "time");
	if (seconds <= 0 || !gmtime_r(&time, &parts) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		jsonw_null(writer);
	else
		jsonw_c(writer, text);
}

static void write_fact(struct jsonw *writer, const char *name, const struct fact *fact)
{
	jsonw_key(writer, name);
	if (!fact_known(fact)) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "value", fact->value);
	json_field_string(writer, "origin", fact->origin);
	jsonw_end_object(writer);
}

static void write_facts(struct jsonw *writer, const struct facts *facts)
{
	jsonw_key(writer, "facts");
	jsonw_begin_object(writer);
	jsonw_field_bool(writer, "in_ci", facts->in_ci);
#define X(name, help) write_fact(writer, #name, &facts->name);
	FACTS(X)
#undef X
	jsonw_end_object(writer);
}

static void write_child(struct jsonw *writer, const struct child_facts *child)
{
	jsonw_key(writer, "child");
	if (!child->ran) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	json_field_text(writer, "command", child->command);
	jsonw_field_int(writer, "status", child->status);
	jsonw_key(writer, "signal");
	if (child->signal > 0)
		jsonw_int(writer, child->signal);
	else
		jsonw_null(writer);
	jsonw_field_int(writer, "duration_ms", (int64_t)child->duration_ms);
	jsonw_field_int(writer, "output_bytes", (int64_t)child->output_bytes);
	jsonw_field_bool(writer, "output_cut", child->output_cut);
	jsonw_end_object(writer);
}

static void write_exit(struct jsonw *writer, const struct outcome *outcome)
{
	jsonw_key(writer, "exit");
	jsonw_begin_flat_object(writer);
	jsonw_field_int(writer, "status", outcome->exit_status);
	json_field_text(writer, "reason", outcome->exit_reason);
	jsonw_field_bool(writer, "deferred", outcome->status_deferred);
	jsonw_end_object(writer);
}

static void write_fingerprint(struct jsonw *writer, const struct plan_fingerprint *fingerprint)
{
	jsonw_key(writer, "fingerprint");
	if (fingerprint->text.len == 0) {
		jsonw_null(writer);
		return;
	}
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "plan", fingerprint->text);
	json_field_size(writer, "leaves", fingerprint->count);
	json_field_size(writer, "hidden_keyed", fingerprint->hidden_keyed);
	json_field_size(writer, "hidden_left_out", fingerprint->hidden_left_out);
	json_field_text(writer, "key_id", fingerprint->key_id);
	jsonw_end_object(writer);
}

static void write_deliveries(struct jsonw *writer, const struct outcome *outcome)
{
	jsonw_key(writer, "deliveries");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < outcome->delivery_count; i++) {
		const struct delivery_record *record = &outcome->deliveries[i];

		jsonw_begin_flat_object(writer);
		json_field_string(writer, "channel", record->channel);
		jsonw_key(writer, "state");
		jsonw_c(writer, delivery_state_name(record->state));
		json_field_text(writer, "reason", record->reason);
		json_field_text(writer, "url", record->url);
		json_field_text(writer, "payload", record->payload);
		jsonw_end_object(writer);
	}
	jsonw_end_array(writer);
}

void render_json(const struct outcome *outcome, struct sink *sink)
{
	struct jsonw writer;

	jsonw_init(&writer, sink, 2);
	jsonw_begin_object(&writer);
	jsonw_field_str(&writer, "schema", STR(OUTCOME_SCHEMA));
	jsonw_field_int(&writer, "version", OUTCOME_VERSION);
	jsonw_key(&writer, "tfherald");
	jsonw_c(&writer, outcome->version);
	jsonw_key(&writer, "operation");
	jsonw_c(&writer, operation_name(outcome->facts.operation));
	write_time(&writer, outcome->facts.now);
	write_facts(&writer, &outcome->facts);
	write_child(&writer, &outcome->child);
	write_exit(&writer, outcome);
	verdict_write(&writer, "verdict", &outcome->verdict);
	verdict_write(&writer, "after_apply", &outcome->after_apply);
	write_fingerprint(&writer, &outcome->fingerprint);
	write_deliveries(&writer, outcome);
	json_field_text(&writer, "problem", outcome->problem);
	write_plan(&writer, outcome);
	jsonw_end_object(&writer);
	sink_add(sink, STR("\n"));
}

void render_json_change(const struct outcome_change *change, bool is_output, struct sink *sink)
{
	struct jsonw writer;

	jsonw_init(&writer, sink, 0);
	if (is_output)
		write_output(&writer, change);
	else
		write_change(&writer, change);
}

void render_json_invocation(
    const struct action_invocation *invocation, const struct outcome_change *row, struct sink *sink)
{
	struct jsonw writer;

	jsonw_init(&writer, sink, 0);
	write_invocation(&writer, invocation, row);
}
