/*
 * own_secrets.h: the credentials of a delivery itself, to keep them out of everything that it sends
 * or reports. A plan can print them (a provider's debug output, a template with the environment),
 * and a service can echo them in an error.
 *
 * Limits: strings of 8 bytes or more; others are ignored. Ownership: copies in the arena. Layer:
 * notifiers.
 */
#ifndef NOTIFIERS_OWN_SECRETS_H
#define NOTIFIERS_OWN_SECRETS_H

#include "base/str.h"

struct arena;
struct own_secrets;

struct own_secrets *own_secrets_new(struct arena *arena);
void own_secrets_add(struct own_secrets *own, struct str token);
/* The address, and its path by itself. */
void own_secrets_add_url(struct own_secrets *own, struct str url);

/* The same text when none is in it, else a copy with "(sensitive)" in their place. */
struct str own_secrets_hide(const struct own_secrets *own, struct arena *arena, struct str text);

#endif
