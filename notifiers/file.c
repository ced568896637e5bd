#include "notifiers/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/input.h"

#include "report/render.h"

#define SUMMARY_USEFUL ((size_t)2048) /* with less room than this, nothing is written */

static enum step_result step_nothing(struct delivery *delivery, struct arena *arena,
    const struct http_reply *replies, size_t reply_count, struct step_request *requests,
    size_t *request_count)
{
	(void)arena;
	(void)replies;
	(void)reply_count;
	(void)requests;
	*request_count = 0;
	delivery->done = true;
	return STEP_DONE;
}

const struct notifier notifier_file = {.name = "file", .step = step_nothing};
const struct notifier notifier_job_summary = {.name = "job summary", .step = step_nothing};

static bool render(struct arena *arena, struct delivery *delivery, size_t max, struct str *out)
{
	struct render_options options = {.max_bytes = max};
	struct err err = {0};

	if (render_markdown(arena, delivery->outcome, &options, out, &err))
		return true;
	delivery_fail(delivery, str_format(arena, "cannot be rendered: %s", err.text), STR_EMPTY);
	return false;
}

struct delivery *file_delivery(struct arena *arena, const struct outcome *outcome, const char *path)
{
	struct delivery *delivery =
	    delivery_new(arena, &notifier_file, outcome, str_format(arena, "file %s", path));
	struct str text;
	struct err err = {0};

	if (!render(arena, delivery, FILE_MARKDOWN_MAX, &text))
		return delivery;
	if (file_write(arena, path, text, &err))
		delivery_end(delivery, DELIVERY_SENT);
	else
		delivery_fail(delivery, str_format(arena, "%s", err.text), text);
	return delivery;
}

static bool write_all(int fd, struct str text)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.ptr, text.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text = str_skip(text, (size_t)n);
	}
	return true;
}

/* Earlier steps of the job may have written to the same file: their part counts. */
static size_t summary_room(int fd)
{
	struct stat info;

	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size < 0)
		return JOB_SUMMARY_MAX;
	if ((uint64_t)info.st_size >= JOB_SUMMARY_MAX)
		return 0;
	return JOB_SUMMARY_MAX - (size_t)info.st_size;
}

static void summary_append(struct arena *arena, struct delivery *delivery, const char *path, int fd)
{
	size_t room = summary_room(fd);
	struct str text;

	if (room < SUMMARY_USEFUL) {
		delivery_skip(delivery, STR("the job summary is full (1 MiB)"));
		return;
	}
	if (!render(arena, delivery, room - 1, &text))
		return;
	text = str_format(arena, "%s\n", str_to_c(arena, text));
	if (write_all(fd, text))
		delivery_end(delivery, DELIVERY_SENT);
	else
		delivery_fail(delivery,
		    str_format(arena, "cannot write '%s': %s", path, strerror(errno)), text);
}

struct delivery *job_summary_delivery(
    struct arena *arena, const struct outcome *outcome, const char *path)
{
	struct delivery *delivery =
	    delivery_new(arena, &notifier_job_summary, outcome, STR("job summary"));
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);

	if (fd < 0) {
		struct str text = STR_EMPTY;
		struct str reason =
		    str_format(arena, "cannot open '%s': %s", path, strerror(errno));

		if (render(arena, delivery, JOB_SUMMARY_MAX, &text))
			delivery_fail(delivery, reason, text);
		return delivery;
	}
	summary_append(arena, delivery, path, fd);
	(void)close(fd);
	return delivery;
}
