/*
 * fingerprint_key.h: the key that hidden values enter fingerprints with.
 *
 * A key that can be guessed is worse than none: with it whoever has a report can search for what is
 * hidden. So a short one is refused, and one that is named but not there is said, once.
 *
 * Errors: ERR_INVALID with the place in the settings. Ownership: the environment's. Layer: cmd.
 */
#ifndef CMD_FINGERPRINT_KEY_H
#define CMD_FINGERPRINT_KEY_H

#include "cmd/settings.h"

#define FINGERPRINT_KEY_MIN ((size_t)16) /* bytes */

/* *out is empty when there is none. */
NODISCARD bool fingerprint_key_load(
    struct app *app, const struct settings *settings, struct str *out, struct err *err);

#endif
