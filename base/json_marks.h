/*
 * json_marks.h: what the byte classifiers of json_scan.h answer.
 *
 * In a mask, bit i stands for byte i of the block. Layer: base.
 */
#ifndef BASE_JSON_MARKS_H
#define BASE_JSON_MARKS_H

#include <stdint.h>

#define JSON_BLOCK 64

/* What the structure of a document hangs on. */
struct json_marks {
	uint64_t quote;
	uint64_t bracket; /* { } [ ] */
	uint64_t rare;	  /* not 0: there are backslashes or control characters; look closer */
};

/* What is looked for only where json_marks.rare says so. */
struct json_rare {
	uint64_t backslash;
	uint64_t control; /* below 0x20 */
};

#endif
