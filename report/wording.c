#include "report/wording.h"

#include "base/arena.h"
#include "base/digest.h"
#include "base/size.h"
#include "base/utf8.h"

#define TARGET_MAX	  ((size_t)200)
#define EXIT_MAX	  ((size_t)300)
#define ELLIPSIS	  "…"

#define ACTION_MAX	  ((size_t)100)
#define NAME_ENDS_MIN	  ((size_t)64) /* bytes of which both ends of a name are shown */
#define NAME_DIGEST_BYTES ((size_t)4)

static const char *const status_icons[] = {
    [STATUS_NO_CHANGES] = "✅",
    [STATUS_CHANGES] = "📝",
    [STATUS_LOSSES] = "⚠️",
    [STATUS_FAILED] = "❌",
    [STATUS_NO_PLAN] = "❌",
    [STATUS_APPLIED] = "✅",
    [STATUS_APPLY_FAILED] = "❌",
    [STATUS_DENIED] = "⛔",
    [STATUS_VIOLATES] = "⛔",
};

/* Terraform's words for why (jsonplan, action_reason and the reasons of deferred changes). */
static const struct {
	const char *word, *text;
} reasons[] = {
    {"replace_because_tainted", "tainted"},
    {"replace_because_cannot_update", "cannot be updated in place"},
    {"replace_by_request", "asked for with -replace"},
    {"replace_by_triggers", "replace_triggered_by"},
    {"delete_because_no_resource_config", "no longer in the configuration"},
    {"delete_because_no_module", "its module is no longer in the configuration"},
    {"delete_because_wrong_repetition", "count or for_each was added or removed"},
    {"delete_because_count_index", "index is out of range of count"},
    {"delete_because_each_key", "key is not in for_each"},
    {"delete_because_no_move_target", "was moved to an address that is not configured"},
    {"read_because_config_unknown", "configuration is not known yet"},
    {"read_because_dependency_pending", "depends on a pending change"},
    {"read_because_check_nested", "part of a check"},
    {"instance_count_unknown", "number of instances is not known yet"},
    {"resource_config_unknown", "configuration is not known yet"},
    {"provider_config_unknown", "provider configuration is not known yet"},
    {"absent_prereq", "what it needs does not exist yet"},
    {"deferred_prereq", "depends on a deferred change"},
};

static bool child_failed(const struct outcome *outcome, enum operation operation)
{
	/* 2 is what plan -detailed-exitcode says about changes */
	return outcome->child.ran && outcome->child.status != 0 &&
	       (operation == OPERATION_APPLY || outcome->child.status != 2);
}

static bool loses_something(const struct outcome *outcome)
{
	const struct plan_summary *summary = &outcome->summary;

	return summary->destroy + summary->replace + summary->forget + summary->other > 0;
}

static enum outcome_status apply_status(const struct outcome *outcome)
{
	bool failed = outcome->result == PLAN_ERROR || outcome->errored ||
		      child_failed(outcome, OPERATION_APPLY) ||
		      (!outcome->child.ran && !outcome->apply.complete);

	for (size_t i = 0; i < outcome->apply.step_count && !failed; i++)
		failed = outcome->apply.steps[i].state == APPLY_FAILED;

	if (!failed && outcome->after_apply.denied)
		return STATUS_VIOLATES;
	return failed ? STATUS_APPLY_FAILED : STATUS_APPLIED;
}

enum outcome_status outcome_status(const struct outcome *outcome)
{
	bool is_apply = outcome->apply.present || outcome->facts.operation == OPERATION_APPLY;
	bool failed;

	if (!outcome->has_plan)
		return is_apply && child_failed(outcome, OPERATION_APPLY) ? STATUS_APPLY_FAILED
									  : STATUS_NO_PLAN;
	failed = outcome->result == PLAN_ERROR || outcome->errored ||
		 child_failed(outcome, outcome->facts.operation);
	/* a plan that came where an apply was meant to is no apply */
	if (outcome->apply.present || (is_apply && failed))
		return apply_status(outcome);
	if (failed)
		return STATUS_FAILED;
	if (outcome->verdict.denied)
		return STATUS_DENIED;
	if (outcome->result == PLAN_NO_CHANGES)
		return STATUS_NO_CHANGES;
	return loses_something(outcome) ? STATUS_LOSSES : STATUS_CHANGES;
}

bool outcome_tells_apply(const struct outcome *outcome)
{
	return outcome->apply.present ||
	       (outcome->has_plan && outcome_status(outcome) == STATUS_APPLY_FAILED);
}

const char *outcome_status_icon(enum outcome_status status)
{
	return status_icons[status];
}

bool outcome_status_is_failure(enum outcome_status status)
{
	return status == STATUS_FAILED || status == STATUS_NO_PLAN || status == STATUS_APPLY_FAILED;
}

const char *wording_operation(const struct outcome *outcome)
{
	bool is_apply = outcome->apply.present || outcome->facts.operation == OPERATION_APPLY;
	enum outcome_status status = outcome_status(outcome);

	if (status == STATUS_DENIED)
		return is_apply ? "Apply DENIED by policy" : "Plan DENIED by policy";
	if (status == STATUS_VIOLATES)
		return "Apply VIOLATES policy";
	return is_apply ? "Apply" : "Plan";
}

struct str wording_cut(struct arena *arena, struct str text, size_t max)
{
	struct str line;

	if (text.len == 0)
		return STR_EMPTY;
	/* what nobody sees is not cleaned either: the text may be megabytes of hostile data */
	line = utf8_printable(arena, utf8_cut(text, size_min(text.len, max * 8)), true);
	line = str_trim(line);
	if (line.len <= max)
		return line;
	line = utf8_cut(line, max - (sizeof(ELLIPSIS) - 1));
	return str_format(arena, "%.*s" ELLIPSIS, STR_ARG(line));
}

/* Something of it would be dropped or changed when it is shown. */
static bool is_unseen(struct arena *arena, struct str bytes, uint32_t code)
{
	if (code < 0x80)
		return code < 0x20 || code == 0x7f;
	return !str_eq(bytes, utf8_printable(arena, bytes, true));
}

static void add_seen(struct buf *buf, struct str bytes, uint32_t code)
{
	char escape[UTF8_ESCAPE_MAX];
	bool is_byte = bytes.len == 1;

	if (!is_unseen(buf->arena, bytes, code))
		buf_add(buf, bytes);
	else if (code == '\n' || code == '\r' || code == '\t')
		buf_adds(buf, code == '\n' ? "\\n" : code == '\r' ? "\\r" : "\\t");
	else if (is_byte) /* ASCII, or a byte that is no UTF-8 */
		buf_addf(buf, "\\x%02x", (unsigned)(unsigned char)bytes.ptr[0]);
	else
		buf_add(buf, (struct str){escape, utf8_escape(code, escape)});
}

static void add_name(struct buf *buf, struct str name)
{
	size_t at = 0;

	while (at < name.len && !buf->overflow) {
		size_t start = at;
		uint32_t code = utf8_next(name, &at);

		add_seen(buf, str_from_to(name, start, at), code);
	}
}

/* As much of the beginning as is written in `room` bytes. */
static struct str first_of(struct arena *arena, struct str name, size_t room)
{
	struct str head =
	    utf8_cut(name, size_min(name.len, room)); /* written it is never shorter */
	size_t at = 0, end = 0;
	struct buf buf;

	buf_init(&buf, arena, room);
	while (at < head.len && !buf.overflow) {
		size_t start = at;
		uint32_t code = utf8_next(head, &at);

		add_seen(&buf, str_from_to(head, start, at), code);
		end = buf.overflow ? end : buf.len;
	}
	return str_from_to(buf_str(&buf), 0, end);
}

/* As much of the end. */
static struct str last_of(struct arena *arena, struct str name, size_t room)
{
	struct str tail = str_skip(name, name.len - size_min(name.len, room));
	struct buf buf, one;
	size_t at = 0, dropped = 0; /* of what is written */

	while (tail.len > 0 && ((unsigned char)tail.ptr[0] & 0xc0) == 0x80)
		tail = str_skip(tail, 1);
	buf_init(&buf, arena, 16 * room + 64);
	add_name(&buf, tail);
	while (at < tail.len && buf.len - dropped > room) {
		size_t start = at;
		uint32_t code = utf8_next(tail, &at);

		buf_init(&one, arena, 64);
		add_seen(&one, str_from_to(tail, start, at), code);
		dropped += one.len;
	}
	return str_skip(buf_str(&buf), dropped);
}

/* Both ends, and between them what tells two names apart that differ in the middle only. */
static struct str cut_name(struct arena *arena, struct str name, size_t max)
{
	struct digest digest;
	struct str head, tail, middle;
	size_t room;

	if (max < NAME_ENDS_MIN) {
		head = first_of(arena, name, max - (sizeof(ELLIPSIS) - 1));
		return str_format(arena, "%.*s" ELLIPSIS, STR_ARG(head));
	}
	digest = digest_sha256(name);
	middle = digest_hex(arena, digest.bytes, NAME_DIGEST_BYTES);
	room = max - 2 * (sizeof(ELLIPSIS) - 1) - middle.len;
	tail = last_of(arena, name, room / 2);
	head = first_of(arena, name, room - tail.len);
	return str_format(arena, "%.*s" ELLIPSIS "%.*s" ELLIPSIS "%.*s", STR_ARG(head),
	    STR_ARG(middle), STR_ARG(tail));
}

struct str wording_name(struct arena *arena, struct str name, size_t max)
{
	size_t at = 0;
	struct buf buf;

	while (at < name.len && name.ptr[at] >= 0x20 && name.ptr[at] < 0x7f)
		at++;
	if (at == name.len && at <= max)
		return name;
	if (name.len > max)
		return cut_name(arena, name, max);
	buf_init(&buf, arena, max);
	add_name(&buf, name);
	return buf.overflow ? cut_name(arena, name, max) : buf_str(&buf);
}

struct str wording_action(struct arena *arena, const struct change_head *head)
{
	struct str word = head->action_text;

	return word.len > 0 ? wording_name(arena, word, ACTION_MAX)
			    : STR("the plan names no action");
}

struct str wording_target(struct arena *arena, const struct outcome *outcome)
{
	const struct fact *target = &outcome->facts.target;
	const struct fact *directory = &outcome->facts.directory;
	struct str text = fact_known(target) && target->value.len > 0 ? target->value
			  : fact_known(directory)		      ? directory->value
								      : STR_EMPTY;

	text = wording_name(arena, text, TARGET_MAX);
	return str_is(text, ".") || str_is(text, "./") ? STR_EMPTY : text;
}

struct str wording_exit(struct arena *arena, const struct outcome *outcome)
{
	const struct child_facts *child = &outcome->child;
	struct str command = wording_name(arena, child->command, TARGET_MAX);

	if (child->ran && child->signal > 0)
		return str_format(
		    arena, "'%.*s' was ended by signal %d", STR_ARG(command), child->signal);
	if (child_failed(outcome, outcome->facts.operation))
		return str_format(
		    arena, "'%.*s' ended with status %d", STR_ARG(command), child->status);
	/* 2 of plan -detailed-exitcode says that there are changes: the headline says it too */
	if (outcome->exit_status == 0 || (outcome->exit_status == 2 && child->status == 2 &&
					     !outcome_status_is_failure(outcome_status(outcome))))
		return STR_EMPTY;
	/* what could not be read is told as the problem already, what is denied in the headline,
	 * and why there is no verdict with the policies */
	if (str_eq(outcome->exit_reason, outcome->problem) ||
	    str_eq(outcome->exit_reason, outcome->verdict.withheld) ||
	    outcome_status(outcome) == STATUS_DENIED || outcome_status(outcome) == STATUS_VIOLATES)
		return STR_EMPTY;
	return wording_cut(arena, outcome->exit_reason, EXIT_MAX);
}

struct str wording_last_lines(struct str text, size_t max)
{
	size_t from, line;

	text = str_trim_end(text);
	if (text.len <= max)
		return text;
	from = text.len - max;
	/* the rest of a line that is cut is left out, unless it is all there is */
	line = from;
	while (line < text.len && text.ptr[line - 1] != '\n')
		line++;
	if (line < text.len)
		return str_skip(text, line);
	while (from < text.len && ((unsigned char)text.ptr[from] & 0xc0) == 0x80)
		from++;
	return str_skip(text, from);
}

void wording_count(struct buf *buf, size_t count)
{
	char digits[32];
	size_t at = sizeof(digits);

	for (size_t i = 0; i == 0 || count > 0; i++, count /= 10) {
		if (i > 0 && i % 3 == 0)
			digits[--at] = ',';
		digits[--at] = "0123456789"[count % 10];
	}
	buf_add(buf, (struct str){digits + at, sizeof(digits) - at});
}

void wording_things(struct buf *buf, size_t count, const char *one, const char *many)
{
	wording_count(buf, count);
	buf_addc(buf, ' ');
	buf_adds(buf, count == 1 ? one : many);
}

static const char *known_reason(struct str reason)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (str_is(reason, reasons[i].word))
			return reasons[i].text;
	}
	return NULL;
}

bool wording_reason_is_known(struct str reason)
{
	return known_reason(reason) != NULL;
}

struct str wording_reason(struct arena *arena, struct str reason)
{
	const char *known = known_reason(reason);
	struct str text;
	char *bytes;

	if (known)
		return str_from(known);
	text = wording_cut(arena, reason, 100);
	bytes = str_to_c(arena, text);
	for (size_t i = 0; i < text.len; i++)
		if (bytes[i] == '_')
			bytes[i] = ' ';
	return (struct str){bytes, text.len};
}

/* A string in quotes: JSON's escapes for what would not be seen or would break the line. */
static void add_character(struct buf *buf, struct str bytes, uint32_t code)
{
	char escape[UTF8_ESCAPE_MAX];
	struct str clean;

	if (code == '"' || code == '\\') {
		buf_addf(buf, "\\%c", (int)code);
	} else if (code == '\n') {
		buf_adds(buf, "\\n");
	} else if (code == '\t') {
		buf_adds(buf, "\\t");
	} else if (code >= 0x20 && code < 0x7f) {
		buf_addc(buf, (char)code);
	} else {
		clean = utf8_printable(buf->arena, bytes, false);
		if (str_eq(bytes, clean) || code == 0xfffd)
			buf_add(buf, clean);
		else
			buf_add(buf, (struct str){escape, utf8_escape(code, escape)});
	}
}

void wording_string(struct buf *buf, struct str text, size_t from, size_t max)
{
	struct str rest = str_skip(text, size_min(from, text.len));
	struct str shown = utf8_cut(rest, size_min(rest.len, max));
	size_t at = 0;

	buf_adds(buf, from > 0 ? "\"" ELLIPSIS : "\"");
	while (at < shown.len) {
		size_t start = at;
		uint32_t code = utf8_next(shown, &at);

		add_character(buf, str_from_to(shown, start, at), code);
	}
	buf_adds(buf, shown.len < rest.len ? ELLIPSIS "\"" : "\"");
}

static void add_quoted(struct buf *buf, struct str text, size_t end)
{
	wording_string(buf, text, 0, end > buf->len ? end - buf->len : 0);
}

static void add_value(struct buf *buf, const struct value *value, size_t end);

static void add_list(struct buf *buf, const struct value *list, size_t end)
{
	buf_addc(buf, '[');
	for (size_t i = 0; i < list->len; i++) {
		buf_adds(buf, i > 0 ? ", " : "");
		if (buf->len >= end) {
			buf_addf(buf, ELLIPSIS " %zu more", list->len - i);
			break;
		}
		add_value(buf, &list->as.items[i], end);
	}
	buf_addc(buf, ']');
}

static void add_map(struct buf *buf, const struct value *map, size_t end)
{
	buf_addc(buf, '{');
	for (size_t i = 0; i < map->len; i++) {
		struct str key = value_text(map->as.entries[i].key);

		buf_adds(buf, i > 0 ? ", " : "");
		/* a key is whole, or it would be another one */
		if (buf->len >= end || key.len > end - buf->len) {
			buf_addf(buf, ELLIPSIS " %zu more", map->len - i);
			break;
		}
		add_quoted(buf, key, end);
		buf_adds(buf, ": ");
		add_value(buf, &map->as.entries[i].value, end);
	}
	buf_addc(buf, '}');
}

static void add_value(struct buf *buf, const struct value *value, size_t end)
{
	switch ((enum value_kind)value->kind) {
	case VALUE_NULL:
		buf_adds(buf, "null");
		break;
	case VALUE_BOOL:
		buf_adds(buf, value->as.boolean ? "true" : "false");
		break;
	case VALUE_INT:
		buf_addf(buf, "%lld", (long long)value->as.integer);
		break;
	case VALUE_NUMBER:
		buf_add(buf, utf8_cut(value_text(*value), size_min(value->len, 100)));
		break;
	case VALUE_STRING:
		add_quoted(buf, value_text(*value), end);
		break;
	case VALUE_LIST:
		add_list(buf, value, end);
		break;
	case VALUE_MAP:
		add_map(buf, value, end);
		break;
	case VALUE_UNKNOWN:
		buf_adds(buf, SHOWN_UNKNOWN);
		break;
	case VALUE_HIDDEN:
		buf_adds(buf, SHOWN_SENSITIVE);
		break;
	}
}

void wording_value(struct buf *buf, struct shown value, size_t max)
{
	add_value(buf, &value.value, buf->len + max);
}

struct str wording_fingerprint(struct arena *arena, const struct outcome *outcome)
{
	const struct plan_fingerprint *fingerprint = &outcome->fingerprint;
	struct buf buf;

	buf_init(&buf, arena, 200);
	if (fingerprint->text.len == 0 || fingerprint->count == 0 || outcome->apply.present)
		return STR_EMPTY;
	buf_add(&buf, fingerprint->text);
	if (fingerprint->hidden_left_out > 0) {
		buf_adds(&buf, " (");
		wording_things(&buf, fingerprint->hidden_left_out, "hidden value is not in it",
		    "hidden values are not in it");
		buf_addc(&buf, ')');
	}
	return buf_str(&buf);
}
