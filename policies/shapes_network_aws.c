/* Security groups and network ACLs of AWS: one set of names serves all their resources. */

#include "base/arena.h"
#include "policies/shapes_network.h"
#include "policies/shapes_network_parts.h"

/* The first that is there counts: no resource has two of a row, blocks of ACLs have "" for none. */
static const char *const protocol_names[] = {"protocol", "ip_protocol", NULL};
static const char *const action_names[] = {"rule_action", "action", NULL};
static const char *const priority_names[] = {"rule_no", "rule_number", NULL};

static const char *const cidr_names[] = {
    "cidr_blocks", "ipv6_cidr_blocks", "cidr_block", "ipv6_cidr_block", "cidr_ipv4", "cidr_ipv6"};
static const char *const ref_names[] = {
    "prefix_list_ids", "security_groups", "prefix_list_id", "referenced_security_group_id"};

static const struct network_word actions[] = {{NULL, NULL}};

static bool is_blank(struct value value)
{
	return value.kind == VALUE_STRING && value.len == 0;
}

static void add_named(
    struct shape_list *list, struct value rule, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct value value = shape_get(rule, names[i]);

		if (!is_blank(value))
			shape_list_add_all(list, value);
	}
}

/*
 * source_security_group_id is one or the other with ranges and `self`, and a provider calls it
 * unknown when it is not set: beside those it says nothing.
 */
static void add_source_group(
    struct shape_list *refs, struct value rule, const struct shape_list *cidrs, struct value self)
{
	struct value group = shape_get(rule, "source_security_group_id");
	bool decided = cidrs->count > 0 || (self.kind == VALUE_BOOL && self.as.boolean);

	if (is_blank(group) || (decided && shape_is_open(group)))
		return;
	shape_list_add_all(refs, group);
}

static void read_ends(struct arena *arena, struct network_item *item, struct value rule)
{
	struct shape_list cidrs, refs;
	struct value self = shape_get(rule, "self");

	shape_list_begin(&cidrs, arena, SIZE_MAX);
	shape_list_begin(&refs, arena, SIZE_MAX);
	add_named(&cidrs, rule, cidr_names, ARRAY_LEN(cidr_names));
	add_named(&refs, rule, ref_names, ARRAY_LEN(ref_names));
	add_source_group(&refs, rule, &cidrs, self);
	if (shape_is_open(self))
		shape_list_add(&refs, self);
	else if (self.kind == VALUE_BOOL && self.as.boolean)
		shape_list_add(&refs, value_string(STR("self")));
	item->cidrs = shape_list_value(&cidrs);
	item->refs = shape_list_value(&refs);
}

/* -1 and null are every type (code) of ICMP. */
static struct value icmp_number(struct value value, struct value other)
{
	if (value.kind == VALUE_NULL)
		value = other;
	value = shape_network_port(value);
	return value.kind == VALUE_INT && value.as.integer < 0 ? value_null() : value;
}

static bool is_one_of(struct str text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (str_is(text, words[i]))
			return true;
	}
	return false;
}

/* "Specifying -1 or a protocol number other than tcp, udp, icmp, or icmpv6 allows traffic on all
 * ports, regardless of any port range you specify": IpPermission of the EC2 API. */
static void read_ports(struct arena *arena, struct network_item *item, struct value rule)
{
	static const char *const ranged[] = {"tcp", "udp"};
	static const char *const typed[] = {"icmp", "icmpv6"};
	struct str protocol = value_text(item->protocol);
	struct value from = shape_get(rule, "from_port"), to = shape_get(rule, "to_port");

	if (is_one_of(protocol, typed, ARRAY_LEN(typed))) {
		item->from = icmp_number(shape_get(rule, "icmp_type"), from);
		item->to = icmp_number(shape_get(rule, "icmp_code"), to);
		network_no_ports(item);
		return;
	}
	if (shape_is_open(item->protocol) || is_one_of(protocol, ranged, ARRAY_LEN(ranged)))
		network_set_range(arena, item, from, to);
	else if (network_has_ports(protocol))
		network_set_range(arena, item, value_null(), value_null());
	else
		network_no_ports(item);
}

static struct network_item read_rule(struct arena *arena, struct value rule, struct str attribute)
{
	struct network_item item = network_item(attribute);

	item.protocol = network_protocol(arena, shape_first(rule, protocol_names));
	item.action = network_word(arena, shape_first(rule, action_names), actions, "allow");
	item.priority = shape_first(rule, priority_names);
	item.description = shape_get(rule, "description");
	read_ports(arena, &item, rule);
	read_ends(arena, &item, rule);
	return item;
}

static void read_block(struct network_reading *reading, struct value values UNUSED,
    struct value block, struct str path, const void *direction)
{
	struct network_item item = read_rule(reading->arena, block, path);

	item.direction = value_string(str_from(direction));
	network_add(reading, &item);
}

void network_aws_group(
    struct network_reading *reading, struct value values, const void *context UNUSED)
{
	static const char *const directions[] = {"ingress", "egress"};

	for (size_t i = 0; i < ARRAY_LEN(directions); i++) {
		const struct network_blocks blocks = {.name = directions[i],
		    .within = STR_EMPTY,
		    .read = read_block,
		    .context = directions[i]};

		network_each_block(reading, values, values, &blocks);
	}
}

/* `egress` of a rule of an ACL: a bool. */
static struct value direction_of(struct arena *arena, struct value rule)
{
	struct value egress = shape_get(rule, "egress");

	if (shape_is_open(egress))
		return egress;
	if (egress.kind == VALUE_BOOL)
		return value_string(egress.as.boolean ? STR("egress") : STR("ingress"));
	return network_direction(arena, shape_get(rule, "type"));
}

void network_aws_rule(struct network_reading *reading, struct value values, const void *direction)
{
	struct network_item item = read_rule(reading->arena, values, STR_EMPTY);

	item.direction =
	    direction ? value_string(str_from(direction)) : direction_of(reading->arena, values);
	network_add(reading, &item);
}
