/* kernels.h: signatures of the CPU kernels and the table that holds the chosen ones.
 *
 * Layouts and the exact order of every float operation are in docs/architecture.md: all kernels of a slot give the same bits. */
#ifndef OG_BACKEND_CPU_KERNELS_H
#define OG_BACKEND_CPU_KERNELS_H

#include "base/base.h"
#include "base/cpu.h"
#include "quant/quant.h"
#include "tensor/tensor.h"

enum {
    OG_PANEL = 16,                     /* rows of a panel */
    OG_GROUP = 256,                    /* columns of a group; the last group of a row may have fewer, a multiple of 32 */
    OG_SLICE = 64,                     /* bytes of 4 columns of 16 rows */
    OG_EXPANDED = OG_GROUP * OG_PANEL, /* bytes of an expanded group */
    OG_SUBS = 16,                      /* scales of a row in a group, at most */
    OG_TILE = OG_ACT_TILE,
};

/* One tile of packed activations: n tokens (1..8), k columns. Token t, column c:
 *   q[((c / 4) * n + t) * 4 + c % 4]   int8                          (q8, q8k)
 *   d[(c / 32) * n + t]  (q8)  or  d[(c / 256) * n + t]  (q8k)       float scale
 *   sum16[(c / 16) * n + t], sum32[(c / 32) * n + t]                 exact sums of q
 *   x[c * n + t]                                                     (f32) */
typedef struct og_tile {
    int n;
    int8_t *q;
    float *d;
    int32_t *sum16, *sum32;
    float *x;
} og_tile;

/* Packs n rows (x + t * stride floats, k columns, k a multiple of 32 unless f32) into a tile. */
typedef void og_acts_fn(const float *x, size_t stride, int k, const og_tile *tile);

/* One packed group of one panel, nb blocks of 32 columns (1..8) -> bytes u[nb * 8][64] (slices, u = q + offset), scale and min
 * [32 * nb / group][16]. Types whose row has no min leave it alone. Where umax > 127 and the kernel's row says WIDE_SIGNED, u is the signed
 * q. */
typedef void og_expand_fn(const uint8_t *packed, int nb, uint8_t *u, float *scale, float *min);

/* Two panels of one expanded group times a tile: c[t * 32 + row] is carried from group to group in memory. */
typedef struct og_gemm_args {
    const uint8_t *u;         /* [2][OG_EXPANDED] */
    const float *scale, *min; /* [2][OG_SUBS][16] */
    int nb;                   /* blocks of 32 columns */
    int offset;               /* of u; 0 where u is signed */
    int umax;                 /* largest u, the type's (whether or not u is signed): tells how many products fit 16 bits */
    int n;                    /* tokens */
    const int8_t *q;          /* the tile's arrays, moved to this group's first column */
    const float *d;
    const int32_t *sum; /* sum32 or sum16, as the slot's g says */
    float *c;           /* [n][32] */
} og_gemm_args;
typedef void og_gemm_fn(const og_gemm_args *args);

/* `count` whole panels, `stride` bytes apart, times a tile of one token: out[count * 16]. */
typedef void og_gemv_fn(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out);

/* The same times a tile of tile->n tokens: out[t * count * 16 + row]. */
typedef void og_few_fn(const uint8_t *panels, size_t stride, int count, int k, const og_tile *tile, float *out);

/* Two panels of float weights (each [k][16] of the type, `stride` bytes apart) times x [k][n]: out[t * 32 + row]. */
typedef void og_fgemm_fn(const void *panels, size_t stride, int k, const float *x, int n, float *out);

typedef void og_binary_fn(const float *a, const float *b, float *out, int n);
typedef void og_scale_fn(const float *a, float f, float *out, int n); /* f: of scale and cap */
/* `rows` rows of n floats, `stride` apart, each times its weight w[r]: the first product, then fma row by row, then + residual [n] if it is
 * not NULL. */
typedef void og_weigh_fn(const float *y, size_t stride, const float *w, int rows, const float *residual, float *out, int n);
/* w, b: [n] or NULL; rms_norm has no b. */
typedef void og_norm_fn(const float *x, const float *w, const float *b, float eps, float *out, int n);
/* x, out [d]: rotates the first 2h elements by table {cos[h], sin[h]}, copies the rest. */
typedef void og_rope_fn(const float *x, const float *table, int h, int d, float *out);

/* One page of attention for m queries of one KV head: scores, online softmax, values. */
typedef struct og_attend_args {
    int m;          /* queries */
    int dim, dim_v; /* of a key and of a value, multiples of 2 */
    const float *q; /* [m][dim] */
    const void *k;  /* keys and values as kv.h has them */
    const void *v;  /* NULL: the first dim_v numbers of each key */
    const void *k_scale, *v_scale;
    const void *next;  /* what is going to be read after this page, or NULL, */
    size_t next_bytes; /* and how much */
    const int *from;   /* [m]: each query sees positions from..to - 1 of the page; none if from >= to */
    const int *to;     /* [m]; both 0..64 */
    float scale;
    float cap;         /* 0: none */
    const float *bias; /* [m][64] added to scores, or NULL */
    float *max;        /* [m], starts at -INFINITY */
    float *sum;        /* [m][16] lanes, starts at 0 */
    float *acc;        /* [m][dim_v], starts at 0 */
    float *scratch;    /* (m + the larger dim rounded up to 16) * 64 floats, 64-byte aligned */
} og_attend_args;
typedef void og_attend_fn(const og_attend_args *args);

/* Causal convolution of n neighbouring channels over the tokens of one run. Sums go tap by tap from 0, then the bias. */
typedef struct og_conv_args {
    int n, taps, tokens;
    const float *x;    /* token t: x + t * stride */
    float *out;        /* the same */
    const float *w;    /* [n][taps] */
    const float *bias; /* [n] or NULL */
    const float *from; /* [taps - 1] rows `stride` apart: inputs before the run, oldest first; NULL: zeros */
    float *to;         /* the same after the run; may be `from` */
    size_t stride;     /* floats */
    bool silu;
} og_conv_args;
typedef void og_conv_fn(const og_conv_args *args);

/* One token of one state-space head: S = S * decay + b (step x), y = c S + d x; sums over the state's rows in order. */
typedef struct og_ssm_args {
    int n, dim;         /* rows and columns of the state */
    const float *from;  /* [n][dim]; may be `to` */
    float *to;          /* [n][dim] */
    const float *x;     /* [dim] */
    const float *b, *c; /* [n] */
    float decay, step, d;
    float *y; /* [dim] */
} og_ssm_args;
typedef void og_ssm_fn(const og_ssm_args *args);

/* One token of one delta-rule head: q and k are brought to length 1 (divided by 1e-6 if they are shorter), q by `scale` then; S = S *
 * decay, S += k (beta (v - k S)), y = q S; sums over the state's rows in order. */
typedef struct og_delta_args {
    int n, dim;             /* rows (width of keys) and columns (width of values) of the state */
    const float *from;      /* [n][dim]; may be `to` */
    float *to;              /* [n][dim] */
    const float *q, *k, *v; /* [n], [n], [dim] */
    float decay, beta, scale;
    float *scratch; /* 2 * n floats */
    float *y;       /* [dim] */
} og_delta_args;
typedef void og_delta_fn(const og_delta_args *args);

typedef struct og_kernels {
#define SLOT(name, sig) og_##sig##_fn *name;
#include "backend/cpu/slots.def"
    bool wide_signed; /* the chosen expanders give, and the chosen products take, wide types as signed bytes */
} og_kernels;

/* Or'ed to the needs of a row: this expander gives, or this product takes, types of umax > 127 as signed bytes. A set has all products of
 * one kind; for wide types whose expanders are of the other, or missing, scalar/gemm.c has both. */
#define WIDE_SIGNED (1u << 31)

/* One row of a kernels.def. */
typedef struct og_kernel_row {
    const char *slot, *isa;
    uint32_t needs; /* CPU flags */
    bool wide_signed;
    size_t field; /* offset in og_kernels */
    void (*fn)(void);
} og_kernel_row;

/* All rows compiled in, scalar first, then in rising order of preference. */
const og_kernel_row *og_kernel_rows(int *n);
/* For each slot, the last row whose needs are within flags. */
void og_kernels_choose(uint32_t flags, og_kernels *out);

/* By type: NULL where the slot is empty. */
og_expand_fn *og_kernels_expand(const og_kernels *k, og_type type);
og_gemv_fn *og_kernels_gemv(const og_kernels *k, og_type type);
og_few_fn *og_kernels_few(const og_kernels *k, og_type type);
og_gemm_fn *og_kernels_gemm(const og_kernels *k, og_type type);
og_fgemm_fn *og_kernels_fgemm(const og_kernels *k, og_type type);
og_attend_fn *og_kernels_attend(const og_kernels *k, og_type type);

#endif
