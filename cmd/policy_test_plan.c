#include "cmd/policy_test_plan.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/json_write.h"
#include "base/words.h"
#include "cmd/policy_test_configuration.h"
#include "cmd/policy_test_resource.h"
#include "parser/plan_read.h"

#define PLAN_TEXT_MAX ((size_t)64 << 20)
#define FORMAT	      "1.2"

static struct value part(struct value document, const char *key)
{
	const struct value *value = value_get_c(document, key);

	return value ? *value : value_null();
}

/* The resources of one plan, the one that the rule is asked about first. */
struct plan_draft {
	struct arena *arena;
	struct value document; /* of `plan`; null: there is none */
	struct test_resource *resources, *drift;
	size_t resource_count, drift_count;
	struct value output; /* the one that the rule is asked about; or null */
};

static bool add_resource(struct arena *arena, struct test_resource **list, size_t *count,
    struct value document, struct err *err)
{
	size_t size = sizeof(**list);

	if (*count == TEST_RESOURCES_MAX)
		return err_set(
		    err, ERR_LIMIT, "a test has at most %d resources", TEST_RESOURCES_MAX);
	*list = arena_grow(arena, *list, *count * size, (*count + 1) * size);
	return test_resource_read(arena, document, &(*list)[(*count)++], err);
}

static bool add_resources(
    struct plan_draft *draft, const char *key, struct value list, bool is_drift, struct err *err)
{
	if (list.kind == VALUE_NULL)
		return true;
	if (list.kind != VALUE_LIST)
		return err_set(err, ERR_INVALID, "'%s' is a list of resources", key);
	for (uint32_t i = 0; i < list.len; i++) {
		if (!add_resource(draft->arena, is_drift ? &draft->drift : &draft->resources,
			is_drift ? &draft->drift_count : &draft->resource_count, list.as.items[i],
			err))
			return err_context(err, "'%s', number %u", key, (unsigned)i + 1);
	}
	return true;
}

/* {delete: 3}: that many resources of which nothing else is known. */
static bool add_counted(struct plan_draft *draft, struct value counts, struct err *err)
{
	for (uint32_t i = 0; counts.kind == VALUE_MAP && i < counts.len; i++) {
		struct value number = counts.as.entries[i].value;

		if (number.kind != VALUE_INT || number.as.integer < 0 ||
		    number.as.integer > TEST_RESOURCES_MAX)
			return err_set(err, ERR_INVALID,
			    "'count' holds numbers of resources, 0 to %d", TEST_RESOURCES_MAX);
		for (int64_t k = 0; k < number.as.integer; k++) {
			struct value_entry *entries =
			    arena_array(draft->arena, struct value_entry, 3);
			struct value document;
			struct str duplicate;

			entries[0].key = value_string(STR("type"));
			entries[0].value = value_string(STR("test_resource"));
			entries[1].key = value_string(STR("action"));
			entries[1].value = counts.as.entries[i].key;
			entries[2].key = value_string(STR("name"));
			entries[2].value = value_string(str_format(draft->arena, "%.*s_%lld",
			    STR_ARG(value_text(counts.as.entries[i].key)), (long long)k));
			if (!value_map(draft->arena, entries, 3, &document, &duplicate) ||
			    !add_resource(draft->arena, &draft->resources, &draft->resource_count,
				document, err))
				return err_context(err, "'count'");
		}
	}
	return true;
}

/* --- JSON --- */

static void write_resources(
    struct jsonw *writer, const char *key, const struct test_resource *resources, size_t count)
{
	jsonw_key(writer, key);
	jsonw_begin_array(writer);
	for (size_t i = 0; i < count; i++)
		test_resource_write(writer, &resources[i]);
	jsonw_end_array(writer);
}

static struct value sides_marked(struct value value, bool sensitive)
{
	if (sensitive)
		value.marks |= VALUE_SENSITIVE | VALUE_HAS_SENSITIVE;
	return value;
}

static bool write_output(struct jsonw *writer, struct arena *arena, struct str name,
    struct value document, struct err *err)
{
	bool sensitive = value_get_bool(document, "sensitive", false);
	struct str actions;

	if (document.kind != VALUE_MAP)
		return err_set(
		    err, ERR_INVALID, "an output is a map such as {name: x, after: ...}");
	if (!test_actions(arena, document, &actions, err))
		return false;
	jsonw_key_str(writer, name);
	jsonw_begin_object(writer);
	test_change_write(writer, actions, sides_marked(part(document, "before"), sensitive),
	    sides_marked(part(document, "after"), sensitive));
	jsonw_end_object(writer);
	return true;
}

static struct str output_name(struct value document)
{
	struct str name = value_get_str(document, "name");

	return name.len > 0 ? name : STR("test");
}

static bool write_outputs(struct jsonw *writer, const struct plan_draft *draft, struct err *err)
{
	struct value more = part(draft->document, "outputs");

	jsonw_key(writer, "output_changes");
	jsonw_begin_object(writer);
	if (draft->output.kind != VALUE_NULL &&
	    !write_output(writer, draft->arena, output_name(draft->output), draft->output, err))
		return false;
	for (uint32_t i = 0; more.kind == VALUE_MAP && i < more.len; i++) {
		const struct value_entry *entry = &more.as.entries[i];

		if (!write_output(writer, draft->arena, value_text(entry->key), entry->value, err))
			return err_context(err, "'outputs'");
	}
	jsonw_end_object(writer);
	return true;
}

static void write_variables(struct jsonw *writer, struct value variables)
{
	jsonw_key(writer, "variables");
	jsonw_begin_object(writer);
	for (uint32_t i = 0; variables.kind == VALUE_MAP && i < variables.len; i++) {
		jsonw_key_str(writer, value_text(variables.as.entries[i].key));
		jsonw_begin_object(writer);
		jsonw_key(writer, "value");
		jsonw_value(writer, variables.as.entries[i].value);
		jsonw_end_object(writer);
	}
	jsonw_end_object(writer);
}

static void write_check(struct jsonw *writer, struct value check)
{
	jsonw_begin_object(writer);
	jsonw_key(writer, "address");
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "to_display", value_get_str(check, "address"));
	jsonw_field_str(writer, "kind", value_get_str(check, "kind"));
	jsonw_end_object(writer);
	jsonw_field_str(writer, "status", value_get_str(check, "status"));
	jsonw_key(writer, "instances");
	jsonw_begin_array(writer);
	jsonw_begin_object(writer);
	jsonw_key(writer, "problems");
	jsonw_begin_array(writer);
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "message", value_get_str(check, "problem"));
	jsonw_end_object(writer);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static void write_checks(struct jsonw *writer, struct value checks)
{
	jsonw_key(writer, "checks");
	jsonw_begin_array(writer);
	for (uint32_t i = 0; checks.kind == VALUE_LIST && i < checks.len; i++)
		write_check(writer, checks.as.items[i]);
	jsonw_end_array(writer);
}

static void write_simple(struct jsonw *writer, struct value document)
{
	static const char *const keys[] = {
	    "terraform_version", "timestamp", "complete", "errored", "applyable"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct value *value = value_get_c(document, keys[i]);

		if (!value || value->kind == VALUE_UNKNOWN)
			continue;
		jsonw_key(writer, keys[i]);
		jsonw_value(writer, *value);
	}
}

static bool write_plan(struct jsonw *writer, const struct plan_draft *draft, struct err *err)
{
	jsonw_begin_object(writer);
	jsonw_field_str(writer, "format_version", STR(FORMAT));
	write_simple(writer, draft->document);
	write_resources(writer, "resource_changes", draft->resources, draft->resource_count);
	write_resources(writer, "resource_drift", draft->drift, draft->drift_count);
	if (!write_outputs(writer, draft, err))
		return false;
	write_variables(writer, part(draft->document, "variables"));
	write_checks(writer, part(draft->document, "checks"));
	if (!test_configuration_write(writer, draft->arena, draft->document, draft->resources,
		draft->resource_count, err))
		return false;
	jsonw_end_object(writer);
	return true;
}

/* --- the figures, where the test says them itself --- */

static bool set_summary(struct plan *plan, struct value summary, struct err *err)
{
	struct plan_summary *out = &plan->summary;
	const struct {
		const char *name;
		size_t *into;
	} figures[] = {{"add", &out->add}, {"change", &out->change}, {"destroy", &out->destroy},
	    {"drift", &out->drift}, {"forget", &out->forget}, {"import", &out->import},
	    {"move", &out->move}, {"no_op", &out->no_op}, {"output", &out->output},
	    {"read", &out->read}, {"replace", &out->replace}};

	if (summary.kind == VALUE_UNKNOWN)
		out->known = false;
	for (uint32_t i = 0; summary.kind == VALUE_MAP && i < summary.len; i++) {
		struct str key = value_text(summary.as.entries[i].key);
		struct value number = summary.as.entries[i].value;
		size_t at = 0;

		while (at < ARRAY_LEN(figures) && !str_is(key, figures[at].name))
			at++;
		if (at == ARRAY_LEN(figures))
			return err_set(err, ERR_INVALID, "'summary' has no '%.*s'", STR_ARG(key));
		if (number.kind != VALUE_INT || number.as.integer < 0)
			return err_set(err, ERR_INVALID, "'summary' holds numbers");
		*figures[at].into = (size_t)number.as.integer;
	}
	return true;
}

static bool check_keys(struct value document, struct err *err)
{
	static const char *const keys[] = {"summary", "count", "resources", "outputs", "variables",
	    "checks", "drift", "modules", "providers", "terraform_version", "complete", "errored",
	    "timestamp", "configuration", NULL};

	if (document.kind != VALUE_MAP && document.kind != VALUE_NULL)
		return err_set(err, ERR_INVALID, "a plan is a map such as {summary: {destroy: 4}}");
	for (uint32_t i = 0; document.kind == VALUE_MAP && i < document.len; i++) {
		struct str key = value_text(document.as.entries[i].key);
		const char *close = words_closest(key, keys);
		size_t at = 0;

		while (keys[at] && !str_is(key, keys[at]))
			at++;
		if (!keys[at])
			return err_set(err, ERR_INVALID, "'plan' has no key '%.*s'%s%s%s",
			    STR_ARG(key), close ? "; did you mean '" : "", close ? close : "",
			    close ? "'?" : "");
	}
	return true;
}

static bool draft_add_plan(struct plan_draft *draft, struct value document, struct err *err)
{
	draft->document = document;
	return check_keys(document, err) &&
	       add_resources(draft, "resources", part(document, "resources"), false, err) &&
	       add_resources(draft, "drift", part(document, "drift"), true, err) &&
	       add_counted(draft, part(document, "count"), err);
}

static bool read_plan(struct plan_draft *draft, struct plan **out, struct err *err)
{
	struct plan_options options = {.strict_json = false};
	struct jsonw *writer = arena_make(draft->arena, struct jsonw);
	struct buf buf;
	struct sink sink;
	struct str text;

	buf_init(&buf, draft->arena, PLAN_TEXT_MAX);
	sink_to_buf(&sink, &buf);
	jsonw_init(writer, &sink, 0);
	return write_plan(writer, draft, err) && sink_finish(&sink, err) &&
	       buf_finish(&buf, &text, err) &&
	       plan_read_json(
		   draft->arena, input_from_str(draft->arena, "test", text), &options, out, err) &&
	       set_summary(*out, part(draft->document, "summary"), err);
}

bool test_plan_of_run(
    struct arena *arena, struct value document, struct plan **out, struct err *err)
{
	struct plan_draft draft = {.arena = arena};

	return draft_add_plan(&draft, document, err) && read_plan(&draft, out, err);
}

/* What the rule is asked about comes first in its set. */
static bool add_subject(
    struct plan_draft *draft, struct value document, enum rule_scope scope, struct err *err)
{
	struct value resource = part(document, "resource"), output = part(document, "output");

	draft->output = output;
	if (scope == SCOPE_OUTPUT)
		return output.kind != VALUE_NULL ||
		       err_set(err, ERR_INVALID,
			   "the rule has scope output: the test needs 'output', {name: x, after: "
			   "...}");
	if (scope == SCOPE_PLAN || scope == SCOPE_RUN)
		return true;
	if (resource.kind == VALUE_NULL)
		return err_set(
		    err, ERR_INVALID, "the test needs 'resource', {type: aws_x, after: {...}}");
	return scope == SCOPE_DRIFT
		   ? add_resource(draft->arena, &draft->drift, &draft->drift_count, resource, err)
		   : add_resource(
			 draft->arena, &draft->resources, &draft->resource_count, resource, err);
}

static bool load_subject(
    struct arena *arena, enum rule_scope scope, struct test_plan *out, struct err *err)
{
	static const enum change_set sets[] = {[SCOPE_RESOURCE] = CHANGES_RESOURCE,
	    [SCOPE_DRIFT] = CHANGES_DRIFT,
	    [SCOPE_OUTPUT] = CHANGES_OUTPUT};

	out->has_change = scope != SCOPE_PLAN && scope != SCOPE_RUN;
	return !out->has_change || plan_load(out->plan, sets[scope], 0, arena, &out->change, err);
}

/* Does the test speak of a plan at all? */
static bool speaks_of_plan(struct value document, enum rule_scope scope)
{
	return scope == SCOPE_PLAN || value_get_c(document, "plan") ||
	       value_get_c(document, "resources") ||
	       value_get_c(part(document, "resource"), "references") ||
	       value_get_c(part(document, "resource"), "provider_config");
}

bool test_plan_make(struct arena *arena, struct value document, enum rule_scope scope,
    struct test_plan *out, struct err *err)
{
	struct plan_draft draft = {.arena = arena};

	*out = (struct test_plan){0};
	if (!add_subject(&draft, document, scope, err) ||
	    !add_resources(&draft, "resources", part(document, "resources"), false, err) ||
	    !draft_add_plan(&draft, part(document, "plan"), err) ||
	    !read_plan(&draft, &out->plan, err) || !load_subject(arena, scope, out, err))
		return false;
	if (!speaks_of_plan(document, scope))
		out->plan = NULL;
	return true;
}
