#include "parser/plan_text.h"

#define FIGURE_MAX 1000000000

/* "12 to add" -> where it goes; the words of a plan, of an apply, and of the sentence on actions.
 */
struct tally_word {
	struct str word;
	size_t offset;
};

#define IN_TOTALS(member) offsetof(struct text_totals, member)
#define IN_APPLY(member)  offsetof(struct apply_report, member)

static const struct tally_word plan_words[] = {
    {STR_INIT("to import"), IN_TOTALS(import)},
    {STR_INIT("to add"), IN_TOTALS(add)},
    {STR_INIT("to change"), IN_TOTALS(change)},
    {STR_INIT("to destroy"), IN_TOTALS(destroy)},
    {STR_INIT("to forget"), IN_TOTALS(forget)},
    {STR_INIT("to invoke"), IN_TOTALS(invoke)},
};

static const struct tally_word apply_words[] = {
    {STR_INIT("imported"), IN_APPLY(import)},
    {STR_INIT("added"), IN_APPLY(add)},
    {STR_INIT("changed"), IN_APPLY(change)},
    {STR_INIT("destroyed"), IN_APPLY(destroy)},
    {STR_INIT("forgotten"), IN_APPLY(forget)},
    {STR_INIT("invoked"), IN_APPLY(invoke)},
};

struct tally {
	const struct tally_word *words;
	size_t word_count;
	char *into;   /* struct text_totals or struct apply_report; figures are added */
	size_t known; /* how many figures were understood */
};

static bool eat_figure(struct str *text, size_t *figure)
{
	size_t len = 0;

	*figure = 0;
	for (; len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9'; len++) {
		*figure = *figure * 10 + (size_t)(text->ptr[len] - '0');
		if (*figure > FIGURE_MAX)
			return false;
	}
	*text = str_skip(*text, len);
	return len > 0 && str_eat(text, STR(" "));
}

static size_t word_length(struct str text)
{
	size_t len = 0;

	while (
	    len < text.len && text.ptr[len] != ',' && text.ptr[len] != '.' && text.ptr[len] != '\r')
		len++;
	return len;
}

static void take_figure(
    struct plan_build *build, struct tally *tally, struct str word, size_t figure)
{
	for (size_t i = 0; i < tally->word_count; i++) {
		if (!str_eq(word, tally->words[i].word))
			continue;
		*(size_t *)(void *)(tally->into + tally->words[i].offset) += figure;
		tally->known++;
		return;
	}
	plan_build_note(build,
	    "the summary line counts something this version does not know: '%.*s'",
	    (int)(word.len > 64 ? 64 : word.len), word.ptr);
}

/* "1 to import, 2 to add. Actions: 1 to invoke." */
static void read_tally(struct plan_build *build, struct tally *tally, struct str text)
{
	size_t figure;

	while (eat_figure(&text, &figure)) {
		struct str word = str_from_to(text, 0, word_length(text));

		text = str_skip(text, word.len);
		take_figure(build, tally, str_trim(word), figure);
		if (!str_eat(&text, STR(", ")))
			(void)str_eat(&text, STR(". Actions: "));
	}
}

void text_read_plan_line(struct text_reader *reader, struct str line)
{
	struct text_totals totals = reader->totals;
	struct tally tally = {.words = plan_words, .word_count = ARRAY_LEN(plan_words)};

	tally.into = (char *)&totals;
	read_tally(&reader->build, &tally, str_skip(line, STR("Plan: ").len));
	if (tally.known == 0)
		return;
	totals.plans++;
	reader->totals = totals;
	reader->result_line = str_trim(line);
	reader->legacy = false;
	text_extend(reader, &reader->changes, line.ptr);
	text_forget_reads(reader);
}

void text_read_complete(struct text_reader *reader, struct str line)
{
	struct apply_report *apply = &reader->build.plan->apply;
	struct tally tally = {.words = apply_words, .word_count = ARRAY_LEN(apply_words)};
	struct str rest = line;

	reader->applied = true;
	reader->applied_line = str_trim(line);
	apply->complete = true;
	if (str_eat(&rest, STR("Destroy complete!")))
		reader->build.plan->destroy_mode = true;
	else
		(void)str_eat(&rest, STR("Apply complete!"));
	if (!str_eat(&rest, STR(" Resources: ")))
		return;
	tally.into = (char *)apply;
	read_tally(&reader->build, &tally, rest);
	apply->has_counts = apply->has_counts || tally.known > 0;
}
