/*
 * shapes_network_parts.h: what the network shapes of the providers share.
 *
 * A reader takes the values of a resource and adds items; what a provider writes in words of its
 * own goes through the functions here, so that an item means the same everywhere.
 *
 * Layer: policies; for shapes_network*.c only.
 */
#ifndef POLICIES_SHAPES_NETWORK_PARTS_H
#define POLICIES_SHAPES_NETWORK_PARTS_H

#include "policies/shape_list.h"

struct network_reading {
	struct arena *arena;
	struct shape_list items;
};

/* The fields of an item, in byte order. */
#define NETWORK_FIELDS(X) \
	X(action)         \
	X(attribute)      \
	X(cidrs)          \
	X(description)    \
	X(direction)      \
	X(from)           \
	X(open)           \
	X(ports)          \
	X(priority)       \
	X(protocol)       \
	X(refs)           \
	X(to)

struct network_item {
#define X(name) struct value name;
	NETWORK_FIELDS(X)
#undef X
};

/* An item of which nothing is said yet: allow, all protocols, all ports, from nowhere. */
struct network_item network_item(struct str attribute);

/* Adds it; `open` is found out here. */
void network_add(struct network_reading *reading, struct network_item *item);

/* One block at a time: `path` is "ingress[0]". */
typedef void network_block(struct network_reading *reading, struct value values, struct value block,
    struct str path, const void *context);

/* Blocks under a name: a list, one map, or something unknown, which becomes an item. */
struct network_blocks {
	const char *name;
	struct str within; /* the path of what holds them; may be empty */
	network_block *read;
	const void *context;
};
void network_each_block(struct network_reading *reading, struct value values, struct value holder,
    const struct network_blocks *blocks);

/* A word of a provider and ours; in any case. */
struct network_word {
	const char *theirs, *ours;
};

/* Null: `fallback`; UNKNOWN and HIDDEN stay; a word that is not listed stays in lower case. */
struct value network_word(struct arena *arena, struct value value, const struct network_word *words,
    const char *fallback);
struct value network_protocol(struct arena *arena, struct value value);
struct value network_direction(struct arena *arena, struct value value);

/* Does a protocol of this name know ports? Unknown names do. */
bool network_has_ports(struct str protocol);

/* Ports of numbers: null and negative numbers are no limit. */
void network_set_range(
    struct arena *arena, struct network_item *item, struct value from, struct value to);
/* Ports of texts: "22", "20-30", "*"; a list of those or one; none are all. */
void network_set_ports(
    struct arena *arena, struct network_item *item, const struct shape_list *texts);
/* A protocol without ports has none. `from` and `to` are kept. */
void network_no_ports(struct network_item *item);

typedef void network_reader(
    struct network_reading *reading, struct value values, const void *context);

network_reader network_aws_group, network_aws_rule, network_google_firewall, network_google_policy,
    network_google_policy_rule, network_azure_group, network_azure_rule;

#endif
