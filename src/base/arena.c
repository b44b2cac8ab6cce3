/* arena.c: bump allocation. Blocks form a list, newest first; only the newest has room to give. */
#include "base/base.h"

#include <string.h>

#define ALIGNMENT 16
#define DEFAULT_BLOCK ((size_t)64 << 10)

typedef struct og_arena_block {
    struct og_arena_block *next;
    size_t used, size; /* bytes of `data` */
    _Alignas(ALIGNMENT) unsigned char data[];
} og_arena_block;

void og_arena_init(og_arena *arena, size_t block_bytes) {
    arena->head = NULL;
    arena->block = block_bytes ? block_bytes : DEFAULT_BLOCK;
}

static og_arena_block *block_add(og_arena *arena, size_t bytes) {
    size_t size = OG_MAX(bytes, arena->block);
    if (size > SIZE_MAX - sizeof(og_arena_block)) return NULL;
    og_arena_block *block = og_alloc(sizeof(*block) + size);
    if (!block) return NULL;
    block->next = arena->head;
    block->used = 0;
    block->size = size;
    arena->head = block;
    return block;
}

void *og_arena_alloc(og_arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - ALIGNMENT) return NULL;
    size_t need = OG_ALIGN_UP(OG_MAX(bytes, 1), ALIGNMENT);
    og_arena_block *block = arena->head;
    if (!block || block->size - block->used < need) block = block_add(arena, need);
    if (!block) return NULL;
    void *p = block->data + block->used;
    block->used += need;
    return memset(p, 0, bytes);
}

char *og_arena_strndup(og_arena *arena, const char *s, size_t n) {
    if (n == SIZE_MAX) return NULL;
    char *copy = og_arena_alloc(arena, n + 1);
    if (copy && n) memcpy(copy, s, n);
    return copy;
}

static void free_list(og_arena_block *block) {
    while (block) {
        og_arena_block *next = block->next;
        og_release(block);
        block = next;
    }
}

void og_arena_reset(og_arena *arena) {
    if (!arena->head) return;
    free_list(arena->head->next);
    arena->head->next = NULL;
    arena->head->used = 0;
}

void og_arena_free(og_arena *arena) {
    free_list(arena->head);
    arena->head = NULL;
}
