#include "report/network_remarks.h"

#include "base/arena.h"
#include "policies/cel/ip.h"
#include "policies/shapes_network.h"

#define PORT_MAX 65535
/* A provider allows a thousand rules. */
#define PAIRS_MAX ((size_t)2000000)

static bool has_text(const struct value *item, const char *key, const char *text)
{
	return str_is(value_get_str(*item, key), text);
}

static bool same_field(const struct value *a, const struct value *b, const char *key)
{
	const struct value *left = value_get_c(*a, key), *right = value_get_c(*b, key);

	return left && right && value_equal(*left, *right);
}

/* A rule without a number comes first. */
static int64_t priority_of(const struct value *item)
{
	const struct value *priority = value_get_c(*item, "priority");

	return priority && priority->kind == VALUE_INT ? priority->as.integer : -1;
}

/* --- what covers what --- */

static bool protocol_covers(const struct value *wide, const struct value *narrow)
{
	return has_text(wide, "protocol", "all") || same_field(wide, narrow, "protocol");
}

static bool ends_of(const struct value *range, int64_t *from, int64_t *to)
{
	const struct value *first = value_get_c(*range, "from"), *last = value_get_c(*range, "to");

	if (!first || !last || first->kind != VALUE_INT || last->kind != VALUE_INT)
		return false;
	*from = first->as.integer;
	*to = last->as.integer;
	return true;
}

/* The first port from `port` on that the item does not have. */
static int64_t port_after(const struct value *item, int64_t port)
{
	const struct value *ports = value_get_c(*item, "ports");
	int64_t from, to;

	for (uint32_t i = 0; ports && ports->kind == VALUE_LIST && i < ports->len; i++) {
		if (ends_of(&ports->as.items[i], &from, &to) && from <= port && port <= to)
			port = to + 1;
	}
	return port;
}

/* Without ports: of the same type of ICMP, or of all there is. */
static bool covers_portless(const struct value *wide, const struct value *narrow)
{
	if (has_text(wide, "protocol", "all") && port_after(wide, 0) > PORT_MAX)
		return true;
	return same_field(wide, narrow, "ports") && same_field(wide, narrow, "from") &&
	       same_field(wide, narrow, "to");
}

static const struct value *ports_of(const struct value *item)
{
	const struct value *ports = value_get_c(*item, "ports");

	return ports && ports->kind == VALUE_LIST && ports->len > 0 ? ports : NULL;
}

static bool ports_cover(const struct value *wide, const struct value *narrow)
{
	const struct value *ports = ports_of(narrow);
	int64_t from, to;

	for (uint32_t i = 0; ports && i < ports->len; i++) {
		if (!ends_of(&ports->as.items[i], &from, &to) || port_after(wide, from) <= to)
			return false;
	}
	return ports || covers_portless(wide, narrow);
}

static bool peer_covered(const struct value *peers, const struct value *peer)
{
	struct ip_prefix inner, outer;
	bool is_range = ip_parse_prefix(value_text(*peer), &inner);

	for (uint32_t i = 0; i < peers->len; i++) {
		if (peers->as.items[i].kind != VALUE_STRING || peer->kind != VALUE_STRING)
			continue;
		if (value_equal(peers->as.items[i], *peer) ||
		    (is_range && ip_parse_prefix(value_text(peers->as.items[i]), &outer) &&
			ip_prefix_in_prefix(&outer, &inner)))
			return true;
	}
	return false;
}

static bool peers_cover(const struct value *wide, const struct value *narrow, const char *key)
{
	const struct value *peers = value_get_c(*wide, key), *others = value_get_c(*narrow, key);

	if (!peers || !others || peers->kind != VALUE_LIST || others->kind != VALUE_LIST)
		return false;
	for (uint32_t i = 0; i < others->len; i++) {
		if (!peer_covered(peers, &others->as.items[i]))
			return false;
	}
	return true;
}

static bool item_covers(const struct value *wide, const struct value *narrow)
{
	return same_field(wide, narrow, "action") && same_field(wide, narrow, "direction") &&
	       protocol_covers(wide, narrow) && ports_cover(wide, narrow) &&
	       peers_cover(wide, narrow, "cidrs") && peers_cover(wide, narrow, "refs");
}

/* --- open as a whole --- */

unsigned network_open_families(struct arena *arena, const struct value *cidrs)
{
	unsigned families = 0;

	for (unsigned family = NETWORK_IPV4; family <= NETWORK_IPV6; family <<= 1) {
		struct value *items = arena_array(arena, struct value, cidrs->len + 1U);
		struct value open;
		uint32_t count = 0;

		for (uint32_t i = 0; i < cidrs->len; i++) {
			bool is_ipv6 = str_contains(value_text(cidrs->as.items[i]), STR(":"));

			if (is_ipv6 == (family == NETWORK_IPV6))
				items[count++] = cidrs->as.items[i];
		}
		open = shape_network_open(arena, value_list(items, count));
		if (open.kind == VALUE_BOOL && open.as.boolean)
			families |= family;
	}
	return families;
}

/* --- open before --- */

/* A denial that stands before the one, and not before the other. */
static bool is_behind_denial(
    struct network_before *before, const struct value *was, const struct value *is)
{
	const struct value *rules = before->rules;

	before->pairs += rules->len;
	for (uint32_t i = 0; i < rules->len; i++) {
		const struct value *item = &rules->as.items[i];

		if (has_text(item, "action", "deny") && same_field(item, was, "direction") &&
		    priority_of(item) <= priority_of(was) && priority_of(item) > priority_of(is))
			return true;
	}
	return false;
}

/* "now open to the internet" covers half of it; a half only the same one. */
static bool is_as_open(const struct diff_line *before, const struct diff_line *open)
{
	struct str half = STR("now open to half");

	if ((open->kind & ~before->kind) != 0) /* IPv6 is another internet */
		return false;
	if (!str_starts(before->text, half))
		return true;
	return str_starts(open->text, half) && peers_cover(before->value, open->value, "cidrs");
}

static bool counts(
    struct network_before *before, const struct diff_line *was, const struct diff_line *open)
{
	return before->pairs++ < PAIRS_MAX && is_as_open(was, open) &&
	       protocol_covers(was->value, open->value) &&
	       !is_behind_denial(before, was->value, open->value);
}

/* The first port from `port` on that none of them had, or one behind `to`. */
static int64_t port_not_open(
    struct network_before *before, const struct diff_line *open, int64_t port, int64_t to)
{
	const struct diff_lines *was = before->open;
	int64_t last;

	do {
		last = port;
		for (size_t i = 0; i < was->count; i++) {
			if (counts(before, &was->items[i], open))
				port = port_after(was->items[i].value, port);
		}
	} while (port > last && port <= to);
	return port;
}

bool network_was_open(struct network_before *before, const struct diff_line *open)
{
	const struct value *ports = ports_of(open->value);
	const struct diff_lines *was = before->open;
	int64_t from, to;

	for (size_t i = 0; i < was->count; i++) {
		if (counts(before, &was->items[i], open) &&
		    (str_eq(was->items[i].text, open->text) ||
			ports_cover(was->items[i].value, open->value)))
			return true;
	}
	for (uint32_t i = 0; ports && i < ports->len; i++) {
		if (!ends_of(&ports->as.items[i], &from, &to) ||
		    port_not_open(before, open, from, to) <= to)
			return false;
	}
	return ports;
}

/* --- denials --- */

/* They may meet: ports and sources are not looked at. */
static bool is_allow_of(const struct value *allow, const struct value *denial)
{
	return has_text(allow, "action", "allow") && same_field(allow, denial, "direction") &&
	       (protocol_covers(allow, denial) || protocol_covers(denial, allow));
}

struct denials {
	const struct value *before, *after;
	size_t pairs; /* compared so far */
};

/* Stood it behind the denial, or further behind? */
static bool stood_behind(
    struct denials *denials, const struct value *allow, const struct value *denial)
{
	const struct value *before = denials->before;
	bool found = false;

	denials->pairs += before->len;
	for (uint32_t i = 0; i < before->len && denials->pairs < PAIRS_MAX; i++) {
		const struct value *item = &before->as.items[i];

		if (item->kind != VALUE_MAP || !item_covers(item, allow))
			continue;
		if (priority_of(item) < priority_of(denial))
			return false;
		found = true;
	}
	return found;
}

static const struct value *denial_of(struct denials *denials, const struct value *denial)
{
	const struct value *first = NULL, *after = denials->after;

	denials->pairs += after->len;
	for (uint32_t i = 0; i < after->len; i++) {
		const struct value *item = &after->as.items[i];

		if (item->kind == VALUE_MAP &&
		    (value_equal(*item, *denial) || item_covers(item, denial)) &&
		    (!first || priority_of(item) < priority_of(first)))
			first = item;
	}
	return first;
}

/* The first that lets in what was denied; `now`: where the denial stands, NULL: nowhere. */
static const struct value *allow_of(
    struct denials *denials, const struct value *denial, const struct value *now)
{
	const struct value *first = NULL, *after = denials->after;

	denials->pairs += after->len;
	for (uint32_t i = 0; i < after->len; i++) {
		const struct value *item = &after->as.items[i];

		if (item->kind != VALUE_MAP || !is_allow_of(item, denial) ||
		    (first && priority_of(item) >= priority_of(first)))
			continue;
		if (!now ||
		    (priority_of(item) < priority_of(now) && stood_behind(denials, item, denial)))
			first = item;
	}
	return first;
}

static struct str priority_text(struct arena *arena, const struct value *allow)
{
	if (!allow)
		return STR_EMPTY;
	return priority_of(allow) < 0
		   ? STR(", an allow counts now")
		   : str_format(arena, ", allow %lld counts now", (long long)priority_of(allow));
}

/* "22-23 from 10.0.0.0/8": the first of each. */
static struct str extent_text(struct arena *arena, const struct value *denial)
{
	const struct value *ports = ports_of(denial), *peers = value_get_c(*denial, "cidrs");
	struct str text = STR_EMPTY;
	int64_t from, to;

	if (ports && ends_of(&ports->as.items[0], &from, &to) && (from > 0 || to < PORT_MAX))
		text = from == to ? str_format(arena, " %lld", (long long)from)
				  : str_format(arena, " %lld-%lld", (long long)from, (long long)to);
	if (peers && peers->kind == VALUE_LIST && peers->len > 0 &&
	    peers->as.items[0].kind == VALUE_STRING)
		text = str_format(arena, "%.*s %s %.*s%s", STR_ARG(text),
		    has_text(denial, "direction", "egress") ? "to" : "from",
		    STR_ARG(value_text(peers->as.items[0])), peers->len > 1 ? " ..." : "");
	return text;
}

void network_add_denials(
    struct diff_parts *parts, const struct value *before, const struct value *after)
{
	struct denials denials = {before, after, 0};

	for (uint32_t i = 0; i < before->len; i++) {
		const struct value *denial = &before->as.items[i], *now, *allow;
		struct str protocol, text;

		if (denial->kind != VALUE_MAP || !has_text(denial, "action", "deny"))
			continue;
		if (denials.pairs >= PAIRS_MAX) {
			diff_parts_add(parts, PART_REMARK, 0,
			    STR("too many rules: it is not known which denials still count"));
			return;
		}
		now = denial_of(&denials, denial);
		allow = allow_of(&denials, denial, now);
		if (now && !allow)
			continue;
		protocol = value_get_str(*denial, "protocol");
		text = str_format(parts->arena, "no longer denied: %.*s%.*s%.*s", STR_ARG(protocol),
		    STR_ARG(extent_text(parts->arena, denial)),
		    STR_ARG(priority_text(parts->arena, allow)));
		diff_parts_add(parts, PART_REMARK, 0, diff_cell(parts->arena, text, false));
	}
}
