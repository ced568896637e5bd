#include "cmd/command.h"

extern const struct command command_apply, command_completion, command_config, command_docs,
    command_doctor, command_help, command_plan, command_show, command_version;

const struct command *const commands[] = {
    &command_apply,
    &command_completion,
    &command_config,
    &command_doctor,
    &command_help,
    &command_plan,
    &command_show,
    &command_version,
    &command_docs,
    NULL,
};

const struct command *command_find(struct str name)
{
	for (size_t i = 0; commands[i]; i++) {
		if (str_is(name, commands[i]->name))
			return commands[i];
	}
	return NULL;
}
