#include "policies/cel/result.h"
#include "policies/cel/version.h"

#include "base/err.h"
#include "base/glob.h"

/* Versions by Kubernetes' names; constraints as in Terraform's `version = "~> 1.2"`. */

#define BYTES_PER_STEP 8

/* "v1.2" becomes 1.2.0: semver(text, true) */
static struct value normalised(struct cel_run *run, struct str text)
{
	struct version v;

	if (!version_parse_loose(text, &v) || v.count > 3)
		return cel_fail(run, "semver() needs a version such as '1.2.3'");
	struct value made = cel_string(run, "%lld.%lld.%lld%s%.*s%s%.*s", (long long)v.segments[0],
	    (long long)v.segments[1], (long long)v.segments[2], v.pre.len ? "-" : "",
	    STR_ARG(v.pre), v.build.len ? "+" : "", STR_ARG(v.build));
	if (made.kind == VALUE_STRING)
		made.kind = CEL_SEMVER;
	return made;
}

static struct value fn_semver(struct cel_run *run, const struct value *args, size_t count)
{
	struct value text = args[0];
	struct version version;

	if (text.kind == CEL_SEMVER)
		return text;
	if (text.kind != VALUE_STRING || (count == 2 && args[1].kind != VALUE_BOOL))
		return cel_no_overload(run, "semver", args, count);
	if (count == 2 && args[1].as.boolean)
		return normalised(run, cel_text(text));
	if (!version_parse(cel_text(text), &version))
		return cel_fail(run, "semver() needs a version such as '1.2.3'");
	text.kind = CEL_SEMVER;
	return text;
}

static struct value fn_is_semver(struct cel_run *run, const struct value *args, size_t count)
{
	struct version version;

	if (args[0].kind != VALUE_STRING || (count == 2 && args[1].kind != VALUE_BOOL))
		return cel_no_overload(run, "isSemver", args, count);
	if (count == 2 && args[1].as.boolean)
		return value_bool(
		    version_parse_loose(cel_text(args[0]), &version) && version.count <= 3);
	return value_bool(version_parse(cel_text(args[0]), &version));
}

static bool take_two(const struct value *args, struct version *a, struct version *b)
{
	return args[0].kind == CEL_SEMVER && args[1].kind == CEL_SEMVER &&
	       version_parse(cel_text(args[0]), a) && version_parse(cel_text(args[1]), b);
}

static struct value fn_compare_to(struct cel_run *run, const struct value *args, size_t count)
{
	struct version a, b;

	if (!take_two(args, &a, &b))
		return cel_no_overload(run, "compareTo", args, count);
	return cel_int(version_cmp(&a, &b));
}

static struct value fn_is_less(struct cel_run *run, const struct value *args, size_t count)
{
	struct version a, b;

	if (!take_two(args, &a, &b))
		return cel_no_overload(run, "isLessThan", args, count);
	return value_bool(version_cmp(&a, &b) < 0);
}

static struct value fn_is_greater(struct cel_run *run, const struct value *args, size_t count)
{
	struct version a, b;

	if (!take_two(args, &a, &b))
		return cel_no_overload(run, "isGreaterThan", args, count);
	return value_bool(version_cmp(&a, &b) > 0);
}

static struct value segment(
    struct cel_run *run, const char *name, struct value value, unsigned number)
{
	struct version version;

	if (value.kind != CEL_SEMVER || !version_parse(cel_text(value), &version))
		return cel_no_overload(run, name, &value, 1);
	return cel_int(version.segments[number]);
}

static struct value fn_major(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return segment(run, "major", args[0], 0);
}

static struct value fn_minor(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return segment(run, "minor", args[0], 1);
}

static struct value fn_patch(struct cel_run *run, const struct value *args, size_t count)
{
	(void)count;
	return segment(run, "patch", args[0], 2);
}

static struct value fn_satisfies(struct cel_run *run, const struct value *args, size_t count)
{
	struct version version;
	struct err err = {0};

	if ((args[0].kind != VALUE_STRING && args[0].kind != CEL_SEMVER) ||
	    args[1].kind != VALUE_STRING)
		return cel_no_overload(run, "satisfies", args, count);
	if (!cel_pay_bytes(run, args[0].len + args[1].len))
		return cel_out_of_steps(run);
	if (!version_parse_loose(cel_text(args[0]), &version))
		return cel_fail(run, "satisfies() needs a version such as '1.2.3'");
	if (!version_constraint_check(cel_text(args[1]), &err))
		return cel_fail(run, "satisfies() needs a constraint such as '~> 1.2, != 1.3.0'");
	return value_bool(version_satisfies(&version, cel_text(args[1])));
}

static bool is_special(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

/* How much of the pattern stands for itself. */
static size_t literal_len(struct str pattern)
{
	size_t len = 0;

	while (len < pattern.len && !is_special(pattern.ptr[len]))
		len++;
	return len;
}

static struct value fn_glob(struct cel_run *run, const struct value *args, size_t count)
{
	struct err err = {0};
	size_t text = args[0].len, pattern, literal;

	if (args[0].kind != VALUE_STRING || args[1].kind != VALUE_STRING)
		return cel_no_overload(run, "glob", args, count);
	pattern = args[1].len;
	/* text times pattern at worst */
	if (!cel_pay(run, text * pattern / BYTES_PER_STEP))
		return cel_out_of_steps(run);
	literal = literal_len(cel_text(args[1]));
	if (literal == pattern)
		return value_bool(str_eq(cel_text(args[0]), cel_text(args[1])));
	if (!glob_check(cel_text(args[1]), &err))
		return cel_fail(run, "the pattern of glob() does not parse");
	return value_bool(
	    str_starts(cel_text(args[0]), str_from_to(cel_text(args[1]), 0, literal)) &&
	    glob_match(cel_text(args[1]), cel_text(args[0])));
}

const struct cel_function cel_version_functions[] = {
    {"semver", CEL_GLOBAL, 1, 2, fn_semver,
	"semver(string) -> Semver; semver(string, bool) -> Semver",
	"a semantic version; with true also 'v1.2', filled up to 1.2.0",
	"semver('1.10.0').isGreaterThan(semver('1.9.3'))"},
    {"isSemver", CEL_GLOBAL, 1, 2, fn_is_semver,
	"isSemver(string) -> bool; isSemver(string, bool) -> bool",
	"is the text a semantic version", "isSemver('1.2.3') && !isSemver('1.2')"},
    {"compareTo", CEL_METHOD, 2, 2, fn_compare_to, "Semver.compareTo(Semver) -> int", "-1, 0 or 1",
	"semver('1.0.0-rc.1').compareTo(semver('1.0.0')) == -1"},
    {"isLessThan", CEL_METHOD, 2, 2, fn_is_less, "Semver.isLessThan(Semver) -> bool",
	"does the version come before the other", "semver('1.2.3').isLessThan(semver('1.3.0'))"},
    {"isGreaterThan", CEL_METHOD, 2, 2, fn_is_greater, "Semver.isGreaterThan(Semver) -> bool",
	"does the version come after the other", "semver('2.0.0').isGreaterThan(semver('1.9.9'))"},
    {"major", CEL_METHOD, 1, 1, fn_major, "Semver.major() -> int", "the first number",
	"semver('1.2.3').major() == 1"},
    {"minor", CEL_METHOD, 1, 1, fn_minor, "Semver.minor() -> int", "the second number",
	"semver('1.2.3').minor() == 2"},
    {"patch", CEL_METHOD, 1, 1, fn_patch, "Semver.patch() -> int", "the third number",
	"semver('1.2.3').patch() == 3"},
    {"satisfies", CEL_GLOBAL | CEL_METHOD, 2, 2, fn_satisfies,
	"satisfies(string, string) -> bool; string.satisfies(string) -> bool; "
	"Semver.satisfies(string) -> bool",
	"does the version fit Terraform's constraint: = != > >= < <= ~> with commas",
	"satisfies('1.4.2', '~> 1.2, != 1.3.0') && !'2.0.0'.satisfies('~> 1.2')"},
    {"glob", CEL_GLOBAL, 2, 2, fn_glob, "glob(string, string) -> bool",
	"does the text match the pattern: * ? [a-z], ** for any number of folders",
	"glob('envs/prod/db', 'envs/**') && !glob('envs/prod/db', 'envs/*')"},
    CEL_FUNCTIONS_END,
};
