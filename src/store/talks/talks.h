/* talks.h: conversations on this device, in one SQLite database: offgrid/conversations.db of the XDG data folder, or what
 * OFFGRID_CONVERSATIONS names. Deleting overwrites (secure_delete), rebuilds the index and shrinks the file, so that nothing of it stays in
 * there.
 *
 * With a passphrase every title and text is sealed by itself: AES-256-GCM, a key by scrypt (N 2^15, r 8, p 1), a fresh nonce, and the row's
 * conversation and role authenticated with it. Times, roles and models stay readable. There is no index then: searching opens every text.
 */
#ifndef OG_STORE_TALKS_TALKS_H
#define OG_STORE_TALKS_TALKS_H

#include "base/base.h"

typedef struct og_talks og_talks;

typedef struct og_talks_entry {
    int64_t id, started, changed; /* seconds since 1970 */
    int64_t messages;
    const char *model, *title; /* the title is the beginning of the first question */
} og_talks_entry;

bool og_talks_built(void);
/* path NULL: the usual one. passphrase: of a sealed database; NULL: none. OG_ERR_ARG if it is sealed and this is not its passphrase. */
og_status og_talks_open(const char *path, const char *passphrase, og_talks **out, og_error *err);
void og_talks_close(og_talks *t);
/* Whether the database at `path` (NULL: the usual one) needs a passphrase. */
bool og_talks_sealed(const char *path);

og_status og_talks_begin(og_talks *t, const char *model, int64_t *id, og_error *err);
og_status og_talks_add(og_talks *t, int64_t id, const char *role, const char *text, size_t len, og_error *err);
/* The newest first; with `search` those in which all its words occur. False from fn ends it. */
og_status og_talks_list(og_talks *t, const char *search, bool (*fn)(void *user, const og_talks_entry *e), void *user, og_error *err);
og_status og_talks_find(og_talks *t, int64_t id, bool *found, int64_t *last, og_error *err); /* *last: the newest's id; 0: there is none */
og_status og_talks_read(og_talks *t, int64_t id, bool (*fn)(void *user, const char *role, const char *text, size_t len, int64_t at),
                        void *user, og_error *err);
og_status og_talks_delete(og_talks *t, int64_t id, og_error *err); /* 0: all */
/* Seals everything with another passphrase, or opens everything (NULL). */
og_status og_talks_seal(og_talks *t, const char *passphrase, og_error *err);

#endif
