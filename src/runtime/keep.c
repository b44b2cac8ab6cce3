#include "runtime/keep.h"

#include "base/file.h"
#include "base/hash.h"
#include "runtime/cachedir.h"
#include "tensor/tensor.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char magic[16] = "offgrid page";

enum { VERSION = 1, WAITING_MAX = 8, NAME_BYTES = 48 };

/* A file: this; then tokens, page and state, sealed if so wanted. In the machine's byte order. */
typedef struct header {
    char magic[16];
    uint64_t version, model, cache;
    uint64_t n_tokens, page_bytes, state_bytes; /* state_bytes: 0 if it is not known */
    uint64_t extra;                             /* bytes that sealing added */
    uint64_t body;                              /* hash of what follows */
    uint64_t check;                             /* hash of the fields before */
} header;

typedef struct item {
    struct item *next;
    uint64_t name;
    header h;
    uint8_t body[];
} item;

struct og_keeper {
    og_keeper_params p;
    og_seal seal;
    char *folder, *path, *path_written; /* path: of the reader, path_written: of the thread */
    uint8_t *body, *sealed;             /* for reading */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake, room;
    item *first;
    int n_waiting;
    bool closing;
};

static size_t body_bytes(const header *h) {
    return (size_t)(h->n_tokens * sizeof(int32_t) + h->page_bytes + h->state_bytes);
}

static void set_path(const og_keeper *k, char *path, uint64_t name) {
    snprintf(path, strlen(k->folder) + NAME_BYTES, "%s/%016" PRIx64 "%016" PRIx64 ".page", k->folder, og_hash(&k->p.cache, 8, k->p.model),
             name);
}

uint64_t og_keeper_name(const og_keeper *k, uint64_t parent, const int32_t *token) {
    return og_hash(token, OG_KV_PAGE * sizeof *token, parent ? parent : k->seal.secret ^ 1);
}

static header make_header(const og_keeper *k, size_t n, bool state) {
    header h = {.version = VERSION, .model = k->p.model, .cache = k->p.cache, .n_tokens = n, .page_bytes = k->p.page_bytes};
    memcpy(h.magic, magic, sizeof magic);
    h.state_bytes = state ? k->p.state_bytes : 0;
    h.extra = k->seal.seal ? k->seal.extra : 0;
    return h;
}

/* ---- writing ---- */

static og_status write_file(og_keeper *k, item *it, const uint8_t *body, size_t bytes, og_error *err) {
    og_writer *w;
    it->h.body = og_hash(body, bytes, 0);
    it->h.check = og_hash(&it->h, offsetof(header, check), 0);
    OG_TRY(og_writer_open(k->path_written, &w, err));
    og_writer_unsynced(w);
    og_status status = og_writer_add(w, &it->h, sizeof it->h, err);
    if (status == OG_OK) status = og_writer_add(w, body, bytes, err);
    if (status == OG_OK) return og_writer_commit(w, err);
    og_writer_abort(w);
    return status;
}

static void write_item(og_keeper *k, item *it) {
    const size_t plain = body_bytes(&it->h), bytes = plain + (size_t)it->h.extra;
    uint8_t *sealed = NULL;
    og_error err = {0};
    set_path(k, k->path_written, it->name);
    if (!og_cachedir_make(k->folder) || !og_cachedir_make_room(k->folder, k->path_written, bytes + sizeof it->h, k->p.limit)) return;
    if (k->seal.seal) {
        sealed = og_alloc(bytes);
        if (!sealed || !k->seal.seal(k->seal.user, it->body, plain, sealed)) {
            og_release(sealed);
            return;
        }
    }
    if (write_file(k, it, sealed ? sealed : it->body, bytes, &err) != OG_OK) og_log(1, "a cache page is not kept: %s", err.text);
    og_release(sealed);
}

static void *writer_main(void *user) {
    og_keeper *k = user;
    pthread_mutex_lock(&k->lock);
    for (;;) {
        while (!k->first && !k->closing) pthread_cond_wait(&k->wake, &k->lock);
        item *it = k->first;
        if (!it) break;
        k->first = it->next;
        pthread_mutex_unlock(&k->lock);
        write_item(k, it);
        og_release(it);
        pthread_mutex_lock(&k->lock);
        k->n_waiting--;
        pthread_cond_signal(&k->room);
    }
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

bool og_keeper_ready(og_keeper *k, bool wait) {
    pthread_mutex_lock(&k->lock);
    while (wait && k->n_waiting >= WAITING_MAX) pthread_cond_wait(&k->room, &k->lock);
    const bool ready = k->n_waiting < WAITING_MAX;
    pthread_mutex_unlock(&k->lock);
    return ready;
}

bool og_keeper_put(og_keeper *k, uint64_t name, const int32_t *token, size_t n, const void *page, const void *state) {
    const header h = make_header(k, n, state != NULL);
    item *it = og_keeper_ready(k, false) ? og_alloc(sizeof *it + body_bytes(&h)) : NULL;
    if (!it) return false;
    it->next = NULL;
    it->name = name;
    it->h = h;
    memcpy(it->body, token, n * sizeof *token);
    memcpy(it->body + n * sizeof *token, page, k->p.page_bytes);
    if (state) memcpy(it->body + n * sizeof *token + k->p.page_bytes, state, k->p.state_bytes);
    pthread_mutex_lock(&k->lock);
    item **at = &k->first;
    while (*at) at = &(*at)->next;
    *at = it;
    k->n_waiting++;
    pthread_cond_signal(&k->wake);
    pthread_mutex_unlock(&k->lock);
    return true;
}

/* ---- reading ---- */

/* Whether the file is what it should be; its plain body is then in k->body. */
static bool read_file(og_keeper *k, const og_source *src, const int32_t *token, size_t n, header *h) {
    if (og_source_size(src) < sizeof *h || og_source_read(src, 0, h, sizeof *h, NULL) != OG_OK) return false;
    if (h->check != og_hash(h, offsetof(header, check), 0)) return false;
    header mine = make_header(k, n, h->state_bytes > 0);
    mine.body = h->body;
    mine.check = h->check;
    if (memcmp(h, &mine, sizeof mine) != 0) return false;
    const size_t plain = body_bytes(h), bytes = plain + (size_t)h->extra;
    if (og_source_size(src) != sizeof *h + bytes) return false;
    uint8_t *grown = og_realloc(k->body, plain + 1), *into = grown;
    if (grown) k->body = grown;
    if (k->seal.seal) {
        into = og_realloc(k->sealed, bytes + 1);
        if (into) k->sealed = into;
    }
    if (!grown || !into || og_source_read(src, sizeof *h, into, bytes, NULL) != OG_OK) return false;
    if (og_hash(into, bytes, 0) != h->body) return false;
    if (k->seal.seal && !k->seal.unseal(k->seal.user, k->sealed, plain, k->body)) return false;
    return memcmp(k->body, token, n * sizeof *token) == 0;
}

bool og_keeper_get(og_keeper *k, uint64_t name, const int32_t *token, size_t n, void *page, void *state, bool *has_state) {
    og_source *src;
    header h;
    set_path(k, k->path, name);
    if (access(k->path, R_OK) != 0 || og_source_open(k->path, &src, NULL) != OG_OK) return false;
    const bool good = read_file(k, src, token, n, &h);
    og_source_close(src);
    if (!good) {
        og_log(1, "%s is damaged, or not what its name says: it is removed", k->path);
        unlink(k->path);
        return false;
    }
    og_cachedir_touch(k->path);
    const uint8_t *body = k->body + n * sizeof *token;
    memcpy(page, body, k->p.page_bytes);
    *has_state = h.state_bytes > 0;
    if (*has_state) memcpy(state, body + k->p.page_bytes, k->p.state_bytes);
    return true;
}

/* ---- opening and closing ---- */

og_status og_keeper_open(const og_keeper_params *params, og_keeper **out, og_error *err) {
    og_keeper *k = og_calloc(1, sizeof *k);
    if (!k) return og_fail(err, OG_ERR_MEMORY, "out of memory for kept cache pages");
    k->p = *params;
    if (params->seal) k->seal = *params->seal;
    pthread_mutex_init(&k->lock, NULL);
    pthread_cond_init(&k->wake, NULL);
    pthread_cond_init(&k->room, NULL);
    const size_t len = strlen(params->folder);
    k->folder = og_strndup(params->folder, len);
    k->path = og_alloc(len + NAME_BYTES);
    k->path_written = og_alloc(len + NAME_BYTES);
    og_status status = OG_OK;
    if (!k->folder || !k->path || !k->path_written)
        status = og_fail(err, OG_ERR_MEMORY, "out of memory for kept cache pages");
    else if (!og_cachedir_make(k->folder))
        status = og_fail(err, OG_ERR_IO, "cannot make the folder %s for cache pages", k->folder);
    if (status == OG_OK) {
        k->has_thread = pthread_create(&k->thread, NULL, writer_main, k) == 0;
        if (!k->has_thread) status = og_fail(err, OG_ERR_MEMORY, "cannot start a thread for kept cache pages");
    }
    if (status == OG_OK)
        *out = k;
    else
        og_keeper_close(k);
    return status;
}

void og_keeper_close(og_keeper *k) {
    if (!k) return;
    if (k->has_thread) {
        pthread_mutex_lock(&k->lock);
        k->closing = true;
        pthread_cond_signal(&k->wake);
        pthread_mutex_unlock(&k->lock);
        pthread_join(k->thread, NULL);
    }
    pthread_mutex_destroy(&k->lock);
    pthread_cond_destroy(&k->wake);
    pthread_cond_destroy(&k->room);
    og_release(k->folder);
    og_release(k->path);
    og_release(k->path_written);
    og_release(k->body);
    og_release(k->sealed);
    og_release(k);
}
