#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/sys.h"

#define CHUNK	 ((size_t)64 << 10)
#define BOM_UTF8 "\xef\xbb\xbf"

struct input {
	const char *name;
	int fd; /* -1: in memory */
	struct str memory;
	uint64_t start, size; /* of the text in the descriptor */
	enum encoding encoding;
	struct input_seen *seen; /* while it is opened; may be NULL */
};

/* Takes a stream in: memory first, an unlinked file when it gets too long for that. */
struct intake {
	const char *name;
	uint64_t limit, total;
	enum encoding encoding;
	struct input_seen *seen;
	struct arena *arena; /* for what lives longer */
	struct arena *own;   /* holds `memory`: pages that are never written cost nothing */
	char *memory;
	int fd; /* -1: still in memory */
};

static bool error_read(const char *name, struct err *err)
{
	return err_set(err, ERR_IO, "cannot read '%s': %s", name, strerror(errno));
}

static bool error_limit(const char *name, uint64_t limit, struct err *err)
{
	return err_set(
	    err, ERR_LIMIT, "'%s' is larger than %llu bytes", name, (unsigned long long)limit);
}

static void close_ours(int fd)
{
	if (fd > STDERR_FILENO)
		(void)close(fd);
}

/* Reads until `len` bytes are there or the stream ends. */
static bool read_full(
    const struct intake *intake, int fd, char *out, size_t len, size_t *got, struct err *err)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = read(fd, out + *got, len - *got);

		if (n == 0)
			break;
		if (n < 0 && errno != EINTR)
			return error_read(intake->name, err);
		if (n > 0)
			*got += (size_t)n;
		if (n > 0 && intake->seen)
			atomic_fetch_add(&intake->seen->bytes, (uint64_t)n);
	}
	return true;
}

static bool write_full(int fd, const char *bytes, size_t len, struct err *err)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_IO,
			    "cannot write a temporary file: %s; set TMPDIR "
			    "to a directory with room",
			    strerror(errno));
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return true;
}

static bool intake_to_file(struct intake *intake, struct err *err)
{
	char *path;

	if (!sys_temp_file(sys_real(), intake->arena, ".input", &path, &intake->fd, err))
		return false;
	(void)unlink(path);
	if (!write_full(intake->fd, intake->memory, (size_t)intake->total, err))
		return false;
	arena_free(intake->own);
	intake->own = NULL;
	return true;
}

static bool intake_add(struct intake *intake, struct str bytes, struct err *err)
{
	if (intake->limit != 0 && bytes.len > intake->limit - intake->total)
		return error_limit(intake->name, intake->limit, err);
	if (intake->fd < 0 && bytes.len > INPUT_MEMORY_MAX - (size_t)intake->total &&
	    !intake_to_file(intake, err))
		return false;
	if (intake->fd >= 0 && !write_full(intake->fd, bytes.ptr, bytes.len, err))
		return false;
	if (intake->fd < 0)
		memcpy(intake->memory + intake->total, bytes.ptr, bytes.len);
	intake->total += bytes.len;
	return true;
}

/* How much of a chunk of UTF-16 can be decoded without what follows. */
static size_t whole_utf16(struct str chunk, bool big_endian)
{
	size_t len = chunk.len & ~(size_t)1;

	if (len >= 2) {
		unsigned char high = (unsigned char)chunk.ptr[len - (big_endian ? 2 : 1)];

		if ((high & 0xfc) == 0xd8) /* the first half of a pair */
			len -= 2;
	}
	return len;
}

static bool intake_add_utf16(
    struct intake *intake, struct str chunk, bool big_endian, struct err *err)
{
	struct arena_mark mark = arena_save(intake->arena);
	struct buf text;
	bool has_mark = chunk.len >= 2 && (unsigned char)chunk.ptr[!big_endian] == 0xfe &&
			(unsigned char)chunk.ptr[big_endian] == 0xff;

	buf_init(&text, intake->arena, 2 * CHUNK + 16);
	/* utf16_to_utf8() drops a leading mark, which inside the text is a character */
	if (has_mark && intake->total > 0)
		buf_adds(&text, BOM_UTF8);
	utf16_to_utf8(chunk, big_endian, &text);
	bool ok = intake_add(intake, buf_str(&text), err);
	arena_rewind(intake->arena, mark);
	return ok;
}

/* One chunk; *rest bytes at its end wait for more. */
static bool intake_chunk(
    struct intake *intake, struct str chunk, bool last, size_t *rest, struct err *err)
{
	enum encoding encoding = intake->encoding;
	bool big_endian = encoding == ENCODING_UTF16BE;

	*rest = 0;
	if (encoding == ENCODING_UTF8_BOM && intake->total == 0)
		(void)str_eat(&chunk, STR(BOM_UTF8));
	if (encoding == ENCODING_UTF8 || encoding == ENCODING_UTF8_BOM)
		return intake_add(intake, chunk, err);
	if (!last) {
		size_t whole = whole_utf16(chunk, big_endian);

		*rest = chunk.len - whole;
		chunk.len = whole;
	}
	return intake_add_utf16(intake, chunk, big_endian, err);
}

static bool intake_all(struct intake *intake, int fd, struct err *err)
{
	char chunk[CHUNK];
	size_t rest = 0, got;
	bool first = true, last;

	do {
		if (!read_full(intake, fd, chunk + rest, CHUNK - rest, &got, err))
			return false;
		last = got < CHUNK - rest;
		got += rest;
		if (first)
			intake->encoding = encoding_detect((struct str){chunk, got});
		first = false;
		if (!intake_chunk(intake, (struct str){chunk, got}, last, &rest, err))
			return false;
		memmove(chunk, chunk + got - rest, rest);
	} while (!last);
	return true;
}

/* Reads `fd` to its end, into memory or a temporary file. */
static bool open_stream(
    struct input *input, struct arena *arena, int fd, uint64_t limit, struct err *err)
{
	struct intake intake = {.name = input->name,
	    .limit = limit,
	    .arena = arena,
	    .own = arena_new(),
	    .fd = -1,
	    .seen = input->seen};

	intake.memory = arena_alloc(intake.own, INPUT_MEMORY_MAX);
	bool ok = intake_all(&intake, fd, err);
	if (!ok && intake.fd >= 0)
		(void)close(intake.fd);
	if (ok) {
		input->fd = intake.fd;
		input->encoding = intake.encoding;
		input->size = intake.total;
	}
	if (ok && intake.fd < 0)
		input->memory = str_copy(arena, (struct str){intake.memory, (size_t)intake.total});
	arena_free(intake.own);
	return ok;
}

/* Finds out what to do with a regular file; *in_place says that it can be read where it stands. */
static bool open_regular(
    struct input *input, int fd, uint64_t file_size, bool *in_place, struct err *err)
{
	char head[512];
	off_t at = lseek(fd, 0, SEEK_CUR);
	ssize_t got;

	*in_place = false;
	/* /proc and the like say 0 and have more */
	if (at < 0 || (uint64_t)at >= file_size)
		return true;
	do
		got = pread(fd, head, sizeof(head), at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_read(input->name, err);
	input->encoding = encoding_detect((struct str){head, (size_t)got});
	if (input->encoding != ENCODING_UTF8 && input->encoding != ENCODING_UTF8_BOM)
		return true;
	*in_place = true;
	input->start = (uint64_t)at;
	if (input->encoding == ENCODING_UTF8_BOM)
		input->start += sizeof(BOM_UTF8) - 1;
	input->size = file_size - input->start;
	input->fd = fd;
#ifdef POSIX_FADV_SEQUENTIAL
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	return true;
}

/* Leaves it to the caller to close `fd` unless it has become input->fd. */
static bool open_descriptor(
    struct input *input, struct arena *arena, int fd, uint64_t limit, struct err *err)
{
	struct stat info;
	bool in_place = false;

	if (fstat(fd, &info) != 0)
		return error_read(input->name, err);
	if (S_ISDIR(info.st_mode))
		return err_set(err, ERR_IO, "'%s' is a directory", input->name);
	if (S_ISREG(info.st_mode) &&
	    !open_regular(input, fd, (uint64_t)info.st_size, &in_place, err))
		return false;
	if (!in_place)
		return open_stream(input, arena, fd, limit, err);
	if (limit != 0 && input->size > limit) {
		input->fd = -1;
		return error_limit(input->name, limit, err);
	}
	return true;
}

static struct input *new_input(struct arena *arena, const char *name, struct input_seen *seen)
{
	struct input *input = arena_make(arena, struct input);

	*input = (struct input){
	    .name = str_to_c(arena, str_from(name)), .fd = -1, .memory = STR_EMPTY, .seen = seen};
	return input;
}

static bool take_over(struct arena *arena, int fd, struct input *input, uint64_t limit,
    struct input **out, struct err *err)
{
	bool ok = open_descriptor(input, arena, fd, limit, err);

	input->seen = NULL;
	if (input->fd != fd)
		close_ours(fd);
	if (ok)
		*out = input;
	return ok;
}

bool input_from_fd(struct arena *arena, int fd, const char *name, uint64_t limit,
    struct input **out, struct err *err)
{
	return take_over(arena, fd, new_input(arena, name, NULL), limit, out, err);
}

static int open_path(const char *path)
{
	int fd;

	if (strcmp(path, "-") == 0)
		return STDIN_FILENO;
	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (fd < 0 && errno == EINTR);
	return fd;
}

static bool open_input(struct arena *arena, const char *path, uint64_t limit,
    struct input_seen *seen, struct input **out, struct err *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	int fd = open_path(path);

	if (fd < 0)
		return err_set(err, ERR_IO, "cannot open '%s': %s", path, strerror(errno));
	return take_over(arena, fd, new_input(arena, name, seen), limit, out, err);
}

bool input_open(
    struct arena *arena, const char *path, uint64_t limit, struct input **out, struct err *err)
{
	return open_input(arena, path, limit, NULL, out, err);
}

bool input_open_seen(struct arena *arena, const char *path, struct input_seen *seen,
    struct input **out, struct err *err)
{
	return open_input(arena, path, 0, seen, out, err);
}

struct input *input_from_str(struct arena *arena, const char *name, struct str bytes)
{
	struct input *input = arena_make(arena, struct input);

	*input = (struct input){
	    .name = str_to_c(arena, str_from(name)), .fd = -1, .memory = bytes, .size = bytes.len};
	return input;
}

void input_close(struct input *input)
{
	if (!input || input->fd < 0)
		return;
	close_ours(input->fd);
	input->fd = -1;
	input->memory = STR_EMPTY;
	input->size = 0;
}

const char *input_name(const struct input *input)
{
	return input->name;
}

uint64_t input_size(const struct input *input)
{
	return input->size;
}

enum encoding input_encoding(const struct input *input)
{
	return input->encoding;
}

bool input_read_at(
    const struct input *input, uint64_t offset, char *out, size_t len, size_t *got, struct err *err)
{
	uint64_t left = offset < input->size ? input->size - offset : 0;

	*got = 0;
	if (len > left)
		len = (size_t)left;
	if (input->fd < 0) {
		memcpy(out, input->memory.ptr + (len > 0 ? offset : 0), len);
		*got = len;
		return true;
	}
	while (*got < len) {
		off_t at = (off_t)(input->start + offset + *got);
		ssize_t n = pread(input->fd, out + *got, len - *got, at);

		if (n < 0 && errno != EINTR)
			return error_read(input->name, err);
		if (n == 0)
			return err_set(
			    err, ERR_IO, "'%s' became shorter while it was read", input->name);
		if (n > 0)
			*got += (size_t)n;
	}
	return true;
}

bool input_in_memory(const struct input *input, struct str *bytes)
{
	if (input->fd >= 0)
		return false;
	*bytes = input->memory;
	return true;
}

bool input_text(struct arena *arena, const struct input *input, uint64_t offset, size_t len,
    struct str *out, struct err *err)
{
	uint64_t left = offset < input->size ? input->size - offset : 0;
	size_t got;

	if (len > left)
		len = (size_t)left;
	if (input->fd < 0) {
		*out = (struct str){input->memory.ptr + (len > 0 ? offset : 0), len};
		return true;
	}
	char *text = arena_alloc(arena, len);
	if (!input_read_at(input, offset, text, len, &got, err))
		return false;
	*out = (struct str){text, got};
	return true;
}
