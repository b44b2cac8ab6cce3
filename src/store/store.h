/* store.h: the models on this device. A folder of content-addressed files and of names:
 *
 *   blobs/sha256-<digest>   a file of a model, never changed
 *   names/<name>.json       which files a name means, where they came from, under which licence
 *   views/<key>/            a split model's parts under their own names: links to blobs
 *   partial/                what is being written: downloads with their journals, copies
 *   lock                    held shared while something is added, exclusively while files are removed
 *
 * A blob gets its name when it is whole, verified and on the disk, a manifest after its blobs; both by rename. So whatever is
 * interrupted, a name means whole files or is not there. What nothing means is removed by the next removal. */
#ifndef OG_STORE_STORE_H
#define OG_STORE_STORE_H

#include "base/base.h"
#include "store/digest/digest.h"

typedef struct og_store og_store;

typedef struct og_stored_file {
    char *name; /* as its publisher has it, without folders */
    char sha256[OG_SHA256_HEX];
    uint64_t bytes;
} og_stored_file;

typedef struct og_stored {
    char *name;
    char *source;  /* "hf:user/repo:Q4_K_M", "https://...", or the path it was imported from */
    char *licence; /* as the publisher says; "" if unknown */
    int64_t added; /* seconds since 1970 */
    bool verified; /* against a digest that the publisher, or the person importing, gave */
    og_stored_file *file;
    size_t n_files; /* a split model has several, in order */
} og_stored;

/* folder NULL: environment OFFGRID_MODELS, else offgrid/models in the XDG data folder. Nothing is made on disk. */
og_status og_store_open(const char *folder, og_store **out, og_error *err);
void og_store_close(og_store *store);
const char *og_store_folder(const og_store *store);
/* Makes the store's folders. */
og_status og_store_make(og_store *store, og_error *err);

/* Whether text can be a name: letters, digits, and . _ - : / + @, the first a letter or digit, at most 200. */
bool og_store_name_valid(const char *name);

/* The model of a name. *found false: there is none, which is no failure. */
og_status og_store_find(const og_store *store, const char *name, bool *found, og_stored *out, og_error *err);
void og_stored_free(og_stored *model);
uint64_t og_stored_bytes(const og_stored *model);
/* All models by name; both arrays and their models are released with og_store_list_free. Damaged manifests are left out and counted. */
og_status og_store_list(const og_store *store, og_stored **out, size_t *n, size_t *damaged, og_error *err);
void og_store_list_free(og_stored *model, size_t n);

/* Where the model can be opened: its file, or the first of several. Checks that all are there with their sizes. og_release it. */
og_status og_store_path(const og_store *store, const og_stored *model, char **path, og_error *err);
char *og_store_blob_path(const og_store *store, const char *sha256); /* NULL when out of memory */
bool og_store_has_blob(const og_store *store, const char *sha256, uint64_t bytes);

/* Puts finished files (paths[i] is model->file[i]; NULL: its blob is here already) under the store's names, and then the model. The
 * files are on the same file system, digests and sizes known to be right; they are synced here, and gone from paths afterwards. */
og_status og_store_add(og_store *store, const og_stored *model, const char *const *paths, og_error *err);

/* Forgets the name and frees the files that no name means. */
og_status og_store_remove(og_store *store, const char *name, uint64_t *freed, og_error *err);
/* Frees files that no name means, and copies and, on demand, downloads that nobody is at any more. */
og_status og_store_clean(og_store *store, bool downloads, uint64_t *freed, og_error *err);

typedef struct og_store_usage {
    uint64_t models, partial, unused; /* bytes: of models, each file once; of what is being written or was interrupted; of no name */
    uint64_t free;                    /* on the file system, for this user */
    size_t n_models, n_blobs, n_damaged;
} og_store_usage;
og_status og_store_measure(const og_store *store, og_store_usage *out, og_error *err);

/* Reads every file of a model and compares its digest. `progress` may be NULL. */
og_status og_store_verify(const og_store *store, const og_stored *model, og_progress_fn *progress, void *user, og_error *err);

/* ---- import.c ---- */

typedef struct og_import {
    const char *path;         /* a file; of a split model the first */
    const char *name;         /* NULL: from the file's name */
    const char *sha256;       /* NULL: what `path`.sha256 or SHA256SUMS beside it says, if they are there */
    const char *licence;      /* NULL: unknown */
    size_t n_parts;           /* 1, or as many as a split model has */
    bool link;                /* a hard link instead of a copy */
    og_progress_fn *progress; /* may be NULL */
    void *user;
} og_import;
/* *out is the model as it is now in the store; og_stored_free it. */
og_status og_store_import(og_store *store, const og_import *what, og_stored *out, og_error *err);

/* ---- for the parts of the store ---- */

/* DIR/partial/NAME; og_release it. */
char *og_store_partial_path(const og_store *store, const char *name);
/* Refuses if there are not `bytes`, and a little more, free for this user. */
og_status og_store_room(const og_store *store, uint64_t bytes, og_error *err);
void og_store_sync_folder(const char *path);

#endif
