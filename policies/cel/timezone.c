#include "policies/cel/timezone.h"

#include <fcntl.h>
#include <unistd.h>

#include "policies/cel/time.h"

#define HEADER_SIZE    44
#define OFFSET_MAX     93600 /* 26 hours */
#define TYPE_SIZE      6
#define PATH_SIZE      (sizeof(TIMEZONE_DIRECTORY) + 1 + TIMEZONE_NAME_MAX + 1)
#define FIXED_HOUR_MAX 24

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- "+02:00" --- */

static bool take_number(struct str *text, size_t most, int *out)
{
	size_t len = 0;

	*out = 0;
	for (; len < text->len && len < most && is_digit(text->ptr[len]); len++)
		*out = *out * 10 + (text->ptr[len] - '0');
	*text = str_skip(*text, len);
	return len > 0;
}

static bool fixed_offset(struct str text, int *offset)
{
	int sign = 1, hours, minutes;

	if (str_eat(&text, STR("-")))
		sign = -1;
	else
		(void)str_eat(&text, STR("+"));
	if (!take_number(&text, 2, &hours) || !str_eat(&text, STR(":")) || text.len != 2 ||
	    !take_number(&text, 2, &minutes) || text.len > 0)
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return hours < FIXED_HOUR_MAX && minutes < 60;
}

/* --- TZif: RFC 8536 --- */

struct block { /* one of the two blocks of data, its counts and where it begins */
	size_t time_size;
	uint32_t utc_flags, std_flags, leaps, times, types, chars;
	struct str data;
};

static uint32_t read_u32(const char *at)
{
	const unsigned char *bytes = (const unsigned char *)at;

	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static int64_t read_i64(const char *at)
{
	return (int64_t)((uint64_t)read_u32(at) << 32 | read_u32(at + 4));
}

static size_t block_size(const struct block *block)
{
	/* counts are below the size of a file, so this cannot overflow */
	return block->times * (block->time_size + 1) + (size_t)block->types * TYPE_SIZE +
	       block->chars + block->leaps * (block->time_size + 4) + block->std_flags +
	       block->utc_flags;
}

static bool read_block(struct str file, size_t time_size, struct block *out)
{
	const char *counts = file.ptr + 20;

	if (file.len < HEADER_SIZE || memcmp(file.ptr, "TZif", 4) != 0)
		return false;
	*out = (struct block){.time_size = time_size,
	    .utc_flags = read_u32(counts),
	    .std_flags = read_u32(counts + 4),
	    .leaps = read_u32(counts + 8),
	    .times = read_u32(counts + 12),
	    .types = read_u32(counts + 16),
	    .chars = read_u32(counts + 20),
	    .data = str_skip(file, HEADER_SIZE)};
	if (out->utc_flags > file.len || out->std_flags > file.len || out->leaps > file.len ||
	    out->times > file.len || out->types > file.len || out->chars > file.len)
		return false;
	return out->types > 0 && block_size(out) <= out->data.len;
}

static int64_t time_at(const struct block *block, uint32_t at)
{
	const char *place = block->data.ptr + at * block->time_size;

	return block->time_size == 8 ? read_i64(place) : (int32_t)read_u32(place);
}

static bool type_offset(const struct block *block, uint32_t type, int *offset)
{
	const char *types = block->data.ptr + block->times * (block->time_size + 1);
	int64_t seconds;

	if (type >= block->types)
		return false;
	seconds = (int32_t)read_u32(types + (size_t)type * TYPE_SIZE);
	if (seconds < -OFFSET_MAX || seconds > OFFSET_MAX)
		return false;
	*offset = (int)seconds;
	return true;
}

/* How many changes lie at or before the moment. */
static uint32_t changes_until(const struct block *block, int64_t seconds)
{
	uint32_t low = 0, high = block->times;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (time_at(block, middle) <= seconds)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The rule stands between two line feeds behind the data. */
static bool footer_of(const struct block *block, struct str *rule)
{
	struct str rest = str_skip(block->data, block_size(block));
	size_t end;

	if (!str_eat(&rest, STR("\n")) || !str_find_char(rest, '\n', &end) || end == 0)
		return false;
	*rule = str_from_to(rest, 0, end);
	return true;
}

static bool block_offset(const struct block *block, int64_t seconds, int *offset)
{
	uint32_t changes = changes_until(block, seconds);
	const char *types = block->data.ptr + block->times * block->time_size;
	struct str rule;

	if (changes == block->times && footer_of(block, &rule))
		return timezone_rule_offset(rule, seconds, offset);
	if (changes == 0)
		return type_offset(block, 0, offset);
	return type_offset(block, (unsigned char)types[changes - 1], offset);
}

bool timezone_file_offset(struct str file, int64_t seconds, int *offset)
{
	struct block block;

	if (!read_block(file, 4, &block))
		return false;
	if (file.ptr[4] == '\0') {
		/* version 1 has no footer */
		block.data.len = block_size(&block);
		return block_offset(&block, seconds, offset);
	}
	file = str_skip(block.data, block_size(&block));
	return read_block(file, 8, &block) && block_offset(&block, seconds, offset);
}

/* --- names --- */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
	       c == '+' || c == '-';
}

static bool is_zone_name(struct str name)
{
	char before = '/';

	if (name.len == 0 || name.len > TIMEZONE_NAME_MAX)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == '/' ? before == '/' : !is_name_char(c))
			return false;
		before = c;
	}
	return before != '/';
}

static bool read_all(int fd, char *out, size_t size, size_t *len)
{
	*len = 0;
	while (*len < size) {
		ssize_t count = read(fd, out + *len, size - *len);

		if (count < 0)
			return false;
		if (count == 0)
			return true;
		*len += (size_t)count;
	}
	return false; /* as large as this no zone is */
}

static bool named_offset(struct str name, int64_t seconds, int *offset)
{
	char path[PATH_SIZE];
	char bytes[TIMEZONE_FILE_MAX];
	size_t len;
	bool done;
	int fd;

	(void)snprintf(path, sizeof(path), TIMEZONE_DIRECTORY "/%.*s", STR_ARG(name));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	done = read_all(fd, bytes, sizeof(bytes), &len);
	(void)close(fd);
	return done && timezone_file_offset((struct str){bytes, len}, seconds, offset);
}

bool timezone_offset(struct str zone, int64_t seconds, int *offset)
{
	if (fixed_offset(zone, offset))
		return true;
	*offset = 0;
	if (str_is(zone, "UTC") || str_is(zone, "Z") || str_is(zone, "GMT"))
		return true;
	return is_zone_name(zone) && named_offset(zone, seconds, offset);
}
