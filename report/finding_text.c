#include "report/finding_text.h"

#include "base/arena.h"
#include "report/wording.h"

#define SENTENCE_MAX ((size_t)16 << 10)
#define HEADING_MAX  ((size_t)300)

static struct finding_block alone(
    const struct verdict *verdict, const struct finding *const *finding)
{
	return (struct finding_block){.verdict = verdict,
	    .rows = finding,
	    .count = 1,
	    .same_message = true,
	    .same_remediation = true,
	    .same_cause = true,
	    .same_fate = true,
	    .same_release = true};
}

struct str finding_line(struct arena *arena, const struct verdict *verdict,
    const struct finding *finding, enum block_line line)
{
	struct finding_block block = alone(verdict, &finding);
	struct buf buf;
	struct speaker speaker;

	if (!block_has_line(&block, line))
		return STR_EMPTY;
	buf_init(&buf, arena, SENTENCE_MAX);
	speaker = speaker_plain(&buf);
	block_say_line(&block, line, &speaker);
	return buf_str(&buf);
}

struct str finding_sentence(
    struct arena *arena, const struct verdict *verdict, const struct finding *finding)
{
	static const enum block_line lines[] = {BLOCK_CAUSE, BLOCK_FATE};
	struct finding_block block = alone(verdict, &finding);
	struct str message = finding_line(arena, verdict, finding, BLOCK_MESSAGE);
	struct buf buf;
	struct speaker speaker;

	buf_init(&buf, arena, SENTENCE_MAX);
	speaker = speaker_plain(&buf);
	/* of another tool it is not known to be about the plan */
	if (finding->kind != FINDING_IMPORTED || finding->address.len > 0)
		block_say_name(&block, 0, &speaker);
	if (message.len == 0)
		message = wording_cut(arena, finding->title, HEADING_MAX);
	/* many messages begin with ${resource.address} */
	if (str_starts(message, buf_str(&buf)))
		buf_rewind(&buf, 0);
	else if (message.len > 0 && buf.len > 0)
		buf_adds(&buf, ": ");
	buf_add(&buf, message);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		if (!block_has_line(&block, lines[i]))
			continue;
		buf_adds(&buf, "; ");
		block_say_line(&block, lines[i], &speaker);
	}
	return buf_str(&buf);
}

struct str finding_heading(struct arena *arena, const struct finding *finding)
{
	struct str id = wording_name(arena, finding->rule_id, HEADING_MAX);
	struct str title = wording_cut(arena, finding->title, HEADING_MAX);

	if (title.len == 0)
		return id;
	return str_format(arena, "%.*s: %.*s", STR_ARG(id), STR_ARG(title));
}

enum level finding_shown_level(const struct finding *finding)
{
	return finding_stands(finding) ? finding->level : finding->rule_level;
}

struct policy_place finding_place(const struct verdict *verdict, const struct finding *finding)
{
	if (finding->file.len > 0)
		return (struct policy_place){finding->file, finding->line, finding->column};
	if (verdict->root_file.len > 0)
		return (struct policy_place){.file = verdict->root_file};
	if (finding->place.file.len > 0 && !str_starts(finding->place.file, STR("pack:")))
		return finding->place;
	return (struct policy_place){
	    .file = finding->directory.len > 0 ? finding->directory : STR(".")};
}

const struct verdict *checked_verdict(const struct checked *checked, size_t i)
{
	return i < checked->count ? &checked->outcomes[i]->verdict : &checked->run;
}

struct str checked_name(const struct checked *checked, size_t i)
{
	struct str name;

	if (i >= checked->count)
		return STR("all plans");
	name = checked->outcomes[i]->facts.directory.value;
	return name.len > 0 ? name : STR(".");
}
