#include "policies/shapes_network.h"

#include "base/arena.h"
#include "base/err.h"
#include "policies/shapes_network_parts.h"

static const struct network_type {
	struct str type;
	network_reader *read;
	const char *context; /* direction or name of blocks, where the type says it */
} types[] = {
    {STR_INIT("aws_security_group"), network_aws_group, NULL},
    {STR_INIT("aws_default_security_group"), network_aws_group, NULL},
    {STR_INIT("aws_security_group_rule"), network_aws_rule, NULL},
    {STR_INIT("aws_vpc_security_group_ingress_rule"), network_aws_rule, "ingress"},
    {STR_INIT("aws_vpc_security_group_egress_rule"), network_aws_rule, "egress"},
    {STR_INIT("aws_network_acl"), network_aws_group, NULL},
    {STR_INIT("aws_default_network_acl"), network_aws_group, NULL},
    {STR_INIT("aws_network_acl_rule"), network_aws_rule, NULL},
    {STR_INIT("google_compute_firewall"), network_google_firewall, NULL},
    {STR_INIT("google_compute_firewall_policy_rule"), network_google_policy_rule, NULL},
    {STR_INIT("google_compute_network_firewall_policy_rule"), network_google_policy_rule, NULL},
    {STR_INIT("google_compute_region_network_firewall_policy_rule"), network_google_policy_rule,
	NULL},
    {STR_INIT("google_compute_firewall_policy_with_rules"), network_google_policy, NULL},
    {STR_INIT("google_compute_network_firewall_policy_with_rules"), network_google_policy, NULL},
    {STR_INIT("google_compute_region_network_firewall_policy_with_rules"), network_google_policy,
	NULL},
    {STR_INIT("azurerm_network_security_group"), network_azure_group, NULL},
    {STR_INIT("azurerm_network_security_rule"), network_azure_rule, NULL},
};

static const struct network_type *find(struct str type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_eq(types[i].type, type))
			return &types[i];
	}
	return NULL;
}

bool shape_has_network(struct str type)
{
	return find(type) != NULL;
}

bool shape_network_rules(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err)
{
	const struct network_type *known = find(type);
	struct network_reading reading = {.arena = arena};

	shape_list_begin(&reading.items, arena, SHAPE_ITEMS_MAX);
	if (known && shape_is_open(values))
		shape_list_add_source(&reading.items, values);
	else if (known && values.kind == VALUE_MAP)
		known->read(&reading, values, known->context);
	return shape_list_finish(&reading.items, "network rules", out, err);
}

/* --- covers --- */

enum answer {
	ANSWER_NO,
	ANSWER_MAYBE,
	ANSWER_YES
};

static enum answer at_least(struct value end, int64_t port, bool is_from)
{
	if (end.kind == VALUE_NULL)
		return ANSWER_YES;
	if (end.kind != VALUE_INT)
		return ANSWER_MAYBE;
	return (is_from ? end.as.integer <= port : port <= end.as.integer) ? ANSWER_YES : ANSWER_NO;
}

/* Ranges of ours have nothing but `from` and `to`, which are found without a search. */
static struct value range_end(struct value range, uint32_t place, struct str name)
{
	const struct value *end;

	if (range.kind == VALUE_MAP && range.len == 2 &&
	    str_eq(value_text(range.as.entries[place].key), name))
		return range.as.entries[place].value;
	end = value_get(range, name);
	return end ? *end : value_null();
}

/* Is `port` in this range? *unknown: what it depends on. */
static enum answer in_range(struct value range, struct value port, struct value *unknown)
{
	struct value from = range_end(range, 0, STR("from")), to = range_end(range, 1, STR("to"));
	enum answer low, high;

	if (range.kind != VALUE_MAP || port.kind != VALUE_INT) {
		*unknown = shape_is_open(range) ? range : port;
		return ANSWER_MAYBE;
	}
	low = at_least(from, port.as.integer, true);
	high = at_least(to, port.as.integer, false);
	if (low == ANSWER_MAYBE)
		*unknown = from;
	if (high == ANSWER_MAYBE)
		*unknown = to;
	return low < high ? low : high;
}

static enum answer any_range(struct value ranges, struct value port, struct value *unknown)
{
	enum answer best = ANSWER_NO;

	for (uint32_t i = 0; i < ranges.len && best != ANSWER_YES; i++) {
		enum answer answer;
		struct value reason;

		answer = in_range(ranges.as.items[i], port, &reason);
		if (answer == ANSWER_MAYBE)
			*unknown = reason;
		best = answer > best ? answer : best;
	}
	return best;
}

/* Is a range there that has every port? Then it does not matter which ones are asked for. */
static bool has_everything(struct value ranges)
{
	for (uint32_t i = 0; i < ranges.len; i++) {
		struct value unknown, range = ranges.as.items[i];

		if (range.kind == VALUE_MAP &&
		    in_range(range, value_int(0), &unknown) == ANSWER_YES &&
		    in_range(range, value_int(65535), &unknown) == ANSWER_YES)
			return true;
	}
	return false;
}

static struct value covers_any(struct value ranges, struct value ports)
{
	enum answer best = ANSWER_NO;
	struct value unknown = value_null();

	if (shape_is_open(ports) || shape_is_open(ranges)) {
		if (shape_is_open(ports) && ranges.kind == VALUE_LIST && ranges.len == 0)
			return value_bool(false);
		return shape_is_open(ports) ? ports : ranges;
	}
	for (uint32_t i = 0; i < ports.len && best != ANSWER_YES; i++) {
		struct value port = ports.as.items[i];
		enum answer answer;

		if (port.kind != VALUE_INT && !shape_is_open(port))
			return value_null();
		if (shape_is_open(port) && has_everything(ranges))
			return value_bool(true);
		answer = any_range(ranges, port, &unknown);
		best = answer > best ? answer : best;
	}
	return best == ANSWER_MAYBE ? unknown : value_bool(best == ANSWER_YES);
}

/* Items of a list have `ports`; an item that a rule made itself may have from and to only. */
static struct value ranges_of(struct value item, struct value *spare)
{
	const struct value *ports = value_get_c(item, "ports");

	if (ports && (ports->kind == VALUE_LIST || shape_is_open(*ports)))
		return *ports;
	*spare = item;
	if (str_is(value_text(shape_get(item, "protocol")), "all"))
		*spare = (struct value){.kind = VALUE_MAP}; /* no limits at all */
	return value_list(spare, 1);
}

struct value shape_network_covers(struct value item, struct value ports)
{
	struct value protocol = shape_get(item, "protocol");
	struct value action = shape_get(item, "action");
	struct value port = ports, spare, result;

	if (ports.kind == VALUE_NULL)
		return ports;
	if (ports.kind != VALUE_LIST && !shape_is_open(ports))
		ports = value_list(&port, 1);
	if (protocol.kind == VALUE_STRING && !network_has_ports(value_text(protocol)))
		return value_bool(false);
	if (action.kind == VALUE_STRING && !str_is(value_text(action), "allow"))
		return value_bool(false);
	result = covers_any(ranges_of(item, &spare), ports);
	if (result.kind == VALUE_BOOL && !result.as.boolean)
		return result;
	/* it might be: what is not known of the rest decides */
	if (shape_is_open(action))
		return action;
	return shape_is_open(protocol) ? protocol : result;
}
