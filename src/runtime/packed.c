#include "runtime/packed.h"

#include "base/hash.h"
#include "runtime/cachedir.h"
#include "runtime/packed_file.h"

#include <stdio.h>
#include <string.h>

enum { CHUNKS_A_RUN = 256 };

uint64_t og_packed_place(const og_packed *p, int i, uint64_t *bytes) {
    uint64_t at = 0;
    *bytes = 0;
    for (int k = 0; k <= i; k++) {
        at += OG_ALIGN_UP(*bytes, (uint64_t)OG_PACKED_ALIGN);
        *bytes = p->engine->be->packed_bytes(p->engine->be, p->lm->list[k]);
    }
    return at;
}

uint64_t og_packed_content_chunk(const og_packed *p, uint64_t c, bool *more) {
    for (int i = 0; i < p->lm->n_weight; i++) {
        const og_weight *w = p->lm->list[i];
        if (!(w->use & OG_USE_MATMUL)) continue;
        const uint64_t chunks = OG_DIV_UP(w->bytes, (uint64_t)OG_PACKED_CHUNK);
        if (c >= chunks) {
            c -= chunks;
            continue;
        }
        const uint64_t at = c * OG_PACKED_CHUNK, n = OG_MIN(w->bytes - at, (uint64_t)OG_PACKED_CHUNK);
        *more = true;
        const uint64_t sum = og_hash(og_source_view(w->src) + w->offset + at, (size_t)n, (uint64_t)i << 32 ^ c);
        og_source_drop(w->src, w->offset + at, n);
        return sum;
    }
    *more = false;
    return 0;
}

/* ---- where ---- */

/* The header with its metadata, and what the binder made of it. */
static uint64_t key_of(const og_packed *p) {
    uint64_t key = 0, header = UINT64_MAX;
    for (int i = 0; i < p->lm->n_weight; i++) {
        const og_weight *w = p->lm->list[i];
        key = og_hash(w->name, strlen(w->name), key);
        const uint64_t facts[] = {(uint64_t)w->type,   (uint64_t)w->dim[0], (uint64_t)w->dim[1], (uint64_t)w->dim[2],
                                  (uint64_t)w->dim[3], (uint64_t)w->use,    w->offset,           w->bytes};
        key = og_hash(facts, sizeof facts, key);
        if (w->src == p->part[0] && w->offset < header) header = w->offset;
    }
    return og_hash(og_source_view(p->part[0]), (size_t)header, key);
}

/* Lists the files that weights are packed from; false if one has no address or they are too many. */
static bool find_parts(og_packed *p) {
    for (int i = 0; i < p->lm->n_weight; i++) {
        const og_weight *w = p->lm->list[i];
        if (!(w->use & OG_USE_MATMUL)) continue;
        uint64_t k = 0;
        while (k < p->n_parts && p->part[k] != w->src) k++;
        if (k < p->n_parts) continue;
        if (!w->src || !og_source_view(w->src) || k == OG_PACKED_PARTS_MAX) return false;
        if (og_source_stamp(w->src, &p->stamp[k], NULL) != OG_OK || p->stamp[k].inode == 0) return false;
        p->part[p->n_parts++] = w->src;
    }
    return p->n_parts > 0;
}

og_status og_packed_open(og_engine *engine, const og_lm *lm, og_packed **out, og_error *err) {
    const og_backend *be = engine->be;
    *out = NULL;
    if (!engine->packed_dir || !be->packed) return OG_OK;
    og_packed *p = og_calloc(1, sizeof *p);
    if (!p) return og_fail(err, OG_ERR_MEMORY, "out of memory for the model's packed weights");
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->ended, NULL);
    p->engine = engine;
    p->lm = lm;
    uint64_t last, at = og_packed_place(p, lm->n_weight - 1, &last);
    p->bytes = at + OG_ALIGN_UP(last, (uint64_t)OG_PACKED_ALIGN);
    const size_t size = strlen(engine->packed_dir) + 32;
    p->folder = og_strndup(engine->packed_dir, strlen(engine->packed_dir));
    p->path = og_alloc(size);
    if (!p->folder || !p->path) {
        og_packed_close(p);
        return og_fail(err, OG_ERR_MEMORY, "out of memory for the model's packed weights");
    }
    if (p->bytes >= engine->packed_min && p->bytes <= engine->packed_limit && find_parts(p)) {
        p->layout = be->packed_layout(be, (const og_weight *const *)lm->list, lm->n_weight);
        p->key = key_of(p);
        snprintf(p->path, size, "%s/%016llx.packed", p->folder, (unsigned long long)p->key);
        if (p->layout) *out = p;
    }
    if (!*out) og_packed_close(p);
    return OG_OK;
}

void og_packed_close(og_packed *p) {
    if (!p) return;
    og_source_close(p->map);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->ended);
    og_release(p->folder);
    og_release(p->path);
    og_release(p);
}

/* ---- using a kept file ---- */

/* Its tail's words, copied; NULL if it is no whole file of ours. */
static uint64_t *read_tail(const og_packed *p, const og_source *src) {
    const uint64_t chunks = OG_DIV_UP(p->bytes, (uint64_t)OG_PACKED_CHUNK);
    const uint64_t words = OG_PACKED_WORDS + 4 * p->n_parts + chunks, tail = (words + 2) * 8, size = og_source_size(src);
    uint64_t *word = size == p->bytes + tail ? og_alloc((size_t)tail) : NULL;
    if (!word) return NULL;
    if (og_source_read(src, size - tail, word, (size_t)tail, NULL) == OG_OK && word[words + 1] == words &&
        word[words] == og_hash(word, (size_t)words * 8, 0) && word[OG_PACKED_MAGIC] == OG_PACKED_MAGIC_VALUE &&
        word[OG_PACKED_KEY] == p->key && word[OG_PACKED_LAYOUT] == p->layout && word[OG_PACKED_BYTES] == p->bytes &&
        word[OG_PACKED_PARTS] == p->n_parts)
        return word;
    og_release(word);
    return NULL;
}

typedef struct checking {
    const og_packed *p;
    const uint64_t *sums; /* of the kept file's chunks; NULL: the model file's are added up */
    uint64_t first;
    atomic_bool differs;
    _Atomic uint64_t content;
} checking;

static void check_chunk(void *ctx, int step, int chunk, int thread) {
    (void)step;
    (void)thread;
    checking *k = ctx;
    const og_packed *p = k->p;
    const uint64_t c = k->first + (uint64_t)chunk;
    if (k->sums) {
        const uint64_t at = c * OG_PACKED_CHUNK, n = OG_MIN(p->bytes - at, (uint64_t)OG_PACKED_CHUNK);
        if (og_hash(og_source_view(p->map) + at, (size_t)n, c) != k->sums[c]) atomic_store(&k->differs, true);
        return;
    }
    bool more;
    const uint64_t sum = og_packed_content_chunk(p, c, &more);
    if (more) atomic_fetch_add(&k->content, sum);
}

static og_status check_chunks(checking *k, uint64_t n, og_progress_fn *progress, void *user, og_error *err) {
    for (k->first = 0; k->first < n && !atomic_load(&k->differs); k->first += CHUNKS_A_RUN) {
        const int count = (int)OG_MIN(n - k->first, (uint64_t)CHUNKS_A_RUN);
        og_pool_run(k->p->engine->pool, 1, &count, check_chunk, k, NULL);
        if (progress && !progress(user, "loading", OG_MIN(k->first + CHUNKS_A_RUN, n), n))
            return og_fail(err, OG_ERR_CANCELLED, "loading was cancelled");
    }
    return OG_OK;
}

/* The model file is the one that was packed: nobody touched it, or it holds the same. */
static og_status check_content(const og_packed *p, const uint64_t *word, bool *same, og_progress_fn *progress, void *user, og_error *err) {
    *same = memcmp(word + OG_PACKED_WORDS, p->stamp, (size_t)p->n_parts * sizeof *p->stamp) == 0;
    if (*same) return OG_OK;
    uint64_t chunks = 0;
    for (int i = 0; i < p->lm->n_weight; i++)
        if (p->lm->list[i]->use & OG_USE_MATMUL) chunks += OG_DIV_UP(p->lm->list[i]->bytes, (uint64_t)OG_PACKED_CHUNK);
    checking k = {.p = p};
    OG_TRY(check_chunks(&k, chunks, progress, user, err));
    *same = atomic_load(&k.content) == word[OG_PACKED_CONTENT];
    return OG_OK;
}

static og_status check_data(const og_packed *p, const uint64_t *word, bool *whole, og_progress_fn *progress, void *user, og_error *err) {
    checking k = {.p = p, .sums = word + OG_PACKED_WORDS + 4 * p->n_parts};
    OG_TRY(check_chunks(&k, OG_DIV_UP(p->bytes, (uint64_t)OG_PACKED_CHUNK), progress, user, err));
    *whole = !atomic_load(&k.differs);
    return OG_OK;
}

static og_status adopt(og_packed *p, og_error *err) {
    og_backend *be = p->engine->be;
    const int n = p->lm->n_weight;
    const uint8_t **data = og_calloc((size_t)n, sizeof *data);
    if (!data) return og_fail(err, OG_ERR_MEMORY, "out of memory while loading");
    for (int i = 0; i < n; i++) {
        uint64_t bytes, at = og_packed_place(p, i, &bytes);
        data[i] = bytes ? og_source_view(p->map) + at : NULL;
    }
    const og_status status = be->weights_adopt(be, p->lm->list, data, n, err);
    og_release(data);
    return status;
}

og_status og_packed_adopt(og_packed *p, og_progress_fn *progress, void *user, bool *adopted, og_error *err) {
    *adopted = false;
    if (og_source_open(p->path, &p->map, NULL) != OG_OK) return OG_OK;
    uint64_t *word = og_source_view(p->map) ? read_tail(p, p->map) : NULL;
    bool good = word != NULL;
    og_status status = OG_OK;
    if (good) status = check_data(p, word, &good, progress, user, err);
    if (good && status == OG_OK) status = check_content(p, word, &good, progress, user, err);
    if (good && status == OG_OK) status = adopt(p, err);
    og_release(word);
    *adopted = good && status == OG_OK;
    if (*adopted) {
        og_cachedir_touch(p->path);
    } else {
        if (!good) og_log(1, "\"%s\" is damaged, or of another model or version: packing anew", p->path);
        og_source_close(p->map);
        p->map = NULL;
    }
    return status;
}
