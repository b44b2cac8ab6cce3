/* talks.c: without SQLite and OpenSSL no conversation is kept. */
#include "store/talks/talks.h"

static og_status refuse(og_error *err) {
    return og_fail(
        err, OG_ERR_UNSUPPORTED,
        "this program was built without SQLite or OpenSSL (Debian packages libsqlite3-dev, libssl-dev), so it keeps no conversations");
}

bool og_talks_built(void) {
    return false;
}
og_status og_talks_open(const char *path, const char *passphrase, og_talks **out, og_error *err) {
    (void)path, (void)passphrase;
    *out = NULL;
    return refuse(err);
}
void og_talks_close(og_talks *t) {
    (void)t;
}
bool og_talks_sealed(const char *path) {
    return (void)path, false;
}
og_status og_talks_begin(og_talks *t, const char *model, int64_t *id, og_error *err) {
    return (void)t, (void)model, (void)id, refuse(err);
}
og_status og_talks_add(og_talks *t, int64_t id, const char *role, const char *text, size_t len, og_error *err) {
    return (void)t, (void)id, (void)role, (void)text, (void)len, refuse(err);
}
og_status og_talks_list(og_talks *t, const char *search, bool (*fn)(void *user, const og_talks_entry *e), void *user, og_error *err) {
    return (void)t, (void)search, (void)fn, (void)user, refuse(err);
}
og_status og_talks_find(og_talks *t, int64_t id, bool *found, int64_t *last, og_error *err) {
    return (void)t, (void)id, (void)found, (void)last, refuse(err);
}
og_status og_talks_read(og_talks *t, int64_t id, bool (*fn)(void *user, const char *role, const char *text, size_t len, int64_t at),
                        void *user, og_error *err) {
    return (void)t, (void)id, (void)fn, (void)user, refuse(err);
}
og_status og_talks_delete(og_talks *t, int64_t id, og_error *err) {
    return (void)t, (void)id, refuse(err);
}
og_status og_talks_seal(og_talks *t, const char *passphrase, og_error *err) {
    return (void)t, (void)passphrase, refuse(err);
}
