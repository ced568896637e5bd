/*
 * source_script.h: a struct source over a table of files.
 *
 *	static const struct source_row rows[] = {{"tfherald.yaml", "version: 1\n"}, {NULL}};
 *
 * Directories are those that the paths name. The table is borrowed. Layer: tests.
 */
#ifndef TESTS_SUPPORT_SOURCE_SCRIPT_H
#define TESTS_SUPPORT_SOURCE_SCRIPT_H

#include "policies/source.h"

struct source_row {
	const char *path; /* NULL ends the table */
	const char *text; /* "-> x": a link to x; NULL: a device: reading them is ERR_INVALID */
	bool broken;	  /* reading it is ERR_IO */
};

struct source_script {
	const struct source_row *rows;
	size_t reads, lists; /* how often it was asked */
};

struct source source_script(struct source_script *script, const struct source_row *rows);

#endif
