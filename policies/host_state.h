/*
 * host_state.h: what host.c, host_plan.c and host_functions.c share: the inside of struct
 * policy_host.
 *
 * Layer: policies; for those files only.
 */
#ifndef POLICIES_HOST_STATE_H
#define POLICIES_HOST_STATE_H

#include "parser/configuration.h"
#include "parser/redact.h"
#include "policies/host.h"

/* The fields of `resource`, in byte order: its map is sorted. */
#define RESOURCE_FIELDS(X)  \
	X(action)           \
	X(action_reason)    \
	X(actions)          \
	X(address)          \
	X(after)            \
	X(before)           \
	X(changed_paths)    \
	X(deposed)          \
	X(importing)        \
	X(index)            \
	X(mode)             \
	X(module)           \
	X(name)             \
	X(previous_address) \
	X(provider)         \
	X(provider_config)  \
	X(replace_paths)    \
	X(type)

enum resource_field {
#define X(name) RESOURCE_##name,
	RESOURCE_FIELDS(X)
#undef X
};
#define RESOURCE_FIELD_COUNT (RESOURCE_type + 1)

/* What a shape function gave for the `after` of the change at hand: asked for by many rules. */
struct shape_memo {
	const void *values; /* identity of the map it was made from; NULL: none */
	struct value items;
};

#define BY_TYPE_MAX   64		  /* types asked for with plan.by_type() */
#define BY_TYPE_ITEMS 100000		  /* resources of one type ... */
#define BY_TYPE_BYTES ((size_t)256 << 20) /* ... and what they take */

struct by_type {
	struct str type;
	enum host_view view;
	struct value list;
};

/* What the code of a resource refers to at a path: rules that look for the resource that belongs to
 * another one ask about each again and again. */
#define REFERENCES_FIRST    256
#define REFERENCE_NAMES_MAX 1000000 /* of all that are kept, and one for each */
struct kept_references {
	struct str from, path; /* `from` empty: free */
	struct config_names names;
};

struct reference_table { /* open addressing */
	struct kept_references *slots;
	size_t size, count, names; /* size: a power of two */
};

struct policy_host {
	struct arena *arena;	    /* of the evaluation */
	struct arena *change_arena; /* until the next change */
	const struct plan *plan;    /* NULL: `policy test` without one */
	const struct policy_world *world;
	struct cel_host cel;

	bool wants_changed_paths, wants_provider_config, wants_resources, wants_losses, wants_drift;
	const struct change *change; /* at hand */
	enum host_view view;
	struct value change_after, change_before; /* of this view, stamped or shown */
	struct shape_memo iam, network;

	bool plan_made[HOST_SHOWN + 1];
	struct value plan_values[HOST_SHOWN + 1];
	bool configuration_read;
	const struct configuration *configuration; /* NULL: none */
	struct by_type by_type[BY_TYPE_MAX];
	size_t by_type_count;
	struct reference_table references;
};

/* The map of one change: fields of `resource`. */
struct value host_resource(struct policy_host *host, struct arena *arena,
    const struct change_head *head, struct value before, struct value after);

/* A field of such a map without a search; of any other map too. NULL: it has none. */
const struct value *host_field(struct value resource, enum resource_field field);

/* The sides of a change as a view shows them. */
NODISCARD bool host_sides(const struct policy_host *host, struct arena *arena,
    const struct change *change, enum host_view view, struct value *before, struct value *after,
    struct err *err);

/* A fixed key: a view of a literal. */
static inline struct value_entry host_entry(struct str key, struct value value)
{
	return (struct value_entry){value_string(key), value};
}

#endif
