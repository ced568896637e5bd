#include "parser/address.h"
#include "parser/plan_text.h"

#define DEPOSED	     " (deposed"
#define DEPOSED_MAX  256 /* destroyed at the same time */
#define PROGRESS_MIN 10	 /* an address, a colon and a verb */

enum progress_kind {
	PROGRESS_NOTHING, /* of planning, or of no interest */
	PROGRESS_BEGIN,
	PROGRESS_END,
};

/* Source: internal/command/views/hook_ui.go of Terraform and OpenTofu, and 0.11's hook_ui.go. */
static const struct verb {
	struct str begin;
	enum progress_kind kind;
	enum action action;
} verbs[] = {
    {STR_INIT("Refreshing state..."), PROGRESS_NOTHING, ACTION_NOOP},
    {STR_INIT("Creating..."), PROGRESS_BEGIN, ACTION_CREATE},
    {STR_INIT("Creation complete"), PROGRESS_END, ACTION_CREATE},
    {STR_INIT("Still creating..."), PROGRESS_BEGIN, ACTION_CREATE},
    {STR_INIT("Modifying..."), PROGRESS_BEGIN, ACTION_UPDATE},
    {STR_INIT("Modifications complete"), PROGRESS_END, ACTION_UPDATE},
    {STR_INIT("Still modifying..."), PROGRESS_BEGIN, ACTION_UPDATE},
    {STR_INIT("Destroying..."), PROGRESS_BEGIN, ACTION_DELETE},
    {STR_INIT("Destruction complete"), PROGRESS_END, ACTION_DELETE},
    {STR_INIT("Still destroying..."), PROGRESS_BEGIN, ACTION_DELETE},
    {STR_INIT("Reading..."), PROGRESS_BEGIN, ACTION_READ},
    {STR_INIT("Read complete"), PROGRESS_END, ACTION_READ},
    {STR_INIT("Still reading..."), PROGRESS_BEGIN, ACTION_READ},
    {STR_INIT("Importing..."), PROGRESS_BEGIN, ACTION_NOOP},
    {STR_INIT("Import complete"), PROGRESS_END, ACTION_NOOP},
    {STR_INIT("Forgetting..."), PROGRESS_BEGIN, ACTION_FORGET},
    {STR_INIT("Forget complete"), PROGRESS_END, ACTION_FORGET},
    {STR_INIT("Preparing import..."), PROGRESS_NOTHING, ACTION_NOOP},
    {STR_INIT("Refresh complete"), PROGRESS_NOTHING, ACTION_NOOP},
    {STR_INIT("Importing from ID"), PROGRESS_NOTHING, ACTION_NOOP},
    {STR_INIT("Import prepared!"), PROGRESS_NOTHING, ACTION_NOOP},
    {STR_INIT("Provisioning with "), PROGRESS_NOTHING, ACTION_NOOP},
    {STR_INIT("Opening..."), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Opening complete"), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Open complete"), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Still opening..."), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Renewing..."), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Closing..."), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Closing complete"), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Close complete"), PROGRESS_NOTHING, ACTION_OPEN},
    {STR_INIT("Configuration unknown, deferring"), PROGRESS_NOTHING, ACTION_READ},
    {STR_INIT("Deferred due to "), PROGRESS_NOTHING, ACTION_READ},
};

/* "aws_x.y: ", "aws_x.y (deposed object 123): "; the deposed key stays part of the address. */
static bool eat_address(struct str *line, struct str *address)
{
	struct str rest;
	size_t len, close;

	if (!address_scan(*line, &len))
		return false;
	rest = str_skip(*line, len);
	if (str_starts(rest, STR(DEPOSED)) && str_find_char(rest, ')', &close)) {
		len += close + 1;
		rest = str_skip(rest, close + 1);
	}
	if (!str_eat(&rest, STR(": ")))
		return false;
	*address = str_from_to(*line, 0, len);
	*line = rest;
	return true;
}

static const struct verb *verb_find(struct str line, struct str *address)
{
	if (line.len < PROGRESS_MIN || !eat_address(&line, address))
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (str_starts(line, verbs[i].begin))
			return &verbs[i];
	}
	return NULL;
}

bool text_is_progress(struct str line)
{
	struct str address;

	return verb_find(line, &address) != NULL;
}

/*
 * Terraform names the deposed object only where its destruction begins; later lines and errors have
 * the address of the resource alone. The first that is still open, or empty.
 */
static struct str deposed_find(struct text_reader *reader, struct str address)
{
	struct str *open = reader->deposed.items;
	struct str found = STR_EMPTY;
	size_t kept = 0;

	for (size_t i = 0; i < reader->deposed.count; i++) {
		if (!plan_step_is_open(&reader->build, open[i], ACTION_DELETE))
			continue;
		open[kept++] = open[i];
		if (found.len == 0 && str_starts(open[i], address) &&
		    str_starts(str_skip(open[i], address.len), STR(DEPOSED)))
			found = open[i];
	}
	reader->deposed.count = kept;
	return found;
}

/* Whose destruction the line is about. */
static struct str destroyed_address(struct text_reader *reader, struct str address, bool first)
{
	struct str deposed;

	if (first && str_contains(address, STR(DEPOSED))) {
		if (reader->deposed.count == DEPOSED_MAX)
			(void)deposed_find(reader, address);
		if (reader->deposed.count < DEPOSED_MAX)
			*growing_add(reader->build.arena, &reader->deposed, struct str) = address;
		return address;
	}
	if (first || plan_step_is_open(&reader->build, address, ACTION_DELETE))
		return address;
	deposed = deposed_find(reader, address);
	return deposed.len > 0 ? deposed : address;
}

void text_fail_steps(struct text_reader *reader, struct str address)
{
	if (!plan_step_fail(&reader->build, address))
		(void)plan_step_fail(&reader->build, deposed_find(reader, address));
}

bool text_read_progress(struct text_reader *reader, struct str line)
{
	struct str address;
	const struct verb *verb = verb_find(line, &address);

	if (!verb)
		return false;
	if (verb->action == ACTION_DELETE)
		address =
		    destroyed_address(reader, address, str_starts(verb->begin, STR("Destroying")));
	switch (verb->kind) {
	case PROGRESS_NOTHING:
		return true;
	case PROGRESS_BEGIN:
		plan_step_begin(&reader->build, address, verb->action);
		break;
	case PROGRESS_END:
		plan_step_end(&reader->build, address, verb->action, APPLY_DONE);
		break;
	}
	if (verb->action != ACTION_READ)
		reader->applied = true;
	return true;
}

void text_forget_reads(struct text_reader *reader)
{
	if (reader->applied)
		return;
	reader->build.steps.count = 0;
	plan_steps_cut(&reader->build);
}
