/* The official extension for optional values; .?field and [?key] are the evaluator's. */
#include "policies/cel/number.h"
#include "policies/cel/result.h"

#define LOOKING CEL_LOOKS_INSIDE

/* What is unknown inside stays visible from outside. */
static struct value some(struct cel_run *run, struct value value)
{
	struct value optional = cel_some(cel_keep(run, value));

	optional.marks = value.marks & (VALUE_HAS_UNKNOWN | VALUE_HAS_SENSITIVE);
	return optional;
}

static struct value option_of(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return some(run, args[0]);
}

static struct value option_none(struct cel_run *run, const struct value *args, size_t count)
{
	(void)run;
	(void)args;
	(void)count;
	return cel_none();
}

static bool is_zero(struct value value)
{
	switch ((int)value.kind) {
	case VALUE_NULL:
		return true;
	case VALUE_BOOL:
		return !value.as.boolean;
	case VALUE_INT:
	case CEL_UINT:
		return value.as.natural == 0;
	case CEL_DOUBLE:
		return value.as.real == 0;
	case CEL_DURATION:
		return value.as.integer == 0 && value.len == 0;
	case VALUE_STRING:
	case CEL_BYTES:
	case VALUE_LIST:
	case VALUE_MAP:
	case CEL_OPTIONAL:
		return value.len == 0;
	default:
		return false;
	}
}

static struct value option_of_non_zero(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return is_zero(args[0]) ? cel_none() : some(run, args[0]);
}

static struct value has_value(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_OPTIONAL)
		return cel_no_overload(run, "hasValue", args, count);
	return value_bool(args[0].len > 0);
}

static struct value value_of(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_OPTIONAL)
		return cel_no_overload(run, "value", args, count);
	if (args[0].len == 0)
		return cel_fail(run, "value() of an optional that has none");
	return cel_load(*args[0].as.items);
}

static struct value either(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_OPTIONAL || args[1].kind != CEL_OPTIONAL)
		return cel_no_overload(run, "or", args, count);
	return args[0].len > 0 ? args[0] : args[1];
}

static struct value or_value(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_OPTIONAL)
		return cel_no_overload(run, "orValue", args, count);
	return args[0].len > 0 ? cel_load(*args[0].as.items) : args[1];
}

/* An unknown element could be a value or none. */
static struct value unwrap(struct cel_run *run, const struct value *args, size_t count)
{
	struct value list = args[0], *items;
	size_t kept = 0;

	if (list.kind != VALUE_LIST)
		return cel_no_overload(run, "optional.unwrap", args, count);
	if (!cel_pay(run, list.len))
		return cel_out_of_steps(run);
	items = cel_alloc_values(run, list.len);
	if (!items)
		return cel_out_of_memory(run);
	for (size_t i = 0; i < list.len; i++) {
		struct value item = cel_load(list.as.items[i]);

		if (item.kind != CEL_OPTIONAL)
			return cel_fail(run, "optional.unwrap() takes a list of optionals, not %s",
			    cel_kind_name(item.kind));
		if (item.len > 0)
			items[kept++] = cel_load(*item.as.items);
	}
	return cel_list(items, kept);
}

static struct value first(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != VALUE_LIST)
		return cel_no_overload(run, "first", args, count);
	return args[0].len > 0 ? some(run, cel_load(args[0].as.items[0])) : cel_none();
}

static struct value last(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != VALUE_LIST)
		return cel_no_overload(run, "last", args, count);
	return args[0].len > 0 ? some(run, cel_load(args[0].as.items[args[0].len - 1]))
			       : cel_none();
}

const struct cel_function cel_optional_functions[] = {
    {"optional.of", CEL_GLOBAL | LOOKING, 1, 1, option_of, "optional.of(any) -> optional",
	"an optional that has this value", "optional.of(1).hasValue()"},
    {"optional.none", CEL_GLOBAL, 0, 0, option_none, "optional.none() -> optional",
	"an optional without a value", "!optional.none().hasValue()"},
    {"optional.ofNonZeroValue", CEL_GLOBAL | LOOKING, 1, 1, option_of_non_zero,
	"optional.ofNonZeroValue(any) -> optional",
	"the same as optional.of, but none for null, false, 0, '', [] and {}",
	"!optional.ofNonZeroValue('').hasValue()"},
    {"hasValue", CEL_METHOD | LOOKING, 1, 1, has_value, "optional.hasValue() -> bool",
	"does it have a value", "{'a': 1}.?a.hasValue()"},
    {"value", CEL_METHOD | LOOKING, 1, 1, value_of, "optional.value() -> any",
	"its value; an error when it has none", "optional.of(1).value() == 1"},
    {"or", CEL_METHOD | LOOKING, 2, 2, either, "optional.or(optional) -> optional",
	"the first of the two that has a value", "optional.none().or(optional.of(2)).value() == 2"},
    {"orValue", CEL_METHOD | LOOKING, 2, 2, or_value, "optional.orValue(any) -> any",
	"its value, or else the one given", "{'a': 1}.?b.orValue(7) == 7"},
    {"optional.unwrap", CEL_GLOBAL, 1, 1, unwrap, "optional.unwrap(list) -> list",
	"the values of those optionals of a list that have one",
	"optional.unwrap([optional.of(1), optional.none()]) == [1]"},
    {"unwrapOpt", CEL_METHOD, 1, 1, unwrap, "list.unwrapOpt() -> list",
	"the same as optional.unwrap", "[optional.none(), optional.of(2)].unwrapOpt() == [2]"},
    {"first", CEL_METHOD | LOOKING, 1, 1, first, "list.first() -> optional", "the first item",
	"[1, 2].first().value() == 1"},
    {"last", CEL_METHOD | LOOKING, 1, 1, last, "list.last() -> optional", "the last item",
	"[1, 2].last().value() == 2"},
    CEL_FUNCTIONS_END,
};
