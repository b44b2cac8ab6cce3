/* packed_write.c: keeping packed weights, behind the back of whoever computes with them. */
#include "base/hash.h"
#include "runtime/cachedir.h"
#include "runtime/packed_file.h"

#include <string.h>
#include <time.h>

enum { PATIENCE_S = 3 }; /* that closing a model waits for its file */

/* Data and its chunks' checksums, chunk by chunk; a chunk may cross the border of weights. */
typedef struct stream {
    const og_packed *p;
    og_writer *w;
    uint64_t *sums;
    uint8_t *chunk;
    uint64_t held, done; /* bytes in chunk; chunks written */
} stream;

static og_status put_chunk(stream *s, og_error *err) {
    if (s->held == 0) return OG_OK;
    if (atomic_load(&s->p->give_up)) return og_fail(err, OG_ERR_CANCELLED, "there was no time for it");
    s->sums[s->done] = og_hash(s->chunk, (size_t)s->held, s->done);
    s->done++;
    const size_t n = (size_t)s->held;
    s->held = 0;
    return og_writer_add(s->w, s->chunk, n, err);
}

/* `data` NULL: zeros. */
static og_status put(stream *s, const uint8_t *data, uint64_t bytes, og_error *err) {
    while (bytes > 0) {
        const uint64_t n = OG_MIN(bytes, OG_PACKED_CHUNK - s->held);
        if (data)
            memcpy(s->chunk + s->held, data, (size_t)n);
        else
            memset(s->chunk + s->held, 0, (size_t)n);
        if (data) data += n;
        bytes -= n;
        s->held += n;
        if (s->held == OG_PACKED_CHUNK) OG_TRY(put_chunk(s, err));
    }
    return OG_OK;
}

static og_status put_data(stream *s, og_error *err) {
    const og_packed *p = s->p;
    const og_backend *be = p->engine->be;
    for (int i = 0; i < p->lm->n_weight; i++) {
        const uint64_t bytes = be->packed_bytes(be, p->lm->list[i]);
        if (bytes) OG_TRY(put(s, be->packed(be, p->lm->list[i]), bytes, err));
        OG_TRY(put(s, NULL, OG_ALIGN_UP(bytes, (uint64_t)OG_PACKED_ALIGN) - bytes, err));
    }
    return put_chunk(s, err);
}

/* The content that was packed; fails if the model file was changed since it was opened. */
static og_status content_of(const og_packed *p, uint64_t *content, og_error *err) {
    bool more = true;
    *content = 0;
    for (uint64_t c = 0; more; c++) {
        if (atomic_load(&p->give_up)) return og_fail(err, OG_ERR_CANCELLED, "there was no time for it");
        *content += og_packed_content_chunk(p, c, &more);
    }
    for (uint64_t k = 0; k < p->n_parts; k++) {
        og_stamp now;
        OG_TRY(og_source_stamp(p->part[k], &now, err));
        if (memcmp(&now, &p->stamp[k], sizeof now) != 0)
            return og_fail(err, OG_ERR_IO, "\"%s\" was changed meanwhile", og_source_name(p->part[k]));
    }
    return OG_OK;
}

static og_status put_tail(const og_packed *p, og_writer *w, uint64_t *word, uint64_t chunks, og_error *err) {
    const uint64_t words = OG_PACKED_WORDS + 4 * p->n_parts + chunks;
    OG_TRY(content_of(p, &word[OG_PACKED_CONTENT], err));
    word[OG_PACKED_MAGIC] = OG_PACKED_MAGIC_VALUE;
    word[OG_PACKED_KEY] = p->key;
    word[OG_PACKED_LAYOUT] = p->layout;
    word[OG_PACKED_BYTES] = p->bytes;
    word[OG_PACKED_PARTS] = p->n_parts;
    memcpy(word + OG_PACKED_WORDS, p->stamp, (size_t)p->n_parts * sizeof *p->stamp);
    word[words] = og_hash(word, (size_t)words * 8, 0);
    word[words + 1] = words;
    return og_writer_add(w, word, (size_t)(words + 2) * 8, err);
}

static og_status write_file(const og_packed *p, og_error *err) {
    const uint64_t chunks = OG_DIV_UP(p->bytes, (uint64_t)OG_PACKED_CHUNK);
    if (!og_cachedir_make(p->folder) || !og_cachedir_make_room(p->folder, p->path, p->bytes, p->engine->packed_limit))
        return og_fail(err, OG_ERR_IO, "there is no room for it");
    og_writer *w;
    OG_TRY(og_writer_open(p->path, &w, err));
    og_writer_unsynced(w);
    uint64_t *word = og_calloc((size_t)(OG_PACKED_WORDS + 4 * p->n_parts + chunks + 2), sizeof *word);
    stream s = {.p = p, .w = w, .chunk = og_alloc(OG_PACKED_CHUNK)};
    og_status status = word && s.chunk ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory");
    if (status == OG_OK) {
        s.sums = word + OG_PACKED_WORDS + 4 * p->n_parts;
        status = put_data(&s, err);
    }
    if (status == OG_OK) status = put_tail(p, w, word, chunks, err);
    og_release(s.chunk);
    og_release(word);
    if (status == OG_OK) return og_writer_commit(w, err);
    og_writer_abort(w);
    return status;
}

static void *write_main(void *arg) {
    og_packed *p = arg;
    og_error error = {0};
    if (write_file(p, &error) != OG_OK) og_log(1, "packed weights are not kept in \"%s\": %s", p->path, error.text);
    pthread_mutex_lock(&p->lock);
    p->written = true;
    pthread_cond_signal(&p->ended);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void og_packed_keep(og_packed *p) {
    p->writing = pthread_create(&p->thread, NULL, write_main, p) == 0;
}

void og_packed_stop(og_packed *p) {
    if (!p || !p->writing) return;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&p->lock);
    while (!p->written && pthread_cond_timedwait(&p->ended, &p->lock, &until) == 0) continue;
    pthread_mutex_unlock(&p->lock);
    atomic_store(&p->give_up, true);
    pthread_join(p->thread, NULL);
    p->writing = false;
}
