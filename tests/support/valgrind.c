#include "tests/support/valgrind.h"

#include <stdlib.h>

bool under_valgrind(void)
{
	return getenv("TFHERALD_UNDER_VALGRIND") != NULL; /* set by tests/run.sh */
}
