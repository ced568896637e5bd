/*
 * Which lists are sets, by the schemas of the large providers: in a plan a set looks like any list.
 * An order that might matter is never taken for none: what is not listed here keeps its order, and
 * so does all that lies in a map that is free in its form, or in JSON.
 *
 * Source: the documentation of the providers hashicorp/aws, google, azurerm and azuread: sets, and
 * lists that the service keeps without an order. (Terraform writes real sets in byte order: those
 * are known without a name, unless something in them is not known yet.)
 */
#include "report/diff_walk.h"

#define ANYWHERE "*" /* at the top or in any block */

struct set_place {
	const char *type;  /* of the resource; at its end "_": of all whose type begins so */
	const char *block; /* NULL: at the top */
	const char *name;
};

static const struct set_place set_places[] = {
    {"aws_", ANYWHERE, "availability_zones"},
    {"aws_", ANYWHERE, "cidr_blocks"},
    {"aws_", ANYWHERE, "ipv6_cidr_blocks"},
    {"aws_", ANYWHERE, "managed_policy_arns"},
    {"aws_", ANYWHERE, "prefix_list_ids"},
    {"aws_", ANYWHERE, "security_group_ids"},
    {"aws_", ANYWHERE, "security_groups"},
    {"aws_", ANYWHERE, "subnet_ids"},
    {"aws_", ANYWHERE, "subnets"},
    {"aws_", ANYWHERE, "vpc_security_group_ids"},
    {"aws_cloudfront_distribution", NULL, "aliases"},
    {"aws_ecs_task_definition", NULL, "requires_compatibilities"},
    {"aws_iam_group_membership", NULL, "users"},
    {"aws_iam_policy_attachment", NULL, "groups"},
    {"aws_iam_policy_attachment", NULL, "roles"},
    {"aws_iam_policy_attachment", NULL, "users"},
    {"aws_iam_policy_document", "statement", "actions"},
    {"aws_iam_policy_document", "statement", "not_actions"},
    {"aws_iam_policy_document", "statement", "not_resources"},
    {"aws_iam_policy_document", "statement", "resources"},
    {"aws_iam_policy_document", "principals", "identifiers"},
    {"aws_iam_policy_document", "not_principals", "identifiers"},
    {"aws_iam_user_group_membership", NULL, "groups"},
    {"azuread_group", NULL, "members"},
    {"azurerm_", ANYWHERE, "subnet_ids"},
    {"azurerm_", ANYWHERE, "virtual_network_subnet_ids"},
    {"azurerm_role_definition", "permissions", "actions"},
    {"azurerm_role_definition", "permissions", "data_actions"},
    {"azurerm_role_definition", "permissions", "not_actions"},
    {"azurerm_role_definition", "permissions", "not_data_actions"},
    {"google_", NULL, "members"},
    {"google_", "binding", "members"},
    {"google_", "node_config", "oauth_scopes"},
    {"google_", "service_account", "scopes"},
    {"google_compute_firewall", NULL, "destination_ranges"},
    {"google_compute_firewall", NULL, "source_ranges"},
    {"google_compute_firewall", NULL, "source_service_accounts"},
    {"google_compute_firewall", NULL, "source_tags"},
    {"google_compute_firewall", NULL, "target_service_accounts"},
    {"google_compute_firewall", NULL, "target_tags"},
};

/* Of those some are lists whose order may matter: a file system of FSx has a preferred subnet. */
static const struct set_place list_places[] = {
    {"aws_fsx_", ANYWHERE, "subnet_ids"},
};

static bool type_matches(struct str type, struct str wanted)
{
	return str_eq(type, wanted) || (str_ends(wanted, STR("_")) && str_starts(type, wanted));
}

/* Blocks are lists of maps: key, position, key. A map right below a key is free in its form. */
static bool is_in_blocks(const struct diff_walk *walk)
{
	if (walk->depth == 0 || walk->text_depth > 0)
		return false;
	for (size_t i = 0; i < walk->depth; i++) {
		if ((walk->steps[i].key.ptr == NULL) != (i % 2 == 1))
			return false;
	}
	return walk->depth % 2 == 1;
}

static bool stands_in(const struct set_place *places, size_t count, const struct diff_walk *walk)
{
	struct str name = walk->steps[walk->depth - 1].key, block = STR_EMPTY;

	if (walk->depth >= 3)
		block = walk->steps[walk->depth - 3].key;
	for (size_t i = 0; i < count; i++) {
		const struct set_place *place = &places[i];
		bool here = place->block
				? str_is(block, place->block) || str_is(STR(ANYWHERE), place->block)
				: walk->depth == 1;

		if (here && str_is(name, place->name) &&
		    type_matches(walk->change->head.type, str_from(place->type)))
			return true;
	}
	return false;
}

bool diff_is_set_place(const struct diff_walk *walk)
{
	return is_in_blocks(walk) && stands_in(set_places, ARRAY_LEN(set_places), walk) &&
	       !stands_in(list_places, ARRAY_LEN(list_places), walk);
}
