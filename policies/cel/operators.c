#include "policies/cel/arithmetic.h"
#include "policies/cel/number.h"
#include "policies/cel/result.h"

/* --- comparison --- */

static struct value equals(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return cel_equal(run, args[0], args[1]);
}

static struct value differs(struct cel_run *run, const struct value *args, size_t count)
{
	struct value equal = cel_equal(run, args[0], args[1]);

	(void)count;
	if (equal.kind == VALUE_BOOL)
		equal.as.boolean = !equal.as.boolean;
	return equal;
}

/* Has the comparison an answer? Then *order, where NaN is neither less nor equal nor greater. */
enum relation {
	LESS = 1,
	SAME = 2,
	GREATER = 4,
};

static struct value related(
    struct cel_run *run, const char *name, const struct value *args, unsigned wanted)
{
	static const unsigned relations[] = {LESS, SAME, GREATER};
	size_t bytes = args[0].len < args[1].len ? args[0].len : args[1].len;
	int order;
	bool nan;

	if (args[0].kind == VALUE_STRING && !cel_pay_bytes(run, bytes))
		return cel_out_of_steps(run);
	if (!cel_compare(args[0], args[1], &order, &nan))
		return cel_no_overload(run, name, args, 2);
	return value_bool(!nan && (relations[order + 1] & wanted) != 0);
}

static struct value less(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return related(run, "_<_", args, LESS);
}

static struct value less_or_same(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return related(run, "_<=_", args, LESS | SAME);
}

static struct value greater(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return related(run, "_>_", args, GREATER);
}

static struct value greater_or_same(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return related(run, "_>=_", args, GREATER | SAME);
}

/* --- in --- */

static struct value in_list(struct cel_run *run, struct value item, struct value list)
{
	struct value result = value_bool(false);
	unsigned joined = 0;

	if (!cel_pay(run, list.len))
		return cel_out_of_steps(run);
	for (size_t i = 0; i < list.len; i++) {
		struct value equal = cel_equal(run, cel_load(list.as.items[i]), item);

		if (equal.kind == CEL_ERROR)
			return equal;
		if (equal.kind == VALUE_BOOL && equal.as.boolean)
			return equal;
		if (equal.kind != VALUE_UNKNOWN || joined++ >= CEL_JOINED_MAX)
			continue;
		result = joined > 1 ? cel_join_unknowns(run, result, equal) : equal;
	}
	return result;
}

static struct value is_in(struct cel_run *run, const struct value *args, size_t count)
{
	if (args[1].kind == VALUE_LIST)
		return in_list(run, args[0], args[1]);
	if (args[1].kind != VALUE_MAP)
		return cel_no_overload(run, "@in", args, count);
	return value_bool(cel_map_get(args[1], args[0]) != NULL);
}

/* --- index --- */

static struct value item_at(struct cel_run *run, struct value list, struct value index)
{
	struct value integral;

	if (!cel_is_number(index))
		return cel_fail(
		    run, "a list is indexed by an int, not by %s", cel_kind_name(index.kind));
	if (!cel_integral(index, &integral))
		return cel_fail(run, "a list is indexed by a whole number");
	/* As uint64_t, a negative int is larger than any list. */
	if (integral.as.natural >= list.len)
		return cel_fail(run, "index out of range of a list of %u", list.len);
	return cel_load(list.as.items[integral.as.natural]);
}

struct value cel_index(struct cel_run *run, struct value container, struct value key)
{
	struct value args[2] = {container, key};
	const struct value *found;

	if (container.kind == VALUE_LIST)
		return item_at(run, container, key);
	if (container.kind != VALUE_MAP)
		return cel_no_overload(run, "_[_]", args, 2);
	found = cel_map_get(container, key);
	return found ? cel_load(*found) : cel_fail(run, "no such key");
}

static struct value index_of(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return cel_index(run, args[0], args[1]);
}

#define OPERATOR	 (CEL_GLOBAL | CEL_OPERATOR)
#define ARITHMETIC_TYPES "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double"

const struct cel_function cel_operators[] = {
    {"_+_", OPERATOR | CEL_LOOKS_INSIDE, 2, 2, cel_add,
	"a + b: " ARITHMETIC_TYPES "; strings, bytes, lists; timestamp and duration",
	"sum, or one after the other; integer overflow is an error", "[1] + [2] == [1, 2]"},
    {"_-_", OPERATOR, 2, 2, cel_subtract, "a - b: " ARITHMETIC_TYPES "; timestamp, duration",
	"difference", "3 - 1 == 2"},
    {"_*_", OPERATOR, 2, 2, cel_multiply, "a * b: " ARITHMETIC_TYPES, "product", "2 * 3 == 6"},
    {"_/_", OPERATOR, 2, 2, cel_divide, "a / b: " ARITHMETIC_TYPES,
	"quotient; of integers cut off towards zero", "7 / 2 == 3"},
    {"_%_", OPERATOR, 2, 2, cel_modulus, "a % b: (int, int) -> int; (uint, uint) -> uint",
	"what is left by the division of integers, with the sign of a", "-7 % 3 == -1"},
    {"-_", OPERATOR, 1, 1, cel_negate, "-a: (int) -> int; (double) -> double", "the opposite",
	"-(1) < 0"},
    {"_==_", OPERATOR | CEL_LOOKS_INSIDE, 2, 2, equals, "a == b: (any, any) -> bool",
	"equality of any two values; different types are not equal, numbers compare by value",
	"1 == 1.0"},
    {"_!=_", OPERATOR | CEL_LOOKS_INSIDE, 2, 2, differs, "a != b: (any, any) -> bool",
	"the opposite of ==", "[1] != [2]"},
    {"_<_", OPERATOR, 2, 2, less,
	"a < b: two numbers, strings, bytes, bools, timestamps or durations -> bool", "less",
	"'a' < 'b'"},
    {"_<=_", OPERATOR, 2, 2, less_or_same, "a <= b: as <", "less or equal", "1 <= 1.5"},
    {"_>_", OPERATOR, 2, 2, greater, "a > b: as <", "greater", "2u > 1"},
    {"_>=_", OPERATOR, 2, 2, greater_or_same, "a >= b: as <", "greater or equal", "true >= false"},
    {"@in", OPERATOR | CEL_LOOKS_INSIDE, 2, 2, is_in,
	"a in b: (any, list) -> bool; (key, map) -> bool",
	"is it an item of the list, or a key of the map", "'k' in {'k': 1}"},
    {"_[_]", OPERATOR | CEL_LOOKS_INSIDE, 2, 2, index_of, "a[b]: (list, int); (map, key)",
	"the item (from 0) or the entry; an error when there is none", "['x', 'y'][1] == 'y'"},
    CEL_FUNCTIONS_END,
};
