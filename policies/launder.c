/*
 * What is unknown only because it comes out of a terraform_data.
 *
 * Terraform does not say what an expression does with terraform_data.x.output; that it hands it on
 * is likely, not certain. So it may prove a violation, never a pass: that stays undecided.
 */

#include "base/arena.h"
#include "base/err.h"
#include "parser/terraform_data.h"
#include "policies/evaluator.h"

/* The change with those values filled in; false when there are none. */
static bool fill_change(struct evaluator *evaluator, struct change *filled)
{
	const struct configuration *configuration;
	struct err err = {0};

	if (!evaluator->change || !evaluator->plan || !terraform_data_present(evaluator->plan))
		return false;
	configuration = host_configuration(evaluator->host);
	*filled = *evaluator->change;
	return configuration &&
	       terraform_data_fill(evaluator->trace, configuration, filled, &err) &&
	       filled->after.as.entries != evaluator->change->after.as.entries;
}

/* The worst of the items that `index` means; -1: of all. */
static bool violates_at(
    struct evaluator *evaluator, const struct judged_rule *rule, struct value *item, int64_t *index)
{
	struct ruling ruling;
	struct value items;

	if (!judge_items(evaluator, rule, NULL, &items, &ruling))
		return false;
	for (uint32_t i = 0; i < items.len; i++) {
		struct value candidate = cel_load(items.as.items[i]);

		if (*index >= 0 && (uint32_t)*index != i)
			continue;
		ruling = judge_item(evaluator, rule, candidate, i, NULL);
		if (ruling.end == RULE_VIOLATION) {
			*item = candidate;
			*index = rule->programs->each ? (int64_t)i : -1;
			return true;
		}
	}
	return false;
}

bool is_laundered(struct evaluator *evaluator, const struct judged_rule *rule,
    struct change *filled, struct value *item, int64_t *index)
{
	struct err err = {0};

	return fill_change(evaluator, filled) &&
	       judge_view(evaluator, evaluator->scratch, filled, HOST_RAW, &err) &&
	       violates_at(evaluator, rule, item, index);
}
