#include "tests/support/verdicts.h"

#include "base/arena.h"
#include "base/size.h"
#include "tests/support/outcomes.h"

#define PLACE(path, row)               \
	{                              \
		STR_INIT(path), row, 5 \
	}

static const struct rule db_protect = {
    .id = STR_INIT("db-protect"),
    .title = STR_INIT("Production databases are never destroyed"),
    .level = LEVEL_DENY,
};
static const struct rule not_yet = {
    .id = STR_INIT("kms-rotation"),
    .title = STR_INIT("Keys are rotated"),
    .level = LEVEL_DENY,
    .enforce_from = 1798761600,
};
static const struct rule newer = {
    .id = STR_INIT("s3-tls-only"),
    .title = STR_INIT("Buckets refuse plain HTTP"),
    .level = LEVEL_DENY,
    .pack = STR_INIT("aws-baseline@1.0"),
    .from_newer_pack = true,
};

static const struct waiver active = {
    .rule = STR_INIT("sg-admin-port"),
    .resource = STR_INIT("module.edge.aws_security_group.bastion"),
    .value = STR_INIT("vf1:9zJ3"),
    .reason = STR_INIT("vendor VPN until the migration"),
    .ticket = STR_INIT("SEC-1234"),
    .approved_by = STR_INIT("@acme/security"),
    .expires_text = STR_INIT("2026-12-31"),
    .expires = 1798761600,
    .place = PLACE("envs/prod/tfherald.waivers.yaml", 3),
};
static const struct waiver expiring = {
    .rule = STR_INIT("required-tags"),
    .resource = STR_INIT("aws_instance.web*"),
    .reason = STR_INIT("tags come with the next release"),
    .expires_text = STR_INIT("2026-11-26"),
    .expires = 1795737600,
    .place = PLACE("envs/prod/tfherald.waivers.yaml", 12),
};
static const struct waiver expired = {
    .rule = STR_INIT("sg-admin-port"),
    .resource = STR_INIT("aws_security_group.office"),
    .reason = STR_INIT("office move"),
    .approved_by = STR_INIT("@acme/security"),
    .expires_text = STR_INIT("2026-01-31"),
    .expires = 1769904000,
    .place = PLACE("envs/prod/tfherald.waivers.yaml", 20),
};
static const struct waiver unused = {
    .rule = STR_INIT("iam-admin"),
    .resource = STR_INIT("aws_iam_policy.deploy"),
    .reason = STR_INIT("bootstrap"),
    .expires_text = STR_INIT("2026-12-31"),
    .expires = 1798761600,
    .place = PLACE("tfherald.waivers.yaml", 3),
};
static const struct waiver malformed = {
    .rule = STR_INIT("rds-prod"),
    .resource = STR_INIT("*"),
    .reason = STR_INIT("later"),
    .expires_text = STR_INIT("next year"),
    .place = PLACE("tfherald.waivers.yaml", 9),
};
static const struct waiver untrusted = {
    .rule = STR_INIT("db-protect"),
    .resource = STR_INIT("aws_db_instance.old"),
    .value = STR_INIT("vf1:0aB4"),
    .reason = STR_INIT("we do not need it"),
    .expires_text = STR_INIT("2026-12-01"),
    .expires = 1796169600,
    .place = PLACE("envs/prod/tfherald.waivers.yaml", 28),
};

static const struct waiver_use uses[] = {
    {&active, WAIVER_ACTIVE, STR_INIT(""), true, 1},
    {&expiring, WAIVER_EXPIRING, STR_INIT(""), false, 2},
    {&expired, WAIVER_EXPIRED, STR_INIT(""), true, 1},
    {&unused, WAIVER_UNUSED, STR_INIT(""), false, 0},
    {&malformed, WAIVER_MALFORMED, STR_INIT("'expires' is no date: write it as 2026-12-31"), false,
	0},
    {&untrusted, WAIVER_UNTRUSTED, STR_INIT(""), false, 1},
};

static const struct str two_causes[] = {
    STR_INIT("aws_kms_key.main.arn"), STR_INIT("random_id.suffix.hex")};
static const struct str unknown_paths[] = {STR_INIT("after.ingress[0].cidr_blocks")};

/* What the findings have in common stands in finish(). */
static const struct finding denials[] = {
    {.rule = &db_protect,
	.rule_id = STR_INIT("db-protect"),
	.title = STR_INIT("Production databases are never destroyed"),
	.description = STR_INIT("A database that is gone takes its backups with it."),
	.url = STR_INIT("https://wiki.acme.example/db-protect"),
	.place = PLACE("tfherald.yaml", 21),
	.address = STR_INIT("aws_db_instance.old"),
	.action = ACTION_DELETE,
	.message = STR_INIT("aws_db_instance.old · delete (delete_because_no_resource_config)"),
	.remediation = STR_INIT("Label the pull request allow-destroy and ask @acme/dba"),
	.release = STR_INIT("cannot be waived; change the plan, or ask @acme/dba"),
	.fingerprint = STR_INIT("aB3dE5fG7hI9jK1lM3nO5p"),
	.from_trusted = true,
	.from_head = true},
    {.rule_id = STR_INIT("sg-admin-port"),
	.title = STR_INIT("Admin ports are closed to the internet"),
	.place = PLACE("envs/tfherald.yaml", 8),
	.address = STR_INIT("module.edge.aws_security_group.web[\"blue\"]"),
	.has_item = true,
	.item = STR_INIT("ingress tcp 22 0.0.0.0/0"),
	.message = STR_INIT("port 22 is open to 0.0.0.0/0"),
	.remediation = STR_INIT("Use the session manager"),
	.value_fingerprint = STR_INIT("vf1:Qm9v"),
	.release = STR_INIT("change the plan, or add a waiver on the base branch"),
	.file = STR_INIT("modules/edge/main.tf"),
	.line = 14,
	.from_trusted = true},
    {.rule_id = STR_INIT("sg-admin-port"),
	.title = STR_INIT("Admin ports are closed to the internet"),
	.place = PLACE("envs/tfherald.yaml", 8),
	.address = STR_INIT("aws_security_group.office"),
	.has_item = true,
	.item = STR_INIT("[2]"),
	.message = STR_INIT("port 3389 is open to 0.0.0.0/0"),
	.remediation = STR_INIT("Use the session manager"),
	.release = STR_INIT("change the plan, or add a waiver on the base branch"),
	.from_trusted = true},
    {.kind = FINDING_UNDECIDED,
	.rule_id = STR_INIT("s3-encryption"),
	.title = STR_INIT("Buckets are encrypted with a key of ours"),
	.place = PLACE("tfherald.yaml", 40),
	.address = STR_INIT("aws_s3_bucket.logs"),
	.paths = unknown_paths,
	.path_count = 1,
	.causes = two_causes,
	.cause_count = 2},
    {.kind = FINDING_ERROR,
	.rule_id = STR_INIT("tag-values"),
	.title = STR_INIT("Tags have values"),
	.place = PLACE("tfherald.yaml", 55),
	.address = STR_INIT("aws_instance.web"),
	.message = STR_INIT("no such key 'Owner' in resource.after.tags"),
	.count = 12},
    {.kind = FINDING_WEAKENS,
	.rule_id = STR_INIT("max-destroys"),
	.title = STR_INIT("The pull request would loosen a policy"),
	.place = PLACE("tfherald.yaml", 60),
	.item = STR_INIT("params.max_destroys 3 -> 50"),
	.message = STR_INIT("weakens max-destroys (tfherald.yaml:60, now tfherald.yaml:61): "
			    "params.max_destroys 3 -> 50"),
	.release = STR_INIT("an approval of this commit by @acme/platform releases it"),
	.from_head = true},
    {.kind = FINDING_MOVED,
	.rule_id = STR_INIT("moved-root"),
	.title = STR_INIT("The backend is that of another root module"),
	.message = STR_INIT("the backend is that of envs/prod/network"),
	.from_head = true},
};

static const struct finding others[] = {
    {.kind = FINDING_UNDECIDED,
	.rule_level = LEVEL_WARN,
	.level = LEVEL_WARN,
	.rule_id = STR_INIT("kms-key"),
	.title = STR_INIT("Disks use a key of ours"),
	.place = PLACE("tfherald.yaml", 70),
	.address = STR_INIT("aws_ebs_volume.a"),
	.causes = two_causes,
	.cause_count = 1},
    {.kind = FINDING_UNDECIDED,
	.rule_level = LEVEL_WARN,
	.level = LEVEL_WARN,
	.rule_id = STR_INIT("kms-key"),
	.title = STR_INIT("Disks use a key of ours"),
	.place = PLACE("tfherald.yaml", 70),
	.address = STR_INIT("aws_ebs_volume.b"),
	.causes = two_causes,
	.cause_count = 1},
    {.level = LEVEL_WARN,
	.rule_level = LEVEL_DENY,
	.fate = FATE_PREEXISTING,
	.rule_id = STR_INIT("rds-prod"),
	.title = STR_INIT("Databases are encrypted"),
	.place = PLACE("tfherald.yaml", 30),
	.address = STR_INIT("module.db.aws_db_instance.main"),
	.message = STR_INIT("storage_encrypted is false")},
    {.rule = &not_yet,
	.level = LEVEL_WARN,
	.rule_level = LEVEL_DENY,
	.fate = FATE_NOT_YET,
	.rule_id = STR_INIT("kms-rotation"),
	.title = STR_INIT("Keys are rotated"),
	.place = PLACE("tfherald.yaml", 80),
	.address = STR_INIT("aws_kms_key.main")},
    {.rule = &newer,
	.level = LEVEL_WARN,
	.rule_level = LEVEL_DENY,
	.fate = FATE_NEWER_PACK,
	.rule_id = STR_INIT("s3-tls-only"),
	.title = STR_INIT("Buckets refuse plain HTTP"),
	.place = PLACE("pack:aws-baseline@1.1", 12),
	.address = STR_INIT("aws_s3_bucket.logs")},
    {.kind = FINDING_IMPORTED,
	.level = LEVEL_WARN,
	.rule_level = LEVEL_WARN,
	.rule_id = STR_INIT("aws_instance_invalid_type"),
	.title = STR_INIT("\"t1.2xlarge\" is an invalid value as instance_type"),
	.tool = STR_INIT("tflint 0.50"),
	.address = STR_INIT("aws_instance.web"),
	.file = STR_INIT("main.tf"),
	.line = 3,
	.column = 19},
    {.level = LEVEL_INFO,
	.rule_level = LEVEL_INFO,
	.rule_id = STR_INIT("cost-center"),
	.title = STR_INIT("A cost center is set"),
	.place = PLACE("tfherald.yaml", 90),
	.address = STR_INIT("aws_instance.web")},
    {.rule_level = LEVEL_DENY,
	.fate = FATE_WAIVED,
	.waiver = &active,
	.rule_id = STR_INIT("sg-admin-port"),
	.title = STR_INIT("Admin ports are closed to the internet"),
	.place = PLACE("envs/tfherald.yaml", 8),
	.address = STR_INIT("module.edge.aws_security_group.bastion"),
	.message = STR_INIT("port 22 is open to 203.0.113.0/24")},
    {.kind = FINDING_WEAKENS,
	.rule_level = LEVEL_DENY,
	.fate = FATE_RELEASED,
	.rule_id = STR_INIT("cost-limit"),
	.title = STR_INIT("The pull request would loosen a policy"),
	.place = PLACE("tfherald.yaml", 99),
	.message = STR_INIT("weakens cost-limit (tfherald.yaml:99): level deny -> warn"),
	.from_head = true},
};

static const struct absorbed_error absorbed[] = {
    {&db_protect, STR_INIT("no such key 'enginee'"), STR_INIT("aws_db_instance.old"),
	PLACE("tfherald.yaml", 23)},
};

static const struct rule_tally tallies[] = {
    {&db_protect, 3, 2, 1, 0, 0},
    {&not_yet, 1, 0, 1, 0, 0},
    {&newer, 1, 0, 1, 0, 0},
};

/* Texts that were not given are empty, never NULL. */
static void fill_texts(struct finding *finding)
{
	struct str *const texts[] = {&finding->rule_id, &finding->title, &finding->description,
	    &finding->url, &finding->place.file, &finding->tool, &finding->directory,
	    &finding->address, &finding->deposed, &finding->item, &finding->message,
	    &finding->remediation, &finding->fingerprint, &finding->value_fingerprint,
	    &finding->release, &finding->file};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (!texts[i]->ptr)
			*texts[i] = STR_EMPTY;
	}
	finding->count = size_max(finding->count, 1);
	finding->directory = STR("envs/prod/db");
}

static void begin(struct arena *arena, struct verdict *out, size_t room)
{
	*out = (struct verdict){
	    .evaluated = true,
	    .withheld = STR_EMPTY,
	    .rules = 12,
	    .rules_matched = 9,
	    .resources = 340,
	    .trusted_source = STR("origin/main at 1a2b3c4"),
	    .head_source = STR("the working tree"),
	    .break_glass = STR_EMPTY,
	};
	out->findings = arena_array(arena, struct finding, room);
}

static struct finding *add(struct verdict *out, const struct finding *finding)
{
	struct finding *added = &out->findings[out->finding_count++];

	*added = *finding;
	fill_texts(added);
	return added;
}

static void add_denials(struct verdict *out, enum finding_fate fate)
{
	for (size_t i = 0; i < ARRAY_LEN(denials); i++) {
		struct finding *finding = add(out, &denials[i]);

		finding->rule_level = LEVEL_DENY;
		finding->fate = fate;
		finding->level = fate == FATE_STANDS ? LEVEL_DENY : LEVEL_INFO;
	}
}

static void add_waivers(struct arena *arena, struct verdict *out)
{
	out->waivers = arena_array(arena, struct waiver_use, ARRAY_LEN(uses));
	memcpy(out->waivers, uses, sizeof(uses));
	out->waiver_count = ARRAY_LEN(uses);
}

void verdict_of_everything(struct arena *arena, struct verdict *out)
{
	begin(arena, out, ARRAY_LEN(denials) + ARRAY_LEN(others));
	add_denials(out, FATE_STANDS);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		(void)add(out, &others[i]);
	add_waivers(arena, out);
	out->absorbed = arena_array(arena, struct absorbed_error, ARRAY_LEN(absorbed));
	memcpy(out->absorbed, absorbed, sizeof(absorbed));
	out->absorbed_count = ARRAY_LEN(absorbed);
	out->tallies = arena_array(arena, struct rule_tally, ARRAY_LEN(tallies));
	memcpy(out->tallies, tallies, sizeof(tallies));
	out->tally_count = ARRAY_LEN(tallies);
	verdict_seal(arena, out);
}

void verdict_of_warnings(struct arena *arena, struct verdict *out)
{
	begin(arena, out, 3);
	(void)add(out, &others[0]);
	(void)add(out, &others[2]);
	(void)add(out, &others[7]);
	out->waivers = arena_array(arena, struct waiver_use, 1);
	out->waivers[0] = uses[0];
	out->waiver_count = 1;
	out->trusted_source = STR_EMPTY;
	verdict_seal(arena, out);
}

void verdict_of_break_glass(struct arena *arena, struct verdict *out)
{
	begin(arena, out, ARRAY_LEN(denials));
	add_denials(out, FATE_OVERRIDDEN);
	out->break_glass = STR("INC-4711 restore primary");
	verdict_seal(arena, out);
}

void verdict_of_after_apply(struct arena *arena, struct verdict *out)
{
	struct finding *violated;

	begin(arena, out, 2);
	violated = add(out, &denials[3]);
	violated->kind = FINDING_VIOLATION;
	violated->rule_level = violated->level = LEVEL_DENY;
	violated->message = STR("the key is arn:aws:kms:eu-west-1:999999999999:key/1");
	(void)add(out, &others[0]);
	verdict_seal(arena, out);
}

void verdict_of_nothing(struct arena *arena, struct verdict *out)
{
	struct str *notes = arena_array(arena, struct str, 1);

	begin(arena, out, 1);
	notes[0] = STR("none of the 12 policy rules matched anything in this plan");
	out->notes = notes;
	out->note_count = 1;
	out->rules_matched = out->resources = 0;
	verdict_seal(arena, out);
}

/* --- hostile --- */

static struct str hostile_text(size_t index)
{
	const char *text = hostile_texts[index % hostile_text_count];

	return str_is(str_from(text), "nul") ? (struct str){text, 8} : str_from(text);
}

static struct waiver *hostile_waiver(struct arena *arena, struct str text)
{
	struct waiver *waiver = arena_make(arena, struct waiver);

	*waiver = (struct waiver){.rule = text,
	    .resource = text,
	    .value = text,
	    .reason = text,
	    .ticket = text,
	    .approved_by = text,
	    .expires_text = text,
	    .expires = 1,
	    .place = {text, 1, 1}};
	return waiver;
}

static void make_hostile(struct arena *arena, struct str text, size_t i, struct finding *finding)
{
	struct str *list = arena_array(arena, struct str, 1);

	list[0] = text;
	*finding = (struct finding){.kind = (enum finding_kind)(i % 6),
	    .fate = (enum finding_fate)(i / 6 % 7),
	    .level = (enum level)(i % 3),
	    .rule_level = LEVEL_DENY,
	    .rule_id = text,
	    .title = text,
	    .description = text,
	    .url = str_starts(text, STR("https://")) ? STR_EMPTY : text, /* would be a link */
	    .place = {text, 1, 1},
	    .tool = text,
	    .address = text,
	    .deposed = text,
	    .has_item = true,
	    .item = text,
	    .message = text,
	    .remediation = text,
	    .paths = list,
	    .path_count = 1,
	    .causes = list,
	    .cause_count = 1,
	    .release = text,
	    .file = text,
	    .line = 1};
	fill_texts(finding);
	if (finding->fate == FATE_WAIVED)
		finding->waiver = hostile_waiver(arena, text);
}

void verdict_of_hostile(struct arena *arena, struct verdict *out)
{
	size_t count = hostile_text_count * 6;
	struct str *notes = arena_array(arena, struct str, 1);

	begin(arena, out, count);
	for (size_t i = 0; i < count; i++)
		make_hostile(arena, hostile_text(i / 6 + i), i, &out->findings[i]);
	out->finding_count = count;
	out->waivers = arena_array(arena, struct waiver_use, hostile_text_count);
	for (size_t i = 0; i < hostile_text_count; i++)
		out->waivers[i] = (struct waiver_use){hostile_waiver(arena, hostile_text(i)),
		    (enum waiver_state)(i % 6), hostile_text(i), true, i};
	out->waiver_count = hostile_text_count;
	notes[0] = STR("@octocat </details> ``` fixes #1");
	out->notes = notes;
	out->note_count = 1;
	out->trusted_source = STR("</code>`@acme/team` #1 at deadbee");
	out->break_glass = STR("@octocat <script>");
	verdict_seal(arena, out);
}

static struct str long_text(struct arena *arena, struct str text, size_t bytes)
{
	char *out = arena_alloc(arena, bytes);

	memset(out, 'x', bytes);
	for (size_t i = 0; text.len > 0 && i < bytes; i++)
		out[i] = text.ptr[i % text.len];
	return (struct str){out, bytes};
}

void generate_verdict(
    struct arena *arena, const struct generated_verdict *generated, struct verdict *out)
{
	begin(arena, out, generated->findings);
	for (size_t i = 0; i < generated->findings; i++) {
		struct str seed = generated->hostile ? hostile_text(i) : STR("it is open ");
		struct str text = long_text(arena, seed, generated->text_bytes);

		(void)add(out,
		    &(struct finding){.kind = generated->kind,
			.level = generated->level,
			.rule_level = generated->level,
			.rule_id = str_format(arena, "rule-%03zu", i % generated->rules),
			.title = STR("Something is not allowed"),
			.place = {STR("tfherald.yaml"), 3, 5},
			.address = str_format(arena, "module.m[%zu].aws_thing.r[%zu]", i % 7, i),
			.message = text,
			.remediation = STR("Do not do it")});
	}
	out->rules = generated->rules;
	verdict_seal(arena, out);
}
