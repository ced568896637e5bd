/* docs/schema/outcome.json, `attribute`. */
#include "report/attribute_json.h"

#include "report/json_fields.h"

static const char *const difference_names[] = {
    [DIFFERENCE_ADDED] = "added",
    [DIFFERENCE_REMOVED] = "removed",
    [DIFFERENCE_CHANGED] = "changed",
};

static const char *const view_names[] = {
    [DIFF_VALUES] = "values",
    [DIFF_LINES] = "lines",
    [DIFF_MEMBERS] = "members",
    [DIFF_STATEMENTS] = "statements",
    [DIFF_RULES] = "rules",
};

static const char *const part_names[] = {
    [PART_SAME] = "same",
    [PART_GAP] = "gap",
    [PART_ADDED] = "added",
    [PART_REMOVED] = "removed",
    [PART_CHANGED] = "changed",
    [PART_REMARK] = "remark",
};

/* --- values: as in Terraform's JSON, what is hidden or unknown is null and told beside --- */

static bool holds_kind(const struct value *value, enum value_kind kind)
{
	if (value->kind == kind)
		return true;
	if (value->kind == VALUE_LIST) {
		for (size_t i = 0; i < value->len; i++) {
			if (holds_kind(&value->as.items[i], kind))
				return true;
		}
	}
	if (value->kind == VALUE_MAP) {
		for (size_t i = 0; i < value->len; i++) {
			if (holds_kind(&value->as.entries[i].value, kind))
				return true;
		}
	}
	return false;
}

static void write_value(struct jsonw *writer, const struct value *value)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_HIDDEN:
	case VALUE_UNKNOWN:
		jsonw_null(writer);
		break;
	case VALUE_LIST:
		jsonw_begin_flat_array(writer);
		for (size_t i = 0; i < value->len; i++)
			write_value(writer, &value->as.items[i]);
		jsonw_end_array(writer);
		break;
	case VALUE_MAP:
		jsonw_begin_flat_object(writer);
		for (size_t i = 0; i < value->len; i++) {
			jsonw_key_str(writer, value_text(value->as.entries[i].key));
			write_value(writer, &value->as.entries[i].value);
		}
		jsonw_end_object(writer);
		break;
	case VALUE_NULL:
	case VALUE_BOOL:
	case VALUE_INT:
	case VALUE_NUMBER:
	case VALUE_STRING:
		jsonw_value(writer, *value);
		break;
	}
}

/* true where the value is of the kind; maps have only the keys that hold it, lists all places. */
static void write_places(struct jsonw *writer, const struct value *value, enum value_kind kind)
{
	if (value->kind == VALUE_LIST) {
		jsonw_begin_flat_array(writer);
		for (size_t i = 0; i < value->len; i++)
			write_places(writer, &value->as.items[i], kind);
		jsonw_end_array(writer);
	} else if (value->kind == VALUE_MAP) {
		jsonw_begin_flat_object(writer);
		for (size_t i = 0; i < value->len; i++) {
			const struct value_entry *entry = &value->as.entries[i];

			if (!holds_kind(&entry->value, kind))
				continue;
			jsonw_key_str(writer, value_text(entry->key));
			write_places(writer, &entry->value, kind);
		}
		jsonw_end_object(writer);
	} else {
		jsonw_bool(writer, value->kind == kind);
	}
}

static void field_places(
    struct jsonw *writer, const char *key, const struct shown *shown, enum value_kind kind)
{
	if (!holds_kind(&shown->value, kind))
		return;
	jsonw_key(writer, key);
	write_places(writer, &shown->value, kind);
}

static void write_part(struct jsonw *writer, const struct diff_part *part)
{
	jsonw_begin_flat_object(writer);
	jsonw_key(writer, "mark");
	jsonw_c(writer, part_names[part->mark]);
	if (part->level > 0)
		jsonw_field_int(writer, "level", part->level);
	jsonw_key(writer, "cells");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; i < part->cell_count; i++)
		jsonw_str(writer, part->cells[i]);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static void write_parts(struct jsonw *writer, const struct attribute_change *row)
{
	jsonw_key(writer, "parts");
	jsonw_begin_flat_array(writer);
	for (size_t i = 0; i < row->part_count; i++)
		write_part(writer, &row->parts[i]);
	jsonw_end_array(writer);
	if (row->parts_left_out > 0)
		json_field_size(writer, "parts_left_out", row->parts_left_out);
}

static void write_sides(struct jsonw *writer, const struct attribute_change *row)
{
	jsonw_key(writer, "before");
	write_value(writer, &row->before.value);
	jsonw_key(writer, "after");
	write_value(writer, &row->after.value);
	field_places(writer, "before_sensitive", &row->before, VALUE_HIDDEN);
	field_places(writer, "after_sensitive", &row->after, VALUE_HIDDEN);
	field_places(writer, "after_unknown", &row->after, VALUE_UNKNOWN);
	if (row->origin.len > 0)
		json_field_string(writer, "origin", row->origin);
}

void attribute_write(struct jsonw *writer, const struct attribute_change *row)
{
	jsonw_begin_flat_object(writer);
	json_field_string(writer, "path", row->path);
	jsonw_key(writer, "difference");
	jsonw_c(writer, difference_names[row->difference]);
	if (row->forces_replacement)
		jsonw_field_bool(writer, "forces_replacement", true);
	if (row->in_text)
		jsonw_field_bool(writer, "in_text", true);
	if (row->decoded)
		jsonw_field_bool(writer, "decoded", true);
	if (row->noise.len > 0)
		json_field_string(writer, "noise", row->noise);
	if (row->has_values && row->view == DIFF_VALUES) {
		write_sides(writer, row);
	} else if (row->has_values) {
		jsonw_key(writer, "view");
		jsonw_c(writer, view_names[row->view]);
		write_parts(writer, row);
	}
	jsonw_end_object(writer);
}
