/*
 * file_state.h: what identifies one state of a file: a plan file that did not change was not
 * written meanwhile.
 *
 * Layer: cmd.
 */
#ifndef CMD_FILE_STATE_H
#define CMD_FILE_STATE_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct file_state {
	bool exists;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

/* `path` NULL: as if there were none. */
struct file_state file_state_of(const char *path);
bool file_state_same(const struct file_state *a, const struct file_state *b);

#endif
