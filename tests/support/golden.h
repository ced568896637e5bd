/*
 * golden.h: rendered text against the file that a person has looked at.
 *
 * The files are in tests/fixtures/golden/. UPDATE_GOLDEN=1 writes them anew: look at the difference
 * before it is committed.
 */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "base/str.h"

/* Ends the test, naming the file and the first line that differs. */
void golden_check(const char *name, struct str actual);

#endif
