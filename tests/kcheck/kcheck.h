/* kcheck.h: compares every kernel with the scalar one of its slot, bit for bit.
 *
 * A check runs one random case of one row: it draws sizes and data from the case's generator, takes its arguments from guarded memory, runs
 * the scalar kernel and the row's, and compares. There is one check and one benchmark for each signature of slots.def and nothing for
 * single slots, so a new row is tested as soon as it exists. */
#ifndef OG_KCHECK_H
#define OG_KCHECK_H

#include "backend/cpu/kernels.h"
#include "backend/cpu/kv.h"
#include "backend/cpu/pack.h"

/* A case: a row of the table and the generator's state. */
typedef struct kc {
    const og_kernel_row *row;
    const og_kernels *scalar; /* the definition of every slot */
    uint64_t state;
    char what[512]; /* the case in words: sizes, kinds of data, and what differed */
    bool failed;
    bool reference; /* the scalar kernel is running: says whose fault a fault is */
} kc;

/* ---- random numbers and data: data.c ---- */
uint64_t kc_bits(kc *k);
int kc_int(kc *k, int lo, int hi); /* lo..hi, both included */
int kc_pick(kc *k, int n, const int *values);
#define KC_PICK(k, ...) kc_pick(k, (int)OG_LEN(((const int[]){__VA_ARGS__})), (const int[]){__VA_ARGS__})
/* Adds to the description of the case. */
void kc_note(kc *k, const char *fmt, ...) OG_PRINTF(2, 3);
/* Finite floats of a random kind: ordinary, zeros of both signs, subnormal, huge (up to `big`), mixed. `name` goes into the description. */
void kc_floats(kc *k, const char *name, float *x, size_t n, float big);
/* The same, as elements of a FLOAT type. */
void kc_elements(kc *k, const char *name, og_type type, void *x, size_t n, float big);
/* Bytes lo..hi of a random kind: any, the extremes, one value. */
void kc_bytes(kc *k, const char *name, uint8_t *x, size_t n, int lo, int hi);
/* Activations: -127..127. */
void kc_acts(kc *k, int8_t *q, size_t n);
/* n valid blocks of a BLOCK type: encoded floats or bytes, with finite scales and mins. */
void kc_blocks(kc *k, const og_quant *quant, uint8_t *blocks, size_t n);

/* ---- guarded memory: guard.c ---- */
/* `bytes` at a multiple of `align`, next to a page that may not be touched: after it (as near as align allows) or before it. Filled with
 * 0xa5. Lives until the next case. */
void *kc_memory(size_t bytes, size_t align);
/* The same with a place of its own for the results of each side: out[0] is the scalar kernel's, out[1] the row's; the same bytes. */
void kc_results(void *out[2], size_t bytes, size_t align);
/* True if nothing was written around the buffers of this case. */
bool kc_intact(void);
void kc_memory_next(uint64_t seed); /* starts a case: forgets all buffers; placement follows the seed */

/* ---- one function a signature ---- */
typedef void kc_fn(kc *k);
#define KC_SIGNATURES(X) \
    X(acts) X(expand) X(gemm) X(gemv) X(few) X(fgemm) X(binary) X(scale) X(weigh) X(norm) X(rope) X(attend) X(conv) X(ssm) X(delta)
#define KC_DECLARE(sig) kc_fn kc_check_##sig, kc_bench_##sig;
KC_SIGNATURES(KC_DECLARE)
#undef KC_DECLARE
/* Not kernels but what they stand on. The row has only a name. */
kc_fn kc_check_layout; /* packing a type and expanding it gives what unpacking its blocks gives */
kc_fn kc_check_set;    /* the expanders and products chosen for a level fit together, for every type */

/* The row's kernel and the scalar one, as functions of a signature. */
void (*kc_scalar(const kc *k))(void);
#define KC_FN(sig, side) ((og_##sig##_fn *)((side) ? k->row->fn : kc_scalar(k)))
/* Fails the case unless both results are the same bytes; `size` is that of an element (1 bytes, 4 floats or integers). */
void kc_same(kc *k, const char *name, void *const out[2], size_t n, size_t size);
void kc_fail(kc *k, const char *fmt, ...) OG_PRINTF(2, 3);

/* What the name of a gemm slot says. */
typedef struct kc_gemm_kind {
    og_act act;
    int group;
    bool has_min;
} kc_gemm_kind;
kc_gemm_kind kc_gemm_kind_of(const char *slot);
/* The type named at the end of a slot's name: gemv_q4_k, fgemm_f16. */
const og_quant *kc_type_of(const kc *k);
/* Sums of q per `group` columns of a tile of n tokens: sum[c / group * n + t]. */
void kc_sums(const int8_t *q, int columns, int n, int group, int32_t *sum);
/* A product with a tile by expanding panels and multiplying them group by group; with the scalar kernels it is the definition.
 * out[t * count * 16 + row]. */
void kc_gemv(const og_kernels *kernels, const og_quant *quant, const uint8_t *panels, size_t stride, int count, int columns,
             const og_tile *tile, float *out);

/* ---- benchmark: bench.c ---- */
/* Times call(ctx, 0), the scalar kernel, and call(ctx, 1), the row's, and prints `work` units (billions a second) and the speed-up. */
void kc_report(kc *k, double work, const char *unit, void (*call)(void *ctx, int side), void *ctx);

#endif
