#include "base/json_skip.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json_count.h"
#include "base/json_read.h"
#include "base/json_scan.h"
#include "base/json_scan_avx2.h"
#include "base/json_token.h"
#include "base/json_window.h"

/* An escape at the very end of a block may be looked at behind it. */
#define LOOKAHEAD     ((size_t)8)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
_Static_assert(JSON_WINDOW_PAD >= JSON_BLOCK + LOOKAHEAD, "blocks may be read past the window");

/* Kept in registers by passing it around by value; what is written through `top` cannot alias it.
 */
struct skipper {
	uint64_t in_string; /* all ones: the block begins inside a string */
	uint64_t escaped;   /* 1: its first byte is escaped */
	uint64_t wrong;	    /* not 0: something is; only that much is known */
	char *top;	    /* the next free place on the stack of open brackets */
	char *floor;	    /* the first one: the value has ended when `top` is back there */
	ptrdiff_t room;	    /* how many may be open at once */
};

/* Bit i becomes the parity of bits 0 to i: from quotes to what stands between them. */
static inline uint64_t prefix_xor(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	bits ^= bits << 32;
	return bits;
}

/*
 * The bytes that stand behind a backslash which is not escaped itself: runs of backslashes are told
 * apart by where they begin, with a subtraction whose carry runs through them (as simdjson does
 * it).
 */
ALWAYS_INLINE uint64_t escaped_bytes(uint64_t *carry, uint64_t backslash)
{
	const uint64_t odd = 0xAAAAAAAAAAAAAAAAu;
	uint64_t before = *carry;
	uint64_t starts = backslash & ~before;
	uint64_t codes = (((starts << 1) | odd) - starts) ^ odd;

	*carry = (codes & backslash) >> 63;
	return codes ^ (backslash | before);
}

static bool escapes_are_known(const char *block, uint64_t escaped)
{
	for (; escaped != 0; escaped &= escaped - 1) {
		const char *at = block + __builtin_ctzll(escaped) - 1;

		if (json_escape_scan(&at, at + LOOKAHEAD) != JSON_FINE)
			return false;
	}
	return true;
}

/*
 * Follows the brackets of a block. Returns how many bytes of it belong to the value: all, or less
 * if it ends here. Without branches that depend on the kind of bracket: these would be guessed
 * wrong often.
 * '{' and '}', '[' and ']' differ by 2; bit 1 tells opening brackets.
 */
ALWAYS_INLINE unsigned follow_brackets(
    struct skipper *skipper, const char *block, uint64_t brackets)
{
	char *top = skipper->top;
	unsigned different = 0, len = JSON_BLOCK;

	for (; brackets != 0; brackets &= brackets - 1) {
		unsigned at = (unsigned)__builtin_ctzll(brackets);
		char byte = block[at];
		int opens = byte >> 1 & 1;

		*top = byte;
		different |= (unsigned)(top[-1] + 2 - byte) & ((unsigned)opens - 1);
		top += 2 * opens - 1;
		if (UNLIKELY(top == skipper->floor)) {
			len = at + 1;
			break;
		}
	}
	skipper->top = top;
	skipper->wrong |= different;
	return len;
}

/* For a block in which the depth could get over `room`: whether it does, before the value ends. */
static bool gets_too_deep(ptrdiff_t depth, ptrdiff_t room, const char *block, uint64_t brackets)
{
	for (; brackets != 0; brackets &= brackets - 1) {
		depth += block[__builtin_ctzll(brackets)] & 2 ? 1 : -1;
		if (depth == 0)
			return false;
		if (depth > room)
			return true;
	}
	return false;
}

ALWAYS_INLINE uint64_t bits_below(unsigned count)
{
	return count < 64 ? ((uint64_t)1 << count) - 1 : ~(uint64_t)0;
}

/* How a block is looked at; known when compiling, so that nothing is called. */
struct scanner {
	struct json_marks (*marks)(const char *block);
	uint64_t (*prefix_xor)(uint64_t bits);
};

/* Returns how many bytes of the block belong to the value. */
ALWAYS_INLINE unsigned skip_block(
    struct skipper *skipper, const char *block, struct scanner scanner)
{
	struct json_marks marks = scanner.marks(block);
	struct json_rare rare = {0};
	uint64_t escaped = 0;

	if (UNLIKELY((marks.rare | skipper->escaped) != 0)) {
		rare = json_scan_rare(block);
		escaped = escaped_bytes(&skipper->escaped, rare.backslash);
	}
	uint64_t strings = scanner.prefix_xor(marks.quote & ~escaped) ^ skipper->in_string;
	uint64_t brackets = marks.bracket & ~strings;
	if (UNLIKELY(skipper->top - skipper->floor > skipper->room - JSON_BLOCK))
		skipper->wrong |=
		    gets_too_deep(skipper->top - skipper->floor, skipper->room, block, brackets);
	unsigned len = follow_brackets(skipper, block, brackets);
	skipper->in_string = 0 - (strings >> 63);
	if (UNLIKELY((marks.rare | escaped) != 0)) {
		uint64_t mine = bits_below(len);
		uint64_t told_apart = escaped & mine & ~marks.quote & ~rare.backslash;

		/* a control character in a string, a backslash outside */
		skipper->wrong |= ((rare.control & strings) | (rare.backslash & ~strings)) & mine;
		skipper->wrong |= !escapes_are_known(block, told_apart);
	}
	return len;
}

/* Goes on until the value ends, something is wrong, or too little is left of this window. */
ALWAYS_INLINE struct skipper skip_blocks(
    struct skipper skipper, struct json_window *window, struct scanner scanner)
{
	const char *at = window->at;
	const char *stop = window->last ? window->end : window->end - (JSON_BLOCK + LOOKAHEAD - 1);

	while (at < stop) {
		at += skip_block(&skipper, at, scanner);
		if (UNLIKELY(skipper.wrong != 0 || skipper.top == skipper.floor))
			break;
	}
	window->at = at < window->end ? at : window->end;
	return skipper;
}

static struct skipper skip_anywhere(struct skipper skipper, struct json_window *window)
{
	return skip_blocks(skipper, window, (struct scanner){json_scan_marks, prefix_xor});
}

#ifdef JSON_AVX2
JSON_AVX2 static struct skipper skip_with_avx2(struct skipper skipper, struct json_window *window)
{
	return skip_blocks(
	    skipper, window, (struct scanner){json_avx2_marks, json_avx2_prefix_xor});
}

static struct skipper skip_window(struct skipper skipper, struct json_window *window)
{
	return json_has_avx2() ? skip_with_avx2(skipper, window) : skip_anywhere(skipper, window);
}
#else
static struct skipper skip_window(struct skipper skipper, struct json_window *window)
{
	return skip_anywhere(skipper, window);
}
#endif

/* The slow way, over a value in which something is known to be wrong. */
struct examiner {
	struct json_window *window;
	int depth, room;
	bool in_string;
	char open[JSON_DEPTH_MAX];
};

static bool examine_fault(struct json_window *window, enum json_fault fault, struct err *err)
{
	if (fault == JSON_FAULT_END)
		return json_window_expected(window, window->end, "", err);
	return json_window_error(window, ERR_SYNTAX, window->at, json_fault_text(fault), err);
}

static bool examine_in_string(struct examiner *examiner, struct err *err)
{
	struct json_window *window = examiner->window;
	char byte = *window->at;

	if (byte == '\\') {
		enum json_fault fault = json_escape_scan(&window->at, window->end);

		return fault == JSON_FINE || examine_fault(window, fault, err);
	}
	if ((unsigned char)byte < 0x20)
		return examine_fault(window, JSON_FAULT_CONTROL, err);
	examiner->in_string = byte != '"';
	window->at++;
	return true;
}

static bool examine_close(struct examiner *examiner, char byte, struct err *err)
{
	char expected[32];
	int wanted = examiner->open[examiner->depth - 1] + 2;

	if (byte != wanted) {
		(void)snprintf(expected, sizeof(expected), "expected '%c'", wanted);
		return json_window_expected(examiner->window, examiner->window->at, expected, err);
	}
	examiner->depth--;
	return true;
}

static bool examine_outside(struct examiner *examiner, struct err *err)
{
	struct json_window *window = examiner->window;
	char byte = *window->at;

	if (byte == '\\')
		return json_window_expected(window, window->at, "expected a value", err);
	if (byte == '{' || byte == '[') {
		if (examiner->depth == examiner->room)
			return json_window_error(window, ERR_LIMIT, window->at,
			    "nesting is deeper than 200 levels", err);
		examiner->open[examiner->depth++] = byte;
	}
	if ((byte == '}' || byte == ']') && !examine_close(examiner, byte, err))
		return false;
	examiner->in_string = byte == '"';
	window->at++;
	return true;
}

/* Sets the error that the fast way met without knowing which; returns false. */
static bool examine(struct json_window *window, uint64_t start, int room, struct err *err)
{
	struct examiner examiner = {.window = window, .room = room};

	json_window_seek(window, start);
	do {
		while (window->end - window->at < (ptrdiff_t)LOOKAHEAD && !window->last) {
			if (!json_window_more(window, err))
				return false;
		}
		if (window->at >= window->end)
			return examine_fault(window, JSON_FAULT_END, err);
		if (examiner.in_string ? !examine_in_string(&examiner, err)
				       : !examine_outside(&examiner, err))
			return false;
	} while (examiner.depth > 0);
	return err_set_at(err, ERR_IO, NULL, 0, 0, "the input changed while it was read");
}

bool json_skip_container(struct json_window *window, int depth, struct err *err)
{
	/* a place that is no bracket, and the brackets a block can hold over the limit */
	char open[1 + JSON_DEPTH_MAX + JSON_BLOCK];
	uint64_t start = json_window_offset(window, window->at);
	struct skipper skipper = {.top = open + 1, .floor = open + 1};

	if (window->end - window->at >= 2 && window->at[1] == *window->at + 2 &&
	    depth < JSON_DEPTH_MAX) {
		window->at += 2; /* {} and [] are every second one */
		return true;
	}
	open[0] = 0; /* the rest is written before it is read */
	skipper.room = JSON_DEPTH_MAX - depth;
	for (;;) {
		const char *from = window->at;

		skipper = skip_window(skipper, window);
		if (UNLIKELY(window->count != NULL))
			json_count_in(
			    window->count, (struct str){from, (size_t)(window->at - from)});
		if (skipper.wrong != 0)
			break;
		if (skipper.top == skipper.floor && json_window_offset(window, window->at) > start)
			return true;
		if (window->last)
			break;
		if (!json_window_more(window, err))
			return false;
	}
	return examine(window, start, JSON_DEPTH_MAX - depth, err);
}

bool json_skip_string(struct json_window *window, struct err *err)
{
	uint32_t wide = 0;

	window->at++;
	for (;;) {
		window->at = json_scan_plain(window->at, window->end, &wide);
		if (window->at < window->end && *window->at == '"')
			break;
		if (window->end - window->at < (ptrdiff_t)LOOKAHEAD && !window->last) {
			if (!json_window_more(window, err))
				return false;
			continue;
		}
		enum json_fault fault = JSON_FAULT_CONTROL;
		if (window->at >= window->end)
			fault = JSON_FAULT_END;
		else if (*window->at == '\\')
			fault = json_escape_scan(&window->at, window->end);
		if (fault != JSON_FINE)
			return examine_fault(window, fault, err);
	}
	window->at++;
	return true;
}
