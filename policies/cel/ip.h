/*
 * ip.h: addresses and ranges of addresses of the internet.
 *
 * Strict as Go's net/netip, which Kubernetes' functions use: no leading zeros in IPv4, no zones,
 * no IPv4 mapped into IPv6 (::ffff:1.2.3.4). A range may have host bits set. Layer: policies.
 */
#ifndef POLICIES_CEL_IP_H
#define POLICIES_CEL_IP_H

#include "base/str.h"

#define IP_TEXT_MAX 50 /* with "/128" and NUL */

struct ip_address {
	uint8_t family; /* 4 or 6 */
	uint8_t bytes[16];
};

struct ip_prefix {
	struct ip_address address;
	uint8_t bits;
};

bool ip_parse(struct str text, struct ip_address *out);
bool ip_parse_prefix(struct str text, struct ip_prefix *out);

/* Only the number behind the slash; -1: the text is no range. */
int ip_prefix_bits(struct str text);

/* The canonical form (RFC 5952); returns its length. */
size_t ip_format(const struct ip_address *address, char out[IP_TEXT_MAX]);
size_t ip_format_prefix(const struct ip_prefix *prefix, char out[IP_TEXT_MAX]);

/* Host bits become 0. */
struct ip_prefix ip_mask(struct ip_prefix prefix);
bool ip_in_prefix(const struct ip_prefix *prefix, const struct ip_address *address);
bool ip_prefix_in_prefix(const struct ip_prefix *outer, const struct ip_prefix *inner);

#endif
