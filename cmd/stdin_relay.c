#include "cmd/stdin_relay.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"
#include "base/masker.h"
#include "base/process.h"
#include "base/tape.h"

#define RELAY_BLOCK ((size_t)64 << 10)

static bool read_block(int fd, char *block, size_t *got, struct err *err)
{
	for (;;) {
		ssize_t n = read(fd, block, RELAY_BLOCK);
		if (n >= 0) {
			*got = (size_t)n;
			return true;
		}
		if (errno != EINTR)
			return err_set(
			    err, ERR_IO, "cannot read standard input: %s", strerror(errno));
	}
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EAGAIN) {
			struct pollfd ready = {.fd = fd, .events = POLLOUT};
			(void)poll(&ready, 1, -1);
			continue;
		}
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* A document, not a stream: streams name their level in every message. UTF-16 is a document too. */
static bool is_document(struct str head)
{
	if (encoding_detect(head) != ENCODING_UTF8)
		return true;
	struct str text = str_trim(head);
	return text.len > 0 && (text.ptr[0] == '{' || str_starts(text, STR("PK\003\004"))) &&
	       !str_contains(head, STR("\"@level\""));
}

static bool take_document(
    struct app *app, char *block, size_t used, struct input **out, struct err *err)
{
	char *path;
	int fd;
	if (!sys_temp_file(app->sys, app->run, ".json", &path, &fd, err))
		return false;
	unlink(path);
	while (used > 0) {
		if (!write_all(fd, block, used)) {
			err_set(err, ERR_IO, "cannot write a temporary file: %s", strerror(errno));
			close(fd);
			return false;
		}
		if (!read_block(app->in, block, &used, err)) {
			close(fd);
			return false;
		}
	}
	(void)lseek(fd, 0, SEEK_SET); /* an input begins where its file stands */
	return input_from_fd(app->run, fd, "standard input", 0, out, err);
}

struct passing {
	int fd; /* -1: who reads us went away */
	struct tape *tape;
};

static void pass(void *context, struct str bytes)
{
	struct passing *passing = context;

	if (passing->fd >= 0 && !write_all(passing->fd, bytes.ptr, bytes.len))
		passing->fd = -1;
	tape_add(passing->tape, bytes);
}

static bool relay_text(
    struct app *app, struct tape *tape, char *block, size_t used, struct err *err)
{
	struct passing passing = {app->out, tape};
	struct masker_stream stream;

	masker_stream_init(&stream, app->run, app_masker(app), pass, &passing);
	while (used > 0) {
		if (stream.masker)
			masker_stream_add(&stream, (struct str){block, used});
		else
			pass(&passing, (struct str){block, used});
		if (!read_block(app->in, block, &used, err))
			return false;
	}
	masker_stream_release(&stream);
	return true;
}

bool stdin_relay(struct app *app, size_t limit, struct input **out, bool *cut, struct err *err)
{
	struct tape tape;
	size_t used = 0;
	char *block = arena_alloc(app->run, RELAY_BLOCK);
	if (!read_block(app->in, block, &used, err))
		return false;
	if (is_document((struct str){block, used}))
		return take_document(app, block, used, out, err);
	tape_init(&tape, app->run, limit);
	if (!relay_text(app, &tape, block, used, err))
		return false;
	struct capture capture;
	tape_finish(&tape, app->scratch, &capture);
	*cut = capture.cut;
	*out = input_from_str(app->run, "standard input", capture.text);
	return true;
}
