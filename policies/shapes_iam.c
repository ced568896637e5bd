#include "policies/shapes_iam.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "policies/shapes_iam_parts.h"

/* What stands at the end of a path; reading->attribute says where that is. */
typedef bool leaf_reader(struct iam_reading *reading, struct value value, struct err *err);

static leaf_reader read_document, read_block;

/*
 * Where documents stand: "a[].b" is b of every block a. Without a path: an attribute `policy` that
 * is none of IAM's. A type that is missing here is looked at by guess_names. In byte order of
 * types.
 */
static const struct iam_source {
	struct str type;
	const char *path;
	leaf_reader *read;
} sources[] = {
    {STR_INIT("aws_acmpca_policy"), "policy", read_document},
    {STR_INIT("aws_api_gateway_rest_api"), "policy", read_document},
    {STR_INIT("aws_api_gateway_rest_api_policy"), "policy", read_document},
    {STR_INIT("aws_backup_vault_policy"), "policy", read_document},
    {STR_INIT("aws_bedrockagentcore_resource_policy"), "policy", read_document},
    {STR_INIT("aws_cloudsearch_domain_service_access_policy"), "access_policy", read_document},
    {STR_INIT("aws_cloudwatch_event_bus_policy"), "policy", read_document},
    {STR_INIT("aws_cloudwatch_log_destination_policy"), "access_policy", read_document},
    {STR_INIT("aws_cloudwatch_log_resource_policy"), "policy_document", read_document},
    {STR_INIT("aws_codeartifact_domain_permissions_policy"), "policy_document", read_document},
    {STR_INIT("aws_codeartifact_repository_permissions_policy"), "policy_document", read_document},
    {STR_INIT("aws_codebuild_resource_policy"), "policy", read_document},
    {STR_INIT("aws_dynamodb_resource_policy"), "policy", read_document},
    {STR_INIT("aws_ecr_lifecycle_policy"), NULL, NULL},
    {STR_INIT("aws_ecr_registry_policy"), "policy", read_document},
    {STR_INIT("aws_ecr_repository_creation_template"), "repository_policy", read_document},
    {STR_INIT("aws_ecr_repository_policy"), "policy", read_document},
    {STR_INIT("aws_ecrpublic_repository_policy"), "policy", read_document},
    {STR_INIT("aws_efs_file_system_policy"), "policy", read_document},
    {STR_INIT("aws_elasticsearch_domain"), "access_policies", read_document},
    {STR_INIT("aws_elasticsearch_domain_policy"), "access_policies", read_document},
    {STR_INIT("aws_glacier_vault"), "access_policy", read_document},
    {STR_INIT("aws_glacier_vault_lock"), "policy", read_document},
    {STR_INIT("aws_glue_resource_policy"), "policy", read_document},
    {STR_INIT("aws_iam_group_policy"), "policy", read_document},
    {STR_INIT("aws_iam_policy"), "policy", read_document},
    {STR_INIT("aws_iam_policy_document"), "statement[]", read_block},
    {STR_INIT("aws_iam_policy_document"), "source_policy_documents[]", read_document},
    {STR_INIT("aws_iam_policy_document"), "override_policy_documents[]", read_document},
    {STR_INIT("aws_iam_policy_document"), "source_json", read_document},
    {STR_INIT("aws_iam_policy_document"), "override_json", read_document},
    {STR_INIT("aws_iam_role"), "assume_role_policy", read_document},
    {STR_INIT("aws_iam_role"), "inline_policy[].policy", read_document},
    {STR_INIT("aws_iam_role_policy"), "policy", read_document},
    {STR_INIT("aws_iam_user_policy"), "policy", read_document},
    {STR_INIT("aws_iot_policy"), "policy", read_document},
    {STR_INIT("aws_kinesis_resource_policy"), "policy", read_document},
    {STR_INIT("aws_kms_external_key"), "policy", read_document},
    {STR_INIT("aws_kms_key"), "policy", read_document},
    {STR_INIT("aws_kms_key_policy"), "policy", read_document},
    {STR_INIT("aws_kms_replica_external_key"), "policy", read_document},
    {STR_INIT("aws_kms_replica_key"), "policy", read_document},
    {STR_INIT("aws_lambda_layer_version_permission"), NULL, NULL},
    {STR_INIT("aws_media_store_container_policy"), "policy", read_document},
    {STR_INIT("aws_msk_cluster_policy"), "policy", read_document},
    {STR_INIT("aws_networkfirewall_resource_policy"), "policy", read_document},
    {STR_INIT("aws_opensearch_domain"), "access_policies", read_document},
    {STR_INIT("aws_opensearch_domain_policy"), "access_policies", read_document},
    {STR_INIT("aws_opensearchserverless_access_policy"), NULL, NULL},
    {STR_INIT("aws_opensearchserverless_lifecycle_policy"), NULL, NULL},
    {STR_INIT("aws_opensearchserverless_security_policy"), NULL, NULL},
    {STR_INIT("aws_organizations_policy"), "content", read_document},
    {STR_INIT("aws_organizations_resource_policy"), "content", read_document},
    {STR_INIT("aws_redshift_resource_policy"), "policy", read_document},
    {STR_INIT("aws_redshiftserverless_resource_policy"), "policy", read_document},
    {STR_INIT("aws_s3_access_point"), "policy", read_document},
    {STR_INIT("aws_s3_bucket"), "policy", read_document},
    {STR_INIT("aws_s3_bucket_policy"), "policy", read_document},
    {STR_INIT("aws_s3control_access_point_policy"), "policy", read_document},
    {STR_INIT("aws_s3control_bucket_policy"), "policy", read_document},
    {STR_INIT("aws_s3control_multi_region_access_point_policy"), "details[].policy", read_document},
    {STR_INIT("aws_s3control_object_lambda_access_point_policy"), "policy", read_document},
    {STR_INIT("aws_s3tables_table_bucket_policy"), "resource_policy", read_document},
    {STR_INIT("aws_s3tables_table_policy"), "resource_policy", read_document},
    {STR_INIT("aws_s3vectors_vector_bucket_policy"), "policy", read_document},
    {STR_INIT("aws_sagemaker_model_package_group_policy"), "resource_policy", read_document},
    {STR_INIT("aws_schemas_registry_policy"), "policy", read_document},
    {STR_INIT("aws_secretsmanager_secret"), "policy", read_document},
    {STR_INIT("aws_secretsmanager_secret_policy"), "policy", read_document},
    {STR_INIT("aws_ses_identity_policy"), "policy", read_document},
    {STR_INIT("aws_sesv2_email_identity_policy"), "policy", read_document},
    {STR_INIT("aws_sns_topic"), "policy", read_document},
    {STR_INIT("aws_sns_topic_policy"), "policy", read_document},
    {STR_INIT("aws_sqs_queue"), "policy", read_document},
    {STR_INIT("aws_sqs_queue_policy"), "policy", read_document},
    {STR_INIT("aws_ssm_resource_policy"), "policy", read_document},
    {STR_INIT("aws_ssoadmin_permission_set_inline_policy"), "inline_policy", read_document},
    {STR_INIT("aws_transfer_access"), "policy", read_document},
    {STR_INIT("aws_transfer_user"), "policy", read_document},
    {STR_INIT("aws_verifiedpermissions_policy"), NULL, NULL},
    {STR_INIT("aws_vpc_endpoint"), "policy", read_document},
    {STR_INIT("aws_vpc_endpoint_policy"), "policy", read_document},
    {STR_INIT("aws_vpclattice_auth_policy"), "policy", read_document},
    {STR_INIT("aws_vpclattice_resource_policy"), "policy", read_document},
    {STR_INIT("awscc_iam_group_policy"), "policy_document", read_document},
    {STR_INIT("awscc_iam_managed_policy"), "policy_document", read_document},
    {STR_INIT("awscc_iam_role"), "assume_role_policy_document", read_document},
    {STR_INIT("awscc_iam_role"), "policies[].policy_document", read_document},
    {STR_INIT("awscc_iam_role_policy"), "policy_document", read_document},
    {STR_INIT("awscc_iam_user_policy"), "policy_document", read_document},
    {STR_INIT("awscc_kms_key"), "key_policy", read_document},
    {STR_INIT("awscc_s3_bucket_policy"), "policy_document", read_document},
    {STR_INIT("awscc_sns_topic_policy"), "policy_document", read_document},
    {STR_INIT("awscc_sqs_queue_policy"), "policy_document", read_document},
};

/* Types appear faster than tables grow. */
static const char *const guess_names[] = {"policy", "assume_role_policy"};

/* The rows of one type: from *first up to the result. */
static size_t rows_of(struct str type, size_t *first)
{
	size_t low = 0, high = ARRAY_LEN(sources);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (str_cmp(sources[middle].type, type) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*first = low;
	while (low < ARRAY_LEN(sources) && str_eq(sources[low].type, type))
		low++;
	return low;
}

bool shape_has_iam(struct str type)
{
	size_t first, end = rows_of(type, &first);

	return first < end && sources[first].path;
}

/* --- the ends of a path --- */

static bool read_document(struct iam_reading *reading, struct value value, struct err *err)
{
	if (shape_is_open(value))
		shape_list_add_source(&reading->items, value);
	else if (value.kind == VALUE_STRING || value.kind == VALUE_MAP)
		return iam_read_document(reading, value, err);
	return true;
}

static bool read_block(struct iam_reading *reading, struct value value, struct err *err UNUSED)
{
	if (shape_is_open(value))
		shape_list_add_source(&reading->items, value);
	else if (value.kind == VALUE_MAP)
		iam_read_block(reading, value);
	return true;
}

static bool is_amazon(struct str type)
{
	return str_starts(type, STR("aws_")) || str_starts(type, STR("awscc_"));
}

/*
 * An attribute whose name makes a document of IAM likely. At home at AWS it counts when it is
 * unknown or looks like JSON, errors included; elsewhere only when it is such a document.
 */
static bool read_guess(struct iam_reading *reading, struct value value, struct err *err)
{
	size_t count = reading->items.count;
	struct err nobody = {0};

	if (reading->at_home && shape_is_open(value))
		return read_document(reading, value, err);
	if (value.kind != VALUE_STRING || !str_starts(str_trim(value_text(value)), STR("{")))
		return true;
	if (reading->at_home)
		return iam_read_document(reading, value, err);
	if (!iam_read_document(reading, value, &nobody))
		reading->items.count = count;
	return true;
}

/* --- paths --- */

static bool walk(struct iam_reading *reading, struct value value, struct str path,
    leaf_reader *read, struct err *err);

static bool walk_each(struct iam_reading *reading, struct value blocks, struct str path,
    leaf_reader *read, struct err *err)
{
	struct str within = reading->attribute;

	if (shape_is_open(blocks))
		shape_list_add_source(&reading->items, blocks);
	if (blocks.kind == VALUE_MAP)
		return walk(reading, blocks, path, read, err);
	for (uint32_t i = 0; blocks.kind == VALUE_LIST && i < blocks.len; i++) {
		if (reading->items.over)
			return true;
		reading->attribute =
		    str_format(reading->arena, "%.*s[%u]", STR_ARG(within), (unsigned)i);
		if (!walk(reading, blocks.as.items[i], path, read, err))
			return false;
	}
	return true;
}

/* Follows the rest of a path; at its end, or at something unknown, the value is read. */
static bool walk(struct iam_reading *reading, struct value value, struct str path,
    leaf_reader *read, struct err *err)
{
	struct str name;
	bool each;

	if (shape_is_open(value) || !str_split(&path, '.', &name))
		return read(reading, value, err);
	each = str_eat_end(&name, STR("[]"));
	reading->attribute = str_format(reading->arena, "%.*s%s%.*s", STR_ARG(reading->attribute),
	    reading->attribute.len > 0 ? "." : "", STR_ARG(name));
	value = shape_get(value, str_to_c(reading->arena, name));
	return each ? walk_each(reading, value, path, read, err)
		    : walk(reading, value, path, read, err);
}

static bool read_known(
    struct iam_reading *reading, struct str type, struct value values, bool *known, struct err *err)
{
	size_t i, end = rows_of(type, &i);

	*known = i < end;
	for (; i < end; i++) {
		reading->attribute = STR_EMPTY;
		if (sources[i].path &&
		    !walk(reading, values, str_from(sources[i].path), sources[i].read, err))
			return false;
	}
	return true;
}

static bool read_guesses(
    struct iam_reading *reading, struct str type, struct value values, struct err *err)
{
	reading->at_home = is_amazon(type);
	for (size_t i = 0; i < ARRAY_LEN(guess_names); i++) {
		const struct value *value = value_get_c(values, guess_names[i]);

		reading->attribute = str_from(guess_names[i]);
		if (value && !read_guess(reading, *value, err))
			return false;
	}
	return true;
}

bool shape_iam_statements(
    struct arena *arena, struct str type, struct value values, struct value *out, struct err *err)
{
	struct iam_reading reading = {.arena = arena, .attribute = STR_EMPTY};
	bool known = false;

	shape_list_begin(&reading.items, arena, SHAPE_ITEMS_MAX);
	if (shape_is_open(values) && shape_has_iam(type))
		shape_list_add_source(&reading.items, values);
	if (values.kind == VALUE_MAP && (!read_known(&reading, type, values, &known, err) ||
					    (!known && !read_guesses(&reading, type, values, err))))
		return false;
	return shape_list_finish(&reading.items, "IAM statements", out, err);
}

/* --- arguments that the code does not set --- */

/* Whose provider's default lets everybody do everything: that it is unset settles nothing. */
static bool is_open_by_default(struct str type)
{
	return str_is(type, "aws_vpc_endpoint");
}

/* The argument of this source, if it is a plain one (blocks of code may be dynamic ones, which a
 * plan's configuration leaves out) and unknown here. */
static const char *unsure_argument(const struct iam_source *source, struct value values)
{
	if (!source->path || is_open_by_default(source->type) || strchr(source->path, '[') ||
	    shape_get(values, source->path).kind != VALUE_UNKNOWN)
		return NULL;
	return source->path;
}

bool shape_iam_may_be_unset(struct str type, struct value values)
{
	size_t i, end = rows_of(type, &i);

	for (; i < end; i++) {
		if (unsure_argument(&sources[i], values))
			return true;
	}
	return false;
}

static struct value without(struct arena *arena, struct value map, const char *name)
{
	struct value_entry *entries = arena_array(arena, struct value_entry, map.len);
	struct value out;
	struct str duplicate;
	size_t count = 0;

	for (uint32_t i = 0; i < map.len; i++) {
		if (!str_is(value_text(map.as.entries[i].key), name))
			entries[count++] = map.as.entries[i];
	}
	return value_map(arena, entries, count, &out, &duplicate) ? out : map;
}

struct value shape_iam_without_unset(
    struct arena *arena, struct str type, struct value values, struct value expressions)
{
	size_t i, end = rows_of(type, &i);

	for (; i < end && expressions.kind == VALUE_MAP; i++) {
		const char *name = unsure_argument(&sources[i], values);

		if (name && !value_get_c(expressions, name))
			values = without(arena, values, name);
	}
	return values;
}
