/* inside.h: what the files of the store share among themselves. */
#ifndef OG_STORE_INSIDE_H
#define OG_STORE_INSIDE_H

#include "store/store.h"

struct og_store {
    char *folder;
};

/* FOLDER/`middle`/`name`+`end`; NULL when out of memory. */
char *og_store_join(const og_store *store, const char *middle, const char *name, const char *end);

/* ---- manifest.c ---- */
char *og_manifest_path(const og_store *store, const char *name);
og_status og_manifest_read(const char *path, og_stored *out, og_error *err);
og_status og_manifest_write(const char *path, const og_stored *model, og_error *err);
/* A string with its quotes. */
bool og_buf_add_json(og_buf *buf, const char *text);

/* ---- store.c ---- */
/* Takes the store's lock; waits for others. -1 with *err filled on failure; closing the descriptor lets go. */
int og_store_lock(const og_store *store, bool exclusive, og_error *err);
og_status og_stored_copy(const og_stored *from, og_stored *to, og_error *err);

#endif
