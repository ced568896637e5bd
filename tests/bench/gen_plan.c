/*
 * gen_plan.c: writes a plan as `terraform show -json` writes it, of any size, always the same bytes
 *for the same arguments.
 *
 *	gen_plan [RESOURCES [UPDATE_PERCENT]] > plan.json        default: 100000 5
 *
 * Five types in turn (security group rule, IAM policy with JSON in a string, database, instance,
 *bucket) in modules of 100; 10 % of the changes have unknowns, 5 % sensitive marks, 10 % are heavy
 *with escapes (tests/bench/README.md).
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define MODULE_SIZE 100

enum type {
	SG_RULE,
	IAM_POLICY,
	DATABASE,
	INSTANCE,
	BUCKET,
	TYPES,
};

static const char *const type_names[TYPES] = {
    [SG_RULE] = "aws_security_group_rule",
    [IAM_POLICY] = "aws_iam_policy",
    [DATABASE] = "aws_db_instance",
    [INSTANCE] = "aws_instance",
    [BUCKET] = "aws_s3_bucket",
};

struct item {
	size_t index;
	enum type type;
	bool update, unknown, sensitive, escapes;
};

/* The same for every run: a plan is compared with itself over versions of the program. */
static uint32_t mix(size_t index, uint32_t salt)
{
	uint64_t x = (uint64_t)index * 0x9E3779B97F4A7C15u + salt * 0xD1B54A32D192ED03u;
	x ^= x >> 29;
	x *= 0xBF58476D1CE4E5B9u;
	return (uint32_t)(x >> 32);
}

static struct item item_at(size_t index, unsigned update_percent)
{
	struct item item = {.index = index, .type = (enum type)(index % TYPES)};
	item.update = mix(index, 1) % 100 < update_percent;
	item.unknown = item.update && mix(index, 2) % 100 < 10;
	item.sensitive = mix(index, 3) % 100 < 5;
	item.escapes = mix(index, 4) % 100 < 10;
	return item;
}

static void put_note(const struct item *item)
{
	if (item->escapes)
		printf("\"one\\n\\\"two\\\"\\tC:\\\\%zu \\u003cb\\u003e\\n\"", item->index);
	else
		printf("\"entry %zu\"", item->index);
}

static void put_sg_rule(const struct item *item, bool after)
{
	uint32_t r = mix(item->index, 5);
	printf("{\"cidr_blocks\":[\"10.%u.%u.0/24\",\"192.168.%u.0/24\",\"172.16.%u.0/20\"],"
	       "\"description\":",
	    r & 255, (r >> 8) & 255, (r >> 16) & 255, (r >> 20) & 255);
	put_note(item);
	printf(",\"from_port\":%u", after && item->update ? 443u : 22u + (r & 7));
	if (!(item->unknown && after))
		printf(",\"id\":\"sgrule-%08x\"", r);
	printf(
	    ",\"ipv6_cidr_blocks\":[\"2001:db8::/64\"],\"protocol\":\"tcp\","
	    "\"security_group_id\":\"sg-%08x\",\"self\":false,\"to_port\":%u,\"type\":\"ingress\"}",
	    r, after && item->update ? 443u : 22u + (r & 7));
}

static void put_iam_policy(const struct item *item, bool after)
{
	uint32_t r = mix(item->index, 6);
	printf("{\"description\":");
	put_note(item);
	if (!(item->unknown && after))
		printf(",\"id\":\"arn:aws:iam::123456789012:policy/p%zu\"", item->index);
	printf(
	    ",\"name\":\"p%zu\",\"path\":\"/\",\"policy\":\"{\\\"Statement\\\":[{\\\"Action\\\":["
	    "\\\"s3:GetObject\\\"%s],\\\"Effect\\\":\\\"Allow\\\",\\\"Resource\\\":"
	    "\\\"arn:aws:s3:::b%u/*\\\"}],\\\"Version\\\":\\\"2012-10-17\\\"}\"}",
	    item->index, after && item->update ? ",\\\"s3:PutObject\\\"" : "", r & 0xFFFF);
}

static void put_database(const struct item *item, bool after)
{
	uint32_t r = mix(item->index, 7);
	printf("{\"allocated_storage\":%u,\"engine\":\"postgres\","
	       "\"engine_version\":\"%s\"",
	    20 + r % 400, after && item->update ? "15.4" : "15.3");
	if (!(item->unknown && after))
		printf(",\"endpoint\":\"db%zu.rds.internal:5432\"", item->index);
	printf(",\"identifier\":\"db%zu\",\"instance_class\":\"db.r6g.large\","
	       "\"password\":\"pw-%08x-%08x\",\"storage_encrypted\":true,\"tags\":{\"Note\":",
	    item->index, r, ~r);
	put_note(item);
	printf(",\"Owner\":\"team-%u\"}}", r % 40);
}

static void put_instance(const struct item *item, bool after)
{
	uint32_t r = mix(item->index, 8);
	printf("{\"ami\":\"ami-%08x\"", r);
	if (!(item->unknown && after))
		printf(",\"id\":\"i-%08x%08x\"", r, ~r);
	printf(",\"instance_type\":\"%s\",\"root_block_device\":[{\"encrypted\":true,\"volume_"
	       "size\":%u}]"
	       ",\"tags\":{\"Name\":\"host-%zu\",\"Note\":",
	    after && item->update ? "m6i.xlarge" : "m6i.large", 8 + r % 100, item->index);
	put_note(item);
	printf("},\"vpc_security_group_ids\":[\"sg-%08x\"]}", mix(item->index, 9));
}

static void put_bucket(const struct item *item, bool after)
{
	uint32_t r = mix(item->index, 10);
	if (item->unknown && after)
		printf("{\"bucket\":\"b%zu\"", item->index);
	else
		printf(
		    "{\"arn\":\"arn:aws:s3:::b%zu\",\"bucket\":\"b%zu\"", item->index, item->index);
	printf(
	    ",\"force_destroy\":%s,\"region\":\"eu-central-1\",\"tags\":{\"Cost\":\"%u\",\"Note\":",
	    after && item->update ? "true" : "false", r % 9000);
	put_note(item);
	printf("},\"versioning\":[{\"enabled\":true,\"mfa_delete\":false}]}");
}

static void put_values(const struct item *item, bool after)
{
	static void (*const writers[TYPES])(const struct item *, bool) = {
	    [SG_RULE] = put_sg_rule,
	    [IAM_POLICY] = put_iam_policy,
	    [DATABASE] = put_database,
	    [INSTANCE] = put_instance,
	    [BUCKET] = put_bucket,
	};
	writers[item->type](item, after);
}

static const char *unknown_tree(const struct item *item)
{
	static const char *const trees[TYPES] = {
	    [SG_RULE] = "{\"cidr_blocks\":[false,false,false],\"id\":true}",
	    [IAM_POLICY] = "{\"id\":true}",
	    [DATABASE] = "{\"endpoint\":true,\"tags\":{}}",
	    [INSTANCE] = "{\"id\":true,\"root_block_device\":[{}],\"tags\":{}}",
	    [BUCKET] = "{\"arn\":true,\"versioning\":[{}]}",
	};
	return item->unknown ? trees[item->type] : "{}";
}

static const char *sensitive_tree(const struct item *item)
{
	static const char *const trees[TYPES] = {
	    [SG_RULE] = "{\"description\":true}",
	    [IAM_POLICY] = "{\"policy\":true}",
	    [DATABASE] = "{\"password\":true,\"tags\":{}}",
	    [INSTANCE] = "{\"tags\":{\"Note\":true}}",
	    [BUCKET] = "{\"tags\":{\"Cost\":true}}",
	};
	if (item->sensitive)
		return trees[item->type];
	return item->type == DATABASE ? "{\"password\":true}" : "{}";
}

static void put_identity(const struct item *item)
{
	const char *type = type_names[item->type];
	printf("{\"address\":\"module.unit[%zu].%s.this[%zu]\"", item->index / MODULE_SIZE, type,
	    item->index % MODULE_SIZE);
}

static void put_state_resource(const struct item *item, bool after)
{
	put_identity(item);
	printf(",\"mode\":\"managed\",\"type\":\"%s\",\"name\":\"this\",\"index\":%zu,"
	       "\"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"schema_version\":1,"
	       "\"values\":",
	    type_names[item->type], item->index % MODULE_SIZE);
	put_values(item, after);
	printf(",\"sensitive_values\":%s}", sensitive_tree(item));
}

static void put_state(size_t resources, unsigned percent, bool after)
{
	printf("{\"root_module\":{\"child_modules\":[");
	for (size_t i = 0; i < resources; i++) {
		struct item item = item_at(i, percent);
		printf("%s", i % MODULE_SIZE ? ","
			     : i	     ? "],\"address\":\"module.unit\"},{\"resources\":["
					     : "{\"resources\":[");
		put_state_resource(&item, after);
	}
	printf("%s]}}", resources ? "],\"address\":\"module.unit\"}" : "");
}

static void put_change(const struct item *item)
{
	put_identity(item);
	printf(",\"module_address\":\"module.unit[%zu]\",\"mode\":\"managed\",\"type\":\"%s\","
	       "\"name\":\"this\",\"index\":%zu,"
	       "\"provider_name\":\"registry.terraform.io/hashicorp/aws\",\"change\":{\"actions\":"
	       "[\"%s\"],\"before\":",
	    item->index / MODULE_SIZE, type_names[item->type], item->index % MODULE_SIZE,
	    item->update ? "update" : "no-op");
	put_values(item, false);
	printf(",\"after\":");
	put_values(item, true);
	printf(",\"after_unknown\":%s,\"before_sensitive\":%s,\"after_sensitive\":%s}}",
	    unknown_tree(item), sensitive_tree(item), sensitive_tree(item));
}

static void put_configuration(void)
{
	printf(
	    "{\"provider_config\":{\"aws\":{\"name\":\"aws\",\"full_name\":"
	    "\"registry.terraform.io/hashicorp/aws\",\"expressions\":{\"region\":"
	    "{\"constant_value\":\"eu-central-1\"}}}},\"root_module\":{\"module_calls\":{\"unit\":"
	    "{\"source\":\"./modules/unit\",\"count_expression\":{\"references\":[\"var.units\"]},"
	    "\"module\":{\"resources\":[");
	for (size_t i = 0; i < TYPES; i++) {
		printf("%s{\"address\":\"%s.this\",\"mode\":\"managed\",\"type\":\"%s\",\"name\":"
		       "\"this\","
		       "\"provider_config_key\":\"aws\",\"expressions\":{\"tags\":{\"references\":"
		       "[\"var.tags\"]}},\"schema_version\":1,\"count_expression\":{\"references\":"
		       "[\"var.per_unit\"]}}",
		    i ? "," : "", type_names[i], type_names[i]);
	}
	printf("]}}},\"variables\":{\"units\":{\"default\":1}}}}");
}

static void put_plan(size_t resources, unsigned percent)
{
	printf(
	    "{\"format_version\":\"1.2\",\"terraform_version\":\"1.11.4\",\"variables\":{\"units\":"
	    "{\"value\":%zu}},\"planned_values\":",
	    resources / MODULE_SIZE);
	put_state(resources, percent, true);
	printf(",\"resource_changes\":[");
	for (size_t i = 0; i < resources; i++) {
		struct item item = item_at(i, percent);
		printf("%s", i ? "," : "");
		put_change(&item);
	}
	printf(
	    "],\"output_changes\":{\"units\":{\"actions\":[\"no-op\"],\"before\":%zu,\"after\":%zu,"
	    "\"after_unknown\":false,\"before_sensitive\":false,\"after_sensitive\":false}},"
	    "\"prior_state\":{\"format_version\":\"1.0\",\"terraform_version\":\"1.11.4\","
	    "\"values\":",
	    resources / MODULE_SIZE, resources / MODULE_SIZE);
	put_state(resources, percent, false);
	printf("},\"configuration\":");
	put_configuration();
	printf(",\"timestamp\":\"2026-11-22T10:00:00Z\",\"applyable\":true,\"complete\":true,"
	       "\"errored\":false}\n");
}

int main(int argc, char **argv)
{
	static char block[1 << 20];
	size_t resources = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 100000;
	unsigned percent = argc > 2 ? (unsigned)strtoull(argv[2], NULL, 10) : 5;
	if (setvbuf(stdout, block, _IOFBF, sizeof(block)) != 0)
		return 1;
	put_plan(resources, percent);
	return fflush(stdout) == 0 ? 0 : 1;
}
