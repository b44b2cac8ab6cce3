/* quantize.h: what the files of og_quantize share. */
#ifndef OG_RUNTIME_QUANTIZE_H
#define OG_RUNTIME_QUANTIZE_H

#include "offgrid/quantize.h"
#include "runtime/engine.h"
#include "runtime/imatrix.h"
#include "runtime/recipe.h"

/* One tensor of the input and what becomes of it. */
typedef struct og_quantize_row {
    og_tensor_info info;
    uint64_t columns, rows, matrix_rows; /* rows: of all matrices together */
    uint64_t bytes;                      /* in the output */
    og_type from, to;
    og_type wanted; /* before og_recipe_fit */
    bool open;      /* its type is still to be chosen by a target */
} og_quantize_row;

typedef struct og_quantize_job {
    og_pool *pool;
    const og_quantize_params *params;
    og_file *file;
    og_imatrix imatrix;
    const og_recipe *recipe; /* NULL: a target, or keep */
    bool keep;               /* every tensor's type, but for overrides */
    og_recipe_model model;
    og_quantize_row *row;
    uint64_t n, elements, bytes_in;
    uint32_t file_type;
} og_quantize_job;

/* ---- quantize.c ---- */

/* og_quantize over an open file, which it takes over; `may_keep`: whether no type and no target may be given. `in` is for messages. */
og_status og_quantize_run(og_engine *engine, og_file *file, const char *in, const char *out, const og_quantize_params *params,
                          bool may_keep, og_quantize_result *result, og_error *err);

/* ---- quantize_plan.c ---- */

/* Lists the tensors with the types that the recipe or the overrides give them; those that a target is to choose are left open. */
og_status og_quantize_plan(og_quantize_job *job, og_error *err);
/* Sets the type a tensor is to have; sizes follow. */
void og_quantize_set(og_quantize_row *row, og_type type);
/* Bytes of the output's header, an upper bound. */
uint64_t og_quantize_header_bytes(const og_quantize_job *job);

/* ---- quantize_target.c ---- */

/* Chooses the open types: from the smallest for all, by steps that take away most error for each byte, until the target is reached. A
 * tensor's error is that of its output, relative and squared, estimated from a sample of rows. */
og_status og_quantize_target(og_quantize_job *job, og_error *err);
/* general.file_type: the recipe made of the type that most weights have. */
uint32_t og_quantize_file_type(const og_quantize_job *job);

/* ---- quantize_encode.c ---- */

enum { OG_QUANTIZE_PIECE = 32768 }; /* elements that a thread has in work */

/* One piece: `n_rows` rows (or, of a row longer than a piece, n columns from `column` on). */
typedef struct og_quantize_piece {
    uint64_t row, column;
    uint32_t n_rows, n;
} og_quantize_piece;

/* Errors of a piece, in order of its elements. */
typedef struct og_quantize_sums {
    double error, square; /* weighted if that was asked for */
    int64_t bad;          /* the first element that is not finite (or is not once encoded: `overflow`), from the tensor's start; -1: none */
    bool overflow;
} og_quantize_sums;

/* What one thread needs. */
typedef struct og_quantize_scratch {
    uint8_t *source;  /* as in the file; F64 is the largest */
    float *x, *back;  /* [OG_QUANTIZE_PIECE] */
    uint8_t *encoded; /* for those that keep no result */
} og_quantize_scratch;

og_status og_quantize_scratch_open(og_quantize_scratch *scratch, og_error *err);
void og_quantize_scratch_close(og_quantize_scratch *scratch);

/* Reads a piece, encodes it as `to` into dst, and measures; `importance` is [matrices][columns] or NULL. `weighted`: whether errors count
 * by importance too. */
og_status og_quantize_encode(const og_quantize_row *row, const og_source *src, og_type to, const og_quantize_piece *piece,
                             const float *importance, bool weighted, const og_quantize_scratch *scratch, uint8_t *dst,
                             og_quantize_sums *sums, og_error *err);

/* Encodes all tensors in order and writes them; reports each. */
og_status og_quantize_write(og_quantize_job *job, og_gguf_writer *w, og_error *err);

/* The relative root mean square error, or -1 where there is none to measure. */
void og_quantize_report(const og_quantize_job *job, const og_quantize_row *row, double error, bool weighted);

#endif
