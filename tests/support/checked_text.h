/*
 * checked_text.h: what a renderer of checks makes of a verdict, and a finding to begin with.
 *
 * Texts live in the arena given; a verdict is that of the directory envs/prod. Layer: tests.
 */
#ifndef TESTS_SUPPORT_CHECKED_TEXT_H
#define TESTS_SUPPORT_CHECKED_TEXT_H

#include "report/checked.h"

typedef void checked_renderer(
    struct arena *arena, const struct checked *checked, struct sink *sink);

struct str checked_text(
    struct arena *arena, checked_renderer *render, const struct checked *checked);
struct str checked_verdict_text(
    struct arena *arena, checked_renderer *render, const struct verdict *verdict);

/* Each sample against its golden file, once it has passed the check (which ends the test). */
void checked_golden(
    checked_renderer *render, const char *suffix, void (*check)(const char *name, struct str text));

/* aws_x.y violates the rule 'r' of tfherald.yaml:3:5; without a place in a source file. */
struct finding plain_finding(enum level level);

#endif
