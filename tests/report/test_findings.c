#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/findings.h"
#include "tests/support/verdicts.h"

#define NOW ((int64_t)1795348800) /* 2026-11-22T12:00:00Z */

static void check_said(const char *label, struct buf *buf, const char *want)
{
	if (!str_is(buf_str(buf), want))
		print_error("%s: '%.*s'\n", label, (int)buf->len, buf->ptr);
	assert_true(str_is(buf_str(buf), want));
}

/* Where the findings of verdict_of_everything() stand, and what is said of the first of a block. */
static const struct {
	const char *label;
	enum finding_section section;
	size_t block;
	enum block_line line;
	const char *want; /* "": there is no such line */
} line_rows[] = {
    {"head", FINDINGS_DENIED, 0, BLOCK_HEAD,
	"deny db-protect: Production databases are never destroyed"},
    {"description", FINDINGS_DENIED, 0, BLOCK_WHY,
	"A database that is gone takes its backups with it."},
    {"a message of one stands with its row", FINDINGS_DENIED, 0, BLOCK_MESSAGE, ""},
    {"place and link", FINDINGS_DENIED, 0, BLOCK_PLACE,
	"Rule: tfherald.yaml:21, https://wiki.acme.example/db-protect"},
    {"no place", FINDINGS_DENIED, 2, BLOCK_PLACE, ""},
    {"undecided", FINDINGS_DENIED, 3, BLOCK_CAUSE,
	"cannot be verified before apply: depends on aws_kms_key.main.arn, random_id.suffix.hex"},
    {"shared fix", FINDINGS_DENIED, 4, BLOCK_FIX, "How to fix: Use the session manager"},
    {"error", FINDINGS_DENIED, 5, BLOCK_MESSAGE,
	"the rule itself fails: no such key 'Owner' in resource.after.tags"},
    {"imported", FINDINGS_WARNED, 0, BLOCK_HEAD,
	"warn aws_instance_invalid_type: \"t1.2xlarge\" is an invalid value as instance_type (by "
	"tflint 0.50)"},
    {"not yet", FINDINGS_WARNED, 1, BLOCK_FATE, "not yet enforced (from 2027-01-01)"},
    {"pre-existing", FINDINGS_WARNED, 2, BLOCK_FATE,
	"pre-existing: it was like this before, so it does not deny"},
    {"newer pack", FINDINGS_WARNED, 3, BLOCK_FATE,
	"newer than the pinned pack aws-baseline@1.0: does not deny until the pin moves"},
    {"released", FINDINGS_LET_GO, 0, BLOCK_FATE, "released: its owners approved this commit"},
    {"waived", FINDINGS_LET_GO, 1, BLOCK_FATE,
	"waived until 2026-12-31 by @acme/security (unverified, SEC-1234): vendor VPN until the "
	"migration"},
    {"what was waived", FINDINGS_LET_GO, 1, BLOCK_HEAD,
	"deny sg-admin-port: Admin ports are closed to the internet"},
    {"a waiver needs no release", FINDINGS_LET_GO, 1, BLOCK_RELEASE, ""},
};

static void test_lines(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct verdict verdict;
	struct findings findings;

	(void)state;
	verdict_of_everything(arena, &verdict);
	findings_of(arena, &verdict, false, &findings);
	for (size_t i = 0; i < ARRAY_LEN(line_rows); i++) {
		const struct finding_block *block =
		    &findings.blocks[line_rows[i].section][line_rows[i].block];
		struct buf buf;
		struct speaker speaker = speaker_plain(&buf);

		buf_init(&buf, arena, 2000);
		if (block_has_line(block, line_rows[i].line))
			block_say_line(block, line_rows[i].line, &speaker);
		check_said(line_rows[i].label, &buf, line_rows[i].want);
	}
}

static const char *const waiver_rows[] = {
    "sg-admin-port on module.edge.aws_security_group.bastion: active until 2026-12-31; approved by "
    "@acme/security (unverified, SEC-1234): vendor VPN until the migration "
    "(envs/prod/tfherald.waivers.yaml:3)",
    "required-tags on aws_instance.web*: expires in 4 days, after 2026-11-26; reason: tags come "
    "with the next release (envs/prod/tfherald.waivers.yaml:12)",
    "sg-admin-port on aws_security_group.office: expired 2026-01-31, 1 finding counts again; "
    "approved by @acme/security (unverified): office move (envs/prod/tfherald.waivers.yaml:20)",
    "iam-admin on aws_iam_policy.deploy: unused: nothing here needs it; reason: bootstrap "
    "(tfherald.waivers.yaml:3)",
    "rds-prod on *: not applied: 'expires' is no date: write it as 2026-12-31; reason: later "
    "(tfherald.waivers.yaml:9)",
    "db-protect on aws_db_instance.old: not applied: it is only in this branch; reason: we do not "
    "need it (envs/prod/tfherald.waivers.yaml:28)",
};

static void test_waivers(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct verdict verdict;

	(void)state;
	verdict_of_everything(arena, &verdict);
	assert_int_equal(verdict.waiver_count, ARRAY_LEN(waiver_rows));
	for (size_t i = 0; i < ARRAY_LEN(waiver_rows); i++) {
		struct buf buf;
		struct speaker speaker = speaker_plain(&buf);

		buf_init(&buf, arena, 2000);
		waiver_say(&verdict.waivers[i], NOW, true, &speaker);
		check_said(waiver_state_name(verdict.waivers[i].state), &buf, waiver_rows[i]);
	}
}

static const struct {
	const char *label;
	void (*make)(struct arena *arena, struct verdict *out);
	const char *want;
} verdict_rows[] = {
    {"everything", verdict_of_everything,
	"7 denied, 2 undecided, 4 warnings, 1 note, 1 waived, 1 released (12 rules, 340 "
	"resources), judged by origin/main at 1a2b3c4"},
    {"warnings", verdict_of_warnings, "1 undecided, 1 warning, 1 waived (12 rules, 340 resources)"},
    {"break-glass", verdict_of_break_glass,
	"7 overridden (12 rules, 340 resources), judged by origin/main at 1a2b3c4"},
    {"nothing", verdict_of_nothing, "nothing found (12 rules), judged by origin/main at 1a2b3c4"},
};

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(verdict_rows); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct verdict verdict;
		struct findings findings;
		struct buf buf;
		struct speaker speaker = speaker_plain(&buf);

		buf_init(&buf, arena, 2000);
		verdict_rows[i].make(arena, &verdict);
		findings_of(arena, &verdict, false, &findings);
		findings_say_verdict(&findings, &speaker);
		check_said(verdict_rows[i].label, &buf, verdict_rows[i].want);
	}
}

/* Each finding stands in one block; a rule in as few as there are things to say of it. */
static void test_blocks_add_up(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct verdict verdict;
	struct findings findings;
	size_t total = 0;

	(void)state;
	generate_verdict(arena,
	    &(struct generated_verdict){
		.findings = 9998, .rules = 7, .text_bytes = 30, .level = LEVEL_DENY},
	    &verdict);
	verdict.left_out[LEVEL_DENY] = 5;
	verdict_seal(arena, &verdict);
	findings_of(arena, &verdict, false, &findings);
	assert_int_equal(findings.block_counts[FINDINGS_DENIED], 7);
	for (size_t i = 0; i < 7; i++)
		total += findings.blocks[FINDINGS_DENIED][i].count;
	assert_int_equal(total, 9998);
	assert_int_equal(findings.counts[FINDINGS_DENIED], 10003);
	assert_true(findings.blocks[FINDINGS_DENIED][0].same_message);
}

static void test_hostile(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct verdict verdict;
	struct findings findings;
	size_t total = 0;

	(void)state;
	verdict_of_hostile(arena, &verdict);
	findings_of(arena, &verdict, false, &findings);
	for (size_t section = 0; section < FINDING_SECTIONS; section++) {
		for (size_t i = 0; i < findings.block_counts[section]; i++)
			total += findings.blocks[section][i].count;
	}
	assert_int_equal(total, verdict.finding_count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_waivers),
	    cmocka_unit_test(test_verdicts),
	    cmocka_unit_test(test_blocks_add_up),
	    cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("report/findings", tests, NULL, NULL);
}
