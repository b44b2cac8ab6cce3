/* quant.h: element types of tensors, their sizes and codecs. The table is quants.def; a new format is one row there and one
 * file src/quant/<name>.c that defines og_<name>_unpack and og_<name>_encode.
 *
 * Byte order: GGUF is little-endian, and so is every host offgrid runs on. Blocks are read through memcpy: no alignment needed. */
#ifndef OG_QUANT_QUANT_H
#define OG_QUANT_QUANT_H

#include "base/base.h"

typedef enum og_type {
#define BLOCK(NAME, name, id, ...) OG_##NAME = id,
#define FLOAT(NAME, name, id, ...) OG_##NAME = id,
#define INT(NAME, name, id, ...) OG_##NAME = id,
#include "quant/quants.def"
    OG_TYPE_LIMIT = 64 /* ids are below this */
} og_type;

/* How activations meet weights of a type in a matrix product. */
typedef enum og_act {
    OG_ACT_f32, /* as they are */
    OG_ACT_q8,  /* int8, one float scale per 32 */
    OG_ACT_q8k, /* int8, one float scale per 256 */
} og_act;

enum { OG_QUANT_BLOCK_MAX = 256, OG_QUANT_GROUPS_MAX = 16 };

/* Figures of the rows as constants: OG_Q4_K_BLOCK, OG_Q4_K_BYTES, ... */
enum {
#define BLOCK(NAME, name, id, block, bytes, group, offset, umax, ...) \
    OG_##NAME##_BLOCK = block, OG_##NAME##_BYTES = bytes, OG_##NAME##_GROUP = group, OG_##NAME##_OFFSET = offset, OG_##NAME##_UMAX = umax,
#include "quant/quants.def"
};

/* One block -> q[block], scale[block/group], min[block/group] (min only where the row says so). */
typedef void og_unpack_fn(const void *block, int8_t *q, float *scale, float *min);
/* n weights (a multiple of block) -> blocks. `importance`: n non-negative weights of the squared errors, or NULL for the default.
 * Input must be finite. */
typedef void og_encode_fn(const float *src, void *dst, size_t n, const float *importance);

typedef struct og_quant {
    const char *name;  /* "Q4_K" */
    const char *lower; /* "q4_k": the stem of its file and kernels */
    og_type type;
    bool is_block, is_float;
    int block, bytes; /* block is 1 for FLOAT and INT */
    int group, offset, umax;
    bool has_min;
    og_act act;
    double rmse;
    og_unpack_fn *unpack; /* BLOCK only */
    og_encode_fn *encode; /* BLOCK and FLOAT */
} og_quant;

/* The row of a type number as found in a file, or NULL if there is none. */
const og_quant *og_quant_of(uint32_t type);
/* By name, any case ("q4_K"); NULL if unknown. */
const og_quant *og_quant_named(const char *name);
/* Rows in table order; NULL past the end. */
const og_quant *og_quant_at(int i);

/* Bytes of n elements in one row (n must be a multiple of the block); false if it is not, or on overflow. */
bool og_quant_row_bytes(og_type type, uint64_t n, uint64_t *bytes);
/* n elements (a multiple of the block) to float32. Float products and differences are rounded one by one (no FMA), as the format's
 * reference. */
void og_quant_decode(og_type type, const void *src, float *dst, size_t n);
void og_quant_encode(og_type type, const float *src, void *dst, size_t n, const float *importance);

#define BLOCK(NAME, name, ...)       \
    og_unpack_fn og_##name##_unpack; \
    og_encode_fn og_##name##_encode;
#include "quant/quants.def"

/* ---- half precision: half.c. IEEE binary16 and bfloat16, round to nearest even, NaN stays NaN. ---- */
float og_f16_to_f32(uint16_t h);
/* n numbers that lie together, unaligned. */
void og_f16_to_f32_all(const void *src, float *dst, size_t n);
uint16_t og_f32_to_f16(float f);
float og_bf16_to_f32(uint16_t h);
uint16_t og_f32_to_bf16(float f);

#endif
