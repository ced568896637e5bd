/* Network security groups of Azure: their own rules, and rules that stand alone. */

#include "base/arena.h"
#include "policies/shapes_network_parts.h"

/* The attributes of one end of a rule. */
struct end {
	const char *prefixes[2];
	const char *groups;
};

static const struct end source = {
    {"source_address_prefix", "source_address_prefixes"}, "source_application_security_group_ids"};
static const struct end destination = {
    {"destination_address_prefix", "destination_address_prefixes"},
    "destination_application_security_group_ids"};

static const char *const port_names[] = {"destination_port_range", "destination_port_ranges"};

static const struct network_word actions[] = {{NULL, NULL}};

/* Both internets; "0.0.0.0" and "/0" are what people write and mean by it. */
static bool is_everywhere(struct str text)
{
	static const char *const words[] = {"*", "internet", "any", "0.0.0.0", "<nw>/0", "/0"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_eq_nocase(text, str_from(words[i])))
			return true;
	}
	return false;
}

/* A service tag begins with a letter and has none of the signs of an address; `text` is not empty.
 */
static bool is_tag(struct str text)
{
	char first = text.ptr[0];
	bool is_letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');

	return is_letter && !str_contains(text, STR(":"));
}

static void add_everywhere(struct shape_list *cidrs, uint8_t marks)
{
	struct value four = value_string(STR("0.0.0.0/0")), six = value_string(STR("::/0"));

	four.marks |= marks & VALUE_SENSITIVE;
	six.marks |= marks & VALUE_SENSITIVE;
	shape_list_add(cidrs, four);
	shape_list_add(cidrs, six);
}

static void sort_prefix(struct shape_list *cidrs, struct shape_list *refs, struct value prefix)
{
	struct str text = str_trim(value_text(prefix));

	if (shape_is_open(prefix))
		shape_list_add(cidrs, prefix);
	else if (is_everywhere(text))
		add_everywhere(cidrs, prefix.marks);
	else if (text.len > 0)
		shape_list_add(is_tag(text) ? refs : cidrs, prefix);
}

static void read_end(
    struct arena *arena, struct network_item *item, struct value rule, const struct end *end)
{
	struct shape_list prefixes, cidrs, refs;

	shape_list_begin(&prefixes, arena, SIZE_MAX);
	shape_list_begin(&cidrs, arena, SIZE_MAX);
	shape_list_begin(&refs, arena, SIZE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(end->prefixes); i++)
		shape_list_add_all(&prefixes, shape_get(rule, end->prefixes[i]));
	shape_list_add_all(&refs, shape_get(rule, end->groups));
	for (size_t i = 0; i < prefixes.count; i++)
		sort_prefix(&cidrs, &refs, prefixes.items[i]);
	cidrs.unknown_sources = prefixes.unknown_sources;
	if (cidrs.count == 0 && refs.count == 0)
		add_everywhere(&cidrs, 0);
	item->cidrs = shape_list_value(&cidrs);
	item->refs = shape_list_value(&refs);
}

static void read_ports(struct arena *arena, struct network_item *item, struct value rule)
{
	struct shape_list ports;

	shape_list_begin(&ports, arena, SIZE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(port_names); i++) {
		struct value value = shape_get(rule, port_names[i]);

		if (value.kind != VALUE_STRING || value.len > 0)
			shape_list_add_all(&ports, value);
	}
	network_set_ports(arena, item, &ports);
	if (item->protocol.kind == VALUE_STRING && !network_has_ports(value_text(item->protocol)))
		network_no_ports(item);
}

static void read_rule(struct network_reading *reading, struct value values UNUSED,
    struct value rule, struct str path, const void *context UNUSED)
{
	struct network_item item = network_item(path);
	struct arena *arena = reading->arena;

	item.action = network_word(arena, shape_get(rule, "access"), actions, "allow");
	item.direction = network_direction(arena, shape_get(rule, "direction"));
	item.protocol = network_protocol(arena, shape_get(rule, "protocol"));
	item.description = shape_get(rule, "description");
	item.priority = shape_get(rule, "priority");
	read_ports(arena, &item, rule);
	if (shape_is_open(item.direction))
		item.cidrs = item.refs = item.direction;
	else
		read_end(arena, &item, rule,
		    str_is(value_text(item.direction), "egress") ? &destination : &source);
	network_add(reading, &item);
}

void network_azure_group(
    struct network_reading *reading, struct value values, const void *context UNUSED)
{
	const struct network_blocks blocks = {
	    .name = "security_rule", .within = STR_EMPTY, .read = read_rule};

	network_each_block(reading, values, values, &blocks);
}

void network_azure_rule(struct network_reading *reading, struct value values, const void *context)
{
	read_rule(reading, values, values, STR_EMPTY, context);
}
