/* Security groups and network ACLs of AWS: one set of names serves all their resources. */

#include "base/arena.h"
#include "policies/shapes_network.h"
#include "policies/shapes_network_parts.h"

/* What a rule may have, in the order of plans, which is that of the alphabet. */
#define RULE_KEYS(X)                    \
	X(action)                       \
	X(cidr_block)                   \
	X(cidr_blocks)                  \
	X(cidr_ipv4)                    \
	X(cidr_ipv6)                    \
	X(description)                  \
	X(egress)                       \
	X(from_port)                    \
	X(icmp_code)                    \
	X(icmp_type)                    \
	X(ip_protocol)                  \
	X(ipv6_cidr_block)              \
	X(ipv6_cidr_blocks)             \
	X(prefix_list_id)               \
	X(prefix_list_ids)              \
	X(protocol)                     \
	X(referenced_security_group_id) \
	X(rule_action)                  \
	X(rule_no)                      \
	X(rule_number)                  \
	X(security_groups)              \
	X(self)                         \
	X(source_security_group_id)     \
	X(to_port)                      \
	X(type)

enum rule_key {
#define X(name) KEY_##name,
	RULE_KEYS(X)
#undef X
	KEY_COUNT
};

struct rule_values {
	struct value at[KEY_COUNT]; /* null: not there */
};

/* The first that is there counts: no resource has two of a row, blocks of ACLs have "" for none. */
static const enum rule_key protocol_keys[] = {KEY_protocol, KEY_ip_protocol, KEY_COUNT};
static const enum rule_key action_keys[] = {KEY_rule_action, KEY_action, KEY_COUNT};
static const enum rule_key priority_keys[] = {KEY_rule_no, KEY_rule_number, KEY_COUNT};

static const enum rule_key cidr_keys[] = {KEY_cidr_blocks, KEY_ipv6_cidr_blocks, KEY_cidr_block,
    KEY_ipv6_cidr_block, KEY_cidr_ipv4, KEY_cidr_ipv6, KEY_COUNT};
static const enum rule_key ref_keys[] = {KEY_prefix_list_ids, KEY_security_groups,
    KEY_prefix_list_id, KEY_referenced_security_group_id, KEY_COUNT};

static const struct network_word actions[] = {{NULL, NULL}};

static bool is_blank(struct value value)
{
	return value.kind == VALUE_STRING && value.len == 0;
}

static void pick(struct value map, struct rule_values *rule)
{
	const struct value_wanted wanted[] = {
#define X(name) {STR_INIT(#name), &rule->at[KEY_##name]},
	    RULE_KEYS(X)
#undef X
	};

	value_pick(map, wanted, ARRAY_LEN(wanted));
}

static struct value first_of(const struct rule_values *rule, const enum rule_key *keys)
{
	while (*keys != KEY_COUNT && rule->at[*keys].kind == VALUE_NULL)
		keys++;
	return *keys != KEY_COUNT ? rule->at[*keys] : value_null();
}

static void add_all(
    struct shape_list *list, const struct rule_values *rule, const enum rule_key *keys)
{
	for (; *keys != KEY_COUNT; keys++) {
		if (!is_blank(rule->at[*keys]))
			shape_list_add_all(list, rule->at[*keys]);
	}
}

/*
 * source_security_group_id is one or the other with ranges and `self`, and a provider calls it
 * unknown when it is not set: beside those it says nothing.
 */
static void add_source_group(
    struct shape_list *refs, const struct rule_values *rule, const struct shape_list *cidrs)
{
	struct value group = rule->at[KEY_source_security_group_id], self = rule->at[KEY_self];
	bool decided = cidrs->count > 0 || (self.kind == VALUE_BOOL && self.as.boolean);

	if (is_blank(group) || (decided && shape_is_open(group)))
		return;
	shape_list_add_all(refs, group);
}

static void read_ends(
    struct arena *arena, struct network_item *item, const struct rule_values *rule)
{
	struct shape_list cidrs, refs;
	struct value self = rule->at[KEY_self];

	shape_list_begin(&cidrs, arena, SIZE_MAX);
	shape_list_begin(&refs, arena, SIZE_MAX);
	add_all(&cidrs, rule, cidr_keys);
	add_all(&refs, rule, ref_keys);
	add_source_group(&refs, rule, &cidrs);
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
/* One that is not known may be all of them: then what stands as ports says nothing. */
static void set_perhaps_all(
    struct arena *arena, struct network_item *item, struct value from, struct value to)
{
	struct shape_list ports;

	network_set_range(arena, item, from, to);
	shape_list_begin(&ports, arena, SIZE_MAX);
	shape_list_add_all(&ports, item->ports);
	shape_list_add(&ports, item->protocol);
	item->ports = shape_list_value(&ports);
}

static void read_ports(
    struct arena *arena, struct network_item *item, const struct rule_values *rule)
{
	static const char *const ranged[] = {"tcp", "udp"};
	static const char *const typed[] = {"icmp", "icmpv6"};
	struct str protocol = value_text(item->protocol);
	struct value from = rule->at[KEY_from_port], to = rule->at[KEY_to_port];

	if (is_one_of(protocol, typed, ARRAY_LEN(typed))) {
		item->from = icmp_number(rule->at[KEY_icmp_type], from);
		item->to = icmp_number(rule->at[KEY_icmp_code], to);
		network_no_ports(item);
		return;
	}
	if (shape_is_open(item->protocol))
		set_perhaps_all(arena, item, from, to);
	else if (is_one_of(protocol, ranged, ARRAY_LEN(ranged)))
		network_set_range(arena, item, from, to);
	else if (network_has_ports(protocol))
		network_set_range(arena, item, value_null(), value_null());
	else
		network_no_ports(item);
}

static struct network_item read_rule(
    struct arena *arena, const struct rule_values *rule, struct str attribute)
{
	struct network_item item = network_item(attribute);

	item.protocol = network_protocol(arena, first_of(rule, protocol_keys));
	item.action = network_word(arena, first_of(rule, action_keys), actions, "allow");
	item.priority = first_of(rule, priority_keys);
	item.description = rule->at[KEY_description];
	read_ports(arena, &item, rule);
	read_ends(arena, &item, rule);
	return item;
}

static void read_block(struct network_reading *reading, struct value values UNUSED,
    struct value block, struct str path, const void *direction)
{
	struct rule_values rule;
	struct network_item item;

	pick(block, &rule);
	item = read_rule(reading->arena, &rule, path);
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
static struct value direction_of(struct arena *arena, const struct rule_values *rule)
{
	struct value egress = rule->at[KEY_egress];

	if (shape_is_open(egress))
		return egress;
	if (egress.kind == VALUE_BOOL)
		return value_string(egress.as.boolean ? STR("egress") : STR("ingress"));
	return network_direction(arena, rule->at[KEY_type]);
}

void network_aws_rule(struct network_reading *reading, struct value values, const void *direction)
{
	struct rule_values rule;
	struct network_item item;

	pick(values, &rule);
	item = read_rule(reading->arena, &rule, STR_EMPTY);
	item.direction =
	    direction ? value_string(str_from(direction)) : direction_of(reading->arena, &rule);
	network_add(reading, &item);
}
