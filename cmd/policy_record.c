#include "cmd/policy_record.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd/policy_tests.h"
#include "cmd/yaml_write.h"

#define TEST_MAX ((size_t)4 << 20)
#define FIELDS	 16

/* A map under construction. */
struct fields {
	struct value_entry *entries;
	size_t count;
};

static void add(struct fields *fields, const char *key, struct value value)
{
	fields->entries[fields->count++] = (struct value_entry){value_string(str_from(key)), value};
}

static void add_text(struct fields *fields, const char *key, struct str text)
{
	if (text.len > 0)
		add(fields, key, value_string(text));
}

static struct value finish(struct arena *arena, struct fields *fields)
{
	struct value map = value_null();
	struct str duplicate;

	/* keys of our own, each once */
	return value_map(arena, fields->entries, fields->count, &map, &duplicate) ? map
										  : value_null();
}

static struct fields begin(struct arena *arena)
{
	return (struct fields){arena_array(arena, struct value_entry, FIELDS), 0};
}

/* --- what was there --- */

static struct value words_value(struct arena *arena, struct str words)
{
	struct value *items = arena_array(arena, struct value, 4);
	struct str word;
	size_t count = 0;

	while (count < 4 && str_split(&words, ',', &word))
		items[count++] = value_string(word);
	return count == 1 ? items[0] : value_list(items, count);
}

static void add_sides(struct fields *fields, const struct shown_change *shown)
{
	if (shown->before.value.kind != VALUE_NULL)
		add(fields, "before", shown->before.value);
	if (shown->after.value.kind != VALUE_NULL)
		add(fields, "after", shown->after.value);
}

static void add_actions(struct fields *fields, struct arena *arena, const struct change_head *head)
{
	struct value words = words_value(arena, head->action_text);

	add(fields, words.kind == VALUE_LIST ? "actions" : "action", words);
}

static bool resource_value(
    const struct change *change, struct arena *arena, struct value *out, struct err *err)
{
	const struct change_head *head = &change->head;
	struct fields fields = begin(arena);
	struct shown_change shown;

	if (!redact_change(arena, NULL, change, &shown, err))
		return false;
	shown.before.value = redact_close_texts(arena, shown.before.value);
	shown.after.value = redact_close_texts(arena, shown.after.value);
	add_text(&fields, "type", head->type);
	add_text(&fields, "address", head->address);
	add_actions(&fields, arena, head);
	add_text(&fields, "action_reason", head->reason);
	add_text(&fields, "provider", head->provider);
	add_text(&fields, "previous_address", head->previous_address);
	add_text(&fields, "deposed", head->deposed);
	if (head->importing)
		add(&fields, "importing", value_bool(true));
	if (change->replace_paths.kind == VALUE_LIST && change->replace_paths.len > 0)
		add(&fields, "replace_paths", change->replace_paths);
	add_sides(&fields, &shown);
	*out = finish(arena, &fields);
	return true;
}

static bool output_value(
    const struct change *change, struct arena *arena, struct value *out, struct err *err)
{
	struct fields fields = begin(arena);
	struct shown_change shown;

	if (!redact_change(arena, NULL, change, &shown, err))
		return false;
	shown.before.value = redact_close_texts(arena, shown.before.value);
	shown.after.value = redact_close_texts(arena, shown.after.value);
	add_text(&fields, "name", change->head.address);
	add_actions(&fields, arena, &change->head);
	if (change->head.sensitive_output ||
	    ((change->before.marks | change->after.marks) & VALUE_SENSITIVE) != 0)
		add(&fields, "sensitive", value_bool(true));
	add_sides(&fields, &shown);
	*out = finish(arena, &fields);
	return true;
}

/* The figures, which most rules about a plan look at. */
static struct value plan_value(const struct plan *plan, struct arena *arena)
{
	const struct plan_summary *summary = &plan->summary;
	struct fields figures = begin(arena), fields = begin(arena);

	add(&figures, "add", value_int((int64_t)summary->add));
	add(&figures, "change", value_int((int64_t)summary->change));
	add(&figures, "destroy", value_int((int64_t)summary->destroy));
	add(&figures, "forget", value_int((int64_t)summary->forget));
	add(&figures, "import", value_int((int64_t)summary->import));
	add(&figures, "move", value_int((int64_t)summary->move));
	add(&figures, "replace", value_int((int64_t)summary->replace));
	add(&fields, "summary", summary->known ? finish(arena, &figures) : value_unknown());
	if (plan->complete != TRI_UNKNOWN)
		add(&fields, "complete", value_bool(plan->complete == TRI_YES));
	add_text(&fields, "terraform_version", plan->tool_version);
	return finish(arena, &fields);
}

struct recording {
	struct arena *arena;
	const struct policy_plan *plan;
	const struct found_rule *found;
	const struct rule *rule;
	struct value subject;
	const char *key;
};

/* What the test is about: a resource, an output or the whole plan. */
static bool find_subject(struct recording *recording, const struct change *change, struct err *err)
{
	struct arena *arena = recording->arena;

	recording->key = "plan";
	if (!change) {
		recording->subject = plan_value(recording->plan->plan, arena);
		return true;
	}
	if (recording->rule->scope == SCOPE_OUTPUT) {
		recording->key = "output";
		return output_value(change, arena, &recording->subject, err);
	}
	recording->key = "resource";
	return resource_value(change, arena, &recording->subject, err);
}

/* --- the test --- */

static void write_test(const struct recording *recording, struct value expect, struct buf *out)
{
	buf_adds(out, "  - rule: ");
	yaml_add_text(out, recording->rule->id);
	buf_addc(out, '\n');
	yaml_add_entry(out, str_from(recording->key), recording->subject, 4);
	yaml_add_entry(out, STR("expect"), expect, 4);
}

static struct value expectation(struct arena *arena, const struct policy_test_outcome *outcome)
{
	struct value *items = arena_array(arena, struct value, outcome->path_count + 1);
	struct fields fields = begin(arena);

	if (outcome->end != RULE_UNDECIDED || outcome->path_count == 0)
		return value_string(str_from(expect_word(outcome->end)));
	for (size_t i = 0; i < outcome->path_count; i++)
		items[i] = value_string(outcome->paths[i]);
	add(&fields, "undecided", value_list(items, outcome->path_count));
	return finish(arena, &fields);
}

/* What the test will say, found by running it: as it will be read, hidden values and all. */
static bool run_draft(
    const struct recording *recording, struct policy_test_outcome *out, struct err *err)
{
	struct arena *arena = recording->arena;
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct policy_file file;
	struct buf buf;
	struct str text;

	policy_problems_init(problems, arena);
	buf_init(&buf, arena, TEST_MAX);
	buf_adds(&buf, "tests:\n");
	write_test(recording, value_string(STR("pass")), &buf);
	if (!buf_finish(&buf, &text, err))
		return false;
	policy_file_read(arena, POLICY_TESTS, STR("recorded"), text, &file, problems);
	if (problems->count > 0 || file.test_count != 1)
		return err_set(err, ERR_INVALID, "cannot be written as a test: %s",
		    problems->count > 0 ? problems->items[0].text : "too large");
	policy_test_run(arena, recording->found->ruleset, &file.tests[0],
	    recording->plan->policies.world.now, out, problems);
	return out->ran ||
	       err_set(err, ERR_INVALID, "cannot be written as a test: %.*s", STR_ARG(out->detail));
}

static bool record(const struct recording *recording, const struct rule_result *real,
    struct buf *out, struct err *err)
{
	struct policy_test_outcome outcome = {0};

	if (!run_draft(recording, &outcome, err))
		return false;
	if (outcome.end != real->end)
		buf_addf(out,
		    "  # in the plan it is '%s': that depends on sensitive values, or on more than "
		    "this test holds\n",
		    expect_word(real->end));
	write_test(recording, expectation(recording->arena, &outcome), out);
	return true;
}

bool policy_record(const struct policy_plan *plan, const struct found_rule *found,
    const struct change *change, struct buf *out, bool *recorded, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct recording recording = {.arena = arena,
	    .plan = plan,
	    .found = found,
	    .rule = &found->ruleset->rules[found->index]};
	struct rule_subject subject;
	struct rule_result real;
	struct change marked;

	*recorded = false;
	if (change) {
		marked = policy_plan_marked(plan, arena, change);
		change = &marked;
	}
	policy_problems_init(problems, arena);
	subject = (struct rule_subject){
	    found->ruleset, found->index, change, plan->plan, &plan->policies.world};
	if (!evaluate_rule(arena, &subject, &real, problems, err))
		return false;
	/* of what holds no item at all there is nothing to be seen */
	if (real.end == RULE_NOT_MATCHED ||
	    (real.end == RULE_PASS && real.item_count == 0 && recording.rule->each.text.len > 0))
		return true;
	*recorded = true;
	if (find_subject(&recording, change, err) && record(&recording, &real, out, err))
		return true;
	return err_context(err, "%.*s", change ? (int)change->head.address.len : 8,
	    change ? change->head.address.ptr : "the plan");
}
