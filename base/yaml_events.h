/*
 * yaml_events.h: a YAML file as a flat list of nodes, before aliases are followed. The one place
 * that knows libfyaml.
 *
 * The nodes stand in the order of the file; a list or map is followed by what is in it. Duplicate
 * keys are let through, aliases are names: libfyaml's own checks of these take quadratic time or
 * none.
 *
 * Ownership: the arena's. Errors: ERR_SYNTAX and ERR_LIMIT with file, line, column. Layer: base;
 * part of yaml.h.
 */
#ifndef BASE_YAML_EVENTS_H
#define BASE_YAML_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;
struct err;
struct yaml_read_options;
struct yaml_tag;

#define YAML_BYTES_MAX	 ((size_t)4 << 20)
#define YAML_NODES_MAX	 100000
#define YAML_DEPTH_MAX	 64
#define YAML_ANCHORS_MAX 1000

/* An empty node has no place of its own. */
#define YAML_NO_PLACE UINT32_MAX

enum yaml_event_kind {
	YAML_EVENT_SCALAR,
	YAML_EVENT_LIST,
	YAML_EVENT_MAP,
	YAML_EVENT_ALIAS,
};

struct yaml_event {
	enum yaml_event_kind kind;
	uint16_t style;		    /* enum yaml_style of a scalar */
	uint32_t at;		    /* byte in the file, or YAML_NO_PLACE */
	uint32_t end;		    /* index behind the last node in it */
	uint32_t children;	    /* nodes directly in it: keys and values count apart */
	struct str text;	    /* SCALAR: its text; ALIAS: the anchor's name */
	const struct yaml_tag *tag; /* of the caller's, or NULL */
};

struct yaml_anchor {
	struct str name;
	uint32_t event;
};

struct yaml_events {
	struct yaml_event *list;
	size_t count, cap;
	struct yaml_anchor anchors[YAML_ANCHORS_MAX];
	size_t anchor_count;
};

NODISCARD bool yaml_events_read(struct arena *arena, const char *file, struct str text,
    const struct yaml_read_options *options, struct yaml_events *out, struct err *err);

#endif
