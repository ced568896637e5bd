#include "parser/address.h"
#include "parser/plan_text.h"

/* "(tainted) (new resource required)" */
static struct str legacy_reason(struct str tags)
{
	if (str_contains(tags, STR("(tainted)")))
		return STR("replace_because_tainted");
	if (str_contains(tags, STR("(new resource required)")))
		return STR("replace_because_cannot_update");
	return STR_EMPTY;
}

/* "(deposed #0)", "(deposed)" */
static struct str legacy_deposed(struct str tags)
{
	size_t at, close;

	if (!str_find(tags, STR("(deposed"), &at))
		return STR_EMPTY;
	tags = str_skip(tags, at + STR("(").len);
	if (!str_find_char(tags, ')', &close))
		return STR_EMPTY;
	tags.len = close;
	if (str_eat(&tags, STR("deposed ")))
		return tags;
	return STR("deposed");
}

/* "  + aws_x.y", "-/+ aws_x.y (new resource required)", " <= data.aws_x.y" */
static bool legacy_recognise(struct str line, struct change_head *head, struct str *tags)
{
	size_t indent = text_indent(line), space, len;
	struct str rest = str_skip(line, indent);

	if (indent > 2 || !str_find_char(rest, ' ', &space) ||
	    !phrase_symbol(str_from_to(rest, 0, space), &head->action))
		return false;
	rest = str_skip(rest, space + 1);
	if (!address_scan(rest, &len))
		return false;
	head->address = str_from_to(rest, 0, len);
	*tags = str_trim_end(str_skip(rest, len));
	return tags->len == 0 || str_starts(*tags, STR(" ("));
}

bool text_read_legacy(struct text_reader *reader, struct str line)
{
	struct change_head head = {0};
	struct change_row *row;
	struct str tags;

	if (!reader->legacy || !legacy_recognise(line, &head, &tags))
		return false;
	block_read_legacy(reader);
	row = plan_build_row(&reader->build, CHANGES_RESOURCE);
	row->head.address = head.address;
	row->head.action = head.action;
	row->head.reason = legacy_reason(tags);
	row->head.deposed = legacy_deposed(tags);
	row->body = text_since(reader, line.ptr);
	plan_build_fill_head(reader->build.arena, &row->head);
	text_extend(reader, &reader->changes, line.ptr);
	return true;
}
