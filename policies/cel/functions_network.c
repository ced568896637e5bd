#include "policies/cel/ip.h"
#include "policies/cel/result.h"

#include "base/arena.h"

/*
 * The names and the meaning of Kubernetes' CEL library. An address and a range keep their
 * canonical text, so that equal ones are equal bytes.
 */

/* A view of the text when it is canonical already, as all IPv4 is. */
static const char *keep_text(
    struct cel_run *run, struct str text, const char *canonical, size_t len)
{
	char *kept;

	if (text.len == len && memcmp(text.ptr, canonical, len) == 0)
		return text.ptr;
	kept = cel_alloc(run, len);
	if (kept)
		memcpy(kept, canonical, len);
	return kept;
}

static struct value address_value(
    struct cel_run *run, struct str text, const struct ip_address *address)
{
	char canonical[IP_TEXT_MAX];
	size_t len = ip_format(address, canonical);
	const char *kept = keep_text(run, text, canonical, len);

	if (!kept)
		return cel_out_of_memory(run);
	return (struct value){
	    .kind = CEL_IP, .tag = address->family, .len = (uint32_t)len, .as.text = kept};
}

static struct value prefix_value(
    struct cel_run *run, struct str text, const struct ip_prefix *prefix)
{
	char canonical[IP_TEXT_MAX];
	size_t len = ip_format_prefix(prefix, canonical);
	const char *kept = keep_text(run, text, canonical, len);

	if (!kept)
		return cel_out_of_memory(run);
	return (struct value){.kind = CEL_CIDR,
	    .tag = (uint16_t)(prefix->address.family << 8 | prefix->bits),
	    .len = (uint32_t)len,
	    .as.text = kept};
}

static struct value bad_address(struct cel_run *run)
{
	return cel_fail(run, "ip() needs an address such as '10.0.0.1' or '2001:db8::1'");
}

static struct value bad_prefix(struct cel_run *run)
{
	return cel_fail(run, "cidr() needs a range such as '10.0.0.0/8' or '2001:db8::/32'");
}

/* The address of an IP or of a text; false: *problem says why not. */
static bool take_address(struct cel_run *run, const char *name, struct value value,
    struct ip_address *out, struct value *problem)
{
	*problem = value_null();
	if (value.kind != CEL_IP && value.kind != VALUE_STRING)
		*problem = cel_no_overload(run, name, &value, 1);
	else if (!ip_parse(cel_text(value), out))
		*problem = bad_address(run);
	return !cel_is_error(*problem);
}

static bool take_prefix(struct cel_run *run, const char *name, struct value value,
    struct ip_prefix *out, struct value *problem)
{
	*problem = value_null();
	if (value.kind != CEL_CIDR && value.kind != VALUE_STRING)
		*problem = cel_no_overload(run, name, &value, 1);
	else if (!ip_parse_prefix(cel_text(value), out))
		*problem = bad_prefix(run);
	return !cel_is_error(*problem);
}

/* --- addresses --- */

/* ip("10.0.0.1"), and cidr("10.0.0.1/8").ip() */
static struct value fn_ip(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_address address;
	struct ip_prefix prefix;

	if (args[0].kind == CEL_IP)
		return args[0];
	if (args[0].kind == CEL_CIDR && ip_parse_prefix(cel_text(args[0]), &prefix))
		return address_value(run, STR_EMPTY, &prefix.address);
	if (args[0].kind != VALUE_STRING)
		return cel_no_overload(run, "ip", args, count);
	if (!ip_parse(cel_text(args[0]), &address))
		return bad_address(run);
	return address_value(run, cel_text(args[0]), &address);
}

static struct value fn_is_ip(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_address address;

	if (args[0].kind != VALUE_STRING)
		return cel_no_overload(run, "isIP", args, count);
	return value_bool(ip_parse(cel_text(args[0]), &address));
}

static struct value fn_is_canonical(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_address address;
	char text[IP_TEXT_MAX];
	size_t len;

	if (args[0].kind != VALUE_STRING)
		return cel_no_overload(run, "ip.isCanonical", args, count);
	if (!ip_parse(cel_text(args[0]), &address))
		return bad_address(run);
	len = ip_format(&address, text);
	return value_bool(str_eq(cel_text(args[0]), (struct str){text, len}));
}

static struct value fn_family(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_IP)
		return cel_no_overload(run, "family", args, count);
	return cel_int(args[0].tag);
}

/* Which special-purpose range an address lies in: RFC 6890, as Go's net/netip draws them. */
enum scope {
	UNSPECIFIED,
	LOOPBACK,
	LINK_LOCAL_UNICAST,
	LINK_LOCAL_MULTICAST,
	MULTICAST,
};

static const char *const scope_ranges[][2] = {
    [UNSPECIFIED] = {"0.0.0.0/32", "::/128"},
    [LOOPBACK] = {"127.0.0.0/8", "::1/128"},
    [LINK_LOCAL_UNICAST] = {"169.254.0.0/16", "fe80::/10"},
    [LINK_LOCAL_MULTICAST] = {"224.0.0.0/24", "ff02::/16"},
    [MULTICAST] = {"224.0.0.0/4", "ff00::/8"},
};

static bool has_scope(const struct ip_address *address, enum scope scope)
{
	struct ip_prefix range;
	const char *text = scope_ranges[scope][address->family == 6];

	return ip_parse_prefix(str_from(text), &range) && ip_in_prefix(&range, address);
}

static struct value ask_scope(
    struct cel_run *run, const char *name, struct value value, enum scope scope)
{
	struct ip_address address;

	if (value.kind != CEL_IP || !ip_parse(cel_text(value), &address))
		return cel_no_overload(run, name, &value, 1);
	return value_bool(has_scope(&address, scope));
}

static struct value fn_is_unspecified(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return ask_scope(run, "isUnspecified", args[0], UNSPECIFIED);
}

static struct value fn_is_loopback(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return ask_scope(run, "isLoopback", args[0], LOOPBACK);
}

static struct value fn_is_link_local(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return ask_scope(run, "isLinkLocalUnicast", args[0], LINK_LOCAL_UNICAST);
}

static struct value fn_is_link_local_multicast(
    struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return ask_scope(run, "isLinkLocalMulticast", args[0], LINK_LOCAL_MULTICAST);
}

/* Not what its name says, but what it does everywhere: private ranges are "global" too. */
static struct value fn_is_global(struct cel_run *run, const struct value *args, size_t count)
{
	static const uint8_t broadcast[4] = {255, 255, 255, 255};
	struct ip_address address;

	if (args[0].kind != CEL_IP || !ip_parse(cel_text(args[0]), &address))
		return cel_no_overload(run, "isGlobalUnicast", args, count);
	if (address.family == 4 && memcmp(address.bytes, broadcast, sizeof(broadcast)) == 0)
		return value_bool(false);
	for (enum scope scope = UNSPECIFIED; scope <= MULTICAST; scope++) {
		if (has_scope(&address, scope))
			return value_bool(false);
	}
	return value_bool(true);
}

/* --- ranges --- */

static struct value fn_cidr(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_prefix prefix;

	if (args[0].kind == CEL_CIDR)
		return args[0];
	if (args[0].kind != VALUE_STRING)
		return cel_no_overload(run, "cidr", args, count);
	if (!ip_parse_prefix(cel_text(args[0]), &prefix))
		return bad_prefix(run);
	return prefix_value(run, cel_text(args[0]), &prefix);
}

static struct value fn_is_cidr(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_prefix prefix;

	if (args[0].kind != VALUE_STRING)
		return cel_no_overload(run, "isCIDR", args, count);
	return value_bool(ip_parse_prefix(cel_text(args[0]), &prefix));
}

static struct value fn_prefix_length(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[0].kind != CEL_CIDR)
		return cel_no_overload(run, "prefixLength", args, count);
	return cel_int(args[0].tag & 0xff);
}

static struct value fn_masked(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_prefix prefix, masked;

	if (args[0].kind != CEL_CIDR || !ip_parse_prefix(cel_text(args[0]), &prefix))
		return cel_no_overload(run, "masked", args, count);
	masked = ip_mask(prefix);
	return prefix_value(run, cel_text(args[0]), &masked);
}

static struct value fn_contains_ip(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_prefix prefix;
	struct ip_address address;
	struct value problem;

	if (args[0].kind != CEL_CIDR || !ip_parse_prefix(cel_text(args[0]), &prefix))
		return cel_no_overload(run, "containsIP", args, count);
	if (!take_address(run, "containsIP", args[1], &address, &problem))
		return problem;
	return value_bool(ip_in_prefix(&prefix, &address));
}

static struct value fn_contains_cidr(struct cel_run *run, const struct value *args, size_t count)
{
	struct ip_prefix prefix, inner;
	struct value problem;

	if (args[0].kind != CEL_CIDR || !ip_parse_prefix(cel_text(args[0]), &prefix))
		return cel_no_overload(run, "containsCIDR", args, count);
	if (!take_prefix(run, "containsCIDR", args[1], &inner, &problem))
		return problem;
	return value_bool(ip_prefix_in_prefix(&prefix, &inner));
}

const struct cel_function cel_network_functions[] = {
    {"ip", CEL_GLOBAL, 1, 1, fn_ip, "ip(string) -> IP", "an address; anything else is an error",
	"ip('10.0.0.1').family() == 4"},
    {"ip", CEL_METHOD, 1, 1, fn_ip, "CIDR.ip() -> IP", "the address a range was written with",
	"cidr('10.1.2.3/8').ip() == ip('10.1.2.3')"},
    {"isIP", CEL_GLOBAL, 1, 1, fn_is_ip, "isIP(string) -> bool", "is the text an address",
	"isIP('::1') && !isIP('10.0.0.256')"},
    {"ip.isCanonical", CEL_GLOBAL, 1, 1, fn_is_canonical, "ip.isCanonical(string) -> bool",
	"is the address written the way RFC 5952 wants it",
	"ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1')"},
    {"family", CEL_METHOD, 1, 1, fn_family, "IP.family() -> int", "4 or 6",
	"ip('::1').family() == 6"},
    {"isUnspecified", CEL_METHOD, 1, 1, fn_is_unspecified, "IP.isUnspecified() -> bool",
	"is it 0.0.0.0 or ::", "ip('0.0.0.0').isUnspecified()"},
    {"isLoopback", CEL_METHOD, 1, 1, fn_is_loopback, "IP.isLoopback() -> bool",
	"is it in 127.0.0.0/8 or ::1", "ip('127.0.0.1').isLoopback()"},
    {"isLinkLocalUnicast", CEL_METHOD, 1, 1, fn_is_link_local, "IP.isLinkLocalUnicast() -> bool",
	"is it in 169.254.0.0/16 or fe80::/10", "ip('169.254.169.254').isLinkLocalUnicast()"},
    {"isLinkLocalMulticast", CEL_METHOD, 1, 1, fn_is_link_local_multicast,
	"IP.isLinkLocalMulticast() -> bool", "is it in 224.0.0.0/24 or ff02::/16",
	"ip('224.0.0.251').isLinkLocalMulticast()"},
    {"isGlobalUnicast", CEL_METHOD, 1, 1, fn_is_global, "IP.isGlobalUnicast() -> bool",
	"is it none of the special ones; private ranges count as global",
	"ip('10.0.0.1').isGlobalUnicast() && !ip('127.0.0.1').isGlobalUnicast()"},
    {"cidr", CEL_GLOBAL, 1, 1, fn_cidr, "cidr(string) -> CIDR",
	"a range of addresses; anything else is an error",
	"cidr('10.0.0.0/8').prefixLength() == 8"},
    {"isCIDR", CEL_GLOBAL, 1, 1, fn_is_cidr, "isCIDR(string) -> bool",
	"is the text a range of addresses", "isCIDR('::/0') && !isCIDR('10.0.0.0')"},
    {"prefixLength", CEL_METHOD, 1, 1, fn_prefix_length, "CIDR.prefixLength() -> int",
	"the number behind the slash", "cidr('0.0.0.0/0').prefixLength() == 0"},
    {"masked", CEL_METHOD, 1, 1, fn_masked, "CIDR.masked() -> CIDR", "the range without host bits",
	"cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')"},
    {"containsIP", CEL_METHOD, 2, 2, fn_contains_ip, "CIDR.containsIP(IP or string) -> bool",
	"is the address in the range", "cidr('10.0.0.0/8').containsIP('10.1.2.3')"},
    {"containsCIDR", CEL_METHOD, 2, 2, fn_contains_cidr,
	"CIDR.containsCIDR(CIDR or string) -> bool", "is the other range part of this one",
	"cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')"},
    CEL_FUNCTIONS_END,
};
