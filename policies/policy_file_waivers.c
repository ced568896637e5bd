/* `waivers:`. What is wrong with one is kept in it: it is not applied, and listed. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "policies/date.h"
#include "policies/policy_reader.h"

#define WAIVERS_MAX 10000
#define PROBLEM_MAX ((size_t)2048)

static void read_expires(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct waiver *waiver = into;
	int64_t first;

	if (!scalar_text(reader->arena, *node, &waiver->expires_text))
		waiver->expires_text = STR_EMPTY;
	if (reader_date(reader, key, node, &first))
		waiver->expires = first + DATE_DAY;
}

static void read_value_print(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct waiver *waiver = into;
	struct str text;

	if (!reader_text(reader, key, node, &text))
		return;
	if (str_starts(text, STR("vf1:")) && text.len > 4)
		waiver->value = text;
	else
		reader_problem(reader, node,
		    "'%s' must be a fingerprint that begins with 'vf1:', as 'tfherald policy "
		    "waive' writes it",
		    key);
}

#define AT(field) offsetof(struct waiver, field)
static const struct policy_key waiver_keys[] = {
    {"rule", FIELD_TEXT, AT(rule), NULL, NULL, 0},
    {"resource", FIELD_TEXT, AT(resource), NULL, NULL, 0},
    {"value", FIELD_OTHER, 0, NULL, read_value_print, 0},
    {"reason", FIELD_TEXT, AT(reason), NULL, NULL, 0},
    {"ticket", FIELD_TEXT, AT(ticket), NULL, NULL, 0},
    {"approved_by", FIELD_TEXT, AT(approved_by), NULL, NULL, 0},
    {"expires", FIELD_OTHER, 0, NULL, read_expires, 0},
    {NULL, FIELD_OTHER, 0, NULL, NULL, 0},
};
#undef AT

static void check_needed(struct policy_reader *reader, const struct value *node)
{
	static const char *const needed[] = {"rule", "resource", "reason", "expires"};

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (!value_get_c(*node, needed[i]))
			reader_problem(reader, node, "'%s' is missing", needed[i]);
}

static void read_waiver(struct policy_reader *reader, const struct value *node, struct waiver *out)
{
	struct buf why;
	struct err err = {0};

	out->rule = out->resource = out->value = out->reason = out->ticket = out->approved_by =
	    out->expires_text = out->problem = STR_EMPTY;
	out->directory = reader->file->directory;
	out->place = reader_place(reader, node);
	buf_init(&why, reader->arena, PROBLEM_MAX);
	reader->instead = &why;
	if (reader_map(reader, node, "a waiver", waiver_keys, out))
		check_needed(reader, node);
	reader->instead = NULL;
	if (buf_str(&why).len > 0 && !buf_finish(&why, &out->problem, &err))
		out->problem = STR("too much is wrong with it to list it all");
}

void read_waivers(
    struct policy_reader *reader, const char *key, const struct value *node, void *into)
{
	struct policy_file *file = into;

	if (!reader_list(reader, key, node))
		return;
	if (node->len > WAIVERS_MAX) {
		reader_problem(reader, node, "%u waivers in one file; at most %d are taken",
		    node->len, WAIVERS_MAX);
		return;
	}
	file->waivers = arena_array(reader->arena, struct waiver, node->len);
	file->waiver_count = node->len;
	for (uint32_t i = 0; i < node->len; i++)
		read_waiver(reader, &node->as.items[i], &file->waivers[i]);
}
