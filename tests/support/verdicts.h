/*
 * verdicts.h: verdicts to render, made by hand, sealed.
 *
 * Everything lives in the arena given, or is static.
 */
#ifndef TESTS_SUPPORT_VERDICTS_H
#define TESTS_SUPPORT_VERDICTS_H

#include "report/outcome.h"

/* Every kind, fate and waiver state there is. `now` is that of the outcome. */
void verdict_of_everything(struct arena *arena, struct verdict *out);
/* One undecided, one warning, one waived: nothing denies. */
void verdict_of_warnings(struct arena *arena, struct verdict *out);
/* The denials of verdict_of_everything(), overridden. */
void verdict_of_break_glass(struct arena *arena, struct verdict *out);
/* One denial, one that is still undecided. */
void verdict_of_after_apply(struct arena *arena, struct verdict *out);
/* Rules, none of which matched. */
void verdict_of_nothing(struct arena *arena, struct verdict *out);
/* Texts that try to break out, in every field that comes from elsewhere. */
void verdict_of_hostile(struct arena *arena, struct verdict *out);

/* `findings` violations spread evenly over `rules` rules, each text `text_bytes` long. */
struct generated_verdict {
	size_t findings, rules, text_bytes;
	enum level level;
	enum finding_kind kind;
	bool hostile;
};
void generate_verdict(
    struct arena *arena, const struct generated_verdict *generated, struct verdict *out);

#endif
