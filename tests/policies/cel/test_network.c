/* Addresses and ranges: the strictness of Go's net/netip, the names of Kubernetes. */
#include <stdarg.h>
#include <stddef.h>

#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "policies/cel/ip.h"
#include "tests/support/cel_check.h"

static const struct {
	const char *text, *canonical; /* NULL: no address */
} addresses[] = {
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"10.0.0.1", "10.0.0.1"},
    {"10.0.0.256", NULL},
    {"10.0.0.01", NULL},
    {"10.0.0", NULL},
    {"10.0.0.1.2", NULL},
    {"10.0.0.", NULL},
    {".10.0.0", NULL},
    {"10..0.1", NULL},
    {" 10.0.0.1", NULL},
    {"1000.0.0.1", NULL},
    {"a.b.c.d", NULL},
    {"", NULL},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"2001:DB8::1", "2001:db8::1"},
    {"2001:db8:0:0:0:0:0:1", "2001:db8::1"},
    {"2001:0db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
    {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
    {"::ffff:1.2.3.4", NULL},
    {"::ffff:102:304", NULL},
    {"fe80::1%eth0", NULL},
    {"1:2:3:4:5:6:7", NULL},
    {"1:2:3:4:5:6:7:8:9", NULL},
    {"1:2:3:4::5:6:7:8", NULL},
    {":::", NULL},
    {"1::2::3", NULL},
    {":1::2", NULL},
    {"1:", NULL},
    {"12345::", NULL},
    {"g::", NULL},
    {"1.2.3.4::", NULL},
    {"::1.2.3", NULL},
};

static const struct {
	const char *text;
	int bits; /* -1: no range */
} ranges[] = {
    {"0.0.0.0/0", 0},
    {"10.0.0.0/8", 8},
    {"10.1.2.3/8", 8},
    {"10.0.0.0/32", 32},
    {"10.0.0.0/33", -1},
    {"10.0.0.0/:", -1},
    {"10.0.0.0/08", -1},
    {"10.0.0.0/00", -1},
    {"10.0.0.0/", -1},
    {"10.0.0.0", -1},
    {"10.0.0/8", -1},
    {"10.0.0.0/8/8", -1},
    {"10.0.0.0/-1", -1},
    {"10.0.0.0/ 8", -1},
    {"10.0.0.0/128", -1},
    {"01.0.0.0/8", -1},
    {"256.0.0.0/8", -1},
    {"1.2.3.4.5/8", -1},
    {"/8", -1},
    {"/", -1},
    {"", -1},
    {"::/0", 0},
    {"2001:db8::/32", 32},
    {"::1/128", 128},
    {"fd00::/8", 8},
    {"fd00:::/8", -1},
    {"fd00:/8", -1},
    {"fd00::1:/8", -1},
    {"fd00::1::/8", -1},
    {"fd00::1/", -1},
    {"fd00::1/129", -1},
    {"fd00::1/08", -1},
    {"fd00::12345/8", -1},
    {"1:2:3:4:5:6:7:8/64", 64},
    {"1:2:3:4:5:6:7::/64", 64},
    {"1:2:3:4:5:6:7:8::/64", -1},
    {"1:2:3:4:5:6:7:8:9/64", -1},
    {"1:2:3:4:5:6:7/64", -1},
    {"1:2:3:4:5:6:1.2.3.4/64", 64},
    {"1::1.2.3.4/64", 64},
    {"FD00::AB/64", 64},
    {"1/64", -1},
    {"1::", -1},
    {"1:", -1},
    {"::1/129", -1},
    {"::1/0128", -1},
    {"::ffff:10.0.0.0/104", -1},
    {"fe80::%1/10", -1},
};

static const char *const truths[] = {
    "ip('2001:DB8::1') == ip('2001:db8:0::1')",
    "ip('10.0.0.1') != ip('10.0.0.2')",
    "string(ip('2001:DB8::1')) == '2001:db8::1'",
    "string(cidr('10.1.2.3/8')) == '10.1.2.3/8'",
    "cidr('2001:DB8::1/32').masked() == cidr('2001:db8::/32')",
    "cidr('10.1.2.3/8') != cidr('10.0.0.0/8')",
    "cidr('10.255.0.0/12').masked() == cidr('10.240.0.0/12')",
    "cidr('10.0.0.0/8').containsIP(ip('10.255.255.255'))",
    "!cidr('10.0.0.0/8').containsIP('11.0.0.0')",
    "!cidr('0.0.0.0/0').containsIP('::1')",
    "cidr('0.0.0.0/0').containsCIDR('128.0.0.0/1')",
    "!cidr('128.0.0.0/1').containsCIDR('0.0.0.0/0')",
    "!cidr('10.0.0.0/8').containsCIDR(cidr('::/0'))",
    "cidr('10.0.0.0/8').containsCIDR(cidr('10.0.0.0/8'))",
    "cidr('::/0').prefixLength() == 0",
    "['10.0.0.0/8', '::/0'].exists(c, cidr(c).prefixLength() == 0)",
    "!['10.0.0.0/8', '::/1'].exists(c, cidr(c).prefixLength() == 0)",
    "isIP('10.0.0.1') && isIP('::1') && !isIP('10.0.0.0/8') && !isIP('')",
    "isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0') && !isCIDR('10.0.0.0/40')",
    "ip('127.0.0.1').isLoopback() && ip('::1').isLoopback() && !ip('126.0.0.1').isLoopback()",
    "ip('0.0.0.0').isUnspecified() && ip('::').isUnspecified()",
    "ip('169.254.1.1').isLinkLocalUnicast() && ip('fe80::1').isLinkLocalUnicast()",
    "ip('224.0.0.1').isLinkLocalMulticast() && ip('ff02::1').isLinkLocalMulticast()",
    "!ip('224.0.1.1').isLinkLocalMulticast()",
    "ip('8.8.8.8').isGlobalUnicast() && ip('2001:db8::1').isGlobalUnicast()",
    "!ip('255.255.255.255').isGlobalUnicast() && !ip('224.0.1.1').isGlobalUnicast()",
    "cidr('10.1.2.3/8').ip() == ip('10.1.2.3')",
    "ip('10.0.0.1').family() == 4 && ip('::').family() == 6",
};

static const char *const mistakes[] = {
    "l.exists(c, cidr(c).prefixLength() == 0)",
    "cidr(l[0]).prefixLength() == 0",
    "ip(l[0]) == ip('::')",
    "ip(1) == 1",
    "cidr(l).prefixLength() == 0",
    "l.exists(c, cidr(1).prefixLength() == 0)",
    "cidr('10.0.0.0/8').containsIP(l[0])",
    "cidr('10.0.0.0/8').containsCIDR(1)",
    "ip.isCanonical(l[0])",
    "l[0].isLoopback()",
};

static struct arena *arena;

static int setup(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void test_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		struct ip_address address;
		char text[IP_TEXT_MAX] = "";
		bool good = ip_parse(str_from(addresses[i].text), &address);

		if (good != (addresses[i].canonical != NULL))
			fail_msg("%s: %s", addresses[i].text, good ? "taken" : "refused");
		if (!good)
			continue;
		size_t len = ip_format(&address, text);
		if (!str_is((struct str){text, len}, addresses[i].canonical))
			fail_msg("%s: %s", addresses[i].text, text);
	}
}

static void test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		struct ip_prefix prefix;
		struct str text = str_copy(arena, str_from(ranges[i].text));
		int bits = ip_parse_prefix(text, &prefix) ? prefix.bits : -1;

		if (bits != ranges[i].bits || ip_prefix_bits(text) != ranges[i].bits)
			fail_msg("%s: %d, quick %d", ranges[i].text, bits, ip_prefix_bits(text));
	}
}

static void test_functions(void **state)
{
	struct cel_variable variable = {STR("l"), NULL};
	struct value list = cel_check_json(arena, "[\"10.0.0.0/\", \"x\"]");
	struct cel_check check = {.arena = arena,
	    .run = cel_run_new(arena),
	    .scope = {.variables = &variable, .variable_count = 1},
	    .activation = &list};

	(void)state;
	cel_check_truths(&check, truths, ARRAY_LEN(truths));
	check.scope.dynamic = true;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct str got = cel_check_run(&check, mistakes[i]);

		if (!str_starts(got, STR("error: ")))
			fail_msg("%s: %.*s", mistakes[i], STR_ARG(got));
	}
	cel_run_free(check.run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_functions),
	};

	return cmocka_run_group_tests_name("policies/cel/network", tests, setup, teardown);
}
