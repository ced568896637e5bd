#include "base/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/random.h>
#endif

#include "base/err.h"

#define NS_PER_SECOND UINT64_C(1000000000)

/* The years 0 to 9999: what RFC 3339 can write. */
#define RFC3339_MIN	INT64_C(-62167219200)
#define RFC3339_MAX	INT64_C(253402300799)

#define TEMP_NAME_TRIES 16

static int64_t real_now(void *state)
{
	struct timespec at = {0};

	(void)state;
	clock_gettime(CLOCK_REALTIME, &at);
	return (int64_t)at.tv_sec;
}

static uint64_t real_monotonic(void *state)
{
	struct timespec at = {0};

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * NS_PER_SECOND + (uint64_t)at.tv_nsec;
}

/* A signal does not shorten the sleep: nanosleep says what is left. */
static void real_sleep(void *state, uint64_t ns)
{
	struct timespec left = {
	    .tv_sec = (time_t)(ns / NS_PER_SECOND),
	    .tv_nsec = (long)(ns % NS_PER_SECOND),
	};

	(void)state;
	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		continue;
}

/* The device every Unix has; the fallback where getrandom() is missing or refused. */
static bool random_from_device(char *out, size_t len, struct err *err)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	size_t done = 0;
	ssize_t got = 1;

	if (fd < 0)
		return err_set(err, ERR_IO, "'/dev/urandom' cannot be opened: %s", strerror(errno));
	while (done < len && got != 0) {
		got = read(fd, out + done, len - done);
		if (got < 0 && errno != EINTR)
			break;
		done += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	if (done < len)
		return err_set(err, ERR_IO, "'/dev/urandom' cannot be read");
	return true;
}

static bool real_random(void *state, void *out, size_t len, struct err *err)
{
	char *bytes = out;
	size_t done = 0;

	(void)state;
#ifdef __linux__
	while (done < len) {
		ssize_t got = getrandom(bytes + done, len - done, 0);

		if (got < 0 && errno != EINTR)
			break;
		done += got > 0 ? (size_t)got : 0;
	}
#endif
	return done == len || random_from_device(bytes + done, len - done, err);
}

extern char **environ;

static const char *const *real_environment(void *state UNUSED)
{
	return (const char *const *)environ;
}

static const char *real_env(void *state, const char *name)
{
	(void)state;
	return getenv(name);
}

static bool real_is_terminal(void *state, int fd)
{
	(void)state;
	return isatty(fd) == 1;
}

static int real_columns(void *state, int fd)
{
	struct winsize size = {0};

	(void)state;
	if (ioctl(fd, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

static const char *real_tmpdir(void *state)
{
	const char *dir = real_env(state, "TMPDIR");

	return dir && *dir ? dir : "/tmp";
}

static const struct sys real = {
    .now = real_now,
    .monotonic = real_monotonic,
    .sleep = real_sleep,
    .random = real_random,
    .env = real_env,
    .environment = real_environment,
    .is_terminal = real_is_terminal,
    .columns = real_columns,
    .tmpdir = real_tmpdir,
};

const struct sys *sys_real(void)
{
	return &real;
}

struct str sys_env(const struct sys *sys, const char *name)
{
	struct str text = str_from(sys->env(sys->state, name));

	return str_is(text, "<nil>") ? STR_EMPTY : text;
}

bool sys_env_is_set(const struct sys *sys, const char *name)
{
	return sys_env(sys, name).len > 0;
}

bool sys_temp_file(const struct sys *sys, struct arena *arena, const char *suffix, char **path,
    int *fd, struct err *err)
{
	const char *dir = sys->tmpdir(sys->state);
	int why = EEXIST;

	for (int i = 0; i < TEMP_NAME_TRIES && why == EEXIST; i++) {
		uint64_t salt = 0;
		struct str name;

		if (!sys->random(sys->state, &salt, sizeof(salt), err))
			return err_context(err, "no name for a temporary file");
		name = str_format(
		    arena, "%s/tfherald-%016llx%s", dir, (unsigned long long)salt, suffix);
		/* O_EXCL also refuses a symbolic link that somebody put there. */
		*fd = open(name.ptr, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
		if (*fd >= 0) {
			*path = str_to_c(arena, name);
			return true;
		}
		why = errno;
	}
	return err_set(err, ERR_IO,
	    "no temporary file can be made in '%s': %s; set TMPDIR to a writable directory", dir,
	    strerror(why));
}

struct str time_to_rfc3339(struct arena *arena, int64_t seconds)
{
	struct tm tm = {0};
	time_t at;

	if (seconds < RFC3339_MIN)
		seconds = RFC3339_MIN;
	if (seconds > RFC3339_MAX)
		seconds = RFC3339_MAX;
	at = (time_t)seconds;
	if (!gmtime_r(&at, &tm))
		return STR("1970-01-01T00:00:00Z");
	return str_format(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
	    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
