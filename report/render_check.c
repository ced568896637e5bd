/* The verdicts of `check` for the terminal and as JSON. Declared in checked.h. */
#include "report/checked.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/size.h"
#include "report/json_fields.h"
#include "report/terminal_screen.h"
#include "report/verdict_json.h"
#include "report/wording.h"

#define CHECK_SCHEMA  "https://tfherald.dev/schema/check/1" /* an identifier, never fetched */
#define CHECK_VERSION 1

bool checked_denied(const struct checked *checked)
{
	bool denied = checked->run.denied;

	for (size_t i = 0; i < checked->count; i++)
		denied = denied || checked->outcomes[i]->verdict.denied;
	return denied;
}

struct str checked_directory(struct arena *arena, const struct outcome *outcome)
{
	struct str name = wording_target(arena, outcome);

	return name.len > 0 ? name : STR(".");
}

enum check_result checked_result(const struct verdict *verdict)
{
	if (verdict->denied)
		return CHECK_DENIED;
	if (verdict->withheld.len > 0 || !verdict->evaluated)
		return CHECK_WITHHELD;
	if (verdict->overridden > 0)
		return CHECK_OVERRIDDEN;
	if (verdict->counts[LEVEL_WARN] > 0 || verdict->undecided > 0)
		return CHECK_WARNED;
	return CHECK_PASSED;
}

const char *check_result_text(enum check_result result)
{
	static const char *const texts[] = {
	    [CHECK_PASSED] = "passed",
	    [CHECK_WARNED] = "passed with warnings",
	    [CHECK_OVERRIDDEN] = "OVERRIDDEN by break-glass",
	    [CHECK_WITHHELD] = "NO VERDICT",
	    [CHECK_DENIED] = "DENIED by policy",
	};

	return texts[result];
}

bool checked_has_run(const struct checked *checked)
{
	const struct verdict *run = &checked->run;

	return run->evaluated && (run->rules > 0 || run->finding_count > 0);
}

void checked_run_outcome(const struct checked *checked, struct outcome *out)
{
	*out = (struct outcome){.version = checked->version, .verdict = checked->run};
	if (checked->count > 0)
		out->facts.now = checked->outcomes[0]->facts.now;
}

void checked_say_totals(struct buf *buf, const struct checked *checked)
{
	size_t denied = 0, withheld = 0;

	for (size_t i = 0; i < checked->count; i++) {
		enum check_result result = checked_result(&checked->outcomes[i]->verdict);

		denied += result == CHECK_DENIED;
		withheld += result == CHECK_WITHHELD;
	}
	wording_things(buf, checked->count, "directory", "directories");
	buf_adds(buf, ": ");
	wording_count(buf, denied);
	buf_adds(buf, " denied");
	if (withheld > 0) {
		buf_adds(buf, ", ");
		wording_count(buf, withheld);
		buf_adds(buf, " without a verdict");
	}
	if (checked->run.denied)
		buf_adds(buf, "; all plans together: denied");
}

/* --- terminal --- */

static const enum tone result_tones[] = {
    [CHECK_PASSED] = TONE_GREEN,
    [CHECK_WARNED] = TONE_YELLOW,
    [CHECK_OVERRIDDEN] = TONE_RED,
    [CHECK_WITHHELD] = TONE_RED,
    [CHECK_DENIED] = TONE_RED,
};

static void put_directory(struct screen *screen, struct str name)
{
	enum check_result result = checked_result(&screen->outcome->verdict);

	screen_put(screen, TONE_BOLD, str_format(screen->arena, "%.*s: ", STR_ARG(name)));
	screen_put(screen, result_tones[result], str_from(check_result_text(result)));
	buf_addc(&screen->out, '\n');
	screen_put_verdict(screen);
	screen_put_denials(screen);
	screen_put_warnings(screen);
	screen_put_waivers(screen);
}

/* One directory, as long as its share of the room allows. */
static NODISCARD bool add_directory(
    struct screen *screen, struct str name, size_t max_bytes, struct sink *sink, struct err *err)
{
	struct arena *arena CLEANUP(arena_free_ptr) = arena_new();
	struct str text;

	screen_find_findings(screen);
	screen->tells_verdict = true;
	screen->findings.says_all = true;
	for (size_t level = SCREEN_SHORT; level < SCREEN_LEVELS; level++) {
		bool is_last = level == SCREEN_LEVELS - 1;

		screen->caps = &screen_caps_of_level[level];
		buf_init(&screen->out, arena, is_last ? SCREEN_LIMIT : max_bytes);
		put_directory(screen, name);
		if (!screen->out.overflow)
			break;
	}
	screen_cut_lines(screen, max_bytes);
	if (!buf_finish(&screen->out, &text, err))
		return false;
	sink_add(sink, text);
	return true;
}

static void add_totals(struct arena *arena, const struct checked *checked, struct sink *sink)
{
	struct buf buf;

	buf_init(&buf, arena, 300);
	buf_addc(&buf, '\n');
	checked_say_totals(&buf, checked);
	buf_addc(&buf, '\n');
	if (checked->count > 1)
		sink_add(sink, buf_str(&buf));
}

bool render_check_terminal(struct arena *arena, const struct checked *checked,
    const struct render_options *options, struct sink *sink, struct err *err)
{
	size_t max_bytes = options->max_bytes ? options->max_bytes : SCREEN_LIMIT;
	size_t share = max_bytes / (checked->count + 2);
	struct outcome run;

	for (size_t i = 0; i < checked->count; i++) {
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		const struct outcome *outcome = checked->outcomes[i];
		struct screen screen = {.arena = scratch, .outcome = outcome, .options = options};

		if (i > 0)
			sink_add(sink, STR("\n"));
		if (!add_directory(&screen, checked_directory(scratch, outcome), share, sink, err))
			return false;
	}
	checked_run_outcome(checked, &run);
	if (checked_has_run(checked)) {
		struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
		struct screen screen = {.arena = scratch, .outcome = &run, .options = options};

		sink_add(sink, STR("\n"));
		if (!add_directory(&screen, STR("All plans together"), share, sink, err))
			return false;
	}
	add_totals(arena, checked, sink);
	return true;
}

/* --- JSON --- */

void render_check_json(struct arena *arena UNUSED, const struct checked *checked, struct sink *sink)
{
	struct jsonw writer;

	jsonw_init(&writer, sink, 2);
	jsonw_begin_object(&writer);
	jsonw_field_str(&writer, "schema", STR(CHECK_SCHEMA));
	jsonw_field_int(&writer, "version", CHECK_VERSION);
	jsonw_key(&writer, "tfherald");
	jsonw_c(&writer, checked->version);
	jsonw_field_bool(&writer, "denied", checked_denied(checked));
	jsonw_key(&writer, "directories");
	jsonw_begin_array(&writer);
	for (size_t i = 0; i < checked->count; i++) {
		const struct facts *facts = &checked->outcomes[i]->facts;

		jsonw_begin_object(&writer);
		json_field_text(&writer, "directory", facts->directory.value);
		json_field_text(&writer, "target", facts->target.value);
		verdict_write(&writer, "verdict", &checked->outcomes[i]->verdict);
		jsonw_end_object(&writer);
	}
	jsonw_end_array(&writer);
	verdict_write(&writer, "run", &checked->run);
	jsonw_end_object(&writer);
	sink_add(sink, STR("\n"));
}
