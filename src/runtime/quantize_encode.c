/* quantize_encode.c: tensors from one file to another, piece by piece on all threads. Pieces are cut by shape alone and their sums are
 * added in order, so nothing depends on the number of threads. */
#include "runtime/quantize.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { PIECES_A_THREAD = 8, PIECE_BYTES = OG_QUANTIZE_PIECE * 8 }; /* F64 and I64 that stay as they are */

og_status og_quantize_scratch_open(og_quantize_scratch *s, og_error *err) {
    s->source = og_alloc(PIECE_BYTES);
    s->x = og_alloc(OG_QUANTIZE_PIECE * sizeof *s->x);
    s->back = og_alloc(OG_QUANTIZE_PIECE * sizeof *s->back);
    s->encoded = og_alloc(PIECE_BYTES);
    return s->source && s->x && s->back && s->encoded ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for quantizing");
}

void og_quantize_scratch_close(og_quantize_scratch *s) {
    og_release(s->source);
    og_release(s->x);
    og_release(s->back);
    og_release(s->encoded);
}

/* ---- pieces ---- */

static uint64_t n_pieces(const og_quantize_row *row) {
    if (row->columns > OG_QUANTIZE_PIECE) return OG_DIV_UP(row->columns, (uint64_t)OG_QUANTIZE_PIECE) * row->rows;
    return OG_DIV_UP(row->rows, OG_QUANTIZE_PIECE / row->columns);
}

static og_quantize_piece piece_at(const og_quantize_row *row, uint64_t i) {
    if (row->columns > OG_QUANTIZE_PIECE) {
        uint64_t parts = OG_DIV_UP(row->columns, (uint64_t)OG_QUANTIZE_PIECE), column = i % parts * OG_QUANTIZE_PIECE;
        return (og_quantize_piece){i / parts, column, 1, (uint32_t)OG_MIN(row->columns - column, (uint64_t)OG_QUANTIZE_PIECE)};
    }
    uint64_t per = OG_QUANTIZE_PIECE / row->columns, first = i * per;
    return (og_quantize_piece){first, 0, (uint32_t)OG_MIN(per, row->rows - first), (uint32_t)row->columns};
}

/* Four sums of each kind, folded in one order. */
static void measure(const float *x, const float *back, const float *weight, size_t n, og_quantize_sums *sums) {
    double error[4] = {0}, square[4] = {0};
    for (size_t i = 0; i < n; i += 4)
        for (size_t l = 0; l < 4 && i + l < n; l++) {
            double w = weight ? (double)weight[i + l] : 1, v = (double)x[i + l], e = v - (double)back[i + l];
            error[l] += w * e * e;
            square[l] += w * v * v;
        }
    sums->error += (error[0] + error[2]) + (error[1] + error[3]);
    sums->square += (square[0] + square[2]) + (square[1] + square[3]);
}

static bool all_finite(const float *x, size_t n, size_t *where) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return *where = i, false;
    return true;
}

og_status og_quantize_encode(const og_quantize_row *row, const og_source *src, og_type to, const og_quantize_piece *piece,
                             const float *importance, bool weighted, const og_quantize_scratch *s, uint8_t *dst, og_quantize_sums *sums,
                             og_error *err) {
    const og_quant *from = og_quant_of((uint32_t)row->from);
    size_t n = (size_t)piece->n_rows * piece->n, bad;
    uint64_t first = piece->row * row->columns + piece->column, offset = 0, bytes = 0, row_bytes = 0;
    *sums = (og_quantize_sums){.bad = -1};
    og_quant_row_bytes(row->from, first, &offset);
    og_quant_row_bytes(row->from, n, &bytes);
    og_quant_row_bytes(to, piece->n, &row_bytes);
    OG_TRY(og_source_read(src, row->info.offset + offset, s->source, (size_t)bytes, err));
    if (!from->is_block && !from->is_float) {
        memcpy(dst, s->source, (size_t)bytes);
        return OG_OK;
    }
    og_quant_decode(row->from, s->source, s->x, n);
    if (!all_finite(s->x, n, &bad)) {
        sums->bad = (int64_t)(first + bad);
        return OG_OK;
    }
    if (to == row->from) {
        memcpy(dst, s->source, (size_t)bytes);
        return OG_OK;
    }
    for (uint32_t r = 0; r < piece->n_rows; r++) {
        const float *x = s->x + (size_t)r * piece->n, *w = NULL;
        if (importance) w = importance + (piece->row + r) / row->matrix_rows * row->columns + piece->column;
        og_quant_encode(to, x, dst + r * row_bytes, piece->n, w);
        og_quant_decode(to, dst + r * row_bytes, s->back, piece->n);
        if (!all_finite(s->back, piece->n, &bad)) {
            *sums = (og_quantize_sums){.bad = (int64_t)(first + (uint64_t)r * piece->n + bad), .overflow = true};
            return OG_OK;
        }
        measure(x, s->back, weighted ? w : NULL, piece->n, sums);
    }
    return OG_OK;
}

/* ---- a wave of pieces on the pool ---- */

typedef struct wave {
    const og_quantize_row *row;
    const og_source *src;
    const float *importance;
    uint64_t first; /* piece */
    int n;
    og_quantize_scratch *scratch; /* by thread */
    uint8_t *out;                 /* [n][PIECE_BYTES] */
    og_quantize_sums *sums;
    og_status *status;
    og_error *errors; /* by thread: its last */
} wave;

static void run_piece(void *ctx, int step, int chunk, int thread) {
    (void)step;
    wave *w = ctx;
    og_quantize_piece piece = piece_at(w->row, w->first + (uint64_t)chunk);
    w->status[chunk] = og_quantize_encode(w->row, w->src, w->row->to, &piece, w->importance, false, &w->scratch[thread],
                                          w->out + (size_t)chunk * PIECE_BYTES, &w->sums[chunk], &w->errors[thread]);
}

static og_status refuse(const og_quantize_row *row, const og_quantize_sums *sums, og_error *err) {
    uint64_t at = (uint64_t)sums->bad;
    if (sums->overflow)
        return og_fail(err, OG_ERR_FORMAT,
                       "tensor %s: the weight in row %" PRIu64 ", column %" PRIu64 " is too large for %s; choose BF16 or F32 for it",
                       row->info.name, at / row->columns, at % row->columns, og_quant_of((uint32_t)row->to)->name);
    return og_fail(err, OG_ERR_FORMAT,
                   "tensor %s: the weight in row %" PRIu64 ", column %" PRIu64 " is NaN or infinite: the model is damaged", row->info.name,
                   at / row->columns, at % row->columns);
}

static og_status wave_status(const wave *w, const og_quantize_sums *sums, og_status status, int threads, og_error *err) {
    if (status != OG_OK)
        for (int t = 0; t < threads; t++)
            if (w->errors[t].status != OG_OK) return og_fail(err, status, "%s", w->errors[t].text);
    return sums->bad >= 0 ? refuse(w->row, sums, err) : OG_OK;
}

static og_status write_tensor(og_quantize_job *job, wave *w, og_gguf_writer *out, uint64_t done, og_error *err) {
    const og_quantize_row *row = w->row;
    int threads = og_pool_threads(job->pool), most = threads * PIECES_A_THREAD;
    uint64_t pieces = n_pieces(row);
    double error = 0, square = 0;
    for (w->first = 0; w->first < pieces; w->first += (uint64_t)w->n) {
        w->n = (int)OG_MIN(pieces - w->first, (uint64_t)most);
        og_pool_run(job->pool, 1, &w->n, run_piece, w, NULL);
        for (int i = 0; i < w->n; i++) {
            OG_TRY(wave_status(w, &w->sums[i], w->status[i], threads, err));
            error += w->sums[i].error;
            square += w->sums[i].square;
            og_quantize_piece piece = piece_at(row, w->first + (uint64_t)i);
            uint64_t bytes = 0;
            og_quant_row_bytes(row->to, (uint64_t)piece.n_rows * piece.n, &bytes);
            OG_TRY(og_gguf_add_data(out, w->out + (size_t)i * PIECE_BYTES, (size_t)bytes, err));
        }
        uint64_t now = done + (uint64_t)((double)row->info.bytes * (double)(w->first + (uint64_t)w->n) / (double)pieces);
        if (job->params->progress && !job->params->progress(job->params->user, "quantizing", OG_MIN(now, job->bytes_in), job->bytes_in))
            return og_fail(err, OG_ERR_CANCELLED, "cancelled at tensor %s; nothing was written", row->info.name);
    }
    const og_quant *from = og_quant_of((uint32_t)row->from);
    og_quantize_report(job, row, from->is_block || from->is_float ? (square > 0 ? sqrt(error / square) : 0) : -1, w->importance != NULL);
    return OG_OK;
}

static og_status write_all(og_quantize_job *job, wave *w, og_gguf_writer *out, og_error *err) {
    uint64_t done = 0;
    for (uint64_t i = 0; i < job->n; i++) {
        const og_quantize_row *row = &job->row[i];
        float *importance = NULL;
        if (row->to != row->from && og_quant_of((uint32_t)row->to)->is_block)
            OG_TRY(og_imatrix_get(&job->imatrix, row->info.name, row->columns, row->rows / row->matrix_rows, &importance, err));
        w->row = row;
        w->src = og_file_source(job->file, row->info.part);
        w->importance = importance;
        og_status status = write_tensor(job, w, out, done, err);
        og_release(importance);
        if (status != OG_OK) return status;
        done += row->info.bytes;
    }
    return OG_OK;
}

og_status og_quantize_write(og_quantize_job *job, og_gguf_writer *out, og_error *err) {
    size_t threads = (size_t)og_pool_threads(job->pool), most = threads * PIECES_A_THREAD;
    wave w = {
        .scratch = og_calloc(threads, sizeof *w.scratch),
        .out = og_alloc(most * PIECE_BYTES),
        .sums = og_calloc(most, sizeof *w.sums),
        .status = og_calloc(most, sizeof *w.status),
        .errors = og_calloc(threads, sizeof *w.errors),
    };
    og_status status =
        w.scratch && w.out && w.sums && w.status && w.errors ? OG_OK : og_fail(err, OG_ERR_MEMORY, "out of memory for quantizing");
    for (size_t t = 0; t < threads && status == OG_OK; t++) status = og_quantize_scratch_open(&w.scratch[t], err);
    if (status == OG_OK) status = write_all(job, &w, out, err);
    for (size_t t = 0; t < threads && w.scratch; t++) og_quantize_scratch_close(&w.scratch[t]);
    og_release(w.scratch);
    og_release(w.out);
    og_release(w.sums);
    og_release(w.status);
    og_release(w.errors);
    return status;
}
