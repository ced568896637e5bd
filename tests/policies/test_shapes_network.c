#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/shape_list.h"
#include "policies/shapes_network.h"
#include "tests/support/shape_sketch.h"

#define FORMAT "%direction %action %protocol %from..%to %ports %cidrs %refs %open @%attribute"

struct row {
	const char *name, *type, *values, *want;
};

static struct value rules_of(struct arena *arena, const char *type, const char *values)
{
	struct value rules;
	struct err err = {0};

	if (!shape_network_rules(arena, str_from(type), shape_written(arena, values), &rules, &err))
		fail_msg("%s %s: %s", type, values, err.text);
	return rules;
}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct arena *arena = arena_new();
		struct value rules = rules_of(arena, rows[i].type, rows[i].values);
		struct str got = shape_sketch_items(arena, rules, FORMAT);

		if (!str_is(got, rows[i].want))
			fail_msg(
			    "%s: %.*s\nexpected: %s", rows[i].name, STR_ARG(got), rows[i].want);
		arena_free(arena);
	}
}

#define SG   "aws_security_group"
#define RULE "aws_security_group_rule"
#define VPC  "aws_vpc_security_group_ingress_rule"
#define ACL  "aws_network_acl"

static const struct row aws_rows[] = {
    {"no rules", SG, "{'name': 'x', 'ingress': null, 'egress': []}", ""},
    {"a provider's own form", SG,
	"{'ingress': [{'cidr_blocks': ['0.0.0.0/0'], 'description': '', 'from_port': 22, "
	"'ipv6_cidr_blocks': [], 'prefix_list_ids': [], 'protocol': 'tcp', "
	"'security_groups': [], 'self': false, 'to_port': 22}]}",
	"ingress allow tcp 22..22 [22-22] [0.0.0.0/0] [] true @ingress[0]"},
    {"both families, both directions", SG,
	"{'ingress': [{'protocol': 'TCP', 'from_port': 20, 'to_port': 30, 'cidr_blocks': "
	"['10.0.0.0/8'], 'ipv6_cidr_blocks': ['::/0']}], 'egress': [{'protocol': '-1', "
	"'from_port': 0, 'to_port': 0, 'cidr_blocks': ['0.0.0.0/0']}]}",
	"ingress allow tcp 20..30 [20-30] [10.0.0.0/8,::/0] [] true @ingress[0]; "
	"egress allow all -..- [0-65535] [0.0.0.0/0] [] true @egress[0]"},
    {"everything that is no range", SG,
	"{'ingress': [{'protocol': '17', 'from_port': 53, 'to_port': 53, "
	"'security_groups': ['sg-1'], 'prefix_list_ids': ['pl-1'], 'self': true}]}",
	"ingress allow udp 53..53 [53-53] [] [pl-1,sg-1,self] false @ingress[0]"},
    {"numbers for names", SG, "{'ingress': [{'protocol': -1}, {'protocol': 6}]}",
	"ingress allow all -..- [0-65535] [] [] false @ingress[0]; "
	"ingress allow tcp -..- [0-65535] [] [] false @ingress[1]"},
    {"icmp has types", SG,
	"{'ingress': [{'protocol': 'icmp', 'from_port': -1, 'to_port': -1}, "
	"{'protocol': '1', 'from_port': 8, 'to_port': 0}, {'protocol': '58'}]}",
	"ingress allow icmp -..- [] [] [] false @ingress[0]; "
	"ingress allow icmp 8..0 [] [] [] false @ingress[1]; "
	"ingress allow icmpv6 -..- [] [] [] false @ingress[2]"},
    {"other protocols ignore ports", SG,
	"{'ingress': [{'protocol': '132', 'from_port': 1, 'to_port': 2}, "
	"{'protocol': '50', 'from_port': 1, 'to_port': 2}]}",
	"ingress allow sctp -..- [0-65535] [] [] false @ingress[0]; "
	"ingress allow esp -..- [] [] [] false @ingress[1]"},
    {"ports as texts and over the end", SG,
	"{'ingress': [{'protocol': 'tcp', 'from_port': '22', 'to_port': 70000}]}",
	"ingress allow tcp 22..65535 [22-65535] [] [] false @ingress[0]"},
    {"ports by their value", SG,
	"{'ingress': [{'protocol': 'tcp', 'from_port': 22.0, 'to_port': 8e1}, "
	"{'protocol': 'tcp', 'from_port': 0.0, 'to_port': 655350e-1}, "
	"{'protocol': 'tcp', 'from_port': -1.0, 'to_port': 1e9}, "
	"{'protocol': 'tcp', 'from_port': 22.5, 'to_port': 80}, "
	"{'protocol': 'icmp', 'from_port': 8.0, 'to_port': -1.0}]}",
	"ingress allow tcp 22..80 [22-80] [] [] false @ingress[0]; "
	"ingress allow tcp -..- [0-65535] [] [] false @ingress[1]; "
	"ingress allow tcp -..- [0-65535] [] [] false @ingress[2]; "
	"ingress allow tcp 0..80 [0-80] [] [] false @ingress[3]; "
	"ingress allow icmp 8..- [] [] [] false @ingress[4]"},
    {"all unknown", SG, "{'ingress': '?after.ingress', 'egress': []}", "?after.ingress"},
    {"one side unknown", SG, "{'ingress': '?after.ingress', 'egress': [{'protocol': 'tcp'}]}",
	"?after.ingress; egress allow tcp -..- [0-65535] [] [] false @egress[0]"},
    {"both unknown", SG, "{'ingress': '?after.ingress', 'egress': '?after.egress'}",
	"?after.ingress; ?after.egress"},
    {"a block unknown", SG, "{'ingress': ['?after.ingress[0]', {'protocol': 'tcp'}]}",
	"?after.ingress[0]; ingress allow tcp -..- [0-65535] [] [] false @ingress[1]"},
    {"unknown leaves", SG,
	"{'ingress': [{'protocol': '?p', 'from_port': '?f', 'to_port': 30, 'cidr_blocks': "
	"'?c'}]}",
	"ingress allow ?p ?f..30 [?f-30,?p] ?c [] ?c @ingress[0]"},
    {"an unknown range beside known ones", SG,
	"{'ingress': [{'protocol': 'tcp', 'cidr_blocks': ['?c', '10.0.0.0/8'], "
	"'ipv6_cidr_blocks': '?six', 'self': '?self'}]}",
	"ingress allow tcp -..- [0-65535] [?c,10.0.0.0/8,?six] [?self] ?six @ingress[0]"},
    {"secret and hidden", SG,
	"{'ingress': [{'protocol': 'tcp', 'cidr_blocks': ['!10.0.0.0/8', '#']}]}",
	"ingress allow tcp -..- [0-65535] [10.0.0.0/8!,#] [] # @ingress[0]"},
    {"hidden as a whole", SG, "{'ingress': '#'}", "#"},
    {"odd kinds", SG, "{'ingress': 'x', 'egress': [5, null, [1]]}", ""},
    {"default group", "aws_default_security_group", "{'ingress': [{'protocol': '-1'}]}",
	"ingress allow all -..- [0-65535] [] [] false @ingress[0]"},
    {"a rule alone", RULE,
	"{'type': 'egress', 'protocol': 'tcp', 'from_port': 443, 'to_port': 443, "
	"'cidr_blocks': ['0.0.0.0/0'], 'ipv6_cidr_blocks': null, 'self': false, "
	"'source_security_group_id': '?after.source_security_group_id'}",
	"egress allow tcp 443..443 [443-443] [0.0.0.0/0] [] true @"},
    {"a rule for itself", RULE,
	"{'type': 'ingress', 'protocol': 'tcp', 'from_port': 0, 'to_port': 65535, 'self': "
	"true, 'source_security_group_id': '?g'}",
	"ingress allow tcp -..- [0-65535] [] [self] false @"},
    {"a rule for a group", RULE,
	"{'type': 'ingress', 'protocol': 'all', 'source_security_group_id': '?g'}",
	"ingress allow all -..- [0-65535] [] ?g false @"},
    {"direction unknown", RULE, "{'type': '?t', 'protocol': 'udp', 'from_port': 1}",
	"?t allow udp 1..65535 [1-65535] [] [] false @"},
    {"new ingress", VPC,
	"{'cidr_ipv4': '0.0.0.0/0', 'cidr_ipv6': null, 'from_port': 80, 'ip_protocol': "
	"'tcp', 'prefix_list_id': null, 'referenced_security_group_id': null, 'to_port': "
	"80}",
	"ingress allow tcp 80..80 [80-80] [0.0.0.0/0] [] true @"},
    {"new egress", "aws_vpc_security_group_egress_rule",
	"{'cidr_ipv6': '::/0', 'from_port': null, 'ip_protocol': '-1', 'to_port': null}",
	"egress allow all -..- [0-65535] [::/0] [] true @"},
    {"new by reference", VPC,
	"{'referenced_security_group_id': 'sg-1', 'prefix_list_id': '?after.p', "
	"'ip_protocol': 'tcp', 'from_port': 1, 'to_port': 2}",
	"ingress allow tcp 1..2 [1-2] [] [?after.p,sg-1] false @"},
    {"acl", ACL,
	"{'ingress': [{'action': 'DENY', 'cidr_block': '0.0.0.0/0', 'from_port': 22, "
	"'icmp_code': 0, 'icmp_type': 0, 'ipv6_cidr_block': '', 'protocol': '6', "
	"'rule_no': "
	"100, 'to_port': 22}], 'egress': [{'action': 'allow', 'cidr_block': '', "
	"'ipv6_cidr_block': '::/0', 'protocol': '1', 'icmp_type': -1, 'icmp_code': -1, "
	"'from_port': 0, 'to_port': 0}]}",
	"ingress deny tcp 22..22 [22-22] [0.0.0.0/0] [] true @ingress[0]; "
	"egress allow icmp -..- [] [::/0] [] true @egress[0]"},
    {"acl rule", "aws_network_acl_rule",
	"{'egress': true, 'protocol': '-1', 'rule_action': 'allow', 'cidr_block': "
	"'1.0.0.0/8', 'from_port': 0, 'to_port': 0}",
	"egress allow all -..- [0-65535] [1.0.0.0/8] [] false @"},
    {"acl rule the other way", "aws_network_acl_rule",
	"{'egress': false, 'protocol': 'tcp', 'rule_action': '?a', 'from_port': 1, "
	"'to_port': 2}",
	"ingress ?a tcp 1..2 [1-2] [] [] false @"},
    {"another type", "aws_instance", "{'ingress': [{'protocol': '-1'}]}", ""},
    {"nothing known", SG, "'?after'", "?after"},
    {"nothing there", SG, "null", ""},
};

static void test_aws(void **state)
{
	(void)state;
	check_rows(aws_rows, ARRAY_LEN(aws_rows));
}

#define FW "google_compute_firewall"
#define FP "google_compute_network_firewall_policy_rule"

static const struct row google_rows[] = {
    {"several protocols", FW,
	"{'allow': [{'ports': ['80', '8080', '1000-2000'], 'protocol': 'tcp'}, {'ports': "
	"[], 'protocol': 'icmp'}], 'deny': [], 'source_ranges': ['10.0.0.0/8'], "
	"'source_tags': ['web']}",
	"ingress allow tcp 80..8080 [80-80,8080-8080,1000-2000] [10.0.0.0/8] [web] false "
	"@allow[0]; ingress allow icmp -..- [] [10.0.0.0/8] [web] false @allow[1]"},
    {"no source is everywhere", FW,
	"{'allow': [{'ports': ['22'], 'protocol': 'tcp'}], 'direction': 'INGRESS', "
	"'source_ranges': null, 'source_tags': null, 'source_service_accounts': []}",
	"ingress allow tcp 22..22 [22-22] [0.0.0.0/0] [] true @allow[0]"},
    {"a tag is a source", FW,
	"{'allow': [{'protocol': 'tcp', 'ports': null}], 'source_tags': ['web'], "
	"'source_ranges': []}",
	"ingress allow tcp -..- [0-65535] [] [web] false @allow[0]"},
    {"a tag that may be none", FW,
	"{'allow': [{'protocol': 'tcp', 'ports': ['1']}], 'source_tags': '?t'}",
	"ingress allow tcp 1..1 [1-1] ?t ?t ?t @allow[0]"},
    {"an unknown tag is one", FW,
	"{'allow': [{'protocol': 'tcp', 'ports': ['1']}], 'source_tags': ['?t']}",
	"ingress allow tcp 1..1 [1-1] [] [?t] false @allow[0]"},
    {"egress goes everywhere", FW,
	"{'deny': [{'protocol': 'all'}], 'direction': 'EGRESS', 'source_ranges': "
	"['1.2.3.0/24']}",
	"egress deny all -..- [0-65535] [0.0.0.0/0] [] true @deny[0]"},
    {"egress unknown", FW,
	"{'allow': [{'protocol': 'tcp'}], 'direction': 'EGRESS', 'destination_ranges': "
	"'?d'}",
	"egress allow tcp -..- [0-65535] ?d [] ?d @allow[0]"},
    {"switched off", FW, "{'allow': [{'protocol': ''}], 'disabled': true}",
	"ingress none all -..- [0-65535] [0.0.0.0/0] [] true @allow[0]"},
    {"maybe switched off", FW, "{'allow': [{'protocol': 'tcp'}], 'disabled': '?d'}",
	"ingress ?d tcp -..- [0-65535] [0.0.0.0/0] [] true @allow[0]"},
    {"direction unknown", FW, "{'allow': [{'protocol': 'tcp'}], 'direction': '?d'}",
	"?d allow tcp -..- [0-65535] ?d ?d ?d @allow[0]"},
    {"unknown ports", FW,
	"{'allow': [{'protocol': 'tcp', 'ports': '?p'}, {'protocol': 'tcp', 'ports': "
	"['22', "
	"'?q']}], 'source_ranges': ['10.0.0.0/8']}",
	"ingress allow tcp ?p..?p ?p [10.0.0.0/8] [] false @allow[0]; "
	"ingress allow tcp ?q..?q [22-22,?q] [10.0.0.0/8] [] false @allow[1]"},
    {"allow unknown", FW, "{'allow': '?after.allow', 'deny': null}", "?after.allow"},
    {"policy rule", FP,
	"{'action': 'allow', 'direction': 'INGRESS', 'disabled': false, 'priority': 5, "
	"'match': [{'src_ip_ranges': ['0.0.0.0/0'], 'dest_ip_ranges': ['10.0.0.0/8'], "
	"'layer4_configs': [{'ip_protocol': 'tcp', 'ports': ['22', '80-90']}, "
	"{'ip_protocol': 'all'}]}]}",
	"ingress allow tcp 22..90 [22-22,80-90] [0.0.0.0/0] [] true "
	"@match[0].layer4_configs[0]; ingress allow all -..- [0-65535] [0.0.0.0/0] [] true "
	"@match[0].layer4_configs[1]"},
    {"policy rule by tag", FP,
	"{'action': 'goto_next', 'direction': 'INGRESS', 'match': [{'src_secure_tags': "
	"[{'name': 'tagValues/1', 'state': null}], 'src_fqdns': ['a.b'], "
	"'src_network_scope': "
	"'', 'layer4_configs': [{'ip_protocol': 'tcp'}]}]}",
	"ingress none tcp -..- [0-65535] [] [a.b,tagValues/1] false "
	"@match[0].layer4_configs[0]"},
    {"policy rule egress", "google_compute_firewall_policy_rule",
	"{'action': 'deny', 'direction': 'EGRESS', 'match': {'dest_ip_ranges': "
	"['::/0'], 'layer4_configs': [{'ip_protocol': 'udp', 'ports': [53]}]}}",
	"egress deny udp 53..53 [53-53] [::/0] [] true @match.layer4_configs[0]"},
    {"policy match unknown", FP, "{'action': 'allow', 'match': '?m'}", "?m"},
    {"policy with rules", "google_compute_firewall_policy_with_rules",
	"{'rule': [{'action': 'allow', 'direction': 'INGRESS', 'match': [{'src_ip_ranges': "
	"[], 'layer4_config': [{'ip_protocol': 'tcp', 'ports': ['1']}]}]}]}",
	"ingress allow tcp 1..1 [1-1] [0.0.0.0/0] [] true "
	"@rule[0].match[0].layer4_config[0]"},
};

static void test_google(void **state)
{
	(void)state;
	check_rows(google_rows, ARRAY_LEN(google_rows));
}

#define NSG "azurerm_network_security_group"
#define NSR "azurerm_network_security_rule"

static const struct row azure_rows[] = {
    {"a rule", NSR,
	"{'access': 'Deny', 'description': null, 'destination_address_prefix': '*', "
	"'destination_port_range': '3389', 'destination_port_ranges': null, 'direction': "
	"'Inbound', 'protocol': 'Tcp', 'source_address_prefix': '*', "
	"'source_address_prefixes': null, 'source_port_range': '*'}",
	"ingress deny tcp 3389..3389 [3389-3389] [0.0.0.0/0,::/0] [] true @"},
    {"lists", NSR,
	"{'access': 'Allow', 'direction': 'Inbound', 'protocol': '*', "
	"'destination_port_ranges': ['22', '80-90'], 'destination_port_range': '', "
	"'source_address_prefix': '', 'source_address_prefixes': ['10.0.0.0/8', "
	"'VirtualNetwork', 'fd00::/8']}",
	"ingress allow all 22..90 [22-22,80-90] [10.0.0.0/8,fd00::/8] [VirtualNetwork] "
	"false @"},
    {"everywhere by other names", NSR,
	"{'access': 'Allow', 'direction': 'Inbound', 'protocol': 'Udp', "
	"'destination_port_range': '*', 'source_address_prefixes': ['internet', "
	"'0.0.0.0']}",
	"ingress allow udp -..- [0-65535] [0.0.0.0/0,::/0,0.0.0.0/0,::/0] [] true @"},
    {"a secret stays one", NSR,
	"{'access': 'Allow', 'direction': 'Inbound', 'protocol': 'Icmp', "
	"'destination_port_range': '*', 'source_address_prefix': '!Internet'}",
	"ingress allow icmp -..- [] [0.0.0.0/0!,::/0!] [] true @"},
    {"outbound looks at the other end", NSR,
	"{'access': 'Allow', 'direction': 'outbound', 'protocol': 'Tcp', "
	"'destination_port_range': 443, 'source_address_prefix': '*', "
	"'destination_address_prefix': 'Storage.WestEurope'}",
	"egress allow tcp 443..443 [443-443] [] [Storage.WestEurope] false @"},
    {"groups", NSR,
	"{'access': 'Allow', 'direction': 'Inbound', 'protocol': 'Tcp', "
	"'destination_port_range': '1', 'source_application_security_group_ids': ['asg']}",
	"ingress allow tcp 1..1 [1-1] [] [asg] false @"},
    {"no source", NSR,
	"{'access': 'Allow', 'direction': 'Inbound', 'protocol': 'Tcp', "
	"'destination_port_range': '1'}",
	"ingress allow tcp 1..1 [1-1] [0.0.0.0/0,::/0] [] true @"},
    {"unknown source", NSR,
	"{'access': '?a', 'direction': 'Inbound', 'protocol': 'Tcp', "
	"'destination_port_range': '?p', 'source_address_prefix': '?s', "
	"'source_address_prefixes': []}",
	"ingress ?a tcp ?p..?p ?p ?s [] ?s @"},
    {"blocks", NSG,
	"{'security_rule': [{'access': 'Allow', 'direction': 'Inbound', 'protocol': 'Tcp', "
	"'destination_port_range': '22', 'source_address_prefix': '1.2.3.4'}]}",
	"ingress allow tcp 22..22 [22-22] [1.2.3.4] [] false @security_rule[0]"},
    {"blocks unknown", NSG, "{'security_rule': '?after.security_rule'}", "?after.security_rule"},
    {"a port that is none is every port", NSR,
	"{'direction': 'Inbound', 'protocol': 'Tcp', 'destination_port_range': 'ssh', "
	"'source_address_prefix': '10.0.0.0/8'}",
	"ingress allow tcp -..- [0-65535] [10.0.0.0/8] [] false @"},
};

static void test_azure(void **state)
{
	(void)state;
	check_rows(azure_rows, ARRAY_LEN(azure_rows));
}

static void test_open(void **state)
{
	static const struct {
		const char *cidrs, *want;
	} rows[] = {
	    {"[]", "false"},
	    {"['0.0.0.0/0']", "true"},
	    {"['1.2.3.4/0']", "true"},
	    {"['10.0.0.0/00']", "true"},
	    {"['::/0']", "true"},
	    {"['fe80::1/0']", "true"},
	    {"['10.0.0.0/10', '10.0.0.0/100']", "false"},
	    {"['0.0.0.0/1']", "false"},
	    {"['128.0.0.0/1', '0.0.0.0/1']", "true"},
	    {"['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/2']", "true"},
	    {"['0.0.0.0/1', '128.0.0.0/2', '192.0.0.0/3']", "true"}, /* all but 224.0.0.0/3 */
	    {"['0.0.0.0/5', '8.0.0.0/7', '11.0.0.0/8', '12.0.0.0/6', '16.0.0.0/4', '32.0.0.0/3', "
	     "'64.0.0.0/2', '128.0.0.0/1']",
		"true"}, /* all but 10.0.0.0/8 */
	    {"['0.0.0.0/1', '128.0.0.0/2']", "true"},
	    {"['0.0.0.0/1', '128.0.0.0/3', '160.0.0.0/4']", "false"},
	    {"[' 0.0.0.0/1', '128.0.0.0/2 ', '192.0.0.0/3', '224.0.0.0/3']", "true"},
	    {"['0.0.0.0/1', '129.0.0.0/1']", "true"}, /* host bits */
	    {"['0.0.0.0/1', '128.0.0.0/01', '128.0.0.0/0001']", "false"},
	    {"['64.0.0.0/2', '0.0.0.0/1', '0.0.0.0/2', '128.0.0.0/1']", "true"},
	    {"['8000::/1', '::/1']", "true"},
	    {"['8000::/1', '128.0.0.0/1']", "false"}, /* halves of different wholes */
	    {"['2000::/4', '128.0.0.0/1']", "false"},
	    {"['2000::/3']", "true"}, /* all that is routed */
	    {"['3000::/4', '2000::/4']", "true"},
	    {"['::/1']", "true"},
	    {"['2000::/4', '3000::/5', '3800::/5']", "true"},
	    {"['2000::/4', '3000::/6', '3800::/6']", "true"},
	    {"['2000::/4', '3000::/6', '3800::/7']", "false"},
	    {"['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2']", "true"},
	    {"['0.0.0.0/1', '?c']", "?c"},
	    {"['0.0.0.0/0', '?c']", "true"},
	    {"['?c', '0.0.0.0/1', '128.0.0.0/1']", "true"},
	    {"['garbage', '', '300.0.0.0/8', '/0x', 7, null, {}]", "false"},
	    {"'?c'", "?c"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct str values = str_format(
		    arena, "{'ingress': [{'protocol': 'tcp', 'cidr_blocks': %s}]}", rows[i].cidrs);
		struct value rules = rules_of(arena, SG, values.ptr);
		struct str got = shape_sketch_items(arena, rules, "%open");

		if (!str_is(got, rows[i].want))
			fail_msg(
			    "%s: %.*s, expected %s", rows[i].cidrs, STR_ARG(got), rows[i].want);
		arena_free(arena);
	}
}

static void test_covers(void **state)
{
	static const struct {
		const char *type, *rule, *ports, *want;
	} rows[] = {
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "[22]", "true"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "[20]", "true"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "[30]", "true"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "22", "true"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "[19, 31, 3389]", "false"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "[]", "false"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "['22']", "-"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "'22'", "-"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "null", "-"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "['?p']", "?p"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "['?p', 25]", "true"},
	    {SG, "'protocol': 'tcp', 'from_port': 20, 'to_port': 30", "'?p'", "?p"},
	    {SG, "'protocol': '-1'", "['?p']", "true"},
	    {SG, "'protocol': '-1', 'from_port': 1, 'to_port': 2", "[22]", "true"},
	    {SG, "'protocol': '-1'", "[]", "false"},
	    {SG, "'protocol': 'tcp'", "[22]", "true"},
	    {SG, "'protocol': 'icmp'", "[22]", "false"},
	    {SG, "'protocol': 'icmp'", "'?p'", "false"},
	    {SG, "'protocol': '50'", "[22]", "false"},
	    {SG, "'protocol': '?p', 'from_port': 22, 'to_port': 22", "[22]", "?p"},
	    {SG, "'protocol': '?p'", "[22]", "?p"},
	    {SG, "'protocol': 'tcp', 'from_port': '?f', 'to_port': 30", "[22]", "?f"},
	    {SG, "'protocol': 'tcp', 'from_port': '?f', 'to_port': 20", "[22]", "false"},
	    {SG, "'protocol': 'tcp', 'from_port': 10, 'to_port': '?t'", "[22]", "?t"},
	    {SG, "'protocol': 'tcp', 'from_port': 30, 'to_port': '?t'", "[22]", "false"},
	    {SG, "'protocol': 'tcp', 'from_port': '#', 'to_port': 30", "[22]", "#"},
	    {ACL, "'protocol': '6', 'action': 'deny'", "[22]", "false"},
	    {ACL, "'protocol': '6', 'action': '?a'", "[22]", "?a"},
	    {ACL, "'protocol': '6', 'action': '?a', 'from_port': 1, 'to_port': 2", "[22]", "false"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct str values = str_format(arena, "{'ingress': [{%s}]}", rows[i].rule);
		struct value rules = rules_of(arena, rows[i].type, values.ptr);
		struct buf out;

		buf_init(&out, arena, 1000);
		assert_int_equal(rules.len, 1);
		shape_sketch(&out,
		    shape_network_covers(rules.as.items[0], shape_written(arena, rows[i].ports)));
		if (!str_is(buf_str(&out), rows[i].want))
			fail_msg("%s covers %s: %.*s, expected %s", rows[i].rule, rows[i].ports,
			    STR_ARG(buf_str(&out)), rows[i].want);
		arena_free(arena);
	}
}

/* Lists of ranges, and items that did not come from here. */
static void test_covers_items(void **state)
{
	static const struct {
		const char *item, *ports, *want;
	} rows[] = {
	    {"{'protocol': 'tcp', 'ports': [{'from': 22, 'to': 22}, {'from': 80, 'to': 90}]}",
		"[85]", "true"},
	    {"{'protocol': 'tcp', 'ports': [{'from': 22, 'to': 22}, {'from': 80, 'to': 90}]}",
		"[23]", "false"},
	    {"{'protocol': 'tcp', 'ports': [{'from': 22, 'to': 22}, '?q']}", "[22]", "true"},
	    {"{'protocol': 'tcp', 'ports': [{'from': 22, 'to': 22}, '?q']}", "[23]", "?q"},
	    {"{'protocol': 'tcp', 'ports': '?q'}", "[23]", "?q"},
	    {"{'protocol': 'all', 'ports': [{'from': 22, 'to': 22}]}", "[23]", "false"},
	    {"{'protocol': 'tcp', 'from': 22, 'to': 22}", "[22]", "true"},
	    {"{'protocol': 'tcp', 'from': 22, 'to': 22}", "[23]", "false"},
	    {"{'protocol': 'tcp'}", "[23]", "true"},
	    {"{'protocol': 'tcp', 'from': null, 'to': null}", "[23]", "true"},
	    {"{'protocol': 'all', 'from': 0, 'to': 0}", "[23]", "true"},
	    {"{'protocol': 'tcp', 'action': 'none'}", "[23]", "false"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct arena *arena = arena_new();
		struct buf out;

		buf_init(&out, arena, 1000);
		shape_sketch(&out, shape_network_covers(shape_written(arena, rows[i].item),
				       shape_written(arena, rows[i].ports)));
		if (!str_is(buf_str(&out), rows[i].want))
			fail_msg("%s covers %s: %.*s, expected %s", rows[i].item, rows[i].ports,
			    STR_ARG(buf_str(&out)), rows[i].want);
		arena_free(arena);
	}
}

static void test_fields(void **state)
{
	struct arena *arena = arena_new();
	struct value rules = rules_of(arena, ACL,
	    "{'ingress': [{'protocol': 'tcp', 'rule_no': 7, 'description': 'why'}, {}]}");
	struct str got = shape_sketch_items(arena, rules, "%priority %description|");

	(void)state;
	assert_true(str_is(got, "7 why|; - |"));
	assert_true(rules.as.items[0].marks & VALUE_SORTED);
	assert_false(rules.marks & VALUE_HAS_UNKNOWN);
	rules = rules_of(arena, SG, "{'ingress': [{'protocol': '?p', 'cidr_blocks': ['!a']}]}");
	assert_true(rules.marks & VALUE_HAS_UNKNOWN);
	assert_true(rules.marks & VALUE_HAS_SENSITIVE);
	assert_true(shape_has_network(STR("aws_security_group")));
	assert_false(shape_has_network(STR("aws_security_groups")));
	arena_free(arena);
}

static void test_limit(void **state)
{
	struct arena *arena = arena_new();
	size_t count = SHAPE_ITEMS_MAX + 1;
	struct value *blocks = arena_array(arena, struct value, count);
	struct value_entry *entry = arena_make(arena, struct value_entry);
	struct value values, rules;
	struct str duplicate;
	struct err err = {0};

	(void)state;
	for (size_t i = 0; i < count; i++)
		blocks[i] = (struct value){.kind = VALUE_MAP};
	*entry = (struct value_entry){value_string(STR("egress")), value_list(blocks, count)};
	assert_true(value_map(arena, entry, 1, &values, &duplicate));
	assert_false(shape_network_rules(arena, STR(SG), values, &rules, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(err.text, "more than 5000 network rules in one resource");
	arena_free(arena);
}

struct tally {
	size_t resources, empty, items;
};

static void count_rules(void *context, struct str type, struct value values)
{
	struct tally *tally = context;
	struct arena *arena = arena_new();
	struct value rules;
	struct err err = {0};

	if (!shape_network_rules(arena, type, values, &rules, &err))
		fail_msg("%.*s: %s", STR_ARG(type), err.text);
	if (!shape_has_network(type)) {
		assert_int_equal(rules.len, 0);
	} else if (values.kind == VALUE_MAP) {
		tally->resources++;
		tally->empty += rules.kind == VALUE_LIST && rules.len == 0;
		tally->items += rules.kind == VALUE_LIST ? rules.len : 1;
	}
	arena_free(arena);
}

static void test_real_plans(void **state)
{
	const char *shared = shape_shared_dir();
	struct tally tally = {0};

	(void)state;
	if (!shared)
		skip();
	shape_visit_plans(shared, count_rules, &tally);
	print_message("%zu resources, %zu of them without rules, %zu rules\n", tally.resources,
	    tally.empty, tally.items);
	assert_in_range(tally.resources, 80, 1000);
	assert_in_range(tally.items, tally.resources, 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_aws),
	    cmocka_unit_test(test_google),
	    cmocka_unit_test(test_azure),
	    cmocka_unit_test(test_open),
	    cmocka_unit_test(test_covers),
	    cmocka_unit_test(test_covers_items),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_limit),
	    cmocka_unit_test(test_real_plans),
	};

	return cmocka_run_group_tests_name("policies/shapes_network", tests, NULL, NULL);
}
