/*
 * detectors.h: finds secrets that nobody marked: by their shape, by the name they stand under, by
 * how random they look.
 *
 * Known values only. A reference (an ARN, a path of a secret store, "${...}"), an id or a name is
 * no secret. Each detector is a row of one table and can be switched off by its name (setting
 * `redact.detectors`). Shapes have a beginning and a least length, none has a fixed length.
 *
 *	shapes	found anywhere in a text: each leaf, JSON inside a leaf, base64 of a text,
 *		captured text
 *	names	of the key that a leaf stands under, or of the sibling `name` or `key` of a `value`
 *	entropy	random-looking text under a name that is merely suspicious
 *
 * Cost: one look-up of two bytes at each position of a text. Ownership: results in `arena`, texts
 * shared with the argument. Errors: none. Layer: parser. Source: report design, 2.
 */
#ifndef PARSER_DETECTORS_H
#define PARSER_DETECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/plan.h"

struct arena;
struct regex;

enum detector {
	DETECTOR_PEM,
	DETECTOR_AWS_ACCESS_KEY,
	DETECTOR_AWS_SECRET_KEY,
	DETECTOR_GCP_SERVICE_ACCOUNT,
	DETECTOR_GOOGLE_KEY,
	DETECTOR_AZURE_KEY,
	DETECTOR_GITHUB,
	DETECTOR_GITLAB,
	DETECTOR_SLACK,
	DETECTOR_NPM,
	DETECTOR_PYPI,
	DETECTOR_STRIPE,
	DETECTOR_TERRAFORM_CLOUD,
	DETECTOR_VAULT,
	DETECTOR_DIGITALOCEAN,
	DETECTOR_SENDGRID,
	DETECTOR_TWILIO,
	DETECTOR_JWT,
	DETECTOR_URL_PASSWORD,
	DETECTOR_AUTHORIZATION,
	DETECTOR_ATTRIBUTE_NAME,
	DETECTOR_ENV_VALUE,
	DETECTOR_ENTROPY,
	DETECTOR_MASK, /* the user's own regular expressions; not in the table, never off */
};
#define DETECTOR_COUNT DETECTOR_MASK

struct detector_row {
	const char *name;
	bool is_shape; /* what --fail-on-leak counts */
	const char *help;
};
extern const struct detector_row detector_rows[DETECTOR_COUNT];
const char *detector_name(enum detector detector);
bool detector_from_str(struct str name, enum detector *out);

/* Which are off, and what the user masks beside; the patterns are his who made it. */
struct detectors {
	uint32_t off; /* 1 << enum detector */
	struct regex *const *masks;
	size_t mask_count;
};

/* --- text --- */

struct detection {
	enum detector detector;
	size_t from, to;
};

/* The first shape at or after `start`. `detectors` NULL: all are on. */
bool detectors_find(
    const struct detectors *detectors, struct str text, size_t start, struct detection *out);
/* The same text when there is none, else a copy with MASKER_MARK for each shape, each match of the
 * user's patterns, and each quoted value whose name on its line gives it away. */
struct str detectors_hide(struct arena *arena, const struct detectors *detectors, struct str text);

/* What the name of a variable says of its value: "DB_PASSWORD", "TF_VAR_api_key", but not "PWD". */
bool detectors_suspect_variable(struct str name, struct str value);

/* --- values --- */

/*
 * The change with VALUE_DETECTED on the leaves that are found, on both sides; JSON text that holds
 * one becomes its tree, tagged SHOWN_JSON_TEXT (redact.h). The same values when there is none.
 */
void detectors_mark(struct arena *arena, const struct detectors *detectors,
    const struct change *change, struct change *out);

/* A shape that stands in the plan and is marked by nobody: for --fail-on-leak. */
struct leak {
	enum detector detector;
	struct str address, path;
	bool is_output;
};

#define LEAKS_MAX 1000

struct leaks {
	struct arena *arena; /* results live here */
	struct leak *items;
	size_t count, room;
	size_t left_out; /* more than LEAKS_MAX */
};

/* Of what detectors_mark() gave. Only values after the change count, of a delete those before. */
void leaks_collect(struct leaks *leaks, const struct detectors *detectors,
    const struct change *marked, bool is_output);

#endif
