/*
 * apply_approval.h: the question that `terraform apply` asks and the apply of a saved plan does
 * not.
 *
 * Only "yes" approves. Reads one line of standard input, whatever that is: `yes | terraform apply`
 * works, too. Layer: cmd.
 */
#ifndef CMD_APPLY_APPROVAL_H
#define CMD_APPLY_APPROVAL_H

#include "cmd/app.h"
#include "cmd/apply_split.h"

enum approval {
	APPROVAL_GIVEN,
	APPROVAL_REFUSED,
	APPROVAL_NOBODY, /* end of input, no answer */
};

enum approval apply_ask(struct app *app, enum apply_mode mode);

#endif
