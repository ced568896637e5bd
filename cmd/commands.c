#include "cmd/command.h"

extern const struct command command_apply, command_check, command_completion, command_config,
    command_docs, command_doctor, command_help, command_plan, command_policy,
    command_policy_effective, command_policy_eval, command_policy_explain, command_policy_lint,
    command_policy_list, command_policy_record, command_policy_test, command_policy_waive,
    command_show, command_verify, command_version;

const struct command *const commands[] = {
    &command_apply,
    &command_check,
    &command_completion,
    &command_config,
    &command_doctor,
    &command_help,
    &command_plan,
    &command_policy,
    &command_policy_effective,
    &command_policy_eval,
    &command_policy_explain,
    &command_policy_lint,
    &command_policy_list,
    &command_policy_record,
    &command_policy_test,
    &command_policy_waive,
    &command_show,
    &command_verify,
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

const char *command_word(const struct command *command)
{
	const char *space = strrchr(command->name, ' ');

	return space != NULL ? space + 1 : command->name;
}

bool command_is_in(const struct command *command, const struct command *group)
{
	const char *word = command_word(command);
	struct str first = {command->name, (size_t)(word - command->name)};

	if (group == NULL)
		return first.len == 0;
	return str_eat_end(&first, STR(" ")) && str_is(first, group->name);
}

const struct command *command_find_in(const struct command *group, struct str word)
{
	for (size_t i = 0; commands[i]; i++) {
		if (command_is_in(commands[i], group) && str_is(word, command_word(commands[i])))
			return commands[i];
	}
	return NULL;
}
