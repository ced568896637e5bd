#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"
#include "base/input.h"
#include "parser/plan_read.h"

#define TEXT_MAX ((size_t)32 << 20)
#define FLIPS	 20000

/* A record with the given address, mode and member "change". */
#define RECORD(address, mode, change)                                                       \
	"{\"address\":\"" address "\",\"mode\":\"" mode                                     \
	"\",\"type\":\"t\",\"name\":\"n\",\"provider_name\":\"registry.terraform.io/h/t\"," \
	"\"change\":" change "}"
#define ACTIONS(words) "{\"actions\":[" words "],\"before\":null,\"after\":{}}"
#define PLAN(members)  "{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.5\"," members "}"
#define CHANGES(list)  "\"resource_changes\":[" list "]"

static struct plan *read_json(struct arena *arena, const char *name, const char *json)
{
	struct input *input = input_from_str(arena, "p", str_from(json));
	struct plan *plan = NULL;
	struct err err = {0};

	if (!plan_read_json(arena, input, NULL, &plan, &err))
		fail_msg("%s: %d:%d: %s", name, err.line, err.column, err.text);
	return plan;
}

/* Which changes came, in which order. */
struct order {
	uint64_t hash;
	size_t count;
};

/* One line per change: what a visitor is handed. */
struct log {
	struct order order;
	struct buf text;
	size_t stop_after; /* 0: never */
	size_t seen;
};

static bool log_change(void *context, const struct change *change, struct err *err)
{
	const struct change_head *head = &change->head;
	struct log *log = context;

	buf_addf(&log->text, "%.*s", STR_ARG(head->address));
	buf_addf(&log->text, " %s", action_name(head->action));
	if (head->previous_address.len > 0)
		buf_addf(&log->text, " from=%.*s", STR_ARG(head->previous_address));
	if (head->deposed.len > 0)
		buf_addf(&log->text, " deposed=%.*s", STR_ARG(head->deposed));
	if (head->mode.len > 0 && !str_is(head->mode, "managed"))
		buf_addf(&log->text, " mode=%.*s", STR_ARG(head->mode));
	if (head->importing)
		buf_addf(&log->text, " import=%.*s", STR_ARG(head->import_id));
	if (head->reason.len > 0)
		buf_addf(&log->text, " reason=%.*s", STR_ARG(head->reason));
	if (head->action == ACTION_OTHER)
		buf_addf(&log->text, " words=%.*s", STR_ARG(head->action_text));
	if (head->generated_config)
		buf_adds(&log->text, " generated");
	if (head->sensitive_output)
		buf_adds(&log->text, " sensitive");
	if (change->lone_surrogates > 0)
		buf_addf(&log->text, " lone=%zu", change->lone_surrogates);
	buf_addc(&log->text, '\n');
	log->seen++;
	if (log->stop_after && log->seen == log->stop_after)
		return err_set(err, ERR_INVALID, "enough");
	return true;
}

static void note(struct order *order, const struct change *change)
{
	order->hash = order->hash * 31 + hash_bytes(change->head.address);
	order->count++;
}

/* Who sees every change first. */
static bool note_first(void *context, const struct change *change, struct err *err)
{
	(void)err;
	note(context, change);
	return true;
}

/* What plan_visit_prepared() is given: the address, found out ahead. */
struct prepared {
	struct str address;
};

static const char refused[] = "t.refused";

static bool prepare_address(const void *context, struct arena *arena, const struct change *change,
    const void **out, struct err *err)
{
	struct prepared *prepared = arena_make(arena, struct prepared);

	assert_ptr_equal(context, refused);
	if (str_is(change->head.address, context))
		return err_set(err, ERR_INVALID, "refused");
	prepared->address = str_copy(arena, change->head.address);
	*out = prepared;
	return true;
}

static bool log_prepared(
    void *context, const struct change *change, const void *out, struct err *err)
{
	const struct prepared *prepared = out;

	assert_true(str_eq(prepared->address, change->head.address));
	note(&((struct log *)context)->order, change);
	return log_change(context, change, err);
}

static bool visit_prepared(const struct plan *plan, struct plan_selection selection,
    struct arena *scratch, struct log *log, struct err *err)
{
	struct order first = {0, 0};
	const struct prepared_visit how = {.first = note_first,
	    .first_context = &first,
	    .prepare = prepare_address,
	    .prepare_context = refused,
	    .visitor = log_prepared,
	    .context = log};
	bool ok;

	log->order = (struct order){0, 0};
	ok = plan_visit_prepared(plan, selection, scratch, &how, err);
	assert_true(first.count >= log->order.count);
	if (ok)
		assert_true(first.count == log->order.count && first.hash == log->order.hash);
	return ok;
}

struct visit_case {
	const char *name, *json;
	enum change_set set;
	enum visit_filter filter;
	const char *want;
};

static const struct visit_case visits[] = {
    {"all",
	PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"no-op\"")) "," RECORD(
	    "t.b", "managed", ACTIONS("\"a\",\"b\"")))),
	CHANGES_RESOURCE, VISIT_ALL, "t.a no-op\nt.b other words=a,b\n"},
    {"changed",
	PLAN(CHANGES(RECORD("t.a", "managed", ACTIONS("\"no-op\"")) "," RECORD(
	    "data.t.b", "data", ACTIONS("\"read\"")) "," RECORD("data.t.c", "data",
	    ACTIONS("\"delete\"")) "," RECORD("t.d", "managed",
	    ACTIONS("\"delete\"")) "," RECORD("t.e", "managed",
	    "{\"actions\":[\"no-op\"],\"importing\":{\"id\":\"x\"}}"))),
	CHANGES_RESOURCE, VISIT_CHANGED, "t.d delete\nt.e no-op import=x\n"},
    {"every part of a head",
	PLAN(
	    CHANGES("{\"address\":\"module.m.t.n[1]\",\"previous_address\":\"t.o\","
		    "\"module_address\":\"module.m\",\"mode\":\"managed\",\"type\":\"t\","
		    "\"name\":\"n\",\"index\":1,\"provider_name\":\"p\",\"deposed\":\"00ff\","
		    "\"action_reason\":\"tainted\",\"change\":{\"actions\":[\"delete\",\"create\"],"
		    "\"importing\":{\"identity\":{\"a\":\"b\"}},\"generated_config\":\"x\"}}")),
	CHANGES_RESOURCE, VISIT_ALL,
	"module.m.t.n[1] replace from=t.o deposed=00ff import=a=b reason=tainted generated\n"},
    {"addresses are put together",
	PLAN(CHANGES("{\"type\":\"t\",\"name\":\"n\",\"index\":\"a\\\"b\",\"module_address\":"
		     "\"module.m\",\"change\":" ACTIONS(
			 "\"create\"") "},"
				       "{\"mode\":\"data\",\"type\":\"t\",\"name\":\"n\",\"index\":"
				       "3,\"change\":" ACTIONS("\"read\"") "}")),
	CHANGES_RESOURCE, VISIT_ALL,
	"module.m.t.n[\"a\\\"b\"] create\ndata.t.n[3] read mode=data\n"},
    {"the mode is told by the address",
	PLAN(CHANGES("{\"address\":\"module.m.data.t.n\",\"module_address\":\"module.m\","
		     "\"change\":" ACTIONS("\"read\"") "}")),
	CHANGES_RESOURCE, VISIT_ALL, "module.m.data.t.n read mode=data\n"},
    {"lone surrogates",
	PLAN(CHANGES(RECORD("t.a", "managed",
	    "{\"actions\":[\"update\"],\"before\":{\"x\":\"\\ud800\"},\"after\":{\"x\":"
	    "\"\\udc00\\ud83d\\ude00\"}}"))),
	CHANGES_RESOURCE, VISIT_ALL, "t.a update lone=2\n"},
    {"lone surrogates of an output",
	PLAN("\"output_changes\":{\"a\\ud800\":{\"actions\":[\"create\"],\"after\":"
	     "\"\\ud800\"}}"),
	CHANGES_OUTPUT, VISIT_ALL, "a\xef\xbf\xbd create lone=2\n"},
    {"outputs",
	PLAN("\"output_changes\" : { \"a b\" : {\"actions\":[\"create\"]} ,\n \"c\\\"d\":"
	     "{\"actions\":[\"no-op\"],\"after_sensitive\":true,\"after\":1}}"),
	CHANGES_OUTPUT, VISIT_ALL, "a b create\nc\"d no-op sensitive\n"},
    {"outputs that planned_values call sensitive",
	PLAN(
	    "\"output_changes\":{\"a\":{\"actions\":[\"create\"],\"after\":\"x\"},\"b\":{"
	    "\"actions\":[\"create\"]}},\"planned_values\":{\"outputs\":{\"a\":{\"sensitive\":true,"
	    "\"value\":\"x\"},\"b\":{\"sensitive\":false}}}"),
	CHANGES_OUTPUT, VISIT_ALL, "a create sensitive\nb create\n"},
    {"outputs that the state calls sensitive",
	PLAN("\"prior_state\":{\"values\":{\"outputs\":{\"a\":{\"sensitive\":true}}}},"
	     "\"output_changes\":{\"a\":{\"actions\":[\"delete\"],\"before\":\"x\"}}"),
	CHANGES_OUTPUT, VISIT_CHANGED, "a delete sensitive\n"},
    {"deferred",
	PLAN("\"deferred_changes\":[{\"reason\":\"absent_prereq\",\"resource_change\":" RECORD(
	    "t.a", "managed", ACTIONS("\"create\"")) "}]"),
	CHANGES_DEFERRED, VISIT_CHANGED, "t.a create reason=absent_prereq\n"},
    {"drift", PLAN("\"resource_drift\":[" RECORD("t.a", "managed", ACTIONS("\"update\"")) "]"),
	CHANGES_DRIFT, VISIT_CHANGED, "t.a update\n"},
};

static void visit(struct arena *arena, const char *name, const struct plan *plan,
    const struct visit_case *row, struct log *log)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct err err = {0};

	buf_init(&log->text, arena, TEXT_MAX);
	if (!plan_visit(plan, (struct plan_selection){row->set, row->filter}, scratch, log_change,
		log, &err))
		fail_msg("%s: %d:%d: %s", name, err.line, err.column, err.text);
	if (!str_is(buf_str(&log->text), row->want))
		fail_msg("%s: %.*s", name, STR_ARG(buf_str(&log->text)));
	buf_rewind(&log->text, 0);
	if (!visit_prepared(
		plan, (struct plan_selection){row->set, row->filter}, scratch, log, &err))
		fail_msg("%s, prepared: %d:%d: %s", name, err.line, err.column, err.text);
	if (!str_is(buf_str(&log->text), row->want))
		fail_msg("%s, prepared: %.*s", name, STR_ARG(buf_str(&log->text)));
}

static struct input *write_input(struct arena *arena, struct str text)
{
	struct str path = str_format(arena, "/tmp/tfherald-plan-json-%ld", (long)getpid());
	struct input *input = NULL;
	struct err err = {0};

	if (!file_write(arena, path.ptr, text, &err) ||
	    !input_open(arena, path.ptr, 0, &input, &err))
		fail_msg("%s", err.text);
	(void)unlink(path.ptr);
	return input;
}

static void changes_are_visited(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(visits); i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct input *file CLEANUP(input_close_ptr) =
		    write_input(arena, str_from(visits[i].json));
		struct plan *plan = read_json(arena, visits[i].name, visits[i].json);
		struct log log = {.seen = 0};
		struct err err = {0};

		visit(arena, visits[i].name, plan, &visits[i], &log);
		log = (struct log){0};
		assert_true(plan_read_json(arena, file, NULL, &plan, &err));
		visit(arena, visits[i].name, plan, &visits[i], &log);
	}
}

static void visitors_may_stop(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct plan *plan = read_json(arena, "stop", visits[0].json);
	struct log log = {.stop_after = 1};
	struct err err = {0};

	(void)state;
	buf_init(&log.text, arena, TEXT_MAX);
	assert_false(plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_ALL}, scratch,
	    log_change, &log, &err));
	assert_string_equal(err.text, "enough");
	assert_int_equal(log.seen, 1);
}

static void errors_of_records_have_a_place(void **state)
{
	static const char json[] =
	    "{\"resource_changes\":[\n"
	    "  {\"address\":\"t.a\",\"mode\":\"managed\",\"change\":{\"actions\":"
	    "[\"create\"],\n    \"after\":{\"x\":01}}}]}";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct plan *plan = read_json(arena, "place", json);
	struct log log = {.seen = 0};
	struct err err = {0};

	(void)state;
	buf_init(&log.text, arena, TEXT_MAX);
	assert_false(plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_ALL}, scratch,
	    log_change, &log, &err));
	assert_int_equal(err.code, ERR_SYNTAX);
	assert_int_equal(err.line, 3);
	assert_in_range(err.column, 18, 19);
	assert_string_equal(err.file, "p");
}

/* Many records from a file: the loader reads several of them at once, and large ones alone. */
static void files_are_read_in_windows(void **state)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct input *file CLEANUP(input_close_ptr) = NULL;
	struct plan *plan = NULL;
	struct buf text, want;
	struct log log = {.seen = 0};
	struct err err = {0};

	(void)state;
	buf_init(&text, arena, TEXT_MAX);
	buf_init(&want, arena, TEXT_MAX);
	buf_adds(&text, "{\"format_version\":\"1.2\",\"resource_changes\":[");
	for (int i = 0; i < 3000; i++) {
		buf_addf(&text,
		    "%s{\"address\":\"t.a%d\",\"mode\":\"managed\",\"change\":{\"actions\":"
		    "[\"%s\"],\"after\":{\"x\":\"",
		    i ? "," : "", i, i % 3 ? "update" : "no-op");
		buf_repeat(&text, 'x', i == 1000 ? 600000 : (size_t)(i % 700));
		buf_adds(&text, "\"}}}");
		if (i % 3)
			buf_addf(&want, "t.a%d update\n", i);
	}
	buf_adds(&text, "]}");
	file = write_input(arena, buf_str(&text));
	assert_true(plan_read_json(arena, file, NULL, &plan, &err));
	buf_init(&log.text, arena, TEXT_MAX);
	assert_true(plan_visit(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_CHANGED},
	    scratch, log_change, &log, &err));
	assert_true(str_eq(buf_str(&log.text), buf_str(&want)));
	buf_rewind(&log.text, 0);
	assert_true(visit_prepared(
	    plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_CHANGED}, scratch, &log, &err));
	assert_true(str_eq(buf_str(&log.text), buf_str(&want)));
}

/* A plan that a second thread pays for, with one record in it that is no good. */
static struct str long_plan(struct arena *arena, const char *bad)
{
	struct buf text;

	buf_init(&text, arena, TEXT_MAX);
	buf_adds(&text, "{\"format_version\":\"1.2\",\"resource_changes\":[");
	for (int i = 0; i < 9000; i++) {
		if (i == 7000)
			buf_adds(&text, bad);
		buf_addf(&text,
		    "{\"address\":\"t.a%d\",\"mode\":\"managed\",\"change\":{\"actions\":"
		    "[\"update\"],\"after\":{\"x\":\"",
		    i);
		buf_repeat(&text, 'x', (size_t)(i % 700));
		buf_adds(&text, i < 8999 ? "\"}}},\n" : "\"}}}");
	}
	buf_adds(&text, "]}");
	return buf_str(&text);
}

static const struct {
	const char *name, *bad;
	size_t stop_after, seen;
	int line;
	const char *error;
} long_rows[] = {
    {"whole", "", 0, 9000, 0, ""},
    {"the visitor stops", "", 4321, 4321, 0, "enough"},
    {"a record that does not parse",
	RECORD("t.b", "managed", "{\"actions\":[\"update\"],\"after\":{\"x\":01}}") ",\n", 0, 7000,
	7001, "leading zero"},
    {"a record that cannot be prepared",
	RECORD("t.refused", "managed", ACTIONS("\"update\"")) ",\n", 0, 7000, 0, "refused"},
    {"the visitor stops before it", RECORD("t.refused", "managed", ACTIONS("\"update\"")) ",\n",
	6999, 6999, 0, "enough"},
};

/* With a second thread: the same changes in the same order, and the error that comes first. */
static void long_plans_are_visited_ahead(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(long_rows) * 2; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct str text = long_plan(arena, long_rows[i / 2].bad);
		struct input *input CLEANUP(input_close_ptr) =
		    i % 2 ? write_input(arena, text) : input_from_str(arena, "p", text);
		struct log log = {.stop_after = long_rows[i / 2].stop_after};
		struct plan *plan = NULL;
		struct err err = {0};

		buf_init(&log.text, arena, TEXT_MAX);
		assert_true(plan_read_json(arena, input, NULL, &plan, &err));
		(void)!visit_prepared(plan, (struct plan_selection){CHANGES_RESOURCE, VISIT_ALL},
		    scratch, &log, &err);
		if (log.seen != long_rows[i / 2].seen || err.line != long_rows[i / 2].line ||
		    !strstr(err.text, long_rows[i / 2].error) ||
		    (!*long_rows[i / 2].error && err.code != ERR_NONE))
			fail_msg("%s: %zu seen, %d: '%s'", long_rows[i / 2].name, log.seen,
			    err.line, err.text);
	}
}

/* Takes the entries whose bit is set, and notes that nobody asks about others than there are. */
struct bits {
	uint64_t wanted;
	size_t highest;
};

struct bits_log {
	struct log log; /* first: log_change() takes it */
	struct bits bits;
};

static bool bit_is_set(void *context, size_t i, const struct change_entry *entry)
{
	struct bits *bits = &((struct bits_log *)context)->bits;

	(void)entry;
	bits->highest = i > bits->highest ? i : bits->highest;
	return i < 64 && (bits->wanted >> i & 1);
}

static const char *const wanted_plan = PLAN(CHANGES(RECORD("t.a", "managed",
    ACTIONS("\"no-op\"")) "," RECORD("t.b", "managed", ACTIONS("\"create\"")) "," RECORD("t.c",
    "managed", ACTIONS("\"delete\"")) "," RECORD("t.d", "managed", ACTIONS("\"update\""))));

static const struct {
	uint64_t wanted;
	const char *want;
} wanted_rows[] = {
    {0, ""},
    {1, "t.a no-op\n"},
    {8, "t.d update\n"},
    {6, "t.b create\nt.c delete\n"},
    {9, "t.a no-op\nt.d update\n"},
    {15, "t.a no-op\nt.b create\nt.c delete\nt.d update\n"},
};

static void wanted_entries_are_visited(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted_rows) * 2; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct input *file CLEANUP(input_close_ptr) =
		    write_input(arena, str_from(wanted_plan));
		struct plan *plan = read_json(arena, "wanted", wanted_plan);
		struct bits_log log = {.bits = {.wanted = wanted_rows[i / 2].wanted}};
		struct err err = {0};

		if (i % 2)
			assert_true(plan_read_json(arena, file, NULL, &plan, &err));
		buf_init(&log.log.text, arena, TEXT_MAX);
		assert_true(plan_visit_wanted(
		    plan, CHANGES_RESOURCE, bit_is_set, scratch, log_change, &log, &err));
		if (!str_is(buf_str(&log.log.text), wanted_rows[i / 2].want))
			fail_msg("row %zu: %.*s", i, STR_ARG(buf_str(&log.log.text)));
		assert_int_equal(log.bits.highest, 3);
	}
}

struct head_log {
	struct change_entry entries[4];
	size_t seen;
};

static bool note_entry(void *context, size_t i, const struct change_entry *entry)
{
	struct head_log *log = context;

	if (i < ARRAY_LEN(log->entries))
		log->entries[i] = *entry;
	return i == 1;
}

static bool count_change(void *context, const struct change *change, struct err *err)
{
	struct head_log *log = context;

	(void)err;
	assert_string_equal(str_is(change->head.address, "t.b[0]") ? "t.b[0]" : "", "t.b[0]");
	log->seen++;
	return true;
}

static void rows_have_entries(void **state)
{
	static const char text[] = "Terraform will perform the following actions:\n\n"
				   "  # data.t.a will be read during apply\n"
				   " <= data \"t\" \"a\" {\n    }\n\n"
				   "  # t.b[0] will be created\n"
				   "  + resource \"t\" \"b\" {\n      + x = 1\n    }\n\n"
				   "Plan: 1 to add, 0 to change, 0 to destroy.\n";
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan *plan = plan_read_text(arena, str_from(text));
	struct head_log log = {0};
	struct change change;
	struct err err = {0};
	size_t at = 9;
	bool found = false;

	(void)state;
	assert_int_equal(plan->counts[CHANGES_RESOURCE], 2);
	assert_true(
	    plan_visit_wanted(plan, CHANGES_RESOURCE, note_entry, arena, count_change, &log, &err));
	assert_int_equal(log.seen, 1);
	assert_int_equal(log.entries[0].action, ACTION_READ);
	assert_int_equal(log.entries[0].flags, ENTRY_DATA);
	assert_int_equal(log.entries[1].action, ACTION_CREATE);
	assert_int_equal(log.entries[1].flags, 0);
	assert_true(log.entries[0].type_hash == log.entries[1].type_hash);
	assert_true(
	    plan_find(plan, CHANGES_RESOURCE, STR("t.b[0]"), arena, &at, &found, &err) && found);
	assert_int_equal(at, 1);
	assert_true(plan_load(plan, CHANGES_RESOURCE, at, arena, &change, &err));
	assert_false(change.has_values);
	assert_true(str_contains(change.body, STR("x = 1")));
	assert_true(plan_find(plan, CHANGES_RESOURCE, STR("t.b"), arena, &at, &found, &err));
	assert_false(found);
}

static const char *const find_plan = PLAN(
    CHANGES("{\"address\":\"t.a\",\"mode\":\"managed\",\"type\":\"t\",\"name\":\"a\",\"deposed\":"
	    "\"00ff\",\"change\":{\"actions\":[\"delete\"]}}," RECORD("t.b", "managed",
		ACTIONS("\"create\"")) "," RECORD("t.a", "managed", ACTIONS("\"update\""))));

static const struct {
	const char *name, *address;
	bool found;
	size_t at;
} finds[] = {
    {"not the deposed one", "t.a", true, 2},
    {"in the middle", "t.b", true, 1},
    {"a prefix", "t.", false, 0},
    {"empty", "", false, 0},
    {"another", "t.c", false, 0},
};

static void changes_are_found_and_loaded(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(finds) * 2; i++) {
		struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct input *file CLEANUP(input_close_ptr) =
		    write_input(arena, str_from(find_plan));
		struct plan *plan = read_json(arena, finds[i / 2].name, find_plan);
		struct change change;
		struct err err = {0};
		size_t at = 0;
		bool found = !finds[i / 2].found;

		if (i % 2)
			assert_true(plan_read_json(arena, file, NULL, &plan, &err));
		assert_true(plan_find(plan, CHANGES_RESOURCE, str_from(finds[i / 2].address),
		    scratch, &at, &found, &err));
		if (found != finds[i / 2].found || (found && at != finds[i / 2].at))
			fail_msg("%s: %d %zu", finds[i / 2].name, found, at);
		if (!found)
			continue;
		assert_true(plan_load(plan, CHANGES_RESOURCE, at, arena, &change, &err));
		assert_true(str_is(change.head.address, finds[i / 2].address));
		assert_true(change.has_values);
	}
}

static void outputs_are_found_and_loaded(void **state)
{
	static const char json[] =
	    PLAN("\"output_changes\":{\"a\":{\"actions\":[\"no-op\"]},\"b\":{\"actions\":"
		 "[\"create\"],\"after\":\"x\"}}");
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct plan *plan = read_json(arena, "outputs", json);
	struct change change;
	struct err err = {0};
	size_t at = 0;
	bool found = false;

	(void)state;
	assert_true(plan_find(plan, CHANGES_OUTPUT, STR("b"), arena, &at, &found, &err) && found);
	assert_true(plan_load(plan, CHANGES_OUTPUT, at, arena, &change, &err));
	assert_true(str_is(value_text(change.after), "x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_are_visited),
	    cmocka_unit_test(visitors_may_stop),
	    cmocka_unit_test(errors_of_records_have_a_place),
	    cmocka_unit_test(files_are_read_in_windows),
	    cmocka_unit_test(long_plans_are_visited_ahead),
	    cmocka_unit_test(wanted_entries_are_visited),
	    cmocka_unit_test(rows_have_entries),
	    cmocka_unit_test(changes_are_found_and_loaded),
	    cmocka_unit_test(outputs_are_found_and_loaded),
	};

	return cmocka_run_group_tests_name("parser/plan_load", tests, NULL, NULL);
}
