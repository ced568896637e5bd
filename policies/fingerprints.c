/*
 * Fingerprints of findings: of the offending value ("vf1:...", what a waiver is bound to), and of
 * the finding itself. Source: policies design, 5; report design, 5.
 */

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "parser/canonical.h"
#include "parser/path.h"
#include "parser/secrets.h"
#include "policies/changed.h"
#include "policies/evaluator.h"

#define VALUES_MAX	  64
#define TEXTS_MAX	  ((size_t)16 << 20) /* of all findings */
#define TEXT_END	  '\xff'	     /* in no UTF-8 */
#define FINGERPRINT_BYTES 16

struct collected_values {
	struct value items[VALUES_MAX];
	size_t count;
	bool overflow; /* too many: then there is no fingerprint rather than one of a part */
};

static void collect(struct collected_values *values, struct value value)
{
	/* What an expression computed has no canonical form of its own kind. */
	if (value.kind >= CEL_FIRST)
		values->overflow = true;
	if (values->count == VALUES_MAX)
		values->overflow = true;
	else
		values->items[values->count++] = value;
}

static bool has_after(enum policy_variable variable)
{
	return variable == VARIABLE_resource || variable == VARIABLE_output;
}

/* resource.after.x: the value there. `resource` as a whole: what is in it, not where it stands. */
static void collect_path(
    const struct evaluator *evaluator, struct str path, struct collected_values *values)
{
	static const struct {
		const char *name;
		enum policy_variable variable;
	} roots[] = {{"resource", VARIABLE_resource}, {"output", VARIABLE_output},
	    {"plan", VARIABLE_plan}, {"run", VARIABLE_run}};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		const struct value *value;
		struct str rest = path;

		if (!str_eat(&rest, str_from(roots[i].name)) ||
		    (rest.len > 0 && rest.ptr[0] != '.' && rest.ptr[0] != '['))
			continue;
		/* the plan as a whole says nothing that stays the same, and that is no value */
		if (rest.len == 0 && !has_after(roots[i].variable))
			values->overflow = true;
		if (rest.len == 0)
			rest = STR(".after");
		(void)str_eat(&rest, STR("."));
		value =
		    path_value(evaluator->trace, evaluator->activation[roots[i].variable], rest);
		collect(values, value_string(path));
		collect(values, value ? *value : value_null());
	}
}

static void collect_program(
    struct evaluator *evaluator, const struct cel_program *program, struct collected_values *values)
{
	struct cel_paths paths = program ? cel_paths(program) : (struct cel_paths){0};

	if (program && cel_mentions_variable(program, VARIABLE_plan))
		judge_bind_plan(evaluator);
	for (size_t i = 0; i < paths.count; i++)
		collect_path(evaluator, paths.items[i], values);
}

/* An item may be computed from a secret without being marked as one. */
static bool have_secret(const struct collected_values *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		if (sources->items[i].marks & (VALUE_SENSITIVE | VALUE_HAS_SENSITIVE))
			return true;
	}
	return false;
}

/* The block an item came from may move; what it says is what counts. */
static void collect_item(struct value item, struct collected_values *values)
{
	if (item.kind != VALUE_MAP || (item.marks & VALUE_SENSITIVE)) {
		collect(values, item);
		return;
	}
	for (uint32_t i = 0; i < item.len; i++) {
		if (str_is(value_text(item.as.entries[i].key), "attribute"))
			continue;
		collect(values, item.as.entries[i].key);
		collect(values, item.as.entries[i].value);
	}
}

// NOLINTNEXTLINE(misc-no-recursion)
static void add_texts(struct buf *buf, struct value value)
{
	if (value.kind == VALUE_STRING && value.len >= SECRET_MIN) {
		buf_add(buf, value_text(value));
		buf_addc(buf, TEXT_END);
	}
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		add_texts(buf, value.as.items[i]);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++) {
		add_texts(buf, value.as.entries[i].key);
		add_texts(buf, value.as.entries[i].value);
	}
}

/* What an item was computed from counts as well: it may be a part of a secret. False: they are more
 * than is kept. */
static bool keep_texts(struct evaluator *evaluator, const struct collected_values *values,
    const struct collected_values *sources, struct finding *out)
{
	struct err ignored = {0};
	struct buf buf;

	buf_init(&buf, evaluator->trace, TEXTS_MAX - evaluator->value_texts);
	for (size_t i = 0; i < values->count; i++)
		add_texts(&buf, values->items[i]);
	for (size_t i = 0; i < sources->count; i++)
		add_texts(&buf, sources->items[i]);
	if (!buf_finish(&buf, &out->value_texts, &ignored))
		return false;
	evaluator->value_texts += out->value_texts.len;
	out->value_texts = str_copy(evaluator->arena, out->value_texts);
	return true;
}

void finding_take_value(struct evaluator *evaluator, const struct judged_rule *rule,
    struct value item, bool has_item, struct finding *out)
{
	struct collected_values *values = arena_make(evaluator->trace, struct collected_values);
	struct collected_values *sources = arena_make(evaluator->trace, struct collected_values);

	if (has_item) {
		collect_program(evaluator, rule->programs->each, sources);
		if (have_secret(sources))
			item.marks |= VALUE_SENSITIVE;
		collect_item(item, values);
	} else {
		collect_program(evaluator, rule->programs->when, values);
		collect_program(evaluator, rule->programs->condition, values);
		if (evaluator->change)
			collect(values,
			    value_string(str_from(action_name(evaluator->change->head.action))));
	}
	if (!values->overflow && keep_texts(evaluator, values, sources, out))
		out->value_fingerprint = value_fingerprint(evaluator->arena, evaluator->trace,
		    values->items, values->count, evaluator->world->fingerprint_key);
}

/* Length first, so that no two lists of parts give one text. */
static void add_part(struct sha256 *sha, struct str part)
{
	uint8_t len[8];

	for (size_t i = 0; i < sizeof(len); i++)
		len[i] = (uint8_t)((uint64_t)part.len >> (8 * i));
	sha256_add(sha, (struct str){(const char *)len, sizeof(len)});
	sha256_add(sha, part);
}

struct str finding_fingerprint(struct arena *arena, const struct finding *finding)
{
	struct sha256 *sha = sha256_begin();
	struct digest digest;

	add_part(sha, str_from(finding_kind_name(finding->kind)));
	add_part(sha, finding->tool);
	add_part(sha, finding->rule_id);
	add_part(sha, finding->directory);
	add_part(sha, finding->address);
	add_part(sha, finding->deposed);
	/* The value says which item it is; without one its place has to. */
	add_part(
	    sha, finding->value_fingerprint.len > 0 ? finding->value_fingerprint : finding->item);
	for (size_t i = 0; finding->kind == FINDING_UNDECIDED && i < finding->path_count; i++)
		add_part(sha, finding->paths[i]);
	digest = sha256_end(sha);
	return base64url_encode(arena, (struct str){(const char *)digest.bytes, FINGERPRINT_BYTES});
}
