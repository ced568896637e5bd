#include "cmd/apply_approval.h"

#include <errno.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/sink.h"

/* Terraform's own words. */
static const struct {
	const char *question, *cancelled;
} questions[] = {
    [APPLY_NORMAL] = {"\nDo you want to perform these actions?\n"
		      "  Terraform will perform the actions described above.\n"
		      "  Only 'yes' will be accepted to approve.\n"
		      "\n"
		      "  Enter a value: ",
	"\nApply cancelled.\n"},
    [APPLY_DESTROY] = {"\nDo you really want to destroy all resources?\n"
		       "  Terraform will destroy all your managed infrastructure, as shown above.\n"
		       "  There is no undo. Only 'yes' will be accepted to confirm.\n"
		       "\n"
		       "  Enter a value: ",
	"\nDestroy cancelled.\n"},
    [APPLY_REFRESH_ONLY] = {"\nWould you like to update the Terraform state to reflect these "
			    "detected changes?\n"
			    "  Terraform will write these changes to the state without modifying "
			    "any real infrastructure.\n"
			    "  There is no undo. Only 'yes' will be accepted to confirm.\n"
			    "\n"
			    "  Enter a value: ",
	"\nApply cancelled.\n"},
};

static void say(struct app *app, const char *text)
{
	struct sink sink;
	struct err err = {0};

	sink_to_fd(&sink, app->run, app->out, 0);
	sink_add(&sink, str_from(text));
	if (!sink_finish(&sink, &err)) /* nobody reads it: then nobody answers either */
		log_warn("%s", err.text);
}

#define ANSWER_MAX 64

/* Byte by byte: what comes after the line is for the apply. */
static bool read_line(int fd, char *line, size_t *len)
{
	char c;
	ssize_t got;

	*len = 0;
	for (;;) {
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return *len > 0;
		if (c == '\n')
			return true;
		if (*len < ANSWER_MAX)
			line[(*len)++] = c;
	}
}

enum approval apply_ask(struct app *app, enum apply_mode mode)
{
	char line[ANSWER_MAX];
	size_t len;
	bool answered;

	say(app, questions[mode].question);
	answered = read_line(app->in, line, &len);
	if (answered && str_is(str_trim((struct str){line, len}), "yes")) {
		say(app, "\n");
		return APPROVAL_GIVEN;
	}
	say(app, answered ? questions[mode].cancelled : "\n");
	return answered ? APPROVAL_REFUSED : APPROVAL_NOBODY;
}
