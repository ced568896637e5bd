/* Network rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "tests/support/diff_sketch.h"

struct row {
	const char *label;
	struct diff_case in;
	const char *want; /* diff_sketch.h */
};

#define SG(a, b)                                                                \
	{                                                                       \
		.type = "aws_security_group", .action = ACTION_UPDATE,          \
		.before = "{\"ingress\":" a "}", .after = "{\"ingress\":" b "}" \
	}
#define TCP(port, cidrs, text)                        \
	"{\"from_port\":" #port ",\"to_port\":" #port \
	",\"protocol\":\"tcp\",\"cidr_blocks\":" cidrs ",\"description\":\"" text "\"}"

static const struct row network[] = {
    {"a range more",
	SG("[" TCP(22, "[\"10.0.0.0/8\"]", "ssh") "]",
	    "[" TCP(22, "[\"10.0.0.0/8\",\"10.1.0.0/16\"]", "ssh") "]"),
	"~ingress{+ ingress|tcp|22|10.1.0.0/16|ssh; . 1 rule unchanged}"},
    {"open",
	SG("[" TCP(22, "[\"10.0.0.0/8\"]", "ssh") "]",
	    "[" TCP(22, "[\"0.0.0.0/0\",\"10.0.0.0/8\"]", "ssh") "]"),
	"~ingress{! now open to the internet: tcp 22; + ingress|tcp|22|0.0.0.0/0|ssh; "
	". 1 rule unchanged}"},
    {"open before",
	SG("[" TCP(22, "[\"0.0.0.0/0\"]", "a") "]", "[" TCP(22, "[\"0.0.0.0/0\"]", "b") "]"),
	"~ingress{~ ingress|tcp|22|0.0.0.0/0|\"a\" -> \"b\"}"},
    {"another order",
	SG("[" TCP(22, "[\"10.0.0.0/8\"]", "a") "," TCP(23, "[\"10.0.0.0/8\"]", "b") "]",
	    "[" TCP(23, "[\"10.0.0.0/8\"]", "b") "," TCP(22, "[\"10.0.0.0/8\"]", "a") "]"),
	"~ingress{! the same members in another order}(the same members in another order)"},
    {"split into two blocks",
	SG("[" TCP(22, "[\"10.0.0.0/8\",\"10.1.0.0/16\"]", "a") "]",
	    "[" TCP(22, "[\"10.1.0.0/16\"]", "a") "," TCP(22, "[\"10.0.0.0/8\"]", "a") "]"),
	"~ingress[0].cidr_blocks{- \"10.0.0.0/8\"; . 1 member unchanged} +ingress[1]"},
    {"comes",
	{.type = "aws_security_group",
	    .action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"ingress\":[{\"from_port\":0,\"to_port\":0,\"protocol\":\"-1\","
		     "\"cidr_blocks\":[\"::/0\"],\"description\":\"\"}]}"},
	"+ingress{! now open to the internet: all protocols and ports; "
	"+ ingress|all|all|::/0|}"},
    {"not known", SG("[]", "\"UNKNOWN\""), "~ingress"},
    {"a source that is not known",
	SG("[" TCP(22, "[\"10.0.0.0/8\"]", "a") "]", "[" TCP(22, "[\"UNKNOWN\"]", "a") "]"),
	"~ingress{- ingress|tcp|22|10.0.0.0/8|a; + ingress|tcp|22|(known after apply)|a}"},
    {"a rule of its own",
	{.type = "aws_vpc_security_group_ingress_rule",
	    .action = ACTION_UPDATE,
	    .before = "{\"from_port\":22,\"to_port\":22,\"ip_protocol\":\"tcp\",\"cidr_ipv4\":\"10."
		      "0.0.0/8\"}",
	    .after = "{\"from_port\":22,\"to_port\":22,\"ip_protocol\":\"tcp\",\"cidr_ipv4\":\"0.0."
		     "0.0/0\"}"},
	"~rule{! now open to the internet: tcp 22; - ingress|tcp|22|10.0.0.0/8|; "
	"+ ingress|tcp|22|0.0.0.0/0|} ~cidr_ipv4"},
    {"open by two rules together",
	SG("[" TCP(22, "[\"0.0.0.0/1\"]", "") "]",
	    "[" TCP(22, "[\"0.0.0.0/1\"]", "") "," TCP(22, "[\"128.0.0.0/1\"]", "") "]"),
	"~ingress{! now open to the internet: tcp 22; + ingress|tcp|22|128.0.0.0/1|; "
	". 1 rule unchanged}"},
    {"two halves on two ports",
	SG("[" TCP(22, "[\"0.0.0.0/1\"]", "") "]",
	    "[" TCP(22, "[\"0.0.0.0/1\"]", "") "," TCP(23, "[\"128.0.0.0/1\"]", "") "]"),
	"~ingress{! now open to half of the internet: tcp 23; + ingress|tcp|23|128.0.0.0/1|; "
	". 1 rule unchanged}"},
    {"one half in a resource of its own",
	{.type = "aws_vpc_security_group_ingress_rule",
	    .action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"from_port\":22,\"to_port\":22,\"ip_protocol\":\"tcp\","
		     "\"cidr_ipv4\":\"128.0.0.0/1\"}"},
	"+rule{! now open to half of the internet: tcp 22; + ingress|tcp|22|128.0.0.0/1|} "
	"+from_port +to_port +ip_protocol +cidr_ipv4"},
    {"a key that the table lacks",
	SG("[{\"foo\":\"a\",\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22}]",
	    "[{\"foo\":\"b\",\"protocol\":\"tcp\",\"from_port\":23,\"to_port\":23}]"),
	"~ingress{- ingress|tcp|22|-|; + ingress|tcp|23|-|} ~ingress[0].foo"},
    {"a key inside of such a key",
	SG("[{\"foo\":{\"description\":\"a\"},\"protocol\":\"tcp\",\"from_port\":22}]",
	    "[{\"foo\":{\"description\":\"b\"},\"protocol\":\"tcp\",\"from_port\":23}]"),
	"~ingress{- ingress|tcp|22-65535|-|; + ingress|tcp|23-65535|-|} "
	"~ingress[0].foo.description"},
    {"a key of a rule that comes",
	SG("[]", "[{\"foo\":\"b\",\"protocol\":\"tcp\",\"from_port\":23,\"to_port\":23}]"),
	"+ingress{+ ingress|tcp|23|-|} +ingress[0].foo"},
    {"a port that is none",
	SG("[{\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22}]",
	    "[{\"protocol\":\"tcp\",\"from_port\":22.5,\"to_port\":22}]"),
	"~ingress{- ingress|tcp|22|-|; + ingress|tcp|0-22|-|} ~ingress[0].from_port"},
    {"a port by its value",
	SG("[{\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22}]",
	    "[{\"protocol\":\"tcp\",\"from_port\":22.0,\"to_port\":2.2e1}]"),
	""},
    {"no blocks",
	SG("[" TCP(22, "[\"10.0.0.0/8\"]", "a") "]", "[[" TCP(22, "[\"10.0.0.0/8\"]", "a") "]]"),
	"~ingress[0]"},
    {"Azure: what the table does not show of a rule that comes",
	{.type = "azurerm_network_security_group",
	    .action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"security_rule\":[{\"name\":\"a\",\"access\":\"Allow\",\"priority\":100,"
		     "\"direction\":\"Inbound\",\"protocol\":\"Tcp\",\"source_port_range\":\"53\","
		     "\"destination_port_range\":\"22\",\"source_address_prefix\":\"10.0.0.0/8\","
		     "\"destination_address_prefix\":\"10.9.9.9\",\"source_address_prefixes\":[]},"
		     "{\"name\":\"b\",\"access\":\"Allow\",\"priority\":101,"
		     "\"direction\":\"Inbound\",\"protocol\":\"Tcp\",\"source_port_range\":\"*\","
		     "\"destination_port_range\":\"23\",\"source_address_prefix\":\"10.0.0.0/8\","
		     "\"destination_address_prefix\":\"*\"}]}"},
	"+security_rule{+ ingress allow 100|tcp|22|10.0.0.0/8|; + ingress allow "
	"101|tcp|23|10.0.0.0/8|} +security_rule[0].source_port_range "
	"+security_rule[0].destination_address_prefix"},
    {"Azure: all protocols on one port, and all of them",
	{.type = "azurerm_network_security_group",
	    .action = ACTION_CREATE,
	    .before = "null",
	    .after = "{\"security_rule\":[{\"name\":\"a\",\"access\":\"Allow\",\"priority\":100,"
		     "\"direction\":\"Inbound\",\"protocol\":\"*\",\"source_port_range\":\"*\","
		     "\"destination_port_range\":\"22\",\"source_address_prefix\":\"*\","
		     "\"destination_address_prefix\":\"*\"},"
		     "{\"name\":\"b\",\"access\":\"Allow\",\"priority\":101,"
		     "\"direction\":\"Inbound\",\"protocol\":\"*\",\"source_port_range\":\"*\","
		     "\"destination_port_range\":\"*\",\"source_address_prefix\":\"*\","
		     "\"destination_address_prefix\":\"*\"}]}"},
	"+security_rule{! now open to the internet: all protocols, port 22; ! now open to the "
	"internet: all protocols and ports; + ingress allow 100|all|22|0.0.0.0/0|; + ingress allow "
	"100|all|22|::/0|; + ingress allow 101|all|all|0.0.0.0/0|; + ingress allow "
	"101|all|all|::/0|}"},
    {"Azure: what the table does not show",
	{.type = "azurerm_network_security_group",
	    .action = ACTION_UPDATE,
	    .before =
		"{\"security_rule\":[{\"name\":\"a\",\"access\":\"Allow\",\"priority\":100,"
		"\"direction\":\"Inbound\",\"protocol\":\"Tcp\",\"source_port_range\":\"*\","
		"\"destination_port_range\":\"22\",\"source_address_prefix\":\"10.0.0.0/8\"}]}",
	    .after =
		"{\"security_rule\":[{\"name\":\"a\",\"access\":\"Allow\",\"priority\":100,"
		"\"direction\":\"Inbound\",\"protocol\":\"Tcp\",\"source_port_range\":\"9\","
		"\"destination_port_range\":\"23\",\"source_address_prefix\":\"10.0.0.0/8\"}]}"},
	"~security_rule{- ingress allow 100|tcp|22|10.0.0.0/8|; + ingress allow "
	"100|tcp|23|10.0.0.0/8|}"
	" ~security_rule[name=\"a\"].source_port_range"},
};

#define PORTS(from, to, cidrs)                      \
	"{\"from_port\":" #from ",\"to_port\":" #to \
	",\"protocol\":\"tcp\",\"cidr_blocks\":[\"" cidrs "\"]}"
#define ACL(no, verb, cidr)                                     \
	"{\"rule_no\":" #no ",\"action\":\"" verb               \
	"\",\"protocol\":\"-1\",\"from_port\":0,\"to_port\":0," \
	"\"cidr_block\":\"" cidr "\"}"
#define NACL(a, b)                                                                  \
	{                                                                           \
		.type = "aws_network_acl", .action = ACTION_UPDATE,                 \
		.before = "{\"ingress\":[" a "]}", .after = "{\"ingress\":[" b "]}" \
	}

/* What was open before, and what was denied. */
static const struct row order[] = {
    {"fewer ports of the internet",
	SG("[" PORTS(0, 65535, "0.0.0.0/0") "]", "[" PORTS(22, 22, "0.0.0.0/0") "]"),
	"~ingress{- ingress|tcp|all|0.0.0.0/0|; "
	"+ ingress|tcp|22|0.0.0.0/0|}"},
    {"a range in two",
	SG("[" PORTS(80, 443, "0.0.0.0/0") "]",
	    "[" PORTS(80, 80, "0.0.0.0/0") "," PORTS(443, 443, "0.0.0.0/0") "]"),
	"~ingress{- ingress|tcp|80-443|0.0.0.0/0|; "
	"+ ingress|tcp|80|0.0.0.0/0|; + ingress|tcp|443|0.0.0.0/0|}"},
    {"two ranges in one",
	SG("[" PORTS(81, 90, "0.0.0.0/0") "," PORTS(70, 80, "0.0.0.0/0") "]",
	    "[" PORTS(75, 85, "0.0.0.0/0") "]"),
	"~ingress{- ingress|tcp|81-90|0.0.0.0/0|; "
	"- ingress|tcp|70-80|0.0.0.0/0|; + ingress|tcp|75-85|0.0.0.0/0|}"},
    {"one port more than both",
	SG("[" PORTS(82, 90, "0.0.0.0/0") "," PORTS(70, 80, "0.0.0.0/0") "]",
	    "[" PORTS(75, 85, "0.0.0.0/0") "]"),
	"~ingress{! now open to the internet: tcp 75-85; "
	"- ingress|tcp|82-90|0.0.0.0/0|; - ingress|tcp|70-80|0.0.0.0/0|; + "
	"ingress|tcp|75-85|0.0.0.0/0|}"},
    {"half of what was all",
	SG("[" PORTS(22, 22, "0.0.0.0/0") "]", "[" PORTS(22, 22, "0.0.0.0/1") "]"),
	"~ingress{- ingress|tcp|22|0.0.0.0/0|; "
	"+ ingress|tcp|22|0.0.0.0/1|}"},
    {"all of what was half",
	SG("[" PORTS(22, 22, "0.0.0.0/1") "]", "[" PORTS(22, 22, "0.0.0.0/0") "]"),
	"~ingress{! now open to the internet: tcp 22; "
	"- ingress|tcp|22|0.0.0.0/1|; + ingress|tcp|22|0.0.0.0/0|}"},
    {"the other half", SG("[" PORTS(22, 22, "0.0.0.0/1") "]", "[" PORTS(22, 22, "128.0.0.0/1") "]"),
	"~ingress{! now open to half of the internet: tcp 22; "
	"- ingress|tcp|22|0.0.0.0/1|; + ingress|tcp|22|128.0.0.0/1|}"},
    {"IPv6 beside IPv4",
	SG("[" PORTS(22, 22, "0.0.0.0/0") "]",
	    "[" PORTS(22, 22, "0.0.0.0/0") "," PORTS(22, 22, "::/0") "]"),
	"~ingress{! now open to the internet: tcp 22; + ingress|tcp|22|::/0|; . 1 rule unchanged}"},
    {"all of IPv6 that is routed", SG("[]", "[" PORTS(22, 22, "2000::/3") "]"),
	"+ingress{! now open to the internet: tcp 22; + ingress|tcp|22|2000::/3|}"},
    {"nearly all",
	SG("[]", "[{\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22,\"cidr_blocks\":["
		 "\"0.0.0.0/2\",\"64.0.0.0/2\",\"128.0.0.0/2\"]}]"),
	"+ingress{! now open to the internet: tcp 22; + ingress|tcp|22|0.0.0.0/2|; + "
	"ingress|tcp|22|64.0.0.0/2|; + ingress|tcp|22|128.0.0.0/2|}"},
    {"more than half",
	SG("[]", "[{\"protocol\":\"tcp\",\"from_port\":22,\"to_port\":22,\"cidr_blocks\":["
		 "\"0.0.0.0/2\",\"64.0.0.0/2\",\"128.0.0.0/3\"]}]"),
	"+ingress{! now open to half of the internet: tcp 22; + ingress|tcp|22|0.0.0.0/2|; + "
	"ingress|tcp|22|64.0.0.0/2|; + ingress|tcp|22|128.0.0.0/3|}"},
    {"a quarter", SG("[]", "[" PORTS(22, 22, "64.0.0.0/2") "]"),
	"+ingress{+ ingress|tcp|22|64.0.0.0/2|}"},
    {"half of it in two rules",
	SG("[]", "[" PORTS(22, 22, "0.0.0.0/2") "," PORTS(22, 22, "64.0.0.0/2") "]"),
	"+ingress{! now open to half of the internet: tcp 22; + ingress|tcp|22|0.0.0.0/2|; + "
	"ingress|tcp|22|64.0.0.0/2|}"},
    {"a denial goes",
	NACL(ACL(50, "deny", "0.0.0.0/0") "," ACL(100, "allow", "0.0.0.0/0"),
	    ACL(100, "allow", "0.0.0.0/0")),
	"~ingress{! no longer denied: all from 0.0.0.0/0, allow 100 counts now; "
	"- ingress deny 50|all|all|0.0.0.0/0|; . 1 rule unchanged}"},
    {"a denial behind what it stood before",
	NACL(ACL(50, "deny", "0.0.0.0/0") "," ACL(100, "allow", "0.0.0.0/0"),
	    ACL(150, "deny", "0.0.0.0/0") "," ACL(100, "allow", "0.0.0.0/0")),
	"~ingress{! no longer denied: all from 0.0.0.0/0, allow 100 counts now; "
	"- ingress deny 50|all|all|0.0.0.0/0|; + ingress deny 150|all|all|0.0.0.0/0|; . 1 rule "
	"unchanged}"},
    {"a denial further ahead",
	NACL(ACL(50, "deny", "10.0.0.0/8") "," ACL(100, "allow", "0.0.0.0/0"),
	    ACL(40, "deny", "10.0.0.0/8") "," ACL(100, "allow", "0.0.0.0/0")),
	"~ingress{- ingress deny 50|all|all|10.0.0.0/8|; "
	"+ ingress deny 40|all|all|10.0.0.0/8|; . 1 rule unchanged}"},
    {"a denial of more",
	NACL(ACL(50, "deny", "10.1.0.0/16") "," ACL(100, "allow", "0.0.0.0/0"),
	    ACL(50, "deny", "10.0.0.0/8") "," ACL(100, "allow", "0.0.0.0/0")),
	"~ingress{- ingress deny 50|all|all|10.1.0.0/16|; "
	"+ ingress deny 50|all|all|10.0.0.0/8|; . 1 rule unchanged}"},
    {"a denial of less",
	NACL(ACL(50, "deny", "10.0.0.0/8") "," ACL(100, "allow", "0.0.0.0/0"),
	    ACL(50, "deny", "10.1.0.0/16") "," ACL(100, "allow", "0.0.0.0/0")),
	"~ingress{! no longer denied: all from 10.0.0.0/8, allow 100 counts now; "
	"- ingress deny 50|all|all|10.0.0.0/8|; + ingress deny 50|all|all|10.1.0.0/16|; . 1 rule "
	"unchanged}"},
    {"an allow ahead of a denial",
	NACL(ACL(50, "deny", "0.0.0.0/0") "," ACL(100, "allow", "0.0.0.0/0"),
	    ACL(50, "deny", "0.0.0.0/0") "," ACL(40, "allow", "0.0.0.0/0") "," ACL(
		100, "allow", "0.0.0.0/0")),
	"~ingress{! now open to the internet: all protocols and ports; "
	"! no longer denied: all from 0.0.0.0/0, allow 40 counts now; + ingress allow "
	"40|all|all|0.0.0.0/0|; . 2 rules unchanged}"},
};

#define RULE(c) "{\"ingress\":[" TCP(22, "[\"" c "\"]", "") "]}"

/* The settings say that it is noise. */
static const struct row folded[] = {
    {"a port that is opened",
	{.type = "aws_security_group",
	    .action = ACTION_UPDATE,
	    .noise = "ingress",
	    .before = RULE("10.0.0.0/8"),
	    .after = RULE("0.0.0.0/0")},
	"~ingress{! now open to the internet: tcp 22; - ingress|tcp|22|10.0.0.0/8|; "
	"+ ingress|tcp|22|0.0.0.0/0|}"},
    {"the same where only names are kept",
	{.type = "aws_security_group",
	    .action = ACTION_UPDATE,
	    .noise = "ingress",
	    .names_only = true,
	    .before = RULE("10.0.0.0/8"),
	    .after = RULE("0.0.0.0/0")},
	"~ingress[0].cidr_blocks[0]"},
};

static void check(const struct row *table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		diff_expect(table[i].label, &table[i].in, table[i].want);
}

static void test_network(void **state)
{
	(void)state;
	check(network, ARRAY_LEN(network));
	check(order, ARRAY_LEN(order));
	check(folded, ARRAY_LEN(folded));
}

static const char *rules_of(struct arena *arena, int count, int port)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	buf_adds(&buf, "{\"security_rule\":[");
	for (int i = 0; i < count; i++)
		buf_addf(&buf,
		    "%s{\"name\":\"r%d\",\"priority\":%d,\"direction\":\"Inbound\",\"access\":"
		    "\"%s\",\"protocol\":\"Tcp\",\"source_port_range\":\"*\","
		    "\"destination_port_range\":\"%d\",\"source_address_prefix\":\"*\","
		    "\"destination_address_prefix\":\"*\"}",
		    i > 0 ? "," : "", i, i, i % 2 ? "Deny" : "Allow", i + port);
	buf_adds(&buf, "]}");
	return str_to_c(arena, buf_str(&buf));
}

/* Of more rules than any provider takes not all denials are followed up, and that is said. */
static void test_many_denials(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const struct diff_case in = {.type = "azurerm_network_security_group",
	    .action = ACTION_UPDATE,
	    .before = rules_of(arena, 3000, 1),
	    .after = rules_of(arena, 3000, 2)};
	struct diff diff;

	(void)state;
	diff_of(arena, &in, &diff);
	assert_true(str_contains(diff_sketch(arena, &diff),
	    STR("! too many rules: it is not known which denials still count")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_network),
	    cmocka_unit_test(test_many_denials),
	};

	return cmocka_run_group_tests_name("report/diff_network", tests, NULL, NULL);
}
