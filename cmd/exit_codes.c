#include "cmd/exit_codes.h"

#include "base/compiler.h"
#include "base/err.h"

/* An error's meanings can share a status: the table has one row per status, naming what they share.
 */
static const struct exit_code_row exit_codes[] = {
    {"0", "done; nothing denied"},
    {"1, 2, ...", "the terraform child's own status, passed through (2: changes present, under "
		  "-detailed-exitcode); without a child 1: the plan that was read is errored"},
    {"3", "a policy denied the plan"},
    {"4", "the plan is not the plan that was reviewed"},
    {"5", "a notification could not be delivered, and --strict-notify was given"},
    {"64", "the command line is wrong"},
    {"65", "an input (plan, settings, policies) does not parse, is invalid or is over a limit (the "
	   "message names file, line and column), a test of a policy failed, or the plan that "
	   "was checked is errored"},
    {"66", "an input cannot be read, or an output cannot be written"},
    {"69", "a service is unavailable, and the command's whole purpose was that service"},
    {"70", "a bug in tfherald"},
    {"126", "the child cannot be executed"},
    {"127", "the child is not found"},
    {"128+n", "ended by signal n, after the child was told and waited for"},
};

int exit_code_count(void)
{
	return (int)ARRAY_LEN(exit_codes);
}

struct exit_code_row exit_code_at(int at)
{
	return exit_codes[at];
}
