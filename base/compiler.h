/*
 * compiler.h: the few compiler extensions the program relies on (gcc and clang both have them).
 *
 * Layer: base. Includes nothing of ours but banned.h, so that every file sees the banned names.
 */
#ifndef BASE_COMPILER_H
#define BASE_COMPILER_H

#include <stddef.h>

#include "base/banned.h"

#define NODISCARD	       __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define UNUSED		       __attribute__((unused))
#define NORETURN	       __attribute__((noreturn))
#define LIKELY(x)	       __builtin_expect(!!(x), 1)
#define UNLIKELY(x)	       __builtin_expect(!!(x), 0)
#define ARRAY_LEN(array)       (sizeof(array) / sizeof((array)[0]))

/*
 * Foreign handles (FILE *, CURL *, json_t *, ...) are released when their variable leaves scope:
 *
 *	DEFINE_CLEANUP(FILE *, fclose)
 *	FILE *file CLEANUP(fclose_ptr) = fopen(...);
 *
 * Our own memory lives in arenas and needs none of this; an arena itself is such a handle.
 */
#define CLEANUP(fn) __attribute__((cleanup(fn)))
#define DEFINE_CLEANUP(type, fn)                         \
	UNUSED static inline void fn##_ptr(type *handle) \
	{                                                \
		if (*handle)                             \
			(void)fn(*handle);               \
	}

#endif
