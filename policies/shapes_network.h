/*
 * shapes_network.h: network rules of a resource, whatever shape they stand in: one list.
 *
 * aws_security_group (inline ingress and egress), aws_default_security_group,
 * aws_security_group_rule, aws_vpc_security_group_ingress_rule and _egress_rule, aws_network_acl
 * and aws_default_network_acl (inline), aws_network_acl_rule; google_compute_firewall, the rules of
 * global, network and regional google_compute_..._firewall_policy_rule and ..._policy_with_rules;
 * azurerm_network_security_group (inline security_rule), azurerm_network_security_rule.
 *
 * Item:
 * - direction: "ingress" or "egress".
 * - action: "allow", "deny" or "none" (a rule that is switched off, or goto_next: it does neither).
 * - protocol: "tcp", "udp", "icmp" ..., "all"; numbers that have a name are that name.
 * - ports: list of {from, to} (Google and Azure allow several); all ports are one {0, 65535};
 *   protocols without ports have none. from, to: the ends of all of those together, null for all;
 *   of ICMP at AWS its type and code, null for all.
 * - cidrs: list of text, of the other side (of egress the destination). refs: other sources:
 *   security groups, prefix lists, tags, service accounts, service tags, "self".
 * - open: do cidrs, taken together, cover all of IPv4 or all of IPv6 that is routed (2000::/3)?
 *   0.0.0.0/0 does, 1.2.3.4/0 and two /1 halves too. Unknown when an unknown part could make it so.
 * It looks at cidrs only, not at action, protocol or ports.
 * - priority: number of the rule where there is one, else null. description: text, "" when missing.
 * - attribute: path of the block: "ingress[0]"; "" when the resource is the rule.
 *
 * Provider defaults count: a null or empty source of an Azure or Google rule that means everywhere
 * becomes "0.0.0.0/0" (Azure: and "::/0"), "*" and "Internet" likewise; protocol -1 and "*" are
 * "all". Protocols of AWS other than tcp, udp and icmp are open on all ports, whatever stands
 * there. Numbers are ports by their value (22.0).
 * What cannot be read as a port is taken for all of them.
 *
 * Unknown: values are copied, so that paths and marks survive. An unknown list of blocks is an
 * UNKNOWN item, and the list itself when it is all there is; an unknown list of ranges beside known
 * ones is one unknown item of cidrs. HIDDEN counts as unknown and stays HIDDEN.
 *
 * Ownership: `arena`; strings may be views of the change. Errors: ERR_LIMIT over SHAPE_ITEMS_MAX
 * items. Layer: policies.
 */
#ifndef POLICIES_SHAPES_NETWORK_H
#define POLICIES_SHAPES_NETWORK_H

#include "base/str.h"
#include "base/value.h"

struct arena;
struct err;

NODISCARD bool shape_network_rules(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err);

/*
 * Is any of the ports open by this item? `item` of that list (or one with from and to only);
 * `ports` a list of ints, or one. A bool; UNKNOWN (or HIDDEN: the value it depends on) when unknown
 * parts decide; null when `ports` are none. An item that does not allow opens nothing; icmp and
 * other protocols without ports cover none.
 */
struct value shape_network_covers(struct value item, struct value ports);

bool shape_has_network(struct str type);

/* Do these ranges (a list of text), taken together, cover three quarters of IPv4 or of the IPv6
 * that is routed (2000::/3)? As `open`. */
struct value shape_network_open(struct arena *arena, struct value cidrs);

/* At least half of one of them? What is unknown counts for nothing. */
bool shape_network_is_half(struct arena *arena, struct value cidrs);

/* A number of up to 65535 as INT, however it is written (22.0); what is none stays. */
struct value shape_network_port(struct value value);

#endif
