#include "cmd/waiver_file.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "cmd/yaml_write.h"

#define FILE_BYTES_MAX ((size_t)4 << 20)
#define INDENT	       2

static void add_field(struct buf *buf, const char *key, struct str text, size_t indent)
{
	if (text.len == 0)
		return;
	buf_repeat(buf, ' ', indent);
	buf_addf(buf, "%s: ", key);
	yaml_add_text(buf, text);
	buf_addc(buf, '\n');
}

/* A finding about the whole plan has no address, and a waiver has to name something. */
static struct str resource_text(const struct waiver *waiver)
{
	return waiver->resource.len > 0 ? waiver->resource : STR("*");
}

void waiver_write(struct buf *buf, const struct waiver *waiver, size_t indent)
{
	buf_repeat(buf, ' ', indent);
	buf_adds(buf, "- rule: ");
	yaml_add_text(buf, waiver->rule);
	buf_addc(buf, '\n');
	add_field(buf, "resource", resource_text(waiver), indent + 2);
	add_field(buf, "value", waiver->value, indent + 2);
	add_field(buf, "reason", waiver->reason, indent + 2);
	add_field(buf, "ticket", waiver->ticket, indent + 2);
	add_field(buf, "approved_by", waiver->approved_by, indent + 2);
	buf_repeat(buf, ' ', indent + 2);
	/* a date: digits and dashes */
	buf_addf(buf, "expires: %.*s\n", STR_ARG(waiver->expires_text));
}

/* --- where --- */

/* What is put in: at a place, behind `before`, in place of the `skip` bytes that stand there. */
struct insertion {
	size_t at, skip, indent;
	const char *before;
};

static size_t line_start(struct str text, int line)
{
	size_t at = 0;

	for (int i = 1; i < line && at < text.len; at++)
		i += text.ptr[at] == '\n';
	return at;
}

static size_t line_end(struct str text, size_t at)
{
	while (at < text.len && text.ptr[at] != '\n')
		at++;
	return at < text.len ? at + 1 : at;
}

/* The end of a block list whose dashes stand `indent` blanks in, from a line inside of it. */
static size_t list_end(struct str text, size_t at, size_t indent)
{
	size_t end = line_end(text, at);

	for (at = end; at < text.len; at = line_end(text, at)) {
		struct str line = str_from_to(text, at, line_end(text, at));
		size_t own = yaml_line_indent(line);

		if (yaml_line_says_nothing(line))
			continue;
		if (own < indent || (own == indent && line.ptr[own] != '-'))
			break;
		end = line_end(text, at);
	}
	return end;
}

static bool into_list(
    const struct yaml *yaml, struct str text, struct value list, struct insertion *out)
{
	int first = yaml_position(yaml, &list.as.items[0]).line;
	int last = yaml_position(yaml, &list.as.items[list.len - 1]).line;
	struct str line = yaml_line(yaml, first);

	out->indent = yaml_line_indent(line);
	if (out->indent == line.len || line.ptr[out->indent] != '-')
		return false;
	out->at = list_end(text, line_start(text, last), out->indent);
	return true;
}

/* `waivers:` with nothing in it, or []. */
static bool into_empty(
    const struct yaml *yaml, struct str text, const struct value *key, struct insertion *out)
{
	int number = yaml_position(yaml, key).line;
	struct str line = str_trim(yaml_line(yaml, number));

	if (!str_is(line, "waivers:") && !str_is(line, "waivers: []"))
		return false;
	out->at = line_start(text, number);
	out->skip = line_end(text, out->at) - out->at;
	out->before = "waivers:\n";
	out->indent = INDENT;
	return true;
}

static const struct value_entry *find_entry(struct value root)
{
	for (uint32_t i = 0; root.kind == VALUE_MAP && i < root.len; i++) {
		if (str_is(value_text(root.as.entries[i].key), "waivers"))
			return root.as.entries + i;
	}
	return NULL;
}

static bool find_place(const struct yaml *yaml, struct str text, struct insertion *out)
{
	const struct value_entry *entry = find_entry(yaml_root(yaml));

	*out = (struct insertion){.at = text.len, .indent = INDENT, .before = "waivers:\n"};
	if (!entry)
		return true;
	out->before = "";
	if (entry->value.kind == VALUE_LIST && entry->value.len > 0)
		return into_list(yaml, text, entry->value, out);
	return into_empty(yaml, text, &entry->key, out);
}

/* --- text --- */

static bool has_windows_lines(struct str text)
{
	size_t at;

	return str_find_char(text, '\n', &at) && at > 0 && text.ptr[at - 1] == '\r';
}

static void add_lines(struct buf *buf, struct str lines, bool windows)
{
	struct str line;

	while (str_line(&lines, &line)) {
		buf_add(buf, line);
		buf_adds(buf, windows ? "\r\n" : "\n");
	}
}

NODISCARD static bool extend(struct arena *arena, struct str text,
    const struct insertion *insertion, struct str added, struct str *out, struct err *err)
{
	bool windows = has_windows_lines(text);
	struct buf buf;

	buf_init(&buf, arena, FILE_BYTES_MAX);
	buf_add(&buf, str_from_to(text, 0, insertion->at));
	if (insertion->at > 0 && text.ptr[insertion->at - 1] != '\n')
		buf_adds(&buf, windows ? "\r\n" : "\n");
	add_lines(&buf, str_from(insertion->before), windows);
	add_lines(&buf, added, windows);
	buf_add(&buf, str_skip(text, insertion->at + insertion->skip));
	return buf_finish(&buf, out, err);
}

static bool is_same(const struct waiver *a, const struct waiver *b)
{
	return str_eq(a->rule, b->rule) && str_eq(resource_text(a), resource_text(b)) &&
	       str_eq(a->value, b->value) && str_eq(a->reason, b->reason) &&
	       str_eq(a->ticket, b->ticket) && str_eq(a->approved_by, b->approved_by) &&
	       str_eq(a->expires_text, b->expires_text);
}

static bool holds(const struct policy_file *file, const struct waiver *waiver)
{
	for (size_t i = 0; i < file->waiver_count; i++) {
		if (is_same(&file->waivers[i], waiver))
			return true;
	}
	return false;
}

NODISCARD static bool read_file(
    struct arena *arena, struct str name, struct str text, struct policy_file *out, struct err *err)
{
	struct policy_problems *problems = arena_make(arena, struct policy_problems);

	policy_problems_init(problems, arena);
	policy_file_read(arena, POLICY_WAIVERS, name, text, out, problems);
	if (problems->count > 0)
		*err = problems->items[0];
	return problems->count == 0;
}

/* Everything that was there is still there, and what was added reads as what was meant. */
static bool check(struct arena *arena, struct str text, const struct policy_file *before,
    const struct waiver_list *list)
{
	struct policy_file after;
	struct err ignored = {0};
	bool ok = read_file(arena, STR("new"), text, &after, &ignored) &&
		  after.waiver_count == before->waiver_count + list->count;

	for (size_t i = 0; ok && i < before->waiver_count; i++)
		ok = holds(&after, &before->waivers[i]);
	for (size_t i = 0; ok && i < list->count; i++)
		ok = holds(&after, &list->items[i]);
	return ok;
}

bool waiver_file_add(struct arena *arena, struct str name, struct str text,
    const struct waiver_list *list, struct str *out, struct err *err)
{
	struct insertion insertion = {.indent = INDENT};
	struct policy_file before;
	struct buf buf;
	bool placed;

	if (str_trim(text).len == 0)
		text = STR("version: 1\n");
	if (!read_file(arena, name, text, &before, err))
		return err_context(err, "cannot be extended");
	placed = find_place(before.yaml, text, &insertion);
	buf_init(&buf, arena, FILE_BYTES_MAX);
	for (size_t i = 0; i < list->count; i++)
		waiver_write(&buf, &list->items[i], insertion.indent);
	if (placed && !extend(arena, text, &insertion, buf_str(&buf), out, err))
		return false;
	if (placed && check(arena, *out, &before, list))
		return true;
	return err_set_at(err, ERR_INVALID, str_to_c(arena, name), 0, 0,
	    "cannot be extended as it is written; 'waivers:' has to be a list with one '- rule: "
	    "...' a line");
}
