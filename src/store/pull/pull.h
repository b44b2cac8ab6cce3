/* pull.h: models from elsewhere. This is the only part of the program that opens connections to other machines.
 *
 *   hf:USER/REPO[:QUANT]   a GGUF file of the Hugging Face hub: QUANT as "Q4_K_M", or a file's name; without it Q4_K_M or the nearest
 *   ollama:NAME[:TAG]      a model of the Ollama registry
 *   https://...            any file
 *
 * A file comes in pieces over several connections. Each finished piece is in a journal with its checksum, so a pull that was interrupted in
 * whatever way goes on from there. The SHA-256 is computed as the pieces come. */
#ifndef OG_STORE_PULL_PULL_H
#define OG_STORE_PULL_PULL_H

#include "store/store.h"

typedef struct og_pull_file {
    char *url;
    og_stored_file file; /* sha256 "": its publisher names none */
    bool here;           /* in the store already */
} og_pull_file;

typedef struct og_pull_plan {
    char *name, *source, *licence; /* as the model will have them; licence "": its publisher names none */
    char *notice;                  /* what else should be known first; NULL: nothing */
    const char *token;             /* for the first host of the files' URLs; NULL: none */
    og_pull_file *file;
    size_t n_files;
    uint64_t bytes, bytes_here; /* of all files; in the store or in interrupted downloads */
} og_pull_plan;

typedef struct og_pull_params {
    const char *name;                                    /* in the store; NULL: what was asked for, of a URL the file's name */
    const char *sha256;                                  /* of an https:// file; NULL: what the server says */
    bool (*agree)(void *user, const og_pull_plan *plan); /* before the first byte of the model; NULL: yes */
    void (*notice)(void *user, const char *text);        /* waits, retries, restarts; may be NULL */
    og_progress_fn *progress;                            /* may be NULL */
    void *user;
    int connections; /* 0: 4 */
    int tries;       /* in a row without any progress; 0: 8 */
    double backoff;  /* seconds before the first new try, doubled each time; 0: 0.5 */
    double stall;    /* seconds without a byte that end a connection; 0: 30 */
    uint64_t piece;  /* bytes; 0: 256 KiB */
} og_pull_params;

bool og_pull_built(void);
/* Whether `what` is of a form above. */
bool og_pull_understands(const char *what);
/* On success *out is the model in the store; og_stored_free it. Not agreed: OG_ERR_CANCELLED. */
og_status og_pull(og_store *store, const char *what, const og_pull_params *params, og_stored *out, og_error *err);

#endif
