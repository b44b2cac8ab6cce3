/* session_file.c: a session as a file. In the machine's byte order:
 *
 *   header                 below; its last field is the hash of what is before it
 *   tokens                 int32 [n_tokens]
 *   pages                  n_pages of page_bytes: the KV cache, page after page, in the backend's own layout
 *   states                 n_states of {uint64 position, state_bytes}: recurrent state after so many tokens, rising; the last is the
 * present logits                 float [n_logits]: 0, or those after the last token
 *
 * Each of these pieces is followed by its hash. A file is checked as a whole before the session is touched. */
#include "base/hash.h"
#include "runtime/session.h"

#include <string.h>

static const char magic[16] = "offgrid session";

enum { VERSION = 1 };

typedef struct header {
    char magic[16];
    uint64_t version;
    uint64_t model; /* og_model_identity */
    uint64_t cache; /* hash of the cache's shape */
    uint64_t n_tokens;
    uint64_t n_pages, page_bytes;
    uint64_t n_states, state_bytes;
    uint64_t n_logits;
    uint64_t check;
} header;

/* Kinds of caches that look the same on disk: backend, types, sizes of every layer. */
static uint64_t cache_hash(const og_session *s) {
    const og_lm *lm = s->model->lm;
    const char *name = s->model->engine->be->name;
    uint64_t h = og_hash(name, strlen(name), OG_KV_PAGE);
    h = og_hash(&s->kv_type, sizeof s->kv_type, h);
    for (uint32_t i = 0; i < lm->hp.n_layer; i++) {
        h = og_hash(&lm->kv_layer[i], sizeof lm->kv_layer[i], h);
        h = og_hash(&lm->state_floats[i], sizeof lm->state_floats[i], h);
    }
    return h;
}

/* What the session's file of so many tokens, states and logits begins with. */
static og_status make_header(const og_session *s, uint64_t n_tokens, uint64_t n_states, uint64_t n_logits, header *out, og_error *err) {
    const og_lm *lm = s->model->lm;
    header h = {.version = VERSION, .n_tokens = n_tokens, .n_states = n_states, .n_logits = n_logits};
    memcpy(h.magic, magic, sizeof magic);
    OG_TRY(og_model_identity(s->model, &h.model, err));
    h.cache = cache_hash(s);
    h.n_pages = OG_DIV_UP(n_tokens, OG_KV_PAGE);
    h.page_bytes = s->model->engine->be->kv_page_bytes(s->kv);
    for (uint32_t i = 0; i < lm->hp.n_layer; i++) h.state_bytes += (uint64_t)lm->state_floats[i] * sizeof(float);
    h.check = og_hash(&h, offsetof(header, check), 0);
    *out = h;
    return OG_OK;
}

/* Bytes of the largest piece. */
static size_t piece_bytes(const header *h) {
    const uint64_t tokens = h->n_tokens * sizeof(int32_t), logits = h->n_logits * sizeof(float);
    return (size_t)OG_MAX(OG_MAX(tokens, logits), OG_MAX(h->page_bytes, h->state_bytes + sizeof(uint64_t)));
}

/* ---- saving ---- */

static og_status add_piece(og_writer *w, const void *data, size_t bytes, og_error *err) {
    const uint64_t check = og_hash(data, bytes, 0);
    OG_TRY(og_writer_add(w, data, bytes, err));
    return og_writer_add(w, &check, sizeof check, err);
}

static og_status add_state(const og_session *s, og_writer *w, const og_snapshot *snapshot, const header *h, uint8_t *buffer,
                           og_error *err) {
    const uint64_t pos = snapshot->pos;
    memcpy(buffer, &pos, sizeof pos);
    s->model->engine->be->states_read(s->states.states, snapshot->slot, buffer + sizeof pos);
    return add_piece(w, buffer, sizeof pos + (size_t)h->state_bytes, err);
}

static og_status write_pieces(const og_session *s, og_writer *w, const header *h, uint8_t *buffer, og_error *err) {
    OG_TRY(og_writer_add(w, h, sizeof *h, err));
    OG_TRY(add_piece(w, s->token, (size_t)h->n_tokens * sizeof *s->token, err));
    for (uint64_t i = 0; i < h->n_pages; i++) {
        s->model->engine->be->kv_read(s->kv, s->page[i], buffer);
        OG_TRY(add_piece(w, buffer, (size_t)h->page_bytes, err));
    }
    for (uint64_t i = 0; i < h->n_states; i++) {
        const og_snapshot *snapshot = i + 1 < h->n_states ? &s->states.kept[i] : &s->states.now;
        OG_TRY(add_state(s, w, snapshot, h, buffer, err));
    }
    return add_piece(w, s->logits, (size_t)h->n_logits * sizeof *s->logits, err);
}

og_status og_session_save(og_session *s, const char *path, og_error *err) {
    if (!s || !path) return og_fail(err, OG_ERR_ARG, "og_session_save needs a session and a path");
    __atomic_store_n(&s->cancel, 0, __ATOMIC_RELAXED);
    OG_TRY(og_session_catch_up(s, err));
    header h;
    const uint64_t n_states = s->states.states && s->n_past ? (uint64_t)s->states.n_kept + 1 : 0;
    OG_TRY(make_header(s, s->n_past, n_states, og_session_logits(s) ? s->model->lm->hp.n_vocab : 0, &h, err));
    uint8_t *buffer = og_alloc(piece_bytes(&h) + 1);
    if (!buffer) return og_fail(err, OG_ERR_MEMORY, "out of memory for saving a session");
    og_writer *w;
    og_status status = og_writer_open(path, &w, err);
    if (status == OG_OK) {
        status = write_pieces(s, w, &h, buffer, err);
        if (status == OG_OK)
            status = og_writer_commit(w, err);
        else
            og_writer_abort(w);
    }
    og_release(buffer);
    return status;
}

/* ---- restoring ---- */

static og_status damaged(const og_source *src, const char *what, og_error *err) {
    return og_fail(err, OG_ERR_FORMAT, "%s is damaged (%s): it cannot be restored; remove it and evaluate the text again",
                   og_source_name(src), what);
}

static og_status read_header(const og_session *s, const og_source *src, header *h, og_error *err) {
    const char *name = og_source_name(src);
    if (og_source_size(src) < sizeof *h) return og_fail(err, OG_ERR_FORMAT, "%s is no saved session: it is too short", name);
    OG_TRY(og_source_read(src, 0, h, sizeof *h, err));
    if (memcmp(h->magic, magic, sizeof magic)) return og_fail(err, OG_ERR_FORMAT, "%s is no saved session of offgrid", name);
    if (h->version != VERSION)
        return og_fail(err, OG_ERR_UNSUPPORTED, "%s was saved in format %llu; this version reads format %d", name,
                       (unsigned long long)h->version, VERSION);
    if (h->check != og_hash(h, offsetof(header, check), 0)) return damaged(src, "header", err);
    if (h->n_tokens > s->n_ctx)
        return og_fail(err, OG_ERR_CONTEXT, "%s holds %llu tokens, but the session's context %u: open one with a larger context", name,
                       (unsigned long long)h->n_tokens, s->n_ctx);
    header mine;
    OG_TRY(make_header(s, h->n_tokens, h->n_states, h->n_logits, &mine, err));
    if (h->model != mine.model) return og_fail(err, OG_ERR_ARG, "%s was saved with another model than '%s'", name, s->model->name);
    if (h->cache != mine.cache)
        return og_fail(err, OG_ERR_ARG, "%s was saved with another kind of cache than this session's (%s), or for another device", name,
                       og_quant_of(s->kv_type)->name);
    const uint64_t most = s->states.states ? (uint64_t)s->states.max_kept + 1 : 0;
    if (memcmp(h, &mine, sizeof mine) || h->n_states > most || (most && !h->n_states != !h->n_tokens) ||
        (h->n_logits && (h->n_logits != s->model->lm->hp.n_vocab || !h->n_tokens)))
        return damaged(src, "sizes", err);
    const uint64_t each = sizeof(uint64_t), size = sizeof *h + h->n_tokens * sizeof(int32_t) + each + h->n_pages * (h->page_bytes + each) +
                                                   h->n_states * (h->state_bytes + 2 * each) + h->n_logits * sizeof(float) + each;
    if (og_source_size(src) == size) return OG_OK;
    return og_fail(err, OG_ERR_FORMAT, "%s has %llu bytes and should have %llu: it is cut off or something was added to it", name,
                   (unsigned long long)og_source_size(src), (unsigned long long)size);
}

typedef struct reader {
    const og_source *src;
    uint64_t at;
    uint8_t *buffer;
} reader;

/* The next piece, into the buffer. */
static og_status next_piece(reader *r, const char *what, uint64_t bytes, og_error *err) {
    uint64_t check;
    OG_TRY(og_source_read(r->src, r->at, r->buffer, (size_t)bytes, err));
    OG_TRY(og_source_read(r->src, r->at + bytes, &check, sizeof check, err));
    r->at += bytes + sizeof check;
    return check == og_hash(r->buffer, (size_t)bytes, 0) ? OG_OK : damaged(r->src, what, err);
}

static og_status check_tokens(const og_session *s, const reader *r, uint64_t n, og_error *err) {
    const int32_t *ids = (const int32_t *)(const void *)r->buffer;
    for (uint64_t i = 0; i < n; i++)
        if (ids[i] < 0 || (uint32_t)ids[i] >= s->model->lm->hp.n_vocab) return damaged(r->src, "tokens", err);
    return OG_OK;
}

/* Goes through the file; `into` the session, or only checking it. */
static og_status walk(og_session *s, const og_source *src, const header *h, uint8_t *buffer, bool into, og_error *err) {
    const og_backend *be = s->model->engine->be;
    reader r = {src, sizeof *h, buffer};
    OG_TRY(next_piece(&r, "tokens", h->n_tokens * sizeof(int32_t), err));
    OG_TRY(check_tokens(s, &r, h->n_tokens, err));
    if (into) memcpy(s->token, buffer, (size_t)h->n_tokens * sizeof(int32_t));
    for (uint64_t i = 0; i < h->n_pages; i++) {
        OG_TRY(next_piece(&r, "cache", h->page_bytes, err));
        if (into) be->kv_write(s->kv, s->page[i], buffer);
    }
    uint64_t pos = 0, last = 0;
    for (uint64_t i = 0; i < h->n_states; i++, last = pos) {
        OG_TRY(next_piece(&r, "state", h->state_bytes + sizeof pos, err));
        memcpy(&pos, buffer, sizeof pos);
        if (pos <= last || (i + 1 == h->n_states ? pos != h->n_tokens : pos >= h->n_tokens)) return damaged(src, "state", err);
        if (!into) continue;
        const int slot = og_snapshots_begin(&s->states);
        be->states_write(s->states.states, slot, buffer + sizeof pos);
        og_snapshots_done(&s->states, slot, (uint32_t)pos, true);
    }
    OG_TRY(next_piece(&r, "logits", h->n_logits * sizeof(float), err));
    if (into) memcpy(s->logits, buffer, (size_t)h->n_logits * sizeof(float));
    return OG_OK;
}

static og_status restore(og_session *s, const og_source *src, const header *h, uint8_t *buffer, og_error *err) {
    OG_TRY(walk(s, src, h, buffer, false, err));
    OG_TRY(og_session_rewind(s, 0, err));
    s->logits_past = 0;
    og_session_take_pages(s, (uint32_t)h->n_tokens);
    s->n_past = s->n_ready = (uint32_t)h->n_tokens;
    const og_status status = walk(s, src, h, buffer, true, err);
    if (status != OG_OK) { /* the file changed meanwhile */
        og_session_rewind(s, 0, NULL);
        return status;
    }
    if (h->n_logits) s->logits_past = s->n_past;
    return OG_OK;
}

og_status og_session_restore_source(og_session *s, const og_source *src, og_error *err) {
    header h;
    OG_TRY(read_header(s, src, &h, err));
    uint8_t *buffer = og_alloc(piece_bytes(&h) + 1);
    if (!buffer) return og_fail(err, OG_ERR_MEMORY, "out of memory for restoring a session");
    const og_status status = restore(s, src, &h, buffer, err);
    og_release(buffer);
    return status;
}

og_status og_session_restore(og_session *s, const char *path, og_error *err) {
    if (!s || !path) return og_fail(err, OG_ERR_ARG, "og_session_restore needs a session and a path");
    og_source *src;
    OG_TRY(og_source_open(path, &src, err));
    const og_status status = og_session_restore_source(s, src, err);
    og_source_close(src);
    return status;
}
