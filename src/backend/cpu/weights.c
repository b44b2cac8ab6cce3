/* weights.c: taking weights from their files. Panels are packed in parallel straight from the mapping, whose pages are let go as soon as
 * they are packed, so that at no time more than a few MiB exist twice. */
#include "backend/cpu/cpu_backend.h"

#include "base/hash.h"

#include <stdatomic.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 20, CHUNKS_A_RUN = 64 };

typedef struct job {
    const og_weight *w;
    int64_t first, count; /* panels */
} job;

typedef struct loading {
    const job *jobs;
    atomic_int failed;
    og_error error;
} loading;

static uint64_t row_bytes(const og_weight *w) {
    uint64_t bytes = 0;
    og_quant_row_bytes(w->type, (uint64_t)w->dim[0], &bytes);
    return bytes;
}

/* Of each matrix: no panel has rows of two. */
static int64_t panels_each(const og_weight *w) {
    return OG_DIV_UP(w->dim[1], OG_PANEL);
}

static int64_t panels_of(const og_weight *w) {
    return w->dim[2] * panels_each(w);
}

/* The row that panel p begins with, counted over all matrices; for the number of panels, that of rows. */
static int64_t panel_row(const og_weight *w, int64_t p) {
    return p / panels_each(w) * w->dim[1] + p % panels_each(w) * OG_PANEL;
}

static int64_t rows_between(const og_weight *w, int64_t p, int64_t end) {
    return panel_row(w, end) - panel_row(w, p);
}

static uint64_t vector_bytes(const og_weight *w) {
    return (uint64_t)(w->dim[0] * w->dim[1]) * sizeof(float);
}

uint64_t og_cpu_packed_bytes(const og_backend *be, const og_weight *w) {
    (void)be;
    return w->use & OG_USE_MATMUL ? (uint64_t)panels_of(w) * og_pack_panel_bytes(w->type, w->dim[0]) : 0;
}

uint64_t og_cpu_weight_bytes(const og_backend *be, const og_weight *w) {
    uint64_t bytes = og_cpu_packed_bytes(be, w);
    if (w->use & OG_USE_VECTOR) bytes += vector_bytes(w);
    return bytes;
}

static void fail_once(loading *l, const og_error *error) {
    int expected = 0;
    if (atomic_compare_exchange_strong(&l->failed, &expected, 1)) l->error = *error;
}

static void pack_job(loading *l, const job *j) {
    const og_weight *w = j->w;
    const og_cpu_weight *cw = w->handle;
    const uint64_t row = row_bytes(w);
    const uint8_t *view = og_source_view(w->src);
    uint8_t *copy = NULL;
    og_error error = {0};
    if (!view && !(copy = og_alloc((size_t)row * OG_PANEL))) {
        og_fail(&error, OG_ERR_MEMORY, "%s: out of memory for %llu bytes of %s", og_source_name(w->src), (unsigned long long)row * OG_PANEL,
                w->name);
        fail_once(l, &error);
        return;
    }
    for (int64_t p = j->first; p < j->first + j->count; p++) {
        const int64_t n = rows_between(w, p, p + 1);
        const uint64_t at = w->offset + (uint64_t)panel_row(w, p) * row;
        if (copy && og_source_read(w->src, at, copy, (size_t)(row * (uint64_t)n), &error) != OG_OK) {
            fail_once(l, &error);
            break;
        }
        const uint8_t *rows[OG_PANEL] = {0};
        for (int64_t r = 0; r < n; r++) rows[r] = (copy ? copy : view + at) + (uint64_t)r * row;
        og_pack_panel(w->type, rows, w->dim[0], cw->own + (size_t)p * cw->panel_bytes);
    }
    og_release(copy);
    og_source_drop(w->src, w->offset + (uint64_t)panel_row(w, j->first) * row,
                   (uint64_t)rows_between(w, j->first, j->first + j->count) * row);
}

static void pack_chunk(void *ctx, int step, int chunk, int thread) {
    loading *l = ctx;
    (void)step;
    (void)thread;
    if (!atomic_load(&l->failed)) pack_job(l, &l->jobs[chunk]);
}

static og_status load_vector(const og_weight *w, og_cpu_weight *cw, og_error *err) {
    const size_t n = (size_t)(w->dim[0] * w->dim[1]);
    cw->vector = og_alloc(n * sizeof(float));
    if (!cw->vector) return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", w->name);
    if (!w->src) {
        memcpy(cw->vector, w->values, n * sizeof(float));
        return OG_OK;
    }
    void *raw = og_alloc((size_t)w->bytes);
    if (!raw) return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", w->name);
    const og_status st = og_source_read(w->src, w->offset, raw, (size_t)w->bytes, err);
    if (st == OG_OK) og_quant_decode(w->type, raw, cw->vector, n);
    og_release(raw);
    return st;
}

/* Panels of its own, or those at `packed`. */
static og_status take(og_weight *w, const uint8_t *packed, og_error *err) {
    og_cpu_weight *cw = og_calloc(1, sizeof *cw);
    if (!cw) return og_fail(err, OG_ERR_MEMORY, "out of memory for %s", w->name);
    w->handle = cw;
    if (w->use & OG_USE_VECTOR) OG_TRY(load_vector(w, cw, err));
    if (!(w->use & OG_USE_MATMUL)) return OG_OK;
    cw->panel_bytes = og_pack_panel_bytes(w->type, w->dim[0]);
    cw->n_panels = panels_each(w);
    cw->total_bytes = cw->panel_bytes * (size_t)panels_of(w);
    cw->panels = packed;
    if (packed) return OG_OK;
    cw->panels = cw->own = og_pages_alloc(cw->total_bytes);
    if (!cw->own) return og_fail(err, OG_ERR_MEMORY, "cannot allocate %.1f MiB for %s", (double)cw->total_bytes / 1048576.0, w->name);
    return OG_OK;
}

static int64_t panels_a_job(const og_weight *w) {
    const int64_t bytes = (int64_t)row_bytes(w) * OG_PANEL;
    return OG_MAX((int64_t)1, CHUNK_BYTES / OG_MAX((int64_t)1, bytes));
}

static og_status pack_all(og_cpu *cpu, og_weight *const *w, int n, og_progress_fn *progress, void *user, og_error *err) {
    size_t n_jobs = 0;
    uint64_t total = 0, done = 0;
    for (int i = 0; i < n; i++)
        if (w[i]->use & OG_USE_MATMUL) {
            n_jobs += (size_t)OG_DIV_UP(panels_of(w[i]), panels_a_job(w[i]));
            total += w[i]->bytes;
        }
    job *jobs = og_alloc(n_jobs * sizeof *jobs);
    if (!jobs) return og_fail(err, OG_ERR_MEMORY, "out of memory while loading");
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        if (!(w[i]->use & OG_USE_MATMUL)) continue;
        const int64_t each = panels_a_job(w[i]);
        for (int64_t p = 0; p < panels_of(w[i]); p += each) jobs[at++] = (job){w[i], p, OG_MIN(each, panels_of(w[i]) - p)};
    }
    og_status st = OG_OK;
    for (size_t i = 0; i < n_jobs && st == OG_OK; i += CHUNKS_A_RUN) {
        const int count = (int)OG_MIN((size_t)CHUNKS_A_RUN, n_jobs - i);
        loading l = {.jobs = jobs + i};
        og_pool_run(cpu->pool, 1, &count, pack_chunk, &l, NULL);
        if (atomic_load(&l.failed)) st = og_fail(err, l.error.status, "%s", l.error.text);
        for (int c = 0; c < count; c++) {
            const job *j = &jobs[i + (size_t)c];
            done += (uint64_t)rows_between(j->w, j->first, j->first + j->count) * row_bytes(j->w);
        }
        if (st == OG_OK && progress && !progress(user, "loading", done, total))
            st = og_fail(err, OG_ERR_CANCELLED, "loading was cancelled");
    }
    og_release(jobs);
    return st;
}

void og_cpu_weights_free(og_backend *be, og_weight *const *w, int n) {
    (void)be;
    for (int i = 0; i < n; i++) {
        og_cpu_weight *cw = w[i]->handle;
        if (!cw) continue;
        og_pages_free(cw->own, cw->total_bytes);
        og_release(cw->vector);
        og_release(cw);
        w[i]->handle = NULL;
    }
}

og_status og_cpu_weights_load(og_backend *be, og_weight *const *w, int n, og_progress_fn *progress, void *user, og_error *err) {
    og_status st = OG_OK;
    for (int i = 0; i < n && st == OG_OK; i++) st = take(w[i], NULL, err);
    if (st == OG_OK) st = pack_all((og_cpu *)be, w, n, progress, user, err);
    if (st != OG_OK) og_cpu_weights_free(be, w, n);
    return st;
}

const uint8_t *og_cpu_packed(const og_backend *be, const og_weight *w) {
    (void)be;
    const og_cpu_weight *cw = w->handle;
    return cw ? cw->panels : NULL;
}

og_status og_cpu_weights_adopt(og_backend *be, og_weight *const *w, const uint8_t *const *data, int n, og_error *err) {
    og_status st = OG_OK;
    for (int i = 0; i < n && st == OG_OK; i++) st = take(w[i], data[i], err);
    if (st != OG_OK) og_cpu_weights_free(be, w, n);
    return st;
}

/* What a panel of two groups of made-up rows turns into, for each type among the weights: any change of a layout shows in it, and nobody
 * has to remember to count a version up. */
uint64_t og_cpu_packed_layout(const og_backend *be, const og_weight *const *w, int n) {
    enum { COLUMNS = 2 * OG_GROUP, ROW_MAX = COLUMNS * 4, PANEL_MAX = OG_PANEL * COLUMNS * 8 };
    (void)be;
    bool seen[OG_TYPE_LIMIT] = {false};
    uint64_t layout = 0;
    uint8_t *row = og_alloc(ROW_MAX + OG_PANEL), *panel = og_pages_alloc(PANEL_MAX);
    for (int i = 0; i < n && row && panel; i++) {
        if (!(w[i]->use & OG_USE_MATMUL) || seen[w[i]->type]) continue;
        seen[w[i]->type] = true;
        const uint8_t *rows[OG_PANEL];
        for (int b = 0; b < ROW_MAX + OG_PANEL; b++) row[b] = (uint8_t)(b * 151 + b / 256 * 37);
        for (int r = 0; r < OG_PANEL; r++) rows[r] = row + r; /* another content for each row */
        memset(panel, 0, PANEL_MAX);
        og_pack_panel(w[i]->type, rows, COLUMNS, panel);
        layout = og_hash(panel, og_pack_panel_bytes(w[i]->type, COLUMNS), layout + (uint64_t)w[i]->type);
    }
    const bool complete = row && panel;
    og_release(row);
    og_pages_free(panel, PANEL_MAX);
    return complete ? layout : 0;
}
