#include "report/hide.h"

#include "base/ahead_select.h"
#include "base/arena.h"
#include "parser/detectors.h"
#include "policies/release.h"
#include "policies/template.h"

struct hiding {
	struct arena *arena;
	const struct secrets *secrets;
	const struct detectors *detectors;
};

/* Literal secrets, and what has the shape of one. */
static struct str hide_text(const struct hiding *hiding, struct str text)
{
	if (text.len == 0)
		return text;
	text = secrets_hide(hiding->arena, hiding->secrets, text);
	return detectors_hide(hiding->arena, hiding->detectors, text);
}

/* Of what was made from shown values the detectors have seen the whole already. */
static struct str hide_literals(const struct hiding *hiding, struct str text)
{
	return text.len == 0 ? text : secrets_hide(hiding->arena, hiding->secrets, text);
}

/* An address, the name of an output, a path. */
static struct str hide_name(const struct hiding *hiding, struct str name)
{
	if (name.len == 0)
		return name;
	name = secrets_hide_name(hiding->arena, hiding->secrets, name);
	return detectors_hide(hiding->arena, hiding->detectors, name);
}

/* --- changes --- */

/* Hiding gives another kind, or another list or map around it. */
static bool is_same(struct value a, struct value b)
{
	bool container = a.kind == VALUE_LIST || a.kind == VALUE_MAP;

	return a.kind == b.kind && (!container || a.as.items == b.as.items);
}

static const struct str *hide_in_cells(const struct hiding *hiding, const struct diff_part *part)
{
	struct str *copies = NULL;

	for (size_t i = 0; i < part->cell_count; i++) {
		struct str cell = hide_literals(hiding, part->cells[i]);

		if (cell.ptr == part->cells[i].ptr)
			continue;
		if (!copies) {
			copies = arena_array(hiding->arena, struct str, part->cell_count);
			memcpy(copies, part->cells, part->cell_count * sizeof(*copies));
		}
		copies[i] = cell;
	}
	return copies ? copies : part->cells;
}

static const struct diff_part *hide_in_parts(
    const struct hiding *hiding, const struct attribute_change *attribute)
{
	struct diff_part *copies = NULL;

	for (size_t i = 0; i < attribute->part_count; i++) {
		const struct str *cells = hide_in_cells(hiding, &attribute->parts[i]);

		if (cells == attribute->parts[i].cells)
			continue;
		if (!copies) {
			copies =
			    arena_array(hiding->arena, struct diff_part, attribute->part_count);
			memcpy(copies, attribute->parts, attribute->part_count * sizeof(*copies));
		}
		copies[i].cells = cells;
	}
	return copies ? copies : attribute->parts;
}

/* Names are no values, but for what items of lists are known by: container[name="web"]. */
static struct str hide_in_path(const struct hiding *hiding, struct str path)
{
	size_t at;

	path = secrets_hide_name(hiding->arena, hiding->secrets, path);
	return str_find_char(path, '=', &at) ? hide_literals(hiding, path) : path;
}

static bool attribute_is_clean(const struct hiding *hiding, struct attribute_change *attribute)
{
	struct attribute_change was = *attribute;

	if (!was.has_values) {
		attribute->path = hide_in_path(hiding, was.path);
		return attribute->path.ptr == was.path.ptr;
	}
	attribute->before = secrets_hide_value(hiding->arena, hiding->secrets, was.before);
	attribute->after = secrets_hide_value(hiding->arena, hiding->secrets, was.after);
	attribute->parts = hide_in_parts(hiding, &was);
	attribute->origin = hide_literals(hiding, was.origin);
	attribute->path = hide_in_path(hiding, was.path);
	return is_same(attribute->before.value, was.before.value) &&
	       is_same(attribute->after.value, was.after.value) && attribute->parts == was.parts &&
	       attribute->origin.ptr == was.origin.ptr && attribute->path.ptr == was.path.ptr;
}

static void hide_in_attributes(const struct hiding *hiding, struct outcome_change *change)
{
	struct attribute_change *copies = NULL;

	for (size_t i = 0; i < change->attribute_count; i++) {
		struct attribute_change attribute = change->attributes[i];

		if (attribute_is_clean(hiding, &attribute))
			continue;
		if (!copies) {
			copies = arena_array(
			    hiding->arena, struct attribute_change, change->attribute_count);
			memcpy(
			    copies, change->attributes, change->attribute_count * sizeof(*copies));
		}
		copies[i] = attribute;
	}
	if (copies)
		change->attributes = copies;
}

/* What a change is called. True: there was nothing in it. */
static bool head_is_clean(const struct hiding *hiding, struct change_head *head)
{
	const struct change_head was = *head;

	head->address = hide_name(hiding, was.address);
	head->previous_address = hide_name(hiding, was.previous_address);
	head->reason = hide_name(hiding, was.reason);
	if (head->address.ptr == was.address.ptr)
		return head->previous_address.ptr == was.previous_address.ptr &&
		       head->reason.ptr == was.reason.ptr;
	head->module = hide_name(hiding, was.module);
	if (str_eq(was.name, was.address)) /* of an output */
		head->name = head->address;
	if (was.index.kind == VALUE_STRING)
		head->index = value_string(hide_name(hiding, value_text(was.index)));
	return false;
}

static bool row_is_clean(const struct hiding *hiding, struct outcome_change *row)
{
	const struct outcome_change was = *row;

	row->body = hide_text(hiding, was.body);
	row->head.import_id = hide_text(hiding, was.head.import_id);
	hide_in_attributes(hiding, row);
	return head_is_clean(hiding, &row->head) && row->attributes == was.attributes &&
	       row->body.ptr == was.body.ptr && row->head.import_id.ptr == was.head.import_id.ptr;
}

struct row_search {
	struct hiding hiding;
	const struct outcome_change *rows;
};

/* An ahead_test. Nearly none does. */
static bool row_holds_secret(const void *context, struct arena *scratch, size_t i)
{
	const struct row_search *search = context;
	struct hiding hiding = search->hiding;
	struct outcome_change row = search->rows[i];

	hiding.arena = scratch;
	return !row_is_clean(&hiding, &row);
}

void outcome_hide_in_rows(struct arena *arena, const struct secrets *secrets,
    const struct detectors *detectors, const struct own_rows *own)
{
	const struct row_search search = {{arena, secrets, detectors}, own->rows};
	struct arena *temp CLEANUP(arena_free_ptr) = arena_new();
	const bool *found = ahead_select(temp, own->count, row_holds_secret, &search);

	for (size_t i = 0; i < own->count; i++) {
		struct outcome_change *row = &own->rows[i];
		const struct outcome_change was = *row;

		if (!found[i])
			continue;
		(void)!row_is_clean(&search.hiding, row);
		if (row->attributes != was.attributes ||
		    row->head.import_id.ptr != was.head.import_id.ptr)
			own->changed(own->context, &was);
	}
}

/* --- the rest --- */

static void hide_in_diagnostics(const struct hiding *hiding, struct outcome *outcome)
{
	struct diagnostic *copies =
	    arena_array(hiding->arena, struct diagnostic, outcome->diagnostic_count);

	for (size_t i = 0; i < outcome->diagnostic_count; i++) {
		copies[i] = outcome->diagnostics[i];
		copies[i].summary = hide_text(hiding, copies[i].summary);
		copies[i].detail = hide_text(hiding, copies[i].detail);
		copies[i].address = hide_name(hiding, copies[i].address);
	}
	outcome->diagnostics = copies;
}

static void hide_in_checks(const struct hiding *hiding, struct outcome *outcome)
{
	struct plan_check *copies =
	    arena_array(hiding->arena, struct plan_check, outcome->check_count);

	for (size_t i = 0; i < outcome->check_count; i++) {
		copies[i] = outcome->checks[i];
		copies[i].problem = hide_text(hiding, copies[i].problem);
		copies[i].address = hide_name(hiding, copies[i].address);
	}
	outcome->checks = copies;
}

static const struct str *hide_names(
    const struct hiding *hiding, const struct str *names, size_t count)
{
	struct str *copies = arena_array(hiding->arena, struct str, count);

	for (size_t i = 0; i < count; i++)
		copies[i] = hide_name(hiding, names[i]);
	return copies;
}

/* By these names the rows are found, which are hidden in the same way. */
static void hide_in_steps(const struct hiding *hiding, struct outcome *outcome)
{
	struct apply_step *steps =
	    arena_array(hiding->arena, struct apply_step, outcome->apply.step_count);
	struct action_invocation *invocations =
	    arena_array(hiding->arena, struct action_invocation, outcome->invocation_count);

	for (size_t i = 0; i < outcome->apply.step_count; i++) {
		steps[i] = outcome->apply.steps[i];
		steps[i].address = hide_name(hiding, steps[i].address);
	}
	outcome->apply.steps = steps;
	for (size_t i = 0; i < outcome->invocation_count; i++) {
		invocations[i] = outcome->invocations[i];
		invocations[i].address = hide_name(hiding, invocations[i].address);
		invocations[i].trigger = hide_name(hiding, invocations[i].trigger);
	}
	outcome->invocations = invocations;
}

/* What makes a text printable and short enough can take a secret apart: it is hidden before. */
static struct str hide_in_message(const struct hiding *hiding, struct str shown, struct str made)
{
	if (made.len > 0 && !str_eq(shown, made))
		shown = template_printable(hiding->arena, hide_text(hiding, made));
	return hide_text(hiding, shown);
}

/* People write them, but an environment that holds a value says that nobody shall see it. */
static void hide_in_waiver(
    const struct hiding *hiding, struct verdict *verdict, struct waiver_use *use)
{
	const struct waiver *was = use->waiver;
	struct waiver hidden = *was;
	struct waiver *copy;

	use->fault = hide_text(hiding, use->fault);
	hidden.resource = hide_name(hiding, was->resource);
	hidden.reason = hide_text(hiding, was->reason);
	hidden.ticket = hide_text(hiding, was->ticket);
	if (hidden.resource.ptr == was->resource.ptr && hidden.reason.ptr == was->reason.ptr &&
	    hidden.ticket.ptr == was->ticket.ptr)
		return;
	copy = arena_make(hiding->arena, struct waiver);
	*copy = hidden;
	use->waiver = copy;
	for (size_t i = 0; i < verdict->finding_count; i++) {
		if (verdict->findings[i].waiver == was)
			verdict->findings[i].waiver = copy;
	}
}

static void hide_in_absorbed(const struct hiding *hiding, struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->absorbed_count; i++) {
		struct absorbed_error *error = &verdict->absorbed[i];

		error->text = hide_text(hiding, error->text);
		error->address = hide_name(hiding, error->address);
	}
}

/* The hint holds the address again, quoted. */
static void hide_in_address(const struct hiding *hiding, struct finding *finding)
{
	struct str hidden = hide_name(hiding, finding->address);

	if (hidden.ptr != finding->address.ptr)
		finding->release = finding_release_about(hiding->arena, finding, hidden);
	finding->release = hide_text(hiding, finding->release);
	finding->address = hidden;
}

/* Messages are made of shown values, but a secret can stand where the plan does not mark it. */
static void hide_in_verdict(const struct hiding *hiding, struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		struct finding *finding = &verdict->findings[i];

		finding->message = hide_in_message(hiding, finding->message, finding->message_made);
		finding->remediation =
		    hide_in_message(hiding, finding->remediation, finding->remediation_made);
		finding->item = hide_text(hiding, finding->item);
		if (finding->kind == FINDING_IMPORTED) { /* those of a policy are its own words */
			finding->title = hide_text(hiding, finding->title);
			finding->description = hide_text(hiding, finding->description);
		}
		hide_in_address(hiding, finding);
		if (secrets_are_in(hiding->secrets, finding->value_texts))
			finding->value_fingerprint = STR_EMPTY;
		finding->paths = hide_names(hiding, finding->paths, finding->path_count);
		finding->causes = hide_names(hiding, finding->causes, finding->cause_count);
	}
	for (size_t i = 0; i < verdict->waiver_count; i++)
		hide_in_waiver(hiding, verdict, &verdict->waivers[i]);
	hide_in_absorbed(hiding, verdict);
	verdict->break_glass = hide_text(hiding, verdict->break_glass);
}

void outcome_hide_rest(struct arena *arena, const struct secrets *secrets, struct outcome *outcome)
{
	const struct hiding hiding = {arena, secrets, outcome->detectors};
	struct str *const texts[] = {&outcome->text.summary_line, &outcome->text.changes,
	    &outcome->text.outside, &outcome->text.errors, &outcome->text.warnings, &outcome->tail,
	    &outcome->exit_reason, &outcome->problem};

	hide_in_diagnostics(&hiding, outcome);
	hide_in_checks(&hiding, outcome);
	hide_in_steps(&hiding, outcome);
	hide_in_verdict(&hiding, &outcome->verdict);
	hide_in_verdict(&hiding, &outcome->after_apply);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = hide_text(&hiding, *texts[i]);
}
