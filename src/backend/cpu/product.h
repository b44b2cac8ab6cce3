/* product.h: a packed matrix times packed activations, panel by panel: what dense products (exec_matmul.c) and products of experts
 * (exec_experts.c) share. One token: matrix-vector kernels read the panels once. Several: a group of 64 rows is expanded into the
 * first-level cache and meets all tokens before the next group; sums stay in scratch. A few: their kernels read the panels once a tile.
 * All give the same bits. */
#ifndef OG_BACKEND_CPU_PRODUCT_H
#define OG_BACKEND_CPU_PRODUCT_H

#include "backend/cpu/cpu_backend.h"

enum {
    OG_PRODUCT_CHUNK = 256 << 10, /* bytes of weights that a thread claims at once when decoding */
    OG_PRODUCT_FEW = 16,          /* tokens up to which panels are multiplied as they are read, where the type has such a kernel */
    OG_PRODUCT_TOKENS = 256,      /* tokens that share one expansion */
    OG_PRODUCT_ROWS = 256,        /* rows that share a group of activations while it is in the second-level cache */
    OG_PRODUCT_PAIRS = 2,         /* pairs of panels that meet a tile of activations while it is in the first-level cache */
};

typedef struct og_product {
    const og_cpu *cpu;
    og_type type;
    int64_t k, rows; /* of the matrix */
    int64_t n_panels;
    const uint8_t *panels; /* panel_bytes apart */
    size_t panel_bytes;
    og_tiles tiles; /* the tokens */
    float *out;     /* row i of it, `rows` wide, is token i's, or token `place[i]`'s */
    const int32_t *place;
    const float *bias;     /* [rows], or NULL */
    const float *residual; /* shaped and placed as out, or NULL */
} og_product;

/* Bytes of a thread's scratch for products of several tokens, and for a matrix-vector product of `panels` panels. */
size_t og_product_scratch(void);
size_t og_product_gemv_scratch(int64_t panels);
size_t og_product_few_scratch(int64_t panels);

/* `count` panels from panel `first` on times the one token. The type has a matrix-vector kernel. */
void og_product_gemv(const og_product *p, int64_t first, int64_t count, uint8_t *scratch);
/* The same times all tokens, at most OG_PRODUCT_FEW. The type has a kernel for few. */
void og_product_few(const og_product *p, int64_t first, int64_t count, uint8_t *scratch);
/* Pairs of panels [first, end) of float weights times all tokens. */
void og_product_floats(const og_product *p, int64_t first, int64_t end, uint8_t *scratch);
/* Panels [first, end) of block-coded weights, at most OG_PRODUCT_ROWS rows, times tokens [t0, t1), at most OG_PRODUCT_TOKENS, t0 a multiple
 * of OG_TILE. */
void og_product_blocks(const og_product *p, int64_t first, int64_t end, int64_t t0, int64_t t1, uint8_t *scratch);

#endif
