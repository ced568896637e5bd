/*
 * configuration_parts.h: inside of struct configuration, for the modules that read and follow it.
 *
 * Module 0 is the root. An output is an expression in its module; an argument of a module is one in
 * the module that calls it. Layer: parser; for configuration*.c and terraform_data.c.
 */
#ifndef PARSER_CONFIGURATION_PARTS_H
#define PARSER_CONFIGURATION_PARTS_H

#include "parser/configuration.h"
#include "parser/path.h"

enum config_part {
	PART_OUTPUT,
	PART_ARGUMENT,
};

struct config_expression {
	enum config_part part;
	uint32_t module;
	struct str name;
	struct span span; /* the JSON of the expression */
};

/* Open addressing: numbers of the items plus 1, 0 is free. */
struct config_table {
	uint32_t *slots;
	size_t mask;
};

struct configuration {
	const struct plan *plan;
	const struct config_module *modules;
	const uint32_t *parents; /* of the modules */
	size_t module_count;
	const struct config_resource *resources;
	size_t resource_count;
	const struct config_expression *expressions;
	size_t expression_count;
	const struct config_provider *providers;
	size_t provider_count;
	struct config_names sensitive; /* variables of the root */
	bool present;		       /* the plan has a configuration */
	struct config_table module_table, resource_table, expression_table;
	/* Numbers of the plan's changes of terraform_data, in order of their address_hash. */
	const uint32_t *data;
	size_t data_count;
};

/* Makes the tables once the lists are there. */
void config_index(struct arena *arena, struct configuration *out);

/* By address without indexes; false: not there. */
bool config_find_module(
    const struct configuration *configuration, struct str address, uint32_t *module);
/* Where an output or argument stands; len 0: there is none. */
struct span config_find_part(const struct configuration *configuration, enum config_part part,
    uint32_t module, struct str name);
/* The JSON there; null when there is none or when it is broken. */
struct value config_read_span(
    struct arena *arena, const struct configuration *configuration, struct span span);

/*
 * What may still be followed: a step is a reference, or the reading of STEP_BYTES. A hostile
 * configuration leads in circles, and through the same large expression again and again.
 */
#define STEP_BYTES ((uint64_t)16 << 10)

struct follow_budget {
	size_t steps, depth;
};
#define FOLLOW_DEPTH_MAX 100
/* config_read_span() within what is left; null over it. */
struct value config_read_within(struct arena *arena, const struct configuration *configuration,
    struct span span, struct follow_budget *budget);

/* The list under "references", when this is an expression that has one; NULL otherwise. */
const struct value *expression_references(struct value expression);
/* Is it an expression (and not a block of expressions)? */
bool is_expression(struct value node);

/*
 * The next reference of a list in its longest form: "a.b.c" of "a.b.c", "a.b", "a". False at the
 * end.
 */
bool references_next(const struct value *list, size_t *at, struct str *reference);

/* The bytes of [key], quotes and escapes minded; the rest of the text when it does not end. */
size_t config_key_len(struct str text);

enum reference_kind {
	REFERENCE_VARIABLE, /* var.NAME */
	REFERENCE_OUTPUT,   /* module.NAME[key].OUTPUT; without output when the module is meant */
	REFERENCE_RESOURCE, /* also data and ephemeral: TYPE.NAME[key] */
	REFERENCE_EACH,	    /* each.value */
	REFERENCE_LOCAL,    /* local.x: a dead end */
	REFERENCE_KNOWN,    /* count, path, self, ... */
};

struct reference {
	enum reference_kind kind;
	struct str head; /* "module.m", "aws_x.y", "data.aws_x.y" */
	struct str key;	 /* with its brackets: [0], ["k"]; empty: none */
	struct str name; /* of the variable or output */
	struct str rest; /* the attributes behind, with the first dot or bracket */
};

struct reference reference_parse(struct str text);

/* Without "after." in front. */
struct str path_of_value(struct str path);

#endif
