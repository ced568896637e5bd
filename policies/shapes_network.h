/*
 * shapes_network.h: network rules of a resource, whatever shape they stand in: one list.
 *
 * aws_security_group (inline ingress and egress), aws_default_security_group,
 * aws_security_group_rule, aws_vpc_security_group_ingress_rule and _egress_rule, aws_network_acl
 * (inline) and aws_network_acl_rule, google_compute_firewall, google_compute_firewall_policy_rule,
 * azurerm_network_security_group (inline security_rule), azurerm_network_security_rule.
 *
 * Item: {direction: "ingress"|"egress", protocol: "tcp" ..., "all"; from, to: int (0..65535, or
 * null for all), ports: list of {from, to} (Google and Azure allow several), cidrs: list of text,
 * refs: list of other sources (security groups, prefix lists, service tags, "self"), description,
 * action: "allow"|"deny", attribute: path of the block: "ingress[0]"}. Provider defaults count: a
 * null or empty source of an Azure or Google rule that means everywhere becomes "0.0.0.0/0" (and
 * "::/0" where IPv6 is meant), "*" and "Internet" likewise; protocol -1 and "*" are "all".
 *
 * network_covers(): is any of the ports open by this item? All protocols and null ports cover
 * everything; icmp covers no port. Unknown parts give UNKNOWN unless the known ones decide.
 *
 * Ownership: `arena`. Limits: SHAPE_ITEMS_MAX items. Layer: policies.
 */
#ifndef POLICIES_SHAPES_NETWORK_H
#define POLICIES_SHAPES_NETWORK_H

#include "base/str.h"
#include "base/value.h"

struct arena;
struct err;

NODISCARD bool shape_network_rules(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err);

/* `item` of that list; `ports` a list of ints (or one). A bool or UNKNOWN. */
struct value shape_network_covers(struct value item, struct value ports);

bool shape_has_network(struct str type);

#endif
