/* Items of network rules: words, protocols and ports that all providers share. */

#include "base/arena.h"
#include "base/err.h"
#include "policies/shapes_network.h"
#include "policies/shapes_network_parts.h"

#define PORT_MAX 65535

static const struct str item_keys[] = {
#define X(name) STR_INIT(#name),
    NETWORK_FIELDS(X)
#undef X
};

struct network_item network_item(struct str attribute)
{
	return (struct network_item){.action = value_string(STR("allow")),
	    .attribute = value_string(attribute),
	    .cidrs = value_list(NULL, 0),
	    .description = value_string(STR_EMPTY),
	    .direction = value_string(STR("ingress")),
	    .from = value_null(),
	    .open = value_bool(false),
	    .ports = value_list(NULL, 0),
	    .priority = value_null(),
	    .protocol = value_string(STR("all")),
	    .refs = value_list(NULL, 0),
	    .to = value_null()};
}

void network_add(struct network_reading *reading, struct network_item *item)
{
	item->open = shape_network_open(reading->arena, item->cidrs);
	item->priority = shape_network_port(item->priority);
	if (item->description.kind == VALUE_NULL)
		item->description = value_string(STR_EMPTY);
	const struct value values[] = {
#define X(name) item->name,
	    NETWORK_FIELDS(X)
#undef X
	};
	shape_list_add(
	    &reading->items, shape_map(reading->arena, item_keys, values, ARRAY_LEN(values)));
}

void network_each_block(struct network_reading *reading, struct value values, struct value holder,
    const struct network_blocks *blocks)
{
	struct value attribute = shape_get(holder, blocks->name);
	const char *dot = blocks->within.len > 0 ? "." : "";
	struct str path =
	    str_format(reading->arena, "%.*s%s%s", STR_ARG(blocks->within), dot, blocks->name);

	if (attribute.kind == VALUE_MAP)
		blocks->read(reading, values, attribute, path, blocks->context);
	if (shape_is_open(attribute))
		shape_list_add_source(&reading->items, attribute);
	for (uint32_t i = 0; attribute.kind == VALUE_LIST && i < attribute.len; i++) {
		struct value block = attribute.as.items[i];

		if (reading->items.over)
			return;
		if (block.kind == VALUE_MAP)
			blocks->read(reading, values, block,
			    str_format(reading->arena, "%.*s[%u]", STR_ARG(path), (unsigned)i),
			    blocks->context);
		else if (shape_is_open(block))
			shape_list_add(&reading->items, block);
	}
}

/* --- words --- */

/* A text of ours in place of `value`: as secret as that was. */
static struct value instead_of(struct value value, struct str text)
{
	struct value word = value_string(text);

	word.marks |= value.marks & VALUE_SENSITIVE;
	return word;
}

static struct str lower(struct arena *arena, struct str text)
{
	char *copy = str_to_c(arena, text);

	for (size_t i = 0; i < text.len; i++) {
		if (copy[i] >= 'A' && copy[i] <= 'Z')
			copy[i] = (char)(copy[i] | 0x20);
	}
	return (struct str){copy, text.len};
}

struct value network_word(
    struct arena *arena, struct value value, const struct network_word *words, const char *fallback)
{
	char scratch[24];
	struct str text = value_text(value);

	if (shape_is_open(value))
		return value;
	if (value.kind == VALUE_INT && !value_as_number_text(value, scratch, &text))
		return value;
	text = str_trim(text);
	if (text.len == 0)
		return instead_of(value, str_from(fallback));
	for (; words->theirs; words++) {
		if (str_eq_nocase(text, str_from(words->theirs)))
			return instead_of(value, str_from(words->ours));
	}
	return instead_of(value, lower(arena, text));
}

/* Numbers: the registry of protocol numbers of IANA. */
static const struct network_word protocols[] = {
    {"-1", "all"},
    {"*", "all"},
    {"any", "all"},
    {"1", "icmp"},
    {"2", "igmp"},
    {"4", "ipip"},
    {"6", "tcp"},
    {"17", "udp"},
    {"47", "gre"},
    {"50", "esp"},
    {"51", "ah"},
    {"58", "icmpv6"},
    {"icmp6", "icmpv6"},
    {"ipv6-icmp", "icmpv6"},
    {"132", "sctp"},
    {NULL, NULL},
};

static const char *const portless[] = {"icmp", "icmpv6", "igmp", "ipip", "gre", "esp", "ah"};

struct value network_protocol(struct arena *arena, struct value value)
{
	return network_word(arena, value, protocols, "all");
}

bool network_has_ports(struct str protocol)
{
	for (size_t i = 0; i < ARRAY_LEN(portless); i++) {
		if (str_is(protocol, portless[i]))
			return false;
	}
	return true;
}

static const struct network_word directions[] = {
    {"inbound", "ingress"},
    {"in", "ingress"},
    {"outbound", "egress"},
    {"out", "egress"},
    {NULL, NULL},
};

struct value network_direction(struct arena *arena, struct value value)
{
	return network_word(arena, value, directions, "ingress");
}

/* --- ports --- */

static const struct str range_keys[] = {STR_INIT("from"), STR_INIT("to")};

static struct value range_map(struct arena *arena, struct value from, struct value to)
{
	const struct value values[] = {from, to};

	return shape_map(arena, range_keys, values, ARRAY_LEN(values));
}

/* The greatest whole number up to `most` that is not greater. */
static int64_t floor_of(struct str lexeme, int64_t most)
{
	int64_t low = 0, high = most;

	while (low < high) {
		int64_t middle = high - (high - low) / 2;
		char scratch[24];
		struct str text = STR_EMPTY;

		if (value_as_number_text(value_int(middle), scratch, &text) &&
		    number_cmp(lexeme, text) < 0)
			high = middle - 1;
		else
			low = middle;
	}
	return low;
}

/* 22.0 and 2.2e1 are 22; what is no whole number, or none that means something, stays. */
struct value shape_network_port(struct value value)
{
	char scratch[24];
	struct str text = STR_EMPTY;
	struct value whole;

	if (value.kind != VALUE_NUMBER)
		return value;
	whole = value_int(-1);
	if (number_cmp(value_text(value), STR("-1")) > 0)
		whole = value_int(floor_of(value_text(value), PORT_MAX));
	if (!value_as_number_text(whole, scratch, &text) ||
	    number_cmp(value_text(value), text) != 0)
		return value;
	whole.marks |= value.marks & VALUE_SENSITIVE;
	return whole;
}

/* The number of a port as it may be written; false: no number at all, or no limit (null, -1). */
static bool port_number(struct value value, int64_t *out)
{
	struct err nobody = {0};

	value = shape_network_port(value);
	if (value.kind == VALUE_INT)
		*out = value.as.integer;
	else if (value.kind == VALUE_NUMBER && number_cmp(value_text(value), STR("65535")) > 0)
		*out = PORT_MAX;
	else if (!str_to_int64(str_trim(value_text(value)), INT32_MIN, INT32_MAX, out, &nobody))
		return false;
	return *out >= 0;
}

/* One end of a range; what is no port is no limit. */
static struct value port_end(struct value value, int64_t none)
{
	struct value port;
	int64_t number;

	if (shape_is_open(value))
		return value;
	if (!port_number(value, &number))
		number = none;
	port = value_int(number > PORT_MAX ? PORT_MAX : number);
	port.marks |= value.marks & VALUE_SENSITIVE;
	return port;
}

static bool is_everything(struct value range)
{
	struct value from = range.as.entries[0].value, to = range.as.entries[1].value;

	return from.kind == VALUE_INT && from.as.integer == 0 && to.kind == VALUE_INT &&
	       to.as.integer == PORT_MAX;
}

void network_set_range(
    struct arena *arena, struct network_item *item, struct value from, struct value to)
{
	struct value *range = arena_array(arena, struct value, 1);

	*range = range_map(arena, port_end(from, 0), port_end(to, PORT_MAX));
	item->ports = value_list(range, 1);
	item->from = is_everything(*range) ? value_null() : range->as.entries[0].value;
	item->to = is_everything(*range) ? value_null() : range->as.entries[1].value;
}

/* "20-30", "22", 22; what is none of these is taken for everything. */
static struct value text_range(struct arena *arena, struct value value)
{
	struct value first = value, last = value;
	struct str text = value_text(value);
	size_t dash;

	if (shape_is_open(value))
		return value;
	if (str_find_char(text, '-', &dash) && dash > 0) {
		first.as.text = text.ptr;
		first.len = (uint32_t)dash;
		last.as.text = text.ptr + dash + 1;
		last.len = (uint32_t)(text.len - dash - 1);
	}
	return range_map(arena, port_end(first, 0), port_end(last, PORT_MAX));
}

/* The lowest (highest) end of all ranges; what is not known decides. */
static struct value outermost(const struct shape_list *ranges, size_t end)
{
	struct value most = value_null();

	for (size_t i = 0; i < ranges->count; i++) {
		struct value range = ranges->items[i];
		struct value port = range;

		if (range.kind == VALUE_MAP)
			port = range.as.entries[end].value;
		if (shape_is_open(port))
			return port;
		if (most.kind == VALUE_NULL || (end == 0 ? port.as.integer < most.as.integer
							 : port.as.integer > most.as.integer))
			most = port;
	}
	return most;
}

void network_set_ports(
    struct arena *arena, struct network_item *item, const struct shape_list *texts)
{
	struct shape_list ranges;

	if (texts->count == 0) {
		network_set_range(arena, item, value_null(), value_null());
		return;
	}
	shape_list_begin(&ranges, arena, SIZE_MAX);
	ranges.unknown_sources = texts->unknown_sources;
	item->from = item->to = value_null();
	for (size_t i = 0; i < texts->count; i++)
		shape_list_add(&ranges, text_range(arena, texts->items[i]));
	item->ports = shape_list_value(&ranges);
	for (size_t i = 0; i < ranges.count; i++) {
		if (ranges.items[i].kind == VALUE_MAP && is_everything(ranges.items[i]))
			return;
	}
	item->from = outermost(&ranges, 0);
	item->to = outermost(&ranges, 1);
}

void network_no_ports(struct network_item *item)
{
	item->ports = value_list(NULL, 0);
}
