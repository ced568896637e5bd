/* Rules in SARIF: what a person reads beside a finding in code scanning. */
#include "report/sarif_rules.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json_write.h"
#include "base/utf8.h"
#include "policies/ruleset.h"
#include "report/finding_text.h"
#include "report/markdown.h"
#include "report/wording.h"

#define TEXT_MAX ((size_t)16 << 10)
#define LINE_MAX ((size_t)1000)

static const char *const levels[] = {
    [LEVEL_INFO] = "note",
    [LEVEL_WARN] = "warning",
    [LEVEL_DENY] = "error",
};

/* What GitHub shows of rules that are about no security number. */
static const char *const severities[] = {
    [LEVEL_INFO] = "recommendation",
    [LEVEL_WARN] = "warning",
    [LEVEL_DENY] = "error",
};

const char *sarif_level(enum level level)
{
	return levels[level];
}

static char byte_at(struct str text, size_t i)
{
	if (i < text.len)
		return text.ptr[i];
	return '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "[x](y)" would be a link, "{0}" an argument: https://docs.oasis-open.org/sarif 3.11.5 and 3.11.6.
 * Those who show SARIF do not agree on escapes; text that is neither is the same everywhere. */
struct str sarif_text(struct arena *arena, struct str text)
{
	struct buf buf;

	buf_init(&buf, arena, text.len * 2 + 1);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i], next = byte_at(text, i + 1);

		buf_addc(&buf, c);
		if ((c == ']' && next == '(') || (c == '{' && is_digit(next)))
			buf_addc(&buf, ' ');
	}
	return buf_str(&buf);
}

/* --- tools --- */

/* "tflint 0.50" -> "tflint": a last word that begins like a version is one. */
struct str sarif_tool(const struct finding *finding)
{
	struct str tool = finding->tool;
	size_t at = tool.len;

	while (at > 0 && tool.ptr[at - 1] != ' ')
		at--;
	if (at > 1 && at < tool.len && is_digit(tool.ptr[tool.ptr[at] == 'v' ? at + 1 : at]))
		tool.len = at - 1;
	return tool;
}

struct str sarif_rule_id(const struct finding *finding)
{
	struct str id = finding->rule_id;
	size_t at;

	if (finding->tool.len > 0 && str_find_char(id, ':', &at) && at + 1 < id.len)
		id = str_skip(id, at + 1);
	return id;
}

/* --- collecting --- */

static int by_id(const void *a, const void *b)
{
	const struct sarif_rule *left = a, *right = b;
	int order = str_cmp(left->id, right->id);

	/* rules before findings, which know less of it */
	return order != 0 ? order : (left->rule == NULL) - (right->rule == NULL);
}

static size_t count_room(const struct checked *checked)
{
	size_t room = 0;

	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++)
		room += checked_verdict(checked, i)->finding_count;
	for (size_t i = 0; checked->rulesets && i < checked->count; i++)
		room += checked->rulesets[i] ? checked->rulesets[i]->rule_count : 0;
	return room;
}

static void add_rulesets(const struct checked *checked, struct sarif_rules *rules)
{
	for (size_t i = 0; checked->rulesets && i < checked->count; i++) {
		const struct ruleset *ruleset = checked->rulesets[i];

		for (size_t k = 0; ruleset && k < ruleset->rule_count; k++) {
			const struct rule *rule = &ruleset->rules[k];

			rules->items[rules->count++] =
			    (struct sarif_rule){.id = rule->id, .rule = rule};
		}
	}
}

static void add_findings(const struct verdict *verdict, struct str tool, struct sarif_rules *rules)
{
	for (size_t i = 0; i < verdict->finding_count; i++) {
		const struct finding *finding = &verdict->findings[i];

		if (str_eq(sarif_tool(finding), tool))
			rules->items[rules->count++] =
			    (struct sarif_rule){sarif_rule_id(finding), finding->rule, finding};
	}
}

static void keep_one_each(struct sarif_rules *rules)
{
	size_t kept = 0;

	for (size_t i = 0; i < rules->count; i++) {
		if (kept > 0 && str_eq(rules->items[kept - 1].id, rules->items[i].id))
			continue;
		rules->items[kept++] = rules->items[i];
	}
	rules->count = kept;
}

void sarif_rules_collect(
    struct arena *arena, const struct checked *checked, struct str tool, struct sarif_rules *out)
{
	*out = (struct sarif_rules){0};
	out->items = arena_array(arena, struct sarif_rule, count_room(checked) + 1);
	if (tool.len == 0)
		add_rulesets(checked, out);
	for (size_t i = 0; i < CHECKED_VERDICTS(checked); i++)
		add_findings(checked_verdict(checked, i), tool, out);
	qsort(out->items, out->count, sizeof(*out->items), by_id);
	keep_one_each(out);
}

size_t sarif_rules_index(const struct sarif_rules *rules, struct str id)
{
	size_t from = 0, to = rules->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (str_cmp(rules->items[middle].id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* --- writing --- */

/* What is said of a rule, from the rule or from what a finding keeps of it. */
struct rule_words {
	struct str title, description, remediation, url, pack;
	struct policy_place place;
	enum level level;
	struct policy_names owners;
};

static struct rule_words words_of(const struct sarif_rule *rule)
{
	const struct finding *finding = rule->finding;
	const struct rule *source = rule->rule;

	if (source)
		return (struct rule_words){source->title, source->description, source->remediation,
		    source->url, source->pack, source->place, source->level, source->owners};
	return (struct rule_words){.title = finding->title,
	    .description = finding->description,
	    .remediation = finding->remediation,
	    .url = finding->url,
	    .pack = STR_EMPTY,
	    .place = finding->place,
	    .level = finding->rule_level};
}

/* db-protect -> DbProtect: how code scanning names rules. */
static struct str pascal_name(struct arena *arena, struct str id)
{
	struct buf buf;
	bool starts = true;

	buf_init(&buf, arena, id.len + 1);
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];
		bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';

		if (starts && lower)
			c = (char)(c - 'a' + 'A');
		if (lower || upper || is_digit(c))
			buf_addc(&buf, c);
		starts = !(lower || upper || is_digit(c));
	}
	return buf_str(&buf);
}

static void field_message(
    struct arena *arena, struct jsonw *writer, const char *key, struct str text)
{
	jsonw_key(writer, key);
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "text", sarif_text(arena, text));
	jsonw_end_object(writer);
}

static bool is_uri(struct str url)
{
	static const struct str refused = STR_INIT(" \"<>\\^`{|}");
	size_t at;

	if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
		return false;
	for (size_t i = 0; i < url.len; i++) {
		if ((unsigned char)url.ptr[i] <= ' ' || (unsigned char)url.ptr[i] >= 0x7f ||
		    str_find_char(refused, url.ptr[i], &at))
			return false;
	}
	return url.len < LINE_MAX;
}

static void add_paragraph(struct buf *buf, bool markdown, const char *label, struct str text)
{
	text = str_trim(utf8_printable(buf->arena, utf8_cut(text, TEXT_MAX), false));
	if (text.len == 0)
		return;
	buf_adds(buf, buf_str(buf).len > 0 ? "\n\n" : "");
	if (markdown) {
		buf_addf(buf, *label ? "**%s** " : "%s", label);
		markdown_text(buf, text);
	} else {
		buf_addf(buf, *label ? "%s " : "%s", label);
		buf_add(buf, text);
	}
}

static struct str place_text(struct arena *arena, const struct policy_place *place)
{
	if (place->file.len == 0)
		return STR_EMPTY;
	if (place->line == 0)
		return place->file;
	return str_format(arena, "%.*s:%d", STR_ARG(place->file), place->line);
}

static struct str help_text(struct arena *arena, const struct rule_words *words, bool markdown)
{
	struct buf buf;

	buf_init(&buf, arena, TEXT_MAX * 16);
	add_paragraph(&buf, markdown, "", words->title);
	add_paragraph(&buf, markdown, "Why:", words->description);
	add_paragraph(&buf, markdown, "How to fix:", words->remediation);
	add_paragraph(&buf, markdown, "Rule:", place_text(arena, &words->place));
	if (words->owners.count > 0)
		add_paragraph(&buf, markdown, "Owner:", words->owners.items[0]);
	return buf_str(&buf);
}

/* GitHub wants one of every rule. */
static void write_help(struct arena *arena, struct jsonw *writer, const struct rule_words *words)
{
	struct str text = help_text(arena, words, false);

	jsonw_key(writer, "help");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "text",
	    text.len > 0 ? sarif_text(arena, text) : STR("There is no more about this rule."));
	if (text.len > 0)
		jsonw_field_str(writer, "markdown", help_text(arena, words, true));
	jsonw_end_object(writer);
}

static void write_properties(struct jsonw *writer, const struct rule_words *words, bool imported)
{
	jsonw_key(writer, "properties");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "problem.severity", str_from(severities[words->level]));
	if (!imported)
		jsonw_field_str(writer, "precision", STR("very-high"));
	jsonw_key(writer, "tags");
	jsonw_begin_flat_array(writer);
	jsonw_c(writer, "terraform");
	jsonw_c(writer, imported ? "imported" : "policy");
	if (words->pack.len > 0)
		jsonw_str(writer, words->pack);
	jsonw_end_array(writer);
	jsonw_end_object(writer);
}

static void write_rule(struct arena *arena, struct jsonw *writer, const struct sarif_rule *rule)
{
	struct rule_words words = words_of(rule);
	struct str id = wording_name(arena, rule->id, LINE_MAX);
	struct str name = pascal_name(arena, id);
	struct str title = wording_cut(arena, words.title, LINE_MAX);
	struct str description =
	    str_trim(utf8_printable(arena, utf8_cut(words.description, TEXT_MAX), false));

	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "id", id);
	if (name.len > 0 && !str_eq_nocase(name, id))
		jsonw_field_str(writer, "name", name);
	field_message(arena, writer, "shortDescription", title.len > 0 ? title : id);
	field_message(arena, writer, "fullDescription",
	    description.len > 0 ? description
	    : title.len > 0	? title
				: id);
	write_help(arena, writer, &words);
	if (is_uri(words.url))
		jsonw_field_str(writer, "helpUri", words.url);
	jsonw_key(writer, "defaultConfiguration");
	jsonw_begin_flat_object(writer);
	jsonw_field_str(writer, "level", str_from(sarif_level(words.level)));
	jsonw_end_object(writer);
	write_properties(writer, &words, rule->rule == NULL && rule->finding->tool.len > 0);
	jsonw_end_object(writer);
}

void sarif_rules_write(const struct sarif_rules *rules, struct jsonw *writer)
{
	struct arena *scratch CLEANUP(arena_free_ptr) = arena_new();
	struct arena_mark mark = arena_save(scratch);

	jsonw_key(writer, "rules");
	jsonw_begin_array(writer);
	for (size_t i = 0; i < rules->count && i < SARIF_RULES_MAX; i++) {
		write_rule(scratch, writer, &rules->items[i]);
		arena_rewind(scratch, mark);
	}
	jsonw_end_array(writer);
}
