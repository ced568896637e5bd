/*
 * valgrind.h: under valgrind everything takes some thirty times as long; what only repeats itself,
 * or looks at time, is smaller there. The same tests run in full without it. Layer: tests.
 */
#ifndef TESTS_SUPPORT_VALGRIND_H
#define TESTS_SUPPORT_VALGRIND_H

#include <stdbool.h>

bool under_valgrind(void);

#endif
