/*
 * flood.c: writes BYTES bytes of lines to standard output, as fast as the reader takes them: a
 * child that floods.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char block[1 << 18];
	unsigned long long left = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000000ull;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (char)(i % 100 == 99 ? '\n' : 'a' + i % 26);
	while (left > 0) {
		ssize_t n = write(1, block, left < sizeof(block) ? (size_t)left : sizeof(block));
		if (n <= 0)
			return 1;
		left -= (unsigned long long)n;
	}
	return 0;
}
