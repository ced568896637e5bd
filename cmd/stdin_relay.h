/*
 * stdin_relay.h: standard input as an input, for `terraform plan | tfherald plan`.
 *
 * What terraform prints for people or as a stream goes on to standard output at once and is kept in
 * memory: the first and last half of `limit` bytes when there is more (as process.h does); *cut
 * tells. A standard output that goes away (EPIPE) does not end the reading. A JSON plan (`terraform
 * show -json | tfherald plan`) is not for people: it is taken whole, silently.
 *
 * Errors: ERR_IO. Ownership: the run arena. Layer: cmd.
 */
#ifndef CMD_STDIN_RELAY_H
#define CMD_STDIN_RELAY_H

#include "cmd/app.h"

struct err;
struct input;

NODISCARD bool stdin_relay(
    struct app *app, size_t limit, struct input **out, bool *cut, struct err *err);

#endif
