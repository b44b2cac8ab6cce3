/* partial.h: a file that is being pulled: its bytes at their places, and a journal of the pieces that are there, each with a checksum. So
 * neither a killed process nor a power cut makes a piece count that is not on the disk as it was received, and nothing else is received
 * again. */
#ifndef OG_STORE_PULL_PARTIAL_H
#define OG_STORE_PULL_PARTIAL_H

#include "store/pull/pull.h"

typedef struct og_partial {
    char *data_path, *journal_path;
    int data, journal; /* both locked by this process */
    uint64_t size, piece;
    size_t n_pieces, n_done;
    uint64_t received; /* bytes, since it was opened */
    uint32_t *have;    /* bytes of each piece that are there, from its beginning; done: all of them */
    uint8_t *buffer;   /* of one piece */
    og_digest *digest; /* of the first `hashed` pieces */
    size_t hashed;
} og_partial;

/* Opens or begins the partial file of a content: `key` names it, `identity` tells one content from another (a digest, or an ETag). What is
 * there is checked and kept if it is of the same content. `busy` is called while another process has it; it returns false to give up. */
og_status og_partial_open(const og_store *store, const char *key, const char *identity, uint64_t size, uint64_t piece,
                          bool (*busy)(void *user), void *user, og_partial *out, og_error *err);
/* Bytes received for piece i, at its offset have[i]. */
og_status og_partial_write(og_partial *p, size_t i, const void *data, size_t n, og_error *err);
uint32_t og_partial_piece(const og_partial *p, size_t i); /* its size */
uint64_t og_partial_bytes(const og_partial *p);           /* of pieces that are done */
/* The digest when all pieces are done. */
void og_partial_finish(og_partial *p, char hex[OG_SHA256_HEX]);
/* Lets go; what is there stays, or is dropped. */
void og_partial_close(og_partial *p, bool drop);
/* Removes what is left of a partial file whose content is in the store. */
void og_partial_forget(const og_store *store, const char *key);
/* Bytes on the disk of the partial file of `key`; 0: there is none. */
uint64_t og_partial_held(const og_store *store, const char *key);

#endif
