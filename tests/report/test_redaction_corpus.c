/* Every plan of the corpus in every format: nothing that its plan marks sensitive is in any of
 * them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/input.h"
#include "base/size.h"
#include "parser/plan_read.h"
#include "report/checked.h"
#include "report/leaks.h"
#include "report/render.h"
#include "report/render_html.h"

#define SECRET_LEAST	((size_t)4)
#define SECRETS_AT_MOST ((size_t)20000)

/* What one plan marks, and everything in it that nobody marks. */
struct collected {
	struct arena *arena;
	struct str *secrets;
	size_t count;
	struct buf open;
};

static void add_open(struct collected *collected, struct str text)
{
	buf_add(&collected->open, text);
	buf_addc(&collected->open, '\n');
}

static void collect_value(struct collected *collected, struct value value, bool marked)
{
	struct str text = value_text(value);

	marked = marked || (value.marks & VALUE_SENSITIVE);
	if (value.kind == VALUE_STRING && !marked)
		add_open(collected, text);
	else if (value.kind == VALUE_STRING && text.len >= SECRET_LEAST &&
		 collected->count < SECRETS_AT_MOST)
		collected->secrets[collected->count++] = str_copy(collected->arena, text);
	for (uint32_t i = 0; value.kind == VALUE_LIST && i < value.len; i++)
		collect_value(collected, value.as.items[i], marked);
	for (uint32_t i = 0; value.kind == VALUE_MAP && i < value.len; i++) {
		add_open(collected, value_text(value.as.entries[i].key));
		collect_value(collected, value.as.entries[i].value, marked);
	}
}

static bool collect(void *context, const struct change *change, struct err *err UNUSED)
{
	struct collected *collected = context;
	const struct change_head *head = &change->head;
	const struct str names[] = {head->address, head->previous_address, head->provider,
	    head->reason, head->action_text, head->deposed};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		add_open(collected, names[i]);
	collect_value(collected, change->before, false);
	collect_value(collected, change->after, false);
	return true;
}

static bool collect_plan(
    struct collected *collected, const struct plan *plan, struct arena *scratch)
{
	for (int set = 0; set < CHANGE_SETS; set++) {
		struct plan_selection selection = {(enum change_set)set, VISIT_ALL};
		struct err err = {0};

		if (!plan_visit(plan, selection, scratch, collect, collected, &err))
			return false;
	}
	for (size_t i = 0; i < plan->diagnostic_count; i++) {
		add_open(collected, plan->diagnostics[i].summary);
		add_open(collected, plan->diagnostics[i].detail);
	}
	return true;
}

/* --- formats --- */

typedef void format(struct arena *arena, const struct outcome *outcome, struct buf *out);

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static void terminal(struct arena *arena, const struct outcome *outcome, struct buf *out)
{
	const struct render_options options = {.details = true, .columns = 500};
	struct err err = {0};
	struct str text;

	must(render_terminal(arena, outcome, &options, &text, &err), &err);
	buf_add(out, text);
}

static void summary(struct arena *arena, const struct outcome *outcome, struct buf *out)
{
	const struct render_options options = {.columns = 80};
	struct err err = {0};
	struct str text;

	must(render_terminal(arena, outcome, &options, &text, &err), &err);
	buf_add(out, text);
}

static void markdown(struct arena *arena, const struct outcome *outcome, struct buf *out)
{
	const struct render_options options = {.max_bytes = (size_t)16 << 20};
	struct err err = {0};
	struct str text;

	must(render_markdown(arena, outcome, &options, &text, &err), &err);
	buf_add(out, text);
}

static void slack(struct arena *arena, const struct outcome *outcome, struct buf *out)
{
	const struct render_options options = {0};
	struct slack_message message;
	struct err err = {0};

	must(render_slack(arena, outcome, &options, NULL, &message, &err), &err);
	buf_add(out, message.text);
	buf_add(out, message.blocks);
}

static void json(struct arena *arena UNUSED, const struct outcome *outcome, struct buf *out)
{
	struct sink sink;

	sink_to_buf(&sink, out);
	render_json(outcome, &sink);
}

static void html(struct arena *arena UNUSED, const struct outcome *outcome, struct buf *out)
{
	struct sink sink;

	sink_to_buf(&sink, out);
	render_html(&outcome, 1, &sink);
}

static void checks(struct arena *arena, const struct outcome *outcome, struct buf *out)
{
	const struct ruleset *none = NULL;
	const struct checked checked = {
	    .version = "0", .outcomes = &outcome, .rulesets = &none, .count = 1};
	const struct render_options options = {.details = true, .columns = 500};
	struct err err = {0};
	struct sink sink;

	sink_to_buf(&sink, out);
	must(render_check_terminal(arena, &checked, &options, &sink, &err), &err);
	must(render_check_markdown(arena, &checked, &options, &sink, &err), &err);
	render_check_json(arena, &checked, &sink);
}

static void for_machines(struct arena *arena, const struct outcome *outcome, struct buf *out)
{
	static void (*const writers[])(struct arena *, const struct checked *, struct sink *) = {
	    render_sarif, render_junit, render_annotations};
	const struct ruleset *none = NULL;
	const struct checked checked = {
	    .version = "0", .outcomes = &outcome, .rulesets = &none, .count = 1};
	struct sink sink;

	for (size_t i = 0; i < ARRAY_LEN(writers); i++) {
		sink_to_buf(&sink, out);
		writers[i](arena, &checked, &sink);
	}
}

static const struct {
	const char *name;
	format *format;
} formats[] = {
    {"terminal", terminal},
    {"summary", summary},
    {"markdown", markdown},
    {"slack", slack},
    {"json", json},
    {"html", html},
    {"check", checks},
    {"SARIF, JUnit, github", for_machines},
};

static struct str rendered(struct arena *arena, const struct outcome *outcome, format *write)
{
	struct buf buf;

	buf_init(&buf, arena, SIZE_MAX);
	write(arena, outcome, &buf);
	return buf_str(&buf);
}

/* --- */

static struct str words_of_ours;

/* Our own words hold "update", "name" and the like: no plan could keep those secret. */
static bool is_telling(const struct collected *collected, struct str secret)
{
	return !str_contains(buf_str(&collected->open), secret) &&
	       !str_contains(words_of_ours, secret);
}

static size_t check_outcome(
    const struct collected *collected, const char *name, const struct outcome *outcome)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str texts[ARRAY_LEN(formats)];
	size_t looked_for = 0;

	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		texts[i] = rendered(arena, outcome, formats[i].format);
	for (size_t k = 0; k < collected->count; k++) {
		struct str secret = collected->secrets[k];

		if (!is_telling(collected, secret))
			continue;
		looked_for++;
		for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
			if (str_contains(texts[i], secret))
				fail_msg("%s as %s shows '%.*s'", name, formats[i].name,
				    STR_ARG(secret));
		}
	}
	return looked_for;
}

/* What stands there unmarked is denied: findings for the formats that show nothing else. */
static bool judge(struct arena *arena, struct arena *scratch, const struct plan *plan,
    struct outcome *outcome, struct err *err)
{
	const struct leak_question question = {.plan = plan, .directory = STR("prod")};

	return leaks_judge(arena, scratch, &question, &outcome->verdict, err);
}

/* How many secrets were looked for. */
static size_t check_file(const char *path, const char *name)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct input *input CLEANUP(input_close_ptr) = NULL;
	const struct plan_options options = {.strict_json = false};
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct collected collected = {
	    .arena = arena, .secrets = arena_array(arena, struct str, SECRETS_AT_MOST)};
	struct plan *plan;
	struct err err = {0};

	buf_init(&collected.open, arena, SIZE_MAX);
	if (!input_open(arena, path, 0, &input, &err) ||
	    !plan_read(arena, input, &options, &plan, &err) || plan->form != PLAN_FORM_JSON ||
	    !collect_plan(&collected, plan, scratch) || collected.count == 0)
		return 0; /* no plan, or one that marks nothing: others test those */
	outcome->version = "0";
	must(outcome_add_plan(arena, scratch, plan, NULL, outcome, &err), &err);
	must(judge(arena, scratch, plan, outcome, &err), &err);
	return check_outcome(&collected, name, outcome);
}

/* What every format says of a plan without changes. */
static struct str read_words(struct arena *arena)
{
	struct outcome *outcome = arena_make(arena, struct outcome);
	struct buf buf;

	outcome->version = "0";
	outcome->has_plan = true;
	buf_init(&buf, arena, SIZE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		formats[i].format(arena, outcome, &buf);
	return buf_str(&buf);
}

static const char *corpus(struct arena *arena)
{
	const char *shared = getenv("TFHERALD_SHARED");
	struct str path = str_format(arena, "%s/data/plans/files", shared ? shared : "../shared");
	struct stat about;

	return stat(path.ptr, &about) == 0 ? path.ptr : NULL;
}

DEFINE_CLEANUP(DIR *, closedir)

static void test_corpus(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	const char *path = corpus(arena), *ci = getenv("CI");
	size_t files = 0, looked_for = 0;
	const struct dirent *entry;

	(void)state;
	if (!path && ci && strcmp(ci, "true") == 0)
		fail_msg("the corpus is missing: set TFHERALD_SHARED");
	if (!path)
		skip();
	words_of_ours = read_words(arena);
	DIR *dir CLEANUP(closedir_ptr) = opendir(path);
	while ((entry = readdir(dir)) != NULL) {
		struct str name = str_from(entry->d_name);
		size_t count;

		if (!str_ends(name, STR(".json")))
			continue;
		count =
		    check_file(str_format(arena, "%s/%s", path, entry->d_name).ptr, entry->d_name);
		looked_for += count;
		files += count > 0;
	}
	print_message("%zu secrets of %zu plans\n", looked_for, files);
	assert_true(looked_for > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_corpus),
	};

	return cmocka_run_group_tests_name("report/redaction_corpus", tests, NULL, NULL);
}
