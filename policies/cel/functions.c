#include "policies/cel/function.h"

const struct cel_function *const cel_function_tables[] = {
    cel_operators,
    cel_standard_functions,
    cel_time_functions,
    cel_string_functions,
    cel_math_functions,
    cel_encoder_functions,
    cel_optional_functions,
    cel_network_functions,
    cel_version_functions,
    NULL,
};
