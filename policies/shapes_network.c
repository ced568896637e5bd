#include "policies/shapes_network.h"

#include "base/arena.h"
#include "base/err.h"

bool shape_has_network(struct str type)
{
	return str_is(type, "aws_security_group");
}

bool shape_network_rules(struct arena *arena, struct str type, struct value values,
    struct value *out, struct err *err UNUSED)
{
	const struct value *ingress = value_get_c(values, "ingress");

	(void)arena;
	*out = shape_has_network(type) && ingress ? *ingress : value_list(NULL, 0);
	return true;
}

struct value shape_network_covers(struct value item UNUSED, struct value ports UNUSED)
{
	return value_unknown();
}
