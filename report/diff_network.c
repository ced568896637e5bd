/*
 * Network rules as a table. A rule with several sources is several lines, one each, as those who
 * let the packets through see it: what comes and goes are lines, whatever block they stood in.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/size.h"
#include "policies/shapes_network.h"
#include "report/diff_parts.h"
#include "report/diff_walk.h"
#include "report/network_remarks.h"

#define CELL_MAX     ((size_t)200)
#define LINES_MAX    ((size_t)20000) /* of one side; beyond, rows are shown instead */
#define TOGETHER_MAX ((size_t)2000)  /* rules of which the ranges are taken together */
#define INTERNET     "the internet"
#define HALF	     "half of the internet"
#define SEPARATOR    '\x1f'
#define ALL_PORTS_TO 65535

enum cell {
	CELL_DIRECTION,
	CELL_PROTOCOL,
	CELL_PORTS,
	CELL_PEER,
	CELL_DESCRIPTION,
};

struct rule_row {
	struct str cells[DIFF_RULE_CELLS];
	bool is_apart; /* something of it is known after apply */
};

struct rules {
	struct arena *arena;
	struct rule_row *items;
	size_t count, room;
	struct diff_lines open; /* "now open to the internet: tcp 22" */
	size_t open_room;
	/* incoming and not open by themselves: the lines are numbered by protocol and ports */
	struct diff_lines some;
	const struct value **some_cidrs;
	size_t some_room;
	struct value list; /* the items that were read */
};

/* --- cells --- */

static struct str text_of(struct arena *arena, const struct value *value)
{
	if (!value || value->kind == VALUE_NULL)
		return STR_EMPTY;
	if (value->kind == VALUE_STRING || value->kind == VALUE_NUMBER)
		return diff_cell(arena, value_text(*value), true);
	return diff_value_cell(arena, value);
}

static bool is_open_value(const struct value *value)
{
	return value &&
	       (value->kind == VALUE_UNKNOWN || (value->kind == VALUE_HIDDEN && value->as.changed));
}

static void add_range(struct buf *buf, const struct value *range)
{
	const struct value *from = value_get_c(*range, "from"), *to = value_get_c(*range, "to");
	bool all = from && to && from->kind == VALUE_INT && to->kind == VALUE_INT &&
		   from->as.integer == 0 && to->as.integer == ALL_PORTS_TO;

	buf_adds(buf, buf->len > 0 ? ", " : "");
	if (all) {
		buf_adds(buf, "all");
		return;
	}
	buf_add(buf, text_of(buf->arena, from ? from : range));
	if (from && to && !value_equal(*from, *to)) {
		buf_addc(buf, '-');
		buf_add(buf, text_of(buf->arena, to));
	}
}

/* Of ICMP at AWS the ends are its type and code. */
static void add_type(struct buf *buf, const struct value *item)
{
	const struct value *from = value_get_c(*item, "from"), *to = value_get_c(*item, "to");

	if (!from || from->kind == VALUE_NULL)
		return;
	buf_adds(buf, "type ");
	buf_add(buf, text_of(buf->arena, from));
	if (to && to->kind != VALUE_NULL) {
		buf_adds(buf, " code ");
		buf_add(buf, text_of(buf->arena, to));
	}
}

static struct str ports_of(struct arena *arena, const struct value *item)
{
	const struct value *ports = value_get_c(*item, "ports");
	struct buf buf;

	buf_init(&buf, arena, CELL_MAX * 2);
	if (ports && ports->kind != VALUE_LIST)
		return text_of(arena, ports);
	for (uint32_t i = 0; ports && i < ports->len && buf.len < CELL_MAX; i++)
		add_range(&buf, &ports->as.items[i]);
	if (buf.len == 0)
		add_type(&buf, item);
	return buf.len > 0 ? buf_str(&buf) : STR("-");
}

static struct str direction_of(struct arena *arena, const struct value *item)
{
	const struct value *action = value_get_c(*item, "action");
	const struct value *priority = value_get_c(*item, "priority");
	struct str direction = text_of(arena, value_get_c(*item, "direction"));
	struct str verb = text_of(arena, action);
	struct buf buf;

	if (str_is(verb, "allow") && (!priority || priority->kind == VALUE_NULL))
		return direction;
	buf_init(&buf, arena, CELL_MAX * 8);
	buf_add(&buf, direction);
	buf_addc(&buf, ' ');
	buf_add(&buf, verb);
	if (priority && priority->kind != VALUE_NULL) {
		buf_addc(&buf, ' ');
		buf_add(&buf, text_of(arena, priority));
	}
	return buf_str(&buf);
}

/* --- reading --- */

static void add_rule(struct rules *rules, const struct rule_row *like, const struct value *peer)
{
	struct rule_row *rule;

	if (rules->count == rules->room) {
		size_t room = rules->room ? rules->room * 2 : 16;

		rules->items = arena_grow(rules->arena, rules->items,
		    rules->room * sizeof(*rules->items), room * sizeof(*rules->items));
		rules->room = room;
	}
	rule = &rules->items[rules->count++];
	*rule = *like;
	rule->cells[CELL_PEER] = peer ? text_of(rules->arena, peer) : STR("-");
	rule->is_apart = rule->is_apart || is_open_value(peer);
}

/* Each source of a list, or the one value that stands for all of them. */
static size_t add_peers(struct rules *rules, const struct rule_row *like, const struct value *peers)
{
	if (!peers || peers->kind == VALUE_NULL)
		return 0;
	if (peers->kind != VALUE_LIST) {
		add_rule(rules, like, peers);
		return 1;
	}
	for (uint32_t i = 0; i < peers->len; i++)
		add_rule(rules, like, &peers->as.items[i]);
	return peers->len;
}

static bool has_unknown(const struct value *item)
{
	static const char *const names[] = {
	    "action", "direction", "protocol", "priority", "description"};
	const struct value *ports = value_get_c(*item, "ports");

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (is_open_value(value_get_c(*item, names[i])))
			return true;
	}
	return ports && (is_open_value(ports) || ports->marks & VALUE_HAS_UNKNOWN);
}

static void add_line(struct arena *arena, struct diff_lines *lines, size_t *room, struct str text)
{
	if (lines->count == *room) {
		size_t more = *room ? *room * 2 : 16;

		lines->items = arena_grow(arena, lines->items, *room * sizeof(*lines->items),
		    more * sizeof(*lines->items));
		*room = more;
	}
	lines->items[lines->count++] = (struct diff_line){.text = text};
}

static void add_open(
    struct rules *rules, struct str text, unsigned families, const struct value *item)
{
	struct diff_line *line;

	add_line(rules->arena, &rules->open, &rules->open_room, text);
	line = &rules->open.items[rules->open.count - 1];
	line->kind = (uint8_t)families;
	line->value = item;
}

static void add_part(
    struct rules *rules, struct str text, const struct value *cidrs, const struct value *item)
{
	size_t at = rules->some.count, had = rules->some_room;

	add_line(rules->arena, &rules->some, &rules->some_room, text);
	if (rules->some_room > had)
		rules->some_cidrs =
		    arena_grow(rules->arena, rules->some_cidrs, had * sizeof(const struct value *),
			rules->some_room * sizeof(const struct value *));
	rules->some_cidrs[at] = cidrs;
	rules->some.items[at].value = item;
}

/* The ranges of all those with the number of `first`, which is the first of them. */
static struct value ranges_of(const struct rules *rules, const uint32_t *numbers, size_t first)
{
	size_t count = 0, at = 0;
	struct value *ranges;

	for (size_t i = first; i < rules->some.count; i++)
		count += numbers[i] == numbers[first] ? rules->some_cidrs[i]->len : 0;
	ranges = arena_array(rules->arena, struct value, count);
	for (size_t i = first; i < rules->some.count; i++) {
		const struct value *cidrs = rules->some_cidrs[i];

		for (uint32_t k = 0; numbers[i] == numbers[first] && k < cidrs->len; k++)
			ranges[at++] = cidrs->as.items[k];
	}
	return value_list(ranges, count);
}

static void add_open_to(struct rules *rules, const char *whom, struct str what,
    const struct value *cidrs, const struct value *item)
{
	add_open(rules, str_format(rules->arena, "now open to %s: %.*s", whom, STR_ARG(what)),
	    network_open_families(rules->arena, cidrs), item);
}

/* Two halves of the internet in two rules let in all of it. */
static void add_open_together(struct rules *rules)
{
	struct diff_numbers numbers;
	uint32_t *seen; /* of each number: how many rules */
	struct diff_lines none = {0};

	if (rules->some.count == 0 || rules->some.count > TOGETHER_MAX)
		return;
	diff_number_lines(rules->arena, &rules->some, &none, &numbers);
	seen = arena_array(rules->arena, uint32_t, numbers.count);
	for (size_t i = 0; i < rules->some.count; i++) {
		struct value open, ranges;

		if (seen[numbers.before[i]]++ > 0)
			continue;
		ranges = ranges_of(rules, numbers.before, i);
		open = shape_network_open(rules->arena, ranges);
		if (open.kind == VALUE_BOOL && open.as.boolean)
			add_open_to(rules, INTERNET, rules->some.items[i].text, &ranges,
			    rules->some.items[i].value);
		/* the other half may stand in another resource */
		else if (shape_network_is_half(rules->arena, ranges))
			add_open_to(rules, HALF, rules->some.items[i].text, &ranges,
			    rules->some.items[i].value);
	}
}

static struct str protocol_and_ports(struct arena *arena, const struct rule_row *rule)
{
	struct str protocol = rule->cells[CELL_PROTOCOL], ports = rule->cells[CELL_PORTS];
	bool several = str_contains(ports, STR("-")) || str_contains(ports, STR(","));
	bool all = str_is(protocol, "all");
	struct buf buf;

	if (all && (str_is(ports, "all") || str_is(ports, "-")))
		return STR("all protocols and ports");
	buf_init(&buf, arena, SIZE_MAX);
	buf_add(&buf, all ? STR("all protocols, port") : protocol);
	buf_adds(&buf, all && several ? "s " : " ");
	buf_add(&buf, ports);
	return buf_str(&buf);
}

/* What of it is open or might be together with others, by protocol and ports. */
static void judge_item(struct rules *rules, const struct value *item, const struct rule_row *rule)
{
	const struct value *open = value_get_c(*item, "open"), *cidrs = value_get_c(*item, "cidrs");
	struct str what;

	if (!str_is(value_get_str(*item, "direction"), "ingress") ||
	    !str_is(value_get_str(*item, "action"), "allow"))
		return;
	what = protocol_and_ports(rules->arena, rule);
	if (open && open->kind == VALUE_BOOL && open->as.boolean && cidrs &&
	    cidrs->kind == VALUE_LIST)
		add_open_to(rules, INTERNET, what, cidrs, item);
	else if (cidrs && cidrs->kind == VALUE_LIST && cidrs->len > 0)
		add_part(rules, what, cidrs, item);
}

static void add_item(struct rules *rules, const struct value *item)
{
	struct rule_row rule = {.is_apart = is_open_value(item)};
	struct arena *arena = rules->arena;

	if (item->kind != VALUE_MAP) {
		for (size_t i = 0; i < DIFF_RULE_CELLS; i++)
			rule.cells[i] = STR_EMPTY;
		rule.cells[CELL_DIRECTION] = text_of(arena, item);
		add_rule(rules, &rule, NULL);
		return;
	}
	rule.cells[CELL_DIRECTION] = direction_of(arena, item);
	rule.cells[CELL_PROTOCOL] = text_of(arena, value_get_c(*item, "protocol"));
	rule.cells[CELL_PORTS] = ports_of(arena, item);
	rule.cells[CELL_DESCRIPTION] = text_of(arena, value_get_c(*item, "description"));
	rule.is_apart = has_unknown(item);
	if (add_peers(rules, &rule, value_get_c(*item, "cidrs")) +
		add_peers(rules, &rule, value_get_c(*item, "refs")) ==
	    0)
		add_rule(rules, &rule, NULL);
	judge_item(rules, item, &rule);
}

static bool read_rules(struct diff_walk *walk, const struct value *values, struct rules *out)
{
	struct value items;
	struct err err = {0};

	*out = (struct rules){.arena = walk->arena, .list = value_list(NULL, 0)};
	if (values->kind == VALUE_NULL)
		return true;
	if (!shape_network_rules(walk->arena, walk->change->head.type, *values, &items, &err) ||
	    items.kind != VALUE_LIST)
		return false;
	out->list = items;
	for (uint32_t i = 0; i < items.len; i++) {
		if (out->count >= LINES_MAX)
			return false;
		add_item(out, &items.as.items[i]);
	}
	add_open_together(out);
	return true;
}

/* --- side by side --- */

struct table {
	struct diff_parts parts;
	struct rules before, after;
	struct diff_marks marks;
};

/* The first cells as one line; unknown ones equal nothing. */
static struct diff_line line_of(struct arena *arena, const struct rule_row *rule, size_t cells)
{
	struct diff_line line = {.is_apart = rule->is_apart};
	size_t room = cells;
	char *bytes;

	for (size_t i = 0; i < cells; i++)
		room += rule->cells[i].len;
	bytes = arena_alloc(arena, room);
	for (size_t i = 0; i < cells; i++) {
		memcpy(bytes + line.text.len, rule->cells[i].ptr, rule->cells[i].len);
		line.text.len += rule->cells[i].len;
		bytes[line.text.len++] = SEPARATOR;
	}
	line.text.ptr = bytes;
	return line;
}

static struct diff_lines lines_of(const struct rules *rules, size_t cells)
{
	struct diff_lines lines = {
	    .items = arena_array(rules->arena, struct diff_line, rules->count),
	    .count = rules->count};

	for (size_t i = 0; i < rules->count; i++)
		lines.items[i] = line_of(rules->arena, &rules->items[i], cells);
	return lines;
}

/* One that goes and one that comes which differ in their description only are one that changes. */
static void add_described(struct table *table)
{
	struct arena *arena = table->parts.arena;
	struct diff_lines before = lines_of(&table->before, CELL_DESCRIPTION);
	struct diff_lines after = lines_of(&table->after, CELL_DESCRIPTION);
	struct diff_numbers numbers;
	uint32_t *gone; /* of each number: a rule that goes + 1 */

	diff_number_lines(arena, &before, &after, &numbers);
	gone = arena_array(arena, uint32_t, numbers.count);
	for (size_t i = table->before.count; i > 0; i--) {
		if (table->marks.removed[i - 1])
			gone[numbers.before[i - 1]] = (uint32_t)i;
	}
	for (size_t i = 0; i < table->after.count; i++) {
		uint32_t other = gone[numbers.after[i]];
		struct rule_row rule = table->after.items[i];
		struct buf buf;

		if (!table->marks.added[i] || other == 0)
			continue;
		gone[numbers.after[i]] = 0;
		table->marks.removed[other - 1] = table->marks.added[i] = false;
		table->marks.removed_count--;
		table->marks.added_count--;
		buf_init(&buf, arena, DIFF_CELL_BYTES * 20);
		buf_addf(&buf, "\"%.*s\" -> \"%.*s\"",
		    STR_ARG(table->before.items[other - 1].cells[CELL_DESCRIPTION]),
		    STR_ARG(rule.cells[CELL_DESCRIPTION]));
		rule.cells[CELL_DESCRIPTION] = buf_str(&buf);
		diff_parts_add_cells(&table->parts, PART_CHANGED, rule.cells, DIFF_RULE_CELLS);
	}
}

static void add_marked(
    struct table *table, enum part_mark mark, const struct rules *rules, const bool *marked)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (marked[i])
			diff_parts_add_cells(
			    &table->parts, mark, rules->items[i].cells, DIFF_RULE_CELLS);
	}
}

static void add_remarks(struct table *table)
{
	const struct diff_lines *open = &table->after.open;
	struct network_before before = {&table->before.open, &table->before.list, 0};

	for (size_t i = 0; i < open->count; i++) {
		if (!network_was_open(&before, &open->items[i]))
			diff_parts_add(&table->parts, PART_REMARK, 0, open->items[i].text);
	}
	network_add_denials(&table->parts, &table->before.list, &table->after.list);
}

static void compare(struct table *table)
{
	struct arena *arena = table->parts.arena;
	struct diff_lines before = lines_of(&table->before, DIFF_RULE_CELLS);
	struct diff_lines after = lines_of(&table->after, DIFF_RULE_CELLS);
	size_t same;

	diff_members(arena, &before, &after, &table->marks);
	same = table->after.count - table->marks.added_count;
	if (table->marks.removed_count + table->marks.added_count == 0)
		return;
	add_described(table);
	add_remarks(table);
	add_marked(table, PART_REMOVED, &table->before, table->marks.removed);
	add_marked(table, PART_ADDED, &table->after, table->marks.added);
	diff_parts_gap(&table->parts, 0, same, "rule unchanged", "rules unchanged");
}

/* False: they cannot be read, or nothing differs that the table shows. */
static bool add_table(struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct table table = {.parts = {.arena = walk->arena}};

	if (!read_rules(walk, before, &table.before) || !read_rules(walk, after, &table.after))
		return false;
	compare(&table);
	if (table.parts.count == 0)
		return false;
	(void)diff_add_view(walk,
	    before->kind == VALUE_NULL	? DIFFERENCE_ADDED
	    : after->kind == VALUE_NULL ? DIFFERENCE_REMOVED
					: DIFFERENCE_CHANGED,
	    DIFF_RULES, &table.parts);
	return true;
}

/* --- blocks of a resource --- */

static const char *const block_names[] = {"egress", "ingress", "rule", "security_rule"};

static bool is_block_name(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(block_names); i++) {
		if (str_is(key, block_names[i]))
			return true;
	}
	return false;
}

/* The blocks as the only thing a resource has. */
static struct value alone(struct arena *arena, struct str key, const struct value *blocks)
{
	struct value_entry *entry = arena_make(arena, struct value_entry);
	struct value out = value_null();
	struct str twice;

	if (blocks->kind == VALUE_NULL || (blocks->kind == VALUE_LIST && blocks->len == 0))
		return out;
	*entry = (struct value_entry){value_string(key), *blocks};
	return value_map(arena, entry, 1, &out, &twice) ? out : value_null();
}

/* What is no block has no line in a table. */
static bool may_be_blocks(const struct value *value)
{
	for (uint32_t i = 0; value->kind == VALUE_LIST && i < value->len; i++) {
		uint8_t kind = value->as.items[i].kind;

		if (kind != VALUE_MAP && kind != VALUE_UNKNOWN && kind != VALUE_HIDDEN)
			return false;
	}
	return value->kind == VALUE_LIST || value->kind == VALUE_NULL;
}

/* What of a block stands in the table; of AWS that is all that its provider knows. */
static const char *const cell_names[] = {"access", "action", "cidr_block", "cidr_blocks",
    "description", "destination_port_range", "destination_port_ranges", "direction", "from_port",
    "icmp_code", "icmp_type", "ipv6_cidr_block", "ipv6_cidr_blocks", "prefix_list_ids", "priority",
    "protocol", "rule_no", "security_groups", "self", "to_port"};

static bool is_cell(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(cell_names); i++) {
		if (str_is(key, cell_names[i]))
			return true;
	}
	return false;
}

static bool is_number(struct str text)
{
	struct err nobody = {0};
	int64_t port;

	return str_to_int64(str_trim(text), INT32_MIN, INT32_MAX, &port, &nobody);
}

/* Would the table say "all" of it because it is none? Azure knows ranges, "*" and lists of them. */
static bool is_no_port(const struct value *value, bool may_be_range)
{
	struct str text = value_text(*value), first;

	switch ((enum value_kind)value->kind) {
	case VALUE_STRING:
		if (text.len == 0 || is_number(text) || (may_be_range && str_is(text, "*")))
			return false;
		return !may_be_range || !str_split(&text, '-', &first) || !is_number(first) ||
		       !is_number(text);
	case VALUE_NUMBER:
		return shape_network_port(*value).kind != VALUE_INT;
	case VALUE_LIST:
		for (uint32_t i = 0; i < value->len; i++) {
			if (is_no_port(&value->as.items[i], may_be_range))
				return true;
		}
		return !may_be_range;
	case VALUE_BOOL:
	case VALUE_MAP:
		return true;
	case VALUE_NULL:
	case VALUE_INT:
	case VALUE_UNKNOWN:
	case VALUE_HIDDEN:
		break;
	}
	return false;
}

bool diff_network_is_odd(struct str key, const struct value *before, const struct value *after)
{
	bool range =
	    str_is(key, "destination_port_range") || str_is(key, "destination_port_ranges");

	return (range || str_is(key, "from_port") || str_is(key, "to_port")) &&
	       (is_no_port(before, range) || is_no_port(after, range));
}

/* Does a block have more than its provider knows of, or a port that is none? */
static bool has_more(const struct value *blocks)
{
	for (uint32_t i = 0; blocks->kind == VALUE_LIST && i < blocks->len; i++) {
		const struct value *block = &blocks->as.items[i];

		for (uint32_t k = 0; block->kind == VALUE_MAP && k < block->len; k++) {
			const struct value_entry *entry = &block->as.entries[k];
			struct str key = value_text(entry->key);

			if (!is_cell(key) || diff_network_is_odd(key, &entry->value, &entry->value))
				return true;
		}
	}
	return false;
}

bool diff_network_blocks(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	struct value a, b, none = value_list(NULL, 0);

	if (walk->depth != 1 || walk->text_depth > 0 || !may_be_blocks(before) ||
	    !may_be_blocks(after) || !is_block_name(walk->steps[0].key))
		return false;
	a = alone(walk->arena, walk->steps[0].key, before);
	b = alone(walk->arena, walk->steps[0].key, after);
	if ((a.kind == VALUE_NULL && b.kind == VALUE_NULL) || walk->names_only ||
	    !add_table(walk, &a, &b))
		return false;
	if (str_starts(walk->change->head.type, STR("aws_")) && !has_more(before) &&
	    !has_more(after))
		return true;
	walk->rest_of_rules = true;
	diff_pair(walk, before->kind == VALUE_NULL ? &none : before,
	    after->kind == VALUE_NULL ? &none : after);
	walk->rest_of_rules = false;
	return true;
}

/* Where the rest of the blocks is walked: attributes that are cells, and blocks as a whole. */
bool diff_network_shows(const struct diff_walk *walk)
{
	return walk->depth < 3 || !walk->steps[2].key.ptr || is_cell(walk->steps[2].key);
}

/* What a provider fills in, and the name: of a rule that comes or goes it says nothing more. */
static bool says_nothing(struct str key, const struct value *value)
{
	return str_is(key, "name") || value->kind == VALUE_NULL ||
	       str_is(value_text(*value), "*") ||
	       (value->kind == VALUE_BOOL && !value->as.boolean) ||
	       (value->kind >= VALUE_STRING && value->kind <= VALUE_MAP && value->len == 0);
}

/* The end of a rule of Azure that the table has: of what comes in the source. */
static bool is_peer(const struct value *block, struct str key)
{
	bool out = str_eq_nocase(value_get_str(*block, "direction"), STR("Outbound"));

	return (str_eat(&key, out ? STR("destination_") : STR("source_"))) &&
	       (str_starts(key, STR("address_prefix")) ||
		   str_is(key, "application_security_group_ids"));
}

bool diff_network_rest(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	const struct value *block = before->kind == VALUE_NULL ? after : before;
	const struct value *none = &walk->no_value;

	if (!walk->rest_of_rules || walk->depth != 2 || block->kind != VALUE_MAP ||
	    (before->kind != VALUE_NULL && after->kind != VALUE_NULL))
		return false;
	for (uint32_t i = 0; i < block->len; i++) {
		const struct value_entry *entry = &block->as.entries[i];
		struct str key = value_text(entry->key);
		bool odd = diff_network_is_odd(key, &entry->value, &entry->value);

		if (odd ||
		    !(is_cell(key) || is_peer(block, key) || says_nothing(key, &entry->value)))
			diff_key(walk, key, block == before ? &entry->value : none,
			    block == after ? &entry->value : none);
	}
	return true;
}

/* --- a resource that is a rule --- */

static bool is_rule(struct str type)
{
	return str_ends(type, STR("_rule")) || str_is(type, "google_compute_firewall");
}

bool diff_network_may_tell(const struct diff_walk *walk)
{
	return is_rule(walk->change->head.type) ||
	       (walk->depth > 0 && is_block_name(walk->steps[0].key));
}

void diff_network_rule(
    struct diff_walk *walk, const struct value *before, const struct value *after)
{
	const struct value *none = &walk->no_value;

	if (!is_rule(walk->change->head.type))
		return;
	if (before->kind != VALUE_MAP || after->kind != VALUE_MAP)
		return;
	walk->steps[walk->depth++].key = STR("rule");
	(void)add_table(walk, before->len > 0 ? before : none, after->len > 0 ? after : none);
	walk->depth--;
}
