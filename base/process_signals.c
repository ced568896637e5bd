#include "base/process_signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

/* What to do with each; SIGCHLD only wakes the loop, SIGPIPE is turned into EPIPE. */
enum treatment {
	FORWARD,
	FORWARD_UNLESS_TERMINAL,
	WAKE,
	IGNORE,
};

static const struct {
	int signo;
	enum treatment treatment;
} watched[] = {
    {SIGINT, FORWARD_UNLESS_TERMINAL},
    {SIGQUIT, FORWARD_UNLESS_TERMINAL},
    {SIGTERM, FORWARD},
    {SIGHUP, FORWARD},
    {SIGCHLD, WAKE},
    {SIGPIPE, IGNORE},
};

static struct {
	volatile sig_atomic_t child;	/* 0: nobody to pass anything on to */
	volatile sig_atomic_t received; /* the first one that came */
	volatile sig_atomic_t sent[ARRAY_LEN(watched)];
	struct sigaction old[ARRAY_LEN(watched)];
	sigset_t old_mask;
	int pipe[2];
	bool active;
} watch = {.pipe = {-1, -1}};

/* The kernel sends what the terminal driver asks for; everybody else is a process. */
static bool is_from_kernel(const siginfo_t *info)
{
#ifdef SI_KERNEL
	return info->si_code == SI_KERNEL;
#else
	return info->si_pid == 0;
#endif
}

static void forward(size_t row, const siginfo_t *info)
{
	if (watched[row].treatment == FORWARD_UNLESS_TERMINAL && is_from_kernel(info))
		return;
	if (watch.sent[row] || watch.child <= 0)
		return;
	watch.sent[row] = 1;
	(void)kill((pid_t)watch.child, watched[row].signo);
}

/* Only async-signal-safe calls from here: kill and write. */
static void on_signal(int signo, siginfo_t *info, void *context)
{
	int saved = errno;

	(void)context;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++) {
		if (watched[i].signo != signo || watched[i].treatment == WAKE)
			continue;
		if (watch.received == 0)
			watch.received = signo;
		forward(i, info);
	}
	if (write(watch.pipe[1], "", 1) < 0) {
		/* full: the loop is going to wake up anyway */
	}
	errno = saved;
}

static void install(size_t row)
{
	struct sigaction action = {.sa_flags = SA_SIGINFO};

	sigemptyset(&action.sa_mask);
	if (watched[row].treatment == IGNORE) {
		action.sa_flags = 0;
		action.sa_handler = SIG_IGN;
	} else {
		action.sa_sigaction = on_signal;
		for (size_t i = 0; i < ARRAY_LEN(watched); i++)
			sigaddset(&action.sa_mask, watched[i].signo);
	}
	sigaction(watched[row].signo, NULL, &watch.old[row]);
	if (watched[row].treatment != WAKE && watch.old[row].sa_handler == SIG_IGN)
		return;
	sigaction(watched[row].signo, &action, NULL);
}

static void block_watched(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaddset(&set, watched[i].signo);
	sigprocmask(SIG_BLOCK, &set, old);
}

bool signals_begin(struct err *err)
{
	if (watch.active)
		return err_set(err, ERR_BUG, "two children at a time");
	if (!pipe_open(watch.pipe, err))
		return false;
	for (int i = 0; i < 2; i++)
		fcntl(watch.pipe[i], F_SETFL, O_NONBLOCK);
	watch.active = true;
	watch.child = 0;
	watch.received = 0;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		watch.sent[i] = 0;
	block_watched(&watch.old_mask);
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		install(i);
	return true;
}

void signals_child(pid_t child)
{
	sigset_t mask = watch.old_mask;

	watch.child = child;
	/* The loop needs SIGCHLD even where our parent had it blocked. */
	sigdelset(&mask, SIGCHLD);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}

void signals_forget_child(void)
{
	watch.child = 0;
}

int signals_fd(void)
{
	return watch.pipe[0];
}

void signals_drain(void)
{
	char bytes[64];

	while (read(watch.pipe[0], bytes, sizeof(bytes)) > 0)
		continue;
}

int signals_end(void)
{
	if (!watch.active)
		return 0;
	block_watched(&(sigset_t){0});
	watch.child = 0;
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		sigaction(watched[i].signo, &watch.old[i], NULL);
	for (int i = 0; i < 2; i++) {
		close(watch.pipe[i]);
		watch.pipe[i] = -1;
	}
	watch.active = false;
	sigprocmask(SIG_SETMASK, &watch.old_mask, NULL);
	return watch.received;
}

static bool pipe_plain(int fds[2])
{
#ifdef __linux__
	return pipe2(fds, O_CLOEXEC) == 0;
#else
	if (pipe(fds) < 0)
		return false;
	for (int i = 0; i < 2; i++)
		fcntl(fds[i], F_SETFD, FD_CLOEXEC);
	return true;
#endif
}

bool pipe_open(int fds[2], struct err *err)
{
	int why = 0;

	if (!pipe_plain(fds))
		return err_set(err, ERR_IO, "no pipe for the child: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		int moved;

		if (fds[i] > STDERR_FILENO)
			continue;
		moved = fcntl(fds[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		if (moved < 0)
			why = errno;
		close(fds[i]);
		fds[i] = moved;
	}
	if (why == 0)
		return true;
	for (int i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
	return err_set(err, ERR_IO, "no pipe for the child: %s", strerror(why));
}
