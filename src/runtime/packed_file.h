/* packed_file.h: what the parts of packed weights share: packed.c (finding and checking) and packed_write.c. */
#ifndef OG_RUNTIME_PACKED_FILE_H
#define OG_RUNTIME_PACKED_FILE_H

#include "runtime/packed.h"

#include <pthread.h>
#include <stdatomic.h>

/* Words before the tail's lists. */
typedef enum og_packed_word {
    OG_PACKED_MAGIC,
    OG_PACKED_KEY,
    OG_PACKED_LAYOUT,
    OG_PACKED_CONTENT, /* of the model file, where weights were packed from */
    OG_PACKED_BYTES,   /* of data */
    OG_PACKED_PARTS,   /* of the model file */
    OG_PACKED_WORDS /* then 4 a part (og_stamp), then one a chunk of data (its checksum), then the checksum of all these, then their count
                     */
} og_packed_word;

#define OG_PACKED_MAGIC_VALUE UINT64_C(0x316b6361704f4647) /* "GFOpack1" */

struct og_packed {
    og_engine *engine;
    const og_lm *lm;
    char *folder, *path;
    uint64_t key, layout, bytes;
    const og_source *part[OG_PACKED_PARTS_MAX]; /* where weights come from */
    og_stamp stamp[OG_PACKED_PARTS_MAX];
    uint64_t n_parts;
    og_source *map; /* the kept file, while it is used */

    /* writing */
    pthread_t thread;
    bool writing;
    atomic_bool give_up;
    bool written; /* under lock */
    pthread_mutex_t lock;
    pthread_cond_t ended;
};

/* Where the packed bytes of weight i begin, and how many they are; 0 bytes: it has none. */
uint64_t og_packed_place(const og_packed *p, int i, uint64_t *bytes);

/* Chunk c of the model file's packed weights: its checksum; *more is false past the last. Sums of all chunks' stand for the content. */
uint64_t og_packed_content_chunk(const og_packed *p, uint64_t c, bool *more);

#endif
