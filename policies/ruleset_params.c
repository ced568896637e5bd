/* Params: types are inherited, locked ones move only in their declared direction. */

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "policies/ruleset_chain.h"

#define SHOWN_MAX   80
#define SHOWN_ITEMS 8

struct param *params_find(struct param *params, size_t count, struct str name)
{
	for (size_t i = 0; i < count; i++) {
		if (str_eq(params[i].name, name))
			return &params[i];
	}
	return NULL;
}

/* --- values in messages --- */

static void add_scalar(struct buf *buf, struct value value)
{
	char scratch[24];
	struct str text;

	if (value.kind == VALUE_STRING)
		buf_addf(buf, "'%.*s'", STR_ARG(utf8_cut(value_text(value), SHOWN_MAX)));
	else if (value.kind == VALUE_BOOL)
		buf_adds(buf, value.as.boolean ? "true" : "false");
	else if (value_as_number_text(value, scratch, &text))
		buf_add(buf, text);
	else
		buf_adds(buf, value_kind_name((enum value_kind)value.kind));
}

struct str param_text(struct arena *arena, struct value value)
{
	struct buf buf;

	buf_init(&buf, arena, (size_t)SHOWN_MAX * (SHOWN_ITEMS + 2) * 2);
	if (value.kind != VALUE_LIST && value.kind != VALUE_MAP) {
		add_scalar(&buf, value);
		return buf_str(&buf);
	}
	buf_addc(&buf, value.kind == VALUE_LIST ? '[' : '{');
	for (uint32_t i = 0; i < value.len && i < SHOWN_ITEMS; i++) {
		if (i > 0)
			buf_adds(&buf, ", ");
		if (value.kind == VALUE_MAP) {
			add_scalar(&buf, value.as.entries[i].key);
			buf_adds(&buf, ": ");
			add_scalar(&buf, value.as.entries[i].value);
		} else {
			add_scalar(&buf, value.as.items[i]);
		}
	}
	if (value.len > SHOWN_ITEMS)
		buf_adds(&buf, ", ...");
	buf_addc(&buf, value.kind == VALUE_LIST ? ']' : '}');
	return buf_str(&buf);
}

/* --- directions --- */

static bool is_number(struct value value)
{
	return value.kind == VALUE_INT || value.kind == VALUE_NUMBER;
}

static int compare_numbers(struct value a, struct value b)
{
	char scratch_a[24], scratch_b[24];
	struct str text_a, text_b;

	(void)value_as_number_text(a, scratch_a, &text_a);
	(void)value_as_number_text(b, scratch_b, &text_b);
	return number_cmp(text_a, text_b);
}

/* An order in which equal items, also 1 and 1.0, are equal. */
static int item_cmp(const void *left, const void *right)
{
	const struct value *a = left, *b = right;

	if (is_number(*a) && is_number(*b))
		return compare_numbers(*a, *b);
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == VALUE_BOOL)
		return (int)a->as.boolean - (int)b->as.boolean;
	return str_cmp(value_text(*a), value_text(*b));
}

/* The first item of `part` that `whole` lacks; NULL: it is a subset. */
static const struct value *missing_item(struct arena *arena, struct value part, struct value whole)
{
	struct value *sorted = arena_array(arena, struct value, whole.len);

	if (whole.len > 0) {
		memcpy(sorted, whole.as.items, whole.len * sizeof(*sorted));
		qsort(sorted, whole.len, sizeof(*sorted), item_cmp);
	}
	for (uint32_t i = 0; i < part.len; i++) {
		const struct value *item = part.as.items + i;

		if (whole.len == 0 ||
		    bsearch(item, sorted, whole.len, sizeof(*sorted), item_cmp) == NULL)
			return item;
	}
	return NULL;
}

static const struct value *missing_entry(struct value part, struct value whole)
{
	for (uint32_t i = 0; i < part.len; i++) {
		const struct value_entry *entry = part.as.entries + i;
		const struct value *other = value_get(whole, value_text(entry->key));

		if (other == NULL || !value_equal(*other, entry->value))
			return &entry->key;
	}
	return NULL;
}

static bool is_subset(
    struct arena *arena, struct value part, struct value whole, const char *verb, struct str *why)
{
	const struct value *missing = NULL;

	if (part.kind == VALUE_LIST && whole.kind == VALUE_LIST)
		missing = missing_item(arena, part, whole);
	else if (part.kind == VALUE_MAP && whole.kind == VALUE_MAP)
		missing = missing_entry(part, whole);
	else
		missing = &part;
	if (missing == NULL)
		return true;
	*why = str_format(arena, "which %s %.*s", verb, STR_ARG(param_text(arena, *missing)));
	return false;
}

static bool is_ordered(
    struct arena *arena, struct value from, struct value to, bool lower, struct str *why)
{
	int order = is_number(from) && is_number(to) ? compare_numbers(to, from) : 0;

	if (lower ? order < 0 : order > 0)
		return true;
	*why = str_format(arena, "which is not %s than %.*s", lower ? "lower" : "higher",
	    STR_ARG(param_text(arena, from)));
	return false;
}

bool param_is_tighter(
    struct arena *arena, enum tighten tighten, struct value from, struct value to, struct str *why)
{
	if (value_equal(from, to))
		return true;
	switch (tighten) {
	case TIGHTEN_NONE:
		*why = str_format(arena, "which is not %.*s (it declares no direction to tighten)",
		    STR_ARG(param_text(arena, from)));
		return false;
	case TIGHTEN_SUPERSET:
		return is_subset(arena, from, to, "leaves out", why);
	case TIGHTEN_SUBSET:
		return is_subset(arena, to, from, "adds", why);
	case TIGHTEN_LOWER:
		return is_ordered(arena, from, to, true, why);
	case TIGHTEN_HIGHER:
		return is_ordered(arena, from, to, false, why);
	case TIGHTEN_TRUE:
	case TIGHTEN_FALSE:
		*why = STR("which is the looser of the two");
		return to.kind == VALUE_BOOL && to.as.boolean == (tighten == TIGHTEN_TRUE);
	}
	return false;
}

/* --- merging --- */

bool param_convert(struct chain *chain, struct param *param, const struct param *inherited)
{
	struct err err = {0};

	if (param->type_given && param->type != inherited->type) {
		policy_problem(chain->problems, &param->place,
		    "params.%.*s is of type %s here and of type %s at %.*s; a type cannot change",
		    STR_ARG(param->name), param_type_name(param->type),
		    param_type_name(inherited->type),
		    STR_ARG(place_text(chain->arena, &inherited->place)));
		return false;
	}
	if (param->type_given)
		return true;
	if (param->written.kind == VALUE_NULL)
		return false; /* the reader has told it */
	param->type = inherited->type;
	param->tighten = inherited->tighten;
	if (param_value(chain->arena, param->type, param->written, &param->value, &err))
		return true;
	policy_problem(chain->problems, &param->place, "params.%.*s (%s at %.*s): %s",
	    STR_ARG(param->name), param_type_name(param->type),
	    STR_ARG(place_text(chain->arena, &inherited->place)), err.text);
	return false;
}

/* The proof that a locked param may become this; false: told. */
static bool lock_allows(struct chain *chain, const struct param *now, const struct param *next)
{
	const struct rule *rule;
	struct str why = STR("and 'lock: all' lets nobody change it");

	if (value_equal(now->value, next->value) && now->tighten == next->tighten)
		return true;
	rule = chain_locked(chain, SEEN_PARAM, now->name);
	if (rule == NULL)
		return true;
	if (now->tighten != next->tighten)
		why = STR("with another 'tighten'");
	else if (rule->lock == LOCK_WEAKEN &&
		 param_is_tighter(chain->arena, now->tighten, now->value, next->value, &why))
		return true;
	policy_problem(chain->problems, &next->place,
	    "params.%.*s is used by %.*s: %.*s sets %.*s, %.*s", STR_ARG(next->name),
	    STR_ARG(lock_text(chain->arena, rule)), STR_ARG(place_text(chain->arena, &next->place)),
	    STR_ARG(param_text(chain->arena, next->value)), STR_ARG(why));
	return false;
}

static void unknown_param(struct chain *chain, const struct param *param)
{
	policy_problem(chain->problems, &param->place,
	    "params.%.*s has no type: no file above gives it one; write {type: ..., value: ...}, "
	    "or correct its name",
	    STR_ARG(param->name));
}

static void add_param(struct chain *chain, const struct param *param)
{
	struct ruleset *set = chain->set;

	if (!param->type_given) {
		unknown_param(chain, param);
		return;
	}
	if (set->param_count == RULESET_NAMES_MAX) {
		policy_problem(
		    chain->problems, &param->place, "more than %d params", RULESET_NAMES_MAX);
		return;
	}
	set->params = array_room(chain->arena, set->params, set->param_count, sizeof(*set->params));
	set->params[set->param_count++] = *param;
}

static bool own_file_sets(const struct chain *chain, struct str name)
{
	return chain->own != NULL &&
	       params_find(chain->own->params, chain->own->param_count, name) != NULL;
}

/* What a pack gives is a default. */
static void merge_default(struct chain *chain, struct param *param)
{
	struct ruleset *set = chain->set;
	const struct param *now = params_find(set->params, set->param_count, param->name);

	if (now == NULL) {
		add_param(chain, param);
		return;
	}
	if (!param_convert(chain, param, now) || value_equal(now->value, param->value))
		return;
	if (str_starts(now->place.file, STR("pack:")) && !own_file_sets(chain, param->name))
		policy_problem(chain->problems, &param->place,
		    "params.%.*s has another default in %.*s; set it in 'params'",
		    STR_ARG(param->name), STR_ARG(now->place.file));
}

static void merge_param(struct chain *chain, struct param *param)
{
	struct ruleset *set = chain->set;
	struct param *now = params_find(set->params, set->param_count, param->name);

	if (now == NULL)
		add_param(chain, param);
	else if (!value_equal(now->value, param->value) &&
		 chain_clashes(chain, &now->place, &param->place))
		policy_problem(chain->problems, &param->place,
		    "params.%.*s is also given at %.*s; one of the two has to go",
		    STR_ARG(param->name), STR_ARG(place_text(chain->arena, &now->place)));
	else if (param_convert(chain, param, now) && lock_allows(chain, now, param))
		*now = *param;
}

void chain_merge_params(struct chain *chain)
{
	for (size_t i = 0; i < chain->level_count; i++) {
		struct policy_file *file = chain->level[i];

		for (size_t k = 0; k < file->param_count; k++) {
			if (file->kind == POLICY_PACK)
				merge_default(chain, &file->params[k]);
			else
				merge_param(chain, &file->params[k]);
		}
	}
}
