/* Equality that knows what it does not know, and order. */
#include "policies/cel/value.h"

#include "policies/cel/function.h"
#include "policies/cel/ip.h"
#include "policies/cel/number.h"
#include "policies/cel/result.h"
#include "policies/cel/version.h"

#define DEPTH_MAX 1000

enum verdict {
	DIFFERENT,
	EQUAL,
	UNDECIDED,
	LIMIT, /* of steps or depth */
};

struct equality {
	struct cel_run *run; /* may be NULL */
	unsigned depth;
	unsigned joined;
	struct value unknown;
};

typedef enum verdict compare_fn(struct equality *equality, struct value a, struct value b);

static enum verdict compare(struct equality *equality, struct value a, struct value b);

static enum verdict verdict_of(bool equal)
{
	return equal ? EQUAL : DIFFERENT;
}

static bool pay(const struct equality *equality, size_t steps)
{
	return !equality->run || cel_pay(equality->run, steps);
}

static void note_unknown(struct equality *equality, struct value value)
{
	if (value.kind != VALUE_UNKNOWN)
		return;
	if (equality->joined == 0)
		equality->unknown = value;
	else if (equality->joined < CEL_JOINED_MAX)
		equality->unknown = cel_join_unknowns(equality->run, equality->unknown, value);
	equality->joined++;
}

static enum verdict compare_null(struct equality *equality, struct value a, struct value b)
{
	(void)equality;
	return verdict_of(a.kind == b.kind);
}

static enum verdict compare_bool(struct equality *equality, struct value a, struct value b)
{
	(void)equality;
	return verdict_of(a.as.boolean == b.as.boolean);
}

static enum verdict compare_text(struct equality *equality, struct value a, struct value b)
{
	if (a.len != b.len)
		return DIFFERENT;
	if (!pay(equality, a.len / CEL_BYTES_PER_STEP))
		return LIMIT;
	return verdict_of(str_eq(cel_text(a), cel_text(b)));
}

static enum verdict compare_time(struct equality *equality, struct value a, struct value b)
{
	(void)equality;
	return verdict_of(a.as.integer == b.as.integer && a.len == b.len);
}

/* One address has many texts. */
static bool read_address(struct value value, struct ip_prefix *out)
{
	*out = (struct ip_prefix){.bits = 0};
	if (value.kind == CEL_CIDR)
		return ip_parse_prefix(cel_text(value), out);
	return ip_parse(cel_text(value), &out->address);
}

static enum verdict compare_address(struct equality *equality, struct value a, struct value b)
{
	struct ip_prefix left, right;

	(void)equality;
	if (!read_address(a, &left) || !read_address(b, &right))
		return DIFFERENT;
	return verdict_of(
	    left.bits == right.bits && left.address.family == right.address.family &&
	    memcmp(left.address.bytes, right.address.bytes, sizeof(left.address.bytes)) == 0);
}

/* Build metadata do not count. */
static enum verdict compare_version(struct equality *equality, struct value a, struct value b)
{
	struct version left, right;

	(void)equality;
	if (!version_parse_loose(cel_text(a), &left) || !version_parse_loose(cel_text(b), &right))
		return DIFFERENT;
	return verdict_of(version_cmp(&left, &right) == 0);
}

static enum verdict compare_optional(struct equality *equality, struct value a, struct value b)
{
	if (a.len != b.len)
		return DIFFERENT;
	return a.len == 0 ? EQUAL : compare(equality, *a.as.items, *b.as.items);
}

/* An unknown element leaves open how long the list is: Terraform may merge those of a set. */
static enum verdict compare_lengths(struct equality *equality, struct value a, struct value b)
{
	unsigned before = equality->joined;

	if (a.len == b.len)
		return EQUAL;
	for (size_t i = 0; (a.marks & VALUE_HAS_UNKNOWN) && i < a.len; i++)
		note_unknown(equality, a.as.items[i]);
	for (size_t i = 0; (b.marks & VALUE_HAS_UNKNOWN) && i < b.len; i++)
		note_unknown(equality, b.as.items[i]);
	return equality->joined > before ? UNDECIDED : DIFFERENT;
}

static enum verdict compare_list(struct equality *equality, struct value a, struct value b)
{
	enum verdict sum;
	size_t common = a.len < b.len ? a.len : b.len;

	if (a.len != b.len && !((a.marks | b.marks) & VALUE_HAS_UNKNOWN))
		return DIFFERENT;
	if (!pay(equality, common))
		return LIMIT;
	sum = compare_lengths(equality, a, b);
	if (sum == DIFFERENT)
		return sum;
	for (size_t i = 0; i < common; i++) {
		enum verdict verdict = compare(equality, a.as.items[i], b.as.items[i]);

		if (verdict == DIFFERENT || verdict == LIMIT)
			return verdict;
		if (verdict == UNDECIDED)
			sum = UNDECIDED;
	}
	return sum;
}

/* Nearly always the key stands at the same place on both sides. */
static const struct value *other_value(struct value map, size_t at, struct value key)
{
	const struct value_entry *entry = map.as.entries + at;

	if (entry->key.kind == VALUE_STRING && key.kind == VALUE_STRING &&
	    str_eq(cel_text(entry->key), cel_text(key)))
		return &entry->value;
	return cel_map_get(map, key);
}

static enum verdict compare_map(struct equality *equality, struct value a, struct value b)
{
	enum verdict sum = EQUAL;

	if (a.len != b.len)
		return DIFFERENT;
	if (!pay(equality, a.len))
		return LIMIT;
	for (size_t i = 0; i < a.len; i++) {
		const struct value_entry *entry = &a.as.entries[i];
		const struct value *other = other_value(b, i, entry->key);
		enum verdict verdict = other ? compare(equality, entry->value, *other) : DIFFERENT;

		if (verdict == DIFFERENT || verdict == LIMIT)
			return verdict;
		if (verdict == UNDECIDED)
			sum = UNDECIDED;
	}
	return sum;
}

static compare_fn *const compare_kinds[CEL_KIND_END] = {
    [VALUE_NULL] = compare_null,
    [VALUE_BOOL] = compare_bool,
    [VALUE_STRING] = compare_text,
    [VALUE_LIST] = compare_list,
    [VALUE_MAP] = compare_map,
    [CEL_BYTES] = compare_text,
    [CEL_TYPE] = compare_text,
    [CEL_DURATION] = compare_time,
    [CEL_TIMESTAMP] = compare_time,
    [CEL_OPTIONAL] = compare_optional,
    [CEL_IP] = compare_address,
    [CEL_CIDR] = compare_address,
    [CEL_SEMVER] = compare_version,
};

static enum verdict compare(struct equality *equality, struct value a, struct value b)
{
	enum verdict verdict;
	bool nan;

	a = cel_load(a);
	b = cel_load(b);
	if (a.kind == VALUE_UNKNOWN || b.kind == VALUE_UNKNOWN) {
		note_unknown(equality, a);
		note_unknown(equality, b);
		return UNDECIDED;
	}
	if (cel_is_number(a) && cel_is_number(b))
		return verdict_of(cel_number_order(a, b, &nan) == 0 && !nan);
	if (a.kind != b.kind || a.kind >= CEL_KIND_END || !compare_kinds[a.kind])
		return DIFFERENT;
	if (equality->depth >= DEPTH_MAX)
		return LIMIT;
	equality->depth++;
	verdict = compare_kinds[a.kind](equality, a, b);
	equality->depth--;
	return verdict;
}

static struct value compare_slowly(struct cel_run *run, struct value a, struct value b)
{
	struct equality equality = {.run = run, .unknown = value_unknown()};

	switch (compare(&equality, a, b)) {
	case DIFFERENT:
		return value_bool(false);
	case EQUAL:
		return value_bool(true);
	case UNDECIDED:
		return equality.unknown;
	case LIMIT:
		break;
	}
	if (!run)
		return (struct value){.kind = CEL_ERROR};
	return cel_fail_limit(run, "comparing the values needs too many steps");
}

struct value cel_equal(struct cel_run *run, struct value a, struct value b)
{
	if (LIKELY(a.kind == b.kind)) {
		if (a.kind == VALUE_STRING && (a.len != b.len || a.len < CEL_BYTES_PER_STEP))
			return value_bool(str_eq(cel_text(a), cel_text(b)));
		if (a.kind == VALUE_INT)
			return value_bool(a.as.integer == b.as.integer);
		if (a.kind == VALUE_BOOL)
			return value_bool(a.as.boolean == b.as.boolean);
	}
	return compare_slowly(run, a, b);
}

/* --- order --- */

static int order_of(bool less, bool greater)
{
	return less ? -1 : greater;
}

static int time_order(struct value a, struct value b)
{
	if (a.as.integer != b.as.integer)
		return order_of(a.as.integer < b.as.integer, true);
	return order_of(cel_nanos(a) < cel_nanos(b), cel_nanos(a) > cel_nanos(b));
}

bool cel_compare(struct value a, struct value b, int *order, bool *nan)
{
	*nan = false;
	if (LIKELY(a.kind == VALUE_INT && b.kind == VALUE_INT)) {
		*order = order_of(a.as.integer<b.as.integer, a.as.integer> b.as.integer);
		return true;
	}
	if (cel_is_number(a) && cel_is_number(b)) {
		*order = cel_number_order(a, b, nan);
		return true;
	}
	if (a.kind != b.kind)
		return false;
	if (a.kind == VALUE_STRING || a.kind == CEL_BYTES)
		*order = str_cmp(cel_text(a), cel_text(b));
	else if (a.kind == CEL_TIMESTAMP || a.kind == CEL_DURATION)
		*order = time_order(a, b);
	else if (a.kind == VALUE_BOOL)
		*order = order_of(!a.as.boolean && b.as.boolean, a.as.boolean && !b.as.boolean);
	else
		return false;
	return true;
}
