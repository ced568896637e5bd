#include "cmd/pack_docs.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "policies/policy_file.h"

#define PACK_MAX ((size_t)4 << 20)

NODISCARD static bool read_pack(
    struct arena *arena, const char *path, struct policy_file *out, struct err *err)
{
	struct policy_problems *problems = arena_make(arena, struct policy_problems);
	struct str text;

	policy_problems_init(problems, arena);
	if (!file_read(arena, path, PACK_MAX, &text, err))
		return false;
	policy_file_read(arena, POLICY_PACK, str_from(path), text, out, problems);
	if (problems->count > 0) {
		*err = problems->items[0];
		return false;
	}
	return out->pack_name.len > 0 || err_set_at(err, ERR_INVALID, path, 0, 0,
					     "is no pack: it has no 'pack: {name: ...}'");
}

static struct str pack_title(const struct policy_file *file)
{
	const struct value *pack = value_get_c(yaml_root(file->yaml), "pack");

	return pack ? value_get_str(*pack, "title") : STR_EMPTY;
}

/* Texts stand between other Markdown: lines that were folded become one paragraph. */
static void paragraph(struct buf *buf, const char *before, struct str text)
{
	if (text.len == 0)
		return;
	buf_adds(buf, before);
	buf_add(buf, str_trim(text));
	buf_adds(buf, "\n\n");
}

/* --- what stands in the file --- */

/* The last line of a list's item: what follows is indented less, or is the next one. */
static int last_line(const struct yaml *yaml, int first, size_t indent)
{
	int last = first, silent = 0;

	for (int at = first + 1; silent < 100; at++) {
		struct str line = yaml_line(yaml, at);

		if (yaml_line_says_nothing(line)) {
			silent++; /* also the end of the file, which has empty lines for ever */
			continue;
		}
		if (yaml_line_indent(line) <= indent)
			break;
		last = at;
		silent = 0;
	}
	return last;
}

static void add_item(struct buf *buf, const struct yaml *yaml, int first)
{
	size_t indent = yaml_line_indent(yaml_line(yaml, first));
	int last = last_line(yaml, first, indent);

	for (int at = first; at <= last; at++) {
		struct str line = yaml_line(yaml, at);

		buf_add(
		    buf, str_trim_end(str_skip(line,
			     yaml_line_indent(line) < indent ? yaml_line_indent(line) : indent)));
		buf_addc(buf, '\n');
	}
}

/* --- one rule --- */

static size_t add_tests(struct buf *buf, const struct policy_file *file, const struct rule *rule)
{
	size_t count = 0;

	for (size_t i = 0; i < file->test_count; i++) {
		const struct policy_test *test = &file->tests[i];

		if (!str_eq(test->rule, rule->id))
			continue;
		if (count++ == 0)
			buf_adds(buf, "Examples, which are its tests:\n\n```yaml\n");
		add_item(buf, file->yaml, test->place.line);
	}
	if (count > 0)
		buf_adds(buf, "```\n");
	return count;
}

static void add_rule(struct buf *buf, const struct policy_file *file, const struct rule *rule)
{
	buf_addf(buf, "\n## %.*s\n\n", STR_ARG(rule->id));
	if (rule->title.len > 0)
		buf_addf(buf, "**%.*s.** ", STR_ARG(rule->title));
	buf_addf(buf, "Level `%s`", level_name(rule->level));
	if (rule->scope != SCOPE_RESOURCE)
		buf_addf(buf, ", scope `%s`", rule_scope_name(rule->scope));
	if (!rule->waivable)
		buf_adds(buf, ", cannot be waived");
	buf_adds(buf, ".\n\n");
	paragraph(buf, "", rule->description);
	paragraph(buf, "How to fix it: ", rule->remedy.text);
	if (rule->url.len > 0)
		buf_addf(buf, "See <%.*s>.\n\n", STR_ARG(rule->url));
	buf_adds(buf, "```yaml\n");
	add_item(buf, file->yaml, rule->place.line);
	buf_adds(buf, "```\n\n");
	(void)add_tests(buf, file, rule);
}

/* A key of the file with everything below it, as it stands there. */
static void add_section(
    struct buf *buf, const struct policy_file *file, const char *key, const char *about)
{
	struct value root = yaml_root(file->yaml);

	for (uint32_t i = 0; root.kind == VALUE_MAP && i < root.len; i++) {
		const struct value *node = &root.as.entries[i].key;

		if (!str_is(value_text(*node), key))
			continue;
		buf_addf(buf, "\n%s\n\n```yaml\n", about);
		add_item(buf, file->yaml, yaml_position(file->yaml, node).line);
		buf_adds(buf, "```\n");
	}
}

static void add_row(struct buf *buf, const struct rule *rule, const char *page)
{
	buf_addf(buf, "| [%.*s](%s#%.*s) | %s | ", STR_ARG(rule->id), page, STR_ARG(rule->id),
	    level_name(rule->level));
	for (size_t i = 0; i < rule->title.len; i++) {
		if (rule->title.ptr[i] == '|')
			buf_addc(buf, '\\');
		buf_addc(buf, rule->title.ptr[i]);
	}
	buf_adds(buf, " |\n");
}

static void add_table(struct buf *buf, const struct policy_file *file, const char *page)
{
	buf_adds(buf, "| rule | level | what holds |\n|---|---|---|\n");
	for (size_t i = 0; i < file->rule_count; i++)
		add_row(buf, &file->rules[i], page);
}

bool pack_docs_page(struct buf *buf, const char *path, struct err *err)
{
	struct policy_file file;

	if (!read_pack(buf->arena, path, &file, err))
		return false;
	buf_addf(buf, "# %.*s: %.*s\n\nMade from `policies/packs/%.*s.yaml` by `make docs`.\n\n",
	    STR_ARG(file.pack_name), STR_ARG(pack_title(&file)), STR_ARG(file.pack_name));
	buf_addf(buf, "```yaml\nuse: [\"pack:%.*s@%.*s\"]\n```\n\n", STR_ARG(file.pack_name),
	    STR_ARG(file.pack_version));
	add_table(buf, &file, "");
	add_section(buf, &file, "params",
	    "## Params\n\nA directory sets another value under `params:`; a locked one only in its "
	    "direction.");
	add_section(
	    buf, &file, "variables", "## Variables\n\nWhat several rules of this pack ask for.");
	for (size_t i = 0; i < file.rule_count; i++)
		add_rule(buf, &file, &file.rules[i]);
	return true;
}

bool pack_docs_index(struct buf *buf, const char *const *paths, size_t count, struct err *err)
{
	buf_adds(buf,
	    "# Packs\n\nRules that ship with tfherald. A pack is pinned: rules that a newer "
	    "version adds only warn until\nthe pin moves. `override:` changes the level of a "
	    "rule or switches it off; `params:` sets what a\nrule compares with.\n");
	for (size_t i = 0; i < count; i++) {
		struct policy_file file;

		if (!read_pack(buf->arena, paths[i], &file, err))
			return false;
		buf_addf(buf, "\n## [%.*s](%.*s.md)\n\n%.*s; %zu rules.\n\n",
		    STR_ARG(file.pack_name), STR_ARG(file.pack_name), STR_ARG(pack_title(&file)),
		    file.rule_count);
		add_table(
		    buf, &file, str_format(buf->arena, "%.*s.md", STR_ARG(file.pack_name)).ptr);
	}
	return true;
}
