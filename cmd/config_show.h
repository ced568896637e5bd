/*
 * config_show.h: every fact and setting with its origin, for people and for programs. Secrets
 * appear as "set (from NAME)" or "not set" only.
 *
 * Layer: cmd.
 */
#ifndef CMD_CONFIG_SHOW_H
#define CMD_CONFIG_SHOW_H

#include "base/sink.h"
#include "cmd/app.h"
#include "cmd/session.h"

void config_show_terminal(struct app *app, const struct session *session, struct sink *sink);
void config_show_json(struct app *app, const struct session *session, struct sink *sink);

#endif
