#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "base/size.h"

#define ALIGN ((size_t)16)

NORETURN static void out_of_memory(void)
{
	(void)fputs("tfherald: out of memory\n", stderr);
	abort();
}

static void *system_alloc(size_t header, size_t size)
{
	size_t all;
	void *memory = size_add(header, size, &all) ? malloc(all) : NULL;

	if (!memory)
		out_of_memory();
	return memory;
}

#ifdef ARENA_DEBUG

/* One malloc per object, newest first. A mark is the head of the list. */
struct object {
	struct object *next;
	size_t size;
};
_Static_assert(sizeof(struct object) % 16 == 0, "the object behind the header is aligned");

struct arena {
	struct object *head;
	size_t held;
};

struct arena *arena_new(void)
{
	struct arena *arena = system_alloc(0, sizeof(*arena));

	*arena = (struct arena){.head = NULL};
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_rewind(arena, (struct arena_mark){.block = NULL});
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct object *object = system_alloc(sizeof(*object), size);

	object->next = arena->head;
	object->size = size;
	arena->head = object;
	arena->held += sizeof(*object) + size;
	return object + 1;
}

/* Never in place: whoever still looks at the old address shall be found. */
void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
	char *grown = arena_alloc(arena, new_size);

	if (old_size > 0)
		memcpy(grown, old, size_min(old_size, new_size));
	return grown;
}

struct arena_mark arena_save(const struct arena *arena)
{
	return (struct arena_mark){.block = arena->head};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->head != mark.block) {
		struct object *object = arena->head;

		arena->head = object->next;
		arena->held -= sizeof(*object) + object->size;
		free(object);
	}
}

#else

#define BLOCK_FIRST ((size_t)16 << 10)
#define BLOCK_MAX   ((size_t)4 << 20)
/* What is larger and does not fit gets a block of its own, so that no block is left half empty. */
#define LARGE_MIN   ((size_t)256 << 10)
#define HUGE_MIN    ((size_t)4 << 20)

/* A block that many objects share. `index` orders the blocks for marks. */
struct block {
	struct block *older;
	size_t size; /* of the bytes behind this header */
	size_t index;
	size_t unused;
};

/*
 * A single large object. It leaves a token of 16 bytes in the shared block when it is made, so that
 * its place in the order of allocations is known and a mark tells whether it is newer.
 */
struct large {
	struct large *older;
	size_t size;
	size_t index; /* of the shared block the token is in ... */
	size_t token; /* ... and where the token ends */
};
_Static_assert(sizeof(struct block) % 16 == 0, "the bytes behind the header are aligned");
_Static_assert(sizeof(struct large) % 16 == 0, "the bytes behind the header are aligned");

struct arena {
	struct block *block; /* the newest */
	size_t used, size;   /* of that block */
	struct large *large;
	struct block *spare; /* one rewound block, kept so that a rewound arena needs no malloc */
	size_t next_size;
	size_t held;
};

#define PAGE	    ((uintptr_t)4096)

/* Memory that is about to be filled comes in pages of 2 MiB where the system has them: to get
 * 100 MB in small ones takes as long as to read 100 MB of JSON. That it cannot is no error. */
static void *in_large_pages(void *memory, size_t size)
{
#ifdef MADV_HUGEPAGE
	uintptr_t start = ((uintptr_t)memory + PAGE - 1) & ~(PAGE - 1);
	uintptr_t end = ((uintptr_t)memory + size) & ~(PAGE - 1);

	if (size >= HUGE_MIN)
		(void)madvise(
		    (char *)memory + (start - (uintptr_t)memory), end - start, MADV_HUGEPAGE);
#else
	(void)size;
#endif
	return memory;
}

static char *block_bytes(struct block *block)
{
	return (char *)(block + 1);
}

static void push_block(struct arena *arena, struct block *block)
{
	block->older = arena->block;
	block->index = arena->block ? arena->block->index + 1 : 0;
	arena->block = block;
	arena->used = 0;
	arena->size = block->size;
}

static struct block *new_block(struct arena *arena, size_t size)
{
	struct block *block;

	while (arena->next_size < size)
		arena->next_size *= 2;
	block = in_large_pages(
	    system_alloc(sizeof(*block), arena->next_size), sizeof(*block) + arena->next_size);
	*block = (struct block){.size = arena->next_size};
	arena->held += sizeof(*block) + block->size;
	arena->next_size = size_min(2 * arena->next_size, BLOCK_MAX);
	return block;
}

static void free_block(struct arena *arena, struct block *block)
{
	arena->held -= sizeof(*block) + block->size;
	free(block);
}

struct arena *arena_new(void)
{
	struct arena *arena = system_alloc(0, sizeof(*arena));

	*arena = (struct arena){.next_size = BLOCK_FIRST};
	push_block(arena, new_block(arena, 0));
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	while (arena->large) {
		struct large *large = arena->large;

		arena->large = large->older;
		free(large);
	}
	while (arena->block) {
		struct block *block = arena->block;

		arena->block = block->older;
		free(block);
	}
	free(arena->spare);
	free(arena);
}

/* `size` is a multiple of ALIGN and at most LARGE_MIN. */
static void *alloc_in_new_block(struct arena *arena, size_t size)
{
	struct block *block = arena->spare;

	if (block && block->size >= size)
		arena->spare = NULL;
	else
		block = new_block(arena, size);
	push_block(arena, block);
	arena->used = size;
	return block_bytes(block);
}

static void *alloc_large(struct arena *arena, size_t size)
{
	struct large *large;

	(void)arena_alloc(arena, ALIGN);
	large = in_large_pages(system_alloc(sizeof(*large), size), sizeof(*large) + size);
	*large = (struct large){arena->large, size, arena->block->index, arena->used};
	arena->large = large;
	arena->held += sizeof(*large) + size;
	return large + 1;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t rounded = (size + (size == 0) + ALIGN - 1) & ~(ALIGN - 1);
	size_t used = arena->used;

	/* a size near SIZE_MAX rounds to less than itself and goes on to fail below */
	if (LIKELY(rounded <= arena->size - used && rounded >= size)) {
		arena->used = used + rounded;
		return block_bytes(arena->block) + used;
	}
	if (size <= LARGE_MIN)
		return alloc_in_new_block(arena, rounded);
	return alloc_large(arena, size);
}

static void *grow_large(struct arena *arena, size_t new_size)
{
	struct large *large = arena->large;
	size_t all;

	large = size_add(sizeof(*large), new_size, &all) ? realloc(large, all) : NULL;
	if (!large)
		out_of_memory();
	arena->held += new_size - large->size;
	large->size = new_size;
	arena->large = large;
	return large + 1;
}

/* The newest object of the shared block, with room behind it. */
static bool grow_in_block(struct arena *arena, const char *old, size_t old_size, size_t new_size)
{
	size_t rounded = (old_size + (old_size == 0) + ALIGN - 1) & ~(ALIGN - 1);
	char *bytes = block_bytes(arena->block);

	if (old + rounded != bytes + arena->used || new_size > LARGE_MIN)
		return false;
	size_t start = arena->used - rounded;
	size_t wanted = (new_size + ALIGN - 1) & ~(ALIGN - 1);

	if (wanted > arena->size - start)
		return false;
	arena->used = start + wanted;
	return true;
}

void *arena_grow(struct arena *arena, void *old, size_t old_size, size_t new_size)
{
	if (!old)
		return arena_alloc(arena, new_size);
	if (new_size <= old_size)
		return old;
	if (arena->large && old == arena->large + 1)
		return grow_large(arena, new_size);
	if (grow_in_block(arena, old, old_size, new_size))
		return old;
	return memcpy(arena_alloc(arena, new_size), old, old_size);
}

struct arena_mark arena_save(const struct arena *arena)
{
	return (struct arena_mark){.block = arena->block, .used = arena->used};
}

static void keep_spare(struct arena *arena, struct block *block)
{
	struct block *spare = arena->spare;

	if (!spare || spare->size < block->size) {
		arena->spare = block;
		block = spare;
	}
	if (block)
		free_block(arena, block);
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	struct block *to = mark.block;

	while (arena->large &&
	       (arena->large->index > to->index ||
		   (arena->large->index == to->index && arena->large->token > mark.used))) {
		struct large *large = arena->large;

		arena->large = large->older;
		arena->held -= sizeof(*large) + large->size;
		free(large);
	}
	while (arena->block != to) {
		struct block *block = arena->block;

		arena->block = block->older;
		keep_spare(arena, block);
	}
	arena->used = mark.used;
	arena->size = to->size;
}

#endif

void *arena_zalloc(struct arena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size)
{
	size_t all;

	if (!size_mul(count, size, &all))
		out_of_memory();
	return arena_zalloc(arena, all);
}

size_t arena_held(const struct arena *arena)
{
	return arena->held;
}
