#include "parser/plan_change.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"
#include "parser/canonical.h"
#include "parser/overlay.h"
#include "parser/redact.h"

/* An address is made of names; one that is longer is an attack on whoever prints it. */
#define ADDRESS_MAX ((size_t)64 << 10)

struct value change_record(enum change_set set, struct value element)
{
	const struct value *inner = NULL;

	if (set == CHANGES_DEFERRED)
		inner = value_get(element, STR("resource_change"));
	return inner ? *inner : element;
}

bool change_action_text(struct arena *arena, struct value actions, struct str *out, struct err *err)
{
	struct buf text;

	if (actions.kind != VALUE_LIST)
		return err_set(err, ERR_INVALID, "'actions' is a %s, expected a list of words",
		    value_kind_name(actions.kind));
	if (actions.len == 1 && actions.as.items[0].kind == VALUE_STRING) {
		*out = value_text(actions.as.items[0]);
		return true;
	}
	buf_init(&text, arena, ADDRESS_MAX);
	for (size_t i = 0; i < actions.len; i++) {
		if (actions.as.items[i].kind != VALUE_STRING)
			return err_set(err, ERR_INVALID, "'actions' holds a %s, expected words",
			    value_kind_name(actions.as.items[i].kind));
		if (i > 0)
			buf_addc(&text, ',');
		buf_add(&text, value_text(actions.as.items[i]));
	}
	if (!buf_finish(&text, out, err))
		return err_context(err, "'actions'");
	return true;
}

static void add_quoted(struct buf *out, struct str text)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, text.ptr[i]);
	}
	buf_addc(out, '"');
}

static void add_index(struct buf *out, struct value index)
{
	char digits[24];
	struct str number;

	if (value_as_number_text(index, digits, &number)) {
		buf_addc(out, '[');
		buf_add(out, number);
		buf_addc(out, ']');
	} else if (index.kind == VALUE_STRING) {
		buf_addc(out, '[');
		add_quoted(out, value_text(index));
		buf_addc(out, ']');
	}
}

/* Drift entries of Terraform 0.15 and plans cut down by others have no address: put it together. */
NODISCARD static bool build_address(
    struct arena *arena, const struct change_head *head, struct str *out, struct err *err)
{
	struct buf text;

	buf_init(&text, arena, ADDRESS_MAX);
	if (head->module.len > 0) {
		buf_add(&text, head->module);
		buf_addc(&text, '.');
	}
	if (str_is(head->mode, "data"))
		buf_adds(&text, "data.");
	buf_add(&text, head->type);
	buf_addc(&text, '.');
	buf_add(&text, head->name);
	add_index(&text, head->index);
	if (!buf_finish(&text, out, err))
		return err_context(err, "an address");
	return true;
}

/* "module.a.data.x.y": the mode of a record that does not tell it. */
static struct str mode_of_address(struct str address, struct str module)
{
	struct str rest = address;

	if (module.len > 0 && str_eat(&rest, module))
		(void)str_eat(&rest, STR("."));
	return str_starts(rest, STR("data.")) ? STR("data") : STR("managed");
}

/* Cannot be taken for a number, a word of JSON or several parts. */
static bool is_plain(struct str text)
{
	static const char *const words[] = {"true", "false", "null"};
	bool has_letter = false;

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is(text, words[i]))
			return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (strchr(" ,=\"\\()", text.ptr[i]))
			return false;
		has_letter = has_letter || !strchr("0123456789+-.eE", text.ptr[i]);
	}
	return has_letter;
}

static void add_scalar(struct buf *out, struct value value)
{
	char digits[24];
	struct str number;

	if (value.kind == VALUE_STRING && is_plain(value_text(value)))
		buf_add(out, value_text(value));
	else if (value.kind == VALUE_STRING)
		add_quoted(out, value_text(value));
	else if (value.kind == VALUE_BOOL)
		buf_adds(out, value.as.boolean ? "true" : "false");
	else if (value_as_number_text(value, digits, &number))
		buf_add(out, number);
	else
		buf_adds(out, "(...)");
}

/* {"account":"a1","name":"x"} -> account=a1, name=x */
NODISCARD static bool identity_text(
    struct arena *arena, struct value identity, struct str *out, struct err *err)
{
	const struct value_entry *entries = canonical_entries(arena, identity);
	struct buf text;

	buf_init(&text, arena, ADDRESS_MAX);
	for (size_t i = 0; i < identity.len; i++) {
		if (entries[i].value.kind == VALUE_NULL)
			continue;
		if (text.len > 0)
			buf_adds(&text, ", ");
		buf_add(&text, value_text(entries[i].key));
		buf_addc(&text, '=');
		add_scalar(&text, entries[i].value);
	}
	if (!buf_finish(&text, out, err))
		return err_context(err, "an import identity");
	return true;
}

NODISCARD static bool read_import(
    struct arena *arena, struct value importing, struct change_head *head, struct err *err)
{
	const struct value *identity = value_get(importing, STR("identity"));

	head->importing = importing.kind != VALUE_NULL;
	if (!head->importing)
		return true;
	head->import_id = value_get_str(importing, "id");
	if (head->import_id.len == 0 && identity && identity->kind == VALUE_MAP &&
	    !identity_text(arena, *identity, &head->import_id, err))
		return false;
	/* {"unknown":true}, or an empty object of the versions before that */
	if (head->import_id.len == 0)
		head->import_id = STR(SHOWN_UNKNOWN);
	return true;
}

NODISCARD static bool read_action(
    struct arena *arena, struct value change, struct change_head *head, struct err *err)
{
	const struct value *actions = value_get(change, STR("actions"));

	head->action = ACTION_OTHER;
	if (!actions || actions->kind == VALUE_NULL)
		return true;
	if (!change_action_text(arena, *actions, &head->action_text, err))
		return false;
	head->action = action_from_words(head->action_text);
	return true;
}

static struct str text_of(struct value value)
{
	return value.kind == VALUE_STRING ? value_text(value) : STR_EMPTY;
}

/* 0.12 before its release wrote true instead of the key. */
static struct str deposed_key(struct value deposed)
{
	if (deposed.kind == VALUE_BOOL && deposed.as.boolean)
		return STR("true");
	return text_of(deposed);
}

NODISCARD static bool read_part(
    struct value map, const char *key, enum value_kind kind, struct value *out, struct err *err)
{
	const struct value *part = value_get_c(map, key);

	*out = part ? *part : value_null();
	if (out->kind == VALUE_NULL || out->kind == kind)
		return true;
	return err_set(err, ERR_INVALID, "'%s' is a %s, expected a %s", key,
	    value_kind_name(out->kind), value_kind_name(kind));
}

NODISCARD static bool read_head(struct arena *arena, struct value record, struct value change,
    struct change_head *head, struct err *err)
{
	struct value address, module, previous, mode, type, name, index, provider, deposed, reason;
	struct value importing, generated;
	const struct value_wanted of_record[] = {{STR("address"), &address},
	    {STR("module_address"), &module}, {STR("previous_address"), &previous},
	    {STR("mode"), &mode}, {STR("type"), &type}, {STR("name"), &name},
	    {STR("index"), &index}, {STR("provider_name"), &provider}, {STR("deposed"), &deposed},
	    {STR("action_reason"), &reason}};
	const struct value_wanted of_change[] = {
	    {STR("importing"), &importing}, {STR("generated_config"), &generated}};

	value_pick(record, of_record, ARRAY_LEN(of_record));
	value_pick(change, of_change, ARRAY_LEN(of_change));
	*head = (struct change_head){
	    .address = text_of(address),
	    .previous_address = text_of(previous),
	    .module = text_of(module),
	    .mode = text_of(mode),
	    .type = text_of(type),
	    .name = text_of(name),
	    .provider = text_of(provider),
	    .deposed = deposed_key(deposed),
	    .index = index,
	    .action_text = STR_EMPTY,
	    .reason = text_of(reason),
	    .import_id = STR_EMPTY,
	    .generated_config = text_of(generated).len > 0,
	};
	if (head->mode.len == 0)
		head->mode = mode_of_address(head->address, head->module);
	if (head->address.len == 0 && !build_address(arena, head, &head->address, err))
		return false;
	if (str_eq(head->previous_address, head->address))
		head->previous_address = STR_EMPTY;
	if (!read_import(arena, importing, head, err))
		return false;
	return read_action(arena, change, head, err);
}

NODISCARD static bool read_record(struct arena *arena, enum change_set set, struct value element,
    struct value *change, struct change_head *head, struct err *err)
{
	struct value record = change_record(set, element);

	if (record.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID, "a change is a %s, expected a map",
		    value_kind_name(record.kind));
	if (!read_part(record, "change", VALUE_MAP, change, err) ||
	    !read_head(arena, record, *change, head, err))
		return false;
	if (set == CHANGES_DEFERRED)
		head->reason = value_get_str(element, "reason");
	return true;
}

bool change_read_head(struct arena *arena, enum change_set set, struct value element,
    struct change_head *out, struct err *err)
{
	struct value change = value_null();

	return read_record(arena, set, element, &change, out, err);
}

/* Both sides of a change with what is unknown and what is sensitive in them. */
NODISCARD static bool read_values(
    struct arena *arena, struct value change, struct change *out, struct err *err)
{
	struct value before, after, unknown, before_sensitive, after_sensitive;
	const struct value_wanted parts[] = {{STR("before"), &before}, {STR("after"), &after},
	    {STR("after_unknown"), &unknown}, {STR("before_sensitive"), &before_sensitive},
	    {STR("after_sensitive"), &after_sensitive},
	    {STR("replace_paths"), &out->replace_paths}};

	out->has_values = true;
	value_pick(change, parts, ARRAY_LEN(parts));
	if (out->head.importing)
		out->importing = *value_get_c(change, "importing");
	if (!overlay_value(arena, before, value_null(), before_sensitive, &out->before, err))
		return err_context(err, "'before' of '%.*s'", STR_ARG(out->head.address));
	if (!overlay_value(arena, after, unknown, after_sensitive, &out->after, err))
		return err_context(err, "'after' of '%.*s'", STR_ARG(out->head.address));
	return true;
}

bool change_read(struct arena *arena, enum change_set set, struct value element, struct change *out,
    struct err *err)
{
	struct value change = value_null();

	*out = (struct change){.body = STR_EMPTY};
	return read_record(arena, set, element, &change, &out->head, err) &&
	       read_values(arena, change, out, err);
}

bool change_read_output(struct arena *arena, struct str name, struct value change, bool sensitive,
    struct change *out, struct err *err)
{
	const uint8_t whole = VALUE_SENSITIVE | VALUE_HAS_SENSITIVE;

	*out = (struct change){.body = STR_EMPTY};
	out->head = (struct change_head){
	    .address = name,
	    .previous_address = STR_EMPTY,
	    .module = STR_EMPTY,
	    .mode = STR_EMPTY,
	    .type = STR_EMPTY,
	    .name = name,
	    .provider = STR_EMPTY,
	    .deposed = STR_EMPTY,
	    .action_text = STR_EMPTY,
	    .reason = STR_EMPTY,
	    .import_id = STR_EMPTY,
	};
	if (change.kind != VALUE_MAP)
		return err_set(err, ERR_INVALID, "the change of an output is a %s, expected a map",
		    value_kind_name(change.kind));
	if (!read_action(arena, change, &out->head, err) || !read_values(arena, change, out, err))
		return false;
	out->head.sensitive_output =
	    sensitive || ((out->before.marks | out->after.marks) & VALUE_SENSITIVE) != 0;
	if (out->head.sensitive_output) {
		out->before.marks |= whole;
		out->after.marks |= whole;
	}
	return true;
}
